"""A message as its reader gets it: subject, plain text and HTML.

The templates are ours alone; whatever a site printed is escaped by Jinja2, and
nothing else decides about markup. Rendering is a pure function: the same facts,
`now` and coverage give the same bytes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Self

import css_inline

from config.watchlist import Watchlist
from monitor.alert_json import alerts_json, headline_of, sources_json
from monitor.channels import MACHINES, PEOPLE, scheme_of
from monitor.channels.envelope import ALERTS
from monitor.channels.safe import one_line, shortened
from monitor.coverage import Coverage, coverage_for
from monitor.entries import NOTHING_ASKED, RANK, WORDS, Asked, Entry, entries
from monitor.folding import folded
from monitor.templating import template
from storage.ports import MessageFacts, SourceState

NAME = "Measurewatch"
LONGEST_SUBJECT = 160

# Mail readers cut a message near 100 kB; beyond this many, measures are one line each.
MOST_WHOLE = 25
MOST_LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message ready to be sent, and to be stored as JSON before it is.

    `facts` are what programs read (see `Outgoing`), empty for people.
    """

    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def payload(self) -> dict[str, Any]:
        """JSON values from which `from_payload` makes the same message again."""
        return {
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "headers": dict(self.headers),
            "facts": dict(self.facts),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Raise KeyError when the payload is not one of ours."""
        return cls(
            subject=payload["subject"],
            text=payload["text"],
            html=payload["html"],
            headers=dict(payload["headers"]),
            # A message that waits since before there were facts has none.
            facts=dict(payload.get("facts", {})),
        )


def render(
    facts: MessageFacts,
    *,
    now: datetime,
    coverage: Coverage | None = None,
    topics: Mapping[str, str] | None = None,
    asked: Asked = NOTHING_ASKED,
    html: bool = True,
    for_programs: bool = True,
) -> Rendered:
    """Render a message: one entry a measure, with every change and every reason.

    `coverage` is None where nobody counted. `topics` are titles by topic name,
    `asked` the topics that each watch asks for. `html` and `for_programs` say
    whether the page and the facts are wanted.
    The Date header is part of what is rendered, so a repeat carries it too.
    """
    found = entries(facts.alerts, asked)
    shown = folded(found)
    title = subject(shown)
    values = {
        "name": NAME,
        "subject": title,
        "headline": headline(shown),
        "whole": shown[:MOST_WHOLE],
        "listed": shown[MOST_WHOLE : MOST_WHOLE + MOST_LISTED],
        "unlisted": max(0, len(shown) - MOST_WHOLE - MOST_LISTED),
        "coverage": coverage,
        "topics": topics or {},
        "watches": sorted({watch for entry in found for watch in entry.watches}),
        "key": one_line(facts.key),
        "now": now,
    }
    return Rendered(
        subject=title,
        text=_text(values),
        html=_html(values) if html else "",
        headers={"Date": format_datetime(now.astimezone(UTC))},
        facts=_facts(found, coverage, now) if for_programs else {},
    )


def _facts(found: tuple[Entry, ...], coverage: Coverage | None, now: datetime) -> dict[str, Any]:
    return {
        "type": ALERTS,
        "timestamp": now.astimezone(UTC).isoformat(),
        "sources": sources_json(coverage),
        "alerts": alerts_json(found),
    }


def render_for(
    watchlist: Watchlist, facts: MessageFacts, states: Iterable[SourceState], *, now: datetime
) -> Rendered:
    """Render a message for its reader, as the watchlist and the states of its sources have it.

    What an `env:` address stands for is not known here, so it gets both forms.
    """
    scheme = scheme_of(facts.address)
    return render(
        facts,
        now=now,
        coverage=coverage_for(watchlist, facts.address, states, now=now),
        topics={topic.name: topic.title for topic in watchlist.topics},
        asked={watch.name: watch.topics for watch in watchlist.watches},
        html=scheme not in MACHINES,
        for_programs=scheme not in PEOPLE,
    )


def subject(found: tuple[Entry, ...]) -> str:
    """One measure by name, several by what happened to them and where."""
    if not found:
        return f"[{NAME}] nothing changed"
    if len(found) == 1:
        told = headline_of(found[0], _happened(found[0]))
        return shortened(one_line(f"[{NAME}] {told}"), LONGEST_SUBJECT)
    places = list(dict.fromkeys(entry.place for entry in found))
    where = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
    return shortened(one_line(f"[{NAME}] {headline(found)} ({where})"), LONGEST_SUBJECT)


def headline(found: tuple[Entry, ...]) -> str:
    """How many measures, and what happened to them: "5 measures: 3 amended, 2 new"."""
    if len(found) == 1:
        return f"{found[0].identifier}: {_happened(found[0])}"
    counts = Counter(kind for entry in found for kind in {step.kind for step in entry.steps})
    happened = ", ".join(f"{counts[kind]} {WORDS[kind]}" for kind in RANK if counts[kind])
    return f"{len(found)} measures: {happened}" if happened else "Nothing changed"


def _happened(entry: Entry) -> str:
    return ", ".join(dict.fromkeys(step.word for step in entry.steps))


def _text(values: Mapping[str, Any]) -> str:
    text = template("digest.txt.j2").render(values)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n") + "\n"


def _html(values: Mapping[str, Any]) -> str:
    page = template("digest.html.j2").render(values)
    # Mail readers drop or rewrite style sheets; what stands on the elements stays.
    return css_inline.CSSInliner(load_remote_stylesheets=False).inline(page)
