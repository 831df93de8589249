"""Running heads and feet, page numbers and stamps in the margin.

They are taken away only where they repeat in a way that body text does not.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipelines.lines import Line

_EDGE = 3  # lines at the head or foot of a page that may be running lines
_SAME_HEIGHT = 4.0  # points
_LONGEST_PAGE_NUMBER = 6  # the Federal Register passes 100,000 pages a year
_FEW_PAGES = 4
_DENSE = 0.4  # of the pages from the first to the last that bear it
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page )?[-\u2013\u2014\[(]* ?(\d+) ?[-\u2013\u2014\])]*(?: ?(?:of|/) ?\d+)?", re.IGNORECASE
)
_PAGE_OF = re.compile(r"\bpage (\d+) of (\d+)\b", re.IGNORECASE)
_LONGEST_FOOT = 90  # characters


class _Sighting(NamedTuple):
    """A line near a page's edge; `words` is the line with or without a number at its ends."""

    page: int
    rank: int
    y: float
    text: str
    words: str


# Which lines from a page's edge inwards are running lines, and whether they go.
_Verdicts = dict[int, bool]


def drop_running_lines(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """The pages, their lines top down, without heads and feet that run through them.

    A line near a page's edge goes when lines like it stand as high on other
    pages, and either a number in them counts the pages or they are the same to
    the letter. In the second case the head of the first page stays, for it may
    be the only place that names the document. A page's number goes too, alone,
    beside words that make a line of the first page, or with the count of all
    pages ("Page 1 of 1"), and so does an aside that several pages bear. What stands beyond a line that stays is never touched,
    nor is a page that would have nothing left.
    """
    bodies = [[line for line in page if not line.aside] for page in pages]
    titles = {line.text for line in bodies[0]} if bodies else set()
    heads = _running([body[:_EDGE] for body in bodies], titles, first_stays=True)
    feet = _running([body[: -_EDGE - 1 : -1] for body in bodies], titles, first_stays=False)
    return [
        (_cut_edge(_cut_edge(body, head)[::-1], foot)[::-1] or body) + asides
        for body, head, foot, asides in zip(bodies, heads, feet, _lone_asides(pages), strict=True)
    ]


def _lone_asides(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """Each page's asides but for those that other pages bear too."""
    asides = [[line for line in page if line.aside] for page in pages]
    seen = Counter(text for lines in asides for text in {line.text for line in lines})
    return [[line for line in lines if seen[line.text] == 1] for lines in asides]


def _cut_edge(lines: list[Line], verdicts: _Verdicts) -> list[Line]:
    """The lines from one edge inwards without the running lines at that edge."""
    inner = next(rank for rank in range(len(verdicts) + 1) if rank not in verdicts)
    return [line for rank, line in enumerate(lines) if rank >= inner or not verdicts[rank]]


def _running(
    edges: Sequence[list[Line]], titles: set[str], *, first_stays: bool
) -> list[_Verdicts]:
    alike: dict[str, list[_Sighting]] = defaultdict(list)
    verdicts: list[_Verdicts] = [{} for _ in edges]
    for page, lines in enumerate(edges):
        for rank, line in enumerate(lines):
            if _is_page_number(line.text, page + 1, titles) or _counts_pages(
                line.text, page + 1, len(edges)
            ):
                verdicts[page][rank] = True
            for words in _guises(line.text):
                alike[_NUMBER.sub("#", words)].append(
                    _Sighting(page, rank, line.y, line.text, words)
                )
    for sightings in alike.values():
        for group in _same_height(sightings) if len(sightings) > 1 else ():
            for sighting in _counting(group, len(edges)):
                verdicts[sighting.page][sighting.rank] = True
            for sighting in _repeated(group, len(edges)):
                goes = not (first_stays and sighting.page == 0)
                verdicts[sighting.page].setdefault(sighting.rank, goes)
    return verdicts


def _is_page_number(text: str, page: int, titles: set[str]) -> bool:
    """Whether the line is the page's number, alone or beside words of the first page."""
    number = str(page)
    if number not in text:
        return False
    if found := _PAGE_NUMBER.fullmatch(text):
        return int(found[1]) == page
    first, _, rest = text.partition(" ")
    before, _, last = text.rpartition(" ")
    return page > 1 and (
        (first == number and rest in titles) or (last == number and before in titles)
    )


def _counts_pages(text: str, page: int, count: int) -> bool:
    """Whether a short line names this page and all pages: "Order 2026-07 - Page 1 of 1"."""
    found = _PAGE_OF.search(text) if len(text) <= _LONGEST_FOOT else None
    return found is not None and (int(found[1]), int(found[2])) == (page, count)


def _guises(text: str) -> Iterator[str]:
    """The line, and the line without a number at its start or its end."""
    yield text
    if text[0].isdigit():
        yield text.lstrip("0123456789").lstrip()
    if text[-1].isdigit():
        yield text.rstrip("0123456789").rstrip()


def _same_height(sightings: list[_Sighting]) -> Iterator[list[_Sighting]]:
    """The sightings in groups that stand at one height on their pages."""
    sightings.sort(key=lambda sighting: sighting.y)
    group = sightings[:1]
    for lower, upper in pairwise(sightings):
        if upper.y - lower.y > _SAME_HEIGHT:
            yield group
            group = []
        group.append(upper)
    yield group


def _counting(group: list[_Sighting], page_count: int) -> list[_Sighting]:
    """Those in which some number goes up by one from page to page.

    A number within the line is believed when it does so on half of all pages,
    one at an end of it when it does so on half of the pages that bear the line.
    """
    inner: dict[tuple[int, int], list[_Sighting]] = defaultdict(list)
    outer: dict[tuple[int, int], list[_Sighting]] = defaultdict(list)
    for sighting in group:
        within = 0  # in "HB 4, printed 10/05" 4 and 5 are two numbers, and neither counts
        for number in _NUMBER.finditer(sighting.text):
            at_end = number.start() == 0 or number.end() == len(sighting.text)
            within += not at_end
            if len(number[0]) <= _LONGEST_PAGE_NUMBER:
                place = 0 if at_end else within
                offsets = outer if at_end else inner
                offsets[place, int(number[0]) - sighting.page].append(sighting)
    bearing = _pages(group)
    for offsets, pages in ((outer, bearing), (inner, page_count)):
        most = max(offsets.values(), key=_pages, default=[])
        if _pages(most) > 1 and 2 * _pages(most) >= pages:
            return most
    return []


def _pages(group: list[_Sighting]) -> int:
    return len({sighting.page for sighting in group})


def _repeated(group: list[_Sighting], page_count: int) -> list[_Sighting]:
    """The group when its words are the same on enough pages, close to one another."""
    if not group[0].words or len({sighting.words for sighting in group}) > 1:
        return []
    pages = [sighting.page for sighting in group]
    reach = max(pages) - min(pages) + 1
    enough = 2 if page_count <= _FEW_PAGES else 3
    return group if _pages(group) >= max(enough, _DENSE * reach) else []
