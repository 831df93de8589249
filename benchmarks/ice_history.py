"""What the 287(g) scraper makes of every recorded workbook, in the order of their dates.

    MEASUREWATCH_CORPUS=folder python -m benchmarks.ice_history

prints the tables of docs/sources/ice-287g.md. Each list is matched with what the
lists before it left known, as a crawl would; there is no database.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from scrapers.agreements import Agreement, Identity, reconcile, unlisted
from scrapers.ports import KnownMeasure
from scrapers.rows import xlsx_rows
from scrapers.sites.ice_287g import PARTICIPATING, PENDING, REQUIRED, agreement, edition, measure

YEAR = 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One workbook after the one before it of its kind. Pairs are (was, is)."""

    kind: str
    day: date
    file: str
    rows: int
    repeated: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    added: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    renamed: tuple[tuple[KnownMeasure, Agreement, Identity], ...] = field(default=())


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
    """Read every workbook in order, each against what is known by then."""
    known: dict[str, dict[str, KnownMeasure]] = {PARTICIPATING: {}, PENDING: {}}
    listed: list[Agreement] = []
    for day, _, kind, path in editions(folder):
        rows = workbook(path)
        if kind == PARTICIPATING:
            listed = rows
            candidates = [*known[PARTICIPATING].values(), *known[PENDING].values()]
        else:
            rows = unlisted(rows, listed)
            candidates = [*known[PENDING].values()]
        identities = reconcile(rows, candidates)
        before = known[kind]
        known[kind] = {
            identity.identifier: remembered(row, identity, kind)
            for row, identity in zip(rows, identities, strict=True)
            if identity
        }
        yield step(kind, day, path.name, rows, identities, before)
        matched = {one.known.identifier for one in identities if one and one.known}
        for identifier in matched:
            known[PENDING if kind == PARTICIPATING else PARTICIPATING].pop(identifier, None)


def step(
    kind: str,
    day: date,
    file: str,
    rows: Sequence[Agreement],
    identities: Sequence[Identity | None],
    before: dict[str, KnownMeasure],
) -> Step:
    """Say what one workbook changed."""
    shown = [(row, one) for row, one in zip(rows, identities, strict=True) if one]
    matched = {one.known.identifier for _, one in shown if one.known}
    return Step(
        kind=kind,
        day=day,
        file=file,
        rows=len(rows),
        repeated=identities.count(None),
        before=tuple(sorted(before)),
        after=tuple(sorted(one.identifier for _, one in shown)),
        added=tuple(sorted(one.identifier for _, one in shown if not one.known or one.known.listing != kind)),
        ended=tuple(sorted(set(before) - matched)),
        moved=tuple(sorted(one.identifier for _, one in shown if one.known and one.known.listing != kind)),
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
    """The table of participating workbooks, then every rename and every end."""
    yield "| workbook of | rows | repeated | before | added | of these from pending | ended | renamed | after |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    participating = [one for one in steps if one.kind == PARTICIPATING]
    for one in participating:
        yield (
            f"| {one.day} (`{one.file.rpartition('__')[2]}`) | {one.rows} | {one.repeated} | {len(one.before)} "
            f"| {len(one.added)} | {len(one.moved)} | {len(one.ended)} | {len(one.renamed)} | {len(one.after)} |"
        )
    for title, lines in (("Renamed", list(_renames(participating))), ("Ended", list(_ends(participating)))):
        yield f"\n<details><summary>{title}: {len(lines)}</summary>\n"
        yield from lines
        yield "\n</details>"


def _renames(steps: Sequence[Step]) -> Iterator[str]:
    for one in steps:
        for was, _, now in one.renamed:
            yield f"- {one.day}: {was.identifier} → {now.identifier}"


def _ends(steps: Sequence[Step]) -> Iterator[str]:
    for one in steps:
        for identifier in one.ended:
            yield f"- {one.day}: {identifier}"


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
