"""Places: paths, Open Civic Data ids, names and clocks, and counties as lists print them."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.places import PlaceError, check_pattern, county, covers, place, state_code
from config.states import STATES
from tests.strategies import NAMES


@pytest.mark.parametrize(
    ("path", "division", "name", "level"),
    [
        ("us", "country:us", "United States", "country"),
        ("us/va", "country:us/state:va", "Virginia", "state"),
        ("us/dc", "country:us/district:dc", "District of Columbia", "state"),
        ("us/pr", "country:us/territory:pr", "Puerto Rico", "state"),
        ("us/ny/new_york", "country:us/state:ny/place:new_york", "New York", "place"),
        (
            "us/md/county:frederick",
            "country:us/state:md/county:frederick",
            "Frederick County",
            "county",
        ),
        (
            "us/md/county:prince_george~s",
            "country:us/state:md/county:prince_george~s",
            "Prince George's County",
            "county",
        ),
        ("us/la/parish:orleans", "country:us/state:la/parish:orleans", "Orleans Parish", "county"),
        ("us/ak/borough:juneau", "country:us/state:ak/borough:juneau", "Juneau Borough", "county"),
        (
            "us/ak/census_area:nome",
            "country:us/state:ak/census_area:nome",
            "Nome Census Area",
            "county",
        ),
        (
            "us/fl/county:st_lucie",
            "country:us/state:fl/county:st_lucie",
            "St. Lucie County",
            "county",
        ),
        (
            "us/nc/winston-salem",
            "country:us/state:nc/place:winston-salem",
            "Winston-Salem",
            "place",
        ),
        (
            "us/tx/county:mcmullen",
            "country:us/state:tx/county:mcmullen",
            "McMullen County",
            "county",
        ),
        (
            "us/pa/county:adams/liberty",
            "country:us/state:pa/county:adams/place:liberty",
            "Liberty",
            "place",
        ),
    ],
)
def test_a_path_has_its_ids_and_its_name(path, division, name, level):
    """Division and jurisdiction ids follow Open Civic Data; the printed name is derived."""
    found = place(path)
    assert found.path == path
    assert found.division == f"ocd-division/{division}"
    assert found.jurisdiction == f"ocd-jurisdiction/{division}/government"
    assert (found.name, found.level) == (name, level)


def test_a_city_has_one_spelling():
    """`place:` may be written before a city and is dropped."""
    assert place("us/pa/place:philadelphia") == place("us/pa/philadelphia")


def test_all_states_are_there_with_a_clock():
    """Fifty states, the District and five territories, each with a time zone that exists."""
    kinds = [state.kind for state in STATES.values()]
    assert [kinds.count(kind) for kind in ("state", "district", "territory")] == [50, 1, 5]
    for code, state in STATES.items():
        assert ZoneInfo(place(f"us/{code}").timezone).key == state.timezone


def test_clocks_are_inherited_and_split_states_have_their_most_populous():
    """A city lives by its state's clock; Tennessee is Central, Florida Eastern."""
    assert place("us/wa/seattle").timezone == "America/Los_Angeles"
    assert place("us/tn").timezone == "America/Chicago"
    assert place("us/fl/county:escambia").timezone == "America/New_York"
    assert place("us").timezone == "America/New_York"


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("US/VA", "us/va"),
        ("usa", "us"),
        ("virginia", "us/va"),
        ("us/Virginia", "us/va"),
        ("us/virgina/richmond", "us/va/richmond"),
        ("us/ny/New York", "us/ny/new_york"),
        ("us/md/county:Prince George's", "us/md/county:prince_george~s"),
        ("us/md/countie:frederick", "us/md/county:frederick"),
        ("us/la/county:orleans", "us/la/parish:orleans"),
        ("us/dc/county:x", "us/dc/x"),
        ("va/richmond", "us/va/richmond"),
    ],
)
def test_a_slip_is_corrected_in_the_error(path, meant):
    """What is no place is refused, and the likeliest path is named."""
    with pytest.raises(PlaceError, match="did you mean") as caught:
        place(path)
    assert caught.value.meant == meant


@pytest.mark.parametrize(
    "path",
    ["", "/", "us/", "us//x", "us/md/", "us/md/*", "us/zz", "us/pa/a/b", "us/pa/county:a/county:b",
     "us/pa/a/b/c/d", "us/va/_", "us/va/a b", "us/va/Ä", "us/va/a\n"],
)  # fmt: skip
def test_what_is_no_place_is_refused(path):
    """Nothing malformed passes as a place."""
    with pytest.raises(PlaceError):
        place(path)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("us/md/*", "us/md", True),
        ("us/md/*", "us/md/baltimore", True),
        ("us/md/*", "us/md/county:frederick", True),
        ("us/md/*", "us", False),
        ("us/md/*", "us/ma", False),
        ("us/md", "us/md", True),
        ("us/md", "us/md/baltimore", False),
        ("us", "us/md", False),
        ("us/*", "us/md/baltimore", True),
        ("*", "us", True),
        ("us/pa/county:adams/*", "us/pa/county:adams/liberty", True),
        ("us/va/richmond", "us/va/county:richmond", False),
        ("us/co/denver", "us/co/county:denver", True),
        ("us/la/parish:orleans", "us/la/new_orleans", True),
    ],
)
def test_patterns_cover_what_they_say(pattern, path, expected):
    """A path covers itself, a star everything below; a city that is its county is one place."""
    assert covers(pattern, path) is expected


@given(st.sampled_from(sorted(STATES)), NAMES)
def test_every_place_is_in_itself_and_in_its_state(code, name):
    """Whatever a city is called, its own path and its state's star cover it."""
    path = place(f"us/{code}/{name}").path
    assert covers(path, path)
    assert covers(f"us/{code}/*", path)
    assert not covers(f"us/{code}", path)


@pytest.mark.parametrize("pattern", ["us/m*", "us/*/x", "**", "us/md/**", "/*", "md/*", ""])
def test_stars_elsewhere_are_refused(pattern):
    """A pattern that would silently cover nothing is an error."""
    with pytest.raises(PlaceError):
        check_pattern(pattern)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ALABAMA", "al"), ("TEXAS ", "tx"), ("va", "va"), ("VA", "va"), ("West  Virginia", "wv"),
        ("Kansas", "ks"), ("Arkansas", "ar"), ("UTAHJ", "ut"), ("Virgina", "va"),
        ("District of Columbia", "dc"), ("Washington, D.C.", "dc"), ("Washington", "wa"),
        ("GUAM", "gu"), ("NORTHERN MARIANA ISLANDS", "mp"), ("U.S. Virgin Islands", "vi"),
        ("", None), ("STATE", None), ("Carolina", None), ("New", None), ("zz", None), ("Ontario", None),
    ],
)  # fmt: skip
def test_state_names_are_understood(name, code):
    """Full names and codes in any case, with one slip forgiven; nothing else is a state."""
    assert state_code(name) == code


@pytest.mark.parametrize(
    ("state", "printed", "path"),
    [
        ("al", "Colbert County", "us/al/county:colbert"),
        ("tx", "Jackson County  ", "us/tx/county:jackson"),
        ("ga", "Decatur", "us/ga/county:decatur"),
        ("ok", "Custer Countey", "us/ok/county:custer"),
        ("fl", "Lake Conty", "us/fl/county:lake"),
        ("fl", "St. Lucie County", "us/fl/county:st_lucie"),
        ("md", "Prince George's County", "us/md/county:prince_george~s"),
        ("md", "St. Mary\u2019s County", "us/md/county:st_mary~s"),
        ("wi", "Fond du Lac County", "us/wi/county:fond_du_lac"),
        ("la", "Pointe Coupee Parish ", "us/la/parish:pointe_coupee"),
        ("la", "Orleans", "us/la/parish:orleans"),
        ("ak", "Kodiak Island Borough", "us/ak/borough:kodiak_island"),
        ("ak", "Juneau City and Borough", "us/ak/borough:juneau"),
        ("ak", "Anchorage Municipality", "us/ak/borough:anchorage"),
        ("ak", "Yukon-Koyukuk Census Area", "us/ak/census_area:yukon-koyukuk"),
        ("pr", "San Juan Municipio", "us/pr/municipio:san_juan"),
        ("md", "Baltimore County", "us/md/county:baltimore"),
        ("md", "Baltimore City", "us/md/baltimore"),
        ("va", "Fairfax", "us/va/county:fairfax"),
        ("va", "Fairfax City", "us/va/fairfax"),
        ("va", "City of Richmond", "us/va/richmond"),
        ("va", "Virginia Beach", "us/va/virginia_beach"),
        ("va", "James City County", "us/va/county:james_city"),
        ("nv", "Carson City", "us/nv/carson_city"),
        ("al", "#N/A", None), ("al", "#NA", None), ("fl", "N/A ", None), ("al", "", None),
        ("al", "  ", None), ("gu", "Kattan District ", None), ("dc", "anything", None), ("al", "?!", None),
    ],
)  # fmt: skip
def test_counties_as_lists_print_them(state, printed, path):
    """Kinds, blanks, slips and independent cities give the right path, and it is a place."""
    assert county(state, printed) == path
    if path is not None:
        assert place(path).path == path


def test_a_county_needs_a_known_state():
    """A state that is none is an error, not a county of nowhere."""
    with pytest.raises(PlaceError):
        county("zz", "Adams County")


@given(st.sampled_from(sorted(STATES)), st.text(max_size=30))
def test_whatever_a_list_prints_is_a_place_or_nothing(state, printed):
    """No printed county, however odd, breaks the reading or gives a path that is no place."""
    path = county(state, printed)
    assert path is None or place(path).path == path


@pytest.mark.corpus
def test_every_county_of_a_real_workbook_is_a_place(corpus):
    """All states and counties printed in a recorded list of agreements are understood."""
    from openpyxl import load_workbook

    file = corpus / "287g/ice/sheets/participatingAgencies__participatingAgencies11252025am.xlsx"
    book = load_workbook(file, read_only=True)
    rows = iter(list(book.active.iter_rows(values_only=True)))
    book.close()
    header = [str(cell).strip().upper() for cell in next(rows)]
    where, what = header.index("STATE"), header.index("COUNTY")
    found = set()
    for row in rows:
        if row[where]:
            code = state_code(row[where])
            assert code, row[where]
            path = county(code, str(row[what] or ""))
            found.add(path)
            assert path is None or covers(f"us/{code}/*", path)
    assert len(found) > 100
