"""Archives of documents (ZIP, gzip): each member is read as what it is.

Members come in the order of their names, each under a page with its name, and
all of them share the limits of one document. Names are words that a stranger
chose: they are shown and tell what kind of document was promised; nothing is
ever written under them. An archive within an archive is read, one within that
is told.
"""

import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from gzip import BadGzipFile, GzipFile
from pathlib import Path
from posixpath import basename
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from pipelines.clean import restore_symbols
from pipelines.extract import extract_plainly, extract_text, unreadable
from pipelines.extract.kinds import GZIP, ZIP, media_type_of
from pipelines.extract.packed import bomb
from pipelines.texts import Extracted, Limits, Mark, Page

METHOD = "zip"
"""`Page.method` of a page that holds nothing but a member's name."""

MOST_MEMBERS = 500

_NESTED = 1
_TOLD = 40  # warnings; an archive of rubbish needs no more to be known as that
_CHUNK = 1 << 20
_ENCRYPTED, _IS_UTF_8 = 0x1, 0x800
_LONGEST_NAME = 200
_LITTER = {".ds_store", "thumbs.db", "desktop.ini"}
_DIGITS = re.compile(r"(\d{1,18})")
_GRAVEST = ("truncated", "limit", "low-confidence")
_BAD = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def read(path: Path, limits: Limits, *, plainly: bool = False) -> Extracted:
    """All that can be read in a ZIP as one text; each page of it has a number of its own.

    What cannot be read is told in the warnings. The reason is "truncated",
    "limit" or "low-confidence" where that is so of any member; where none could
    be read it is theirs, and "broken" where they differ. Raises OSError and
    BadZipFile for an archive that cannot be opened.
    """
    taken = _Taken(limits, plainly=plainly)
    taken.archive(path, "", depth=0)
    return taken.extracted()


def read_gzip(path: Path, limits: Limits, *, hint: str = "", name: str = "") -> Extracted:
    """What was packed by gzip, as the document that it is. Raises OSError, EOFError, zlib.error."""
    with path.open("rb") as packed, GzipFile(fileobj=packed) as file:
        try:
            with _at_a_path(file, limits.decompressed) as inner:
                if media_type_of(inner) == GZIP:
                    return unreadable(GZIP, "unknown-type", "it is packed more than once")
                return extract_text(
                    inner, limits, media_type_hint=hint, name=name.removesuffix(".gz")
                )
        except BadGzipFile as error:
            return unreadable(GZIP, "broken", f"not a readable gzip file: {error}")
        except EOFError:
            return unreadable(GZIP, "truncated", "the end of the document is missing")
        except _TooLargeError:
            return unreadable(GZIP, "limit", _too_large(limits.decompressed))


class _TooLargeError(ValueError):
    """More came out of an archive than it may hold."""


def _too_large(most: int) -> str:
    return f"it unpacks to more than {most:,} bytes"


class _Taken:
    """What was read so far, and what is left of the limits."""

    def __init__(self, limits: Limits, *, plainly: bool) -> None:
        self._limits = limits
        self._read = extract_plainly if plainly else extract_text
        self._members = 0
        self._pages: list[Page] = []
        self._marks: list[Mark] = []
        self._warnings: list[str] = []
        self._reasons: list[str] = []
        self._at = 0
        self._found = 0  # members that could be read

    def extracted(self) -> Extracted:
        warnings = self._warnings[:_TOLD]
        if len(self._warnings) > _TOLD:
            warnings.append(f"and {len(self._warnings) - _TOLD} more like these")
        if not self._reasons:
            return unreadable(ZIP, "empty", "the archive holds no documents")
        reasons = set(self._reasons)
        if self._found:
            reason = next((one for one in _GRAVEST if one in reasons), "")
        else:
            reason = reasons.pop() if len(reasons) == 1 else "broken"
        return Extracted(
            media_type=ZIP,
            method=METHOD,
            pages=tuple(self._pages) if self._found else (),
            marks=tuple(self._marks) if self._found else (),
            warnings=tuple(warnings),
            reason=reason,
        )

    def archive(self, path: Path, within: str, *, depth: int) -> None:
        """Take all members; `within` is what is said before their names."""
        warning = bomb(path, self._limits, "archive")
        if warning:
            self._refuse(within, "limit", warning)
            return
        with ZipFile(path) as archive:
            for member in sorted(filter(_is_document, archive.infolist()), key=_in_order):
                self._members += 1
                if self._members > MOST_MEMBERS:
                    self._refuse(
                        within, "limit", f"only the first {MOST_MEMBERS} members were read"
                    )
                    return
                if self._limits.pages < 1 or self._limits.characters < 1:
                    self._refuse(within, "limit", "reading stopped within the archive")
                    return
                self._member(archive, member, within, depth)

    def _member(self, archive: ZipFile, member: ZipInfo, within: str, depth: int) -> None:
        name = within + _printed(member)
        if member.flag_bits & _ENCRYPTED:
            self._refuse(name, "encrypted", "it needs a password")
            return
        if member.file_size > self._limits.decompressed:
            self._refuse(name, "limit", _too_large(self._limits.decompressed))
            return
        self._limits = replace(
            self._limits, decompressed=self._limits.decompressed - member.file_size
        )
        try:
            with archive.open(member) as file, _at_a_path(file, member.file_size) as path:
                if media_type_of(path) != ZIP:
                    self._document(path, name)
                elif depth < _NESTED:
                    self.archive(path, f"{name}/", depth=depth + 1)
                else:
                    self._refuse(name, "unknown-type", "it is an archive within archives")
        except _BAD as error:
            self._refuse(name, "broken", " ".join(str(error).split())[:200] or "it is broken")

    def _document(self, path: Path, name: str) -> None:
        found = self._read(path, self._limits, name=basename(name))
        self._warnings += (f"{name}: {warning}" for warning in found.warnings)
        self._reasons.append(found.reason)
        if not found.pages:
            return
        self._found += 1
        self._add(Page(number=0, start=0, text=name, method=METHOD))
        start = self._at
        self._marks += (
            replace(mark, start=start + mark.start, end=start + mark.end) for mark in found.marks
        )
        for page in found.pages:
            self._add(page)
        self._limits = replace(
            self._limits,
            pages=self._limits.pages - len(found.pages),
            characters=self._limits.characters - (self._at - start),
        )

    def _add(self, page: Page) -> None:
        self._pages.append(replace(page, number=len(self._pages) + 1, start=self._at))
        self._at += len(page.text) + 1

    def _refuse(self, name: str, reason: str, warning: str) -> None:
        self._reasons.append(reason)
        self._warnings.append(f"{name.rstrip('/')}: {warning}" if name else warning)


def _is_document(member: ZipInfo) -> bool:
    """Whether a member is one, and not a folder or what a computer leaves in folders."""
    return not (
        member.is_dir()
        or member.filename.startswith("__MACOSX/")
        or basename(member.filename).lower() in _LITTER
    )


def _in_order(member: ZipInfo) -> tuple[tuple[int, int | str], ...]:
    """By name, as people sort: Exhibit 2 before Exhibit 10."""
    parts = _DIGITS.split(_printed(member).lower())
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts if part)


def _printed(member: ZipInfo) -> str:
    """A member's name to be shown: on one line, of a decent length, in its own letters."""
    name = member.filename
    if not member.flag_bits & _IS_UTF_8:
        # zipfile takes names for DOS's code page, as the standard says; many are UTF-8.
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = member.filename
    name = " ".join(restore_symbols(name.encode("utf-8", "replace").decode("utf-8")).split())
    return name[-_LONGEST_NAME:] or "a member without a name"


@contextmanager
def _at_a_path(source: IO[bytes] | GzipFile, most: int) -> Iterator[Path]:
    """The rest of a stream as a file that vanishes, even when this process is killed."""
    nameless = sys.platform == "linux"
    with TemporaryFile() if nameless else NamedTemporaryFile() as file:
        size = 0
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise _TooLargeError(_too_large(most))
            file.write(chunk)
        file.flush()
        yield Path(f"/proc/self/fd/{file.fileno()}" if nameless else file.name)
