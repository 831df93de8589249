"""What feeds and watched pages share: how a statement is named, when it was made, what is its text. Pure.

A statement has no number. It goes by its address, without scheme and what is
incidental; where several share one address, by the name its publisher gives it.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.vocabulary import MeasureClassification
from scrapers.addresses import canonical_url
from scrapers.errors import SourceError
from scrapers.platforms.index_forms import plain
from scrapers.ports import KnownMeasure
from scrapers.selectors import day

GUID = "guid"
"""The extra in which the name stands that its publisher gives a statement."""

_TICKS = re.compile(r"/\d{15,20}\Z")
_MOMENT = re.compile(r"[-_]\d{4}(?:-\d{2}){5}\Z")


def named_by(url: str) -> str:
    """An address as a name: canonical, without scheme and last slash."""
    return canonical_url(url).partition("://")[2].rstrip("/") or url


def lasting(guid: str, link: str) -> str:
    """A publisher's name of an entry without the moment of its last change.

    CivicPlus writes the entry's address and the ticks of a clock behind it, Legistar
    a GUID and a time: with every change that would be another entry. Whether an
    address was asked for by http or https is no difference either.
    """
    name = " ".join(guid.split())
    if link and name.startswith(link):
        name = _TICKS.sub("", name)
    name = _MOMENT.sub("", name)
    return named_by(name) if name.lower().startswith(("http://", "https://")) else name


def ambiguous(entries: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Publisher's names that entries of several addresses share: they name none of them.

    `entries` are names with addresses, as the feeds of a source have them at one time.
    """
    found: dict[str, set[str]] = {}
    for guid, link in entries:
        if guid and link:
            found.setdefault(guid, set()).add(named_by(link))
    return frozenset(guid for guid, links in found.items() if len(links) > 1)


@dataclass
class Names:
    """The names of a source's statements: each keeps the one it has.

    A statement is known again by its publisher's name for it, also at a new
    address; by its address, if nothing else was there before.
    """

    known: Iterable[KnownMeasure] = ()
    _by_guid: dict[str, str] = field(default_factory=dict)
    _owners: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.known:
            guid = one.extras.get(GUID, "")
            self._owners[one.identifier] = guid, one.title
            if guid:
                self._by_guid[guid] = one.identifier

    def of(self, guid: str, link: str, title: str) -> str:
        """The name of a statement; "" for one with neither address nor name nor title."""
        if guid in self._by_guid:
            return self._by_guid[guid]
        name = named_by(link) if link else guid or title
        owner = self._owners.get(name)
        if owner and guid and owner[0] not in {"", guid} and owner[1] != title:
            name = guid
        self._owners[name] = guid, title
        if guid:
            self._by_guid[guid] = name
        return name


def day_of(printed: str, zone: str) -> date | None:
    """The day of a printed moment in a time zone; None where it names none.

    Forms of feeds and pages: RFC 822 with and without seconds, two-digit years and
    American zones, ISO 8601 to the day, month or second, and the days of US sites. A
    moment without an offset is taken as the publisher's own.
    """
    words = " ".join(printed.split())
    found = _moment(words)
    if found is None:
        return day(words)
    return found.astimezone(ZoneInfo(zone)).date() if found.tzinfo else found.date()


def _moment(words: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(words)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        # A day before there were feeds is a parser's guess.
        return found if found.year > 1980 else None
    return None


def kind_given(parameters: Mapping[str, Any]) -> MeasureClassification:
    """What kind of paper the watchlist says these are, else statements. Raises SourceError."""
    told = str(parameters.get("classification") or MeasureClassification.STATEMENT)
    try:
        return MeasureClassification(told)
    except ValueError as error:
        meant = difflib.get_close_matches(told, map(str, MeasureClassification), 1)
        hint = f"; did you mean {meant[0]!r}?" if meant else ""
        raise SourceError(f"classification: {told!r} is no kind of measure{hint}") from error


def page_of(markup: str, title: str) -> str:
    """Markup that a feed or a page carries, as a page of its own that documents are read from."""
    heading = f"<h1>{_escaped(title)}</h1>" if title else ""
    return f"<!DOCTYPE html>\n<html><body><main>{heading}\n{markup}\n</main></body></html>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def extras_of(told: Mapping[str, str]) -> dict[str, str]:
    """What is kept of a statement: what says something, as plain words."""
    return {name: words for name, value in told.items() if (words := plain(value))}
