"""A Legistar city over real connections: a token goes out and is found nowhere, a recording replays."""

import gzip
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy import Request
from scrapy.http import Response

from config.vocabulary import Health
from scrapers.archive import ReplayArchive, WarcWriter
from scrapers.handler import Recording
from scrapers.items import Event, Measure
from scrapers.platforms import legistar_children
from scrapers.platforms.legistar import Legistar
from scrapers.secrets import hushed, openly, secret_query, secretly
from tests.legistar_city import PAGES, City
from tests.loopback.crawling import NOW, crawl
from tests.loopback.server import Page, serving

TOKEN = "first-segment.second+segment/third="
HERE = "https://webapi.example.org/v1/x/matters?$top=1000"


class Pages(dict):
    """The fixture city for the loopback server; `closed` asks for the token."""

    def __init__(self, city=None, *, closed=False):
        super().__init__()
        self.city, self.closed = city or City(), closed

    def get(self, path, default=None):
        if not path.startswith("/v1/"):
            return default
        return lambda visit: self.page(visit.path)

    def page(self, path):
        token = parse_qs(urlsplit(path).query).get("token", [""])[0]
        if self.closed and token != TOKEN:
            return Page(b"", status=403)
        if "eventitems/9002/votes" in path:
            body = (PAGES / "failing-vote.json").read_bytes()
            return Page(body, status=500, headers={"Content-Type": "application/json"})
        body = self.city.get(f"https://webapi.legistar.com{path}")
        if body is None:
            return Page(b'{"Message":"Not found"}', status=404)
        return Page(body, headers={"Content-Type": "application/json; charset=utf-8"})


def served(pages, **options):
    """Crawl the city on a server of its own; gives what came of it, and the server."""
    with serving({}) as server:
        server.pages = pages
        base = f"{server.url}/v1"
        parameters = {
            "client": "elmford",
            "place": "us/wa/elmford",
            "api": base,
            "site": server.url,
        }
        attributes = options.pop("attributes", {})
        done = crawl(
            Legistar,
            arguments={"parameters": parameters | options},
            attributes=attributes,
            settings={"MEASUREWATCH_RETRY_PACE": 0},
        )
        return done, server


def recorded(tmp_path, pages, **options):
    archive = tmp_path / "elmford.warc.gz"
    writer = WarcWriter(archive)
    recording = Recording(writer, lambda: NOW)
    done, server = served(pages, attributes={"recording": recording}, **options)
    writer.close()
    return done, server, archive


def replayed(archive, **options):
    parameters = {"client": "elmford", "place": "us/wa/elmford"} | options
    return crawl(
        Legistar,
        arguments={"parameters": parameters},
        attributes={"replaying": ReplayArchive(archive)},
        replay=True,
    )


def items(done, kind):
    return [item for item in done.items if isinstance(item, kind)]


class TestToken:
    def test_a_token_goes_out_and_stays_nowhere(self, tmp_path):
        """Neither the archive, nor items, notes or memory hold it."""
        done, server, archive = recorded(tmp_path, Pages(closed=True), token=TOKEN)
        assert done.report.state() is Health.OK
        assert all("token=first-segment" in visit.path for visit in server.visits[1:])
        kept = "\n".join(
            [
                gzip.decompress(archive.read_bytes()).decode("utf-8", "replace"),
                repr(done.items),
                repr(done.report),
                json.dumps(done.spider.remember),
            ]
        )
        assert "segment" not in kept
        assert "token=" not in kept

    def test_a_token_of_which_nothing_is_known_is_said_so(self):
        """403 all the same is a source that is blocked, and its note has no token in it."""
        done, _ = served(Pages(closed=True), token="wrong-one")
        assert done.report.state() is Health.BLOCKED
        assert "not accepted" in str(done.report.notes)
        assert "wrong-one" not in str(done.report)

    def test_a_token_goes_to_its_own_host_only(self):
        """A redirect to another host leaves it behind."""
        meta = secret_query(HERE, token=TOKEN)
        assert secretly(Request(HERE, meta=meta)).url != HERE
        for other in (
            "https://evil.example.net/v1",
            "http://webapi.example.org/v1",
            "https://webapi.example.org:444/",
        ):
            assert secretly(Request(other, meta=meta)).url == other
        assert secret_query(HERE, token="") == {}

    def test_an_answer_that_tells_the_token_is_hushed(self):
        """A redirect that repeats it, or an error that quotes the address, loses it."""
        request = Request(HERE, meta=secret_query(HERE, token=TOKEN))
        told = secretly(request).url
        answer = openly(request, Response(told, status=302, headers={"Location": told}))
        assert "segment" not in answer.url + str(answer.headers)
        assert "segment" not in hushed(
            request, f"larger than allowed in request <GET {told}>, {TOKEN}"
        )
        plain = Request(HERE)
        assert openly(plain, Response(HERE)).url == hushed(plain, HERE) == HERE


class TestWire:
    def test_a_permanent_error_of_a_vote_is_asked_for_once(self):
        """The server's error is its answer; asking again would only cost."""
        done, server = served(Pages())
        assert sum("eventitems/9002/votes" in path for path in server.paths()) == 1
        assert done.report.state() is Health.OK
        assert "cast to value type" in str(done.report.notes)

    def test_json_is_asked_for(self):
        """Without it the API answers in XML."""
        _, server = served(Pages())
        asked = {
            visit.headers["accept"] for visit in server.visits if visit.path.startswith("/v1/")
        }
        assert asked == {"application/json"}

    def test_a_text_that_is_too_large_is_not_fetched(self, monkeypatch):
        """The body is cut off at the bound; its version is listed and waits."""
        monkeypatch.setattr(legistar_children, "LARGEST_TEXT", 2000)
        city = City()
        city.rows["matters/501/texts/2002"]["MatterTextPlain"] = "x" * 5000
        done, _ = served(Pages(city))
        versions = {one.note: one for one in items(done, Measure)[0].versions}
        assert versions["Version 2"].waits_for
        assert versions["Version 1"].text

    def test_a_wrong_slug_is_told_from_a_server_that_is_down(self):
        """Both are 500; the words in the envelope tell them apart."""
        city = City()

        class Wrong(Pages):
            def page(self, path):
                body = (PAGES / "wrong-client.json").read_bytes()
                return Page(body, status=500, headers={"Content-Type": "application/json"})

        done, _ = served(Wrong(city))
        assert done.report.state() is Health.FAILING
        assert "Legistar knows no client 'elmford'" in str(done.report.notes)


class TestRecording:
    def test_a_recording_replays_to_the_same_items(self, tmp_path):
        """Made with a token and on another host, it answers without either."""
        first, _, archive = recorded(tmp_path, Pages(closed=True), token=TOKEN)
        again = replayed(archive)
        assert again.report.state() is Health.OK
        assert {one.identifier for one in items(again, Measure)} == {
            one.identifier for one in items(first, Measure)
        }
        for one, other in zip(items(first, Measure), items(again, Measure), strict=True):
            assert one.versions == other.versions
            assert one.actions == other.actions
        assert items(first, Event)[0].items == items(again, Event)[0].items

    @pytest.mark.parametrize(
        "filters", ["", "?$filter=MatterIntroDate+ge+datetime'2020-01-01'&$orderby=MatterIntroDate", "?$skip=0&$top=200"]
    )  # fmt: skip
    def test_lists_recorded_by_others_answer(self, tmp_path, filters):
        """Filters, order and size are incidental, and the first page may not say that it is the first."""
        archive = tmp_path / "other.warc.gz"
        writer = WarcWriter(archive)
        base = "https://webapi.legistar.com/v1/elmford"
        for url, path in ((f"{base}/Matters{filters}", "matters"),
                          (f"{base}/events/71/EventItems?AgendaNote=1", "events/71/eventitems"),
                          (f"{base}/events", "events"),
                          (f"{base}/matters/501/histories", "matters/501/histories")):  # fmt: skip
            writer.write(
                url=url, method="GET", request_headers=[], request_body=b"", status=200,
                headers=[("Content-Type", "application/json")],
                body=json.dumps(City().rows[path]).encode(), date=NOW,
            )  # fmt: skip
        writer.close()
        done = replayed(archive)
        measures = {one.identifier: one for one in items(done, Measure)}
        assert set(measures) == {"CB 120001", "2026-0138", "Inf 12", "Min 77"}
        assert "actions" in measures["CB 120001"].observed
        assert "versions" not in measures["CB 120001"].observed
        assert [len(event.items) for event in items(done, Event)] == [2, 0, 0, 0]

    def test_a_recording_of_changes_makes_nothing_vanish(self, tmp_path):
        """What was asked for as changes is no whole list when it is replayed."""
        archive = tmp_path / "changes.warc.gz"
        writer = WarcWriter(archive)
        url = "https://webapi.legistar.com/v1/elmford/matters?$filter=MatterLastModifiedUtc%20gt%20datetime'2026-02-01'&$skip=0"
        writer.write(
            url=url, method="GET", request_headers=[], request_body=b"", status=200,
            headers=[("Content-Type", "application/json")],
            body=json.dumps(City().rows["matters"][:1]).encode(), date=NOW,
        )  # fmt: skip
        writer.close()
        done = replayed(archive)
        assert len(items(done, Measure)) == 1
        assert done.report.listings == []
        assert done.report.partial
