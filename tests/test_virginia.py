"""Virginia's files become measures, and a missing or broken file costs no more than it must."""

import asyncio
import csv
import dataclasses
import gzip
import io
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy.http import TextResponse

from config.vocabulary import Health, SponsorClassification, VersionClassification
from scrapers.archive import ReplayArchive
from scrapers.errors import Challenge, ErrorPage, FetchError, NotRecorded, ParseDrift, SourceError
from scrapers.genuine import check_genuine
from scrapers.items import Listing, Measure
from scrapers.ports import KnownMeasure
from scrapers.rows import csv_rows
from scrapers.sites.virginia import FILES, Virginia
from scrapers.sites.virginia_rows import Companions, by_bill, measure
from scrapers.sites.virginia_words import (
    bill_number,
    day,
    finality,
    open_sessions,
    plain,
    session_code,
    session_year,
    status,
    text_kind,
)
from tests.loopback.crawling import crawl as run_crawl
from tests.recordings import pack_files
from tests.visiting import as_json

PAGES = Path(__file__).parent / "pages" / "virginia"
NAMES = ("BILLS.CSV", "HISTORY.CSV", "Sponsors.csv", "Summaries.csv", "Amendments.csv")
FEBRUARY = datetime(2026, 2, 25, 12, tzinfo=UTC)
AUTUMN = datetime(2026, 9, 25, 12, tzinfo=UTC)
ALONE = Companions()
LATEST = ("house", "senate", "conference", "governor")
FLAGS = ("Passed_house", "Passed_senate", "Passed", "Failed", "Carried_over", "Approved", "Vetoed")


def page(name):
    return (PAGES / name).read_bytes()


class Site:
    """What the site serves: bodies, statuses or errors by address; everything else is a 404."""

    def __init__(self, pages):
        self.pages = pages
        self.asked = []

    def attach(self, spider):
        async def fetch(url, *, role="page", expects="", **_):
            self.asked.append(url.removeprefix(f"{FILES}/"))
            body = self.pages.get(self.asked[-1], 404)
            if isinstance(body, Exception):
                raise body
            code, body = (body, page("not-found.xml")) if isinstance(body, int) else (200, body)
            spider.report.by_status[code] += 1
            check_genuine(status=code, headers={}, body=body, url=url, expects=expects)
            return TextResponse(url, status=code, body=body)

        spider.fetch = fetch
        return spider


def crawl(spider):
    """All items, and the error that came after them, if any."""
    items = []

    async def collect():
        async for item in spider.crawl():
            items.append(item)  # noqa: PERF401 - what came before an error counts

    try:
        asyncio.run(collect())
    except SourceError as error:
        if not items:
            raise
        return items, error
    return items, None


def visit(pages, now=FEBRUARY, known=(), **parameters):
    """Crawl a site; gives its measures, its lists, the report, how it ended and what was asked for.

    An error before anything was read is raised.
    """
    site = Site(pages)
    spider = site.attach(Virginia(now=now, known=known, parameters=parameters))
    items, error = crawl(spider)
    return SimpleNamespace(
        measures={item.identifier: item for item in items if isinstance(item, Measure)},
        listings=[item for item in items if isinstance(item, Listing)],
        report=spider.report,
        error=error,
        asked=site.asked,
        notes=" ".join(str(note) for note in spider.report.notes),
    )


def as_known(seen):
    """What the store hands back of a crawl."""
    return [
        KnownMeasure(identifier=one_.identifier, session=one_.session, extras=one_.extras)
        for one_ in seen.measures.values()
    ]


def notes(seen):
    """The texts of all bills, by their codes."""
    return {version.note for one_ in seen.measures.values() for version in one_.versions}


def recording(session="20261", without=()):
    return {f"{session}/{name}": page(name) for name in NAMES if name not in without}


def bill(**columns):
    """A row of BILLS.CSV with nothing in it but these columns."""
    header = csv_rows(page("BILLS.CSV")).header
    return dict.fromkeys(header, "") | dict.fromkeys(FLAGS, "N") | {"Bill_id": "HB1"} | columns


def one(companions=ALONE, session="20261", **columns):
    return measure(session, bill(**columns), companions)


class TestFixtures:
    def test_the_recorded_files_become_the_expected_measures(self):
        """Every field of every measure is as the expected file says."""
        seen = visit(recording())
        expected = json.loads(page("expected.json"))
        assert as_json(list(seen.measures.values())) == expected
        assert seen.listings == [Listing(name="20261", rows=6)]

    def test_words_no_rule_knows_are_counted_and_kept(self):
        """An unknown kind of paper and an unknown text pass through and are counted."""
        seen = visit(recording())
        assert seen.measures["HX6"].classification == ()
        assert "classification" not in seen.measures["HX6"].observed
        assert dict(seen.report.unmapped) == {"kind of HX": 1, "text HX#Z": 1, "text HB#": 1}


class TestWords:
    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            (datetime(2026, 1, 1, 4, 59, tzinfo=UTC), ("20251", "20261")),
            (datetime(2026, 1, 1, 5, 0, tzinfo=UTC), ("20261",)),
            (datetime(2026, 7, 1, 3, 59, tzinfo=UTC), ("20261",)),
            (datetime(2026, 7, 1, 4, 0, tzinfo=UTC), ("20261", "20271")),
            (datetime(2024, 3, 1, 12, tzinfo=UTC), ("241",)),
            (datetime(2024, 11, 20, 12, tzinfo=UTC), ("241", "20251")),
        ],
    )
    def test_sessions_follow_the_clock_of_richmond(self, now, expected):
        """The year is Virginia's; from July on the next session takes bills."""
        assert open_sessions(now) == expected

    def test_a_session_code_names_its_year(self):
        """Codes had three digits until 2024 and have five since 2025."""
        assert [session_code(2024), session_code(2025), session_code(2026, 2)] == [
            "241",
            "20251",
            "20262",
        ]
        assert [session_year(code) for code in ("241", "20251", "20262")] == [2024, 2025, 2026]
        with pytest.raises(ValueError, match="no session code"):
            session_year("2026")

    @pytest.mark.parametrize(
        ("printed", "number"), [("HB0001", "HB1"), (" SB12 ", "SB12"), ("HB1000", "HB1000")]
    )
    def test_padding_is_no_part_of_a_number(self, printed, number):
        """HB0001 of one file is HB1 of another."""
        assert bill_number(printed) == number

    @pytest.mark.parametrize("printed", ["", "HB", "12", "HB 1x"])
    def test_what_is_no_number_is_an_error(self, printed):
        """A row without a bill number cannot be a measure."""
        with pytest.raises(ValueError, match="no bill number"):
            bill_number(printed)

    @pytest.mark.parametrize(
        ("flags", "phrase"),
        [
            ("", "introduced"),
            ("Passed_senate", "passed senate"),
            ("Passed_house", "passed house"),
            ("Passed_house Passed_senate", "passed house and senate"),
            ("Passed_house Carried_over", "carried over"),
            ("Passed_house Failed Carried_over", "failed"),
            ("Passed_house Passed_senate Failed", "failed"),
            ("Passed_house Passed_senate Passed Failed", "passed"),
            ("Passed", "passed"),
            ("Passed Approved Carried_over", "approved"),
            ("Passed_house Passed_senate Passed Vetoed", "vetoed"),
        ],
    )
    def test_flags_make_one_phrase(self, flags, phrase):
        """The furthest flag decides, in the order of the documented table."""
        assert status(bill(**dict.fromkeys(flags.split(), "Y"))) == phrase

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("HB1", VersionClassification.INTRODUCED),
            ("HB1H1", VersionClassification.SUBSTITUTED),
            ("HB1S2", VersionClassification.SUBSTITUTED),
            ("HB1HC1", VersionClassification.SUBSTITUTED),
            ("HB1E", VersionClassification.ENGROSSED),
            ("HB1E2", VersionClassification.ENGROSSED),
            ("HB1EH1", VersionClassification.ENGROSSED),
            ("HB1E2S1", VersionClassification.ENGROSSED),
            ("HB1ER", VersionClassification.ENROLLED),
            ("HB1ER2", VersionClassification.ENROLLED),
            ("HB1G", VersionClassification.AMENDMENT),
            ("CHAP0012", VersionClassification.BECAME_LAW),
            ("HB12", None),
            ("SB1", None),
            ("B20241A", None),
        ],
    )
    def test_a_code_says_what_text_it_is(self, code, kind):
        """Codes are the bill's number and letters; those of other bills say nothing."""
        assert text_kind("HB1", code) == kind

    @pytest.mark.parametrize(
        ("printed", "expected"),
        [
            ("1/9/2026", date(2026, 1, 9)),
            ("01/09/26", date(2026, 1, 9)),
            ("2/30/2026", None),
            ("soon", None),
            ("", None),
        ],
    )
    def test_days_are_read_as_printed(self, printed, expected):
        """Years have four digits or, in older files, two."""
        assert day(printed) == expected

    @pytest.mark.parametrize(
        ("markup", "words"),
        [
            ("<p><b>Lo</b>calities; <i>s</i>uch.</p>", "Localities; such."),
            ("a<br>b", "a\nb"),
            ("<p>one</p><p>two&nbsp; three</p>", "one\ntwo three"),
            ("no tags, 3 &lt; 4", "no tags, 3 < 4"),
            ("<!-- note -->text<script>x</script>", "text"),
            (" ", ""),
        ],
    )
    def test_summaries_are_plain_text(self, markup, words):
        """Pieces of a word in inline tags are joined; blocks end a line."""
        assert plain(markup) == words

    def test_the_most_final_summary_is_known_by_its_kind(self):
        """Enacted beats passed, passed beats one chamber, that beats introduced, and any beats words unknown."""
        kinds = [
            "AS RUMOURED",
            "AS INTRODUCED",
            "AS PASSED HOUSE",
            "AS PASSED",
            "AS ENACTED WITH GOVERNOR'S RECOMMENDATION",
        ]
        assert [finality(f"SUMMARY {kind}") for kind in kinds] == [0, 1, 2, 3, 4]
        assert finality("summary as  passed senate") == 2


class TestFields:
    def test_no_column_is_dropped(self):
        """Whatever stands in a column stands in a field or in the extras."""
        header = csv_rows(page("BILLS.CSV")).header
        for number, column in enumerate(header):
            marker = f"HB{9000 + number}" if column == "Bill_id" else f"marker-{number}"
            row = bill() | {column: marker}
            for slot in range(1, 7):
                if column == f"Full_text_date{slot}":
                    row[f"Full_text_doc{slot}"] = "HB1"
                if column == f"Last_{LATEST[(slot - 1) % 4]}_action_date":
                    row[f"Last_{LATEST[(slot - 1) % 4]}_action"] = "Read"
            assert marker in json.dumps(as_json(measure("20261", row, Companions()))), column

    def test_a_date_without_words_is_no_action_but_is_kept(self):
        """The new files print dates and ids of actions that have no words."""
        seen = one(Last_house_action_date="3/8/2026", Last_house_actid="H5620")
        assert seen.actions == ()
        assert seen.extras["Last_house_action_date"] == "3/8/2026"
        assert seen.extras["Last_house_actid"] == "H5620"

    def test_without_companions_their_fields_are_not_observed(self):
        """BILLS.CSV alone shows the latest actions and the chief patron, and no summary."""
        seen = one(Patron_name="Rivers", Patron_id="H0901")
        assert {"actions.latest", "sponsors.primary", "versions", "status"} <= seen.observed
        assert not {"actions", "sponsors", "abstract"} & seen.observed

    def test_a_bill_the_history_does_not_know_yet_is_seen_in_part(self):
        """A history that lacks a bill with actions is behind: it is not taken for the whole."""
        seen = one(
            Companions(history={}),
            Last_house_action="Read first time",
            Last_house_action_date="1/2/2026",
        )
        assert [action.description for action in seen.actions] == ["Read first time"]
        assert "actions.latest" in seen.observed
        assert "actions" in one(Companions(history={})).observed

    def test_the_latest_action_may_be_ahead_of_the_history(self):
        """What BILLS.CSV shows and the history lacks is added once, at the end."""
        history = {
            "HB1": [{"History_date": "1/2/2026", "History_description": "H Read first  time"}]
        }
        columns = {"Last_house_action": "Read first time", "Last_house_action_date": "1/2/2026"}
        seen = one(Companions(history=history), **columns)
        assert [action.description for action in seen.actions] == ["Read first time"]
        seen = one(Companions(history=history), **columns | {"Last_house_action_date": "1/3/2026"})
        assert [action.date_text for action in seen.actions] == ["1/2/2026", "1/3/2026"]

    @pytest.mark.parametrize(
        ("printed", "words", "body"),
        [
            ("H Read first time", "Read first time", "lower"),
            ("S Passed Senate", "Passed Senate", "upper"),
            ("G Vetoed by Governor", "Vetoed by Governor", "executive"),
            ("C Conference Report released", "Conference Report released", "legislature"),
            ("Acts of Assembly Chapter text (CHAP1)", "Acts of Assembly Chapter text (CHAP1)", ""),
            ("House requested", "House requested", ""),
        ],
    )
    def test_an_action_names_its_body_by_a_letter(self, printed, words, body):
        """Some rows have no letter, and their first word is no letter either."""
        history = {"HB1": [{"History_date": "1/2/2026", "History_description": printed}]}
        [action] = one(Companions(history=history)).actions
        assert (action.description, action.organization) == (words, body)

    def test_full_names_come_from_the_sponsors_file(self):
        """The chief patron is primary, each person once, and one who only offered a text is no sponsor."""
        patrons, bad = by_bill(csv_rows(page("Sponsors.csv")), "BILL_NUMBER")
        assert bad == []
        seen = one(
            Companions(sponsors=patrons),
            Patron_name="Rivers",
            Patron_id="H0901",
        )
        assert [(person.name, person.classification) for person in seen.sponsors] == [
            ("Ana B. Rivers", SponsorClassification.PRIMARY),
            ("Carl Creek", SponsorClassification.COSPONSOR),
            ('Dora "Dee" Dale', SponsorClassification.COSPONSOR),
        ]
        assert seen.extras["Offered"] == "Ana B. Rivers (H0901)"

    def test_a_chief_patron_the_sponsors_file_lacks_comes_from_the_list(self):
        """One bill in thousands has no chief patron in Sponsors.csv."""
        patrons = {
            "HB1": [{"MEMBER_NAME": "Co", "MEMBER_ID": "H2", "PATRON_TYPE": "2 - Co-Patron"}]
        }
        seen = one(Companions(sponsors=patrons), Patron_name="Rivers", Patron_id="H0901")
        assert [(person.id, person.classification.value) for person in seen.sponsors] == [
            ("H0901", "primary"),
            ("H2", "cosponsor"),
        ]
        assert "sponsors" in seen.observed

    @pytest.mark.parametrize(
        ("session", "introduced", "related"),
        [
            ("20271", "12/19/2025", [("HB1", "20261")]),
            ("20251", "1/9/2024", [("HB1", "241")]),
            ("20271", "9/23/2026", []),
            ("20261", "7/1/2025", []),
            ("20271", "", []),
        ],
    )
    def test_a_bill_older_than_its_session_was_carried_over(self, session, introduced, related):
        """It is related to the bill of that number in the session before."""
        seen = one(session=session, Introduction_date=introduced)
        assert [(other.identifier, other.session) for other in seen.related] == related
        assert ("related" in seen.observed) == bool(introduced)

    def test_texts_wait_for_a_key(self):
        """The keyless files list texts; their pages are scripts, so nothing is fetched."""
        [text] = one(Full_text_doc1="HB1", Full_text_date1="1/2/2026").versions
        assert text.waits_for
        assert text.links[0].url == "https://lis.virginia.gov/bill-details/20261/HB1/text/HB1"


class TestCrawl:
    def test_only_what_is_open_is_asked_for(self):
        """In spring that is the year's session, its companions, and the first special one."""
        seen = visit(recording())
        assert seen.asked == [
            *(f"20261/{name}" for name in NAMES),
            "20262/BILLS.CSV",
            "20262/BILLS.csv",
        ]
        assert seen.notes == ""

    @pytest.mark.parametrize(
        "title",
        ['"Hemp; definition of "industrial hemp," penalty."', "Hemp, penalty", '"Hemp; penalty'],
    )
    def test_a_row_of_too_many_or_few_values_is_put_aside(self, title):
        """A quote astray shifts what comes behind it: the bill is as it was, and did not vanish."""
        lines = page("BILLS.CSV").split(b"\n")
        first = next(csv.reader(io.StringIO(lines[1].decode())))
        shifted = lines[1].replace(json.dumps(first[1]).encode(), title.encode(), 1)
        assert shifted != lines[1]
        pages = recording() | {"20261/BILLS.CSV": b"\n".join([lines[0], shifted, *lines[2:]])}
        seen = visit(pages)
        assert first[0].strip() not in seen.measures
        assert "values under 41 columns" in seen.notes
        assert seen.listings == []

    def test_a_step_that_cannot_be_read_takes_none_away(self):
        """What is known of the bill's steps stays; those of other bills are told."""
        head, *steps = page("HISTORY.CSV").splitlines()
        number = steps[0].split(b",")[0].strip(b'"').decode().strip()
        pages = recording() | {
            "20261/HISTORY.CSV": b"\n".join([head, *steps, steps[0] + b",more", b""])
        }
        seen = visit(pages)
        assert "20261/HISTORY.CSV: 1 rows cannot be read" in seen.notes
        assert "actions" not in seen.measures[number].observed
        assert any("actions" in one.observed for one in seen.measures.values())
        assert seen.listings

    def test_a_session_that_is_not_there_is_not_open(self):
        """In autumn the next session may have no list yet; the source is well all the same."""
        seen = visit(recording(), now=AUTUMN)
        assert len(seen.measures) == 6
        assert "session 20271 is not open" in seen.notes
        assert [listing.name for listing in seen.listings] == ["20261"]

    def test_a_number_in_two_sessions_is_two_measures(self):
        """Each session is a list of its own."""
        pages = recording() | {
            "20271/BILLS.CSV": page("BILLS.CSV"),
            "20262/BILLS.CSV": page("BILLS.CSV"),
        }
        spider = Site(pages).attach(Virginia(now=AUTUMN))
        items, _ = crawl(spider)
        sessions = [
            item.session for item in items if isinstance(item, Measure) and item.identifier == "HB1"
        ]
        assert sessions == ["20261", "20271", "20262"]
        assert [item.name for item in items if isinstance(item, Listing)] == [
            "20261",
            "20271",
            "20262",
        ]

    def test_sessions_can_be_named(self):
        """The watchlist's sessions are read instead of the open ones, and no others."""
        seen = visit(recording("241"), sessions=["241"])
        assert {one.session for one in seen.measures.values()} == {"241"}
        assert {asked.split("/")[0] for asked in seen.asked} == {"241"}

    def test_the_list_may_be_named_in_small_letters(self):
        """Names are case-sensitive, and both spellings occur."""
        seen = visit({"20261/BILLS.csv": page("BILLS.CSV")})
        assert len(seen.measures) == 6

    def test_a_missing_companion_costs_only_its_fields(self):
        """Everything else of the bill is seen, and the report says what was missing."""
        whole, seen = visit(recording()), visit(recording(without=("HISTORY.CSV",)))
        for number, one_ in seen.measures.items():
            lost = {"actions"} & whole.measures[number].observed
            assert one_.observed - {"actions.latest"} == whole.measures[number].observed - lost - {
                "actions.latest"
            }
        assert "HISTORY.CSV" in seen.notes
        assert seen.listings == whole.listings

    def test_amendments_that_were_there_before_are_no_news(self):
        """When the file is read for the first time of known bills, its codes are kept back; later ones are versions."""
        first = visit(recording(without=("Amendments.csv",)))
        second = visit(recording(), known=as_known(first))
        assert notes(second) == notes(first)
        more = page("Amendments.csv") + b'"HB1            ","HB1AH9              "\n'
        third = visit(recording() | {"20261/Amendments.csv": more}, known=as_known(second))
        assert notes(third) - notes(second) == {"HB1AH9"}
        fourth = visit(recording(without=("Amendments.csv",)), known=as_known(third))
        assert notes(visit(recording(), known=as_known(fourth))) == notes(first)

    def test_amendments_of_a_new_bill_are_news(self):
        """A bill that is not known yet has all its amendments, and so has one that came after the file was read."""
        known = as_known(visit(recording()))
        whole = notes(visit(recording(), known=known))
        assert {"HB1AHC1", "HB1EDOC"} <= whole
        later = [one_ for one_ in known if one_.identifier != "HB1"]
        assert notes(visit(recording(), known=later)) == whole

    @pytest.mark.parametrize(
        "body", [page("challenge.html"), page("redesigned.csv"), b"Bill_id,History_date\n"]
    )
    def test_a_companion_that_is_something_else_is_not_believed(self, body):
        """A challenge, another file or a list without rows in place of the history changes no action."""
        seen = visit(recording() | {"20261/HISTORY.CSV": body})
        assert all("actions" not in one_.observed for one_ in seen.measures.values())
        assert seen.notes

    @pytest.mark.parametrize(
        ("pages", "error"),
        [
            ({}, ErrorPage),
            ({"20261/BILLS.CSV": page("challenge.html")}, Challenge),
            ({"20261/BILLS.CSV": page("redesigned.csv")}, ParseDrift),
            ({"20261/BILLS.CSV": page("BILLS.CSV").splitlines()[0]}, ParseDrift),
            ({"20261/BILLS.CSV": FetchError("no answer")}, FetchError),
            ({"20261/BILLS.CSV": NotRecorded("not in the archive")}, NotRecorded),
            ({"20261/BILLS.CSV": 503}, FetchError),
        ],
    )
    def test_without_a_genuine_list_the_source_has_failed(self, pages, error):
        """No list, a challenge, a redesign or no answer: nothing is yielded and the reason is raised."""
        with pytest.raises(error):
            visit(pages)

    def test_one_genuine_list_is_enough(self):
        """A session that cannot be read is told of; the other one is believed."""
        seen = visit(
            {"20271/BILLS.CSV": page("BILLS.CSV"), "20261/BILLS.CSV": page("challenge.html")},
            now=AUTUMN,
        )
        assert {one_.session for one_ in seen.measures.values()} == {"20271"}
        assert "blocked" in seen.notes

    def test_a_broken_row_costs_only_itself(self):
        """The others are read; the list is not believed to be whole, so nothing can vanish by it."""
        lines = page("BILLS.CSV").decode().splitlines()
        lines[2] = lines[2].replace('"SB12"', '"no number"', 1)
        seen = visit(recording() | {"20261/BILLS.CSV": "\n".join([*lines, ""]).encode()})
        assert set(seen.measures) == {"HB1", "HJ3", "HR4", "SB5", "HX6"}
        assert seen.listings == []
        assert seen.report.failed == 1

    @pytest.mark.parametrize("end", [b'"N"', b'""', b'"\n'])
    def test_a_file_cut_off_in_a_row_is_no_whole_list(self, end):
        """What came whole is read; the source has failed, and no absence means anything."""
        body = page("BILLS.CSV")
        seen = visit(recording() | {"20261/BILLS.CSV": body[: body.rindex(end) + 1]})
        assert len(seen.measures) == 5
        assert seen.listings == []
        assert isinstance(seen.error, FetchError)
        assert "20261 is cut off" in str(seen.error)

    def test_a_cut_off_file_fails_the_source(self, tmp_path):
        """Through the real engine: what came is handed over, no list is, and the state says so."""
        url = f"{FILES}/20261/BILLS.CSV"
        archive = pack_files(
            tmp_path / "cut.warc.gz", "2026-02-25T12:00:00Z", {url: page("BILLS.CSV")[:-5]}
        )
        done = run_crawl(Virginia, attributes={"replaying": ReplayArchive(archive)}, replay=True)
        assert done.report.state() is Health.FAILING
        assert [type(item) for item in done.items] == [Measure] * 5

    def test_a_cut_off_file_of_one_session_leaves_the_others_whole(self):
        """Only the session whose file broke off has no list."""
        body = page("BILLS.CSV")
        pages = recording("20261") | {"20271/BILLS.CSV": body[:-1]}
        seen = visit(pages, now=AUTUMN)
        assert [listing.name for listing in seen.listings] == ["20261"]
        assert "20271" in str(seen.error)

    def test_a_history_cut_off_shows_no_bill_a_shorter_past(self):
        """A companion that broke off is not had: the actions stay as they were."""
        seen = visit(recording() | {"20261/HISTORY.CSV": page("HISTORY.CSV")[:-1]})
        assert "actions" not in seen.measures["HB1"].observed
        assert "HISTORY.CSV is cut off" in seen.notes
        assert seen.listings

    def test_a_step_that_stands_twice_is_one(self):
        """A row that is repeated value for value is no second action; one that differs is."""
        step = '"HB1","2/9/2026","H Committee substitute agreed to 26104444D-H1",""\n'
        again = step.replace('""', '"7"')
        body = page("HISTORY.CSV") + (step + again).encode()
        before, after = visit(recording()), visit(recording() | {"20261/HISTORY.CSV": body})
        was, now = before.measures["HB1"].actions, after.measures["HB1"].actions
        assert len(now) == len(was) + 1
        assert step.encode() in page("HISTORY.CSV")


def read(path):
    """A recorded file with the plain csv module: for checks that owe the scraper nothing."""
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def measures(path, session, companions=ALONE):
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [measure(session, row, companions) for row in csv_rows(body).rows]


@pytest.mark.corpus
class TestCorpus:
    @pytest.mark.parametrize(
        ("session", "before", "after", "fresh"),
        [("20251", "2025-01-20", "2025-08-01", 937), ("20261", "2026-02-25", "2026-04-22", 741)],
    )
    def test_the_differences_of_two_recordings_are_exactly_those_of_the_files(
        self, corpus, session, before, after, fresh
    ):
        """Field by field, the bills whose measures differ are those whose columns differ: none more, none less."""
        folder = corpus / "state-bills/virginia/lis-snapshots"
        files = [folder / f"{when}_BILLS.csv" for when in (before, after)]
        old, new = ({row["Bill_id"].strip(): facts(row) for row in read(path)} for path in files)
        was, now = ({one_.identifier: one_ for one_ in measures(path, session)} for path in files)
        assert (set(was), set(now)) == (set(old), set(new))
        assert len(set(now) - set(was)) == fresh
        common = set(old) & set(new)
        assert len(common) > 2500
        changed = {
            field.name: {
                number
                for number in common
                if getattr(was[number], field.name) != getattr(now[number], field.name)
            }
            for field in dataclasses.fields(Measure)
        }
        for name in ("title", "status", "actions", "versions", "sponsors", "dates", "identifiers"):
            assert changed.pop(name) == {
                number for number in common if old[number][name] != new[number][name]
            }, name
        changed.pop("extras")
        assert changed == {name: set() for name in changed}

    @pytest.mark.parametrize(
        ("file", "session"),
        [
            ("lis-snapshots/2025-01-20_BILLS.csv", "20251"),
            ("lis-snapshots/2025-08-01_BILLS.csv", "20251"),
            ("lis-snapshots/2026-02-25_BILLS.csv", "20261"),
            ("lis-snapshots/2026-04-22_BILLS.csv", "20261"),
            ("lis-csv-241/Bills.csv.gz", "241"),
            ("lis-csv-20271/BILLS.CSV", "20271"),
        ],
    )
    def test_every_row_becomes_a_measure_and_no_value_is_lost(self, corpus, file, session):
        """Whatever a column of a real row says stands in a field or in the extras."""
        path = corpus / "state-bills/virginia" / file
        raw, found = read(path), measures(path, session)
        assert len({one_.identifier for one_ in found}) == len(raw) == len(found)
        for row, one_ in zip(raw, found, strict=True):
            kept = " ".join(json.dumps(as_json(one_), ensure_ascii=False).split())
            lost = [
                column
                for column, value in row.items()
                if json.dumps(" ".join(value.split()), ensure_ascii=False)[1:-1] not in kept
            ]
            assert lost == [], row["Bill_id"]

    def test_the_whole_history_holds_the_latest_actions(self, corpus):
        """In a complete recording BILLS.CSV shows no action that the history lacks."""
        folder = corpus / "state-bills/virginia/lis-csv-241"
        history, bad = by_bill(
            csv_rows(gzip.decompress((folder / "History.csv.gz").read_bytes())), "Bill_id"
        )
        assert bad == []
        found = measures(folder / "Bills.csv.gz", "241", Companions(history=history))
        rows = read(folder / "History.csv.gz")
        told = [tuple(row.items()) for row in rows if len(row["History_description"].strip()) > 1]
        assert sum(len(one_.actions) for one_ in found) == len(set(told))
        twice = [step for step, count in Counter(told).items() if count > 1]
        assert len(twice) == 92
        assert not any(dict(step)["History_refid"] for step in twice)
        assert all("actions" in one_.observed for one_ in found)
        classified = sum(bool(action.classification) for one_ in found for action in one_.actions)
        assert classified > 35_000

    def test_companions_of_a_real_session_fit_their_bills(self, corpus):
        """Every patron, amendment and summary of the recording finds its bill."""
        folder = corpus / "state-bills/virginia/lis-csv-20261"
        parts = {
            name: by_bill(csv_rows((folder / f"{name}.csv").read_bytes()), column)
            for name, column in (
                ("Sponsors", "BILL_NUMBER"), ("Summaries", "SUM_BILNO"),
                ("Amendments", "BILL_NUMBER"),
            )
        }  # fmt: skip
        assert [bad for _, bad in parts.values()] == [[], [], []]
        companions = Companions(
            sponsors=parts["Sponsors"][0],
            summaries=parts["Summaries"][0],
            amendments=parts["Amendments"][0],
        )
        found = {
            one_.identifier: one_ for one_ in measures(folder / "BILLS.csv", "20261", companions)
        }
        assert all({"sponsors", "abstract"} <= one_.observed for one_ in found.values())
        assert all(
            sum(person.classification == "primary" for person in one_.sponsors) == 1
            for one_ in found.values()
        )
        people = {
            (row["BILL_NUMBER"], row["MEMBER_ID"])
            for rows in parts["Sponsors"][0].values()
            for row in rows
            if "Offered" not in row["PATRON_TYPE"]
        }
        assert (
            sum(len(one_.sponsors) for one_ in found.values()) == len(people) + 1
        )  # HB7 lacks its chief patron
        texts = sum(
            version.classification == VersionClassification.AMENDMENT
            for one_ in found.values()
            for version in one_.versions
        )
        assert (
            texts
            == sum(
                bool(row["TXT_DOCID"]) for rows in parts["Amendments"][0].values() for row in rows
            )
            - 4
            + 2
        )  # four are listed texts, two the governor's
        assert found["HB7"].sponsors[0].name == "Jones"
        assert found["HB2"].extras["Summary"] == "SUMMARY AS PASSED"


def facts(row):
    """The same facts from plain columns, without the scraper."""
    row = {column: " ".join(value.split()) for column, value in row.items()}
    yes = {flag for flag in FLAGS if row[flag] == "Y"}
    order = ("Vetoed", "Approved", "Passed", "Failed", "Carried_over")
    stage = next((flag for flag in order if flag in yes), tuple(sorted(yes)))
    texts = {}
    for slot in range(1, 7):
        if row[f"Full_text_doc{slot}"]:
            texts.setdefault(row[f"Full_text_doc{slot}"], row[f"Full_text_date{slot}"])
    return {
        "title": row["Bill_description"],
        "status": stage,
        "actions": [
            (row[f"Last_{body}_action"], row[f"Last_{body}_action_date"])
            for body in LATEST
            if row[f"Last_{body}_action"]
        ],
        "versions": list(texts.items()),
        "sponsors": (row["Patron_id"], row["Patron_name"]),
        "dates": row["Introduction_date"],
        "identifiers": row["Chapter_id"],
    }
