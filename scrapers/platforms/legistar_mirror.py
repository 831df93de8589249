"""New York's council without a token: a public copy of what its Web API says.

The Council's Web API wants a token. Somebody who has one publishes each matter
as a JSON file (github.com/jehiah/nyc_legislation), remade every few hours: the
matter's own fields without their prefix, its history with roll calls, sponsors,
attachments and the current text. A folder's tree names all files of a year with
their digests, so that only what changed is asked for. The files become the same
measures as the API's rows. The copy is not the Council's own word; each measure
links to the Council's page. Dates end in a Z that is none: they are local.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapers.errors import Challenge, ErrorPage, NotRecorded, ParseDrift, SourceError
from scrapers.items import Listing, Measure
from scrapers.platforms.legistar_client import Client, Copy
from scrapers.platforms.legistar_measures import Children, as_measure, count_unmapped
from scrapers.platforms.legistar_rows import Row
from scrapers.ports import KnownMeasure
from scrapers.spider import health_of

if TYPE_CHECKING:
    from scrapers.spider import SiteSpider

FOLDERS = ("introduction", "resolution")
SHA = "Mirror"
"""In the extras: the file a measure was read from, and its digest then."""

NO_DAY = "0001-01-01"
GIVES_UP = 10
_DAYS = ("IntroDate", "AgendaDate", "PassedDate", "EnactmentDate")
_PLAIN = MappingProxyType(
    {
        "ID": "MatterId", "GUID": "MatterGuid", "File": "MatterFile", "Name": "MatterName",
        "Title": "MatterTitle", "TypeID": "MatterTypeId", "TypeName": "MatterTypeName",
        "StatusID": "MatterStatusId", "StatusName": "MatterStatusName", "BodyID": "MatterBodyId",
        "BodyName": "MatterBodyName", "Version": "MatterVersion", "LocalLaw": "MatterEnactmentNumber",
        "Summary": "MatterEXText5", "LastModified": "MatterLastModifiedUtc",
    }
)  # fmt: skip
"""A file's fields and the API's names of them."""

_ELSEWHERE = frozenset({*_DAYS, "Sponsors", "History", "Attachments", "TextID", "Text", "RTF"})
_HISTORY = MappingProxyType(
    {
        "ID": "Id", "Action": "ActionName", "ActionID": "ActionId", "Description": "ActionText",
        "BodyID": "ActionBodyId", "BodyName": "ActionBodyName", "EventID": "EventId",
        "AgendaNumber": "AgendaNumber", "AgendaSequence": "AgendaSequence",
        "MinutesSequence": "MinutesSequence", "Version": "Version", "AgendaNote": "AgendaNote",
        "MinutesNote": "MinutesNote", "PassedFlag": "PassedFlag", "PassedFlagName": "PassedFlagName",
    }
)  # fmt: skip


def row_of_file(file: Mapping[str, Any]) -> Row:
    """A matter's row, as the API would have it."""
    row = {name: file.get(said) for said, name in _PLAIN.items()}
    row |= {f"Matter{name}": _local(file.get(name)) for name in _DAYS}
    # What we do not know keeps its own name, and is counted.
    return row | {name: said for name, said in file.items() if name not in {*_PLAIN, *_ELSEWHERE}}


def children_of_file(file: Mapping[str, Any], at: datetime) -> Children:
    """What hangs on a matter, as the API would have it; `at` is when the file was asked for (aware)."""
    history = [one for one in file.get("History") or () if isinstance(one, Mapping)]
    version = str(file.get("Version") or "*")
    key = str(file.get("TextID") or "")
    there = bool(file.get("Text") or file.get("RTF"))
    return Children(
        at=at,
        histories=[
            {f"MatterHistory{name}": one.get(said) for said, name in _HISTORY.items()}
            | {"MatterHistoryActionDate": _local(one.get("Date"))}
            for one in history
        ],
        votes={
            one["ID"]: [
                {"VotePersonName": cast.get("FullName"), "VoteValueName": cast.get("Vote") or "", "VoteSort": rank}
                for rank, cast in enumerate(one["Votes"])
            ]
            for one in history
            if one.get("Votes")
        },
        sponsors=[
            {
                "MatterSponsorName": one.get("FullName"), "MatterSponsorSequence": rank,
                "MatterSponsorMatterVersion": version, "MatterSponsorNameId": one.get("ID"),
            }
            for rank, one in enumerate(file.get("Sponsors") or ())
        ],
        attachments=[
            {
                "MatterAttachmentId": one.get("ID"), "MatterAttachmentName": one.get("Name"),
                "MatterAttachmentHyperlink": one.get("Link"),
            }
            for one in file.get("Attachments") or ()
        ],
        versions=[(key, version)] if there else [],
        texts={key: {"MatterTextRtf": file.get("RTF") or "", "MatterTextPlain": file.get("Text") or ""}} if there else {},
    )  # fmt: skip


def _local(said: Any) -> str | None:
    """A date without the Z that is none; None for the day that stands for no day."""
    text = str(said or "")
    return None if not text or text.startswith(NO_DAY) else text.removesuffix("Z")


def _news(files: Mapping[str, str], known: Mapping[str, KnownMeasure]) -> list[str]:
    """The files that are new or changed: those known first, for an amendment is news; then the latest."""
    changed = sorted(
        (
            path
            for path, sha in files.items()
            if path in known and known[path].extras[SHA] != f"{path} {sha}"
        ),
        reverse=True,
    )
    return [*changed, *sorted((path for path in files if path not in known), reverse=True)]


class Mirror:
    """One crawl of a copy: the trees of the years covered, then the files that changed."""

    def __init__(self, spider: "SiteSpider", client: Client, copy: Copy, place: str) -> None:
        self.spider, self.client, self.copy, self.place = spider, client, copy, place
        self.known = {
            (said, one.session, one.identifier): one
            for one in spider.known
            if (said := one.extras.get(SHA, "").partition(" ")[0])
        }
        self.failures = 0

    async def crawl(self) -> AsyncIterator[Measure | Listing]:
        """The matters that changed, the others as seen, then the folders that were read to the end.

        Raises SourceError when the first folder cannot be had, ParseDrift when no folder has a file.
        """
        spider = self.spider
        spider.report.note(
            "info", f"no token: a public copy is read ({urlsplit(self.copy.files).hostname})"
        )
        files, read = await self._trees()
        by_path = {path: one for (path, _, _), one in self.known.items()}
        news = _news(files, by_path)
        left, tried = set(news), set[str]()
        for path in news[: self.client.requests]:
            if self.failures >= GIVES_UP:
                break
            tried.add(path)
            measure = await self._file(path, files[path], by_path.get(path))
            if measure is not None:
                left.discard(path)
                yield measure
        for path, one in by_path.items():
            if path in files and (path not in news or path in left):
                yield self._as_known(path, one)
        # Until every file was asked for once there is no baseline, or each would be news. One that
        # cannot be read is news when it can; it must not keep all others silent.
        spider.report.partial = any(path not in by_path for path in left - tried)
        if left:
            spider.report.note("info", f"{len(left)} files wait for the next crawls")
        for folder in read:
            count = sum(path.startswith(f"{folder}/") for path in files)
            yield Listing(name=folder, rows=count)

    async def _trees(self) -> tuple[dict[str, str], list[str]]:
        """All files of the years covered with their digests, and the folders that were read."""
        files: dict[str, str] = {}
        read: list[str] = []
        now = self.spider.now
        for year in range(now.year, self.client.covered_from(now).year - 1, -1):
            for folder in FOLDERS:
                found = await self._tree(f"{folder}/{year}", first=not read)
                if found is not None:
                    files |= found
                    read.append(f"{folder}/{year}")
        if not files:
            raise ParseDrift("the copy has not one file", self.copy.trees)
        return files, read

    async def _tree(self, folder: str, *, first: bool) -> dict[str, str] | None:
        """The files of a folder with their digests; None when that cannot be had."""
        url = f"{self.copy.trees}{folder}"
        try:
            response = await self.spider.fetch(
                url, role="start" if first else "page", expects="application/json"
            )
            answer = json.loads(response.body)
            if not isinstance(answer, dict) or not isinstance(answer.get("tree"), list):
                raise ParseDrift("the answer is no tree of files", url)
            if answer.get("truncated"):
                raise ParseDrift("the tree is cut short", url)
        except Challenge as error:
            said = f"the copy's host lets us read no more for now, and loses nothing by it: {error}"
            if first:
                raise Challenge(said) from error
            self.spider.report.note(str(health_of(error)), f"{folder}: {said}")
            return None
        except (NotRecorded, SourceError) as error:
            if first:
                raise
            kind = "info" if isinstance(error, NotRecorded | ErrorPage) else str(health_of(error))
            self.spider.report.note(kind, f"{folder}: {error}")
            return None
        except ValueError as error:
            raise ParseDrift(f"the tree is no JSON: {error}", url) from error
        return {
            f"{folder}/{one['path']}": str(one.get("sha", ""))
            for one in answer["tree"]
            if isinstance(one, dict) and str(one.get("path", "")).endswith(".json")
        }

    async def _file(self, path: str, sha: str, known: KnownMeasure | None) -> Measure | None:
        """A matter as its file has it; None when that cannot be had or made sense of."""
        try:
            response = await self.spider.fetch(
                f"{self.copy.files}{path}", expects="application/json"
            )
        except NotRecorded:
            return None
        except SourceError as error:
            self.failures += 1
            self.spider.report.failed += 1
            self.spider.report.note("row", f"{path}: {error}")
            return None
        self.failures = 0
        found: list[Measure] = []
        with self.spider.row(path):
            found.append(self._measure(path, sha, json.loads(response.body), known))
        return found[0] if found else None

    def _measure(self, path: str, sha: str, file: Row, known: KnownMeasure | None) -> Measure:
        row, children = row_of_file(file), children_of_file(file, self.spider.now)
        found = as_measure(
            row, client=self.client, place=self.place, known=known, children=children
        )
        count_unmapped(row, children, self.spider.report.unmapped)
        extras = {**found.extras, SHA: f"{path} {sha}"}
        return replace(found, listing=path.rpartition("/")[0], extras=MappingProxyType(extras))

    def _as_known(self, path: str, known: KnownMeasure) -> Measure:
        """A matter whose file is there and was not read: it is seen, and nothing more is said."""
        return Measure(
            place=self.place, session=known.session, identifier=known.identifier,
            listing=path.rpartition("/")[0], extras=MappingProxyType(dict(known.extras)),
        )  # fmt: skip
