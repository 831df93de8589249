"""A page of a PDF as a picture, with what it adds, what it strikes and what was found in it.

pdfium draws the page and says where each of its characters stands; our text is
found among them again (`pipelines.extract.placing`). A page that was read as a
picture is read once more, and drawn the way up in which it was read: what is
known of it is where its words stand.

pdfium is not thread-safe and can abort on a hostile file: draw in a process of
its own, with limits (`monitor.compute`).
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from ctypes import byref
from io import BytesIO
from math import sqrt
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops, ImageDraw

from pipelines.extract.caption import Entry, caption
from pipelines.extract.drawn import Drawing, Picture, PictureError, Shown
from pipelines.extract.placing import Box, Placed, places_of
from pipelines.extract.scans import LOW
from pipelines.extract.scans import METHOD as SCANNED
from pipelines.texts import Page

DPI = 130
_MOST_PIXELS = 12_000_000
_LONGEST_SIDE = 8_000
_LARGEST_SCALE = 16
_MOST_CHARACTERS = 100_000
_NARROWEST = 640  # pixels: a caption needs room


def draw_page(drawing: Drawing, *, seconds: float | None = None) -> Picture:
    """Draw a page as it is asked for.

    `seconds` is how long an engine may take to read a scan again; without it
    nothing is known of where a scan's words stand.
    Raises PictureError when there is no such page or pdfium cannot draw it.
    """
    page = drawing.page
    number = page.number or 1
    scanned = page.method == SCANNED
    again = None
    try:
        with closing(pypdfium2.PdfDocument(drawing.path)) as document:
            count = len(document)
            if not 1 <= number <= count:
                pages = "1 page" if count == 1 else f"{count} pages"
                raise PictureError(f"there is no page {number}: the document has {pages}")
            document.init_forms()
            with closing(document[number - 1]) as leaf:
                if scanned and seconds is not None:
                    again = _read_again(leaf, seconds)
                image, boxes = again or _drawn(leaf)
    except pypdfium2.PdfiumError as error:
        raise PictureError(f"pdfium cannot draw page {number}: {error}") from error
    # The same passage can be found by several terms; it is one box.
    here = [one for one in dict.fromkeys(drawing.shown) if _touches(one, page)]
    within = [(one.start - page.start, one.end - page.start) for one in here]
    places = dict(zip(here, places_of(page, within, boxes), strict=True))
    placed = tuple(one for one in here if places[one])
    unplaced = tuple(one for one in here if not places[one])
    colours = _colours(drawing.topics, here)
    marked = _marked(image, [(one, places[one]) for one in placed], colours)
    heading = caption(
        max(marked.width, _NARROWEST),
        f"{drawing.name}, page {number} of {count}",
        _doubts(page),
        _entries(page, here, unplaced, drawing.topics, colours, known=bool(again or not scanned)),
        warning=page.confidence < LOW,
    )
    whole = _beneath(heading, marked)
    return Picture(_png(whole), whole.width, whole.height, count, placed, unplaced)


def _touches(span: Shown, page: Page) -> bool:
    return span.start < page.start + len(page.text) and span.end > page.start


# --- the page and its characters --------------------------------------------


def _drawn(leaf: Any) -> tuple[Image.Image, Placed]:
    """The page as it is shown, and its characters with their places on the picture."""
    width, height = (max(1.0, side) for side in leaf.get_size())
    scale = min(
        max(DPI / 72, min(_NARROWEST / width, _LARGEST_SCALE)),
        sqrt(_MOST_PIXELS / (width * height)),
        _LONGEST_SIDE / max(width, height),
    )
    bitmap = leaf.render(scale=scale)
    place = bitmap.get_posconv(leaf).to_bitmap
    boxes = []
    with closing(leaf.get_textpage()) as textpage:
        for index in range(min(textpage.count_chars(), _MOST_CHARACTERS)):
            box = pdfium.FS_RECTF()
            if pdfium.FPDFText_GetLooseCharBox(textpage, index, byref(box)):
                (x, y), (u, v) = place(box.left, box.top), place(box.right, box.bottom)
                code = pdfium.FPDFText_GetUnicode(textpage, index)
                boxes.append((chr(code), Box(min(x, u), min(y, v), max(x, u), max(y, v))))
    image: Image.Image = bitmap.to_pil().convert("RGB")
    return image, boxes


def _read_again(leaf: Any, seconds: float) -> tuple[Image.Image, Placed] | None:
    """A scan as it was read, upright and level, with its letters; None where no engine is.

    Engines tell where words stand: letters share their word's width.
    """
    from pipelines.extract.ocr import best_reader, read_image
    from pipelines.extract.page_image import render

    try:
        engine = best_reader(seconds)
    except OSError:
        return None
    readings: dict[tuple[int, float], Any] = {}

    def reader(image: Any, ink: Any, drawn: Any) -> Any:
        rows = engine(image, ink, drawn)
        readings[image.turns, round(image.skew, 2)] = image, rows
        return rows

    scan = read_image(render(leaf), reader)
    if (scan.turns, scan.skew) not in readings:
        return None
    image, rows = readings[scan.turns, scan.skew]
    scale = min(1.0, DPI / image.dpi)
    boxes = []
    for row in rows:
        for word in row:
            step = (word.right - word.left) / max(1, len(word.text))
            for rank, letter in enumerate(word.text):
                left, right = word.left + rank * step, word.left + (rank + 1) * step
                edges = (left, word.top, right, word.bottom)
                boxes.append((letter, Box(*(round(edge * scale) for edge in edges))))
    picture = Image.fromarray(image.pixels)
    size = round(picture.width * scale), round(picture.height * scale)
    return picture.resize(size, Image.Resampling.LANCZOS).convert("RGB"), boxes


# --- marks on the page ------------------------------------------------------

_Colour = tuple[int, int, int]
_Colours = Mapping[str, tuple[_Colour, _Colour]]
"""Of each kind and topic what is inside its boxes, and their lines."""

_WHITE = (255, 255, 255)
_KINDS: Mapping[str, tuple[_Colour, _Colour]] = {
    "added": ((205, 245, 205), (0, 128, 40)),
    "struck": ((255, 215, 215), (200, 0, 0)),
    "doubtful": ((222, 222, 222), (110, 110, 110)),
}
_TOPICS: tuple[tuple[_Colour, _Colour], ...] = (
    ((255, 240, 110), (190, 140, 0)),
    ((170, 220, 255), (0, 90, 170)),
    ((255, 205, 140), (190, 90, 0)),
    ((225, 200, 255), (110, 50, 170)),
    ((165, 235, 225), (0, 120, 110)),
    ((225, 205, 175), (110, 75, 30)),
)
_ROUND = 2  # pixels from a match to the outside of its border


def _colours(topics: Sequence[str], here: Sequence[Shown]) -> _Colours:
    """The kinds' colours and the topics': those found here come first, so that they differ."""
    found = {span.topic for span in here}
    ranked = sorted(topics, key=lambda topic: topic not in found)
    return {
        **_KINDS,
        **{_key(topic): _TOPICS[rank % len(_TOPICS)] for rank, topic in enumerate(ranked)},
    }


def _key(topic: str) -> str:
    """A topic's place among the colours, apart from the kinds."""
    return f"match {topic}"


def _of(span: Shown) -> str:
    return _key(span.topic) if span.kind == "match" else span.kind


def _marked(
    image: Image.Image, places: Sequence[tuple[Shown, list[Box]]], colours: _Colours
) -> Image.Image:
    """The page with its spans: tints let the letters through, lines go over them.

    A match keeps its topic's colour; lines tell what of it is added, struck or doubtful.
    """
    boxes: dict[str, list[Box]] = {}
    for one, found in places:
        boxes.setdefault(_of(one), []).extend(found)
    tint = Image.new("RGB", image.size, _WHITE)
    brush = ImageDraw.Draw(tint)
    for kind in _KINDS:
        for box in boxes.get(kind, ()):
            brush.rectangle(box, fill=colours[kind][0])
    topics = boxes.keys() - _KINDS.keys()
    # What covers less goes on top.
    for topic in sorted(topics, key=lambda topic: (-sum(map(_area, boxes[topic])), topic)):
        _outline(brush, boxes[topic], *colours[topic])
    image = ImageChops.multiply(image, tint)
    pen = ImageDraw.Draw(image)
    for kind in _KINDS:
        for box in boxes.get(kind, ()):
            _stroke(pen, kind, box, colours[kind][1])
    return image


def _area(box: Box) -> int:
    return (box.right - box.left) * (box.bottom - box.top)


def _outline(
    brush: ImageDraw.ImageDraw, boxes: Sequence[Box], inside: _Colour, border: _Colour
) -> None:
    """Fill boxes within one border: those that overlap are one."""
    for box in boxes:
        brush.rectangle(_wider(box, _ROUND), fill=border)
    for box in boxes:
        brush.rectangle(_wider(box, _ROUND - 1), fill=inside)


def _wider(box: Box, by: int) -> Box:
    return Box(box.left - by, box.top - by, box.right + by, box.bottom + by)


def _stroke(pen: ImageDraw.ImageDraw, kind: str, box: Box, colour: _Colour) -> None:
    """The line that goes with a kind of mark: below what is added, through what is struck."""
    left, top, right, bottom = box
    width = max(2, round((bottom - top) / 12))
    if kind == "added":
        pen.rectangle((left, bottom - width + 1, right, bottom), fill=colour)
    elif kind == "struck":
        middle = top + round(0.58 * (bottom - top))
        pen.rectangle((left, middle - width // 2, right, middle + (width - 1) // 2), fill=colour)
    else:
        for dot in range(left, right, 3 * width):
            pen.rectangle((dot, bottom - width + 1, min(dot + width, right), bottom), fill=colour)


# --- what the caption says --------------------------------------------------


def _doubts(page: Page) -> str:
    """How far to trust the page, where that is not wholly."""
    if page.confidence >= 1 and page.method != SCANNED:
        return ""
    how = "read as a picture, " if page.method == SCANNED else ""
    low = ": low, compare the words with the page" if page.confidence < LOW else ""
    return f"{how}confidence {page.confidence:.2f}{low}".capitalize()


def _entries(
    page: Page,
    here: Sequence[Shown],
    unplaced: Sequence[Shown],
    topics: Sequence[str],
    colours: _Colours,
    *,
    known: bool,
) -> list[Entry]:
    """What of each kind and topic is on the page, with the numbers printed beside matches."""
    counts = {kind: sum(span.kind == kind for span in here) for kind in _KINDS}
    entries = [
        _entry(kind, f"{kind} ({count})", colours[kind]) for kind, count in counts.items() if count
    ]
    for topic in topics:
        spans = [span for span in here if span.kind == "match" and span.topic == topic]
        said = f"{topic} ({len(spans)}){_lines(page, spans)}" if spans else f"{topic}: none here"
        entries.append(_entry("match", said, colours[_key(topic)]) if spans else Entry(said))
    if unplaced:
        why = "" if known else ": where the words of this scan stand is not known"
        entries.append(Entry(f"{len(unplaced)} of these could not be placed{why}"))
    return entries or [Entry("nothing added or struck")]


def _entry(kind: str, said: str, colours: tuple[_Colour, _Colour]) -> Entry:
    def paint(pen: ImageDraw.ImageDraw, box: Box) -> None:
        if kind in _KINDS:
            pen.rectangle(box, fill=colours[0])
            _stroke(pen, kind, box, colours[1])
        else:
            _outline(pen, [box], *colours)

    return Entry(said, paint)


def _lines(page: Page, spans: Sequence[Shown]) -> str:
    """The printed numbers of the lines that matches stand on: " lines 4, 9-10"."""
    runs: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: span.start):
        start, end = max(0, span.start - page.start), span.end - page.start
        run = page.printed_lines(start, end)
        if run and runs and run[0] <= runs[-1][1] + 1:
            runs[-1] = (min(run[0], runs[-1][0]), max(run[1], runs[-1][1]))
        elif run:
            runs.append(run)
    if not runs:
        return ""
    word = "line" if len(runs) == 1 and runs[0][0] == runs[0][1] else "lines"
    said = (str(first) if first == last else f"{first}-{last}" for first, last in runs)
    return f" {word} {', '.join(said)}"


# --- the whole --------------------------------------------------------------

_AROUND = (235, 235, 235)
_EFFORT = 3  # of 9; more takes twice the time and makes pages of text no smaller


def _beneath(heading: Image.Image, page: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (heading.width, heading.height + page.height), _AROUND)
    whole.paste(heading, (0, 0))
    whole.paste(page, ((heading.width - page.width) // 2, heading.height))
    return whole


def _png(image: Image.Image) -> bytes:
    stream = BytesIO()
    image.save(stream, "PNG", compress_level=_EFFORT)
    return stream.getvalue()
