"""Citations of law: one found in all its usual spellings, and under its equivalents.

A phrase of a query that is a citation and nothing else stands for what it
cites: "8 U.S.C. 1357(g)" also finds "8 USC § 1357(g)(1)", "section 1357(g) of title
8, United States Code" and "INA 287(g)". One without a subsection finds all below
it. A bare number such as "287(g)" is no citation and found as written.

Sections of acts and where the Code has them: the classification tables of the
Office of the Law Revision Counsel (uscode.house.gov), chapters 12 and 14 of title 8.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from config import query
from pipelines.lexicon import fold
from pipelines.terms import Anchor, Hit, Term, Token, Words, apart, compile_term

__all__ = ["Citation", "citation_of"]

# In all patterns here a blank stands for any white space, a few characters at most.
_SIGN = r"(?:§{1,2}|sections?|secs?\.|ss?\.)"
_NUMBER = r"\d{1,5}[a-z]{0,2}(?:[.:-]\d{1,5}[a-z]?){0,4}"
_SUB = r"(?:\s{0,2}\(\s{0,2}[a-z\d]{1,5}\s{0,2}\))"
_CODE = r"(?:u\.?\s?s\.?\s?c\.?(?:\s?a\.?)?(?!\w)|u\.?\s?s\.? code|united states code)"
_OF_CODE = rf"(?:,? (?:of the )?{_CODE})?"
_REGULATIONS = r"(?:c\.?\s?f\.?\s?r\.?(?!\w)|code of federal regulations)"
_PART = rf"(?:{_SIGN}|parts?)"
_WHOSE = r"(?:of )?(?:the )?(?:federal |u\.s\. |united states )?"
_SPACE = r"\s{0,9}"
_ANY = rf"{_NUMBER}{_SUB}{{0,4}}"
_JOINT = r"(?:, (?:and |or )?|; | (?:and|or|through|to) )"
_BEFORE = rf"(?:{_ANY}{_JOINT}){{0,4}}"
_MORE = rf"{_SUB}{{0,4}}(?:{_JOINT}{_ANY}){{0,4}}"
_STARTS = r"(?<!\w)(?<!\d[.,-])"
_ENDS = r"(?!\w|[.,-]\d)"
_REACH = 300  # characters that a citation may have before and after its number
_SUBSECTIONS = re.compile(r"\(\s*([a-z\d]{1,5})\s*\)")


@dataclass(frozen=True)
class _Act:
    """An act, the ways to name it (a pattern), and its sections' places in title 8."""

    names: str
    words: tuple[str, ...]
    sections: Mapping[str, str]


_IMMIGRATION_AND_NATIONALITY = _Act(
    r"(?:i\.?\s?n\.?\s?a\.?(?!\w)|immigration (?:and|&) nationality act)",
    ("immigration", "nationality"),
    MappingProxyType({
        "101": "1101", "103": "1103", "201": "1151", "203": "1153", "207": "1157", "208": "1158",
        "209": "1159", "210": "1160", "212": "1182", "214": "1184", "221": "1201", "235": "1225",
        "236": "1226", "236a": "1226a", "237": "1227", "238": "1228", "239": "1229", "240": "1229a",
        "240a": "1229b", "240b": "1229c", "241": "1231", "242": "1252", "243": "1253",
        "244": "1254a", "245": "1255", "245a": "1255a", "264": "1304", "265": "1305", "266": "1306",
        "274": "1324", "274a": "1324a", "274b": "1324b", "274c": "1324c", "274d": "1324d",
        "275": "1325", "276": "1326", "277": "1327", "287": "1357", "290": "1360",
    }),
)  # fmt: skip
_ACTS = (
    _IMMIGRATION_AND_NATIONALITY,
    _Act(
        r"(?:iirira|illegal immigration reform and immigrant responsibility act)",
        ("illegal", "immigration", "immigrant", "responsibility"),
        MappingProxyType({"642": "1373"}),
    ),
    _Act(
        r"(?:prwora|personal responsibility and work opportunity reconciliation act)",
        ("personal", "responsibility", "opportunity", "reconciliation"),
        MappingProxyType({"434": "1644"}),
    ),
)
_TITLE = "8"

_SUBS = rf"(?P<subs>{_SUB}*)"
_WRITTEN = {
    "code": (
        rf"(?P<title>\d{{1,2}})\s?{_CODE},?\s?(?:{_SIGN}\s?)?(?P<number>{_NUMBER}){_SUBS}",
        rf"{_SIGN}\s?(?P<number>{_NUMBER}){_SUBS},? (?:of )?title (?P<title>\d{{1,2}}){_OF_CODE}",
    ),
    "regulations": (
        rf"(?P<title>\d{{1,2}})\s?{_REGULATIONS},?\s?(?:{_PART}\s?)?(?P<number>{_NUMBER}){_SUBS}",
    ),
    "section": (rf"{_SIGN}\s?(?P<number>{_NUMBER}){_SUBS}",),
}


@dataclass(frozen=True)
class Citation:
    """A citation ready to be looked for, beside the term as it was written."""

    written: Term
    pattern: str
    tokens: tuple[Token, ...]
    numbers: tuple[str, ...]

    @property
    def name(self) -> str:
        """The citation as the query has it."""
        return self.written.name

    @property
    def anchors(self) -> tuple[frozenset[Anchor], ...]:
        """One number's first word: "3-113.1" is three words, "1226a" one."""
        firsts = (re.split(r"\W", number)[0] for number in self.numbers)
        return tuple(frozenset((Anchor("exact", first),)) for first in firsts)

    def hits(self, words: Words) -> list[Hit]:
        """Find all places that cite it, in order, none overlapping another."""
        text = words.folded.text
        found = [
            Hit(hit.start(), hit.end(), 1.0, self.name)
            for start, end in self._windows(text)
            for hit in self._compiled.finditer(text, start, end)
        ]
        return apart(found, self.written.hits(words))

    def _windows(self, text: str) -> Iterator[tuple[int, int]]:
        """Stretches round the numbers, apart from each other, in which all its places lie."""
        start = end = -1
        for number in self._number.finditer(text):
            if number.start() - _REACH > end:
                if end >= 0:
                    yield start, end
                start = max(0, number.start() - _REACH)
            end = number.end() + _REACH
        if end >= 0:
            yield start, end

    @cached_property
    def _number(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self.numbers)))

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern.replace(" ", r"\s{1,9}"))


def citation_of(node: query.Term) -> Citation | None:
    """The citation that a phrase is; None for all other terms. Raises UnevaluableQueryError."""
    if not isinstance(node, query.Phrase):
        return None
    text = fold(node.text, lambda _: False).text.strip()
    found = next(_read(text), None)
    if found is None:
        return None
    patterns, numbers, words = found
    tokens = tuple(Token("exact", word, gap=True) for word in (*numbers, *words))
    pattern = f"{_STARTS}(?:{'|'.join(patterns)}){_ENDS}"
    return Citation(compile_term(node), pattern, tokens, numbers)


_Found = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _read(text: str) -> Iterator[_Found]:
    """Patterns, numbers and words of what a text cites, when it is a citation and no more."""
    for act in _ACTS:
        for shape in (
            rf"{act.names},?\s?(?:{_SIGN}\s?)?(?P<number>{_NUMBER}){_SUBS}",
            rf"(?:{_SIGN}\s?)?(?P<number>{_NUMBER}){_SUBS} {_WHOSE}{act.names}",
        ):
            if found := re.fullmatch(shape, text):
                number, subs = found["number"], _subs(found["subs"])
                yield _same_law(act.sections.get(number), subs, act, number)
    for kind, shapes in _WRITTEN.items():
        for shape in shapes:
            if found := re.fullmatch(shape, text):
                number, subs = found["number"], _subs(found["subs"])
                if kind == "section":
                    yield (rf"{_SIGN}{_SPACE}{re.escape(number)}{subs}",), (number,), ()
                elif kind == "regulations":
                    yield (_of_regulations(found["title"], number, subs),), (number,), ()
                elif found["title"] == _TITLE:
                    yield _same_law(number, subs, None, "")
                else:
                    yield _of_code(found["title"], number, subs), (number,), ()


def _same_law(code: str | None, subs: str, act: _Act | None, section: str) -> _Found:
    """A section of title 8 and the sections of acts that it is."""
    patterns: list[str] = []
    numbers: list[str] = []
    words: list[str] = ["section", "title"]
    if code:
        patterns += _of_code(_TITLE, code, subs)
        numbers.append(code)
    for one in _ACTS:
        own = [number for number, place in one.sections.items() if place == code]
        if one is act and section not in own:
            own.append(section)
        for number in own:
            patterns += _of_act(one, number, subs)
            numbers.append(number)
            words += one.words
    return tuple(patterns), tuple(numbers), tuple(words)


def _of_code(title: str, number: str, subs: str) -> tuple[str, ...]:
    cited, sign = re.escape(number) + subs, rf"(?:{_SIGN}{_SPACE})"
    return (
        rf"{title}{_SPACE}{_CODE},?{_SPACE}{sign}?{_BEFORE}{cited}",
        rf"{sign}{_BEFORE}{cited}{_MORE},? (?:of )?title {title}{_OF_CODE}",
        rf"title {title}{_OF_CODE},?{_SPACE}{sign}{_BEFORE}{cited}",
    )


def _of_act(act: _Act, number: str, subs: str) -> tuple[str, ...]:
    cited, sign = re.escape(number) + subs, rf"(?:{_SIGN}{_SPACE})"
    return (
        rf"{act.names}(?: of \d{{4}})?,?{_SPACE}{sign}?{_BEFORE}{cited}",
        rf"(?:{sign}{_BEFORE})?{cited}{_MORE},? {_WHOSE}{act.names}",
    )


def _of_regulations(title: str, number: str, subs: str) -> str:
    cited = re.escape(number) + subs
    return rf"{title}{_SPACE}{_REGULATIONS},?{_SPACE}(?:{_PART}{_SPACE})?{_BEFORE}{cited}"


def _subs(written: str) -> str:
    """The pattern of subsections, one after the other."""
    return "".join(
        rf"\s{{0,3}}\(\s{{0,2}}{re.escape(one)}\s{{0,2}}\)" for one in _SUBSECTIONS.findall(written)
    )
