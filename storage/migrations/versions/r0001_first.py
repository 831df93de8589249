"""The first tables, and the search index of each kind of database."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)

SQLITE_INDEX = """
CREATE VIRTUAL TABLE text_index
    USING fts5(body, content='', tokenize='unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE measure_index
    USING fts5(title, abstract, sponsors, tokenize='unicode61 remove_diacritics 0');
"""

POSTGRESQL_INDEX = """
CREATE TABLE text_index (
    text_id bigint NOT NULL REFERENCES texts (id),
    part integer NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (text_id, part)
);
CREATE INDEX ix_text_index_words ON text_index USING gin (words);
CREATE TABLE measure_index (
    measure_id bigint PRIMARY KEY REFERENCES measures (id),
    title tsvector NOT NULL,
    abstract tsvector NOT NULL,
    sponsors tsvector NOT NULL
);
CREATE INDEX ix_measure_index_title ON measure_index USING gin (title);
CREATE INDEX ix_measure_index_abstract ON measure_index USING gin (abstract);
CREATE INDEX ix_measure_index_sponsors ON measure_index USING gin (sponsors);
"""


def upgrade() -> None:
    _crawls()
    _documents()
    _fetches()
    _messages()
    _meta()
    _sources()
    _texts()
    _watchlists()
    _deliveries()
    _measures()
    _reports()
    _measure_identifiers()
    _measure_places()
    _sightings()
    _snapshots()
    _versions()
    _changes()
    _matches()
    _alerts()
    _change_topics()
    _message_alerts()
    op.execute(
        sa.text("INSERT INTO meta (key, value) VALUES (:key, :value)").bindparams(
            key="installation", value=str(uuid4())
        )
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in (SQLITE_INDEX if sqlite else POSTGRESQL_INDEX).split(";")[:-1]:
        op.execute(statement)


def _crawls() -> None:
    op.create_table(
        "crawls",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("hosts", sa.Text(), nullable=False),
        sa.Column("started", TIME, nullable=False),
        sa.Column("beat", TIME, nullable=False),
        sa.Column("ended", TIME, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("archive", sa.Text(), nullable=False),
        sa.Column("replay", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_crawls"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_crawls_running",
        "crawls",
        ["state"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("first_seen", TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_documents"),
    )


def _fetches() -> None:
    op.create_table(
        "fetches",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("checked_at", TIME, nullable=True),
        sa.Column("changed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("url", name="pk_fetches"),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("crawl_id", ID, nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("address", "slot", "number", name="uq_messages_address_slot_number"),
        sa.UniqueConstraint("key", name="uq_messages_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_messages_due",
        "messages",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'prepared', 'failed')"),
        postgresql_where=sa.text("state IN ('open', 'prepared', 'failed')"),
    )


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("baseline_at", TIME, nullable=True),
        sa.Column("last_success", TIME, nullable=True),
        sa.Column("health", sa.Text(), nullable=True),
        sa.Column("health_since", TIME, nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sources"),
    )


def _texts() -> None:
    op.create_table(
        "texts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        sa.Column("extractor", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("pages", sa.Text(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_texts"),
        sa.UniqueConstraint(
            "document_sha256",
            "extractor",
            "text_sha256",
            name="uq_texts_document_sha256_extractor_text_sha256",
        ),
    )


def _watchlists() -> None:
    op.create_table(
        "watchlists",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("accepted_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_watchlists"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_deliveries_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_message_id", "deliveries", ["message_id"], unique=False)


def _measures() -> None:
    op.create_table(
        "measures",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("vanished_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name="fk_measures_source"),
        sa.PrimaryKeyConstraint("id", name="pk_measures"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_measures_place_session", "measures", ["place", "session"], unique=False)


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("crawl_id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["crawl_id"], ["crawls.id"], name="fk_reports_crawl_id"),
        sa.PrimaryKeyConstraint("crawl_id", "source", name="pk_reports"),
    )
    op.create_index("ix_reports_source_at", "reports", ["source", "at"], unique=False)


def _measure_identifiers() -> None:
    op.create_table(
        "measure_identifiers",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("measure_id", ID, nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measures.id"], name="fk_measure_identifiers_measure_id"
        ),
        sa.PrimaryKeyConstraint("place", "session", "key", name="pk_measure_identifiers"),
    )
    op.create_index(
        "ix_measure_identifiers_measure_id", "measure_identifiers", ["measure_id"], unique=False
    )


def _measure_places() -> None:
    op.create_table(
        "measure_places",
        sa.Column("measure_id", ID, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measures.id"], name="fk_measure_places_measure_id"
        ),
        sa.PrimaryKeyConstraint("measure_id", "place", name="pk_measure_places"),
    )
    op.create_index("ix_measure_places_place", "measure_places", ["place"], unique=False)


def _sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("measure_id", ID, nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("extras", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("last_seen", TIME, nullable=False),
        sa.Column("crawl_id", ID, nullable=False),
        sa.Column("absent_count", sa.Integer(), nullable=False),
        sa.Column("absent_crawl_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["measure_id"], ["measures.id"], name="fk_sightings_measure_id"),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name="fk_sightings_source"),
        sa.PrimaryKeyConstraint("id", name="pk_sightings"),
        sa.UniqueConstraint("source", "identity", name="uq_sightings_source_identity"),
    )
    op.create_index("ix_sightings_measure_id", "sightings", ["measure_id"], unique=False)


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("measure_id", ID, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["measure_id"], ["measures.id"], name="fk_snapshots_measure_id"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
    )
    op.create_index(
        "ix_snapshots_measure_id_until", "snapshots", ["measure_id", "until"], unique=False
    )


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("measure_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_key", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("date_text", sa.Text(), nullable=False),
        sa.Column("classification", sa.Text(), nullable=True),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        sa.Column("document_url", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("extractor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text_id", ID, nullable=True),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("read_at", TIME, nullable=True),
        sa.Column("replaced_at", TIME, nullable=True),
        sa.Column("crawl_id", ID, nullable=False),
        sa.Column("change_id", ID, nullable=True),
        sa.Column("matched", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["measure_id"], ["measures.id"], name="fk_versions_measure_id"),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name="fk_versions_text_id"),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_versions_measure_id_seq", "versions", ["measure_id", "seq"], unique=False)
    op.create_index("ix_versions_text_id", "versions", ["text_id"], unique=False)


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("crawl_id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("measure_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("old_version_id", ID, nullable=True),
        sa.Column("new_version_id", ID, nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["measure_id"], ["measures.id"], name="fk_changes_measure_id"),
        sa.ForeignKeyConstraint(
            ["new_version_id"], ["versions.id"], name="fk_changes_new_version_id"
        ),
        sa.ForeignKeyConstraint(
            ["old_version_id"], ["versions.id"], name="fk_changes_old_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_at", "changes", ["at"], unique=False)
    op.create_index("ix_changes_measure_id", "changes", ["measure_id"], unique=False)


def _matches() -> None:
    op.create_table(
        "matches",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("measure_id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("snippet", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("new", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["measure_id"], ["measures.id"], name="fk_matches_measure_id"),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_matches_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_matches"),
    )
    op.create_index("ix_matches_measure_id", "matches", ["measure_id"], unique=False)
    op.create_index("ix_matches_topic", "matches", ["topic"], unique=False)
    op.create_index("ix_matches_version_id", "matches", ["version_id"], unique=False)


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("watch", sa.Text(), nullable=False),
        sa.Column("change_id", ID, nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("created", TIME, nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_alerts_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("change_id", "watch", name="uq_alerts_change_id_watch"),
        sqlite_autoincrement=True,
    )


def _change_topics() -> None:
    op.create_table(
        "change_topics",
        sa.Column("change_id", ID, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("new", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_change_topics_change_id"),
        sa.PrimaryKeyConstraint("change_id", "topic", name="pk_change_topics"),
    )
    op.create_index("ix_change_topics_topic", "change_topics", ["topic"], unique=False)


def _message_alerts() -> None:
    op.create_table(
        "message_alerts",
        sa.Column("message_id", ID, nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_message_alerts_alert_id"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_message_alerts_message_id"
        ),
        sa.PrimaryKeyConstraint("message_id", "alert_id", name="pk_message_alerts"),
    )
    op.create_index("ix_message_alerts_alert_id", "message_alerts", ["alert_id"], unique=False)
