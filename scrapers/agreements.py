"""Which agreement is which, over time: lists of agreements have no numbers.

An agreement is known by state, agency and model. Lists relabel agencies all the
time; an agreement shown under another name is neither an end nor a beginning.
What is left over on both sides is matched by the document, the day it was
signed, the county and the name: one to one, by rules, and never on a guess.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from scrapers.agencies import Likeness, Name, extends, likeness, name, similarity, slip
from scrapers.items import EMPTY
from scrapers.ports import KnownMeasure

_COUNTY = re.compile(r"\s+(cou?nte?y|parish|borough)\W*$", re.IGNORECASE)
_RUNS = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One row of a list of agreements, understood.

    `state` is the state's full name or, if it is none, the words printed;
    `code` its code or "". `signed` is the day, `signed_text` what was printed.
    `moa` and `addendum` are addresses. `shown` are the columns the list has.
    """

    state: str
    code: str
    agency: str
    model: str
    county: str = ""
    signed: date | None = None
    signed_text: str = ""
    moa: str = ""
    addendum: str = ""
    shown: frozenset[str] = frozenset()
    extras: Mapping[str, str] = field(default_factory=lambda: EMPTY, hash=False)

    @property
    def identifier(self) -> str:
        """State, agency and model: what names it unless the list has it twice."""
        return f"{self.code.upper() or self.state} / {self.agency} / {self.model}"

    @property
    def day(self) -> str:
        """The day it was signed as YYYY-MM-DD, else the words printed, else nothing."""
        return self.signed.isoformat() if self.signed else self.signed_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a row is known as. `agency` is the label to show, `known` what it was matched with."""

    identifier: str
    agency: str
    formerly: tuple[str, ...] = ()
    known: KnownMeasure | None = None


@dataclass(frozen=True, slots=True)
class _Side:
    """What a match looks at, of a row or of something known."""

    at: int
    group: tuple[str, str]
    agency: Name
    county: str
    signed: str
    moa: str
    identifier: str


def fold(identifier: str) -> str:
    """The key of an identifier: case, blanks, punctuation and leading zeros are typography."""
    runs = _RUNS.findall(unicodedata.normalize("NFKC", identifier).casefold())
    runs = [run.lstrip("0") or "0" if run.isdecimal() else run for run in runs]
    folded = runs[:1]
    for before, run in pairwise(runs):
        folded.append(f"-{run}" if before.isdecimal() and run.isdecimal() else run)
    return "".join(folded)


def reconcile(
    rows: Sequence[Agreement], known: Sequence[KnownMeasure]
) -> tuple[Identity | None, ...]:
    """Say of each row what it is known as; None for a row that only repeats another.

    Pure and deterministic: the order of rows and of what is known does not
    matter. A row keeps the identifier it is known by when only typography
    differs; under another name it has the new one and names the old in
    `formerly`.
    """
    by_key = {fold(one.identifier): one for one in sorted(known, key=lambda one: one.identifier)}
    named = _named(rows, by_key)
    found: list[Identity | None] = [None] * len(rows)
    taken: set[str] = set()
    for at, identifier in named.items():
        was = by_key.get(fold(identifier))
        if was:
            taken.add(fold(identifier))
            label = was.extras.get("agency", rows[at].agency)
            found[at] = Identity(identifier=was.identifier, agency=label, known=was)
    left = [at for at in named if found[at] is None]
    gone = [one for key, one in by_key.items() if key not in taken]
    for at, was in _renamed(rows, named, left, gone, known):
        found[at] = Identity(
            identifier=named[at], agency=rows[at].agency, formerly=(was.identifier,), known=was
        )
    for at in left:
        found[at] = found[at] or Identity(identifier=named[at], agency=rows[at].agency)
    return tuple(found)


def unlisted(rows: Sequence[Agreement], other: Sequence[Agreement]) -> list[Agreement]:
    """The rows that are not, under whatever name, in another list at the same time."""
    there: dict[tuple[str, str], list[tuple[Name, Agreement]]] = defaultdict(list)
    for row in other:
        there[row.state, fold(row.model)].append((name(row.agency, row.state), row))
    return [
        row
        for row in rows
        if not any(
            _surely_one(row, name(row.agency, row.state), listed, agency)
            for agency, listed in there[row.state, fold(row.model)]
        )
    ]


def _surely_one(row: Agreement, agency: Name, other: Agreement, other_agency: Name) -> bool:
    if fold(row.identifier) == fold(other.identifier):
        return True
    if row.county and other.county and not _same_county(row.county, other.county):
        return False
    like = likeness(agency, other_agency)
    same_form = agency.forms == other_agency.forms
    return like == Likeness.SAME or (like == Likeness.STYLE and same_form)


def _named(rows: Sequence[Agreement], known: Mapping[str, KnownMeasure]) -> dict[int, str]:
    """Identifiers for rows, by place. An agreement listed twice keeps its name once.

    The other one has the day it was signed behind its name, or the county.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for at in sorted(range(len(rows)), key=lambda at: _order(rows[at])):
        groups[fold(rows[at].identifier)].append(at)
    named: dict[int, str] = {}
    for key, places in groups.items():
        different = list(_different(rows, places))
        plain = _plain_one(rows, different, known.get(key), known)
        for at in different:
            named[at] = rows[at].identifier if at == plain else _told_apart(rows, at, different)
    return named


def _order(row: Agreement) -> tuple[str | bool, ...]:
    """First signed first; of rows that say the same, the one that says most."""
    return (row.identifier, row.day, not row.county, not row.moa, row.county, row.moa)


def _different(rows: Sequence[Agreement], places: Sequence[int]) -> Iterator[int]:
    """Leave out rows that repeat another: same day, and no other county."""
    seen: set[tuple[str, str]] = set()
    for at in places:
        day, county = rows[at].day, rows[at].county
        repeated = any(
            day == had and (not county or not where or _same_county(county, where))
            for had, where in seen
        )
        if not repeated:
            yield at
        seen.add((day, county))


def _plain_one(
    rows: Sequence[Agreement],
    places: Sequence[int],
    plain: KnownMeasure | None,
    known: Mapping[str, KnownMeasure],
) -> int | None:
    """Which of the rows of one name has the plain identifier.

    The one that has it already, else the first signed that is not known by
    another name.
    """
    if plain:
        same_day = [at for at in places if rows[at].day == plain.extras.get("signed", "")]
        if same_day:
            return same_day[0]
    free = [at for at in places if fold(_told_apart(rows, at, places)) not in known]
    return free[0] if free else None


def _told_apart(rows: Sequence[Agreement], at: int, places: Sequence[int]) -> str:
    row = rows[at]
    alike = [other for other in places if rows[other].day == row.day]
    by = row.county if row.county and len(alike) > 1 else f"signed {row.day or 'on no day'}"
    return f"{row.identifier} / {by}"


def _renamed(
    rows: Sequence[Agreement],
    named: Mapping[int, str],
    left: Sequence[int],
    gone: Sequence[KnownMeasure],
    known: Sequence[KnownMeasure],
) -> Iterator[tuple[int, KnownMeasure]]:
    """Pair rows that are left with agreements that are gone."""
    shared = _documents_of_several(rows, named, known)
    new = [_side(at, rows[at], named[at]) for at in left]
    old = [side for at, was in enumerate(gone) if (side := _known_side(at, was))]
    by_group: dict[tuple[str, str], list[_Side]] = defaultdict(list)
    for side in old:
        by_group[side.group].append(side)
    pairs = [
        (_rank(was, now, shared), was, now) for now in new for was in by_group.get(now.group, ())
    ]
    pairs = [pair for pair in pairs if pair[0]]
    for was, now in _one_to_one(pairs):
        yield now.at, gone[was.at]


def _documents_of_several(
    rows: Sequence[Agreement], named: Iterable[int], known: Sequence[KnownMeasure]
) -> frozenset[str]:
    """Documents that say nothing, since several agreements of one list link to them."""
    now = Counter(_document(rows[at].moa) for at in named)
    was = Counter(_document(one.extras.get("moa", "")) for one in known)
    return frozenset(key for key, times in (now | was).items() if times > 1 or not key)


def _same_county(one: str, other: str) -> bool:
    """Whether two printed counties are one, be it with a slip: "Lake Conty" is Lake County."""
    return slip(fold(_COUNTY.sub("", one)), fold(_COUNTY.sub("", other)))


def _document(address: str) -> str:
    return address.rsplit("/", 1)[-1].casefold()


def _side(at: int, row: Agreement, identifier: str) -> _Side:
    return _Side(
        at=at,
        group=(row.state, fold(row.model)),
        agency=name(row.agency, row.state),
        county=row.county,
        signed=row.signed.isoformat() if row.signed else "",
        moa=_document(row.moa),
        identifier=identifier,
    )


def _known_side(at: int, was: KnownMeasure) -> _Side | None:
    """What is known of an agreement; None when it was kept without its agency."""
    extras = was.extras
    if not extras.get("agency"):
        return None
    signed = extras.get("signed", "")
    return _Side(
        at=at,
        group=(extras.get("state", ""), fold(extras.get("model", ""))),
        agency=name(extras["agency"], extras.get("state", "")),
        county=extras.get("county", ""),
        signed=signed if re.fullmatch(r"\d{4}-\d\d-\d\d", signed) else "",
        moa=_document(extras.get("moa", "")),
        identifier=was.identifier,
    )


Rank = tuple[int, ...]


def _rank(was: _Side, now: _Side, shared: frozenset[str]) -> Rank:
    """How sure it is that both are one agreement, the surest highest; empty when it is not.

    docs/sources/ice-287g.md has the rules in words.
    """
    document = was.moa == now.moa and was.moa not in shared
    day = bool(was.signed) and was.signed == now.signed
    counties = bool(was.county and now.county)
    county = counties and _same_county(was.county, now.county)
    other_day = bool(was.signed and now.signed) and not day
    other_county = counties and not county
    like = likeness(was.agency, now.agency)
    forms = was.agency.forms == now.agency.forms
    one_form = forms or not (was.agency.forms and now.agency.forms)
    more = was.agency.kind == now.agency.kind == "other" and extends(was.agency, now.agency)
    sure = {
        Likeness.SAME: document or not (other_county and other_day),
        Likeness.STYLE: document or (not other_county and (forms or (one_form and day))),
        Likeness.CLOSE: document or day or (county and not other_day),
        Likeness.PART: document or (day and (county or (more and not other_county))),
        Likeness.NONE: document and day,
    }[like]
    return (document and day, int(like), document, day, county) if sure else ()


def _one_to_one(pairs: Sequence[tuple[Rank, _Side, _Side]]) -> Iterator[tuple[_Side, _Side]]:
    """Take the surest pairs first; where two are equally sure and the names only near, none."""
    doubtful = Counter((rank, side.identifier) for rank, *both in pairs for side in both)
    order = sorted(
        pairs,
        key=lambda pair: (
            [-value for value in pair[0]],
            -similarity(pair[1].agency, pair[2].agency),
            pair[1].identifier,
            pair[2].identifier,
        ),
    )
    done: set[str] = set()
    for rank, was, now in order:
        if {f"was {was.identifier}", f"now {now.identifier}"} & done:
            continue
        near = rank[1] < Likeness.STYLE and not rank[0]
        if near and max(doubtful[rank, was.identifier], doubtful[rank, now.identifier]) > 1:
            continue
        done |= {f"was {was.identifier}", f"now {now.identifier}"}
        yield was, now
