"""Documents by content: each lies once, under the SHA-256 of its bytes.

A blob is written beside its place, flushed to the disk and then renamed, so
that what has a blob's name is whole, whatever is killed when.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import mkstemp

from .errors import DamagedDatabase, StorageError, StorageFull, is_full
from .home import make_folder

_SHA256 = re.compile(r"[0-9a-f]{64}")
_INCOMING = "incoming"


class Blobs:
    """A folder of bytes by their SHA-256, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> tuple[str, Path]:
        """Keep bytes; returns their hex SHA-256 and where they lie.

        Raises StorageFull when there is no room; nothing is left behind then.
        """
        name = sha256(content).hexdigest()
        path = self.path(name)
        if not _is_there(path, len(content)):
            self._write([content])
        return name, path

    def put_stream(self, chunks: Iterable[bytes]) -> tuple[str, Path]:
        """Keep bytes that come in pieces, never all in memory. Otherwise like `put`."""
        name = self._write(chunks)
        return name, self.path(name)

    def path(self, name: str) -> Path:
        """Where bytes with this hex SHA-256 lie, or would lie."""
        if not _SHA256.fullmatch(name):
            raise ValueError(f"not a SHA-256: {name!r}")
        return self.folder / name[:2] / name[2:4] / name

    def has(self, name: str) -> bool:
        """Whether bytes with this SHA-256 are kept."""
        return self.path(name).is_file()

    def read(self, name: str) -> bytes:
        """The bytes. Raises DamagedDatabase when they are gone or are others."""
        path = self.path(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise DamagedDatabase(f"the document {path} is gone; restore a backup") from error
        if sha256(content).hexdigest() != name:
            raise DamagedDatabase(f"the document {path} was altered; restore a backup")
        return content

    def verify(self, name: str) -> bool:
        """Whether the bytes are there and are what they were."""
        path = self.path(name)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest() == name

    def names(self) -> Iterator[str]:
        """The SHA-256 of everything kept, in order."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            if _SHA256.fullmatch(path.name):
                yield path.name

    def sweep(self) -> int:
        """Remove what killed writers left half-written. Call it when nobody writes."""
        left = list((self.folder / _INCOMING).glob("*"))
        for path in left:
            path.unlink()
        return len(left)

    def _write(self, chunks: Iterable[bytes]) -> str:
        digest = sha256()
        with self._beside() as (descriptor, beside):
            for chunk in chunks:
                digest.update(chunk)
                _write_all(descriptor, chunk)
            os.fsync(descriptor)
            target = self.path(digest.hexdigest())
            make_folder(target.parent)
            beside.replace(target)
        return digest.hexdigest()

    @contextmanager
    def _beside(self) -> Iterator[tuple[int, Path]]:
        try:
            folder = self.folder / _INCOMING
            make_folder(folder)
            descriptor, name = mkstemp(dir=folder)
            beside = Path(name)
            try:
                yield descriptor, beside
            finally:
                os.close(descriptor)
                beside.unlink(missing_ok=True)
        except OSError as error:
            if is_full(error):
                raise StorageFull(
                    f"the disk with {self.folder} is full; free some space, then run again"
                ) from error
            raise StorageError(
                f"a document cannot be kept in {self.folder} ({error.strerror}); "
                "check that the folder belongs to you"
            ) from error


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except (FileNotFoundError, NotADirectoryError):
        return False


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
