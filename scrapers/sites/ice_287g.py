"""ICE: agreements with local police under section 287(g) of the Immigration and Nationality Act.

2026-11-22: first version. Seen working on 13 workbooks of participating and 19 of
pending agencies, February 2025 to April 2026. docs/sources/ice-287g.md says which
column becomes which field, and how an agreement is known again under another name.

The index page links two workbooks that are overwritten as agreements come and go.
"""

import re
import unicodedata
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, unquote, urljoin, urlsplit

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from config.places import PlaceError, county, place, state_code
from config.vocabulary import DateKind, MeasureClassification, VersionClassification
from scrapers.agreements import Agreement, Identity, reconcile, unlisted
from scrapers.errors import ParseDrift, SourceError
from scrapers.items import Link, Listing, Measure, MeasureDate, Version
from scrapers.ports import KnownMeasure
from scrapers.rows import SheetRow, xlsx_rows
from scrapers.spider import SiteSpider, health_of

INDEX = "https://www.ice.gov/identify-and-arrest/287g"
SESSION = "287g"
PARTICIPATING, PENDING = "participating", "pending"
# An agreement leaves the pending list up to six weeks before it is listed as signed, as
# recorded lists show (docs/noticing.md); how often somebody looked says nothing of that.
PATIENCE = {PARTICIPATING: 2, PENDING: 2}
DAYS = {PARTICIPATING: 0, PENDING: 45}
REQUIRED = ("STATE", "LAW ENFORCEMENT AGENCY", "SUPPORT TYPE")
MODELS = MappingProxyType(
    {
        "jail": "Jail Enforcement Model",
        "jem": "Jail Enforcement Model",
        "task": "Task Force Model",
        "tfm": "Task Force Model",
        "warrant": "Warrant Service Officer",
        "wso": "Warrant Service Officer",
    }
)
"""The three kinds of agreement, by the word that tells them apart however the rest is written."""

FIRST_YEAR = 1996  # the year of the law
HALF_OF = 10  # fewer known agreements than this say nothing of a workbook's size
_SURE = 85
_SUM = re.compile(r"(?:GRAND )?(?:SUB-?)?TOTALS?:?(?: .*)?")
_ERROR = re.compile(r"#(?:N/?A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)", re.IGNORECASE)
_NONE = frozenset({"", "n/a", "#n/a", "na", "#na", "none", "-"})
_SERIALS = range(30_000, 80_000)  # days since 1899-12-30, as spreadsheets count them
_EPOCH = date(1899, 12, 30)
_ADDRESS = re.compile(r"https?:/+(?=[^/\s])", re.IGNORECASE)
_WORKBOOK = r"/287g/[^?#]*?{kind}[^/?#]*\.xlsx"
_STAMPS = (
    re.compile(r"(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)\d{6}"),
    re.compile(r"(?P<m>\d\d)(?P<d>\d\d)(?P<y>20\d\d)(?P<half>[a-z]*)"),
)
_HALVES = ("am", "mid", "pm")
_IN_COUNTY = re.compile(r"^(.*?\b(?:county|parish))\b", re.IGNORECASE)


def workbook_links(links: Iterable[str], kind: str) -> tuple[str, ...]:
    """The addresses of a kind's workbooks among a page's links, the newest first.

    `kind` is participating or pending. The file's name has the day it is of.
    """
    shape = re.compile(_WORKBOOK.format(kind=kind), re.IGNORECASE)
    found = dict.fromkeys(
        link
        for link in (real_address(link, INDEX) for link in links)
        if shape.search(unquote(link))
    )
    return tuple(sorted(found, key=edition, reverse=True))


def edition(link: str) -> tuple[date, int]:
    """The day and half of day a workbook's name says it is of."""
    name = unquote(urlsplit(link).path).rsplit("/", 1)[-1].casefold()
    for stamp in _STAMPS:
        match = stamp.search(name)
        if match:
            parts = match.groupdict()
            half = (parts.get("half") or "")[:3]
            rank = next((rank for rank, word in enumerate(_HALVES) if half.startswith(word)), 0)
            try:
                return date(int(parts["y"]), int(parts["m"]), int(parts["d"])), rank
            except ValueError:
                continue
    return date.min, 0


def real_address(link: str, base: str) -> str:
    """Where a link leads, without the wrappers mail programs and browsers put round it.

    Outlook's safe links, a browser extension's prefix, a lost slash, plain http.
    Empty for what leads nowhere on the web.
    """
    address = link.strip()
    try:
        for _ in range(3):
            parts = urlsplit(address)
            inner = parse_qs(parts.query).get("url", [""])[0]
            if not (parts.hostname or "").endswith("safelinks.protection.outlook.com") or not inner:
                break
            address = inner.strip()
        start = _ADDRESS.search(address)
        if start:
            address = "https://" + address[start.end() :]
        found = quote(urljoin(base, address), safe="/:?#[]@!$&'()*+,;=%~")
        return found if urlsplit(found).hostname and found.startswith("https:") else ""
    except ValueError:
        return ""


def agreement(row: SheetRow, base: str, year: int) -> Agreement:
    """One row. Raises ValueError when it has no state, no agency or no support type."""
    cells = {column.upper(): value for column, value in row.values.items()}
    links = {column.upper(): link for column, link in row.links.items()}
    printed = {column: text(value) for column, value in cells.items()}
    missing = [column for column in REQUIRED if _is_empty(printed[column])]
    if missing:
        raise ValueError(f"row {row.number} has no {', '.join(missing)}")
    code = state_code(printed["STATE"]) or ""
    moa, addendum = (
        _document(links.get(column), printed.get(column, ""), base)
        for column in ("MOA", "ADDENDUM")
    )
    signed = day(cells.get("SIGNED"), year)
    where = printed.get("COUNTY", "")
    return Agreement(
        state=place(f"us/{code}").name if code else printed["STATE"],
        code=code,
        agency=printed["LAW ENFORCEMENT AGENCY"],
        model=model(printed["SUPPORT TYPE"]),
        county="" if where.casefold() in _NONE else where,
        signed=signed,
        signed_text=printed.get("SIGNED", ""),
        moa=moa,
        addendum=addendum,
        shown=frozenset(cells),
        extras=MappingProxyType(
            {column.lower(): value for column, value in printed.items() if value}
        ),
    )


def is_of_the_sheet(row: SheetRow) -> bool:
    """Whether a row is the sheet's own: its heading once more, or a sum."""
    cells = {column.upper(): text(value).upper() for column, value in row.values.items()}
    heading = all(cells.get(column) == column for column in REQUIRED)
    return heading or _SUM.fullmatch(cells.get("STATE", "")) is not None


def _is_empty(printed: str) -> bool:
    """Whether a cell says nothing: it is blank, or shows the error of a formula."""
    return not printed or _ERROR.fullmatch(printed) is not None


def text(value: Any) -> str:
    """A cell as words: plain apostrophes, one blank between words, days as YYYY-MM-DD."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    plain = unicodedata.normalize("NFKC", str(value)).replace("\u2019", "'").replace("\u2018", "'")
    return " ".join(plain.split())


def day(value: Any, year: int) -> date | None:
    """The day a cell says, as a date, a serial number or words; None for a slip of the pen."""
    found: date | None = None
    if isinstance(value, datetime):
        found = value.date()
    elif isinstance(value, date):
        found = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = _EPOCH + timedelta(days=int(value)) if int(value) in _SERIALS else None
    elif value is not None:
        found = _day_of_words(text(value))
    return found if found and FIRST_YEAR <= found.year <= year + 1 else None


def _day_of_words(words: str) -> date | None:
    if words.isdigit():
        return _EPOCH + timedelta(days=int(words)) if int(words) in _SERIALS else None
    for shape in ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%B %d, %Y"):
        try:
            return datetime.strptime(words, shape).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
    return None


def model(printed: str) -> str:
    """The kind of agreement; words we do not know stay as printed."""
    words = re.findall(r"[a-z]+", printed.casefold())
    found = next((MODELS[word] for word in words if word in MODELS), "")
    if not found:
        near = extractOne(printed, sorted(set(MODELS.values())), scorer=ratio, score_cutoff=_SURE)
        found = near[0] if near else printed
    return found


def _document(link: str | None, printed: str, base: str) -> str:
    """The address of a document; none while the cell says that its link is pending."""
    if not link and not _ADDRESS.match(printed):
        return ""
    return real_address(link or printed, base)


def measure(row: Agreement, identity: Identity, listing: str) -> Measure:
    """An agreement as it is listed now, under the identity it is known by."""
    state = f", {row.state}" if row.state else ""
    seen = {
        "title", "classification", "from_organization", "status", "concerns", "url",
        *(("dates",) if "SIGNED" in row.shown else ()),
        *(("versions",) if "MOA" in row.shown else ()),
    }  # fmt: skip
    return Measure(
        place="us",
        session=SESSION,
        identifier=identity.identifier,
        formerly=identity.formerly,
        title=f"287(g) agreement: {identity.agency}{state} ({row.model})",
        classification=(MeasureClassification.AGREEMENT,),
        from_organization="executive",
        status=listing,
        dates=(MeasureDate(kind=DateKind.SIGNED, date=row.signed, text=row.signed_text),)
        if row.signed_text
        else (),
        versions=tuple(_versions(row)),
        concerns=concerns(row),
        url=INDEX,
        listing=listing,
        observed=frozenset(seen),
        extras=MappingProxyType(
            {
                **{f"printed {column}": value for column, value in row.extras.items()},
                "state": row.state,
                "agency": identity.agency,
                "model": row.model,
                "county": row.county,
                "signed": row.day,
                "moa": row.moa,
                "addendum": row.addendum,
            }
        ),
    )


def _versions(row: Agreement) -> Iterator[Version]:
    if row.moa:
        yield Version(
            note="MOA",
            links=(Link(url=row.moa, media_type="application/pdf", text="MOA"),),
            date=row.signed,
            date_text=row.signed_text,
            classification=VersionClassification.SIGNED,
        )
    if row.addendum:
        yield Version(
            note="Addendum",
            links=(Link(url=row.addendum, media_type="application/pdf", text="Addendum"),),
            classification=VersionClassification.AMENDMENT,
        )


def concerns(row: Agreement) -> tuple[str, ...]:
    """The state, and the county: as printed, else as the agency's name has it."""
    if not row.code:
        return ()
    state = f"us/{row.code}"
    named = _IN_COUNTY.match(row.agency)
    printed = row.county or (named[1] if named else "")
    try:
        where = county(row.code, printed) if printed else None
    except PlaceError:
        where = None
    return (state, where) if where else (state,)


def believe(found: Sequence[Agreement], known: Sequence[KnownMeasure], url: str) -> None:
    """Raise ParseDrift when a workbook has lost most of what was last listed as participating."""
    listed = [one for one in known if one.listing == PARTICIPATING]
    latest = max((one.seen_last for one in listed if one.seen_last), default=None)
    before = sum(one.seen_last == latest for one in listed)
    if before >= HALF_OF and len(found) * 2 < before:
        raise ParseDrift(
            f"the workbook has {len(found)} agreements where {before} were listed before", url
        )


class Ice287g(SiteSpider):
    """The agreements ICE lists as participating and as pending."""

    name = "ice-287g"
    place: ClassVar[str] = "us"
    hosts = ("www.ice.gov",)

    async def crawl(self) -> AsyncIterator[Measure | Listing]:
        """Read both workbooks, the participating one first: it decides where both list an agency."""
        page = await self.fetch(INDEX, role="start", expects="text/html")
        links = [link.get() for link in page.css("a::attr(href)")]
        participating = workbook_links(links, PARTICIPATING)
        if not participating:
            raise ParseDrift("the page links no workbook of participating agencies", INDEX)
        rows, complete = await self._workbook(participating[0])
        believe(rows, self.known, participating[0])
        identities = reconcile(rows, self.known)
        for item in self._measures(rows, identities, PARTICIPATING, complete=complete):
            yield item
        for item in await self._pending(workbook_links(links, PENDING), rows, identities):
            yield item

    async def _pending(
        self,
        links: Sequence[str],
        participating: Sequence[Agreement],
        identities: Sequence[Identity | None],
    ) -> list[Measure | Listing]:
        """The pending list; without it, what is known to be pending stays so."""
        if not links:
            self.report.note("drifted", "the page links no workbook of pending agencies", INDEX)
            return []
        try:
            rows, complete = await self._workbook(links[0])
        except SourceError as error:
            self.report.note(str(health_of(error)), str(error), links[0])
            return []
        alone = unlisted(rows, participating)
        if len(alone) < len(rows):
            both = len(rows) - len(alone)
            self.report.note(
                "info",
                f"in both lists, and so participating: {both} of the pending agreements",
            )
        matched = {
            identity.known.identifier for identity in identities if identity and identity.known
        }
        left = [one for one in self.known if one.identifier not in matched]
        return list(
            self._measures(
                alone, reconcile(alone, left), PENDING, complete=complete, listed=len(rows)
            )
        )

    async def _workbook(self, url: str) -> tuple[list[Agreement], bool]:
        """A workbook's agreements, and whether every row could be read. Raises SourceError."""
        file = url.rsplit("/", 1)[-1]
        page = await self.fetch(url)
        sheets = await self.decode(xlsx_rows, page.body, required=REQUIRED, name=file)
        found: list[Agreement] = []
        failed = self.report.failed
        for sheet in sheets:
            for row in sheet.rows:
                if is_of_the_sheet(row):
                    continue
                with self.row(f"{file}, {sheet.name}"):
                    found.append(agreement(row, url, self.now.year))
        if not found:
            raise ParseDrift("the workbook lists no agreement", url)
        self._count_unmapped(found)
        return found, self.report.failed == failed

    def _count_unmapped(self, found: Sequence[Agreement]) -> None:
        """Count words we do not know; their rows are kept as printed."""
        for row in found:
            if row.model not in MODELS.values():
                self.report.unmapped[f"support type {row.model}"] += 1
            if not row.code:
                self.report.unmapped[f"state {row.state}"] += 1

    def _measures(
        self,
        rows: Sequence[Agreement],
        identities: Sequence[Identity | None],
        listing: str,
        *,
        complete: bool,
        listed: int = 0,
    ) -> Iterator[Measure | Listing]:
        """Measures, and their list when no row failed."""
        for row, identity in zip(rows, identities, strict=True):
            if identity:
                yield measure(row, identity, listing)
        repeated = identities.count(None)
        if repeated:
            self.report.note("info", f"rows of the {listing} list that repeat another: {repeated}")
        if complete:
            yield Listing(
                name=listing,
                rows=listed or len(rows),
                patience=PATIENCE[listing],
                days=DAYS[listing],
            )
        else:
            self.report.note(
                "info", f"rows of the {listing} list failed, so an absence means nothing"
            )
