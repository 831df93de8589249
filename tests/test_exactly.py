"""Places where a query was once answered wrongly, each as somebody met it."""

import time
from types import SimpleNamespace

import pytest

from config.query import QueryError, parse
from config.query_common import parse_asked
from pipelines.match import compile_topics, find_matches, matches_query
from pipelines.texts import Extracted, Page


def found(written: str, text: str) -> list[str]:
    """The passages of a text that a query finds."""
    return [text[start:end] for start, end in matches_query(parse(written), text)]


@pytest.mark.parametrize(
    ("asked", "text", "passages"),
    [
        ("patrol", "patrolled, patrolling", ["patrolled", "patrolling"]),
        ("cancel", "cancelled or canceled", ["cancelled", "canceled"]),
        ("call", "called", ["called"]),
        ("e-v*", "use of E-Verify", ["E-Verify"]),
        ("o'n*", "O'Neil", ["O'Neil"]),
        ('"§"', "see §3", ["§"]),
        ('"$"', "$5", ["$"]),
        ('"287(g)"', "287(g)x", []),
        ('mask NEAR/1 "§ 3"', "mask word § 3", []),
        ('mask NEAR/2 "§ 3"', "mask word § 3", ["mask word § 3"]),
        ('mask NEAR/2 "(g)"', "mask one two (g)", []),
        ('mask NEAR/3 "(g)"', "mask one two (g)", ["mask one two (g)"]),
        ('mask NEAR/1 "§"', "mask §", ["mask §"]),
        ('"287(g)" SENTENCE detainer', "under section 287(g). The detainer rule", []),
        ('"287(g)" SENTENCE detainer', "section 287(g) and the detainer.", ["287(g) and the detainer"]),
        ("mask SENTENCE ban", "no mask. ¿Qué ban", []),
        ("mask SENTENCE ban", "no mask. Él ban", []),
        ("mask SENTENCE ban", "a mask (or hood). The ban", []),
    ],
)  # fmt: skip
def test_what_is_found(asked: str, text: str, passages: list[str]) -> None:
    """Doubled letters, one letter before a hyphen, signs, and the ends of sentences."""
    assert found(asked, text) == passages


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("=ICE", "N O T I C E"), ("=ICE", "O F F I C E  O F"), ("=ICE", "P O L I C E"),
        ("ice", "J U S T I C E"), ("rat", "I M M I G R A T I O N"), ("mask", "D A M A S K U S"),
    ],
)  # fmt: skip
def test_a_short_word_is_not_found_in_a_longer_one_set_apart(asked: str, text: str) -> None:
    """Letters set apart are parted into words only where all of them are words."""
    assert found(asked, text) == []


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("=ICE", "U S E O F I C E"), ('"ice agents"', "I C E A G E N T S"),
        ('"mask ban"', "A M A S K B A N"), ('"city property"', "U S E O F C I T Y P R O P E R T Y"),
    ],
)  # fmt: skip
def test_short_words_set_apart_are_found_beside_others(asked: str, text: str) -> None:
    """Between other words that are looked for, and small ones."""
    assert found(asked, text) != []


@pytest.mark.parametrize(
    ("asked", "text", "passages"),
    [
        ('"ice agents"', "I C E  A G E N T S", ["I C E  A G E N T S"]),
        ("=ICE", "T H E  U S E  O F  I C E", ["I C E"]),
        ("migración", "I N M I G R A C I O N", []),
        ("inmigración", "L A  I N M I G R A C I \N{LATIN CAPITAL LETTER O WITH ACUTE} N",
         ["I N M I G R A C I \N{LATIN CAPITAL LETTER O WITH ACUTE} N"]),
        ("inmigración", "I N M I G R A C I O\N{COMBINING ACUTE ACCENT} N",
         ["I N M I G R A C I O\N{COMBINING ACUTE ACCENT} N"]),
        ('"exhibits a"', "Exhibits A B C D", ["Exhibits A"]),
        ("officer", "an o\N{LATIN SMALL LIGATURE FFI}-\ncer", ["o\N{LATIN SMALL LIGATURE FFI}-\ncer"]),
        ("étudiants", "les e\N{COMBINING ACUTE ACCENT}tu-\ndiants", ["e\N{COMBINING ACUTE ACCENT}tu-\ndiants"]),
        ("migración", "migracio\N{COMBINING ACUTE ACCENT}-\nn", ["migracio\N{COMBINING ACUTE ACCENT}-\nn"]),
    ],
)  # fmt: skip
def test_letters_apart_and_words_broken(asked: str, text: str, passages: list[str]) -> None:
    """Short words between wide gaps, accents and ligatures are found, and lists are no words."""
    assert found(asked, text) == passages


@pytest.mark.parametrize(
    ("asked", "text", "passages"),
    [
        ("=ICE", "The service, or SERV-\nICE, ends.", []),
        ("mask", "A masquerade; a mask-\nquerade.", ["mask"]),
        ("mask", "No damask, a da-\nmask.", []),
        ("=ICE", "Members of anti-\nICE groups.", ["ICE"]),
        ('"city-owned"', "in city-\nowned lots", ["city-\nowned"]),
    ],
)
def test_half_of_a_broken_word_is_no_word(asked: str, text: str, passages: list[str]) -> None:
    """It is one where the text has the whole word elsewhere; else the hyphen may be a real one."""
    assert found(asked, text) == passages


@pytest.mark.parametrize(
    ("asked", "beside", "text"),
    [
        ('"re-entry"', "reentry", "a re-\nentry here"),
        ("entry", "reentry", "a re-\nentry here"),
        ("=Entry", "reentry", "a Re-\nEntry here"),
        ("ent*", "reentry", "a re-\nentry here"),
        ('"co-operation agreement"', "cooperation", "a co-\noperation agreement"),
        ("aa NEAR/2 bb", "reentry", "aa re-\nentry bb"),
        ("aa NEAR/2 bb", "immigration", "aa I M M I G R A T I O N  L A W bb"),
        ("aa PARAGRAPH bb", "reentry", "aa re-\n\nentry bb"),
        ("~entry", "reentry", "a re-\nentry here"),
    ],
)
def test_what_a_topic_finds_does_not_depend_on_others(asked: str, beside: str, text: str) -> None:
    """Words that another topic looks for are joined, and the same is found as without it."""
    page = Page(number=1, start=0, text=text, method="html")
    document = Extracted(media_type="text/html", method="html", pages=(page,))
    topics = [SimpleNamespace(name=name, tree=parse(name)) for name in (asked, beside)]
    alone = find_matches(compile_topics(topics[:1]), document)
    together = find_matches(compile_topics(topics), document)
    assert [match for match in together if match.topic == asked] == list(alone)
    assert alone or "/2" in asked


@pytest.mark.parametrize(
    ("asked", "now", "before"),
    [
        ("=ICE", "The ICE officers may enter any jail.", "The police officers may enter any jail."),
        ('"ice officers"', "The ICE officers may enter.", "The police officers may enter."),
        ('"287(g)"', "under 287(g) now", "under 1287(g) now"),
        ("mask", "a mask here, a mask there", "a mask here, a damask there"),
    ],
)
def test_the_end_of_another_word_is_no_passage_of_before(asked: str, now: str, before: str) -> None:
    """What is new is told as new, though its letters stood there."""
    matcher = compile_topics([SimpleNamespace(name="t", tree=parse(asked))])
    page = Page(number=1, start=0, text=now, method="html")
    document = Extracted(media_type="text/html", method="html", pages=(page,))
    assert any(match.new for match in find_matches(matcher, document, previous=before))
    assert not any(match.new for match in find_matches(matcher, document, previous=now))


@pytest.mark.parametrize(
    "asked", ['"."', '"("', '~"of the"', '="of the"', "of-the", "=The", "=THE"]
)
def test_what_nearly_every_text_has_is_refused(asked: str) -> None:
    """However it is written; two capitals may be a state."""
    with pytest.raises(QueryError, match="nearly every text"):
        parse_asked(asked)
    assert parse_asked("=OR")
    assert parse_asked('"§"')


def test_a_distance_of_many_figures_is_refused() -> None:
    """Python would not even read it."""
    with pytest.raises(QueryError, match="a distance from 1 to"):
        parse(f"a NEAR/{'9' * 5000} b")


def test_form_feeds_are_bounded() -> None:
    """Twice as many cost twice as much, not four times."""
    began = time.perf_counter()
    assert found("mask SENTENCE ban", f"mask{chr(12) * 40_000}ban") == [
        f"mask{chr(12) * 40_000}ban"
    ]
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("asked", "text", "passages"),
    [
        (
            "officer NEAR/8 mask NEAR/8 badge",
            "officer mask a b c d e f mask g h i j k l m badge",
            1,
        ),
        ("(officer NEAR/8 mask) NEAR/2 badge", "officer mask one two three mask badge", 1),
        ("badge UNLESS NEAR/2 (officer NEAR/8 mask)", "officer mask one two three mask badge", 0),
        ("badge SENTENCE ((aa NEAR/9 bb) OR cc)", "We aa there. So cc then bb and badge.", 1),
        (
            "badge UNLESS NEAR/2 ((aa NEAR/50 bb) OR cc)",
            "aa xx cc xx xx xx xx xx xx badge xx bb",
            0,
        ),
        ('"mask ban" NEAR/5 (mask OR "mask ban")', "a mask ban here", 1),
        (
            "(yy PARAGRAPH ice) SENTENCE zz",
            "An ice zz here. Then zz and zz. Now zz. Here zz. There zz yy.",
            1,
        ),
    ],
)
def test_what_joins_what_is_joined_already(asked: str, text: str, passages: int) -> None:
    """A word may be near a wider passage where it is not near the tightest one."""
    assert len(found(asked, text)) == passages


def test_what_is_new_is_told_before_what_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text with more passages than are reported loses none that was added at its end."""
    monkeypatch.setattr("pipelines.match.MOST", 10)
    before = " ".join(f"Section {number} bans a mask of sort {number}." for number in range(40))
    added = f"{before} Another clause bans a hood and a mask."
    matcher = compile_topics([SimpleNamespace(name="t", tree=parse("mask"))])
    page = Page(number=1, start=0, text=added, method="html")
    document = Extracted(media_type="text/html", method="html", pages=(page,))
    found = find_matches(matcher, document, previous=before)
    assert len(found) == 10
    assert [match.start for match in found if match.new] == [added.rindex("mask")]
    assert [match.start for match in found] == sorted(match.start for match in found)
