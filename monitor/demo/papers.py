"""The texts of the invented city and the invented state, written for this demo.

A text is paragraphs parted by blank lines; a paragraph that begins with `#` is
a heading. An amended text is made from the text before it by named edits, so
that what a redline has to find can be read here.
"""

from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True, slots=True)
class Paper:
    """The words of one order or bill, before they are printed."""

    text: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """One line of words a paragraph, headings with their `#`."""
        return tuple(" ".join(block.split()) for block in self.text.split("\n\n") if block.strip())

    def revised(self, *edits: tuple[str, str]) -> "Paper":
        """The same paper with each old wording replaced once; raises ValueError if one is absent."""
        text = "\n\n".join(self.paragraphs)
        for old, new in edits:
            if text.count(old) != 1:
                raise ValueError(f"not there exactly once: {old!r}")
            text = text.replace(old, new)
        return Paper(text)


def paper(text: str) -> Paper:
    return Paper(dedent(text).strip())


# ---------------------------------------------------------------- the mayor

ICE_RINK_ORDER = paper("""
    WHEREAS, the Civic Ice Rink at Harborview Center opens each winter for skating lessons,
    youth hockey and public sessions; and

    WHEREAS, the ice plant must run without pause from the first freeze to the closing weekend,
    and the sheet of ice must be resurfaced between sessions for the safety of skaters;

    NOW, THEREFORE, by the authority vested in me as Mayor, I order as follows:

    # Section 1. Hours.

    The Department of Parks shall open the rink from November 21, 2025 through March 8, 2026,
    daily from ten in the morning until nine in the evening, except when the ice is unsafe.

    # Section 2. Fees.

    Admission for residents under eighteen shall be free on Sundays. Skate rental shall not
    exceed four dollars.

    # Section 3. Ice safety.

    Staff shall measure the thickness of the ice each morning and shall close the rink when
    any part of the sheet is thinner than one inch.
""")

CLINIC_MASKS_ORDER = paper("""
    WHEREAS, the rate of COVID-19, influenza and other respiratory illness in Harborview has
    fallen below the level at which the health officer advises masking; and

    WHEREAS, patients and staff of the city clinics have asked for a clear rule;

    NOW, THEREFORE, by the authority vested in me as Mayor, I order as follows:

    # Section 1. Masks optional.

    Face masks are no longer required of patients, visitors or staff in the waiting areas of
    city clinics. Surgical masks shall be offered at every entrance without charge.

    # Section 2. Return of the requirement.

    If the health officer finds that respiratory illness has risen again, the Director of
    Public Health may require masks in clinics for up to thirty days.

    # Section 3. No other buildings.

    This order does not concern masks in any building other than a clinic.
""")

TASK_FORCE_ORDER = paper("""
    WHEREAS, the Sheriff of Tidewater County has entered into an agreement with the United
    States Department of Homeland Security under section 287(g) of the Immigration and
    Nationality Act; and

    WHEREAS, the Sheriff has invited the cities of the county to lend officers to a joint task
    force under that agreement;

    NOW, THEREFORE, by the authority vested in me as Mayor, I order as follows:

    # Section 1. Liaison.

    The Chief of Police may name one officer as a liaison to the Tidewater County 287(g) task
    force. The liaison shall attend its meetings and report on them to the Mayor each month.

    # Section 2. Limits.

    The liaison shall not question any person about immigration status, shall not serve an
    administrative warrant, and shall not exercise any power of an immigration officer under
    8 U.S.C. § 1357(g).

    # Section 3. Duration.

    This order expires on June 30, 2026 unless renewed.
""")

PERMITS_ORDER = paper("""
    WHEREAS, applicants for small building permits wait an average of eleven weeks for a first
    answer; and

    WHEREAS, three departments now review the same drawings one after another;

    NOW, THEREFORE, by the authority vested in me as Mayor, I order as follows:

    # Section 1. One counter.

    The Office of Permits is established in the Department of Buildings. It shall receive every
    application for a permit for work valued at less than fifty thousand dollars.

    # Section 2. Time to answer.

    The Office shall give a first written answer within twenty working days and shall publish
    each month the share of applications answered in time.
""")

PROPERTY_ORDER = paper("""
    WHEREAS, the City of Harborview owns or controls parking lots, garages, vacant lots, parks,
    piers and buildings that are held for the use of the public and of city departments; and

    WHEREAS, the use of such property as a base for civil immigration enforcement disrupts city
    services, keeps residents from parks, clinics and libraries, and was never among the
    purposes for which the property was acquired; and

    WHEREAS, a city may decide how property it owns is used, in the manner of any other owner;

    NOW, THEREFORE, by the authority vested in me as Mayor, I order as follows:

    # Section 1. Definitions.

    "City property" means any parking lot, parking garage, vacant lot, park, pier, building or
    other real property that is owned, leased or controlled by the City of Harborview.

    "Civil immigration enforcement" means any action to investigate, detain or remove a person
    for a violation of federal civil immigration law. It does not include the execution of a
    warrant signed by a judge.

    # Section 2. Prohibited uses.

    No department shall permit city property to be used as a staging area, processing location,
    or operations base for civil immigration enforcement.

    # Section 3. Signs and barriers.

    Each department shall, within thirty days, identify the city property in its charge that
    has been used, or is likely to be used, for a purpose prohibited by section 2, and shall
    post a sign at each entrance stating that such use is not permitted.

    # Section 4. Reports.

    An employee who learns of a use prohibited by section 2 shall report it to the City
    Attorney within one working day. The employee shall not obstruct any federal officer.

    # Section 5. Construction.

    Nothing in this order restricts the execution of a judicial warrant, a response to an
    emergency that threatens life, or the sharing of information that federal law requires.
""")

PROPERTY_ORDER_AMENDED = PROPERTY_ORDER.revised(
    (
        "operations base for civil immigration enforcement.",
        "operations base for civil immigration enforcement, unless the Chief of Staff has approved it in writing.",
    ),
    ("within thirty days, identify", "within ninety days, identify"),
)

SEAWALL_ORDER = paper("""
    WHEREAS, the storm of February 14, 2026 opened a gap of some forty feet in the seawall at
    Pier 9, and the next high tides are forecast for the middle of March;

    NOW, THEREFORE, by the authority vested in me as Mayor, I order as follows:

    # Section 1. Emergency.

    An emergency exists at Pier 9. The Director of Public Works may award contracts for the
    repair of the seawall without advertisement, up to a total of two million dollars.

    # Section 2. Closure.

    The promenade between Pier 8 and Pier 10 is closed until the Director finds it safe.
""")

FACE_COVERING_ORDER = paper("""
    WHEREAS, residents have reported persons in tactical clothing, with faces covered and
    without names or badges, who stopped and questioned people in Harborview and said that
    they were officers of the law; and

    WHEREAS, a person who cannot tell an officer from an impostor is put in danger, and so is
    the officer; and

    WHEREAS, the Harborview Police Department already requires its members to show their names;

    NOW, THEREFORE, by the authority vested in me as Mayor, I order as follows:

    # Section 1. Officers of the city.

    No member of the Police Department shall wear a mask or other face covering that conceals
    the face while interacting with the public in the performance of official duties. Each
    member shall wear a visible name and badge number.

    # Section 2. Exceptions.

    Section 1 does not apply to protective equipment against smoke, toxins or gas, to an officer
    assigned to undercover work, or to a helmet required for the operation of a motorcycle.

    # Section 3. Officers of other agencies.

    When a member of the Police Department meets a person who claims to be a law enforcement
    officer of another agency and who wears a mask or shows no identification, the member shall
    ask for the person's name, agency and badge number, and shall record the answer and activate
    a body-worn camera.

    # Section 4. Joint operations.

    The Police Department shall not take part in a joint operation with any agency whose law
    enforcement officers wear masks to conceal their identity, unless the Chief of Police finds
    in writing that the operation is needed to protect life.

    # Section 5. Records.

    Records made under section 3 shall be kept for five years and sent each month to the Office
    of Police Accountability.
""")

ENDING_287G_ORDER = paper("""
    WHEREAS, section 287(g) of the Immigration and Nationality Act, 8 U.S.C. § 1357(g), permits
    but does not require local agencies to perform the functions of immigration officers; and

    WHEREAS, Executive Order 2025-16 named a liaison of this city to the Tidewater County
    287(g) task force; and

    WHEREAS, reports of that liaison show that the task force has asked the city for officers,
    vehicles and jail beds, none of which the city can spare;

    NOW, THEREFORE, by the authority vested in me as Mayor, I order as follows:

    # Section 1. Rescission.

    Executive Order 2025-16 is rescinded. The assignment of the liaison ends today.

    # Section 2. No agreements.

    No department shall enter into, renew or take part in a 287(g) agreement, or any other
    agreement by which an officer of the city would perform the functions of an immigration
    officer, whether under the jail enforcement model, the warrant service officer model or the
    task force model.

    # Section 3. Resources.

    No department shall use money, personnel, vehicles, databases or detention space of the
    city to support an agreement described in section 2 to which another agency is a party.

    # Section 4. Notice.

    The Chief of Police shall give written notice of this order to the Sheriff of Tidewater
    County and to the field office of United States Immigration and Customs Enforcement within
    five working days.
""")

STORM_DRAINS_ORDER = paper("""
    WHEREAS, leaves and gravel left by the winter storms have blocked one storm drain in six;

    NOW, THEREFORE, by the authority vested in me as Mayor, I order as follows:

    # Section 1. Cleaning week.

    The week that begins on March 16, 2026 is Storm Drain Cleaning Week. Crews of Public Works
    shall clean every drain on the list of flooded intersections first.

    # Section 2. Volunteers.

    The department shall lend rakes, gloves and safety vests to residents who adopt a drain.
""")

# ---------------------------------------------------------- the legislature

HB_1107 = paper("""
    # AN ACT Relating to immigration enforcement agreements; and adding a new chapter to Title 43 of the code.

    BE IT ENACTED BY THE LEGISLATURE OF THE STATE OF CASCADIA:

    # NEW SECTION. Sec. 1. Findings.

    The legislature finds that trust between residents and local peace officers is needed for
    the reporting and the solving of crimes, and that this trust is lost where local officers
    act as immigration officers of the United States.

    # NEW SECTION. Sec. 2. Definitions.

    In this chapter, "immigration enforcement agreement" means a contract, memorandum of
    agreement or other arrangement under section 287(g) of the federal Immigration and
    Nationality Act, 8 U.S.C. § 1357(g), or any similar law, by which an employee of a state or
    local agency performs the functions of an immigration officer.

    "Law enforcement agency" means the state patrol, a county sheriff, a city police department
    and any other agency whose employees may make arrests.

    # NEW SECTION. Sec. 3. Prohibition.

    (1) A law enforcement agency may not enter into an immigration enforcement agreement.

    (2) A law enforcement agency that is a party to an immigration enforcement agreement on the
    effective date of this act shall give notice of termination within ninety days.

    # NEW SECTION. Sec. 4. Conduct not affected.

    Nothing in this chapter prevents a law enforcement agency from executing a warrant issued by
    a judge, from sharing information as 8 U.S.C. § 1373 requires, or from working with a federal
    agency in the investigation of a crime.

    # NEW SECTION. Sec. 5. Enforcement.

    The attorney general may bring an action to enjoin a violation of this chapter. A court may
    award costs to the state if it prevails.

    # NEW SECTION. Sec. 6. Effective date.

    This act takes effect on January 1, 2027.
""")

HB_1107_SUBSTITUTE = HB_1107.revised(
    ("# AN ACT Relating to", "# SUBSTITUTE. AN ACT Relating to"),
    (
        "shall give notice of termination within ninety days.",
        "shall terminate the agreement within thirty days.\n\n(3) A law enforcement agency may not detain a person beyond the time of release on the sole ground of a civil immigration detainer.",
    ),
    ("A court may award costs to the state if it prevails.", ""),
    (
        "This act takes effect on January 1, 2027.",
        "This act is necessary for the immediate preservation of the public peace and takes effect immediately.",
    ),
)

SB_5031 = paper("""
    # AN ACT Relating to face coverings worn by law enforcement officers; and adding new sections to chapter 10.93 of the code.

    BE IT ENACTED BY THE LEGISLATURE OF THE STATE OF CASCADIA:

    # NEW SECTION. Sec. 1. Face coverings.

    (1) A law enforcement officer may not wear a mask or other face covering that conceals the
    officer's identity while interacting with the public in the performance of official duties.

    (2) This section applies to an officer of a local, state or federal agency, and to any person
    who acts on behalf of such an agency.

    # NEW SECTION. Sec. 2. Exceptions.

    Section 1 of this act does not apply to:

    (a) A translucent face shield or clear mask that does not hide the face;

    (b) A respirator or other equipment needed against smoke, gas, toxins or infection;

    (c) An officer engaged in undercover work approved by a supervisor; or

    (d) A member of a tactical team during an operation that requires protective gear.

    # NEW SECTION. Sec. 3. Identification.

    A law enforcement officer shall display the officer's agency and either a name or a badge
    number, placed so that a person of ordinary eyesight can read it at six feet.

    # NEW SECTION. Sec. 4. Penalty.

    A violation of section 1 of this act is a misdemeanor. A person harmed by a willful violation
    may bring a civil action for damages of not less than one thousand dollars.

    # NEW SECTION. Sec. 5. Severability.

    If any provision of this act is held invalid, the rest of the act is not affected.
""")

HB_1212 = paper("""
    # AN ACT Relating to the use of state property for civil immigration enforcement; and adding a new section to chapter 43.82 of the code.

    BE IT ENACTED BY THE LEGISLATURE OF THE STATE OF CASCADIA:

    # NEW SECTION. Sec. 1. State property.

    (1) A state agency or local government may not permit state-owned or city-owned property,
    including a parking lot, garage, vacant lot, ferry terminal or campus building, to be used
    as a staging area, processing location, or operations base for civil immigration enforcement.

    (2) This section does not limit the execution of a warrant issued by a judge, or access to
    any area that is open to the general public.

    # NEW SECTION. Sec. 2. Signs.

    The department of enterprise services shall design a sign that states the rule of section 1
    of this act, and shall supply it without charge to every agency and local government.

    # NEW SECTION. Sec. 3. Leases.

    A lease of state property signed after the effective date of this act must contain the rule
    of section 1 of this act as a term of the lease.
""")

SB_5144 = paper("""
    # AN ACT Relating to agreements between county sheriffs and federal agencies; and adding a new section to chapter 36.28 of the code.

    BE IT ENACTED BY THE LEGISLATURE OF THE STATE OF CASCADIA:

    # NEW SECTION. Sec. 1. Reports.

    (1) A county sheriff who is a party to a 287(g) agreement shall report to the legislature
    each quarter the number of persons questioned, detained or transferred under the agreement,
    their ages, and the offense, if any, for which each was first arrested.

    (2) The sheriff shall publish the agreement and each amendment of it on the public website
    of the county within three days of signature.

    # NEW SECTION. Sec. 2. Public hearing.

    A county sheriff may not sign or renew a 287(g) agreement until the county legislative
    authority has held a public hearing on it, with notice of at least fourteen days.
""")

SB_5201 = paper("""
    # AN ACT Relating to the training of local officers as immigration officers; and adding a new section to chapter 43.101 of the code.

    BE IT ENACTED BY THE LEGISLATURE OF THE STATE OF CASCADIA:

    # NEW SECTION. Sec. 1. Training.

    (1) The criminal justice training commission may not use state funds, instructors or
    facilities to train a peace officer for duties under section 287(g) of the Immigration and
    Nationality Act or under 8 U.S.C. § 1357(g).

    (2) Hours spent in training given by a federal agency for a 287(g) agreement do not count
    toward the continuing education that a peace officer must complete.

    # NEW SECTION. Sec. 2. Repayment.

    An agency whose officer is trained in violation of section 1 of this act shall repay to the
    state the salary of the officer for the days of the training.
""")

HB_1033 = paper("""
    # AN ACT Relating to refrigerant safety at ice rinks; and amending chapter 70.77 of the code.

    BE IT ENACTED BY THE LEGISLATURE OF THE STATE OF CASCADIA:

    # Sec. 1. Ammonia detectors.

    The operator of an ice rink, ice arena or curling hall whose plant uses ammonia shall install
    a detector in the ice machine room and shall test it each month while ice is kept.

    # Sec. 2. Training.

    At least one employee trained in the safe handling of refrigerants shall be on duty at all
    times when the ice is open to the public.
""")

HB_1058 = paper("""
    # AN ACT Relating to masks in health care settings during outbreaks of respiratory disease; and amending chapter 70.41 of the code.

    BE IT ENACTED BY THE LEGISLATURE OF THE STATE OF CASCADIA:

    # Sec. 1. Masks in hospitals.

    During an outbreak of COVID-19, influenza or another respiratory disease, a hospital may
    require patients, visitors and staff to wear a surgical mask or N95 respirator in areas where
    care is given.

    # Sec. 2. Supply.

    The department of health shall keep a stock of face masks sufficient for sixty days, and
    shall replace masks that have passed the date printed on the box.

    # Sec. 3. Exemptions.

    A person who for reasons of health cannot wear a mask may not be refused care.
""")


def ordinary_bill(subject: str, chapter: str, *sentences: str) -> Paper:
    """A short bill about something else, a section a sentence."""
    head = (
        f"# AN ACT Relating to {subject}; and amending chapter {chapter} of the code.\n\n"
        "BE IT ENACTED BY THE LEGISLATURE OF THE STATE OF CASCADIA:"
    )
    sections = (f"# Sec. {number}.\n\n{words}" for number, words in enumerate(sentences, 1))
    return Paper("\n\n".join((head, *sections)))


FERRY_FARES = ordinary_bill(
    "ferry fares for students",
    "47.60",
    "The department of transportation shall carry a student who shows a valid school card without "
    "charge on any route of fewer than ten miles, on school days between six in the morning and "
    "seven in the evening.",
    "The department shall report each year how many students were carried and what fares were forgone.",
)
CULVERTS = ordinary_bill(
    "culverts that block the passage of salmon",
    "77.57",
    "The department of fish and wildlife shall publish a list of culverts under state roads that "
    "block the passage of salmon, in the order in which they are to be replaced.",
    "A culvert on the list must be replaced within twelve years of its listing.",
    "A county may ask that a culvert under a county road be added to the list.",
)
SCHOOL_LUNCH = ordinary_bill(
    "lunch periods in elementary schools",
    "28A.235",
    "Every pupil in an elementary school shall have at least twenty minutes of seated time to eat lunch.",
    "Time spent walking to the lunch room or waiting in line does not count toward the twenty minutes.",
)
NOTARIES = ordinary_bill(
    "electronic records of notarial acts",
    "42.45",
    "A notary public who performs a notarial act for a person in another place by means of "
    "communication technology shall keep an audio and video record of the act for ten years.",
    "The department of licensing shall approve the technology and may charge a fee for its review.",
)
SMOKE_SHELTERS = ordinary_bill(
    "shelters with clean air during wildfire smoke",
    "38.52",
    "A county of more than thirty thousand residents shall open at least one shelter with filtered "
    "air when the index of air quality is forecast to exceed two hundred for two days.",
    "The military department shall repay to the county half of the cost of filters.",
)
BODY_CAMERAS = ordinary_bill(
    "the cost of copies of recordings from body-worn cameras",
    "42.56",
    "An agency may charge a person who asks for a recording from a body-worn camera the actual cost "
    "of redaction, but not more than forty dollars for each hour of recording.",
    "A person who appears in the recording shall not be charged.",
)
