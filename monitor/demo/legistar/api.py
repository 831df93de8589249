"""The council's Legistar without its server: the Web API, the public site's gateway, the files.

Requests are answered as the real service answers them: XML unless JSON is asked
for, errors in envelopes, 403 without the token of a closed client, 500 for a
client nobody set up, and a roll call that fails for ever.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from monitor.demo.legistar import rows
from monitor.demo.legistar.odata import BadQuery, select
from monitor.demo.legistar.rows import Row
from monitor.demo.legistar.xml import document
from monitor.demo.papers import Paper
from monitor.demo.printing import print_plainly
from monitor.demo.sites import Answer, Asked
from monitor.demo.story import DAYS, Trouble, world
from monitor.demo.world import Attachment, Matter, Meeting, World

CLIENT = "harborview"
WELL = Trouble()
HEADERS = {"Pragma": "no-cache", "Expires": "-1", "X-AspNet-Version": "4.0.30319"}
INVALID = b"Invalid parameters!"
NULL_VOTE = (
    "The cast to value type 'System.Int32' failed because the materialized value is null. Either "
    "the result type's generic parameter or the query must use a nullable type."
)


class Refused(Exception):
    """An answer that is no data: a status and what its envelope says."""

    def __init__(self, status: HTTPStatus, message: str, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.envelope = {"Message": message, **more}


@dataclass(frozen=True, slots=True)
class Legistar:
    """One client's service over a world. `token` closes it to whoever does not bring it."""

    world: World
    trouble: Trouble = WELL
    client: str = CLIENT
    token: str = ""

    def answer(self, asked: Asked) -> Answer:
        """Answer a request for the API, the public site or a file."""
        if asked.path.startswith("/v1/"):
            return self.data(asked)
        if asked.path.lower() == "/gateway.aspx":
            return self.gateway(asked)
        if asked.path == "/LegislationDetail.aspx":
            # The real one refuses an address made from the API's own ids.
            return Answer(INVALID)
        return self.file(asked.path)

    # ------------------------------------------------------------------ the API

    def data(self, asked: Asked) -> Answer:
        wants_json = "json" in asked.headers.get("accept", "").lower()
        try:
            found, kind = self.found(asked)
        except Refused as refused:
            return written(refused.envelope, "Error", refused.status, as_json=wants_json)
        return written(found, kind, HTTPStatus.OK, as_json=wants_json)

    def found(self, asked: Asked) -> tuple[Any, str]:
        """The rows, or the one row, that an address means, and their kind. Raises Refused."""
        self.admit(asked)
        path = "/".join(asked.path.lower().strip("/").split("/")[2:])
        for pattern, read in ROUTES:
            match = re.fullmatch(pattern, path)
            if match:
                return read(self, asked, *match.groups())
        raise Refused(
            HTTPStatus.NOT_FOUND,
            f"No HTTP resource was found that matches the request URI '{asked.target}'.",
        )

    def admit(self, asked: Asked) -> None:
        """Refuse when the service is down, the client unknown, or the token missing."""
        slug = asked.path.split("/")[2].lower()
        if self.trouble.api_down:
            raise Refused(
                HTTPStatus.INTERNAL_SERVER_ERROR, "An error has occurred.",
                ExceptionMessage="The underlying provider failed on Open.",
                ExceptionType="System.Data.Entity.Core.EntityException",
                StackTrace="   at System.Data.Entity.Core.EntityClient.EntityConnection.Open()",
            )  # fmt: skip
        if slug != self.client:
            raise Refused(
                HTTPStatus.INTERNAL_SERVER_ERROR, "An error has occurred.",
                ExceptionMessage="LegistarConnectionString setting is not set up in InSite for "
                f"client: {slug}",
                ExceptionType="System.Exception",
                StackTrace="   at LegistarWebAPI.Code.Common.GetClientSettingOrError",
            )  # fmt: skip
        if self.token and asked.query.get("token") != self.token:
            raise Refused(HTTPStatus.FORBIDDEN, "Token is required")

    def listed(self, asked: Asked, found: Sequence[Row], kind: str) -> tuple[list[Row], str]:
        """The part of a list that the query wants. Raises Refused."""
        try:
            return [dict(row) for row in select(found, asked.query)], kind
        except BadQuery as error:
            raise Refused(
                HTTPStatus.BAD_REQUEST,
                f"The query specified in the URI is not valid. {error}",
                MessageDetail=str(error),
            ) from error

    def matters(self, asked: Asked) -> tuple[Any, str]:
        found = [rows.matter_row(one) for one in self.world.matters]
        twice = [row for row in found if row["MatterFile"] in self.trouble.matter_twice]
        listed, kind = self.listed(asked, found, "GranicusMatter")
        # While the list was read, a row moved from one place to another.
        wanted = {row["MatterId"] for row in listed}
        return [*listed, *(row for row in twice if row["MatterId"] in wanted)], kind

    def matter(self, _: Asked, number: str) -> tuple[Any, str]:
        return rows.matter_row(self.of(number)), "GranicusMatter"

    def of(self, number: str) -> Matter:
        """The matter of an id. Raises Refused."""
        for matter in self.world.matters:
            if str(matter.id) == number:
                return matter
        raise Refused(HTTPStatus.NOT_FOUND, f"Matter {number} was not found.")

    def histories(self, asked: Asked, number: str) -> tuple[Any, str]:
        matter = self.of(number)
        found = [rows.history_row(matter, deed, self.world) for deed in matter.deeds]
        return self.listed(asked, found, "GranicusMatterHistory")

    def attachments(self, asked: Asked, number: str) -> tuple[Any, str]:
        return self.listed(asked, self.files_of(self.of(number), asked), "GranicusMatterAttachment")

    def files_of(self, matter: Matter, asked: Asked) -> list[Row]:
        host = asked.headers.get("host", "")
        place = f"http://{host}/{self.client}/attachments"
        return [
            rows.attachment_row(matter, file, rank, place)
            for rank, file in enumerate(matter.attachments, 1)
        ]

    def versions(self, _: Asked, number: str) -> tuple[Any, str]:
        matter = self.of(number)
        return [
            rows.version_row(matter, text) for text in matter.texts
        ], "KeyValuePairOfstringstring"

    def text(self, _: Asked, number: str, key: str) -> tuple[Any, str]:
        matter = self.of(number)
        for text in matter.texts:
            if str(rows.text_key(matter, text)) == key:
                return rows.text_row(matter, text), "GranicusMatterText"
        raise Refused(HTTPStatus.NOT_FOUND, f"MatterText {key} was not found.")

    def sponsors(self, asked: Asked, number: str) -> tuple[Any, str]:
        matter = self.of(number)
        found = [rows.sponsor_row(matter, name) for name in matter.sponsors]
        return self.listed(asked, found, "GranicusMatterSponsor")

    def relations(self, asked: Asked, number: str) -> tuple[Any, str]:
        matter = self.of(number)
        found = [rows.relation_row(matter, other) for other in matter.related]
        return self.listed(asked, found, "GranicusMatterRelation")

    def nothing(self, asked: Asked, number: str) -> tuple[Any, str]:
        """What this council does not use: code sections and indexes."""
        self.of(number)
        return self.listed(asked, [], "GranicusMatterIndex")

    def events(self, asked: Asked) -> tuple[Any, str]:
        found = [rows.event_row(one, site_of(asked), ()) for one in self.world.meetings]
        return self.listed(asked, found, "GranicusEvent")

    def event(self, asked: Asked, number: str) -> tuple[Any, str]:
        meeting = self.meeting(number)
        items = self.items(meeting, asked) if wanted(asked, "eventitems") else []
        return rows.event_row(meeting, site_of(asked), items), "GranicusEvent"

    def event_items(self, asked: Asked, number: str) -> tuple[Any, str]:
        return self.listed(asked, self.items(self.meeting(number), asked), "GranicusEventItem")

    def meeting(self, number: str) -> Meeting:
        """The meeting of an id. Raises Refused."""
        for meeting in self.world.meetings:
            if str(meeting.id) == number:
                return meeting
        raise Refused(HTTPStatus.NOT_FOUND, f"Event {number} was not found.")

    def items(self, meeting: Meeting, asked: Asked) -> list[Row]:
        """The lines of an agenda with what the query asks for beside them."""
        with_files = wanted(asked, "eventitemattachments") or wanted(asked, "attachments")
        by_file = {matter.file: matter for matter in self.world.matters}
        found = []
        for line in meeting.lines:
            files = self.files_of(by_file[line.file], asked) if with_files and line.file else []
            row = rows.item_row(meeting, line, self.world, files)
            unasked = {
                f"EventItem{note}": None
                for note in ("AgendaNote", "MinutesNote")
                if not wanted(asked, note.lower())
            }
            found.append(row | unasked)
        return found

    def votes(self, asked: Asked, number: str) -> tuple[Any, str]:
        for meeting in self.world.meetings:
            for line in meeting.lines:
                if str(rows.item_id(meeting, line)) != number:
                    continue
                if line.file in self.trouble.roll_calls_broken:
                    raise Refused(
                        HTTPStatus.INTERNAL_SERVER_ERROR, "An error has occurred.",
                        ExceptionMessage=NULL_VOTE,
                        ExceptionType="System.InvalidOperationException",
                        StackTrace="   at System.Data.Entity.Core.Common.Internal.Materialization",
                    )  # fmt: skip
                found = rows.vote_rows(int(number), line.ballot, meeting.day) if line.ballot else []
                return self.listed(asked, found, "GranicusVote")
        return [], "GranicusVote"

    def roll_calls(self, asked: Asked, _: str) -> tuple[Any, str]:
        """Who was there when the roll was called: nobody wrote that down."""
        return self.listed(asked, [], "GranicusRollCall")

    def people(self, asked: Asked) -> tuple[Any, str]:
        return self.listed(asked, [rows.person_row(name) for name in rows.PEOPLE], "GranicusPerson")

    def table(self, asked: Asked, path: str) -> tuple[Any, str]:
        kind, prefix, names, first = rows.TABLES[path]
        found = [rows.table_row(prefix, name, first + rank) for rank, name in enumerate(names)]
        return self.listed(asked, found, kind)

    # ------------------------------------------------------- the site, the files

    def gateway(self, asked: Asked) -> Answer:
        """The one address by which an id of the API leads to a page for people."""
        number = {name.lower(): value for name, value in asked.query.items()}.get("id", "")
        try:
            matter = self.of(number)
        except Refused:
            return Answer(b"This record no longer exists.", status=HTTPStatus.GONE)
        detail = f"/Detail.aspx?ID={matter.id}"
        return Answer(b"", status=HTTPStatus.FOUND, headers={"Location": detail})

    def file(self, path: str) -> Answer:
        for matter in self.world.matters:
            for file in matter.attachments:
                if path == f"/{self.client}/attachments/{rows.file_name(file)}":
                    kept = file.kept.replace(tzinfo=UTC)
                    return Answer(attachment_bytes(file), "application/pdf", modified=kept)
        return Answer(b"The resource cannot be found.", status=HTTPStatus.NOT_FOUND)


Read = Callable[..., tuple[Any, str]]

ROUTES: Sequence[tuple[str, Read]] = (
    (r"matters", Legistar.matters),
    (r"matters/(\d+)", Legistar.matter),
    (r"matters/(\d+)/histories", Legistar.histories),
    (r"matters/(\d+)/attachments", Legistar.attachments),
    (r"matters/(\d+)/versions", Legistar.versions),
    (r"matters/(\d+)/texts/(\w+)", Legistar.text),
    (r"matters/(\d+)/sponsors", Legistar.sponsors),
    (r"matters/(\d+)/relations", Legistar.relations),
    (r"matters/(\d+)/(?:codesections|indexes)", Legistar.nothing),
    (r"events", Legistar.events),
    (r"events/(\d+)", Legistar.event),
    (r"events/(\d+)/eventitems", Legistar.event_items),
    (r"eventitems/(\d+)/votes", Legistar.votes),
    (r"eventitems/(\d+)/rollcalls", Legistar.roll_calls),
    (r"persons", Legistar.people),
    (f"({'|'.join(rows.TABLES)})", Legistar.table),
)


def council(asked: Asked) -> Answer:
    """The Legistar of the Harborview City Council on a day of the story."""
    return Legistar(world(asked.day), DAYS[asked.day].trouble).answer(asked)


def wanted(asked: Asked, option: str) -> bool:
    """Whether a switch of the query is on; its name's letters do not matter."""
    return {name.lower(): value for name, value in asked.query.items()}.get(option) == "1"


def site_of(asked: Asked) -> str:
    return f"http://{asked.headers.get('host', '')}"


def written(value: Any, kind: str, status: HTTPStatus, *, as_json: bool) -> Answer:
    """Data, or an error's envelope, in the format that was asked for."""
    if as_json:
        body, media_type = json.dumps(value).encode(), "application/json; charset=utf-8"
    else:
        body, media_type = document(value, kind), "application/xml; charset=utf-8"
    headers = HEADERS | ({"Retry-After": "0"} if status >= HTTPStatus.INTERNAL_SERVER_ERROR else {})
    return Answer(body, media_type, status=status, headers=headers)


@lru_cache(maxsize=64)
def printed(name: str, paper: Paper, at: datetime) -> bytes:
    return print_plainly(name, paper, at)


def attachment_bytes(file: Attachment) -> bytes:
    """An attachment's file; one that only got another address has the same bytes."""
    return printed(file.name, file.paper, file.kept)
