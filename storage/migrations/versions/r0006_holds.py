"""Alerts of a crawl that found too much are held back; operators are told of health."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended", TIME, nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name="fk_holds_source"),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_holds_source", "holds", ["source"], unique=False)
    op.create_table(
        "held_crawls",
        sa.Column("hold_id", ID, nullable=False),
        sa.Column("crawl_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name="fk_held_crawls_hold_id"),
        sa.ForeignKeyConstraint(["crawl_id"], ["crawls.id"], name="fk_held_crawls_crawl_id"),
        sa.PrimaryKeyConstraint("hold_id", "crawl_id", name="pk_held_crawls"),
    )
    op.create_table(
        "held_alerts",
        sa.Column("hold_id", ID, nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name="fk_held_alerts_hold_id"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_held_alerts_alert_id"),
        sa.PrimaryKeyConstraint("hold_id", "alert_id", "address", name="pk_held_alerts"),
    )
    op.drop_column("messages", "crawl_id")
    op.create_index("ix_changes_source_crawl_id", "changes", ["source", "crawl_id"], unique=False)
    op.add_column("sources", sa.Column("told", sa.Text(), nullable=True))
