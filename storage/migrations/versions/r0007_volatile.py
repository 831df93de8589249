"""What changes at every visit; states that went back; what was told before a restored backup."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "volatiles",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("example", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("learned_at", TIME, nullable=False),
        sa.Column("ignored", sa.Integer(), nullable=False),
        sa.Column("last_ignored_at", TIME, nullable=True),
        sa.Column("forgotten_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name="fk_volatiles_source"),
        sa.PrimaryKeyConstraint("id", name="pk_volatiles"),
        sa.UniqueConstraint(
            "source", "before", "shape", "after", name="uq_volatiles_source_before_shape_after"
        ),
        sqlite_autoincrement=True,
    )
    op.add_column("sightings", sa.Column("going_back", sa.Text(), nullable=True))
    op.create_table(
        "told_before",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("watch", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_told_before"),
        sa.UniqueConstraint("watch", "fingerprint", name="uq_told_before_watch_fingerprint"),
    )
