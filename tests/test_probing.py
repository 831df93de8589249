"""A probe asks for a source's first page as a crawl does: by its form, with its key, or not at all."""

import json
from concurrent.futures import Future
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest

from monitor.probing import _probing
from scrapers.platforms.orders import Orders
from scrapers.sites import STARTS
from scrapers.sites.los_angeles_council import LosAngelesCouncil
from scrapers.sites.minneapolis_council import MinneapolisCouncil
from tests.loopback.crawling import crawl
from tests.loopback.server import Page, html, serving
from tests.visiting import visit

WORDS = "Files received: 26-0301 masks and 26-0302 lamps"


class Pool:
    """Reads documents here and now; all are these words."""

    def extract(self, path, limits, *, media_type_hint, name):
        del limits, media_type_hint, name
        assert path.read_bytes()
        done = Future()
        done.set_result(SimpleNamespace(text=WORDS, warnings=()))
        return done


@pytest.fixture
def probed(tmp_path, capsys):
    """Probe one address with a source's spider; gives what was asked and the line it prints."""

    def probe(kind, url, served, role="start", **parameters):
        spider = _probing(kind, [(url, role)], Pool(), tmp_path)
        seen = visit(spider, served, **parameters)
        return seen.asked, json.loads(capsys.readouterr().out)

    return probe


def test_a_search_is_posted_with_its_form(probed):
    """Los Angeles' clerk is asked for the files of the last weeks, twice."""
    url = STARTS["los-angeles-council"]

    class Any(dict):
        def get(self, asked, default=None):
            return html(WORDS).body

        def __contains__(self, asked):
            return True

    asked, line = probed(LosAngelesCouncil, url, Any())
    assert (line["problem"], line["words"]) == ("", len(WORDS.split()))
    assert len(asked) == 2
    form = parse_qs(asked[0][1].partition("&")[2])
    assert (form["DateRecStart"], form["DateRecEnd"]) == (["02/15/2026"], ["03/01/2026"])


def test_without_its_key_nothing_is_asked(probed):
    """A source that answers nobody without a key says so, and costs nothing."""
    asked, line = probed(MinneapolisCouncil, STARTS["minneapolis-council"], {})
    assert asked == []
    assert line["problem"] == "nothing is asked: the watchlist gives no key"


def test_a_plain_page_is_asked_for_plainly(probed):
    """All other sources begin with a page, and documents are pages too."""
    url = "https://www.example.gov/orders"
    for role in ("start", "document"):
        asked, line = probed(Orders, url, {url: html(WORDS).body}, role)
        assert asked == [(role, url)] * 2
        assert line["problem"] == ""


def test_on_the_wire_it_is_a_post(tmp_path, capsys):
    """A server that knows no GET there is probed without a problem."""

    def search(asked):
        ok = asked.method == "POST" and b"searchform=advanced" in asked.body
        return html(WORDS) if ok else Page(b"no", status=405)

    with serving({"/index.cfm": search}) as server:
        address = f"{server.url}/index.cfm?fa=vcfi.doSearch"
        spider = _probing(LosAngelesCouncil, [(address, "start")], Pool(), tmp_path)
        crawl(spider, arguments={"parameters": {"hosts": ["127.0.0.1"]}})
        assert [one.method for one in server.visits if "index" in one.path] == ["POST", "POST"]
    assert json.loads(capsys.readouterr().out)["problem"] == ""
