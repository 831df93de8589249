"""What an observed list of versions means for the versions we know.

A version is its measure, its note and its normalised text; never its address.
Nothing that was not accepted touches what is known, nothing that differs only
in typography is an amendment, and a text that another reader read otherwise
from the same bytes updates facts in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from config.vocabulary import ChangeKind, TextState
from pipelines.align import TooManyWordsError
from pipelines.confirming import STATES
from pipelines.corrections import is_correction
from pipelines.papers import LEAST, is_earlier_print, is_print
from pipelines.proving import FEW_WORDS
from pipelines.redline import redline
from pipelines.texts import Change, Match, VersionText
from pipelines.volatile import ignored, left_out
from scrapers.items import Version

from . import tables
from .changing import Brought, Earlier
from .codec import links_to_json
from .crawl import Group
from .going_back import Steps
from .identity import note_key
from .known import VersionRow
from .pairing import Incoming, pair
from .shelf import Shelved
from .writes import Removal, Row

_changes = tables.changes.c
_PASSING = frozenset({"timeout", "crashed"})
_NOTHING = VersionText(state=TextState.PENDING, accepted=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """How many words a text gained and lost against another, and how many edits say nothing.

    `ignored` are places that change at every visit, apart from `cosmetic` edits.
    """

    inserted: int
    deleted: int
    cosmetic: int = 0
    ignored: int = 0


class Versions:
    """The versions of one measure while it is planned.

    `brought` are the changes that the versions make, `earlier` the changes
    whose pending text has arrived, `rematched` the matches of every version
    that was read now.
    """

    def __init__(
        self, group: Group, measure_id: int, rows: Sequence[VersionRow] | None, back: Steps
    ) -> None:
        self.brought: list[Brought] = []
        self.earlier: dict[int, Earlier] = {}
        self.rematched: dict[int, tuple[Match, ...]] = {}
        self.added: list[int] = []
        self._group = group
        self._back = back
        self._measure_id = measure_id
        self._current = list(rows or ())
        self._of_new_measure = rows is None
        self._new: dict[int, VersionRow] = {}
        self._touched: dict[int, VersionRow] = {}
        self._replaced: list[int] = []
        self._read: set[int] = set()
        self._renewed: set[int] = set()
        self._silent = False
        self._steps: Sequence[str] = ()

    def take(
        self,
        versions: Sequence[Version],
        texts: Sequence[VersionText],
        *,
        silent: bool,
        steps: Sequence[str] = (),
    ) -> None:
        """Compare the observed versions with the known ones.

        `silent` says that versions are seen for the first time, so that new
        ones belong to the measure's own `new` change or are learned in silence.
        `steps` describes the actions that are seen first with these versions.
        """
        self._silent = silent
        self._steps = steps
        told = [*texts, *[_NOTHING] * (len(versions) - len(texts))]
        incoming = [Incoming(*both) for both in zip(versions, told, strict=False)]
        pairs = pair(self._current, incoming)
        again = [(row, one) for row, one in pairs if row is not None]
        for text in texts:
            self._keep(text)
        for row, one in sorted(again, key=lambda both: both[0].seq):
            self._seen_again(row, one)
        fresh = _in_order([one for row, one in pairs if row is None])
        late = [one for one in fresh if self._is_earlier_print(one)]
        # Each goes before all that are known: the last of them first.
        for one in reversed(late):
            self._add(one, seq=min(known.seq for known in self._current) - 1)
        for one in fresh:
            if one not in late:
                self._add(one)

    def latest_id(self) -> int | None:
        """The version a reader should look at: the latest readable one, else the latest."""
        best = self._latest() or max(self._current, key=_place, default=None)
        return best.id if best else None

    def kept_ids(self) -> list[int]:
        """The current versions whose stored matches still hold."""
        return [
            row.id
            for row in self._current
            if row.id not in self.rematched and row.id not in self._new
        ]

    def introduce(self, version_ids: Sequence[int], change_id: int) -> None:
        """Note which change brought the versions, for the day their text arrives."""
        for row in self._current:
            if row.id in version_ids and row.change_id is None:
                row.change_id = change_id
                self._touch(row)

    def write(self) -> None:
        """Put all rows on their way."""
        writes, now = self._group.writes, self._group.crawl.now
        for row in self._new.values():
            writes.insert(tables.versions, self._columns(row) | {
                "measure_id": self._measure_id, "first_seen": now, "crawl_id": self._group.crawl.id,
                "read_at": now if row.id in self._read else None, "replaced_at": None,
            })  # fmt: skip
        for row in self._touched.values():
            writes.update(tables.versions, self._columns(row))
        for version_id in self._read - self._new.keys():
            writes.update(tables.versions, {"id": version_id, "read_at": now})
        for version_id in (self._read | self._renewed) - self._new.keys():
            # The archive of this crawl holds the bytes that the version points to now.
            writes.update(tables.versions, {"id": version_id, "crawl_id": self._group.crawl.id})
        for version_id in self._replaced:
            writes.update(tables.versions, {"id": version_id, "replaced_at": now})
        for version_id, matches in self.rematched.items():
            if version_id not in self._new:
                writes.delete(Removal.VERSION_MATCHES, version_id)
            for match in matches:
                writes.insert(tables.matches, match_row(match, self._measure_id, version_id))

    def _seen_again(self, row: VersionRow, one: Incoming) -> None:
        text = one.text
        shelved = self._shelved(text)
        if shelved is None:
            if text.reason == STATES:
                self._back.disagree()
            self._refresh(row, one.version)
            self._unread(row, text)
        elif not row.readable:
            self._refresh(row, one.version)
            self._complete(row, text, shelved)
        elif row.document_sha256 and row.document_sha256 == text.sha256:
            self._refresh(row, one.version)
            self._back.same_text(row)
            if row.extractor != text.extractor and row.text_sha256 != shelved.text_sha256:
                self._read_text(row, text, shelved)
        elif difference := self._amendment(row, shelved, text.url):
            if not self._is_stale(row, shelved):
                self._replace(row, one, shelved, difference)
        else:
            self._back.same_text(row)
            self._refresh(row, one.version)
            row.document_sha256, row.document_url = text.sha256, text.url
            self._renewed.add(row.id)
            self._touch(row)

    def _is_stale(self, row: VersionRow, shelved: Shelved) -> bool:
        """Whether a text that differs from the known one is a stale copy of an earlier one."""
        had = self._back.earlier_texts(row)
        earlier = next((one for one in had if self._difference(one, shelved) is None), None)
        return self._back.is_stale_text(row, earlier)

    def _refresh(self, row: VersionRow, version: Version) -> None:
        """Keep what the source prints about a version; an empty field is not news."""
        known = (row.note, row.date, row.date_text, row.classification, row.links, row.waits_for)
        row.note = version.note
        row.date = version.date or row.date
        row.date_text = version.date_text or row.date_text
        row.classification = (
            str(version.classification) if version.classification else row.classification
        )
        row.links = links_to_json(version.links) or row.links
        row.waits_for = version.waits_for
        if known != (
            row.note,
            row.date,
            row.date_text,
            row.classification,
            row.links,
            row.waits_for,
        ):
            self._touch(row)

    def _unread(self, row: VersionRow, text: VersionText) -> None:
        """Note why a version cannot be read; what can be read is never touched by that."""
        if row.readable or (row.state, row.reason) == (text.state, text.reason):
            return
        if text.state is TextState.UNREADABLE:
            row.state = TextState.UNREADABLE
            row.document_sha256 = text.sha256 or row.document_sha256
            row.document_url = text.url or row.document_url
        row.reason = text.reason or row.reason
        self._touch(row)

    def _complete(self, row: VersionRow, text: VersionText, shelved: Shelved) -> None:
        """A pending text has arrived: raise what it would have raised."""
        self._read_text(row, text, shelved)
        change = self._introduction(row)
        if change is None:
            return
        known = self.earlier.get(change.id, change)
        self.earlier[change.id] = replace(known, versions=(*known.versions, row.id))
        before = self._before(row)
        if change.kind is not ChangeKind.VERSION or before is None or self._is_paper(row):
            return
        if difference := self._difference(before, shelved):
            correction = is_correction(row.note)
            amended = _amended(row, before, difference, correction=correction)
            details = {**amended.details, "completes": change.id}
            self._bring(replace(amended, details=details), row, before, completes=change.id)

    def _replace(
        self, row: VersionRow, one: Incoming, shelved: Shelved, difference: Difference
    ) -> None:
        fresh = replace(row, id=self._group.ids.next(tables.versions), change_id=None)
        self._new[fresh.id] = fresh
        self._current[self._current.index(row)] = fresh
        self._replaced.append(row.id)
        self._refresh(fresh, one.version)
        self._read_text(fresh, one.text, shelved)
        correction = is_correction(fresh.note, self._steps)
        self._bring(_amended(fresh, row, difference, correction=correction), fresh, row)

    def _is_earlier_print(self, one: Incoming) -> bool:
        """Whether a print is listed only now, when one made from it is known."""
        return any(is_earlier_print(one.version.note, known.note) for known in self._current)

    def _add(self, one: Incoming, *, seq: int | None = None) -> None:
        """A version never seen before. One put at a place (`seq`) among those known is no news."""
        version, text = one.version, one.text
        row = VersionRow(
            id=self._group.ids.next(tables.versions),
            seq=self._next_seq() if seq is None else seq, note=version.note,
            note_key=note_key(version.note), date=version.date, date_text=version.date_text,
            classification=str(version.classification) if version.classification else None,
            links=links_to_json(version.links), state=TextState.PENDING,
            waits_for=version.waits_for, document_sha256="", document_url="", text_sha256="",
            extractor="", reason=text.reason, text_id=None, change_id=None,
        )  # fmt: skip
        self._new[row.id] = row
        self._current.append(row)
        self.added.append(row.id)
        shelved = self._shelved(text)
        if shelved is None:
            self._unread(row, text)
        else:
            self._read_text(row, text, shelved)
        if self._silent:
            self._belongs_to_new(row)
        elif seq is not None:
            return
        elif shelved is None:
            self._bring(_printed(row, None), row, None)
        elif self._is_paper(row):
            self._bring(_offered(row), row, None)
        elif (before := self._before(row)) and (difference := self._difference(before, shelved)):
            correction = is_correction(row.note)
            change = _amended(row, before, difference, correction=correction)
            self._bring(change, row, before)
        else:
            self._bring(_printed(row, before), row, before)

    def _next_seq(self) -> int:
        return max((known.seq for known in self._current), default=0) + 1

    def _belongs_to_new(self, row: VersionRow) -> None:
        """A version seen after its measure in one crawl belongs to the measure's `new`."""
        if self._of_new_measure:
            return
        found = self._group.connection.execute(
            _NEW_OF_CRAWL, {"measure_id": self._measure_id, "crawl_id": self._group.crawl.id}
        ).first()
        if found is None:
            return
        row.change_id = found.id
        if row.readable:
            change = Earlier(found.id, ChangeKind(found.kind), found.summary, ())
            known = self.earlier.get(change.id, change)
            self.earlier[change.id] = replace(known, versions=(*known.versions, row.id))

    def _keep(self, text: VersionText) -> None:
        """Note where bytes came from, and what a reader could not read, so as not to try again."""
        if not text.sha256:
            return
        found = text.extracted
        self._group.writes.offer(tables.documents, {
            "sha256": text.sha256, "media_type": found.media_type if found else "", "bytes": None,
            "url": text.url, "first_seen": self._group.crawl.now,
        })  # fmt: skip
        if found and text.state is TextState.UNREADABLE and text.reason not in _PASSING:
            self._group.shelf.put(text)

    def _shelved(self, text: VersionText) -> Shelved | None:
        """The text, when there is one that may be believed."""
        if not text.accepted or text.state is not TextState.READABLE:
            return None
        return self._group.shelf.put(text)

    def _read_text(self, row: VersionRow, text: VersionText, shelved: Shelved) -> None:
        row.state, row.reason, row.text_id = TextState.READABLE, text.reason, shelved.id
        row.document_sha256, row.document_url = text.sha256, text.url
        row.text_sha256, row.extractor = shelved.text_sha256, shelved.extractor
        self.rematched[row.id] = text.matches
        self._read.add(row.id)
        self._touch(row)

    def _amendment(self, row: VersionRow, new: Shelved, url: str) -> Difference | None:
        """What changed in a version's text, or None when that belongs to the visit."""
        difference = self._difference(row, new)
        if difference is None or difference.inserted + difference.deleted > 2 * FEW_WORDS:
            return difference
        group = self._group
        proved = group.ignoring.prove(
            self._measure_id, row.seq, group.shelf.body(new.id), crawl_id=group.crawl.id, url=url
        )
        return self._difference(row, new) if proved else difference

    def _difference(self, old: VersionRow, new: Shelved) -> Difference | None:
        """What changed between two texts, or None when nothing worth telling did."""
        if old.text_sha256 == new.text_sha256 or old.text_id is None:
            return None
        shelf = self._group.shelf
        before, after = shelf.body(old.text_id), shelf.body(new.id)
        ignoring = self._group.ignoring
        try:
            found = redline(
                before, after, scanned=shelf.scanned(old.text_id) or shelf.scanned(new.id),
                volatile=ignoring.parts(),
            )  # fmt: skip
        except TooManyWordsError:
            return Difference(len(after.split()), len(before.split()))
        without = ignored(found.hunks)
        ignoring.saw(without)
        if found.equal or found.cosmetic or not found.hunks:
            return None
        real = [hunk for hunk in found.hunks if not hunk.cosmetic]
        told = [hunk for hunk in real if hunk.kind != "move"]
        return Difference(
            sum(hunk.new_end - hunk.new_start for hunk in told),
            sum(hunk.old_end - hunk.old_start for hunk in told),
            cosmetic=sum(hunk.cosmetic and hunk.volatile is None for hunk in found.hunks),
            ignored=without.total(),
        )

    def _introduction(self, row: VersionRow) -> Earlier | None:
        if row.change_id is None:
            return None
        found = self._group.connection.execute(_CHANGE, {"id": row.change_id}).one()
        return Earlier(found.id, ChangeKind(found.kind), found.summary, ())

    def _latest(self) -> VersionRow | None:
        """The latest readable version."""
        return max((row for row in self._current if row.readable), key=_place, default=None)

    def _before(self, row: VersionRow) -> VersionRow | None:
        """The text that a version is read against: the latest earlier one that is no paper beside it."""
        earlier = [one for one in self._current if one.readable and one.seq < row.seq]
        whole = (
            one for one in sorted(earlier, key=_place, reverse=True) if not self._is_paper(one)
        )
        return next(whole, None)

    def _is_paper(self, row: VersionRow) -> bool:
        """Whether a readable version is a paper beside the text and no print of the measure."""
        if row.classification not in LEAST:
            return False
        earlier = [one for one in self._current if one.readable and one.seq < row.seq]
        prints = [one for one in earlier if one.classification not in LEAST]
        base = max(prints, key=_place, default=None) or min(earlier, key=_place, default=None)
        if base is None or base.text_id is None or row.text_id is None:
            return False
        body = self._group.shelf.body
        return not is_print(body(row.text_id), body(base.text_id), row.classification)

    def _bring(
        self, change: Change, row: VersionRow, before: VersionRow | None,
        *, completes: int | None = None,
    ) -> None:  # fmt: skip
        old = before.id if before else None
        self.brought.append(Brought(change, old, row.id, [row.id], completes))

    def _touch(self, row: VersionRow) -> None:
        if row.id not in self._new:
            self._touched[row.id] = row

    def _columns(self, row: VersionRow) -> Row:
        digests = self._group.crawl.topics
        columns: Row = {name: getattr(row, name) for name in _COLUMNS}
        columns["state"] = str(row.state)
        if row.id in self._read:
            columns["matched"] = dict(digests)
        elif row.id in self._new:
            columns["matched"] = {}
        return columns


def match_row(match: Match, measure_id: int, version_id: int | None) -> Row:
    """The columns of a match."""
    first, last = match.lines or (None, None)
    return {
        "measure_id": measure_id, "version_id": version_id, "field": match.field,
        "topic": match.topic, "term": match.term, "start": match.start, "stop": match.end,
        "page": match.page, "snippet": match.snippet, "standing": str(match.standing),
        "score": match.score, "new": match.new, "section": match.section,
        "first_line": first, "last_line": last, "confidence": match.confidence,
    }  # fmt: skip


def _in_order(incoming: list[Incoming]) -> list[Incoming]:
    """New versions in the order they were written: by date when each has one, else as listed."""
    if any(one.version.date is None for one in incoming):
        return incoming
    return sorted(incoming, key=lambda one: one.version.date or date.min)


def _place(row: VersionRow) -> tuple[int, int]:
    return row.seq, row.id


def _amended(
    row: VersionRow, before: VersionRow, difference: Difference, *, correction: bool
) -> Change:
    noun = "word" if difference.inserted == 1 else "words"
    words = f"{difference.inserted} {noun} added, {difference.deleted} removed"
    if not difference.inserted and not difference.deleted:
        words = "passages moved"
    since = f" since {before.note}" if before.note_key != row.note_key and before.note else ""
    by = " (corrected by the publisher)" if correction else ""
    left = f"; {left_out(difference.ignored)}" if difference.ignored else ""
    return Change(
        kind=ChangeKind.AMENDED, before=_said(before), after=_said(row),
        summary=f"{row.note or 'Text'}: {words}{since}{by}{left}", old_note=before.note, new_note=row.note,
        details={
            "inserted": difference.inserted, "deleted": difference.deleted,
            "cosmetic": difference.cosmetic, "ignored": difference.ignored,
        } | ({"correction": True} if correction else {}),
    )  # fmt: skip


def _printed(row: VersionRow, before: VersionRow | None) -> Change:
    said = f"New print: {row.note}" if row.note else "New print"
    if not row.readable:
        said += ", its text is not readable yet"
    elif before:
        said += f", the same text as {before.note}" if before.note else ", the same text"
    return Change(
        kind=ChangeKind.VERSION, before=_said(before) if before else None, after=_said(row),
        summary=said, old_note=before.note if before else "", new_note=row.note,
    )  # fmt: skip


def _offered(row: VersionRow) -> Change:
    said = f"New paper beside the text: {row.note}" if row.note else "New paper beside the text"
    return Change(
        kind=ChangeKind.VERSION, before=None, after=_said(row), summary=said, new_note=row.note,
        details={"paper": True},
    )  # fmt: skip


def _said(row: VersionRow) -> Mapping[str, Any]:
    return {
        "note": row.note,
        "date": row.date.isoformat() if row.date else None,
        "text_sha256": row.text_sha256 or None,
    }


_COLUMNS = (
    "id", "seq", "note", "note_key", "date", "date_text", "classification", "links", "waits_for",
    "document_sha256", "document_url", "text_sha256", "extractor", "reason", "text_id",
    "change_id",
)  # fmt: skip
_CHANGE = sa.select(_changes.id, _changes.kind, _changes.summary).where(
    _changes.id == sa.bindparam("id")
)
_NEW_OF_CRAWL = sa.select(_changes.id, _changes.kind, _changes.summary).where(
    _changes.measure_id == sa.bindparam("measure_id"),
    _changes.crawl_id == sa.bindparam("crawl_id"),
    _changes.kind == str(ChangeKind.NEW),
)
