"""Every field of the Legistar Web API that we know, and what becomes of it.

A field is used (a value of an item is made of it) or kept (it goes into the
`extras` as the API names it, whatever else is made of it). A field that is not here is kept too, and
counted: `report.unmapped` then says "matter field MatterNew". Names follow the
API's own help and the recorded answers; docs/sources/legistar.md has the table.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from scrapers.platforms.legistar_rows import Row, odd_shape, said


def _named(prefix: str, names: str) -> frozenset[str]:
    return frozenset(prefix + name for name in names.split())


USED = MappingProxyType(
    {
        "matter": _named(
            "Matter",
            "Name Title StatusName PassedDate EnactmentDate EnactmentNumber",
        ),
        "history": _named(
            "MatterHistory",
            "ActionName ActionDate ActionBodyName PassedFlagName",
        ),
        "attachment": _named("MatterAttachment", "Name Hyperlink ShowOnInternetPage"),
        "sponsor": _named("MatterSponsor", "Name NameId"),
        "text": _named("MatterText", "Plain Rtf"),
        "version": frozenset({"Key", "Value"}),
        "relation": _named("MatterRelation", "MatterId"),
        "codesection": _named("MatterCodeSection", "Number Name"),
        "index": _named("MatterIndex", "Name"),
        "vote": _named("Vote", "PersonName ValueName Sort"),
        "event": _named(
            "Event",
            "Id BodyName Date Time AgendaStatusName Location AgendaFile MinutesFile VideoPath "
            "InSiteURL Items",
        ),
        "eventitem": _named(
            "EventItem",
            "Id Title AgendaNumber AgendaNote MinutesNote ActionName MatterFile MatterAttachments",
        ),
        "person": frozenset[str](),
    }
)
"""Of which fields values are made. People are not asked for: sponsors and voters come by name."""

KEPT = MappingProxyType(
    {
        "matter": _named(
            "Matter",
            "Id Guid LastModifiedUtc RowVersion File TypeId TypeName IntroDate StatusId BodyId BodyName AgendaDate "
            "RestrictViewViaWeb Requester Notes Version Cost Reference Reports AgiloftId Text1 Text2 Text3 Text4 Text5 "
            "Date1 Date2 EXText1 EXText2 EXText3 EXText4 EXText5 EXText6 EXText7 EXText8 EXText9 "
            "EXText10 EXText11 EXDate1 EXDate2 EXDate3 EXDate4 EXDate5 EXDate6 EXDate7 EXDate8 "
            "EXDate9 EXDate10",
        ),
        "history": _named(
            "MatterHistory",
            "Id Guid LastModifiedUtc RowVersion EventId AgendaSequence MinutesSequence AgendaNumber "
            "Video VideoIndex Version AgendaNote MinutesNote ActionId ActionText ActionBodyId "
            "PassedFlag RollCallFlag FlagExtra Tally AccelaRecordId Consent MoverId MoverName "
            "SeconderId SeconderName MatterStatusId",
        ),
        "attachment": _named(
            "MatterAttachment",
            "Id Guid LastModifiedUtc RowVersion FileName MatterVersion IsHyperlink Binary "
            "IsSupportingDocument IsMinuteOrder IsBoardLetter AgiloftId Description "
            "PrintWithReports Sort",
        ),
        "sponsor": _named(
            "MatterSponsor",
            "Id Guid LastModifiedUtc RowVersion MatterId MatterVersion BodyId Sequence LinkFlag",
        ),
        "text": _named("MatterText", "Id Guid LastModifiedUtc RowVersion MatterId Version"),
        "version": frozenset[str](),
        "relation": _named("MatterRelation", "Id Guid LastModifiedUtc RowVersion Flag"),
        "codesection": _named(
            "MatterCodeSection", "Id Guid LastModifiedUtc RowVersion MatterId CodeSectionId"
        ),
        "index": _named("MatterIndex", "Id Guid LastModifiedUtc RowVersion MatterId IndexId"),
        "vote": _named(
            "Vote", "Id Guid LastModifiedUtc RowVersion PersonId ValueId Result EventItemId"
        ),
        "event": _named(
            "Event",
            "Guid LastModifiedUtc RowVersion BodyId VideoStatus AgendaStatusId MinutesStatusId "
            "MinutesStatusName AgendaLastPublishedUTC MinutesLastPublishedUTC Comment Media",
        ),
        "eventitem": _named(
            "EventItem",
            "Guid LastModifiedUtc RowVersion EventId Video VideoIndex Version ActionId ActionText "
            "PassedFlag PassedFlagName RollCallFlag FlagExtra Tally AccelaRecordId Consent MoverId "
            "Mover SeconderId Seconder AgendaSequence MinutesSequence MatterId MatterName MatterGuid "
            "MatterType MatterStatus",
        ),
        "person": frozenset[str](),
    }
)
"""What is kept as it is said: stamps, ids, notes, and the fields each city uses in its own way."""

PARTS = frozenset({"EventItems", "EventItemMatterAttachments"})
"""The used fields that hold rows; all others hold words."""


def unknown(kind: str, rows: Iterable[Row], unmapped: Counter[str]) -> None:
    """Count the fields that say something and that we do not know, or not in that shape."""
    known = USED[kind] | KEPT[kind]
    for row in rows:
        for name, value in said(row).items():
            if name not in known:
                unmapped[f"{kind} field {name}"] += 1
            elif name in USED[kind] and (odd := odd_shape(value, parts=name in PARTS)):
                unmapped[f"{kind} field {name} {odd}"] += 1


def kept(kind: str, row: Row, without: Collection[str] = ()) -> dict[str, Any]:
    """What a row says beyond what values are made of, unknown fields among it."""
    return {
        name: value
        for name, value in said(row).items()
        if (name not in USED[kind] or odd_shape(value, parts=name in PARTS)) and name not in without
    }


def as_extras(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as `extras` hold them: words as they are, all else as JSON."""
    return {
        name: value if isinstance(value, str) else compact(value) for name, value in values.items()
    }


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def kept_rows(kind: str, rows: Iterable[Row]) -> str:
    """What several rows say beyond the values made of them, as one JSON list; "" for nothing."""
    found = [left for row in rows if (left := kept(kind, row))]
    return compact(found) if found else ""
