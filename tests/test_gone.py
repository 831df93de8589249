"""The site's own word that a measure is no more: told apart, believed at once, and doubted in masses."""

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest

from config.vocabulary import Health, TextState
from pipelines.stages import FetchDocuments
from scrapers.errors import Challenge, ErrorPage, FetchError, Gone
from scrapers.genuine import check_genuine
from scrapers.items import Listing, Withdrawn
from scrapers.platforms.bills import Bills
from scrapers.platforms.legistar import Legistar
from scrapers.report import Report, health_of
from storage.database import Database
from tests.legistar_city import API, City, known_from
from tests.recordings import pack_files
from tests.running import json_lines, measurewatch
from tests.storage_makers import (
    DAY,
    LAW,
    REFUSED,
    SOURCE,
    Site,
    bill,
    measure,
    observed,
    readable,
    version,
)
from tests.test_legistar import CITY, again
from tests.visiting import visit

URL = "https://city.example/record/9"
GONE = b"<html><title>410 Gone</title><body><h1>Gone</h1></body></html>"


def refusal(status: int, body: bytes, **headers: str) -> ErrorPage | Challenge | FetchError:
    """What an answer is refused with."""
    with pytest.raises((ErrorPage, Challenge, FetchError)) as caught:
        check_genuine(status=status, headers=headers, body=body, url=URL)
    return caught.value


def page(words: str, title: str = "Detail") -> bytes:
    return f"<html><title>{title}</title><body><p>{words}</p></body></html>".encode()


class TestToldApart:
    @pytest.mark.parametrize("body", [GONE, b"", b'{"Message": "The resource is gone."}'])
    def test_410_is_the_sites_own_word(self, body):
        """Whatever stands on the page."""
        error = refusal(410, body)
        assert isinstance(error, Gone)
        assert (error.status, error.url) == (410, URL)
        assert str(error).startswith("the site answered 410")

    @pytest.mark.parametrize("status", [200, 404])
    @pytest.mark.parametrize(
        "words",
        [
            "This record no longer exists!", "The matter you requested has been deleted.",
            "This bill was permanently deleted.",
            "The requested document has been withdrawn from the system.",
        ],
    )  # fmt: skip
    def test_so_is_a_page_that_says_so_in_words(self, status, words):
        """With any status that does not say that the server itself failed."""
        error = refusal(status, page(words))
        assert isinstance(error, Gone)
        assert error.status == status

    def test_an_api_says_it_in_an_envelope(self):
        """The words of a small JSON object count as those of a page."""
        assert isinstance(refusal(404, b'{"Message": "This record no longer exists."}'), Gone)

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (404, page("Page not found")),
            (404, page("The resource you are looking for has been removed, had its name changed,"
                       " or is temporarily unavailable.")),
            (404, page("The page you requested may have been moved or deleted.")),
            (400, page("Bad request")),
            (200, page("x", "404 Not Found")),
        ],
    )  # fmt: skip
    def test_other_failures_are_not(self, status, body):
        """A mistyped link, a server set up anew and a deleted record look the same there."""
        error = refusal(status, body)
        assert isinstance(error, ErrorPage)
        assert not isinstance(error, Gone)
        assert error.status == status

    def test_a_server_that_fails_or_refuses_says_nothing_of_records(self):
        """Neither an error of the server nor a challenge is believed, whatever its words."""
        assert isinstance(refusal(503, page("This record no longer exists!")), FetchError)
        challenge = refusal(410, page("x", "Just a moment..."))
        assert isinstance(challenge, Challenge)

    def test_a_bill_may_speak_of_records(self):
        """Words within a text are no answer about the text."""
        law = "The clerk shall certify to the court that the record no longer exists. " * 6
        check_genuine(status=200, headers={}, body=page(law), url=URL)

    def test_a_list_that_is_gone_is_a_failing_source(self):
        """The start page is no measure."""
        assert health_of(Gone("the site answered 410", URL, status=410)) is Health.FAILING


@pytest.fixture
def site(database: Database) -> Site:
    """A source past its baseline, whose every change alerts."""
    return Site(database)


def withdraw(site: Site, *names: str, source: str = SOURCE) -> list[str]:
    """The next crawl hears from the source that these bills are no more; the kinds it tells."""
    site.crawl_id += 1
    site.now += DAY
    items = [
        Withdrawn(place="us/va", session="2026", identifier=name,
                  reason="the site answered 410", url=URL)
        for name in names
    ]  # fmt: skip
    outcomes = site.store.withdraw(
        source, items, crawl_id=site.crawl_id, now=site.now, route=site.route
    )
    return [str(kind) for outcome in outcomes for kind in outcome.kinds]


class TestBelieved:
    def test_it_vanishes_at_once_with_reason_and_evidence(self, site: Site) -> None:
        """One word of the source's own is enough; it is told once and alerts."""
        site.crawl(observed(measure("HB 1")), observed(measure("HB 2")))
        assert withdraw(site, "H.B. 1") == ["vanished"]
        [change] = site.changes(kinds=["vanished"])
        assert change["measure"]["identifier"] == "HB 1"
        assert change["summary"].startswith("Withdrawn: the site answered 410, last seen 2026-")
        assert change["details"]["withdrawn"] == {"reason": "the site answered 410", "url": URL}
        assert [one["kind"] for one in site.alerts()].count("vanished") == 1
        assert withdraw(site, "HB 1") == []
        assert [one["identifier"] for one in site.queries.measures(vanished=False)] == ["HB 2"]

    def test_it_is_restored_when_it_comes_back(self, site: Site) -> None:
        """Shown again, though it says what it said before."""
        site.crawl(observed(measure("HB 1")))
        withdraw(site, "HB 1")
        assert site.kinds(observed(measure("HB 1"))) == ["restored"]
        assert withdraw(site, "HB 1") == ["vanished"]

    def test_what_is_not_known_is_passed_over(self, site: Site) -> None:
        """Nothing is told of a measure that was never shown, by this source or at all."""
        site.crawl(observed(measure("HB 1")))
        site.store.register("other", place="us/va", kind="site")
        assert withdraw(site, "HB 9") == []
        assert withdraw(site, "HB 1", source="other") == []

    def test_what_another_list_has_is_there(self, site: Site) -> None:
        """Two sources have the bill; when the second loses it too, it vanishes."""
        site.store.register("other", place="us/va", kind="site")
        site.store.set_baseline("other", site.now)
        one = observed(measure("HB 1"))
        site.crawl(one)
        site.crawl(type(one)(source="other", measure=one.measure))
        assert withdraw(site, "HB 1") == []
        assert withdraw(site, "HB 1", source="other") == ["vanished"]

    def test_what_the_same_crawl_shows_is_there(self, site: Site) -> None:
        """A page that is gone and shown in one crawl is shown."""
        site.crawl(observed(measure("HB 1")))
        site.crawl_id -= 1
        assert withdraw(site, "HB 1") == []

    def test_before_the_baseline_nothing_is_told(self, database: Database) -> None:
        """It is noted all the same."""
        site = Site(database, baseline=False)
        site.crawl(observed(measure("HB 1")))
        assert withdraw(site, "HB 1") == []
        assert [one["identifier"] for one in site.queries.measures(vanished=True)] == ["HB 1"]

    def test_its_absence_is_not_counted_beside(self, site: Site) -> None:
        """The list that lacks it is whole: what is withdrawn is not what a list lacks."""
        bills = [observed(measure(f"HB {number}")) for number in range(1, 7)]
        site.crawl(*bills)
        site.crawl(*bills[:2])
        items = [
            Withdrawn(place="us/va", session="2026", identifier=f"HB {number}", reason="410")
            for number in (3, 4, 5)
        ]
        found = site.store.lacking(SOURCE, "bills", crawl_id=site.crawl_id, withdrawn=items)
        assert (found.known, found.lacks) == (6, 1)

    def test_a_document_that_is_gone_leaves_version_and_text(self, site: Site) -> None:
        """Only its address is gone."""
        site.crawl(bill(("Introduced", readable(LAW))))
        assert site.kinds(bill(("Introduced", REFUSED))) == []
        [version] = site.shown()["versions"]
        assert (version["note"], version["state"]) == ("Introduced", "readable")


@pytest.mark.parametrize(("error", "said"), [
    (Gone("the site answered 410", URL, status=410), "the address is gone, what it gave is kept"),
    (ErrorPage("the site answered 404", URL, status=404), "ErrorPage"),
])  # fmt: skip
def test_the_notes_tell_a_document_that_is_gone(error, said):
    """From one that cannot be had for another reason; neither is believed to be a text."""
    notes = []

    async def fetch(*_, **__):
        raise error

    crawler = SimpleNamespace(
        services=SimpleNamespace(
            source="elmford", replaying=False,
            documents=SimpleNamespace(fetch_state=lambda _: None),
        ),
        spider=SimpleNamespace(
            fetch=fetch, report=SimpleNamespace(note=lambda *note: notes.append(note))
        ),
    )  # fmt: skip
    shown = measure(versions=(version(),))
    passing = asyncio.run(FetchDocuments(crawler).process_item(shown))
    [text] = passing.observation.texts
    assert (text.state, text.accepted, text.sha256) == (TextState.PENDING, False, "")
    assert notes == [("document", f"{said}: {error}", text.url)]


class TestSpiders:
    LAYOUT: ClassVar = {
        "index": "https://leg.example/bills", "place": "us/wa/elmford", "session": "2026",
        "status": ".status",
    }  # fmt: skip

    def pages(self, **others):
        rows = "".join(f'<tr><td><a href="/{n}">HB {n}</a></td></tr>' for n in (1, 2, 3))
        served = {self.LAYOUT["index"]: f"<html><table>{rows}</table></html>".encode()}
        for n in (1, 2, 3):
            text = f"<html><h1>HB {n}</h1><p class=status>Filed</p></html>".encode()
            served[f"https://leg.example/{n}"] = others.get(f"HB{n}", text)
        return served

    def test_a_bills_page_that_is_gone_withdraws_it(self):
        """The others are read, and the list is whole."""
        gone = Gone("the site answered 410", "https://leg.example/2", status=410)
        spider = Bills(parameters=self.LAYOUT)
        seen = visit(Bills, self.pages(HB2=gone), **self.LAYOUT)
        assert list(seen.measures) == ["HB 1", "HB 3"]
        assert spider.withdrawn("HB 2", "2026", gone) in seen.items
        assert seen.listings == [Listing(name="bills 2026", rows=3)]
        assert seen.report.failed == 0
        assert "HB 2 is withdrawn: the site answered 410 (https://leg.example/2)" in seen.notes

    def test_not_one_page_is_left(self):
        """A site that says so of every bill is failing."""
        gone = Gone("the site answered 410", "https://leg.example/2", status=410)
        seen = visit(Bills, self.pages(HB1=gone, HB2=gone, HB3=gone), **self.LAYOUT)
        assert seen.error is gone

    def test_a_matters_record_that_is_gone_withdraws_it(self):
        """A matter that is asked for by its number, as it is in no list, and is no more."""
        city = City()
        before = visit(Legistar, city, **CITY)
        name, known = next(
            (one.identifier, one) for one in known_from(before.measures) if one.identifier
        )
        id_ = known.extras["MatterId"]
        city.rows["matters"] = [row for row in city.rows["matters"] if str(row["MatterId"]) != id_]
        url = f"{API}/matters/{id_}"
        city.errors[f"matters/{id_}"] = lambda _: Gone("the site answered 410", url, status=410)
        seen = again(before, city, days=8)
        [said] = [item for item in seen.items if isinstance(item, Withdrawn)]
        assert (said.identifier, said.session, said.place) == (
            name, known.session, "us/wa/elmford"
        )  # fmt: skip


@pytest.mark.parametrize(
    ("withdrawn", "measures", "partial", "fails"),
    [
        (1, 1, False, False), (2, 1, False, True), (1, 0, False, True), (9, 9, False, False),
        (2, 0, True, False), (3, 0, True, True), (3, 4, True, False), (0, 0, False, False),
    ],
)  # fmt: skip
def test_a_site_that_says_so_of_most_is_failing(withdrawn, measures, partial, fails):
    """Then it is the site that is gone; a crawl for what changed may meet just a few."""
    met = Report(withdrawn=withdrawn, measures=measures, partial=partial)
    assert met.all_but_gone is fails


WATCHLIST = """\
name: Test desk
sources:
  bills:
    elmford:
      place: us/wa
      index: https://leg.example/bills
      session: "2026"
      status: .status
watches:
  - name: Everything
    when: [new, vanished, restored]
    to: ["terminal:"]
    every: at once
"""


def see(folder: Path, day: int, gone: tuple[int, ...] = ()) -> dict:
    """One day's crawl of four bills, of which the pages of some answer 410."""
    site = "https://leg.example"
    rows = "".join(f'<tr><td><a href="/{n}">HB {n}</a></td></tr>' for n in (1, 2, 3, 4))
    pages = {f"{site}/bills": f"<html><table>{rows}</table></html>".encode()}
    for n in (1, 2, 3, 4):
        whole = f"<html><h1>HB {n}</h1><p class=status>Filed</p></html>".encode()
        pages[f"{site}/{n}"] = GONE if n in gone else whole
    archive = f"{day}.warc.gz"
    statuses = {f"{site}/{n}": 410 for n in gone}
    pack_files(folder / archive, f"2026-02-{day:02}T12:00:00Z", pages, statuses)
    said = measurewatch("--watchlist", "watchlist.yaml", "crawl", "elmford", "--replay", archive,
                        "--json", cwd=folder)  # fmt: skip
    return json.loads(said.stdout)


def test_through_every_layer(tmp_path):
    """Withdrawn at once with the archive that holds the answer, restored, and not in masses."""
    (tmp_path / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
    assert see(tmp_path, 1)["state"] == "ok"
    assert see(tmp_path, 2, gone=(2,))["state"] == "ok"
    every = ("--watchlist", "watchlist.yaml")
    [change] = json_lines(*every, "changes", cwd=tmp_path)
    assert (change["kind"], change["measure"]["identifier"]) == ("vanished", "HB 2")
    assert change["details"]["withdrawn"]["url"] == "https://leg.example/2"
    sent = measurewatch(*every, "deliver", cwd=tmp_path)
    assert "Withdrawn: the site answered 410" in sent.stdout
    line = see(tmp_path, 3, gone=(2, 3, 4))
    assert line["state"] == "failing"
    assert any("none is taken for withdrawn" in note for note in line["notes"])
    assert see(tmp_path, 4)["state"] == "ok"
    kinds = [one["kind"] for one in json_lines(*every, "changes", cwd=tmp_path)]
    assert sorted(kinds) == ["restored", "vanished"]
