"""Bytes as text where nobody says truly how they were written.

Headers and pages claim encodings that they are not in, exports join files of
different ones, and texts that were decoded wrongly once are written again as if
they had been right. What the bytes themselves tell comes first, claims second.
"""

import codecs
import re
from itertools import chain

from pipelines.clean import restore_symbols
from pipelines.extract.kinds import wide_encoding

_WESTERN = "cp1252"
# What a site means when it claims one of these is Windows' superset of them.
_WESTERN_NAMES = {"ascii", "us-ascii", "iso8859-1", "latin-1"}
_TRUSTED = re.compile(r"(?:utf-(?:8|16|32)|iso8859-|cp12|gb|big5|shift_jis|euc|koi8|mac)")
_WIDE = re.compile(r"utf-(?:16|32)")
# Alphabets other than the Latin one: bytes beyond ASCII stand side by side in their words.
_FOREIGN = re.compile(r"(?:iso8859-(?:5|6|7|8|11)|cp125[13568]|gb|big5|shift_jis|euc|koi8)")
_SIDE_BY_SIDE = re.compile(rb"[\x80-\xff]{2,}")
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_MOSTLY = 4  # times as many characters of UTF-8 as bytes that are none
_MULTIBYTE = re.compile(r"[^\x00-\x7f\udc80-\udcff]")
_STRAY = re.compile("[\udc80-\udcff]+")


def decode(content: bytes, *claims: str) -> tuple[str, list[str]]:
    """Bytes as text, with warnings about what could not be decoded.

    A byte order mark tells, and so do the zeros of UTF-16. What is valid UTF-8,
    or is but for a few bytes, is UTF-8, whatever was claimed; then the first
    claim is believed that the bytes bear out; what remains is Windows-1252.
    """
    wide = wide_encoding(content)
    if wide:
        text = content.decode(wide, "replace").removeprefix("\ufeff")
        return text, _told(text)
    for encoding in ("utf-8", *chain.from_iterable(_usable(claim, content) for claim in claims)):
        try:
            return content.decode(encoding), []
        except UnicodeDecodeError:
            continue
    return _mixed(content) or _western(content)


def _told(text: str) -> list[str]:
    return ["some characters could not be decoded"] if "\ufffd" in text else []


def _usable(claimed: str, content: bytes) -> list[str]:
    """A claimed encoding by Python's name for it, where these bytes could be in it."""
    try:
        name = codecs.lookup(claimed).name if claimed else ""
    except (LookupError, UnicodeError, ValueError):
        return []
    if name in _WESTERN_NAMES:
        return [_WESTERN] if not _is_mixed(content) else []
    if not _TRUSTED.match(name) or (_WIDE.match(name) and b"\x00" not in content):
        return []
    return [] if _FOREIGN.match(name) and not _is_foreign(content) else [name]


def _is_foreign(content: bytes) -> bool:
    beyond = len(content) - len(content.translate(None, _BEYOND_ASCII))
    return 2 * sum(map(len, _SIDE_BY_SIDE.findall(content))) > beyond


def _is_mixed(content: bytes) -> bool:
    """Whether bytes are UTF-8 but for a few."""
    text = content.decode("utf-8", "surrogateescape")
    strays = sum(map(len, _STRAY.findall(text)))
    return bool(strays) and len(_MULTIBYTE.findall(text)) >= _MOSTLY * strays


def _mixed(content: bytes) -> tuple[str, list[str]] | None:
    """UTF-8 with a few bytes of Windows-1252 in it, or cut within a character."""
    if not _is_mixed(content):
        return None
    text = content.decode("utf-8", "surrogateescape")
    text = _STRAY.sub(
        lambda found: found[0].encode("utf-8", "surrogateescape").decode(_WESTERN, "replace"), text
    )
    return text, _told(text)


# California's analyses of the 1990s begin lines that go on with a sign of their printers,
# and New York's files write the section sign as DOS did, and as something else.
_PRINTERS_SIGN = re.compile(rb"^\x9a(?=  )", re.MULTILINE)
_SECTION_BYTES = re.compile(rb"(?:(?<=[\s(,;])|^)[\xf5\xb9\x15](?=\s?\d)", re.MULTILINE)


def _western(content: bytes) -> tuple[str, list[str]]:
    content = _SECTION_BYTES.sub(b"\xa7", _PRINTERS_SIGN.sub(b" ", content))
    text = content.decode(_WESTERN, "replace")
    return text, _told(text)


# --- texts that were decoded wrongly once -----------------------------------

_TRAILS = bytes(range(0x80, 0xC0)).decode("latin-1") + "".join(
    bytes([code]).decode(_WESTERN, "ignore") for code in range(0x80, 0xA0)
)
_T = f"[{re.escape(_TRAILS)}]"
_QUOTES = "\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2022"
_SIGNS = f"[{re.escape(''.join(set(_TRAILS) - set(_QUOTES)))}]"
# Nobody writes these: a circumflex before a sign. After a tilde a quotation can end ("IRMA" with
# one), so that there a letter must follow.
_SCRAMBLED = re.compile(
    rf"\u00c2{_T}|\u00e2[\u20ac\x80\u201a\x82\u201e\x84]{_T}|\u00c3{_SIGNS}"
    rf"|\u00c3[{_QUOTES}](?=[^\W\d_])|\u00c5[\u00a1\u00b8\u00bd\u00be]|\u00ef\u00bb\u00bf|\u00ef\u00ac[\x80-\x84\u20ac\u201a\u0192\u201e]"
)
_DEEPEST = 3
_C1 = {code: bytes([code]).decode(_WESTERN, "ignore") for code in range(0x80, 0xA0)}


def unscrambled(text: str) -> str:
    """The text with what was UTF-8, taken for Windows-1252 and written so, put right.

    Only sequences that no text has are touched, each by itself: real words
    with the same letters stay. Windows' characters where Unicode has controls
    are put right too.
    """
    if text.isascii():
        return text
    for _ in range(_DEEPEST):
        better = _SCRAMBLED.sub(_put_right, text)
        if better == text:
            break
        text = better
    return text.translate(_C1)


def _put_right(found: re.Match[str]) -> str:
    try:
        return b"".join(map(_as_byte, found[0])).decode("utf-8")
    except UnicodeError:
        return found[0]


def _as_byte(character: str) -> bytes:
    code = ord(character)
    return bytes([code]) if code < 0x100 else character.encode(_WESTERN)


def readable(text: str) -> str:
    """What was scrambled put right, and symbols made readable: for words without offsets yet."""
    return restore_symbols(unscrambled(text))
