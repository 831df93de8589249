"""Alembic's entry: runs the migrations on the connection it is handed."""

from typing import Any

from alembic import context

from storage.tables import metadata

_OURS = frozenset(metadata.tables)


def ours(_object: Any, name: str | None, kind: str, reflected: bool, _compare_to: Any) -> bool:
    """Whether an object found in the database is Alembic's business.

    The search index and the tables of procrastinate are made by other means.
    """
    return kind != "table" or not reflected or name in _OURS


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_object=ours,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
