"""Cleaning of text: folding for comparison, and readable symbols for odd ones.

Two texts that differ only in glyphs, spaces or line breaks are one text in law.
`normalise` folds such differences away and stays readable; `text_digest` goes
further and names the text itself, so that a document printed anew with other
line breaks is the same document.

What printed pages do to words and lines is mended in `pipelines.words` and
`pipelines.lines`.
"""

import hashlib
import re
import unicodedata

from pipelines.mending import Edit

# --- folding for comparison -------------------------------------------------

_LETTER = r"[^\W\d_]"
_BROKEN_SOFTLY = re.compile(r"[\u00ad\ufffe][ \t]*[\n\f\r]\s*")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufffe]"
)
# What stands before a hyphen is looked at after it is found: that is fifty times as fast.
_BROKEN_WORD = re.compile(r"-(?<=\w-)[ \t]*[\n\f\r]\s*(?=\w)")
_LONG_DASH = re.compile(r"(?:--|-\u2014|-\u2015|\u2014|\u2015)[-\u2014\u2015]*")
_HYPHEN_WITHIN = re.compile(rf"-(?<={_LETTER}-)(?={_LETTER})")
_GLYPHS = (
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\u2043", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2035\u02bc\u02b9`", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"')
    | dict.fromkeys("\u25cf\u25aa\uf0b7\uf0a7", "\u2022")
)
_GLYPH = re.compile(f"[{''.join(_GLYPHS)}]")


def normalise(text: str) -> str:
    """The text as words to compare: case and letters kept, glyphs and spaces folded.

    Applying it again changes nothing.
    """
    if not text.isascii():
        text = _INVISIBLE.sub("", _BROKEN_SOFTLY.sub("", text))
        text = _GLYPH.sub(lambda found: _GLYPHS[found[0]], unicodedata.normalize("NFKC", text))
    text = _LONG_DASH.sub(" - ", _BROKEN_WORD.sub(_hyphen_that_stays, text))
    text = " ".join(_INVISIBLE.sub("", text).replace("''", '"').split())
    # Letters that something kept apart may form one character now.
    return unicodedata.normalize("NFKC", text)


def _hyphen_that_stays(found: re.Match[str]) -> str:
    """Keep the hyphen of "Vice-/Chair" and "107-/276", not that of "immi-/gration"."""
    before, after = found.string[found.start() - 1], found.string[found.end()]
    if not (before.isalpha() and after.isalpha()):
        return "-"
    return "-" if after.isupper() and not before.isupper() else ""


def text_digest(text: str) -> str:
    """SHA-256 (hex) of the normalised text without its spaces and the hyphens in its words.

    Neither tells one law from another, and both change whenever a text is
    printed with other line breaks.
    """
    bare = _HYPHEN_WITHIN.sub("", normalise(text)).replace(" ", "")
    return hashlib.sha256(bare.encode("utf-8", "surrogatepass")).hexdigest()


# --- symbols ----------------------------------------------------------------

_CONTROLS = (*range(0x09), 0x0B, 0x0C, *range(0x0D, 0x20), *range(0x7F, 0xA0))
_WIDTHLESS = (0xAD, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
_SPACES = (0xA0, *range(0x2000, 0x200B), 0x202F, 0x3000)
_READABLE = (
    dict.fromkeys((*_CONTROLS, *_WIDTHLESS), "")
    | dict.fromkeys(_SPACES, " ")
    | {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
    | {0xF0B7: "\u2022", 0xF0A7: "\u25aa"}
)
_ODD = re.compile("[" + "".join(map(re.escape, map(chr, (*_READABLE, 0xFFFD)))) + "]")
_SPREADING = re.compile(
    "[" + "".join(re.escape(chr(code)) for code, text in _READABLE.items() if len(text) != 1) + "]"
)
_LOST_SECTION_SIGN = re.compile(r"\ufffd(?=\ufffd?\s?\d)")


def restore_symbols(text: str) -> str:
    """Ligatures as letters, odd spaces as spaces, the section sign where it was lost.

    Control and widthless characters go; line feeds and tabs stay. A form feed
    goes, since to us it means the end of a page.
    """
    if not _ODD.search(text):
        return text
    return _LOST_SECTION_SIGN.sub("\u00a7", text).translate(_READABLE)


def symbol_edits(text: str) -> list[Edit]:
    """Where `restore_symbols` makes a text longer or shorter."""
    return [
        Edit(found.start(), found.end(), _READABLE[ord(found[0])])
        for found in _SPREADING.finditer(text)
    ]
