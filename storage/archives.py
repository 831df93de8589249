"""Where the WARC files lie. Writing and reading them is `scrapers.archive`'s work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from re import sub

from .errors import StorageError
from .home import make_folder

SUFFIX = ".warc.gz"


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One archive: its name within the folder, its place and its size in bytes."""

    name: str
    path: Path
    bytes: int


class Archives:
    """The folder of archives: one folder a group, one file a crawl."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def name_for(self, group: str, crawl_id: int, started: datetime) -> str:
        """The name of a crawl's archive, such as "virginia/20260122T063000Z-17.warc.gz"."""
        safe = sub(r"[^A-Za-z0-9._-]+", "-", group).strip(".-") or "group"
        return f"{safe}/{started.astimezone(UTC):%Y%m%dT%H%M%SZ}-{crawl_id}{SUFFIX}"

    def path(self, name: str) -> Path:
        """Where an archive lies. Raises StorageError for a name that leads out of the folder."""
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise StorageError(f"{name!r} is not the name of an archive")
        return path

    def create(self, name: str) -> Path:
        """Make the folder an archive goes to, and return the archive's place."""
        path = self.path(name)
        make_folder(path.parent)
        return path

    def list(self, group: str = "") -> Iterator[ArchiveFile]:
        """All archives, or those of one group, oldest first within a group."""
        pattern = f"{group or '*'}/*{SUFFIX}"
        for path in sorted(self.folder.glob(pattern)):
            name = path.relative_to(self.folder).as_posix()
            yield ArchiveFile(name, path, path.stat().st_size)
