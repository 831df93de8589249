"""Sections: how often a place in a law is cited right, and how fast headings are found.

    python -m benchmarks.sections [--small]

Places are those that a law's own mark-up numbers (benchmarks/kit/structure.py): laws
made here, and with the recordings that MEASUREWATCH_CORPUS names federal and
Virginia bills. The reference is the usual short cut, the last line before the place
that begins with a section. Speed is held against finding all line starts.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.kit.record import options, record, recordings, row
from benchmarks.kit.structure import Law, federal, made, virginia
from benchmarks.kit.timing import in_turn, seconds
from pipelines.sections import outline

LAWS, FEW_LAWS = 40, 4
RUNS = 5
SHOWN = 10
SIZE = 3_000_000
HEADING = re.compile(
    r"^[\u201c\"]?(?:(SECTION|SEC\.|Sec\.|Section|§) ?([\d.:\-]*\d)|(\d+)\. That)", re.MULTILINE
)
Reader = Callable[[Law], Callable[[int], str]]


def ours(law: Law) -> Callable[[int], str]:
    return outline(law.text).over


def short_cut(law: Law) -> Callable[[int], str]:
    """The section named by the last line before a place that begins with one."""
    found = list(HEADING.finditer(law.text))

    def cite(place: int) -> str:
        heading = next((one for one in reversed(found) if one.start() <= place), None)
        if heading is None:
            return ""
        if heading[3]:
            return f"Clause {heading[3]}"
        return f"{'§' if heading[1] == '§' else 'Section'} {heading[2]}"

    return cite


def section(cited: str) -> str:
    """The innermost named part of a citation: "§ 12" of "Section 2(b), quoting § 12(a)"."""
    return cited.rpartition(", quoting ")[2].partition("(")[0]


def right(laws: Iterable[Law], reader: Reader, *, whole: bool) -> float:
    """The share of places, in per cent, that are cited as the mark-up numbers them."""
    told = asked = 0
    for law in laws:
        cite = reader(law)
        for place, truth in law.places:
            asked += 1
            told += cite(place) == truth if whole else section(cite(place)) == section(truth)
    return 100 * told / asked


def wrong(laws: Iterable[Law], *, whole: bool) -> list[str]:
    """What is cited otherwise than the mark-up has it, in words."""
    told = []
    for law in laws:
        cite = ours(law)
        for place, truth in law.places:
            cited = cite(place)
            if cited != truth if whole else section(cited) != section(truth):
                told.append(f"{law.name}: {cited or 'nothing'} for {truth}")
    return told


def sources(bills: Path | None, *, small: bool) -> list[tuple[str, Sequence[Law], bool]]:
    """Names, laws, and whether their mark-up numbers all levels or the section alone."""
    found: list[tuple[str, Sequence[Law], bool]] = [
        ("laws made here", list(made(FEW_LAWS if small else LAWS)), True)
    ]
    if bills is not None:
        versions = bills / "state-bills" / "virginia" / "lis-text-versions"
        found += [
            ("federal bills", list(federal(bills / "federal-bills" / "uslm-versions")), True),
            ("Virginia bills", list(virginia(versions)), False),
        ]
    return found


def main() -> None:
    chosen = options(__doc__)
    rows = []
    for name, laws, whole in sources(recordings(chosen), small=chosen.small):
        print(f"{name}: {len(laws)} laws, {sum(len(law.places) for law in laws)} places")
        for line in wrong(laws, whole=whole)[:SHOWN]:
            print(f"  {line}")
        pair = right(laws, ours, whole=False), right(laws, short_cut, whole=False)
        rows.append(
            row(
                f"sections cited right, {name}", [pair], reference_name="last line with a section",
                limit=1.0, unit="%",
            )
        )  # fmt: skip
        if whole:
            share = right(laws, ours, whole=True)
            rows.append(
                row(
                    f"whole citations right, {name}", [(share, 100.0)],
                    reference_name="the law's mark-up", limit=None, unit="%",
                )
            )  # fmt: skip
    text = "\n".join(law.text for law in made(FEW_LAWS))
    text *= 1 + (0 if chosen.small else SIZE // len(text))
    starts = re.compile(r"^\S+", re.MULTILINE)
    size = len(text) / 1e6
    pairs = in_turn(
        lambda: size / seconds(lambda: outline(text)),
        lambda: size / seconds(lambda: starts.findall(text)),
        runs=1 if chosen.small else RUNS,
    )
    rows.append(
        row(
            "headings of a dense law", pairs, reference_name="re of line starts", limit=None,
            unit="MB/s",
        )
    )  # fmt: skip
    record(rows, chosen.file)


if __name__ == "__main__":
    main()
