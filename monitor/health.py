"""How a source is doing, judged from what its last crawl reported. Pure.

A crawl's own word is believed when it is bad. When it is good it is held
against the crawls before: no measures where there were some, a list shorter than
the source's own total, or a field that hardly any measure has any more is drift,
however smoothly it went. A source without news is well, for as long as its own
past makes that likely. Only a change of state is worth telling anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from config.vocabulary import Health
from monitor.channels.safe import one_line
from monitor.rhythm import Silence
from storage.ports import SourceReport, SourceState

MOST_NOTES = 20
_NOTE = 300
_PLAIN = {
    str(health): health
    for health in (Health.FAILING, Health.BLOCKED, Health.DRIFTED, Health.WAITING)
}
"""The states in which a crawl's own word is the last."""

WELL = frozenset({Health.OK, Health.QUIET})
"""The states in which nothing is wrong with a source."""

HARMLESS = WELL | {Health.WAITING}
"""The states in which nobody's work has failed."""

READ = WELL | {Health.STALE}
"""The states in which its list was read to the end and believed."""

HELD = "held: "
"""How the note begins that says why alerts of a source are held back."""

_LOOSE, _LOOSE_SHARE = 2, 0.02  # rows that may come and go while a list is read
_TO_COMPARE = 20  # measures
_COMMON = 0.5
_FEWER, _GONE = 0.5, 0.1


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
    history: Sequence[SourceReport] = (),
    silence: Silence | None = None,
    held: str = "",
) -> Verdict:
    """Judge a source by its last crawl.

    `known` is what was thought of it, `history` its last crawls that went well
    and asked for everything, newest first, `silence` how long it has had no
    news, and `held` why what it changed is held back, if it is. A partial crawl
    asked only for what had changed, or was answered "not modified": that it
    found little says nothing. An interrupted crawl changes nothing.
    """
    was = known.health if known else None
    if report.state in {"interrupted", "running"}:
        return Verdict(health=was, notes=known.notes if known else ())
    health, why = _judged(report, () if report.partial else history, silence, held)
    notes = _notes(report, health, why)
    news = health is not was and not (health in WELL and (was is None or was in WELL))
    note = notes[0].removeprefix(f"{health}: ") if notes else ""
    transition = Transition(source=report.source, before=was, after=health, note=note)
    return Verdict(health=health, notes=notes, transition=transition if news else None)


def _judged(
    report: SourceReport, history: Sequence[SourceReport], silence: Silence | None, held: str
) -> tuple[Health, Sequence[str]]:
    if report.state == "crashed":
        return Health.FAILING, ["the crawl crashed before it could report"]
    if report.state in _PLAIN:
        return _PLAIN[report.state], []
    alike = _comparable(report, history)
    why: Sequence[str]
    if why := ([f"{HELD}{held}"] if held else _drifted(report, history, alike)):
        return Health.DRIFTED, why
    if report.short:
        # What is short is said in the report's own notes.
        return Health.DRIFTED, []
    health, why = _silent(report, silence)
    return health, [*why, *_remarks(report, alike)]


def _comparable(report: SourceReport, history: Sequence[SourceReport]) -> Sequence[SourceReport]:
    """The past crawls that read the same sessions: in its first weeks a session has less of everything."""
    return [
        one
        for one in history
        if not one.sessions or not report.sessions or one.sessions == report.sessions
    ]


def _silent(report: SourceReport, silence: Silence | None) -> tuple[Health, list[str]]:
    """Say whether a source that was read well is rightly silent."""
    if not report.found and report.total == 0 and not report.partial:
        return Health.QUIET, ["the source itself says that it lists none"]
    if silence is None or report.new + report.changed + report.vanished:
        return Health.OK, []
    if silence.is_stale:
        return Health.STALE, [str(silence)]
    return (Health.QUIET, [str(silence)]) if silence.is_quiet else (Health.OK, [])


def _drifted(
    report: SourceReport, history: Sequence[SourceReport], alike: Sequence[SourceReport]
) -> list[str]:
    """Say why the source's pages are not what they were, though they were answered.

    `alike` are the crawls of the history that read the same sessions.
    """
    read = report.found + report.events
    if report.failed and report.failed >= read:
        return [f"{report.failed} rows could not be read, {read} could"]
    before = history[0] if history else None
    if not report.found and before and before.found and report.total != 0:
        return [f"no measure was found, where the crawl before found {before.found}"]
    last = alike[0] if alike else None
    return [*_shortfall(report, last), *_emptied(report, alike, _GONE)]


def _shortfall(report: SourceReport, before: SourceReport | None) -> list[str]:
    """A list that lacks more of the source's own total than it did before was not read whole."""
    if report.total is None or report.partial or before is None:
        return []
    short = report.total - report.found
    usual = max(0, (before.total or 0) - before.found) if before.total is not None else 0
    if short - usual <= max(_LOOSE, _LOOSE_SHARE * report.total):
        return []
    return [f"the source counts {report.total}, only {report.found} were found"]


def _emptied(report: SourceReport, history: Sequence[SourceReport], share: float) -> list[str]:
    """Fields that fewer measures have than usually, by a share of the usual."""
    if report.found < _TO_COMPARE:
        return []
    past = [one for one in history if one.fields and one.found >= _TO_COMPARE]
    said = []
    for name in sorted({name for one in past for name in one.fields}):
        usual = median(one.fields.get(name, 0) / one.found for one in past)
        now = report.fields.get(name, 0) / report.found
        if usual >= _COMMON and now < share * usual:
            said.append(f"{name}: {now:.0%} of the measures have it, usually {usual:.0%}")
    return said


def _remarks(report: SourceReport, history: Sequence[SourceReport]) -> list[str]:
    """List what an operator may want to look at although the source is well."""
    said = []
    before = history[0] if history else None
    if report.failed:
        rows = report.failed + report.found + report.events
        said.append(f"{report.failed} of {rows} rows could not be read")
    if report.total is not None and report.found < report.total and not report.partial:
        said.append(f"the source counts {report.total}, {report.found} were found")
    if before and report.found * 2 < before.found:
        said.append(f"{report.found} measures, where the crawl before found {before.found}")
    said += _emptied(report, history, _FEWER)
    if report.gaps:
        said.append(f"missing in the series of numbers: {', '.join(report.gaps)}")
    return said


def _notes(report: SourceReport, health: Health, why: Sequence[str]) -> tuple[str, ...]:
    """Our own reasons, then the crawl's that speak of this state, then its others."""
    told = sorted(report.notes, key=lambda note: not note.startswith(f"{health}:"))
    lines = dict.fromkeys(one_line(note, _NOTE) for note in (*why, *told))
    kept = [line for line in lines if line]
    more = len(kept) - MOST_NOTES
    return (*kept[:MOST_NOTES], f"and {more} more notes") if more > 0 else tuple(kept)
