"""Whether a recording is whole: every record, its digests, and the very end of the file."""

import zlib
from pathlib import Path
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from scrapers.warc import (
    BLOCK,
    TORN,
    BadArchive,
    WarcFile,
    drain,
    is_one_member,
    printed,
    unpacked,
    wrong,
)

GZIP = b"\x1f\x8b"
END = b"\r\n\r\n"
"""What every record ends with (ISO 28500, section 4)."""


def overview(path: Path) -> dict[str, Any]:
    """How many answers an archive has and of what time, with what is wrong as `problem`."""
    try:
        found = WarcFile(path)
    except BadArchive as error:
        dates, problem = [], str(error)
    else:
        dates, problem = sorted(entry.date for entry in found.entries), found.problem
    return {
        "records": len(dates),
        "first_date": dates[0].isoformat() if dates else None,
        "last_date": dates[-1].isoformat() if dates else None,
        "problem": problem,
    }


def verify(path: Path) -> tuple[int, list[str]]:
    """Read every record of an archive and check its digests: their number, and what is wrong.

    Raises BadArchive for a file that cannot be opened.
    """
    try:
        with path.open("rb") as file:
            try:
                return _read(file)
            except ArchiveLoadFailed as error:
                if not is_one_member(error):
                    raise
        with unpacked(path) as file:
            return _read(file)
    except OSError as error:
        raise BadArchive(f"{path} cannot be read: {error.strerror or error}") from error
    except TORN as error:
        return 0, [wrong(error)]


def _read(file: IO[bytes]) -> tuple[int, list[str]]:
    """`verify` of an open file. Raises ArchiveLoadFailed for one that is compressed as a whole."""
    count = 0
    problems: list[str] = []
    try:
        for record in ArchiveIterator(file, check_digests=True):
            drain(record)
            count += 1
            if record.raw_stream.limit > 0:
                problems.append(f"record {count}: breaks off before its end")
            problems += [
                f"record {count}: {printed(said)}" for said in record.digest_checker.problems
            ]
    except TORN as error:
        if isinstance(error, ArchiveLoadFailed) and is_one_member(error):
            raise
        problems.append(f"after record {count}: {wrong(error)}")
    problems = problems or _end(file, count)
    if not count and not problems:
        problems.append("the file holds no records")
    return count, problems


def _end(file: IO[bytes], count: int) -> list[str]:
    """What is wrong with the end of a file all of whose records could be read.

    warcio does not miss the last bytes: a member's checksum, or the lines that end a record.
    """
    file.seek(0)
    tail, whole = _tail(file)
    if whole and (tail == END or not count):
        return []
    return [f"record {count}: the file breaks off in its last bytes"]


def _tail(file: IO[bytes]) -> tuple[bytes, bool]:
    """The last bytes of a file, unpacked, and whether its last gzip member is whole."""
    tail = b""
    packed = file.read(len(GZIP)) == GZIP
    file.seek(0)
    member = zlib.decompressobj(wbits=zlib.MAX_WBITS + 16) if packed else None
    while data := file.read(BLOCK):
        while data:
            if member is None:
                found, data = data, b""
            else:
                if member.eof:
                    member = zlib.decompressobj(wbits=zlib.MAX_WBITS + 16)
                found, data = (
                    member.decompress(data, BLOCK),
                    member.unconsumed_tail or member.unused_data,
                )
            tail = (tail + found)[-len(END) :]
    return tail, member is None or member.eof
