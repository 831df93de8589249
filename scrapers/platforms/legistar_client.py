"""Where one Legistar city is: its slug, its addresses, its hosts, what may be asked of it. Pure.

The source's name in the watchlist is the client's slug unless `client` says
otherwise. Facts: SOURCES.md 3.1 and 10.5; hosts of documents as recorded
answers name them (legistar, legistar1, legistar2.granicus.com, {client}.legistar1.com).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import quote, urlsplit

API = "https://webapi.legistar.com/v1"
PAGE = 1000
SIGNS = "'(),:"
REQUESTS = 400
DOCUMENT_HOSTS = (
    "legistar.granicus.com", "legistar1.granicus.com", "legistar2.granicus.com",
    "legistar3.granicus.com", "media.legistar.com", "{client}.legistar1.com",
    "{client}.legistar2.com",
)  # fmt: skip

SITES = MappingProxyType({"nyc": "https://legistar.council.nyc.gov"})
"""Cities that serve the public pages under a name of their own."""

CLOSED = MappingProxyType({"nyc": "https://council.nyc.gov/legislation/api/"})
"""Cities that answer 403 without a token, and where they give one."""

CHANGE_FIELDS = (
    "MatterLastModifiedUtc", "MatterIntroDate", "MatterPassedDate", "MatterDate1", "MatterDate2",
    "MatterEXDate2", "MatterEXDate3", "MatterEXDate4", "MatterEXDate5", "MatterEXDate6",
    "MatterEXDate7", "MatterEXDate8", "MatterEXDate9", "MatterEXDate10", "MatterEnactmentDate",
    "MatterAgendaDate",
)  # fmt: skip
"""Dates that move when a matter does. The server refuses a filter of 17 terms, so EXDate1 is not asked."""

SINCE_FIELDS = ("MatterIntroDate", "MatterAgendaDate", "MatterPassedDate", "MatterEnactmentDate")
"""The dates of which one must lie in the time a source covers."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Where a city's matters are copied: the trees of its folders, and the files."""

    trees: str
    files: str

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(urlsplit(address).hostname or "" for address in (self.trees, self.files))


COPIES = MappingProxyType(
    {
        "nyc": Copy(
            "https://api.github.com/repos/jehiah/nyc_legislation/git/trees/HEAD:",
            "https://raw.githubusercontent.com/jehiah/nyc_legislation/HEAD/",
        )
    }
)
"""The copies of clients that are closed without a token."""


@dataclass(frozen=True, slots=True)
class Client:
    """One city's Legistar. `api` and `site` are without a slash at the end.

    `door` is what is read: "api", "insite" (the public pages), or "" for the API
    and the pages where it is closed.
    """

    slug: str
    api: str
    site: str
    token: str = ""
    since: date | None = None
    requests: int = REQUESTS
    door: str = ""
    more_hosts: tuple[str, ...] = ()

    @classmethod
    def of(cls, source: str, parameters: Mapping[str, Any]) -> Self:
        """The city that a source's parameters name. Raises ValueError for what is no day or number."""
        slug = str(parameters.get("client") or source)
        named = parameters.get("hosts") or ()
        return cls(
            slug=slug,
            api=f"{str(parameters.get('api') or API).rstrip('/')}/{quote(slug)}",
            site=str(
                parameters.get("site") or SITES.get(slug, f"https://{slug}.legistar.com")
            ).rstrip("/"),
            token=str(parameters.get("token") or ""),
            since=first_day(parameters.get("since")),
            requests=int(parameters.get("requests") or REQUESTS),
            door=door_of(parameters.get("door")),
            more_hosts=(named,) if isinstance(named, str) else tuple(map(str, named)),
        )

    @property
    def hosts(self) -> tuple[str, ...]:
        """All hosts visited: the API's, the site's, those of documents, and those the watchlist adds."""
        own = (urlsplit(address).hostname or "" for address in (self.api, self.site))
        documents = (
            [host.format(client=self.slug) for host in DOCUMENT_HOSTS]
            if self.api.startswith(f"{API}/")
            else []
        )
        copy = self.copy.hosts if self.copy else ()
        return tuple(
            sorted({host.lower() for host in (*own, *documents, *copy, *self.more_hosts) if host})
        )

    @property
    def copy(self) -> Copy | None:
        """The public copy of what the API says; None where there is none, or the API is elsewhere."""
        return COPIES.get(self.slug) if self.api.startswith(f"{API}/") else None

    @property
    def start(self) -> str:
        """The list that every crawl begins with."""
        return f"{self.api}/matters"

    def covered_from(self, now: datetime) -> date:
        """The first day of what the source covers: as the watchlist says, else of last year."""
        return self.since or date(now.year - 1, 1, 1)

    def listed(self, path: str, order: str, where: str, skip: int) -> str:
        """The address of one page of a list, ordered so that rows keep their places."""
        asked = {"$filter": where, "$orderby": order, "$top": str(PAGE), "$skip": str(skip)}
        return f"{self.api}/{path}?" + query(asked)

    def matter(self, id_: int, child: str = "") -> str:
        """The address of a matter, or of what hangs on it."""
        notes = "?AgendaNote=1&MinutesNote=1" if child == "histories" else ""
        return f"{self.api}/matters/{id_}" + (f"/{child}{notes}" if child else "")

    def text(self, id_: int, key: str) -> str:
        return f"{self.api}/matters/{id_}/texts/{quote(key, safe='')}"

    def agenda(self, event: int) -> str:
        return f"{self.api}/events/{event}/eventitems?AgendaNote=1&MinutesNote=1&Attachments=1"

    def event(self, event: int) -> str:
        """A meeting with its agenda in it: the other way to ask for the items."""
        return (
            f"{self.api}/events/{event}"
            "?EventItems=1&AgendaNote=1&MinutesNote=1&EventItemAttachments=1"
        )

    def votes(self, item: int) -> str:
        return f"{self.api}/eventitems/{item}/votes"

    def page(self, id_: int) -> str:
        """The public page of a matter. One made from MatterId and MatterGuid is refused by the site."""
        return f"{self.site}/Gateway.aspx?M=L&ID={id_}"


def door_of(said: Any) -> str:
    """What `door` means: the Web API alone, its public pages (insite), or "", whichever is open.

    Raises ValueError for something else.
    """
    door = str(said or "")
    if door not in {"", "api", "insite"}:
        raise ValueError(f"door: found {door!r}, expected api or insite")
    return door


def query(asked: Mapping[str, str]) -> str:
    """A query string; the signs of OData stay as they are, all else is encoded once."""
    return "&".join(f"{name}={quote(value, safe=SIGNS)}" for name, value in asked.items())


def swept(since: date) -> tuple[str, ...]:
    """The filter of a full sweep, and the plain one for a server that refuses it."""
    day = literal(since)
    terms = [f"{field} ge {day}" for field in SINCE_FIELDS]
    undated = f"(MatterIntroDate eq null and MatterLastModifiedUtc ge {day})"
    return " or ".join([*terms, undated]), terms[0]


def changed(after: datetime) -> tuple[str, ...]:
    """The filter of what changed, and the plain one for a server that refuses it."""
    moment = literal(after)
    terms = [f"{field} gt {moment}" for field in CHANGE_FIELDS]
    return " or ".join(terms), terms[0]


def meetings(since: date) -> tuple[str, ...]:
    return (f"EventDate ge {literal(since)}",)


def literal(moment: date) -> str:
    """A date-time as OData v3 writes it."""
    if not isinstance(moment, datetime):
        return f"datetime'{moment.isoformat()}T00:00:00'"
    return f"datetime'{moment.replace(tzinfo=None, microsecond=0).isoformat()}'"


def first_day(said: Any) -> date | None:
    """What `since` means: a year or a day. Raises ValueError for neither."""
    if said in (None, ""):
        return None
    if isinstance(said, date):
        return said
    text = str(said).strip()
    return (
        date(int(text), 1, 1) if len(text) == 4 and text.isdecimal() else date.fromisoformat(text)
    )


def weeks_before(now: datetime, weeks: int) -> date:
    return (now - timedelta(weeks=weeks)).date()
