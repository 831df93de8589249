"""Texts keep their pages as they were before they were cleaned."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("texts", sa.Column("originals", sa.LargeBinary(), nullable=True))
