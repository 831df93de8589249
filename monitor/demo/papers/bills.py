"""The bills of the invented legislature that somebody watches, and their amendments."""

from monitor.demo.papers import paper

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

HB_1107_ENGROSSED = HB_1107_SUBSTITUTE.revised(
    ("# SUBSTITUTE. AN ACT Relating to", "# ENGROSSED SUBSTITUTE. AN ACT Relating to"),
    (
        "from working with a federal agency in the investigation of a crime.",
        "from taking part in a task force whose written purpose is the investigation of crimes and which does not enforce civil immigration law.",
    ),
    (
        "bring an action to enjoin a violation of this chapter.",
        "bring an action to enjoin a violation of this chapter. A person harmed by a violation may do the same.",
    ),
)

SB_5031_STRIKING = SB_5031.revised(
    ("# AN ACT Relating to", "# STRIKING AMENDMENT. AN ACT Relating to"),
    (
        "(d) A member of a tactical team during an operation that requires protective gear.",
        "(d) A member of a tactical team during an operation that requires protective gear, for no longer than the operation lasts.",
    ),
    (
        "damages of not less than one thousand dollars.",
        "damages of not less than five thousand dollars.",
    ),
)

SB_5230 = paper("""
    # AN ACT Relating to immigration enforcement agreements; and adding a new chapter to Title 43 of the code.

    BE IT ENACTED BY THE LEGISLATURE OF THE STATE OF CASCADIA:

    # NEW SECTION. Sec. 1. Companion.

    This act is the companion of House Bill 1107.

    # NEW SECTION. Sec. 2. Prohibition.

    (1) A law enforcement agency may not enter into an agreement under section 287(g) of the
    federal Immigration and Nationality Act, 8 U.S.C. § 1357(g).

    (2) A law enforcement agency that is a party to such an agreement shall terminate it within
    thirty days of the effective date of this act.

    # NEW SECTION. Sec. 3. Reports.

    The attorney general shall publish each year a list of agencies that were parties to such an
    agreement and the date on which each agreement ended.
""")
