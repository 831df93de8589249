"""Text quality: word error rate against published text, ours beside other readers; marks.

    python -m benchmarks.text_quality [--small]

Reads the recordings that MEASUREWATCH_CORPUS names, and bills printed here, whose
words are known; without recordings, or in small, only those. Each other reader
counts in the mode that is best for it, source by source. pdftotext (poppler-utils)
and pypdf are measured where they are installed. docs/text-quality.md is written
from a run with recordings. What counts as an error is told in
benchmarks/kit/wording.py, what as truth in benchmarks/kit/published.py.
"""

import logging
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean, median
from typing import TypeVar

from benchmarks.kit.marking import by_geometry, marked, old_law
from benchmarks.kit.published import (
    PDFS,
    Pair,
    cleaned,
    maryland,
    new_york,
    new_york_city,
    oregon,
    printed,
    virginia,
)  # fmt: skip
from benchmarks.kit.readers import LIMITS, MODES, here
from benchmarks.kit.record import LATEST, made_up, options, record, recordings, row
from benchmarks.kit.tables import renewed, table
from benchmarks.kit.timing import ROOT
from benchmarks.kit.wording import Errors, Marked, agreement, citations, compared, words
from pipelines.extract import extract_text
from pipelines.texts import Extracted

PRINTED, PAGES = 2, 3
PAGE = ROOT / "docs" / "text-quality.md"
WORST = 3  # documents of each source
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Read:
    """One document as one reader gives it, plainly and after the cleaning that the truth had."""

    mode: str
    plain: Errors
    cleaned: Errors
    cited: Marked


@dataclass(frozen=True, slots=True)
class Score:
    """One reader on one source: its best mode, and its documents in order."""

    mode: str
    plain: Sequence[Errors]
    cleaned: Sequence[Errors]
    cited: Marked


@dataclass(frozen=True, slots=True)
class Row:
    """How one kind of mark was found: `of` are words or letters."""

    source: str
    kind: str
    of: str
    count: Marked
    is_whole: bool = True
    """Whether the truth names all that is marked, so that precision can be told."""


# --- words ------------------------------------------------------------------


def read_by(reader: str, pair: Pair) -> list[Read]:
    """One document in every mode of a reader."""
    truth, cited = words(pair.truth), citations(pair.truth)
    found = []
    for mode, read in MODES[reader].items():
        text = "\n".join(read(pair.path))
        errors = compared(truth, words(text))
        spared = errors
        if reader != "ours" and pair.source in PDFS:
            spared = compared(truth, words(cleaned(text, pair.known)))
        seen = citations(text)
        found.append(
            Read(mode, errors, spared, Marked(cited.total(), seen.total(), (cited & seen).total()))
        )
    return found


def scored(documents: Sequence[Sequence[Read]]) -> Score:
    """A reader's best mode on the documents of one source; each figure in the best for it."""
    modes = list(zip(*documents, strict=True))
    best = min(modes, key=lambda reads: fmean(one.plain.rate for one in reads))
    spared = min(modes, key=lambda reads: fmean(one.cleaned.rate for one in reads))
    intact = max(modes, key=lambda reads: sum(one.cited.right for one in reads))
    return Score(
        best[0].mode,
        [one.plain for one in best],
        [one.cleaned for one in spared],
        together(one.cited for one in intact),
    )


def together(counts: Iterable[Marked]) -> Marked:
    each = list(counts)
    return Marked(
        *(sum(getattr(one, name) for one in each) for name in ("truth", "found", "right"))
    )


# --- marks ------------------------------------------------------------------


def marks_told(pair: Pair) -> list[Row]:
    """Our marks in one document against those that its truth names."""
    extracted = extract_text(pair.path, LIMITS)
    source = f"{pair.source}, {pair.house}" if pair.house else pair.source
    return [
        Row(source, kind, "words",
            agreement(words("\n".join(truth)), words_marked(extracted, kind)), is_whole=pair.is_whole)
        for kind, truth in (("struck", pair.struck), ("added", pair.added))
        if truth is not None
    ]  # fmt: skip


def words_marked(extracted: Extracted, kind: str) -> list[str]:
    text = extracted.text
    spans = (text[one.start : one.end] for one in extracted.marks if one.kind == kind)
    return [word for span in spans for word in words(span)]


def marks_drawn(house: str, path: Path) -> list[Row]:
    """Our marks in one bill against the lines and fonts that pdfplumber finds in it."""
    extracted, drawn = extract_text(path, LIMITS), by_geometry(path)
    added = marked(extracted, "added")
    if house == "Oregon":
        return [Row("Oregon, by its fonts", "added", "letters", counted(drawn.new_in_bold, added))]
    return [
        Row("Maryland, by drawn lines", "struck", "letters", counted(drawn.struck, marked(extracted, "struck"))),
        Row("Maryland, by drawn lines", "added", "letters", counted(drawn.underlined, added), is_whole=False),
    ]  # fmt: skip


def counted(truth: Counter[str], found: Counter[str]) -> Marked:
    return Marked(truth.total(), found.total(), (truth & found).total())


def laws_kept(introduced: Path) -> list[Row]:
    """The law as it was, of the sections that a bill amends both introduced and enrolled."""
    before, after = (
        old_law(extract_text(path, LIMITS))
        for path in (introduced, introduced.with_name(introduced.name.replace("introduced", "enrolled")))
    )  # fmt: skip
    return [
        Row("Oregon, introduced against enrolled", "law as it was", "letters",
            counted(Counter(after[number]), Counter(before[number])))
        for number in before.keys() & after.keys()
    ]  # fmt: skip


def real_marks(corpus: Path) -> Iterator[partial[list[Row]]]:
    """What is to be done to measure marks in the PDFs of two houses."""
    bills = corpus / "state-bills"
    for path in sorted((bills / "maryland").glob("pdf*/*.pdf")):
        # Notes amend nothing; an amendment paper says in words what it inserts.
        if "_fn_" not in path.name and "_amd" not in path.name:
            yield partial(marks_drawn, "Maryland", path)
    for path in sorted((bills / "oregon").glob("*.pdf")):
        yield partial(marks_drawn, "Oregon", path)
    for path in sorted((bills / "oregon").glob("*-introduced.pdf")):
        if path.with_name(path.name.replace("introduced", "enrolled")).exists():
            yield partial(laws_kept, path)


# --- tables -----------------------------------------------------------------


Scores = dict[str, dict[str, Score]]


def quality_table(scores: Scores) -> str:
    head = (
        "source", "reader and its best mode", "documents", "median", "mean", "worst",
        "mean after the truth's own cleaning", "moved", "line numbers", "broken", "§ lost",
    )  # fmt: skip
    lines = []
    for source, found in scores.items():
        for reader, score in found.items():
            rates = [one.rate for one in score.plain]
            figures = (median(rates), fmean(rates), max(rates))
            kinds = ("moved", "numbers", "broken", "signs")
            name = f"{reader}, {score.mode}" if score.mode else reader
            lines.append(
                (
                    source, f"**{name}**" if reader == "ours" else name, str(len(rates)),
                    *(f"{figure:.2f} %" for figure in figures),
                    f"{fmean(one.rate for one in score.cleaned):.2f} %" if source in PDFS else "",
                    *(str(sum(getattr(one, kind) for one in score.plain)) for kind in kinds),
                )
            )  # fmt: skip
    return table(head, lines)


def citation_table(scores: Scores) -> str:
    """How many citations of laws each reader leaves intact."""
    readers = list(dict.fromkeys(reader for found in scores.values() for reader in found))
    lines = []
    for source, found in scores.items():
        truth = found["ours"].cited.truth
        if truth:
            shares = (
                f"{found[reader].cited.recall:.1f} %" if reader in found else ""
                for reader in readers
            )
            lines.append((source, str(truth), *shares))
    return table(("source", "citations", *readers), lines)


def marks_table(rows: Sequence[Row]) -> str:
    """Precision and recall of our marks, where the truth says what is marked."""
    whole: dict[tuple[str, str, str, bool], list[Marked]] = {}
    for one in rows:
        whole.setdefault((one.source, one.kind, one.of, one.is_whole), []).append(one.count)
    lines = []
    for (source, kind, of, is_whole), counts in whole.items():
        count = together(counts)
        precision = share(count.precision, "nothing marked") if is_whole else "not told"
        recall = share(count.recall, "none to mark")
        lines.append((source, kind, of, str(count.truth), str(count.found), precision, recall))
    return table(("source", "kind", "of", "in truth", "marked", "precision", "recall"), lines)


def share(percent: float | None, otherwise: str) -> str:
    return otherwise if percent is None else f"{percent:.2f} %"


def worst_table(pairs: Sequence[Pair], scores: Scores) -> str:
    """Our worst documents of each source, with the best of the others in the same."""
    cells = []
    behind, behind_cleaned, count = 0, 0, 0
    for source, found in scores.items():
        names = [pair.name for pair in pairs if pair.source == source]
        others = [score for reader, score in found.items() if reader != "ours"]
        lines = []
        for place, name in enumerate(names):
            mine = found["ours"].plain[place]
            plain = min((score.plain[place].rate for score in others), default=None)
            spared = min((score.cleaned[place].rate for score in others), default=None)
            if plain is not None and spared is not None:
                count += 1
                behind += plain < mine.rate
                behind_cleaned += spared < mine.rate
            lines.append((mine, name, percent(plain), percent(spared)))
        lines.sort(key=lambda line: -line[0].rate)
        cells += [
            (source, name, percent(mine.rate), str(mine.errors), str(mine.truth), plain, spared)
            for mine, name, plain, spared in lines[:WORST]
            if mine.errors
        ]
    head = ("source", "document", "error rate", "errors", "words", "best other", "cleaned")
    told = (
        f"Of {count} PDFs another reader has fewer errors than ours in {behind}; after the "
        f"truth's own cleaning, which ours does without, in {behind_cleaned}."
    )
    return f"{told}\n\n{table(head, cells)}"


def percent(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.2f} %"


def rows_of(scores: Scores) -> list[dict[str, object]]:
    """Rows for the record: the mean rate beside each other reader's, PDFs only."""
    rows = []
    for source, found in scores.items():
        mean = fmean(one.rate for one in found["ours"].plain)
        for reader, score in found.items():
            if reader != "ours":
                # A reading without an error is held for one with a thousandth of a percent.
                pair = (max(mean, 0.001), fmean(one.rate for one in score.plain))
                rows.append(
                    row(f"word error rate, {source}", [pair], reference_name=reader,
                        limit=1, unit="%", lower_is_better=True)
                )  # fmt: skip
    return rows


# --- the run ----------------------------------------------------------------


def quiet() -> None:
    """The other readers' warnings and logs are their own."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)


def in_processes(tasks: Sequence[partial[Found]]) -> list[Found]:
    """Do the tasks on all processors; pdfium wants processes."""
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=quiet) as pool:
        return [one.result() for one in [pool.submit(task) for task in tasks]]


def measured(pairs: Sequence[Pair], readers: Sequence[str], more: Sequence[partial[list[Row]]], *, small: bool) -> tuple[Scores, list[Row]]:  # fmt: skip
    """What every reader gives of every document that it reads, and our marks."""
    asked = [
        (pair, reader)
        for pair in pairs
        for reader in readers
        if reader == "ours" or pair.source in PDFS
    ]
    reading = [partial(read_by, reader, pair) for pair, reader in asked]
    marking = [*(partial(marks_told, pair) for pair in pairs), *more]
    if small:
        read, rows = [task() for task in reading], [task() for task in marking]
    else:
        read, rows = in_processes(reading), in_processes(marking)
    documents: dict[str, dict[str, list[list[Read]]]] = {}
    for (pair, reader), found in zip(asked, read, strict=True):
        documents.setdefault(pair.source, {}).setdefault(reader, []).append(found)
    scores = {
        source: {reader: scored(each) for reader, each in by_reader.items()}
        for source, by_reader in documents.items()
    }
    return scores, [one for each in rows for one in each]


def report(pairs: Sequence[Pair], scores: Scores, rows: Sequence[Row]) -> str:
    """The measured part of docs/text-quality.md."""
    return "\n\n".join(
        (
            "## Words", quality_table(scores), "## Citations left intact", citation_table(scores),
            "## Marks", marks_table(rows), "## Our worst documents", worst_table(pairs, scores),
        )
    )  # fmt: skip


def main() -> None:
    chosen = options(__doc__)
    corpus = recordings(chosen)
    if corpus is None:
        made_up(chosen, "bills of our own are read")
    quiet()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pairs = list(printed(folder, *((1, 2) if chosen.small else (PRINTED, PAGES))))
        more: list[partial[list[Row]]] = []
        if corpus:
            pairs += [*oregon(corpus), *maryland(corpus), *virginia(corpus, folder)]
            pairs += [*new_york(corpus, folder), *new_york_city(corpus, folder)]
            more += real_marks(corpus)
        scores, rows = measured(pairs, here(), more, small=chosen.small)
    text = report(pairs, scores, rows)
    print(text)
    record(rows_of(scores), None if chosen.file == LATEST else chosen.file)
    if chosen.file == LATEST and corpus:
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), f"{text}\n"), encoding="utf-8")
        print(f"wrote the tables of {PAGE.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
