"""Inflections of one word, and words that only share a stem."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.query import parse
from pipelines.inflections import uninflected
from pipelines.match import matches_query

WORDS = [
    "officer officers", "office offices", "police", "policy policies", "hospital hospitals",
    "hospitality", "agent agents", "agency agencies", "detain detains detained detaining",
    "detainer detainers", "detention detentions", "mask masks masked masking",
    "enforce enforces enforced enforcing", "enforcement enforcements", "deputize deputized deputizing",
    "share shares shared sharing", "lease leases leased leasing",
    "notify notifies notified notifying", "plan plans planned planning", "hide hides hiding",
    "hop hopped hopping", "hope hoped hoping", "city cities", "church churches", "library libraries",
    "agree agrees agreed agreeing", "agreement agreements", "immigration", "immigrant immigrants",
    "migrate migrated migrating", "warrant warrants warranted", "warranty warranties", "car cars",
    "care cares cared caring", "transfer transferred transferring", "courthouse courthouses",
    "operate operated operating", "operation operations", "class classes", "tax taxes taxed taxing",
    "process processes processed", "die dies died", "create created creating", "use used using",
    "require required requiring", "commit committed committing", "bus", "pass passes passed",
    "custody", "custodial", "community communities", "communicate communicated", "need needs needed",
    "proceed proceeds proceeded", "bed beds", "bleed bleeding", "string strings", "red",
]  # fmt: skip


@pytest.mark.parametrize("forms", WORDS)
def test_inflections_are_one_word(forms: str) -> None:
    """Plurals, past and -ing forms; the other words of the list are others."""
    one, *others = {uninflected(form) for form in forms.split()}
    assert not others
    strangers = {uninflected(word) for row in WORDS if row != forms for word in row.split()}
    assert one not in strangers


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("officer", "The OFFICE of the Mayor"),
        ("police", "a policy of the city"),
        ("hospital", "funds for hospitality"),
        ("detainer", "to detain a person"),
        ("immigrant", "immigration law"),
        ("universe", "the university"),
    ],
)
def test_words_of_one_stem_are_not_found(asked: str, text: str) -> None:
    """What a stemmer joins is another word in law."""
    assert matches_query(parse(asked), text) == ()
    assert matches_query(parse(asked), f"{text} and {asked}s") != ()


@given(st.text("aeioubcdglmnstyz'", max_size=12))
def test_every_word_has_a_form(word: str) -> None:
    """Whatever stands there is taken, and the plural in -s is the same word."""
    assert uninflected(word) or not word.strip("'s")


@given(
    st.from_regex(r"[bcdfglmnprt][aeiou][bdgmnpt]{1,2}[bcdfglmnprt]?(er|or|ant|le)", fullmatch=True)
)
def test_the_forms_of_made_up_words(word: str) -> None:
    """Nouns and verbs that nobody wrote down."""
    past = word + "d" if word.endswith("e") else word + "ed"
    doing = word.removesuffix("e") + "ing"
    assert all(
        uninflected(one) == uninflected(other)
        for one, other in pairwise((word, word + "s", past, doing))
    )
