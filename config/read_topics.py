"""The topics of a watchlist: names of packs, or topics written out."""

from collections.abc import Iterator

from config.problems import WatchlistErrors, meant
from config.reading import Reader, listed
from config.topics import TOPIC_KEYS, Topic, load_pack, pack_names, read_topic
from config.yaml_marks import Entry, Pairs

_A_TOPIC = "the name of a topic pack, or a topic written out"


def read_topics(reader: Reader, entry: Entry) -> Iterator[Topic | str]:
    """The topics, in the order written; of a faulty one only its name."""
    seen: dict[str, int] = {}
    for item in reader.items(entry, "a topic"):
        name = _name(reader, item)
        if name is not None and reader.once(seen, name, item, "topic"):
            yield _topic(reader, item, name) or name


def _name(reader: Reader, item: Entry) -> str | None:
    at: Entry = item
    if isinstance(item, Pairs):
        named = next((value for key, value in item.values if key.raw == "name"), None)
        if named is None:
            reader.problem(item, "a topic without a name", "the key 'name'")
            return None
        at = named
    name = reader.text(at, _A_TOPIC)
    return name if name is not None and reader.is_name(at, name) else None


def _topic(reader: Reader, item: Entry, name: str) -> Topic | None:
    if isinstance(item, Pairs):
        return read_topic(reader, name, item, ("name", *TOPIC_KEYS))
    if name not in pack_names():
        expected = f"one of the packs {listed(pack_names())}, or a topic written out"
        reader.problem(item, f"the topic {name!r}", expected, meant(name, pack_names()))
        return None
    try:
        return load_pack(name)
    except WatchlistErrors as errors:
        reader.problems.extend(errors.errors)
        return None
