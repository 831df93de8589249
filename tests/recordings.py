"""Recordings of our own making, packed as WARC files after the real structure."""

import csv
import io
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from scrapers.archive import pack

EMPTY: Mapping[str, int] = MappingProxyType({})
BASE = "https://lis.blob.core.windows.net/lisfiles"
COLUMNS = [
    "Bill_id", "Bill_description", "Patron_id", "Patron_name", "Last_house_committee_id",
    "Last_house_action", "Last_house_action_date", "Last_senate_committee_id",
    "Last_senate_action", "Last_senate_action_date", "Last_conference_action",
    "Last_conference_action_date", "Last_governor_action", "Last_governor_action_date",
    "Emergency", "Passed_house", "Passed_senate", "Passed", "Failed", "Carried_over",
    "Approved", "Vetoed",
    *(f"Full_text_{what}{number}" for number in range(1, 7) for what in ("doc", "date")),
    "Last_house_actid", "Last_senate_actid", "Last_conference_actid", "Last_governor_actid",
    "Chapter_id", "Introduction_date", "Last_actid",
]  # fmt: skip


@dataclass(frozen=True)
class Bill:
    """One row of BILLS.CSV; `columns` overrides any column."""

    number: str
    title: str = "Law enforcement; immigration enforcement agreements prohibited."
    columns: dict[str, str] = field(default_factory=dict)

    def row(self) -> dict[str, str]:
        flags = dict.fromkeys(COLUMNS[14:22], "N")
        row = dict.fromkeys(COLUMNS, "") | flags
        row |= {
            "Bill_id": self.number,
            "Bill_description": self.title,
            "Patron_id": "H0001",
            "Patron_name": "Example",
            "Last_house_action": "Referred to Committee on Public Safety",
            "Last_house_action_date": "1/14/2026",
            "Full_text_doc1": self.number,
            "Full_text_date1": "1/13/2026",
            "Introduction_date": "1/13/2026",
        }
        return row | self.columns


def bills_csv(bills: list[Bill]) -> bytes:
    """The file as LIS writes it: every value quoted, lines ended by LF."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(bill.row() for bill in bills)
    return text.getvalue().encode()


def pack_files(
    out: Path, date: str, files: dict[str, bytes], statuses: Mapping[str, int] = EMPTY
) -> Path:
    """A recording of these addresses at one time, answered with 200 where `statuses` say no other."""
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for number, (url, body) in enumerate(files.items()):
            name = f"{number}.body"
            (Path(folder) / name).write_bytes(body)
            status = statuses.get(url, 200)
            lines.append(json.dumps({"url": url, "file": name, "date": date, "status": status}))
        listing = Path(folder) / "list.jsonl"
        listing.write_text("\n".join(lines) + "\n", encoding="utf-8")
        pack(listing, out)
    return out


def pack_virginia(out: Path, date: str, bills: list[Bill], session: str = "20261") -> Path:
    """A recording that holds only BILLS.CSV of one session."""
    return pack_files(out, date, {f"{BASE}/{session}/BILLS.CSV": bills_csv(bills)})
