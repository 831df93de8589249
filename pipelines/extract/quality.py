"""Whether the text that a page of a PDF carries is what the page shows.

A scan has no text, or the text that some program read in it: 287(g) agreements
say "perfonn" for perform, "13S7(g)" for 1357(g), "OHS" for DHS. Such text is
told by letters that follow one another in no word of English or Spanish, by
digits within words, by capitals after small letters, and by citations that
cannot be: "1225(b)(l)", "123 l(a)(5)". Names break these rules, so only words
in small letters are judged; and because a page may have few words, what is seen
on the scanned pages of one document counts for all of them: one program read
them all.

A page that was not scanned is believed unless nearly nothing on it is a word of
any language, as where a font does not say which letters it draws.
"""

import re
import unicodedata
import zlib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

State = Literal["good", "absent", "bad"]

TABLE = Path(__file__).with_name("letters.bin")
"""Which runs of letters occur in words; made by benchmarks/kit/letter_table.py."""
RUN = 4

_SCANNED = 0.5  # of the page: pictures that cover more are the page itself
_STAMP = 250  # letters and digits: a scan with fewer bears a stamp or a signature in type
_SUSPECTS = 2
_PAGE_SHARE = 0.012
_DOCUMENT_SUSPECTS = 4
_DOCUMENT_SHARE = 0.006
_SAMPLE = 1500  # characters of a page that was not scanned, by which it is judged
_NO_WORDS = 0.5
_WORDS_TO_JUDGE = 30
_NO_SHAPES = 0.2
_VOWELS = 0.3  # of the letters: every language written in them has more
_DAMAGED = 0.03  # of the characters
_COMMON = re.compile(r"\b(?:the|of|and|to|in|de|la|el|que|los)\b", re.IGNORECASE)
_PLAINLY = 8  # such words in a sample


class Look(NamedTuple):
    """What is known of a page: its text, how much of it pictures cover, and if anything is drawn."""

    text: str
    pictured: float = 0.0
    drawn: bool = True


class Verdict(NamedTuple):
    """What a page's text is, and the share of its words that are none, from 0 to 1.

    `scanned` tells that the page is a picture, so that its text, if it has
    any, was read by a program.
    """

    state: State
    share: float = 0.0
    scanned: bool = False


def judge(pages: Sequence[Look]) -> list[Verdict]:
    """What the texts of a document's pages are worth."""
    found = [_seen(look) for look in pages]
    read = [
        words
        for look, words in zip(pages, found, strict=True)
        if words and look.pictured >= _SCANNED and words.letters >= _STAMP
    ]
    suspects = len(frozenset().union(*(words.suspects for words in read)))
    badly = suspects >= _DOCUMENT_SUSPECTS and _share(read) >= _DOCUMENT_SHARE
    return [_judged(look, words, badly=badly) for look, words in zip(pages, found, strict=True)]


def suspicion(text: str) -> float:
    """The share of a text's different words that are none; 0 for a text without words."""
    return _Words(text).share


def _seen(look: Look) -> "_Words | None":
    """The words of a page; None of one that was printed and is plainly made of words."""
    if look.pictured >= _SCANNED:
        return _Words(look.text)
    sample = look.text[:_SAMPLE]
    return None if len(_COMMON.findall(sample)) >= _PLAINLY else _Words(sample)


def _judged(look: Look, words: "_Words | None", *, badly: bool) -> Verdict:
    if words is None:
        return Verdict("bad", 1.0) if _is_damaged(look.text) else Verdict("good")
    scanned = look.pictured >= _SCANNED
    if not words.letters:
        return Verdict("absent" if look.drawn else "good", scanned=scanned)
    if _is_damaged(look.text):
        return Verdict("bad", 1.0, scanned)
    if not scanned:
        return Verdict("bad" if words.are_none else "good", words.share)
    if words.letters < _STAMP:
        return Verdict("absent", words.share, scanned)
    alone = len(words.suspects) >= _SUSPECTS and words.share >= _PAGE_SHARE
    is_bad = alone or badly or words.miscited
    return Verdict("bad" if is_bad else "good", words.share, scanned)


def _share(pages: Sequence["_Words"]) -> float:
    count = sum(words.count for words in pages)
    return sum(len(words.suspects) for words in pages) / count if count else 0.0


# --- characters -------------------------------------------------------------

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_BULLETS = re.compile("[\uf0a7\uf0b7\uf0d8\uf0fc]")


def _is_damaged(text: str) -> bool:
    """Whether many of the characters stand for nothing."""
    return len(_CONTROL.findall(text)) - len(_BULLETS.findall(text)) > _DAMAGED * len(text)


# --- words ------------------------------------------------------------------

_BROKEN = re.compile(r"(?:[-\u00ad]|\ufffe)[ \t]*\r?\n\s*|\ufffe")
_SMALL = re.compile(r"(?<![\w'\u2019.@/-])[^\W\d_A-Z]{3,}(?![\w@/-])")
_ODD = re.compile(
    r"\b(?=[a-z]*\d)(?!\d+(?:st|nd|rd|th|s)\b)[A-Za-z]*(?:[a-z]\d+[a-z]|[a-z]{2}\d|\d[a-z]{2})\w*"
    r"|\b(?!Mc|Mac|De|La|Le|Di|Du|Van|Fitz|O)[A-Z]?[a-z]+[A-Z]{1,2}[a-z]\w*"
)
_MISCITED = re.compile(
    r"\b\d+[B-Z]\d+(?=\s?\()|\d\([a-z]\)\s?\([lO]\)|\b\d{2,} [lI](?=[\d(])|\b[lI] \d{2,}(?=\()"
)
_ADDRESS = re.compile(r"\S*(?:@|://|www\.|\.(?:gov|com|org|net|pdf|us)\b|\w/\w|\w_\w)\S*")


class _Words:
    """The different words of a text, and those among them that are none."""

    __slots__ = ("_odd", "_text", "count", "letters", "miscited", "suspects")

    def __init__(self, text: str) -> None:
        self.letters = sum(map(str.isalnum, text))
        text = _ADDRESS.sub(" ", _BROKEN.sub("", text))
        small = frozenset(_SMALL.findall(text))
        odd = frozenset(found[0] for found in _ODD.finditer(text))
        self.miscited = bool(_MISCITED.search(text))
        self.suspects = frozenset(word for word in small if not is_likely(word)) | odd
        self.count = len(small | odd)
        self._odd = len(odd)
        self._text = text

    @property
    def share(self) -> float:
        return len(self.suspects) / self.count if self.count else 0.0

    @property
    def are_none(self) -> bool:
        """Whether a text is made of words in no language, by their shapes or their vowels."""
        if self.count < _WORDS_TO_JUDGE or self.share < _NO_WORDS:
            return False
        if self._odd >= _NO_SHAPES * self.count:
            return True
        letters = folded(self._text)
        return sum(map(letters.count, "aeiouy")) < _VOWELS * len(letters)


@lru_cache(1 << 15)
def is_likely(word: str) -> bool:
    """Whether a word in small letters could be English or Spanish, by its letters alone."""
    bounded = f" {folded(word)} "
    known = _runs()
    return all(bounded[at : at + RUN] in known for at in range(len(bounded) - RUN + 1))


def folded(word: str) -> str:
    """The letters of a word without case, accents and signs."""
    if word.isascii() and word.isalpha():
        return word.lower()
    bare = unicodedata.normalize("NFD", word.lower())
    return "".join(letter for letter in bare if letter.isascii() and letter.isalpha())


# --- the table --------------------------------------------------------------

_LETTERS = " abcdefghijklmnopqrstuvwxyz"


def place(run: str) -> int:
    """Which bit of the table stands for a run of letters; a blank is a word's end."""
    at = 0
    for letter in run:
        at = at * len(_LETTERS) + _LETTERS.index(letter)
    return at


@cache
def _runs() -> frozenset[str]:
    bits = zlib.decompress(TABLE.read_bytes())
    pairs = [first + second for first in _LETTERS for second in _LETTERS]
    return frozenset(
        pairs[at // len(pairs)] + pairs[at % len(pairs)]
        for byte, value in enumerate(bits)
        if value
        for at in range(8 * byte, 8 * byte + 8)
        if value >> at % 8 & 1
    )
