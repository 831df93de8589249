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
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from config import query
from pipelines.lexicon import fold
from pipelines.terms import Term, compile_term
from pipelines.text_words import Words
from pipelines.tokens import Anchor, Hit, Token, apart

__all__ = ["Citation", "citation_of"]

# In all patterns here a blank stands for any white space, a few characters at most.
_SIGN = r"(?:§{1,2}|sections?|secs?\.?|ss?\.)"
_NUMBER = r"\d{1,5}[a-z]{0,2}(?:[.:-]\d{1,5}[a-z]?){0,4}"
_SUB = r"(?:\s{0,2}\(\s{0,2}[a-z\d]{1,5}\s{0,2}\))"
_BELOW = r"(?:subsections?|subsecs?\.?|subdivisions?|subds?\.?|paragraphs?|pars?\.)"
_CODE = r"(?:u\.?\s?s\.?\s?c\.?(?:\s?[as]\.?)?(?![a-z])|u\.?\s?s\.? code|united states code)"
_OF_CODE = rf"(?:,? (?:of the )?{_CODE})?"
_REGULATIONS = r"(?:c\.?\s?f\.?\s?r\.?(?![a-z])|code of federal regulations)"
_PART = rf"(?:{_SIGN}|parts?)"
_WHOSE = r"(?:of )?(?:the )?(?:federal |u\.s\. |united states )?"
_SPACE = r"\s{0,9}"
_AND = r"(?:(?:, ?|; ?| )(?:(?:and|or|and/or|&|through|to) )?)"
_SUB_JOINT = rf"(?:{_AND}|\s?-)"
_SUBS_MORE = rf"(?:{_SUB_JOINT}{_SUB}{{1,4}}){{0,4}}"
_ANY = rf"{_NUMBER}{_SUB}{{0,4}}{_SUBS_MORE}"
_BEFORE = rf"(?:{_ANY}{_AND}){{0,4}}"
_MORE = rf"{_SUB}{{0,4}}{_SUBS_MORE}(?:{_AND}{_ANY}){{0,4}}"
_CALLED = r"(?: ?\((?:the )?['\"]{0,2}[a-z. ]{2,20}['\"]{0,2}\)|['\"]{0,2}\))"
_NAMED = rf"(?:'s)?(?: of \d{{4}})?(?:,? as amended)?{_CALLED}?,?{_SPACE}"
_STARTS = r"(?<!\w)(?<!\d[.,-])"
_ENDS = r"(?!\w|[.,-]\d)"
_REACH = 400  # characters that a citation may have before and after its number
_SUBSECTIONS = re.compile(r"\(\s*([a-z\d]{1,5})\s*\)")


@dataclass(frozen=True)
class _Act:
    """An act, the ways to name it (a pattern), and its sections' places in title 8."""

    names: str
    short: str
    words: tuple[str, ...]
    sections: Mapping[str, str]


_IMMIGRATION_AND_NATIONALITY = _Act(
    r"(?:i\.?\s?n\.?\s?a\.?(?!\w)|immigration (?:and|&) (?:nationality|naturalization) act)",
    "INA",
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
        "IIRIRA",
        ("illegal", "immigration", "immigrant", "responsibility"),
        MappingProxyType({"642": "1373"}),
    ),
    _Act(
        r"(?:prwora|personal responsibility and work opportunity reconciliation act)",
        "PRWORA",
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
        rf"title (?P<title>\d{{1,2}}){_OF_CODE},?\s?(?:{_SIGN}\s?)(?P<number>{_NUMBER}){_SUBS}",
    ),
    "regulations": (
        rf"(?P<title>\d{{1,2}})\s?{_REGULATIONS},?\s?(?:{_PART}\s?)?(?P<number>{_NUMBER}){_SUBS}",
    ),
    "section": (rf"{_SIGN}\s?(?P<number>{_NUMBER}){_SUBS}",),
}


@dataclass(frozen=True)
class Citation:
    """A citation ready to be looked for, beside the term as it was written.

    `alike` are its equivalents as terms: where a page was hard to read they may
    be misspelt as every term.
    """

    written: Term
    alike: tuple[Term, ...]
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
        found = apart(found, self.written.hits(words))
        if words.doubts:
            for term in self.alike:
                found = apart(found, term.hits(words))
        return found

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
        return re.compile("|".join(map(_broken, self.numbers)))

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
    tokens = tuple(Token("exact", word, gap=True) for word in (*found.numbers, *found.words))
    pattern = f"{_STARTS}(?:{'|'.join(found.patterns)}){_ENDS}"
    written = compile_term(node)
    alike = (replace(compile_term(query.Phrase(one)), name=written.name) for one in found.alike)
    return Citation(written, tuple(alike), pattern, tokens, found.numbers)


@dataclass(frozen=True)
class _Found:
    """What a text cites: patterns of it, the numbers and words that those have, equivalents."""

    patterns: tuple[str, ...]
    numbers: tuple[str, ...]
    words: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


def _read(text: str) -> Iterator[_Found]:
    """What a text cites, when it is a citation and no more."""
    for act in _ACTS:
        for shape in (
            rf"{act.names},?\s?(?:{_SIGN}\s?)?(?P<number>{_NUMBER}){_SUBS}",
            rf"(?:{_SIGN}\s?)?(?P<number>{_NUMBER}){_SUBS} {_WHOSE}{act.names}",
        ):
            if found := re.fullmatch(shape, text):
                number, subs = found["number"], _Subs.of(found["subs"])
                yield _same_law(act.sections.get(number), subs, act, number)
    for kind, shapes in _WRITTEN.items():
        for shape in shapes:
            if found := re.fullmatch(shape, text):
                number, subs = found["number"], _Subs.of(found["subs"])
                if kind == "section":
                    yield _Found(_of_section(number, subs), (number,))
                elif kind == "regulations":
                    yield _Found(_of_regulations(found["title"], number, subs), (number,))
                elif found["title"] == _TITLE:
                    yield _same_law(number, subs, None, "")
                else:
                    yield _Found(_of_code(found["title"], number, subs), (number,))


@dataclass(frozen=True)
class _Subs:
    """Subsections, one below the other, and the patterns of what they stand in."""

    written: str
    printed: str

    @classmethod
    def of(cls, written: str) -> "_Subs":
        parts = _SUBSECTIONS.findall(written)
        return cls(
            "".join(f"({one})" for one in parts),
            "".join(rf"\s{{0,3}}\(\s{{0,2}}{re.escape(one)}\s{{0,2}}\)" for one in parts),
        )

    def after(self, number: str) -> str:
        """A number with them: 1357(g), 1357(a) and (g), 1357, subd. (g)."""
        if not self.printed:
            return _broken(number)
        among = rf"(?:{_SUB}{{1,4}}{_SUB_JOINT}){{0,4}}"
        return rf"{_broken(number)}(?:,? {_BELOW})?{among}{self.printed}"

    def over(self) -> Iterator[str]:
        """What may stand before a number that they are told of: subsection (g) of."""
        if self.printed:
            among = rf"(?:{_SUB}{{1,4}}{_SUB_JOINT}){{0,4}}"
            yield rf"{_BELOW}{among}{self.printed}{_SUBS_MORE} (?:of|in|under) "


def _broken(number: str) -> str:
    """The pattern of a number that a line end may break at its hyphens."""
    return re.escape(number).replace(r"\-", r"-\s{0,3}")


def _same_law(code: str | None, subs: _Subs, act: _Act | None, section: str) -> _Found:
    """A section of title 8 and the sections of acts that it is."""
    patterns: list[str] = []
    numbers: list[str] = []
    words: list[str] = ["section", "title"]
    alike: list[str] = []
    if code:
        patterns += _of_code(_TITLE, code, subs)
        numbers.append(code)
        alike.append(f"{_TITLE} U.S.C. {code}{subs.written}")
    for one in _ACTS:
        own = [number for number, place in one.sections.items() if place == code]
        if one is act and section not in own:
            own.append(section)
        for number in own:
            patterns += _of_act(one, number, subs)
            numbers.append(number)
            words += one.words
            alike.append(f"{one.short} {number}{subs.written}")
    return _Found(tuple(patterns), tuple(numbers), tuple(words), tuple(alike))


def _of_code(title: str, number: str, subs: _Subs) -> tuple[str, ...]:
    cited, sign = subs.after(number), rf"(?:{_SIGN}{_SPACE})"
    code, of_title = rf"{title}{_SPACE}{_CODE},?{_SPACE}", rf",? (?:of )?title {title}{_OF_CODE}"
    named = rf"title {title}{_OF_CODE},?{_SPACE}{sign}"
    return (
        rf"{code}{sign}?{_BEFORE}{cited}",
        rf"{sign}{_BEFORE}{cited}{_MORE}{of_title}",
        rf"{named}{_BEFORE}{cited}",
        *(
            rf"{over}(?:{code}{sign}?{_broken(number)}|{named}{_broken(number)}"
            rf"|{sign}{_broken(number)}{of_title})"
            for over in subs.over()
        ),
    )


def _of_act(act: _Act, number: str, subs: _Subs) -> tuple[str, ...]:
    cited, sign = subs.after(number), rf"(?:{_SIGN}{_SPACE})"
    return (
        rf"{act.names}{_NAMED}{sign}?{_BEFORE}{cited}",
        rf"(?:{sign}{_BEFORE})?{cited}{_MORE},? {_WHOSE}{act.names}",
        *(
            rf"{over}(?:{sign}{_broken(number)},? {_WHOSE}{act.names}"
            rf"|{act.names}{_NAMED}{sign}?{_broken(number)})"
            for over in subs.over()
        ),
    )


def _of_section(number: str, subs: _Subs) -> tuple[str, ...]:
    sign = rf"{_SIGN}{_SPACE}"
    overs = (f"{over}{sign}{_broken(number)}" for over in subs.over())
    return rf"{sign}{_BEFORE}{subs.after(number)}", *overs


def _of_regulations(title: str, number: str, subs: _Subs) -> tuple[str, ...]:
    sign = rf"(?:{_PART}{_SPACE})?"
    return (rf"{title}{_SPACE}{_REGULATIONS},?{_SPACE}{sign}{_BEFORE}{subs.after(number)}",)
