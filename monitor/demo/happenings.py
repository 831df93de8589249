"""What can happen in a day of the invented governments: each turns one world into the next.

`apply(world, today)` gives the world after it happened; `today` is the day's date.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Protocol, TypeVar

from monitor.demo.papers import Paper
from monitor.demo.world import (
    Attachment,
    Ballot,
    Bill,
    Deed,
    Line,
    Matter,
    Meeting,
    Order,
    Print,
    Step,
    Text,
    World,
    bill,
)

Item = TypeVar("Item")

CLERK_AT_WORK = time(12, 30)
"""UTC, before the crawl of the same day: when the clerk's changes are stamped."""


class Happening(Protocol):
    """Something that happens on a day; `news` says it in a few words, "" when nobody sees it."""

    @property
    def news(self) -> str: ...

    def apply(self, world: World, today: date, /) -> World: ...


def stamp(today: date) -> datetime:
    """When something done on a day is stamped by the clerk's system, UTC without a zone."""
    return datetime.combine(today, CLERK_AT_WORK)


def changed(
    items: Iterable[Item], fits: Callable[[Item], bool], change: Callable[[Item], Item]
) -> tuple[Item, ...]:
    """The items with those that fit changed. Raises LookupError when none fits."""
    given = tuple(items)
    if not any(map(fits, given)):
        raise LookupError("the story speaks of something that is not there")
    return tuple(change(item) if fits(item) else item for item in given)


# ------------------------------------------------------------------ the mayor


@dataclass(frozen=True, slots=True)
class OrderSigned:
    number: str
    title: str
    paper: Paper
    scanned: bool = False

    @property
    def news(self) -> str:
        return f"Executive Order {self.number} signed"

    def apply(self, world: World, today: date) -> World:
        order = Order(self.number, self.title, today, self.paper, today, self.scanned)
        return replace(world, orders=(*world.orders, order))


@dataclass(frozen=True, slots=True)
class OrderRewritten:
    """Other text at the same address, with no word of it on the page."""

    number: str
    paper: Paper

    @property
    def news(self) -> str:
        return f"Executive Order {self.number} rewritten in silence"

    def apply(self, world: World, today: date) -> World:
        def rewritten(order: Order) -> Order:
            return replace(order, paper=self.paper, posted=today, scanned=False)

        return replace(world, orders=changed(world.orders, self.fits, rewritten))

    def fits(self, order: Order) -> bool:
        return order.number == self.number


@dataclass(frozen=True, slots=True)
class OrderTakenDown:
    number: str

    @property
    def news(self) -> str:
        return f"Executive Order {self.number} taken down"

    def apply(self, world: World, today: date) -> World:  # noqa: ARG002 (happenings share one shape)
        orders = tuple(order for order in world.orders if order.number != self.number)
        return replace(world, orders=orders)


# ------------------------------------------------------------ the legislature


@dataclass(frozen=True, slots=True)
class BillIntroduced:
    identifier: str
    brief: str
    title: str
    sponsors: tuple[str, ...]
    paper: Paper

    @property
    def news(self) -> str:
        return f"{self.identifier} introduced"

    def apply(self, world: World, today: date) -> World:
        new = bill(self.identifier, self.brief, self.title, self.sponsors, today, self.paper)
        return replace(world, bills=(*world.bills, new))


@dataclass(frozen=True, slots=True)
class BillMoved:
    """What one day brings to a bill. A print without a paper repeats the text before it."""

    identifier: str
    step: str = ""
    status: str = ""
    title: str = ""
    printed: str = ""
    paper: Paper | None = None

    @property
    def news(self) -> str:
        return f"{self.identifier} {'printed again' if self.printed else 'moved'}"

    def apply(self, world: World, today: date) -> World:
        def moved(old: Bill) -> Bill:
            paper = self.paper or old.prints[-1].paper
            new = Print(self.printed, today, paper)
            return replace(
                old,
                title=self.title or old.title,
                status=self.status or old.status,
                steps=(*old.steps, Step(today, self.step)) if self.step else old.steps,
                prints=(*old.prints, new) if self.printed else old.prints,
            )

        return replace(world, bills=changed(world.bills, self.fits, moved))

    def fits(self, one: Bill) -> bool:
        return one.identifier == self.identifier


# ---------------------------------------------------------------- the council


@dataclass(frozen=True, slots=True)
class MatterFiled:
    """A new matter; all its dates become those of the day."""

    matter: Matter

    @property
    def news(self) -> str:
        return f"{self.matter.file} introduced"

    def apply(self, world: World, today: date) -> World:
        now = stamp(today)
        texts = tuple(replace(text, kept=now) for text in self.matter.texts)
        files = tuple(replace(file, kept=now) for file in self.matter.attachments)
        deeds = tuple(replace(deed, day=today) for deed in self.matter.deeds)
        new = replace(
            self.matter,
            introduced=today, touched=now, texts=texts, attachments=files, deeds=deeds,
        )  # fmt: skip
        return replace(world, matters=(*world.matters, new))


@dataclass(frozen=True, slots=True)
class MatterMoved:
    """What one day brings to a matter.

    `change` are fields of the matter to replace, `text` a new version, `deed` a
    line of its history; `silent` leaves its time of modification as it was.
    """

    file: str
    change: dict[str, Any] = field(default_factory=dict, hash=False)
    deed: Deed | None = None
    text: tuple[str, Paper] | None = None
    silent: bool = False

    @property
    def news(self) -> str:
        return f"{self.file} {'rewritten' if self.text else 'moved'}"

    def apply(self, world: World, today: date) -> World:
        now = stamp(today)

        def moved(old: Matter) -> Matter:
            texts = (*old.texts, Text(*self.text, now)) if self.text else old.texts
            deeds = (*old.deeds, self.deed) if self.deed else old.deeds
            touched = old.touched if self.silent else now
            return replace(old, **self.change, texts=texts, deeds=deeds, touched=touched)

        return replace(world, matters=changed(world.matters, self.fits, moved))

    def fits(self, one: Matter) -> bool:
        return one.file == self.file


@dataclass(frozen=True, slots=True)
class FilePutAgain:
    """An attachment's file is replaced: at a new GUID, or with other words at the same one.

    Without `touches` the matter's time of modification says nothing of it.
    """

    file: str
    name: str
    guid: str = ""
    paper: Paper | None = None
    touches: bool = True

    @property
    def news(self) -> str:
        return f"a file of {self.file} replaced"

    def apply(self, world: World, today: date) -> World:
        now = stamp(today)

        def put(old: Attachment) -> Attachment:
            # The bytes of a file that only moved are the same, whenever it moved.
            kept = now if self.paper else old.kept
            return replace(
                old, guid=self.guid or old.guid, paper=self.paper or old.paper, kept=kept
            )

        def moved(old: Matter) -> Matter:
            files = changed(old.attachments, lambda one: one.name == self.name, put)
            return replace(old, attachments=files, touched=now if self.touches else old.touched)

        return replace(world, matters=changed(world.matters, self.fits, moved))

    def fits(self, one: Matter) -> bool:
        return one.file == self.file


@dataclass(frozen=True, slots=True)
class AllTouched:
    """The clerk saves every record anew; nothing on them changes but their stamps."""

    @property
    def news(self) -> str:
        return "every record of the council saved anew"

    def apply(self, world: World, today: date) -> World:
        matters = tuple(replace(one, touched=stamp(today)) for one in world.matters)
        return replace(world, matters=matters)


@dataclass(frozen=True, slots=True)
class MeetingCalled:
    """A meeting appears on the calendar, with an agenda or before it is written."""

    meeting: Meeting

    @property
    def news(self) -> str:
        return f"{self.meeting.body} called"

    def apply(self, world: World, today: date) -> World:
        new = replace(self.meeting, touched=stamp(today))
        return replace(world, meetings=(*world.meetings, new))


@dataclass(frozen=True, slots=True)
class MeetingChanged:
    """What one day brings to a meeting: `change` are its fields to replace."""

    id: int
    change: dict[str, Any] = field(default_factory=dict, hash=False)
    lines: tuple[Line, ...] = ()

    @property
    def news(self) -> str:
        return "an agenda changed"

    def apply(self, world: World, today: date) -> World:
        def moved(old: Meeting) -> Meeting:
            lines = (*old.lines, *self.lines)
            return replace(old, **{"lines": lines, **self.change}, touched=stamp(today))

        return replace(world, meetings=changed(world.meetings, self.fits, moved))

    def fits(self, one: Meeting) -> bool:
        return one.id == self.id


@dataclass(frozen=True, slots=True)
class Voted:
    """A meeting acts on a matter: the agenda's line and the matter's history both say so."""

    meeting: int
    file: str
    action: str
    ballot: Ballot
    text: str = ""
    change: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def news(self) -> str:
        return f"{self.file} voted on"

    def apply(self, world: World, today: date) -> World:
        [held] = [one for one in world.meetings if one.id == self.meeting]
        [matter] = [one for one in world.matters if one.file == self.file]
        version = matter.texts[-1].version if matter.texts else "1"
        deed = Deed(held.day, self.action, held.body, self.text, version, self.ballot)

        def acted(line: Line) -> Line:
            return replace(line, action=self.action, ballot=self.ballot)

        lines = changed(held.lines, lambda line: line.file == self.file, acted)
        world = MeetingChanged(held.id, {"lines": lines, "minutes": "Final"}).apply(world, today)
        return MatterMoved(self.file, self.change, deed).apply(world, today)
