"""The watches of a watchlist, from its marked YAML."""

from collections.abc import Callable, Collection, Iterator, Mapping

from config.addresses import check_address
from config.places import check_pattern, place
from config.problems import Unexpected, meant
from config.reading import Reader, Value, listed
from config.schedules import Cadence, parse_cadence, parse_quiet
from config.topics import pack_names
from config.vocabulary import ChangeKind
from config.watches import DEFAULT_WHEN, Watch, Words
from config.yaml_marks import Entry, Pairs, Scalar

KEYS = ("name", "places", "topics", "when", "text", "to", "every", "quiet")
_CLOCK = place("us").timezone  # of times that name no zone


def read_watches(reader: Reader, entry: Entry, topics: Collection[str]) -> Iterator[Watch]:
    """The watches, in the order written. `topics` are the names the file declares."""
    seen: dict[str, int] = {}
    for item in reader.items(entry, "a watch"):
        told = reader.keys(item, KEYS, required=("name", "to"))
        name = reader.worded(told, "name", "a name", str)
        if name is not None:
            reader.once(seen, name, told["name"], "watch")
        watch = _watch(reader, name or "", told, topics)
        if watch:
            yield watch


def _watch(
    reader: Reader, name: str, told: Mapping[str, Entry], topics: Collection[str]
) -> Watch | None:
    every = reader.worded(told, "every", "a cadence", lambda text: parse_cadence(text, _CLOCK))
    zone = every.schedule.timezone if every and every.schedule else ""
    quiet = reader.worded(
        told, "quiet", "quiet hours", lambda text: parse_quiet(text, zone or _CLOCK)
    )
    places = _all(reader, told, "places", "a place such as us/md/*", check_pattern)
    wanted = _all(reader, told, "topics", "a topic", lambda text: _declared(text, topics))
    when = _all(reader, told, "when", "a kind of change", _kind)
    text = reader.worded(told, "text", "which words", _words) or "any"
    to = read_addresses(reader, told, "to")
    named = wanted if "topics" in told else tuple(topics)
    if text == "added" and not named and "text" in told:
        reader.problem(
            told["text"], "text: added in a watch without topics", "a topic",
            "only passages of a topic can be new",
        )  # fmt: skip
    if not (name and to):
        return None
    return Watch(
        name=name,
        places=places or ("*",),
        topics=named,
        when=when or DEFAULT_WHEN,
        text=text,
        to=to,
        every=every or Cadence(),
        quiet=quiet,
    )


def _all(
    reader: Reader, told: Mapping[str, Entry], key: str, what: str, parse: Callable[[str], Value]
) -> tuple[Value, ...]:
    """What the texts under a key mean, each once."""
    if key not in told:
        return ()
    values = (reader.parsed(item, text, parse) for text, item in reader.texts(told[key], what))
    return tuple(dict.fromkeys(value for value in values if value is not None))


def _declared(text: str, topics: Collection[str]) -> str:
    if text in topics:
        return text
    hint = meant(text, topics)
    if text in pack_names():
        hint = "name the pack under the file's own topics too"
    expected = f"one of the file's topics ({listed(topics) or 'it has none'})"
    raise Unexpected(f"the topic {text!r}", expected, hint)


def _words(text: str) -> Words:
    match text:
        case "any" | "added":
            return text
    known = ("any", "added")
    raise Unexpected(repr(text), f"one of {listed(known)}", meant(text, known))


def _kind(text: str) -> ChangeKind:
    known = [kind.value for kind in ChangeKind]
    if text not in known:
        raise Unexpected(f"the kind {text!r}", f"one of {listed(known)}", meant(text, known))
    return ChangeKind(text)


def read_addresses(reader: Reader, told: Mapping[str, Entry], key: str) -> tuple[str, ...]:
    """The addresses under a key, each once."""
    return tuple(dict.fromkeys(_addresses(reader, told, key)))


def _addresses(reader: Reader, told: Mapping[str, Entry], key: str) -> Iterator[str]:
    for item in reader.items(told[key], "an address") if key in told else ():
        text = _split_address(item) or reader.text(item, "an address")
        address = reader.parsed(item, text, check_address) if text else None
        if address:
            yield address


def _split_address(item: Entry) -> str:
    """`- terminal:` without quotes is a mapping to YAML; its writer meant the text."""
    match item:
        case Pairs(values=((Scalar(raw=scheme), Scalar(value=value, raw=rest)),)):
            return f"{scheme}:" if value is None else f"{scheme}: {rest}"
        case _:
            return ""
