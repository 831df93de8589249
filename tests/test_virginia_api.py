"""Virginia with a key: the API's texts and votes, and the same measure with and without it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from config.vocabulary import VersionClassification, VoteOption, VoteResult
from scrapers.errors import SourceError
from scrapers.sites.virginia import Virginia
from scrapers.sites.virginia_api import BY_API, code_of, listed, rows_under
from tests.legislatures import Lis, Watched
from tests.recordings import Bill

START = datetime(2026, 2, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PDF = "https://lis.blob.core.windows.net/files/1.PDF"
HTML = "https://lis.blob.core.windows.net/files/1.HTML"


def text(code, **fields):
    """A row of TextsList; 2025's codes came padded with blanks."""
    name = code.strip()
    return {
        "LegislationTextID": 7, "DocumentCode": code, "Description": "Introduced",
        "VersionDate": "2026-01-13T00:00:00", "PDFFile": [{"FileURL": PDF.replace("1", name)}],
        "HTMLFile": [{"FileURL": HTML.replace("1", name)}], "ImpactFile": None,
    } | fields  # fmt: skip


def vote(id_, words, when="2026-01-14T00:00:00", **fields):
    roll = [("Rivers", "Y"), ("Creek", "N"), ("Dale", "X"), ("Ford", "Y"), ("Moss", "A")]
    return {
        "VoteID": id_, "VoteDate": when, "PassFail": None, "IsVoice": False, "BatchNumber": "H1V1",
        "LegislationActionDescription": words,
        "VoteMember": [{"MemberDisplayName": name, "ResponseCode": code} for name, code in roll],
    } | fields  # fmt: skip


def event(id_, words, letter="H", when="2026-01-14T00:00:00", **fields):
    return {
        "LegislationEventID": id_, "EventDate": when, "Description": words, "ChamberCode": letter,
        "ActorType": None, "ReferenceNumber": None,
    } | fields  # fmt: skip


REFERRED = "Referred to Committee on Public Safety"
FURTHER = {
    "HB1": {
        "TextsList": [text("HB1   "), text("HB1H1"), text("HB1HC9", Description="Amendment")],
        "Votes": [vote(1, REFERRED), vote(1, REFERRED), vote(2, "Something else", BatchNumber="")],
        "LegislationEvents": [
            event(1, "Prefiled and ordered printed", when="2026-01-02T00:00:00Z"),
            event(2, REFERRED),
            event(2, REFERRED),
            event(3, None, VoteTally="8-Y 7-N"),
            event(4, "Continued to %NextSessionYear% in Public Safety"),
            event(5, "Vetoed by Governor", None, ActorType="Governor"),
        ],
        "Patrons": [
            {"MemberDisplayName": "Ana B. Example", "ChamberCode": "H", "Name": "Chief Patron"},
            {"MemberDisplayName": "Carl Creek", "ChamberCode": "H", "Name": "Co-Patron"},
        ],
    },
    "SB2": {"TextsList": [text("SB2")]},
}


def lis(**more):
    return Lis({"20261": [Bill("HB1"), Bill("SB2"), Bill("HJ3", title="Study; cameras.")]},
               FURTHER, **more)  # fmt: skip


@pytest.fixture
def site():
    return lis()


@pytest.fixture
def watched(database, site):
    return Watched(database, Virginia, site.answer)


def test_the_api_gives_texts_votes_events_and_patrons(watched, site):
    """What the files lack is the API's; each event, vote and bill once, whatever repeats."""
    seen = watched.crawl(START, key="k-1")
    one = seen.measures["20261", "HB1"]
    assert [version.note for version in one.versions] == ["HB1", "HB1H1", "HB1HC9"]
    assert [version.classification for version in one.versions] == [
        VersionClassification.INTRODUCED,
        VersionClassification.SUBSTITUTED,
        VersionClassification.SUBSTITUTED,
    ]
    assert one.versions[0].links[0].url.endswith("HB1.HTML")
    assert not one.versions[0].waits_for
    assert [(step.description, step.organization) for step in one.actions] == [
        ("Prefiled and ordered printed", "lower"),
        (REFERRED, "lower"),
        ("8-Y 7-N", "lower"),
        ("Continued to 2027 in Public Safety", "lower"),
        ("Vetoed by Governor", "executive"),
    ]
    assert one.actions[0].date == date(2026, 1, 2)
    found = one.actions[1].vote
    assert found.result is VoteResult.PASS
    assert [cast.option for cast in found.roll] == [
        VoteOption.YES, VoteOption.NO, VoteOption.NOT_VOTING, VoteOption.YES, VoteOption.ABSTAIN,
    ]  # fmt: skip
    assert "Something else" in one.extras["Further votes"]
    assert [(one_.name, one_.id) for one_ in one.sponsors] == [
        ("Ana B. Example", "H0001"),
        ("Carl Creek", ""),
    ]
    assert one.status == "introduced"
    assert seen.listings == ["20261"]
    assert set(site.keys) == {"k-1"}


def test_an_answer_without_a_body_says_there_is_nothing(watched):
    """LIS answers 204 where a bill has no texts or votes; the bill is read all the same."""
    seen = watched.crawl(START, key="k-1")
    one = seen.measures["20261", "HJ3"]
    assert one.extras[BY_API] == "API"
    assert [version.waits_for != "" for version in one.versions] == [True]
    assert seen.report.failed == 0


@pytest.mark.parametrize("first", ["", "k-1"])
@pytest.mark.parametrize("history", [False, True])
def test_switching_between_files_and_api_tells_nothing(watched, site, first, history):
    """Back and forth, on a quiet day each: not one change, and the same accepted measures."""
    if history:
        rows = ["Bill_id,History_date,History_description,History_refid"]
        rows += [f"{number},1/14/2026,H {REFERRED}," for number in ("HB1", "SB2", "HJ3")]
        site.companions["20261/HISTORY.CSV"] = "\n".join(rows).encode()
    keys = [first, "" if first else "k-1"] * 3
    for rank, key in enumerate(keys):
        # More than a day and a week between, so that what is looked at again is due.
        seen = watched.crawl(START + 8 * rank * DAY, key=key)
        assert seen.told == [], (rank, key)
        assert set(seen.measures) == {("20261", name) for name in ("HB1", "SB2", "HJ3")}


def test_what_happened_meanwhile_is_told_whichever_is_read(watched, site):
    """A status, a text and an action that are news come once, by files or by API."""
    watched.crawl(START, key="k-1")
    site.sessions["20261"][1] = replace(
        site.sessions["20261"][1],
        columns={
            "Passed_senate": "Y", "Last_senate_action": "Passed Senate (21-Y 18-N)",
            "Last_senate_action_date": "2/26/2026", "Full_text_doc2": "SB2S1",
            "Full_text_date2": "2/26/2026",
        },
    )  # fmt: skip
    site.further["SB2"] = {"TextsList": [text("SB2"), text("SB2S1")]}
    told = watched.crawl(START + DAY).told
    assert sorted(told) == [("20261", "SB2", kind) for kind in ("action", "status", "version")]
    # The text that was told of has come: it says what is amended, and what told of it is asked
    # for topics in it once more. That is one alert a watch (tests/test_completing.py).
    later = watched.crawl(START + 2 * DAY, key="k-1").told
    assert sorted(later) == [("20261", "SB2", kind) for kind in ("amended", "version")]
    assert watched.crawl(START + 3 * DAY).told == []
    assert watched.crawl(START + 12 * DAY, key="k-1").told == []


def test_a_vote_after_the_switch_is_told_and_one_before_is_not(watched, site):
    """Votes that stood there before the API was asked are no news; a later one is."""
    watched.crawl(START)
    assert watched.crawl(START + DAY, key="k-1").told == []
    one = site.sessions["20261"][0]
    site.sessions["20261"][0] = replace(
        one, columns={"Last_house_action": "Reported", "Last_house_action_date": "2/27/2026"}
    )
    site.further["HB1"] = FURTHER["HB1"] | {
        "Votes": [vote(1, REFERRED), vote(9, "Reported", "2026-02-27T00:00:00")],
        "LegislationEvents": [
            *FURTHER["HB1"]["LegislationEvents"], event(6, "Reported", when="2026-02-27T00:00:00"),
        ],
    }  # fmt: skip
    seen = watched.crawl(START + 2 * DAY, key="k-1")
    assert seen.told == [("20261", "HB1", "action")]
    actions = seen.measures["20261", "HB1"].actions
    assert {step.description for step in actions if step.vote} == {"Reported"}


def test_texts_become_readable_in_silence(watched):
    """Texts that waited for a key are read once there is one; nobody is told of old texts."""
    watched.crawl(START)
    texts = {"HB1": "An act about sheriffs.", "HB1H1": "An act about sheriffs, amended."}
    assert watched.crawl(START + DAY, key="k-1", texts=texts).told == []
    assert watched.crawl(START + 2 * DAY).told == []


def test_only_bills_that_are_due_are_asked_about(watched, site):
    """A bill is asked about when a row of it moved and else once a week; so many in one crawl."""
    first = watched.crawl(START, key="k-1", bills_per_crawl=2)
    assert len({url.split("=")[-1] for url in first.asked if "/LegislationText/" in url}) == 2
    assert "1 bills wait" in first.notes
    second = watched.crawl(START + DAY, key="k-1", bills_per_crawl=2)
    assert sum("/LegislationText/" in url for url in second.asked) == 1
    third = watched.crawl(START + 2 * DAY, key="k-1")
    assert not [url for url in third.asked if "legislationID" in url]
    assert "versions" not in third.measures["20261", "HB1"].observed
    site.sessions["20261"][0] = replace(site.sessions["20261"][0], columns={"Emergency": "Y"})
    fourth = watched.crawl(START + 3 * DAY, key="k-1")
    assert sum("/LegislationText/" in url for url in fourth.asked) == 1
    assert fourth.told == []


def test_without_the_files_the_api_is_enough(watched, site):
    """Statuses, which only the files know, stay as they were; nothing is told."""
    watched.crawl(START, key="k-1")
    site.broken = {"lis.blob": (503, b"")}
    seen = watched.crawl(START + 8 * DAY, key="k-1")
    assert seen.told == []
    assert len(seen.measures) == 3
    assert "status" not in seen.measures["20261", "HB1"].observed
    assert "statuses stay as they were" in seen.notes


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((200, b"Number,Words\nHB1,None\n"), "drifted"),
        ((403, b"<title>Access denied</title>"), "blocked"),
        ((404, b"<Error><Code>BlobNotFound</Code></Error>"), "info"),
    ],
)
def test_a_list_of_files_that_is_amiss_is_told_beside_the_api(watched, site, answer, kind):
    """The API goes on; that the files are built anew or refused is told as such."""
    watched.crawl(START, key="k-1")
    site.broken["BILLS.CSV"] = site.broken["BILLS.csv"] = answer
    seen = watched.crawl(START + DAY, key="k-1")
    assert seen.measures
    assert seen.told == []
    assert f"{kind}: without it statuses stay as they were" in seen.notes


@pytest.mark.parametrize(
    "answer",
    [(403, b"no"), (500, b"no"), (200, b"<html><title>Just a moment...</title></html>"),
     (200, b'{"Legislations": 3}'), (200, b"<!doctype html><div id=root></div>")],
)  # fmt: skip
def test_an_api_that_cannot_be_asked_leaves_the_files(watched, site, answer):
    """The source goes on as without a key, says so, and asks no more in this crawl."""
    watched.crawl(START, key="k-1")
    site.broken = {"lis.virginia.gov": answer}
    seen = watched.crawl(START + DAY, key="k-1")
    assert seen.told == []
    assert len(seen.measures) == 3
    assert seen.report.start_ok
    assert "LIS" in seen.notes


def test_a_key_that_is_refused_amid_a_crawl_is_used_no_more(watched, site):
    """Keys are revoked: after one refusal about a bill no other bill is asked about."""
    site.broken = {"/LegislationText/": (401, b"")}
    seen = watched.crawl(START, key="k-1")
    assert sum("/LegislationText/" in url for url in seen.asked) == 1
    assert len(seen.measures) == 3
    assert "could not be asked" in seen.notes


def test_without_a_key_the_api_is_not_asked(watched):
    """The files are all there is."""
    seen = watched.crawl(START)
    assert not [url for url in seen.asked if "lis.virginia.gov" in url]


def test_a_list_names_each_bill_once_without_padding():
    """The API repeats rows, and pads numbers."""
    rows = [{"LegislationNumber": "HB0001", "n": 1}, {"LegislationNumber": "HB1", "n": 2}, {}]
    assert listed(rows) == {"HB1": rows[0]}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"DocumentCode": "HB1S1  "}, "HB1S1"),
        ({"DocumentCode": None}, "CHAP0012"),
        ({"DocumentCode": "see file"}, "CHAP0012"),
    ],
)
def test_a_text_goes_by_the_code_of_the_files(row, code):
    """The API's own code, else the name of the file."""
    assert code_of(row, ["https://x.example/files/chap0012.PDF"]) == code


def test_a_text_without_a_file_is_the_draft_itself(database, site):
    """The API can carry the text in the row."""
    row = text("HB1", PDFFile=None, HTMLFile=[], DraftText="<p>Be it <i>e</i>nacted</p>")
    site.further["HB1"] = {"TextsList": [row]}
    seen = Watched(database, Virginia, site.answer).crawl(START, key="k-1")
    [version] = seen.measures["20261", "HB1"].versions
    assert "<i>e</i>nacted" in version.text


@pytest.mark.parametrize("body", [b'"no such session"', b"[]", b"{}", b"nothing",
                                  b'{"FailureMessage": "Oops"}'])  # fmt: skip
def test_what_is_no_list_is_an_error(body):
    """Words, an empty envelope or something else in place of rows."""
    with pytest.raises(SourceError):
        rows_under(body, "Votes", "https://lis.virginia.gov/x")


def test_null_in_place_of_rows_is_none():
    """The API says null where it has none."""
    assert rows_under(json.dumps({"Votes": None}).encode(), "Votes", "") == []
