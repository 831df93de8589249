"""The papers of the invented city council: ordinances with marks of what they change."""

from monitor.demo.papers import paper

CB_3117 = paper("""
    # AN ORDINANCE relating to law enforcement; restricting face coverings worn by law enforcement officers; and adding a new Chapter 12A.26 to the Harborview Municipal Code.

    WHEREAS, residents have reported masked agents who stopped people on the streets of
    Harborview and showed neither a name nor a badge; and

    WHEREAS, a person who cannot tell an officer from an impostor is put in danger;

    NOW, THEREFORE, THE CITY OF HARBORVIEW DOES ORDAIN AS FOLLOWS:

    # Section 1. Face coverings.

    {+A law enforcement officer shall not wear a mask or other face covering that conceals the
    face while interacting with the public in the performance of official duties.+}

    # Section 2. Identification.

    {+A law enforcement officer shall display the name of the agency and a badge number.+}

    # Section 3. Exceptions.

    {+Section 1 does not apply to protective equipment against smoke or toxins, or to an officer
    assigned to undercover work.+}

    # Section 4. Penalty.

    {+A violation of this chapter is a civil infraction of not more than two hundred fifty
    dollars.+}

    # Section 5. Police Department manual.

    Section 8.200 of the manual, which provides that members {-may-} {+shall not+} cover their
    faces {-at the direction of a supervisor-} {+except as this chapter allows+}, is amended.
""")

CB_3117_B = CB_3117.revised(
    (
        "{+A law enforcement officer shall display the name of the agency and a badge number.+}",
        "{+A law enforcement officer of any agency, local, state or federal, shall display the name of the agency and a badge number that can be read at six feet.+}",
    ),
    (
        "{+A violation of this chapter is a civil infraction of not more than two hundred fifty dollars.+}",
        "{+A violation of this chapter is a misdemeanor. A person harmed by a violation may bring a civil action.+}",
    ),
    (
        "or to an officer assigned to undercover work.+}",
        "to an officer assigned to undercover work, or to a helmet required on a motorcycle.+}",
    ),
)

CB_3105 = paper("""
    # AN ORDINANCE relating to city property; prohibiting its use for civil immigration enforcement; and amending Section 18.12.045 of the Harborview Municipal Code.

    NOW, THEREFORE, THE CITY OF HARBORVIEW DOES ORDAIN AS FOLLOWS:

    # Section 1. Use of city property.

    Section 18.12.045 is amended: {-The Superintendent may permit any use of a parking lot, garage
    or pier.-} {+City property, including any parking lot, garage, vacant lot or pier, shall not be
    used as a staging area, processing location, or operations base for civil immigration
    enforcement.+}

    # Section 2. Signs.

    {+A sign that states the rule of section 1 shall be posted at each entrance.+}
""")

RES_1544 = paper("""
    # A RESOLUTION asking the Sheriff of Tidewater County to end the county's 287(g) agreement.

    WHEREAS, the Sheriff of Tidewater County has entered into an agreement under section 287(g) of
    the Immigration and Nationality Act, 8 U.S.C. § 1357(g);

    NOW, THEREFORE, BE IT RESOLVED BY THE CITY COUNCIL OF HARBORVIEW THAT:

    # Section 1.

    The Council asks the Sheriff to end the agreement.

    # Section 2.

    The Council asks the Mayor not to assign any officer to a task force under the agreement.
""")

RES_1544_REWRITTEN = RES_1544.revised(
    (
        "The Council asks the Sheriff to end the agreement.",
        "The Council asks the Sheriff to review the agreement and to report on it within a year.",
    ),
)

CB_3098 = paper("""
    # AN ORDINANCE relating to the Civic Ice Rink; accepting the gift of an ice resurfacer.

    # Section 1.

    The gift of one electric ice resurfacer from the Friends of the Civic Ice Rink is accepted.
""")

CB_3102 = paper("""
    # AN ORDINANCE relating to street trees; requiring two trees for each tree removed.

    # Section 1.

    Whoever removes a street tree shall plant two street trees within one mile and one year.
""")

CB_3109 = paper("""
    # AN ORDINANCE relating to parking; setting the rates of meters on the waterfront.

    # Section 1.

    The rate of a meter between Pier 4 and Pier 12 is three dollars an hour from May through
    September and one dollar an hour in the other months.
""")

CB_3121 = paper("""
    # AN ORDINANCE relating to libraries; opening branch libraries on Sunday afternoons.

    # Section 1.

    Each branch library shall be open from one until five on Sunday afternoons.
""")

CB_3117_NOTE = paper("""
    # Summary and Fiscal Note: CB 3117.

    The ordinance has no cost beyond the printing of a manual page. The Law Department expects
    fewer than ten infractions a year.
""")
