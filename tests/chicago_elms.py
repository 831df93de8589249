"""An eLMS of our own making: the fixture's matters and meetings, as the clerk's API serves them."""

import json
import re
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from scrapers.sites.chicago_council_rows import HUNG

PAGES = Path(__file__).parent / "pages" / "chicago_council"
API = "https://api.chicityclerkelms.chicago.gov"
_BOUND = re.compile(r"introductionDate (ge|lt) (\S+)")


def tables():
    return json.loads((PAGES / "elms.json").read_bytes())


@dataclass
class Elms:
    """Answers by address, to be served to `tests.visiting.visit`.

    `errors` are raised and `bodies` given as they are, both by path; `changed`
    are the numbers a question for changes finds; `page` rows stand on a page and
    `stated` is how many the list says it has, None for as many as it has.
    """

    rows: dict = field(default_factory=tables)
    errors: dict = field(default_factory=dict)
    bodies: dict = field(default_factory=dict)
    changed: frozenset = frozenset()
    refused: tuple = ()
    stated: int | None = None
    filters: list = field(default_factory=list)

    def __contains__(self, url):
        return self.answer(url) is not None

    def get(self, url, default=None):
        found = self.answer(url, noted=True)
        return default if found is None else found

    def answer(self, url, *, noted=False):
        path = unquote(urlsplit(url).path).strip("/")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        if noted and "filter" in asked:
            self.filters.append((path, asked["filter"], asked["sort"]))
        for part in self.refused:
            if part in asked.get("filter", "") + asked.get("sort", ""):
                return None
        if path in self.errors:
            return self.errors[path]
        if path in self.bodies:
            return self.bodies[path]
        found = self.found(path, asked)
        return None if found is None else json.dumps(found).encode()

    def found(self, path, asked):
        kind, _, name = path.partition("/")
        if path in {"matter", "meeting"}:
            return self.listed(path, asked)
        if kind == "meeting-agenda":
            return next((one for one in self.rows["meetings"] if one["meetingId"] == name), None)
        if name.startswith("recordNumber/"):
            number = name.removeprefix("recordNumber/")
            return next(
                (one for one in self.rows["matters"] if one["recordNumber"] == number), None
            )
        return next((one for one in self.rows["matters"] if one["matterId"] == name), None)

    def listed(self, kind, asked):
        where, skip, top = asked["filter"], int(asked["skip"]), int(asked["top"])
        if kind == "meeting":
            rows = [{**one, "agenda": None} for one in self.rows["meetings"]]
        elif "lastPublicationDate" in where:
            rows = [one for one in self.rows["matters"] if one["recordNumber"] in self.changed]
        elif "eq null" in where:
            rows = [one for one in self.rows["matters"] if not one["introductionDate"]]
        else:
            rows = [one for one in self.rows["matters"] if self.between(one, where)]
        rows = [one if kind == "meeting" else {**one, **dict.fromkeys(HUNG)} for one in rows]
        count = len(rows) if self.stated is None else self.stated
        return {
            "facets": [],
            "data": rows[skip : skip + top],
            "meta": {"skip": skip, "top": top, "count": count, "pages": 1},
        }

    @staticmethod
    def between(row, where):
        """Whether a matter was introduced in the time a filter asks for."""
        from datetime import datetime

        if not row["introductionDate"]:
            return False
        at = datetime.fromisoformat(row["introductionDate"])
        bounds = {name: datetime.fromisoformat(when) for name, when in _BOUND.findall(where)}
        return bounds["ge"] <= at and ("lt" not in bounds or at < bounds["lt"])

    def matter(self, number):
        """A matter's row, to be changed in place."""
        return next(one for one in self.rows["matters"] if one["recordNumber"].strip() == number)

    def more(self, count, **fields):
        """Add matters of little weight."""
        for number in range(count):
            row = deepcopy(self.rows["matters"][4])
            told = {"matterId": f"M{number}", "recordNumber": f"Or2026-{40000 + number:07d}"}
            self.rows["matters"].append(
                row | told | {"supersededBy": None, "relations": []} | fields
            )
