"""Texts say whether matching may find words in them that the full-text index does not know."""

import json

import sqlalchemy as sa
from alembic import op

from storage.codec import pages_from_json
from storage.index import is_unsure

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "texts", sa.Column("unsure", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    texts = sa.table("texts", sa.column("id"), sa.column("body"), sa.column("pages"))
    connection = op.get_bind()
    last = 0
    while rows := connection.execute(
        sa.select(texts.c.id, texts.c.body, texts.c.pages)
        .where(texts.c.id > last).order_by(texts.c.id).limit(500)
    ).all():  # fmt: skip
        last = rows[-1].id
        found = [
            row.id for row in rows if is_unsure(pages_from_json(json.loads(row.pages), row.body))
        ]
        if found:
            connection.execute(
                sa.update(sa.table("texts", sa.column("id"), sa.column("unsure")))
                .where(sa.column("id").in_(found)).values(unsure=sa.true())
            )  # fmt: skip
    op.create_index(
        "ix_texts_unsure", "texts", ["id"], unique=False,
        sqlite_where=sa.text("unsure = 1"), postgresql_where=sa.text("unsure"),
    )  # fmt: skip
