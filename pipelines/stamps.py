"""What sites print on documents by machine: dates, times, counters, session ids.

Each word has a class or none; a few words that say one day or one moment are one
stamp. Nothing here tells whether a stamp means something: "effective July 1,
2026" and "printed July 1, 2026" are the same to it.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_CLASSES = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("date", r"\d{4}([-/.])\d{1,2}\1\d{1,2}(?:t\d{2}:?\d{2}\S*)?"),
        ("date", r"\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d{2})"),
        ("date", rf"\d{{1,2}}([-/]){_MONTH}\1(?:\d{{4}}|\d{{2}})"),
        ("time", r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[ap]\.?m)?(?:z|[-+]\d{2}:?\d{2})?"),
        ("half", r"[ap]\.?mz?"),
        ("zone", r"utc|gmt|[ecmp][sd]t|z"),
        ("month", _MONTH),
        ("weekday", _DAY),
        ("number", r"\d{1,3}(?:,\d{3})+|\d+(?:st|nd|rd|th)?"),
        ("token", r"(?=[^\W\d_]*\d)(?=\d*[^\W\d_])[\w=-]{8,}"),
    )
)
_EDGES = ".,;:!?\"'()[]{}<>|#*\u2022_\u2018\u2019\u201c\u201d"
_LETTERS = {"date": "D", "time": "T", "half": "P", "zone": "Z", "month": "M", "weekday": "W"}
_STAMP = re.compile(
    r"W?(?:Md?Y|dMY|D)(?:c?W?TP?Z?Y?)?|W?(?:Md|dM)c?TP?Z?Y?|TP?Z?(?:c?W?(?:MdY|dMY|D))?"
)
_BETWEEN = frozenset({"at", "on", "@", "-", "|", "\u2013", "\u2014"})
_LAW = re.compile(r"[$\u20ac\u00a3%\u00a7]")
_DIGITS = re.compile(r"\d+")
_PARTS = re.compile(r"\d+|[a-z]+")
_EARLIEST, _LATEST = 1900, 2199


@lru_cache(maxsize=1 << 16)
def class_of(word: str) -> str:
    """The class of a word: date, time, half, zone, month, weekday, number or token; else ""."""
    if _LAW.search(word):
        return ""
    said = _bare(word)
    return next((name for name, pattern in _CLASSES if pattern.fullmatch(said)), "")


@lru_cache(maxsize=1 << 16)
def folded(word: str) -> str:
    """A word as context: its class where it has one, else its letters, figures as "#"."""
    name = class_of(word)
    return f"<{name}>" if name else _DIGITS.sub("#", _bare(word)) or word


def is_law(word: str) -> bool:
    """Whether a word is of the kind that laws are about: money, shares, section signs."""
    return _LAW.search(word) is not None


def stamps(words: Sequence[str], first: int, last: int) -> Iterator[tuple[int, int]]:
    """The stamps of day and time that overlap words [first, last), as (start, end)."""
    begin = max(0, first - 10)
    letters = "".join(map(_letter, words[begin : last + 10]))
    for found in _STAMP.finditer(letters):
        start, end = begin + found.start(), begin + found.end()
        if start < last and end > first:
            yield start, end


def day_of(words: Sequence[str]) -> date | None:
    """The day that a stamp says, None where it says none or several."""
    found = set()
    for at, word in enumerate(words):
        name = class_of(word)
        if name == "date":
            found.add(_numeric(_bare(word)))
        elif name == "month":
            found.add(_spelled(words, at))
    return found.pop() if len(found) == 1 else None


def count_of(words: Sequence[str]) -> int | None:
    """The number among some words, None where there is none or several."""
    found = [_bare(word).replace(",", "") for word in words if class_of(word) == "number"]
    return int(found[0]) if len(found) == 1 and found[0].isdecimal() else None


def _bare(word: str) -> str:
    return word.strip(_EDGES).casefold()


def _letter(word: str) -> str:
    name = class_of(word)
    if name == "number":
        said = _bare(word)
        if said.isdecimal() and len(said) == 4:
            return "Y"
        return "d" if len(said.rstrip("stndrh")) <= 2 else "."
    if not name:
        return "c" if word.casefold() in _BETWEEN else "."
    return _LETTERS.get(name, ".")


def _numeric(said: str) -> date | None:
    parts = _PARTS.findall(said)[:3]
    if len(parts[0]) == 4:
        return _day(parts[0], parts[1], parts[2])
    if not parts[1].isdecimal():
        return _day(parts[2], str(_MONTHS.index(parts[1][:3]) + 1), parts[0])
    return _day(parts[2], parts[0], parts[1]) or _day(parts[2], parts[1], parts[0])


def _spelled(words: Sequence[str], at: int) -> date | None:
    """Tell the day of "November 23, 2026" or "23 November 2026", whose month is at a place."""
    month = str(_MONTHS.index(_bare(words[at])[:3]) + 1)
    numbers = [_bare(word).rstrip("stndrh") for word in words[at + 1 : at + 3]]
    if len(numbers) == 2 and all(map(str.isdecimal, numbers)):
        return _day(numbers[1], month, numbers[0])
    if 0 < at < len(words) - 1:
        return _day(_bare(words[at + 1]), month, _bare(words[at - 1]).rstrip("stndrh"))
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        whole = int(year) + (2000 if len(year) == 2 else 0)
        return date(whole, int(month), int(day)) if _EARLIEST <= whole <= _LATEST else None
    except ValueError:
        return None
