"""New York's council without a token: a public copy in the place of the Web API."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from config.vocabulary import Health
from monitor.sources import waits_for
from scrapers.errors import Challenge, ParseDrift
from scrapers.platforms.legistar import Legistar
from scrapers.platforms.legistar_client import Client
from scrapers.platforms.legistar_measures import as_measure
from scrapers.platforms.legistar_mirror import children_of_file, row_of_file
from scrapers.report import health_of
from tests.legislatures import Watched
from tests.legistar_city import City, known_from
from tests.visiting import as_json
from tests.visiting import visit as visit_site

PAGES = Path(__file__).parent / "pages" / "nyc_mirror"
TREES = "https://api.github.com/repos/jehiah/nyc_legislation/git/trees/HEAD:"
FILES = "https://raw.githubusercontent.com/jehiah/nyc_legislation/HEAD/"
PLACE = "us/ny/new_york"
MARKS = {"details read", "details tried"}
visit = partial(visit_site, Legistar, client="nyc", place=PLACE, since="2026")
SIGNS = f"{FILES}introduction/2026/0055.json"
TREE = f"{TREES}introduction/2026"


def pages():
    served = {
        f"{TREES}{one}/2026": (PAGES / f"{one}-2026.json").read_bytes()
        for one in ("introduction", "resolution")
    }
    for path in ("introduction/2026/0055", "introduction/2026/0209", "resolution/2026/0246"):
        served[f"{FILES}{path}.json"] = (PAGES / f"{path.replace('/', '-')}.json").read_bytes()
    return served


def test_the_files_become_what_is_expected():
    """The same measures as the API's rows: histories with roll calls, sponsors, the text."""
    seen = visit(pages())
    found = [as_json(one) for one in seen.measures.values()]
    for one in found:
        one["extras"] = {name: said for name, said in one["extras"].items() if name not in MARKS}
    assert found == json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
    assert [(one.name, one.rows) for one in seen.listings] == [
        ("introduction/2026", 2), ("resolution/2026", 1),
    ]  # fmt: skip
    assert "no token: a public copy is read" in seen.notes
    assert seen.report.unmapped == {"matter field Something": 1}


def test_with_a_token_the_api_is_asked():
    """And nobody else."""
    asked = {url for _, url in visit(pages(), token="t").asked}
    assert asked
    assert all(url.startswith("https://webapi.legistar.com/") for url in asked)


def test_it_does_not_wait_for_a_token():
    """Both hosts are declared, whichever is read."""
    from config.watchlist import read_watchlist

    text = "name: x\nsources:\n  legistar:\n    nyc: {place: us/ny/new_york, token: env:NYC}\n"
    [spec] = read_watchlist(text.encode()).sources
    assert waits_for(spec, lambda _: None) == ""
    assert {"api.github.com", "raw.githubusercontent.com", "webapi.legistar.com"} <= set(
        Client.of("nyc", {}).hosts
    )


class TestBad:
    def test_a_challenge_ends_the_crawl(self):
        """The first tree refuses us."""
        served = pages() | {TREE: (PAGES / "challenge.html").read_bytes()}
        assert isinstance(visit(served).error, Challenge)

    @pytest.mark.parametrize("body", [b"[]", b'{"tree": [], "truncated": true}', b'{"tree": []}'])
    def test_a_tree_that_is_none_or_cut_short_is_drift(self, body):
        """Nothing is gone by it."""
        served = dict.fromkeys((TREE, f"{TREES}resolution/2026"), body)
        assert isinstance(visit(served).error, ParseDrift)

    def test_a_bad_file_costs_only_itself(self):
        """It is counted, read again by the next crawl, and keeps nothing else silent."""
        served = pages() | {SIGNS: b'{"ID": "x"}'}
        seen = visit(served)
        assert seen.report.failed == 1
        assert "Int 0209-2026" in seen.measures
        assert [one.name for one in seen.listings] == ["introduction/2026", "resolution/2026"]
        assert not seen.report.partial

    @pytest.mark.parametrize("status", [403, 429])
    def test_a_host_that_is_asked_too_often_says_so_and_tells_nothing(self, status):
        """The source is blocked with a note that says by whom; nothing is told, nothing forgotten."""
        first = visit(pages())
        refused = Challenge(f"the site answered {status}: access refused", TREE)
        seen = visit({TREE: refused}, known=known_from(first.measures), memory=first.remember)
        assert health_of(seen.error) is Health.BLOCKED
        assert "the copy's host lets us read no more for now" in str(seen.error)
        assert f"answered {status}" in str(seen.error)
        assert "api.github.com" in str(seen.error)
        assert (seen.items, seen.remember) == ([], first.remember)

    def test_a_host_that_refuses_later_folders_loses_none_of_their_matters(self):
        """What was read is told; a folder that was refused is no list by which anything vanishes."""
        first = visit(pages())
        later = f"{TREES}resolution/2026"
        refused = {later: Challenge("the site answered 429: access refused", later)}
        seen = visit(pages() | refused, known=known_from(first.measures))
        assert seen.error is None
        assert "blocked: resolution/2026: the copy's host lets us read no more" in seen.notes
        assert {one.name for one in first.listings} == {"introduction/2026", "resolution/2026"}
        assert {one.name for one in seen.listings} == {"introduction/2026"}

    def test_files_that_are_refused_leave_what_is_known(self):
        """The trees are there, every file is refused: no measure is new, changed or gone."""
        first = visit(pages())
        changed = {
            url: body.replace(b'"sha": "', b'"sha": "f')
            if "trees" in url
            else Challenge("429", url)
            for url, body in pages().items()
        }
        seen = visit(changed, known=known_from(first.measures))
        assert {key: one.observed for key, one in seen.measures.items()} == dict.fromkeys(
            first.measures, frozenset()
        )
        assert seen.report.failed == len(first.measures)

    def test_what_a_crawl_has_no_room_for_waits_and_there_is_no_baseline(self):
        """Or every bill read later would be news."""
        seen = visit(pages(), requests=2)
        assert len(seen.measures) == 2
        assert "1 files wait" in seen.notes
        assert seen.report.partial


class Site:
    def __init__(self):
        self.pages = pages()

    def answer(self, url, _body=None, _meta=None):
        return (200, self.pages[url]) if url in self.pages else (404, b'{"message": "Not Found"}')

    def change(self, url, **fields):
        file = json.loads(self.pages[url]) | fields
        self.pages[url] = json.dumps(file).encode()
        self.pages[TREE] = self.pages[TREE].replace(b'"a1"', b'"a2"')


MARCH = datetime(2026, 3, 20, 18, tzinfo=UTC)
DAY = timedelta(days=1)
NYC = {"client": "nyc", "place": PLACE, "since": "2026"}


class TestStore:
    @pytest.fixture
    def site(self):
        return Site()

    @pytest.fixture
    def watched(self, database, site):
        return Watched(database, Legistar, site.answer)

    def test_only_what_changed_is_asked_for_and_told(self, watched, site):
        """The tree has another digest for it."""
        watched.crawl(MARCH, **NYC)
        quiet = watched.crawl(MARCH + DAY, **NYC)
        assert (quiet.told, [url for url in quiet.asked if url.startswith(FILES)]) == ([], [])
        site.change(SIGNS, StatusName="Repealed")
        seen = watched.crawl(MARCH + 2 * DAY, **NYC)
        assert [url for url in seen.asked if url.startswith(FILES)] == [SIGNS]
        assert seen.told == [("2026", "Int 0055-2026", "status")]
        assert watched.crawl(MARCH + 3 * DAY, **NYC).told == []

    def test_a_file_that_is_gone_vanishes_after_two_looks(self, watched, site):
        """And a new one is news."""
        watched.crawl(MARCH, **NYC)
        site.pages[TREE] = (
            site.pages[TREE].replace(b"0209.json", b"0300.json").replace(b'"b1"', b'"b2"')
        )
        new = json.loads(site.pages[f"{FILES}introduction/2026/0209.json"]) | {
            "ID": 70300,
            "File": "Int 0300-2026",
        }
        site.pages[f"{FILES}introduction/2026/0300.json"] = json.dumps(new).encode()
        assert watched.crawl(MARCH + DAY, **NYC).told == [("2026", "Int 0300-2026", "new")]
        assert watched.crawl(MARCH + 2 * DAY, **NYC).told == [("2026", "Int 0209-2026", "vanished")]


def the_api():
    """The same matters as the API serves them."""
    rows = {"matters": [], "events": []}
    for path in ("introduction-2026-0055", "introduction-2026-0209", "resolution-2026-0246"):
        file = json.loads((PAGES / f"{path}.json").read_text(encoding="utf-8"))
        row, children = row_of_file(file), children_of_file(file, MARCH)
        here = f"matters/{row['MatterId']}"
        rows["matters"].append(row)
        rows |= {
            f"{here}/histories": children.histories, f"{here}/attachments": children.attachments,
            f"{here}/sponsors": children.sponsors, f"{here}/relations": [],
            f"{here}/codesections": [], f"{here}/indexes": [],
            f"{here}/versions": [{"Key": key, "Value": said} for key, said in children.versions],
        }  # fmt: skip
        rows |= {f"{here}/texts/{key}": text for key, text in children.texts.items()}
    return City(rows=rows)


def test_a_token_that_is_given_or_taken_away_tells_nothing(database):
    """To the API and back: the same measures, the same lists of fields, no loss."""
    site, api = Site(), the_api()

    def answer(url, body=None, meta=None):
        if "webapi.legistar.com" not in url:
            return site.answer(url, body, meta)
        found = api.get(url)
        return (404, b'{"Message": "none"}') if found is None else (200, found)

    watched = Watched(database, Legistar, answer)
    days = [(0, ""), (1, "t"), (2, "t"), (9, "t"), (10, ""), (11, ""), (19, "t"), (20, "t")]
    for day, token in days:
        seen = watched.crawl(MARCH + day * DAY, **NYC, **({"token": token} if token else {}))
        assert seen.told == [], (day, token)
        assert seen.report.failed == 0


@pytest.mark.corpus
def test_every_recorded_file_is_a_measure(corpus):
    """150 files of 2010 to 2026: no field and no word is unknown that the API's rows do not have too."""
    files = [
        *sorted((corpus / "legistar/nyc").glob("introduction_*.json")),
        *sorted((corpus / "legistar/nyc").glob("resolution_*.json")),
        *sorted((corpus / "versions/nyc").glob("*/*.json")),
    ]
    assert len(files) == 150
    for path in files:
        file = json.loads(path.read_text(encoding="utf-8"))
        row = row_of_file(file)
        assert all(name.startswith("Matter") for name in row), path.name
        children = children_of_file(file, MARCH)
        found = as_measure(
            row, client=Client.of("nyc", {}), place=PLACE, known=None, children=children
        )
        assert found.identifier == file["File"]
        assert len(found.actions) == len(file["History"] or ())
        names = (" ".join(one["FullName"].split()) for one in file["Sponsors"])
        assert [one.name for one in found.sponsors] == [*filter(None, dict.fromkeys(names))]
        assert bool(found.versions) or not file.get("Text")
