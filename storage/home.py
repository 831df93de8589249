"""Where everything lies: one folder that holds all state.

measurewatch.db   the database, when it is SQLite
blobs/            documents by content
archives/         WARC files of what the sites served
locks/            one file a lock
backups/          copies of the database
"""

from dataclasses import dataclass
from pathlib import Path

from .errors import StorageError, StorageFull, is_full

DATABASE = "measurewatch.db"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of all state. Nobody but its owner can read it."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> "Home":
        """Make the folders that are missing; raise StorageError when that cannot be."""
        home = cls(path.absolute())
        folders = (home.path, home.blobs, home.archives, home.locks, home.backups)
        for folder in folders:
            make_folder(folder)
        return home

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.path / DATABASE}"

    @property
    def blobs(self) -> Path:
        return self.path / "blobs"

    @property
    def archives(self) -> Path:
        return self.path / "archives"

    @property
    def locks(self) -> Path:
        return self.path / "locks"

    @property
    def backups(self) -> Path:
        return self.path / "backups"


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, for their owner alone.

    Raises StorageFull or StorageError.
    """
    try:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        kind = StorageFull if is_full(error) else StorageError
        raise kind(
            f"the folder {folder} cannot be made ({error.strerror}); "
            "give another folder by --home, or make it by hand"
        ) from error
