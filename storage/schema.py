"""What state a database's tables are in, and how they are brought up to date."""

from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .errors import DamagedDatabase, NewerDatabase, OlderDatabase
from .tables import metadata

REVISION = "0009"
"""The newest migration. It is named here so that opening a current database does
not have to import Alembic; a test holds it against the migrations themselves."""

_SQLITE_MAGIC = b"SQLite format 3\0"

State = Literal["empty", "old", "current"]


def check_header(path: Path) -> None:
    """Raise DamagedDatabase when the file is no SQLite database, or was cut off."""
    with path.open("rb") as file:
        head = file.read(100)
    if not head:
        return
    if len(head) < 100 or not head.startswith(_SQLITE_MAGIC):
        raise DamagedDatabase(
            f"the file {path} is not a database; move it away or restore a backup"
        )
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    trusted = head[24:28] == head[92:96]
    log = path.with_name(path.name + "-wal")
    # Pages that are still in the log may lie beyond the end of the file.
    if log.exists() and log.stat().st_size:
        return
    if trusted and path.stat().st_size < pages * (65536 if page == 1 else page):
        raise DamagedDatabase(f"the database {path} was cut off; restore a backup")


def revision(connection: Connection) -> str | None:
    """The migration the database is at; None when it was never set up."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql(
        "SELECT version_num FROM alembic_version"
    ).scalar()
    return found


def state(connection: Connection, where: str) -> State:
    """Say whether the tables are missing, old or current.

    Raises NewerDatabase for a revision we do not know, and DamagedDatabase when
    the tables are not those of the revision, or are a stranger's.
    """
    at = revision(connection)
    tables = set(sa.inspect(connection).get_table_names())
    if at is None:
        ours = tables & set(metadata.tables)
        if ours:
            raise DamagedDatabase(
                f"the database {where} holds tables named like ours but no revision; "
                "give a database of its own, or restore a backup"
            )
        return "empty"
    if at == REVISION:
        missing = set(metadata.tables) - tables
        if missing:
            raise DamagedDatabase(
                f"the database {where} lacks the table {min(missing)}; restore a backup"
            )
        return "current"
    if at not in _known():
        raise NewerDatabase(
            f"the database {where} is of a newer version ({at}); "
            "install a newer Measurewatch or restore a backup"
        )
    return "old"


def upgrade(connection: Connection, where: str, *, allowed: bool) -> None:
    """Bring the tables to the newest migration, in the connection's transaction."""
    found = state(connection, where)
    if found == "current":
        return
    if found == "old" and not allowed:
        raise OlderDatabase(
            f"the database {where} is of an older version ({revision(connection)}); "
            "run `measurewatch db upgrade`"
        )
    from alembic import command

    command.upgrade(_config(connection), "head")


def problems(connection: Connection) -> list[str]:
    """Read everything and return what is wrong."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
        found = [str(row) for row in rows if row != "ok"]
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        found += [f"a row of {row[0]} points to a missing row of {row[2]}" for row in orphans]
        return found
    # PostgreSQL checks pages as they are read: reading every row is the check.
    for table in metadata.sorted_tables:
        connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()
    return []


def _known() -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config(connection: Connection | None = None):  # type: ignore[no-untyped-def]  # noqa: ANN202
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    return config
