"""A Legistar client of our own making: rows by address, in pages, as the Web API serves them."""

import json
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

from scrapers.errors import FetchError
from scrapers.ports import KnownMeasure

PAGES = Path(__file__).parent / "pages" / "legistar"
API = "https://webapi.legistar.com/v1/elmford"
IDS = MappingProxyType({"matters": "MatterId", "events": "EventId"})


def tables():
    """The rows of the fixture, each list under its path."""
    return json.loads((PAGES / "city.json").read_bytes())


def wrong_client():
    """What the server says of a slug it does not know, as a crawl meets it."""
    return FetchError(f"the site answered 500: {(PAGES / 'wrong-client.json').read_text()}")


@dataclass
class City:
    """Answers by address. `errors` are raised, `bodies` given as they are, both by path.

    `changed` are the ids a filter on changes finds (all, when it is None), and
    `filters` what was asked for. It can be served to `tests.visiting.visit`.
    """

    rows: dict = field(default_factory=tables)
    errors: dict = field(default_factory=dict)
    bodies: dict = field(default_factory=dict)
    changed: set | None = None
    filters: list = field(default_factory=list)
    page: int = 1000

    def __contains__(self, url):
        return self.answer(url) is not None

    def get(self, url, default=None):
        found = self.answer(url, noted=True)
        return default if found is None else found

    def answer(self, url, *, noted=False):
        path = urlsplit(url).path.removeprefix("/v1/").partition("/")[2]
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        if noted and "$filter" in asked:
            self.filters.append((path, asked["$filter"]))
        if path in self.errors:
            error = self.errors[path]
            return error(asked) if callable(error) else error
        if path in self.bodies:
            return self.bodies[path]
        found = self.found(path, asked)
        return None if found is None else json.dumps(found).encode()

    def found(self, path, asked):
        if path in IDS:
            skip = int(asked.get("$skip", 0))
            rows = self.rows[path]
            if "MatterLastModifiedUtc gt" in asked.get("$filter", "") and self.changed is not None:
                rows = [row for row in rows if row["MatterId"] in self.changed]
            return rows[skip : skip + self.page]
        if path in self.rows:
            return self.rows[path]
        kind, _, id_ = path.partition("/")
        return next((row for row in self.rows.get(kind, ()) if str(row[IDS[kind]]) == id_), None)

    def matter(self, id_):
        """A matter's row, to be changed in place."""
        return next(row for row in self.rows["matters"] if row["MatterId"] == id_)

    def more(self, count, **fields):
        """Add matters without anything hanging on them."""
        for number in range(count):
            row = deepcopy(self.rows["matters"][2])
            row |= {"MatterId": 1000 + number, "MatterFile": f"File {1000 + number}"} | fields
            self.rows["matters"].append(row)


def known_from(measures, **changes):
    """What the store would hand in after a crawl gave these measures."""
    return [
        KnownMeasure(
            identifier=one.identifier, session=one.session, title=one.title, status=one.status,
            listing=one.listing, extras=dict(one.extras), **changes,
        )
        for one in measures.values()
    ]  # fmt: skip
