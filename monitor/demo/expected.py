"""What a watcher must report of the month, day by day, and what it must not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.vocabulary import ChangeKind
from monitor.demo.world import CITY, COUNCIL, LEGISLATURE, MAYOR, STATE

NEW, AMENDED, VERSION = ChangeKind.NEW, ChangeKind.AMENDED, ChangeKind.VERSION
ACTION, STATUS, TITLE = ChangeKind.ACTION, ChangeKind.STATUS, ChangeKind.TITLE
SCHEDULED, RENUMBERED, DATES = ChangeKind.SCHEDULED, ChangeKind.RENUMBERED, ChangeKind.DATES
VANISHED, RESTORED = ChangeKind.VANISHED, ChangeKind.RESTORED
SUPERSEDED = ChangeKind.SUPERSEDED
WELL: Mapping[str, str] = {}


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
    """All changes a day must bring, none more, what it must not bring, and who is not well.

    `states` are the sources that are in another state than ok after the day's crawl.
    """

    day: int
    told: tuple[Told, ...] = ()
    untold: tuple[Untold, ...] = ()
    states: Mapping[str, str] = field(default_factory=lambda: WELL, hash=False)


def told(place: str, identifier: str, *kinds: ChangeKind, topic: str = "") -> tuple[Told, ...]:
    """The changes of one measure on one day."""
    return tuple(Told(place, identifier, kind, (topic,) if topic else ()) for kind in kinds)


EXPECTED: tuple[Expectation, ...] = (
    # ------------------------------------------------------------- week 1
    Expectation(
        0,
        untold=(
            Untold("the first reading of the three sites is the baseline", CITY),
            Untold("twelve bills were met for the first time; none of them is news", STATE),
        ),
    ),
    Expectation(
        1,
        (
            *told(CITY, "Executive Order 2026-04", NEW, topic="masks"),
            *told(STATE, "SB 5201", NEW, topic="287g"),
            *told(STATE, "SB 5031", ACTION, topic="masks"),
            *told(STATE, "HB 1033", ACTION),
        ),
        (
            Untold("every page carried a fresh timestamp and a new session id", STATE),
            Untold(
                "the ice rink bill moved; ice is not ICE, so nobody was alerted",
                STATE, ("HB 1033",), change=False,
            ),
        ),
    ),
    Expectation(
        2,
        (
            *told(STATE, "HB 1107", AMENDED, ACTION, STATUS, topic="287g"),
            *told(CITY, "CB 3117", NEW, topic="masks"),
        ),
        (
            Untold("both lists were re-ordered", STATE),
            Untold("every order's PDF was made anew, other bytes with the same words", CITY),
        ),
    ),
    Expectation(
        3,
        told(STATE, "SB 5144", TITLE, topic="287g"),
        (
            Untold("the mayor's site served a challenge page with status 200", CITY),
            Untold("the council's API was down and answered 500 to everything", CITY),
            Untold("the pages of two bills answered 500", STATE, ("HB 1107", "HB 1212")),
            Untold("a bill's page was a challenge page with status 200", STATE, ("HB 1120",)),
            Untold("a bill's PDF was truncated", STATE, ("SB 5031",)),
            Untold("a bill's PDF broke off in mid-transfer", STATE, ("HB 1058",)),
            Untold("a bill's PDF was an error page with status 200", STATE, ("SB 5009",)),
        ),
        {MAYOR: "blocked", COUNCIL: "failing"},
    ),
    Expectation(
        4,
        (
            *told(CITY, "Executive Order 2026-05", NEW, topic="287g"),
            *told(CITY, "Executive Order 2025-16", SUPERSEDED, topic="287g"),
            *told(CITY, "Executive Order 2026-02", AMENDED, topic="city-property"),
            *told(STATE, "HB 1212", ACTION, STATUS, topic="city-property"),
            *told(CITY, "CB 3117", SCHEDULED, topic="masks"),
        ),
        (
            Untold(
                "what had failed on Wednesday answered again; coming back is no news",
                STATE, ("HB 1107", "HB 1120", "SB 5031", "HB 1058", "SB 5009"),
            ),
            Untold("a bill was missing from the list and its page was gone", STATE, ("HB 1165",)),
        ),
    ),
    Expectation(
        5,
        told(STATE, "SB 5031", VERSION, ACTION, STATUS, topic="masks"),
        (
            Untold("the bill missing on Thursday stood in the list again", STATE, ("HB 1165",)),
            Untold(
                "an order was gone from the list, seen once; one look is not enough",
                CITY, ("Executive Order 2025-16",),
            ),
            Untold(
                "a resolution's file got another address, its bytes were the same",
                CITY, ("Res 1544",),
            ),
        ),
    ),
    Expectation(
        6,
        (
            *told(CITY, "Executive Order 2025-16", VANISHED, topic="287g"),
            *told(CITY, "Executive Order 2026-06", NEW),
            *told(STATE, "SB 5009", ACTION),
        ),
        (
            Untold("a listed bill's page answered 404", STATE, ("SB 5201",)),
            Untold("every bill's PDF was made anew, other bytes with the same words", STATE),
            Untold(
                "an order on storm drains fits no topic, so nobody was alerted",
                CITY, ("Executive Order 2026-06",), change=False,
            ),
        ),
    ),
    # ------------------------------------------------------------- week 2
    Expectation(7, untold=(Untold("nothing happened, and nothing was said", STATE),)),
    Expectation(
        8,
        (
            *told(STATE, "SB 5230", NEW, topic="287g"),
            *told(CITY, "CB 3117", SCHEDULED, topic="masks"),
        ),
        (Untold("the mayor's site got a new header and footer round the same list", CITY),),
    ),
    Expectation(
        9,
        (
            *told(CITY, "Executive Order 2026-04", AMENDED, topic="masks"),
            *told(STATE, "HB 1107", AMENDED, ACTION, topic="287g"),
        ),
        (Untold("the council's clerk saved every record anew; only stamps changed", CITY),),
    ),
    Expectation(
        10,
        told(STATE, "HB 1107", ACTION, STATUS, topic="287g"),
        (
            Untold(
                "robots.txt forbade the mayor's site: we stayed out, and called nothing gone", CITY
            ),
        ),
        {MAYOR: "blocked"},
    ),
    Expectation(
        11,
        told(CITY, "Executive Order 2026-07", NEW, topic="masks"),
        (
            Untold("the legislature's list was a challenge page with status 200", STATE),
            Untold("robots.txt let us in again; being let in is no news", CITY),
            Untold(
                "a resolution was rewritten, its record untouched; the slow sweep finds it on Tuesday",
                CITY, ("Res 1544",),
            ),
        ),
        {LEGISLATURE: "blocked"},
    ),
    Expectation(
        12,
        (
            *told(CITY, "CB 3105", SCHEDULED, topic="city-property"),
            *told(CITY, "CB 3121", NEW),
            *told(STATE, "HB 1120", ACTION),
        ),
        (
            Untold("a new matter stood twice in the council's list; it was told once", CITY),
            Untold(
                "a new bill on library hours fits no topic, so nobody was alerted",
                CITY, ("CB 3121",), change=False,
            ),
        ),
    ),
    Expectation(13, untold=(Untold("nothing happened, and nothing was said", CITY),)),
    # ------------------------------------------------------------- week 3
    Expectation(14, untold=(Untold("nothing happened, and nothing was said", CITY),)),
    Expectation(
        15,
        told(CITY, "CB 3105", SCHEDULED, topic="city-property"),
        (Untold("a bill was missing from the list, seen once", STATE, ("HB 1165",)),),
    ),
    Expectation(
        16,
        (
            *told(CITY, "CB 3117", AMENDED, topic="masks"),
            *told(CITY, "Res 1544", AMENDED, topic="287g"),
            *told(STATE, "HB 1165", VANISHED),
        ),
        (
            Untold("every order's PDF was made anew, the scanned one too", CITY),
        ),
    ),
    Expectation(
        17,
        (
            *told(STATE, "SB 5031", AMENDED, ACTION, topic="masks"),
            *told(STATE, "HB 1165", RESTORED),
        ),
    ),
    Expectation(
        18,
        told(CITY, "CB 3117", ACTION, STATUS, topic="masks"),
        (
            Untold(
                "a typed file took the scan's place; it says what we had read in the picture",
                CITY, ("Executive Order 2026-07",),
            ),
        ),
    ),
    Expectation(
        19,
        (
            *told(STATE, "HB 1107", ACTION, STATUS, topic="287g"),
            *told(CITY, "CB 3117", SCHEDULED, topic="masks"),
            *told(CITY, "Res 1544", SCHEDULED, topic="287g"),
        ),
    ),
    Expectation(20, untold=(Untold("nothing happened, and nothing was said", CITY),)),
    # ------------------------------------------------------------- week 4
    Expectation(21, untold=(Untold("nothing happened, and nothing was said", STATE),)),
    Expectation(
        22,
        (
            *told(CITY, "Executive Order 2026-08", NEW, topic="masks"),
            *told(CITY, "Executive Order 2026-04", SUPERSEDED, topic="masks"),
            *told(STATE, "SB 5144", ACTION, STATUS, topic="287g"),
        ),
    ),
    Expectation(
        23,
        told(STATE, "HB 1107", VERSION, ACTION, STATUS, topic="287g"),
        (
            Untold(
                "the rescinded order was gone from the list, seen once",
                CITY, ("Executive Order 2026-04",),
            ),
            Untold("every bill's PDF was made anew, other bytes with the same words", STATE),
        ),
    ),
    Expectation(
        24,
        (
            *told(CITY, "Executive Order 2026-04", VANISHED, topic="masks"),
            *told(CITY, "CB 3117", ACTION, STATUS, DATES, topic="masks"),
            *told(CITY, "Res 1544", ACTION, STATUS, DATES, topic="287g"),
            *told(STATE, "SB 5230", ACTION, STATUS, topic="287g"),
        ),
        (Untold("the roll call of a vote answered 500, as it does for ever", CITY),),
    ),
    Expectation(
        25,
        (
            *told(CITY, "Executive Order 2026-09", NEW),
            *told(CITY, "CB 3105", SCHEDULED, topic="city-property"),
        ),
        (
            Untold(
                "an order on farmers' markets fits no topic, so nobody was alerted",
                CITY, ("Executive Order 2026-09",), change=False,
            ),
        ),
    ),
    Expectation(
        26,
        (
            *told(CITY, "CB 3117", ACTION, STATUS, DATES, RENUMBERED, topic="masks"),
            *told(STATE, "HB 1107", VERSION, ACTION, STATUS, topic="287g"),
        ),
    ),
    Expectation(27, untold=(Untold("nothing happened, and nothing was said", STATE),)),
)  # fmt: skip
