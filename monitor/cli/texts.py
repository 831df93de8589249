"""text, match: what we read in a document, what we find in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from monitor.cli.output import Output, counted, output
from monitor.cli.root import examples, shared

SLOW = "Still reading. A page without good text is read as a picture, which takes seconds."


@click.command(
    help="Show the text of FILE (PDF, HTML, RTF, Word, sheets, plain text) as we read it, or of a "
    "version in the database by its id. Added words are green, struck words red; without colours "
    "they stand in {+signs+} and [-signs-]. (?) follows a word that was hard to read. Numbers in "
    "the margin are those the page prints beside its lines.",
    epilog=examples(
        ("text bill.pdf", "added words green, struck words red"),
        ("text bill.pdf --pages 3-5 --clean", "as the law would read"),
        ("text 21 --json", "a version, with pages, offsets and markup; ids stand in: show"),
        ("text bill.pdf --picture 2 page.png --topic 287g", "page 2 drawn, with a topic's matches"),
    ),
)
@click.argument("name", metavar="FILE|ID")
@click.option(
    "--page", "--pages", "pages", metavar="N,N-N", help="Only these pages: 3, 3-5 or 1,4-6."
)
@click.option(
    "--clean",
    "--no-marks",
    "clean",
    is_flag=True,
    help="As it would read: added words in, struck words out, nothing beside the text.",
)
@click.option("--original", is_flag=True, help="Each page as it was before we cleaned it.")
@click.option(
    "--picture",
    nargs=2,
    type=(click.IntRange(min=1), click.Path(dir_okay=False, path_type=Path)),
    metavar="PAGE OUT.png",
    help="Draw a page of a PDF with its marks.",
)
@click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="NAME",
    help="With --picture: highlight this topic's matches (repeatable).",
)
@click.option("--query", metavar="Q", help="With --picture: highlight what answers a query.")
@shared
@click.pass_context
def text(
    ctx: click.Context,
    name: str,
    pages: str | None,
    clean: bool,
    original: bool,
    picture: tuple[int, Path] | None,
    topics: tuple[str, ...],
    query: str | None,
) -> None:
    out = output(ctx)
    _refuse_together(
        {"--picture": picture, "--clean": clean, "--original": original},
        {"--picture": picture, "--pages": pages},
        {"--clean": clean, "--json": out.as_json},
    )
    if picture is not None:
        _draw(ctx, out, name, *picture, topics, query)
        return
    if topics or query is not None:
        raise click.UsageError("--topic and --query go with --picture; or use: measurewatch match")
    from dataclasses import replace

    from monitor.app import build
    from monitor.reading import only_pages, open_document

    app = build(ctx.ensure_object(dict))
    document = open_document(app, name, slow=lambda: out.remark(SLOW))
    total = len(document.extracted.pages)
    if pages is not None:
        numbers = _page_numbers(pages)
        document = replace(document, extracted=only_pages(document, numbers))
    extracted = document.extracted
    if out.as_json:
        out.line(extracted_json(extracted, original=original))
    elif clean:
        _print_clean(out, extracted)
    else:
        _print_pages(out, extracted, total, original=original)
    _end(ctx, out, extracted)


def _refuse_together(*groups: dict[str, Any]) -> None:
    for group in groups:
        given = [option for option, value in group.items() if value]
        if len(given) > 1:
            raise click.UsageError(f"{' and '.join(given)} do not go together; leave one out.")


_RANGE = re.compile(r"\s*(\d{1,6})(?:\s*-\s*(\d{1,6}))?\s*")


def _page_numbers(asked: str) -> list[int]:
    """Page numbers as people write them, in order and each once."""
    numbers: set[int] = set()
    for part in asked.split(","):
        found = _RANGE.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last:
            raise click.UsageError(f"{asked!r} names no pages; write 3, 3-5 or 1,4-6.")
        numbers.update(range(first, last + 1))
    return sorted(numbers)


def _end(ctx: click.Context, out: Output, extracted: Any) -> None:
    """Say what is wrong with a text, and fail where there is none."""
    if not out.as_json:
        for warning in extracted.warnings:
            out.remark(f"Warning: {warning}")
    if not extracted.text.strip():
        if not extracted.warnings:
            out.remark("Nothing could be read.")
        ctx.exit(1)


def extracted_json(extracted: Any, *, original: bool = False) -> dict[str, Any]:
    """A text as the contract has it; `lines` and `doubtful` count in the whole text too."""
    return {
        "media_type": extracted.media_type,
        "method": extracted.method,
        "pages": [
            {
                "number": page.number or rank,
                "start": page.start,
                "text": page.text,
                "method": page.method,
                "confidence": page.confidence,
                "lines": [
                    {"start": page.start + at, "number": number or None}
                    for at, number in page.lines
                ],
                "doubtful": [
                    {"start": page.start + start, "end": page.start + end, "confidence": sure}
                    for start, end, sure in page.doubtful
                ],
            }
            | ({"original": page.original or page.text} if original else {})
            for rank, page in enumerate(extracted.pages, 1)
        ],
        "text": extracted.text,
        "markup": [{"start": m.start, "end": m.end, "kind": m.kind} for m in extracted.marks],
        "warnings": list(extracted.warnings),
        "reason": extracted.reason,
    }


def _print_pages(out: Output, extracted: Any, total: int, *, original: bool) -> None:
    from monitor.cli.pages import PageWriter

    console = out.console()
    width = console.width if console.is_terminal else None
    PageWriter(out.printer(), width, original=original, total=total).write(extracted)
    counts = [counted(sum(mark.kind == kind for mark in extracted.marks), "passage") + f" {kind}"
              for kind in ("added", "struck") if any(mark.kind == kind for mark in extracted.marks)]  # fmt: skip
    doubtful = sum(len(page.doubtful) for page in extracted.pages)
    if doubtful:
        counts.append(f"{counted(doubtful, 'word')} hard to read")
    if counts and not original:
        out.remark(f"{', '.join(counts)}.")


def _print_clean(out: Output, extracted: Any) -> None:
    """The text as the law would read, and nothing else."""
    from monitor.cli.pages import plain
    from pipelines.markup import as_it_would_read

    printer = out.printer()
    for page in as_it_would_read(extracted.text, extracted.marks).split("\f"):
        printer.write(plain(page))


def _draw(
    ctx: click.Context,
    out: Output,
    name: str,
    number: int,
    file: Path,
    topics: tuple[str, ...],
    query: str | None,
) -> None:
    from monitor.app import UsageError, build
    from monitor.files import whole_file
    from monitor.reading import PictureError, draw

    if not file.absolute().parent.is_dir():
        raise UsageError(
            f"There is no folder {file.absolute().parent} to write {file.name} in. Make it first."
        )
    if file.exists() and Path(name).exists() and file.samefile(name):
        raise UsageError(f"{file} is the document itself; name another file for the picture.")
    app = build(ctx.ensure_object(dict))
    try:
        document, picture = draw(
            app, name, number, topics=topics, query=query, slow=lambda: out.remark(SLOW)
        )
    except PictureError as error:
        raise click.ClickException(f"Page {number} of {name} is not drawn: {error}.") from error
    if picture is None:
        why = "; ".join(document.extracted.warnings) or "it has no text"
        raise click.ClickException(f"{name} cannot be read: {why}.")
    with whole_file(file) as stream:
        stream.buffer.write(picture.png)
    if out.as_json:
        out.line({
            "file": str(file), "page": number, "pages": picture.pages,
            "width": picture.width, "height": picture.height,
            "shown": [_shown_json(one) for one in picture.placed],
            "not_placed": [_shown_json(one) for one in picture.unplaced],
        })  # fmt: skip
        return
    out.remark(f"Written: {file}")
    if picture.unplaced:
        out.remark(f"{counted(len(picture.unplaced), 'passage')} could not be placed on it.")


def _shown_json(shown: Any) -> dict[str, Any]:
    topic = {"topic": shown.topic} if shown.topic else {}
    return {"kind": shown.kind, **topic, "start": shown.start, "end": shown.end}


@click.command(
    help="Find topics, or one QUERY, in FILE. No match is no error.",
    epilog=examples(
        ("match bill.pdf --topic 287g", "one topic's passages"),
        ("match bill.pdf --query 'mask* NEAR/8 officer'", "a query's"),
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--topic", "names", multiple=True, metavar="NAME", help="Only this topic (repeatable)."
)
@click.option("--query", metavar="Q", help="A query instead of topics.")
@click.option("--explain", is_flag=True, help="Say why each topic matched, or did not.")
@shared
@click.pass_context
def match(
    ctx: click.Context, file: Path, names: tuple[str, ...], query: str | None, explain: bool
) -> None:
    from monitor.app import build, match_document

    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    extracted, topics, found = match_document(app, file, names, query)
    if explain:
        for line in _explained(topics, extracted):
            out.remark(line)
    for warning in extracted.warnings:
        out.remark(f"Warning: {warning}")
    if out.as_json:
        out.line([match_json(item) for item in found])
        return
    columns = {"topic": "topic", "term": "term", "standing": "standing", "where": "citation",
               "passage": "snippet"}  # fmt: skip
    out.lines([match_json(item) for item in found], columns, "No match.")


def _explained(topics: Any, extracted: Any) -> Iterator[str]:
    """A line for each topic, and below it one for each part, the deeper the further in."""
    from pipelines.explaining import reasons

    for topic in topics:
        whole, *parts = reasons(topic.tree, extracted)
        yield f"{topic.name}: {_outcome(whole.found)}"
        for part in (whole, *parts):
            sign = "-" if part.found is None else "+"
            told = (
                f" ({counted(part.found, 'passage')})"
                if part.found and "(" not in part.part
                else ""
            )
            why = f": {part.why}" if part.why else ""
            yield f"  {'  ' * part.depth}{sign} {part.part}{told}{why}"


def _outcome(found: int | None) -> str:
    return "no match, since" if found is None else f"{counted(found, 'passage')}, since"


def match_json(found: Any) -> dict[str, Any]:
    from pipelines.citation import citation_json

    return {
        "topic": found.topic,
        "term": found.term,
        "start": found.start,
        "end": found.end,
        "snippet": found.snippet,
        "standing": str(found.standing),
        "score": found.score,
    } | citation_json(found)
