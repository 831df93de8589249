"""Recordings made up in the forms of the real ones: a few changes of each kind, known beforehand."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

COLUMNS = (
    "Bill_id", "Bill_description", "Patron_id", "Patron_name", "Last_house_action",
    "Last_house_action_date", "Last_senate_action", "Last_senate_action_date",
    "Last_conference_action", "Last_conference_action_date", "Last_governor_action",
    "Last_governor_action_date", "Passed_house", "Passed_senate", "Passed", "Failed",
    "Carried_over", "Approved", "Vetoed", *(f"Full_text_{part}{slot}" for slot in range(1, 7)
    for part in ("doc", "date")), "Chapter_id", "Introduction_date",
)  # fmt: skip
LAW = (
    "An officer may conceal the name tag.",
    "A sheriff may enter into an agreement under this chapter for five years.",
    "The clerk of the county keeps all records of this act open to the people.",
)


def write_all(folder: Path) -> None:
    """Fill a folder as the recordings are laid out."""
    _virginia_lists(folder / "state-bills/virginia/lis-snapshots")
    _virginia_texts(folder / "state-bills/virginia/lis-text-versions")
    _new_york(folder / "versions/nyc/introduction_2026_0001")
    _uslm(folder / "federal-bills/uslm-versions")
    _workbooks(folder / "287g/ice/sheets")


def _virginia_lists(folder: Path) -> None:
    folder.mkdir(parents=True)
    first = {"Passed_house": "N", "Introduction_date": "1/5/2026", "Full_text_doc1": "HB1"}
    bills = [
        {"Bill_id": "HB1", "Bill_description": "Name tags.", **first},
        {"Bill_id": "HB2", "Bill_description": "Masks;  officers.", **first},
        {"Bill_id": "HB3", "Bill_description": "Parks.", **first},
    ]
    later = [
        bills[0] | {"Passed_house": "Y", "Last_house_action": "Passed House",
                    "Last_house_action_date": "2/1/2026", "Full_text_doc2": "HB1E"},
        bills[1] | {"Bill_description": "Masks; officers."},
        {"Bill_id": "HB4", "Bill_description": "Water.", **first},
    ]  # fmt: skip
    for day, rows in (("2026-01-10", bills), ("2026-02-10", later)):
        with (folder / f"{day}_BILLS.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="", quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)


def _virginia_texts(folder: Path) -> None:
    folder.mkdir(parents=True)
    changed = (LAW[0].replace("may", "shall not"), *LAW[1:])
    for number, label, law in (
        (1, "Introduced", LAW), (2, "Substitute", changed), (3, "Enrolled", changed)
    ):  # fmt: skip
        text = "".join(f"<p class=sect><em class=new>{one}</em></p>" for one in law)
        (folder / f"HB1__v{number}.json").write_text(
            json.dumps({
                "bill": "HB1", "version_id": number, "version_label": label, "text": text,
                "draft_date": f"2026-0{number}-05T08:00:00",
            }),
            encoding="utf-8",
        )  # fmt: skip


def _new_york(folder: Path) -> None:
    folder.mkdir(parents=True)
    step = {"ID": 1, "Date": "2026-01-05T10:00:00Z", "Action": "Introduced", "BodyName": "Council"}
    first: dict[str, Any] = {
        "ID": 9, "File": "Int 0001-2026", "Name": "Name tags", "Title": "A law on name tags",
        "TypeName": "Introduction", "StatusName": "Committee", "BodyName": "Council",
        "IntroDate": "2026-01-05T00:00:00Z", "AgendaDate": "2026-01-05T00:00:00Z",
        "PassedDate": "0001-01-01T00:00:00Z", "EnactmentDate": "0001-01-01T00:00:00Z",
        "Version": "*", "TextID": 1, "Text": LAW[0], "RTF": rf"{{\rtf1 {LAW[0]}}}",
        "Sponsors": [{"ID": 5, "FullName": "Ana Reyes"}], "History": [step],
    }  # fmt: skip
    heard = step | {"ID": 2, "Date": "2026-02-05T10:00:00Z", "Action": "Hearing Held"}
    second = first | {
        "Sponsors": [*first["Sponsors"], {"ID": 6, "FullName": "Bo Watts"}],
        "History": [step, heard],
    }
    third = second | {"Version": "A", "TextID": 2, "Text": LAW[1], "RTF": rf"{{\rtf1 {LAW[1]}}}"}
    third["StatusName"] = "Enacted"
    for day, bill in (("2026-01-10", first), ("2026-02-10", second), ("2026-03-10", third)):
        (folder / f"{day}_x.json").write_text(json.dumps(bill), encoding="utf-8")


def _uslm(folder: Path) -> None:
    folder.mkdir(parents=True)
    changed = (LAW[0], LAW[1].replace("five", "two"))
    for stage, law in (("IH", LAW[:2]), ("EH", changed)):
        sections = "".join(
            f"<section><num>SEC. {number}. </num><content>{words}</content></section>"
            for number, words in enumerate(law, 1)
        )
        (folder / f"h1_{stage}.xml").write_text(
            '<bill xmlns="http://schemas.gpo.gov/xml/uslm"><meta><citableAs>119 HR 1 '
            f"{stage}</citableAs></meta><main>{sections}</main></bill>",
            encoding="utf-8",
        )


def _workbooks(folder: Path) -> None:
    folder.mkdir(parents=True)
    hope, reyes, watts = ("Hope County SO", "Reyes County SO", "Watts Police Department")
    for file, agencies in (
        ("participatingAgencies01052026am.xlsx", (hope, reyes)),
        ("pendingAgencies01062026am.xlsx", (watts,)),
        ("participatingAgencies02052026am.xlsx", (hope,)),
        ("pendingAgencies02062026am.xlsx", ()),
        ("participatingAgencies03052026am.xlsx", (hope, watts)),
    ):
        _workbook(folder / file, agencies)


def _workbook(path: Path, agencies: Sequence[str]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(("STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY", "SUPPORT TYPE"))
    for agency in (*agencies, "Always County SO"):
        sheet.append(("TEXAS", agency, "County", agency.split()[0], "Task Force Model"))
    book.save(path)
