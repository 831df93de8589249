"""Writes the tables of docs/speed.md and the README from benchmarks/results/latest.json.

    python -m benchmarks.kit.tables

`start.py bench` ends with it. A test compares, so no figure there is written by hand.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.kit.record import LATEST, key
from benchmarks.kit.timing import ROOT

BEGIN, END = "<!-- measured: start.py bench writes what follows -->", "<!-- end of measured -->"
BETWEEN = re.compile(f"(?<={re.escape(BEGIN)}\n).*?(?={re.escape(END)})", re.DOTALL)
Row = dict[str, Any]

SHORT = (
    ("crawl with parsing, pages", "bare Scrapy"),
    ("crawl with parsing, CPU", "bare Scrapy"),
    ("PDF text, Maryland", "raw pdfium"),
    ("PDF text, Maryland", "pdfplumber"),
    ("recheck of unchanged texts, CPU", "full refetch"),
    ("recheck of unchanged texts, CPU", "full refetch, texts known"),
    ("recheck of unchanged texts, sent by the site", "full refetch"),
    ("recording, unchanged, SQLite", "core upsert"),
    ("recording, unchanged, PostgreSQL", "core upsert"),
    ("200 terms, with passages and pages", "what we aim at"),
    ("all topics with their logic, hits on each page", "what we aim at"),
    ("back-test of 100,000 versions, time", "a second"),
    ("measurewatch --help", "click alone"),
)
"""The rows of the README."""


def read(file: Path = LATEST) -> list[Row]:
    """The rows of latest.json, each with what about.json adds."""
    beside = json.loads(file.with_name("about.json").read_text(encoding="utf-8"))
    about = {key(one): one for one in beside}
    return [about[key(one)] | one for one in json.loads(file.read_text(encoding="utf-8"))]


def long_table(rows: Sequence[Row]) -> str:
    """All rows, with the spread of the ratio, and where and when they were measured."""
    head = ("stage", "ours", "reference", "", "ratio (lowest to highest)", "goal", "runs")
    cells = [
        (
            one["stage"], f"{figure(one['ours'])} {one['unit']}",
            f"{figure(one['reference'])} {one['unit']}", one["reference_name"],
            f"{figure(one['ratio'])} ({figure(one['lowest'])} to {figure(one['highest'])})",
            goal(one), str(one["runs"]),
        )
        for one in rows
    ]  # fmt: skip
    return f"{table(head, cells)}\n\n{where(rows)}\n"


def short_table(rows: Sequence[Row]) -> str:
    """The rows of the README that were measured."""
    found = {key(one): one for one in rows}
    chosen = [found[name] for name in SHORT if name in found]
    cells = [
        (
            one["stage"], f"{figure(one['ours'])} {one['unit']}",
            f"{one['reference_name']}: {figure(one['reference'])}", figure(one["ratio"]), goal(one),
        )
        for one in chosen
    ]  # fmt: skip
    return f"{table(('stage', 'ours', 'beside it', 'ratio', 'goal'), cells)}\n\n{where(chosen)}\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def goal(one: Row) -> str:
    """The least ratio wanted, and whether it is reached."""
    if one["limit"] is None:
        return "none"
    reached = "reached" if one["ratio"] >= one["limit"] else "**not reached**"
    return f"{figure(one['limit'])}, {reached}"


def figure(value: float) -> str:
    """A number for a person: no digits that do not count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:g}"


def where(rows: Sequence[Row]) -> str:
    """On which days and machines the rows were measured."""
    days = sorted({one["date"] for one in rows})
    machines = sorted({one["machine"] for one in rows})
    span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"Measured {span} on {'; '.join(machines)}, by `python3 start.py bench`."


def renewed(page: str, text: str) -> str:
    """A page with another text between its markers. Raises ValueError for one without them."""
    if not BETWEEN.search(page):
        raise ValueError(f"the page has no {BEGIN!r}")
    return BETWEEN.sub(lambda _: text, page)


def pages() -> dict[Path, str]:
    """The pages that show measurements, as they should be."""
    rows = read()
    texts = {ROOT / "docs" / "speed.md": long_table(rows), ROOT / "README.md": short_table(rows)}
    return {path: renewed(path.read_text(encoding="utf-8"), text) for path, text in texts.items()}


def main() -> None:
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote the table of {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
