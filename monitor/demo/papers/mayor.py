"""The executive orders of the invented mayor."""

from monitor.demo.papers import paper

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

FACE_COVERING_ORDER_AMENDED = FACE_COVERING_ORDER.revised(
    (
        "or to a helmet required for the operation of a motorcycle.",
        "to a helmet required for the operation of a motorcycle, or to a member assigned to a joint operation with another agency.",
    ),
    ("shall be kept for five years", "shall be kept for ninety days"),
)

MASKED_AGENTS_ORDER = paper("""
    WHEREAS, staff of the city clinics have reported masked agents without badges in waiting
    rooms and parking lots; and

    WHEREAS, patients have stayed away from their appointments for fear of them;

    NOW, THEREFORE, by the authority vested in me as Mayor, I order as follows:

    # Section 1. Reports.

    An employee of a city clinic who sees a person with a covered face who claims to be a law
    enforcement officer shall report it to the Director of Public Health on the same day.

    # Section 2. Care comes first.

    No employee shall leave a patient in order to make a report.

    # Section 3. Publication.

    The Director shall publish the number of reports each month.
""")

RESCIND_FACE_COVERING_ORDER = paper("""
    WHEREAS, the City Council has taken up Council Bill 3117, which would write the rules of
    Executive Order 2026-04 into the municipal code; and

    WHEREAS, the Chief of Police has asked for a single rule;

    NOW, THEREFORE, by the authority vested in me as Mayor, I order as follows:

    # Section 1. Rescission.

    Executive Order 2026-04, Identification and Face Coverings of Law Enforcement Officers, is
    rescinded.

    # Section 2. Until the ordinance takes effect.

    Until an ordinance on the subject takes effect, each member of the Police Department shall
    wear a visible name and badge number, and no law enforcement officer of the city shall wear
    a face covering while interacting with the public.
""")

MARKETS_ORDER = paper("""
    WHEREAS, farmers' markets bring fresh food to neighborhoods without a grocery;

    NOW, THEREFORE, by the authority vested in me as Mayor, I order as follows:

    # Section 1. Fees.

    The permit fee for a farmers' market of fewer than forty stalls is waived through October.

    # Section 2. Streets.

    The Department of Transportation may close one block for a market on Saturdays.
""")
