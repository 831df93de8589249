"""Makes the table of letters that follow one another in words, from word lists.

    python -m benchmarks.kit.letter_table /usr/share/dict/american-english /usr/share/dict/spanish

The table says which runs of four letters occur in any word of the lists, the
ends of words counting as a letter; it holds no words. The one that ships was
made from Debian's wamerican 2020.12.07-2 (SCOWL, whose notice permits every
use) and wspanish 1.0.30 (a word list in the public domain), with the words
below, which statutes use and dictionaries leave out.
"""

import sys
import zlib
from pathlib import Path

from pipelines.extract.quality import RUN, TABLE, folded, place

OF_STATUTES = """
    al affiant anent biennium biennial codified deferral designee designees detainer detainers et
    hereby herein hereinafter hereof hereto hereunder intergovernmental moneys multiagency
    nonactive nonprofit noneconomic prekindergarten pursuant recordkeeping reimbursable seq
    stakeholder stakeholders subaccount subchapter subclause subdivision sublegal subparagraph
    subparagraphs subrecipient thereafter therefor therein thereof thereto thereunder workgroup
""".split()  # noqa: SIM905 - a list of words is read more easily so


def runs(words):
    for word in words:
        bounded = f" {word} "
        yield from (bounded[at : at + RUN] for at in range(max(1, len(bounded) - RUN + 1)))


def words_of(path):
    """The words of a list in lower case; names, which are capitalised, are left out."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line[:1].isupper():
            yield folded(line.removesuffix("'s"))


def main():
    if not sys.argv[1:]:
        sys.exit("name the word lists; without them there would be no table")
    words = {word for path in sys.argv[1:] for word in words_of(Path(path))} | {*OF_STATUTES}
    found = {run for run in runs(filter(None, words)) if len(run) == RUN}
    bits = bytearray(27**RUN // 8 + 1)
    for run in found:
        at = place(run)
        bits[at // 8] |= 1 << at % 8
    packed = zlib.compress(bytes(bits), 9)
    TABLE.write_bytes(packed)
    print(f"{len(words):,} words, {len(found):,} runs of {RUN} letters, {len(packed):,} bytes")


if __name__ == "__main__":
    main()
