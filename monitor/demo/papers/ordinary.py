"""Short bills about other things: most of what any legislature does."""

from monitor.demo.papers import Paper


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
