"""Stored documents read anew by the extractor we have now, without a change and without an alert.

Documents are read in the pool, a few at a time, and kept one by one; what is
done is known by the document's SHA-256 and the extractor's version. So this can
be ended at any moment, by whatever: run again, it does what is missing.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.app import App, Opened, UsageError
from monitor.compute import Pool
from monitor.readings import Compared, compared
from pipelines.extract import EXTRACTOR, claimed_type, sniff
from pipelines.match import compile_topics
from pipelines.texts import Extracted, Limits
from storage.errors import DamagedDatabase, StorageError
from storage.reextracting import Effect, Reading, Reextracting, Stored, is_readable
from storage.unread import Waiting, Wanted

log = logging.getLogger(__name__)

Listener = Callable[[Mapping[str, Any]], None]

PASSING = frozenset({"timeout", "crashed"})
"""Failures that say more about this run than about the document: they are tried again."""

_AT_ONCE = 4  # documents under way for each worker
_LOOK_SECONDS = 0.25
_SNIFFED = 2048


@dataclass(slots=True)
class Totals:
    """What a run did. `waiting` are the documents there were to read when it began.

    `verdicts` counts documents that were read, `failed` those that were not,
    `refused` those whose earlier text was kept because the new reading has none.
    """

    waiting: int = 0
    done: int = 0
    failed: int = 0
    refused: int = 0
    versions: int = 0
    stopped: bool = False
    verdicts: Counter[str] = field(default_factory=Counter)
    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)

    @property
    def left(self) -> int:
        """How many documents the next run has to do, those among them that failed."""
        return self.waiting - self.done + self.failed

    def add(self, row: Mapping[str, Any]) -> None:
        self.done += 1
        self.versions += row["versions"]
        self.failed += row["verdict"] == "failed"
        self.refused += row["refused"]
        self.verdicts[row["verdict"]] += 1
        self.gained.update(row["topics"]["gained"])
        self.lost.update(row["topics"]["lost"])


def reextract(
    app: App,
    wanted: Wanted,
    *,
    limit: int | None = None,
    dry_run: bool = False,
    limits: Limits | None = None,
    extractor: str = EXTRACTOR,
    listener: Listener = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Totals:
    """Read what is wanted, keep it unless it is a dry run, and return what came of it.

    `listener` is told {"event": "start", "waiting", "expected"} and, for each document,
    {"event": "document"} with its row: DESIGN's words for the document, figures
    `before` and `after`, `verdict` and `because`. `stopping` is asked a few
    times a second; what is being read then is left for the next run.

    Raises UsageError for a source or a document nobody knows, and when another run is at work
    on the same part; StorageError when nothing can be kept.
    """
    with app.store() as opened, _alone(opened, wanted, dry_run=dry_run):
        _check_sources(opened, wanted.sources)
        store = _store(app, opened, extractor, dry_run=dry_run)
        _check_documents(store, wanted.documents)
        waiting = store.waiting(wanted)
        chosen = waiting if limit is None else waiting[:limit]
        totals = Totals(waiting=len(waiting))
        listener({"event": "start", "waiting": len(waiting), "expected": len(chosen)})
        with Pool(workers=app.settings.workers) as pool:
            reader = _Reader(opened, pool, limits or Limits(), again=wanted.again)
            window = _AT_ONCE * app.settings.workers
            for one in reader.read(_stored(store, chosen), window, stopping):
                row = _finished(
                    store, one, app=app, dry_run=dry_run, accept_worse=wanted.accept_worse
                )
                totals.add(row)
                listener({"event": "document", **row})
        totals.stopped = totals.done < len(chosen) and stopping()
        return totals


def two_readings(app: App, prefix: str, *, extractor: str = EXTRACTOR) -> tuple[Reading, Reading]:
    """The text another extractor read of a document, and ours, read now where it is not kept.

    Raises UsageError when the SHA-256 begins like none or several, or there is only one.
    """
    with app.store() as opened:
        store = _store(app, opened, extractor, dry_run=True)
        found = store.readings(prefix)
        named = sorted({one.sha256 for one in found})
        if not named:
            raise UsageError(
                f"No document that was read has a SHA-256 that begins with {prefix!r}."
            )
        if len(named) > 1:
            raise UsageError(
                f"{len(named)} documents begin with {prefix!r}; give more of it: "
                f"{', '.join(one[: len(prefix) + 4] for one in named[:5])}"
            )
        ours = [one for one in found if one.extractor == extractor]
        others = [one for one in found if one.extractor != extractor]
        if not others and len(ours) > 1:
            return ours[-2], ours[-1]
        if not others:
            raise UsageError(f"The document was only read by this extractor ({extractor}).")
        if ours:
            return others[-1], ours[-1]
        stored = next(
            _stored(store, store.waiting(Wanted(documents=(named[0],), again=True))), None
        )
        if stored is None:
            raise UsageError("No version has this document's text any more.")
        with Pool(workers=1) as pool:
            reader = _Reader(opened, pool, Limits(), again=True)
            [one] = reader.read([stored], 1, lambda: False)
        if one.text is None:
            raise UsageError(one.problem)
        return others[-1], Reading(named[0], extractor, one.text)


@dataclass(frozen=True, slots=True)
class _Read:
    """A document as it was known and its new text, or why there is none."""

    waiting: Waiting
    stored: Stored
    text: Extracted | None
    problem: str = ""


class _Reader:
    """Has documents read in the pool as a crawl would, a bounded number at a time."""

    def __init__(self, opened: Opened, pool: Pool, limits: Limits, *, again: bool) -> None:
        self._opened = opened
        self._pool = pool
        self._limits = limits
        self._again = again

    def read(
        self,
        documents: Iterable[tuple[Waiting, Stored]],
        window: int,
        stopping: Callable[[], bool],
    ) -> Iterator[_Read]:
        """Give documents as they are read, in no order, until there are none or we are to stop."""
        queue = iter(documents)
        flying: dict[Future[Extracted], tuple[Waiting, Stored]] = {}
        while not stopping():
            while len(flying) < window and (one := next(queue, None)) is not None:
                flying[self._start(one[1])] = one
            if not flying:
                return
            done, _ = wait(flying, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                yield _outcome(*flying.pop(future), future)
                if stopping():
                    return

    def _start(self, stored: Stored) -> "Future[Extracted]":
        """Begin to read; what this extractor has read before is there at once."""
        future: Future[Extracted] = Future()
        if stored.after is not None and not self._again:
            future.set_result(stored.after)
            return future
        path = self._opened.blobs.path(stored.sha256)
        try:
            head = self._head(stored.sha256, path)
        except (OSError, DamagedDatabase) as error:
            future.set_exception(error)
            return future
        return self._pool.extract(
            path,
            self._limits,
            media_type_hint=stored.media_type or claimed_type(stored.url) or sniff(head),
            name=stored.url.rsplit("/", 1)[-1],
        )

    def _head(self, sha256: str, path: Path) -> bytes:
        """The first bytes. Raises DamagedDatabase where the document is not the one we kept."""
        with path.open("rb") as file:
            head = file.read(_SNIFFED)
        if not self._opened.blobs.verify(sha256):
            raise DamagedDatabase("its bytes were altered; restore a backup of the home")
        return head


def _outcome(waiting: Waiting, stored: Stored, future: "Future[Extracted]") -> _Read:
    error = future.exception()
    if isinstance(error, OSError):
        why = f"its bytes cannot be had ({error.strerror or error}); restore a backup of the home"
        return _Read(waiting, stored, None, why)
    if isinstance(error, DamagedDatabase):
        return _Read(waiting, stored, None, str(error))
    if error is not None:
        raise error
    text = future.result()
    if text.reason in PASSING:
        return _Read(waiting, stored, None, f"{'; '.join(text.warnings)}; the next run tries again")
    return _Read(waiting, stored, text)


def _stored(store: Reextracting, waiting: Iterable[Waiting]) -> Iterator[tuple[Waiting, Stored]]:
    for one in waiting:
        stored = store.stored(one)
        if stored is not None:
            yield one, stored


def _finished(
    store: Reextracting, one: _Read, *, app: App, dry_run: bool, accept_worse: bool
) -> dict[str, Any]:
    """The row of one reading; a document that a fault of ours meets costs only itself."""
    try:
        return _finish(store, one, app=app, dry_run=dry_run, accept_worse=accept_worse)
    except (StorageError, OSError):
        raise
    except Exception as error:
        log.exception("document %s could not be kept", one.stored.sha256)
        return _row(one.stored, None, None, [f"{type(error).__name__}: {error}"])


def _finish(
    store: Reextracting, one: _Read, *, app: App, dry_run: bool, accept_worse: bool
) -> dict[str, Any]:
    """Keep, or only weigh, one reading; returns its row."""
    if one.text is None:
        return _row(one.stored, None, None, [one.problem])
    found = compared(
        one.stored.before, one.text,
        was_readable=one.stored.before is not None and is_readable(one.stored.before),
        is_readable=is_readable(one.text),
    )  # fmt: skip
    if dry_run:
        effect = store.weigh(one.waiting, one.text, accept_worse=accept_worse)
    else:
        effect = store.keep(one.waiting, one.text, now=app.clock(), accept_worse=accept_worse)
    return _row(one.stored, found, effect, list(found.because))


def _row(
    stored: Stored, found: Compared | None, effect: Effect | None, because: Sequence[str]
) -> dict[str, Any]:
    topics = effect.topics if effect and not effect.refused else stored.topics
    figures = found.json() if found else {"verdict": "failed", "before": None, "after": None,
                                          "inserted": 0, "deleted": 0}  # fmt: skip
    return {
        "document": stored.sha256,
        "measure": {
            "id": stored.measure_id, "identifier": stored.identifier, "place": stored.place,
        },
        "note": stored.note,
        "url": stored.url,
        **figures,
        "because": list(because),
        "extractor": stored.extractor,
        "versions": effect.versions if effect else 0,
        "refused": bool(effect and effect.refused),
        "topics": {
            "gained": sorted(topics - stored.topics), "lost": sorted(stored.topics - topics),
        },
        "badness": list(found.badness) if found else [0, 0],
    }  # fmt: skip


@contextmanager
def _alone(opened: Opened, wanted: Wanted, *, dry_run: bool) -> Iterator[None]:
    """Two runs on one part would read everything twice."""
    if dry_run:
        yield
        return
    with opened.locks.try_hold([f"reextract:{wanted.shard}/{wanted.shards}"]) as held:
        if held is None:
            raise UsageError(
                "Another reextract is at work on this. Wait for it, or give each run a part of its "
                "own with --shard, as in --shard 1/2 and --shard 2/2."
            )
        yield


def _store(app: App, opened: Opened, extractor: str, *, dry_run: bool) -> Reextracting:
    """The store with the topics of the watchlist, which is thereby accepted."""
    watchlist = app.watchlist()
    if not dry_run:
        opened.store.accept_watchlist(app.watchlist_path.read_text(encoding="utf-8"), app.clock())
    return Reextracting(
        opened.database, extractor, matcher=compile_topics(watchlist.topics),
        topics={topic.name: topic.digest for topic in watchlist.topics},
    )  # fmt: skip


def _check_documents(store: Reextracting, prefixes: Sequence[str]) -> None:
    for prefix in prefixes:
        if store.is_current(prefix):
            continue
        if store.was_kept(prefix):
            raise UsageError(f"No version has the document that begins with {prefix!r} any more.")
        raise UsageError(f"No kept document has a SHA-256 that begins with {prefix!r}.")


def _check_sources(opened: Opened, names: Sequence[str]) -> None:
    unknown = [name for name in names if opened.store.source(name) is None]
    if unknown:
        raise UsageError(f"Nothing was ever crawled from a source {unknown[0]!r}.")
