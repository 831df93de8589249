"""Documents by content, and where archives lie."""

import errno
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from storage.archives import Archives
from storage.blobs import Blobs
from storage.errors import DamagedDatabase, StorageError, StorageFull
from storage.home import Home

BYTES = b"%PDF-1.7 an act" * 1000
LIMITED = """
import resource, signal, sys
from pathlib import Path
from storage.blobs import Blobs
from storage.errors import StorageFull
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    Blobs(Path(sys.argv[1])).put(b"x" * 8192)
except StorageFull as error:
    print(error)
"""


@pytest.fixture
def blobs(home: Home) -> Blobs:
    return Blobs(home.blobs)


def left_behind(blobs: Blobs) -> list[Path]:
    return [path for path in blobs.folder.rglob("*") if path.is_file()]


def test_bytes_are_kept_once_by_their_sha256(blobs: Blobs) -> None:
    """The name says what is in it; the same bytes again are not written again."""
    name, path = blobs.put(BYTES)
    assert name == sha256(BYTES).hexdigest()
    assert path == blobs.folder / name[:2] / name[2:4] / name
    first = path.stat()
    assert blobs.put(BYTES) == (name, path)
    assert blobs.put_stream([BYTES[:7], BYTES[7:]]) == (name, path)
    assert first.st_size == path.stat().st_size
    assert left_behind(blobs) == [path]
    assert blobs.read(name) == BYTES
    assert list(blobs.names()) == [name]


def test_only_the_owner_can_read(blobs: Blobs) -> None:
    """Files are 0600 and folders 0700."""
    _, path = blobs.put(BYTES)
    assert path.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in (blobs.folder, *path.parents[:2])} == {
        0o700
    }


def test_altered_bytes_are_noticed(blobs: Blobs) -> None:
    """What is not what was written is never handed out."""
    name, path = blobs.put(BYTES)
    assert blobs.verify(name)
    path.write_bytes(BYTES[:-1] + b"!")
    assert not blobs.verify(name)
    with pytest.raises(DamagedDatabase, match="altered"):
        blobs.read(name)
    path.unlink()
    assert not blobs.verify(name)
    with pytest.raises(DamagedDatabase, match="gone"):
        blobs.read(name)


def test_a_cut_off_blob_is_written_again(blobs: Blobs) -> None:
    """Bytes of another length under the right name are replaced."""
    name, path = blobs.put(BYTES)
    path.write_bytes(BYTES[:10])
    blobs.put(BYTES)
    assert blobs.verify(name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_only_a_sha256_is_a_name(blobs: Blobs, name: str) -> None:
    """No name leads out of the folder."""
    with pytest.raises(ValueError, match="not a SHA-256"):
        blobs.path(name)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_says_so_and_leaves_nothing(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """StorageFull says what to do; no half-written file stays."""

    def full(_descriptor: int, _content: object) -> int:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr("storage.blobs.os.write", full)
        with pytest.raises(StorageFull, match="free some space"):
            blobs.put(BYTES)
        with pytest.raises(StorageFull):
            blobs.put_stream([BYTES])
    assert left_behind(blobs) == []
    assert blobs.verify(blobs.put(BYTES)[0])


def test_a_file_limit_of_the_system_is_a_full_disk(blobs: Blobs) -> None:
    """The real limit of a real process gives the same message."""
    assert resource.RLIMIT_FSIZE
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(blobs.folder)],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert "free some space" in done.stdout
    assert left_behind(blobs) == []


def test_any_other_trouble_names_the_folder(tmp_path: Path) -> None:
    """A folder that cannot be used is an error of the store, not a crash."""
    (tmp_path / "blobs").write_text("a file in the way")
    with pytest.raises(StorageError, match="blobs"):
        Blobs(tmp_path / "blobs").put(BYTES)


def test_what_a_killed_writer_left_is_swept(blobs: Blobs) -> None:
    """Half-written files lie apart and can be removed."""
    name, _ = blobs.put(BYTES)
    (blobs.folder / "incoming" / "tmp1").write_bytes(b"half")
    assert list(blobs.names()) == [name]
    assert blobs.sweep() == 1
    assert blobs.verify(name)


def test_archives_are_named_by_group_time_and_crawl(home: Home) -> None:
    """Names sort by time within a group and never lead out of the folder."""
    archives = Archives(home.archives)
    started = datetime(2026, 1, 22, 6, 30, tzinfo=UTC)
    name = archives.name_for("lis.virginia.gov", 17, started)
    assert name == "lis.virginia.gov/20260122T063000Z-17.warc.gz"
    assert archives.name_for("../../x y", 1, started).startswith("x-y/")
    archives.create(name).write_bytes(b"warc")
    archives.create(archives.name_for("other", 18, started)).write_bytes(b"warc!")
    assert [(one.name, one.bytes) for one in archives.list()] == [
        (name, 4), ("other/20260122T063000Z-18.warc.gz", 5),
    ]  # fmt: skip
    assert [one.name for one in archives.list("other")] == ["other/20260122T063000Z-18.warc.gz"]
    for bad in ("../x.warc.gz", "/etc/passwd"):
        with pytest.raises(StorageError):
            archives.path(bad)
