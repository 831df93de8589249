"""A paper of New Mexico's Legislature with what its own page says of it. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from scrapers.items import Measure
from scrapers.sites.new_mexico_lists import File, papers
from scrapers.sites.new_mexico_pages import BillPage, dates

OVER = "Over"
"""In the extras: the step that ended a paper, of one that is over."""

LAST = "Last step"
"""In the extras: the day of the last dated step."""

CHAPTERS = "Chapters"
"""In the extras: the chapters of law a bill became."""


def looked_at(found: Measure, page: BillPage, files: Sequence[File]) -> Measure:
    """A paper with what its page says; its extras are the page's."""
    last = max((one.date for one in page.actions if one.date), default=None)
    documents = (
        *page.documents,
        *(one for one in papers(files) if one.url not in {link.url for link in page.documents}),
    )
    year = found.session.split(" ")[0]
    chapters = tuple(f"Laws 20{year}, Chapter {one}" for one in page.chapters)
    told = {
        OVER: page.over,
        LAST: last.isoformat() if last else "",
        CHAPTERS: "|".join(chapters),
    }
    seen = {
        "title": True, "actions": page.actions, "status": page.status, "sponsors": page.sponsors,
        "documents": documents, "identifiers": chapters, "dates": dates(page.actions),
    }  # fmt: skip
    return replace(
        found, title=page.title, status=page.over or page.status, actions=tuple(page.actions),
        sponsors=tuple(page.sponsors), identifiers=chapters or found.identifiers,
        documents=documents, dates=dates(page.actions),
        observed=found.observed | {name for name, there in seen.items() if there},
        extras=MappingProxyType({**page.extras, **{name: one for name, one in told.items() if one}}),
    )  # fmt: skip
