"""Taking what is expected out of marked YAML, and noting all that is not."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeVar

from config.problems import Unexpected, WatchlistError, meant, sentence
from config.yaml_marks import Entry, Fault, Items, Pairs, Scalar, read_yaml

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SHOWN = 60

Value = TypeVar("Value")


class Reader:
    """Reads one file. What is wrong gathers in `problems`; the reading goes on."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[WatchlistError] = []

    def root(self, content: bytes) -> Entry | None:
        """The file's one value; None, and a problem, when there is none."""
        entry, faults = read_yaml(content)
        for fault in faults:
            self._note(fault)
        if entry is None and not faults:
            self._note(Fault(1, 1, "an empty file", "a mapping of keys"))
        return entry

    def problem(self, at: Entry, found: str, expected: str, hint: str = "") -> None:
        """Note that something else was expected where `at` stands."""
        self._note(Fault(at.line, at.column, found, expected, hint))

    def _note(self, fault: Fault) -> None:
        message = sentence(fault.found, fault.expected, fault.hint)
        self.problems.append(
            WatchlistError(
                self.file, fault.line, fault.column, fault.found, fault.expected, message
            )
        )

    def keys(
        self,
        entry: Entry,
        known: Collection[str],
        *,
        required: Collection[str] = (),
        more: bool = False,
    ) -> dict[str, Entry]:
        """The values by key. `more` lets unknown keys pass; what is wrong is left out."""
        if not isinstance(entry, Pairs):
            self.problem(entry, described(entry), f"a mapping with {listed(known)}")
            return {}
        found: dict[str, Entry] = {}
        for key, value in entry.values:
            if more or key.raw in known:
                found[key.raw] = value
            else:
                hint = meant(key.raw, known)
                self.problem(key, f"the key {key.raw!r}", f"one of {listed(known)}", hint)
        for name in required:
            if name not in found:
                self.problem(entry, "a mapping without it", f"the key {name!r}")
        return found

    def named(self, entry: Entry, what: str) -> Iterator[tuple[Scalar, Entry]]:
        """The pairs of a mapping from names to values."""
        if not isinstance(entry, Pairs):
            self.problem(entry, described(entry), f"a mapping from names of {what}")
            return
        for key, value in entry.values:
            if self.is_name(key, key.raw):
                yield key, value

    def is_name(self, at: Entry, text: str) -> bool:
        """Whether a text is a name; notes it when not."""
        if NAME.fullmatch(text):
            return True
        likely = "-".join(re.findall(r"[a-z0-9]+", text.lower()))
        hint = f"did you mean {likely!r}?" if NAME.fullmatch(likely) else ""
        self.problem(at, repr(text), "a name of small letters, digits and hyphens", hint)
        return False

    def text(self, entry: Entry, what: str) -> str | None:
        """One text that is not empty; None, and a problem, for anything else."""
        if (
            isinstance(entry, Scalar)
            and entry.value is not None
            and not isinstance(entry.value, bool)
        ):
            stripped = entry.raw.strip()
            if stripped:
                return stripped
        self.problem(entry, described(entry), what)
        return None

    def texts(self, entry: Entry, what: str) -> Iterator[tuple[str, Entry]]:
        """The texts of a list; a single text counts as a list of one."""
        for item in self.items(entry, what):
            text = self.text(item, what)
            if text is not None:
                yield text, item

    def items(self, entry: Entry, what: str) -> tuple[Entry, ...]:
        """The values of a list; one that stands alone counts as a list of one."""
        if not isinstance(entry, Items):
            return (entry,)
        if not entry.values:
            self.problem(entry, "an empty list", f"at least one {re.sub('^an? ', '', what)}")
        return entry.values

    def once(self, seen: dict[str, int], name: str, at: Entry, what: str) -> bool:
        """Whether a name is seen for the first time; notes it when not."""
        if name in seen:
            expected = f"names that are used once; it stands in line {seen[name]} already"
            self.problem(at, f"the {what} {name!r} again", expected)
            return False
        seen[name] = at.line
        return True

    def parsed(self, entry: Entry, text: str, parse: Callable[[str], Value]) -> Value | None:
        """What a text means; None, with the parser's complaint noted, when it means nothing."""
        try:
            return parse(text)
        except Unexpected as error:
            self.problem(entry, error.found, error.expected, error.hint)
        return None

    def worded(
        self, keys: Mapping[str, Entry], key: str, what: str, parse: Callable[[str], Value]
    ) -> Value | None:
        """What the text under a key means; None when it is not there or means nothing."""
        if key not in keys:
            return None
        text = self.text(keys[key], what)
        return None if text is None else self.parsed(keys[key], text, parse)


def described(entry: Entry) -> str:
    """What stands there, for a message."""
    match entry:
        case Items():
            return "a list"
        case Pairs():
            return "a mapping"
        case Scalar(value=None) | Scalar(raw=""):
            return "nothing"
    shown = entry.raw if len(entry.raw) <= _SHOWN else entry.raw[: _SHOWN - 1] + "…"
    return repr(shown)


def listed(words: Collection[str]) -> str:
    return ", ".join(words)
