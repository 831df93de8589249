"""Which rows of an index are one order: those of one number and term. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scrapers.addresses import canonical_url
from scrapers.platforms.orders_names import AMENDS, Named
from scrapers.platforms.orders_rows import Order


@dataclass(frozen=True, slots=True)
class Entry:
    """The rows of one order, the order itself first, and what it is called."""

    named: Named
    rows: tuple[Order, ...]


def by_signer(group: Sequence[tuple[Named, Order]], owner: str) -> list[list[tuple[Named, Order]]]:
    """The rows of one number and year apart, where several signers began to count anew.

    The number is the order's of the signer known to have it (`owner`), else of the
    earliest; another signer's name goes into the session of their order.
    """
    ranked = sorted(group, key=_rank)
    signers = list(dict.fromkeys(row.signer for _, row in ranked if row.signer))
    if len(signers) < 2:
        return [ranked]
    first = owner if owner in signers else signers[0]
    parts: dict[str, list[tuple[Named, Order]]] = {}
    for named, row in ranked:
        own = row.signer or first
        apart = named if own == first else replace(named, session=f"{named.session} {own}")
        parts.setdefault(own, []).append((apart, row))
    return list(parts.values())


def _rank(
    one: tuple[Named, Order], orders: Collection[str] = ()
) -> tuple[bool, bool, date, bool, str, str]:
    row = one[1]
    addresses = (canonical_url(url) for url in (row.document, row.detail) if url)
    known = any(url in orders for url in addresses)
    amends = bool(AMENDS.search(row.title))
    # Of a title in two rows the one in capitals is the headline.
    shout = row.title.isupper()
    return amends, not known, row.signed or date.max, shout, row.title, row.document


def entry(group: Sequence[tuple[Named, Order]], orders: Collection[str] = ()) -> Entry:
    """The rows of one order: the earliest first, wherever the list has it.

    So a re-ordered list gives the same measures. An order's number may stand
    twice, for an amendment of the order: that names itself so, or is later. Where a
    day is not printed, the row at one of `orders`, the addresses at which orders are
    known, is the order still. A paper that stands in two rows is one text.
    """
    undated = not all(row.signed for _, row in group)
    ranked = sorted(group, key=lambda one: _rank(one, orders if undated else ()))
    papers: dict[object, tuple[Named, Order]] = {}
    for named, row in ranked:
        paper = row.document or row.detail or (row.title, row.signed_text)
        papers.setdefault(paper, (named, row))
    ranked = list(papers.values())
    formerly = tuple(dict.fromkeys(name for named, _ in group for name in named.formerly))
    return Entry(replace(ranked[0][0], formerly=formerly), tuple(row for _, row in ranked))
