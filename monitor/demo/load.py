"""The load generator: any number of synthetic governments on a few loopback hosts.

    with LoadGovernment(10_000, 50, seed=7) as load:
        text = load.watchlist()
        load.set_day(1)

A jurisdiction is a source of its own. Hosts are shared, so that a crawl has as
many groups as there are hosts, which run side by side.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time
from functools import partial
from html import escape
from itertools import islice
from types import MappingProxyType

from config.vocabulary import ChangeKind
from monitor.demo.quick_pdf import quick_pdf
from monitor.demo.serving import Handler, Server, Sites, on_host
from monitor.demo.sites import OPENS, Answer, Asked, not_found
from monitor.demo.synthetic import Jurisdiction, Synthetic, when

HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
A_PAGE = 200
ROBOTS = b"User-agent: *\nDisallow: /drafts/\n"
WATCHLIST = """\
# Synthetic governments, to measure with.
name: A load
sources:
{sources}
crawl: daily at 07:00
topics: [287g, masks, city-property]
watches:
  - name: Desk
    places: ["*"]
    topics: [287g, masks, city-property]
    to: ["file:../mail/"]
    every: at once
"""
BILLS = """\
    {name}: {{place: {place}, index: "{url}/bills", session: "2026", row: "tr.row", identifier: ".number",
      title: ".brief", link: ".number a", next: "a.next", total: ".count", pages: {pages},
      page_identifier: "h1", full_title: ".title", actions: "tr.step", versions: "tr.text"}}
"""
ORDERS = """\
    {name}: {{place: {place}, index: "{url}/orders", row: "tr.row", identifier: ".number",
      title: ".brief", signed: ".signed", document: "a", next: "a.next", total: ".count", pages: {pages}}}
"""


class LoadGovernment(Sites):
    """Serves the synthetic governments; a context manager. The same seed gives the same load.

    Raises OSError on entering when no address can be had.
    """

    def __init__(self, measures: int, jurisdictions: int, seed: int = 1, *, hosts: int = 4) -> None:
        """`measures` is how many there are in all on day 0; `hosts` at most as many as HOSTS."""
        super().__init__()
        if not 0 < jurisdictions <= measures:
            raise ValueError("a load needs at least one measure for each jurisdiction")
        share, rest = divmod(measures, jurisdictions)
        self.jurisdictions = tuple(
            Jurisdiction(number, share + (number < rest), seed) for number in range(jurisdictions)
        )
        self._hosts = HOSTS[: min(hosts, jurisdictions)]
        self._by_name = {one.name: one for one in self.jurisdictions}
        self._day = 0
        self._lock = threading.Lock()
        self._statuses: Counter[int] = Counter()

    def makers(self) -> Iterator[Callable[[], Server]]:
        for host in self._hosts:
            yield partial(on_host, lambda on: Server(self, on, self.answer, on, 0), host, HOSTS[0])

    # ------------------------------------------------------------- for the user

    @property
    def day(self) -> int:
        return self._day

    def set_day(self, day: int) -> None:
        """Turn to a day, 0 being the first. Raises ValueError for one before it."""
        if day < 0:
            raise ValueError(f"a load begins with day 0, not {day}")
        self._day = day

    @property
    def urls(self) -> Mapping[str, str]:
        """Where each jurisdiction's site is, by the name of its source, without a slash at the end."""
        return MappingProxyType(
            {
                one.name: f"{self.servers[one.number % len(self.servers)].url}/{one.name}"
                for one in self.jurisdictions
            }
        )

    def watchlist(self) -> str:
        """A watchlist of all jurisdictions, each a source."""
        urls = self.urls
        kinds: dict[str, list[str]] = {"bills": [], "orders": []}
        for one in self.jurisdictions:
            pages = one.count_on(3650) // A_PAGE + 2
            entry = (ORDERS if one.orders else BILLS).format(
                name=one.name, place=one.place, url=urls[one.name], pages=pages
            )
            kinds["orders" if one.orders else "bills"].append(entry)
        sources = "".join(
            f"  {kind}:\n{''.join(listed)}" for kind, listed in kinds.items() if listed
        )
        return WATCHLIST.format(sources=sources.rstrip("\n"))

    def changes(self, day: int) -> Iterator[tuple[Jurisdiction, Synthetic, ChangeKind]]:
        """What a watcher that crawled the day before must report of a day, and nothing else."""
        for one in self.jurisdictions:
            for number in range(1, one.count_on(day) + 1):
                measure = one.measure(number, day)
                if measure.change is not None:
                    yield one, measure, measure.change

    @property
    def visits(self) -> Mapping[int, int]:
        """How many requests were answered so far, by status."""
        with self._lock:
            return dict(self._statuses)

    # ------------------------------------------------------------ for the server

    def now(self) -> datetime:
        return datetime.combine(when(self._day), OPENS)

    def visit(self) -> int:
        return 0

    def note(self, handler: Handler, status: int) -> None:  # noqa: ARG002 (a load keeps numbers only)
        with self._lock:
            self._statuses[status] += 1

    def answer(self, asked: Asked) -> Answer:
        """Answer any request to any of the hosts."""
        if asked.path == "/robots.txt":
            return Answer(ROBOTS, "text/plain", modified=datetime.combine(when(0), OPENS))
        name, _, rest = asked.path.lstrip("/").partition("/")
        home = self._by_name.get(name)
        kind, _, which = rest.partition("/")
        if home is None or (not which and kind not in {"bills", "orders"}):
            return not_found()
        return paper_of(home, asked.day, kind, which) if which else index(home, asked)


def paper_of(home: Jurisdiction, day: int, kind: str, which: str) -> Answer:
    """A measure's own page ("bill") or one of its texts ("text"), by its name in the address."""
    number, _, version = which.partition(".")[0].partition("-")
    if not number.isdecimal() or not 1 <= int(number) <= home.count_on(day):
        return not_found()
    measure = home.measure(int(number), day)
    if kind == "bill":
        return Answer(bill_page(measure).encode())
    if kind == "text" and version.isdecimal() and int(version) <= measure.version:
        return document(measure, int(version))
    return not_found()


def index(home: Jurisdiction, asked: Asked) -> Answer:
    """One page of a list."""
    total = home.count_on(asked.day)
    page = int(asked.query.get("page", "1"))
    first = (page - 1) * A_PAGE + 1
    rows = (row(home.measure(number, asked.day)) for number in range(first, total + 1))
    kind = "orders" if home.orders else "bills"
    more = f'<a class="next" href="/{home.name}/{kind}?page={page + 1}">Next</a>'
    body = (
        f"<!DOCTYPE html><html><head><title>{home.name}</title></head><body><h1>{home.name}</h1>"
        f'<p class="count">{total} listed</p><table>{"".join(islice(rows, A_PAGE))}</table>'
        f"{more if first + A_PAGE <= total else ''}</body></html>"
    )
    return Answer(body.encode())


def row(measure: Synthetic) -> str:
    """A line of a list."""
    place = f"/{measure.home.name}"
    if measure.home.orders:
        return (
            f'<tr class="row"><td class="number">{measure.identifier}</td>'
            f'<td class="brief">{escape(measure.brief)}</td>'
            f'<td class="signed">{measure.introduced:%B} {measure.introduced.day}, '
            f"{measure.introduced.year}</td>"
            f'<td><a href="{place}/text/{measure.number}-0.pdf">PDF</a></td></tr>'
        )
    return (
        f'<tr class="row"><td class="number"><a href="{place}/bill/{measure.number}">'
        f'{measure.identifier}</a></td><td class="brief">{escape(measure.brief)}</td></tr>'
    )


def bill_page(measure: Synthetic) -> str:
    """A bill's own page."""
    ending = "html" if measure.home.form == "bills-html" else "pdf"
    steps = "".join(
        f'<tr class="step"><td>{day:%m/%d/%Y}</td><td>{escape(words)}</td></tr>'
        for day, words in measure.steps
    )
    texts = "".join(
        f'<tr class="text"><td>{day:%m/%d/%Y}</td><td>{note}</td><td>'
        f'<a href="/{measure.home.name}/text/{measure.number}-{version}.{ending}">Text</a></td></tr>'
        for version, (note, day) in enumerate(measure.prints)
    )
    return (
        f"<!DOCTYPE html><html><head><title>{measure.identifier}</title></head><body>"
        f'<h1>{measure.identifier}</h1><p class="title">{escape(measure.title)}</p>'
        f"<table>{steps}</table><table>{texts}</table></body></html>"
    )


def document(measure: Synthetic, version: int) -> Answer:
    """A text as PDF or HTML; an order's one address always has its latest text."""
    shown = measure.version if measure.home.orders else version
    since = measure.prints[0 if measure.home.orders else version][1]
    modified = datetime.combine(since, time(8), UTC)
    paragraphs = [f"AN ACT concerning {measure.brief}.", *measure.text(shown)]
    if measure.home.form == "bills-html":
        body = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in paragraphs)
        page = f"<!DOCTYPE html><html><head><title>{measure.identifier}</title></head><body>{body}"
        return Answer(f"{page}</body></html>".encode(), modified=modified)
    pdf = quick_pdf(f"{measure.identifier}   {measure.home.name}", paragraphs)
    return Answer(pdf, "application/pdf", modified=modified)
