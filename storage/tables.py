"""The tables. What each holds is said once, here; migrations say how they came to be.

`alembic_version`, the search index of SQLite (`text_index`, `measure_index` and
their shadows) and any table of procrastinate are not in this metadata.
"""

import sqlalchemy as sa

from .columns import Json, Utc, Words

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Flag = sa.Boolean(create_constraint=False)


def _id() -> sa.Column[int]:
    return sa.Column("id", _Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, null: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, _Id, sa.ForeignKey(target), nullable=null, index=index)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, Words, nullable=False, default="")


meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", Words, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

watchlists = sa.Table(
    "watchlists",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    _text("text"),
    sa.Column("accepted_at", Utc, nullable=False),
)

# A source is quiet until baseline_at: measures are written, changes are not.
# `memory` is what the spider of its last complete crawl wanted to remember,
# `told` the health that operators heard of last.
sources = sa.Table(
    "sources",
    metadata,
    sa.Column("name", Words, primary_key=True),
    _text("place"),
    _text("kind"),
    sa.Column("baseline_at", Utc),
    sa.Column("last_success", Utc),
    sa.Column("health", sa.Text),
    sa.Column("health_since", Utc),
    sa.Column("notes", Json, nullable=False, default=list),
    sa.Column("memory", Json, nullable=False, default=dict, server_default="{}"),
    sa.Column("told", sa.Text),
)

crawls = sa.Table(
    "crawls",
    metadata,
    _id(),
    _text("group_name"),
    sa.Column("sources", Json, nullable=False),
    sa.Column("hosts", Json, nullable=False),
    sa.Column("started", Utc, nullable=False),
    sa.Column("beat", Utc, nullable=False),
    sa.Column("ended", Utc),
    sa.Column("state", sa.Text, nullable=False),
    _text("archive"),
    sa.Column("replay", _Flag, nullable=False, default=False),
    sa.Column("progress", Json, nullable=False, default=dict),
    sa.Index("ix_crawls_running", "state", sqlite_where=sa.text("state = 'running'"),
             postgresql_where=sa.text("state = 'running'")),
    sqlite_autoincrement=True,
)  # fmt: skip

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("crawl_id", _Id, sa.ForeignKey("crawls.id"), primary_key=True),
    sa.Column("source", Words, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.Index("ix_reports_source_at", "source", "at"),
)

# `data` is the merged measure, `fields` which source decides which field, `matched`
# the digests of the topics that its fields were held against.
measures = sa.Table(
    "measures",
    metadata,
    _id(),
    sa.Column("source", Words, sa.ForeignKey("sources.name"), nullable=False),
    sa.Column("place", Words, nullable=False),
    _text("session"),
    sa.Column("key", Words, nullable=False),
    _text("identifier"),
    _text("title"),
    _text("status"),
    _text("url"),
    sa.Column("data", Words, nullable=False),
    sa.Column("fields", Json, nullable=False),
    sa.Column("first_seen", Utc, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("vanished_at", Utc),
    sa.Column("matched", Json, nullable=False, default=dict, server_default="{}"),
    sa.Index("ix_measures_place_session", "place", "session"),
    sqlite_autoincrement=True,
)

# One source's own view of a measure: the fast path reads and touches only this.
# `patience` is how many complete readings of its list it may be absent from.
sightings = sa.Table(
    "sightings",
    metadata,
    _id(),
    sa.Column("source", Words, sa.ForeignKey("sources.name"), nullable=False),
    sa.Column("identity", Words, nullable=False),
    _ref("measure_id", "measures.id", index=True),
    _text("listing"),
    sa.Column("extras", Json, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("first_seen", Utc, nullable=False),
    sa.Column("last_seen", Utc, nullable=False),
    sa.Column("crawl_id", _Id, nullable=False),
    sa.Column("absent_count", sa.Integer, nullable=False, default=0),
    sa.Column("absent_crawl_id", _Id, nullable=False, default=0),
    sa.Column("patience", sa.Integer, nullable=False, default=2, server_default="2"),
    sa.Column("going_back", Json),
    sa.UniqueConstraint("source", "identity"),
)

measure_identifiers = sa.Table(
    "measure_identifiers",
    metadata,
    sa.Column("place", Words, primary_key=True),
    sa.Column("session", Words, primary_key=True),
    sa.Column("key", Words, primary_key=True),
    _ref("measure_id", "measures.id", index=True),
    _text("identifier"),
    sa.Index("ix_measure_identifiers_place_key", "place", "key"),
)

measure_places = sa.Table(
    "measure_places",
    metadata,
    _ref("measure_id", "measures.id"),
    sa.Column("place", Words, nullable=False),
    sa.PrimaryKeyConstraint("measure_id", "place"),
    sa.Index("ix_measure_places_place", "place"),
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    _text("media_type"),
    sa.Column("bytes", sa.BigInteger),
    _text("url"),
    sa.Column("first_seen", Utc, nullable=False),
)

fetches = sa.Table(
    "fetches",
    metadata,
    sa.Column("url", Words, primary_key=True),
    _text("etag"),
    _text("last_modified"),
    _text("sha256"),
    sa.Column("checked_at", Utc),
    sa.Column("changed_at", Utc),
)

# `body` is the pages joined by form feeds; `pages` says where each begins and ends. Of an
# `unsure` text the full-text index does not know all words that matching finds.
texts = sa.Table(
    "texts",
    metadata,
    _id(),
    sa.Column("document_sha256", Words, nullable=False),
    sa.Column("extractor", Words, nullable=False),
    sa.Column("text_sha256", Words, nullable=False),
    _text("media_type"),
    _text("method"),
    _text("body"),
    sa.Column("pages", Json, nullable=False),
    sa.Column("marks", Json, nullable=False),
    sa.Column("warnings", Json, nullable=False),
    _text("reason"),
    sa.Column("characters", sa.Integer, nullable=False),
    sa.Column("originals", sa.LargeBinary),
    sa.Column("doubtful_pages", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("unsure", _Flag, nullable=False, default=False, server_default=sa.false()),
    sa.UniqueConstraint("document_sha256", "extractor", "text_sha256"),
    sa.Index("ix_texts_doubtful", "id", sqlite_where=sa.text("doubtful_pages > 0"),
             postgresql_where=sa.text("doubtful_pages > 0")),
    sa.Index("ix_texts_unsure", "id", sqlite_where=sa.text("unsure = 1"),
             postgresql_where=sa.text("unsure")),
)  # fmt: skip

# What a person said of a page. `reading_sha256` is the digest of the words that
# were looked at, `text` the right words of a corrected page.
page_reviews = sa.Table(
    "page_reviews",
    metadata,
    _id(),
    sa.Column("document_sha256", Words, nullable=False, index=True),
    sa.Column("page", sa.Integer, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("reading_sha256", sa.Text, nullable=False),
    _text("text"),
    _text("note"),
    _text("reviewer"),
    sa.Column("at", Utc, nullable=False),
    sa.Column("undone_at", Utc),
    sqlite_autoincrement=True,
)

# `seq` is the place among a measure's versions; a replaced text shares it with
# the text that replaced it. `change_id` is the change that brought the version,
# `matched` the digests of the topics that its text was held against.
versions = sa.Table(
    "versions",
    metadata,
    _id(),
    _ref("measure_id", "measures.id"),
    sa.Column("seq", sa.Integer, nullable=False),
    _text("note"),
    _text("note_key"),
    sa.Column("date", sa.Date),
    _text("date_text"),
    sa.Column("classification", sa.Text),
    sa.Column("links", Json, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    _text("waits_for"),
    _text("document_sha256"),
    _text("document_url"),
    _text("text_sha256"),
    _text("extractor"),
    _text("reason"),
    _ref("text_id", "texts.id", null=True, index=True),
    sa.Column("first_seen", Utc, nullable=False),
    sa.Column("read_at", Utc),
    sa.Column("replaced_at", Utc),
    sa.Column("crawl_id", _Id, nullable=False),
    sa.Column("change_id", _Id),
    sa.Column("matched", Json, nullable=False, default=dict),
    sa.Index("ix_versions_measure_id_seq", "measure_id", "seq"),
    sqlite_autoincrement=True,
)

changes = sa.Table(
    "changes",
    metadata,
    _id(),
    sa.Column("at", Utc, nullable=False, index=True),
    sa.Column("crawl_id", _Id, nullable=False),
    sa.Column("source", Words, nullable=False),
    _ref("measure_id", "measures.id", index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("before", Json),
    sa.Column("after", Json),
    _ref("old_version_id", "versions.id", null=True),
    _ref("new_version_id", "versions.id", null=True),
    _text("summary"),
    sa.Column("details", Json, nullable=False, default=dict),
    sa.Index("ix_changes_source_crawl_id", "source", "crawl_id"),
    sqlite_autoincrement=True,
)

# Grows when a pending version's text arrives; the change itself never alters.
change_topics = sa.Table(
    "change_topics",
    metadata,
    _ref("change_id", "changes.id"),
    sa.Column("topic", Words, nullable=False),
    sa.Column("new", _Flag, nullable=False),
    sa.PrimaryKeyConstraint("change_id", "topic"),
    sa.Index("ix_change_topics_topic", "topic"),
)

# In a version's text (version_id set) or in the measure's title, abstract or sponsors.
matches = sa.Table(
    "matches",
    metadata,
    _id(),
    _ref("measure_id", "measures.id", index=True),
    _ref("version_id", "versions.id", null=True, index=True),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("topic", Words, nullable=False, index=True),
    _text("term"),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("stop", sa.Integer, nullable=False),
    sa.Column("page", sa.Integer),
    _text("snippet"),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("new", _Flag, nullable=False),
    sa.Column("section", Words, nullable=False, default="", server_default=""),
    sa.Column("first_line", sa.Integer),
    sa.Column("last_line", sa.Integer),
    sa.Column("confidence", sa.Float, nullable=False, default=1.0, server_default="1"),
)

# What the measure was from `since` until the change at `until`.
snapshots = sa.Table(
    "snapshots",
    metadata,
    _id(),
    _ref("measure_id", "measures.id"),
    sa.Column("since", Utc, nullable=False),
    sa.Column("until", Utc, nullable=False),
    sa.Column("data", Words, nullable=False),
    sa.Index("ix_snapshots_measure_id_until", "measure_id", "until"),
)

# `identity` is the source's own name of the event, `data` all of it but its agenda.
events = sa.Table(
    "events",
    metadata,
    _id(),
    sa.Column("source", Words, sa.ForeignKey("sources.name"), nullable=False),
    sa.Column("identity", Words, nullable=False),
    sa.Column("place", Words, nullable=False),
    sa.Column("date", sa.Date),
    _text("time"),
    sa.Column("data", Json, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("first_seen", Utc, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("last_seen", Utc, nullable=False),
    sa.Column("crawl_id", _Id, nullable=False),
    sa.UniqueConstraint("source", "identity"),
    sa.Index("ix_events_place_date", "place", "date"),
    sqlite_autoincrement=True,
)

# What the event was from `since` until the change at `until`.
event_snapshots = sa.Table(
    "event_snapshots",
    metadata,
    _id(),
    _ref("event_id", "events.id"),
    sa.Column("since", Utc, nullable=False),
    sa.Column("until", Utc, nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.Index("ix_event_snapshots_event_id_until", "event_id", "until"),
)

# A row is one item as it was worded from `since` to `until` (NULL: now). `place`,
# `session` and `key` name the measure it is about ("": none), known or not.
agenda_items = sa.Table(
    "agenda_items",
    metadata,
    _id(),
    _ref("event_id", "events.id", index=True),
    _ref("measure_id", "measures.id", null=True, index=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("place", Words, nullable=False),
    _text("session"),
    _text("key"),
    sa.Column("data", Json, nullable=False),
    sa.Column("since", Utc, nullable=False),
    sa.Column("until", Utc),
    sa.Index("ix_agenda_items_place_key", "place", "key"),
)

alerts = sa.Table(
    "alerts",
    metadata,
    _id(),
    sa.Column("watch", Words, nullable=False),
    _ref("change_id", "changes.id"),
    sa.Column("reasons", Json, nullable=False),
    sa.Column("created", Utc, nullable=False),
    sa.UniqueConstraint("change_id", "watch"),
    sqlite_autoincrement=True,
)

# `open` gathers alerts; every other state is closed to new ones.
messages = sa.Table(
    "messages",
    metadata,
    _id(),
    sa.Column("key", Words, nullable=False, unique=True),
    sa.Column("address", Words, nullable=False),
    sa.Column("slot", Words, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("due_at", Utc, nullable=False),
    sa.Column("payload", Json),
    sa.Column("lease_until", Utc),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("sent_at", Utc),
    _text("error"),
    sa.UniqueConstraint("address", "slot", "number"),
    sa.Index("ix_messages_due", "due_at", sqlite_where=sa.text("state IN ('open', 'prepared', 'failed')"),
             postgresql_where=sa.text("state IN ('open', 'prepared', 'failed')")),
    sqlite_autoincrement=True,
)  # fmt: skip

message_alerts = sa.Table(
    "message_alerts",
    metadata,
    _ref("message_id", "messages.id"),
    _ref("alert_id", "alerts.id", index=True),
    sa.PrimaryKeyConstraint("message_id", "alert_id"),
)

holds = sa.Table(
    "holds",
    metadata,
    _id(),
    sa.Column("source", Words, sa.ForeignKey("sources.name"), nullable=False),
    sa.Column("since", Utc, nullable=False),
    _text("reason"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("ended", Utc),
    _text("by"),
    sa.Index("ix_holds_source", "source"),
    sqlite_autoincrement=True,
)

held_crawls = sa.Table(
    "held_crawls",
    metadata,
    _ref("hold_id", "holds.id"),
    _ref("crawl_id", "crawls.id"),
    sa.PrimaryKeyConstraint("hold_id", "crawl_id"),
)

held_alerts = sa.Table(
    "held_alerts",
    metadata,
    _ref("hold_id", "holds.id"),
    _ref("alert_id", "alerts.id"),
    sa.Column("address", Words, nullable=False),
    sa.Column("slot", Words, nullable=False),
    sa.Column("due_at", Utc, nullable=False),
    sa.PrimaryKeyConstraint("hold_id", "alert_id", "address"),
)

# A place in the texts of a source that changes at every visit, as a few words
# round a shape (`pipelines.volatile`); `how` says what proved it.
volatiles = sa.Table(
    "volatiles",
    metadata,
    _id(),
    sa.Column("source", Words, sa.ForeignKey("sources.name"), nullable=False),
    _text("before"),
    _text("shape"),
    _text("after"),
    _text("example"),
    _text("url"),
    sa.Column("how", sa.Text, nullable=False),
    sa.Column("learned_at", Utc, nullable=False),
    sa.Column("ignored", sa.Integer, nullable=False, default=0),
    sa.Column("last_ignored_at", Utc),
    sa.Column("forgotten_at", Utc),
    sa.UniqueConstraint("source", "before", "shape", "after"),
    sqlite_autoincrement=True,
)

# What a watch was told after the backup that was restored was made; `fingerprint`
# is that of `storage.restoring`. A row goes when the change is noticed again.
told_before = sa.Table(
    "told_before",
    metadata,
    _id(),
    sa.Column("watch", Words, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.UniqueConstraint("watch", "fingerprint"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    _id(),
    _ref("message_id", "messages.id", index=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("ok", _Flag, nullable=False),
    _text("detail"),
)
