"""The demo's month: the real spiders, stages, store and alerts against the invented governments."""

import fcntl
import shutil
import time as stopwatch
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from config.settings import PREFIX, Settings
from config.settings_file import SETTINGS_FILE, read_settings_file, with_setting
from monitor.app import App, UsageError, build
from monitor.crawls import run_crawls
from monitor.delivery import deliver_due
from monitor.demo.expected import EXPECTED
from monitor.demo.government import PORTS, Government
from monitor.demo.keeping import write_mails, write_redlines
from monitor.demo.nursery import Nursery
from monitor.demo.story import DAYS
from monitor.files import whole_file
from monitor.health import WELL

MARK = ".measurewatch-demo"
CLOCK = "MEASUREWATCH_CLOCK_BEHIND"
NOT_MODIFIED = 304
SETTINGS = {
    "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "yes",
    "MEASUREWATCH_DELAY": "0.01",
    "MEASUREWATCH_CONTACT": "mailto:demo@localhost.localdomain",
}
"""What the demo's home needs to be crawled; it stands in the home's settings file."""


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
    def ill(self) -> dict[str, str]:
        """The sources that were not well."""
        return {source: state for source, state in self.states.items() if state not in WELL}

    @property
    def right(self) -> bool:
        """Whether all that had to be told was told, nothing else, and every state was known."""
        return (
            self.found.keys() == self.wanted.keys()
            and len(self.found) == len(self.rows)
            and self.ill == dict(EXPECTED[self.day].states)
            and all(
                topics <= self.found[change] and bool(topics) == bool(self.found[change])
                for change, topics in self.wanted.items()
            )
        )


@dataclass(frozen=True)
class Month:
    """All that the demo can show at its end."""

    folder: Path
    days: Sequence[Lived]
    mails: Sequence[Path] = ()
    redlines: Sequence[Path] = ()
    feeds: Sequence[Path] = ()
    visits: int = 0
    unchanged: int = 0
    seconds: float = 0.0

    @property
    def right(self) -> bool:
        return all(day.right for day in self.days)


Progress = Callable[[int], None]
"""Told the number of each day before it is lived."""


@contextmanager
def started(port: int) -> Iterator[Government]:
    """The governments, while they serve. Raises UsageError when a port is in use."""
    government = Government(port)
    try:
        government.start()
    except OSError as error:
        raise UsageError(
            f"Port {port} or one of the {PORTS - 1} after it cannot be had ({error.strerror}); "
            "choose another with --port, or leave the choice to the system."
        ) from error
    try:
        yield government
    finally:
        government.stop()


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Make a folder the demo's own while it runs: two in one folder would destroy each other.

    Raises UsageError when the folder is somebody else's or another demo runs in it.
    """
    make_own(folder)
    # The system frees the lock when the process ends, however it ends.
    with (folder / MARK).open("a") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"Another measurewatch demo runs in {folder}; stop it first, or choose another "
                "folder with --out."
            ) from error
        yield


def make_own(folder: Path) -> None:
    """Make a folder the demo's; what others keep in it is never cleared. Raises UsageError."""
    mark = folder / MARK
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise UsageError(
            f"{folder} is not empty and not a demo's folder; choose another with --out."
        )
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()


def prepare(folder: Path) -> None:
    """Make an empty folder of the demo's own. Raises UsageError as `make_own` does."""
    make_own(folder)
    for path in folder.iterdir():
        if path.name == MARK:
            continue  # another file of this name would be another lock
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def demo_app(folder: Path, watchlist: str, settings: Mapping[str, str] = SETTINGS) -> App:
    """An app of a home that holds its watchlist and settings, as any command will find it.

    Loopback is allowed in that home only.
    """
    home = folder / "home"
    home.mkdir(parents=True)
    (home / "watchlist.yaml").write_text(watchlist, encoding="utf-8")
    with whole_file(home / SETTINGS_FILE, private=True) as file:
        file.writelines(f"{name}={value}\n" for name, value in settings.items())
    own = {
        "MEASUREWATCH_HOME": str(home.absolute()),
        "MEASUREWATCH_WATCHLIST": str((home / "watchlist.yaml").absolute()),
        **settings,
    }
    app = build({"home": home.absolute()})
    # What the shell sets for another home does not count here, in this process or a crawl's.
    others = {name: value for name, value in app.environment.items() if not name.startswith(PREFIX)}
    return replace(app, settings=Settings.from_mapping(own), environment={**others, **own})


def morning(day: int) -> datetime:
    """The simulated time of a day's crawl."""
    return datetime.combine(DAYS[day].date, time(14), UTC)


def live(
    folder: Path,
    government: Government,
    last: int = len(DAYS) - 1,
    progress: Progress = lambda _: None,
) -> Month:
    """Crawl and deliver on each day up to the last; the folder must be empty or the demo's.

    Raises UsageError for a folder that is somebody else's.
    """
    began = stopwatch.monotonic()
    prepare(folder)
    app = demo_app(folder, government.watchlist())
    days = []
    with Nursery(app.environment) as nursery:
        for day in range(last + 1):
            government.set_day(day)
            progress(day)
            # What a crawl's child dates, such as its recordings, is of the story's day too.
            keep_clock(app.home, app.clock() - morning(day))
            days.append(live_day(replace(app, clock=partial(morning, day)), day, nursery))
    # From here on the story's time goes on as ours does.
    keep_clock(app.home, app.clock() - morning(last))
    month = Month(folder, days)
    return written(app, month, government, began)


def keep_clock(home: Path, behind: timedelta) -> None:
    """Let every command in a home take its time to be so far behind."""
    path = home / SETTINGS_FILE
    text = with_setting(
        path.read_text(encoding="utf-8"), CLOCK, f"{max(0.0, behind.total_seconds()):.3f}"
    )
    with whole_file(path, private=True) as file:
        file.write(text)


def turn_clock(home: Path, by: timedelta) -> None:
    """Move a home's clock forward: what was crawled since the last turn is a whole day old then."""
    kept = read_settings_file((home / SETTINGS_FILE).read_text(encoding="utf-8"))
    keep_clock(home, timedelta(seconds=float(kept[CLOCK])) - by)


def live_day(app: App, day: int, nursery: Nursery) -> Lived:
    """One day: crawl, deliver, and see what was recorded."""
    lines = run_crawls(app, [], make_child=nursery.child)
    deliver_due(app)
    rows = tuple(app.changes(since=app.clock().isoformat()))
    return Lived(day, rows, {line["source"]: line["state"] for line in lines})


def written(app: App, month: Month, government: Government, began: float) -> Month:
    """The month with its mails and redlines as pages that open in a browser."""
    visits = government.requests
    return replace(
        month,
        mails=write_mails(month.folder),
        redlines=write_redlines(app, month.folder),
        feeds=sorted((month.folder / "feeds").glob("*.xml")),
        visits=len(visits),
        unchanged=sum(visit.status == NOT_MODIFIED for visit in visits),
        seconds=stopwatch.monotonic() - began,
    )
