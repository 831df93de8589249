"""Noisy refetches of the simulated governments: what was told against what happened.

A refetch is one crawl of one jurisdiction through noise (`monitor.demo.noise`):
rows in another order and now and then twice, other spaces, quotes and dashes,
session ids in addresses, timestamps and counters on pages, PDF files made anew
with other lines and bytes, error pages, short lists. Between the refetches
measures are really filed, amended, moved and retitled. Ends with 1 when
anything was missed or invented, and lists it.

The rows say how many refetches a second that is, against the same crawls
without noise.
"""

import sys
from time import perf_counter

from benchmarks.kit.noisy import Unserved, Verdict, watched
from benchmarks.kit.record import options, record, row

MEASURES, JURISDICTIONS, DAYS, SEED = 24, 4, 60, 7
STAMPS = 0.5
"""How likely a document's running head says when it was printed, another day each time."""


def told(verdict: Verdict) -> str:
    """The result line, and under it each change that was missed or invented."""
    line = (
        f"{verdict.refetches:,} noisy refetches ({verdict.failed} of them in part failed): "
        f"{verdict.happened.total()} real changes, {verdict.missed.total()} missed, "
        f"{verdict.invented.total()} invented"
    )
    wrong = [("missed", verdict.missed), ("invented", verdict.invented)]
    return "\n".join([line, *(f"  {how}: {fact}" for how, facts in wrong for fact in facts)])


def main() -> int:
    chosen = options(__doc__)
    refetches, days = (60, 10) if chosen.small else (1000, DAYS)
    rates, verdicts = [], []
    for noisy in (True, False):
        load = Unserved(MEASURES, JURISDICTIONS, SEED, stamps=STAMPS)
        load.noisy = noisy
        start = perf_counter()
        verdicts.append(watched(load, refetches=refetches, days=days))
        rates.append(refetches / (perf_counter() - start))
    print(told(verdicts[0]))
    record(
        [
            row(
                "noisy refetches, list, pages and texts", [(rates[0], rates[1])],
                reference_name="the same without noise", limit=None, unit="refetches/s",
            )
        ],
        chosen.file,
    )  # fmt: skip
    return int(any(verdict.missed or verdict.invented for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
