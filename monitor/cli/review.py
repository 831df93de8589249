"""review: pages that are hard to read, and what a person says of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.output import Output, counted, output
from monitor.cli.root import examples, shared

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.reviewing import Done, Seen

COLUMNS = {
    "id": "id", "of": "of", "page": "page", "confidence": "confidence", "why": "why",
    "topics": "topics", "alerted": "alerted", "said": "said",
}  # fmt: skip
_SAID = {"right": "read right", "wrong": "read wrong", "corrected": "corrected"}

by_option = click.option("--by", default="", metavar="NAME", help="Who says so [your user name].")
note_option = click.option(
    "--note", default="", metavar="TEXT", help="Why, for who comes after you."
)


@click.group(
    help="Pages that a person should look at: scans of low confidence, words that were hard to "
    "read, text layers that make no sense.\n\n"
    "Look at a page beside its picture, then say that it was read right, or wrong, or give its "
    "right words. Right words become the text: they are searched and matched from then on, and "
    "later crawls keep them. What was read stays in the database. None of it is a change of the "
    "law: it alerts nobody; topics that right words brought to light are said here, at once.",
    epilog=examples(
        ("review list", "what waits, alerts first"),
        ("review show 3fa91c2b-4 --picture page.png", "the words and the page"),
        ("review right 3fa91c2b-4", "it was read right"),
        ("review correct 3fa91c2b-4 --text page.txt", "these are its words"),
    ),
)
@shared
def review() -> None:
    pass


@review.command(
    "list",
    help="The pages that wait: first those an alert told of, the oldest alert first, then those "
    "on which a topic was found, then the rest.",
    epilog=examples(
        ("review list", "what waits"),
        ("review list --all --json", "what was said of pages too, for machines"),
    ),
)
@click.option("--all", "settled", is_flag=True, help="Also pages of which something was said.")
@click.option("--source", metavar="NAME", help="Only measures that this source shows.")
@shared
@click.pass_context
def list_pages(ctx: click.Context, settled: bool, source: str | None) -> None:
    from monitor.app import build
    from monitor.reviewing import queue

    out = output(ctx)
    rows = queue(build(ctx.ensure_object(dict)), source=source, settled=settled)
    if out.as_json:
        for row in rows:
            out.line(row)
        return
    columns = COLUMNS if settled else {name: key for name, key in COLUMNS.items() if key != "said"}
    count = out.lines([_cells(row) for row in rows], columns, "No page waits.")
    waiting = [row["id"] for row in rows if row["verdict"] is None]
    if waiting:
        out.remark(
            f"{counted(len(waiting), 'page')} to look at. "
            f"Next: measurewatch review show {waiting[0]}"
        )
    elif count:
        out.remark("No page waits.")


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    place, note = row["measure"]["place"], row["version"]["note"]
    elsewhere = [f"({topic} elsewhere)" for topic in row["topics_elsewhere"]]
    said = row["verdict"]
    return {
        "id": row["id"],
        "of": f"{row['measure']['identifier']} {note}".strip() + f", {place}",
        "page": f"{row['page']} of {row['pages']}",
        "confidence": f"{row['confidence']:.2f}",
        "why": row["why"],
        "topics": " ".join([*row["topics"], *elsewhere]),
        "alerted": (row["alerted"] or "")[:10],
        "said": _said(said) if said else "",
    }


@review.command(
    help="One page: its words, (?) behind those that were hard to read, where the document is, "
    "and with --picture the page itself.",
    epilog=examples(("review show 3fa91c2b-4 --picture page.png", "words and picture")),
)
@click.argument("name", metavar="ID")
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="OUT.png",
    help="Draw the page.",
)
@shared
@click.pass_context
def show(ctx: click.Context, name: str, picture: Path | None) -> None:
    from monitor.app import build
    from monitor.reviewing import look, seen_json

    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    seen = look(app, name)
    if picture is not None:
        _draw(app, seen, picture)
    if out.as_json:
        out.line(seen_json(seen) | ({"picture": str(picture)} if picture else {}))
        return
    _print_page(out, seen)
    if picture is not None:
        out.remark(f"Written: {picture}")


@review.command(
    help="Say that a page was read right. It is trusted from then on wherever it is shown.",
    epilog=examples(("review right 3fa91c2b-4 --by Ada", "seen, and right")),
)
@click.argument("name", metavar="ID")
@note_option
@by_option
@shared
@click.pass_context
def right(ctx: click.Context, name: str, note: str, by: str) -> None:
    from monitor.app import build
    from monitor.reviewing import judge

    _tell(output(ctx), judge(build(ctx.ensure_object(dict)), name, "right", note=note, by=by))


@review.command(
    help="Say that a page was read wrong, without giving its words. It is shown with confidence 0.",
    epilog=examples(("review wrong 3fa91c2b-4 --note 'two columns mixed'", "not to be cited")),
)
@click.argument("name", metavar="ID")
@note_option
@by_option
@shared
@click.pass_context
def wrong(ctx: click.Context, name: str, note: str, by: str) -> None:
    from monitor.app import build
    from monitor.reviewing import judge

    _tell(output(ctx), judge(build(ctx.ensure_object(dict)), name, "wrong", note=note, by=by))


@review.command(
    help="Give the right words of a page, as plain text in UTF-8. They become its text; added and "
    "struck passages stay where their words stayed. Nobody is alerted: topics found now are said.",
    epilog=examples(
        ("review correct 3fa91c2b-4 --text page.txt", "from a file"),
        ("review correct 3fa91c2b-4 --text -", "from standard input"),
    ),
)
@click.argument("name", metavar="ID")
@click.option(
    "--text",
    "file",
    type=click.File("rb"),
    required=True,
    metavar="FILE",
    help="The words of this page; - for standard input.",
)
@note_option
@by_option
@shared
@click.pass_context
def correct(ctx: click.Context, name: str, file: Any, note: str, by: str) -> None:
    from monitor.app import UsageError, build
    from monitor.reviewing import MOST_CHARACTERS
    from monitor.reviewing import correct as put_right

    try:
        text = file.read(4 * MOST_CHARACTERS + 1).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file.name} is not plain text in UTF-8.") from error
    _tell(output(ctx), put_right(build(ctx.ensure_object(dict)), name, text, note=note, by=by))


@review.command(
    help="Take back what was said of a page. It waits again, with the words that were read.",
    epilog=examples(("review undo 3fa91c2b-4", "as if nothing was said")),
)
@click.argument("name", metavar="ID")
@shared
@click.pass_context
def undo(ctx: click.Context, name: str) -> None:
    from monitor.app import build
    from monitor.reviewing import undo as take_back

    _tell(output(ctx), take_back(build(ctx.ensure_object(dict)), name))


def _tell(out: Output, done: "Done") -> None:
    """What a verdict did."""
    from monitor.reviewing import verdict_json

    seen = done.seen
    if out.as_json:
        out.line({
            "id": seen.id, "verdict": verdict_json(seen.verdict),
            "confidence": seen.page.confidence, "versions": len(seen.document.versions),
            "topics": {"gained": list(done.gained), "lost": list(done.lost)},
        })  # fmt: skip
        return
    said = verdict_json(seen.verdict)
    out.remark(f"Page {seen.id}: {_said(said) if said else 'nothing is said of it any more'}.")
    if done.gained:
        out.remark(f"Found now: {', '.join(done.gained)}. Nobody was alerted.")
    if done.lost:
        out.remark(f"No longer found: {', '.join(done.lost)}.")


def _said(verdict: dict[str, Any]) -> str:
    by = f" by {verdict['by']}" if verdict["by"] else ""
    note = f" ({verdict['note']})" if verdict["note"] else ""
    return f"{_SAID[verdict['verdict']]}{by}, {str(verdict['at'])[:10]}{note}"


def _print_page(out: Output, seen: "Seen") -> None:
    from dataclasses import replace

    from monitor.cli.pages import PageWriter, plain
    from monitor.reviewing import verdict_json, why

    document = seen.document
    pages = len(document.text.pages)
    first = seen.page.start
    last = first + len(seen.page.text)
    marks = tuple(
        replace(mark, start=max(0, mark.start - first), end=min(mark.end, last) - first)
        for mark in document.text.marks
        if mark.start < last and mark.end > first
    )
    alone = replace(document.text, pages=(replace(seen.page, start=0),), marks=marks)
    named = f"{document.identifier} {document.note}".strip()
    said = verdict_json(seen.verdict)
    reason = _said(said) if said else why(seen.page.confidence, len(seen.page.doubtful))
    more = len(document.versions) - 1
    heads = {
        "page": f"{seen.id}, page {seen.page.number or 1} of {pages}",
        "of": f"{named}, {document.place}, version {document.version_id}"
        + (f" and {counted(more, 'other version')}" if more else ""),
        "why": reason or "nothing is wrong with it",
        "from": document.url,
        "kept": str(seen.path),
    }
    printer = out.printer()
    for name, value in heads.items():
        printer.write(f"{name:6}{plain(value)}")
    printer.write("")
    console = out.console()
    width = console.width if console.is_terminal else None
    PageWriter(printer, width, total=pages).write(alone)
    if not seen.page.text.strip():
        out.remark("No words were read on this page.")


def _draw(app: "App", seen: "Seen", file: Path) -> None:
    from monitor.app import UsageError
    from monitor.files import whole_file
    from monitor.reading import PictureError
    from monitor.reviewing import draw

    if not file.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {file.absolute().parent}. Make it first.")
    try:
        drawn = draw(app, seen)
    except PictureError as error:
        raise click.ClickException(f"Page {seen.id} is not drawn: {error}.") from error
    with whole_file(file) as stream:
        stream.buffer.write(drawn.png)
