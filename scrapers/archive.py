"""WARC archives: what sites served, byte for byte, and replays of it.

A recording holds, for every answer, the request and the response as they were
received (content encoding and all). A replay answers a request from one such
file: by method, address and body; else by path and query without the
parameters that do not identify a page; at last without regard to case.
"""

import hashlib
import io
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, urlencode, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrapers.errors import NotRecorded, SourceError

INCIDENTAL = frozenset({"token", "$filter", "$orderby", "$top", "api_key", "key", "fromdate", "todate"})
REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 403: "Forbidden",
           404: "Not Found", 500: "Internal Server Error", 503: "Service Unavailable"}  # fmt: skip
LARGEST_BODY = 512 << 20
Headers = list[tuple[str, str]]


class BadArchive(SourceError):
    """The file is no WARC archive, or a list to pack is not as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One answer of an archive. `body` is decoded; `date` is aware UTC."""

    url: str
    method: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    date: datetime
    request_digest: str = ""


class WarcWriter:
    """Appends answers to one file; each record is whole on disk before the next begins."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self.records = 0
        self._file: BinaryIO = path.open("ab")
        os.chmod(path, 0o600)
        self._writer = WARCWriter(self._file, gzip=True)

    def write(
        self,
        *,
        url: str,
        method: str,
        request_headers: Headers,
        request_body: bytes,
        status: int,
        headers: Headers,
        body: bytes,
        date: datetime,
    ) -> None:
        """Keep one answer. Raises OSError when the disk does not take it."""
        stamp = date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = StatusAndHeaders(f"{method} {target} HTTP/1.1", _safe(request_headers), is_http_request=True)
        got = StatusAndHeaders(f"{status} {REASONS.get(status, 'Status')}", _safe(headers), protocol="HTTP/1.1")
        extra = {"WARC-Date": stamp}
        response = self._writer.create_warc_record(
            url, "response", payload=io.BytesIO(body), http_headers=got, warc_headers_dict=dict(extra)
        )
        request = self._writer.create_warc_record(
            url, "request", payload=io.BytesIO(request_body), http_headers=sent, warc_headers_dict=dict(extra)
        )
        self._writer.write_request_response_pair(request, response)
        self._file.flush()
        self.records += 1

    def close(self) -> None:
        """Make sure everything is on disk. A file without records is removed."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if not self.records and self.path.stat().st_size == 0:
            self.path.unlink()


def _safe(headers: Headers) -> Headers:
    return [(name, "".join(mark if mark.isprintable() else " " for mark in value)) for name, value in headers]


class ReplayArchive:
    """Answers requests from one archive, as it was at its last date."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._exact: dict[tuple[str, str, str], Recorded] = {}
        self._loose: dict[frozenset[str], dict[tuple[str, ...], Recorded]] = {}
        self.hosts: set[str] = set()
        dates: list[datetime] = []
        for recorded in read(path):
            dates.append(recorded.date)
            self._keep(recorded)
        if not dates:
            raise BadArchive(f"{path} holds no answers; is it a WARC file?")
        self.first_date, self.last_date = min(dates), max(dates)

    def _keep(self, recorded: Recorded) -> None:
        parts = urlsplit(recorded.url)
        self.hosts.add((parts.hostname or "").lower())
        key = (recorded.method, recorded.url, recorded.request_digest)
        before = self._exact.get(key)
        if recorded.status == 304 and before is not None:
            return
        self._exact[key] = recorded

    def answer(
        self, method: str, url: str, body: bytes = b"", incidental: Iterable[str] = ()
    ) -> Recorded:
        """The answer recorded for a request. Raises NotRecorded."""
        sent = digest_of(body)
        found = self._exact.get((method, url, sent))
        if found is not None:
            return found
        left_out = INCIDENTAL | {name.lower() for name in incidental}
        if left_out not in self._loose:
            self._loose[left_out] = self._index(left_out)
        for fold in (False, True):
            found = self._loose[left_out].get(loose_key(method, url, sent, left_out, fold=fold))
            if found is not None:
                return found
        raise NotRecorded(f"{method} {url} is not in {self.path.name}")

    def _index(self, left_out: frozenset[str]) -> dict[tuple[str, ...], Recorded]:
        index: dict[tuple[str, ...], Recorded] = {}
        for (method, url, sent), recorded in self._exact.items():
            for fold in (False, True):
                index.setdefault(loose_key(method, url, sent, left_out, fold=fold), recorded)
        return index


def loose_key(
    method: str, url: str, sent: str, left_out: frozenset[str], *, fold: bool
) -> tuple[str, ...]:
    """A request without its host and without what does not identify a page."""
    parts = urlsplit(url)
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in left_out
    )
    path = parts.path or "/"
    how = "folded" if fold else "as is"
    return (how, method, path.casefold() if fold else path, urlencode(query), sent)


def read(path: Path) -> Iterator[Recorded]:
    """Every answer of an archive, in its order. Raises BadArchive.

    Bodies are decoded (chunks, gzip, deflate); a 304 or a revisit record has
    the body of the answer it refers to, when that is in the same file.
    """
    bodies: dict[str, Recorded] = {}
    pending: Recorded | None = None
    try:
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "request" and record.http_headers and pending:
                    # The request follows its response, as every writer we know does.
                    pending = replace(
                        pending,
                        method=record.http_headers.protocol.strip().upper() or "GET",
                        request_digest=digest_of(record.content_stream().read()),
                    )
                elif record.rec_type in {"response", "revisit", "resource"}:
                    if pending:
                        yield pending
                    pending = _recorded(record, bodies)
            if pending:
                yield pending
    except (ArchiveLoadFailed, EOFError, zlib.error) as error:
        raise BadArchive(f"{path} is not a readable WARC archive: {error}") from error


def _recorded(record: Any, bodies: dict[str, Recorded]) -> Recorded | None:
    url = record.rec_headers.get_header("WARC-Target-URI")
    if not url:
        return None
    digest = record.rec_headers.get_header("WARC-Payload-Digest") or ""
    status = 200
    headers: tuple[tuple[str, str], ...] = ()
    if record.http_headers is not None:
        status = int(record.http_headers.get_statuscode() or 200)
        headers = tuple(record.http_headers.headers)
    elif record.rec_type == "resource":
        headers = (("Content-Type", record.rec_headers.get_header("Content-Type") or ""),)
    stream = record.content_stream()
    body = stream.read(LARGEST_BODY)
    refers = bodies.get(digest) or bodies.get(record.rec_headers.get_header("WARC-Refers-To-Target-URI") or url)
    if (record.rec_type == "revisit" or status == 304) and not body and refers is not None:
        status, headers, body = refers.status, refers.headers, refers.body
    recorded = Recorded(
        url=url, method="GET", status=status, headers=headers, body=body,
        date=_date(record.rec_headers.get_header("WARC-Date")),
    )  # fmt: skip
    if body and status == 200:
        bodies[digest or url] = recorded
        bodies[url] = recorded
    return recorded


def _date(text: str | None) -> datetime:
    if not text:
        raise BadArchive("a record has no WARC-Date")
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def verify(path: Path) -> tuple[int, list[str]]:
    """Read every record of an archive and check its digests: their number, and what is wrong."""
    count, problems = 0, []
    try:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="log"):
                record.raw_stream.read()
                count += 1
                checker = record.digest_checker
                if checker.passed is False:
                    problems += [f"record {count}: {problem}" for problem in checker.problems]
    except (ArchiveLoadFailed, EOFError, zlib.error) as error:
        problems.append(f"after record {count}: {error}")
    return count, problems


PACK_KEYS: Mapping[str, type] = {"url": str, "file": str, "date": str, "status": int, "type": str, "method": str, "body": str}


def pack(list_path: Path, out_path: Path) -> int:
    """Make a WARC from lines of JSON; returns the number of records.

    A line has `url` and `file` (relative to the list's folder), and if need be
    `date` (ISO; without one the file's own time), `status` (200), `type`
    (found by content), `method` (GET) and `body` (of the request). Raises
    BadArchive with every bad line, and then writes nothing.
    """
    entries, problems = [], []
    for number, line in enumerate(list_path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            entries.append(_entry(json.loads(line), list_path.parent))
        except (ValueError, KeyError, TypeError, OSError) as error:
            problems.append(f"{list_path}:{number}: {error}")
    if problems:
        raise BadArchive("\n".join(problems))
    if not entries:
        raise BadArchive(f"{list_path} has no lines to pack")
    out_path.unlink(missing_ok=True)
    writer = WarcWriter(out_path)
    try:
        for entry in sorted(entries, key=lambda entry: entry["date"]):
            writer.write(**entry)
    finally:
        writer.close()
    return writer.records


def _entry(line: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    if not isinstance(line, dict):
        raise TypeError("expected an object with url and file")
    for key, kind in PACK_KEYS.items():
        if line.get(key) is not None and not isinstance(line[key], kind):
            raise TypeError(f"{key} should be {kind.__name__}, found {line[key]!r}")
    missing = [key for key in ("url", "file") if not line.get(key)]
    if missing:
        raise ValueError(f"{' and '.join(missing)} missing")
    if urlsplit(line["url"]).scheme not in {"http", "https"}:
        raise ValueError(f"url is not an http or https address: {line['url']!r}")
    file = folder / line["file"]
    content = file.read_bytes()
    if line.get("date"):
        date = datetime.fromisoformat(line["date"].replace("Z", "+00:00"))
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
    else:
        date = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    claimed = line.get("type") or media_type(content)
    return {
        "url": line["url"], "method": (line.get("method") or "GET").upper(), "request_headers": [],
        "request_body": (line.get("body") or "").encode(), "status": line.get("status") or 200,
        "headers": [("Content-Type", claimed), ("Content-Length", str(len(content)))],
        "body": content, "date": date,
    }  # fmt: skip


def media_type(content: bytes) -> str:
    """The media type of bytes, by their beginning."""
    head = content[:1024].lstrip().lower()
    if head.startswith(b"%pdf"):
        return "application/pdf"
    if head.startswith(b"pk\x03\x04"):
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    if head.startswith((b"<!doctype html", b"<html")):
        return "text/html"
    if head.startswith((b"{", b"[")):
        return "application/json"
    if head.startswith(b"<?xml"):
        return "application/xml"
    return "text/plain"


def digest_of(body: bytes) -> str:
    """A request body as part of a key."""
    return hashlib.sha256(body).hexdigest() if body else ""
