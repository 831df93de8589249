"""The demo's last screen: what changed, what was rightly not reported, where things lie."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from monitor.cli.output import Output
from monitor.cli.tables import STYLES
from monitor.demo.expected import EXPECTED
from monitor.demo.month import Lived, Month
from monitor.demo.story import DAYS, Day
from monitor.demo.world import COUNCIL, LEGISLATURE, MAYOR

TELLING = (
    "new", "vanished", "restored", "amended", "scheduled", "renumbered", "version", "title",
    "action", "status", "dates",
)  # fmt: skip
"""Kinds of change in the order in which they tell most."""


ROOMY = 110
NAME, KIND = 23, 13  # cells
SOURCES = (MAYOR, COUNCIL, LEGISLATURE)
STEP = re.compile(r"^1 action added, last: (.*) \(\d{4}-\d\d-\d\d\)$")
"""What is said of one new action: its day is that of the row."""


def tell(out: Output, month: Month) -> None:
    """Show the month: as JSON a line a change, else screens for people."""
    if out.as_json:
        for day in month.days:
            for row in day.rows:
                out.line({"day": DAYS[day.day].date.isoformat(), "change": row})
        return
    console = out.console()
    console.print("[bold]What changed in Harborview and Cascadia[/bold]")
    for number, week in weeks(month.days):
        console.print(heading(number, [DAYS[day.day] for day in week]))
        console.print(table_of(week, narrow=console.width < ROOMY))
    console.print("\n[bold]Rightly not reported[/bold]")
    console.print(quiet_table(month.days))
    for day in month.days:
        tell_faults(console, day)
    tell_places(console, month)


def weeks(days: Sequence[Lived]) -> Iterator[tuple[int, list[Lived]]]:
    for number, week in groupby(days, key=lambda day: DAYS[day.day].week):
        yield number, list(week)


def heading(number: int, days: Sequence[Day]) -> Rule:
    first, last = days[0].date, days[-1].date
    span = f"{first:%B} {first.day}" + (f" to {last.day}" if last != first else "")
    return Rule(f"week {number}: {span}", align="left", style="dim")


def grid() -> Table:
    """A table without lines that takes what room there is."""
    return Table.grid(padding=(0, 2), expand=True)


def table_of(days: Sequence[Lived], *, narrow: bool = False) -> Table:
    """A row for each measure that changed on a day; what is said most clearly comes first.

    Where there is little room, what is said stands beneath its row.
    """
    table = grid()
    table.add_column(style="dim", no_wrap=True, width=6)
    if narrow:
        table.add_column(ratio=1)
    else:
        table.add_column(no_wrap=True, width=NAME)
        table.add_column(no_wrap=True, width=KIND)
        table.add_column(ratio=1)
        table.add_column(style="dim", no_wrap=True, width=13)
    for day in days:
        for number, (identifier, rows) in enumerate(by_measure(day.rows)):
            on = "" if number else short(DAYS[day.day])
            topics = ", ".join(sorted({topic for row in rows for topic in row["topics"]})) or "-"
            what = Text(" · ".join(said(row) for row in rows))
            if narrow:
                table.add_row(on, beneath(identifier, kind_of(rows), topics, what))
            else:
                table.add_row(on, identifier, kind_of(rows), what, topics)
    return table


def kind_of(rows: Sequence[Mapping[str, Any]]) -> Text:
    """The kind of change that tells most, and how many others there are."""
    name = str(rows[0]["kind"])
    kind = Text(name, STYLES["kind"].get(name, ""))
    if len(rows) > 1:
        kind.append(f" +{len(rows) - 1}", "dim")
    return kind


def beneath(identifier: str, kind: Text, topics: str, what: Text) -> Group:
    """A row whose last cell stands beneath the others."""
    name = Text(identifier)
    name.pad_right(max(0, NAME + 2 - len(name)))
    kind.pad_right(max(0, KIND + 2 - len(kind)))
    return Group(Text.assemble(name, kind, (topics, "dim")), Padding(what, (0, 0, 0, 2)))


def by_measure(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """A day's changes by measure: the mayor's, the council's, the legislature's, by number."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=place_in_table):
        found.setdefault(row["measure"]["identifier"], []).append(row)
    for identifier, changes in found.items():
        yield identifier, sorted(changes, key=telling)


def place_in_table(row: Mapping[str, Any]) -> tuple[int, str]:
    """Sites are crawled side by side; what they brought is shown in one order all the same."""
    return SOURCES.index(row["source"]), row["measure"]["identifier"]


def telling(row: Mapping[str, Any]) -> int:
    return TELLING.index(row["kind"]) if row["kind"] in TELLING else len(TELLING)


def said(row: Mapping[str, Any]) -> str:
    """A change's summary without what stands beside it."""
    summary = str(row["summary"]).removeprefix(f"New: {row['measure']['identifier']}: ")
    return STEP.sub(r"\1", summary)


def short(day: Day) -> str:
    return f"{day.date:%a} {day.date.day:>2}"


def quiet_table(days: Sequence[Lived]) -> Table:
    """A line for each thing that happened and was no news."""
    table = grid()
    table.add_column(style="dim", no_wrap=True, width=6)
    table.add_column(width=1)
    table.add_column(ratio=1)
    for day in days:
        for number, untold in enumerate(EXPECTED[day.day].untold):
            mark = Text("✓", "green") if day.right else Text("✗", "red")
            table.add_row("" if number else short(DAYS[day.day]), mark, untold.sentence)
    return table


def tell_faults(console: Console, day: Lived) -> None:
    """Show where the story and the day differ; nothing when they do not."""
    if day.right:
        return
    on = short(DAYS[day.day])
    for change, topics in day.wanted.items():
        if day.found.get(change) != topics:
            told = sorted(day.found[change]) if change in day.found else "not reported"
            console.print(Text(f"{on} ✗ {change}: expected {sorted(topics)}, was {told}", "red"))
    for change in day.found.keys() - day.wanted.keys():
        console.print(Text(f"{on} ✗ {change}: reported, and should not be", "red"))
    if len(day.rows) != len(day.found):
        console.print(Text(f"{on} ✗ a change was reported twice", "red"))
    if day.ill != EXPECTED[day.day].states:
        console.print(Text(f"{on} ✗ sources not well: {day.ill}", "red"))


def tell_places(console: Console, month: Month) -> None:
    """Say where the mails, the feed and the redlines lie, and what it cost."""
    console.print("\n[bold]What you can open[/bold]")
    table = Table.grid(padding=(0, 2))
    for name, paths in (
        ("alert mails", month.mails), ("redlines", month.redlines), ("feed", month.feeds),
    ):  # fmt: skip
        if paths:
            first = f"{paths[0]} to {paths[-1].name}" if len(paths) > 1 else str(paths[0])
            table.add_row(f"  {name}", str(len(paths)), Text(first))
    console.print(table)
    console.print(
        f"\n{month.visits:,} visits to three sites, {month.unchanged:,} answered 'not modified'; "
        f"{month.seconds:.0f} seconds in all."
    )
