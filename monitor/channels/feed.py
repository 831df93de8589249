"""Feeds: "feed:feeds/desk.xml" is an Atom file (RFC 4287), one entry an alert, newest first.

The file is always written whole, from the messages the ledger holds for its
address, so it can be lost and nothing is: the next message makes it again. It is
replaced in one step; a reader never sees half of it. An entry's id is made of
the home's own and the change's number, and never changes.
"""

import contextlib
import fcntl
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from feedgenerator import Atom1Feed

from monitor.channels import Outgoing, Permanent, Sent, Temporary
from monitor.channels.safe import lines, one_line
from monitor.templating import template

ENOUGH = 200
"""How many entries a feed keeps; a message is never cut in two, so it may be more."""

_NAMESPACE = UUID("b0c5a3de-6f9a-5d0b-8a53-0c5f3b1d7e26")

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What a feed is made from.

    `home` tells this home's entries from those of every other. `told` gives the
    facts of the messages prepared for an address so far, the newest first.
    `titles` are the feeds' titles by address.
    """

    home: str
    told: Callable[[str], Iterable[Facts]]
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    number: int
    id: str
    title: str
    url: str
    at: datetime
    summary: str
    content: str
    topics: tuple[str, ...]


class Feed:
    """Writes feeds under `folder`, the home; a path of its own may lead elsewhere."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self._folder = folder
        self._ledger = ledger

    def send(self, message: Outgoing) -> Sent:
        """Write the feed with this message's alerts in it; the reference is the file.

        Raises Temporary, such as on a full disk.
        """
        name = message.address.partition(":")[2]
        if not name:
            raise Permanent("a feed: address names a file")
        path = self._folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Two senders at once would each leave out what the other has to tell.
            with _alone(path.parent):
                _replace(path, self._written(message))
        except OSError as error:
            raise Temporary(f"{path} was not written: {error.strerror or error}") from error
        return Sent(str(path))

    def _written(self, message: Outgoing) -> bytes:
        address = message.address
        items = {item.id: item for item in self._items(message.facts)}
        if not items:
            plain = self._plain(message)
            items[plain.id] = plain
        for facts in self._ledger.told(address):
            if len(items) >= ENOUGH:
                break
            items = {item.id: item for item in self._items(facts)} | items
        feed = _Atom(
            title=self._ledger.titles.get(address, f"Measurewatch: {Path(address).stem}"),
            link=None,
            description=None,
            author_name="Measurewatch",
            feed_guid=self._id("feed", address),
        )
        for item in sorted(items.values(), key=lambda item: (item.at, item.number), reverse=True):
            feed.add_item(
                item.title, item.url, escape(item.summary), unique_id=item.id, pubdate=item.at,
                updateddate=item.at, content=item.content, categories=item.topics,
            )  # fmt: skip
        written = io.StringIO()
        feed.write(written, "utf-8")
        return written.getvalue().encode()

    def _items(self, facts: Facts) -> Iterator[_Item]:
        for alert in facts.get("alerts", ()):
            yield _Item(
                number=alert["id"],
                id=self._id("change", str(alert["id"])),
                title=one_line(alert["headline"]),
                url=alert["measure"]["url"],
                at=datetime.fromisoformat(alert["at"]),
                summary=one_line(alert["summary"]),
                content=template("alert.html.j2").render(alert=alert),
                topics=tuple(one_line(topic) for topic in alert["topics"]),
            )

    def _plain(self, message: Outgoing) -> _Item:
        """A message without alerts, such as a test."""
        return _Item(
            number=0,
            id=self._id("message", message.key),
            title=one_line(message.subject),
            url="",
            at=datetime.fromisoformat(message.facts["timestamp"]),
            summary=one_line(message.text),
            content=f"<p>{escape(lines(message.text))}</p>",
            topics=(),
        )

    def _id(self, kind: str, name: str) -> str:
        return f"urn:uuid:{uuid5(_NAMESPACE, chr(31).join((self._ledger.home, kind, name)))}"


class _Atom(Atom1Feed):  # type: ignore[misc]  # feedgenerator has no types
    """Atom without the links that lead nowhere: a feed on disk has no address of its own."""

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(_Linked(handler))

    def add_item_elements(self, handler: Any, item: Any) -> None:
        super().add_item_elements(_Linked(handler), item)


class _Linked:
    """Passes on every element but a link without an address."""

    def __init__(self, handler: Any) -> None:
        self._handler = handler

    def addQuickElement(  # noqa: N802 - feedgenerator's name
        self, name: str, contents: str = "", attributes: Mapping[str, Any] | None = None
    ) -> None:
        if name != "link" or (attributes and attributes.get("href")):
            self._handler.addQuickElement(name, contents, attributes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handler, name)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder against other senders, here and in other processes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, content: bytes) -> None:
    """Put the content in the file's place at once; the same content leaves it untouched."""
    if path.is_file() and path.read_bytes() == content:
        return
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
