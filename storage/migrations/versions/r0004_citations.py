"""Matches say where they can be cited: heading, printed lines, and how well the page was read.

Those made before say nothing of it until their text is matched anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("matches", sa.Column("section", sa.Text(), nullable=False, server_default=""))
    op.add_column("matches", sa.Column("first_line", sa.Integer(), nullable=True))
    op.add_column("matches", sa.Column("last_line", sa.Integer(), nullable=True))
    op.add_column(
        "matches", sa.Column("confidence", sa.Float(), nullable=False, server_default="1")
    )
