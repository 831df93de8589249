"""Answers from an archive instead of from the network.

A request is answered by method, address and body; else by path and query
without the parameters that do not identify a page, on the same host before
any other; at last without regard to the case of the path. Of several answers
the best is given: a good status before a redirect before an error, and then
the latest. A 304 or a revisit gives the payload it refers to, also when that
is in an earlier archive.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from scrapers.addresses import SECRET_PARAMETERS, canonical_url
from scrapers.errors import NotRecorded
from scrapers.genuine import what_it_is
from scrapers.warc import Entry, WarcFile, digest_of, without_secrets

INCIDENTAL = SECRET_PARAMETERS | {
    "$filter", "$orderby", "$top", "$inlinecount", "fromdate", "todate", "startdate", "enddate",
    "start_date", "end_date", "date_from", "date_to", "datefrom", "dateto", "begindate",
    "since", "until", "modified_since", "updated_since", "modifiedsince", "updatedsince",
}  # fmt: skip
"""Parameters that no source uses to tell one page from another."""

PLAIN = frozenset({"HTML", "XML", "JSON", "a PDF", "a ZIP file"})
GZIP = b"\x1f\x8b"
MEDIA_TYPES = {
    "a PDF": "application/pdf",
    "a ZIP file": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "HTML": "text/html",
    "JSON": "application/json",
    "XML": "application/xml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One answer of an archive. `date` is aware UTC.

    `body` is as it was received; a header Content-Encoding is there exactly
    when the body is still encoded, a Content-Type always.
    """

    url: str
    method: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    date: datetime


class _Key(NamedTuple):
    """A request without what does not identify a page; `host` may be "" for any."""

    method: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...]
    sent: str


class ReplayArchive:
    """Answers requests from one archive, as it was at its last date.

    `earlier` are the archives before it, for payloads it only refers to.
    `problem` tells of a damaged end. Raises BadArchive.
    """

    def __init__(self, path: Path, earlier: Sequence[Path] = ()) -> None:
        self.path = path
        self._file = WarcFile(path)
        self._earlier = tuple(earlier)
        self._opened: dict[Path, WarcFile] = {}
        self.problem = self._file.problem
        entries = self._file.entries
        self.first_date = min(entry.date for entry in entries)
        self.last_date = max(entry.date for entry in entries)
        self.hosts = {host_of(entry.url) for entry in entries}
        self._loose: dict[frozenset[str], dict[_Key, list[Entry]]] = {}
        self._exact: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
        for entry in entries:
            self._exact[entry.method, canonical_url(entry.url), entry.sent].append(entry)

    def answer(
        self, method: str, url: str, body: bytes = b"", incidental: Iterable[str] = ()
    ) -> Recorded:
        """The answer recorded for a request. Raises NotRecorded."""
        for candidates in self._candidates(method, url, digest_of(body), incidental):
            found = self._best(candidates, url)
            if found is not None:
                return found
        raise NotRecorded(f"{method} {url} is not in {self.path.name}")

    def _candidates(
        self, method: str, url: str, sent: str, incidental: Iterable[str]
    ) -> Iterable[list[Entry]]:
        """Ever wider sets of answers that may be meant."""
        yield self._exact.get((method, canonical_url(without_secrets(url)), sent), [])
        left_out = INCIDENTAL | {name.lower() for name in incidental}
        if left_out not in self._loose:
            self._loose[left_out] = self._index(left_out)
        for key in loose_keys(method, url, sent, left_out):
            yield self._loose[left_out].get(key, [])

    def _index(self, left_out: frozenset[str]) -> dict[_Key, list[Entry]]:
        index: dict[_Key, list[Entry]] = defaultdict(list)
        for entry in self._file.entries:
            for key in loose_keys(entry.method, entry.url, entry.sent, left_out):
                index[key].append(entry)
        return index

    def _best(self, candidates: list[Entry], url: str) -> Recorded | None:
        """The best of some answers that has a payload to give."""
        asked = set(parse_qsl(urlsplit(url).query, keep_blank_values=True))

        def merit(entry: Entry) -> tuple[int, int, datetime]:
            alike = len(asked & set(parse_qsl(urlsplit(entry.url).query, keep_blank_values=True)))
            return (-rank(entry), alike, entry.date)

        for entry in sorted(candidates, key=merit, reverse=True):
            found = self._given(entry)
            if found is not None:
                return found
        return None

    def _given(self, entry: Entry) -> Recorded | None:
        if not entry.is_reference:
            return recorded(entry, entry, self._file.body(entry))
        for file in self._files():
            meant = referred(entry, file.entries)
            if meant is not None:
                return recorded(entry, meant, file.body(meant))
        return None

    def _files(self) -> Iterator[WarcFile]:
        """The archive, then those before it, the latest first; each is read when it is needed."""
        yield self._file
        for path in reversed(self._earlier):
            if path not in self._opened:
                self._opened[path] = WarcFile(path)
            yield self._opened[path]


def rank(entry: Entry) -> int:
    """How much an answer is worth: 0 is a page, 3 an error."""
    if entry.is_reference:
        return 1
    if entry.status in range(200, 300):
        return 0
    return 2 if entry.status in range(300, 400) else 3


def referred(entry: Entry, among: Sequence[Entry]) -> Entry | None:
    """The answer whose payload a revisit or a 304 stands for: by digest, else by address and time."""
    payloads = [one for one in among if not one.is_reference and one.status == HTTPStatus.OK]
    alike = [one for one in payloads if entry.digest and one.digest == entry.digest]
    if entry.kind == "revisit" and alike:
        return max(alike, key=lambda one: one.date)
    address = canonical_url(entry.refers_to or entry.url)
    until = entry.refers_date or entry.date
    before = [one for one in payloads if canonical_url(one.url) == address and one.date <= until]
    return max(before, key=lambda one: one.date, default=None)


def recorded(entry: Entry, payload: Entry, body: bytes) -> Recorded:
    """An answer with the payload it gives."""
    return Recorded(
        url=entry.url, method=entry.method, status=payload.status, date=entry.date,
        headers=tuple(honest_headers(payload, body)), body=body,
    )  # fmt: skip


def honest_headers(entry: Entry, body: bytes) -> Iterable[tuple[str, str]]:
    """Headers that agree with the body: recorders decode, and lose headers."""
    names = {name.lower() for name, _ in entry.headers}
    encoding = "".join(value for name, value in entry.headers if name.lower() == "content-encoding")
    decoded = what_it_is(body) in PLAIN or (
        "gzip" in encoding.lower() and not body.startswith(GZIP)
    )
    for name, value in entry.headers:
        if name.lower() in {"transfer-encoding", "content-length"}:
            continue
        if name.lower() != "content-encoding" or not decoded:
            yield name, value
    lost = not encoding and is_lost_gzip(entry, body)
    if lost:
        yield "Content-Encoding", "gzip"
    if "content-type" not in names:
        yield "Content-Type", media_type(beginning(body) if lost or encoding else body)


def is_lost_gzip(entry: Entry, body: bytes) -> bool:
    """Whether a body is compressed although neither its address nor its headers say so."""
    claimed = "".join(value for name, value in entry.headers if name.lower() == "content-type")
    path = urlsplit(entry.url).path.lower()
    meant = "gzip" in claimed or "octet-stream" in claimed or path.endswith((".gz", ".tgz"))
    return body.startswith(GZIP) and not meant


def beginning(body: bytes) -> bytes:
    """The first unpacked bytes of a gzip body; of any other the body itself."""
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body, 2048)
    except zlib.error:
        return body


def media_type(body: bytes) -> str:
    """The media type of bytes, by their beginning; text when nothing tells."""
    return MEDIA_TYPES.get(what_it_is(body[:2048]), "text/plain")


def host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")


def loose_keys(method: str, url: str, sent: str, left_out: frozenset[str]) -> Iterable[_Key]:
    """The keys under which a request is looked for, the narrowest first."""
    parts = urlsplit(canonical_url(url, left_out))
    query = tuple(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    path = unquote(parts.path) or "/"
    host = host_of(parts.geturl())
    # A mark tells folded paths from paths that are in lower case as they stand.
    for form in (path, f"folded {path.casefold()}"):
        yield _Key(method, host, form, query, sent)
        yield _Key(method, "", form, query, sent)
