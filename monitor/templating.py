"""Our own templates, and nobody else's: whatever a site printed is escaped by Jinja2."""

import textwrap
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache

import jinja2

from config.vocabulary import ChangeKind
from monitor.channels.safe import one_line

WIDTH = 72

_TONES = {
    ChangeKind.NEW: "came",
    ChangeKind.RESTORED: "came",
    ChangeKind.AMENDED: "changed",
    ChangeKind.VANISHED: "went",
    ChangeKind.SUPERSEDED: "went",
}


def template(name: str) -> jinja2.Template:
    """One of the files beside this one, in `templates`."""
    return _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("monitor"),
        autoescape=jinja2.select_autoescape(["html.j2"], default=False, default_for_string=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)
    return environment


def _instant(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _day(value: datetime) -> str:
    value = value.astimezone(UTC)
    return f"{value:%A}, {value.day} {value:%B %Y}, {value:%H:%M} UTC"


def _wrapped(text: str, indent: int = 0, hang: int | None = None) -> str:
    """Fold a line for plain text; words longer than a line, such as addresses, stay whole."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hang is None else hang),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _tone(kind: ChangeKind) -> str:
    return _TONES.get(kind, "told")


_FILTERS: Mapping[str, Callable[..., str]] = {
    "instant": _instant,
    "day": _day,
    "wrapped": _wrapped,
    "counted": _counted,
    "tone": _tone,
    "line": one_line,
}
