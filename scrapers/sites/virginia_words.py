"""How Virginia writes sessions, numbers, days, statuses, texts and summaries. Pure.

docs/sources/virginia.md has the tables.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from lxml import html

from config.vocabulary import MeasureClassification, VersionClassification
from scrapers.actions import VIRGINIA, classifier

ZONE = ZoneInfo("America/New_York")
PREFILING = 7  # the month from which the next year's session is open for prefiled bills
FIVE_DIGITS = 2025  # the first year whose session codes name the year in full
Row = Mapping[str, str]
FLAGS = ("Passed_house", "Passed_senate", "Passed", "Failed", "Carried_over", "Approved", "Vetoed")
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
BODIES = ("house", "senate", "conference", "governor")
"""Whose last actions BILLS.CSV shows."""

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
_NUMBER = re.compile(r"([A-Z]+)\s*0*(\d+)")
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_PATRON = re.compile(r'"?(\d+)"?\s*-\s*(.+)')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EDGE = "\v"  # is no character of a summary: control characters are taken out of it
_SILENT = frozenset({"script", "style"})
_BLOCKS = frozenset({"p", "div", "br", "hr", "li", "ul", "ol", "table", "tr"})
classify = classifier(VIRGINIA)


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


def number_in(printed: str) -> str:
    """A bill's number without padding: "HB0001 " is HB1; "" for what is none."""
    match = _NUMBER.fullmatch(printed.strip())
    return "".join(match.groups()) if match else ""


def bill_number(printed: str) -> str:
    """A bill's number without padding. Raises ValueError for what is none."""
    number = number_in(printed)
    if not number:
        raise ValueError(f"{printed!r} is no bill number")
    return number


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


def patron_kind(printed: str) -> str:
    """The words of a patron's type, printed as `"1" - Chief Patron` with its quotes astray."""
    match = _PATRON.fullmatch(printed.strip())
    return words(match[2] if match else printed)


def text_kind(bill: str, code: str) -> VersionClassification | None:
    """What a text's code says it is; None for a code we do not know."""
    if code.startswith("CHAP"):
        return VersionClassification.BECAME_LAW
    if not code.startswith(bill):
        return None
    rest = code.removeprefix(bill)
    return next((kind for shape, kind in TEXTS if re.fullmatch(shape, rest)), None)


def finality(kind: str) -> int:
    """How late in a bill's life a summary was written; 0 for words we do not know."""
    printed = words(kind).upper()
    return next((rank for beginning, rank in FINALITY if printed.startswith(beginning)), 0)
