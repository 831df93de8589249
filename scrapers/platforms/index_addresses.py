"""Where an index of the watchlist is and which hosts it leads to. Pure; loads no spider."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_YEAR = "{year}"


@dataclass(frozen=True, slots=True)
class Place:
    """One index of a source: its address, the name of its list, the session that all in it have.

    `newest` is the first index of a source, of several years that of this one; `yearly` one that
    is asked for by year, which may not be there yet in January.
    """

    url: str
    listing: str
    session: str = ""
    newest: bool = False
    yearly: bool = False


def listed(value: Any) -> Iterable[str]:
    """The texts of a parameter that is a text or a list of them."""
    return [value] if isinstance(value, str) else [str(one) for one in value]


def hosts_named(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """All hosts a source with such parameters visits: of its indexes, and those it names."""
    named = [str(host).lower() for host in listed(parameters.get("hosts", ()))]
    own = [urlsplit(url).hostname or "" for url, _ in _given(parameters)]
    return tuple(sorted({host for host in (*named, *own) if host}))


def indexes(parameters: Mapping[str, Any], *, year: Callable[[], int], listing: str) -> list[Place]:
    """The indexes of a source in the order given.

    `index` is the first, `indexes` are further ones: addresses, or mappings with
    `index` and `session`. `{year}` in an address or session is the year of the
    crawl and the `years` - 1 before it, newest first, each a list of its own; `year`
    tells that of the crawl.
    Raises ValueError for what is neither, and for `years` that is no number.
    """
    for one in parameters.get("indexes") or ():
        if not isinstance(one, str) and not (isinstance(one, Mapping) and one.get("index")):
            raise ValueError(f"indexes: found {one!r}, expected an address or a mapping with index")
    most = int(parameters.get("years") or 1)
    found: list[Place] = []
    for rank, (url, session) in enumerate(_given(parameters)):
        own = listing if not rank else f"{listing} {rank + 1}"
        if _YEAR not in url:
            found.append(Place(url, own, session, newest=not rank))
            continue
        found += [
            Place(
                url.replace(_YEAR, str(one)),
                f"{own} {one}",
                session.replace(_YEAR, str(one)),
                newest=one == year(),
                yearly=True,
            )
            for one in range(year(), year() - most, -1)
        ]
    return found


def _given(parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    session = str(parameters.get("session") or "")
    found = [(str(parameters.get("index") or ""), session)]
    for one in parameters.get("indexes") or ():
        if isinstance(one, str):
            found.append((one, session))
        elif isinstance(one, Mapping) and one.get("index"):
            found.append((str(one["index"]), str(one.get("session") or session)))
    return found
