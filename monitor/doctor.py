"""Is everything needed in place? Each check says what it found and what to do."""

import os
import shutil
from collections.abc import Callable

from config.problems import WatchlistErrors
from config.settings import likely_setting
from monitor.app import App, UsageError

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
        f"{app.watchlist_path.name}: {len(found.sources)} sources, {len(found.topics)} topics, {len(found.watches)} watches",
    )  # fmt: skip


def home(app: App) -> Row:
    if not app.home.is_dir():
        return row("home", "note", f"{app.home} does not exist yet; the first crawl makes it")
    if not os.access(app.home, os.W_OK):
        return row(
            "home", "wrong", f"{app.home} cannot be written to; give it to the user who runs this"
        )
    return row("home", "right", str(app.home))


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
    except StorageError as error:
        return row("database", "wrong", str(error))
    return row(
        "database", "wrong" if problems else "right", "; ".join(problems) or f"{kind}, sound"
    )


def contact(app: App) -> Row:
    if app.settings.contact:
        return row("contact", "right", app.settings.contact)
    return row(
        "contact",
        "note",
        "set MEASUREWATCH_CONTACT before crawling live sites; sites are told whom to write to",
    )


def mail(app: App) -> Row:
    if app.settings.smtp_host:
        return row(
            "mail",
            "right",
            f"{app.settings.smtp_host}:{app.settings.smtp_port}; try: measurewatch alerts test mailto:you@example.org",
        )
    return row(
        "mail", "note", "no mail server; alerts to mailto: wait until MEASUREWATCH_SMTP_HOST is set"
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

    return row(
        "readers", "right", f"PDF by pypdfium2 {version('pypdfium2')}, HTML, XLSX, plain text"
    )


CHECKS: tuple[Callable[[App], Row], ...] = (
    watchlist, home, space, database, contact, mail, settings, readers,
)  # fmt: skip
