"""The demo: the real spiders, stages, store and alerts against the invented government."""

import shutil
import time as stopwatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from config.settings import Settings
from monitor.app import App, UsageError, build
from monitor.cli.output import Output
from monitor.crawls import run_crawls
from monitor.delivery import deliver_due
from monitor.demo.government import Government
from monitor.demo.story import DAYS, EXPECTED

MARK = ".measurewatch-demo"
NOT_MODIFIED = 304


@dataclass(frozen=True)
class Lived:
    """What one day brought, to be held against the story."""

    day: int
    rows: tuple[Mapping[str, Any], ...]
    states: Mapping[str, str]

    @property
    def wanted(self) -> dict[tuple[str, str], set[str]]:
        """The changes the story asks for, each with its topics."""
        return {
            (told.identifier, str(told.kind)): set(told.topics) for told in EXPECTED[self.day].told
        }

    @property
    def found(self) -> dict[tuple[str, str], set[str]]:
        """The changes that were reported, each with its topics."""
        return {
            (row["measure"]["identifier"], row["kind"]): set(row["topics"]) for row in self.rows
        }

    @property
    def right(self) -> bool:
        """Whether all that had to be told was told, and nothing else."""
        return self.found.keys() == self.wanted.keys() and all(
            topics <= self.found[change] and bool(topics) == bool(self.found[change])
            for change, topics in self.wanted.items()
        )


@dataclass(frozen=True)
class Week:
    """All that the demo can show at its end."""

    folder: Path
    days: Sequence[Lived]
    mails: Sequence[Path]
    redlines: Sequence[Path]
    visits: int
    unchanged: int
    seconds: float

    @property
    def right(self) -> bool:
        return all(day.right for day in self.days)


def run_demo(folder: Path, out: Output, port: int = 0) -> bool:
    """Live through the week; true when all was reported that should be, and nothing else.

    Raises UsageError when the folder is somebody else's or a port is in use.
    """
    began = stopwatch.monotonic()
    prepare(folder)
    government = Government(port)
    try:
        government.start()
    except OSError as error:
        raise UsageError(
            f"Port {port} or {port + 1} cannot be had ({error.strerror}); "
            "choose another with --port, or leave the choice to the system."
        ) from error
    try:
        app = demo_app(folder, government)
        days = live(app, government, out)
        visits = government.requests
        week = Week(
            folder, days, write_mails(folder), write_redlines(app, folder), len(visits),
            sum(visit.status == NOT_MODIFIED for visit in visits), stopwatch.monotonic() - began,
        )  # fmt: skip
    finally:
        government.stop()
    tell(out, week)
    return week.right


def prepare(folder: Path) -> None:
    """Make an empty folder; one that is not the demo's own is never cleared."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise UsageError(
                f"{folder} is not empty and not a demo's folder; choose another with --out."
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


def demo_app(folder: Path, government: Government) -> App:
    """Make an app with the demo's home, watchlist and pace; loopback is allowed here only."""
    watchlist = folder / "watchlist.yaml"
    watchlist.write_text(government.watchlist(), encoding="utf-8")
    values = {
        "MEASUREWATCH_HOME": str((folder / "home").absolute()),
        "MEASUREWATCH_WATCHLIST": str(watchlist.absolute()),
        "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "yes",
        "MEASUREWATCH_DELAY": "0.01",
        "MEASUREWATCH_CONTACT": "mailto:demo@localhost.localdomain",
    }
    app = build({})
    return replace(
        app, settings=Settings.from_mapping(values), environment={**app.environment, **values}
    )


def morning(day: int) -> datetime:
    """Tell the simulated time of a day's crawl."""
    return datetime.combine(DAYS[day].date, time(14), UTC)


def live(app: App, government: Government, out: Output) -> list[Lived]:
    """Crawl and deliver on each day of the week."""
    console = out.console(stderr=True)
    hidden = out.quiet or not console.is_terminal
    lived = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task("")
        for day in range(len(DAYS)):
            government.set_day(day)
            now = morning(day)
            progress.update(task, description=f"{now:%A %d %B %Y}")
            today = replace(app, clock=partial(morning, day))
            lines = run_crawls(today, [])
            deliver_due(today)
            rows = tuple(today.changes(since=now.isoformat(), kinds=(), place=None, topic=None))
            lived.append(Lived(day, rows, {line["source"]: line["state"] for line in lines}))
    return lived


def write_mails(folder: Path) -> list[Path]:
    """Write the HTML of each mail that was sent as a page of its own, in their order."""
    mails = [message_from_bytes(path.read_bytes()) for path in (folder / "mail").glob("*.eml")]
    pages = []
    for number, mail in enumerate(sorted(mails, key=sent_at), 1):
        page = folder / f"alert-{number}.html"
        page.write_bytes(html_part(mail))
        pages.append(page)
    return pages


def sent_at(mail: Message) -> datetime:
    return parsedate_to_datetime(str(mail["Date"]))


def html_part(mail: Message) -> bytes:
    """Find the HTML of a mail."""
    for part in mail.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else b""
    return b""


def write_redlines(app: App, folder: Path) -> list[Path]:
    """Write a page for each amendment of the week."""
    from pipelines.redline import redline
    from pipelines.render import render_page

    paths = []
    for row in app.changes(since=None, kinds=("amended",), place=None, topic=None):
        before, after = (app.version_text(version) for version in row["versions"])
        measure = row["measure"]
        title = f"{measure['identifier']}: {measure['title']}"
        path = folder / f"redline-{measure['identifier'].replace(' ', '-')}.html"
        page = render_page(redline(before, after), before, after, title=title)
        path.write_text(page, encoding="utf-8")
        paths.append(path)
    return paths


def tell(out: Output, week: Week) -> None:
    """Show what changed, what was rightly not reported, and where the papers lie."""
    if out.as_json:
        for day in week.days:
            for row in day.rows:
                out.line({"day": DAYS[day.day].date.isoformat(), "change": row})
        return
    console = out.console()
    console.print("[bold]What changed in Harborview and Cascadia[/bold]")
    console.print(table_of(week.days))
    console.print("\n[bold]Rightly not reported[/bold]")
    for day in week.days:
        tell_quiet(console, day)
    last = week.mails[-1] if week.mails else "none"
    console.print(f"\n{len(week.mails)} alert mails; the last: {last}")
    console.print(f"Redlines: {', '.join(str(path) for path in week.redlines)}")
    console.print(
        f"{week.visits} visits, {week.unchanged} answered 'not modified'; "
        f"{week.seconds:.0f} seconds in all."
    )
    places = f"--home {week.folder / 'home'} --watchlist {week.folder / 'watchlist.yaml'}"
    out.remark(f"Look around: measurewatch {places} measures")


def table_of(days: Sequence[Lived]) -> Table:
    """Make a table with a row for each change."""
    table = Table(box=None, pad_edge=False, header_style="dim", expand=True)
    for heading in ("day", "measure", "change", "what", "topics"):
        table.add_column(heading, no_wrap=True, ratio=1 if heading == "what" else None)
    for day in days:
        for row in day.rows:
            table.add_row(
                f"{DAYS[day.day].date:%a}", row["measure"]["identifier"], row["kind"],
                Text(row["summary"]), ", ".join(row["topics"]) or "-",
            )  # fmt: skip
    return table


def tell_quiet(console: Console, day: Lived) -> None:
    """Show what a day did not report, and where the story and the day differ."""
    for untold in EXPECTED[day.day].untold:
        console.print(Text(f"  {'✓' if day.right else '✗'} {untold.sentence}"))
    if day.right:
        return
    for change, topics in day.wanted.items():
        if day.found.get(change) != topics:
            told = sorted(day.found[change]) if change in day.found else "not reported"
            console.print(Text(f"  ✗ {change}: expected {sorted(topics)}, was {told}", style="red"))
    for change in day.found.keys() - day.wanted.keys():
        console.print(Text(f"  ✗ {change}: reported, and should not be", style="red"))
    console.print(Text(f"  ✗ sources: {dict(day.states)}", style="red"))
