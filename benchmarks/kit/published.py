"""Documents and what they say: published words and marks of the recordings, and bills printed here.

What is done to a published text before it counts as truth stands here, and each
reader's text is also measured after the same (`cleaned`), so that nobody is
behind for line numbers alone. docs/text-quality.md tells what each truth is worth.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html

from benchmarks.kit.printed import HOUSES, bill
from benchmarks.kit.wording import joined, whole_words, words

PDFS = ("printed here", "Oregon", "Maryland")
HEADS = re.compile(
    r"(?m)^[ \t]*(?:\d{1,2}|\[\d+\]|(?:A-Eng\. )?[HS][BJ]\w? \d+|Enrolled (?:House|Senate) .*Page \d+"
    r"|(?:START|END) OF PAGE \d+"
    r"|\d+\s+(?:HOUSE|SENATE) BILL \d+|(?:HOUSE|SENATE) BILL \d+ \d+|[HS]B \d+/? *Page \d+|[AS]\. \d+(?:--[A-Z])?\s+\d+)[ \t]*$"
)
SOFT_BREAKS = dict.fromkeys((0x02, 0xAD, 0xFFFE), "-\n")  # as pdfium ends a broken line
LINE_BEGIN = re.compile(r"(?m)^[ \t]*(\d{1,2})[ \t]+(?=\S)")
BRACKETED = re.compile(r"\[([^\[\]]*)\]")
STRUCK_BY_HAND = re.compile(r"~~([^~]*)~~")
PAGE_NUMBERS = re.compile(r"(?:\s*\n\s*\d{1,2})+\s*\Z")  # what is left of the pages' feet
LEGEND = re.compile(r"NOTE:\s+Matter\s+in\s+boldfaced.{0,300}?boldfaced\s+type\.", re.DOTALL)
BLOCKS = frozenset({"p", "tr", "td", "br", "li", "h1", "h2", "h3", "div", "pre"})


@dataclass(frozen=True, slots=True)
class Pair:
    """A document and what it says. Struck and added words are None where truth is silent.

    `known` are the words by which broken ones are joined, `house` whose marks are printed.
    `is_whole` tells whether the truth names all marks of the kinds that it has.
    """

    source: str
    name: str
    path: Path
    truth: str
    struck: tuple[str, ...] | None = None
    added: tuple[str, ...] | None = None
    known: frozenset[str] = frozenset()
    house: str = ""
    is_whole: bool = True


def cleaned(text: str, known: Iterable[str]) -> str:
    """A text without its page heads and line numbers, broken words joined by those `known`."""
    plain = text.replace("\r\n", "\n").translate(SOFT_BREAKS)
    return joined(unnumbered(HEADS.sub("", plain)), known)


def unnumbered(text: str) -> str:
    """A text without the numbers at the beginning of lines that count its lines."""
    last = 0

    def dropped(found: re.Match[str]) -> str:
        nonlocal last
        number = int(found[1])
        if number not in {1, last + 1}:
            return found[0]
        last = number
        return ""

    return LINE_BEGIN.sub(dropped, text)


def printed(folder: Path, count: int, pages: int) -> Iterator[Pair]:
    """Bills we print, some of each house, whose words and marks nobody had to read."""
    for rank, house in enumerate(HOUSES):
        for number in range(1, count + 1):
            made = bill(100 * rank + number, pages, house)
            path = folder / f"{house.name.replace(' ', '-').replace(',', '')}-{number}.pdf"
            path.write_bytes(made.body)
            known = frozenset(words(made.text))
            yield Pair(
                "printed here", path.stem, path, made.text, made.struck, made.added, known,
                house.name,
            )  # fmt: skip


def oregon(corpus: Path) -> Iterator[Pair]:
    """Bills as PDF and as text; what the text has in brackets is struck."""
    folder = corpus / "state-bills" / "oregon"
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))}
    known = frozenset(word for text in texts.values() for word in whole_words(text))
    for path, text in texts.items():
        pdf = path.with_suffix(".pdf")
        if pdf.exists():
            truth = cleaned(text, known)
            struck = tuple(BRACKETED.findall(LEGEND.sub("", truth)))
            yield Pair("Oregon", path.stem, pdf, truth, struck, known=known)


def maryland(corpus: Path) -> Iterator[Pair]:
    """Bills and a note of 2026 as PDF, with another project's transcription of them."""
    folder = corpus / "state-bills" / "maryland"
    for pdf in sorted((folder / "pdf-2026").glob("*.pdf")):
        number = pdf.name.partition("__")[0]
        text = folder / "md-derived" / "raybell-md" / f"2026rs_{number}.md"
        if text.exists():
            raw = text.read_text(encoding="utf-8")
            marked = STRUCK_BY_HAND.findall(raw)
            # The legend shows in its own words how it strikes.
            struck = tuple(one for one in marked if one not in {"Strike", "out"}) or None
            known = frozenset(whole_words(raw))
            yield Pair(
                "Maryland", number, pdf, cleaned(raw, known), struck, known=known, is_whole=False
            )


def virginia(corpus: Path, folder: Path) -> Iterator[Pair]:
    """Texts of the information system's API, whose tags say what is new and struck."""
    for path in sorted((corpus / "state-bills" / "virginia" / "lis-text-versions").glob("*.json")):
        html = json.loads(path.read_text(encoding="utf-8"))["text"]
        if html:
            tree = lxml.html.fragment_fromstring(html, create_parent="div")
            runs = list(_runs(tree, "", lambda tag: tag.get("class") == "new"))
            page = folder / f"{path.stem}.html"
            page.write_text(
                f'<!DOCTYPE html><meta charset="utf-8"><title></title>{html}', encoding="utf-8"
            )
            # Papers that underline instead say nothing by their tags.
            added = None if tree.find(".//u") is not None else (_of(runs, "added"),)
            yield Pair(
                "Virginia HTML", path.stem, page, "".join(text for text, _ in runs),
                (_of(runs, "struck"),), added,
            )  # fmt: skip


def new_york(corpus: Path, folder: Path) -> Iterator[Pair]:
    """Bills as the legislature serves them: what is underlined after the enacting clause is new."""
    place = corpus / "state-bills" / "new-york"
    pages = [
        *sorted(place.glob("billScrape__*.html")),
        *sorted(place.glob("*BILLTEXT_*.XML")),
        place / "sourcefile__BudgetBillTextHTMLParse.txt",
    ]
    for path in pages:
        content = path.read_text(encoding="utf-8", errors="replace")
        html = content.partition("<![CDATA[")[2].partition("]]>")[0] or content
        if "<PRE" not in html:
            continue
        tree = lxml.html.document_fromstring(html)
        runs = [
            run
            for part in tree.iter("pre")
            for run in [*_runs(part, "", lambda tag: tag.tag == "u"), ("\n", "")]
        ]
        enacted = next(
            place + 1 for place, (text, _) in enumerate(runs) if "do enact as follows" in text
        )
        # The rest of a page of the legislature's site is its votes and its menu.
        page = folder / f"{path.stem.rpartition('__')[2]}.html"
        bill = b"".join(lxml.html.tostring(part, encoding="utf-8") for part in tree.iter("pre"))
        page.write_bytes(b'<!DOCTYPE html><meta charset="utf-8"><title></title>' + bill)
        law = [run for run in runs[enacted:] if run[0].strip() != "italics" or not run[1]]
        raw = "".join(text for text, _ in runs)
        known = whole_words(raw)
        # Marked words run on over the ends of numbered lines, as the text does.
        struck, added = (cleaned(_of(law, kind), known) for kind in ("struck", "added"))
        yield Pair("New York HTML", page.stem, page, cleaned(raw, known), (struck,), (added,))


def new_york_city(corpus: Path, folder: Path) -> Iterator[Pair]:
    """RTF beside the plain text of the same API answer; what stands in brackets is struck."""
    for path in sorted((corpus / "legistar" / "nyc").glob("introduction_*.json")):
        answer = json.loads(path.read_text(encoding="utf-8"))
        rtf, text = answer.get("RTF") or "", answer.get("Text") or ""
        if rtf.startswith("{\\rtf") and text:
            page = folder / f"{path.stem}.rtf"
            page.write_bytes(rtf.encode("cp1252", "replace"))
            # The API lost one sign: all that became U+FFFD stand before a section's number.
            truth = PAGE_NUMBERS.sub("", text.replace("\ufffd", "§"))
            struck = tuple(BRACKETED.findall(truth))
            yield Pair("New York City RTF", path.stem, page, truth, struck)


Run = tuple[str, str]


def _runs(node: Any, kind: str, is_new: Callable[[Any], bool]) -> Iterator[Run]:
    """The text of a page in order, with what its tags say of it; struck wins."""
    if not isinstance(node.tag, str):
        return
    if node.tag == "s":
        kind = "struck"
    elif is_new(node) and not kind:
        kind = "added"
    if node.text:
        yield node.text, kind
    for child in node:
        yield from _runs(child, kind, is_new)
        if child.tag in BLOCKS:
            yield "\n", ""
        if child.tail:
            yield child.tail, kind


def _of(runs: Iterable[Run], kind: str) -> str:
    """The words of one kind; neighbours are one, since tags may part a word."""
    return "".join(text if of == kind else "\n" for text, of in runs if text)
