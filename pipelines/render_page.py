"""A redline as a page that stands by itself: side by side, in one column on a phone.

Above stand the counts, the sections touched and, on demand, the edits of looks.
The page loads and runs nothing. Words of documents are escaped, and control,
bidirectional and invisible characters never get out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from string import Template

from pipelines.citation import WordPlaces, doubt, location
from pipelines.lexicon import printable
from pipelines.render import COSMETIC, NO_SECTION, UNCHANGED
from pipelines.render_pairs import Half, Pairs, Part, Row, pairs, told
from pipelines.render_style import POLICY, STYLE
from pipelines.texts import Hunk, Page, Redline

_MOST_LOOKS = 1_000
_MANY_SECTIONS = 24

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="$policy">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>$title</title>
<style>$style</style>
</head>
<body>
<header>
<h1>$title</h1>
$names$summary
</header>
$body
<footer><ins>Underlined</ins> words came, <del>struck</del> words went, \
<ins class="moved">double underlined</ins> words came from elsewhere in the text.</footer>
</body>
</html>
""")


def render_page(
    redline: Redline,
    old: str,
    new: str,
    *,
    title: str,
    names: tuple[str, str] = ("Before", "After"),
    note: str = "",
    whole: bool = False,
    pages: Sequence[Page] = (),
) -> str:
    """Render a whole HTML page of the redline of these two texts.

    `names` head the two columns, `note` stands under the title; `whole` shows
    the unchanged paragraphs too. `pages` are those of new, so that what changed
    can be cited by page.
    """
    places = WordPlaces(pages)
    made = pairs(redline, old, new, whole=whole)
    if redline.hunks:
        body = _table(made, names, places)
    else:
        body = f'<p class="redline-none">{COSMETIC if redline.cosmetic else UNCHANGED}</p>'
        if whole:
            body += _table(made, names, places)
    return _PAGE.substitute(
        policy=POLICY,
        style=STYLE,
        title=_shown(title),
        names=f'<p class="names">{_shown(note)}</p>\n' if note else "",
        summary=_summary(redline, made),
        body=body,
    )


def _shown(text: str) -> str:
    return escape(printable(text))


def _summary(redline: Redline, made: Pairs) -> str:
    counts = "".join(f'<li class="{name}">{words}</li>' for name, words in told(made.tally))
    pieces = [f'<ul class="tally">{counts}</ul>' if counts else ""]
    if redline.hunks:
        pieces.append(_touched(made))
    looks = [hunk for hunk in redline.hunks if hunk.cosmetic and hunk.volatile is None]
    if looks:
        pieces.append(_looks(looks))
    if redline.hunks:
        pieces.append('<label class="choose"><input type="checkbox" id="one"> one column</label>')
    return "\n".join(filter(None, pieces))


def _touched(made: Pairs) -> str:
    links = "".join(
        f'<li><a href="#r{number}">{escape(section) or NO_SECTION}</a></li>'
        for section, number in made.sections
    )
    count = len(made.sections)
    words = f"{count} {'section' if count == 1 else 'sections'} touched"
    is_open = "" if count > _MANY_SECTIONS else " open"
    return (
        f'<nav aria-label="Sections touched"><details{is_open}><summary>{words}</summary>'
        f'<ol class="touched">{links}</ol></details></nav>'
    )


def _looks(hunks: Sequence[Hunk]) -> str:
    """The edits of capitals, punctuation and numbering, folded away."""
    items = "".join(
        f"<li>{_shown(hunk.section) or NO_SECTION}: "
        + " ".join(
            f"<{tag}>{_shown(words)}</{tag}>"
            for tag, words in (("del", hunk.old), ("ins", hunk.new)) if words
        )
        + "</li>"
        for hunk in hunks[:_MOST_LOOKS]
    )  # fmt: skip
    more = len(hunks) - _MOST_LOOKS
    rest = f"<p>… and {more:,} more</p>" if more > 0 else ""
    return (
        "<details><summary>Capitals, punctuation, numbering and broken words "
        f'({len(hunks):,})</summary><ul class="list">{items}</ul>{rest}</details>'
    )


def _table(made: Pairs, names: tuple[str, str], places: WordPlaces) -> str:
    heads = "".join(f'<th scope="col">{_shown(name)}</th>' for name in names)
    return (
        "<table><caption>The two texts side by side</caption>"
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n"
        + "\n".join(_rows(made, places))
        + "\n</tbody></table>"
    )


def _rows(made: Pairs, places: WordPlaces) -> Iterator[str]:
    here: str | None = None
    for row in made.rows:
        if row.skipped:
            yield _gap(row.skipped)
        if row.changed and (name := _heading(row, places)) != here:
            here = name
            yield f'<tr class="head"><th colspan="2" scope="rowgroup">{name}</th></tr>'
        yield _row(row, made.partner)
    if made.left_out:
        yield _gap(made.left_out)


def _heading(row: Row, places: WordPlaces) -> str:
    """Where a row stands: its page, if there are pages, and its section."""
    place = replace(places.at(*row.words, row.section), lines=None)
    words = location(place) or NO_SECTION
    unsure = doubt(place.confidence)
    said = f"{words} ({unsure})" if unsure else words
    return escape(said[0].upper() + said[1:])


def _gap(count: int) -> str:
    words = "1 paragraph unchanged" if count == 1 else f"{count:,} paragraphs unchanged"
    return f'<tr class="gap"><td colspan="2">{words}</td></tr>'


def _row(row: Row, partner: dict[int, Half]) -> str:
    def side(parts: Iterable[Part]) -> str:
        return " ".join(_part(part, row, partner) for part in parts)

    old, new = side(row.old), side(row.new)
    if not row.changed:
        return f'<tr class="same"><td class="old">{old}</td><td class="new">{new}</td></tr>'
    if old and new:  # beside each other, or as one where there is no room
        both = f'<div class="one">{side(row.both)}</div>'
        cells = (
            f'<td class="old pair">{old}</td>'
            f'<td class="new"><div class="two">{new}</div>{both}</td>'
        )
    else:
        cells = f'<td class="old">{old}</td><td class="new">{new}</td>'
    return f'<tr class="edit" id="r{row.number}">{cells}</tr>'


_TAGS = {"inserted": "<ins>{}</ins>", "deleted": "<del>{}</del>", "same": "{}",
         "omitted": '<span class="omitted">{}</span>'}  # fmt: skip


def _part(part: Part, row: Row, partner: dict[int, Half]) -> str:
    words = escape(part.text)
    if part.kind not in ("moved-from", "moved-to"):
        return _TAGS[part.kind].format(words)
    left = part.kind == "moved-from"
    tag = "del" if left else "ins"
    shown = f'<{tag} class="moved">{words}</{tag}>'
    other = partner.get(part.edit)
    if other is None:
        return shown
    arrow = "↑" if other.row < row.number else "↓"
    where = escape(other.section) or "the beginning"
    said = "moved to" if left else "moved from"
    return f'{shown} <a class="move" href="#r{other.row}">{arrow} {said} {where}</a>'
