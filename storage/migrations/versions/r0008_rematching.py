"""Measures say with which topics their titles and abstracts were matched, as versions do of texts."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("measures", sa.Column("matched", sa.Text(), nullable=False, server_default="{}"))
