"""The watchlist: what it says becomes frozen values, or all its faults are told at once."""

from datetime import timedelta

import pytest

from config.topics import pack_names
from config.vocabulary import ChangeKind
from config.watches import DEFAULT_WHEN
from config.watchlist import (
    DEFAULT_WATCHLIST,
    KNOWN_SITES,
    WatchlistErrors,
    load_watchlist,
    read_watchlist,
)

WHOLE = """\
name: Immigration enforcement, masks and city property
sources:
  legistar:
    seattle: us/wa/seattle
    nyc: {place: us/ny/new_york, token: env:LEGISTAR_NYC_TOKEN, crawl: hourly}
  orders:
    minneapolis-mayor:
      place: us/mn/minneapolis
      index: https://www.example.gov/orders
      row: table tr
      identifier: td:nth-child(1)
      pages: 3
      crawl: daily at 05:00
  bills:
    washington:
      place: us/wa
      index: https://leg.example.gov/bills
      detail: {title: h1, sponsors: [.sponsor, .author]}
  sites: [virginia, ice-287g]
crawl: every 6 hours
topics:
  - 287g
  - masks
  - name: school-zones
    title: Enforcement at schools
    query: detainer NEAR/30 school*
    matches: [A detainer was served at the school.]
    rejects:
      - The school board met.
watches:
  - name: Desk
    places: [us/md/*, us/va/*, us/pa/philadelphia]
    topics: [287g, school-zones]
    when: [new, amended, action, vanished]
    to: [mailto:desk@example.org, https://hooks.example.org/x]
    every: daily at 07:30 America/New_York
    quiet: 20:00-07:00
  - name: Night owl
    to: "terminal:"
"""


def faults(text, **keywords):
    with pytest.raises(WatchlistErrors) as caught:
        read_watchlist(text.encode(), "w.yaml", **keywords)
    assert str(caught.value) == "\n".join(str(error) for error in caught.value.errors)
    return caught.value.errors


def in_watch(line):
    return f"name: x\ntopics: [masks]\nwatches:\n  - name: w\n    to: 'terminal:'\n    {line}\n"


@pytest.fixture
def whole():
    return read_watchlist(WHOLE.encode())


def test_sources_are_read_with_their_parameters(whole):
    """Every kind of source keeps its place, and what is said beyond it as plain parameters."""
    sources = {source.name: source for source in whole.sources}
    assert [(source.name, source.kind, source.place) for source in whole.sources] == [
        ("seattle", "legistar", "us/wa/seattle"),
        ("nyc", "legistar", "us/ny/new_york"),
        ("minneapolis-mayor", "orders", "us/mn/minneapolis"),
        ("washington", "bills", "us/wa"),
        ("virginia", "site", "us/va"),
        ("ice-287g", "site", "us"),
    ]
    assert sources["seattle"].parameters == {}
    assert sources["nyc"].parameters == {"token": "env:LEGISTAR_NYC_TOKEN"}
    assert sources["minneapolis-mayor"].parameters == {
        "index": "https://www.example.gov/orders",
        "row": "table tr",
        "identifier": "td:nth-child(1)",
        "pages": 3,
    }
    assert sources["washington"].parameters["detail"] == {
        "title": "h1",
        "sponsors": [".sponsor", ".author"],
    }


def test_crawls_are_the_files_unless_a_source_has_its_own(whole):
    """A source's own schedule wins, and its time of day is the place's."""
    schedules = {source.name: source.schedule for source in whole.sources}
    assert str(schedules["virginia"]) == str(whole.crawl) == "every 6 hours"
    assert schedules["nyc"].interval == timedelta(hours=1)
    assert (schedules["minneapolis-mayor"].hour, schedules["minneapolis-mayor"].timezone) == (
        5,
        "America/Chicago",
    )


def test_a_files_time_of_day_is_each_places_own():
    """`crawl: daily at 05:00` for the whole file is five in the morning where each source is."""
    watchlist = read_watchlist(
        b"name: x\ncrawl: daily at 05:00\nsources: {legistar: {seattle: us/wa/seattle, nyc: us/ny/new_york}}\n"
    )
    assert [source.schedule.timezone for source in watchlist.sources] == [
        "America/Los_Angeles",
        "America/New_York",
    ]


def test_topics_are_packs_or_written_out(whole):
    """A name stands for a pack; a mapping is a topic of the file's own."""
    assert [topic.name for topic in whole.topics] == ["287g", "masks", "school-zones"]
    own = whole.topics[2]
    assert (own.title, own.query) == ("Enforcement at schools", "detainer NEAR/30 school*")
    assert own.matches == ("A detainer was served at the school.",)
    assert own.rejects == ("The school board met.",)


def test_watches_are_read(whole):
    """Places, topics, kinds, addresses, cadence and quiet hours reach the watch."""
    desk = whole.watches[0]
    assert desk.places == ("us/md/*", "us/va/*", "us/pa/philadelphia")
    assert desk.topics == ("287g", "school-zones")
    assert desk.when == (ChangeKind.NEW, ChangeKind.AMENDED, ChangeKind.ACTION, ChangeKind.VANISHED)
    assert desk.to == ("mailto:desk@example.org", "https://hooks.example.org/x")
    assert (str(desk.every), str(desk.quiet)) == ("daily at 07:30 America/New_York", "20:00-07:00")


def test_a_watch_needs_only_a_name_and_an_address(whole):
    """Without more it is told at once, of all topics of the file, everywhere, of what matters."""
    owl = whole.watches[1]
    assert (owl.places, owl.topics) == (("*",), ("287g", "masks", "school-zones"))
    assert owl.when == DEFAULT_WHEN
    assert owl.every.at_once
    assert owl.quiet is None


def test_a_watchlist_is_frozen_and_has_a_digest(whole):
    """The values cannot be changed; the digest is of the file's bytes."""
    with pytest.raises(ValueError, match="frozen"):
        whole.watches[0].name = "x"
    assert len(whole.digest) == 64
    assert read_watchlist(WHOLE.encode() + b"# more\n").digest != whole.digest


def test_the_parts_are_optional():
    """A name is enough; what is shown in the documentation as a part of a file is a file."""
    watchlist = read_watchlist(b"name: Only a name\n")
    assert (watchlist.sources, watchlist.topics, watchlist.watches) == ((), (), ())
    assert str(watchlist.crawl) == "every 6 hours"


@pytest.mark.parametrize(
    "written",
    [
        "[mailto:a@b.org]",
        "mailto:a@b.org",
        "\n      - mailto:a@b.org",
        "[mailto:a@b.org, mailto:a@b.org]",
    ],
)
def test_one_of_a_list_may_stand_alone(written):
    """A single address needs no brackets, and a repeated one counts once."""
    watchlist = read_watchlist(f"name: x\nwatches:\n  - name: w\n    to: {written}\n".encode())
    assert watchlist.watches[0].to == ("mailto:a@b.org",)


@pytest.mark.parametrize(
    "written", ["\n      - terminal:", "terminal", '["terminal:"]', "[{terminal: }]"]
)
def test_the_terminal_may_be_written_without_quotes(written):
    """YAML takes `- terminal:` for a mapping; its writer meant the address."""
    watchlist = read_watchlist(f"name: x\nwatches:\n  - name: w\n    to: {written}\n".encode())
    assert watchlist.watches[0].to == ("terminal:",)


def test_sites_may_have_parameters():
    """Sites are a list of names, or a mapping to what differs."""
    watchlist = read_watchlist(
        b"name: x\nsources:\n  sites:\n    virginia: {sessions: [20261], crawl: hourly}\n    ice-287g:\n"
    )
    virginia, ice = watchlist.sources
    assert (virginia.parameters, str(virginia.schedule)) == ({"sessions": [20261]}, "hourly")
    assert (ice.parameters, ice.place) == ({}, "us")


def test_known_sites_are_handed_in():
    """The names of sites, with their places or bare, are the caller's to give."""
    text = b"name: x\nsources: {sites: [oregon]}\n"
    assert read_watchlist(text, known_sites={"oregon": "us/or"}).sources[0].place == "us/or"
    assert read_watchlist(text, known_sites=frozenset({"oregon"})).sources[0].place == "us"
    assert set(KNOWN_SITES) >= {"maryland", "virginia", "ice-287g"}


def test_all_faults_are_told_at_once_in_the_order_of_lines():
    """Each fault has file, line, column, what was found, what was expected, and a likely correction."""
    text = """\
nme: Broken
sources:
  legistar:
    seattle: us/wa/Seattle
    nyc: {place: us/ny/new_york, token: env:lower}
    Bad Name: us/va
    empty:
  orders:
    mayor: {place: us/mn/minneapolis, row: tr}
  bills:
    here: {index: ftp://x, place: us/zz}
  sites: [virgina, ice-287g, ice-287g]
  sits: [x]
crawl: every six hours
topics:
  - 287
  - name: schools
    query: school OR
    matchs: [x]
  - query: b
  - masks
  - masks
watches:
  - name: Desk
    places: [us/md/**, us/Maryland]
    topics: [shools, schools, city-property]
    when: [new, ammended]
    to: [desk@example.org, 'mailto: desk@example.org', http://x.org]
    every: daily at 25:00
    quiet: 20-07
  - name: Desk
    to: terminal
  - just text
"""
    told = [(error.line, error.column, error.message) for error in faults(text)]
    expected = [
        (1, 1, "the key 'name'"),
        (1, 1, "did you mean 'name'?"),
        (4, 14, "did you mean 'us/wa/seattle'?"),
        (5, 41, "env:API_TOKEN"),
        (6, 5, "did you mean 'bad-name'?"),
        (7, 11, "found nothing, expected a mapping with place"),
        (9, 12, "the key 'index'"),
        (11, 19, "https://example.org/orders"),
        (11, 35, "the code of a state"),
        (12, 11, "did you mean 'virginia'?"),
        (12, 30, "stands in line 12 already"),
        (13, 3, "did you mean 'sites'?"),
        (14, 8, "every 6 hours"),
        (16, 5, "did you mean '287g'?"),
        (18, 12, "at column 10 of the query"),
        (19, 5, "did you mean 'matches'?"),
        (20, 5, "the key 'name'"),
        (22, 5, "stands in line 21 already"),
        (25, 14, "as in us/md/*"),
        (25, 24, "did you mean 'us/md'?"),
        (26, 14, "did you mean 'schools'?"),
        (26, 31, "under the file's own topics too"),
        (27, 17, "did you mean 'amended'?"),
        (28, 10, "did you mean 'mailto:desk@example.org'?"),
        (28, 28, "did you mean 'mailto:desk@example.org'?"),
        (28, 56, "a webhook needs https"),
        (29, 12, "a time of day"),
        (30, 12, "a time of day"),
        (31, 11, "stands in line 24 already"),
        (33, 5, "found 'just text', expected a mapping with name, places"),
    ]
    assert [(line, column) for line, column, _ in told] == [
        (line, column) for line, column, _ in expected
    ]
    for (_, _, message), (line, _, words) in zip(told, expected, strict=True):
        assert words in message, line
        assert message.startswith("found ")
        assert ", expected " in message


def test_an_error_names_its_file():
    """The line of an error begins with file, line and column, as editors understand it."""
    [error] = faults("name: x\ncrwl: hourly\n")
    assert str(error) == (
        "w.yaml:2:1: found the key 'crwl', expected one of name, sources, crawl, topics, watches, "
        "operators; did you mean 'crawl'?"
    )
    assert (error.found, error.expected[:6]) == ("the key 'crwl'", "one of")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("topics: []", "at least one topic"),
        ("topics: [{name: x}]", "found a mapping"),
        ("when: [[new]]", "found a list"),
        ("places: ['']", "found nothing"),
        ("every: true", "found 'true', expected a cadence"),
        ("every: [hourly]", "found a list, expected a cadence"),
        ("quiet: 7", "expected hours such as"),
        ("name: y", "again"),
        ("unless: x", "found the key 'unless'"),
    ],
)
def test_values_of_the_wrong_shape_are_faults(line, words):
    """A list where a text belongs, nothing where something belongs: told, not guessed."""
    assert words in faults(in_watch(line))[0].message


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "just text\n", "- a\n- b\n", "name:\n", "name: ''\n", "name: []\n"]
)
def test_a_file_that_is_no_watchlist_is_refused(text):
    """Neither an empty file nor another shape loads as a watchlist without anything in it."""
    assert faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "name: &a x\ntopics: [" + ", ".join(["*a"] * 60_000) + "]\n",
        "name: !!python/name:os.system\n",
        "name: x\nname: y\n",
        "name: [[[[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]]]\n",
    ],
    ids=["aliases", "tag", "twice", "deep"],
)
def test_hostile_yaml_is_refused(text):
    """Bombs, tags and duplicate keys are faults, never values."""
    assert faults(text)


def test_numbers_are_texts_where_texts_belong():
    """A name that looks like a number is still the name that was written."""
    assert read_watchlist(b"name: 010\n").name == "010"
    assert read_watchlist(b"name: NO\n").name == "NO"


def test_a_watchlist_is_loaded_from_a_file(tmp_path):
    """`load_watchlist` reads the file and gives the same values."""
    file = tmp_path / "watchlist.yaml"
    file.write_text("\ufeff" + WHOLE, encoding="utf-8")
    assert load_watchlist(file).watches == read_watchlist(WHOLE.encode()).watches


def test_a_missing_file_is_one_clear_error(tmp_path):
    """A file that is not there, or is a folder, is told as such with its name."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(
            WatchlistErrors, match=r":1:1: the watchlist cannot be read: "
        ) as caught:
            load_watchlist(path)
        assert str(path) in str(caught.value)


DEFAULT_SOURCES = ["boston", "phila", "maryland", "virginia", "ice-287g", "nyc-mayor"]


PRESET = "name: x\nsources:\n  orders:\n"


class TestPresets:
    """Orders that come with Measurewatch are named, and may be said otherwise."""

    @pytest.mark.parametrize("told", ["    - nyc-mayor\n", "    nyc-mayor:\n"])
    def test_a_name_alone_is_the_source_that_comes_with_us(self, told):
        """With its place, its index and all else."""
        [spec] = read_watchlist((PRESET + told).encode()).sources
        assert (spec.place, spec.kind) == ("us/ny/new_york", "orders")
        assert spec.parameters["format"] == "json"

    def test_what_is_said_otherwise_holds(self):
        """The rest stays as it comes."""
        told = "    maryland-governor: {crawl: hourly, pages: 3}\n"
        [spec] = read_watchlist((PRESET + told).encode()).sources
        assert (str(spec.schedule), spec.parameters["pages"]) == ("hourly", 3)
        assert spec.parameters["row"] == "li.maryland-listing-item"

    def test_an_index_of_its_own_stands_alone(self):
        """A source that only has the name of one of ours is not mixed with it."""
        told = "    nyc-mayor: {place: us/ny/new_york, index: 'https://example.org/orders'}\n"
        [spec] = read_watchlist((PRESET + told).encode()).sources
        assert spec.parameters == {"index": "https://example.org/orders"}

    @pytest.mark.parametrize(
        ("told", "said"),
        [
            ("    - nyc-mayr\n", "did you mean 'nyc-mayor'"),
            ("    springfield:\n", "the name of a source that comes with us"),
            ("    nyc-mayor: {number: '(EO'}\n", "a regular expression"),
            ("    nyc-mayor: {years: two}\n", "a number of years"),
        ],
    )
    def test_a_mistake_is_named(self, told, said):
        """With its line and what was expected."""
        with pytest.raises(WatchlistErrors, match=r"w\.yaml:4:") as caught:
            read_watchlist((PRESET + told).encode(), "w.yaml")
        assert said in str(caught.value)


def test_the_default_watchlist_is_whole():
    """All packs, a watch to the terminal, and sources of which tests/test_coverage.py lists all."""
    watchlist = load_watchlist(DEFAULT_WATCHLIST)
    assert set(DEFAULT_SOURCES) <= {source.name for source in watchlist.sources}
    assert {topic.name for topic in watchlist.topics} == set(pack_names())
    assert [watch.to for watch in watchlist.watches] == [("terminal:",)]


def test_what_the_default_watchlist_shows_in_comments_would_load():
    """The commented examples are right once their marks are taken away."""
    lines = DEFAULT_WATCHLIST.read_text(encoding="utf-8").splitlines()
    text = "\n".join(
        line.replace("# ", "", 1) if line.startswith("  # ") and _is_yaml(line) else line
        for line in lines
    )
    watchlist = read_watchlist(text.encode())
    assert set(DEFAULT_SOURCES) <= {source.name for source in watchlist.sources}
    assert [watch.name for watch in watchlist.watches] == ["Here", "Desk", "On call"]
    assert str(watchlist.watches[2].quiet) == "20:00-07:00"


def _is_yaml(line):
    """Whether a comment is an example: indented more, or a key, not a sentence."""
    words = line.removeprefix("  # ")
    return words.startswith((" ", "- name:", "orders:"))
