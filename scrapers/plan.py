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
    """Group the sources, keeping their order."""
    groups: list[tuple[list[str], set[str]]] = []
    for source in sources:
        hosts = {host.lower() for host in source.hosts}
        touching = [group for group in groups if group[1] & hosts]
        merged = ([name for group in touching for name in group[0]] + [source.name],
                  hosts.union(*(group[1] for group in touching)))  # fmt: skip
        if touching:
            groups[groups.index(touching[0])] = merged
            groups = [group for group in groups if group not in touching[1:]]
        else:
            groups.append(merged)
    return tuple(
        Group(names[0], tuple(names), tuple(sorted(hosts))) for names, hosts in groups
    )
