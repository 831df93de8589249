"""Which orders an order ends, extends or amends, by its title and its text. Pure.

"Rescinding Executive Order 2026-04", "Section 1 of Emergency Executive Order No.
1.12, dated March 6, 2026, is hereby extended for five (5) days". What a recital
tells ("WHEREAS, Executive Order 5 was revoked in 2011") is history, and what ends
only a section leaves the order standing.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from scrapers.items import Related
from scrapers.selectors import MONTHS, day

VERBS = {
    "rescind": "rescinds", "rescission": "rescinds", "repeal": "rescinds", "revok": "revokes",
    "revocation": "revokes", "terminat": "rescinds", "supersed": "supersedes",
    "superced": "supersedes", "replac": "replaces", "extend": "extends", "extension": "extends",
    "renew": "renews", "continu": "extends", "amend": "amends",
}  # fmt: skip
"""How the words begin that say what an order does to another one."""

ENDS = frozenset({"rescinds", "revokes", "supersedes", "replaces"})
RENEWS = frozenset({"renews", "extends"})
"""Relations of an order that only goes on with another one."""

_KIND = (
    r"(?P<kind>(?:mayoral\s+|(?:local\s+)?emergency\s+)?executive\s+(?:orders?|directives?)"
    r"|mayoral\s+(?:orders?|directives?)|E\.?E\.?O\.?|E\.?O\.?|E\.?D\.?)"
)
_NUMBER = r"(?:\(?EO#?\)?\s*)?(?:(?:no|nos|number|numbers)\b\.?\s*|\#\s*)?(?P<number>(?-i:[A-Z]-?)?\d[\w.-]*)"
_NAMED = rf"{_KIND}[\s-]*{_NUMBER}"
_OTHER = re.compile(rf"\b{_NAMED}", re.IGNORECASE)
_MORE = re.compile(
    r"\s*(?:,\s*dated\s+[^,;]{3,20},\s*\d{4})?\s*,?\s*(?:and|or|,|&)\s+(?:(?:no|number)\.?\s*)?"
    rf"(?P<number>\d[\w.-]*)(?!\s*(?:{'|'.join(MONTHS)}|days?|percent|%|\)|of\b|,\s*\d{{4}}))",
    re.IGNORECASE,
)
_DATED = re.compile(
    rf"\A[,\s(]*(?:dated|issued|signed|of|on|issued on)?\s*"
    rf"((?:{'|'.join(MONTHS)})\.?\s+\d{{1,2}},?\s+\d{{4}}|\d{{1,2}}/\d{{1,2}}/(?:\d{{4}}|\d\d)\b)",
    re.IGNORECASE,
)
_STEM = "|".join(VERBS)
_ACTIVE = re.compile(
    rf"\b(?P<verb>{_STEM})(?:e|es|ed|s|ing|ation|ion|sion|ment|al)?(?:\s+(?:of|to|and\s+\w+))?"
    r"(?:\s+(?:the|mayor\W*s?|governor\W*s?|prior|previous|existing|former|hereby|a|local|state|of"
    r"|emergency|declared|by|in(?!\s+part)|under|(?-i:[A-Z][a-z]+)(?:'s|\u2019s)?))*\s*(?P<part>in\s+part)?:?\s*\Z",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"\A[^.;]{0,160}?\b(?:is|are|shall\s+be)\s+(?:also\s+)?(?:hereby\s+)?(?:further\s+)?(?:also\s+)?"
    rf"(?P<verb>{_STEM})\w*",
    re.IGNORECASE | re.DOTALL,
)
_PART = re.compile(
    r"\b(?:sections?|subdivisions?|paragraphs?|subsections?|clauses?|part|§+)\s*[\w.,()\s-]{0,60}\b(?:of|in|to)\s*"
    r"(?:the\s+)?\Z",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|nothing|never|whether|unless|until|may|if|except(?:\s+that)?)\s+(?:\w+\s+){0,4}\Z",
    re.IGNORECASE,
)
_HISTORY = re.compile(
    r"\b(?:as|was|were|been|previously|first|last)\s+(?:\w+ly\s+)?\Z", re.IGNORECASE
)
_NO = re.compile(r"\b(Nos?)\.", re.IGNORECASE)
_RECITAL = re.compile(r"\A\W*(?:whereas|background)\b", re.IGNORECASE)
_ENDED = re.compile(r"(?<=[.;])\s+(?=[A-Z\u00a7(])|\n\s*\n|(?=\bWHEREAS\b)|(?=\bNOW,? THEREFORE\b)")
_ABBREVIATED = re.compile(r"\b(?:No|Nos|Sec|Secs|St|Mr|Ms|Dr|U\.S)\.\Z|\b[A-Z]\.\Z", re.IGNORECASE)
_HEAD, _TAIL = 240, 260


@dataclass(frozen=True, slots=True)
class Mention:
    """Another order as a sentence names it: its kind and number as printed, and what is done to it.

    `dated` is the day the sentence gives for it; `partly` says that only a
    section of it is meant.
    """

    kind: str
    number: str
    relation: str
    dated: date | None = None
    partly: bool = False

    @property
    def printed(self) -> str:
        return f"{self.kind} {self.number}"


def mentions(text: str) -> list[Mention]:
    """What a title or text says it does to other orders, each once, in order."""
    found: dict[tuple[str, str, str], Mention] = {}
    for sentence in sentences(text):
        if _RECITAL.match(sentence):
            continue
        for one in _said(sentence):
            found.setdefault((one.kind.casefold(), one.number, one.relation), one)
    return list(found.values())


def sentences(text: str) -> Iterator[str]:
    """A text cut where a sentence or recital ends, blanks folded."""
    cuts = [
        found.start()
        for found in _ENDED.finditer(text)
        if not _ABBREVIATED.search(text[max(0, found.start() - 6) : found.start()])
    ]
    for start, end in pairwise([0, *cuts, len(text)]):
        # The dot of "No." ends no sentence.
        sentence = _NO.sub(r"\1", " ".join(text[start:end].split()))
        if sentence:
            yield sentence


def _said(sentence: str) -> Iterator[Mention]:
    for other in _OTHER.finditer(sentence):
        before = sentence[max(0, other.start() - _HEAD) : other.start()]
        after = sentence[other.end() : other.end() + _TAIL]
        partly = bool(_PART.search(before))
        outside = _PART.sub("", before) if partly else before
        active, passive = _ACTIVE.search(outside), _PASSIVE.match(after)
        if active and _HISTORY.search(outside[: active.start()]):
            active = None
        partly = partly or bool(active and active["part"])
        verb = active or passive
        if verb is None or (active and _NOT.search(outside[: active.start()])):
            continue
        relation = VERBS[verb["verb"].lower()]
        if partly and relation in ENDS:
            relation = "amends"
        dated = _DATED.match(after)
        kind = re.sub(r"s\Z", "", " ".join(other["kind"].split()), flags=re.IGNORECASE)
        told = Mention(
            kind, _bare(other["number"]), relation, day(dated[1]) if dated else None, partly
        )
        yield told
        yield from (
            Mention(kind, _bare(number), relation, None, partly) for number in _further(after)
        )


def _further(after: str) -> Iterator[str]:
    """The other numbers of "Executive Orders 5, 6 and 7"."""
    at = 0
    while found := _MORE.match(after, at):
        yield found["number"]
        at = found.end()


def _bare(number: str) -> str:
    return number.rstrip(".,-")


def related(
    found: Iterable[Mention],
    name: str,
    called: Callable[[Mention], str],
    term: Callable[[date], str],
) -> tuple[Related, ...]:
    """Mentions as related measures, each once; an order's mention of itself is left out.

    `called` names another order as the government names its own, `term` is the
    session of an order signed on a day. Of several relations to one order the
    one that ends it counts.
    """
    told: dict[str, Related] = {}
    for one in found:
        other = called(one)
        session = term(one.dated) if one.dated else ""
        if not other or _same(other, name):
            continue
        before = told.get(_plain(other))
        if before is None or (one.relation in ENDS and before.relation not in ENDS):
            told[_plain(other)] = Related(identifier=other, relation=one.relation, session=session)
    return tuple(told.values())


def renewed(name: str) -> str:
    """The first order of a row of renewals: of "EEO 50.12" it is "EEO 50"; "" for other names.

    One dot within a number is a renewal; several are a style of numbering
    ("01.01.2026.05"), as is a year before the dot.
    """
    found = re.search(r"(?<![\d.])(\d+)\.\d+\Z", name)
    if found is None or re.fullmatch(r"(?:19|20)\d\d", found[1]):
        return ""
    return name[: found.end(1)]


def unended(title: str) -> str:
    """A title without the orders it ends or renews: their numbers are not its own.

    An order whose title only amends another may share that one's number.
    """
    cut = title
    for other in reversed(list(_OTHER.finditer(title))):
        verb = _ACTIVE.search(title[: other.start()])
        if verb and VERBS[verb["verb"].lower()] != "amends":
            cut = cut[: other.start()] + cut[other.end() :]
    return cut


def _plain(name: str) -> str:
    return re.sub(r"(?<!\d)0+(?=\d)", "", "".join(name.casefold().split()))


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)
