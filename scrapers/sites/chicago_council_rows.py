"""Rows of the eLMS as the City Clerk's API answers them: what they hold, when they were. Pure.

Moments are real UTC ("2026-04-15T15:00:00+00:00" is ten in the morning, and a
day without a time is midnight in Chicago); 1900-01-01 means none. A list leaves
all that hangs on a matter null, so only a detail has actions or attachments.
"""

from datetime import UTC, date, datetime, time
from types import MappingProxyType
from zoneinfo import ZoneInfo

from scrapers.fields import Fields, named
from scrapers.platforms.legistar_rows import Row, as_rows, digest, moment, row_of, whole, words
from scrapers.sites.chicago_council_words import original_of, year_in

ZONE = ZoneInfo("America/Chicago")
HUNG = frozenset({"actions", "sponsors", "attachments", "relations", "timeline"})
"""What hangs on a matter and is null in lists."""

NONE_BEFORE = 1901

FIELDS = Fields(
    used=MappingProxyType(
        {
            "matter": named("title shortTitle nicknameAlias actions sponsors attachments relations"),
            "action": named("actionName actionDate actionByName votes"),
            "vote": named("voterName vote"),
            "sponsor": named("sponsorName personId"),
            "attachment": named("fileName path"),
            "meeting": named("body location date files agenda videoLink"),
            "file": named("path fileName"),
            "item": named("matterTitle recordNumber displayId actionName"),
        }
    ),
    also_kept=MappingProxyType(
        {
            "matter": named(
                "matterId fileYear recordNumber legacyRecordNumber status legacyStatus subStatus "
                "statusDescription filingOffice filingSponsor filingSponsorId introductionDate "
                "finalActionDate committeReferral routine introductionType controllingBody "
                "controllingBodyId keyLegislation economicDisclosure recordCreateDate "
                "matterCategory type originalRecordNumber supersededBy agreedCalendar timeline "
                "lastPublicationDate"
            ),
            "action": named("journalPage actionText meetingId historyId name sort"),
            "vote": named("personId"),
            "sponsor": named("office sponsorType"),
            "attachment": named("attachmentType"),
            "meeting": named(
                "meetingId status bodyId comment bodyAbbreviation transcriptLink attendance "
                "lastPublicationDate relatedMeetings publicCommentDeadline"
            ),
            "file": named("attachmentType sort"),
            "item": named("matterId commentId sort matterType hasVotes voteType group lineId"),
        }
    ),
    parts=named("actions sponsors attachments votes files agenda"),
    plain=named("relations videoLink"),
)  # fmt: skip
"""Every field known; docs/sources/chicago-council.md has the table."""


def page_of(body: bytes, url: str) -> tuple[list[Row], int | None]:
    """The rows of a page of a list, and how many the site says there are in all.

    Raises ParseDrift for an answer that is no list of rows.
    """
    found = row_of(body, url)
    rows = as_rows(found.get("data"), url, "what the answer holds under `data`")
    meta = found.get("meta")
    count = whole(meta, "count") if isinstance(meta, dict) else None
    # A number below that of the rows in sight says nothing.
    return rows, count if count is not None and count >= len(rows) else None


def number_of(row: Row) -> str:
    """A matter's record number; some are stored with a blank behind."""
    return words(row, "recordNumber")


def paper_of(row: Row) -> str:
    """Which measure a matter is one text of: substitutes and their original are one."""
    number = original_of(number_of(row) or words(row, "originalRecordNumber"))
    return number or f"matter {words(row, 'matterId')}"


def session_of(row: Row) -> str:
    """The year in the record number, else of the file, else of its introduction; "" for none."""
    introduced = day(words(row, "introductionDate"))
    in_file = words(row, "fileYear")
    return (
        year_in(number_of(row))
        or (in_file if in_file != "0" else "")
        or (str(introduced.year) if introduced else "")
    )


def stamp_of(row: Row) -> str:
    """The digest of what a list shows of a matter; a detail of the same state has the same."""
    return digest({name: value for name, value in row.items() if name not in HUNG})


def local(printed: str) -> datetime | None:
    """A moment on Chicago's clock; None for nothing, for 1900-01-01 and for something else."""
    found = moment(printed)
    return found.astimezone(ZONE) if found and found.year >= NONE_BEFORE else None


def day(printed: str) -> date | None:
    """The day of a moment in Chicago. Midnight in UTC is a day that was written without a time."""
    found = local(printed)
    if found is None:
        return None
    at = found.astimezone(UTC)
    return at.date() if at.time() == time() else found.date()
