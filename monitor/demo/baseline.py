"""What the three governments publish on the day on which the watching begins."""

from datetime import date, datetime, time

from monitor.demo.papers import bills, council, mayor, ordinary
from monitor.demo.world import (
    Attachment,
    Bill,
    Deed,
    Line,
    Matter,
    Meeting,
    Order,
    Text,
    World,
    bill,
)

COUNCIL_BODY, SAFETY, PARKS = (
    "City Council",
    "Public Safety Committee",
    "Parks and Waterfront Committee",
)
CHAMBER = "Council Chamber, City Hall\r\n400 Front Street\r\nHarborview"

ORDERS = (
    Order(
        "2025-11",
        "Winter Hours of the Civic Ice Rink",
        date(2025, 11, 18),
        mayor.ICE_RINK_ORDER,
    ),
    Order(
        "2025-14",
        "Masks Optional in City Clinics",
        date(2025, 12, 9),
        mayor.CLINIC_MASKS_ORDER,
    ),
    Order(
        "2025-16",
        "Liaison to the Tidewater County 287(g) Task Force",
        date(2025, 12, 22),
        mayor.TASK_FORCE_ORDER,
    ),
    Order("2026-01", "Office of Permits", date(2026, 1, 12), mayor.PERMITS_ORDER),
    Order(
        "2026-02",
        "Use of City Property for Civil Immigration Enforcement",
        date(2026, 1, 29),
        mayor.PROPERTY_ORDER,
    ),
    Order(
        "2026-03",
        "Emergency Repair of the Pier 9 Seawall",
        date(2026, 2, 17),
        mayor.SEAWALL_ORDER,
    ),
)

BILLS: tuple[Bill, ...] = (
    bill(
        "HB 1033",
        "Ice rinks/refrigerants",
        "Concerning refrigerant safety at ice rinks.",
        ("Rep. Lindqvist",),
        date(2026, 1, 13),
        bills.HB_1033,
    ),
    bill(
        "HB 1058",
        "Hospital masks",
        "Concerning masks in health care settings during outbreaks of respiratory disease.",
        ("Rep. Adeyemi", "Rep. Moss"),
        date(2026, 1, 13),
        bills.HB_1058,
    ),
    bill(
        "HB 1107",
        "Immigration agreements",
        "Prohibiting immigration enforcement agreements by state and local agencies.",
        ("Rep. Calloway", "Rep. Adeyemi", "Rep. Tran"),
        date(2026, 1, 15),
        bills.HB_1107,
    ),
    bill(
        "HB 1120",
        "Salmon culverts",
        "Replacing culverts that block the passage of salmon.",
        ("Rep. Moss",),
        date(2026, 1, 16),
        ordinary.CULVERTS,
    ),
    bill(
        "HB 1165",
        "Notarial records",
        "Concerning electronic records of notarial acts.",
        ("Rep. Tran",),
        date(2026, 1, 20),
        ordinary.NOTARIES,
    ),
    bill(
        "HB 1188",
        "Recordings/cost",
        "Limiting the cost of copies of recordings from body-worn cameras.",
        ("Rep. Lindqvist", "Rep. Calloway"),
        date(2026, 1, 21),
        ordinary.BODY_CAMERAS,
    ),
    bill(
        "HB 1212",
        "State property use",
        "Concerning the use of state property for civil immigration enforcement.",
        ("Rep. Calloway",),
        date(2026, 1, 23),
        bills.HB_1212,
    ),
    bill(
        "SB 5009",
        "Student ferry fares",
        "Eliminating ferry fares for students.",
        ("Sen. Okafor",),
        date(2026, 1, 12),
        ordinary.FERRY_FARES,
    ),
    bill(
        "SB 5031",
        "Officer face coverings",
        "Concerning face coverings worn by law enforcement officers.",
        ("Sen. Brandvold", "Sen. Okafor"),
        date(2026, 1, 13),
        bills.SB_5031,
    ),
    bill(
        "SB 5077",
        "School lunch periods",
        "Ensuring time to eat lunch in elementary schools.",
        ("Sen. Whitcomb",),
        date(2026, 1, 15),
        ordinary.SCHOOL_LUNCH,
    ),
    bill(
        "SB 5102",
        "Smoke shelters",
        "Providing shelters with clean air during wildfire smoke.",
        ("Sen. Brandvold",),
        date(2026, 1, 19),
        ordinary.SMOKE_SHELTERS,
    ),
    bill(
        "SB 5144",
        "Sheriff agreements",
        "Requiring reports on agreements between county sheriffs and federal agencies.",
        ("Sen. Whitcomb", "Sen. Brandvold"),
        date(2026, 1, 21),
        bills.SB_5144,
    ),
)


def filed(
    number: int,
    file: str,
    title: str,
    kind: str,
    body: str,
    introduced: date,
    *,
    sponsors: tuple[str, ...] = (),
    texts: tuple[Text, ...] = (),
    attachments: tuple[Attachment, ...] = (),
    related: tuple[int, ...] = (),
) -> Matter:
    """A matter on the day on which it was filed."""
    return Matter(
        id=number,
        file=file,
        title=title,
        kind=kind,
        status="In Committee",
        body=body,
        introduced=introduced,
        touched=datetime.combine(introduced, time(17, 20)),
        sponsors=sponsors,
        deeds=(
            Deed(introduced, "referred", COUNCIL_BODY, f"The matter was referred to the {body}."),
        ),
        texts=texts,
        attachments=attachments,
        related=related,
    )


def kept(day: date) -> datetime:
    return datetime.combine(day, time(17, 15))


MATTERS = (
    filed(
        12098, "CB 3098", "AN ORDINANCE relating to the Civic Ice Rink; accepting the gift of an ice resurfacer.",
        "Council Bill", PARKS, date(2026, 1, 20), sponsors=("Theo Lindgren",),
        texts=(Text("1", council.CB_3098, kept(date(2026, 1, 20))),),
    ),
    filed(
        12102, "CB 3102", "AN ORDINANCE relating to street trees; requiring two trees for each tree removed.",
        "Council Bill", PARKS, date(2026, 1, 27), sponsors=("Priya Raman", "Desmond Achebe"),
        texts=(Text("1", council.CB_3102, kept(date(2026, 1, 27))),),
    ),
    filed(
        12105, "CB 3105", "AN ORDINANCE relating to city property; prohibiting its use for civil immigration enforcement.",
        "Council Bill", PARKS, date(2026, 2, 10), sponsors=("Marisol Vance",),
        texts=(Text("1", council.CB_3105, kept(date(2026, 2, 10))),),
    ),
    filed(
        12109, "CB 3109", "AN ORDINANCE relating to parking; setting the rates of meters on the waterfront.",
        "Council Bill", PARKS, date(2026, 2, 17), sponsors=("Ines Hale",),
        texts=(Text("1", council.CB_3109, kept(date(2026, 2, 17))),),
    ),
    filed(
        12044, "Res 1544", "A RESOLUTION asking the Sheriff of Tidewater County to end the county's 287(g) agreement.",
        "Resolution", SAFETY, date(2026, 2, 3), sponsors=("Marisol Vance", "Desmond Achebe"),
        attachments=(
            Attachment(
                "Resolution 1544", "5b1f0c52-7d1e-4f0a-9a53-6a0f4e1d1544", council.RES_1544,
                kept(date(2026, 2, 3)), supporting=False,
            ),
        ),
    ),
    filed(
        12031, "Appt 0231", "Appointment of Wren Castellanos to the Arts Commission for a term to December 31, 2028.",
        "Appointment", COUNCIL_BODY, date(2026, 2, 24),
    ),
)  # fmt: skip

MEETINGS = (
    Meeting(
        7301, COUNCIL_BODY, date(2026, 3, 3), time(14), CHAMBER, datetime.combine(date(2026, 2, 27), time(18)),
        lines=(
            Line("CALL TO ORDER", number="A."),
            Line(MATTERS[-1].title, "Appt 0231", "Sponsored by the Mayor.", "B.1."),
        ),
    ),
    Meeting(
        7310, SAFETY, date(2026, 3, 11), time(9, 30), CHAMBER, datetime.combine(date(2026, 2, 27), time(18)),
        agenda="Draft",
    ),
    Meeting(
        7312, PARKS, date(2026, 3, 19), time(10), CHAMBER, datetime.combine(date(2026, 2, 27), time(18)),
        agenda="Draft",
    ),
    Meeting(
        7315, COUNCIL_BODY, date(2026, 3, 24), time(14), CHAMBER, datetime.combine(date(2026, 2, 27), time(18)),
        agenda="Draft",
    ),
)  # fmt: skip

BASELINE = World(orders=ORDERS, bills=BILLS, matters=MATTERS, meetings=MEETINGS)
