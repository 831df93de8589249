"""ICE's workbooks become agreements, and an agreement stays itself under any label."""

import asyncio
import difflib
import io
import json
import random
import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from scrapy.http import HtmlResponse, Response

from benchmarks.ice_history import markdown, remembered, walk
from scrapers.agencies import Likeness, likeness, name
from scrapers.agreements import Agreement, fold, reconcile, unlisted
from scrapers.errors import Challenge, ErrorPage, FetchError, NotRecorded, ParseDrift
from scrapers.genuine import check_genuine
from scrapers.items import Listing, Measure
from scrapers.rows import SheetRow
from scrapers.sites.ice_287g import (
    INDEX,
    Ice287g,
    agreement,
    concerns,
    day,
    edition,
    model,
    real_address,
    workbook_links,
)
from tests.visiting import as_json

PAGES = Path(__file__).parent / "pages" / "ice_287g"
NOW = datetime(2026, 3, 9, 18, tzinfo=UTC)
BASE = "https://www.ice.gov/doclib/about/offices/ero"
LISTED = f"{BASE}/287G/ParticipatingAgencies03092026am.XLSX"
WAITING = f"{BASE}/287g/pendingAgencies03092026am_b.xlsx"
DOCS = "https://www.ice.gov/doclib/287gMOA"
HEADER = (
    "STATE",
    "LAW ENFORCEMENT AGENCY",
    "TYPE",
    "COUNTY",
    "SUPPORT TYPE",
    "SIGNED",
    "MOA",
    "ADDENDUM",
)
TASK, WARRANT, JAIL = "Task Force Model", "Warrant Service Officer", "Jail Enforcement Model"


def workbook(*rows, header=HEADER, second=()):
    """A workbook as ICE writes it; a cell ("link", address) has a hyperlink."""
    book = openpyxl.Workbook()
    for number, lines in enumerate((rows, second)):
        if number and not lines:
            continue
        sheet = book.active if not number else book.create_sheet("Sheet2")
        sheet.append(header)
        for line in lines:
            sheet.append([cell[0] if isinstance(cell, tuple) else cell for cell in line])
            for column, cell in enumerate(line, start=1):
                if isinstance(cell, tuple):
                    sheet.cell(sheet.max_row, column).hyperlink = cell[1]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


PARTICIPATING = workbook(
    ("ALABAMA", "Colbert County Sheriff\u2019s Office ", "County ", "Colbert County ", "Task Force Model ", datetime(2025, 7, 2), ("link", f"{DOCS}/ColbertCoAL_TFM.pdf"), None),
    ("ALABAMA", "Colbert County Sheriff's Office", "County", "Colbert County", "Warrant Services Officer", 45785, ("link", "https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.ice.gov%2Fdoclib%2F287gMOA%2FColbertCoAL_WSO.pdf&data=05"), ("link", f"{DOCS}/ColbertCoAL_addendum.pdf")),
    (None, None, None, None, None, None, None, None),
    ("FLORIDA ", "Fort Myers Police  Department", "Municipality", "#N/A", "Task Force Officer", "6/30/20026", "link pending ", None),
    ("FLORIDA", "Twice Police Department", "Municipality", "#NA", "Task Force Model", date(2025, 4, 15), None, None),
    ("FLORIDA", "Twice Police Department", "Municipality", "#NA", "Task Force Model", date(2025, 4, 14), ("link", "http://www.ice.gov/doclib/287gMOA/Twice PD.pdf"), None),
    ("FLORIDA", "Twice Police Department ", "Municipality", None, "Task Force Model", date(2025, 4, 14), "link pending", None),
    second=(("UTAHJ", "Weber County Sheriff's Office", "County", "Weber County", "Jail Enforcement Model", "5025-07-07", ("link", "chrome-extension://abc/https:/www.ice.gov/doclib/287gMOA/Weber.pdf"), None),),
)  # fmt: skip
PENDING = workbook(
    ("FLORIDA", "Ft. Myers PD", "Municipality", "#N/A", "Task Force Model"),
    (
        "LOUISIANA",
        "Kenner Police Department",
        "Municipality",
        "Jefferson Parish",
        "Task Force Model",
    ),
    header=HEADER[:5],
)


def page(name_):
    return (PAGES / name_).read_bytes()


def site(**changed):
    return {INDEX: page("index.html"), LISTED: PARTICIPATING, WAITING: PENDING} | changed


def visit(pages, known=()):
    """Crawl a site of these pages; gives its measures, its lists and what was told."""
    spider = Ice287g(now=NOW, known=known)
    spider.crawler = SimpleNamespace()

    async def fetch(url, *, expects="", **_):
        body = pages.get(url, NotRecorded(url))
        if isinstance(body, Exception):
            raise body
        check_genuine(status=200, headers={}, body=body, url=url, expects=expects)
        return (
            HtmlResponse(url, body=body, encoding="utf-8")
            if url == INDEX
            else Response(url, body=body)
        )

    async def collect():
        return [item async for item in spider.crawl()]

    spider.fetch = fetch
    items = asyncio.run(collect())
    return SimpleNamespace(
        measures={item.identifier: item for item in items if isinstance(item, Measure)},
        listings=[item for item in items if isinstance(item, Listing)],
        report=spider.report,
        notes=" ".join(str(note) for note in spider.report.notes),
    )


def row(agency="Lee County Sheriff's Office", model_=TASK, state="Florida", code="fl", **columns):
    """An agreement of a list; `signed` is a date or words."""
    signed = columns.pop("signed", date(2025, 4, 14))
    words = signed if isinstance(signed, str) else signed.isoformat()
    return Agreement(
        state=state, code=code, agency=agency, model=model_, signed=None if isinstance(signed, str) else signed,
        signed_text=words, shown=frozenset(HEADER), **columns,
    )  # fmt: skip


def known(*rows, kind="participating", among=()):
    """What the store would know after a list with these rows."""
    return [
        remembered(one, identity, kind)
        for one, identity in zip(rows, reconcile(rows, among), strict=True)
        if identity
    ]


def became(before, now, *, kind="participating"):
    """The identifier a row has after another list, and what it was known as."""
    [identity] = reconcile([now], known(before, kind=kind))
    return identity


class TestCells:
    @pytest.mark.parametrize(
        ("link", "address"),
        [
            (f"{DOCS}/A.pdf", f"{DOCS}/A.pdf"),
            ("http://www.ice.gov/doclib/A.pdf", "https://www.ice.gov/doclib/A.pdf"),
            ("https:/www.ice.gov/doclib/A.pdf", "https://www.ice.gov/doclib/A.pdf"),
            (
                "chrome-extension://efaid/https:/www.ice.gov/doclib/A.pdf",
                "https://www.ice.gov/doclib/A.pdf",
            ),
            ("/doclib/A b.pdf", "https://www.ice.gov/doclib/A%20b.pdf"),
            (f"{DOCS}/A%20b.pdf", f"{DOCS}/A%20b.pdf"),
            (
                "https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.ice.gov%2FA%2520b.pdf&data=1",
                "https://www.ice.gov/A%20b.pdf",
            ),
            (
                "https://nam.safelinks.protection.outlook.com/?data=1",
                "https://nam.safelinks.protection.outlook.com/?data=1",
            ),
            ("file:///C:/Users/A.pdf", ""),
            ("mailto:a@example.org", ""),
            ("http://[not an address", ""),
        ],
    )
    def test_wrappers_round_a_link_are_taken_off(self, link, address):
        """Mail programs, browsers and slips of the pen; what leads nowhere on the web is no link."""
        assert real_address(link, INDEX) == address

    def test_the_newest_workbook_of_a_kind_is_found(self):
        """Relative, in other case or wrapped; the name says the day and half of it."""
        names = [
            "/doclib/about/offices/ero/287g/participatingAgencies07112025am.xlsx",
            "/doclib/about/offices/ero/287g/participatingAgencies07112025pm.xlsx",
            "/doclib/about/offices/ero/287g/participatingAgencies-20250221214937.xlsx",
            "/doclib/about/offices/ero/287g/pendingAgencies12102025am.xlsx",
            "/doclib/about/offices/ero/287g/participatingAgencies.pdf",
        ]
        found = workbook_links(names, "participating")
        assert [link.rpartition("/")[2] for link in found] == [
            "participatingAgencies07112025pm.xlsx",
            "participatingAgencies07112025am.xlsx",
            "participatingAgencies-20250221214937.xlsx",
        ]
        assert edition("x/participatingAgencies.xlsx") == (date.min, 0)
        assert edition("x/pendingAgencies11102025mid.xlsx") == (date(2025, 11, 10), 1)

    @pytest.mark.parametrize(
        ("cell", "expected"),
        [
            (datetime(2025, 5, 8), date(2025, 5, 8)),
            (date(2025, 5, 8), date(2025, 5, 8)),
            (45785, date(2025, 5, 8)),
            (45785.0, date(2025, 5, 8)),
            ("45785", date(2025, 5, 8)),
            ("5/8/2025", date(2025, 5, 8)),
            (" 05/08/25 ", date(2025, 5, 8)),
            ("2025-05-08", date(2025, 5, 8)),
            ("May 8, 2025", date(2025, 5, 8)),
            ("6/30/20026", None),
            ("05/082025", None),
            (date(5025, 7, 7), None),
            (7, None),
            (True, None),
            ("soon", None),
            (None, None),
        ],
    )
    def test_a_day_is_read_from_any_cell(self, cell, expected):
        """Dates, serial numbers and words are days; slips of the pen are none."""
        assert day(cell, 2026) == expected

    @pytest.mark.parametrize(
        ("printed", "expected"),
        [
            ("Task Force Model", TASK),
            ("Task Force Officer", TASK),
            ("TFM", TASK),
            ("Warrant Services Officer", WARRANT),
            ("warrant service officer", WARRANT),
            ("Jail Enforcement Model ", JAIL),
            ("Jial Enforcement Model", JAIL),
            ("Tribal Model", "Tribal Model"),
        ],
    )
    def test_support_types_have_one_spelling(self, printed, expected):
        """Misspelt ones are understood; an unknown one stays as printed."""
        assert model(printed) == expected

    def test_a_row_without_an_agency_is_no_agreement(self):
        """State, agency and support type are what names an agreement."""
        values = {"STATE": "FLORIDA", "LAW ENFORCEMENT AGENCY": "", "SUPPORT TYPE": TASK}
        with pytest.raises(ValueError, match="row 7 has no LAW ENFORCEMENT AGENCY"):
            agreement(SheetRow(7, values), BASE, 2026)

    def test_what_is_no_state_stays_as_printed(self):
        """The row is kept, and concerns no place we know."""
        values = {"STATE": "ATLANTIS", "LAW ENFORCEMENT AGENCY": "Sea Patrol", "SUPPORT TYPE": TASK}
        seen = agreement(SheetRow(2, values), BASE, 2026)
        assert seen.identifier == "ATLANTIS / Sea Patrol / Task Force Model"
        assert concerns(seen) == ()

    @pytest.mark.parametrize(
        ("agency", "county", "places"),
        [
            ("Lee County Sheriff's Office", "Lee County", ("us/fl", "us/fl/county:lee")),
            ("Lee County Sheriff's Office", "", ("us/fl", "us/fl/county:lee")),
            ("Fort Myers Police Department", "", ("us/fl",)),
            ("Fruitland Park Police Department", "Lake Conty", ("us/fl", "us/fl/county:lake")),
        ],
    )
    def test_an_agreement_concerns_its_state_and_county(self, agency, county, places):
        """The county is the one printed, else the one in the agency's name."""
        assert concerns(row(agency, county=county)) == places


class TestNames:
    @pytest.mark.parametrize(
        ("one", "other", "like"),
        [
            ("Ft. Myers PD", "Fort Myers Police Department", Likeness.SAME),
            ("City of Melbourne Police Department", "Melbourne Police Department", Likeness.SAME),
            ("Alachua Police Departent", "Alachua Police Department", Likeness.SAME),
            ("Florida Highway Patrol", "Highway Patrol", Likeness.SAME),
            (
                "Greene Township Constables's Office",
                "Greene Twp. Constable's Office",
                Likeness.SAME,
            ),
            (
                "St Johns County Sheriffs Offic",
                "Saint John's County Sheriff\u2019s Office",
                Likeness.SAME,
            ),
            ("Bay State Highway Patrol", "Bay Highway State Patrol", Likeness.SAME),
            ("Bay County Sheriff's Office", "Bay County Sheriff's Department", Likeness.STYLE),
            ("Bay County Sheriff's Office", "Bay Sheriff's Office", Likeness.STYLE),
            (
                "Quarryville Police Department",
                "Quarryville Borough Police Department",
                Likeness.STYLE,
            ),
            ("Lampass County Sheriff's Office", "Lampasas County Sheriff's Office", Likeness.CLOSE),
            ("Green Forks Police Department", "Greens Fork Police Department", Likeness.CLOSE),
            ("Cambria County Sheriff's Office", "Cambria County Prison", Likeness.PART),
            ("Department of Safety / THP", "Department of Safety", Likeness.PART),
            ("Munhall Borough Police Department", "Muncy Borough Police Department", Likeness.NONE),
            ("Saint Mary Police Department", "Saint Ann Police Department", Likeness.NONE),
            ("Clark County Sheriff's Office", "Clay County Sheriff's Office", Likeness.NONE),
            ("Bay County Sheriff's Office", "Bay Police Department", Likeness.NONE),
            ("Office of Constable Precinct 1", "Office of Constable Precinct 2", Likeness.NONE),
            (
                "Robinson Township Police Department",
                "Raccoon Township Police Department",
                Likeness.NONE,
            ),
            (
                "Greene Township Constable's Office",
                "Greene Township Police Department",
                Likeness.NONE,
            ),
        ],
    )
    def test_names_are_judged_by_what_tells_agencies_apart(self, one, other, like):
        """Style and slips are forgiven; other places, numbers and kinds of agencies are not."""
        names = name(one, "Florida"), name(other, "Florida")
        assert likeness(*names) == likeness(*reversed(names)) == like

    def test_a_town_named_after_its_state_keeps_its_name(self):
        """Florida City is no City of nothing."""
        assert name("Florida City Police Department", "Florida").core == ("florida",)


class TestIdentity:
    def test_typography_is_no_other_agency(self):
        """Case and punctuation may differ; the known identifier and label stay."""
        identity = became(
            row("St Johns County Sheriffs Office"), row("ST. JOHNS COUNTY SHERIFF'S OFFICE")
        )
        assert identity.identifier == "FL / St Johns County Sheriffs Office / Task Force Model"
        assert identity.agency == "St Johns County Sheriffs Office"
        assert identity.formerly == ()

    @pytest.mark.parametrize(
        ("before", "now"),
        [
            (row("Ft. Myers PD"), row("Fort Myers Police Department")),
            (row("Department of Corrections"), row("Florida Department of Corrections")),
            (
                row("Alachua Police Departent", county="Alachua County"),
                row("Alachua Police Department"),
            ),
            (
                row("Lampass County Sheriff's Office", county="Lampass County"),
                row("Lampasas County Sheriff's Office", county="Lampasas County"),
            ),
            (
                row("Bay Sheriff's Office", signed=date(2025, 1, 2)),
                row("Bay County Sheriff's Office", signed=date(2025, 1, 3)),
            ),
            (row("Quarryville Police Department"), row("Quarryville Borough Police Department")),
            (
                row("Cambria County Sheriff's Office", county="Cambria County"),
                row("Cambria County Prison", county="Cambria County"),
            ),
            (
                row("Department of Agriculture", moa=f"{DOCS}/Ag.pdf"),
                row("Office of Agricultural Law Enforcement", moa="http://x/ag.PDF"),
            ),
            (row("Division of Safety / THP"), row("Division of Safety")),
            (
                row("Indialantic Police Department", signed="", county="Brevard County"),
                row("Indiatlantic Police Department", county="Brevard Conty"),
            ),
        ],
    )
    def test_a_relabelled_agreement_is_the_same(self, before, now):
        """Under a new name it has a new identifier and says which one it had."""
        identity = became(before, now)
        assert identity.identifier == now.identifier
        assert identity.formerly == (before.identifier,)
        assert identity.known.identifier == before.identifier

    @pytest.mark.parametrize(
        ("before", "now"),
        [
            (row("Munhall Borough Police Department"), row("Muncy Borough Police Department")),
            (row("Palm Beach Police Department"), row("West Palm Beach Police Department")),
            (row("University of Florida"), row("University of South Florida")),
            (
                row("Bay County Sheriff's Office", county="Bay County"),
                row("Bay Police Department", county="Bay County"),
            ),
            (row("Constable Precinct 1"), row("Constable Precinct 2")),
            (row("Lee County Sheriff's Office"), row("Lee County Sheriff's Office", JAIL)),
            (
                row("Lee County Sheriff's Office"),
                row("Lee County Sheriff's Department", state="Georgia", code="ga"),
            ),
            (
                row("Butler Township Police Department", county="Butler County"),
                row("Butler City Police Department", county="Butler County"),
            ),
            (
                row("Ada PD", county="Lee County", signed=date(2025, 1, 2)),
                row("Ada Police Department", county="Bay County", signed=date(2026, 1, 2)),
            ),
            (
                row("Clark County Sheriff's Office", signed=date(2025, 1, 2)),
                row("Clarke County Sheriff's Office", signed=date(2026, 1, 2)),
            ),
            (
                row("Department of Financial Services", signed=date(2025, 1, 2)),
                row("Department of Financial Services, Investigations", signed=date(2026, 1, 2)),
            ),
        ],
    )
    def test_another_agency_is_another_agreement(self, before, now):
        """Likeness of letters proves nothing; neither does a model or state that is another."""
        assert became(before, now).known is None

    def test_a_document_that_several_link_to_proves_nothing(self):
        """ICE links one agency's document from another's row now and then."""
        shared = f"{DOCS}/Dep.pdf"
        before = known(
            row("Fish Commission", moa=shared), row("Environment Department", moa=shared)
        )
        now = [row("Environment Department", moa=shared), row("Forest Service", moa=shared)]
        assert [identity.known is None for identity in reconcile(now, before)] == [False, True]

    def test_a_pending_agreement_that_is_signed_is_the_same(self):
        """Being listed as participating is a change of status, under a better name too."""
        pending = row("Ft. Myers PD", signed="")
        assert became(pending, row("Ft. Myers PD"), kind="pending").formerly == ()
        assert became(pending, row("Fort Myers Police Department"), kind="pending").formerly == (
            pending.identifier,
        )

    def test_each_agreement_is_matched_once(self):
        """The surest pair is taken; a second row of like name is new."""
        before = known(row("Ft. Myers PD", county="Lee County"))
        now = [row("Fort Myers PD", signed=date(2026, 1, 1)), row("Fort Myers Police Department")]
        assert [bool(identity.known) for identity in reconcile(now, before)] == [False, True]

    def test_two_candidates_that_are_equally_near_are_both_refused(self):
        """A guess between two would be wrong half of the time."""
        before = known(row("Marion County Jail", county="Marion County"))
        now = [
            row("Marion County Sheriff's Office", county="Marion County"),
            row("County of Marion", county="Marion County"),
        ]
        assert [identity.known for identity in reconcile(now, before)] == [None, None]

    def test_an_agreement_listed_twice_lives_twice(self):
        """The one known, else the one signed first, keeps the plain identifier."""
        early, late = row(signed=date(2025, 4, 14)), row(signed=date(2025, 4, 15))
        plain = early.identifier
        assert [one.identifier for one in reconcile([late, early], [])] == [
            f"{plain} / signed 2025-04-15",
            plain,
        ]
        again = reconcile([early, late], known(late))
        assert [one.identifier for one in again] == [f"{plain} / signed 2025-04-14", plain]

    def test_a_second_listing_keeps_its_identifier_when_it_is_left_alone(self):
        """The one that is gone is the other one."""
        early, late = row(signed=date(2025, 4, 14)), row(signed=date(2025, 4, 15))
        [identity] = reconcile([late], known(early, late))
        assert identity.identifier == f"{late.identifier} / signed 2025-04-15"
        assert identity.known is not None

    def test_rows_that_say_the_same_are_one(self):
        """A repeated row is told apart from a second agreement of another county."""
        lee, bay = row("Lake PD", county="Lee County"), row("Lake PD", county="Bay County")
        repeated = row("Lake PD", county="Lee County ", moa=f"{DOCS}/Lake.pdf")
        found = reconcile([lee, repeated, bay], [])
        assert found[0] is None
        assert {found[1].identifier, found[2].identifier} == {
            lee.identifier,
            f"{lee.identifier} / Bay County",
        }

    def test_the_order_of_rows_does_not_matter(self):
        """Shuffled lists have the same identities."""
        agencies = [
            "Ft. Myers PD",
            "Lee County Sheriff's Office",
            "Bay PD",
            "Bay County Sheriff's Office",
            "Ada PD",
        ]
        before = known(*(row(one, county="Lee County") for one in agencies))
        now = [
            row(one.replace("Ft.", "Fort").replace("PD", "Police Department"), county="Lee County")
            for one in agencies
        ]
        expected = {one.identifier: one for one in reconcile(now, before)}
        dice = random.Random(287)
        for _ in range(20):
            dice.shuffle(now)
            dice.shuffle(before)
            assert {one.identifier: one for one in reconcile(now, before)} == expected

    def test_the_same_list_again_changes_nothing(self):
        """Identities are at rest once they are known."""
        rows = [
            row("Ft. Myers PD"),
            row("Twice PD"),
            row("Twice PD", signed=date(2025, 4, 15)),
            row("Twice PD"),
        ]
        before = known(*rows)
        again = reconcile(rows, before)
        assert [one and (one.identifier, one.formerly) for one in again] == [
            one and (one.identifier, ()) for one in reconcile(rows, [])
        ]
        assert {one.known.identifier for one in again if one} == {one.identifier for one in before}

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("HB 01", "hb1", True),
            ("Precinct 1 2", "Precinct 12", False),
            ("St. Mary's", "ST MARY\u2019S", True),
        ],
    )
    def test_identifiers_fold_as_the_store_s_do(self, one, other, same):
        """Case, blanks, punctuation and leading zeros are typography."""
        assert (fold(one) == fold(other)) is same

    def test_what_participates_is_not_pending_too(self):
        """Under whatever name both lists have it, unless the counties differ."""
        listed = [row("Fort Myers Police Department", county="Lee County")]
        assert unlisted([row("Ft. Myers PD", signed="")], listed) == []
        assert len(unlisted([row("Ft. Myers PD", county="Bay County")], listed)) == 1
        assert len(unlisted([row("Ft. Myers PD", WARRANT)], listed)) == 1


class TestCrawl:
    def test_the_recorded_lists_become_the_expected_measures(self):
        """Every field of every measure is as the expected file says."""
        seen = visit(site())
        assert as_json(list(seen.measures.values())) == json.loads(page("expected.json"))
        assert seen.listings == [
            Listing(name="participating", rows=7),
            Listing(name="pending", rows=2, days=45),
        ]

    def test_an_agreement_in_both_lists_participates(self):
        """It is one measure, and the report says so."""
        seen = visit(site())
        assert (
            seen.measures["FL / Fort Myers Police Department / Task Force Model"].status
            == "participating"
        )
        assert not any("Ft. Myers" in identifier for identifier in seen.measures)
        assert "and so participating: 1 of the pending agreements" in seen.notes

    def test_a_second_crawl_knows_every_measure_again(self):
        """What the first one yielded comes back under the same identifiers."""
        first = visit(site())
        before = [as_known(one) for one in first.measures.values()]
        second = visit(site(), before)
        assert list(second.measures.values()) == list(first.measures.values())

    def test_without_the_pending_list_the_other_is_believed(self):
        """What is known to be pending stays so: its list is not closed."""
        for broken in ({WAITING: FetchError("no answer")}, {WAITING: b"<html>"}, {WAITING: b"PK"}):
            seen = visit(site(**broken))
            assert [listing.name for listing in seen.listings] == ["participating"]
            assert seen.notes
        seen = visit(
            site(**{INDEX: page("index.html").replace(b"pendingAgencies", b"formerAgencies")})
        )
        assert [listing.name for listing in seen.listings] == ["participating"]
        assert "no workbook of pending agencies" in seen.notes

    @pytest.mark.parametrize(
        ("changed", "error"),
        [
            ({INDEX: page("challenge.html")}, Challenge),
            ({INDEX: page("redesigned.html")}, ParseDrift),
            ({INDEX: b" "}, ErrorPage),
            ({LISTED: b"no workbook"}, ParseDrift),
            ({LISTED: page("challenge.html")}, Challenge),
            (
                {
                    LISTED: workbook(
                        ("FLORIDA", "A", TASK), header=("STATE", "AGENCY", "SUPPORT TYPE")
                    )
                },
                ParseDrift,
            ),
            ({LISTED: workbook()}, ParseDrift),
        ],
    )
    def test_without_the_participating_list_the_source_has_failed(self, changed, error):
        """A challenge, a redesign or a file that is no list: nothing is yielded."""
        with pytest.raises(error):
            visit(site(**changed))

    def test_a_list_that_lost_most_of_its_rows_is_not_believed(self):
        """Nothing ends by a broken file; a list of half the size is still believed."""
        rows = [
            (
                "FLORIDA",
                f"Town{number} Police Department",
                "",
                "",
                TASK,
                date(2025, 4, 14),
                None,
                None,
            )
            for number in range(20)
        ]
        before = [
            as_known(one) for one in visit(site(**{LISTED: workbook(*rows)})).measures.values()
        ]
        with pytest.raises(ParseDrift, match="9 agreements where 20 were"):
            visit(site(**{LISTED: workbook(*rows[:9])}), before)
        assert len(visit(site(**{LISTED: workbook(*rows[:10])}), before).listings) == 2

    def test_a_broken_row_costs_only_itself(self):
        """The others are read; the list is not closed, so nothing can vanish by it."""
        rows = [
            ("FLORIDA", "Lee County Sheriff's Office", "", "", TASK),
            ("FLORIDA", None, "", "", TASK),
        ]
        seen = visit(site(**{LISTED: workbook(*rows, header=HEADER[:5])}))
        assert "FL / Lee County Sheriff's Office / Task Force Model" in seen.measures
        assert [listing.name for listing in seen.listings] == ["pending"]
        assert seen.report.failed == 1

    ROWS = tuple(
        ("FLORIDA", f"{name} County Sheriff's Office", "County", f"{name} County", TASK, None, None, None)
        for name in ("Lee", "Clay", "Polk")
    )  # fmt: skip

    @pytest.mark.parametrize("column", [0, 1, 4])
    def test_a_formula_that_failed_names_no_agreement(self, column):
        """`#N/A` in the place of a name: the row is put aside, and the list is not whole."""
        rows = [list(row) for row in self.ROWS]
        rows[1][column] = "#N/A"
        seen = visit(site(**{LISTED: workbook(*map(tuple, rows))}))
        assert seen.report.failed == 1
        assert not any("#N/A" in identifier for identifier in seen.measures)
        assert [one.name for one in seen.listings] == ["pending"]

    @pytest.mark.parametrize("row", [HEADER, ("TOTAL", "12", None, None, "12", None, None, None)])
    def test_headings_and_sums_are_no_agreements(self, row):
        """A sheet's own rows cost nothing."""
        plain = visit(site(**{LISTED: workbook(*self.ROWS)}))
        seen = visit(site(**{LISTED: workbook(self.ROWS[0], row, *self.ROWS[1:])}))
        assert set(seen.measures) == set(plain.measures)
        assert seen.report.failed == 0
        assert {one.name for one in seen.listings} == {"participating", "pending"}

    def test_columns_come_in_any_order_and_may_lack(self):
        """What a list has no column for is not observed; a column we do not know is kept."""
        header = ("SUPPORT TYPE", "REMARK", "LAW ENFORCEMENT AGENCY", "STATE")
        seen = visit(
            site(**{LISTED: workbook((TASK, "renewed", "Bay PD", "FLORIDA"), header=header)})
        )
        one = seen.measures["FL / Bay PD / Task Force Model"]
        assert not {"dates", "versions"} & one.observed
        assert one.extras["printed remark"] == "renewed"

    def test_unknown_words_are_counted(self):
        """A state or support type we do not know passes through."""
        seen = visit(
            site(
                **{
                    LISTED: workbook(
                        ("ATLANTIS", "Sea Patrol", "", "", "Tribal Model", None, None, None)
                    )
                }
            )
        )
        assert dict(seen.report.unmapped) == {"support type Tribal Model": 1, "state ATLANTIS": 1}


def as_known(one):
    """A measure as the store hands it back."""
    from scrapers.ports import KnownMeasure

    return KnownMeasure(
        identifier=one.identifier, session=one.session, title=one.title, status=one.status,
        listing=one.listing, extras=one.extras, seen_last=NOW,
    )  # fmt: skip


@pytest.fixture(scope="module")
def steps(corpus):
    """Every recorded workbook, read in order."""
    return list(walk(corpus / "287g/ice/sheets"))


def letters(identifier):
    """An agency's name without typography, styles and the words before it: owes the scraper nothing."""
    text = identifier.split(" / ", 1)[1].casefold()
    for was, now in (
        ("city of ", ""),
        ("town of ", ""),
        ("ft.", "fort"),
        ("st.", "saint"),
        (" pd ", " police department "),
        ("dept.", "department"),
    ):
        text = text.replace(was, now)
    return identifier[:2] + re.sub(r"[^a-z0-9]", "", text)


@pytest.mark.corpus
class TestCorpus:
    def test_every_workbook_is_read_and_its_counts_balance(self, steps):
        """Before, less what ended, and with what came, is what is listed; repeated rows are accounted for."""
        assert len(steps) == 32
        for one in steps:
            came = len(one.new) + len(one.moved) + len(one.back)
            assert len(one.before) - len(one.ended) + came == len(one.after), one.file
            assert len(one.after) + one.repeated == one.rows, one.file
        last = [one for one in steps if one.kind == "participating"][-1]
        assert (len(last.after), last.repeated) == (1770, 0)

    def test_nothing_ends_and_begins_at_once(self, steps):
        """No agency whose agreement ended has one of the same model added under another spelling."""
        for one in steps:
            ended = {letters(identifier) for identifier in one.ended}
            assert ended.isdisjoint(letters(identifier) for identifier in one.new), one.file

    def test_every_rename_is_plausible_in_a_second_way(self, steps):
        """The same document, the same day, or much the same letters; never another state or model."""
        renamed = [rename for one in steps for rename in one.renamed]
        assert len(renamed) == 54
        for was, now, identity in renamed:
            before, after = was.identifier.split(" / "), identity.identifier.split(" / ")
            assert before[0] == after[0]
            assert before[-1] == (after[-2] if after[-1].startswith("signed") else after[-1])
            files = {address.rpartition("/")[2].lower() for address in (was.extras["moa"], now.moa)}
            names = [sorted(re.findall(r"\w+", one[1].casefold())) for one in (before, after)]
            plain = [letters(one.identifier) for one in (was, identity)]
            alike = max(
                difflib.SequenceMatcher(None, *pair).ratio()
                for pair in (plain, ["".join(words) for words in names])
            )
            document = len(files) == 1 and files != {""}
            assert document or was.extras["signed"] == now.day or alike > 0.75, (before, after)

    @pytest.mark.parametrize(
        ("was", "now"),
        [
            (
                "FL / Ft. Myers Police Department / Task Force Model",
                "FL / Fort Myers Police Department / Task Force Model",
            ),
            (
                "AK / Department of Corrections / Warrant Service Officer",
                "AK / Alaska Department of Corrections / Warrant Service Officer",
            ),
            (
                "FL / City of Melbourne Police Department / Task Force Model",
                "FL / Melbourne Police Department / Task Force Model",
            ),
            (
                "FL / Alachua Police Departent / Task Force Model",
                "FL / Alachua Police Department / Task Force Model",
            ),
            (
                "TX / Lampass County Sheriff's Office / Warrant Service Officer",
                "TX / Lampasas County Sheriff's Office / Warrant Service Officer",
            ),
            (
                "FL / Okaloosa County Sheriff's Office / Warrant Service Officer",
                "FL / Okaloosa County Department of Corrections / Warrant Service Officer",
            ),
            (
                "FL / Florida Department of Agriculture / Task Force Model",
                "FL / Office of Agricultural Law Enforcement / Task Force Model",
            ),
            (
                "FL / Florida Fish and Wildlife Conservation Commission / Task Force Model",
                "FL / Florida Fish & Wildlife Conservation Commission / Task Force Model",
            ),
            (
                "WY / Wyoming Highway State Patrol / Task Force Model",
                "WY / Wyoming State Highway Patrol / Task Force Model",
            ),
            (
                "MO / Dogulas County Sheriff's Office / Task Force Model",
                "MO / Douglas County Sheriff's Office / Task Force Model",
            ),
            (
                "TX / Somerville County Sheriff's Office / Warrant Service Officer",
                "TX / Somervell County Sheriff's Office / Warrant Service Officer",
            ),
        ],
    )
    def test_renames_that_people_saw_are_found(self, steps, was, now):
        """Read by eye in two successive workbooks."""
        assert (was, now) in {
            (known_.identifier, identity.identifier)
            for one in steps
            for known_, _, identity in one.renamed
        }

    @pytest.mark.parametrize(
        ("when", "identifier"),
        [
            ("2026-04-30", "PA / Muncy Borough Police Department / Task Force Model"),
            ("2026-04-30", "MO / Saint Ann Police Department / Task Force Model"),
            ("2026-04-30", "PA / Frackville Borough Police Department / Task Force Model"),
            (
                "2025-08-26",
                "FL / Florida Department of Financial Services, Criminal Investigation Division / Task Force Model",
            ),
            ("2026-04-30", "KY / Bullitt County Sheriff's Office / Task Force Model"),
            (
                "2025-07-16",
                "FL / Florida Department of Environmental Protection, Division of Law Enforcement / Task Force Model",
            ),
        ],
    )
    def test_agencies_that_are_new_are_new(self, steps, when, identifier):
        """They resemble agencies that had just left the list, and are others."""
        [one] = [
            one for one in steps if one.day.isoformat() == when and one.kind == "participating"
        ]
        assert identifier in one.new

    @pytest.mark.parametrize(
        ("when", "identifier"),
        [
            ("2025-11-25", "ME / Wells Police Department / Task Force Model"),
            ("2026-04-30", "PA / Munhall Borough Police Department / Task Force Model"),
            ("2026-04-30", "MD / Frederick County Sheriff's Office / Jail Enforcement Model"),
            ("2026-04-30", "VA / Virginia Department of State Police / Task Force Model"),
            ("2026-04-30", "PA / Bucks County Sheriff's Office / Task Force Model"),
        ],
    )
    def test_agreements_that_ended_have_ended(self, steps, when, identifier):
        """They are in no later workbook under any name."""
        [one] = [
            one for one in steps if one.day.isoformat() == when and one.kind == "participating"
        ]
        assert identifier in one.ended

    def test_a_misspelt_state_is_its_state(self, steps):
        """UTAHJ of one workbook is UTAH of the next: the agreement stays."""
        name_ = "UT / Weber County Sheriff's Office / Task Force Model"
        listed = [
            name_ in one.after
            for one in steps
            if one.kind == "participating" and one.day >= date(2025, 7, 7)
        ]
        assert all(listed)

    def test_an_agreement_listed_twice_lived_twice(self, steps):
        """St. Cloud stood twice in one workbook, signed on two days."""
        [one] = [
            one for one in steps if one.day == date(2025, 7, 7) and one.kind == "participating"
        ]
        plain = "FL / St. Cloud Police Department / Task Force Model"
        assert {plain, f"{plain} / signed 2025-04-15"} <= one.after

    def test_the_tables_of_the_page_are_these(self, steps):
        """docs/sources/ice-287g.md shows what the script prints."""
        text = (Path(__file__).parent.parent / "docs/sources/ice-287g.md").read_text(
            encoding="utf-8"
        )
        assert "\n".join(markdown(steps)) in text

    def test_no_two_agreements_of_one_list_are_taken_for_one(self, corpus):
        """If each in turn were new and its neighbours gone, none would be matched with a neighbour."""
        from benchmarks.ice_history import workbook as read

        rows = read(next((corpus / "287g/ice/sheets").glob("*04302026am.xlsx")))
        groups = {}
        for one in rows:
            groups.setdefault((one.state, one.model), []).append(one)
        assert len(groups) > 80
        for listed in groups.values():
            there = known(*listed)
            for one in listed:
                others = [was for was in there if was.identifier != one.identifier]
                assert reconcile([one], others)[0].known is None, one.identifier
