"""The demo's Legistar answers as the real Web API does: OData v3, XML, envelopes, lying stamps."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from monitor.demo.baseline import MATTERS, kept
from monitor.demo.legistar.api import CLIENT, Legistar
from monitor.demo.legistar.odata import BadQuery, select
from monitor.demo.legistar.rtf import plain, rtf
from monitor.demo.papers import Paper
from monitor.demo.sites import Asked
from monitor.demo.story import DAYS, Trouble, world
from monitor.demo.world import World
from scrapers.platforms.legistar_client import changed, swept
from scrapers.rtf import read_rtf

MODELS = "{http://schemas.datacontract.org/2004/07/LegistarWebAPI.Models.v1}"
JSON = {"accept": "application/json", "host": "council.test"}


def service(day=0, **fields):
    """The council's service on a day of the story."""
    return Legistar(world(day), DAYS[day].trouble, **fields)


def ask(legistar, path, headers=JSON, **query):
    """The answer to a request for the API."""
    asked = "&".join(f"{name}={quote(str(value))}" for name, value in query.items())
    return legistar.answer(Asked(f"/v1/{CLIENT}/{path}?{asked}", 0, 0, headers))


def read(legistar, path, **query):
    """The rows, or the row, that a request gives."""
    answer = ask(legistar, path, **query)
    assert answer.status == HTTPStatus.OK, answer.body
    return json.loads(answer.body)


def files(found):
    return [row["MatterFile"] for row in found]


def many(count):
    """A city with so many matters, the latest changed first."""
    first = MATTERS[0]
    matters = tuple(
        replace(
            first, id=50_000 + number, file=f"CB {number}",
            touched=kept(date(2026, 1, 1)) - timedelta(minutes=number),
        )
        for number in range(count)
    )  # fmt: skip
    return Legistar(World((), (), matters, ()))


class TestFilter:
    ROWS = (
        {"Id": 1, "Name": "O'Brien's Bill", "At": "2026-03-01T00:00:00", "Gone": None},
        {"Id": 2, "Name": "Ice rinks", "At": "2026-03-02T10:00:00.503", "Gone": "2026-03-04T00:00:00"},
        {"Id": 3, "Name": "ICE", "At": None, "Gone": None},
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("said", "found"),
        [
            ("Id eq 2", [2]),
            ("Id ne 2", [1, 3]),
            ("At gt datetime'2026-03-01'", [2]),
            ("At ge datetime'2026-03-01T00:00:00'", [1, 2]),
            ("At lt datetime'2026-03-02T10:00:00.503'", [1]),
            ("At eq null", [3]),
            ("Gone ne null", [2]),
            ("Name eq 'O''Brien''s Bill'", [1]),
            ("Name eq 'ice'", []),
            ("substringof('rink',Name)", [2]),
            ("startswith(Name,'I') and not endswith(Name,'s')", [3]),
            ("tolower(Name) eq 'ice'", [3]),
            ("year(At) eq 2026 and day(At) eq 2", [2]),
            ("Id eq 1 or Id eq 2 and Id eq 3", [1]),
            ("(Id eq 1 or Id eq 2) and Id eq 2", [2]),
            ("Gone gt datetime'2026-01-01' or At gt datetime'2026-01-01'", [1, 2]),
        ],
    )
    def test_expressions(self, said, found):
        """Comparisons, calls and precedence are those of OData v3; nothing compares with nothing."""
        assert [row["Id"] for row in select(self.ROWS, {"$filter": said})] == found

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ({"$filter": "Id eq"}, "Expression expected"),
            ({"$filter": "Missing eq 1"}, "Could not find a property named 'Missing'"),
            ({"$filter": "%27x%27 eq Name"}, "character '%' is not valid at position 0"),
            ({"$filter": "At gt datetime'soon'"}, "Unrecognized 'Edm.DateTime' literal"),
            ({"$filter": "At gt 'text'"}, "incompatible types"),
            ({"$filter": "(Id eq 1"}, "expected"),
            ({"$orderby": "Missing"}, "Could not find a property"),
            ({"$top": "-1"}, "Invalid value '-1'"),
            ({"$format": "json"}, "Query option 'Format' is not allowed"),
            ({"$count": "true"}, "Query option 'Count' is not allowed"),
        ],
    )
    def test_what_the_service_refuses_is_refused(self, query, message):
        """A bad query is told in the service's words."""
        with pytest.raises(BadQuery, match=message):
            select(self.ROWS, query)

    def test_a_chain_of_17_terms_is_too_long(self):
        """Sixteen alternatives pass, the seventeenth is over the limit of nodes."""
        for terms, passes in ((16, True), (17, False)):
            chain = " or ".join(["At gt datetime'2026-01-01'"] * terms)
            if passes:
                assert len(select(self.ROWS, {"$filter": chain})) == 2
            else:
                with pytest.raises(BadQuery, match="node count limit"):
                    select(self.ROWS, {"$filter": chain})

    def test_the_spiders_filters_are_understood(self):
        """What our own spider asks for is no refusal: the long chain and the sweep."""
        for said in (*changed(datetime(2026, 3, 2, 14)), *swept(date(2025, 1, 1))):
            assert isinstance(read(service(), "matters", **{"$filter": said}), list)

    def test_order_is_kept_and_may_go_backwards(self):
        """Rows come as `$orderby` says, those without a value first."""
        found = select(self.ROWS, {"$orderby": "At,Id desc"})
        assert [row["Id"] for row in found] == [3, 1, 2]
        assert [row["Id"] for row in select(self.ROWS, {"$orderby": "Id desc"})] == [3, 2, 1]


class TestPaging:
    def test_no_answer_has_more_than_a_thousand_rows(self):
        """Whatever `$top` says, the rest needs `$skip`; the pages together are the whole list."""
        city = many(2300)
        pages = [
            read(city, "matters", **{"$orderby": "MatterId", "$top": 5000, "$skip": skip})
            for skip in (0, 1000, 2000, 3000)
        ]
        assert [len(page) for page in pages] == [1000, 1000, 300, 0]
        ids = [row["MatterId"] for page in pages for row in page]
        assert ids == sorted(set(ids))

    def test_a_row_may_stand_twice(self):
        """Rows shift while a list is read: one of them comes again."""
        city = service(12)
        found = files(read(city, "matters", **{"$orderby": "MatterId"}))
        assert sorted(name for name in found if found.count(name) > 1) == ["CB 3121", "CB 3121"]
        others = read(city, "matters", **{"$filter": "MatterFile eq 'CB 3102'"})
        assert files(others) == ["CB 3102"]


class TestFormats:
    def test_without_a_wish_the_answer_is_xml(self):
        """A data contract's XML: parts in the order of the alphabet, nothing marked as nil."""
        answer = ask(service(), "matters", headers={"accept": "*/*", "host": "x"}, **{"$top": 1})
        root = ET.fromstring(answer.body)
        assert answer.media_type.startswith("application/xml")
        assert root.tag == f"{MODELS}ArrayOfGranicusMatter"
        [matter] = root
        names = [part.tag.removeprefix(MODELS) for part in matter]
        assert names == sorted(names)
        passed = matter.find(f"{MODELS}MatterPassedDate")
        assert passed.attrib == {"{http://www.w3.org/2001/XMLSchema-instance}nil": "true"}

    def test_xml_and_json_say_the_same(self):
        """A meeting with its agenda has the same values in both."""
        query = {"EventItems": 1, "AgendaNote": 1}
        told = read(service(4), "events/7310", **query)
        answer = ask(service(4), "events/7310", headers={"accept": "", "host": "x"}, **query)
        root = ET.fromstring(answer.body)
        assert root.find(f"{MODELS}EventId").text == str(told["EventId"])
        titles = [
            item.find(f"{MODELS}EventItemTitle").text for item in root.find(f"{MODELS}EventItems")
        ]
        assert titles == [item["EventItemTitle"] for item in told["EventItems"]]

    def test_stamps_are_utc_without_a_zone_and_dates_local_midnights(self):
        """A stamp has no Z and sometimes a fraction; an hour stands apart from its day."""
        matter = read(service(4), "matters/12117")
        assert matter["MatterLastModifiedUtc"] == "2026-03-03T12:30:00.117"
        assert matter["MatterIntroDate"] == "2026-03-03T00:00:00"
        event = read(service(4), "events/7310")
        assert (event["EventDate"], event["EventTime"]) == ("2026-03-11T00:00:00", "9:30 AM")

    def test_a_matter_has_every_field_of_the_real_one(self):
        """No field of the API is left out, used or not."""
        matter = read(service(), "matters/12098")
        assert {"MatterEXText11", "MatterEXDate10", "MatterRestrictViewViaWeb", "MatterReports",
                "MatterRowVersion", "MatterCost"} <= set(matter)  # fmt: skip
        assert len(matter) == 54


class TestRefusals:
    def test_an_unknown_client_is_a_500_with_an_envelope(self):
        """A city nobody set up: an error with its trace, not a 404."""
        answer = service().answer(Asked("/v1/nowhere/matters", 0, 0, JSON))
        assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR
        said = json.loads(answer.body)
        assert "not set up in InSite for client: nowhere" in said["ExceptionMessage"]
        assert set(said) == {"Message", "ExceptionMessage", "ExceptionType", "StackTrace"}

    def test_a_closed_client_wants_its_whole_token(self):
        """Without the token, or with another, 403; with it the rows."""
        city = service(token="one.two")
        statuses = [
            ask(city, "matters", **query).status
            for query in ({}, {"token": "one"}, {"token": "one.two"})
        ]
        assert statuses == [HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN, HTTPStatus.OK]

    def test_a_bad_query_is_a_400_that_says_why(self):
        """The envelope of a bad query carries the reason."""
        answer = ask(service(), "matters", **{"$filter": "Nothing eq 1"})
        assert answer.status == HTTPStatus.BAD_REQUEST
        assert "Could not find a property named 'Nothing'" in json.loads(answer.body)["Message"]

    def test_an_outage_answers_500_to_everything(self):
        """On the bad day no address of the API gives data."""
        city = service(3)
        for path in ("matters", "events", "matters/12117/histories", "bodies"):
            assert ask(city, path).status == HTTPStatus.INTERNAL_SERVER_ERROR

    def test_one_roll_call_never_comes(self):
        """A vote with a value that is nothing breaks its own address for ever, and no other."""
        city = service(24)
        histories = {
            file: read(city, f"matters/{number}/histories")[-1]["MatterHistoryId"]
            for file, number in (("Res 1544", 12044), ("CB 3117", 12117))
        }
        broken = ask(city, f"eventitems/{histories['Res 1544']}/votes")
        assert broken.status == HTTPStatus.INTERNAL_SERVER_ERROR
        assert "System.Int32" in json.loads(broken.body)["ExceptionMessage"]
        assert len(read(city, f"eventitems/{histories['CB 3117']}/votes")) == 7

    def test_unknown_addresses_are_404(self):
        """A record that is not there, and a path that never was."""
        for path in ("matters/1", "events/1", "matters/12098/texts/1", "nothing"):
            assert ask(service(), path).status == HTTPStatus.NOT_FOUND

    def test_the_public_page_is_reached_by_the_gateway_only(self):
        """An address made from the API's ids is refused with 200; the gateway redirects."""
        gateway = service().answer(Asked("/Gateway.aspx?M=L&ID=12098", 0, 0, JSON))
        assert (gateway.status, "Location" in gateway.headers) == (HTTPStatus.FOUND, True)
        gone = service().answer(Asked("/Gateway.aspx?M=L&ID=1", 0, 0, JSON))
        assert gone.status == HTTPStatus.GONE
        refused = service().answer(Asked("/LegislationDetail.aspx?ID=12098&GUID=X", 0, 0, JSON))
        assert (refused.status, refused.body) == (HTTPStatus.OK, b"Invalid parameters!")


class TestRecords:
    def test_an_attachment_may_change_without_moving_its_matters_stamp(self):
        """On Thursday of the second week a file says something else, and the matter's row the same."""
        before, after = (read(service(day), "matters/12044") for day in (10, 11))
        assert before == after
        links = [
            read(service(day), "matters/12044/attachments")[0]["MatterAttachmentHyperlink"]
            for day in (10, 11)
        ]
        assert links[0] == links[1]
        path = links[0].removeprefix("http://council.test")
        bodies = [service(day).answer(Asked(path, day, 0, JSON)).body for day in (10, 11)]
        assert bodies[0] != bodies[1]

    def test_a_file_put_again_has_another_guid_and_the_same_bytes(self):
        """On Friday of the first week the resolution's file moves; nothing in it changes."""
        found = [read(service(day), "matters/12044/attachments")[0] for day in (4, 5)]
        links = [row["MatterAttachmentHyperlink"] for row in found]
        assert links[0] != links[1]
        bodies = [
            service(day).answer(Asked(link.removeprefix("http://council.test"), day, 0, JSON)).body
            for day, link in zip((4, 5), links, strict=True)
        ]
        assert bodies[0] == bodies[1]
        assert bodies[0].startswith(b"%PDF-")

    def test_saving_every_record_moves_stamps_and_nothing_else(self):
        """Stamps and row versions are new; all other fields are as they were."""
        before, after = (read(service(day), "matters/12102") for day in (8, 9))
        differing = {name for name in before if before[name] != after[name]}
        assert differing == {"MatterLastModifiedUtc", "MatterRowVersion"}

    def test_texts_keep_their_marks_in_rtf_and_lose_them_in_plain(self):
        """The RTF underlines what is added and strikes what goes; the plain text flattens both."""
        versions = read(service(16), "matters/12117/versions")
        assert [row["Value"] for row in versions] == ["1", "2"]
        text = read(service(16), f"matters/12117/texts/{versions[1]['Key']}")
        found = read_rtf(text["MatterTextRtf"], most=100_000)
        marked = dict.fromkeys(("struck", "underlined"), "")
        for span in found.spans:
            marked[span.kind] += found.text[span.start : span.end]
        assert marked["struck"] == "mayat the direction of a supervisor"
        assert "is a misdemeanor" in marked["underlined"]
        assert "members may shall not cover" in text["MatterTextPlain"]

    def test_signs_survive_rtf(self):
        """Backslashes, braces and what is not ASCII come back as they were."""
        said = "§ 3-113.1 \\ {x} “quoted” naïve — 日本"
        assert read_rtf(rtf(Paper(said)), most=1000).text.strip() == said

    def test_plain_text_loses_the_section_sign(self):
        """The real service gives a sign of its own for "§"."""
        assert plain(Paper("8 U.S.C. § 1357(g)")) == "8 U.S.C. \ufffd 1357(g)"

    def test_an_agenda_gives_notes_and_files_only_when_asked(self):
        """Items come with the meeting or apart; notes are RTF and come on request."""
        assert read(service(4), "events/7310")["EventItems"] == []
        bare = read(service(4), "events/7310/eventitems")
        noted = read(service(4), "events/7310/eventitems", AgendaNote=1, Attachments=1)
        assert [item["EventItemMatterFile"] for item in bare] == [None, "CB 3117"]
        assert bare[1]["EventItemAgendaNote"] is None
        assert noted[1]["EventItemAgendaNote"].startswith("{\\rtf1")
        assert [bool(item["EventItemMatterAttachments"]) for item in noted] == [False, True]
        assert not bare[1]["EventItemMatterAttachments"]

    def test_a_history_row_has_the_id_of_its_agenda_item(self):
        """The roll call of a step is found by the id of the step."""
        city = service(18)
        step = read(city, "matters/12117/histories")[-1]
        items = read(city, "events/7310/eventitems")
        assert step["MatterHistoryId"] in {item["EventItemId"] for item in items}
        votes = read(city, f"eventitems/{step['MatterHistoryId']}/votes")
        assert [vote["VoteValueName"] for vote in votes].count("In Favor") == 4
        assert (step["MatterHistoryPassedFlagName"], step["MatterHistoryTally"]) == ("Pass", "4:1")

    def test_ids_do_not_change_from_day_to_day(self):
        """Whatever happens, a record keeps its id and its GUID."""
        for path, name in (("matters", "Matter"), ("events", "Event")):
            days = [
                {row[f"{name}Id"]: row[f"{name}Guid"] for row in read(service(day), path)}
                for day in (0, 9, len(DAYS) - 1)
            ]
            assert days[0].items() <= days[1].items() <= days[2].items()

    def test_short_tables_hold_every_word_used(self):
        """Each id that a row carries can be looked up."""
        city = service(len(DAYS) - 1)
        statuses = {row["MatterStatusId"]: row["MatterStatusName"] for row in
                    read(city, "matterstatuses")}  # fmt: skip
        for matter in read(city, "matters"):
            assert statuses[matter["MatterStatusId"]] == matter["MatterStatusName"]
        people = {row["PersonId"]: row["PersonFullName"] for row in read(city, "persons")}
        for sponsor in read(city, "matters/12102/sponsors"):
            assert people[sponsor["MatterSponsorNameId"]] == sponsor["MatterSponsorName"]


def test_trouble_is_off_unless_the_day_has_it():
    """A service without trouble answers everything it knows."""
    assert read(Legistar(world(3), Trouble()), "matters")
