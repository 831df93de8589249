"""Where in a document a span stands: its page, and how it is marked."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from config.vocabulary import Standing
from pipelines.texts import Extracted, Mark, Page

_UNMARKED = ("pdfium", "doc-bare", "bare")
_SCANNED = "ocr"


class Places:
    """The pages and marks of a document, asked by code point."""

    def __init__(self, extracted: Extracted) -> None:
        self._pages = extracted.pages
        self._page_starts = [page.start for page in extracted.pages]
        self._marks = sorted(extracted.marks, key=lambda mark: mark.start)
        self._mark_starts = [mark.start for mark in self._marks]
        self._reaches = list(accumulate((mark.end for mark in self._marks), max))

    def page(self, start: int) -> Page | None:
        rank = bisect_right(self._page_starts, start) - 1
        return self._pages[rank] if rank >= 0 else None

    def standing(self, start: int, end: int, page: Page | None) -> Standing:
        """Tell how more than half of a span is marked.

        Nothing is known of a scan in which no line was found, nor of PDFs whose
        drawn lines and capitals nobody has read yet: to call their words
        existing law would be a guess.
        """
        if page and self._is_unmarked(page):
            return Standing.UNKNOWN
        marked: Counter[str] = Counter()
        for mark in self._over(start, end):
            marked[mark.kind] += min(end, mark.end) - max(start, mark.start)
        for kind, length in marked.most_common(1):
            if 2 * length > end - start:
                return Standing(kind)
        return Standing.EXISTING

    def _is_unmarked(self, page: Page) -> bool:
        if page.method.startswith(_SCANNED):
            return not any(self._over(page.start, page.start + len(page.text)))
        return page.method.startswith(_UNMARKED) and not self._marks

    def _over(self, start: int, end: int) -> Iterator[Mark]:
        rank = bisect_left(self._mark_starts, end) - 1
        while rank >= 0 and self._reaches[rank] > start:
            if self._marks[rank].end > start:
                yield self._marks[rank]
            rank -= 1
