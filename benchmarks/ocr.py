"""Pages read as pictures: CPU seconds a page, words recalled and word error rate.

    python -m benchmarks.ocr

Ours stands beside Tesseract's command line and RapidOCR alone, each given the
same picture at 200 dpi and one thread. Seconds and recall are measured on real
scans of MEASUREWATCH_CORPUS where it points to recordings, else on pages
printed here. Errors are measured on printed pages, whose words are known, clean
and made worse in five ways. No truth exists for a real scan: there a word
counts as on the page when two of the three readers saw it.
"""

import os
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from statistics import fmean

import cv2
import numpy as np
import pypdfium2
from rapidfuzz.distance import Levenshtein
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from benchmarks.kit.papers import WORDS
from benchmarks.kit.record import options, record, recordings, row
from pipelines.extract.ocr import read_image
from pipelines.extract.page_image import PageImage, render

SCANS = (
    ("LoudounCountySO_WSO_MOA_032625.pdf", 2),
    ("MineralCountyNV_WSO_MOA_031025.pdf", 6),
    ("PortageCoSheriffsOfficeOH_TFM_MOA_03.12.2025.pdf", 3),
    ("PortageCountySO_WSO_MOA_031225.pdf", 8),
    ("WashingtonCoSheriffsOfficeUT_TFM_MOA_03.20.2025.pdf", 5),
    ("287gJEM_CecilCoMD2020-03-09.pdf", 2),
    ("287gJEM_LaPazCoAZ2020-03-12.pdf", 3),
    ("287g_JEM_Knox_6-8-2020.pdf", 2),
    ("NavajoCoAZ_WSO_MOA_04.16.2025.pdf", 3),
    ("HamiltonCoIN_JEM_MOA_03.03.2025.pdf", 4),
    ("right_minutes_file_a.pdf", 1),
    ("wrong_minutes_file.pdf", 1),
)
FACES = ("Times-Roman", "Helvetica", "Courier")
DASHES = str.maketrans({"\u2013": "-", "\u2014": "-", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
Reading = tuple[str, float]
Reader = Callable[[PageImage], str]


def ours(image: PageImage) -> str:
    return read_image(image).text


def with_tesseract(image: PageImage) -> str:
    _, picture = cv2.imencode(".pgm", image.pixels)
    done = subprocess.run(
        ["tesseract", "-", "-", "--dpi", str(round(image.dpi)), "-l", "eng"],
        input=picture.tobytes(), capture_output=True, check=True,
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},
    )  # fmt: skip
    return done.stdout.decode("utf-8")


def with_rapidocr() -> Reader:
    from rapidocr import RapidOCR

    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def read(image: PageImage) -> str:
        found = engine(cv2.cvtColor(image.pixels, cv2.COLOR_GRAY2BGR))
        return "\n".join(found.txts or ())

    return read


def readers() -> dict[str, Reader]:
    """Ours, and the others that are here."""
    found = {"ours": ours, "rapidocr": with_rapidocr()}
    if shutil.which("tesseract"):
        found["tesseract"] = with_tesseract
    return found


# --- pages ------------------------------------------------------------------


def prose(number: int) -> tuple[str, PageImage]:
    """A printed page of running text, and its words."""
    chance = random.Random(number)
    lines = []
    for rank in range(32):
        words = chance.choices(WORDS, k=10)
        words[chance.randrange(10)] = (
            f"{chance.randrange(1, 99)}-{chance.randrange(101, 999)}({chance.choice('abg')}),"
        )
        lines.append(f"Section {rank}. {' '.join(words[2:])}" if rank % 8 == 0 else " ".join(words))
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=letter, invariant=1)
    face = FACES[number % len(FACES)]
    canvas.setFont(face, 9 if face == "Courier" else 12)
    for rank, line in enumerate(lines):
        canvas.drawString(72, 720 - 20 * rank, line)
    canvas.showPage()
    canvas.save()
    with pypdfium2.PdfDocument(buffer.getvalue()) as document:
        return "\n".join(lines), render(document[0])


def scans(corpus: Path) -> list[PageImage]:
    images = []
    for name, number in SCANS:
        with pypdfium2.PdfDocument(next(corpus.rglob(name))) as document:
            images.append(render(document[number - 1]))
    return images


# --- made worse -------------------------------------------------------------


def noisy(pixels: np.ndarray) -> np.ndarray:
    grain = np.random.default_rng(1).normal(0, 40, pixels.shape)
    return np.clip(pixels.astype(float) * 0.85 + 20 + grain, 0, 255).astype(np.uint8)


def coarse(pixels: np.ndarray) -> np.ndarray:
    """As a fax: half the resolution, black and white."""
    height, width = pixels.shape
    small = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    bare = np.where(small < 160, 0, 255).astype(np.uint8)
    return cv2.resize(bare, (width, height), interpolation=cv2.INTER_LINEAR)


def leaning(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 1.5, 1)
    return cv2.warpAffine(pixels, matrix, (width, height), borderValue=(255,))


def squeezed(pixels: np.ndarray) -> np.ndarray:
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 12])
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)


WORSE: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "clean": lambda pixels: pixels,
    "blurred": lambda pixels: cv2.GaussianBlur(pixels, (0, 0), 1.8),
    "noisy": noisy,
    "100 dpi, black and white": coarse,
    "leaning 1.5 degrees": leaning,
    "JPEG of quality 12": squeezed,
}


# --- measures ---------------------------------------------------------------


def words_of(text: str) -> list[str]:
    return text.translate(DASHES).split()


def error(truth: str, text: str) -> float:
    """Word errors, per cent of the words there are."""
    wanted = words_of(truth)
    return 100 * Levenshtein.distance(wanted, words_of(text)) / len(wanted)


def timed(read: Reader, image: PageImage) -> Reading:
    """What is read, and the CPU seconds it took with those of programs it called."""
    before = sum(os.times()[:4])
    text = read(image)
    return text, sum(os.times()[:4]) - before


def recalls(texts: Sequence[str]) -> list[float]:
    """Of each reading of one page, the per cent it has of the words that two readings have."""
    counts = [Counter(words_of(text)) for text in texts]
    every = set().union(*counts)
    agreed = {word: sorted(count[word] for count in counts)[-2] for word in every}
    total = sum(agreed.values())
    return [100 * sum(min(count[word], agreed[word]) for word in every) / total for count in counts]


def measured(
    found: dict[str, Reader], images: Sequence[PageImage]
) -> dict[str, tuple[float, float]]:
    """Of each reader, seconds a page and words recalled."""
    seconds, shares = {name: [] for name in found}, {name: [] for name in found}
    for rank, image in enumerate(images, 1):
        readings = {name: timed(read, image) for name, read in found.items()}
        shown = recalls([text for text, _ in readings.values()])
        for (name, (_, took)), share in zip(readings.items(), shown, strict=True):
            seconds[name].append(took)
            shares[name].append(share)
        told = ", ".join(
            f"{name} {seconds[name][-1]:.2f} s {shares[name][-1]:.1f} %" for name in found
        )
        print(f"page {rank}: {told}", flush=True)
    return {name: (fmean(seconds[name]), fmean(shares[name])) for name in found}


def main() -> None:
    chosen = options(__doc__)
    found = readers()
    corpus = recordings(chosen)
    printed = [prose(number) for number in range(1 if chosen.small else 3)]
    images = scans(corpus) if corpus else [image for _, image in printed]
    for read in found.values():
        read(images[0])  # networks are loaded
    kind = "real scans" if corpus else "printed pages"
    told = measured(found, images)
    others = [name for name in found if name != "ours"]
    faster = min(others, key=lambda name: told[name][0])
    better = max(others, key=lambda name: told[name][1])
    rows = [
        row(f"OCR, {kind}", [(told["ours"][0], told[faster][0])], reference_name=f"{faster}, the faster",
            limit=0.67, unit="CPU s a page", lower_is_better=True),
        row(f"OCR recall, {kind}", [(told["ours"][1], told[better][1])], reference_name=f"{better}, the better",
            limit=1.0, unit="% of words"),
    ]  # fmt: skip
    for name, worse in list(WORSE.items())[: 2 if chosen.small else None]:
        pages = [(truth, image._replace(pixels=worse(image.pixels))) for truth, image in printed]
        rates = {
            reader: fmean(error(truth, read(image)) for truth, image in pages)
            for reader, read in found.items()
        }
        rows += [
            row(f"OCR errors, {name}", [(max(rates["ours"], 0.01), max(rates[other], 0.01))],
                reference_name=other, limit=1.0, unit="% of words", lower_is_better=True)
            for other in others
        ]  # fmt: skip
    record(rows, chosen.file)


if __name__ == "__main__":
    main()
