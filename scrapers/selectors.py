"""Reading pages by the CSS selectors a watchlist gives: words, addresses, days, columns."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from parsel import Selector

from scrapers.addresses import distinct
from scrapers.errors import SourceError

MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?",
    "aug(?:ust)?", "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
LONGEST_DAY = 30
CENTURY_TURNS = 70  # "1/5/69" is 2069 and "1/5/70" is 1970

_MONTH = rf"(?P<month>{'|'.join(MONTHS)})\.?"
_DAYS = (
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<![\d/])(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4}|\d{2})(?![\d/])"),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.I),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(?P<year>\d{{4}})\b", re.I),
)


def words(node: Selector, css: str = "") -> str:
    """The words a selector finds, blanks folded; "" when it finds none.

    A selector that ends in `::text` or `::attr(...)` gives all it finds, any
    other the whole text of the first element. Without a selector: of the node.
    """
    if "::" in css:
        return " ".join(" ".join(node.css(css).getall()).split())
    elements = node.css(css) if css else [node]
    return " ".join(" ".join(elements[0].xpath(".//text()").getall()).split()) if elements else ""


def addresses(node: Selector, css: str, base: str) -> tuple[str, ...]:
    """The web addresses a selector finds, each once: its own, or those of the links in it.

    Without a fragment; addresses of mail, scripts and the like are left out.
    """
    if "::" in css:
        found = node.css(css).getall()
    else:
        parts = node.css(css) if css else [node]
        found = [href for part in parts for href in part.xpath(".//@href | ./@href").getall()]
    whole = (urldefrag(address(base, href)).url for href in found if _leads_on(href))
    return distinct(url for url in whole if url)


def address(base: str, href: str) -> str:
    """Where a link on a page leads on the web; "" for one of mail or scripts and for what is no address."""
    try:
        found = urljoin(base, href.strip())
        return found if urlsplit(found).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _leads_on(href: str) -> bool:
    return bool(href.strip()) and not href.strip().startswith("#")


def day(printed: str) -> date | None:
    """The first day in printed words, None where there is none.

    Forms of US sites: January 29, 2026; Thursday, Jan. 29, 2026; 1/29/2026;
    1/29/26; 2026-01-29; 29 January 2026.
    """
    first = _first_day(printed)
    if first is None:
        return None
    month, year = first["month"].lower(), int(first["year"])
    if year < 100:
        year += 1900 if year >= CENTURY_TURNS else 2000
    number = int(month) if month.isdecimal() else month_number(month)
    try:
        return date(year, number, int(first["day"]))
    except ValueError:
        return None


def day_words(printed: str) -> str:
    """What is printed of a day: of a whole paragraph only the day in it, "" without one."""
    if len(printed) <= LONGEST_DAY:
        return printed
    first = _first_day(printed)
    return first[0] if first else ""


def _first_day(printed: str) -> re.Match[str] | None:
    found = [match for form in _DAYS if (match := form.search(printed))]
    return min(found, key=lambda match: match.start()) if found else None


def month_number(name: str) -> int:
    return next(rank for rank, form in enumerate(MONTHS, 1) if re.fullmatch(form, name))


def columns(row: Selector, headings: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Selectors of a table row's cells by what stands above them.

    `headings` maps each field to regular expressions, the likeliest first; a
    column serves one field. A row without a headed table gives nothing.
    """
    names = [name.casefold() for name in headings_of(row)]
    taken: dict[str, int] = {}
    for field, patterns in headings.items():
        ranks = (
            rank
            for pattern in patterns
            for rank, name in enumerate(names, 1)
            if rank not in taken.values() and re.search(pattern, name)
        )
        rank = next(ranks, 0)
        if rank:
            taken[field] = rank
    return {field: f"td:nth-child({rank}), th:nth-child({rank})" for field, rank in taken.items()}


def headings_of(row: Selector) -> list[str]:
    """What stands above the columns of a row's table, none where it has no headings."""
    heads = row.xpath("ancestor::table[1]//tr[th][1]/*[self::th or self::td]")
    return [words(head) for head in heads]


def checked(
    parameters: Mapping[str, Any], selectors: Collection[str], others: Collection[str]
) -> dict[str, str]:
    """The selectors a watchlist gives, by name.

    Raises SourceError for a parameter nobody knows and for what is no CSS.
    """
    known = {*selectors, *others}
    for name in parameters:
        if name not in known:
            meant = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {meant[0]!r}?" if meant else ""
            raise SourceError(
                f"the watchlist gives {name!r}, which this source does not know{hint}"
            )
    given = {name: str(parameters[name]) for name in selectors if parameters.get(name)}
    blank = Selector(text="<p/>")
    for name, css in given.items():
        try:
            blank.css(css)
        except (ValueError, SyntaxError, RuntimeError) as error:
            raise SourceError(
                f"the watchlist's {name} is no CSS selector: {css!r} ({error})"
            ) from error
    return given
