"""A crawl that is only tried: it runs on a copy of the home, which is thrown away."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from config.settings_file import SETTINGS_FILE
from monitor.app import App, Opened, UsageError
from monitor.crawls import Listener, run_crawls
from monitor.sources import hosts_of


def compare_crawls(
    app: App, names: Sequence[str], *, archives: Sequence[Path], listener: Listener
) -> list[dict[str, Any]]:
    """Crawl as `run_crawls` does and record nothing; each line has `changes`, what would be told.

    Nothing is kept of it: no measure, document, recording, health or alert.
    Raises UsageError for a database on a server, of which no copy is made.
    """
    if app.settings.database_url:
        raise UsageError(
            "--compare tries the crawl on a copy of the database, and only a SQLite database is "
            "copied. Name a home without a server: unset MEASUREWATCH_DATABASE."
        )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="measurewatch-")))
        if app.home.is_dir():
            _copy_settings(app, folder)
            opened = stack.enter_context(app.store())
            _copy(opened, folder)
            if not archives:
                # The copy has locks of its own; a site meets one visitor all the same.
                hosts = {host for spec in app.sources(names) for host in hosts_of(spec)}
                stack.enter_context(opened.locks.hold(f"host:{host}" for host in hosts))
        settings = app.settings.model_copy(
            update={"home": folder, "watchlist": app.watchlist_path.absolute()}
        )
        trial = replace(app, settings=settings)
        with trial.store(create=True) as tried:
            before = _last(tried)
        lines = run_crawls(trial, names, archives=archives, record=False, listener=listener)
        with trial.store() as tried:
            found = [row for row in tried.queries.changes() if row["id"] > before]
    return [line | {"changes": list(_of(found, line["source"]))} for line in lines]


def _copy_settings(app: App, folder: Path) -> None:
    """What a crawl of this home goes by: its settings, and the certificates that sites forget."""
    if (app.home / SETTINGS_FILE).is_file():
        shutil.copy(app.home / SETTINGS_FILE, folder)
    if app.certificates.is_dir():
        shutil.copytree(app.certificates, folder / app.certificates.name)


def _copy(opened: Opened, folder: Path) -> None:
    """The database as it is now, and the documents as links: none is written to again."""
    from storage.backup import copy
    from storage.home import Home

    assert opened.database.path is not None
    home = Home.create(folder)
    copy(opened.database.path, folder / opened.database.path.name)
    for name in opened.blobs.names():
        kept = opened.blobs.path(name).absolute()
        link = home.blobs / kept.relative_to(opened.database.home.blobs.absolute())
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(kept)


def _last(opened: Opened) -> int:
    return max((int(row["id"]) for row in opened.queries.changes(limit=1)), default=0)


def _of(changes: Sequence[Mapping[str, Any]], source: str) -> Iterator[dict[str, Any]]:
    """A source's changes, without the ids that only the thrown-away database knew."""
    for change in changes:
        if change["source"] == source:
            yield {**change, "id": None, "versions": [None, None]}
