"""Which papers of a matter are its texts, and as which versions. Pure.

Legistar keeps a matter's text by version (RTF, and the same without markup) and
any number of attachments. Cities differ: Seattle and New York fill the texts,
Boston has everything in attachments. The rule:

1. Each version's text is a version of the measure, named "Version A".
2. An attachment is a version when its name says that it is the text: it holds
   the file's number or a word such as ordinance, and none that tells of a paper
   about it (summary, memo, report). Where Legistar's own text was had, only
   those attachments count that name another step (proposed, final, signed).
3. Where nothing else is a text, a single attachment that is no supporting
   document is.

All other attachments are documents of the measure: shown, not fetched.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from config.vocabulary import VersionClassification
from scrapers.addresses import canonical_url
from scrapers.items import Link, Version
from scrapers.platforms.legistar_fields import compact, kept
from scrapers.platforms.legistar_rows import Row, block, truth, version_rank, whole, words
from scrapers.platforms.legistar_words import ABOUT_IT, BESIDE_IT, TEXT, TEXT_FIRST, text_step
from scrapers.rtf import rtf_words

MOST_TEXTS = 12
READABLE = (".pdf", ".doc", ".docx", ".rtf", ".htm", ".html", ".txt", ".odt")
PUBLIC_PAPER = "/view.ashx"
"""What the public pages call every paper, whatever its kind."""

_SIGNS = re.compile(r"[\W_]+")


def in_order(versions: Sequence[Row]) -> list[tuple[str, str]]:
    """A matter's versions as (key, printed), the first first; of very many the latest."""
    found = {words(row, "Key"): words(row, "Value") for row in versions if words(row, "Key")}
    ranked = sorted(found.items(), key=lambda pair: (version_rank(pair[1]), pair[0]))
    return ranked[-MOST_TEXTS:]


def own_texts(
    versions: Sequence[tuple[str, str]], texts: Mapping[str, Row], too_large: Mapping[str, str]
) -> list[Version]:
    """The versions whose text Legistar itself holds; one that is too large waits, and says so."""
    found = []
    for rank, (key, printed) in enumerate(versions):
        step = VersionClassification.INTRODUCED if rank == 0 else None
        note = f"Version {printed}" if printed else "Text"
        if key in too_large:
            found.append(Version(note=note, classification=step, waits_for=too_large[key]))
            continue
        source = source_of(texts.get(key, {}))
        if source:
            found.append(Version(note=note, classification=step, text=source))
    return found


def source_of(text: Row) -> str:
    """RTF, which keeps what is added and struck, else the plain text; "" where both are empty."""
    rtf = block(text, "MatterTextRtf")
    if rtf.strip() and rtf_words(rtf, most=200).strip():
        return rtf
    plain = block(text, "MatterTextPlain")
    return plain if plain.strip() else ""


def public(attachments: Sequence[Row]) -> list[Row]:
    """The attachments that are shown, each address once, in a lasting order."""
    shown = [
        row
        for row in attachments
        if words(row, "MatterAttachmentHyperlink")
        and (
            row.get("MatterAttachmentShowOnInternetPage") is None
            or truth(row, "MatterAttachmentShowOnInternetPage")
        )
    ]
    by_address = {
        canonical_url(words(row, "MatterAttachmentHyperlink")): row for row in reversed(shown)
    }
    return sorted(
        by_address.values(),
        key=lambda row: (
            version_rank(words(row, "MatterAttachmentMatterVersion")),
            whole(row, "MatterAttachmentId") or 0,
        ),
    )


def attached_texts(attachments: Sequence[Row], file: str, own: Sequence[Version]) -> list[Version]:
    """The versions among the attachments; `own` are the texts that Legistar itself had."""
    named = [row for row in attachments if is_text(words(row, "MatterAttachmentName"), file)]
    if own:
        named = [row for row in named if text_step(words(row, "MatterAttachmentName"))]
    elif not named:
        papers = [row for row in attachments if _is_paper(row)]
        named = papers if len(papers) == 1 else []
    seen: Counter[str] = Counter()
    found = []
    for row in named:
        name = words(row, "MatterAttachmentName") or words(row, "MatterAttachmentFileName")
        seen[name.casefold()] += 1
        again = seen[name.casefold()]
        found.append(
            Version(
                note=f"{name} ({again})" if again > 1 else name,
                links=(Link(url=words(row, "MatterAttachmentHyperlink"), text=name),),
                classification=text_step(name),
            )
        )
    return found


def is_text(name: str, file: str) -> bool:
    """Whether an attachment's name says that it is the measure's own text."""
    if ABOUT_IT.search(name):
        return False
    if TEXT_FIRST.search(name):
        return True
    return not BESIDE_IT.search(name) and bool(TEXT.search(name) or _holds(name, file))


def _holds(name: str, file: str) -> bool:
    """Whether a name holds a file's number, as a number of its own."""
    parts = [re.escape(part) for part in _SIGNS.split(file.casefold()) if part]
    number = r"[\W_]*".join(parts)
    return bool(parts and re.search(f"(?<![a-z0-9]){number}(?![0-9])", name.casefold()))


def _is_paper(row: Row) -> bool:
    path = words(row, "MatterAttachmentHyperlink").partition("?")[0].partition("#")[0].lower()
    readable = path.endswith(READABLE) or path.endswith(PUBLIC_PAPER)
    return not truth(row, "MatterAttachmentIsSupportingDocument") and readable


def beside(attachments: Sequence[Row], versions: Sequence[Version]) -> tuple[Link, ...]:
    """The attachments that are no texts."""
    texts = {canonical_url(link.url) for version in versions for link in version.links}
    links = (
        Link(url=words(row, "MatterAttachmentHyperlink"), text=words(row, "MatterAttachmentName"))
        for row in attachments
    )
    return tuple(link for link in links if canonical_url(link.url) not in texts)


def papers(attachments: Sequence[Row]) -> str:
    """What attachments say beyond name and address, by their addresses."""
    return compact(
        [
            {"url": words(row, "MatterAttachmentHyperlink"), **kept("attachment", row)}
            for row in attachments
        ]
    )
