"""The Federal Register's documents become measures: filed and published are one, corrections are told."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from config.vocabulary import DateKind, MeasureClassification
from scrapers.errors import ErrorPage, FetchError, ParseDrift
from scrapers.ports import KnownMeasure
from scrapers.sites.federal_register import SLUGS, FederalRegister
from scrapers.sites.federal_register_asking import (
    AGENCIES,
    CAP,
    CURRENT,
    PRESIDENTIAL,
    Window,
    address,
    months,
    read_page,
)
from scrapers.sites.federal_register_notes import noted
from scrapers.sites.federal_register_rows import (
    FIELDS,
    FILED,
    PUBLISHED,
    WITHDRAWN,
    Found,
    measure,
    session_of,
    washington,
)
from tests.visiting import as_json
from tests.visiting import visit as crawl

PAGES = Path(__file__).parent / "pages" / "federal_register"
NOW = datetime(2026, 2, 25, 17, tzinfo=UTC)
WINDOWS = list(months(date(2026, 1, 1), NOW.date()))


def where(kind, window):
    return address(kind, window, sorted(SLUGS))


def recording(**other):
    """The fixture's answers by address; `other` replace some by file name."""
    served = {
        where(kind, window): other.get(name, (PAGES / f"{name}.json").read_bytes())
        for kind in (PRESIDENTIAL, AGENCIES)
        for window in WINDOWS
        for name in [f"{kind}-{window.name}"]
    }
    return served | {CURRENT: other.get("current", (PAGES / "current.json").read_bytes())}


def visit(served=None, **more):
    more = {"now": NOW, "since": "2026-01-01", **more}
    return crawl(FederalRegister, recording() if served is None else served, **more)


def known(seen):
    """What the store would hand in after such a crawl."""
    return [
        KnownMeasure(
            identifier=one.identifier, session=one.session, listing=one.listing, extras=one.extras
        )
        for one in seen.measures.values()
    ]


def rows(name):
    return json.loads((PAGES / f"{name}.json").read_bytes())["results"]


def search(rows, **more):
    return json.dumps({"count": len(rows), "results": rows, **more}).encode()


def test_the_answers_become_the_expected_items():
    """Every field of every measure and list is as the expected file says."""
    seen = visit()
    assert seen.error is None
    found = json.loads(json.dumps(as_json(seen.items)))
    assert found == json.loads((PAGES / "expected.json").read_text())


def test_filed_and_published_are_one_measure_with_two_texts():
    """The number is the identity; the published document keeps what was filed."""
    one = visit().measures["2026-02801"]
    assert [version.note for version in one.versions] == [
        "As filed for public inspection",
        "As published",
    ]
    assert one.status == PUBLISHED
    assert [step.description for step in one.actions] == [
        "Filed for public inspection",
        "Published in the Federal Register",
    ]


def test_a_filing_is_known_after_it_has_left_public_inspection():
    """What was filed last week is told from what is known of it, so no text and no step is lost."""
    filed = visit()
    later = rows("agencies-2026-02")[0] | {
        "document_number": "2026-03910",
        "publication_date": "2026-02-26",
    }
    again = visit(
        recording(
            **{
                "agencies-2026-02": search([*rows("agencies-2026-02"), later]),
                "current": search([]),
            }
        ),
        known=known(filed),
    )
    before, after = filed.measures["2026-03910"], again.measures["2026-03910"]
    assert (before.status, after.status) == (FILED, PUBLISHED)
    assert before.session == after.session == "2026"
    assert after.versions[0] == before.versions[0]
    assert after.actions[0].description == before.actions[0].description
    assert after.listing == "agencies 2026-02"


def test_a_filing_that_was_taken_back_says_so():
    """Without a day of publication it is withdrawn, with the editors' words for it."""
    one = visit().measures["2026-03920"]
    assert one.status == WITHDRAWN
    assert "requesting withdrawal" in one.actions[-1].description
    assert not [day for day in one.dates if day.kind is DateKind.PUBLISHED]


def test_days_are_washingtons():
    """A moment with a zone of its own is told as the day in Washington it falls on."""
    assert washington("2026-02-26T02:30:00Z") == date(2026, 2, 25)
    assert washington("2026-02-25T23:59:00.000-05:00") == date(2026, 2, 25)
    assert washington("2026-02-25") == date(2026, 2, 25)
    assert washington("soon") is None


def test_dates_have_their_kinds():
    """Signature, publication, effect and the end of comments are four kinds of day."""
    seen = visit().measures
    kinds = {day.kind for one in seen.values() for day in one.dates}
    assert kinds == {
        DateKind.SIGNED, DateKind.PUBLISHED, DateKind.EFFECTIVE, DateKind.COMMENTS_CLOSE,
    }  # fmt: skip


def test_a_correction_and_what_it_corrects_name_each_other():
    """By the API's own links, and by the number alone where it has none."""
    seen = visit().measures
    assert ("2026-01234", "corrects") in [
        (one.identifier, one.relation) for one in seen["C1-2026-01234"].related
    ]
    assert [(one.identifier, one.relation) for one in seen["2026-01234"].related] == [
        ("C1-2026-01234", "corrected-by")
    ]
    assert seen["C1-2026-01234"].session == "2026"
    alone = measure(Found("C2-2026-00007", document={"title": "Correction"}))
    assert [one.identifier for one in alone.related] == ["2026-00007"]


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ("Amends: EO 13788 of 4/18/2017", [("Executive Order 13788", "amends")]),
        (
            "See: EO 13694 of 4/1/2015; Supersedes: EO 13628 of 10/9/2012, EO 13716 of 1/16/2016",
            [
                ("Executive Order 13694", "related"),
                ("Executive Order 13628", "supersedes"),
                ("Executive Order 13716", "supersedes"),
            ],
        ),
        ("Revokes in part: EO 13067, November 3, 1997", [("Executive Order 13067", "related")]),
        ("Revoked by: EO 14148, January 20, 2025", [("Executive Order 14148", "revoked-by")]),
        ("See: Proc. 8693 of 7/24/2011", [("Proclamation 8693", "related")]),
        ("", []),
        ("Ineffective 90 days after", []),
    ],
)
def test_notes_of_the_editors_are_related_orders(notes, expected):
    """What ends an order is told apart from what only ends a part of it, or refers to it."""
    assert [(one.identifier, one.relation) for one in noted(notes)] == expected


def test_an_order_goes_by_its_own_number_too():
    """The document's number is the identity, the order's number a further one."""
    seen = visit().measures
    assert seen["2026-03021"].identifiers == ("Executive Order 14990",)
    assert seen["2026-03100"].identifiers == ("Proclamation 11020",)
    assert seen["Executive Order 14981"].versions == ()
    assert seen["2026-03021"].classification == (MeasureClassification.ORDER,)


def test_other_parts_of_the_department_are_left_out_and_told():
    """A Coast Guard rule names Homeland Security too; it is not of interest here."""
    seen = visit()
    assert not {"2026-02900", "2026-03930"} & set(seen.measures)
    assert "1 documents of other agencies left out" in seen.notes
    guarded = visit(
        recording() | {address(AGENCIES, one, ["coast-guard"]): search(rows("agencies-2026-02"))
                       for one in WINDOWS},
        agencies="coast-guard",
    )  # fmt: skip
    assert {"2026-02900", "2026-03930"} <= set(guarded.measures)
    assert "2026-02801" not in guarded.measures


def test_unknown_words_and_fields_pass_and_are_counted():
    """A new type of paper has no kind but its words; a new field is kept."""
    seen = visit()
    one = seen.measures["2026-03101"]
    assert one.classification == ()
    assert one.extras["subtype"] == "Some New Paper"
    assert one.extras["novelty"] == "a field nobody knows"
    assert seen.report.unmapped == {
        "type Some New Paper": 1, "document field novelty": 1,
    }  # fmt: skip


def test_a_month_is_a_list_that_was_read_to_its_end():
    """Its rows are those that are looked for; a month without one has no list."""
    seen = visit()
    assert [(one.name, one.rows) for one in seen.listings] == [
        ("presidential 2026-02", 4), ("agencies 2026-02", 2), ("presidential 2026-01", 2),
    ]  # fmt: skip
    assert all(seen.measures[name].listing == "" for name in ("2026-03900", "2026-03920"))


def test_between_sweeps_only_the_last_month_is_asked_for_again():
    """A week later all is."""
    first = visit(since="2025-10-01")
    months_asked = [url for _, url in first.asked if "PRESDOCU" in url]
    assert len(months_asked) == 5
    assert first.remember == {}, "a month that was not found is not swept"
    done = visit()
    again = visit(memory=done.remember, since="2025-10-01")
    assert len([url for _, url in again.asked if "PRESDOCU" in url]) == 2
    assert again.report.partial
    assert not done.report.partial


def test_pages_are_followed_and_rows_shown_twice_count_once():
    """The API's own address of the next page leads on, if it is the same search's."""
    all_rows = rows("presidential-2026-02")
    url = where(PRESIDENTIAL, WINDOWS[0])
    following = "https://www.federalregister.gov/api/v1/documents.json?search_after_cursor=1"
    served = recording() | {
        url: search(all_rows[:3], count=4, next_page_url=following),
        following: search([all_rows[2], all_rows[3]], count=4),
    }
    seen = visit(served)
    assert {one["document_number"] for one in all_rows} <= set(seen.measures)
    assert "presidential 2026-02" in {one.name for one in seen.listings}
    short = visit(served | {following: search([all_rows[2]], count=4)})
    assert "presidential 2026-02" not in {one.name for one in short.listings}
    assert "3 of 4 documents were shown" in short.notes
    elsewhere = visit(
        served | {url: search(all_rows[:3], count=4, next_page_url="https://example.org/x")}
    )
    assert "3 of 4" in elsewhere.notes


def test_a_search_that_reaches_the_cap_is_asked_by_halves():
    """What the API shows of too many is no whole list; a single day cannot be halved."""
    window = WINDOWS[0]
    first, second = window.halves()
    all_rows = rows("presidential-2026-02")
    seen = visit(
        recording() | {
            where(PRESIDENTIAL, window): search(all_rows, count=CAP),
            where(PRESIDENTIAL, first): search(all_rows[:2]),
            where(PRESIDENTIAL, second): search(all_rows[2:]),
        }
    )  # fmt: skip
    assert "presidential 2026-02" in {one.name for one in seen.listings}
    assert Window(date(2026, 2, 1), date(2026, 2, 1)).halves() is None
    assert (first.last - second.first).days == -1


def test_months_are_whole_and_run_over_new_year():
    """The month of the last day is asked for to its end: a document may be dated tomorrow."""
    found = list(months(date(2025, 11, 20), date(2026, 1, 3)))
    assert [one.name for one in found] == ["2026-01", "2025-12", "2025-11"]
    assert found[0].last == date(2026, 1, 31)
    assert found[2].first == date(2025, 11, 1)


def test_zero_where_there_were_some_is_never_success():
    """The newest search ends the crawl; an older month only stays as it was."""
    before = known(visit())
    url = where(PRESIDENTIAL, WINDOWS[0])
    empty = visit(recording() | {url: b'{"description":"x","count":0}'}, known=before)
    assert isinstance(empty.error, ErrorPage)
    older = visit(recording() | {where(PRESIDENTIAL, WINDOWS[1]): b'{"count":0}'}, known=before)
    assert older.error is None
    assert "presidential 2026-01 was not read" in older.notes
    assert older.remember == {}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"count":0,"errors":{"conditions":"bad"}}', ErrorPage),
        (b'{"count":3}', ParseDrift),
        (b'{"results":[]}', ParseDrift),
        (b'{"count":1,"results":[1]}', ParseDrift),
        (b'{"count":1,"results":[{},{}]}', ParseDrift),
        (b"[]", ParseDrift),
        (b'{"count":', ParseDrift),
    ],
)
def test_an_answer_of_another_shape_is_an_error(body, kind):
    """An error's report, a list that is not counted, a cut-off answer."""
    with pytest.raises(kind):
        read_page(body, CURRENT)


def test_public_inspection_can_be_done_without():
    """Documents are read all the same, and it is said."""
    seen = visit(recording() | {CURRENT: FetchError("no answer")})
    assert seen.error is None
    assert "public inspection was not read" in seen.notes
    assert "2026-03021" in seen.measures


def test_a_row_without_a_number_costs_only_itself():
    """It is counted, and its month is no whole list."""
    bad = {"title": "Nameless", "type": "Presidential Document"}
    seen = visit(
        recording(**{"presidential-2026-02": search([*rows("presidential-2026-02"), bad])})
    )
    assert seen.report.failed == 1
    assert "2026-03021" in seen.measures
    assert "presidential 2026-02" not in {one.name for one in seen.listings}


@pytest.mark.parametrize("bad", [None, "text", 7, ["x"]])
def test_a_result_that_is_no_document_costs_only_itself(bad):
    """Among the documents, and on public inspection."""
    for name, closed in (("presidential-2026-02", {"presidential 2026-02"}), ("current", set())):
        seen = visit(recording(**{name: search([*rows(name), bad])}))
        assert seen.error is None
        assert seen.report.failed == 1
        assert "results are no documents" in seen.notes
        assert "2026-03021" in seen.measures
        assert closed == {one.name for one in visit().listings} - {
            one.name for one in seen.listings
        }


@pytest.mark.parametrize("told", [None, "ICE", [], ["ICE"], [{"id": ["x"], "parent_id": {}}]])
def test_agencies_of_another_shape_hide_no_document(told):
    """It was found as one of the agencies asked for; what it says of them is left out."""
    first, *others = rows("agencies-2026-02")
    seen = visit(recording(**{"agencies-2026-02": search([first | {"agencies": told}, *others])}))
    assert seen.error is None
    if told != [{"id": ["x"], "parent_id": {}}]:
        assert first["document_number"] in seen.measures


def test_nulls_in_any_field_are_nothing():
    """A document with a number and nothing else is a measure."""
    for name in FIELDS.used["document"] - {"document_number"}:
        one = measure(Found("2026-1", document={"document_number": "2026-1", name: None}))
        assert one.identifier == "2026-1"
    assert session_of("E9-123", {"publication_date": "2009-01-02"}) == "2009"


def test_a_since_that_is_no_day_says_so():
    """A mistake in the watchlist asks nothing."""
    for since, words in (("last year", "expected a year or a day"), (2027, "still to come")):
        seen = visit(since=since)
        assert words in str(seen.error)
        assert seen.asked == []


@pytest.mark.corpus
def test_a_recorded_search_is_read_whole(corpus):
    """Every order of a recorded search is a measure, every field of it mapped or counted."""
    body = (corpus / "executive-orders" / "federal" / "donald-trump.json").read_bytes()
    page = read_page(body, CURRENT)
    assert page.count == len(page.rows) == 96
    unknown = {
        name for row in page.rows for name in row
    } - FIELDS.used["document"] - FIELDS.also_kept["document"]  # fmt: skip
    assert unknown == set()
    found = [measure(Found(row["document_number"], document=row)) for row in page.rows]
    assert all(one.classification == (MeasureClassification.ORDER,) for one in found)
    assert all(one.identifiers[0].startswith("Executive Order 13") for one in found)
    assert all(one.session == one.identifier[:4] for one in found)
    assert all(len(one.dates) == 2 and all(day.date for day in one.dates) for one in found)
    assert all(one.versions[0].links for one in found)
    relations = [link.relation for one in found for link in one.related]
    assert len(relations) > 60
    assert {"amends", "revokes", "supersedes", "related"} <= set(relations)
