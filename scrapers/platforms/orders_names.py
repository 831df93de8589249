"""What an order is called and to whose term it belongs, so that it is the same order tomorrow. Pure.

Numbers restart with each signer or year; some orders have none, and get one
later, or another title, or a mended date. docs/orders.md tells the rules.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import unquote, urlsplit

from scrapers.addresses import canonical_url
from scrapers.errors import SourceError
from scrapers.platforms.orders_relations import Mention, unended
from scrapers.ports import KnownMeasure
from scrapers.selectors import CENTURY_TURNS

PAGE = "page"
DOCUMENT = "document"
NUMBER = "number"
SIGNER = "signer"
"""Extras: the addresses an order was last seen at, by which it is known again, its number and signer."""

AMENDS = re.compile(r"\bamend", re.IGNORECASE)
"""What the title of a paper says that amends the order of its own number."""

LONGEST_SHORT = 4
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SHORT_YEAR = re.compile(r"\d\d(?=-\d+\w?\Z)")
_OWN_NUMBER = re.compile(r"[\w.-]*\d[\w.-]*\Z")
_DASHES = re.compile(r"(?<=\w)[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d](?=\w)")
_PART = re.compile(r"\{(\w+)\}")
_SHORT = {
    "executiveorder": "eo", "executivedirective": "ed", "emergencyexecutiveorder": "eeo",
}  # fmt: skip


def alike(name: str) -> str:
    """A name as it is compared: case, blanks, dashes and leading zeros are typography."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", "".join(plain_dashes(name).casefold().split()))


def plain_dashes(number: str) -> str:
    """A number with a hyphen for whatever dash stands between its parts."""
    return _DASHES.sub("-", number)


@dataclass(frozen=True, slots=True)
class Numbering:
    """How a government numbers its orders.

    `pattern` finds the number in words ("Emergency Executive Order No. 1.37"),
    `form` says how it is written ("{1}Executive Order {2}": `{1}` is what the
    first group found, `{name}` a named one); without it the whole is taken. A
    group named `year` is the year in the number, of two digits or four; `{year}` has
    four.
    """

    pattern: re.Pattern[str] | None = None
    form: str = ""

    @classmethod
    def given(cls, parameters: Mapping[str, Any]) -> "Numbering":
        """As the watchlist has it (`number`, `number_as`). Raises SourceError for a mistake."""
        pattern, form = str(parameters.get("number") or ""), str(parameters.get("number_as") or "")
        if not pattern:
            return cls(None, form)
        found = compiled("number", pattern)
        for name in _PART.findall(form):
            known = int(name) <= found.groups if name.isdecimal() else name in found.groupindex
            if not known:
                raise SourceError(f"number_as: {{{name}}} is no group of number, {pattern!r}")
        return cls(found, form)

    def find(self, *told: str) -> tuple[str, str]:
        """The number in the first words that have one, and the year in it; "" each where there is none."""
        for words in told:
            plain = plain_dashes(unended(words)) if self.pattern and words else ""
            found = self.pattern.search(plain) if self.pattern and plain else None
            if found:
                return self._written(found), self._year(found)
        return "", ""

    def _written(self, found: re.Match[str]) -> str:
        if not self.form:
            return " ".join(found[0].split())
        groups = {**{str(rank): text for rank, text in enumerate((found[0], *found.groups()))},
                  **found.groupdict(), "year": self._year(found)}  # fmt: skip
        return " ".join(_PART.sub(lambda part: _calm(groups[part[1]] or ""), self.form).split())

    @staticmethod
    def _year(found: re.Match[str]) -> str:
        year = found.groupdict().get("year") or ""
        return year if len(year) != 2 else full_year(year)


def _calm(text: str) -> str:
    """Words without the capitals of a headline; numbers and short forms stay."""
    return text.title() if text.isupper() and len(text) > LONGEST_SHORT else text


def full_year(two: str) -> str:
    return f"{'19' if int(two) >= CENTURY_TURNS else '20'}{two}"


def compiled(name: str, pattern: str) -> re.Pattern[str]:
    """A regular expression of the watchlist; case does not matter. Raises SourceError."""
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise SourceError(
            f"the watchlist's {name} is no regular expression: {pattern!r} ({error})"
        ) from error


@dataclass(frozen=True, slots=True)
class Terms:
    """The signers' terms: names with their first days, the first term first."""

    first_days: tuple[tuple[date, str], ...] = ()

    @classmethod
    def given(cls, parameters: Mapping[str, Any]) -> "Terms":
        """As the watchlist has them: `terms: {adams: 2022-01-01}`. Raises SourceError."""
        told = parameters.get("terms") or {}
        try:
            found = [(_day(day), str(name)) for name, day in told.items()]
        except (AttributeError, TypeError, ValueError) as error:
            raise SourceError(
                f"terms: found {told!r}, expected names with their first days, "
                "as in {adams: 2022-01-01}"
            ) from error
        return cls(tuple(sorted(found)))

    def of(self, signed: date) -> str:
        """The term of a day; of one before all terms its year."""
        return next(
            (name for first, name in reversed(self.first_days) if first <= signed),
            str(signed.year),
        )


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


@dataclass(frozen=True, slots=True)
class Named:
    """An order's identity. `formerly` are names it had before it got a number."""

    session: str
    identifier: str
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """What is known of a source's orders, to name them as they were named before.

    `today` is the day of the crawl, `at` are known orders by address, `sessions` all sessions a name is known in.
    `shared` are addresses that several rows of this crawl have: they tell no
    order from another. `numbers` are all numbers of this crawl, `elsewhere` those whose
    known order stands at its own address in this crawl.
    """

    terms: Terms
    today: Callable[[], date]
    shared: frozenset[str]
    numbers: frozenset[str]
    elsewhere: frozenset[str]
    at: Mapping[str, KnownMeasure]
    sessions: Mapping[str, frozenset[str]]

    @classmethod
    def of(
        cls,
        terms: Terms,
        known: Sequence[KnownMeasure],
        rows: Iterable[tuple[str, ...]],
        today: Callable[[], date],
    ) -> "Register":
        """Of what is known, and of each row of this crawl: its number and its addresses."""
        listed = list(rows)
        seen = Counter(canonical_url(url) for _, *row in listed for url in set(row) if url)
        held: dict[str, list[KnownMeasure]] = {}
        sessions: dict[str, set[str]] = {}
        for one in known:
            sessions.setdefault(alike(one.identifier), set()).add(one.session)
            for url in {one.extras.get(DOCUMENT, ""), one.extras.get(PAGE, "")} - {""}:
                held.setdefault(canonical_url(url), []).append(one)
        at = {url: ones[0] for url, ones in held.items() if len(ones) == 1}
        return cls(
            terms,
            today,
            frozenset(url for url, count in seen.items() if count > 1),
            frozenset(alike(number) for number, *_ in listed),
            frozenset(alike(one.identifier) for url, one in at.items() if seen[url] == 1),
            at,
            {name: frozenset(found) for name, found in sessions.items()},
        )

    def named(
        self,
        number: str,
        *,
        title: str,
        signed: date | None,
        printed: str,
        year: str,
        session: str,
        addresses: Sequence[str],
    ) -> Named:
        """The identity of an order.

        `number` is "" for one without; `signed` and `printed` are its day, `year` that
        in its number, `session` what the watchlist says holds for all. An order
        that stands at the address of a known one, under its number or without
        one, is that order; so is one whose number nobody had before, if the known
        one's is gone from the list: a number was put right. With neither number
        nor day the address is in its name.
        """
        before = self._before(addresses)
        when = signed.isoformat() if signed else printed
        when = when or next((file_name(url) for url in addresses if url), "")
        name = number or f"{title} ({when})"
        if before is None or (session and before.session != session):
            amends = bool(AMENDS.search(title))
            term = self.term(name, signed, year or year_in(number), amends=amends)
            return Named(session or term, name)
        if not number:
            return Named(before.session, before.identifier)
        if alike(before.identifier) == alike(number):
            return Named(before.session, number)
        now = session or self.term(name, signed, year or year_in(number))
        corrected = before.session == now and alike(before.identifier) not in self.numbers
        if is_unnumbered(before) or (corrected and not self.sessions.get(alike(number))):
            return Named(before.session, number, (before.identifier,))
        return Named(now, name)

    def _before(self, addresses: Iterable[str]) -> KnownMeasure | None:
        keys = (canonical_url(url) for url in addresses if url)
        return next(
            (self.at[key] for key in keys if key in self.at and key not in self.shared), None
        )

    def term(self, name: str, signed: date | None, year: str, *, amends: bool = False) -> str:
        """The session of an order for which the watchlist names none.

        By the terms where they are given. Without them dates are often added or
        mended later, so the year in a number counts more than they do, and an
        order keeps the only session it is known under. In a list that has the known
        order too, another paper of its number without a day is a new signer's, unless
        it says that it `amends`.
        """
        before = self.sessions.get(alike(name), frozenset())
        if self.terms.first_days:
            if signed:
                return self.terms.of(signed)
            another = alike(name) in self.elsewhere and not amends
            kept = len(before) == 1 and not another
            return next(iter(before)) if kept else self.terms.of(self.today())
        if year:
            return year
        of_signing = str(signed.year) if signed else ""
        if len(before) == 1 and (not of_signing or before == {""}):
            return next(iter(before))
        return of_signing


def year_in(number: str) -> str:
    """The year that a number names with four digits; "" when it names none."""
    return next(iter(_YEAR.findall(number)), "")


def is_unnumbered(measure: KnownMeasure) -> bool:
    """Whether a known order goes by its title and day."""
    return not measure.extras.get(NUMBER) and measure.identifier.endswith(")")


def file_name(url: str) -> str:
    """The name of the file at an address, as words."""
    name = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]) if url else ""
    return name.replace("_", " ")


def called(other: Mention, name: str, numbering: Numbering) -> str:
    """How a government names an order that one of its own, `name`, mentions; "" if that cannot be said.

    As it writes numbers; else as `name` is written, with the other number.
    """
    written, _ = numbering.find(other.printed)
    if written:
        return written
    own = _OWN_NUMBER.search(name)
    if own is None:
        return other.printed
    number = other.number
    if _YEAR.match(own[0]) and (short := _SHORT_YEAR.match(number)):
        number = full_year(short[0]) + number[2:]
    return _prefix(name[: own.start()], own[0], other.kind, number)


def _prefix(words: str, own: str, kind: str, number: str) -> str:
    """The words before the number: the other's own, written as briefly as this order's."""
    ours, theirs = _kind(words), _kind(kind)
    letters = re.match(r"(E?EO|ED)-(?=\d)", own)
    if letters and not words:
        return f"{_SHORT.get(theirs, letters[1].lower()).upper()}-{number}"
    if not ours or ours == theirs or ours not in _SHORT or theirs not in _SHORT:
        return f"{words}{number}"
    brief = re.match(r"E?E[OD]\b", words)
    return f"{_SHORT[theirs].upper() if brief else kind} {number}"


def _kind(words: str) -> str:
    """What kind of order words name, abbreviations resolved."""
    letters = re.sub(r"[^a-z]", "", words.casefold())
    return next((whole for whole, short in _SHORT.items() if short == letters), letters)
