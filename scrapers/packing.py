"""Making a recording out of files that were saved by hand."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapers.replay import GZIP, media_type
from scrapers.warc import BadArchive, CannotRecord, Headers, WarcWriter

WITHOUT_BODY = frozenset({204, 301, 302, 303, 304, 307, 308})
WORDS = ("url", "file", "date", "type", "method", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the list, checked; `file` is None for an answer that has no body."""

    url: str
    method: str
    body: str
    status: int
    date: datetime
    file: Path | None
    claimed: str
    headers: tuple[tuple[str, str], ...] = ()


def pack(list_path: Path, out_path: Path) -> int:
    """Make a WARC from lines of JSON; returns the number of answers.

    A line has `url` and `file` (relative to the list's folder), and if need be
    `date` (ISO; without one the file's own time), `status` (200), `type`
    (found by content), `method` (GET), `body` (of the request) and `headers`
    (an object; a redirect needs its Location). A status that has no body
    needs no file. Raises BadArchive with every bad line; then, or when
    writing fails, OUT is left as it was.
    """
    lines = checked(list_path)
    partial = out_path.with_name(f".{os.getpid()}.{out_path.name}")
    try:
        count = _written(partial, sorted(lines, key=lambda line: line.date))
        partial.replace(out_path)
    except (OSError, CannotRecord) as error:
        if partial.is_file():
            partial.unlink()
        raise BadArchive(f"{out_path} cannot be made: {error}") from error
    return count


def _written(path: Path, lines: Sequence[Line]) -> int:
    writer = WarcWriter(path)
    try:
        for line in lines:
            _write(writer, line)
    finally:
        writer.close()
    return writer.records


def checked(list_path: Path) -> list[Line]:
    """The lines of a list. Raises BadArchive with all that is wrong in it."""
    try:
        text = list_path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadArchive(f"{list_path} cannot be read: {error}") from error
    lines, problems = [], []
    for number, printed in enumerate(text.splitlines(), start=1):
        if not printed.strip():
            continue
        try:
            lines.append(_line(json.loads(printed), list_path.parent))
        except json.JSONDecodeError as error:
            problems.append(f"{list_path}:{number}:{error.colno}: not JSON: {error.msg}")
        except ValueError as error:
            problems.append(f"{list_path}:{number}: {error}")
    if problems:
        raise BadArchive("\n".join(problems))
    if not lines:
        raise BadArchive(f"{list_path} has no lines to pack")
    return lines


def _line(found: Any, folder: Path) -> Line:
    """One line. Raises ValueError with everything that is wrong with it."""
    if not isinstance(found, dict):
        raise ValueError(f"expected an object with url and file, found {found!r}")  # noqa: TRY004 - one kind for all that is wrong with a line
    said = {key: value for key, value in found.items() if value is not None}
    wrong = [
        f"{key} should be text, found {said[key]!r}"
        for key in WORDS
        if not isinstance(said.get(key, ""), str)
    ]
    if wrong:
        raise ValueError("; ".join(wrong))
    status = _status(said.get("status", 200), wrong)
    file = _file(said, folder, status, wrong)
    if not said.get("url"):
        wrong.append("url is missing")
    elif (
        urlsplit(said["url"]).scheme not in {"http", "https"} or not urlsplit(said["url"]).hostname
    ):
        wrong.append(f"url is not an http or https address: {said['url']!r}")
    date = _date(said.get("date", ""), file, wrong)
    headers = said.get("headers", {})
    if not isinstance(headers, dict):
        wrong.append(f"headers should be an object, found {headers!r}")
    if wrong or date is None:
        raise ValueError("; ".join(wrong))
    return Line(
        url=said["url"], method=(said.get("method") or "GET").upper(), body=said.get("body", ""),
        status=status, date=date, file=file, claimed=said.get("type", ""),
        headers=tuple((str(name), str(value)) for name, value in headers.items()),
    )  # fmt: skip


def _status(said: Any, wrong: list[str]) -> int:
    if isinstance(said, str) and said.isdigit():
        said = int(said)
    if isinstance(said, bool) or not isinstance(said, int) or said not in range(100, 600):
        wrong.append(f"status should be a number from 100 to 599, found {said!r}")
        return 0
    return said


def _file(said: Mapping[str, Any], folder: Path, status: int, wrong: list[str]) -> Path | None:
    if not said.get("file"):
        if status not in WITHOUT_BODY:
            wrong.append("file is missing")
        return None
    file = folder / str(said["file"])
    if not file.is_file():
        wrong.append(f"there is no file {file}")
    return file


def _date(said: str, file: Path | None, wrong: list[str]) -> datetime | None:
    if said:
        try:
            found = datetime.fromisoformat(said)
        except ValueError:
            wrong.append(f"date should be like 2026-02-25T12:00:00Z, found {said!r}")
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    if file is None:
        wrong.append("date is missing")
    elif file.is_file():
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return None


def _write(writer: WarcWriter, line: Line) -> None:
    content = line.file.read_bytes() if line.file else b""
    writer.write(
        url=line.url,
        method=line.method,
        request_headers=[],
        request_body=line.body.encode(),
        status=line.status,
        headers=_headers(line, content),
        body=content,
        date=line.date,
    )


def _headers(line: Line, content: bytes) -> Headers:
    given = {name.lower() for name, _ in line.headers}
    packed = content.startswith(GZIP) and not urlsplit(line.url).path.lower().endswith(
        (".gz", ".tgz")
    )
    kinds = {
        "Content-Type": line.claimed or ("" if packed else media_type(content)),
        "Content-Encoding": "gzip" if packed and "gzip" not in line.claimed else "",
        "Content-Length": str(len(content)),
    }
    return [
        *line.headers,
        *((name, value) for name, value in kinds.items() if value and name.lower() not in given),
    ]
