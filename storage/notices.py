"""Operators are told of a source's health once each way, whatever made it change.

What was told last stands beside what is so. Whoever tells the difference writes
the messages and the mark in one transaction, so that of two who try one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config.vocabulary import Health

from . import tables
from .database import Database
from .messages import open_message
from .writes import Ids

_sources = tables.sources.c
_messages = tables.messages.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a source is doing, since when and why, and what operators were told of it last."""

    source: str
    place: str
    health: Health
    told: Health | None
    since: datetime | None
    notes: tuple[str, ...]


class Notices:
    """What operators were told of sources, and messages for them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standings(self, sources: Sequence[str]) -> list[Standing]:
        """The named sources whose health is not what was told of them, by name."""
        statement = (
            sa.select(tables.sources)
            .where(_sources.name.in_(list(sources)), _sources.health.is_not(None))
            .where(sa.or_(_sources.told.is_(None), _sources.told != _sources.health))
            .order_by(_sources.name)
        )
        with self._database.reading() as connection:
            return [
                Standing(
                    source=row.name, place=row.place, health=Health(row.health),
                    told=Health(row.told) if row.told else None, since=row.health_since,
                    notes=tuple(row.notes),
                )
                for row in connection.execute(statement)
            ]  # fmt: skip

    def tell(
        self,
        standings: Sequence[Standing],
        payloads: Mapping[str, Mapping[str, Any]],
        *,
        slot: str,
        now: datetime,
    ) -> bool:
        """Mark the standings as told and write a message for each address, with its rendering.

        Nothing is written, and false returned, when one of them was told meanwhile.
        """

        def work(connection: sa.Connection) -> bool:
            savepoint = connection.begin_nested()
            for one in standings:
                marked = connection.execute(
                    sa.update(tables.sources)
                    .where(
                        _sources.name == one.source,
                        _sources.told.is_(None) if one.told is None else _sources.told == one.told,
                    )
                    .values(told=str(one.health))
                )
                if marked.rowcount != 1:
                    savepoint.rollback()
                    return False
            ids = Ids(connection)
            for address, payload in payloads.items():
                message_id = open_message(connection, ids, (address, slot), due=now)
                connection.execute(
                    sa.update(tables.messages)
                    .where(_messages.id == message_id)
                    .values(payload=dict(payload))
                )
            savepoint.commit()
            return True

        return self._database.write(work)
