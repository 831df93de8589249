"""Blocked is told from drifted from failing, on pages shaped after real ones and on recorded ones."""

import json
from pathlib import Path

import pytest

from config.vocabulary import Health
from scrapers.challenges import WALLS, is_wall
from scrapers.errors import Challenge, SourceError
from scrapers.genuine import check_genuine
from scrapers.guard import UndeclaredHost
from scrapers.report import health_of
from scrapers.spider import SiteSpider
from tests.loopback.crawling import crawl
from tests.loopback.server import Page, serving

PAGES = Path(__file__).parent / "pages" / "challenges"
EXPECTED = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
DOCS = Path(__file__).parent.parent / "docs" / "challenges.md"


def judged(body, *, status=200, url="https://www.example.gov/page", headers=None):
    """How a source does whose start page this is, and what is said of it."""
    try:
        check_genuine(status=status, headers=headers or {}, body=body, url=url)
    except SourceError as error:
        return health_of(error), str(error)
    return Health.OK, ""


def recorded_headers(path):
    """Status and headers of a recording, of the last answer of a chain."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("HTTP/")]
    status = int(lines[starts[-1]].split()[1])
    pairs = (line.partition(":") for line in lines[starts[-1] + 1 :] if ":" in line)
    return status, {name.strip().lower(): value.strip() for name, _, value in pairs}


def test_every_page_is_judged():
    """A page in the folder that nobody judges, or a judgement without its page, fails."""
    found = {path.name for path in PAGES.iterdir()} - {"expected.json", "README.md"}
    assert found == set(EXPECTED)
    assert {one["health"] for one in EXPECTED.values()} == {"ok", "blocked", "failing", "drifted"}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_page_says_how_its_source_does(name):
    """A challenge blocks, an error fails, a shell is drift, and what only looks like one is believed."""
    one = EXPECTED[name]
    health, said = judged(
        (PAGES / name).read_bytes(), status=one["status"], url=one["url"], headers=one["headers"]
    )
    assert (str(health), said if health is Health.OK else "") == (one["health"], "")


@pytest.mark.parametrize(
    "name",
    sorted(name for name, one in EXPECTED.items() if one["health"] in {"blocked", "drifted"}),
)
def test_a_good_status_hides_neither_a_challenge_nor_a_shell(name):
    """What counts is what the page says: they come with 200 too, and in other places."""
    one = EXPECTED[name]
    health, said = judged((PAGES / name).read_bytes(), url=one["url"])
    assert str(health) == one["health"]
    assert one["url"] in said


def test_a_redirect_to_a_wall_is_a_block():
    """A host that only asks for proof of a human; any other host that was not declared is not."""

    class Site(SiteSpider):
        name = "site"
        hosts = ("127.0.0.1",)

        async def crawl(self):
            await self.fetch(self.parameters["url"], role="start")
            return
            yield

    said = {}
    for host in ("validate.perfdrive.com", "elsewhere.example.org"):
        page = Page(status=302, headers={"Location": f"https://{host}/captcha?ssa=1"})
        with serving({"/page": page}) as site:
            done = crawl(Site, arguments={"parameters": {"url": f"{site.url}/page"}})
        said[host] = str(done.report.state())
        assert host in " ".join(map(str, done.report.notes))
    assert said == {"validate.perfdrive.com": "blocked", "elsewhere.example.org": "failing"}


def test_walls_are_hosts_and_nothing_else():
    """A host that only ends so, or names one in its path, is no wall."""
    assert all(is_wall(host.upper()) for host in WALLS)
    assert is_wall("validate.perfdrive.com.")
    assert not is_wall("notvalidate.perfdrive.com.example.org")
    assert health_of(UndeclaredHost("example.org")) is Health.FAILING
    assert health_of(Challenge("x")) is Health.BLOCKED


def test_the_documentation_names_every_page_and_every_wall():
    """docs/challenges.md tells of each shape by its fixture, with the state it leads to."""
    text = DOCS.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for name, one in EXPECTED.items():
        [row] = [row for row in rows if f"`{name}`" in row]
        assert f"| {one['health']} |" in row, name
    assert all(f"`{host}`" in text for host in WALLS)


@pytest.mark.corpus
class TestRecorded:
    @pytest.fixture
    def folder(self, corpus):
        return corpus / "feeds-errors"

    def bodies(self, folder, part):
        return {
            path.name: path
            for path in sorted((folder / part).iterdir())
            if not path.name.endswith(".headers.txt")
        }

    def test_recorded_challenges_are_blocks(self, folder):
        """Cloudflare's and Akamai's, with the status they came with and with 200."""
        found = self.bodies(folder, "waf")
        assert len(found) == 6
        for path in found.values():
            for status in (200, 403, 503):
                assert judged(path.read_bytes(), status=status)[0] is Health.BLOCKED, path.name

    def test_recorded_errors_of_legistar_and_novus_are_failures(self, folder):
        """Stack traces as JSON with 500, nineteen bytes with 200, ASP.NET's own pages."""
        for part, count in (("legistar", 14), ("novusagenda", 5)):
            found = self.bodies(folder, part)
            assert len(found) == count
            for path in found.values():
                assert judged(path.read_bytes())[0] is Health.FAILING, path.name

    def test_recorded_feeds_among_them_are_believed(self, folder):
        """Feeds with and without entries, by the headers they came with."""
        for path in self.bodies(folder, "other").values():
            status, headers = recorded_headers(path.with_suffix(".headers.txt"))
            assert judged(path.read_bytes(), status=status, headers=headers)[0] is Health.OK

    def test_no_real_page_is_taken_for_a_shell_or_a_login(self, corpus):
        """Every recorded HTML page of a government that is not in the folder of errors."""
        pages = [path for path in corpus.rglob("*.htm*") if "feeds-errors" not in path.parts]
        assert len(pages) > 100
        wrong = {
            path.name: said
            for path in pages
            for health, said in [judged(path.read_bytes())]
            if "shell of a program" in said or "who we are" in said
        }
        assert wrong == {}
