"""A page of a PDF as a picture that can be read: upright, level, of bounded size.

Everything here works on grey pictures: arrays of bytes, rows from the top, 0
for black. Import it only where a page is read as a picture: numpy and OpenCV
come with it.
"""

from typing import Any, NamedTuple

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Ink = NDArray[np.uint8]
"""A picture of the same size, 1 where there is ink and 0 elsewhere."""

DPI = 200
_PIXELS_AT_MOST = 12_000_000  # A3 at 300 dpi is 17 million; it is read at 250
_SIDE_AT_MOST = 6000
_SIDE_AT_LEAST = 8
_POINTS = 72.0


class PageImage(NamedTuple):
    """A page's picture, its pixels to the inch, and how it was turned to be read.

    `turns` are quarter turns clockwise and `skew` degrees clockwise that were
    given to the page as a viewer shows it.
    """

    pixels: Grey
    dpi: float
    turns: int = 0
    skew: float = 0.0

    def points(self, pixels: float) -> float:
        """A length in points."""
        return pixels * _POINTS / self.dpi


def render(page: pypdfium2.PdfPage, dpi: float = DPI) -> PageImage:
    """The page as a viewer shows it, with fewer pixels to the inch where it is large."""
    width, height = (max(side, 1.0) for side in page.get_size())
    scale = min(
        dpi / _POINTS,
        (_PIXELS_AT_MOST / (width * height)) ** 0.5,
        _SIDE_AT_MOST / max(width, height),
    )
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        pixels = np.array(bitmap.to_numpy(), dtype=np.uint8, copy=True)
    finally:
        bitmap.close()
    return PageImage(pixels.reshape(pixels.shape[:2]), scale * _POINTS)


def turned(image: PageImage, turns: int) -> PageImage:
    """The picture after quarter turns clockwise."""
    if not turns % 4:
        return image
    pixels = np.ascontiguousarray(np.rot90(image.pixels, -turns))
    return image._replace(pixels=pixels, turns=(image.turns + turns) % 4)


# --- ink --------------------------------------------------------------------

_NEIGHBOURHOOD = 1 / 5  # of an inch: what a pixel's darkness is held against
_DARKER = 12  # of 255: paper is not even
_SURELY_DARK = 110


def ink_of(image: PageImage) -> Ink:
    """Where there is ink: what is darker than what is round it."""
    size = int(image.dpi * _NEIGHBOURHOOD) | 1
    local = cv2.adaptiveThreshold(
        image.pixels, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, size, _DARKER
    )
    limit, _ = cv2.threshold(image.pixels, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark = image.pixels < max(limit, _SURELY_DARK)
    return np.asarray(local & dark.astype(np.uint8), dtype=np.uint8)


# --- level ------------------------------------------------------------------

_STEEPEST = 3.0  # degrees
_COARSE, _FINE = 0.5, 0.1
_WORTH_TURNING = 0.15
_LOOKED_AT = 75.0  # pixels to the inch


def levelled(image: PageImage) -> PageImage:
    """The picture turned so that its lines run level, if they do not already."""
    skew = skew_of(ink_of(image), image.dpi)
    if abs(skew) < _WORTH_TURNING:
        return image
    height, width = image.pixels.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1.0)
    pixels = cv2.warpAffine(
        image.pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,)
    )
    return image._replace(pixels=np.asarray(pixels, dtype=np.uint8), skew=skew)


def skew_of(ink: Ink, dpi: float) -> float:
    """By how many degrees clockwise the lines must be turned to run level; 0 without lines."""
    small = _shrunk(ink, _LOOKED_AT / dpi)
    best = 0.0
    for step, reach in ((_COARSE, _STEEPEST), (_FINE, _COARSE)):
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max(angles, key=lambda angle: (_sharpness(small, angle), -abs(angle))))
    return best if abs(best) <= _STEEPEST and small.any() else 0.0


def _sharpness(ink: NDArray[np.float32], angle: float) -> float:
    """How clearly rows with ink part from rows without, once the picture is turned."""
    height, width = ink.shape
    # Rows are sheared, not turned: for so small an angle it is the same.
    matrix = np.array([[1, 0, 0], [np.tan(np.radians(angle)), 1, 0]], dtype=np.float32)
    matrix[1, 2] = -matrix[1, 0] * width / 2
    rows = cv2.warpAffine(ink, matrix, (width, height)).sum(axis=1)
    return float(np.square(np.diff(rows)).sum())


def _shrunk(ink: Ink, scale: float) -> NDArray[np.float32]:
    grey: NDArray[Any] = ink.astype(np.float32)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, dtype=np.float32)


def runs_down(ink: Ink, dpi: float) -> bool:
    """Whether the page's lines run up or down instead of across."""
    small = _shrunk(ink, _LOOKED_AT / dpi)
    if min(small.shape) < _SIDE_AT_LEAST:
        return False
    across, down = (_unevenness(small.sum(axis=axis)) for axis in (1, 0))
    return down > across


def _unevenness(sums: Any) -> float:
    """How much neighbouring rows differ, on the whole of what they hold."""
    smooth = np.convolve(sums, np.ones(_STROKES), "same")
    total = float(np.square(smooth).sum())
    return float(np.square(np.diff(smooth)).sum()) / total if total else 0.0


_STROKES = 6  # pixels looked at: letters beside each other differ, but not so many of them


# --- numbers in the margin --------------------------------------------------

_BODY = 0.08  # of the page's height, above and below: heads and feet run across the margin
_NUMBERS_WIDE = 0.35  # of an inch, three digits
_NUMBERS_APART = 0.08  # of an inch: from the text
_NUMBERS_TALL = 0.2  # of an inch
_NUMBERS_AT_LEAST = 8
_DIRT = 0.002  # of the page's rows


def has_line_numbers(letters: Ink, dpi: float) -> bool:
    """Whether numbers seem to run down the left margin, apart from the text."""
    height = letters.shape[0]
    body = letters[int(height * _BODY) : int(height * (1 - _BODY))]
    bands = _runs(body.sum(axis=0) > _DIRT * body.shape[0])
    if len(bands) < 2 or bands[0][1] - bands[0][0] > dpi * _NUMBERS_WIDE:
        return False
    column = [band for band in bands if band[1] - bands[0][0] <= dpi * _NUMBERS_WIDE]
    beyond = bands[len(column) :]
    if not beyond or beyond[0][0] - column[-1][1] < dpi * _NUMBERS_APART:
        return False
    numbers = _runs(body[:, column[0][0] : column[-1][1]].any(axis=1))
    tall = [end - start for start, end in numbers]
    return len(numbers) >= _NUMBERS_AT_LEAST and max(tall) <= dpi * _NUMBERS_TALL


def _runs(filled: Any) -> list[tuple[int, int]]:
    """Where runs of true values begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], filled.astype(np.int8), [0]))))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
