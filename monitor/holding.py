"""What an operator does with alerts that the mass-change brake holds back."""

from typing import Any

from monitor.app import App, UsageError
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
            return opened.holds.release(source, by=by, now=app.clock())
        except StorageError as error:
            raise _explained(source, error) from error


def discard(app: App, source: str, *, by: str) -> Ended:
    """Drop what is held of a source and set its measures back. Raises UsageError when nothing is."""
    with app.store() as opened:
        try:
            return opened.holds.discard(source, by=by, now=app.clock())
        except StorageError as error:
            raise _explained(source, error) from error


def _explained(source: str, error: StorageError) -> UsageError:
    return UsageError(f"{error}. See what is: measurewatch sources held ({source})")


def _told(hold: HoldRow) -> dict[str, Any]:
    return {
        "source": hold.source, "state": hold.state, "since": hold.since.isoformat(),
        "alerts": hold.alerts, "changes": dict(hold.changes), "reason": hold.reason,
        "crawls": list(hold.crawls), "ended": hold.ended.isoformat() if hold.ended else None,
        "by": hold.by,
    }  # fmt: skip
