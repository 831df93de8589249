"""diff: what differs between two texts, or between a bill and the law it amends."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from monitor.cli.output import Output, output
from monitor.cli.root import examples, shared
from monitor.cli.texts import SLOW

SEGMENT_STYLES = {
    "inserted": "green underline",
    "deleted": "red strike",
    "moved-from": "blue strike",
    "moved-to": "blue underline",
    "section": "bold",
    "omitted": "dim",
    "break": "dim",
}
EMPTY = ("text/plain", "empty")
"""The type of a file that holds nothing but blanks, and why it gives no text."""

WIDEST = 160
"""Cells of a terminal that two columns take at most."""
LAW = ("Existing law, as the text shows it", "As the text would have it")


@dataclass(frozen=True)
class Compared:
    """Two texts with their names, and whether one of them was read from pictures.

    `pages` are those of the new text, where its words stand as they do there,
    `volatile` what changes at every visit in the texts of their source.
    """

    old: str
    new: str
    names: tuple[str, str]
    title: str
    note: str
    scanned: bool
    pages: tuple[Any, ...] = ()
    volatile: tuple[Any, ...] = ()


@click.command(
    help="Show what differs, word by word, between OLD and NEW: files of any kind, or ids of "
    "versions in the database. With --law, show what one bill does to existing law, as its own "
    "underlines, brackets and strikeouts tell it. [-Words-] went, {+words+} came. Passages that "
    "moved are followed to where they went, table rows stay rows, and edits of looks alone "
    "(capitals, punctuation, numbering, broken words, letters misread in a scan) are counted "
    "and not shown; --html lists them.",
    epilog=examples(
        ("diff old.pdf new.html", "two files, in the terminal"),
        ("diff 2 21 --side-by-side", "two versions in two columns; ids stand in: show"),
        ("diff 2 21 --html redline.html --whole", "a page with the unchanged paragraphs too"),
        ("diff 21 --law", "what a version would add to the law and strike from it"),
        ("diff old.txt new.txt --json", "hunks that, applied to old, give new"),
    ),
)
@click.argument("old")
@click.argument("new", required=False)
@click.option("--law", is_flag=True, help="One text against existing law, by its own markup.")
@click.option(
    "--side-by-side", is_flag=True, help="Two columns, where the terminal has 80 or more."
)
@click.option("--whole", is_flag=True, help="The unchanged paragraphs too.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write it as a page, side by side.",
)
@shared
@click.pass_context
def diff(
    ctx: click.Context,
    old: str,
    new: str | None,
    law: bool,
    side_by_side: bool,
    whole: bool,
    html: Path | None,
) -> None:
    from pipelines.redline import redline
    from pipelines.render import redline_json

    out = output(ctx)
    compared = _texts(ctx, out, old, new, law=law)
    result = redline(
        compared.old, compared.new, scanned=compared.scanned, volatile=compared.volatile
    )
    if html is not None:
        _write_page(out, html, result, compared, whole=whole)
    if out.as_json:
        out.line(redline_json(result, compared.pages))
        return
    if compared.scanned:
        out.remark("Pages were read as pictures: letters that look alike count as looks.")
    if whole or side_by_side:
        _print_rows(out, result, compared, whole=whole, side_by_side=side_by_side)
    else:
        print_redline(out, result, compared.old, compared.new, compared.pages)


def _texts(ctx: click.Context, out: Output, old: str, new: str | None, *, law: bool) -> Compared:
    from monitor.app import build
    from pipelines.markup import as_it_was, as_it_would_read
    from pipelines.texts import is_scanned

    app = build(ctx.ensure_object(dict))
    if law:
        if new is not None:
            raise click.UsageError("--law compares one text with existing law; name one only.")
        extracted = _read(app, out, old)
        if not extracted.marks:
            raise click.ClickException(
                f"{_name(old)} marks nothing as added or struck, so it does not tell what it "
                "changes in existing law: the standing of its words is unknown."
            )
        was = as_it_was(extracted.text, extracted.marks)
        would = as_it_would_read(extracted.text, extracted.marks)
        note = "Against existing law, as its own markup shows it"
        return Compared(was, would, LAW, _name(old), note, is_scanned(extracted.pages))
    if new is None:
        raise click.UsageError("Name two texts, or one with --law.")
    before, after = _read(app, out, old), _read(app, out, new)
    names = _name(old), _name(new)
    stored = [int(named) for named in (old, new) if not Path(named).exists()]
    return Compared(
        old=before.text,
        new=after.text,
        names=names,
        title=" → ".join(names),
        note="",
        scanned=is_scanned((*before.pages, *after.pages)),
        pages=after.pages,
        volatile=app.volatile_parts(stored) if len(stored) == len(names) else (),
    )


def _read(app: Any, out: Output, named: str) -> Any:
    """A file as a crawl would read it, or a version; an empty text file is a text without words.

    Raises ClickException for one that holds something and gives no text, for
    programs with a line of JSON that has `error`, `reason` and `warnings`.
    """
    from monitor.reading import open_document

    extracted = open_document(app, named, slow=lambda: out.remark(SLOW)).extracted
    if extracted.text.strip() or (extracted.media_type, extracted.reason) == EMPTY:
        return extracted
    message = f"{named} cannot be read: {'; '.join(extracted.warnings) or 'no text'}"
    if out.as_json:
        reason = extracted.reason or "no text"
        out.line({"error": message, "reason": reason, "warnings": list(extracted.warnings)})
    raise click.ClickException(message)


def _name(named: str) -> str:
    return Path(named).name if Path(named).is_file() else f"version {named}"


def _write_page(out: Output, file: Path, result: Any, compared: Compared, *, whole: bool) -> None:
    from pipelines.render_page import render_page

    page = render_page(
        result,
        compared.old,
        compared.new,
        title=compared.title,
        names=compared.names,
        note=compared.note,
        whole=whole,
        pages=compared.pages,
    )
    file.write_text(page, encoding="utf-8")
    out.remark(f"Written: {file}")


def print_redline(out: Output, result: Any, before: str, after: str, pages: Any = ()) -> None:
    """The differing passages of two texts for a person, and how many words differ."""
    from pipelines.render import render_segments

    if not _says_nothing(out, result):
        _print(out, render_segments(result, before, after, pages=pages))
        _remark(out, result)


def _print_rows(
    out: Output, result: Any, compared: Compared, *, whole: bool, side_by_side: bool
) -> None:
    """Paragraph by paragraph: in two columns where there is room, else inline."""
    from rich.cells import cell_len

    from pipelines.render_columns import NARROWEST, inline, render_columns
    from pipelines.render_pairs import pairs

    if _says_nothing(out, result) and not whole:
        return
    width = min(out.console().width, WIDEST)
    if side_by_side and width < NARROWEST:
        out.remark(f"Too narrow for two columns: {width} of {NARROWEST} characters.")
        side_by_side = False
    made = pairs(result, compared.old, compared.new, whole=whole)
    lines = (
        render_columns(made, width=width, names=compared.names, cells=cell_len)
        if side_by_side
        else inline(made)
    )
    for line in lines:
        _print(out, line)
    if result.hunks and not result.cosmetic:
        _remark(out, result)


def _print(out: Output, segments: Iterable[tuple[str, str]]) -> None:
    from rich.text import Text

    from monitor.cli.pages import plain

    shown = Text()
    for kind, words in segments:
        shown.append(plain(words), style=SEGMENT_STYLES.get(kind, ""))
    shown.rstrip()
    out.console().print(shown, soft_wrap=True)


def _says_nothing(out: Output, result: Any) -> bool:
    """Say so where no words differ, or none that say something."""
    if result.equal:
        out.remark("No words differ.")
    elif result.cosmetic:
        count = sum(hunk.volatile is None for hunk in result.hunks)
        edits = (
            f" ({count:,} {'edit' if count == 1 else 'edits'}; --html lists them)" if count else ""
        )
        if count or not result.hunks:
            out.remark(f"Only looks differ: spacing, capitals, punctuation or numbering{edits}.")
        if left_out := _left_out(result):
            out.remark(f"{left_out}.")
    return bool(result.equal or result.cosmetic)


def _left_out(result: Any) -> str:
    from pipelines.volatile import ignored, left_out

    return left_out(ignored(result.hunks).total())


def _remark(out: Output, result: Any) -> None:
    from pipelines.render_pairs import tally, told

    out.remark(f"{', '.join(words for _, words in told(tally(result)))}.")
