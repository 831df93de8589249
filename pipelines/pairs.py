"""Which items of two lists are the same ones."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Key = Callable[[Item], Hashable]


def pairs(old: Sequence[Item], new: Sequence[Item], keys: Iterable[Key[Item]]) -> dict[int, int]:
    """Pair equal items one to one: where an item of `new` stands -> where it stood in `old`.

    Each key in turn pairs what the keys before it left, in the order of the
    lists; a key that is None pairs nothing. Pure.
    """
    if old == new:
        return dict(zip(range(len(new)), range(len(old)), strict=True))
    found: dict[int, int] = {}
    left, right = dict(enumerate(old)), dict(enumerate(new))
    for key in keys:
        waiting: dict[Hashable, list[int]] = {}
        for rank, item in left.items():
            waiting.setdefault(key(item), []).append(rank)
        waiting.pop(None, None)
        for rank, item in right.items():
            if ranks := waiting.get(key(item)):
                found[rank] = ranks.pop(0)
        taken = set(found.values())
        left = {rank: item for rank, item in left.items() if rank not in taken}
        right = {rank: item for rank, item in right.items() if rank not in found}
    return found


def unpaired(
    old: Sequence[Item], new: Sequence[Item], paired: Mapping[int, int]
) -> tuple[list[Item], list[Item]]:
    """List what is only in `new`, and what is only in `old`."""
    known = set(paired.values())
    return (
        [item for rank, item in enumerate(new) if rank not in paired],
        [item for rank, item in enumerate(old) if rank not in known],
    )


def itself(item: Item) -> Hashable:
    """The key of items that are equal in every respect."""
    return item
