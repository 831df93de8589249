"""Virginia: bills and resolutions, from the Legislative Information System's keyless CSV files.

2026-11-22: first version. Seen working on recordings of sessions 241 (2024), 20251,
20261 and 20271. docs/sources/virginia.md says which column becomes which field.

BILLS.CSV is the list. HISTORY.CSV, Sponsors.csv, Summaries.csv and Amendments.csv
are companions: without one, the fields it shows stay as they were.
"""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from lxml import html

from config.vocabulary import (
    DateKind,
    MeasureClassification,
    SponsorClassification,
    VersionClassification,
)
from scrapers.actions import VIRGINIA, classifier
from scrapers.errors import ErrorPage, NotRecorded, ParseDrift, SourceError
from scrapers.items import (
    Action,
    Link,
    Listing,
    Measure,
    MeasureDate,
    Related,
    Sponsor,
    Version,
)
from scrapers.ports import KnownMeasure
from scrapers.rows import RowTable, csv_rows
from scrapers.spider import SiteSpider, health_of

FILES = "https://lis.blob.core.windows.net/lisfiles"
PAGES = "https://lis.virginia.gov/bill-details"
WAITS_FOR = "a LIS API key (the keyless files list the texts but do not hold them)"
ZONE = ZoneInfo("America/New_York")
PREFILING = 7  # the month from which the next year's session is open for prefiled bills
FIVE_DIGITS = 2025  # the first year whose session codes name the year in full

AMENDMENTS_READ = "Amendments.csv"
OLDER_AMENDMENTS = "Amendments before it was read"

Row = Mapping[str, str]

FLAGS = ("Passed_house", "Passed_senate", "Passed", "Failed", "Carried_over", "Approved", "Vetoed")
BILLS = ("Bill_id", "Bill_description", "Full_text_doc1", "Full_text_date1", *FLAGS)
HISTORY = ("History_date", "History_description")
SPONSORS = ("MEMBER_NAME", "MEMBER_ID", "PATRON_TYPE")
SUMMARIES = ("SUMMARY_TYPE", "SUMMARY_TEXT")

KINDS = MappingProxyType(
    {
        "HB": MeasureClassification.BILL,
        "SB": MeasureClassification.BILL,
        "HJ": MeasureClassification.JOINT_RESOLUTION,
        "SJ": MeasureClassification.JOINT_RESOLUTION,
        "HR": MeasureClassification.RESOLUTION,
        "SR": MeasureClassification.RESOLUTION,
    }
)
CHAMBERS = MappingProxyType({"H": "lower", "S": "upper", "G": "executive", "C": "legislature"})

STATUSES = (
    (("Vetoed",), "vetoed"),
    (("Approved",), "approved"),
    (("Passed",), "passed"),
    (("Failed",), "failed"),
    (("Carried_over",), "carried over"),
    (("Passed_house", "Passed_senate"), "passed house and senate"),
    (("Passed_house",), "passed house"),
    (("Passed_senate",), "passed senate"),
    ((), "introduced"),
)
"""The first line whose flags are all Y is the status."""

TEXTS = (
    (r"", VersionClassification.INTRODUCED),
    (r"E[HS]?\d*|E\d+[HS]\d+", VersionClassification.ENGROSSED),
    (r"[HS]C?\d+", VersionClassification.SUBSTITUTED),
    (r"ER\d*", VersionClassification.ENROLLED),
    (r"G\d*", VersionClassification.AMENDMENT),  # the governor's recommendation
)
"""What follows the bill's number in the code of a text; CHAP stands alone."""

FINALITY = (
    ("SUMMARY AS ENACTED", 4),
    ("SUMMARY AS PASSED HOUSE", 2),
    ("SUMMARY AS PASSED SENATE", 2),
    ("SUMMARY AS PASSED", 3),
    ("SUMMARY AS INTRODUCED", 1),
)
"""How late in a bill's life a summary was written, by how its kind begins; the first line that fits."""

_LATEST = (("house", "H"), ("senate", "S"), ("conference", "C"), ("governor", "G"))
_TEXT_SLOTS = range(1, 7)
_MAPPED = frozenset(
    {"Bill_id", "Bill_description", "Chapter_id", "Introduction_date"}
    | {f"Full_text_{part}{slot}" for part in ("doc", "date") for slot in _TEXT_SLOTS}
)
_NUMBER = re.compile(r"([A-Z]+)0*(\d+)")
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_PATRON = re.compile(r'"?(\d+)"?\s*-\s*(.+)')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EDGE = "\v"  # is no character of a summary: control characters are taken out of it
_SILENT = frozenset({"script", "style"})
_BLOCKS = frozenset({"p", "div", "br", "hr", "li", "ul", "ol", "table", "tr"})

classify = classifier(VIRGINIA)


@dataclass(frozen=True, slots=True)
class Companions:
    """The rows of the other files, by bill; None for a file that was not to be had.

    `amendments_read` says that Amendments.csv was read, now or before. `older`
    are codes of amendments that stood in it when it was read for the first time
    but after the bills were known: nobody can say when those came.
    """

    history: Mapping[str, Sequence[Row]] | None = None
    sponsors: Mapping[str, Sequence[Row]] | None = None
    summaries: Mapping[str, Sequence[Row]] | None = None
    amendments: Mapping[str, Sequence[Row]] | None = None
    amendments_read: bool = False
    older: Mapping[str, str] = field(default_factory=dict)


class NotOpen(ErrorPage):
    """The session has no list of bills: it is not open yet, or never was."""


def open_sessions(now: datetime) -> tuple[str, ...]:
    """The regular sessions whose files are worth asking for; `now` is aware.

    From July on, the next year's session takes prefiled bills.
    """
    today = now.astimezone(ZONE)
    years = (today.year, today.year + 1) if today.month >= PREFILING else (today.year,)
    return tuple(session_code(year) for year in years)


def session_code(year: int, number: int = 1) -> str:
    """The code of a year's regular session (1) or a special one (2 and on): "20261", "241"."""
    return f"{year if year >= FIVE_DIGITS else year % 100}{number}"


def session_year(session: str) -> int:
    """The year of a session's code. Raises ValueError for what is no code."""
    if not re.fullmatch(r"\d{3}|\d{5}", session):
        raise ValueError(f"{session!r} is no session code; expected one like 20261")
    return int(session[:-1]) + (0 if len(session) == 5 else 2000)


def bill_number(printed: str) -> str:
    """A bill's number without padding: "HB0001 " is HB1. Raises ValueError for what is none."""
    match = _NUMBER.fullmatch(printed.strip())
    if not match:
        raise ValueError(f"{printed!r} is no bill number")
    return "".join(match.groups())


def by_bill(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Rows of a companion file by bill; a row without a bill number belongs to none."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        match = _NUMBER.fullmatch(row[column].strip())
        if match:
            found["".join(match.groups())].append(row)
    return dict(found)


def older_amendments(
    amendments: Mapping[str, Sequence[Row]] | None, known: Sequence[KnownMeasure]
) -> dict[str, str]:
    """Codes, by bill and joined by |, of amendments that are no news though they are seen first now.

    `known` are the measures known of the session. Once the file was read, the
    codes held back then stay so and every other one is news.
    """
    if any(AMENDMENTS_READ in one.extras for one in known) or amendments is None:
        return {
            one.identifier: one.extras[OLDER_AMENDMENTS]
            for one in known
            if one.extras.get(OLDER_AMENDMENTS)
        }
    return {
        one.identifier: "|".join(row["TXT_DOCID"].strip() for row in amendments[one.identifier])
        for one in known
        if one.identifier in amendments
    }


def whole(row: Row, header: Sequence[str]) -> Row:
    """A row that has a value for every column. Raises ValueError for one that was cut off."""
    if len(row) < len(header):
        raise ValueError(f"{len(row)} values under {len(header)} columns")
    return row


def measure(session: str, row: Row, companions: Companions) -> Measure:
    """One row of BILLS.CSV and what the companions say of the same bill.

    Raises ValueError when the row has no bill number.
    """
    printed = row["Bill_id"].strip()
    bill = bill_number(printed)
    kind = KINDS.get(bill[:2])
    title = words(row["Bill_description"])
    chamber = CHAMBERS[bill[0]] if bill[0] in "HS" else ""
    introduced = row.get("Introduction_date", "").strip()
    chapter = row.get("Chapter_id", "").strip()
    actions, actions_seen, steps = _actions(row, bill, companions.history)
    sponsors, sponsors_seen, patrons = _sponsors(row, bill, companions.sponsors)
    summary, summaries = _summary((companions.summaries or {}).get(bill, ()))
    amendments, held = _amendments(bill, companions)
    seen = {
        "identifiers": True, "status": True, "versions": True, "url": True,
        "classification": kind, "from_organization": chamber, "title": title,
        "dates": introduced, "related": day(introduced), "abstract": summary,
        actions_seen: True, sponsors_seen: sponsors,
    }  # fmt: skip
    return Measure(
        place="us/va",
        session=session,
        identifier=printed,
        title=title,
        classification=(kind,) if kind else (),
        from_organization=chamber,
        identifiers=(chapter,) if chapter else (),
        status=status(row),
        abstract=summary,
        sponsors=sponsors,
        dates=_dates(introduced),
        actions=actions,
        versions=_versions(session, bill, row, amendments),
        related=_carried_over(session, bill, day(introduced)),
        url=f"{PAGES}/{session}/{bill}",
        listing=session,
        observed=frozenset(name for name, shown in seen.items() if shown),
        extras=MappingProxyType({**_extras(row), **steps, **patrons, **summaries, **held}),
    )


def status(row: Row) -> str:
    """One phrase for the flags of a bill."""
    return next(
        phrase for flags, phrase in STATUSES if all(row[flag].strip() == "Y" for flag in flags)
    )


def day(text: str) -> date | None:
    """A day as the files print it, 1/13/2026 or 01/13/26; None when it is none."""
    match = _DAY.fullmatch(text.strip())
    if not match:
        return None
    month, day_, year = (int(part) for part in match.groups())
    try:
        return date(year if year > 99 else 2000 + year, month, day_)
    except ValueError:
        return None


def words(text: str) -> str:
    """Text as read: no padding, one blank between words."""
    return " ".join(text.split())


def plain(markup: str) -> str:
    """The words of a summary's HTML.

    The pieces of inline tags are joined without a blank, since the site breaks
    words across them; blocks end a line.
    """
    printable = _CONTROL.sub(" ", markup)
    if not printable.strip():
        return ""
    text = "".join(_text_of(html.fragment_fromstring(printable, create_parent="div")))
    lines = (words(line) for line in text.split(_EDGE))
    return "\n".join(line for line in lines if line)


def _text_of(element: Any) -> Iterator[str]:
    edge = _EDGE if element.tag in _BLOCKS else ""
    yield edge
    if isinstance(element.tag, str) and element.tag not in _SILENT:
        yield element.text or ""
        for child in element:
            yield from _text_of(child)
            yield child.tail or ""
    yield edge


def _dates(introduced: str) -> tuple[MeasureDate, ...]:
    if not introduced:
        return ()
    return (MeasureDate(kind=DateKind.INTRODUCED, date=day(introduced), text=introduced),)


def _carried_over(session: str, bill: str, introduced: date | None) -> tuple[Related, ...]:
    """The same bill in the session before, when it was introduced before this one took bills."""
    year = session_year(session)
    if not introduced or introduced >= date(year - 1, PREFILING, 1):
        return ()
    return (Related(identifier=bill, relation="prior-session", session=session_code(year - 1)),)


def _actions(
    row: Row, bill: str, history: Mapping[str, Sequence[Row]] | None
) -> tuple[tuple[Action, ...], str, dict[str, str]]:
    """A bill's actions, the field seen, and what the history says beyond them.

    BILLS.CSV shows the last action of each body, which may be ahead of the history.
    """
    latest = tuple(_latest(row))
    past = (history or {}).get(bill)
    if not past:
        return latest, "actions.latest" if latest or history is None else "actions", {}
    told = [(_action(step), step.get("History_refid", "").strip()) for step in past]
    actions = [action for action, _ in told if action.description]
    have = {(action.date, action.description.casefold()) for action in actions}
    ahead = [
        action for action in latest if (action.date, action.description.casefold()) not in have
    ]
    extras = {"History_refid": "|".join(refid for action, refid in told if action.description)}
    blank = [
        words(" ".join(step.values()))
        for step, (action, _) in zip(past, told, strict=True)
        if not action.description
    ]
    if blank:
        extras["History without words"] = "|".join(blank)
    return (*actions, *ahead), "actions", extras


def _latest(row: Row) -> Iterator[Action]:
    """The last action of each body; one without words is left to the extras."""
    for body, letter in _LATEST:
        description = words(row.get(f"Last_{body}_action", ""))
        if description:
            printed = row.get(f"Last_{body}_action_date", "").strip()
            yield Action(
                description=description,
                date=day(printed),
                date_text=printed,
                classification=classify(description),
                organization=CHAMBERS[letter],
            )


def _action(step: Row) -> Action:
    """A row of the history. Its words begin with the body's letter, or with a blank for none."""
    printed = step["History_description"]
    letter, blank, rest = printed.partition(" ")
    known = letter in CHAMBERS and (blank or len(printed) == 1)
    description = words(rest if known else printed)
    when = step["History_date"].strip()
    return Action(
        description=description,
        date=day(when),
        date_text=when,
        classification=classify(description),
        organization=CHAMBERS[letter] if known else "",
    )


def _sponsors(
    row: Row, bill: str, patrons: Mapping[str, Sequence[Row]] | None
) -> tuple[tuple[Sponsor, ...], str, dict[str, str]]:
    """A bill's patrons, the field seen, and the rows that name no patron.

    BILLS.CSV has only the chief patron's last name; Sponsors.csv has full names,
    and on one bill in thousands lacks the chief patron.
    """
    chief = Sponsor(name=words(row.get("Patron_name", "")), id=row.get("Patron_id", "").strip())
    listed = (patrons or {}).get(bill, ())
    found: dict[tuple[str, str], Sponsor] = {}
    offered = []
    for one in listed:
        kind = patron_kind(one["PATRON_TYPE"])
        person = Sponsor(
            name=words(one["MEMBER_NAME"]),
            id=one["MEMBER_ID"].strip(),
            classification=SponsorClassification.PRIMARY
            if kind == "Chief Patron"
            else SponsorClassification.COSPONSOR,
        )
        if kind == "Offered":
            offered.append(f"{person.name} ({person.id})")
        else:
            found.setdefault((person.id, person.name), person)
    if not found:
        return (chief,) if chief.name else (), "sponsors.primary", {}
    sponsors = tuple(found.values())
    if chief.name and all(
        person.classification != SponsorClassification.PRIMARY for person in sponsors
    ):
        sponsors = (chief, *(person for person in sponsors if person.id != chief.id))
    return sponsors, "sponsors", {"Offered": "|".join(offered)} if offered else {}


def patron_kind(printed: str) -> str:
    """The words of a patron's type, printed as `"1" - Chief Patron` with its quotes astray."""
    match = _PATRON.fullmatch(printed.strip())
    return words(match[2] if match else printed)


def _amendments(bill: str, companions: Companions) -> tuple[list[str], dict[str, str]]:
    """The codes of a bill's amendments that are versions, and what to remember of the file."""
    older = companions.older.get(bill, "")
    rows = (companions.amendments or {}).get(bill, ())
    codes = [row["TXT_DOCID"].strip() for row in rows]
    held = {AMENDMENTS_READ: "yes"} if companions.amendments_read else {}
    held |= {OLDER_AMENDMENTS: older} if older else {}
    return [code for code in codes if code and code not in older.split("|")], held


def _versions(session: str, bill: str, row: Row, amendments: Sequence[str]) -> tuple[Version, ...]:
    """The texts BILLS.CSV lists, at most six, and the amendments; each code once.

    A code that stands twice is the same text printed again: its first date holds.
    """
    found: dict[str, Version] = {}
    for slot in _TEXT_SLOTS:
        code = row.get(f"Full_text_doc{slot}", "").strip()
        printed = row.get(f"Full_text_date{slot}", "").strip()
        if code:
            found.setdefault(code, _version(session, bill, code, text_kind(bill, code), printed))
    for code in amendments:
        found.setdefault(code, _version(session, bill, code, VersionClassification.AMENDMENT))
    return tuple(found.values())


def text_kind(bill: str, code: str) -> VersionClassification | None:
    """What a text's code says it is; None for a code we do not know."""
    if code.startswith("CHAP"):
        return VersionClassification.BECAME_LAW
    if not code.startswith(bill):
        return None
    rest = code.removeprefix(bill)
    return next((kind for shape, kind in TEXTS if re.fullmatch(shape, rest)), None)


def _version(
    session: str, bill: str, code: str, kind: VersionClassification | None, printed: str = ""
) -> Version:
    return Version(
        note=code,
        links=(
            Link(url=f"{PAGES}/{session}/{bill}/text/{code}", media_type="text/html", text=code),
        ),
        date=day(printed),
        date_text=printed,
        classification=kind,
        waits_for=WAITS_FOR,
    )


def _summary(rows: Sequence[Row]) -> tuple[str, dict[str, str]]:
    """The most final summary as plain text, and the others by their kind."""
    if not rows:
        return "", {}
    ranked = sorted(
        enumerate(rows), key=lambda numbered: (finality(numbered[1]["SUMMARY_TYPE"]), numbered[0])
    )
    *others, (_, final) = ranked
    earlier = {words(row["SUMMARY_TYPE"]): plain(row["SUMMARY_TEXT"]) for _, row in others}
    return plain(final["SUMMARY_TEXT"]), earlier | {"Summary": words(final["SUMMARY_TYPE"])}


def finality(kind: str) -> int:
    """How late in a bill's life a summary was written; 0 for words we do not know."""
    printed = words(kind).upper()
    return next((rank for beginning, rank in FINALITY if printed.startswith(beginning)), 0)


def _extras(row: Row) -> dict[str, str]:
    """Every other column that says something, and the texts that stand twice."""
    kept = {
        name: value.strip() for name, value in row.items() if name not in _MAPPED and value.strip()
    }
    seen: set[str] = set()
    for slot in _TEXT_SLOTS:
        code = row.get(f"Full_text_doc{slot}", "").strip()
        printed = row.get(f"Full_text_date{slot}", "").strip()
        if code in seen or (printed and not code):
            kept[f"Full_text_doc{slot}"] = words(f"{code} {printed}")
        seen |= {code} - {""}
    return kept


class Virginia(SiteSpider):
    """Bills and resolutions of the sessions that are open, each session a list of its own.

    Parameter `sessions`: codes ("20261") to read instead of those open at `now`.
    """

    name = "virginia"
    place: ClassVar[str] = "us/va"
    hosts = ("lis.blob.core.windows.net",)

    async def crawl(self) -> AsyncIterator[Measure | Listing]:
        """Read each open session. When none can be read, raise what kept the first one away."""
        refused: list[SourceError] = []
        read = False
        fixed = self._fixed()
        for session in fixed or open_sessions(self.now):
            try:
                table = await self._bills(session)
            except SourceError as error:
                refused.append(error)
                continue
            read = True
            async for item in self._session(session, table):
                yield item
        if not read:
            raise next((what for what in refused if not isinstance(what, NotOpen)), refused[0])
        for what in refused:
            self.report.note(
                "info" if isinstance(what, NotOpen) else str(health_of(what)), str(what)
            )
        if not fixed:
            async for item in self._specials():
                yield item

    def _fixed(self) -> tuple[str, ...]:
        """The sessions the watchlist names, if any."""
        named = self.parameters.get("sessions") or ()
        return tuple(str(code) for code in ([named] if isinstance(named, str | int) else named))

    async def _specials(self) -> AsyncIterator[Measure | Listing]:
        """The year's special sessions, one after another until one is not there."""
        year = self.now.astimezone(ZONE).year
        for number in range(2, 10):
            try:
                table = await self._bills(session_code(year, number))
            except (NotOpen, NotRecorded):
                return
            except SourceError as error:
                self.report.note(str(health_of(error)), str(error))
                return
            async for item in self._session(session_code(year, number), table):
                yield item

    async def _session(self, session: str, table: RowTable) -> AsyncIterator[Measure | Listing]:
        """A session's measures, and its list when every row of it was read."""
        companions = await self._companions(session)
        failed = self.report.failed
        for row in table.rows:
            found = None
            with self.row(f"{session} {row.get('Bill_id', '')}"):
                found = measure(session, whole(row, table.header), companions)
            if found:
                self._count_unmapped(found)
                yield found
        if self.report.failed == failed:
            yield Listing(name=session, rows=len(table.rows))
        else:
            self.report.note("info", f"session {session}: rows failed, so an absence means nothing")

    async def _bills(self, session: str) -> RowTable:
        """A session's list. Raises NotOpen when there is none, else what is wrong with it."""
        session_year(session)
        url = f"{FILES}/{session}/BILLS.CSV"
        for name in (url, f"{FILES}/{session}/BILLS.csv"):
            missing = self.report.by_status[404]
            try:
                page = await self.fetch(name, role="start", expects="text/csv")
            except ErrorPage:
                if self.report.by_status[404] == missing:
                    raise
            else:
                return csv_rows(page.body, required=BILLS, name=f"{session}/BILLS.CSV")
        raise NotOpen(f"session {session} is not open", url)

    async def _companions(self, session: str) -> Companions:
        """The files beside a session's list."""
        known = [one for one in self.known if one.session == session]
        history = await self._companion(session, "HISTORY.CSV", "Bill_id", *HISTORY)
        sponsors = await self._companion(session, "Sponsors.csv", "BILL_NUMBER", *SPONSORS)
        summaries = await self._companion(session, "Summaries.csv", "SUM_BILNO", *SUMMARIES)
        amendments = await self._companion(session, "Amendments.csv", "BILL_NUMBER", "TXT_DOCID")
        before = any(AMENDMENTS_READ in one.extras for one in known)
        return Companions(
            history=history,
            sponsors=sponsors,
            summaries=summaries,
            amendments=amendments,
            amendments_read=before or amendments is not None,
            older=older_amendments(amendments, known),
        )

    async def _companion(
        self, session: str, file: str, bill: str, *columns: str
    ) -> Mapping[str, Sequence[Row]] | None:
        """The rows of a companion file by bill; None, and a note, when it cannot be had."""
        url = f"{FILES}/{session}/{file}"
        page = await self.companion(url, expects="text/csv")
        if page is None:
            return None
        try:
            table = csv_rows(page.body, required=(bill, *columns), name=f"{session}/{file}")
        except ParseDrift as error:
            self.report.note("drifted", f"without it some fields stay as they were: {error}", url)
            return None
        return by_bill((row for row in table.rows if len(row) >= len(table.header)), bill)

    def _count_unmapped(self, found: Measure) -> None:
        """Count words we have no classification for; they are kept as printed."""
        if not found.classification:
            self.report.unmapped[f"kind of {found.identifier[:2]}"] += 1
        for version in found.versions:
            if version.classification is None:
                self.report.unmapped[f"text {re.sub('[0-9]+', '#', version.note)}"] += 1
        for action in found.actions:
            if not action.classification and not classify.knows(action.description):
                self.report.unmapped[re.sub("[0-9]+", "#", action.description)] += 1
