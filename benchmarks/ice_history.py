"""What the 287(g) scraper makes of every recorded workbook, in the order of their dates.

    MEASUREWATCH_CORPUS=folder python -m benchmarks.ice_history

prints the tables of docs/sources/ice-287g.md. Each list is matched with what the
lists before it left known, as a crawl would; there is no database.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scrapers.agreements import Agreement, Identity, reconcile, unlisted
from scrapers.ports import KnownMeasure
from scrapers.rows import xlsx_rows
from scrapers.sites.ice_287g import PARTICIPATING, PENDING, REQUIRED, agreement, edition, measure

YEAR = 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One workbook against what the ones before it left known.

    `before` and `after` are the identifiers of its list. What came is `new`,
    `moved` from the pending list, or `back` after an absence; what is not in it
    any more has `ended`. `renamed` has what was known, the row, and its identity.
    """

    kind: str
    day: date
    file: str
    rows: int
    repeated: int
    before: frozenset[str]
    after: frozenset[str]
    new: tuple[str, ...]
    moved: tuple[str, ...]
    back: tuple[str, ...]
    ended: tuple[str, ...]
    renamed: tuple[tuple[KnownMeasure, Agreement, Identity], ...]


def editions(folder: Path) -> list[tuple[date, int, str, Path]]:
    """The recorded workbooks by date; on one day the participating list comes first."""
    found = []
    for path in folder.glob("*.xlsx"):
        kind = PENDING if "pending" in path.name.casefold() else PARTICIPATING
        day, half = edition("/" + path.name.rpartition("__")[2])
        found.append((day, half, kind, path))
    return sorted(found, key=lambda one: (one[0], one[2], one[1], one[3].name))


def workbook(path: Path) -> list[Agreement]:
    """All rows of all sheets. Raises ValueError for a row that names no agreement."""
    sheets = xlsx_rows(path.read_bytes(), required=REQUIRED, name=path.name)
    return [agreement(row, "https://www.ice.gov/", YEAR) for sheet in sheets for row in sheet.rows]


def walk(folder: Path) -> Iterator[Step]:
    """Read every workbook in order. What ended stays known, as the store keeps it."""
    known: dict[str, KnownMeasure] = {}
    lists: dict[str, frozenset[str]] = {PARTICIPATING: frozenset(), PENDING: frozenset()}
    participating: list[Agreement] = []
    for day, _, kind, path in editions(folder):
        rows = workbook(path)
        if kind == PARTICIPATING:
            participating = rows
            candidates = list(known.values())
        else:
            rows = unlisted(rows, participating)
            candidates = [
                one for one in known.values() if one.identifier not in lists[PARTICIPATING]
            ]
        identities = reconcile(rows, candidates)
        shown = [(row, one) for row, one in zip(rows, identities, strict=True) if one]
        taken = step(kind, day, path.name, shown, lists[kind], repeated=identities.count(None))
        lists[kind] = taken.after
        for was, _, _ in taken.renamed:
            del known[was.identifier]
        known |= {one.identifier: remembered(row, one, kind) for row, one in shown}
        if kind == PARTICIPATING:
            lists[PENDING] -= {one.known.identifier for _, one in shown if one.known}
        yield taken


def step(
    kind: str,
    day: date,
    file: str,
    shown: Sequence[tuple[Agreement, Identity]],
    before: frozenset[str],
    *,
    repeated: int,
) -> Step:
    """Say what one workbook changed."""
    stayed = {one.known.identifier for _, one in shown if one.known} & before
    came = [one for _, one in shown if not one.known or one.known.identifier not in before]
    return Step(
        kind=kind,
        day=day,
        file=file,
        rows=len(shown) + repeated,
        repeated=repeated,
        before=before,
        after=frozenset(one.identifier for _, one in shown),
        new=tuple(sorted(one.identifier for one in came if not one.known)),
        moved=tuple(
            sorted(one.identifier for one in came if one.known and one.known.listing != kind)
        ),
        back=tuple(
            sorted(one.identifier for one in came if one.known and one.known.listing == kind)
        ),
        ended=tuple(sorted(before - stayed)),
        renamed=tuple((one.known, row, one) for row, one in shown if one.known and one.formerly),
    )


def remembered(row: Agreement, identity: Identity, kind: str) -> KnownMeasure:
    """What the store would hand back of a measure."""
    seen = measure(row, identity, kind)
    return KnownMeasure(
        identifier=seen.identifier, session=seen.session, title=seen.title, status=seen.status,
        listing=seen.listing, extras=seen.extras,
    )  # fmt: skip


def markdown(steps: Sequence[Step]) -> Iterator[str]:
    """The table of participating workbooks, then every rename, return and end."""
    yield "| workbook of | rows | repeated | before | new | from pending | back | ended | after | renamed |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for one in (one for one in steps if one.kind == PARTICIPATING):
        yield (
            f"| {one.day} (`{one.file.rpartition('__')[2]}`) | {one.rows} | {one.repeated} | {len(one.before)} "
            f"| {len(one.new)} | {len(one.moved)} | {len(one.back)} | {len(one.ended)} | {len(one.after)} "
            f"| {len(one.renamed)} |"
        )
    participating = [one for one in steps if one.kind == PARTICIPATING]
    pending = [one for one in steps if one.kind == PENDING]
    for title, lines in (
        ("Renamed in the participating list", _renames(participating)),
        ("Renamed in the pending list", _renames(pending)),
        (
            "Back in the participating list",
            (f"- {one.day}: {name}" for one in participating for name in one.back),
        ),
        ("Ended", (f"- {one.day}: {name}" for one in participating for name in one.ended)),
    ):
        told = list(lines)
        yield f"\n<details><summary>{title}: {len(told)}</summary>\n"
        yield from told
        yield "\n</details>"


def _renames(steps: Sequence[Step]) -> Iterator[str]:
    for one in steps:
        for was, _, now in one.renamed:
            yield f"- {one.day}: {was.identifier} → {now.identifier}"


def main() -> int:
    """Print the tables; 2 when the recordings are not there."""
    folder = Path(os.environ.get("MEASUREWATCH_CORPUS", "")) / "287g" / "ice" / "sheets"
    if not os.environ.get("MEASUREWATCH_CORPUS") or not folder.is_dir():
        print("MEASUREWATCH_CORPUS does not point to the recorded pages", file=sys.stderr)
        return 2
    print("\n".join(markdown(list(walk(folder)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
