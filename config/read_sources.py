"""The sources of a watchlist, from its marked YAML."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from config.addresses import check_environment
from config.places import place
from config.presets import completed, presets
from config.problems import Unexpected, meant
from config.reading import Reader, listed
from config.schedules import parse_schedule
from config.watches import SourceKind, SourceSpec
from config.yaml_marks import Entry, Items, Pairs, Scalar, plain

KINDS = ("sites", "legistar", "primegov", "orders", "bills", "feeds", "pages")
_KIND: dict[str, SourceKind] = {
    "legistar": "legistar", "primegov": "primegov", "orders": "orders", "bills": "bills",
    "feeds": "feeds", "pages": "pages",
}  # fmt: skip
_A_PLACE = "a place such as us/wa/seattle"
_AN_INDEX = "an address such as https://example.org/orders"
LEGISTAR = (
    "place",
    "client",
    "token",
    "since",
    "requests",
    "hosts",
    "api",
    "site",
    "door",
    "crawl",
)
PRIMEGOV = ("place", "client", "committees", "identifier", "hosts", "site", "crawl")
_CLIENT = re.compile(r"[A-Za-z0-9_-]{1,60}")


@dataclass(frozen=True)
class SourcesReader:
    """Reads what stands under `sources`.

    `sites` maps the names of known sites to their places; `crawl` is how often
    a source is visited that says nothing of it.
    """

    reader: Reader
    sites: Mapping[str, str]
    crawl: str

    def read(self, entry: Entry) -> Iterator[SourceSpec]:
        """The sources, in the order written."""
        seen: dict[str, int] = {}
        for kind, value in self.reader.keys(entry, KINDS).items():
            for key, told in self._told(kind, value):
                if self.reader.once(seen, key.raw, key, "source"):
                    source = (
                        self._site(key, told)
                        if kind == "sites"
                        else self._platform(kind, key, told)
                    )
                    if source:
                        yield source

    def _told(self, kind: str, entry: Entry) -> Iterator[tuple[Scalar, Entry]]:
        """Names and what is told of them; sites and presets may also be a list of names."""
        if isinstance(entry, Pairs) or not (kind == "sites" or presets(kind)):
            yield from self.reader.named(entry, "sources")
            return
        for text, item in self.reader.texts(entry, "a name of a source"):
            yield (
                Scalar(item.line, item.column, text, text),
                Scalar(item.line, item.column, None, ""),
            )

    def _site(self, key: Scalar, told: Entry) -> SourceSpec | None:
        if key.raw not in self.sites:
            expected = f"one of {listed(sorted(self.sites))}"
            self.reader.problem(key, f"the site {key.raw!r}", expected, meant(key.raw, self.sites))
            return None
        keys = {} if _is_nothing(told) else self.reader.keys(told, ("crawl",), more=True)
        return self._spec("site", key, keys, where=self.sites[key.raw])

    def _platform(self, kind: str, key: Scalar, told: Entry) -> SourceSpec | None:
        if kind in _BY_PLACE and isinstance(told, Scalar) and not _is_nothing(told):
            return self._spec(_KIND[kind], key, {"place": told})
        if kind in _BY_PLACE:
            return self._vendor(_KIND[kind], key, told)
        if _is_nothing(told) and presets(kind) and key.raw not in presets(kind):
            expected = "a mapping with place and index, or the name of a source that comes with us"
            self.reader.problem(
                key, f"the name {key.raw!r}", expected, meant(key.raw, presets(kind))
            )
            return None
        told = completed(kind, key.raw, told)
        needed = ("place", "index")
        keys = self.reader.keys(told, needed, required=needed, more=True)
        self.reader.worded(keys, "index", _AN_INDEX, _check_url)
        for name, (what, check) in _ORDERS_CHECKS.items() if kind == "orders" else ():
            self.reader.worded(keys, name, what, partial(_checked, check=check, what=what))
        return self._spec(_KIND[kind], key, keys)

    def _vendor(self, kind: SourceKind, key: Scalar, told: Entry) -> SourceSpec | None:
        """A city at a vendor: its place, and what is not as it is with most."""
        names, checks = _BY_PLACE[kind]
        keys = self.reader.keys(told, names, required=("place",))
        for name, (what, check) in checks.items():
            self.reader.worded(keys, name, what, partial(_checked, check=check, what=what))
        return self._spec(kind, key, keys)

    def _spec(
        self, kind: SourceKind, key: Scalar, keys: Mapping[str, Entry], *, where: str = ""
    ) -> SourceSpec | None:
        self._check_environment(list(keys.values()))
        found = self.reader.worded(keys, "place", _A_PLACE, place)
        path = found.path if found else where
        if not path:
            return None
        clock = place(path).timezone  # a crawl's time of day is the place's own
        own = self.reader.worded(
            keys, "crawl", "a schedule", lambda text: parse_schedule(text, clock)
        )
        parameters: dict[str, Any] = {
            name: plain(value) for name, value in keys.items() if name not in {"place", "crawl"}
        }
        return SourceSpec(
            name=key.raw,
            kind=kind,
            place=path,
            parameters=parameters,
            schedule=own or parse_schedule(self.crawl, clock),
        )

    def _check_environment(self, entries: list[Entry]) -> None:
        """Every `env:NAME`, however deep, has a name that an environment can hold."""
        while entries:
            match entries.pop():
                case Scalar(value=str(text)) as entry if text.startswith("env:"):
                    self.reader.parsed(entry, text, check_environment)
                case Items(values=values):
                    entries.extend(values)
                case Pairs(values=pairs):
                    entries.extend(value for _, value in pairs)


def _is_nothing(entry: Entry) -> bool:
    return isinstance(entry, Scalar) and entry.value is None


def _checked(text: str, *, check: Callable[[str], object], what: str) -> str:
    """The text, if a check lets it pass. Raises Unexpected, which says what was expected."""
    try:
        check(text)
    except ValueError as error:
        # A secret that was written out is not repeated.
        found = "a token written out" if check is _check_token else repr(text)
        raise Unexpected(found, what) from error
    return text


def _check_client(text: str) -> None:
    if not _CLIENT.fullmatch(text):
        raise ValueError(text)


def _check_token(text: str) -> None:
    # Accepted watchlists are kept; a token itself must not be.
    if not text.startswith("env:"):
        raise ValueError(text)


def _check_since(text: str) -> date:
    return date(int(text), 1, 1) if len(text) == 4 else date.fromisoformat(text)


def _check_pattern(text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(text) from error


def _check_requests(text: str) -> None:
    if not 1 <= int(text) <= 100_000:
        raise ValueError(text)


def _check_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        fits = False
    if not fits:
        raise Unexpected(repr(text), _AN_INDEX)
    return text


def _check_door(text: str) -> str:
    if text not in {"api", "insite"}:
        raise Unexpected(repr(text), "api or insite")
    return text


_LEGISTAR_CHECKS: Mapping[str, tuple[str, Callable[[str], object]]] = MappingProxyType(
    {
        "client": ("the first part of a legistar.com address, such as seattle", _check_client),
        "token": ("the name of a variable, such as env:LEGISTAR_NYC_TOKEN", _check_token),
        "since": ("a year or a day, such as 2024 or 2024-07-01", _check_since),
        "requests": ("a number of requests, such as 400", _check_requests),
        "api": ("an address such as https://webapi.legistar.com/v1", _check_url),
        "site": ("an address such as https://seattle.legistar.com", _check_url),
        "door": ("api, or insite for the public pages; without it whichever is open", _check_door),
    }
)
"""What the words under a Legistar city's keys should be."""

_PRIMEGOV_CHECKS: Mapping[str, tuple[str, Callable[[str], object]]] = MappingProxyType(
    {
        "client": ("the first part of a primegov.com address, such as lacity", _check_client),
        "identifier": ("a regular expression, such as \\d{2}-\\d{4}", _check_pattern),
        "site": ("an address such as https://lacity.primegov.com", _check_url),
    }
)
"""What the words under a PrimeGov city's keys should be."""

_ORDERS_CHECKS: Mapping[str, tuple[str, Callable[[str], object]]] = MappingProxyType(
    {
        "number": ("a regular expression, such as (EO|ED)-(\\d+)", _check_pattern),
        "only": ("a regular expression, such as executive order", _check_pattern),
        "years": ("a number of years, such as 2", int),
    }
)
"""What some of the words under an index of orders should be; docs/orders.md tells all."""

_BY_PLACE: Mapping[str, tuple[tuple[str, ...], Mapping[str, tuple[str, Callable[[str], object]]]]]
_BY_PLACE = MappingProxyType(
    {"legistar": (LEGISTAR, _LEGISTAR_CHECKS), "primegov": (PRIMEGOV, _PRIMEGOV_CHECKS)}
)
"""Vendors of which a city is one line: what may stand in it."""
