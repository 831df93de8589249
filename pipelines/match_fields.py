"""Topics found in what is said of a measure beside its texts: title, abstract, names of sponsors."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipelines.match import Matcher, match_field
from pipelines.texts import Match
from scrapers.items import Measure

FIELDS = ("title", "abstract", "sponsor")
"""As queries and matches call them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What a measure says of itself; `sponsors` are all names in one text."""

    title: str = ""
    abstract: str = ""
    sponsors: str = ""

    @property
    def named(self) -> dict[str, str]:
        """Those that queries may ask for by name."""
        return {"title": self.title, "sponsor": self.sponsors}


def fields_of(measure: Measure) -> Fields:
    """The fields of a measure."""
    names = "; ".join(sponsor.name for sponsor in measure.sponsors)
    return Fields(title=measure.title, abstract=measure.abstract, sponsors=names)


def match_fields(
    matcher: Matcher,
    fields: Fields,
    texts: Sequence[str] = (),
    *,
    among: Collection[str] = FIELDS,
    all_names: bool = False,
) -> tuple[Match, ...]:
    """Find the topics in fields of a measure, or in those `among` them.

    `texts` are the measure's, for queries that ask for `text:` too. Sponsors
    are looked at for the queries that name them, or, with `all_names`, for all.
    """
    said = {"title": fields.title, "abstract": fields.abstract, "sponsor": fields.sponsors}
    found: list[Match] = []
    for name in FIELDS:
        if name in among:
            found += match_field(
                matcher, said[name], name, fields=fields.named, texts=texts,
                named=name == "sponsor" and not all_names,
            )  # fmt: skip
    return tuple(found)
