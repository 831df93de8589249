"""Events with their agendas, what spiders remember, and how long an absence may last."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("sources", sa.Column("memory", sa.Text(), nullable=False, server_default="{}"))
    op.add_column(
        "sightings", sa.Column("patience", sa.Integer(), nullable=False, server_default="2")
    )
    op.create_index(
        "ix_measure_identifiers_place_key", "measure_identifiers", ["place", "key"], unique=False
    )
    _events()
    _event_snapshots()
    _agenda_items()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("last_seen", TIME, nullable=False),
        sa.Column("crawl_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name="fk_events_source"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("source", "identity", name="uq_events_source_identity"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_place_date", "events", ["place", "date"], unique=False)


def _event_snapshots() -> None:
    op.create_table(
        "event_snapshots",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_event_snapshots_event_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event_snapshots"),
    )
    op.create_index(
        "ix_event_snapshots_event_id_until",
        "event_snapshots",
        ["event_id", "until"],
        unique=False,
    )


def _agenda_items() -> None:
    op.create_table(
        "agenda_items",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("measure_id", ID, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_agenda_items_event_id"),
        sa.ForeignKeyConstraint(["measure_id"], ["measures.id"], name="fk_agenda_items_measure_id"),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_items"),
    )
    op.create_index("ix_agenda_items_event_id", "agenda_items", ["event_id"], unique=False)
    op.create_index("ix_agenda_items_measure_id", "agenda_items", ["measure_id"], unique=False)
    op.create_index("ix_agenda_items_place_key", "agenda_items", ["place", "key"], unique=False)
