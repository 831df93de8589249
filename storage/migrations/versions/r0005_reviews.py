"""Pages that a person should look at are counted, and what the person said of them is kept.

Texts kept before count none until they are read anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "texts", sa.Column("doubtful_pages", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_index(
        "ix_texts_doubtful",
        "texts",
        ["id"],
        unique=False,
        sqlite_where=sa.text("doubtful_pages > 0"),
        postgresql_where=sa.text("doubtful_pages > 0"),
    )
    op.create_table(
        "page_reviews",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reading_sha256", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("undone_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_page_reviews"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_page_reviews_document_sha256", "page_reviews", ["document_sha256"], unique=False
    )
