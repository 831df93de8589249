"""The states, the District and the territories: codes, names, clocks.

Sources: Open Civic Data division ids (kinds of divisions, cities that are their
own counties, cities outside all counties) and the IANA time zone database. A
state that keeps two clocks has the one most of its people live by.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class State:
    """A first-level division; `kind` is its type in Open Civic Data ids."""

    code: str
    name: str
    timezone: str
    kind: Literal["state", "district", "territory"] = "state"


_EASTERN = "America/New_York"
_CENTRAL = "America/Chicago"
_MOUNTAIN = "America/Denver"
_PACIFIC = "America/Los_Angeles"

_ALL = (
    State("al", "Alabama", _CENTRAL),
    State("ak", "Alaska", "America/Anchorage"),
    State("az", "Arizona", "America/Phoenix"),
    State("ar", "Arkansas", _CENTRAL),
    State("ca", "California", _PACIFIC),
    State("co", "Colorado", _MOUNTAIN),
    State("ct", "Connecticut", _EASTERN),
    State("de", "Delaware", _EASTERN),
    State("fl", "Florida", _EASTERN),
    State("ga", "Georgia", _EASTERN),
    State("hi", "Hawaii", "Pacific/Honolulu"),
    State("id", "Idaho", "America/Boise"),
    State("il", "Illinois", _CENTRAL),
    State("in", "Indiana", "America/Indiana/Indianapolis"),
    State("ia", "Iowa", _CENTRAL),
    State("ks", "Kansas", _CENTRAL),
    State("ky", "Kentucky", "America/Kentucky/Louisville"),
    State("la", "Louisiana", _CENTRAL),
    State("me", "Maine", _EASTERN),
    State("md", "Maryland", _EASTERN),
    State("ma", "Massachusetts", _EASTERN),
    State("mi", "Michigan", "America/Detroit"),
    State("mn", "Minnesota", _CENTRAL),
    State("ms", "Mississippi", _CENTRAL),
    State("mo", "Missouri", _CENTRAL),
    State("mt", "Montana", _MOUNTAIN),
    State("ne", "Nebraska", _CENTRAL),
    State("nv", "Nevada", _PACIFIC),
    State("nh", "New Hampshire", _EASTERN),
    State("nj", "New Jersey", _EASTERN),
    State("nm", "New Mexico", _MOUNTAIN),
    State("ny", "New York", _EASTERN),
    State("nc", "North Carolina", _EASTERN),
    State("nd", "North Dakota", _CENTRAL),
    State("oh", "Ohio", _EASTERN),
    State("ok", "Oklahoma", _CENTRAL),
    State("or", "Oregon", _PACIFIC),
    State("pa", "Pennsylvania", _EASTERN),
    State("ri", "Rhode Island", _EASTERN),
    State("sc", "South Carolina", _EASTERN),
    State("sd", "South Dakota", _CENTRAL),
    State("tn", "Tennessee", _CENTRAL),
    State("tx", "Texas", _CENTRAL),
    State("ut", "Utah", _MOUNTAIN),
    State("vt", "Vermont", _EASTERN),
    State("va", "Virginia", _EASTERN),
    State("wa", "Washington", _PACIFIC),
    State("wv", "West Virginia", _EASTERN),
    State("wi", "Wisconsin", _CENTRAL),
    State("wy", "Wyoming", _MOUNTAIN),
    State("dc", "District of Columbia", _EASTERN, "district"),
    State("as", "American Samoa", "Pacific/Pago_Pago", "territory"),
    State("gu", "Guam", "Pacific/Guam", "territory"),
    State("mp", "Northern Mariana Islands", "Pacific/Guam", "territory"),
    State("pr", "Puerto Rico", "America/Puerto_Rico", "territory"),
    State("vi", "U.S. Virgin Islands", "America/St_Thomas", "territory"),
)

STATES = MappingProxyType({state.code: state for state in _ALL})

# By full name in small letters, without points and commas.
ALIASES = MappingProxyType(
    {state.name.lower().replace(".", " ").strip(): state.code for state in _ALL}
    | {
        "u s virgin islands": "vi",
        "us virgin islands": "vi",
        "virgin islands": "vi",
        "washington dc": "dc",
        "washington d c": "dc",
        "d c": "dc",
        "commonwealth of the northern mariana islands": "mp",
        "cnmi": "mp",
        "commonwealth of puerto rico": "pr",
    }
)

# One government, one territory: the city's path and the county's are the same place.
CITY_COUNTIES = MappingProxyType(
    {
        "us/ak/anchorage": "us/ak/borough:anchorage",
        "us/ak/juneau": "us/ak/borough:juneau",
        "us/ak/sitka": "us/ak/borough:sitka",
        "us/ak/wrangell": "us/ak/borough:wrangell",
        "us/ca/san_francisco": "us/ca/county:san_francisco",
        "us/co/broomfield": "us/co/county:broomfield",
        "us/co/denver": "us/co/county:denver",
        "us/ga/columbus": "us/ga/county:muscogee",
        "us/hi/honolulu": "us/hi/county:honolulu",
        "us/ky/lexington": "us/ky/county:fayette",
        "us/la/new_orleans": "us/la/parish:orleans",
        "us/ma/nantucket": "us/ma/county:nantucket",
        "us/mt/anaconda": "us/mt/county:deer_lodge",
        "us/tn/lynchburg": "us/tn/county:moore",
    }
)

_VIRGINIA_CITIES = (
    "alexandria", "bristol", "buena_vista", "charlottesville", "chesapeake", "colonial_heights",
    "covington", "danville", "emporia", "falls_church", "fredericksburg", "galax", "hampton",
    "harrisonburg", "hopewell", "lexington", "lynchburg", "manassas", "manassas_park",
    "martinsville", "newport_news", "norfolk", "norton", "petersburg", "poquoson", "portsmouth",
    "radford", "salem", "staunton", "suffolk", "virginia_beach", "waynesboro", "williamsburg",
    "winchester",
)  # fmt: skip

# Cities outside all counties, and whether a county of the same name lies beside.
INDEPENDENT_CITIES = MappingProxyType(
    {
        "va": dict.fromkeys(_VIRGINIA_CITIES, False)
        | dict.fromkeys(("fairfax", "franklin", "richmond", "roanoke"), True),
        "md": {"baltimore": True},
        "mo": {"st_louis": True},
        "nv": {"carson_city": False},
    }
)
