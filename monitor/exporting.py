"""Taking everything along: rows for spreadsheets, and JSON in the shape of Open Civic Data.

Whatever is asked for comes as an iterator, a piece at a time, so that a home of
any size is exported in bounded memory.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

from pipelines.citation import quoted

Json = Mapping[str, Any]
Format = Literal["csv", "jsonl"]
Rows = Callable[[Json], Iterable[dict[str, Any]]]

_KEY = ("measure_id", "jurisdiction", "session", "identifier")

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "measures": (
        "id", "jurisdiction", "place", "session", "identifier", "identifiers", "title",
        "classification", "from_organization", "status", "introduced", "signed", "effective",
        "expires", "sponsors", "subjects", "concerns", "actions", "last_action_date", "last_action",
        "versions", "last_version", "related", "abstract", "url", "first_seen", "changed_at",
        "vanished_at",
    ),
    "versions": (*_KEY, "version_id", "note", "date", "classification", "state", "waits_for",
                 "reason", "url", "links", "text_sha256", "document_sha256", "first_seen"),
    "matches": (*_KEY, "version_id", "note", "date", "topic", "term", "field", "standing", "new",
                "score", "citation", "page", "first_line", "last_line", "section", "confidence",
                "snippet", "start", "end", "url"),
    "actions": (*_KEY, "number", "date", "description", "classification", "organization",
                "result", "counts"),
    "votes": (*_KEY, "action", "date", "description", "result", "voter", "option", "text"),
    "changes": ("id", "at", "kind", "source", "measure_id", "jurisdiction", "place", "session",
                "identifier", "title", "url", "summary", "topics", "before", "after",
                "old_version", "new_version", "passages"),
})  # fmt: skip
"""What can be exported, and the columns of its CSV in order."""

NO_VOTE: Json = MappingProxyType({"result": None, "counts": {}, "roll": ()})

_RISKY = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - spreadsheets take the full-width signs too


def safe_cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula: one that begins like one gets a quote before it.

    Lists are joined by "; ", other structures are JSON. Control characters but
    tabs and line ends become blanks.
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        value = "; ".join(value)
    elif not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(mark if mark.isprintable() or mark in "\t\r\n" else " " for mark in value)
    return f"'{text}" if text.startswith(_RISKY) else text


def as_csv(rows: Iterable[Json], columns: Iterable[str]) -> Iterator[str]:
    """A header line and a line a row (RFC 4180, CRLF)."""
    names = list(columns)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(names)
    for row in rows:
        writer.writerow([safe_cell(row.get(name)) for name in names])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def as_json_lines(rows: Iterable[Json]) -> Iterator[str]:
    """A JSON object a line."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, default=str) + "\n"


def exported(what: str, found: Iterable[Json], form: Format) -> Iterator[str]:
    """The lines of an export; `found` are measures, or changes where those are asked for.

    Raises KeyError when `what` is none of COLUMNS.
    """
    columns = COLUMNS[what]
    if form == "jsonl" and what == "measures":
        return as_json_lines(map(civic_measure, found))
    if form == "jsonl" and what == "changes":
        return as_json_lines(found)
    rows = (row for one in found for row in _ROWS[what](one))
    return as_csv(rows, columns) if form == "csv" else as_json_lines(rows)


def _measure_rows(found: Json) -> Iterator[dict[str, Any]]:
    dates = {item["kind"]: item["date"] or item["text"] for item in found["dates"]}
    last_action = found["actions"][-1] if found["actions"] else {}
    last_version = found["versions"][-1] if found["versions"] else {}
    yield {**found, **dates} | {
        "sponsors": [person["name"] for person in found["sponsors"]],
        "related": [other["identifier"] for other in found["related"]],
        "actions": len(found["actions"]),
        "last_action_date": last_action.get("date"),
        "last_action": last_action.get("description"),
        "versions": len(found["versions"]),
        "last_version": last_version.get("note"),
    }


def _key(found: Json) -> dict[str, Any]:
    return {
        "measure_id": found["id"], "jurisdiction": found["jurisdiction"],
        "session": found["session"], "identifier": found["identifier"],
    }  # fmt: skip


def _version_rows(found: Json) -> Iterator[dict[str, Any]]:
    for version in found["versions"]:
        links = [link["url"] for link in version["links"]]
        yield {**version, **_key(found), "version_id": version["id"], "links": links,
               "url": links[0] if links else ""}  # fmt: skip


def _match_rows(found: Json) -> Iterator[dict[str, Any]]:
    """A row for each passage in which a topic matched, with where it can be cited."""
    versions = {version["id"]: version for version in found["versions"]}
    for match in found["matches"]:
        version = versions.get(match["version"], {})
        first, last = match["lines"] or (None, None)
        links = version.get("links") or [{"url": found["url"]}]
        yield {**match, **_key(found), "version_id": match["version"],
               "note": version.get("note"), "date": version.get("date"),
               "first_line": first, "last_line": last, "url": links[0]["url"]}  # fmt: skip


def _action_rows(found: Json) -> Iterator[dict[str, Any]]:
    for number, action in enumerate(found["actions"], start=1):
        vote = action.get("vote", NO_VOTE)
        yield {**_key(found), **action, "number": number, "result": vote["result"],
               "counts": [f"{option} {count}" for option, count in vote["counts"].items()]}  # fmt: skip


def _vote_rows(found: Json) -> Iterator[dict[str, Any]]:
    """A row for each member's vote."""
    for number, action in enumerate(found["actions"], start=1):
        vote = action.get("vote", NO_VOTE)
        for cast in vote["roll"]:
            yield {**_key(found), "action": number, "date": action["date"],
                   "description": action["description"], "result": vote["result"],
                   "voter": cast["voter"], "option": cast["option"], "text": cast["text"]}  # fmt: skip


def _change_rows(change: Json) -> Iterator[dict[str, Any]]:
    measure, (old, new) = change["measure"], change["versions"]
    brief = {key: value for key, value in measure.items() if key != "id"}
    yield {**brief, **change, "measure_id": measure["id"], "old_version": old, "new_version": new,
           "passages": [quoted(match) for match in change.get("matches", ())]}  # fmt: skip


_ROWS: Mapping[str, Rows] = MappingProxyType({
    "measures": _measure_rows, "versions": _version_rows, "matches": _match_rows,
    "actions": _action_rows, "votes": _vote_rows, "changes": _change_rows,
})  # fmt: skip


def civic_measure(found: Json) -> dict[str, Any]:
    """A measure as Open Civic Data's bill.

    Its field names and nesting; what they have no field for is under `extras`.
    """
    return {
        "_type": "bill",
        "identifier": found["identifier"],
        "legislative_session": found["session"],
        "jurisdiction": found["jurisdiction"],
        "from_organization": {"classification": found["from_organization"]}
        if found["from_organization"]
        else None,
        "classification": found["classification"],
        "title": found["title"],
        "subject": found["subjects"],
        "abstracts": [{"abstract": found["abstract"], "note": "", "date": ""}]
        if found["abstract"]
        else [],
        "other_titles": [],
        "other_identifiers": [
            {"identifier": name, "note": "", "scheme": ""} for name in found["identifiers"]
        ] + [{"identifier": name, "note": "formerly", "scheme": ""} for name in found["formerly"]],
        "sponsorships": [
            {"name": person["name"], "classification": person["classification"],
             "primary": person["classification"] == "primary", "entity_type": ""}
            for person in found["sponsors"]
        ],
        "actions": [_civic_action(action, order) for order, action in enumerate(found["actions"])],
        "votes": [vote for action in found["actions"] if (vote := _civic_vote(action))],
        "versions": [_civic_version(version) for version in found["versions"]],
        "documents": [
            {"note": one["note"], "date": "",
             "links": [{"url": one["url"], "media_type": one["media_type"]}]}
            for one in found["documents"]
        ],
        "related_bills": [
            {"identifier": other["identifier"], "legislative_session": other["session"],
             "relation_type": other["relation"]}
            for other in found["related"]
        ],
        "sources": [
            {"url": source["url"], "note": source["source"]} for source in found["sources"]
        ],
        "created_at": found["first_seen"],
        "updated_at": found["changed_at"],
        "extras": {
            "measure_id": found["id"], "place": found["place"], "status": found["status"],
            "concerns": found["concerns"], "dates": found["dates"], "events": found["events"],
            "url": found["url"], "vanished_at": found["vanished_at"],
            "sources": {source["source"]: source["extras"] for source in found["sources"]},
        },
    }  # fmt: skip


def _civic_action(action: Json, order: int) -> dict[str, Any]:
    return {
        "organization": action["organization"], "description": action["description"], "date": action["date"] or "",
        "classification": action["classification"], "order": order, "related_entities": [],
    }  # fmt: skip


def _civic_vote(action: Json) -> dict[str, Any] | None:
    vote = action.get("vote")
    if not vote:
        return None
    return {
        "motion_text": action["description"],
        "motion_classification": action["classification"],
        "organization": action["organization"],
        "start_date": action["date"] or "",
        "result": vote["result"],
        "counts": [{"option": option, "value": count} for option, count in vote["counts"].items()],
        "votes": [
            {"option": cast["option"], "voter_name": cast["voter"], "note": cast["text"]}
            for cast in vote["roll"]
        ],
        "extras": {"result_text": vote["text"]},
    }


def _civic_version(version: Json) -> dict[str, Any]:
    return {
        "note": version["note"], "date": version["date"] or "",
        "classification": version["classification"] or "",
        "links": [{"url": link["url"], "media_type": link["media_type"]} for link in version["links"]],
        "extras": {
            "version_id": version["id"], "state": version["state"],
            "text_sha256": version["text_sha256"], "document_sha256": version["document_sha256"],
        },
    }  # fmt: skip
