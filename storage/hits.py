"""Where in its snippet each stored match stands, looked up in the text it was found in."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.match_fields import fields_of
from pipelines.snippets import Place, place_in

from . import tables
from .codec import load_measure

_measures = tables.measures.c
_versions = tables.versions.c
_texts = tables.texts.c


class Hits:
    """The places of matches by measure; each text is read once, when the first of its is asked for."""

    def __init__(self, connection: Connection, matches: Mapping[int, Sequence[Any]]) -> None:
        self._connection = connection
        self._matches = matches
        self._places: dict[tuple[int, int | None, str], dict[int, Place | None]] = {}

    def of(self, match: Any) -> Place | None:
        """Where in its snippet a match stands; None where its text is not what it was found in."""
        key = match.measure_id, match.version_id, match.field
        if key not in self._places:
            text = self._text(match)
            self._places[key] = {
                row.id: place_in(row.snippet, text, row.start, row.stop)
                for row in self._matches[match.measure_id]
                if (row.version_id, row.field) == key[1:]
            }
        return self._places[key][match.id]

    def _text(self, match: Any) -> str:
        if match.version_id is not None:
            asked = (
                sa.select(_texts.body)
                .join(tables.versions, _versions.text_id == _texts.id)
                .where(_versions.id == match.version_id)
            )
            return str(self._connection.scalar(asked) or "")
        asked = sa.select(_measures.data).where(_measures.id == match.measure_id)
        fields = fields_of(load_measure(self._connection.execute(asked).scalar_one()))
        return (fields.named | {"abstract": fields.abstract}).get(match.field, "")
