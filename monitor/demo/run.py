"""The demo as a command: live through the month, show it, and leave it running when asked to."""

import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from monitor.cli.output import Output
from monitor.demo.government import Government
from monitor.demo.month import Month, claimed, live, started, turn_clock
from monitor.demo.showing import tell
from monitor.demo.story import DAYS

LAST = len(DAYS) - 1


def run_demo(
    folder: Path, out: Output, port: int = 0, *, last: int = LAST, serve: bool = False
) -> bool:
    """Live through the month up to a day; true when all was reported that should be, nothing else.

    With `serve` the governments then stay up until a signal or Ctrl-C. Raises
    UsageError when the folder is somebody else's or another demo's, or a port is in use.
    """
    with claimed(folder), started(port) as government:
        with bar(out) as progress:
            month = live(folder, government, last, progress)
        tell(out, month)
        if serve:
            stay(out, government, month)
        else:
            tell_next(out, month)
    return month.right


@contextmanager
def bar(out: Output) -> Iterator["Days"]:
    """A progress bar on standard error, only where a person looks."""
    console = out.console(stderr=True)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=28),
        TimeElapsedColumn(), TextColumn("[dim]{task.fields[what]}"),
        console=console, transient=True, disable=out.quiet or not console.is_terminal,
    ) as progress:  # fmt: skip
        yield Days(progress)


class Days:
    """Moves the bar: a call a day, with what happens on it."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.task = progress.add_task("", total=len(DAYS), what="")

    def __call__(self, day: int) -> None:
        today = DAYS[day]
        self.progress.update(
            self.task, completed=day, what=today.news,
            description=f"{today.date:%a} {today.date:%B} {today.date.day:>2}",
        )  # fmt: skip


# ---------------------------------------------------------------- leaving it up


def stay(out: Output, government: Government, month: Month) -> None:
    """Serve until Ctrl-C or SIGTERM; at a terminal, Enter turns to the next day."""
    urls = dict(government.urls)
    commands = ["crawl", *examples(month)]
    commands = [command_line(month.folder, command) for command in commands]
    if out.as_json:
        out.line(
            {"serving": urls, "day": DAYS[government.day].date.isoformat(), "commands": commands}
        )
    else:
        tell_serving(out, government, commands)
    with stopped_by_signal() as stopped:
        if sys.stdin.isatty() and not out.as_json:
            threading.Thread(
                target=turn_days, args=(out, government, month.folder / "home"), daemon=True
            ).start()
        while not stopped.wait(0.5):
            pass
    out.remark("Stopped.")


def tell_serving(out: Output, government: Government, commands: Sequence[str]) -> None:
    console = out.console()
    console.print("\n[bold]The governments are up[/bold]")
    names = {"mayor": "/orders", "state": "/bills", "council": "/v1/harborview/matters"}
    for name, url in government.urls.items():
        console.print(f"  {name:<9}{url}{names[name]}", soft_wrap=True, markup=False)
    console.print("\n[bold]In another terminal[/bold]")
    for command in commands:
        console.print(f"  {command}", soft_wrap=True, markup=False)
    today = DAYS[government.day]
    more = " Enter turns to the next day." if government.day < LAST and sys.stdin.isatty() else ""
    console.print(f"\nIt is {today.name}, {today.date:%B} {today.date.day}.{more} Ctrl-C stops.")


def turn_days(out: Output, government: Government, home: Path) -> None:
    """Turn to the next day, with the home's clock, at each line of the terminal's input."""
    for _ in sys.stdin:
        if government.day == LAST:
            out.remark("The story ends here. Ctrl-C stops.")
            continue
        yesterday = DAYS[government.day]
        government.set_day(government.day + 1)
        turn_clock(home, DAYS[government.day].date - yesterday.date)
        today = DAYS[government.day]
        out.remark(f"It is {today.name}, {today.date:%B} {today.date.day}: {today.news}.")


@contextmanager
def stopped_by_signal() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set; what they did before is put back at the end."""
    stopped = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def tell_next(out: Output, month: Month) -> None:
    """Say what can be asked of the home that the demo leaves."""
    if out.as_json:
        return
    console = out.console()
    console.print("\n[bold]Look around[/bold]")
    for command in examples(month):
        console.print(f"  {command_line(month.folder, command)}", soft_wrap=True, markup=False)
    console.print(
        "  [dim]measurewatch demo --serve[/dim] leaves the governments up, so that one can crawl them"
    )


def examples(month: Month) -> list[str]:
    """What is worth asking of a home that has lived through the month."""
    target = shlex.quote(str((month.folder / "measures.csv").absolute()))
    amended = [
        row["versions"] for day in month.days for row in day.rows if row["kind"] == "amended"
    ]
    redline = [f"diff {old} {new}" for old, new in amended[:1]]
    return [
        "changes --topic masks",
        "search '\"law enforcement officer\" NEAR/20 mask'",
        "show 'HB 1107'",
        *redline,
        "sources health",
        f"export measures --out {target}",
    ]


def command_line(folder: Path, command: str) -> str:
    """A command to copy: it works as it stands, in any folder of this machine.

    The home has its watchlist and, in its settings file, the leave to visit
    this machine.
    """
    return f"{program()} --home {shlex.quote(str((folder / 'home').absolute()))} {command}"


def program() -> str:
    """What to type for `measurewatch`: the word where the shell finds ours, else where it is."""
    script = Path(sys.executable).with_name("measurewatch")
    found = shutil.which("measurewatch")
    if found and script.exists() and Path(found).samefile(script):
        return "measurewatch"
    if script.exists():
        return shlex.quote(str(script))
    return f"{shlex.quote(sys.executable)} -m monitor.cli"
