"""A first watchlist: which sources cover the places somebody cares about, and the file that says so.

Nothing here asks anybody anything; `measurewatch init` does, and hands over the
answers. What is written is read back before it replaces anything.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from config.addresses import check_address, is_mail_address
from config.places import PlaceError, check_pattern, county, covers, place, state_code
from config.problems import meant
from config.settings import PREFIX
from config.settings_file import SETTINGS_FILE, read_settings_file, with_setting
from config.topics import load_pack
from config.watches import SourceSpec
from config.watchlist import KNOWN_SITES, load_watchlist, read_watchlist
from monitor.files import whole_file
from monitor.sources import ABOUT, waits_for, wanted_variables

Variable = Callable[[str], str | None]

VENDORS = ("legistar", "primegov", "orders", "feeds", "pages")
"""Vendors whose cities known to us stand in a list of their own, and other kinds with such a list."""

SAID = frozenset({"feeds", "pages"})
"""Kinds of source that say what people think, which no government issues."""

_PLAIN = re.compile(r"[A-Za-z0-9](?:[\w/.@+:-]*[\w/])?")
_EVERYWHERE = frozenset({"everywhere", "anywhere", "all"})
_COUNTRY = frozenset({"united states", "usa", "u.s.", "federal"})
_COUNTY = re.compile(r"\b(county|parish|borough|census area|municipio)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the file shall say. `places` are patterns, `to` addresses, `every` a cadence's words."""

    places: tuple[str, ...]
    topics: tuple[str, ...]
    to: tuple[str, ...]
    every: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A place without a source of its own; `wider` is a pattern that has some, or empty."""

    place: str
    wider: str = ""

    def __str__(self) -> str:
        hint = f"{self.wider} has" if self.wider else "docs/start.md tells how to add one"
        return f"{self.place} has no source of its own yet; {hint}"


@dataclass(frozen=True, slots=True)
class Covered:
    """The sources that can bring news of some places, and the places that have none.

    `waiting` are those of the sources that lack a key: they cost nothing until
    it is there.
    """

    sources: tuple[SourceSpec, ...]
    waiting: tuple[SourceSpec, ...]
    gaps: tuple[Gap, ...]


def known_sources() -> tuple[SourceSpec, ...]:
    """The sources that need no more than their name: the sites, and the councils known to us."""
    names = "".join(f"    - {name}\n" for name in KNOWN_SITES)
    sites = read_watchlist(f"name: sites\nsources:\n  sites:\n{names}".encode()).sources
    folder = Path(str(files("config") / "watchlists" / "platforms"))
    cities = (load_watchlist(folder / f"{vendor}.yaml").sources for vendor in VENDORS)
    return (*sites, *(spec for found in cities for spec in found))


def covered(places: Iterable[str], variable: Variable = lambda _: None) -> Covered:
    """The known sources of some patterns of places; `variable` gives a setting by its name.

    What the federal government issues may concern every place; it covers none.
    """
    patterns = tuple(places)
    known = known_sources()
    chosen = tuple(
        spec for spec in known
        if (spec.place == "us" and spec.kind not in SAID)
        or any(covers(pattern, spec.place) for pattern in patterns)
    )  # fmt: skip
    gaps = []
    for pattern in patterns:
        if not any(covers(pattern, spec.place) for spec in known):
            wider = f"{pattern}/*"
            has = not pattern.endswith("*") and any(covers(wider, spec.place) for spec in known)
            gaps.append(Gap(pattern, wider if has else ""))
    return Covered(chosen, tuple(spec for spec in chosen if waits_for(spec, variable)), tuple(gaps))


# Lets "Seatle" be Seattle, never Portland Oakland.
_SURE = 0.85


def place_meant(text: str) -> str:
    """The pattern of places that somebody's words mean.

    A path or pattern stands for itself; "Virginia" is the state and everything
    in it, "Seattle, WA" and "Fairfax County, VA" are what they say, and the
    name of a council known to us is its city. Raises PlaceError.
    """
    plain = " ".join(text.split())
    low = plain.lower()
    if low in _EVERYWHERE:
        return "*"
    if low in _COUNTRY:
        return "us"
    if plain == "*" or low == "us" or "/" in plain:
        return check_pattern(plain)
    name, comma, state = plain.rpartition(",")
    if comma and (code := state_code(state)):
        return _within(code, name.strip())
    if code := state_code(plain):
        return f"us/{code}/*"
    cities = {place(spec.place).name: spec.place for spec in known_sources()}
    found = {name.lower(): path for name, path in cities.items()}.get(low)
    if found:
        return found
    likely = re.search(r"'(.+)'", meant(plain, cities, sure=_SURE))
    expected = "a state, a city with its state as in Seattle, WA, or a path such as us/wa/seattle"
    raise PlaceError(plain, expected, likely[1] if likely else "")


def _within(state: str, name: str) -> str:
    """The path of a county or city by its printed name."""
    if _COUNTY.search(name) and (path := county(state, name)):
        return path
    try:
        return place(f"us/{state}/{name}").path
    except PlaceError as error:
        if error.meant:
            return place(error.meant).path
        raise


def address_meant(text: str) -> str:
    """An address as a watchlist writes it; a mail address alone will do. Raises AddressError."""
    plain = text.strip()
    return check_address(f"mailto:{plain}" if is_mail_address(plain) else plain)


def compose(answers: Answers, found: Covered) -> str:
    """The watchlist, with comments. It loads, or WatchlistErrors says why not."""
    lines = [
        "# Written by `measurewatch init`. Change it freely: every mistake is told with its line,",
        "# by `measurewatch doctor` and by every command that reads it.",
        "",
        "name: Our watchlist",
        "",
        "# Where to look. Each source is visited politely: one request at a time, with a pause,",
        "# and only what robots.txt allows. `measurewatch sources list` tells what each needs.",
        *_sources(found),
        *(line for gap in found.gaps for line in _gap(gap)),
        "",
        "# How often. A source can have a `crawl` of its own.",
        "crawl: every 6 hours",
        "",
        "# What to look for: packs that come with Measurewatch (`measurewatch topics list -v` shows",
        "# their queries). Topics of your own can be written here too.",
        "topics:",
        *(_commented(f"  - {name}", load_pack(name).title) for name in answers.topics),
        "",
        "# Who wants to know. The first complete visit of a source is a quiet baseline; what changes",
        "# after it is told. us/va is a state itself, us/va/* everything in it too, us the federal",
        "# government. Without `topics` a watch hears of every change there.",
        "watches:",
        "  - name: Desk",
        f"    places: {_listed(answers.places)}",
        f"    topics: {_listed(answers.topics)}",
        f"    to: {_listed(answers.to)}",
        f"    every: {_quoted(answers.every)}",
        "    # Only some kinds of change; without this line all that matter to most readers:",
        "    # when: [new, amended, action, vanished]",
        "    # Not at night:",
        "    # quiet: 20:00-07:00",
        "",
    ]
    text = "\n".join(lines)
    read_watchlist(text.encode(), "the new watchlist")
    return text


def _sources(found: Covered) -> list[str]:
    sites = [spec for spec in found.sources if spec.kind == "site"]
    councils = [spec for spec in found.sources if spec.kind == "legistar"]
    meetings = [spec for spec in found.sources if spec.kind == "primegov"]
    lines = ["sources:"]
    if sites:
        lines.append("  sites:")
        lines += [
            _commented(f"    - {spec.name}", ABOUT.get(spec.name, "") + _waits(spec, found))
            for spec in sites
        ]
    if councils:
        lines.append("  legistar:")
        lines += [
            _commented(
                f"    {spec.name}: {_council(spec)}",
                f"council of {place(spec.place).name}{_waits(spec, found)}",
            )
            for spec in councils
        ]
    if meetings:
        lines.append("  primegov:")
        lines += [
            _commented(
                f"    {spec.name}: {_council(spec)}", f"meetings in {place(spec.place).name}"
            )
            for spec in meetings
        ]
    for kind, what in (("orders", "orders"), ("feeds", "statements"), ("pages", "statements")):
        named = [spec for spec in found.sources if spec.kind == kind]
        lines += [f"  {kind}:"] * bool(named)
        lines += [
            _commented(f"    - {spec.name}", f"{what}, {place(spec.place).name}") for spec in named
        ]
    return lines


def _waits(spec: SourceSpec, found: Covered) -> str:
    if spec not in found.waiting:
        return "".join(
            f"; reads more with {name} in {SETTINGS_FILE}" for name in wanted_variables(spec)
        )
    return f"; waits for {', '.join(wanted_variables(spec)) or 'a key'} in {SETTINGS_FILE}"


def _council(spec: SourceSpec) -> str:
    if not spec.parameters:
        return spec.place
    told = {"place": spec.place, **spec.parameters}
    return "{" + ", ".join(f"{key}: {_quoted(str(value))}" for key, value in told.items()) + "}"


def _gap(gap: Gap) -> list[str]:
    if gap.wider or gap.place.endswith("*"):
        return ["", f"  # {gap}."]
    name = gap.place.rpartition("/")[2].rpartition(":")[2].replace("_", "")
    return [
        "",
        f"  # {gap.place} has no source of its own yet. A council whose pages are at",
        "  # NAME.legistar.com is one line under `legistar:`, for instance",
        f"  #   {name}: {gap.place}",
        "  # and an index of orders takes a few selectors (docs/write-a-scraper.md).",
    ]


def _commented(line: str, comment: str) -> str:
    return f"{line:<28}  # {comment}" if comment else line


def _listed(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"


def _quoted(value: str) -> str:
    """A text as YAML reads it back: JSON's strings are YAML's too."""
    plain = all(_PLAIN.fullmatch(word) for word in value.split(" "))
    return value if plain else json.dumps(value, ensure_ascii=False)


def write_watchlist(path: Path, text: str, *, now: datetime) -> Path | None:
    """Put a watchlist in its place at once; returns the copy of the one that was there before.

    Raises WatchlistErrors, and leaves what was there, when it cannot be read back.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy = None
    if path.exists():
        copy = path.with_name(f"{path.stem}-until-{now:%Y%m%dT%H%M%SZ}{path.suffix}")
        copy.write_bytes(path.read_bytes())
    with whole_file(path, private=True) as file:
        file.write(text)
    load_watchlist(path)
    return copy


def keep_settings(home: Path, contact: str, specs: Iterable[SourceSpec]) -> Path:
    """Write the contact into the home's settings file; one that is there keeps its other lines."""
    path = home / SETTINGS_FILE
    text = path.read_text(encoding="utf-8") if path.exists() else _new_settings(specs)
    if contact:
        text = with_setting(text, f"{PREFIX}CONTACT", contact)
    elif not path.exists():
        text += f"# {PREFIX}CONTACT=mailto:you@example.org\n"
    read_settings_file(text, str(path))
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with whole_file(path, private=True) as file:
        file.write(text)
    return path


def _new_settings(specs: Iterable[SourceSpec]) -> str:
    wanted = {name: spec.name for spec in specs for name in wanted_variables(spec)}
    lines = [
        "# Settings of this home: NAME=value. What the environment says wins.",
        "# docs/operate.md tells all of them; `measurewatch doctor` checks them.",
        "",
        "# The server that takes your mails. Without one no mail is sent.",
        f"# {PREFIX}SMTP_HOST=smtp.example.org",
        f"# {PREFIX}SMTP_FROM=Measurewatch <watch@example.org>",
        f"# {PREFIX}SMTP_USER=",
        f"# {PREFIX}SMTP_PASSWORD=",
        *(f"\n# What the source {source} needs.\n# {name}=" for name, source in wanted.items()),
        "",
        "# Sites are told whom to write to: a mail or web address of yours.",
    ]
    return "\n".join(lines) + "\n"
