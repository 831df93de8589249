"""What an operator does with alerts that the mass-change brake holds back."""

from dataclasses import replace
from typing import Any

from config.problems import meant
from monitor.app import App, Opened, UsageError
from monitor.health import HELD, judge
from monitor.past import HISTORY
from storage.errors import StorageError
from storage.holding import Ended
from storage.ports import HoldRow

SAMPLES = 3
"""Changes of a hold that are shown unasked."""


def held_rows(app: App, *, ended: bool = False) -> list[dict[str, Any]]:
    """The holds that wait for a decision, and with `ended` those that were decided, for JSON."""
    with app.store() as opened:
        holds = opened.holds.all() if ended else opened.holds.open()
        return [
            _told(hold)
            | {
                "samples": [
                    f"{row['measure']['identifier']}: {row['summary']}"
                    for crawl_id in hold.crawls[:1]
                    for row in opened.queries.changes(
                        source=hold.source, crawl_id=crawl_id, limit=SAMPLES, discarded=True
                    )
                ]
            }
            for hold in holds
        ]


def release(app: App, source: str, *, by: str) -> Ended:
    """Send what is held of a source. Raises UsageError when nothing is."""
    with app.store() as opened:
        try:
            ended = opened.holds.release(source, by=by, now=app.clock())
        except StorageError as error:
            raise _explained(app, opened, source, error) from error
        _judge_again(app, opened, source, _decided("released", by))
        return ended


def discard(app: App, source: str, *, by: str) -> Ended:
    """Drop what is held of a source and set its measures back. Raises UsageError when nothing is."""
    with app.store() as opened:
        try:
            ended = opened.holds.discard(source, by=by, now=app.clock())
        except StorageError as error:
            raise _explained(app, opened, source, error) from error
        _judge_again(app, opened, source, _decided("discarded", by))
        return ended


def _decided(how: str, by: str) -> str:
    return f"info: what was held is {how}" + (f" by {by}" if by else "")


def _judge_again(app: App, opened: Opened, source: str, note: str) -> None:
    """Say how the source is doing by its last crawl, now that what that found is decided.

    Where something else was wrong with it as well, it is still.
    """
    state = opened.store.source(source)
    if state is None or not (state.notes and state.notes[0].startswith(HELD)):
        return
    last = next((one for one in opened.crawls.history(source) if one.state != "interrupted"), None)
    if last is None:
        return
    # Its own word was good, else that would be what is noted of it.
    notes = tuple(one for one in last.notes if HELD not in one)
    past = opened.crawls.whole(source, limit=HISTORY)
    report = replace(last, state="ok", notes=(note, *notes))
    verdict = judge(report, known=state, history=past)
    if verdict.health is not None:
        opened.store.set_health(
            source, verdict.health, now=app.clock(), notes=verdict.notes, seen=last.at
        )


def _explained(app: App, opened: Opened, source: str, error: StorageError) -> UsageError:
    known = [spec.name for spec in app.watchlist().sources]
    if source in known or opened.store.source(source) is not None:
        return UsageError(f"{error}. See what is: measurewatch sources held")
    held = [hold.source for hold in opened.holds.open()]
    hint = meant(source, held) or meant(source, known)
    return UsageError(
        f"No source is called {source!r}"
        + (f"; {hint}" if hint else ".")
        + " See what is held: measurewatch sources held"
    )


def _told(hold: HoldRow) -> dict[str, Any]:
    return {
        "source": hold.source, "state": hold.state, "since": hold.since.isoformat(),
        "alerts": hold.alerts, "changes": dict(hold.changes), "reason": hold.reason,
        "crawls": list(hold.crawls), "ended": hold.ended.isoformat() if hold.ended else None,
        "by": hold.by,
    }  # fmt: skip
