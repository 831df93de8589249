"""A week in Harborview and Cascadia, as data: what happens, what goes wrong, what must be told.

Day 0 is the Sunday on which the watching begins; days 1 to 6 are Monday to
Saturday. `world(day)` is what the two governments publish on that day,
`DAYS[day].trouble` how their sites misbehave, and `EXPECTED[day]` which
changes a watcher must report and which it must not.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import reduce

from config.vocabulary import ChangeKind
from monitor.demo import papers
from monitor.demo.papers import Paper

CITY = "us/wa/harborview"
STATE = "us/wa"
START = date(2026, 3, 1)


@dataclass(frozen=True, slots=True)
class Order:
    """An executive order as the mayor's site lists it; `posted` is the day of its file."""

    number: str
    title: str
    signed: date
    paper: Paper
    posted: date = START

    @property
    def identifier(self) -> str:
        return f"Executive Order {self.number}"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a bill's history."""

    day: date
    words: str


@dataclass(frozen=True, slots=True)
class Print:
    """One printed text of a bill."""

    note: str
    day: date
    paper: Paper


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill as the legislature's site shows it; `brief` is its name in the list."""

    identifier: str
    brief: str
    title: str
    status: str
    introduced: date
    sponsors: tuple[str, ...]
    steps: tuple[Step, ...]
    prints: tuple[Print, ...]

    @property
    def slug(self) -> str:
        return self.identifier.replace(" ", "")


@dataclass(frozen=True, slots=True)
class World:
    """All that the two governments publish on one day."""

    orders: tuple[Order, ...]
    bills: tuple[Bill, ...]


# ------------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class OrderSigned:
    number: str
    title: str
    paper: Paper

    def apply(self, world: World, today: date) -> World:
        order = Order(self.number, self.title, today, self.paper, today)
        return replace(world, orders=(*world.orders, order))


@dataclass(frozen=True, slots=True)
class OrderRewritten:
    """Other text at the same address, with no word of it on the page."""

    number: str
    paper: Paper

    def apply(self, world: World, today: date) -> World:
        orders = tuple(
            replace(order, paper=self.paper, posted=today) if order.number == self.number else order
            for order in world.orders
        )
        return replace(world, orders=orders)


@dataclass(frozen=True, slots=True)
class OrderTakenDown:
    number: str

    def apply(self, world: World, today: date) -> World:  # noqa: ARG002 (events share one shape)
        orders = tuple(order for order in world.orders if order.number != self.number)
        return replace(world, orders=orders)


@dataclass(frozen=True, slots=True)
class BillIntroduced:
    identifier: str
    brief: str
    title: str
    sponsors: tuple[str, ...]
    paper: Paper

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

    def apply(self, world: World, today: date) -> World:
        bills = tuple(
            self.moved(bill, today) if bill.identifier == self.identifier else bill
            for bill in world.bills
        )
        return replace(world, bills=bills)

    def moved(self, old: Bill, today: date) -> Bill:
        paper = self.paper or old.prints[-1].paper
        return replace(
            old,
            title=self.title or old.title,
            status=self.status or old.status,
            steps=(*old.steps, Step(today, self.step)) if self.step else old.steps,
            prints=(*old.prints, Print(self.printed, today, paper)) if self.printed else old.prints,
        )


Event = OrderSigned | OrderRewritten | OrderTakenDown | BillIntroduced | BillMoved


@dataclass(frozen=True, slots=True)
class Trouble:
    """How the sites misbehave on one day. Bills are named by identifier."""

    mayor_challenges: bool = False
    orders_shuffled: bool = False
    bills_shuffled: bool = False
    mayor_reprints: bool = False
    state_reprints: bool = False
    page_500: frozenset[str] = frozenset()
    page_challenge: frozenset[str] = frozenset()
    page_missing: frozenset[str] = frozenset()
    unlisted: frozenset[str] = frozenset()
    text_truncated: frozenset[str] = frozenset()
    text_cut_off: frozenset[str] = frozenset()
    text_error_page: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Day:
    """One day: its events, in order, and its trouble."""

    number: int
    events: tuple[Event, ...] = ()
    trouble: Trouble = field(default_factory=Trouble)

    @property
    def date(self) -> date:
        return START + timedelta(days=self.number)

    @property
    def name(self) -> str:
        return f"{self.date:%A}"


# -------------------------------------------------------------- the baseline


def bill(
    identifier: str,
    brief: str,
    title: str,
    sponsors: tuple[str, ...],
    introduced: date,
    paper: Paper,
) -> Bill:
    """A bill on the day of its introduction."""
    house = "House" if identifier.startswith("H") else "Senate"
    return Bill(
        identifier=identifier,
        brief=brief,
        title=title,
        status=f"In {house} committee",
        introduced=introduced,
        sponsors=sponsors,
        steps=(Step(introduced, f"First reading, referred to {house} committee"),),
        prints=(Print("Original", introduced, paper),),
    )


BASELINE = World(
    orders=(
        Order(
            "2025-11",
            "Winter Hours of the Civic Ice Rink",
            date(2025, 11, 18),
            papers.ICE_RINK_ORDER,
        ),
        Order(
            "2025-14",
            "Masks Optional in City Clinics",
            date(2025, 12, 9),
            papers.CLINIC_MASKS_ORDER,
        ),
        Order(
            "2025-16",
            "Liaison to the Tidewater County 287(g) Task Force",
            date(2025, 12, 22),
            papers.TASK_FORCE_ORDER,
        ),
        Order("2026-01", "Office of Permits", date(2026, 1, 12), papers.PERMITS_ORDER),
        Order(
            "2026-02",
            "Use of City Property for Civil Immigration Enforcement",
            date(2026, 1, 29),
            papers.PROPERTY_ORDER,
        ),
        Order(
            "2026-03",
            "Emergency Repair of the Pier 9 Seawall",
            date(2026, 2, 17),
            papers.SEAWALL_ORDER,
        ),
    ),
    bills=(
        bill(
            "HB 1033",
            "Ice rinks/refrigerants",
            "Concerning refrigerant safety at ice rinks.",
            ("Rep. Lindqvist",),
            date(2026, 1, 13),
            papers.HB_1033,
        ),
        bill(
            "HB 1058",
            "Hospital masks",
            "Concerning masks in health care settings during outbreaks of respiratory disease.",
            ("Rep. Adeyemi", "Rep. Moss"),
            date(2026, 1, 13),
            papers.HB_1058,
        ),
        bill(
            "HB 1107",
            "Immigration agreements",
            "Prohibiting immigration enforcement agreements by state and local agencies.",
            ("Rep. Calloway", "Rep. Adeyemi", "Rep. Tran"),
            date(2026, 1, 15),
            papers.HB_1107,
        ),
        bill(
            "HB 1120",
            "Salmon culverts",
            "Replacing culverts that block the passage of salmon.",
            ("Rep. Moss",),
            date(2026, 1, 16),
            papers.CULVERTS,
        ),
        bill(
            "HB 1165",
            "Notarial records",
            "Concerning electronic records of notarial acts.",
            ("Rep. Tran",),
            date(2026, 1, 20),
            papers.NOTARIES,
        ),
        bill(
            "HB 1188",
            "Recordings/cost",
            "Limiting the cost of copies of recordings from body-worn cameras.",
            ("Rep. Lindqvist", "Rep. Calloway"),
            date(2026, 1, 21),
            papers.BODY_CAMERAS,
        ),
        bill(
            "HB 1212",
            "State property use",
            "Concerning the use of state property for civil immigration enforcement.",
            ("Rep. Calloway",),
            date(2026, 1, 23),
            papers.HB_1212,
        ),
        bill(
            "SB 5009",
            "Student ferry fares",
            "Eliminating ferry fares for students.",
            ("Sen. Okafor",),
            date(2026, 1, 12),
            papers.FERRY_FARES,
        ),
        bill(
            "SB 5031",
            "Officer face coverings",
            "Concerning face coverings worn by law enforcement officers.",
            ("Sen. Brandvold", "Sen. Okafor"),
            date(2026, 1, 13),
            papers.SB_5031,
        ),
        bill(
            "SB 5077",
            "School lunch periods",
            "Ensuring time to eat lunch in elementary schools.",
            ("Sen. Whitcomb",),
            date(2026, 1, 15),
            papers.SCHOOL_LUNCH,
        ),
        bill(
            "SB 5102",
            "Smoke shelters",
            "Providing shelters with clean air during wildfire smoke.",
            ("Sen. Brandvold",),
            date(2026, 1, 19),
            papers.SMOKE_SHELTERS,
        ),
        bill(
            "SB 5144",
            "Sheriff agreements",
            "Requiring reports on agreements between county sheriffs and federal agencies.",
            ("Sen. Whitcomb", "Sen. Brandvold"),
            date(2026, 1, 21),
            papers.SB_5144,
        ),
    ),
)

# ------------------------------------------------------------------ the week

DAYS: tuple[Day, ...] = (
    Day(0),
    Day(
        1,
        (
            OrderSigned(
                "2026-04",
                "Identification and Face Coverings of Law Enforcement Officers",
                papers.FACE_COVERING_ORDER,
            ),
            BillIntroduced(
                "SB 5201",
                "Officer training",
                "Prohibiting state training of local officers as immigration officers.",
                ("Sen. Okafor",),
                papers.SB_5201,
            ),
            BillMoved("SB 5031", step="Public hearing in Senate committee"),
            BillMoved("HB 1033", step="Public hearing in House committee"),
        ),
    ),
    Day(
        2,
        (
            BillMoved(
                "HB 1107",
                step="Substitute bill adopted in committee; do pass",
                status="In House Rules Committee",
                printed="Substitute",
                paper=papers.HB_1107_SUBSTITUTE,
            ),
        ),
        Trouble(orders_shuffled=True, bills_shuffled=True, mayor_reprints=True),
    ),
    Day(
        3,
        (
            OrderSigned(
                "2026-05",
                "Ending Participation in 287(g) Agreements",
                papers.ENDING_287G_ORDER,
            ),
            BillMoved(
                "SB 5144",
                title="Restricting agreements between county sheriffs and federal agencies.",
            ),
            BillMoved("HB 1212", step="Withdrawn by sponsor", status="Withdrawn"),
        ),
        Trouble(
            mayor_challenges=True,
            page_500=frozenset({"HB 1107", "HB 1212"}),
            page_challenge=frozenset({"HB 1120"}),
            text_truncated=frozenset({"SB 5031"}),
            text_cut_off=frozenset({"HB 1058"}),
            text_error_page=frozenset({"SB 5009"}),
        ),
    ),
    Day(
        4,
        (OrderRewritten("2026-02", papers.PROPERTY_ORDER_AMENDED),),
        Trouble(unlisted=frozenset({"HB 1165"}), page_missing=frozenset({"HB 1165"})),
    ),
    Day(
        5,
        (
            OrderTakenDown("2025-16"),
            BillMoved(
                "SB 5031",
                step="Third reading, passed; yeas, 31; nays, 18",
                status="Passed Senate",
                printed="Engrossed",
            ),
        ),
    ),
    Day(
        6,
        (
            OrderSigned("2026-06", "Storm Drain Cleaning Week", papers.STORM_DRAINS_ORDER),
            BillMoved("SB 5009", step="Public hearing in Senate committee"),
        ),
        Trouble(state_reprints=True, page_missing=frozenset({"SB 5201"})),
    ),
)


def world(day: int) -> World:
    """What both governments publish on a day, all events up to it applied."""
    happened = [(event, each.date) for each in DAYS[: day + 1] for event in each.events]
    return reduce(lambda world, step: step[0].apply(world, step[1]), happened, BASELINE)


# ------------------------------------------------------- what must be reported


@dataclass(frozen=True, slots=True)
class Told:
    """A change that must be recorded; with topics, it must also reach the watch's reader."""

    place: str
    identifier: str
    kind: ChangeKind
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Untold:
    """Something that happened and must not be reported, as a sentence for people.

    `identifiers` are the measures of `place` it concerns, none meaning all.
    `change` is True when no change may be recorded for them that day beyond
    those in `told`, False when a change is right but no alert is.
    """

    sentence: str
    place: str
    identifiers: tuple[str, ...] = ()
    change: bool = True


@dataclass(frozen=True, slots=True)
class Expectation:
    """All changes a day must bring, none more, and what it must not bring."""

    day: int
    told: tuple[Told, ...] = ()
    untold: tuple[Untold, ...] = ()


EXPECTED: tuple[Expectation, ...] = (
    Expectation(
        0,
        untold=(
            Untold("Sunday: the first reading of both sites is the baseline.", CITY),
            Untold(
                "Sunday: twelve bills were met for the first time; none of them is news.", STATE
            ),
        ),
    ),
    Expectation(
        1,
        told=(
            Told(CITY, "Executive Order 2026-04", ChangeKind.NEW, ("masks",)),
            Told(STATE, "SB 5201", ChangeKind.NEW, ("287g",)),
            Told(STATE, "SB 5031", ChangeKind.ACTION, ("masks",)),
            Told(STATE, "HB 1033", ChangeKind.ACTION),
        ),
        untold=(
            Untold("Monday: every page carried a fresh timestamp and a new session id.", STATE),
            Untold(
                "Monday: the ice rink bill moved; ice is not ICE, so nobody was alerted.",
                STATE,
                ("HB 1033",),
                change=False,
            ),
        ),
    ),
    Expectation(
        2,
        told=(
            Told(STATE, "HB 1107", ChangeKind.AMENDED, ("287g",)),
            Told(STATE, "HB 1107", ChangeKind.ACTION, ("287g",)),
            Told(STATE, "HB 1107", ChangeKind.STATUS, ("287g",)),
        ),
        untold=(
            Untold("Tuesday: both lists were re-ordered.", STATE),
            Untold(
                "Tuesday: every order's PDF was made anew, other bytes with the same words.", CITY
            ),
        ),
    ),
    Expectation(
        3,
        told=(Told(STATE, "SB 5144", ChangeKind.TITLE, ("287g",)),),
        untold=(
            Untold("Wednesday: the mayor's site served a challenge page with status 200.", CITY),
            Untold(
                "Wednesday: the pages of two bills answered 500.", STATE, ("HB 1107", "HB 1212")
            ),
            Untold(
                "Wednesday: a bill's page was a challenge page with status 200.",
                STATE,
                ("HB 1120",),
            ),
            Untold("Wednesday: a bill's PDF was truncated.", STATE, ("SB 5031",)),
            Untold("Wednesday: a bill's PDF broke off in mid-transfer.", STATE, ("HB 1058",)),
            Untold(
                "Wednesday: a bill's PDF was an error page with status 200.", STATE, ("SB 5009",)
            ),
        ),
    ),
    Expectation(
        4,
        told=(
            Told(CITY, "Executive Order 2026-05", ChangeKind.NEW, ("287g",)),
            Told(CITY, "Executive Order 2026-02", ChangeKind.AMENDED, ("city-property",)),
            Told(STATE, "HB 1212", ChangeKind.ACTION, ("city-property",)),
            Told(STATE, "HB 1212", ChangeKind.STATUS, ("city-property",)),
        ),
        untold=(
            Untold(
                "Thursday: what had failed on Wednesday answered again; coming back is no news.",
                STATE,
                ("HB 1107", "HB 1120", "SB 5031", "HB 1058", "SB 5009"),
            ),
            Untold(
                "Thursday: a bill was missing from the list and its page was gone.",
                STATE,
                ("HB 1165",),
            ),
        ),
    ),
    Expectation(
        5,
        told=(
            Told(STATE, "SB 5031", ChangeKind.VERSION, ("masks",)),
            Told(STATE, "SB 5031", ChangeKind.ACTION, ("masks",)),
            Told(STATE, "SB 5031", ChangeKind.STATUS, ("masks",)),
        ),
        untold=(
            Untold(
                "Friday: the bill missing on Thursday stood in the list again.", STATE, ("HB 1165",)
            ),
            Untold(
                "Friday: an order was gone from the list, seen once; one look is not enough.",
                CITY,
                ("Executive Order 2025-16",),
            ),
        ),
    ),
    Expectation(
        6,
        told=(
            Told(CITY, "Executive Order 2025-16", ChangeKind.VANISHED, ("287g",)),
            Told(CITY, "Executive Order 2026-06", ChangeKind.NEW),
            Told(STATE, "SB 5009", ChangeKind.ACTION),
        ),
        untold=(
            Untold("Saturday: a listed bill's page answered 404.", STATE, ("SB 5201",)),
            Untold(
                "Saturday: every bill's PDF was made anew, other bytes with the same words.", STATE
            ),
            Untold(
                "Saturday: an order on storm drains was recorded; it fits no topic, so nobody was alerted.",
                CITY,
                ("Executive Order 2026-06",),
                change=False,
            ),
        ),
    ),
)
