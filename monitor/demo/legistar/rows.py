"""The council's matters, meetings and votes as rows of the API, with the service's own names.

Stamps are UTC without a Z, all other dates local midnights without a zone.
Ids do not change from day to day; a line of a matter's history has the id of
the agenda's line it stems from, as in the real service.
"""

import base64
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zlib import crc32

from monitor.demo.legistar.rtf import plain, rtf, rtf_note
from monitor.demo.world import Attachment, Ballot, Deed, Line, Matter, Meeting, Text, World

Row = dict[str, Any]

BODIES = ("City Council", "Public Safety Committee", "Parks and Waterfront Committee", "Mayor")
STATUSES = ("In Committee", "Full Council Agenda Ready", "Passed", "Adopted", "Enacted")
TYPES = ("Council Bill", "Resolution", "Appointment")
ACTIONS = ("referred", "pass as amended", "passed", "adopted", "Signed")
VOTES = ("In Favor", "Opposed", "Excused", "Abstained")
PEOPLE = (
    "Marisol Vance", "Theo Lindgren", "Priya Raman", "Desmond Achebe", "Ines Hale", "Ruth Okabe",
    "Solomon Reyes",
)  # fmt: skip
OPENED = datetime.combine(date(2020, 1, 6), time(18))
"""When the tables that never change were written."""


def guid(*names: object) -> str:
    """An identifier made from names: the same names give the same one."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(map(str, names)))).upper()


def row_version(*said: object) -> str:
    """What changes with every save of a row: eight bytes in base64."""
    return base64.b64encode(b"\0\0\0\0" + crc32(repr(said).encode()).to_bytes(4, "big")).decode()


def stamp(moment: datetime) -> str:
    """A stamp; a fraction stands there only when it is not zero."""
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def midnight(day: date | None) -> str | None:
    return None if day is None else f"{day.isoformat()}T00:00:00"


def known(name: str, names: Sequence[str], first: int) -> int | None:
    """A word's id in one of the service's short tables, None for a word that is not in it."""
    return first + names.index(name) if name in names else None


def item_id(meeting: Meeting, line: Line) -> int:
    """The id of an agenda's line, which is also that of its line in the matter's history."""
    return 60_000 + crc32(f"{meeting.id}/{line.file or line.title}".encode()) % 900_000


def deed_id(matter: Matter, deed: Deed, world: World) -> int:
    for meeting in world.meetings:
        for line in meeting.lines:
            if line.ballot and (line.file, meeting.day) == (matter.file, deed.day):
                return item_id(meeting, line)
    return 1_000_000 + crc32(f"{matter.id}/{deed.day}/{deed.action}".encode()) % 900_000


# ------------------------------------------------------------------- matters


def matter_row(matter: Matter) -> Row:
    """One matter with all of its fields."""
    row: Row = {
        "MatterId": matter.id,
        "MatterGuid": guid("matter", matter.id),
        "MatterLastModifiedUtc": stamp(matter.touched.replace(microsecond=matter.id % 1000 * 1000)),
        "MatterRowVersion": row_version(matter.id, matter.touched),
        "MatterFile": matter.file,
        "MatterName": None,
        "MatterTitle": matter.title,
        "MatterTypeId": known(matter.kind, TYPES, 50),
        "MatterTypeName": matter.kind,
        "MatterStatusId": known(matter.status, STATUSES, 70),
        "MatterStatusName": matter.status,
        "MatterBodyId": known(matter.body, BODIES, 138),
        "MatterBodyName": matter.body,
        "MatterIntroDate": midnight(matter.introduced),
        "MatterAgendaDate": midnight(matter.agenda),
        "MatterPassedDate": midnight(matter.passed),
        "MatterEnactmentDate": midnight(matter.enacted),
        "MatterEnactmentNumber": matter.enactment or None,
        "MatterRequester": None,
        "MatterNotes": None,
        "MatterVersion": matter.texts[-1].version if matter.texts else "1",
        "MatterCost": None,
    }
    row |= {f"MatterText{number}": None for number in range(1, 6)}
    row |= {f"MatterDate{number}": None for number in (1, 2)}
    row |= {f"MatterEXText{number}": None for number in range(1, 12)}
    row |= {f"MatterEXDate{number}": None for number in range(1, 11)}
    return row | {
        "MatterAgiloftId": 0,
        "MatterReference": None,
        "MatterRestrictViewViaWeb": False,
        "MatterReports": [],
    }


def history_row(matter: Matter, deed: Deed, world: World) -> Row:
    """One line of a matter's history."""
    ballot = deed.ballot
    held = next(
        (one for one in world.meetings if (one.body, one.day) == (deed.body, deed.day)), None
    )
    return {
        "MatterHistoryId": deed_id(matter, deed, world),
        "MatterHistoryEventId": held.id if held else None,
        "MatterHistoryGuid": guid("history", matter.id, deed.day, deed.action),
        "MatterHistoryLastModifiedUtc": stamp(datetime.combine(deed.day, time(22, 5))),
        "MatterHistoryRowVersion": row_version(matter.id, deed.day, deed.action),
        "MatterHistoryAgendaSequence": 0,
        "MatterHistoryMinutesSequence": 0,
        "MatterHistoryAgendaNumber": None,
        "MatterHistoryVideo": None,
        "MatterHistoryVideoIndex": None,
        "MatterHistoryVersion": deed.version,
        "MatterHistoryAgendaNote": None,
        "MatterHistoryMinutesNote": None,
        "MatterHistoryActionDate": midnight(deed.day),
        "MatterHistoryActionId": known(deed.action, ACTIONS, 430),
        "MatterHistoryActionName": deed.action,
        "MatterHistoryActionText": deed.text or None,
        "MatterHistoryActionBodyId": known(deed.body, BODIES, 138),
        "MatterHistoryActionBodyName": deed.body,
        "MatterHistoryPassedFlag": int(ballot.passed) if ballot else None,
        "MatterHistoryPassedFlagName": ("Pass" if ballot.passed else "Fail") if ballot else None,
        "MatterHistoryRollCallFlag": 0,
        "MatterHistoryFlagExtra": 0,
        "MatterHistoryTally": ballot.tally if ballot else None,
        "MatterHistoryAccelaRecordId": None,
        "MatterHistoryConsent": 0,
        "MatterHistoryMoverId": None,
        "MatterHistoryMoverName": None,
        "MatterHistorySeconderId": None,
        "MatterHistorySeconderName": None,
        "MatterHistoryMatterStatusId": known(matter.status, STATUSES, 70),
    }


def attachment_row(matter: Matter, file: Attachment, rank: int, place: str) -> Row:
    """One attachment; `place` is the address before the file's name."""
    name = file_name(file)
    return {
        "MatterAttachmentId": 21_000 + crc32(f"{matter.id}/{file.name}".encode()) % 9_000,
        "MatterAttachmentGuid": guid("attachment", matter.id, file.guid),
        "MatterAttachmentLastModifiedUtc": stamp(file.kept),
        "MatterAttachmentRowVersion": row_version(file.guid, file.kept),
        "MatterAttachmentName": file.name,
        "MatterAttachmentHyperlink": f"{place}/{name}",
        "MatterAttachmentFileName": name,
        "MatterAttachmentMatterVersion": "0",
        "MatterAttachmentIsHyperlink": False,
        "MatterAttachmentBinary": None,
        "MatterAttachmentIsSupportingDocument": file.supporting,
        "MatterAttachmentShowOnInternetPage": True,
        "MatterAttachmentIsMinuteOrder": False,
        "MatterAttachmentIsBoardLetter": False,
        "MatterAttachmentAgiloftId": 0,
        "MatterAttachmentDescription": None,
        "MatterAttachmentPrintWithReports": True,
        "MatterAttachmentSort": rank,
    }


def file_name(file: Attachment) -> str:
    return f"{file.guid}.pdf"


def version_row(matter: Matter, text: Text) -> Row:
    """The key of a text and the version it is."""
    return {"Key": str(text_key(matter, text)), "Value": text.version}


def text_key(matter: Matter, text: Text) -> int:
    return matter.id * 10 + matter.texts.index(text)


def text_row(matter: Matter, text: Text) -> Row:
    """The text of one version: as RTF with its marks, and plain without them."""
    return {
        "MatterTextId": text_key(matter, text),
        "MatterTextGuid": guid("text", matter.id, text.version),
        "MatterTextLastModifiedUtc": stamp(text.kept),
        "MatterTextRowVersion": row_version(matter.id, text.version, text.kept),
        "MatterTextMatterId": matter.id,
        "MatterTextVersion": text.version,
        "MatterTextPlain": plain(text.paper),
        "MatterTextRtf": rtf(text.paper),
    }


def sponsor_row(matter: Matter, name: str) -> Row:
    rank = matter.sponsors.index(name)
    return {
        "MatterSponsorId": matter.id * 10 + rank,
        "MatterSponsorGuid": guid("sponsor", matter.id, name),
        "MatterSponsorLastModifiedUtc": stamp(datetime.combine(matter.introduced, time(17))),
        "MatterSponsorRowVersion": row_version(matter.id, name),
        "MatterSponsorMatterId": matter.id,
        "MatterSponsorMatterVersion": "1",
        "MatterSponsorNameId": known(name, PEOPLE, 501),
        "MatterSponsorBodyId": known("City Council", BODIES, 138),
        "MatterSponsorName": name,
        "MatterSponsorSequence": rank,
        "MatterSponsorLinkFlag": 0,
    }


def relation_row(matter: Matter, other: int) -> Row:
    return {
        "MatterRelationId": matter.id * 100 + other % 100,
        "MatterRelationGuid": guid("relation", matter.id, other),
        "MatterRelationLastModifiedUtc": stamp(datetime.combine(matter.introduced, time(17))),
        "MatterRelationRowVersion": row_version(matter.id, other),
        "MatterRelationMatterId": other,
        "MatterRelationFlag": 0,
    }


# ------------------------------------------------------------------ meetings


def event_row(meeting: Meeting, site: str, items: Sequence[Row]) -> Row:
    """One meeting; `site` is where people read of it."""
    agenda = known(meeting.agenda, ("Draft", "Final", "Canceled"), 9)
    minutes = known(meeting.minutes, ("Draft", "Final"), 9)
    return {
        "EventId": meeting.id,
        "EventGuid": guid("event", meeting.id),
        "EventLastModifiedUtc": stamp(meeting.touched),
        "EventRowVersion": row_version(meeting.id, meeting.touched),
        "EventBodyId": known(meeting.body, BODIES, 138),
        "EventBodyName": meeting.body,
        "EventDate": midnight(meeting.day),
        "EventTime": f"{meeting.time:%I:%M %p}".lstrip("0"),
        "EventVideoStatus": "Public",
        "EventAgendaStatusId": agenda,
        "EventAgendaStatusName": meeting.agenda,
        "EventMinutesStatusId": minutes,
        "EventMinutesStatusName": meeting.minutes,
        "EventLocation": meeting.place,
        "EventAgendaFile": None,
        "EventMinutesFile": None,
        "EventAgendaLastPublishedUTC": stamp(meeting.touched)
        if meeting.agenda == "Final"
        else None,
        "EventMinutesLastPublishedUTC": None,
        "EventComment": meeting.comment or None,
        "EventVideoPath": None,
        "EventMedia": None,
        "EventInSiteURL": f"{site}/MeetingDetail.aspx?LEGID={meeting.id}&GID=393&G={guid('site')}",
        "EventItems": list(items),
    }


def item_row(meeting: Meeting, line: Line, world: World, files: Sequence[Row]) -> Row:
    """One line of an agenda, with what was done at it."""
    rank = meeting.lines.index(line) + 1
    matter = next((one for one in world.matters if one.file == line.file), None)
    ballot = line.ballot
    return {
        "EventItemId": item_id(meeting, line),
        "EventItemGuid": guid("item", meeting.id, line.file or line.title),
        "EventItemLastModifiedUtc": stamp(meeting.touched),
        "EventItemRowVersion": row_version(meeting.id, line.title, line.action),
        "EventItemEventId": meeting.id,
        "EventItemAgendaSequence": rank,
        "EventItemMinutesSequence": rank,
        "EventItemAgendaNumber": line.number or None,
        "EventItemVideo": None,
        "EventItemVideoIndex": None,
        "EventItemVersion": (matter.texts[-1].version if matter.texts else "1") if matter else None,
        "EventItemAgendaNote": rtf_note(line.note) or None,
        "EventItemMinutesNote": None,
        "EventItemActionId": known(line.action, ACTIONS, 430),
        "EventItemActionName": line.action or None,
        "EventItemActionText": None,
        "EventItemPassedFlag": int(ballot.passed) if ballot else None,
        "EventItemPassedFlagName": ("Pass" if ballot.passed else "Fail") if ballot else None,
        "EventItemRollCallFlag": 0,
        "EventItemFlagExtra": 0,
        "EventItemTitle": line.title,
        "EventItemTally": ballot.tally if ballot else None,
        "EventItemAccelaRecordId": None,
        "EventItemConsent": 0,
        "EventItemMoverId": None,
        "EventItemMover": None,
        "EventItemSeconderId": None,
        "EventItemSeconder": None,
        "EventItemMatterId": matter.id if matter else None,
        "EventItemMatterGuid": guid("matter", matter.id) if matter else None,
        "EventItemMatterFile": matter.file if matter else None,
        "EventItemMatterName": None,
        "EventItemMatterType": matter.kind if matter else None,
        "EventItemMatterStatus": matter.status if matter else None,
        "EventItemMatterAttachments": list(files),
    }


def vote_rows(item: int, ballot: Ballot, day: date) -> list[Row]:
    """How each member voted on an agenda's line."""
    return [
        {
            "VoteId": 47_000 + crc32(f"{item}/{name}".encode()) % 9_000,
            "VoteGuid": guid("vote", item, name),
            "VoteLastModifiedUtc": stamp(datetime.combine(day, time(23, 40))),
            "VoteRowVersion": row_version(item, name),
            "VotePersonId": known(name, PEOPLE, 501),
            "VotePersonName": name,
            "VoteValueId": known(value, VOTES, 16),
            "VoteValueName": value,
            "VoteSort": rank,
            "VoteResult": int(value == "In Favor"),
            "VoteEventItemId": item,
        }
        for rank, (name, value) in enumerate(ballot.roll.items(), 1)
    ]


# ------------------------------------------------------------- short tables


def table_row(prefix: str, name: str, number: int) -> Row:
    """A row of one of the tables that hold a name for each id."""
    return {
        f"{prefix}Id": number,
        f"{prefix}Guid": guid(prefix, name),
        f"{prefix}LastModifiedUtc": stamp(OPENED),
        f"{prefix}RowVersion": row_version(prefix, name),
        f"{prefix}Name": name,
    }


def person_row(name: str) -> Row:
    first, _, last = name.partition(" ")
    number = known(name, PEOPLE, 501)
    return {
        "PersonId": number,
        "PersonGuid": guid("person", name),
        "PersonLastModifiedUtc": stamp(OPENED),
        "PersonRowVersion": row_version("person", name),
        "PersonFirstName": first,
        "PersonLastName": last,
        "PersonFullName": name,
        "PersonActiveFlag": 1,
        "PersonUsedSponsorFlag": 1,
        "PersonEmail": "",
        "PersonWWW": "",
    }


TABLES: Mapping[str, tuple[str, str, tuple[str, ...], int]] = {
    "bodies": ("GranicusBody", "Body", BODIES, 138),
    "mattertypes": ("GranicusMatterType", "MatterType", TYPES, 50),
    "matterstatuses": ("GranicusMatterStatus", "MatterStatus", STATUSES, 70),
    "actions": ("GranicusAction", "Action", ACTIONS, 430),
    "votetypes": ("GranicusVoteType", "VoteType", VOTES, 16),
}
"""By the path: the kind of row, the prefix of its fields, its names, the id of the first."""
