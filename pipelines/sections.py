"""Where in a law a word stands: the nearest numbered heading above it.

Read from the printed form alone: "SECTION 3.", "§ 10-843.", "ARTICLE 41",
Maryland's bare "5-104.1.", Oregon's "181A.823.", Virginia's "2. That", the
recitals of an order, "APPENDIX A", and the enumerators under them, "(b)", "(1)", "A.", New
York City's "a.", Minnesota's "Subd. 2.". Labels have one form whatever the print: "Section 3(b)",
"§ 5-104.1(A)".

A heading counts at the start of a line, or in running text after a stop, and
not where the sentence goes on or led to it ("Section 5 of the Act", "under
Section 5"), which is a reference. What is quoted into other law, each paragraph
after an opening quotation mark, is numbered apart: "Section 2(b), quoting (c)".
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

# One set first: the search then skips plain text at the speed of C.
_START = (  # not after "U.S.C."; most lines end at what must follow
    r"[\n\f.;:\u2014](?:(?<=[\n\f\u2014])|(?<!\.[A-Z].)[ \t])[ \t]*"
    r"(?=[\u201c\"\[(§\ufffd\dACDENPRSTW]|[A-Za-z]\.)"
    r"(?P<place>(?P<quote>[\u201c\"])?\[?)"
)
_NAMED = (
    r"(?:(?:SECTION|Section|SEC\.|Sec\.|ARTICLE|Article|CHAPTER|Chapter|TITLE|Title|PART|Part"
    r"|SUBTITLE|Subtitle|DIVISION|Division)\s{1,3}|[§\ufffd]\s{0,3})"
    r"(?>\d{1,6}[A-Za-z]{0,2}(?:[-\u2013.:]\d{1,6}[A-Za-z]?){0,5}|[IVXLC]{1,7}|[A-Z])(?![\w\u2013-])"
)
_BARE = (
    r"(?:\d{1,3}[A-Za-z]?[-\u2013]\d{1,5}(?:\.\d{1,3})?(?=\.\s)"
    r"|\d{1,3}[A-Z]?\.\d{3}(?=\.[ ]{1,3}[A-Z(\[\u201c]))"
)
_REFERS = (  # "SUBTITLE 11 OF THE CRIMINAL LAW ARTICLE" at the start of a line
    r"(?!\s{1,3}(?:OF|AND|OR|TO|THROUGH|IN|IS|ARE|SHALL|MAY|UNDER|FOR|BY|WITH|THAT|AS|HAS|DOES)\b)"
)
# "§ 1357(g)" in one word is how law is cited, "Sec. 5. (g)" how it is numbered.
_GOES_ON = rf"{_REFERS}(?=\s*(?:[.:\u2014\u2013\-\n\f]|\Z|[A-Z\u201c\"])|\s+\()"
_CLAUSE = r"\d{1,2}(?=\.\s{1,3}That\b)"
_RECITALS = (
    r"WHEREAS\b|Whereas\b|NOW,?\s{1,3}THEREFORE\b|Now,?\s{1,3}[Tt]herefore\b|R(?:ESOLVED|esolved)\b"
)
_ANNEX = (  # on a line of its own, or with its title behind it
    r"(?:(?:APPENDIX|Appendix|ANNEX|Annex|EXHIBIT|Exhibit|SCHEDULE|Schedule|ATTACHMENT|Attachment)"
    r"\s{1,3}(?:\d{1,3}|[IVX]{1,5}|[A-Z])(?:-\d{1,3})?(?![\w\u2013-])"
    r"|(?:APPENDIX|ANNEX|EXHIBIT|SCHEDULE|ATTACHMENT)\b)"
    rf"{_REFERS}(?=[ \t]*(?:[.:\u2014\u2013\n\f]|\Z|[ \t][A-Z\u201c\"]|\())"
)
_SUBDIVISION = r"(?:Subdivision|Subd\.)\s{1,2}\d{1,3}[a-z]?(?=\.)"  # Minnesota's
_ENUMERATOR = (
    r"\((?:[1-9]\d{0,2}|[ivxl]{1,7}|[IVXL]{1,7}|(?P<twin>[A-Za-z])(?P=twin)?)\)"
    r"(?!\s{0,2}(?:of|or|and|through|above|below)\b|\s{0,2}to\s\(|[,;])"
)
_LETTERED = r"(?:\d{1,2}|[A-Za-z])\.(?=\s{1,3}[A-Z\u201c\"(\[§])"
_HEADING = re.compile(
    rf"{_START}(?P<all>(?P<named>{_NAMED}{_GOES_ON}|{_BARE})|(?P<clause>{_CLAUSE})"
    rf"|(?P<recitals>{_RECITALS})|(?P<annex>{_ANNEX})|(?P<subdivision>{_SUBDIVISION})|{_ENUMERATOR}|{_LETTERED})"
)
_FOLLOWING = re.compile(rf"[ \t.]{{0,4}}(?P<mark>{_ENUMERATOR}|{_LETTERED})")
_BACK = 24  # code points before a heading that may tell a reference
# Words before a line that make what it begins with a reference.
_UNITS = frozenset(
    f"{name}{ending}"
    for name in (
        "section", "subsection", "paragraph", "subparagraph", "clause", "subclause",
        "division", "subdivision", "\u00a7", "\u00a7\u00a7", "u.s.c.", "c.f.r.",
    )
    for ending in ("", "s")
)  # fmt: skip
_LEADS = frozenset({"of", "under", "in", "to", "by", "with", "from", "per", "see", "this"})
_JOINS = frozenset({"and", "or"})
_ENDS_QUOTED = re.compile(r"[\u201d\"]\s?[.;,]*(?:\s(?:and|or))?\s*\Z")
_NUMERALS = {
    f"{'x' * tens}{ones}": 10 * tens + value
    for tens in range(4)
    for value, ones in enumerate(("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"))
    if tens or value
}
_NAMES = {"sec.": "Section"}
_SIGNS = "§\ufffd"  # the second one stands where the first was lost
_DEPTH = 8
_SKIPPED = 3  # a repealed paragraph or two may be left out of a series
_LATEST = 20  # a series seen from its middle hardly begins with a higher number


@dataclass(frozen=True, slots=True)
class Outline:
    """The headings of one text.

    `starts` are indices of whitespace-separated words, `places` code points.
    """

    starts: tuple[int, ...]
    labels: tuple[str, ...]
    places: tuple[int, ...] = ()

    def at(self, word: int) -> str:
        """Name the heading under which the word stands: "Section 3(b)(1)", or ""."""
        rank = bisect_right(self.starts, word)
        return self.labels[rank - 1] if rank else ""

    def over(self, place: int) -> str:
        """Name the heading under which the code point stands, or ""."""
        rank = bisect_right(self.places, place)
        return self.labels[rank - 1] if rank else ""


def outline(text: str) -> Outline:
    """Find all headings of a text, in the order of its words."""
    starts: list[int] = []
    labels: list[str] = []
    places: list[int] = []
    here = _Here(f"\n{text}")
    words = 0
    counted = 0
    for found in _HEADING.finditer(here.text):
        label = here.enter(found)
        if label is None:
            continue
        start = found.start("place")
        words += len(here.text[counted:start].split())
        counted = start
        starts.append(words)
        places.append(start - 1)  # less the line break set before the text
        labels.append(label)
    return Outline(tuple(starts), tuple(labels), tuple(places))


class _Series:
    """A numbering: a named heading and the enumerators open under it."""

    def __init__(self) -> None:
        self._named = ""
        self._open: list[tuple[str, str, str]] = []  # kind, mark in lower case, as printed

    @property
    def label(self) -> str:
        return self._named + "".join(printed for _, _, printed in self._open)

    def begin(self, named: str) -> None:
        self._named = named
        self._open.clear()

    def divide(self, number: str) -> None:
        """Open a subdivision, under which all enumerators begin anew."""
        self._open = [("subdivision", number, f", subd. {number}")]

    def take(self, printed: str, *, introduced: bool = False) -> bool:
        """Open an enumerator; False where it does not go on with what is open.

        "B." goes on after "A.", "(3)" after "(2)"; what does not is an initial,
        a sum or a number of days. But a series in brackets may be met in its
        middle, where a law is amended there, and so may any that is
        `introduced`: "is amended to read: e. Fees."
        """
        mark, style = printed.strip("()."), printed[-1]
        before = {kind: known for kind, known, _ in self._open}
        kind = _kind(mark, style, before, introduced=introduced)
        first = mark.lower() in ("1", "a") or (introduced and not mark.isupper())
        if not first and not _goes_on(mark, before.get(kind), bracketed=style == ")"):
            return False
        if kind in before:
            del self._open[list(before).index(kind) :]
        elif len(self._open) >= _DEPTH:
            self._open.pop()
        self._open.append((kind, mark.lower(), printed if style == ")" else f"({mark})"))
        return True


class _Here:
    """Where the reading of a text stands: in its own law, or in law that it quotes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._law = _Series()
        self._quoted: _Series | None = None
        self._quoted_from = 0

    def enter(self, found: re.Match[str]) -> str | None:
        """Take in one heading and the enumerators on its line.

        Returns the whole label; None for what only looks like a heading.
        """
        if self._is_reference(found):
            return None
        series = self._series(found)
        if found["named"]:
            series.begin(_name(found["named"]))
        elif found["clause"]:
            series.begin(f"Clause {found['clause']}")
        elif found["recitals"]:
            series.begin("Recitals" if found["recitals"][0] == "W" else "")
        elif found["annex"]:
            series.begin(_annex(found["annex"]))
        elif found["subdivision"]:
            series.divide(found["subdivision"].split()[1])
        elif not series.take(found["all"], introduced=self._is_introduced(found)):
            return None
        end = found.end()
        while not found["recitals"] and (following := _FOLLOWING.match(self.text, end)):
            if not series.take(following["mark"]):
                break
            end = following.end()
        return self._label()

    def _label(self) -> str:
        law, quoted = self._law.label, self._quoted.label if self._quoted else ""
        return f"{law}, quoting {quoted}" if law and quoted else law or quoted

    def _is_reference(self, found: re.Match[str]) -> bool:
        begins_line = self.text[found.start()] in "\n\f"
        if found["clause"] or found["recitals"] or found["subdivision"]:
            return not begins_line
        if found["annex"]:
            return not begins_line or self._is_led_to(found.start(), named=True)
        return begins_line and self._is_led_to(found.start(), named=bool(found["named"]))

    def _is_led_to(self, start: int, *, named: bool) -> bool:
        words = self.text[max(0, start - _BACK) : start].split()
        last = words[-1].rstrip(",").lower() if words else ""
        if not named:
            return last in _UNITS
        if last in _JOINS:  # after a stop they join paragraphs
            return len(words) > 1 and words[-2][-1] not in ";,:."
        return last in _UNITS or last in _LEADS

    def _is_introduced(self, found: re.Match[str]) -> bool:
        start = found.start()
        before = self.text[max(0, start - _BACK) : start].rstrip()
        return self.text[start] in "\n\f" and before.endswith((":", "\u2014"))

    def _series(self, found: re.Match[str]) -> _Series:
        """The numbering a heading belongs to: quoted law's from its mark to the closing one."""
        if found["quote"]:
            self._quoted = self._quoted or _Series()
            self._quoted_from = found.start("place")
        elif self._quoted and self._is_closed(found.start()):
            self._quoted = None
        return self._quoted or self._law

    def _is_closed(self, end: int) -> bool:
        text, start = self.text, self._quoted_from
        if _ENDS_QUOTED.search(text, max(start, end - _BACK), end):
            return True
        if text[start] == '"':
            return text.count('"', start, end) % 2 == 0
        return text.count("\u201d", start, end) >= text.count("\u201c", start, end)


def _name(printed: str) -> str:
    """Give a heading the one form it is cited by: "SEC. 2." is "Section 2", "5-104.1" "§ 5-104.1"."""
    words = printed.rstrip(".:").lstrip(_SIGNS).split()
    if printed[0] in _SIGNS or len(words) == 1:
        return f"§ {words[-1]}"
    word = words[0].lower()
    return f"{_NAMES.get(word, word.capitalize())} {words[1]}"


def _annex(printed: str) -> str:
    """Give "APPENDIX A" the form "Appendix A"."""
    name, *number = printed.split()
    return " ".join([name.capitalize(), *number])


def _goes_on(mark: str, before: str | None, *, bracketed: bool) -> bool:
    if mark.isdigit():
        if not before:
            return bracketed and int(mark) <= _LATEST
        return 0 < int(mark) - int(before) <= (_LATEST if bracketed else _SKIPPED)
    if bracketed:
        return True
    return (
        before is not None and len(before) == 1 and 0 < ord(mark.lower()) - ord(before) <= _SKIPPED
    )


def _kind(mark: str, style: str, before: dict[str, str], *, introduced: bool) -> str:
    """Tell which series a mark belongs to; (i) is a letter only after (h), (aa) after (z).

    `before` are the marks that are open, by kind, the outermost first.
    """
    if mark.isdigit():
        return f"1{style}"
    case, low = ("A" if mark.isupper() else "a"), mark.lower()
    letters, numerals, twins = f"{case}{style}", f"roman{case}{style}", f"{case}{case}{style}"
    value = _NUMERALS.get(low, 0)
    preceding = chr(ord(low[0]) - 1)
    if len(low) == 2 and low[0] == low[1]:
        last = before.get(letters, "")
        if last == "z" or len(last) == 2:
            return letters
        if not value or before.get(twins, "").startswith(preceding):
            return twins
    if not value:
        return letters
    if len(low) == 1 and before.get(letters) == preceding:
        deeper = introduced and value == 1 and list(before)[-1] != letters
        return numerals if deeper else letters
    reached = _NUMERALS.get(before.get(numerals, ""))
    goes_on = reached is not None and 0 < value - reached <= _SKIPPED
    return numerals if value == 1 or goes_on or len(mark) > 1 else letters
