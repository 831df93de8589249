"""When two printed names mean one agency.

Lists kept by hand print an agency now so, now so: "Ft. Myers PD" and "Fort Myers
Police Department", with and without the state before it, with slips of the pen.
A name is taken apart into the words that tell the agency from others, its kind,
and the form of its town. Nothing here looks at dates or addresses.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from config.places import state_code

_SHORT = {
    "boro": "borough", "co": "county", "dept": "department", "ft": "fort", "hwy": "highway",
    "mt": "mount", "ofc": "office", "pct": "precinct", "pd": "police department",
    "sherrif": "sheriff", "sherriff": "sheriff", "st": "saint", "twp": "township", "univ": "university",
}  # fmt: skip
_DIVISIONS = frozenset({"county", "parish"})
_FORMS = frozenset({"borough", "township", "town", "village", "city", "county", "parish"})
_PLAIN = frozenset(
    {"police", "department", "sheriff", "office", "constable", "services", "state", "board", "trustees"}
) | _FORMS  # fmt: skip
_EMPTY = frozenset({"of", "the", "and", "for", "in", "at"})
_CUSTODY = frozenset(
    {"jail", "prison", "detention", "corrections", "correctional", "commissioners"}
)
_OF_COUNTIES = frozenset({"sheriff", "custody"})  # for these, "county" may be said or not
_SCHOOLS = frozenset({"university", "college", "school"})
_TYPO_FROM = 5  # shorter words differ too easily by one letter
_TWO_TYPOS_FROM = 8
_TOWN_OF = re.compile(r"^(the )?(city|town) of ")  # City of Melbourne is Melbourne
_APOSTROPHE = re.compile("['\u2019`]")
_NOT_WORD = re.compile(r"[^\w]+|_+")


class Likeness(IntEnum):
    """How sure two names are of one agency, the surest last."""

    NONE = 0
    PART = 1  # one name is the other and more
    CLOSE = 2  # the same but for slips of the pen
    STYLE = 3  # the same words tell it apart; the rest is said otherwise
    SAME = 4  # the same words


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart: its words as said and in order, those that tell it apart, its kind, its forms."""

    said: tuple[str, ...]
    words: tuple[str, ...]
    core: tuple[str, ...]
    kind: str
    forms: frozenset[str]


def name(printed: str, state: str) -> Name:
    """Take a name apart; `state` is the full name of its state, which may stand before or behind it."""
    words = _without_state(_words(printed), _plain(state).split())
    kind = _kind(words)
    return Name(
        said=tuple(words),
        words=tuple(sorted(words)),
        core=tuple(sorted(word for word in words if word not in _PLAIN)),
        kind=kind,
        forms=frozenset(words) & (_FORMS - _DIVISIONS if kind in _OF_COUNTIES else _FORMS),
    )


def likeness(one: Name, other: Name) -> Likeness:
    """Judge two names. Numbers, as of precincts, must be the same in both."""
    if one.words == other.words:
        return Likeness.SAME
    if not _kinds_agree(one.kind, other.kind) or _numbers(one) != _numbers(other):
        return Likeness.NONE
    if not one.core or not other.core:
        return Likeness.STYLE if _weighty(one) == _weighty(other) else Likeness.NONE
    if one.core == other.core:
        return Likeness.STYLE if one.kind == other.kind else Likeness.PART
    if one.kind == other.kind and _slips(one.core, other.core):
        return Likeness.CLOSE
    inside = set(one.core) < set(other.core) or set(other.core) < set(one.core)
    return Likeness.PART if inside else Likeness.NONE


def extends(one: Name, other: Name) -> bool:
    """Whether one name is the other with more said behind it."""
    shorter, longer = sorted((one.said, other.said), key=len)
    return longer[: len(shorter)] == shorter


def similarity(one: Name, other: Name) -> float:
    """From 0 to 100: how alike the words are as letters."""
    return ratio(" ".join(one.words), " ".join(other.words))


def _without_state(words: list[str], state: list[str]) -> list[str]:
    """The words without the state round them; Florida City, Florida keeps its name."""
    behind = (state, [state_code(" ".join(state)) or ""]) if state else ()
    for tail in behind:
        if len(words) > len(tail) and words[-len(tail) :] == tail:
            words = words[: -len(tail)]
    follows = words[len(state) : len(state) + 1]
    if state and words[: len(state)] == state and follows and follows[0] not in _FORMS:
        words = words[len(state) :]
    return words


def _words(printed: str) -> list[str]:
    spelled = (_SHORT.get(word, word) for word in _TOWN_OF.sub("", _plain(printed)).split())
    words = [_unslipped(word) for word in " ".join(spelled).split() if word not in _EMPTY]
    if words[-1:] == ["so"] and len(words) > 1:
        words[-1:] = ["sheriff", "office"]
    return words


def _plain(printed: str) -> str:
    text = unicodedata.normalize("NFKC", printed).casefold()
    return " ".join(_NOT_WORD.sub(" ", _APOSTROPHE.sub("", text)).split())


def _unslipped(word: str) -> str:
    """A common word as it should be: not "sheriffs", and "departent" is a slip of "department"."""
    if word in _PLAIN:
        return word
    one = word.rstrip("s")
    if one in _PLAIN or one in _SHORT:
        return _SHORT.get(one, one)
    if len(word) < _TYPO_FROM:
        return word
    common = (known for known in sorted(_PLAIN) if len(known) > _TYPO_FROM)
    return next((known for known in common if OSA.distance(word, known) == 1), word)


def _kind(words: Sequence[str]) -> str:
    said = set(words)
    if said & _SCHOOLS:
        return "school"
    if said & {"sheriff", "constable"}:
        return "sheriff" if "sheriff" in said else "constable"
    if said & _CUSTODY:
        return "custody"
    return "police" if "police" in said else "other"


def _kinds_agree(one: str, other: str) -> bool:
    return one == other or {one, other} in ({"sheriff", "custody"}, {"custody", "other"})


def _weighty(one: Name) -> list[str]:
    """What is left to compare of a name like State Police Department."""
    return [word for word in one.words if word not in {"department", "office"}]


def _numbers(one: Name) -> list[str]:
    return [word for word in one.words if any(character.isdigit() for character in word)]


def _slips(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the words are the same in order but for a slip or two in long ones."""
    return len(one) == len(other) and all(map(slip, one, other))


def slip(one: str, other: str) -> bool:
    """Whether two words are one but for a slip or two of the pen in a long one."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    longer = max(len(one), len(other))
    if longer < _TYPO_FROM or shorter < _TYPO_FROM - 1 or one[0] != other[0]:
        return False
    return OSA.distance(one, other) <= (2 if shorter >= _TWO_TYPOS_FROM else 1)
