"""Places: "us/ny/new_york" in YAML, an Open Civic Data id outside, a name for people.

A path is `us`, `us/va`, or goes on with a city (`us/pa/philadelphia`) or a
named kind (`us/md/county:frederick`, `us/la/parish:orleans`), and at most with
a city inside that (`us/pa/county:adams/liberty`). Names follow the Open Civic
Data rules: small letters, blanks as `_`, an apostrophe as `~`, other points
left out ("St. Mary's" is `st_mary~s`).

Counties and cities are not listed here; whatever is well formed is a place.
"""

import difflib
import re
from dataclasses import dataclass
from typing import Literal

from config.problems import Unexpected
from config.states import ALIASES, CITY_COUNTIES, INDEPENDENT_CITIES, STATES, State

Level = Literal["country", "state", "county", "place"]

# The word each kind of county prints after its name; a city prints none.
COUNTY_KINDS = {
    "county": "County",
    "parish": "Parish",
    "borough": "Borough",
    "census_area": "Census Area",
    "municipio": "Municipio",
}

# Where the divisions of a state are not plain counties. The first kind is the usual one.
_OWN_KINDS: dict[str, tuple[str, ...]] = {
    "la": ("parish",),
    "ak": ("borough", "census_area"),
    "pr": ("municipio",),
    **dict.fromkeys(("dc", "as", "gu", "mp", "vi"), ()),
}

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._~-]*[a-z0-9~])?")
_COUNTRY_ZONE = "America/New_York"  # the country's own measures are dated in Washington
_SURE = 0.88  # lets UTAHJ be Utah, never Arkansas Kansas


class PlaceError(Unexpected):
    """What was given is no place. `meant` is the likeliest correction, or empty."""

    def __init__(self, path: str, expected: str, meant: str = "") -> None:
        hint = f"did you mean {meant!r}?" if meant else ""
        super().__init__(f"the place {path!r}", expected, hint)
        self.meant = meant


@dataclass(frozen=True, slots=True)
class Place:
    """A jurisdiction.

    `level` is country, state (also the District of Columbia and territories),
    county (and its equivalents) or place (a city, town, village). `timezone` is
    an IANA name: the state's, where most of its people live.
    """

    path: str
    name: str
    level: Level
    division: str
    jurisdiction: str
    timezone: str


def place(path: str) -> Place:
    """The place a path names. Raises PlaceError, with a correction where one is likely."""
    country, *rest = path.split("/")
    if country != "us":
        raise PlaceError(path, "a path that begins with us, as in us/va", _correction(path))
    if not rest:
        return _placed("us", "United States", "country", "country:us", _COUNTRY_ZONE)
    state = STATES.get(rest[0])
    if state is None:
        raise PlaceError(path, "the code of a state after us/, as in us/va", _correction(path))
    division = f"country:us/{state.kind}:{state.code}"
    if len(rest) == 1:
        return _placed(f"us/{state.code}", state.name, "state", division, state.timezone)
    if len(rest) > 3:
        raise PlaceError(path, "at most four parts, as in us/pa/county:adams/liberty")
    parts = [_part(path, part, state) for part in rest[1:]]
    if len(parts) == 2 and (parts[0][0] == "place" or parts[1][0] != "place"):
        raise PlaceError(path, "a city inside a county, as in us/pa/county:adams/liberty")
    kind, name = parts[-1]
    return _placed(
        "/".join(["us", state.code, *(_written(*part) for part in parts)]),
        _printed(kind, name),
        "place" if kind == "place" else "county",
        "/".join([division, *(f"{kind}:{name}" for kind, name in parts)]),
        state.timezone,
    )


def _placed(path: str, name: str, level: Level, division: str, timezone: str) -> Place:
    return Place(
        path=path,
        name=name,
        level=level,
        division=f"ocd-division/{division}",
        jurisdiction=f"ocd-jurisdiction/{division}/government",
        timezone=timezone,
    )


def check_pattern(pattern: str) -> str:
    """A pattern of places in its one spelling: `*`, a path, or a path with `/*` behind.

    Raises PlaceError as `place` does.
    """
    if pattern == "*":
        return pattern
    base, star, rest = pattern.partition("/*")
    if "*" in base or rest:
        raise PlaceError(pattern, "a star alone or at the end, as in us/md/*")
    return place(base).path + star


def covers(pattern: str, path: str) -> bool:
    """Whether a place is in a pattern.

    `us/md/*` is Maryland and everything in it, `us/md` only the state itself,
    `us` only the federal government, `*` everything. A city that is its own
    county (Denver, San Francisco) is the same place by both its paths. Raises
    PlaceError for what is no pattern or no path.
    """
    if pattern == "*":
        return True
    known = _alike(place(path).path)
    base, star, _ = check_pattern(pattern).partition("/*")
    base = _alike(base)
    return known == base or bool(star and known.startswith(f"{base}/"))


def _alike(path: str) -> str:
    return CITY_COUNTIES.get(path, path)


def state_code(name: str) -> str | None:
    """The code of a state, the District or a territory ("al"), by full name or code in any case.

    A slip of the pen in a long name is forgiven ("UTAHJ"), as lists printed by
    hand have them. None when it is no state.
    """
    plain = " ".join(name.replace(".", " ").replace(",", " ").lower().split())
    if plain in STATES:
        return plain
    if plain in ALIASES:
        return ALIASES[plain]
    near = difflib.get_close_matches(plain, ALIASES, 1, _SURE)
    return ALIASES[near[0]] if near else None


# "Conty" and "Countey" stand in published lists.
_PRINTED_KINDS = (
    (re.compile(r"\s+(?:city and borough|borough|municipality)$"), "borough"),
    (re.compile(r"\s+census area$"), "census_area"),
    (re.compile(r"\s+parish$"), "parish"),
    (re.compile(r"\s+municipio$"), "municipio"),
    (re.compile(r"\s+cou?nte?y$|\s+co$"), "county"),
)
_NO_COUNTY = frozenset({"", "na", "n/a", "#na", "#n/a", "none", "-", "statewide"})
_CITY = re.compile(r"^(?:city|town) of\s+|\s+city$")


def county(state: str, printed: str) -> str | None:
    """The path of a county as a list prints it ("Colbert County "), in a state by its code.

    Kinds: county, in Louisiana parish, in Alaska borough or census area, in
    Puerto Rico municipio. An independent city ("Baltimore City", "Virginia
    Beach") is its city's path. None for "#N/A" and the like, and in the
    District and the territories without counties. A misspelt name stays as
    printed. Raises PlaceError for an unknown state code.
    """
    if state not in STATES:
        raise PlaceError(state, "the code of a state, as in va", state_code(state) or "")
    plain = " ".join(printed.split()).lower().rstrip(".")
    kinds = _kinds(state)
    if plain in _NO_COUNTY or not kinds:
        return None
    name, kind = plain, ""
    for pattern, said in _PRINTED_KINDS:
        name, cut = pattern.subn("", plain)
        if cut:
            kind = said
            break
    city = _independent(state, name, said_county=kind == "county")
    if city:
        return f"us/{state}/{city}"
    key = _key(name)
    if not _NAME.fullmatch(key):
        return None
    return f"us/{state}/{kind if kind in kinds else kinds[0]}:{key}"


def _independent(state: str, name: str, *, said_county: bool) -> str:
    """The city's key, when this names a city outside all counties, else empty."""
    cities = INDEPENDENT_CITIES.get(state, {})
    key = _key(name)
    # Fairfax is a county beside the city of that name; Norfolk is only a city.
    if key in cities and not cities[key]:
        return key
    bare, said_city = _CITY.subn("", name)
    city = _key(bare)
    return city if said_city and not said_county and city in cities else ""


def _key(name: str) -> str:
    """A name in the alphabet of Open Civic Data ids."""
    plain = name.lower().replace("\u2019", "'").replace("'", "~").replace(".", " ")
    return re.sub(r"[^\w~-]+", "~", "_".join(plain.split()))


def _kinds(state: str) -> tuple[str, ...]:
    return _OWN_KINDS.get(state, ("county",))


def _part(path: str, part: str, state: State) -> tuple[str, str]:
    kind, colon, name = part.partition(":")
    if not colon:
        kind, name = "place", part
    kinds = (*_kinds(state.code), "place")
    if kind not in kinds:
        usual = kinds[0] if kind in COUNTY_KINDS else ""
        near = [usual] if usual else difflib.get_close_matches(kind, kinds, 1)
        meant = path.replace(part, _written(near[0], name)) if near else ""
        has = " or ".join(f"{known}:" for known in kinds)
        raise PlaceError(path, f"{has} in {state.name}", meant)
    if not _NAME.fullmatch(name):
        key = _key(name)
        meant = f"us/{state.code}/{_written(kind, key)}" if _NAME.fullmatch(key) else ""
        raise PlaceError(path, "a name of small letters, digits, _ - and ~", meant)
    return kind, name


def _written(kind: str, name: str) -> str:
    return name if kind == "place" else f"{kind}:{name}"


def _correction(path: str) -> str:
    """The likeliest path for one that is none, or empty."""
    first, *rest = path.strip().strip("/").split("/")
    if first.lower() in {"us", "usa", "u.s."}:
        if not rest:
            return "us"
        first, *rest = rest
    code = state_code(first)
    if code is None:
        alike = [known for known in STATES if len(first) == 2 and known[0] == first[0].lower()]
        code = next(iter(difflib.get_close_matches(first.lower(), alike, 1, 0.5)), None)
    if code is None:
        return ""
    keys = [":".join(_key(half) for half in part.split(":")) for part in rest]
    return "/".join(["us", code, *keys])


_SMALL_WORDS = frozenset({"of", "and", "the", "du", "la", "de"})
_CAPITALS = {
    name.lower(): name
    for name in ("DeKalb", "DeSoto", "DeWitt", "DuPage", "LaGrange", "LaMoure", "LaPorte", "LaSalle", "O'Brien")
}  # fmt: skip


def _printed(kind: str, name: str) -> str:
    words = name.replace("~", "'").split("_")
    text = " ".join(_capital(word, first=not index) for index, word in enumerate(words))
    suffix = COUNTY_KINDS.get(kind, "")
    return f"{text} {suffix}".rstrip()


def _capital(word: str, *, first: bool) -> str:
    if word in _CAPITALS:
        return _CAPITALS[word]
    if word in {"st", "ste", "ft", "mt"}:
        return f"{word.title()}."
    if word in _SMALL_WORDS and not first:
        return word
    if word.startswith("mc") and len(word) > 3:
        return f"Mc{word[2:].capitalize()}"
    return "-".join(half[:1].upper() + half[1:] for half in word.split("-"))
