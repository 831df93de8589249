"""A source that has another name in the watchlist now."""

from monitor.app import App, UsageError
from storage.errors import StorageError
from storage.renaming import rename


def rename_source(app: App, old: str, new: str) -> int:
    """Give all that is known of a source to its new name; returns how many measures it has shown.

    Raises UsageError where the watchlist does not name the new one, or still names
    the old one, and for what the store refuses.
    """
    app.sources([new])
    if old in {spec.name for spec in app.watchlist().sources}:
        raise UsageError(
            f"The watchlist still names {old}. Give it the name {new} there first, then rename it here."
        )
    with app.store() as opened:
        try:
            return rename(opened.database, old, new)
        except StorageError as error:
            raise UsageError(f"{error}. See: measurewatch sources health") from error
