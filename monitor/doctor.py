"""Is everything needed in place? Each check says what it found and what to do."""

import os
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

from config.problems import WatchlistErrors
from config.settings import likely_setting
from config.settings_file import SETTINGS_FILE
from config.watchlist import Watchlist
from monitor.app import App, UsageError
from monitor.reach import recipients, unready
from monitor.sources import lacking
from pipelines.compare_words import how_many

ENOUGH_BYTES = 1 << 30
Row = dict[str, str]


def examine(app: App) -> list[Row]:
    """Run every check; a row has check, result (right, wrong or note) and advice."""
    return [check(app) for check in CHECKS]


def row(check: str, result: str, advice: str) -> Row:
    return {"check": check, "result": result, "advice": advice}


def watchlist(app: App) -> Row:
    try:
        found = app.watchlist()
    except (WatchlistErrors, UsageError, OSError) as error:
        return row("watchlist", "wrong", str(error))
    return row(
        "watchlist", "right",
        f"{app.watchlist_path.name}: {how_many(found.sources, 'source')}, "
        f"{how_many(found.topics, 'topic')}, {how_many(found.watches, 'watch', 'watches')}",
    )  # fmt: skip


def home(app: App) -> Row:
    if not app.home.is_dir():
        return row("home", "note", f"{app.home} does not exist yet; the first crawl makes it")
    from storage.home import DATABASE, Home

    own = Home(app.home)
    state = (own.path, own.path / DATABASE, own.blobs, own.archives, own.locks, own.backups)
    locked = next((path for path in state if path.exists() and not os.access(path, os.W_OK)), None)
    if locked is not None:
        return row(
            "home", "wrong",
            f"{locked} cannot be written to: nothing is crawled or delivered; give it to the user "
            "who runs this",
        )  # fmt: skip
    return row("home", "right", str(app.home))


def _watchlist(app: App) -> Watchlist | None:
    """The watchlist, where it can be read; its own check tells why it cannot."""
    try:
        return app.watchlist()
    except (WatchlistErrors, UsageError, OSError):
        return None


def _recipients(app: App) -> tuple[str, ...]:
    found = _watchlist(app)
    return recipients(found) if found else ()


def sources(app: App) -> Row:
    found = _watchlist(app)
    waiting = lacking(found.sources if found else (), app.variable)
    if waiting:
        told = "; ".join(f"{name} waits: {wanted}" for name, wanted in waiting.items())
        return row("sources", "note", f"{told} ({_settings_path(app)})")
    return row("sources", "right", "everything they need is set")


def visits(app: App) -> Row:
    """Whether the sources are visited when the watchlist says."""
    found = _watchlist(app)
    if found is None or not app.home.is_dir():
        return row("visits", "note", "no source was visited yet")
    from storage.errors import StorageError

    try:
        rows = app.health_rows()
    except StorageError as error:
        return row("visits", "note", f"cannot be told: {error}")
    late = [f"{one['source']} (last on {one['last_visit'][:10]})" for one in rows if one["overdue"]]
    if late:
        return row(
            "visits", "note",
            f"overdue: {', '.join(late)}; does `measurewatch serve` run? Now: measurewatch crawl",
        )  # fmt: skip
    if not rows:
        return row("visits", "note", "no source was visited yet; next: measurewatch crawl")
    return row("visits", "right", "no source that was visited once is overdue")


def addresses(app: App) -> Row:
    missing = unready(app, _recipients(app))
    if missing:
        return row(
            "addresses",
            "wrong",
            f"{'; '.join(missing)}; set what is missing in {_settings_path(app)}",
        )
    return row("addresses", "right", "whatever they need is there")


def _settings_path(app: App) -> Path:
    return app.home / SETTINGS_FILE


def private(app: App) -> Row:
    path = _settings_path(app)
    if not path.exists():
        return row("settings file", "note", f"there is no {path}; the environment alone is read")
    if path.stat().st_mode & 0o077:
        return row(
            "settings file", "wrong", f"others can read it; chmod 600 {shlex.quote(str(path))}"
        )
    return row("settings file", "right", str(path))


def space(app: App) -> Row:
    there = next(path for path in (app.home, *app.home.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    result = "right" if free >= ENOUGH_BYTES else "wrong"
    return row(
        "disk",
        result,
        f"{free >> 20} MiB free where the home is; a year of sources takes gigabytes",
    )


def database(app: App) -> Row:
    if not app.home.is_dir() and not app.settings.database_url:
        return row("database", "note", "SQLite, made at the first crawl")
    from storage.errors import StorageError

    try:
        with app.store(create=True) as opened:
            problems = opened.database.check()
            kind = opened.database.dialect
    except (StorageError, OSError) as error:
        return row("database", "wrong", str(error))
    return row(
        "database", "wrong" if problems else "right", "; ".join(problems) or f"{kind}, sound"
    )


def review(app: App) -> Row:
    if not app.home.is_dir():
        return row("review", "right", "no page waits to be looked at")
    from monitor.reviewing import waiting
    from storage.errors import StorageError

    try:
        count = waiting(app)
    except StorageError as error:
        return row("review", "note", f"cannot be counted: {error}")
    if not count:
        return row("review", "right", "no page waits to be looked at")
    pages = "1 page waits" if count == 1 else f"{count:,} pages wait"
    return row("review", "note", f"{pages} to be looked at; see: measurewatch review list")


def contact(app: App) -> Row:
    if app.settings.contact:
        return row("contact", "right", app.settings.contact)
    return row(
        "contact",
        "note",
        f"sites are told whom to write to: set MEASUREWATCH_CONTACT in {_settings_path(app)}",
    )


def mail(app: App) -> Row:
    if app.settings.smtp_host:
        return row(
            "mail",
            "right",
            f"{app.settings.smtp_host}:{app.settings.smtp_port}; try: measurewatch alerts test mailto:you@example.org",
        )
    return row(
        "mail",
        "wrong" if any(one.startswith("mailto:") for one in _recipients(app)) else "note",
        "no mail server; alerts to mailto: wait until MEASUREWATCH_SMTP_HOST is set in "
        f"{_settings_path(app)}",
    )


def settings(app: App) -> Row:
    if not app.settings.unknown:
        return row("settings", "right", "every MEASUREWATCH_ name is known")
    told = [
        f"{name}{f' (meant {like}?)' if (like := likely_setting(name)) else ''}"
        for name in app.settings.unknown
    ]
    return row("settings", "wrong", f"no such setting: {', '.join(told)}")


def readers(app: App) -> Row:
    del app
    from importlib.metadata import version

    from pipelines.extract.scans import HOW_TO_READ, engines

    said = (
        f"PDF by pypdfium2 {version('pypdfium2')}, HTML, RTF, DOCX, DOC, XLSX, XLS, PPTX, "
        "archives of these, plain text"
    )
    here = engines()
    if not here:
        return row("readers", "note", f"{said}; {HOW_TO_READ}")
    return row("readers", "right", f"{said}; scans by {' and '.join(here)}")


CHECKS: tuple[Callable[[App], Row], ...] = (
    watchlist, sources, visits, addresses, home, space, database, review, settings, private, contact, mail,
    readers,
)  # fmt: skip
