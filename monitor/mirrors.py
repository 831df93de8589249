"""What operators are told of servers that show earlier states of a source. Pure.

That its servers disagree is noted with every crawl for as long as it holds
back what steps back, and once more when it does no longer.
"""

from collections.abc import Iterable
from datetime import datetime

from storage.going_back import LASTING, MARKED, TIMES

_DISAGREE = "mirrors: its servers disagree"


def notes(stale: int, flap: datetime | None, *, now: datetime, before: Iterable[str]) -> list[str]:
    """The notes of a crawl that was served `stale` copies.

    `flap` is when the source's servers were last seen to disagree, `before`
    the notes of the crawl before.
    """
    said = []
    if stale:
        times = "once" if stale == 1 else f"{stale} times"
        said.append(f"mirrors: a stale copy was served {times}, and left aside")
    if flap is not None and now - flap <= MARKED:
        said.append(
            f"{_DISAGREE}, last on {flap:%Y-%m-%d}: what goes back to an earlier state is told"
            f" once it was seen {TIMES} times and for {LASTING.days * 24} hours"
        )
    elif any(_DISAGREE in note for note in before):
        said.append(
            f"mirrors: its servers have not disagreed for {MARKED.days} days:"
            " what goes back to an earlier state is told at once again"
        )
    return said
