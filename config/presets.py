"""Sources that come with Measurewatch with all their parameters, by kind and name.

They stand in watchlists/platforms/KIND.yaml, as a watchlist has them. A watchlist
names one (`orders: [nyc-mayor]`) and may say otherwise what it wants otherwise.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from config.yaml_marks import Entry, Pairs, read_yaml


@cache
def presets(kind: str) -> Mapping[str, Pairs]:
    """The sources of a kind by name; none for a kind that has no such file."""
    path = Path(str(files("config") / "watchlists" / "platforms" / f"{kind}.yaml"))
    if not path.is_file():
        return MappingProxyType({})
    root, _ = read_yaml(path.read_bytes())
    named = _under(_under(root, "sources"), kind)
    if not isinstance(named, Pairs):
        return MappingProxyType({})
    return MappingProxyType(
        {key.raw: told for key, told in named.values if isinstance(told, Pairs)}
    )


def completed(kind: str, name: str, told: Entry) -> Entry:
    """What a watchlist says of a source, and beyond it what the preset of that name says.

    A source that says itself where its index is stands alone.
    """
    preset = presets(kind).get(name)
    own = told.values if isinstance(told, Pairs) else ()
    keys = {key.raw for key, _ in own}
    if preset is None or "index" in keys:
        return told
    rest = tuple((key, value) for key, value in preset.values if key.raw not in keys)
    return Pairs(told.line, told.column, (*own, *rest), told.size + preset.size)


def _under(entry: Entry | None, key: str) -> Entry | None:
    if not isinstance(entry, Pairs):
        return None
    return next((value for name, value in entry.values if name.raw == key), None)
