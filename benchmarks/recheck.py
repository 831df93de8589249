"""A recheck of a site on which nothing changed, against fetching all of it again.

A list without validators has a text in PDF for each row. Ours is a second
`measurewatch crawl`: texts that answer 304 are not sent again. It is held against
two ways of fetching all again, by the same product on the same site: as if for
the first time, so that every PDF is read; and by one that knows the texts
already, from a server that answers no 304. What starting costs is left out by
the difference of a long and a short list.

Fails when the server was not asked for every text. A page of HTML that has no
validator is fetched whole by all three, so it has no row here.
"""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.kit import product
from benchmarks.kit.record import options, record, row
from benchmarks.kit.site import Counts, Site, serving
from benchmarks.kit.timing import Cost, in_turn

FEW, MANY, RUNS = 10, 210, 5
Crawled = tuple[Cost, Counts]


@dataclass(frozen=True, slots=True)
class Watched:
    """A site and the folder of the home that watches it; `whole` when all texts are to be sent."""

    site: Site
    texts: int
    folder: Path
    whole: bool

    def recheck(self) -> Crawled:
        """Crawl once more."""
        return self._crawl(self.folder)

    def first(self) -> Crawled:
        """Crawl into a home of its own, which knows nothing."""
        with tempfile.TemporaryDirectory() as folder:
            return self._crawl(
                product.orders_home(Path(folder) / "home", self.site.url), whole=True
            )

    def _crawl(self, home: Path, *, whole: bool = False) -> Crawled:
        """Raises RuntimeError when the site was not asked, or did not answer, as it should."""
        self.site.counts()
        took = product.crawl(home, self.texts)
        asked = self.site.counts()
        unchanged = 0 if whole or self.whole else self.texts
        if (asked.texts, asked.not_modified) != (self.texts, unchanged):
            raise RuntimeError(f"of {self.texts} texts: {asked}")
        return took, asked


def watched(stack: ExitStack, texts: int, *, forgetful: bool) -> Watched:
    """A site that was crawled once."""
    site = stack.enter_context(serving(texts, texts=True, forgetful=forgetful))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    home = product.orders_home(folder / "home", site.url)
    product.crawl(home, texts)
    return Watched(site, texts, home, forgetful)


def rows(ours: Sequence[Crawled], other: Sequence[Crawled], name: str) -> list[dict[str, Any]]:
    """What each crawl took a text, and what the site sent for it."""
    runs = list(zip(ours, other, strict=True))
    return [
        row(
            "recheck of unchanged texts, CPU", [(1e3 * a.cpu, 1e3 * b.cpu) for (a, _), (b, _) in runs],
            reference_name=name, limit=1.67, unit="ms a text", lower_is_better=True,
        ),
        row(
            "recheck of unchanged texts, sent by the site",
            [(a.bytes / 1e3, b.bytes / 1e3) for (_, a), (_, b) in runs],
            reference_name=name, limit=50, unit="kB", lower_is_better=True,
        ),
        row(
            "recheck of unchanged texts, asked for",
            [(a.texts, b.texts) for (_, a), (_, b) in runs],
            reference_name=name, limit=1, unit="texts",
        ),
    ]  # fmt: skip


def main() -> None:
    chosen = options(__doc__)
    few, many, runs = (2, 12, 1) if chosen.small else (FEW, MANY, RUNS)
    with ExitStack() as stack:
        sites = [
            watched(stack, texts, forgetful=forgetful)
            for forgetful in (False, True)
            for texts in (many, few)
        ]
        works = [one.recheck for one in sites] + [one.first for one in sites[:2]]
        found = in_turn(*works, runs=runs)
    # Each of the three: the long list less the short one, by the text.
    ours, knowing, first = (
        [(run[at][0] - run[at + 1][0]) / (many - few) for run in found] for at in (0, 2, 4)
    )
    counts = [[run[at][1] for run in found] for at in (0, 2, 4)]
    measured = [
        list(zip(*pair, strict=True)) for pair in zip((ours, knowing, first), counts, strict=True)
    ]
    record(
        [
            *rows(measured[0], measured[2], "full refetch"),
            *rows(measured[0], measured[1], "full refetch, texts known"),
        ],
        chosen.file,
    )


if __name__ == "__main__":
    main()
