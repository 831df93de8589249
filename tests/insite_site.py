"""Legistar's public pages as a test serves them, made of the rows that its Web API would give.

The structure is that of recorded results of searches and histories; a matter's
page goes by the ids that SOURCES.md names.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from html import escape
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

from tests.legistar_city import City

SITE = "https://elmford.legistar.com"
SEARCH = f"{SITE}/Legislation.aspx"
ID = "ctl00_ContentPlaceHolder1_"
FORM = "ctl00$ContentPlaceHolder1$"
COLUMNS = (
    ("File&#160;#", "MatterFile"), ("Type", "MatterTypeName"), ("Status", "MatterStatusName"),
    ("File&#160;Created", "MatterIntroDate"), ("Final&#160;Action", "MatterPassedDate"),
    ("Title", "MatterTitle"),
)  # fmt: skip
FIELDS = (
    ("File", "File #:", "MatterFile"), ("Version", "Version:", "MatterVersion"),
    ("Name", "Name:", "MatterName"), ("Type", "Type:", "MatterTypeName"),
    ("Status", "Status:", "MatterStatusName"), ("Introduced", "File created:", "MatterIntroDate"),
    ("OnAgenda", "On agenda:", "MatterAgendaDate"), ("Passed", "Final action:", "MatterPassedDate"),
    ("EnactmentDate", "Enactment date:", "MatterEnactmentDate"),
    ("EnactmentNumber", "Enactment #:", "MatterEnactmentNumber"), ("Title", "Title:", "MatterTitle"),
)  # fmt: skip
LONGEST = 500


def shown(row, name):
    """A field as the pages print it."""
    value = row.get(name)
    if value is None:
        return "&#160;"
    if name.endswith("Date"):
        day = date.fromisoformat(value[:10])
        return f"{day.month}/{day.day}/{day.year}"
    return escape(str(value))


def paper(row):
    """What the pages call an attachment: a file has one name, however often it is attached."""
    return crc32(row["MatterAttachmentHyperlink"].encode())


@dataclass
class InSiteSite:
    """Answers by address and body. `broken` are bodies by part of an address; `page` rows a page.

    `stated` is the number that the pager tells (the true one without it), `year`
    what it says was searched.
    """

    city: City = field(default_factory=City)
    broken: dict = field(default_factory=dict)
    page: int = 2
    stated: int | None = None
    year: str = ""
    columns: tuple = COLUMNS
    posted: list = field(default_factory=list)

    def rows(self, year):
        """The matters introduced in a year, the last first."""
        return [
            row
            for row in reversed(self.city.rows["matters"])
            if (row.get("MatterIntroDate") or "").startswith(str(year))
            and not row.get("MatterRestrictViewViaWeb")
        ]

    def __contains__(self, url):
        return self.answer(url)[0] == 200

    def get(self, url, default=None):
        """For `tests.visiting.visit`, which joins a body to the address."""
        path, _, body = url.partition("&ctl00")
        status, found = self.answer(path, f"ctl00{body}".encode() if body else b"")
        return found if status == 200 else default

    def answer(self, url, body=b"", _meta=None):
        """Status and body."""
        if b"&" in (body or b"") or "&ctl00" in url:
            path, _, more = url.partition("&ctl00")
            url, body = path, body or f"ctl00{more}".encode()
        for part, found in self.broken.items():
            if part in url:
                return found if isinstance(found, tuple) else (200, found)
        asked = {name.casefold(): one[0] for name, one in parse_qs(urlsplit(url).query).items()}
        if url.startswith(SEARCH):
            return 200, self.search(body).encode()
        if "LegislationDetail.aspx" in url:
            row = self.matter(asked["id"])
            return 200, (self.detail(row) if row else "This record no longer exists.").encode()
        if "HistoryDetail.aspx" in url:
            return 200, self.step(asked["id"]).encode()
        return 404, b"<title>Not found</title>"

    def matter(self, id_):
        """A matter by the id the pages have of it, which is not the API's."""
        return next(
            (row for row in self.city.rows["matters"] if str(row["MatterId"] + 7_000_000) == id_),
            None,
        )

    # --- the search ---------------------------------------------------------------

    def search(self, body):
        """The form, with results when it was posted."""
        said = {name: one[0] for name, one in parse_qs((body or b"").decode()).items()}
        if not body:
            return self.frame("All Years", "", 0)
        assert said["__VIEWSTATE"].startswith("state")
        self.posted.append(said)
        target = said.get("__EVENTTARGET", "")
        if target:
            year, number = said["__VIEWSTATE"].split()[1], int(re.search(r"(\d+)$", target)[1]) // 2
        else:
            year, number = said[f"{FORM}lstYearsAdvanced"], 1
        rows = self.rows(year) if year.isdecimal() else self.city.rows["matters"]
        return self.frame(self.year or year, self.grid(rows, number), year)

    def frame(self, chosen, grid, state):
        years = "".join(
            f'<li class="rcbItem">{one}</li>' for one in ("All Years", 2026, 2025, 2024)
        )
        return f"""<html><head><title>Elmford - Legislation</title></head><body>
<form name="aspnetForm" method="post" action="./Legislation.aspx" id="aspnetForm">
<input type="hidden" name="ctl00_RadScriptManager1_TSM" value="">
<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="state {state}">
<input type="hidden" name="__VIEWSTATEGENERATOR" value="FEB39A26">
<input type="submit" name="{FORM}btnSwitch" value="&lt;&lt;&lt; Simple search" id="{ID}btnSwitch">
<input name="{FORM}lstYearsAdvanced" id="{ID}lstYearsAdvanced_Input" value="{chosen}" readonly>
<div id="{ID}lstYearsAdvanced_DropDown"><ul>{years}</ul></div>
<input id="{ID}lstYearsAdvanced_ClientState" name="{ID}lstYearsAdvanced_ClientState" type="hidden">
<input name="{FORM}txtText" id="{ID}txtText" value="">
<input type="submit" name="{FORM}btnSearch" value="Search Legislation" id="{ID}btnSearch">
{grid}</form></body></html>"""

    def grid(self, rows, number):
        pages = max(1, -(-len(rows) // self.page))
        first = (number - 1) * self.page
        stated = len(rows) if self.stated is None else self.stated
        pager = "".join(
            f"""<a {'class="rgCurrentPage" ' if one == number else ""}href="javascript:__doPostBack('ctl00%24ContentPlaceHolder1%24gridMain%24ctl00%24ctl02%24ctl00%24ctl{2 * one:02}','')"><span>{one}</span></a>"""
            for one in range(1, pages + 1)
        )
        info = (
            f"&#160;Page <strong>{number}</strong> of <strong>{pages}</strong>, items <strong>{first + 1}</strong>"
            f" to <strong>{min(first + self.page, len(rows))}</strong> of <strong>{stated}</strong>."
        )
        heads = "".join(f'<th scope="col" class="rgHeader">{head}</th>' for head, _ in self.columns)
        lines = (
            "".join(
                self.line(row, rank) for rank, row in enumerate(rows[first : first + self.page])
            )
            or '<tr class="rgNoRecords"><td colspan="6">No records to display.</td></tr>'
        )
        top = (
            (
                f'<tr class="rgPager"><td><div class="rgWrap rgNumPart">{pager}</div>'
                f'<div class="rgWrap rgInfoPart">{info}</div></td></tr>'
            )
            if pages > 1
            else ""
        )
        return (
            f'<div id="{ID}gridMain"><table id="{ID}gridMain_ctl00"><thead>{top}<tr>{heads}</tr></thead>'
            f"<tbody>{lines}</tbody></table></div>"
        )

    def line(self, row, rank):
        cells = []
        for _, name in self.columns:
            cell = shown(row, name)
            if name == "MatterFile":
                link = self.address(row).replace("&", "&amp;")
                cell = f'<a id="{ID}gridMain_ctl00_ctl{rank:02}_hypFile" href="{link}&amp;Options=Advanced&amp;Search=">{cell}</a>'
            elif name == "MatterTitle":
                cell = cell[:LONGEST]
            cells.append(f'<td><font face="Tahoma" size="2">{cell}</font></td>')
        kind = "rgRow" if rank % 2 == 0 else "rgAltRow"
        return f'<tr class="{kind}" id="{ID}gridMain_ctl00__{rank}">{"".join(cells)}</tr>'

    @staticmethod
    def address(row):
        """A matter's own page."""
        return f"{SITE}/LegislationDetail.aspx?ID={row['MatterId'] + 7_000_000}&GUID={row['MatterGuid']}"

    # --- a matter -------------------------------------------------------------------

    def child(self, row, name):
        return self.city.rows.get(f"matters/{row['MatterId']}/{name}") or []

    def detail(self, row):
        fields = "".join(
            f'<tr><td><span id="{ID}lbl{stem}">{label}</span></td>'
            f'<td><span id="{ID}lbl{stem}2">{shown(row, name)}</span></td></tr>'
            for stem, label, name in FIELDS
            if row.get(name) is not None
        )
        body = escape(row.get("MatterBodyName") or "")
        fields += (
            f'<tr><td><span id="{ID}lblInControlOf">In control:</span></td>'
            f'<td><a id="{ID}hypInControlOf2" href="DepartmentDetail.aspx?ID=1">{body}</a></td></tr>'
        )
        latest = max(
            (one["MatterSponsorMatterVersion"] for one in self.child(row, "sponsors")), default=""
        )
        fields += self.links(
            "Sponsors", "Sponsors:",
            [(one["MatterSponsorName"], "PersonDetail.aspx?ID=1")
             for one in sorted(self.child(row, "sponsors"), key=lambda one: one["MatterSponsorSequence"])
             if one["MatterSponsorMatterVersion"] == latest], ", ",
        )  # fmt: skip
        fields += self.links(
            "Indexes", "Indexes:",
            [(one["MatterIndexName"], "#") for one in self.child(row, "indexes")], ", ",
        )  # fmt: skip
        fields += self.links(
            "Attachments", "Attachments:",
            [(f"{rank}. {one['MatterAttachmentName']}", f"View.ashx?M=F&ID={paper(one)}")
             for rank, one in enumerate(self.child(row, "attachments"), 1)
             if one.get("MatterAttachmentShowOnInternetPage", True)], ", ",
        )  # fmt: skip
        return (
            f"<html><head><title>Elmford - File</title></head><body><div id='{ID}pageDetails'>"
            f"<table>{fields}</table></div>{self.history(row)}{self.text(row)}</body></html>"
        )

    def links(self, stem, label, links, between):
        if not links:
            return ""
        told = between.join(f'<a href="{escape(href)}">{escape(name)}</a>' for name, href in links)
        return (
            f'<tr><td><span id="{ID}lbl{stem}X">{label}</span></td>'
            f'<td><span id="{ID}lbl{stem}2">{told}</span></td></tr>'
        )

    def history(self, row):
        steps = sorted(
            self.child(row, "histories"),
            key=lambda one: (
                one["MatterHistoryActionDate"] or "",
                one.get("MatterHistoryMinutesSequence") or 0,
            ),
        )
        lines = "".join(
            f'<tr class="rgRow" id="{ID}gridLegislation_ctl00__{rank}"><td>{shown(one, "MatterHistoryActionDate")}</td>'
            f"<td>{shown(one, 'MatterHistoryVersion')}</td>"
            f'<td><a id="{ID}gridLegislation_ctl00_ctl{rank:02}_hypBody">{shown(one, "MatterHistoryActionBodyName")}</a></td>'
            f"<td>{shown(one, 'MatterHistoryActionName')}</td><td>{shown(one, 'MatterHistoryPassedFlagName')}</td>"
            f'<td><a id="{ID}gridLegislation_ctl00_ctl{rank:02}_hypDetails" href="#" onclick="radopen(\'HistoryDetail.aspx'
            f"?ID={one['MatterHistoryId']}&amp;GUID={one['MatterHistoryGuid']}', 'HistoryDetail');return false;\">"
            "Action&nbsp;details</a></td><td>Meeting&nbsp;details</td></tr>"
            for rank, one in enumerate(reversed(steps))
        )
        heads = "".join(
            f'<th class="rgHeader">{head}</th>'
            for head in (
                "Date",
                "Ver.",
                "Action&nbsp;By",
                "Action",
                "Result",
                "Action&nbsp;Details",
                "Meeting&nbsp;Details",
            )
        )
        return f'<table id="{ID}gridLegislation_ctl00"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>'

    def text(self, row):
        versions = self.child(row, "versions")
        key = next((one["Key"] for one in versions if one["Value"] == row.get("MatterVersion")), "")
        text = self.city.rows.get(f"matters/{row['MatterId']}/texts/{key}") or {}
        words = text.get("MatterTextPlain") or ""
        return f'<div id="{ID}divText"><p>{escape(words)}</p></div>' if words else ""

    def step(self, id_):
        votes = self.city.rows.get(f"eventitems/{id_}/votes") or []
        lines = "".join(
            f'<tr class="rgRow"><td><a href="PersonDetail.aspx?ID=1">{escape(one["VotePersonName"])}</a></td>'
            f"<td>{escape(one['VoteValueName'])}</td></tr>"
            for one in sorted(votes, key=lambda one: one["VoteSort"])
        )
        return (
            f'<html><body><table id="{ID}gridVote_ctl00"><thead><tr><th class="rgHeader">Person&nbsp;Name</th>'
            f'<th class="rgHeader">Vote</th></tr></thead><tbody>{lines}</tbody></table></body></html>'
        )
