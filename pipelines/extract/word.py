"""Word documents (DOCX) as text, with what they add and strike.

Read are runs with their own and their styles' looks, tracked changes and moves,
the numbers of lists, tables row by row, text boxes, footnotes and endnotes at
the end. Heads and feet of pages, comments and pictures are left out. The parts
are read as streams: what a document unpacks to is never held as a whole.
"""

from pathlib import Path
from posixpath import dirname, join
from zipfile import ZipFile

from pipelines.extract.flowing import flowing
from pipelines.extract.packed import PackedError, bomb, is_locked, relations, stream, tree
from pipelines.extract.word_numbers import read_numbers
from pipelines.extract.word_story import Story
from pipelines.extract.word_styles import read_styles
from pipelines.texts import Extracted, Limits

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
METHOD = "docx"

_MAIN = "word/document.xml"


def read(path: Path, limits: Limits) -> Extracted:
    """A DOCX. One that unpacks to too much is not opened at all."""
    warning = bomb(path, limits, "document")
    if warning:
        return _nothing("limit", warning)
    with ZipFile(path) as archive:
        if is_locked(archive):
            return _nothing("encrypted", "the document needs a password")
        return _read(archive, limits)


def _nothing(reason: str, warning: str) -> Extracted:
    return Extracted(media_type=MEDIA_TYPE, method=METHOD, reason=reason, warnings=(warning,))


def _read(archive: ZipFile, limits: Limits) -> Extracted:
    main = _main_part(archive)
    if main not in archive.NameToInfo:
        raise PackedError("the archive holds no Word document")
    beside = _parts_beside(archive, main)
    styles = read_styles(tree(archive, beside.get("styles", "")))
    numbers = read_numbers(tree(archive, beside.get("numbering", "")))
    story = Story(styles, numbers, most=limits.characters)
    for part in (main, beside.get("footnotes"), beside.get("endnotes")):
        if part in archive.NameToInfo and not story.is_full():
            story.begin()
            for _ in stream(archive, part, story):
                if story.is_full():
                    break
            story.finish()
    return flowing(
        story.out.text,
        story.out.spans,
        media_type=MEDIA_TYPE,
        method=METHOD,
        limits=limits,
        limited=story.is_full(),
        notes=sorted(story.notes),
    )


def _main_part(archive: ZipFile) -> str:
    """The part that holds the text: what the package says, else the usual one."""
    found = [one.part for one in relations(archive) if one.kind == "officeDocument"]
    return found[0] if found else _MAIN


def _parts_beside(archive: ZipFile, main: str) -> dict[str, str]:
    """The parts that the text uses, by the last word of their relation's type."""
    usual = {kind: join(dirname(main), f"{kind}.xml") for kind in ("styles", "numbering")}
    return usual | {one.kind: one.part for one in relations(archive, main)}
