"""What the demo leaves to look at: mails and redlines as pages that open in a browser."""

from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from monitor.app import App


def write_mails(folder: Path) -> list[Path]:
    """Write the HTML of each mail that was sent as a page of its own, in their order."""
    mails = [message_from_bytes(path.read_bytes()) for path in (folder / "mail").glob("*.eml")]
    pages = []
    for number, mail in enumerate(sorted(mails, key=sent_at), 1):
        page = folder / f"alert-{number:02}.html"
        page.write_bytes(html_part(mail))
        pages.append(page)
    return pages


def sent_at(mail: Message) -> tuple[float, str]:
    """When a mail was sent; those of one second keep an order."""
    return parsedate_to_datetime(str(mail["Date"])).timestamp(), str(mail["Message-ID"])


def html_part(mail: Message) -> bytes:
    """The HTML of a mail."""
    for part in mail.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else b""
    return b""


def write_redlines(app: App, folder: Path) -> list[Path]:
    """Write a page for each amendment, in their order."""
    from pipelines.redline import redline
    from pipelines.render_page import render_page
    from pipelines.texts import is_scanned

    paths: list[Path] = []
    for row in app.changes(kinds=("amended",)):
        old, new = (app.version(version) for version in row["versions"])
        scanned = is_scanned((*old.pages, *new.pages))
        parts = app.volatile_parts(row["versions"])
        found = redline(old.text, new.text, scanned=scanned, volatile=parts)
        measure = row["measure"]
        title = f"{measure['identifier']}: {measure['title']}"
        path = folder / f"redline-{len(paths) + 1}-{measure['identifier'].replace(' ', '-')}.html"
        page = render_page(found, old.text, new.text, title=title, pages=new.pages)
        path.write_text(page, encoding="utf-8")
        paths.append(path)
    return paths
