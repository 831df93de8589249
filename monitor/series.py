"""Numbers that are missing from a series: bills that a list should have and has not. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable

_NUMBER = re.compile(r"(\D*?)(\d{1,6})\Z")
_ENOUGH = 20  # numbers that make a series
_DENSE = 0.95
_NAMED = 5


def gaps(names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Name what is missing from each dense series: "HB 37", at most five of each, then "and 3 more".

    `names` are (session, identifier). A series is what shares a session and the
    letters before the number; where more than one number in twenty is missing
    the numbers are no series of this list.
    """
    series: dict[tuple[str, str], set[int]] = defaultdict(set)
    for session, identifier in names:
        if found := _NUMBER.match(identifier.strip()):
            series[session, found[1].strip()].add(int(found[2]))
    said: list[str] = []
    for (_, letters), numbers in sorted(series.items()):
        first, last = min(numbers), max(numbers)
        missing = last - first + 1 - len(numbers)
        if not missing or len(numbers) < _ENOUGH or len(numbers) < _DENSE * (last - first + 1):
            continue
        absent = [number for number in range(first, last + 1) if number not in numbers]
        said += [f"{letters} {number}".strip() for number in absent[:_NAMED]]
        if missing > _NAMED:
            said.append(f"and {missing - _NAMED} more of {letters or 'that series'}")
    return tuple(said)
