"""Maryland's real lists and bills: every row, every field, and texts that become versions."""

import json
from collections import Counter

import pytest

from scrapers.sites.maryland import SITE, read_list
from scrapers.sites.maryland_rows import bill, hearings, measure, unmapped, words
from tests.recordings import pack_files
from tests.running import json_lines
from tests.visiting import as_json

LISTS = [
    ("legislation_2024rs.json", "2024RS", 715, 1016),
    ("legislation.json", "2025RS", 576, 831),
    ("2026RS-sample.json", "2026RS", 7, 8),
]
# Kept elsewhere: it is about the file, and the same in every row.
OF_THE_FILE = {"StatusCurrentAsOf"}
HB444 = {
    "BillNumber": "HB0444", "ChapterNumber": "", "CrossfileBillNumber": "SB0245",
    "Title": "Public Safety - Immigration Enforcement Agreements - Prohibition",
    "Status": "In the House - Hearing 1/29 at 1:00 p.m.", "BillVersion": "F",
    "FirstReadingDateHouseOfOrigin": "2026-01-22",
    "Statutes": [{"Article": {"Code": "gcp", "Title": "Criminal Procedure"},
                  "Sections": [{"Section": "5-104.1"}]}],
}  # fmt: skip
"""The bill as its list showed it, as far as we know; what we do not know is as in another real row."""


@pytest.fixture
def maryland(corpus):
    return corpus / "state-bills" / "maryland"


def leaves(value):
    """Every single value in a row, at whatever depth."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def read(row, session):
    paper = bill(row["BillNumber"], session, SITE)
    return measure(row, paper), list(hearings(row, paper, {}))


@pytest.mark.corpus
@pytest.mark.parametrize(("file", "session", "bills", "events"), LISTS)
def test_every_row_becomes_a_measure_and_every_value_is_kept(
    file, session, bills, events, maryland
):
    """As many measures as rows; each value of each row stands in one of its fields or extras."""
    rows = read_list((maryland / "json" / file).read_bytes(), session, file)
    found = [read(row, session) for row in rows]
    assert (len(rows), len(found)) == (bills, bills)
    assert sum(len(held) for _, held in found) == events
    assert len({one.identifier for one, _ in found}) == bills
    lost = Counter()
    for row, (one, held) in zip(rows, found, strict=True):
        moments = [event.when_text for event in held]
        told = json.dumps([as_json(one), moments], ensure_ascii=False)
        for name, value in row.items():
            said = [json.dumps(words(leaf), ensure_ascii=False)[1:-1] for leaf in leaves(value)]
            if name not in OF_THE_FILE and not all(each in told for each in said):
                lost[name] += 1
    assert lost == Counter()
    assert (
        Counter(
            word for row, (one, _) in zip(rows, found, strict=True) for word in unmapped(row, one)
        )
        == {}
    )


@pytest.mark.corpus
@pytest.mark.parametrize(("file", "session"), [one[:2] for one in LISTS])
def test_texts_and_days_are_what_the_list_says(file, session, maryland):
    """Counted by other means: texts by letter, acts by number, days by field."""
    rows = json.loads((maryland / "json" / file).read_bytes())
    found = [read(row, session)[0] for row in rows]
    letters = Counter(link.url[-5] for one in found for text in one.versions for link in text.links
                      if "/bills/" in link.url)  # fmt: skip
    latest = Counter(row["BillVersion"] for row in rows)
    assert letters["F"] == len(rows)
    assert letters["T"] == latest["T"] + latest["E"]
    assert letters["E"] == latest["E"]
    acts = sum(row["ChapterNumber"].startswith("CH") for row in rows)
    assert (
        sum(text.classification == "became-law" for one in found for text in one.versions) == acts
    )
    steps = ("FirstReadingDate", "ReportDate", "SecondReadingDate", "ThirdReadingDate")
    days = Counter(
        row[name] for row in rows for name in row if row[name] and name.startswith(steps)
    )
    assert Counter(act.date_text for one in found for act in one.actions if act.date_text) == days
    assert all(act.date for one in found for act in one.actions if act.date_text)


@pytest.mark.corpus
def test_a_real_list_with_real_texts_is_recorded_whole(maryland, tmp_path):
    """715 rows and eleven bills, from a recording to readable versions; the other texts wait."""
    session = "2024RS"
    files = {
        f"{SITE}/2024rs/misc/billsmasterlist/legislation.json": (
            maryland / "json" / "legislation_2024rs.json"
        ).read_bytes()
    }
    for path in sorted((maryland / "pdf").glob("2024rs_*.pdf")):
        # The recordings do not say which stage of the bill they hold.
        paper = bill(path.stem.removeprefix("2024rs_"), session, SITE)
        files[paper.text("T")] = path.read_bytes()
    recording = pack_files(tmp_path / "a.warc.gz", "2024-06-03T12:00:00Z", files)
    [line] = json_lines("crawl", "maryland", "--replay", str(recording), cwd=tmp_path)
    assert (line["state"], line["found"], line["failed"]) == ("ok", 715, 0)
    assert line["documents"] == len(files) - 1
    shown = json_lines("measures", "--place", "us/md", cwd=tmp_path)
    assert len(shown) == 715
    readable = {
        one["identifier"]
        for one in shown
        for text in one["versions"]
        if text["state"] == "readable"
    }
    listed = {row["BillNumber"] for row in json.loads(next(iter(files.values())))}
    held = {path.stem.removeprefix("2024rs_") for path in (maryland / "pdf").glob("2024rs_*.pdf")}
    assert readable == held & listed
    assert len(readable) > 3


@pytest.mark.corpus
def test_the_ban_on_agreements_is_found_by_its_text(maryland, tmp_path):
    """The bill's text matches the topic 287(g), however the bill is typed, and so does its cross-file."""
    sample = json.loads((maryland / "json" / "2026RS-sample.json").read_bytes())
    # Another bill's row, so that every field is there: what it is about is taken out.
    rest = {"Synopsis": "", "SponsorPrimary": "", "Sponsors": []}
    house = sample[-1] | rest | HB444
    other = {
        "BillNumber": "SB0245",
        "CrossfileBillNumber": "HB0444",
        "Title": "A title without the words",
    }
    pdfs = maryland / "pdf-2026"
    files = {
        f"{SITE}/2026rs/misc/billsmasterlist/legislation.json": json.dumps(
            [*sample, house, house | other]
        ).encode(),
        f"{SITE}/2026RS/bills/hb/hb0444F.pdf": next(pdfs.glob("HB0444__*")).read_bytes(),
        f"{SITE}/2026RS/bills/sb/sb0245F.pdf": next(pdfs.glob("SB0245__*")).read_bytes(),
        f"{SITE}/2026RS/bills/hb/hb0001F.pdf": next(pdfs.glob("HB0001__*")).read_bytes(),
    }
    recording = pack_files(tmp_path / "a.warc.gz", "2026-02-03T12:00:00Z", files)
    [line] = json_lines("crawl", "maryland", "--replay", str(recording), cwd=tmp_path)
    assert (line["state"], line["found"], line["documents"]) == ("ok", 9, 3)
    matching = json_lines("measures", "--topic", "287g", cwd=tmp_path)
    assert {one["identifier"] for one in matching} == {"HB0444", "SB0245"}
    [shown] = json_lines("show", "HB444", cwd=tmp_path)
    assert shown["related"] == [
        {"identifier": "SB0245", "relation": "companion", "session": "2026RS"}
    ]
    assert "Criminal Procedure § 5-104.1" in shown["subjects"]
    assert [one["note"] for one in shown["documents"]] == ["Fiscal and Policy Note"]
    [text] = shown["versions"]
    assert (text["note"], text["state"]) == ("First Reader", "readable")
