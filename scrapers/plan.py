"""Which sources may be crawled side by side.

Politeness is per crawler: two crawls of one host would ask twice as fast. So
sources that share any host form a group, and a group is crawled by one child,
one source after another.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceHosts:
    """A source and all hosts it visits, pages and documents."""

    name: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Sources that share hosts, directly or through another; named after the first."""

    name: str
    sources: tuple[str, ...]
    hosts: tuple[str, ...]


def plan(sources: Iterable[SourceHosts]) -> tuple[Group, ...]:
    """Group the sources. Groups, and the sources in each, keep the order given."""
    given = list(sources)
    leader = list(range(len(given)))
    first_with: dict[str, int] = {}
    for number, source in enumerate(given):
        for host in map(plain, source.hosts):
            join(leader, number, first_with.setdefault(host, number))
    members: dict[int, list[SourceHosts]] = {}
    for number, source in enumerate(given):
        members.setdefault(find(leader, number), []).append(source)
    return tuple(
        Group(
            group[0].name,
            tuple(source.name for source in group),
            tuple(sorted({plain(host) for source in group for host in source.hosts})),
        )
        for group in members.values()
    )


def find(leader: list[int], number: int) -> int:
    """The first source of the group that a source is in."""
    while leader[number] != number:
        leader[number] = leader[leader[number]]
        number = leader[number]
    return number


def join(leader: list[int], one: int, other: int) -> None:
    """Make two groups one, led by the earlier leader."""
    one, other = find(leader, one), find(leader, other)
    leader[max(one, other)] = min(one, other)


def plain(host: str) -> str:
    """A host's name as it is compared."""
    return host.lower().rstrip(".")
