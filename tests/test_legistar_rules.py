"""What Legistar's rows and words mean: formats, numbers, votes, texts among attachments."""

from datetime import UTC, date, datetime, time

import pytest

from config.vocabulary import ActionClassification as Step
from config.vocabulary import EventStatus, MeasureClassification, VersionClassification, VoteOption
from config.watchlist import WatchlistErrors, read_watchlist
from monitor.sources import describe
from scrapers.errors import ParseDrift
from scrapers.platforms.legistar_client import CHANGE_FIELDS, Client, changed, first_day
from scrapers.platforms.legistar_events import as_event
from scrapers.platforms.legistar_fields import KEPT, USED
from scrapers.platforms.legistar_measures import Children, as_measure, session_of, vote_of
from scrapers.platforms.legistar_rows import (
    digest,
    moment,
    row_of,
    rows_of,
    time_of_day,
    truth,
    version_rank,
    whole,
    words,
)
from scrapers.platforms.legistar_texts import attached_texts, is_text, own_texts, public
from scrapers.platforms.legistar_words import (
    classify,
    enacted_as,
    event_status,
    kind_of,
    knows_type,
    option_of,
)
from tests.legistar_city import PAGES, tables

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLIENT = Client.of("elmford", {})


def watchlist(line):
    return read_watchlist(f"name: x\nsources:\n  legistar:\n    {line}\n".encode())


def paper(name, url="https://x.example/a.pdf", **fields):
    row = {"MatterAttachmentName": name, "MatterAttachmentHyperlink": url}
    return row | {f"MatterAttachment{key}": value for key, value in fields.items()}


class TestRows:
    def test_xml_says_what_json_says(self):
        """A server that answers in XML all the same gives the same measures."""
        from_xml = rows_of((PAGES / "matters.xml").read_bytes())
        for one, other in zip(from_xml, tables()["matters"], strict=False):
            seen, expected = (
                as_measure(row, client=CLIENT, place="us/wa/elmford", known=None, children=None)
                for row in (one, other)
            )
            for name in (
                "identifier",
                "title",
                "dates",
                "status",
                "identifiers",
                "observed",
                "session",
            ):
                assert getattr(seen, name) == getattr(expected, name)

    def test_pairs_in_xml_are_versions(self):
        """XML writes key and value in small letters."""
        assert rows_of((PAGES / "versions.xml").read_bytes()) == [
            {"Key": "2001", "Value": "1"}, {"Key": "2002", "Value": "2"},
        ]  # fmt: skip

    def test_nothing_in_xml_is_nothing(self):
        """An element that is nil is no empty word, and an empty list holds no rows."""
        row = rows_of((PAGES / "matters.xml").read_bytes())[1]
        assert row["MatterName"] is None
        assert truth(row, "MatterRestrictViewViaWeb") is False
        assert rows_of(b'<ArrayOfGranicusVote xmlns="x"/>') == []

    def test_xml_with_entities_is_refused(self):
        """A document type can name files and grow without bound."""
        with pytest.raises(ParseDrift, match="document type"):
            rows_of((PAGES / "entities.xml").read_bytes())

    @pytest.mark.parametrize(
        "body", [b"<a", b"<ArrayOfX><b></ArrayOfX>", b"[1, 2]", b'"x"', b"", b"[" * 100_000]
    )
    def test_broken_answers_are_drift(self, body):
        """Whatever is no list of rows is said so, and stops nothing else."""
        with pytest.raises(ParseDrift):
            rows_of(body)

    def test_one_row_is_a_row(self):
        """A matter by itself is an object; a list in its place is drift."""
        assert row_of(b'{"MatterId": 1}') == {"MatterId": 1}
        with pytest.raises(ParseDrift):
            row_of(b"[]")

    @pytest.mark.parametrize(
        ("printed", "expected"),
        [("10:00 AM", time(10)), ("12:00 PM", time(12)), ("12:15 a.m.", time(0, 15)), ("2 pm", time(14)),
         ("14:30", time(14, 30)), ("Noon", time(12)), ("9:30 AM or later", time(9, 30)),
         ("After Council", None), ("25:00 PM", None), ("", None), ("13:00 PM", None)],
    )  # fmt: skip
    def test_times_of_day(self, printed, expected):
        """Times are words of their own; what is none stays words."""
        assert time_of_day(printed) == expected

    @pytest.mark.parametrize(
        "printed", ["2026-07-20T20:04:35.503", "2026-07-20T20:04:35", "2026-07-20T20:04:35.5Z"]
    )
    def test_stamps_are_utc_without_saying_so(self, printed):
        """With a fraction or without, a stamp is UTC; a local date never goes through here."""
        found = moment(printed)
        assert (found.tzinfo, found.hour) == (UTC, 20)
        assert moment("last week") is None

    def test_versions_rank_as_cities_count_them(self):
        """Star and numbers come before letters, Z before AA; Philadelphia writes a hyphen."""
        printed = ["*", "0", "1", "2", "10", "A", "B", "Z", "-AA", "AAA"]
        mixed = printed[5:] + printed[:5]
        assert sorted(mixed, key=version_rank) == printed

    def test_flags_and_numbers_come_in_any_dress(self):
        """JSON has numbers and truths, XML has words."""
        assert [truth({"f": value}, "f") for value in (True, 1, "true", "1")] == [True] * 4
        assert [truth({"f": value}, "f") for value in (None, 0, "", "false")] == [False] * 4
        assert [whole({"n": value}, "n") for value in (7, "7", " 7 ", None, "x", True)] == [
            7,
            7,
            7,
            None,
            None,
            None,
        ]
        assert words({"t": "a \r\n b"}, "t") == "a b"

    def test_a_digest_changes_with_any_field(self):
        """Order is nothing, a value is."""
        assert digest({"a": 1, "b": None}) == digest({"b": None, "a": 1})
        assert digest({"a": 1}) != digest({"a": 2})


class TestMatters:
    def test_a_row_of_nothings_is_a_measure_with_its_title(self):
        """Nulls in every field observe nothing but that the dates and numbers are none."""
        row = dict.fromkeys(tables()["matters"][0]) | {"MatterId": 9, "MatterTitle": "Only this"}
        measure = as_measure(row, client=CLIENT, place="us/wa/elmford", known=None, children=None)
        assert measure.observed == {"title", "from_organization", "url", "dates", "identifiers"}
        assert (measure.identifier, measure.session, measure.listing) == ("", "", "")

    def test_children_of_nothings_cost_nothing(self):
        """Rows with null in every field are neither actions nor sponsors nor versions."""
        rows = tables()
        empty = Children(
            at=NOW, histories=[dict.fromkeys(rows["matters/501/histories"][0])],
            attachments=[dict.fromkeys(rows["matters/501/attachments"][0])],
            sponsors=[dict.fromkeys(rows["matters/501/sponsors"][0])],
            versions=[], relations=[], codesections=[dict.fromkeys(rows["matters/501/codesections"][0])],
            indexes=[dict.fromkeys(rows["matters/501/indexes"][0])],
        )  # fmt: skip
        measure = as_measure(
            rows["matters"][0], client=CLIENT, place="us/wa", known=None, children=empty
        )
        assert (measure.actions, measure.sponsors, measure.versions, measure.subjects) == (
            (),
            (),
            (),
            (),
        )
        event = as_event(
            dict.fromkeys(rows["events"][0]) | {"EventId": 1},
            [dict.fromkeys(rows["events/71/eventitems"][0])], place="us/wa",
        )  # fmt: skip
        assert (event.date, event.time, event.when_text, event.status) == (None, None, "", None)

    @pytest.mark.parametrize("row", [{}, {"MatterId": None, "MatterTitle": "x"}, {"MatterId": 5}])
    def test_a_row_without_an_id_or_a_name_is_refused(self, row):
        """Nothing could tell it from others."""
        with pytest.raises(ValueError, match=r"matter|MatterId"):
            as_measure(row, client=CLIENT, place="us/wa", known=None, children=None)

    @pytest.mark.parametrize(
        ("file", "introduced", "session"),
        [("Int 1412-2025", "2025-09-25T00:00:00", "2025"), ("2026-0138", "2025-12-31T00:00:00", "2026"),
         ("#0138", "2026-02-01T00:00:00", "2026"), ("26-0123", "2026-01-02T00:00:00", "2026"),
         ("260056", "2026-01-29T00:00:00", "2026"), ("CB 121158", None, ""),
         ("CC 20-464", "2020-09-10T00:00:00", "2020")],
    )  # fmt: skip
    def test_the_session_is_the_year(self, file, introduced, session):
        """The year in the number counts more than a date, which may be mended later."""
        assert session_of({"MatterFile": file, "MatterIntroDate": introduced}) == session

    @pytest.mark.parametrize(
        ("client", "number", "kind", "name"),
        [("nyc", "2026/063", MeasureClassification.BILL, "Local Law 63 of 2026"),
         ("seattle", "Ord 127001", MeasureClassification.ORDINANCE, "Ord 127001"),
         ("sanjose", "29987", MeasureClassification.ORDINANCE, "Ordinance 29987"),
         ("sanjose", "79001", MeasureClassification.RESOLUTION, "Resolution 79001"),
         ("sanjose", "12", None, "Enactment 12"), ("sanjose", "", None, ""),
         ("seattle", "CB 1", None, "")],
    )  # fmt: skip
    def test_enactment_numbers_are_called_as_the_city_does(self, client, number, kind, name):
        """Digits alone get a word: bare, they would be taken for another measure's file number."""
        assert enacted_as(client, number, kind, "CB 1", lambda one, other: one == other) == name

    def test_the_public_page_is_the_gateway(self):
        """An address made from MatterId and MatterGuid is refused by the site."""
        assert CLIENT.page(501) == "https://elmford.legistar.com/Gateway.aspx?M=L&ID=501"
        assert (
            Client.of("nyc", {}).page(7) == "https://legistar.council.nyc.gov/Gateway.aspx?M=L&ID=7"
        )

    @pytest.mark.parametrize(
        ("printed", "kind"),
        [("Ordinance (Ord)", "ordinance"), ("Council Bill (CB)", "bill"), ("Introduction", "bill"),
         ("City Resolution", "resolution"), ("Council Legislative Resolution", "resolution"),
         ("Mayor Order", "order"), ("Executive Order", "order"), ("Appointment (Appt)", "appointment"),
         ("COMMUNICATION", "communication"), ("County Communication", "communication"),
         ("Final Adoption of Ordinance", "ordinance"), ("Ceremonial Item", "proclamation")],
    )  # fmt: skip
    def test_types_are_classified(self, printed, kind):
        """Cities' own words for their papers."""
        assert kind_of(printed) == kind

    def test_types_that_are_none_of_ours_are_known_to_be_none(self):
        """Minutes and reports are no mistake; a type never seen is counted."""
        assert knows_type("Minutes (Min)")
        assert kind_of("Minutes (Min)") is None
        assert not knows_type("Zephyr")


class TestActions:
    @pytest.mark.parametrize(
        ("printed", "steps"),
        [("Introduced by Council", [Step.INTRODUCTION]), ("Referred to Comm by Council", [Step.REFERRAL_COMMITTEE]),
         ("Hearing Held by Committee", [Step.HEARING_HELD]), ("Laid Over by Committee", [Step.DEFERRAL]),
         ("Amended by Committee", [Step.AMENDMENT_PASSAGE]), ("Approved by Committee", [Step.COMMITTEE_PASSAGE]),
         ("Approved by Council", [Step.PASSAGE]), ("Sent to Mayor by Council", [Step.EXECUTIVE_RECEIPT]),
         ("Vetoed by Mayor", [Step.EXECUTIVE_VETO]), ("Overridden by Council", [Step.VETO_OVERRIDE_PASSAGE]),
         ("City Charter Rule Adopted", [Step.BECAME_LAW]), ("Returned Unsigned by Mayor", [Step.BECAME_LAW]),
         ("Signed Into Law by Mayor", [Step.EXECUTIVE_SIGNATURE]), ("Filed (End of Session)", [Step.FAILURE]),
         ("passed", [Step.PASSAGE]), ("adopted", [Step.PASSAGE]), ("Scheduled", []), ("heard in Committee", []),
         ("Recommended to Pass", [Step.COMMITTEE_PASSAGE_FAVORABLE]), ("Withdrawn", [Step.WITHDRAWAL])],
    )  # fmt: skip
    def test_actions_are_classified(self, printed, steps):
        """The words that New York, Seattle, Oakland and Chicago print."""
        assert list(classify(printed)) == steps
        assert classify.knows(printed)

    @pytest.mark.parametrize(
        ("printed", "option"),
        [("In Favor", "yes"), ("Yes", "yes"), ("Affirmative", "yes"), ("Opposed", "no"), ("Negative", "no"),
         ("Absent", "absent"), ("Excused", "excused"), ("Abstain", "abstain"), ("Recused", "abstain"),
         ("Non-voting", "not voting"), ("Bereavement", "excused")],
    )  # fmt: skip
    def test_votes_are_classified(self, printed, option):
        """How members voted, in cities' words."""
        assert option_of(printed) == option

    def test_an_unknown_vote_is_other(self):
        """It is kept as printed and counted; no rule guesses."""
        assert option_of("Beamed in") is None

    @pytest.mark.parametrize(
        ("tally", "counts"), [("8-0", (8, 0)), ("43:5", (43, 5)), ("7 - 2", (7, 2))]
    )
    def test_a_tally_is_counted(self, tally, counts):
        """Ayes and noes as stated, whatever the roll call holds."""
        vote = vote_of({"MatterHistoryTally": tally}, ())
        assert vote.counts == ((VoteOption.YES, counts[0]), (VoteOption.NO, counts[1]))

    def test_a_row_without_flag_tally_or_roll_is_no_vote(self):
        """An action that was not voted on has none."""
        assert vote_of({"MatterHistoryPassedFlag": None, "MatterHistoryTally": None}, ()) is None

    def test_the_same_step_twice_is_one(self):
        """Rows that differ only in id and stamps are one step; another body's is another."""
        rows = tables()
        step = rows["matters/502/histories"][0]
        twice = [step, step | {"MatterHistoryId": 7, "MatterHistoryGuid": "x"},
                 step | {"MatterHistoryId": 8, "MatterHistoryActionBodyName": "Committee"}]  # fmt: skip
        measure = as_measure(
            rows["matters"][1], client=CLIENT, place="us/wa", known=None,
            children=Children(at=NOW, histories=twice),
        )  # fmt: skip
        assert [one.organization for one in measure.actions] == ["Committee", "City Council"]


class TestTexts:
    @pytest.mark.parametrize(
        "name",
        ["Ordinance", "Resolution - Part (b)", "Int. No. 1412", "Proposed Int. No. 1412-A - 12/12/25",
         "Int. No. 1412-A (FINAL)", "Local Law 63", "Res. No. 246", "Docket #0138", "0138", "26-0138.pdf",
         "Signed Ordinance 127001", "Resolution approving agreement with ICE", "Draft Ordinance - Exhibit A"],
    )  # fmt: skip
    def test_names_of_texts(self, name):
        """A text is named after what it is, or by its number."""
        assert is_text(name, "0138" if name == "0138" else "26-0138")

    @pytest.mark.parametrize(
        "name",
        ["Summary of Int. No. 1412", "Int. No. 1412-A - Fiscal Impact Statement - OMB", "View Report", "Agreement",
         "Memorandum from Councilmember Diaz", "Letters from the Public", "Hearing Transcript 1/2/26",
         "Mayor's Veto Message", "Affidavit of Publication", "Presentation", "Exhibit A to Ordinance", "Minutes",
         "February 9, 2026 - Stated Meeting Agenda with Links to Files", "Summary and Fiscal Note", "126-01385"],
    )  # fmt: skip
    def test_names_of_papers_about_it(self, name):
        """Papers about a measure, or beside it, are no texts of it."""
        assert not is_text(name, "26-0138")

    def test_where_legistar_has_the_text_only_other_steps_are_attached(self):
        """The introduced text is not told twice; what is proposed, final or signed is."""
        own = own_texts([("1", "*")], {"1": {"MatterTextPlain": "Be it enacted"}}, {})
        names = ["Int. No. 5", "Proposed Int. No. 5-A", "Int. No. 5-A (FINAL)"]
        rows = [paper(name, f"https://x.example/{name}") for name in names]
        assert [one.note for one in attached_texts(rows, "Int 5", own)] == names[1:]
        assert [one.note for one in attached_texts(rows, "Int 5", [])] == names

    def test_a_single_paper_is_the_text_where_nothing_else_is(self):
        """Oakland's report holds its resolution; of two papers neither is taken."""
        report = paper("View Report")
        assert [one.note for one in attached_texts([report], "26-1", [])] == ["View Report"]
        assert attached_texts([report, paper("Second Report")], "26-1", []) == []
        assert attached_texts([paper("View Report", IsSupportingDocument=True)], "26-1", []) == []

    def test_equal_names_are_told_apart(self):
        """Two papers of one name are two versions, in the order they came."""
        rows = public(
            [
                paper("Ordinance", "https://x.example/b", Id=2),
                paper("Ordinance", "https://x.example/a", Id=1),
            ]
        )
        notes = [(one.note, one.links[0].url[-1]) for one in attached_texts(rows, "1", [])]
        assert notes == [("Ordinance", "a"), ("Ordinance (2)", "b")]

    def test_an_address_counts_once_and_hidden_papers_not_at_all(self):
        """Duplicates are common; what is not for the internet is left alone."""
        rows = [paper("A"), paper("A"), paper("B", "https://x.example/b", ShowOnInternetPage=False)]
        assert [words(row, "MatterAttachmentName") for row in public(rows)] == ["A"]

    def test_rtf_is_preferred_and_empty_rtf_is_nothing(self):
        """RTF keeps what is struck and added; an RTF that only sets a font is no text."""
        full, empty = (
            r"{\rtf1 Be it \strike not\strike0  enacted}",
            r"{\rtf1{\fonttbl{\f0 Arial;}}\pard\par}",
        )
        [version] = own_texts(
            [("1", "1")], {"1": {"MatterTextRtf": full, "MatterTextPlain": "Be it"}}, {}
        )
        assert (version.text, version.classification) == (full, VersionClassification.INTRODUCED)
        [version] = own_texts(
            [("1", "1")], {"1": {"MatterTextRtf": empty, "MatterTextPlain": "Be it"}}, {}
        )
        assert version.text == "Be it"
        assert (
            own_texts([("1", "1")], {"1": {"MatterTextRtf": empty, "MatterTextPlain": None}}, {})
            == []
        )

    def test_a_text_that_is_too_large_waits(self):
        """It is listed, and says what keeps it."""
        [version] = own_texts([("1", "A")], {}, {"1": "a text of less than 32 MiB"})
        assert (version.note, version.waits_for) == ("Version A", "a text of less than 32 MiB")


class TestMeetings:
    @pytest.mark.parametrize(
        ("said", "status"),
        [(("Final",), EventStatus.CONFIRMED), (("Draft",), EventStatus.TENTATIVE),
         (("Deferred",), EventStatus.CANCELLED), (("Final", "CANCELED"), EventStatus.CANCELLED),
         (("Final", "Meeting has been cancelled"), EventStatus.CANCELLED), (("Cancelled",), EventStatus.CANCELLED),
         (("Final", "Jointly with Finance. The meeting of the week before was cancelled"), EventStatus.CONFIRMED),
         (("Set in stone",), None)],
    )  # fmt: skip
    def test_statuses(self, said, status):
        """A meeting is off when its status or the first words of a comment say so."""
        assert event_status(*said) == status

    def test_notes_in_rtf_are_read(self):
        """What the clerk wrote is words, not markup."""
        rows = tables()
        event = as_event(rows["events"][0], rows["events/71/eventitems"], place="us/wa")
        assert [item.note for item in event.items] == [
            "The meeting is open to the public.",
            "There was one speaker.",
        ]
        assert [item.number for item in event.items] == ["A.", "1."]

    def test_a_local_day_stays_a_local_day(self):
        """Dates of meetings have no zone and are never moved into one."""
        event = as_event(tables()["events"][0], (), place="us/wa")
        assert (event.date, event.time, event.when_text) == (
            date(2026, 2, 17),
            time(14),
            "2026-02-17 2:00 PM",
        )


class TestClient:
    def test_one_line_is_a_city(self):
        """The name is the slug; all else is as it is with most."""
        [source] = watchlist("seattle: us/wa/seattle").sources
        client = Client.of(source.name, source.parameters)
        assert client.start == "https://webapi.legistar.com/v1/seattle/matters"
        assert "seattle.legistar.com" in client.hosts
        assert "legistar2.granicus.com" in client.hosts

    def test_a_server_elsewhere_is_all_that_is_visited(self):
        """With `api` and `site` a city can be on a server of one's own."""
        line = "x: {place: us/wa/seattle, client: elmford, api: 'http://127.0.0.1:8000/v1/', site: 'http://127.0.0.1:8000'}"
        [source] = watchlist(line).sources
        client = Client.of(source.name, source.parameters)
        assert (client.start, client.hosts) == (
            "http://127.0.0.1:8000/v1/elmford/matters",
            ("127.0.0.1",),
        )

    @pytest.mark.parametrize(
        ("keys", "expected"),
        [("tokn: env:X", "did you mean 'token'?"), ("token: abc123", "such as env:LEGISTAR_NYC_TOKEN"),
         ("since: 20", "a year or a day"), ("requests: none", "a number of requests"),
         ("requests: 0", "a number of requests"), ("api: hello", "an address"), ("client: a b", "legistar.com address")],
    )  # fmt: skip
    def test_mistakes_are_told(self, keys, expected):
        """Each with what was expected, at its place."""
        with pytest.raises(WatchlistErrors) as caught:
            watchlist(f"x: {{place: us/wa/seattle, {keys}}}")
        assert expected in str(caught.value)

    def test_a_token_written_out_is_not_repeated(self):
        """Accepted watchlists are kept, and messages are shown; a token belongs in neither."""
        with pytest.raises(WatchlistErrors) as caught:
            watchlist("nyc: {place: us/ny/new_york, token: s3cret}")
        assert "s3cret" not in str(caught.value)

    def test_a_closed_client_says_what_it_needs(self):
        """New York's council gives tokens; other cities need none."""
        [nyc] = watchlist("nyc: us/ny/new_york").sources
        [seattle] = watchlist("seattle: us/wa/seattle").sources
        assert "https://council.nyc.gov/legislation/api/" in describe(nyc, lambda _: None)["needs"]
        assert describe(seattle, lambda _: None)["needs"] == ""

    @pytest.mark.parametrize(("said", "day"), [(2024, date(2024, 1, 1)), ("2024", date(2024, 1, 1)),
                                               ("2024-07-01", date(2024, 7, 1)), (None, None)])  # fmt: skip
    def test_since(self, said, day):
        """A year, a day or nothing: then last year's first day."""
        assert first_day(said) == day
        assert Client.of("x", {"since": said}).covered_from(NOW) == (day or date(2025, 1, 1))

    def test_the_filter_stays_below_what_the_server_refuses(self):
        """Seventeen terms are too many."""
        assert len(CHANGE_FIELDS) == 16
        long, short = changed(NOW)
        assert long.count(" or ") == 15
        assert short == "MatterLastModifiedUtc gt datetime'2026-03-01T12:00:00'"

    def test_no_field_is_both_made_into_a_value_and_forgotten(self):
        """Each kind of row has its table, and the fields of a fixture row are all in it."""
        assert USED.keys() == KEPT.keys()
        rows = tables()
        for kind, row in {"matter": rows["matters"][0], "history": rows["matters/501/histories"][0],
                          "event": rows["events"][0], "eventitem": rows["events/71/eventitems"][0]}.items():  # fmt: skip
            assert row.keys() <= USED[kind] | KEPT[kind]
