"""Noticing, on real successive versions: changes found against those the data itself proves.

    MEASUREWATCH_CORPUS=folder python -m benchmarks.change [--small]

reads the recordings that MEASUREWATCH_CORPUS names; without them, or in small,
data made up in the same forms, and nothing is written. What is proven is read by plain code, what is found is what
the scrapers, the store and the redline make of the same files. docs/noticing.md
is written from a run with recordings. The ways of proving are told in
benchmarks/kit/proven_lists.py, proven_texts.py and proven_sheets.py.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.kit import proven_lists, proven_sheets, proven_texts
from benchmarks.kit.made_up import write_all
from benchmarks.kit.proof import Proof, page
from benchmarks.kit.record import made_up, options, record, recordings, row
from benchmarks.kit.tables import renewed
from benchmarks.kit.timing import ROOT

PAGE = ROOT / "docs" / "noticing.md"
PROOFS: Sequence[Callable[[Path], Proof]] = (
    proven_lists.virginia,
    proven_texts.virginia,
    proven_lists.new_york_city,
    proven_texts.oregon,
    proven_texts.uslm,
    proven_sheets.ice,
)


def measured(folder: Path) -> list[Proof]:
    """Every kind of data in a folder that is laid out as the recordings are."""
    return [prove(folder) for prove in PROOFS]


def main() -> int:
    """Print and keep what was found; write the page when recordings were read."""
    chosen = options(__doc__)
    corpus, kept = recordings(chosen), chosen.file
    if corpus is not None:
        proofs = measured(corpus)
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), page(proofs)), encoding="utf-8")
    else:
        kept = made_up(chosen, "data made up here is read")
        with tempfile.TemporaryDirectory() as folder:
            write_all(Path(folder))
            proofs = measured(Path(folder))
    print(page(proofs))
    record([rated(one) for one in proofs if one.proven], kept)
    return 0


def rated(proof: Proof) -> dict[str, Any]:
    """How many of the proven changes were found, as a row."""
    found = len(proof.proven & proof.found)
    return row(
        f"noticing, {proof.name}", [(found, len(proof.proven))],
        reference_name="what the data proves", limit=1, unit="changes",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
