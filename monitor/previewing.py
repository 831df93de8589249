"""What watches would have been told of the changes that were recorded."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from config.vocabulary import ChangeKind
from monitor.alerting import reasons
from monitor.app import App, UsageError
from storage.ports import ChangeFacts


def preview(
    app: App, names: Sequence[str] = (), *, since: str | None = None
) -> Iterator[dict[str, Any]]:
    """One row for each change and watch it concerns, as the watches stand now, oldest first.

    Topics are those that were found when the change was recorded. Raises
    UsageError for a watch that the watchlist does not have.
    """
    watches = app.watchlist().watches
    unknown = set(names) - {watch.name for watch in watches}
    if unknown:
        raise UsageError(
            f"The watchlist has no watch {min(unknown)!r}; "
            f"it has {', '.join(watch.name for watch in watches) or 'none'}."
        )
    chosen = [watch for watch in watches if not names or watch.name in names]
    for change in app.changes(since=since):
        facts = _facts(change)
        for watch in chosen:
            if why := reasons(watch, facts):
                yield {
                    "watch": watch.name, "at": change["at"], "change": change["id"],
                    "kind": change["kind"], "measure": change["measure"], "reasons": list(why),
                    "summary": change["summary"],
                }  # fmt: skip


def _facts(change: Mapping[str, Any]) -> ChangeFacts:
    measure = change["measure"]
    return ChangeFacts(
        kind=ChangeKind(change["kind"]), source=change["source"], place=measure["place"],
        concerns=tuple(measure["concerns"]), session=measure["session"],
        identifier=measure["identifier"], title=measure["title"],
        topics=tuple(change["topics"]), new_topics=tuple(change["new_topics"]),
        summary=change["summary"], now=datetime.fromisoformat(change["at"]), crawl_id=0,
    )  # fmt: skip
