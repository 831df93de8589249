"""Rows of Virginia's files as measures. Pure.

What LIS's API says comes here in the words of the files (`virginia_api`), so that a
bill is the same measure whichever of the two was asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from config.vocabulary import DateKind, SponsorClassification, VersionClassification
from scrapers.items import Action, Link, Measure, MeasureDate, Related, Sponsor, Version
from scrapers.ports import KnownMeasure
from scrapers.rows import RowTable
from scrapers.sites.virginia_words import (
    CHAMBERS,
    FLAGS,
    KINDS,
    PREFILING,
    Row,
    bill_number,
    classify,
    day,
    finality,
    number_in,
    patron_kind,
    plain,
    session_code,
    session_year,
    status,
    text_kind,
    words,
)

PAGES = "https://lis.virginia.gov/bill-details"
WAITS_FOR = "a LIS API key (the keyless files list the texts but do not hold them)"
AMENDMENTS_READ = "Amendments.csv"
OLDER_AMENDMENTS = "Amendments before it was read"
BILLS = ("Bill_id", "Bill_description", "Full_text_doc1", "Full_text_date1", *FLAGS)
HISTORY = ("History_date", "History_description")
SPONSORS = ("MEMBER_NAME", "MEMBER_ID", "PATRON_TYPE")
SUMMARIES = ("SUMMARY_TYPE", "SUMMARY_TEXT")
_LATEST = (("house", "H"), ("senate", "S"), ("conference", "C"), ("governor", "G"))
_TEXT_SLOTS = range(1, 7)
_MAPPED = frozenset(
    {"Bill_id", "Bill_description", "Chapter_id", "Introduction_date"}
    | {f"Full_text_{part}{slot}" for part in ("doc", "date") for slot in _TEXT_SLOTS}
)


@dataclass(frozen=True, slots=True)
class Companions:
    """The rows of the other files, by bill; None for a file that was not to be had.

    `amendments_read` says that Amendments.csv was read, now or before. `older`
    are codes of amendments that stood in it when it was read for the first time
    but after the bills were known: nobody can say when those came. `doubtful` are
    (field, bill) of bills with a row that cannot be read: nothing is said of them.
    """

    history: Mapping[str, Sequence[Row]] | None = None
    sponsors: Mapping[str, Sequence[Row]] | None = None
    summaries: Mapping[str, Sequence[Row]] | None = None
    amendments: Mapping[str, Sequence[Row]] | None = None
    amendments_read: bool = False
    older: Mapping[str, str] = field(default_factory=dict)
    doubtful: AbstractSet[tuple[str, str]] = frozenset()

    def of(self, bill: str) -> "Companions":
        """What is said of one bill: without the files of which a row cannot be read."""
        lost = {name for name, one in self.doubtful if one == bill}
        if not lost:
            return self
        return replace(
            self,
            history=None if "history" in lost else self.history,
            sponsors=None if "sponsors" in lost else self.sponsors,
            summaries=None if "summaries" in lost else self.summaries,
            amendments=None if "amendments" in lost else self.amendments,
        )


def by_bill(table: RowTable, column: str) -> tuple[dict[str, list[Row]], list[str]]:
    """Rows of a companion file by bill, and the bills of rows that cannot be read.

    Such a row has too few or too many values, and the bill is "" where even that
    is not to be read. Of such a bill no row is given.
    """
    found: dict[str, list[Row]] = defaultdict(list)
    bad = []
    for row in table.rows:
        number = number_in(row.get(column, ""))
        if number and len(row) == len(table.header):
            found[number].append(row)
        else:
            bad.append(number)
    return {number: rows for number, rows in found.items() if number not in bad}, bad


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
    """A row with a value a column. Raises ValueError for one that was cut off, or that a quote shifted."""
    if len(row) != len(header):
        raise ValueError(f"{len(row)} values under {len(header)} columns")
    return row


def measure(session: str, row: Row, companions: Companions) -> Measure:
    """One row of BILLS.CSV and what the companions say of the same bill.

    A row without flags is one of a bill that BILLS.CSV does not have: its status
    and further numbers were not seen. Raises ValueError when the row has no bill number.
    """
    printed = row["Bill_id"].strip()
    bill = bill_number(printed)
    kind = KINDS.get(bill[:2])
    title = words(row["Bill_description"])
    chamber = CHAMBERS[bill[0]] if bill[0] in "HS" else ""
    introduced = row.get("Introduction_date", "").strip()
    chapter = row.get("Chapter_id", "").strip()
    companions = companions.of(bill)
    actions, actions_seen, steps = _actions(row, bill, companions.history)
    sponsors, sponsors_seen, patrons = _sponsors(row, bill, companions.sponsors)
    summary, summaries = _summary((companions.summaries or {}).get(bill, ()))
    amendments, held = _amendments(bill, companions)
    seen = {
        "identifiers": FLAGS[0] in row, "status": FLAGS[0] in row, "versions": True, "url": True,
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
        status=status(row) if FLAGS[0] in row else "",
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
    past = each_once((history or {}).get(bill, ()))
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


def each_once(steps: Iterable[Row]) -> list[Row]:
    """Steps without those that stand twice, value for value: nothing tells them from a slip.

    93 steps of 2024 stand there more than once, none with a reference number.
    """
    return list({tuple(step.items()): step for step in steps}.values())


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
