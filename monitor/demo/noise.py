"""Noise: everything a site changes from visit to visit that says nothing about its measures.

Each visit gets its own mixture, drawn from the seed and the number of the
visit, so that a run can be told again. What an answer means stays the same,
apart from the troubles every site has now and then: an error page, a list that
is short, a mirror that is a day behind.
"""

import random
import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from http import HTTPStatus

from monitor.demo.load import LoadGovernment
from monitor.demo.quick_pdf import quick_pdf
from monitor.demo.sites import Answer, Asked
from monitor.demo.synthetic import Jurisdiction, when

ERROR, SHORT, TWICE = 0.01, 0.02, 0.05
"""How likely an answer is an error page, a list lacks its end, repeats a row."""

OPENINGS = (
    "<!-- served by web{number} -->", '<div class="visits">Visitor {number}</div>',
    '<p class="stamp">Page generated {at:%A, %B %d, %Y at %I:%M:%S %p}Z</p>',
    '<input type="hidden" name="__VIEWSTATE" value="{token}">',
)  # fmt: skip
PAGE = b"/Type /Page "
_ROWS = re.compile(r'(?:<tr class="(?P<kind>\w+)">.*?</tr>\s*){2,}', re.DOTALL)
_ROW = re.compile(r"<tr .*?</tr>", re.DOTALL)
_HREF = re.compile(r'href="([^"]+)"')
_CELL = re.compile(r"(<td(?: class=\"(?:brief|signed)\")?>|<p class=\"title\">)([^<]+)(</)")


class NoisyLoad(LoadGovernment):
    """The load generator with noise on every answer, unless it is `quiet`.

    `lag` is how likely an answer comes from a mirror that is a day behind,
    `stamps` how likely a document's running head says when it was printed.
    """

    def __init__(
        self,
        measures: int,
        jurisdictions: int,
        seed: int = 1,
        *,
        lag: float = 0.0,
        stamps: float = 0.0,
    ) -> None:
        super().__init__(measures, jurisdictions, seed)
        self.quiet = False
        self.lag = lag
        self.stamps = stamps
        self._seed = seed
        self._visits = 0

    def visit(self) -> int:
        """The number of the next visit."""
        with self._lock:
            self._visits += 1
            return self._visits

    def answer(self, asked: Asked) -> Answer:
        """Answer as the load does, with this visit's noise."""
        if self.quiet or asked.path == "/robots.txt":
            return super().answer(asked)
        rng = random.Random(f"{self._seed}/{asked.visit}")  # noqa: S311 (no secret)
        if rng.random() < ERROR:
            return trouble(rng)
        if asked.day and rng.random() < self.lag:
            asked = replace(asked, day=asked.day - 1)
        answer = super().answer(asked)
        if answer.status is not HTTPStatus.OK:
            return answer
        at = datetime.combine(when(asked.day), time(rng.randrange(24), rng.randrange(60)))
        if answer.media_type == "application/pdf":
            return self._reprinted(asked, answer, rng)
        body = noisy_page(answer.body.decode(), rng, at, text="/text/" in asked.path)
        return replace(answer, body=body.encode(), modified=None)

    def _reprinted(self, asked: Asked, answer: Answer, rng: random.Random) -> Answer:
        name, _, which = asked.path.strip("/").partition("/text/")
        number, _, version = which.partition(".")[0].partition("-")
        printed = rng.random() < self.stamps
        home = self._by_name[name]
        body = reprinted(home, asked.day, int(number), int(version), rng, printed=printed)
        return replace(answer, body=body, modified=None)


def trouble(rng: random.Random) -> Answer:
    """A server's apology."""
    status = rng.choice(
        (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY)
    )
    words = "Service unavailable"
    body = f"<!DOCTYPE html><html><head><title>{words}</title></head><body><h1>{words}</h1>"
    return Answer(f"{body}</body></html>".encode(), status=status)


def noisy_page(page: str, rng: random.Random, at: datetime, *, text: bool) -> str:
    """The page with everything changed that must not matter; `text` is a document, not a list."""
    page = _ROWS.sub(lambda rows: shuffled(rows[0], rng), page)
    page = _HREF.sub(lambda found: f'href="{signed(found[1], rng)}"', page)
    page = _CELL.sub(lambda cell: cell[1] + glyphs(cell[2], rng) + cell[3], page)
    if text:
        return re.sub(r"(<p>)([^<]+)", lambda part: part[1] + glyphs(part[2], rng), page)
    opening = "".join(
        words.format(number=rng.randrange(10**6), at=at, token=f"{rng.getrandbits(96):x}")
        for words in rng.sample(OPENINGS, rng.randrange(len(OPENINGS) + 1))
    )
    return page.replace("<body>", f"<body>{opening}", 1)


def shuffled(rows: str, rng: random.Random) -> str:
    """The same rows in another order; now and then one twice, now and then not all."""
    found = _ROW.findall(rows)
    if 'class="row"' in found[0]:
        if rng.random() < SHORT:
            found = found[: max(1, len(found) // 2)]
        if rng.random() < TWICE:
            found.append(rng.choice(found))
        rng.shuffle(found)
    elif rng.random() < 0.5:
        found.reverse()
    return rng.choice(("", "\n", "\r\n  ")).join(found)


def signed(address: str, rng: random.Random) -> str:
    """The address with this visit's session id, in any place among its parameters."""
    path, _, query = address.partition("?")
    parts = [*filter(None, query.split("&")), f"sid={rng.getrandbits(64):x}"]
    rng.shuffle(parts)
    return f"{path}?{'&amp;'.join(parts)}"


def glyphs(words: str, rng: random.Random) -> str:
    """The same words with other spaces, quotes and dashes."""
    gap = rng.choice((" ", "  ", "\n   ", "&nbsp;"))
    words = words.replace("&#x27;", rng.choice(("&#x27;", "&rsquo;", "'")))
    words = words.replace("&quot;", rng.choice(("&quot;", "&ldquo;")))
    words = words.replace(" - ", rng.choice((" - ", " &ndash; ")))
    return gap.join(words.split(" "))


def reprinted(
    home: Jurisdiction, day: int, number: int, version: int, rng: random.Random, *, printed: bool
) -> bytes:
    """A document as a server that makes it anew each time sends it: other lines and bytes.

    When `printed`, its running head bears a date. It keeps its number of pages:
    a single page's number cannot be told from a line of the text.
    """
    measure = home.measure(number, day)
    shown = measure.version if home.orders else version
    paragraphs = [f"AN ACT concerning {measure.brief}.", *measure.text(shown)]
    stamp = f"   printed {when(day) + timedelta(days=rng.randrange(300)):%m/%d/%Y}"
    head = f"{measure.identifier}   {home.name}{stamp if printed else ''}"
    as_ever = quick_pdf(head, paragraphs)
    body = quick_pdf(head, paragraphs, width=rng.randrange(56, 69))
    if body.count(PAGE) != as_ever.count(PAGE):
        body = as_ever
    return body + f"% {rng.getrandbits(128):032x}\n".encode()
