"""A whole crawl against a bare Scrapy spider with the same parser: pages a second, CPU a page.

Both read an index and then 57 KB pages of bills from a server on loopback that
is a process of its own, one request at a time, without a delay. Ours is
`measurewatch crawl`: the child process, robots.txt, the address guard, the
genuineness check, the WARC recording, topics, and the database. The reference
runs the same parse functions under Scrapy's defaults and keeps nothing.

What starting costs is left out by the difference of a long and a short crawl,
and told in a row of its own.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.kit import product
from benchmarks.kit.record import options, record, row
from benchmarks.kit.site import Site, serving
from benchmarks.kit.timing import Cost, cost, in_turn, python

FEW, MANY, RUNS = 20, 620, 5
Run = Callable[[Site, int], Cost]


def ours(site: Site, bills: int) -> Cost:
    """A first crawl into a home of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = product.bills_home(Path(folder) / "home", site.url)
        return checked(site, bills, product.crawl(home, bills))


def bare(site: Site, bills: int) -> Cost:
    """The same pages by the bare spider."""
    return checked(site, bills, cost(python("-m", "benchmarks.kit.bare", site.url, str(bills))))


def checked(site: Site, bills: int, took: Cost) -> Cost:
    """Raises RuntimeError unless the server was asked for every page, the index and robots.txt."""
    asked = site.counts().requests
    if not bills + 1 <= asked <= bills + 2:
        raise RuntimeError(f"the server was asked {asked} times for {bills} bills")
    return took


def main() -> None:
    chosen = options(__doc__)
    few, many, runs = (5, 25, 1) if chosen.small else (FEW, MANY, RUNS)
    with serving(few) as short, serving(many) as long:
        found = in_turn(
            lambda: ours(long, many), lambda: bare(long, many),
            lambda: ours(short, few), lambda: bare(short, few), runs=runs,
        )  # fmt: skip
    pages = many - few
    steady = [(mine - my_start, other - start) for mine, other, my_start, start in found]
    record(
        [
            row(
                "crawl with parsing, pages", [(pages / a.seconds, pages / b.seconds) for a, b in steady],
                reference_name="bare Scrapy", limit=0.9, unit="pages/s",
            ),
            row(
                "crawl with parsing, CPU", [(1e3 * a.cpu / pages, 1e3 * b.cpu / pages) for a, b in steady],
                reference_name="bare Scrapy", limit=None, unit="ms a page", lower_is_better=True,
            ),
            row(
                f"crawl of {few} pages from start to end",
                [(mine.seconds, other.seconds) for _, _, mine, other in found],
                reference_name="bare Scrapy", limit=None, unit="s", lower_is_better=True,
            ),
        ],
        chosen.file,
    )  # fmt: skip


if __name__ == "__main__":
    main()
