"""Saved pages (MHTML): the web page among the parts of a message."""

from email import policy
from email.parser import BytesParser
from pathlib import Path

from pipelines.extract.flowing import flowing
from pipelines.extract.html import spans_of
from pipelines.extract.kinds import HTML, MHTML
from pipelines.extract.packed import PackedError
from pipelines.texts import Extracted, Limits

METHOD = "mhtml"


def read(path: Path, limits: Limits) -> Extracted:
    """The first web page of the message. Raises PackedError where there is none."""
    with path.open("rb") as file:
        message = BytesParser(policy=policy.compat32).parse(file)
    for part in message.walk():
        content = part.get_payload(decode=True)
        if part.get_content_type() == HTML and isinstance(content, bytes):
            text, spans, notes = spans_of(content, part.get_content_charset("") or "")
            return flowing(text, spans, media_type=MHTML, method=METHOD, limits=limits, notes=notes)
    raise PackedError("the saved page holds no page")
