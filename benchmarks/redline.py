"""A redline of 50,000 words with 1 % edits and one move: ours beside others, in one run.

The references align the words and do no more; ours also finds the move and the
sections. difflib and rapidfuzz compare lists of words, diff-match-patch a
character for each word, GNU diff files of a word a line, with the start of its
process in its time. diff-match-patch is measured where it is installed
(PYTHONPATH may name a folder with it), GNU diff where it is found. The goal, a
hundred times difflib, is 60 ms where difflib takes six seconds.
"""

import difflib
import importlib.util
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rapidfuzz.distance import Indel, Levenshtein

from benchmarks.kit.record import options, record, row
from benchmarks.kit.timing import in_turn, seconds
from pipelines.align import encode
from pipelines.redline import apply, redline

WORDS, FEW_WORDS = 50_000, 5_000
MOVED = 300
RUNS = 5


def law(chance: random.Random, count: int) -> list[str]:
    """Words as frequent as in a language, with a numbered heading now and then."""
    letters = "abcdefghijklmnoprstuvwy"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 10))) for _ in range(8_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    text = chance.choices(words, weights, k=count)
    for number, at in enumerate(range(0, count, 200), 1):
        text[at : at + 3] = ["\nSection", f"{number}.", "Rules"]
    for number, at in enumerate(range(50, count, 50)):
        text[at] = f"\n({'abcdefgh'[number % 8]})"
    return text


def amended(old: list[str], chance: random.Random) -> list[str]:
    """The law with one word in a hundred edited, and a passage of it moved."""
    new = list(old)
    start, end = len(new) // 5, 4 * len(new) // 5
    block = new[start : start + MOVED]
    del new[start : start + MOVED]
    new[end:end] = block
    for at in sorted(chance.sample(range(len(new)), len(old) // 100), reverse=True):
        word = chance.choice(old)
        new[at : at + 1] = chance.choice(([], [word], [new[at], word]))
    return new


def match_patch(old: Sequence[str], new: Sequence[str]) -> Callable[[], object]:
    """diff-match-patch on a character for each word, encoded in its time as ours is."""
    from diff_match_patch import diff_match_patch

    machine = diff_match_patch()
    machine.Diff_Timeout = 0  # the best it can do, however long
    return lambda: machine.diff_main(*encode(old, new), False)


@contextmanager
def gnu(old: Sequence[str], new: Sequence[str]) -> Iterator[Callable[[], object]]:
    """GNU diff on files with a word a line."""
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder) / "old", Path(folder) / "new"
        for path, words in zip(paths, (old, new), strict=True):
            path.write_text("\n".join(words) + "\n", encoding="utf-8")
        yield lambda: subprocess.run(
            ["diff", *map(str, paths)], stdout=subprocess.DEVNULL, check=False
        )


def main() -> None:
    chosen = options(__doc__)
    count, runs = (FEW_WORDS, 1) if chosen.small else (WORDS, RUNS)
    old = law(random.Random(50_000), count)
    new = amended(old, random.Random(1))
    old_text, new_text = " ".join(old), " ".join(new)
    old, new = old_text.split(), new_text.split()
    result = redline(old_text, new_text)
    assert apply(old, result.hunks) == new
    moved = sum(hunk.new_end - hunk.new_start for hunk in result.hunks if hunk.kind == "move")
    print(
        f"{len(result.hunks)} hunks, {result.inserted} words inserted, {result.deleted} deleted,"
        f" {moved} of {MOVED} moved words known as moved"
    )
    matcher = difflib.SequenceMatcher
    references: list[tuple[str, Callable[[], object], int, int | None]] = [
        ("difflib", lambda: matcher(None, old, new, autojunk=False).get_opcodes(), 1, 100),
        ("rapidfuzz Indel, whole", lambda: Indel.opcodes(old, new), runs, 3),
        ("rapidfuzz Levenshtein, whole", lambda: Levenshtein.opcodes(old, new), runs, 3),
    ]
    if importlib.util.find_spec("diff_match_patch"):
        references.append(("diff-match-patch", match_patch(old, new), runs, None))
    with gnu(old, new) as diff:
        if shutil.which("diff"):
            references.append(("GNU diff, words as lines", diff, runs, None))
        rows = []
        for name, work, times, limit in references:
            pairs = in_turn(
                lambda: 1e3 * seconds(lambda: redline(old_text, new_text)),
                lambda work=work: 1e3 * seconds(work),
                runs=times,
            )
            rows.append(
                row(
                    f"redline of {count:,} words", pairs, reference_name=name, limit=limit,
                    unit="ms", lower_is_better=True,
                )
            )  # fmt: skip
    record(rows, chosen.file)


if __name__ == "__main__":
    main()
