"""What is learned as volatile, where it is found again, and what never is learned."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.vocabulary import TextState
from pipelines.clean import text_digest
from pipelines.confirming import STATES, Confirmer
from pipelines.proving import Seen, learn, learn_across, learn_from_history
from pipelines.redline import apply, redline
from pipelines.stamps import class_of, day_of
from pipelines.texts import Extracted, Page, VersionText, Volatile
from pipelines.volatile import covers, generalised, ignored, left_out, places

NOW = datetime(2026, 11, 23, 7, 15, tzinfo=UTC)
DAY = timedelta(days=1)
LAW = (
    "CB {n} A BILL concerning masks. Section 4. No officer shall wear a mask within ten feet of a "
    "school. This act is effective July 1, 2026. The fee is $5,000. It is printed as passed."
)
HEAD = "Page generated {at:%A, %B %d, %Y} at {at:%I:%M:%S %p} for visitor {count:,} "


def printed(day, n=1):
    return f"{LAW.format(n=n)} Printed on {day:%m/%d/%Y}"


def headed(at, count, n=1):
    return HEAD.format(at=at, count=count) + LAW.format(n=n)


def parts(first, second, **more):
    return [one.part for one in learn(first, second, **more).learned]


class TestStamps:
    """The classes of words, and the days they say."""

    @pytest.mark.parametrize(
        ("word", "name"),
        [("11/23/2026", "date"), ("2026-11-23", "date"), ("23-Nov-2026", "date"), ("7:15", "time"),
         ("07:15:26Z,", "time"), ("2026-11-23T07:15:26Z", "date"), ("PM", "half"), ("UTC", "zone"),
         ("4,711", "number"), ("23rd", "number"), ("(November", "month"), ("Monday,", "weekday"),
         ("8f3a9c0e12", "token"), ("officers", ""), ("$5,000", ""), ("5%", ""), ("\u00a74", ""),
         ("10.1-13", ""), ("", "")],
    )  # fmt: skip
    def test_classes(self, word, name):
        """Amounts and section signs have none: no shape ever fits them."""
        assert class_of(word) == name

    @pytest.mark.parametrize(
        "words",
        ["11/23/2026", "23/11/2026", "2026-11-23", "23-nov-26", "November 23, 2026",
         "Mon, Nov. 23rd, 2026 at 7:15 PM", "23 November 2026"],
    )  # fmt: skip
    def test_days(self, words):
        """A day is the same however it is written."""
        assert day_of(words.split()) == NOW.date()

    @pytest.mark.parametrize("words", ["13/13/2026", "July", "7:15", "1/1/2026 2/2/2026", "a law"])
    def test_no_day(self, words):
        """What is no day, or says two, is none."""
        assert day_of(words.split()) is None


class TestTwice:
    """Two fetches of one address."""

    def test_a_whole_stamp_is_one_part(self):
        """The day is in it although both fetches were made on that day, and the next day fits."""
        first = headed(NOW, 4711)
        known = parts(first, headed(NOW + timedelta(seconds=65), 4712))
        assert [part.shape for part in known] == [
            "weekday month number number =at time half", "number",
        ]  # fmt: skip
        later = headed(NOW + 40 * DAY + timedelta(hours=7), 5003)
        found = redline(first, later, volatile=known)
        assert found.cosmetic
        assert not found.equal
        assert ignored(found.hunks).total() == 2
        assert apply(first.split(), found.hunks) == later.split()

    @given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 3000))
    def test_an_amendment_beside_a_stamp_is_shown_alone(self, before, after, days):
        """What is volatile is cosmetic, the words of the law are not."""
        known = parts(headed(NOW, 1), headed(NOW + timedelta(seconds=61), 2))
        old = headed(NOW, before)
        new = headed(NOW + days * DAY, after).replace("ten feet", "six feet")
        found = redline(old, new, volatile=known)
        assert [(h.old, h.new) for h in found.hunks if not h.cosmetic] == [("ten", "six")]
        assert apply(old.split(), found.hunks) == new.split()

    def test_a_stamp_that_comes_and_goes(self):
        """A printed date that only one of two fetches has may be absent from then on."""
        bare, stamped = LAW.format(n=1), "CB 1 printed 04/05/2026" + LAW.format(n=1)[4:]
        (part,) = parts(stamped, bare, known=bare)
        assert part.shape == "? =printed date"
        other = stamped.replace("04/05", "11/30")
        for old, new in ((bare, other), (other, bare), (stamped, other)):
            assert redline(old, new, volatile=[part]).cosmetic
        assert not redline(bare, other.replace("printed", "repealed"), volatile=[part]).cosmetic

    def test_a_mirror_teaches_nothing(self):
        """Where the second fetch has the known words, the site shows two states of its text."""
        known, amended = LAW.format(n=1), LAW.format(n=1).replace("ten", "six")
        proof = learn(amended, known, known=known)
        assert (proof.learned, proof.states) == ((), True)
        both = learn(headed(NOW, 7).replace("ten", "six"), headed(NOW, 8), known=headed(NOW, 5))
        assert [one.part.shape for one in both.learned] == ["number"]
        assert both.states

    @pytest.mark.parametrize(
        ("old", "new"), [("$5,000", "$7,500"), ("Section 4.", "\u00a7 4."), ("$5,000", "nothing")]
    )
    def test_amounts_are_never_learned(self, old, new):
        """Not even from two fetches."""
        proof = learn(LAW.format(n=1), LAW.format(n=1).replace(old, new))
        assert proof.learned == ()
        assert proof.why

    @given(st.lists(st.sampled_from("abcdefgh"), min_size=40), st.randoms())
    def test_much_that_differs_teaches_nothing(self, words, rng):
        """Two fetches that are mostly different are no stamps, and that is said."""
        other = [rng.choice("ijkl") if rng.random() < 0.8 else word for word in words]
        assume(sum(a != b for a, b in zip(words, other, strict=True)) > max(24, 0.6 * len(words)))
        proof = learn(" ".join(words), " ".join(other))
        assert proof.learned == ()
        assert "two fetches differ" in proof.why

    @given(st.text(), st.text(), st.text())
    def test_any_texts_can_be_compared(self, first, second, known):
        """Whatever a site sends, and what was learned makes the two fetches say the same or less."""
        learned = parts(first, second, known=known)
        found = redline(first, second, volatile=learned)
        assert apply(first.split(), found.hunks) == second.split()

    def test_other_line_breaks_are_not_learned(self):
        """What is a trifle to a redline is no part."""
        assert parts("in each even-numbered year", "in each even- numbered year") == []


class TestHistory:
    """Changes between visits, of which amendments are the most."""

    def test_a_day_of_printing_is_known_at_once(self):
        """The old text says the day of its fetch, the new one the day of its own."""
        states = [Seen(printed(NOW - 7 * DAY), NOW - 7 * DAY), Seen(printed(NOW), NOW)]
        (one,) = learn_from_history(states)
        assert one.part.shape == "date"
        assert redline(states[0].text, printed(NOW + DAY), volatile=[one.part]).cosmetic

    @given(
        st.dates(date(2020, 1, 1), date(2030, 1, 1)),
        st.dates(date(2020, 1, 1), date(2030, 1, 1)),
        st.sampled_from(["effective", "printed", "generated", "as of"]),
    )
    def test_another_day_of_a_law_is_never_learned(self, old, new, word):
        """Not even beside a word of printing: it must say the days of both fetches."""
        assume(abs(old - (NOW - 7 * DAY).date()) > DAY or abs(new - NOW.date()) > DAY)
        law = f"{LAW.format(n=1)} It is {word} {{:%B %d, %Y}} and not before."
        states = [Seen(law.format(old), NOW - 7 * DAY), Seen(law.format(new), NOW)]
        assert learn_from_history(states) == ()
        assert learn_across([tuple(states)] * 5) == ()

    @given(st.lists(st.integers(1, 10**6), min_size=2, max_size=9, unique=True))
    def test_numbers_of_a_law_are_never_learned(self, numbers):
        """However often and however steadily they grow."""
        for law in ("The fee is {:,} a year.", "Section {}. Masks.", "at least {} members shall"):
            grown = sorted(numbers)
            states = [
                Seen(f"{LAW.format(n=1)} {law.format(number)}", NOW + rank * DAY)
                for rank, number in enumerate(grown)
            ]
            assert learn_from_history(states) == ()
            assert learn_across(list(pairwise(states))) == ()

    @pytest.mark.parametrize("changes", [1, 2, 3])
    def test_a_counter_is_known_after_three_changes(self, changes):
        """Beside a word of counting, where nothing else changed; not sooner."""
        states = [
            Seen(f"{LAW.format(n=1)} You are visitor {4711 + 3 * rank} here", NOW + rank * DAY)
            for rank in range(changes + 1)
        ]
        assert len(learn_from_history(states)) == (changes == 3)
        amended = [*states[:-1], Seen(states[-1].text.replace("ten", "six"), states[-1].at)]
        assert learn_from_history(amended) == ()

    def test_a_day_that_is_today_in_three_documents(self):
        """One document's change is not enough where no word says that it is printed."""
        pairs = [
            (Seen(f"CB {n} of {NOW - DAY:%B %d, %Y}: {LAW.format(n=n)}", NOW - DAY),
             Seen(f"CB {n} of {NOW:%B %d, %Y}: {LAW.format(n=n)}", NOW))
            for n in (1, 2, 33)
        ]  # fmt: skip
        assert learn_from_history(pairs[0]) == ()
        assert learn_across(pairs[:2]) == ()
        (one,) = learn_across(pairs)
        again = pairs[0][0].text.replace("22", "30")
        assert redline(pairs[0][0].text, again, volatile=[one.part]).cosmetic

    def test_a_token_is_no_law(self):
        """A session id that is another one each time is known after three changes."""
        tokens = ("8f3a9c0e12", "77ab01cd34", "9e8d7c6b5a", "0a1b2c3d4e")
        states = [
            Seen(f"{LAW.format(n=1)} id {token}", NOW + rank * DAY)
            for rank, token in enumerate(tokens)
        ]
        assert learn_from_history(states[:3]) == ()
        assert len(learn_from_history(states)) == 1


class TestPlaces:
    """Where a part is found again."""

    PART = Volatile("printed on", "date", "by the")

    def test_all_of_the_context_must_stand_round_it(self):
        """Another word before or after it, or none, and it is no place."""
        text = (
            "Printed on 1/2/2026 by the city, printed on 1/2/2026 at the city, issued on 1/2/2026 "
            "by the city, printed on time by the city"
        )
        words = text.split()
        found = places([self.PART], words, 0, len(words))
        assert [(place.start, place.end) for place in found] == [(2, 3)]

    def test_words_that_come_beside_it_are_told(self):
        """What is put between the stamp and its context belongs to the law."""
        old = "It was printed on 1/2/2026 by the city."
        for new in ("It was printed on 3/4/2026 not by the city.", "It was printed on by the city.",
                    "It was printed on 3/4/2026 3/4/2026 by the city."):  # fmt: skip
            assert not redline(old, new, volatile=[self.PART]).cosmetic

    def test_parts_become_one_that_covers_both(self):
        """Their common context must name a place: four words, or three that speak of printing."""
        one, other = (Volatile(f"a b {n} printed on", "date", f"the {n} x") for n in "12")
        general = generalised(one, other)
        assert general == Volatile("printed on", "date", "the")
        assert covers(general, one)
        assert not covers(one, general)
        assert (
            generalised(Volatile("a printed", "date", "x"), Volatile("b printed", "date", "y"))
            is None
        )
        assert (
            generalised(Volatile("a by or on", "date", ""), Volatile("b by or on", "date", ""))
            is None
        )
        assert generalised(one, Volatile("printed on", "time", "the")) is None

    def test_what_is_left_out_is_counted(self):
        """In words."""
        assert left_out(0) == ""
        assert left_out(1) == "1 place that changes at every visit is left out"
        assert left_out(1200) == "1,200 places that change at every visit are left out"


def text(words):
    page = Page(number=None, start=0, text=words, method="html")
    found = Extracted(media_type="text/html", method="html", pages=(page,))
    return VersionText(
        state=TextState.READABLE, extracted=found, sha256="a", text_sha256=text_digest(words),
        url="https://city.example/1",
    )  # fmt: skip


class TestConfirmer:
    """A second look at what changed."""

    def look(self, before, first, *seconds, most=50, known=()):
        notes, asked = [], []
        confirmer = Confirmer(known, lambda *note: notes.append(note), most)

        async def run():
            found = []
            for second in seconds:

                async def again(second=second):
                    asked.append(second)
                    return text(second).extracted if second is not None else None

                found.append(await confirmer.confirm(text(first), text(before).extracted, again))
            return found

        return asyncio.run(run()), asked, notes

    def test_what_says_the_same_is_not_asked_for_again(self):
        """The same words otherwise spaced, or only known parts, cost the site no second visit."""
        known = parts(printed(NOW), printed(NOW + DAY))
        _, asked, _ = self.look(printed(NOW), printed(NOW + 9 * DAY), "x", known=known)
        assert asked == []

    def test_an_amendment_is_confirmed(self):
        """Two fetches alike: believed, nothing learned."""
        new = LAW.format(n=1).replace("ten", "six")
        ((found,), asked, notes) = self.look(LAW.format(n=1), new, new)
        assert (found.text, found.learned, notes) == (text(new), (), [])
        assert asked == [new]

    def test_a_second_fetch_that_fails_denies_nothing(self):
        """The text stands as it was read."""
        new = LAW.format(n=1).replace("ten", "six")
        (found,), _, _ = self.look(LAW.format(n=1), new, None)
        assert found.text == text(new)

    def test_a_known_text_in_the_second_fetch_is_refused(self):
        """The new one is not believed in this crawl, and a note says so."""
        old = LAW.format(n=1)
        (found,), _, notes = self.look(old, old.replace("ten", "six"), old)
        assert (found.text.accepted, found.text.reason) == (False, STATES)
        assert found.text.sha256 == ""
        assert any(STATES in note[1] for note in notes)

    def test_second_fetches_are_bounded(self):
        """Beyond the bound texts are believed without, and that is noted once."""
        new = LAW.format(n=1).replace("ten", "six")
        found, asked, notes = self.look(LAW.format(n=1), new, new, new, new, most=1)
        assert len(asked) == 1
        assert all(one.text.accepted for one in found)
        assert len({note[1] for note in notes}) == 1
