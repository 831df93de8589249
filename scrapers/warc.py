"""WARC files: what sites served, byte for byte, written as it comes and read back.

A recording holds, for every answer, the request and the response as they were
received (content encoding and all), each in a gzip member of its own, so that
a crawl that is killed leaves whole records behind. Reading keeps no bodies in
memory: an index of offsets, and a body when it is asked for.
"""

import gzip
import hashlib
import io
import os
import shutil
import tempfile
import weakref
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrapers.addresses import SECRET_PARAMETERS
from scrapers.errors import SourceError

SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "x-api-key", "webapikey"}
)
LARGEST_BODY = 512 << 20
LARGEST_SENT = 16 << 20
LARGEST_UNPACKED = 8 << 30
BLOCK = 1 << 16
PACKED = 6  # zlib's 9, which is warcio's, takes up to 5 times as long for at most 4 % less
ANSWERS = frozenset({"response", "revisit", "resource"})
TORN = (ArchiveLoadFailed, EOFError, zlib.error, ValueError, AttributeError)
"""What reading a damaged file raises; warcio takes a head without an address for a fault of its own."""

Headers = Sequence[tuple[str, str]]


class BadArchive(SourceError):
    """The file is no WARC archive, or a list to pack is not as it should be."""


class CannotRecord(SourceError):
    """What a site served cannot be kept; a crawl without evidence does not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One answer in an archive, without its body. `date` is aware UTC.

    `sent` is the digest of the request's body ("" for none), `digest` that of
    the payload as the archive states it. `refers_to` and `refers_date` name the
    answer whose payload a revisit stands for.
    """

    url: str
    method: str
    status: int
    headers: tuple[tuple[str, str], ...]
    date: datetime
    sent: str = ""
    digest: str = ""
    kind: str = "response"
    refers_to: str = ""
    refers_date: datetime | None = None
    offset: int = 0
    record_id: str = ""

    @property
    def is_reference(self) -> bool:
        """Whether the payload is another answer's: a revisit, or a 304."""
        return self.kind == "revisit" or self.status == HTTPStatus.NOT_MODIFIED


class WarcWriter:
    """Appends answers to one file; each record is whole on disk before the next begins.

    `info` goes into the file's first record. A name that ends in .gz makes a
    compressed file. Secrets (tokens in addresses, authorisation, cookies sent)
    are not kept; addresses are stored with them blanked.
    """

    def __init__(self, path: Path, info: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.records = 0
        self._info = dict(info or {})
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.fdopen(
                os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab"
            )
        except OSError as error:
            raise CannotRecord(f"{path} cannot be written to: {error.strerror}") from error
        self._writer = WARCWriter(self._file, gzip=False, warc_version="1.1")

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
        ip_address: str = "",
    ) -> None:
        """Keep one answer, its request before it. Raises CannotRecord."""
        address = without_secrets(url)
        parts = urlsplit(address)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        facts = {"WARC-Date": date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
        kept = [("Host", parts.netloc), *request_headers]
        response = self._writer.create_warc_record(
            address,
            "response",
            payload=io.BytesIO(body),
            length=len(body),
            http_headers=StatusAndHeaders(f"{status} {phrase(status)}", safe(headers), "HTTP/1.1"),
            warc_headers_dict=facts | ({"WARC-IP-Address": ip_address} if ip_address else {}),
        )
        request = self._writer.create_warc_record(
            address,
            "request",
            payload=io.BytesIO(request_body),
            length=len(request_body),
            http_headers=StatusAndHeaders(
                f"{method} {target} HTTP/1.1", safe(kept, SECRET_HEADERS), is_http_request=True
            ),
            warc_headers_dict=facts
            | {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")},
        )
        try:
            self._write_info(date)
            # The request first: what is cut off by a kill is then an answer, never a question.
            self._put(request)
            self._put(response)
            self._file.flush()
        except OSError as error:
            raise CannotRecord(f"{self.path} cannot be written to: {error.strerror}") from error
        self.records += 1

    def _write_info(self, date: datetime) -> None:
        if self.records or not self._info:
            return
        record = self._writer.create_warcinfo_record(self.path.name, self._info)
        stamp = date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        record.rec_headers.replace_header("WARC-Date", stamp)
        self._put(record)

    def _put(self, record: Any) -> None:
        self._writer.out = _Member(self._file) if self.path.suffix == ".gz" else self._file
        self._writer.write_record(record)

    def close(self) -> None:
        """Make sure everything is on disk. A file without records is removed."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise CannotRecord(f"{self.path} cannot be written to: {error.strerror}") from error
        finally:
            self._file.close()
        if not self.records and self.path.stat().st_size == 0:
            self.path.unlink()


class _Member:
    """One record in a gzip member of its own; it ends with `flush`, which is a record's last word."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._packer = zlib.compressobj(PACKED, zlib.DEFLATED, zlib.MAX_WBITS + 16)

    def write(self, data: bytes) -> None:
        self._file.write(self._packer.compress(data))

    def flush(self) -> None:
        self._file.write(self._packer.flush())


def phrase(status: int) -> str:
    """The words that go with a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def safe(headers: Headers, without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Headers that cannot break out of their lines, each name of `without` left out."""
    return [
        (name, "".join(mark if mark.isprintable() else " " for mark in value))
        for name, value in headers
        if name.lower() not in without
    ]


def without_secrets(url: str) -> str:
    """An address with the values of tokens and keys blanked."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if not any(name.lower() in SECRET_PARAMETERS and value for name, value in pairs):
        return url
    kept = [(name, "" if name.lower() in SECRET_PARAMETERS else value) for name, value in pairs]
    return parts._replace(query=urlencode(kept)).geturl()


def digest_of(body: bytes) -> str:
    """A request body as part of a key: hex SHA-256, "" for none."""
    return hashlib.sha256(body).hexdigest() if body else ""


class WarcFile:
    """An archive's answers in their order, and their bodies on demand.

    `problem` tells of a damaged end ("" when the file is whole); what stands
    before the damage is there. Raises BadArchive for a file that is no archive.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._unpacked: IO[bytes] | None = None
        try:
            self.entries = self._index()
        except OSError as error:
            raise BadArchive(f"{path} cannot be read: {error.strerror or error}") from error
        if not self.entries:
            raise BadArchive(self.problem or f"{path} holds no answers; is it a WARC file?")

    def body(self, entry: Entry) -> bytes:
        """The bytes of an answer as they were received, but for chunking. Raises BadArchive."""
        with self._open() as file:
            file.seek(entry.offset)
            record = next(ArchiveIterator(file))
            stream: Any = record.raw_stream
            if _header(record.http_headers, "Transfer-Encoding").lower() == "chunked":
                stream = ChunkedDataReader(stream)
            content: bytes = stream.read(LARGEST_BODY + 1)
        if len(content) > LARGEST_BODY:
            raise BadArchive(f"{entry.url} is larger than {LARGEST_BODY >> 20} MiB")
        return content

    def _open(self) -> IO[bytes]:
        if self._unpacked is None:
            return self.path.open("rb")
        file = os.fdopen(os.dup(self._unpacked.fileno()), "rb")
        file.seek(0)
        return file

    def _index(self) -> tuple[Entry, ...]:
        try:
            return tuple(self._scan())
        except _OneGzipMember:
            self._unpacked = unpacked(self.path)
            weakref.finalize(self, self._unpacked.close)
            return tuple(self._scan())

    def _scan(self) -> Iterator[Entry]:
        """Read every record; requests and answers find each other by id, else by neighbourhood."""
        asked: dict[str, tuple[str, str]] = {}
        answers: list[Entry] = []
        last: tuple[str, tuple[str, str]] | None = None  # of a request that names no answer
        with self._open() as file:
            for record, offset in self._records(file):
                url = (_header(record.rec_headers, "WARC-Target-URI")).strip("<>")
                if record.rec_type == "request" and record.http_headers:
                    method = record.http_headers.protocol.strip().upper() or "GET"
                    sent = digest_of(record.content_stream().read(LARGEST_SENT))
                    other = _header(record.rec_headers, "WARC-Concurrent-To")
                    asked[other or f"after {url}"] = (method, sent)
                    last = None if other else (url, (method, sent))
                elif record.rec_type in ANSWERS and url:
                    entry = self._entry(record, url, offset)
                    if last and last[0] == url:
                        entry = replace(entry, method=last[1][0], sent=last[1][1])
                        last = None
                    if self._is_whole(record):
                        answers.append(entry)
        for entry in answers:
            method, sent = asked.get(entry.record_id) or (entry.method, entry.sent)
            yield replace(entry, method=method, sent=sent)

    def _records(self, file: IO[bytes]) -> Iterator[tuple[Any, int]]:
        count = 0
        iterator = ArchiveIterator(file)
        try:
            for record in iterator:
                offset = iterator.offset
                yield record, offset
                count += 1
        except ArchiveLoadFailed as error:
            if is_one_member(error) and self._unpacked is None:
                raise _OneGzipMember from error
            self.problem = f"{self.path} is not readable after record {count}: {wrong(error)}"
        except TORN as error:
            self.problem = f"{self.path} is not readable after record {count}: {wrong(error)}"

    def _entry(self, record: Any, url: str, offset: int) -> Entry:
        facts = record.rec_headers
        status = HTTPStatus.OK.value
        headers: tuple[tuple[str, str], ...] = ()
        if record.http_headers is not None:
            code = record.http_headers.get_statuscode()
            status = int(code) if code.isdigit() else 0
            headers = tuple(record.http_headers.headers)
        elif record.rec_type == "resource":
            headers = (("Content-Type", _header(facts, "Content-Type")),)
        refers_date = _header(facts, "WARC-Refers-To-Date")
        return Entry(
            url=url, method="GET", status=status, headers=headers,
            date=_date(_header(facts, "WARC-Date")), kind=record.rec_type, offset=offset,
            digest=_header(facts, "WARC-Payload-Digest"),
            refers_to=_header(facts, "WARC-Refers-To-Target-URI").strip("<>"),
            refers_date=_date(refers_date) if refers_date else None,
            record_id=_header(facts, "WARC-Record-ID"),
        )  # fmt: skip

    def _is_whole(self, record: Any) -> bool:
        """Whether a record has all the bytes it announces; reads to its end."""
        drain(record)
        if record.raw_stream.limit > 0:
            self.problem = f"{self.path} breaks off in the middle of a record"
            return False
        return True


class _OneGzipMember(Exception):
    """The file is compressed as a whole instead of record by record."""


class _Limited:
    """A stream that refuses to give more than it should."""

    def __init__(self, stream: gzip.GzipFile, most: int) -> None:
        self.stream = stream
        self.left = most

    def read(self, size: int = BLOCK) -> bytes:
        found = self.stream.read(size)
        self.left -= len(found)
        if self.left < 0:
            raise BadArchive(f"the archive unpacks to more than {LARGEST_UNPACKED >> 30} GiB")
        return found


def is_one_member(error: ArchiveLoadFailed) -> bool:
    """Whether an archive could not be read as it is compressed as a whole."""
    return "non-chunked gzip" in str(error)


def unpacked(path: Path) -> IO[bytes]:
    """A file that is compressed as a whole, unpacked, so that records can be sought."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asks for it closes it
    try:
        with gzip.open(path, "rb") as packed:
            shutil.copyfileobj(_Limited(packed, LARGEST_UNPACKED), file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def drain(record: Any) -> None:
    """Read a record to its end."""
    while record.raw_stream.read(BLOCK):
        pass


def _header(headers: Any, name: str) -> str:
    return (headers.get_header(name) or "") if headers is not None else ""


def wrong(error: Exception) -> str:
    """What is wrong with a file, in words; never bytes of the file."""
    if isinstance(error, ArchiveLoadFailed):
        return printed(str(error).partition(", first line")[0])
    if isinstance(error, EOFError | zlib.error):
        return "the compressed bytes are damaged"
    return "the head of a record is damaged"


def printed(text: str) -> str:
    """A sentence about a file that may quote it, with nothing that a terminal would obey."""
    return " ".join(
        "".join(mark if mark.isascii() and mark.isprintable() else " " for mark in text).split()
    )


def _date(text: str) -> datetime:
    """A WARC-Date. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def read(path: Path) -> Iterator[Entry]:
    """Every answer of an archive, in its order, without its body. Raises BadArchive."""
    yield from WarcFile(path).entries
