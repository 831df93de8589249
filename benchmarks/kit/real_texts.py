"""The texts of the recordings, each under an identifier: whole documents, and rows of lists.

An identifier is the file's path in the recordings, with `#` and the row's own key
for a row of a list. A text belongs to a measure, so that all versions of one bill
and the notes on it go together when texts are parted in two.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

from pipelines.extract import extract_text
from pipelines.texts import Extracted, Limits, Page

LIMITS = Limits()
_TAG = re.compile(r"<[^>]*>")
_MARYLAND_FILE = re.compile(r"(?P<bill>[HS][BJ]_?\d+)", re.IGNORECASE)
_TALK = (".headers.txt", ".meta.json")


@dataclass(frozen=True, slots=True)
class RealText:
    """One text with what is known beside it; `measure` is what it belongs to."""

    identifier: str
    measure: str
    title: str
    abstract: str
    document: Extracted


def documents(corpus: Path) -> dict[str, str]:
    """Identifiers of whole documents and the measures they belong to."""
    found = {}
    for folder, pattern in (
        ("287g/ice/moa-pdf", "*.pdf"),
        ("state-bills/maryland/pdf", "*.pdf"),
        ("state-bills/maryland/pdf-2026", "*.pdf"),
        ("state-bills/maryland/notes-pdf", "*.pdf"),
        ("state-bills/maryland/md-derived", "*/*.md"),
        ("state-bills/oregon", "*.txt"),
        ("state-bills/oregon", "measure-2025*.pdf"),
        ("state-bills/oregon", "measure-2026*.pdf"),
        ("state-bills/virginia/lis-text-versions", "*.json"),
        ("state-bills/california", "*BILL_VERSION_TBL*.lob"),
        ("state-bills/minnesota", "*.html"),
        ("executive-orders/nyc", "*.md"),
        ("executive-orders/federal", "*.pdf"),
        ("executive-orders/boston-ma", "*.md"),
        ("executive-orders/seattle-wa", "*.md"),
        ("executive-orders/oakland-ca", "*.md"),
        ("executive-orders/philadelphia-pa", "*.md"),
        ("executive-orders/new-york-ny", "*.md"),
        ("executive-orders/chicago-il", "*.md"),
        ("executive-orders/los-angeles-ca", "*.md"),
        ("executive-orders/los-angeles", "*.txt"),
        ("executive-orders/chicago", "*.txt"),
        ("executive-orders/philadelphia", "*"),
        ("legistar/nyc", "introduction_*.json"),
        ("legistar/nyc", "resolution_*.json"),
        ("federal-bills/uslm-versions", "*.[xX][mM][lL]"),
        ("city-legislation/washington-dc", "*.xml"),
        ("city-legislation/philadelphia", "*.pdf"),
        ("state-bills/new-york/openlegislation-derived", "*.json"),
        ("state-bills/legiscan", "bill_*.json"),
    ):
        for path in sorted((corpus / folder).glob(pattern)):
            if path.is_file() and not path.name.endswith(_TALK):
                identifier = path.relative_to(corpus).as_posix()
                found[identifier] = measure_of(identifier)
    return found


def rows(corpus: Path) -> dict[str, str]:
    """Identifiers of the rows of lists and the measures they belong to."""
    found: dict[str, str] = {}
    for name in LISTS:
        if (corpus / name).is_file():
            for key in read_list(corpus / name):
                found[f"{name}#{key}"] = measure_of(f"{name}#{key}")
    return found


def measure_of(identifier: str) -> str:
    """What the text belongs to: a bill of a session, a file of a council, or the text itself."""
    path, _, key = identifier.partition("#")
    name = path.rsplit("/", 1)[-1]
    if path.startswith("state-bills/maryland/"):
        bill = _MARYLAND_FILE.search(key or name)
        year = re.search(r"20\d\d", name)
        session = year[0] if year else ("2026" if "pdf-2026" in path else "2025")
        return f"maryland {session} {bill[0].upper().replace('_', '')}" if bill else path
    if path.startswith("state-bills/virginia/"):
        bill = re.match(r"[HS][A-Z]\d+", key or name)
        number = re.sub(r"(?<=[A-Z])0+", "", bill[0]) if bill else key
        return f"virginia {'2025' if '2025-' in name else '2026'} {number}"
    if path.startswith("state-bills/oregon/"):
        return "oregon " + " ".join(name.split("-")[1:3])
    if path.startswith("federal-bills/uslm-versions/"):
        return "federal " + re.sub(r"[_.].*|(?<=\d)[a-z]+$", "", name.split(".")[0]).upper()
    if key and path.startswith("city-legislation/los-angeles/"):
        return f"los-angeles {key}"
    return identifier


def read(corpus: Path, identifier: str) -> RealText:
    """One text. Raises OSError or LookupError when the recordings do not have it."""
    path, _, key = identifier.partition("#")
    title, abstract = "", ""
    if key:
        title, abstract, text = read_list(corpus / path)[key]
        document = plain(text)
    elif path.endswith(".json"):
        title, abstract, text = from_json(json.loads((corpus / path).read_text(encoding="utf-8")))
        document = plain(text)
    elif path.endswith((".md", ".txt")) or not Path(path).suffix:
        document = plain((corpus / path).read_text(encoding="utf-8", errors="replace"))
    elif path.lower().endswith((".xml", ".lob")):
        document = plain(unmarked((corpus / path).read_text(encoding="utf-8", errors="replace")))
    else:
        document = extract_text(corpus / path, LIMITS)
    return RealText(identifier, measure_of(identifier), title, abstract, document)


def plain(text: str) -> Extracted:
    """Text that needs no decoder, as one page."""
    page = Page(number=1, start=0, text=text, method="text")
    return Extracted(media_type="text/plain", method="text", pages=(page,) if text else ())


def unmarked(markup: str) -> str:
    """The words of a page or of XML; blocks begin new lines."""
    kept = re.sub(r"(?is)<(script|style|metadata|meta)\b.*?</\1>", " ", markup)
    lined = re.sub(
        r"(?i)</?(p|div|br|section|subsection|paragraph|content|heading|li|tr)\b[^>]*>", "\n", kept
    )
    return re.sub(r"[ \t]+", " ", unescape(_TAG.sub("", lined))).strip()


def from_json(record: Mapping[str, Any]) -> tuple[str, str, str]:
    """Title, abstract and text of a recorded measure."""
    if "bill" in record and isinstance(record["bill"], dict):
        bill = record["bill"]
        return bill["title"], bill["description"], ""
    if "version_label" in record:
        return "", "", unmarked(record["text"])
    return record.get("Title") or "", record.get("Summary") or "", record.get("Text") or ""


Row = tuple[str, str, str]


def virginia_summaries(path: Path) -> Iterator[tuple[str, Row]]:
    with (path.parent / "BILLS.csv").open(encoding="utf-8", errors="replace", newline="") as file:
        titles = {row["Bill_id"]: row["Bill_description"].strip() for row in csv.DictReader(file)}
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            bill = re.sub(r"(?<=[A-Z])0+", "", row["SUM_BILNO"].strip())
            text = unmarked(row["SUMMARY_TEXT"])
            yield row["SUMMARY_DOCID"].strip(), (titles.get(bill, ""), text, "")


def virginia_titles(path: Path) -> Iterator[tuple[str, Row]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            yield row["Bill_id"].strip(), (row["Bill_description"].strip(), "", "")


def maryland_bills(path: Path) -> Iterator[tuple[str, Row]]:
    for row in json.loads(path.read_text(encoding="utf-8-sig")):
        yield row["BillNumber"], (row["Title"] or "", row["Synopsis"] or "", "")


def los_angeles_items(path: Path) -> Iterator[tuple[str, Row]]:
    for section in json.loads(path.read_text(encoding="utf-8"))["sections"]:
        for item in section["items"]:
            key = item.get("council_file") or item["item_id"]
            yield key, (item.get("title") or "", "", item.get("raw_text") or "")


def federal_register(path: Path) -> Iterator[tuple[str, Row]]:
    for row in json.loads(path.read_text(encoding="utf-8"))["results"]:
        yield row["document_number"], (row["title"], "", "")


def legistar_items(path: Path) -> Iterator[tuple[str, Row]]:
    for row in json.loads(path.read_text(encoding="utf-8")):
        title = row.get("EventItemTitle") or row.get("EventItemMatterName")
        if title and row.get("EventItemMatterFile"):
            yield row["EventItemMatterFile"], (title, "", "")


def new_jersey(path: Path) -> Iterator[tuple[str, Row]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            yield row["Number"], (row["Description"], "", "")


LISTS: Mapping[str, Callable[[Path], Iterator[tuple[str, Row]]]] = {
    "state-bills/virginia/lis-csv-20261/Summaries.csv": virginia_summaries,
    "state-bills/virginia/lis-snapshots/2025-08-01_BILLS.csv": virginia_titles,
    "state-bills/maryland/json/legislation.json": maryland_bills,
    "state-bills/maryland/json/legislation_2024rs.json": maryland_bills,
    **{
        f"city-legislation/los-angeles/agenda_{number}.json": los_angeles_items
        for number in (17392, 17407, 17455, 17506, 17526, 17527)
    },
    "executive-orders/federal/donald-trump.json": federal_register,
    "executive-orders/new-jersey/execorders.csv": new_jersey,
    "legistar/oakland/pubSafety_190423-eventItems.json": legistar_items,
    "legistar/seattle/request_1_event_0_items.json": legistar_items,
    "legistar/seattle/request_12_event_1_items.json": legistar_items,
}


@lru_cache(maxsize=32)
def read_list(path: Path) -> Mapping[str, Row]:
    """The rows of a list by their keys: title, abstract, text. Of equal keys the first counts."""
    name = next(name for name in LISTS if path.as_posix().endswith(name))
    found: dict[str, Row] = {}
    for key, row in LISTS[name](path):
        if key:
            found.setdefault(key, row)
    return found
