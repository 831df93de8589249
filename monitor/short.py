"""Short lists: read to their end, and lacking more than leaves a list at once. Pure.

A file that was cut off between two rows, or a server that answers with half of
what it has, looks like a whole list. What it lacks is not gone. Only a list that
stays so short is believed: a register that was cleared out.
"""

from datetime import datetime, timedelta

from storage.listings import Lacking

FEW = 2
"""Measures that may leave a list at once, however small it is."""

SHARE = 0.2
LISTS = 4
DAYS = 7
"""So many short lists in a row, over so many days, are believed."""


def is_short(found: Lacking) -> bool:
    """Whether a list lacks more of what stood in it than is plausible."""
    return found.lacks > max(FEW, SHARE * found.known)


def is_believed(before: int, since: datetime | None, now: datetime) -> bool:
    """Whether a short list is believed after so many `before` it, in a row since then."""
    return since is not None and before + 1 >= LISTS and now - since >= timedelta(days=DAYS)


def told(name: str, found: Lacking, before: int, since: datetime) -> str:
    """Say of a short list what it lacks and how long nothing vanishes by it."""
    return (
        f"the list {name!r} has {found.known - found.lacks} of the {found.known} measures known; "
        f"nothing vanishes by it until {LISTS} lists in a row, over {DAYS} days, were as short "
        f"(now {before + 1}, since {since.date().isoformat()})"
    )
