"""Documents that are ZIP archives of XML parts (DOCX, XLSX), opened with care.

Sizes are judged before anything is unpacked; XML is read without entities,
document type definitions and the network.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath
from typing import Any, NamedTuple, Protocol
from zipfile import BadZipFile, ZipFile, ZipInfo

from lxml import etree

from pipelines.texts import Limits

LARGEST_TREE = 32 << 20  # bytes of a part that may be held as a tree

_LARGE = 16 << 20
_BOMB_RATIO = 200
_CHUNK = 1 << 16
_ENCRYPTED = 0x1
_LONGEST_TYPE = 100


class PackedError(ValueError):
    """A package, or a part of it, is not as it must be."""


class Target(Protocol):
    """What is told of a part as it is read: names as `{namespace}name`."""

    def start(self, tag: str, attributes: Any) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...


def bomb(path: Path, limits: Limits, what: str) -> str:
    """Why a document must not be unpacked, by the sizes it declares; "" when it may."""
    with ZipFile(path) as archive:
        members = archive.infolist()
    total = sum(member.file_size for member in members)
    if total > limits.decompressed:
        return f"the {what} unpacks to {total:,} bytes; {limits.decompressed:,} are allowed"
    if any(map(_too_tight, members)):
        return f"the {what} is packed as tightly as only a decompression bomb is"
    return ""


def _too_tight(member: ZipInfo) -> bool:
    return member.file_size > max(_LARGE, _BOMB_RATIO * member.compress_size)


def is_cut(path: Path) -> bool:
    """Whether the end of an archive, where its table of contents stands, is missing."""
    try:
        with ZipFile(path):
            return False
    except BadZipFile:
        return True
    except (ValueError, NotImplementedError):
        return False


def names(path: Path) -> list[str]:
    """The names of the members; none where the archive cannot be opened."""
    try:
        with ZipFile(path) as archive:
            return archive.namelist()
    except (BadZipFile, ValueError, NotImplementedError):
        return []


def said_type(path: Path) -> str:
    """The media type that an OpenDocument says it has; "" for what is none."""
    try:
        with ZipFile(path) as archive, archive.open("mimetype") as file:
            return file.read(_LONGEST_TYPE).decode("ascii", "replace").strip()
    except (BadZipFile, ValueError, NotImplementedError, KeyError, RuntimeError, zlib.error):
        return ""


def is_locked(archive: ZipFile) -> bool:
    return any(member.flag_bits & _ENCRYPTED for member in archive.infolist())


def tree(archive: ZipFile, name: str) -> Any:
    """A small part as a tree, or None when there is none. Raises PackedError, XMLSyntaxError."""
    if name not in archive.NameToInfo:
        return None
    if archive.getinfo(name).file_size > LARGEST_TREE:
        raise PackedError(f"{name} is larger than {LARGEST_TREE:,} bytes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(archive.read(name), parser)
    if root.getroottree().docinfo.doctype:
        raise PackedError(f"{name} has a document type definition")
    return root


class Relation(NamedTuple):
    """What a part of an Office document has to do with another one."""

    id: str
    kind: str  # the last word of its type
    part: str


def relations(archive: ZipFile, part: str = "") -> list[Relation]:
    """Where a part leads within the package, or the package itself. Raises as `tree` does."""
    folder, _, name = part.rpartition("/")
    root = tree(archive, join(folder, "_rels", f"{name}.rels"))
    return [
        Relation(
            one.get("Id", ""),
            one.get("Type", "").rpartition("/")[2],
            normpath(join("/", folder, one.get("Target", ""))).lstrip("/"),
        )
        for one in (root if root is not None else ())
        if isinstance(one.tag, str) and one.get("TargetMode") != "External"
    ]


def stream(archive: ZipFile, name: str, target: Target) -> Iterator[None]:
    """Read a part of any size piece by piece into a target; stops when it is not asked on.

    Raises KeyError when there is no such part, PackedError and XMLSyntaxError
    for one that is broken or defines entities.
    """
    parser = etree.XMLParser(
        target=_Guarded(target, name), resolve_entities=False, no_network=True, load_dtd=False
    )
    with archive.open(name) as file:
        while chunk := file.read(_CHUNK):
            parser.feed(chunk)
            yield
    parser.close()


class _Guarded:
    """A target that refuses document type definitions: what defines entities can be a bomb."""

    def __init__(self, target: Target, name: str) -> None:
        self.start = target.start
        self.end = target.end
        self.data = target.data
        self._name = name

    def doctype(self, *_: object) -> None:
        raise PackedError(f"{self._name} has a document type definition")

    def close(self) -> None:
        """What lxml wants at the end."""
