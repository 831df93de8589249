"""text, match, diff: what we read in a document, what we find, what differs."""

from pathlib import Path
from typing import Any

import click

from monitor.cli.output import Output, output
from monitor.cli.root import examples, shared

MARK_STYLES = {"added": "green underline", "struck": "red strike"}
SEGMENT_STYLES = {
    "inserted": "green",
    "deleted": "red strike",
    "moved-from": "blue strike",
    "moved-to": "blue",
    "section": "bold",
}


@click.command(
    help="Show the text of FILE (PDF, HTML, RTF, Word, sheets, plain text) as we read it.",
    epilog=examples(
        ("text bill.pdf", "added words green, struck words red"),
        ("text bill.pdf --json", "with pages, offsets and markup"),
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@shared
@click.pass_context
def text(ctx: click.Context, file: Path) -> None:
    from monitor.app import read_document

    out = output(ctx)
    extracted = read_document(file)
    if out.as_json:
        out.line(extracted_json(extracted))
    else:
        _print_text(out, extracted)
        for warning in extracted.warnings:
            out.remark(f"Warning: {warning}")
    if not extracted.text.strip():
        if not extracted.warnings:
            out.remark("Nothing could be read.")
        ctx.exit(1)


def extracted_json(extracted: Any) -> dict[str, Any]:
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
            }
            for rank, page in enumerate(extracted.pages, 1)
        ],
        "text": extracted.text,
        "markup": [{"start": m.start, "end": m.end, "kind": m.kind} for m in extracted.marks],
        "warnings": list(extracted.warnings),
        "reason": extracted.reason,
    }


def _print_text(out: Output, extracted: Any) -> None:
    from rich.rule import Rule
    from rich.text import Text

    console = out.console()
    for page in extracted.pages:
        if len(extracted.pages) > 1:
            console.print(Rule(f"page {page.number}", style="dim"))
        shown = Text(_safe(page.text))
        for mark in extracted.marks:
            shown.stylize(MARK_STYLES[mark.kind], mark.start - page.start, mark.end - page.start)
        console.print(shown, soft_wrap=True)


def _safe(words: str) -> str:
    """A document's words for a terminal: line breaks stay, control characters do not."""
    return "".join(mark if mark.isprintable() or mark in "\n\t" else " " for mark in words)


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
@click.option("--explain", is_flag=True, help="Say how each topic was understood.")
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
        for topic in topics:
            out.remark(f"{topic.name}: {topic.tree}")
    for warning in extracted.warnings:
        out.remark(f"Warning: {warning}")
    if out.as_json:
        out.line([match_json(item) for item in found])
        return
    columns = {"topic": "topic", "term": "term", "page": "page", "standing": "standing",
               "passage": "snippet"}  # fmt: skip
    out.lines([match_json(item) for item in found], columns, "No match.")


def match_json(found: Any) -> dict[str, Any]:
    return {
        "topic": found.topic,
        "term": found.term,
        "start": found.start,
        "end": found.end,
        "page": found.page,
        "snippet": found.snippet,
        "standing": str(found.standing),
        "score": found.score,
    }


@click.command(
    help="The redline of OLD and NEW: files, or ids of versions in the database.",
    epilog=examples(
        ("diff old.pdf new.pdf", "two files"),
        ("diff 2 21 --html redline.html", "two versions; ids stand in: show"),
    ),
)
@click.argument("old")
@click.argument("new")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write it as a page."
)
@shared
@click.pass_context
def diff(ctx: click.Context, old: str, new: str, html: Path | None) -> None:
    from monitor.app import build, words_of
    from pipelines.redline import redline
    from pipelines.render import redline_json, render_page, render_segments

    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    before, after = words_of(app, old), words_of(app, new)
    result = redline(before, after)
    if html is not None:
        html.write_text(
            render_page(result, before, after, title=f"{old} → {new}"), encoding="utf-8"
        )
        out.remark(f"Written: {html}")
    if out.as_json:
        out.line(redline_json(result))
        return
    if result.equal or result.cosmetic:
        out.remark("No words differ." if result.equal else "Only spacing or glyphs differ.")
        return
    from rich.text import Text

    shown = Text()
    for kind, words in render_segments(result, before, after):
        shown.append(_safe(words), style=SEGMENT_STYLES.get(kind, ""))
    out.console().print(shown, soft_wrap=True)
    out.remark(f"{result.inserted} words inserted, {result.deleted} deleted.")
