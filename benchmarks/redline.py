"""A redline of 50,000 words with 1 % edits and one move: ours, difflib's, rapidfuzz's.

The references align the words and do no more; ours also finds the move and the
sections. The goal, a hundred times difflib, is LIBRARIES' target.
"""

import difflib
import random

from rapidfuzz.distance import Indel, Levenshtein
from record import record, row, seconds

from pipelines.redline import apply, redline

WORDS = 50_000
EDITS = WORDS // 100
MOVED = 300
RUNS = 5


def law(chance: random.Random) -> list[str]:
    """Words as frequent as in a language, with a numbered heading now and then."""
    letters = "abcdefghijklmnoprstuvwy"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 10))) for _ in range(8_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    text = chance.choices(words, weights, k=WORDS)
    for number, at in enumerate(range(0, WORDS, 200), 1):
        text[at : at + 3] = ["\nSection", f"{number}.", "Rules"]
    for number, at in enumerate(range(50, WORDS, 50)):
        text[at] = f"\n({'abcdefgh'[number % 8]})"
    return text


def amended(old: list[str], chance: random.Random) -> list[str]:
    new = list(old)
    block = new[10_000 : 10_000 + MOVED]
    del new[10_000 : 10_000 + MOVED]
    new[40_000:40_000] = block
    for at in sorted(chance.sample(range(len(new)), EDITS), reverse=True):
        word = chance.choice(old)
        new[at : at + 1] = chance.choice(([], [word], [new[at], word]))
    return new


def main() -> None:
    chance = random.Random(50_000)
    old, new = law(chance), amended(law(random.Random(50_000)), chance)
    old_text, new_text = " ".join(old), " ".join(new)
    old, new = old_text.split(), new_text.split()
    result = redline(old_text, new_text)
    assert apply(old, result.hunks) == new
    moved = sum(hunk.new_end - hunk.new_start for hunk in result.hunks if hunk.kind == "move")
    print(
        f"{len(result.hunks)} hunks, {result.inserted} words inserted, {result.deleted} deleted,"
        f" {moved} of {MOVED} moved words known as moved"
    )
    ours = 1_000 * seconds(lambda: redline(old_text, new_text), RUNS)
    matcher = difflib.SequenceMatcher
    references = (
        ("difflib", lambda: matcher(None, old, new, autojunk=False).get_opcodes(), 1, 100.0),
        ("rapidfuzz Indel, whole", lambda: Indel.opcodes(old, new), RUNS, 3.0),
        ("rapidfuzz Levenshtein, whole", lambda: Levenshtein.opcodes(old, new), RUNS, 3.0),
    )
    record(
        [
            row(
                "redline of 50,000 words",
                ours=ours,
                reference=1_000 * seconds(work, runs),
                reference_name=name,
                limit=limit,
                unit="ms",
                runs=runs,
                lower_is_better=True,
            )
            for name, work, runs, limit in references
        ]
    )


if __name__ == "__main__":
    main()
