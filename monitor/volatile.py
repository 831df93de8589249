"""What is left out of a source's texts because it changes at every visit, for operators."""

from typing import Any

from monitor.app import App, UsageError


def rows(app: App, source: str | None) -> list[dict[str, Any]]:
    """Each volatile part as JSON values. Raises UsageError for an unknown source."""
    if source is not None:
        app.sources([source])
    with app.store() as opened:
        return [
            {
                "id": row.id, "source": row.source, "before": row.part.before,
                "shape": row.part.shape, "after": row.part.after, "example": row.example,
                "url": row.url, "how": row.how, "learned": row.learned, "ignored": row.ignored,
                "last_ignored": row.last_ignored,
            }
            for row in opened.volatiles.rows(source)
        ]  # fmt: skip


def forget(app: App, source: str | None, part_id: int) -> None:
    """Tell what changes in a part from now on. Raises UsageError when there is none such."""
    known = {row["id"] for row in rows(app, source)}
    if part_id not in known:
        of = f" of {source}" if source else ""
        raise UsageError(f"There is no volatile part {part_id}{of}. See: sources volatile")
    with app.store() as opened:
        opened.volatiles.forget(part_id, now=app.clock())
