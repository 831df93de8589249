"""What the Federal Register says of a document, as a measure. Pure.

A document's number is its identity from the day it is filed for public inspection
to its correction: `Row` joins what both lists of the API say of one number. Names of
fields: the API's own answers, and public programs that read them (October 2026).
docs/sources/federal-register.md tells which field becomes what.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from config.vocabulary import (
    ActionClassification,
    DateKind,
    MeasureClassification,
    VersionClassification,
)
from scrapers.addresses import distinct
from scrapers.errors import ParseDrift
from scrapers.fields import Fields, named
from scrapers.items import EMPTY, Action, Link, Measure, MeasureDate, Related, Sponsor, Version
from scrapers.platforms.index_forms import plain
from scrapers.platforms.legistar_rows import Row, day, rows_in, words
from scrapers.sites.federal_register_notes import noted

PLACE = "us"
WASHINGTON = ZoneInfo("America/New_York")
FILED = "filed for public inspection"
PUBLISHED = "published"
WITHDRAWN = "withdrawn from public inspection"
FILED_AT, FILED_PDF, FILED_TEXT = "filed_at", "inspection pdf", "inspection text"
"""Extras in which a filing is kept, for the day on which only the published document is listed."""

ASKED = (
    "abstract", "action", "agencies", "body_html_url", "citation", "comments_close_on",
    "correction_of", "corrections", "dates", "disposition_notes", "docket_ids",
    "document_number", "effective_on", "end_page", "executive_order_notes",
    "executive_order_number", "full_text_xml_url", "html_url", "not_received_for_publication",
    "pdf_url", "president", "proclamation_number", "public_inspection_pdf_url",
    "publication_date", "raw_text_url", "regulation_id_numbers", "signing_date", "start_page",
    "subtype", "title", "topics", "type",
)  # fmt: skip
"""The fields a search is asked for."""

FIELDS = Fields(
    used={
        "document": named(
            "abstract agencies body_html_url comments_close_on correction_of corrections"
            " disposition_notes document_number effective_on executive_order_notes"
            " executive_order_number html_url pdf_url president proclamation_number"
            " public_inspection_pdf_url publication_date raw_text_url signing_date title topics"
        ),
        "filing": named(
            "agencies document_number filed_at html_url pdf_url publication_date raw_text_url title"
        ),
    },
    also_kept={
        "document": named(
            "action citation dates docket_ids end_page full_text_xml_url json_url"
            " not_received_for_publication regulation_id_numbers start_page subtype type"
        ),
        "filing": named(
            "agency_letters agency_names docket_numbers editorial_note excerpts filing_type"
            " json_url last_public_inspection_issue num_pages page_views pdf_file_name"
            " pdf_file_size pdf_updated_at subject_1 subject_2 subject_3 toc_doc toc_subject type"
        ),
    },
)
COUNTED_ANEW = named("page_views pdf_file_size excerpts")
"""Fields that change without the document changing: they are left out of the extras."""

KINDS: Mapping[str, MeasureClassification] = {
    "executive order": MeasureClassification.ORDER,
    "presidential order": MeasureClassification.ORDER,
    "proclamation": MeasureClassification.PROCLAMATION,
    "memorandum": MeasureClassification.DIRECTIVE,
    "determination": MeasureClassification.DIRECTIVE,
    "notice": MeasureClassification.NOTICE,
    "rule": MeasureClassification.RULE,
    "proposed rule": MeasureClassification.RULE,
    "prorule": MeasureClassification.RULE,
}
KNOWN_WORDS = frozenset({*KINDS, "presidential document", "presdocu", "other", "correction"})

PRESIDENTIAL = "presidential document"
_NUMBER = r"\s*(?:no\.?\s*)?(\d{4,5})\b"
# At the beginning of a title, or in brackets at its end as in a table of contents.
_PROCLAIMED = re.compile(
    rf"\A\W*proclamation{_NUMBER}|\(proc(?:lamation|\.){_NUMBER}\W*\Z", re.IGNORECASE
)
_ORDERED = re.compile(
    rf"\A\W*executive order{_NUMBER}|\((?:e\.?o\.?|executive order){_NUMBER}\W*\Z", re.IGNORECASE
)
_YEAR = re.compile(r"(?:^|-)((?:19|20)\d\d)-\d")
_CORRECTION = re.compile(r"^C\d+-(.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A document as one crawl met it: as filed, as published, or both."""

    number: str
    filing: Row = field(default_factory=dict)
    document: Row = field(default_factory=dict)
    listing: str = ""

    @property
    def row(self) -> Row:
        return self.document or self.filing


def number_of(row: Row) -> str:
    """A document's number; of an order that was never published, its own number.

    Raises ParseDrift for a row that has neither.
    """
    found = words(row, "document_number") or _ordered(row)
    if not found:
        raise ParseDrift("a document has no number", words(row, "html_url"))
    return found


def session_of(number: str, row: Row) -> str:
    """The year in a document's number, else that of its publication or signature."""
    found = _YEAR.search(number)
    dated = words(row, "publication_date") or words(row, "signing_date") or words(row, "filed_at")
    return found[1] if found else dated[:4]


def is_presidential(row: Row) -> bool:
    return words(row, "type").casefold() in {PRESIDENTIAL, "presdocu"}


def is_of(row: Row, slugs: frozenset[str]) -> bool:
    """Whether a document is of one of these agencies itself, not of another part of their department.

    A part's document names the department too. Where the API does not say what
    belongs to what, naming an agency is enough.
    """
    agencies = rows_in(row, "agencies")
    above = {str(one["parent_id"]) for one in agencies if one.get("parent_id")}
    own = [one for one in agencies if not (one.get("id") and str(one["id"]) in above)]
    return any(words(one, "slug") in slugs for one in own)


def measure(found: Found, before: Mapping[str, str] = EMPTY) -> Measure:
    """A document as a measure; `before` are the extras with which it was known."""
    row, published = found.row, bool(found.document)
    title, kinds, abstract = _title(row), _classification(row), plain(words(row, "abstract"))
    filed = words(found.filing, "filed_at") or before.get(FILED_AT, "")
    versions = _versions(found, before, filed)
    related = _related(found.number, row) if published else _corrects(found.number)
    identifiers = tuple(one for one in (_ordered(row), _proclaimed(row)) if one)
    dates = _dates(row)
    president = row.get("president")
    signer = words(president, "name") if isinstance(president, Mapping) else ""
    sponsors = (*((Sponsor(name=signer),) if signer else ()), *_agencies(row))
    topics = row.get("topics")
    seen = {
        "status": True, "url": True, "versions": versions, "title": title,
        "dates": dates, "sponsors": sponsors, "from_organization": True,
        "actions.latest": True, "identifiers": identifiers,
        "abstract": abstract, "classification": kinds,
        "related": published or related, "subjects": published and topics,
    }  # fmt: skip
    return Measure(
        place=PLACE,
        session=session_of(found.number, row),
        identifier=found.number,
        title=title,
        classification=kinds,
        from_organization="executive",
        identifiers=tuple(one for one in identifiers if one != found.number),
        status=_status(found),
        abstract=abstract,
        sponsors=sponsors,
        dates=dates,
        actions=_actions(found, filed),
        versions=versions,
        related=related,
        subjects=tuple(map(str, topics)) if isinstance(topics, list) else (),
        url=words(row, "html_url"),
        listing=found.listing,
        observed=frozenset(name for name, shown in seen.items() if shown),
        extras=_extras(found, before),
    )


def _classification(row: Row) -> tuple[MeasureClassification, ...]:
    kind = words(row, "subtype") if is_presidential(row) else words(row, "type")
    known = KINDS.get(kind.casefold())
    if known is None and not kind:
        # A filing is of no narrower kind than "Presidential Document", but its title may tell.
        known = KINDS["proclamation"] if _proclaimed(row) else None
        known = KINDS["executive order"] if _ordered(row) else known
    return (known,) if known else ()


def _title(row: Row) -> str:
    """The title; of a filing that has none yet, its line in the table of contents."""
    contents = (words(row, "toc_subject"), words(row, "toc_doc"))
    return plain(words(row, "title") or " ".join(filter(None, contents)))


def unknown_words(row: Row) -> list[str]:
    """The types a document has that nobody knows, for the count of words without a place."""
    kinds = (words(row, "type"), words(row, "subtype"))
    return [f"type {kind}" for kind in kinds if kind and kind.casefold() not in KNOWN_WORDS]


def _status(found: Found) -> str:
    if found.document:
        return PUBLISHED
    return FILED if words(found.filing, "publication_date") else WITHDRAWN


def _actions(found: Found, filed: str) -> tuple[Action, ...]:
    row = found.row
    steps: list[tuple[str, str, ActionClassification | None]] = [
        (words(row, "signing_date"), "Signed", ActionClassification.EXECUTIVE_SIGNATURE),
        (filed, FILED.capitalize(), ActionClassification.FILING),
    ]
    if found.document:
        steps.append((words(row, "publication_date"), "Published in the Federal Register", None))
    actions = [
        Action(
            description=name,
            date=washington(printed),
            date_text=printed,
            classification=(kind,) if kind else (),
            organization="executive",
        )
        for printed, name, kind in steps
        if printed
    ]
    if _status(found) == WITHDRAWN:
        actions.append(
            Action(
                description=words(found.filing, "editorial_note") or WITHDRAWN.capitalize(),
                classification=(ActionClassification.WITHDRAWAL,),
                organization="executive",
            )
        )
    return tuple(actions)


def washington(printed: str) -> date | None:
    """The day in Washington of a printed moment, whose offset is Washington's own or none (Z)."""
    try:
        found = datetime.fromisoformat(printed)
    except ValueError:
        return day(printed)
    return found.astimezone(WASHINGTON).date() if found.tzinfo else found.date()


def _dates(row: Row) -> tuple[MeasureDate, ...]:
    fields = (
        (DateKind.SIGNED, "signing_date"), (DateKind.PUBLISHED, "publication_date"),
        (DateKind.EFFECTIVE, "effective_on"), (DateKind.COMMENTS_CLOSE, "comments_close_on"),
    )  # fmt: skip
    return tuple(
        MeasureDate(kind=kind, date=day(printed), text=printed)
        for kind, name in fields
        if (printed := words(row, name))
    )


def _versions(found: Found, before: Mapping[str, str], filed: str) -> tuple[Version, ...]:
    """The text as filed, if this document was ever seen so, and the text as published."""
    versions = []
    filing = found.filing
    links = _links(
        (words(filing, "raw_text_url") or before.get(FILED_TEXT, ""), "text/plain"),
        (words(filing, "pdf_url") or before.get(FILED_PDF, ""), "application/pdf"),
    )
    if filed and links:
        versions.append(
            Version(
                note="As filed for public inspection",
                date=washington(filed),
                date_text=filed,
                classification=VersionClassification.FILED,
                links=links,
            )
        )
    row = found.document
    printed = _links(
        (words(row, "raw_text_url"), "text/plain"),
        (words(row, "body_html_url"), "text/html"),
        (words(row, "pdf_url"), "application/pdf"),
    )
    if printed:
        versions.append(
            Version(
                note="As published",
                date=day(words(row, "publication_date")),
                date_text=words(row, "publication_date"),
                links=printed,
            )
        )
    return tuple(versions)


def _links(*told: tuple[str, str]) -> tuple[Link, ...]:
    kinds = {url: kind for url, kind in told if url.startswith(("https://", "http://"))}
    return tuple(Link(url=url, media_type=kinds[url]) for url in distinct(kinds))


def _agencies(row: Row) -> tuple[Sponsor, ...]:
    found = [
        Sponsor(name=words(one, "name") or words(one, "raw_name"), id=words(one, "slug"))
        for one in rows_in(row, "agencies")
    ]
    return tuple(dict.fromkeys(one for one in found if one.name))


def _ordered(row: Row) -> str:
    return _own_number(row, "Executive Order", "executive_order_number", _ORDERED)


def _proclaimed(row: Row) -> str:
    return _own_number(row, "Proclamation", "proclamation_number", _PROCLAIMED)


def _own_number(row: Row, kind: str, name: str, printed: re.Pattern[str]) -> str:
    """An order's own number: in its field, else as its title or line of contents prints it."""
    number = words(row, name)
    if not number and is_presidential(row):
        titles = (words(row, one) for one in ("title", "toc_doc"))
        found = next(filter(None, map(printed.search, titles)), None)
        number = (found[1] or found[2]) if found else ""
    return f"{kind} {number}" if number else ""


def _related(number: str, row: Row) -> tuple[Related, ...]:
    """What a document corrects and is corrected by, and what its editors' notes say of other orders."""
    found = list(_corrects(number))
    told = row.get("corrections")
    corrections = told if isinstance(told, list) else []
    for value, relation in (
        (row.get("correction_of"), "corrects"),
        *((one, "corrected-by") for one in corrections),
    ):
        other = _numbered(str(value or ""))
        if other:
            found.append(Related(identifier=other, relation=relation))
    for name in ("disposition_notes", "executive_order_notes"):
        found += noted(words(row, name))
    return tuple(dict.fromkeys(found))


def _corrects(number: str) -> tuple[Related, ...]:
    found = _CORRECTION.match(number)
    return (Related(identifier=found[1], relation="corrects"),) if found else ()


def _numbered(address: str) -> str:
    """The number at the end of a document's address in the API."""
    name = urlsplit(address).path.rstrip("/").rpartition("/")[2]
    return name.removesuffix(".json")


def _extras(found: Found, before: Mapping[str, str]) -> dict[str, str]:
    kept: dict[str, Any] = {}
    if found.filing:
        kept |= FIELDS.kept("filing", found.filing)
    if found.document:
        kept |= FIELDS.kept("document", found.document)
    told = {
        name: value if isinstance(value, str) else _plain(value)
        for name, value in kept.items()
        if name not in COUNTED_ANEW
    }
    filing = {
        FILED_AT: words(found.filing, "filed_at"),
        FILED_TEXT: words(found.filing, "raw_text_url"),
        FILED_PDF: words(found.filing, "pdf_url"),
    }
    return told | {
        name: value for name in filing if (value := filing[name] or before.get(name, ""))
    }


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(_plain, value))
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_plain(one)}" for name, one in value.items())
    return str(value)
