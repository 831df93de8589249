"""A government on loopback, in a process of its own: an index of bills, their pages, their texts.

Each bill's page is 57 KB of HTML, as much around the bill as on real sites.
Texts are PDFs with an ETag and a date; the index and the pages have neither.
`forgetful` makes the server send every text whole, whatever is asked.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

from benchmarks.kit.papers import paper
from benchmarks.kit.timing import ROOT, surroundings

PAGE_BYTES = 57 * 1024
DIFFERENT = 8
DATE = "Mon, 05 Jan 2026 12:00:00 GMT"
STEPS = (
    "Prefiled and ordered printed", "Referred to Committee on Public Safety", "Public hearing held",
    "Do pass recommended", "Read second time", "Amendment by Senator Reyes adopted",
    "Read third time and passed House", "Received from House", "Signed by Governor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """What the server was asked since the last look; bytes are those it sent, headers too."""

    requests: int
    texts: int
    not_modified: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Site:
    """A running server."""

    url: str

    def counts(self) -> Counts:
        """What was asked since the last call."""
        with urlopen(f"{self.url}/counts") as answer:
            return Counts(**json.load(answer))


@contextmanager
def serving(bills: int, *, texts: bool = False, forgetful: bool = False) -> Iterator[Site]:
    """Serve as long as it is used. The server ends with this process, however that ends."""
    options = ["--texts"] * texts + ["--forgetful"] * forgetful
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.kit.site", str(bills), *options],
        cwd=ROOT, env=surroundings(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        yield Site(process.stdout.readline().strip())
        process.stdin.close()


def bill_page(number: int, texts: bool) -> str:
    """One bill's page."""
    chance = random.Random(number)
    history = "".join(
        f"<tr><td>January {day}, 2026</td><td>{chance.choice(STEPS)}</td></tr>"
        for day in range(5, 29)
    )
    sponsors = "".join(
        f"<li>{chance.choice(('Delegate', 'Senator'))} {name}</li>"
        for name in chance.sample(NAMES, 6)
    )
    versions = f'<tr><td>January 5, 2026</td><td>Introduced</td><td><a href="/texts/{number}.pdf">PDF</a></td></tr>'
    head = (
        f"<!doctype html><html><head><title>House Bill {number}</title><style>{FILLING_STYLE}</style>"
        f"<script>{FILLING_SCRIPT}</script></head><body><nav><ul>{FILLING_LINKS}</ul></nav><main>"
        f'<h1><span class="number">HB {number}</span></h1><p class="title">{title(number)}</p>'
        f'<p class="status">{chance.choice(STEPS)}</p><ul class="sponsors">{sponsors}</ul>'
        f'<table class="history"><tr><th>Date</th><th>Action</th></tr>{history}</table>'
        f'<table class="texts"><tr><th>Date</th><th>Text</th><th></th></tr>{versions if texts else ""}</table></main><table class="related">'
    )
    foot = "</table><footer>Office of the Clerk</footer></body></html>"
    row = (
        '<tr><td><a href="/bills/{0}">HB {0}</a></td><td>{1}</td><td class="c">Committee</td></tr>'
    )
    rows: list[str] = []
    size = len(head) + len(foot)
    while size < PAGE_BYTES:
        related = chance.randrange(9_000)
        rows.append(row.format(related, title(related)))
        size += len(rows[-1])
    return head + "".join(rows) + foot


NAMES = ("Hope", "Reyes", "Watts", "Carr", "Simon", "Ebbin", "Surovell", "Locke", "Lucas", "Deeds")
SUBJECTS = (
    "identification of officers",
    "water rates",
    "school buses",
    "county records",
    "parking",
)
FILLING_STYLE = "".join(f".panel-{n}{{margin:{n}px;padding:0}}" for n in range(150))
FILLING_SCRIPT = "".join(f"track('event-{n}',{{page:{n}}});" for n in range(150))
FILLING_LINKS = "".join(f'<li><a href="/go/{n}">Part {n} of this site</a></li>' for n in range(180))


def title(number: int) -> str:
    """What a bill is about."""
    return f"An act relating to {SUBJECTS[number % len(SUBJECTS)]}, section {number}"


def index_page(bills: int) -> str:
    """The list of all bills, without a validator."""
    rows = "".join(
        f'<tr><td class="number"><a href="/bills/{n}">HB {n}</a></td><td>{title(n)}</td>'
        f'<td>Passed</td><td><a href="/texts/{n}.pdf">PDF</a></td></tr>'
        for n in range(1, bills + 1)
    )
    return f"<!doctype html><html><head><title>Bills</title></head><body><table class='bills'>{rows}</table></body></html>"


class Speaker(asyncio.Protocol):
    """HTTP/1.1 with kept connections, as little of it as a crawler needs."""

    def __init__(self, shelf: "Shelf") -> None:
        self.shelf = shelf
        self.waiting = b""

    def connection_made(self, transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            request, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            self.transport.write(self.shelf.answer(request))


class Shelf:
    """All answers, made beforehand."""

    def __init__(self, bills: int, *, texts: bool, forgetful: bool) -> None:
        self.forgetful = forgetful
        self.counted = dict.fromkeys(("requests", "texts", "not_modified", "bytes"), 0)
        pages = {
            b"/bills": index_page(bills),
            b"/robots.txt": "User-agent: *\nDisallow: /private/\n",
        }
        pages |= {b"/bills/%d" % n: bill_page(n, texts) for n in range(1, bills + 1)}
        self.answers = {
            path: answer(
                200, page.encode(), "text/plain" if path == b"/robots.txt" else "text/html"
            )
            for path, page in pages.items()
        }
        self.tags: dict[bytes, bytes] = {}
        printed = [paper(n) for n in range(min(bills, DIFFERENT))] if texts else []
        for n in range(1, bills + 1) if texts else ():
            # A comment after the end makes other bytes of the same pages, without printing anew.
            text = printed[n % len(printed)] + b"%% copy " + b"%d\n" % n
            tag = b'"text-%d"' % n
            stamps = f"ETag: {tag.decode()}\r\nLast-Modified: {DATE}\r\n"
            self.answers[b"/texts/%d.pdf" % n] = answer(200, text, "application/pdf", stamps)
            self.tags[b"/texts/%d.pdf" % n] = tag

    def answer(self, request: bytes) -> bytes:
        path = request.split(b" ", 2)[1]
        if path == b"/counts":
            told = json.dumps(self.counted).encode()
            self.counted = dict.fromkeys(self.counted, 0)
            return answer(200, told, "application/json")
        tag = self.tags.get(path)
        known = (
            tag is not None and not self.forgetful and b"if-none-match: " + tag in lowered(request)
        )
        if known:
            said = answer(304, b"", "application/pdf", f"ETag: {tag.decode()}\r\n")
        else:
            said = self.answers.get(path) or answer(404, b"not here", "text/plain")
        self.counted["requests"] += 1
        self.counted["texts"] += tag is not None
        self.counted["not_modified"] += known
        self.counted["bytes"] += len(said)
        return said


def lowered(request: bytes) -> bytes:
    """A request with its header names in lower case."""
    lines = (line.partition(b":") for line in request.split(b"\r\n"))
    return b"\r\n".join(name.lower() + colon + value for name, colon, value in lines)


def answer(status: int, body: bytes, kind: str, more: str = "") -> bytes:
    """The bytes of an answer. A 304 has no body and says nothing of one."""
    length = (
        ""
        if status == 304
        else f"Content-Type: {kind}; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
    )
    words = {200: "OK", 304: "Not Modified", 404: "Not Found"}[status]
    return f"HTTP/1.1 {status} {words}\r\nDate: {DATE}\r\n{length}{more}\r\n".encode() + body


async def serve(shelf: Shelf) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Speaker(shelf), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("bills", type=int)
    parser.add_argument("--texts", action="store_true")
    parser.add_argument("--forgetful", action="store_true")
    options = parser.parse_args()
    asyncio.run(serve(Shelf(options.bills, texts=options.texts, forgetful=options.forgetful)))


if __name__ == "__main__":
    main()
