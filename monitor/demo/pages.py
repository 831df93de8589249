"""The pages of the two sites: each visit shows another timestamp and another session id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from urllib.parse import urlencode

from monitor.demo.world import Bill, Order

BILLS_A_PAGE = 8
FRAME = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body data-session="{session}">
<nav><a href="{home}">Home</a></nav>
<main>
{body}
</main>
<footer><p>{stamp}</p><p>An invented government, for the demo of Measurewatch.</p></footer>
</body></html>
"""
NEW_FRAME = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font-family: sans-serif }}</style></head>
<body class="design-2026" data-session="{session}">
<header><a href="{home}">City of Harborview</a> <a href="{news}">Sign up for our newsletter</a></header>
<div class="wrap"><main>
{body}
</main></div>
<footer><p>Last updated: {stamp}</p><p>400 Front Street, Harborview</p>
<p>An invented government, for the demo of Measurewatch.</p></footer>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a site puts on a page for this visit alone."""

    at: datetime
    session: str

    @property
    def stamp(self) -> str:
        return f"Page generated {self.at:%A, %B %d, %Y at %I:%M:%S %p}"

    def link(self, path: str, **query: str) -> str:
        """An address on the same site that carries the session's id."""
        return escape(f"{path}?{urlencode({**query, 'sid': self.session})}")


def orders_page(orders: Iterable[Order], visit: Visit, *, redesigned: bool = False) -> bytes:
    """The mayor's index of executive orders; the new design has more round the same table."""
    rows = "\n".join(
        f"<tr><td>{escape(order.identifier)}</td><td>{escape(order.title)}</td>"
        f"<td>{printed_day(order.signed)}</td>"
        f'<td><a href="/media/{pdf_name(order)}">Download (PDF)</a></td></tr>'
        for order in orders
    )
    body = f"""<h1>Executive Orders of the Mayor</h1>
<p>Orders in force, by the number under which the City Clerk keeps them.
<a href="/drafts/">Drafts (staff only)</a></p>
<table class="orders"><thead>
<tr><th>Order</th><th>Subject</th><th>Date signed</th><th>Document</th></tr>
</thead><tbody>
{rows}
</tbody></table>"""
    frame = NEW_FRAME if redesigned else FRAME
    return page("City of Harborview - Executive Orders", body, visit, frame)


def printed_day(day: date) -> str:
    """A day in words, but in figures for last year's, as clerks come and go."""
    return f"{day:%B} {day.day}, {day.year}" if day.year == 2026 else f"{day:%m/%d/%Y}"


def pdf_name(order: Order) -> str:
    return f"executive-order-{order.number}.pdf"


def bills_page(bills: Sequence[Bill], number: int, visit: Visit) -> bytes:
    """One page of the legislature's list of bills; `number` counts from 1."""
    start = (number - 1) * BILLS_A_PAGE
    rows = "\n".join(
        f'<tr><td class="number"><a href="{visit.link(f"/bill/{bill.slug}")}">'
        f"{escape(bill.identifier)}</a></td><td>{escape(bill.brief)}</td></tr>"
        for bill in bills[start : start + BILLS_A_PAGE]
    )
    more = (
        f'<a class="next" href="{visit.link("/bills", page=str(number + 1))}">Next</a>'
        if start + BILLS_A_PAGE < len(bills)
        else ""
    )
    body = f"""<h1>Bills of the 2026 Regular Session</h1>
<p class="count">{len(bills)} bills</p>
<table class="bills"><tr><th>Bill</th><th>Brief title</th></tr>
{rows}
</table>
{more}"""
    return page("Cascadia Legislature - Bills", body, visit)


def bill_page(bill: Bill, visit: Visit) -> bytes:
    """A bill's own page: title, status, sponsors, history, texts."""
    sponsors = "".join(f"<li>{escape(name)}</li>" for name in bill.sponsors)
    steps = "\n".join(
        f"<tr><td>{step.day:%m/%d/%Y}</td><td>{escape(step.words)}</td></tr>" for step in bill.steps
    )
    texts = "\n".join(
        f"<tr><td>{text.day:%m/%d/%Y}</td><td>{escape(text.note)}</td>"
        f'<td><a href="/texts/{bill.slug}-{text.slug}.pdf">PDF</a></td></tr>'
        for text in bill.prints
    )
    body = f"""<h1><span class="number">{escape(bill.identifier)}</span></h1>
<p class="title">{escape(bill.title)}</p>
<p>Status: <span class="status">{escape(bill.status)}</span></p>
<h2>Sponsors</h2><ul class="sponsors">{sponsors}</ul>
<h2>History</h2>
<table class="history"><tr><th>Date</th><th>Action</th></tr>
{steps}
</table>
<h2>Texts</h2>
<table class="texts"><tr><th>Date</th><th>Version</th><th>Document</th></tr>
{texts}
</table>"""
    return page(f"Cascadia Legislature - {bill.identifier}", body, visit)


def page(title: str, body: str, visit: Visit, frame: str = FRAME) -> bytes:
    filled = frame.format(
        title=escape(title), session=visit.session, home=visit.link("/"), body=body,
        stamp=visit.stamp, news=visit.link("/newsletter"),
    )  # fmt: skip
    return filled.encode()


def challenge_page(visit: Visit) -> bytes:
    """What a wall against robots serves in place of a page, with status 200."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Just a moment...</title></head>
<body><noscript>Enable JavaScript and cookies to continue</noscript>
<p>Checking your browser before you go on. Visit {visit.session}.</p></body></html>
""".encode()


def error_page(title: str, words: str) -> bytes:
    """A server's apology."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{words}</p></body></html>
""".encode()
