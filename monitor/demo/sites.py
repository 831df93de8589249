"""The mayor's and the legislature's sites without their servers: what each answers.

An answer depends on nothing but the path, the day and the number of the visit,
so the month can be told again.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from monitor.demo.pages import (
    Visit,
    bill_page,
    bills_page,
    challenge_page,
    error_page,
    orders_page,
    pdf_name,
    printed_day,
)
from monitor.demo.papers import Paper
from monitor.demo.printing import print_bill, print_order
from monitor.demo.scanning import scan_order
from monitor.demo.story import DAYS, Day, world
from monitor.demo.world import START, Bill, Order, World

ROBOTS = b"User-agent: *\nDisallow: /drafts/\n"
KEEP_OUT = b"# Under construction, keep robots out\nUser-agent: *\nDisallow: /\n"
OPENS = time(8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a site sees it; `target` is the path with its query, `visit` its number."""

    target: str
    day: int
    visit: int
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query; of repeated ones the first."""
        found = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        return {name: values[0] for name, values in found.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `announced` is the length it claims, when the transfer breaks off before it.

    `tagged` says whether the server knows tags beside dates.
    """

    body: bytes
    media_type: str = "text/html; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK
    modified: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None
    tagged: bool = True

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


Site = Callable[[Asked], Answer]


def mayor(asked: Asked) -> Answer:
    """The site of the mayor of Harborview; its server knows dates only."""
    return replace(mayors_answer(asked), tagged=False)


def mayors_answer(asked: Asked) -> Answer:
    today = DAYS[asked.day]
    seen = seen_by(today, asked.visit)
    if asked.path == "/robots.txt":
        return robots(KEEP_OUT if today.trouble.mayor_forbids else ROBOTS, today)
    if asked.path == "/orders":
        if today.trouble.mayor_challenges:
            return Answer(challenge_page(seen))
        redesigned = any(day.trouble.mayor_redesigned for day in DAYS[: asked.day + 1])
        orders = listed_orders(world(asked.day), today)
        return Answer(orders_page(orders, seen, redesigned=redesigned))
    for order in world(asked.day).orders:
        if asked.path == f"/media/{pdf_name(order)}":
            return order_pdf(order, reprinted(asked.day, lambda each: each.trouble.mayor_reprints))
    return not_found()


def legislature(asked: Asked) -> Answer:
    """The site of the Cascadia Legislature."""
    today = DAYS[asked.day]
    seen = seen_by(today, asked.visit)
    if asked.path == "/robots.txt":
        return robots(ROBOTS, today)
    if asked.path == "/bills":
        if today.trouble.state_challenges:
            return Answer(challenge_page(seen))
        bills = listed_bills(world(asked.day), today)
        return Answer(bills_page(bills, int(asked.query.get("page", "1")), seen))
    for bill in world(asked.day).bills:
        if asked.path == f"/bill/{bill.slug}":
            return bill_answer(bill, today, seen)
        if asked.path.startswith(f"/texts/{bill.slug}-"):
            return text_answer(bill, asked.path, today)
    return not_found()


def seen_by(today: Day, visit: int) -> Visit:
    """What is shown to one visit: the sites' clocks go a few seconds from visit to visit."""
    at = datetime.combine(today.date, OPENS) + timedelta(seconds=7 * visit)
    session = hashlib.sha256(f"{today.number}/{visit}".encode()).hexdigest()[:20]
    return Visit(at, session)


def listed_orders(world: World, today: Day) -> list[Order]:
    """The newest first, or by subject on the day of the shuffle."""
    if today.trouble.orders_shuffled:
        return sorted(world.orders, key=lambda order: order.title)
    return sorted(world.orders, key=lambda order: order.signed, reverse=True)


def listed_bills(world: World, today: Day) -> list[Bill]:
    """By number, or by brief title on the day of the shuffle; some days one is left out."""
    listed = [bill for bill in world.bills if bill.identifier not in today.trouble.unlisted]
    if today.trouble.bills_shuffled:
        return sorted(listed, key=lambda bill: bill.brief)
    return sorted(listed, key=lambda bill: bill.identifier)


def bill_answer(bill: Bill, today: Day, visit: Visit) -> Answer:
    trouble = today.trouble
    if bill.identifier in trouble.page_500:
        apology = error_page("Internal Server Error", "The bill could not be looked up.")
        # At once, so that the month passes in a minute.
        return Answer(
            apology, status=HTTPStatus.INTERNAL_SERVER_ERROR, headers={"Retry-After": "0"}
        )
    if bill.identifier in trouble.page_challenge:
        return Answer(challenge_page(visit))
    if bill.identifier in trouble.page_missing:
        return not_found()
    return Answer(bill_page(bill, visit))


def text_answer(bill: Bill, path: str, today: Day) -> Answer:
    """A bill's printed text, whole or as the day's trouble leaves it."""
    trouble = today.trouble
    for text in bill.prints:
        if path != f"/texts/{bill.slug}-{text.slug}.pdf":
            continue
        since = max(
            text.day, reprinted(today.number, lambda each: each.trouble.state_reprints).date()
        )
        at = datetime.combine(since, OPENS)
        body = bill_bytes(bill.identifier, text.note, text.paper.text, at)
        whole = Answer(body, "application/pdf", modified=at)
        half = replace(whole, body=body[: len(body) // 2], modified=seen_by(today, 0).at)
        if bill.identifier in trouble.text_truncated:
            return half
        if bill.identifier in trouble.text_cut_off:
            return replace(half, announced=len(body))
        if bill.identifier in trouble.text_error_page:
            return Answer(error_page("Service Unavailable", "The document server is resting."))
        return whole
    return not_found()


def order_pdf(order: Order, reprint: datetime) -> Answer:
    at = max(datetime.combine(order.posted, OPENS), reprint)
    body = order_bytes(order, at)
    return Answer(body, "application/pdf", modified=at)


def reprinted(day: int, on: Callable[[Day], bool]) -> datetime:
    """When a site last made all its files anew, up to a day; the baseline counts as such."""
    days = [each.date for each in DAYS[: day + 1] if on(each)]
    return datetime.combine(max(days, default=START), OPENS)


def robots(rules: bytes, today: Day) -> Answer:
    changed = START if rules == ROBOTS else today.date
    return Answer(rules, "text/plain", modified=datetime.combine(changed, OPENS))


def not_found() -> Answer:
    body = error_page("404 Not Found", "There is no such page.")
    return Answer(body, status=HTTPStatus.NOT_FOUND)


@lru_cache(maxsize=256)
def order_bytes(order: Order, at: datetime) -> bytes:
    printer = scan_order if order.scanned else print_order
    return printer(order.identifier, order.title, order.paper, printed_day(order.signed), at)


@lru_cache(maxsize=256)
def bill_bytes(identifier: str, note: str, text: str, at: datetime) -> bytes:
    return print_bill(identifier, note, Paper(text), at)
