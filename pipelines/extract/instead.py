"""What comes instead of a document: error pages, log-ins, pages that ask to wait.

They come with a good status, under the document's name, and are well formed. A
text that says one of them would be compared with the law that stood there.
"""

import re
from pathlib import Path

from pipelines.extract.kinds import HTML, PLAIN, XML
from pipelines.texts import Extracted
from scrapers.errors import Challenge, FetchError, PageError
from scrapers.genuine import LITTLE, LOOKED_AT, check_genuine, envelope_words, title_of, words_of

_QUOTED = 200  # letters of a page that its warning shows
_PASSWORD = re.compile(rb"<input\b[^>]{0,400}\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_LOG_IN = re.compile(r"(?:.{0,80}\W)?(?:sign|log)[ -]?[io]n\b", re.IGNORECASE)

# What is drawn on the only page of a PDF that holds something else, for those who cannot see it.
_PLACEHOLDERS = (
    (
        re.compile(
            r"If this message is not eventually replaced by the proper contents of the document"
            r"|to view the full contents of this document, you need a later version of the PDF view"
            r"|the document you are trying to load requires Adobe Reader",
            re.IGNORECASE,
        ),
        "the PDF is a form that only Adobe Reader shows (XFA): ask for it printed as a PDF",
    ),
    (
        re.compile(
            r"For the best experience, open this PDF portfolio in|open this PDF portfolio in Acrobat",
            re.IGNORECASE,
        ),
        "the PDF is a portfolio: the documents are files attached to it, which are not read",
    ),
)
_PLACEHOLDER_PAGES = 2
_PLACEHOLDER_LETTERS = 3000


def error_page(path: Path, media_type: str, *, promised: bool) -> str:
    """What to say of a page that came instead of a document; "" of one that can be believed.

    `promised` tells that a kind of document was announced that is never a web
    page: then each web page is one that came instead, and so are a few words.
    """
    if media_type not in {HTML, PLAIN, XML}:
        return ""
    with path.open("rb") as file:
        content = file.read(LOOKED_AT + 1)
    said = _what_it_is(content, media_type, promised=promised)
    return f"{said}: {_words(content)}" if said else ""


def _what_it_is(content: bytes, media_type: str, *, promised: bool) -> str:
    if not content.strip():
        return ""
    if promised and media_type == HTML:
        return "a web page came instead of the document"
    if promised and len(content) <= LITTLE:
        return "a few words came instead of the document"
    if said := _not_genuine(content):
        return said
    little = len(content) <= LOOKED_AT and len(words_of(content)) <= LITTLE
    asks = little and _PASSWORD.search(content) and _LOG_IN.match(title_of(content))
    return "the site asks to log in" if asks else ""


def _not_genuine(content: bytes) -> str:
    try:
        check_genuine(status=200, headers={}, body=content, url="")
    except Challenge:
        return "a bot challenge or refusal came instead of the document"
    except PageError:
        return "an error page came instead of the document"
    except FetchError:
        # A document without its end is read as far as it goes: many were never given one.
        return ""
    return ""


def _words(content: bytes) -> str:
    said = envelope_words(content) or words_of(content) or title_of(content)
    return said[:_QUOTED] or "it has no text"


def placeholder(found: Extracted) -> str:
    """Why the words of a PDF are not those of the document, "" where they may be."""
    if len(found.pages) > _PLACEHOLDER_PAGES:
        return ""
    words = " ".join(found.text[:_PLACEHOLDER_LETTERS].split())
    return next((why for said, why in _PLACEHOLDERS if said.search(words)), "")
