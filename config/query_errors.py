"""What is wrong with a query, said so that its writer can mend it."""

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from config.problems import meant, sentence

FIELDS = ("title", "text", "sponsor")

_OPERAND = 'a term: a word, a "phrase", or something in parentheses'
_INSTEAD = {
    "-": 'write NOT before a term to exclude it; a hyphen stands inside a word or in "quotes"',
    "|": "write OR",
    "&": "write AND",
    "+": "words side by side already mean AND",
    ",": "write AND or OR between terms",
    ";": "write AND or OR between terms",
    "!": "write NOT",
    "*": "a star stands at the end of a word: deput*",
    "?": "only a star at the end of a word stands for other letters: deput*",
    "=": "= stands directly before a word or a phrase: =ICE",
    "~": "~ stands directly before a word or a phrase: ~detainer",
    "[": "use ( ) for grouping",
    "{": "use ( ) for grouping",
    "/": 'a distance is written NEAR/8; put other slashes in "quotes"',
    "'": 'use "double quotes"',
    "\u2018": 'use "double quotes"',
}  # fmt: skip


class QueryError(Exception):
    """A query cannot be understood.

    `column` counts characters from the start of the query, from 1. `found`,
    `expected` and `hint` are the parts of the message.
    """

    def __init__(
        self, message: str, column: int, *, found: str = "", expected: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, column)
        self.message = message
        self.column = column
        self.found = found
        self.expected = expected
        self.hint = hint

    def __str__(self) -> str:
        return f"column {self.column}: {self.message}"


def surprise(found: str, expected: str, column: int, hint: str = "") -> QueryError:
    """An error of the usual form: found this, expected that, and what to do."""
    message = sentence(found, expected, hint)
    return QueryError(message, column, found=found, expected=expected, hint=hint)


def explain(text: str, error: UnexpectedInput) -> QueryError:
    """The grammar's complaint about a query in our words."""
    if isinstance(error, UnexpectedCharacters):
        return _character(text, error.pos_in_stream or 0)
    if isinstance(error, UnexpectedToken):
        return _token(text, error.token, error.accepts or error.expected)
    return surprise("what is no query", "a query", 1)


def _character(text: str, position: int) -> QueryError:
    mark = text[position]
    column = position + 1
    if mark in '"“':
        return surprise("a quotation mark", "its closing partner", column, "it is never closed")
    if mark == ":":
        name = "".join(text[:position].rsplit(maxsplit=1)[-1:]).lstrip("(")
        return _field(name, column - len(name))
    found = repr(mark) if mark.isprintable() else f"the character U+{ord(mark):04X}"
    hint = _INSTEAD.get(mark, 'put a term that holds symbols in quotes: "287(g)"')
    return surprise(found, "a term or an operator", column, hint)


def _field(name: str, column: int) -> QueryError:
    fields = [f"{field}:" for field in FIELDS]
    hint = meant(f"{name}:", fields) or 'put a term that holds a colon in "quotes"'
    return surprise(repr(f"{name}:"), f"one of {', '.join(fields)}", column, hint)


def _token(text: str, token: Token, accepts: set[str]) -> QueryError:
    if token.type == "$END":
        if "RPAR" in accepts and "$END" not in accepts:
            return surprise("the end", "')'", _last_open(text) + 1, "this '(' is never closed")
        return surprise("the end", _OPERAND, len(text) + 1)
    column = (token.start_pos or 0) + 1
    found = repr(str(token))
    if token.type == "RPAR" and "$END" in accepts:
        return surprise(found, "a term, an operator or the end", column, "it closes no '('")
    hint = ""
    if token.type == "_NOT":
        hint = "to leave out hits in a given company write A UNLESS NEAR/6 B"
    elif token.type in {"NEAR", "THEN"}:
        hint = "a distance stands between two terms: A NEAR/8 B"
    elif token.type != "RPAR":
        hint = f'put it in quotes if you mean the word: "{token}"'
    return surprise(found, _OPERAND, column, hint)


def _last_open(text: str) -> int:
    """Where the last parenthesis that is never closed stands; quotations do not count."""
    open_at: list[int] = []
    quoted = False
    for position, mark in enumerate(text):
        if mark in '"“”' and text[position - 1 : position] != "\\":
            quoted = not quoted
        elif not quoted and mark == "(":
            open_at.append(position)
        elif not quoted and mark == ")" and open_at:
            open_at.pop()
    return open_at[-1] if open_at else 0
