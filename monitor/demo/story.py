"""A month in Harborview and Cascadia, as data: what happens, and what goes wrong.

Day 0 is the Sunday on which the watching begins, day 27 the last Saturday.
`world(day)` is what the three governments publish on that day and
`DAYS[day].trouble` how their sites misbehave; `monitor.demo.expected` says what
a watcher must report of it and what it must not.
"""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cache

from monitor.demo.baseline import BASELINE, CHAMBER, COUNCIL_BODY, PARKS, SAFETY, filed, kept
from monitor.demo.happenings import (
    AllTouched,
    BillIntroduced,
    BillMoved,
    FilePutAgain,
    Happening,
    MatterFiled,
    MatterMoved,
    MeetingCalled,
    MeetingChanged,
    OrderRewritten,
    OrderSigned,
    OrderTakenDown,
    Voted,
)
from monitor.demo.papers import bills, council, mayor
from monitor.demo.world import START, Attachment, Ballot, Deed, Line, Meeting, Text, World

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """How the sites misbehave on one day. Bills and matters are named by identifier."""

    mayor_challenges: bool = False
    mayor_forbids: bool = False
    mayor_redesigned: bool = False
    mayor_reprints: bool = False
    orders_shuffled: bool = False
    state_challenges: bool = False
    state_reprints: bool = False
    bills_shuffled: bool = False
    page_500: frozenset[str] = NOBODY
    page_challenge: frozenset[str] = NOBODY
    page_missing: frozenset[str] = NOBODY
    unlisted: frozenset[str] = NOBODY
    text_truncated: frozenset[str] = NOBODY
    text_cut_off: frozenset[str] = NOBODY
    text_error_page: frozenset[str] = NOBODY
    api_down: bool = False
    matter_twice: frozenset[str] = NOBODY
    roll_calls_broken: frozenset[str] = NOBODY


@dataclass(frozen=True, slots=True)
class Day:
    """One day: what happens, in order, and its trouble."""

    number: int
    events: tuple[Happening, ...] = ()
    trouble: Trouble = field(default_factory=Trouble)

    @property
    def date(self) -> date:
        return START + timedelta(days=self.number)

    @property
    def name(self) -> str:
        return f"{self.date:%A}"

    @property
    def week(self) -> int:
        """The number of its week in the story, from 1."""
        return self.number // 7 + 1

    @property
    def news(self) -> str:
        """What happens, in a few words."""
        return ", ".join(event.news for event in self.events) or "a quiet day"


CB_3117 = filed(
    12117, "CB 3117",
    "AN ORDINANCE relating to law enforcement; restricting face coverings worn by law enforcement officers.",
    "Council Bill", SAFETY, START, sponsors=("Marisol Vance", "Priya Raman"),
    texts=(Text("1", council.CB_3117, kept(START)),),
    attachments=(
        Attachment(
            "Summary and Fiscal Note", "0a6de4f0-61c7-4c38-9a34-0d1f0c3a3117",
            council.CB_3117_NOTE, kept(START),
        ),
    ),
)  # fmt: skip
CB_3121 = filed(
    12121, "CB 3121",
    "AN ORDINANCE relating to libraries; opening branch libraries on Sunday afternoons.",
    "Council Bill", PARKS, START, sponsors=("Desmond Achebe",),
    texts=(Text("1", council.CB_3121, kept(START)),),
)  # fmt: skip

ON_3117 = Line(CB_3117.title, "CB 3117", "Briefing, discussion and possible vote.", "1.")
ON_3105 = Line(
    "AN ORDINANCE relating to city property; prohibiting its use for civil immigration enforcement.",
    "CB 3105", "Public hearing.", "2.",
)  # fmt: skip
ON_1544 = Line(
    "A RESOLUTION asking the Sheriff of Tidewater County to end the county's 287(g) agreement.",
    "Res 1544", number="C.2.",
)  # fmt: skip
SAFETY_DAY, PARKS_DAY, COUNCIL_DAY = 7310, 7312, 7315

COMMITTEE_VOTE = Ballot(
    passed=True, tally="4:1",
    roll={
        "Marisol Vance": "In Favor", "Priya Raman": "In Favor", "Desmond Achebe": "In Favor",
        "Ines Hale": "In Favor", "Theo Lindgren": "Opposed",
    },
)  # fmt: skip
COUNCIL_VOTE = Ballot(
    passed=True, tally="5:1",
    roll={
        "Marisol Vance": "In Favor", "Priya Raman": "In Favor", "Desmond Achebe": "In Favor",
        "Ines Hale": "In Favor", "Ruth Okabe": "In Favor", "Theo Lindgren": "Opposed",
        "Solomon Reyes": "Excused",
    },
)  # fmt: skip
RESOLUTION_VOTE = Ballot(
    passed=True, tally="6:0", roll=dict.fromkeys(COUNCIL_VOTE.roll, "In Favor")
)

WEEK_1 = (
    Day(0),
    Day(
        1,
        (
            OrderSigned(
                "2026-04", "Identification and Face Coverings of Law Enforcement Officers",
                mayor.FACE_COVERING_ORDER,
            ),
            BillIntroduced(
                "SB 5201", "Officer training",
                "Prohibiting state training of local officers as immigration officers.",
                ("Sen. Okafor",), bills.SB_5201,
            ),
            BillMoved("SB 5031", step="Public hearing in Senate committee"),
            BillMoved("HB 1033", step="Public hearing in House committee"),
        ),
    ),
    Day(
        2,
        (
            BillMoved(
                "HB 1107", step="Substitute bill adopted in committee; do pass",
                status="In House Rules Committee", printed="Substitute",
                paper=bills.HB_1107_SUBSTITUTE,
            ),
            MatterFiled(CB_3117),
        ),
        Trouble(orders_shuffled=True, bills_shuffled=True, mayor_reprints=True),
    ),
    Day(
        3,
        (
            OrderSigned("2026-05", "Ending Participation in 287(g) Agreements", mayor.ENDING_287G_ORDER),
            BillMoved(
                "SB 5144",
                title="Restricting agreements between county sheriffs and federal agencies.",
            ),
            BillMoved("HB 1212", step="Withdrawn by sponsor", status="Withdrawn"),
            MeetingChanged(SAFETY_DAY, {"agenda": "Final"}, (Line("PUBLIC COMMENT"), ON_3117)),
        ),
        Trouble(
            mayor_challenges=True,
            page_500=frozenset({"HB 1107", "HB 1212"}),
            page_challenge=frozenset({"HB 1120"}),
            text_truncated=frozenset({"SB 5031"}),
            text_cut_off=frozenset({"HB 1058"}),
            text_error_page=frozenset({"SB 5009"}),
            api_down=True,
        ),
    ),
    Day(
        4,
        (OrderRewritten("2026-02", mayor.PROPERTY_ORDER_AMENDED),),
        Trouble(unlisted=frozenset({"HB 1165"}), page_missing=frozenset({"HB 1165"})),
    ),
    Day(
        5,
        (
            OrderTakenDown("2025-16"),
            BillMoved(
                "SB 5031", step="Third reading, passed; yeas, 31; nays, 18",
                status="Passed Senate", printed="Engrossed",
            ),
            FilePutAgain(
                "Res 1544", "Resolution 1544", guid="c2a94f15-0b3e-4f7e-8d44-9a7b1c5e1544"
            ),
        ),
    ),
    Day(
        6,
        (
            OrderSigned("2026-06", "Storm Drain Cleaning Week", mayor.STORM_DRAINS_ORDER),
            BillMoved("SB 5009", step="Public hearing in Senate committee"),
        ),
        Trouble(state_reprints=True, page_missing=frozenset({"SB 5201"})),
    ),
)  # fmt: skip

WEEK_2 = (
    Day(7),
    Day(
        8,
        (
            BillIntroduced(
                "SB 5230", "Immigration agreements",
                "Prohibiting immigration enforcement agreements (companion of HB 1107).",
                ("Sen. Okafor", "Sen. Brandvold"), bills.SB_5230,
            ),
            MeetingChanged(SAFETY_DAY, {"day": date(2026, 3, 18)}),
        ),
        Trouble(mayor_redesigned=True),
    ),
    Day(
        9,
        (
            OrderRewritten("2026-04", mayor.FACE_COVERING_ORDER_AMENDED),
            BillMoved(
                "HB 1107", step="Second reading; floor amendments adopted",
                printed="Engrossed Substitute", paper=bills.HB_1107_ENGROSSED,
            ),
            AllTouched(),
        ),
    ),
    Day(
        10,
        (
            OrderSigned(
                "2026-07", "Masked Agents at City Clinics", mayor.MASKED_AGENTS_ORDER, scanned=True
            ),
            BillMoved(
                "HB 1107", step="Third reading, passed; yeas, 57; nays, 40", status="Passed House"
            ),
        ),
        Trouble(mayor_forbids=True),
    ),
    Day(
        11,
        (
            FilePutAgain(
                "Res 1544", "Resolution 1544", paper=council.RES_1544_REWRITTEN, touches=False
            ),
            BillMoved("HB 1120", step="Public hearing in House committee"),
        ),
        Trouble(state_challenges=True),
    ),
    Day(
        12,
        (
            MeetingChanged(PARKS_DAY, {"agenda": "Final"}, (Line("PUBLIC COMMENT"), ON_3105)),
            MatterFiled(CB_3121),
        ),
        Trouble(matter_twice=frozenset({"CB 3121"})),
    ),
    Day(13),
)  # fmt: skip

WEEK_3 = (
    Day(14),
    Day(
        15,
        (MeetingChanged(PARKS_DAY, {"agenda": "Canceled", "comment": "CANCELLED"}),),
        Trouble(unlisted=frozenset({"HB 1165"}), page_missing=frozenset({"HB 1165"})),
    ),
    Day(
        16,
        (MatterMoved("CB 3117", text=("2", council.CB_3117_B)),),
        Trouble(
            unlisted=frozenset({"HB 1165"}),
            page_missing=frozenset({"HB 1165"}),
            mayor_reprints=True,
        ),
    ),
    Day(
        17,
        (
            BillMoved(
                "SB 5031", step="House committee adopted a striking amendment; do pass",
                printed="Striking Amendment", paper=bills.SB_5031_STRIKING,
            ),
        ),
    ),
    Day(
        18,
        (
            OrderRewritten("2026-07", mayor.MASKED_AGENTS_ORDER),
            Voted(
                SAFETY_DAY, "CB 3117", "pass as amended", COMMITTEE_VOTE,
                "The Committee recommends that City Council pass as amended the Council Bill.",
                {"status": "Full Council Agenda Ready", "body": COUNCIL_BODY},
            ),
        ),
    ),
    Day(
        19,
        (
            BillMoved(
                "HB 1107", step="Senate committee; do pass", status="In Senate Rules Committee"
            ),
            MeetingChanged(
                COUNCIL_DAY, {"agenda": "Final"},
                (
                    Line("CALL TO ORDER", number="A."),
                    Line(CB_3117.title, "CB 3117", "The Committee recommends passage.", "C.1."),
                    ON_1544,
                ),
            ),
        ),
    ),
    Day(20),
)  # fmt: skip

WEEK_4 = (
    Day(21),
    Day(
        22,
        (
            OrderSigned(
                "2026-08", "Rescinding Executive Order 2026-04 on Face Coverings of Law Enforcement Officers",
                mayor.RESCIND_FACE_COVERING_ORDER,
            ),
            BillMoved("SB 5144", step="Failed to pass by the cutoff", status="Dead"),
        ),
    ),
    Day(
        23,
        (
            OrderTakenDown("2026-04"),
            BillMoved(
                "HB 1107", step="Third reading, passed; yeas, 29; nays, 20",
                status="Passed Legislature", printed="Enrolled",
            ),
        ),
        Trouble(state_reprints=True),
    ),
    Day(
        24,
        (
            Voted(
                COUNCIL_DAY, "CB 3117", "passed", COUNCIL_VOTE, "The Council Bill passed.",
                {"status": "Passed", "passed": date(2026, 3, 24)},
            ),
            Voted(
                COUNCIL_DAY, "Res 1544", "adopted", RESOLUTION_VOTE, "The Resolution was adopted.",
                {"status": "Adopted", "passed": date(2026, 3, 24)},
            ),
            BillMoved("SB 5230", step="Indefinitely postponed; companion passed", status="Dead"),
        ),
        Trouble(roll_calls_broken=frozenset({"Res 1544"})),
    ),
    Day(
        25,
        (
            OrderSigned("2026-09", "Farmers' Markets", mayor.MARKETS_ORDER),
            MeetingCalled(
                Meeting(
                    7330, PARKS, date(2026, 4, 2), time(10), CHAMBER, kept(START),
                    lines=(Line("PUBLIC COMMENT"), ON_3105),
                )
            ),
        ),
    ),
    Day(
        26,
        (
            MatterMoved(
                "CB 3117",
                {"status": "Enacted", "enacted": date(2026, 3, 26), "enactment": "127044"},
                Deed(date(2026, 3, 26), "Signed", "Mayor", "The Mayor signed the Council Bill.", "2"),
            ),
            BillMoved(
                "HB 1107", step="Governor signed; chapter 88, 2026 laws", status="Chapter 88",
                printed="Session Law",
            ),
        ),
    ),
    Day(27),
)  # fmt: skip

DAYS: tuple[Day, ...] = (*WEEK_1, *WEEK_2, *WEEK_3, *WEEK_4)


@cache
def world(day: int) -> World:
    """What the governments publish on a day, all that happened up to it applied."""
    if day < 0:
        return BASELINE
    seen = world(day - 1)
    for event in DAYS[day].events:
        seen = event.apply(seen, DAYS[day].date)
    return seen
