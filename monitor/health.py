"""How a source is doing, judged from what its last crawl reported. Pure.

A crawl's own word is believed when it is bad. When it is good it is held
against the crawl before: no measures where there were some is drift, however
smoothly it went. Only a change of state is worth telling anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from config.vocabulary import Health
from monitor.channels.safe import one_line
from storage.ports import SourceReport, SourceState

MOST_NOTES = 20
_NOTE = 300
_SEVERE = {"failing": Health.FAILING, "blocked": Health.BLOCKED, "drifted": Health.DRIFTED}
_WELL = frozenset({Health.OK, Health.QUIET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A source went from one state to another; `before` is None at its first crawl."""

    source: str
    before: Health | None
    after: Health
    note: str = ""

    def __str__(self) -> str:
        was = f", was {self.before}" if self.before else ""
        return f"{self.source} is {self.after}{was}" + (f": {self.note}" if self.note else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How the source is doing now, why, and whether that is news.

    `health` is None where nothing is known yet: the first crawl was interrupted.
    """

    health: Health | None
    notes: tuple[str, ...] = ()
    transition: Transition | None = None


def judge(
    report: SourceReport,
    *,
    known: SourceState | None = None,
    before: SourceReport | None = None,
) -> Verdict:
    """Judge a source by its last crawl.

    `before` is its last crawl that went well and asked for everything, `known`
    what was thought of it. A partial crawl asked only for what had changed, or
    was answered "not modified": that it found little says nothing. An
    interrupted crawl changes nothing.
    """
    was = known.health if known else None
    if report.state in {"interrupted", "running"}:
        return Verdict(health=was, notes=known.notes if known else ())
    health, why = _judged(report, None if report.partial else before)
    notes = _notes(report, health, why)
    first_well = was is None and health in _WELL
    news = health is not was and not first_well
    note = notes[0].removeprefix(f"{health}: ") if notes else ""
    transition = Transition(source=report.source, before=was, after=health, note=note)
    return Verdict(health=health, notes=notes, transition=transition if news else None)


def _judged(report: SourceReport, before: SourceReport | None) -> tuple[Health, Sequence[str]]:
    if report.state == "crashed":
        return Health.FAILING, ["the crawl crashed before it could report"]
    if report.state in _SEVERE:
        return _SEVERE[report.state], []
    read = report.found + report.events
    if report.failed and report.failed >= read:
        return Health.DRIFTED, [f"{report.failed} rows could not be read, {read} could"]
    if not report.found and before and before.found:
        return Health.DRIFTED, [
            f"no measure was found, where the crawl before found {before.found}"
        ]
    return Health.OK, _remarks(report, before)


def _remarks(report: SourceReport, before: SourceReport | None) -> list[str]:
    """List what an operator may want to look at although the source is well."""
    said = []
    if report.failed:
        rows = report.failed + report.found + report.events
        said.append(f"{report.failed} of {rows} rows could not be read")
    if report.total is not None and report.found < report.total and not report.partial:
        said.append(f"the source counts {report.total}, {report.found} were found")
    if before and report.found * 2 < before.found:
        said.append(f"{report.found} measures, where the crawl before found {before.found}")
    return said


def _notes(report: SourceReport, health: Health, why: Sequence[str]) -> tuple[str, ...]:
    """Our own reasons, then the crawl's that speak of this state, then its others."""
    told = sorted(report.notes, key=lambda note: not note.startswith(f"{health}:"))
    lines = dict.fromkeys(one_line(note, _NOTE) for note in (*why, *told))
    kept = [line for line in lines if line]
    more = len(kept) - MOST_NOTES
    return (*kept[:MOST_NOTES], f"and {more} more notes") if more > 0 else tuple(kept)
