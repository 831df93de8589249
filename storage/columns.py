"""Column types that behave alike on SQLite and PostgreSQL."""
# ARG002: the arguments are those of SQLAlchemy's interface.

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

_ESCAPES = {0: "\N{REPLACEMENT CHARACTER}"} | dict.fromkeys(
    range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"
)


def storable(text: str) -> str:
    """The text without what no database keeps: NUL and halves of surrogate pairs."""
    if "\0" not in text and text.isascii():
        return text
    return text.translate(_ESCAPES)


class Utc(sa.types.TypeDecorator[datetime]):
    """An aware datetime, kept and returned in UTC; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class Words(sa.types.TypeDecorator[str]):
    """Text as scraped: what no database keeps is replaced, nothing else."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


class Json(sa.types.TypeDecorator[Any]):
    """A JSON value as text. Python's None is SQL's NULL."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else dump(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(value)


def dump(value: Any) -> str:
    """JSON as every database keeps it: compact, escaped beyond ASCII, each word storable."""
    text = _dumps(value)
    return _dumps(_storable_json(json.loads(text))) if has_unstorable(text) else text


def has_unstorable(text: str) -> bool:
    """Whether JSON escaped beyond ASCII may hold what no database keeps; seldom wrongly yes."""
    return "\\u0000" in text or "\\ud" in text


def _storable_json(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable_json(item) for item in value]
    if isinstance(value, dict):
        return {storable(name): _storable_json(item) for name, item in value.items()}
    return value


def _plain(value: Any) -> Any:
    # Frozen values carry mapping proxies, which json does not know.
    if isinstance(value, Mapping | MappingProxyType):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"not a JSON value: {value!r}")


_dumps = json.JSONEncoder(separators=(",", ":"), default=_plain).encode
