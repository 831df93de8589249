"""Virginia's lists and New York City's bills on several dates: what their files prove, what we notice.

What is proven is read by plain code alone (csv, json); what we notice is what
the scrapers make of the same files, through the store.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.kit.proof import Fact, Proof
from benchmarks.kit.replay import replayed, text_of
from pipelines.texts import VersionText
from scrapers.items import Listing, Measure
from scrapers.platforms.legistar_client import Client
from scrapers.platforms.legistar_measures import as_measure
from scrapers.platforms.legistar_mirror import children_of_file, row_of_file
from scrapers.rows import csv_rows
from scrapers.sites.virginia_rows import BILLS, Companions
from scrapers.sites.virginia_rows import measure as virginia_measure
from scrapers.sites.virginia_words import bill_number

Row = Mapping[str, Any]
ENDS = ("Vetoed", "Approved", "Passed", "Failed", "Carried_over")
IN_CHAMBERS = ("Passed_house", "Passed_senate")
CHAMBERS = ("house", "senate", "conference", "governor")
SLOTS = range(1, 7)
NO_DAY = "0001-01-01"
CITY = Client.of("nyc", {})


# --- Virginia: the list of bills ----------------------------------------------


def virginia(corpus: Path) -> Proof:
    """The dated BILLS.CSV of each session, each against the one before."""
    proof = Proof("Virginia, lists of bills")
    files: dict[str, list[tuple[date, Path]]] = {}
    for path in sorted((corpus / "state-bills/virginia/lis-snapshots").glob("*_BILLS.csv")):
        day = date.fromisoformat(path.name[:10])
        files.setdefault(f"{day.year}1", []).append((day, path))
    for session, dated in files.items():
        with replayed("virginia") as replay:
            for day, path in dated:
                found = csv_rows(path.read_bytes(), required=BILLS).rows
                measures = [virginia_measure(session, row, Companions()) for row in found]
                listing = Listing(name=session, rows=len(measures))
                step = f"session {session}, {day}"
                # Each list is read twice: what is gone from both readings has vanished.
                for _ in range(2):
                    told = replay.observe(step, day, measures, listing=listing)
                    proof.found |= {fact._replace(about=bill_number(fact.about)) for fact in told}
            lists = [(day, _bills(path)) for day, path in dated]
            for (_, old), (day, new) in pairwise(lists):
                proof.compared += len(old.keys() | new.keys())
                proof.proven |= set(_of_lists(f"session {session}, {day}", old, new))
    return proof


def _bills(path: Path) -> dict[str, Row]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = csv.DictReader(file, skipinitialspace=True)
        return {row["Bill_id"].strip(): row for row in rows}


def _of_lists(step: str, old: Mapping[str, Row], new: Mapping[str, Row]) -> Iterator[Fact]:
    yield from (Fact(step, bill, "new") for bill in new.keys() - old.keys())
    yield from (Fact(step, bill, "vanished") for bill in old.keys() - new.keys())
    for bill in old.keys() & new.keys():
        for kind in _of_rows(old[bill], new[bill]):
            yield Fact(step, bill, kind)


def _of_rows(old: Row, new: Row) -> Iterator[str]:
    if old["Bill_description"].split() != new["Bill_description"].split():
        yield "title"
    if _standing(old) != _standing(new):
        yield "status"
    if set(_steps(new)) - set(_steps(old)):
        yield "action"
    if _filled(new, "Full_text_doc{}") - _filled(old, "Full_text_doc{}"):
        yield "version"
    if old["Chapter_id"].strip() != new["Chapter_id"].strip():
        yield "renumbered"
    if old["Patron_name"].split() != new["Patron_name"].split():
        yield "sponsors"
    if old["Introduction_date"].strip() != new["Introduction_date"].strip():
        yield "dates"


def _standing(row: Row) -> list[str]:
    """The flag of an end that was reached, else of the chambers that passed it.

    In a passed bill the chambers' flags are set days later and say no more.
    """
    ends = [flag for flag in ENDS if row[flag].strip() == "Y"]
    return ends[:1] or [flag for flag in IN_CHAMBERS if row[flag].strip() == "Y"]


def _steps(row: Row) -> Iterator[tuple[str, ...]]:
    for chamber in CHAMBERS:
        step = (row[f"Last_{chamber}_action"].strip(), row[f"Last_{chamber}_action_date"].strip())
        if step[0]:
            yield chamber, *step


def _filled(row: Row, column: str) -> set[str]:
    return {row[column.format(slot)].strip() for slot in SLOTS} - {""}


# --- New York City: bills on several dates ------------------------------------


def new_york_city(corpus: Path) -> Proof:
    """Each bill on each date against the date before."""
    proof = Proof("New York City, bills")
    for folder in sorted(path for path in (corpus / "versions/nyc").glob("*") if path.is_dir()):
        files = sorted(folder.glob("*.json"))
        bills = [(path.name[:10], json.loads(path.read_text(encoding="utf-8"))) for path in files]
        with replayed("nyc") as replay, TemporaryDirectory() as papers:
            for day, bill in bills:
                measure = _matter(bill)
                texts = [_text(Path(papers), version.text) for version in measure.versions]
                told = replay.observe(day, date.fromisoformat(day), [measure], [texts])
                proof.found |= told
        for (_, old), (day, new) in pairwise(bills):
            proof.compared += 1
            proof.proven |= {Fact(day, new["File"], kind) for kind in _of_bills(old, new)}
    return proof


def _text(folder: Path, source: str) -> VersionText:
    return text_of(folder / "text", source.encode())


def _matter(bill: Row) -> Measure:
    """The bill as the rows of the Web API from which its publisher made it."""
    row, children = row_of_file(bill), children_of_file(bill, datetime(2026, 1, 1, tzinfo=UTC))
    # Attachments are no part of what the bills' own data proves.
    children = replace(children, attachments=None)
    return as_measure(row, client=CITY, place="us/ny/new_york", known=None, children=children)


def _of_bills(old: Row, new: Row) -> Iterator[str]:
    for name, kind in (("Title", "title"), ("StatusName", "status"), ("LocalLaw", "renumbered")):
        if str(old.get(name, "")).split() != str(new.get(name, "")).split():
            yield kind
    if any(old[name] != new[name] for name in ("IntroDate", "PassedDate", "EnactmentDate")):
        yield "dates"
    if _people(old["Sponsors"]) != _people(new["Sponsors"]):
        yield "sponsors"
    if _history(old) != _history(new):
        yield "action"
    before, after = old.get("Text", "").split(), new.get("Text", "").split()
    if after and not before:
        yield "version"
    elif before != after and old.get("RTF") != new.get("RTF"):
        # The plain text is made from the RTF, now with one page number in it, now with another.
        yield "amended"
    elif after and old["Version"] != new["Version"]:
        yield "version"


def _people(sponsors: list[Row]) -> list[int]:
    """Who stands first, then the others in no order; a name that gains an initial is nobody new."""
    people = [one["ID"] for one in sponsors]
    return [*people[:1], *sorted(people[1:])]


def _history(bill: Row) -> Counter[tuple[str, ...]]:
    return Counter(
        (
            one["Date"][:10], one["Action"], one.get("BodyName", ""),
            str(one.get("PassedFlag", "")),
            *sorted(f"{cast['FullName']} {cast.get('Vote')}" for cast in one.get("Votes") or ()),
        )
        for one in bill["History"]
        if one.get("Action")
    )  # fmt: skip
