"""What is wrong with a file that people wrote, with the place of each fault."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class WatchlistError:
    """One fault. Lines and columns count from 1; `message` is the whole sentence."""

    file: str
    line: int
    column: int
    found: str
    expected: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class WatchlistErrors(Exception):
    """A file has faults; `errors` are all of them, in the order of its lines."""

    def __init__(self, errors: Iterable[WatchlistError]) -> None:
        self.errors = tuple(sorted(errors))
        super().__init__(self.errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class Unexpected(ValueError):
    """Something else was expected than what was found."""

    def __init__(self, found: str, expected: str, hint: str = "") -> None:
        super().__init__(sentence(found, expected, hint))
        self.found = found
        self.expected = expected
        self.hint = hint


def sentence(found: str, expected: str, hint: str = "") -> str:
    """The message of a fault."""
    return f"found {found}, expected {expected}" + (f"; {hint}" if hint else "")


def meant(word: str, known: Iterable[str], *, sure: float = 0.6) -> str:
    """A hint naming the known word that looks most like this one, or empty.

    `sure` is how much alike they must be, from 0 to 1 (difflib's ratio).
    """
    exact = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), exact, 1, sure)
    return f"did you mean {exact[near[0]]!r}?" if near else ""
