"""Digests: what a reader sees, complete in text and HTML, whatever a site printed."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import ChangeKind, Standing, TextState
from config.watchlist import read_watchlist
from monitor.alert_json import MOST_WHOLE as MOST_TOLD
from monitor.channels import Outgoing
from monitor.channels.envelope import envelope
from monitor.coverage import Coverage, Unchecked
from monitor.digests import MOST_LISTED, MOST_WHOLE, Rendered, render, render_for
from monitor.entries import MOST_PASSAGES, RANK, WORDS, web_address
from pipelines.texts import Page
from storage.ports import AlertFacts, MatchFacts, MeasureFacts, MessageFacts, VersionFacts

NOW = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
OLD = (
    "SECTION 1. An agency may enter into an agreement under section 287(g) of the Act. "
    "The agency shall keep a record for three years."
)
NEW = (
    "SECTION 1. An agency shall not enter into an agreement under section 287(g) of the Act. "
    "The agency shall keep a record for seven years."
)
DIGEST = "0123456789abcdef" * 4


def version(number=2, text=NEW, **changes):
    values = {
        "id": number,
        "note": "Substituted",
        "date": date(2026, 1, 4),
        "state": TextState.READABLE,
        "text": text,
        "text_sha256": "b" * 64,
        "document": DIGEST,
        "document_url": "https://leg.example.gov/hb12.pdf",
        "archive": "2026-01-05-us-wa.warc.gz",
    }
    return VersionFacts(**(values | changes))


def match(**changes):
    start = NEW.index("287(g)")
    values = {
        "topic": "287g",
        "term": '"287(g)"',
        "field": "text",
        "version_id": 2,
        "page": 3,
        "start": start,
        "end": start + 6,
        "snippet": NEW[20:110],
        "standing": Standing.ADDED,
        "score": 1.0,
        "new": True,
    }
    return MatchFacts(**(values | changes))


def measure(number=1, **changes):
    values = {
        "id": number,
        "place": "us/wa",
        "session": "2026",
        "identifier": "HB 12",
        "title": "An act relating to agreements",
        "status": "In committee",
        "url": "https://leg.example.gov/hb12",
    }
    return MeasureFacts(**(values | changes))


def alert(number=1, kind=ChangeKind.AMENDED, **changes):
    values = {
        "change_id": number,
        "kind": kind,
        "at": NOW,
        "source": "washington",
        "summary": "The text changed",
        "before": None,
        "after": None,
        "details": {},
        "measure": measure(),
        "watches": ("Desk",),
        "reasons": ("topic 287g",),
        "topics": ("287g",),
        "matches": (match(),),
        "old": version(1, OLD, document="c" * 64),
        "new": version(),
        "archive": "2026-01-05-us-wa.warc.gz",
    }
    return AlertFacts(**(values | changes))


def plain(number, kind=ChangeKind.STATUS, **changes):
    """A change without texts."""
    return alert(number, kind, old=None, new=None, matches=(), **changes)


def message(*alerts):
    return MessageFacts(
        id=1,
        key="digest:desk:1",
        address="mailto:desk@example.org",
        slot="s",
        due_at=NOW,
        alerts=alerts,
    )


def rendered(*alerts, **options):
    return render(message(*alerts), now=NOW, **options)


def words(html):
    """What a reader of the HTML sees, with spaces folded."""
    body = BeautifulSoup(html, "lxml").body
    body.find(class_="hidden").extract()
    return " ".join(body.get_text(" ").split())


def folded(text):
    return " ".join(text.split())


def test_one_change_is_named_in_the_subject():
    """The subject alone says which measure, where, what happened and what it is about."""
    assert rendered(alert()).subject == (
        "[Measurewatch] HB 12 (us/wa) amended: An act relating to agreements"
    )


def test_several_measures_are_counted_in_the_subject():
    """A digest says how many of what, and where."""
    found = rendered(
        alert(1),
        plain(2, ChangeKind.NEW, measure=measure(2, place="us/va")),
        plain(3, ChangeKind.NEW, measure=measure(3, place="us/va")),
    )
    assert found.subject == "[Measurewatch] 3 measures: 1 amended, 2 new (us/va, us/wa)"


def test_a_subject_is_one_short_line_whatever_the_title():
    """No break, control or direction mark of a title gets into a header."""
    title = "An act\r\nBcc: thief@example.net\u202e\u2028\x1b[31m " + "and so on " * 60
    subject = rendered(alert(measure=measure(title=title))).subject
    assert subject.isprintable()
    assert "An act Bcc: thief@example.net [31m and so on" in subject
    assert len(subject) <= 160


def test_a_measure_has_one_entry_with_all_changes_and_reasons():
    """Two watches and three changes of one bill are one entry, the amendment first."""
    found = rendered(
        plain(
            1,
            ChangeKind.ACTION,
            summary="Hearing set",
            reasons=("topic masks",),
            watches=("Night",),
        ),
        alert(2),
        plain(3, ChangeKind.STATUS, summary="Status is now “Passed”"),
    )
    html = BeautifulSoup(found.html, "lxml")
    assert len(html.find_all("h2")) == 1
    badges = [badge.get_text() for badge in html.find_all(class_="badge")]
    assert badges == ["amended", "new status", "new action"]
    for body in (words(found.html), folded(found.text)):
        assert "topic masks; topic 287g" in body
        assert "Hearing set" in body
        assert "Status is now “Passed”" in body
        assert "Desk, Night" in body


def test_text_and_html_say_the_same():
    """Whoever reads plain text misses nothing: every fact stands in both."""
    found = rendered(
        alert(),
        topics={"287g": "287(g) agreements"},
        coverage=Coverage(
            checked=3,
            unchecked=(
                Unchecked(
                    source="maryland", what="refused the visit", since=NOW, note="robots.txt"
                ),
            ),
        ),
    )
    facts = (
        "HB 12", "us/wa", "An act relating to agreements", "In committee", "The text changed",
        "287(g) agreements", "page 3", "would be added to the law", "new in this version",
        "topic 287g", DIGEST, "2026-01-05-us-wa.warc.gz", "2026-01-05 12:30 UTC",
        "https://leg.example.gov/hb12.pdf", "maryland", "robots.txt", "Checked 3 of your 4 sources",
        "Desk", "digest:desk:1", "Monday, 5 January 2026",
    )  # fmt: skip
    for fact in facts:
        assert fact in words(found.html), fact
        assert fact in folded(found.text), fact
    link = BeautifulSoup(found.html, "lxml").find("h2").a
    assert link["href"] == "https://leg.example.gov/hb12"
    assert "https://leg.example.gov/hb12\n" in found.text


def test_an_amendment_shows_its_words():
    """What went and what came stands there, told apart without colour too."""
    found = rendered(alert())
    html = BeautifulSoup(found.html, "lxml")
    assert [mark.get_text() for mark in html.find_all("del")] == ["may", "three"]
    assert [mark.get_text() for mark in html.find_all("ins")] == ["shall not", "seven"]
    assert "[-may-] {+shall not+} enter" in folded(found.text)


def test_a_long_redline_is_cut_and_says_so():
    """A rewritten code of laws does not become a mail of megabytes."""
    filler = " ".join(f"word{number}" for number in range(60))
    old = " ".join(
        f"Section {number}. the fee is {number} dollars. {filler}" for number in range(40)
    )
    found = rendered(alert(old=version(1, old), new=version(2, old.replace("dollars", "francs"))))
    html = BeautifulSoup(found.html, "lxml")
    assert len(html.find_all(class_="passage")) == MOST_PASSAGES
    assert f"{40 - MOST_PASSAGES} more passages not shown here" in words(found.html)
    assert f"and {40 - MOST_PASSAGES} more passages" in folded(found.text)


def test_a_hit_is_marked_where_it_stands():
    """The matched words are marked in the passage, and only they."""
    html = BeautifulSoup(rendered(alert()).html, "lxml")
    (hit,) = html.find_all(class_="hit")
    assert hit.get_text() == "287(g)"


def test_a_passage_is_quoted_once_and_new_ones_first():
    """Two alerts with the same match make one quotation; what was there before comes after."""
    here = match(snippet="old words on 287(g)", new=False)
    fresh = match(topic="masks", snippet="fresh words on masks", term="masks", start=0, end=0)
    html = rendered(
        alert(1, matches=(here, fresh)), alert(2, ChangeKind.TITLE, matches=(here,))
    ).html
    said = [quote.get_text() for quote in BeautifulSoup(html, "lxml").find_all(class_="said")]
    assert said == ["fresh words on masks", "old words on 287(g)"]


@pytest.mark.parametrize(
    ("standing", "new", "said"),
    [
        (Standing.ADDED, True, "would be added to the law"),
        (Standing.STRUCK, False, "would be struck from the law"),
        (Standing.EXISTING, False, "not marked as a change"),
        (Standing.EXISTING, True, ""),
        (Standing.UNKNOWN, True, ""),
    ],
)
def test_a_passage_says_what_the_paper_marks(standing, new, said):
    """Added and struck are told; of unmarked words nothing is claimed that the paper does not show."""
    seen = words(rendered(alert(matches=(match(standing=standing, new=new),))).html)
    claims = ("would be added", "would be struck", "not marked as a change")
    assert [claim for claim in claims if claim in seen] == [
        claim for claim in claims if said and claim in said
    ]


def test_only_what_came_with_a_change_is_called_new():
    """A hearing does not make the bill's old passages new again."""
    hearing = alert(1, ChangeKind.ACTION, old=None, new=None)
    assert "new in this version" not in words(rendered(hearing).html)
    assert "new in this version" in words(rendered(alert()).html)


def test_a_reader_sees_the_topics_asked_for():
    """Passages of other desks' topics stay out; a watch without topics sees them all."""
    both = (match(), match(topic="taxes", term="fee", snippet="the fee is low"))
    narrow = rendered(alert(matches=both), asked={"Desk": ("287g",)})
    wide = rendered(
        alert(matches=both, watches=("Desk", "All")), asked={"Desk": ("287g",), "All": ()}
    )
    assert "the fee is low" not in words(narrow.html)
    assert "the fee is low" in words(wide.html)


def test_no_topic_fills_the_page():
    """Twenty hits of one topic leave room for the only hit of another, and are counted."""
    many = tuple(match(snippet=f"hit {number} of 287(g)") for number in range(20))
    other = match(topic="masks", term="mask", field="title", page=None, snippet="a mask")
    found = rendered(alert(matches=(*many, other)))
    said = [q.get_text() for q in BeautifulSoup(found.html, "lxml").find_all(class_="said")]
    assert "a mask" in said
    assert len(said) == 4
    assert "17 more passages not shown here" in words(found.html)
    assert "and 17 more passages" in folded(found.text)


def test_entries_go_by_place_then_weight_then_number():
    """Bill 9 stands before bill 10, and an amendment before an action."""
    found = rendered(
        plain(1, ChangeKind.ACTION, measure=measure(1, identifier="HB 10")),
        plain(2, ChangeKind.ACTION, measure=measure(2, identifier="HB 9")),
        plain(3, ChangeKind.NEW, measure=measure(3, identifier="SB 50")),
        plain(4, ChangeKind.ACTION, measure=measure(4, identifier="HB 99", place="us/md")),
    )
    html = BeautifulSoup(found.html, "lxml")
    numbers = [place.strong.get_text() for place in html.find_all(class_="place")]
    assert numbers == ["HB 99", "SB 50", "HB 9", "HB 10"]


def test_a_new_measure_says_more_than_its_title():
    """Sponsors, dates and the last action stand beside the word new."""
    after = {
        "sponsors": [{"name": f"Delegate {name}"} for name in ("Ruiz", "Okafor", "Lind", "Moss")],
        "dates": [{"kind": "introduced", "date": "2026-01-02", "text": "1/2"}],
        "actions": [{"description": "Referred to Courts"}],
    }
    text = folded(rendered(plain(1, ChangeKind.NEW, after=after)).text)
    assert (
        "NEW: First seen; sponsored by Delegate Ruiz, Delegate Okafor, Delegate Lind and 1 more; "
        "introduced 2026-01-02; last action: Referred to Courts." in text
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (TextState.PENDING, "cannot be read yet"),
        (TextState.UNREADABLE, "could not be read by machine"),
    ],
)
def test_a_text_that_cannot_be_shown_is_not_passed_over(state, said):
    """The reader learns that no topic was looked for in it."""
    found = rendered(
        alert(1, ChangeKind.NEW, old=None, new=version(text="", state=state), matches=())
    )
    assert said in words(found.html)
    assert said in folded(found.text)


def test_coverage_says_what_silence_means():
    """Checked sources are counted; those that were not are named, with reason and time, on top too."""
    missing = Unchecked(source="maryland", what="could not be read", since=NOW, note="503")
    all_well = rendered(alert(), coverage=Coverage(checked=41))
    some = rendered(alert(), coverage=Coverage(checked=39, unchecked=(missing,)))
    assert "Checked 41 sources." in words(all_well.html)
    assert "Checked 41 sources." in all_well.text
    assert "Checked 39 of your 40 sources." in words(some.html)
    assert words(some.html).index("Not checked: maryland could not be read") < 200
    assert "* maryland: could not be read since 2026-01-05 12:30 UTC (503)" in folded(some.text)


EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</p></td></table><iframe src=//x>",
    "{{ 7 * 7 }}{% raw %}",
    "<style>*{display:none}</style>",
    "&lt;b&gt;<!--",
    "]]><svg/onload=alert(1)>",
    "javascript:alert(1)",
)


def hostile(text):
    """Every field that a site can fill, filled with this."""
    law = text.replace("\t", " ")  # tabs make table rows, which are shown apart
    return alert(
        1,
        ChangeKind.AMENDED,
        summary=text,
        measure=measure(identifier=text, title=text, status=text, url=text),
        reasons=(text,),
        watches=(text,),
        matches=(
            match(topic=text, term=text, snippet=f"before {text} after", field="title", page=None),
        ),
        old=version(1, f"{law} one two three"),
        new=version(2, f"{law} one four three", document_url=text, archive=text, note=text),
        archive=text,
    )


def elements(html):
    """Every element with the names of its attributes, in order."""
    return [(tag.name, sorted(tag.attrs)) for tag in BeautifulSoup(html, "lxml").find_all(True)]


@pytest.mark.parametrize("text", EVIL)
def test_scraped_words_stay_words(text):
    """Markup, template code and styles of a site are shown as they were printed."""
    coverage = Coverage(
        checked=1, unchecked=(Unchecked(source=text, what="could not be read", note=text),)
    )
    topics = {text: text}
    found = rendered(hostile(text), coverage=coverage, topics=topics)
    harmless = rendered(
        hostile("harmless"),
        coverage=Coverage(
            checked=1, unchecked=(replace(coverage.unchecked[0], source="a", note="b"),)
        ),
        topics={"harmless": "harmless"},
    )
    assert elements(found.html) == elements(harmless.html)
    assert folded(text) in words(found.html)
    assert "49" not in words(found.html)


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_no_text_makes_an_element(text):
    """Whatever a site prints, the page keeps exactly the elements of our template."""
    found = rendered(hostile(f"x{text}x"))
    assert elements(found.html) == elements(rendered(hostile("harmless")).html)
    assert found.subject.isprintable()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "", "//x"]
)
def test_only_web_addresses_are_links(url):
    """A link that a reader may follow is http or https."""
    assert web_address(url) == ""
    html = BeautifulSoup(rendered(alert(measure=measure(url=url))).html, "lxml")
    assert html.find("h2").a is None


def test_a_flood_stays_a_message():
    """A thousand measures make one mail of bounded size that says what it leaves out."""
    alerts = [
        alert(number, measure=measure(number, identifier=f"HB {number}"))
        for number in range(1, 1001)
    ]
    found = rendered(*alerts)
    html = BeautifulSoup(found.html, "lxml")
    assert len(html.find_all(class_="place")) == MOST_WHOLE
    assert len(html.find_all(class_="row")) == MOST_LISTED
    left = 1000 - MOST_WHOLE - MOST_LISTED
    assert f"And {left} more measures" in words(found.html)
    assert f"and {left} more measures" in folded(found.text)
    assert len(found.html) < 300_000


def test_the_html_needs_no_style_sheet():
    """Styles stand on the elements; only what needs a medium stays in a sheet, and nothing is loaded."""
    html = BeautifulSoup(rendered(alert()).html, "lxml")
    assert "background" in html.find(class_="card")["style"]
    (sheet,) = html.find_all("style")
    for medium in ("prefers-color-scheme: dark", "print", "max-width"):
        assert f"@media ({medium}" in sheet.text or f"@media {medium}" in sheet.text
    assert html.find_all(["script", "link", "img", "iframe"]) == []
    assert "url(" not in rendered(alert()).html


def test_rendering_is_repeatable_and_storable():
    """The same facts give the same bytes, and what is stored gives the same message again."""
    first, second = rendered(alert()), rendered(alert())
    assert first == second
    assert Rendered.from_payload(first.payload()) == first
    assert parsedate_to_datetime(first.headers["Date"]) == NOW


def test_every_kind_of_change_has_a_word_and_a_place():
    """A new kind cannot be forgotten here."""
    assert set(RANK) == set(WORDS) == set(ChangeKind)
    assert len(RANK) == len(set(RANK))


def test_lines_of_plain_text_fit_a_terminal():
    """Only addresses and digests are longer than a line."""
    text = rendered(alert(), alert(2, measure=measure(2, title="long words " * 30))).text
    assert all(len(line) <= 76 for line in text.splitlines())
    assert not any(line != line.rstrip() for line in text.splitlines())


class TestFacts:
    """What programs are told of each change."""

    def told(self, *alerts, **options):
        facts = rendered(*alerts, **options).facts
        assert json.loads(json.dumps(facts)) == facts, "only JSON values"
        return facts

    def test_every_change_is_an_object_of_its_own(self):
        """Two changes of one measure and one of another are three, in the digest's order."""
        facts = self.told(
            alert(1), plain(2), plain(3, ChangeKind.VANISHED, measure=measure(2, identifier="HB 2"))
        )
        assert (facts["type"], facts["timestamp"]) == (
            "measurewatch.alerts", "2026-01-05T12:30:00+00:00",
        )  # fmt: skip
        assert [(one["id"], one["kind"]) for one in facts["alerts"]] == [
            (1, "amended"), (2, "status"), (3, "vanished"),
        ]  # fmt: skip
        assert [one["headline"] for one in facts["alerts"]][2] == (
            "HB 2 (us/wa) vanished: An act relating to agreements"
        )

    def test_an_alert_says_where_why_and_by_what(self):
        """Measure, topics with term, passage, page and standing, versions, redline and evidence."""
        [one] = self.told(alert())["alerts"]
        assert one["measure"] == {
            "id": 1, "jurisdiction": "ocd-jurisdiction/country:us/state:wa/government",
            "place": "us/wa", "session": "2026", "identifier": "HB 12",
            "title": "An act relating to agreements", "status": "In committee",
            "url": "https://leg.example.gov/hb12",
        }  # fmt: skip
        assert (one["watches"], one["reasons"], one["topics"]) == (
            ["Desk"], ["topic 287g"], ["287g"],
        )  # fmt: skip
        [found] = one["matches"]
        assert (found["term"], found["page"], found["standing"], found["new"]) == (
            '"287(g)"', 3, "added", True,
        )  # fmt: skip
        old, new = one["versions"]
        assert NEW[found["start"] : found["end"]] == "287(g)"
        assert (old["id"], new["id"], found["version"]) == (1, 2, 2)
        assert (new["document"], new["date"]) == (DIGEST, "2026-01-04")
        words = {
            (segment["kind"], segment["text"])
            for passage in one["redline"]["passages"]
            for segment in passage["segments"]
        }
        assert {("deleted", "may"), ("inserted", "shall not")} <= words
        assert one["evidence"] == {
            "seen": "2026-01-05T12:30:00+00:00", "archive": "2026-01-05-us-wa.warc.gz",
            "sha256": DIGEST, "url": "https://leg.example.gov/hb12.pdf",
        }  # fmt: skip

    def test_only_the_topics_a_watch_asks_for_are_told(self):
        """Topics and passages of other watches stay out, as they do in the words."""
        other = match(topic="masks", term="mask", new=False)
        [one] = self.told(
            alert(topics=("287g", "masks"), matches=(match(), other)), asked={"Desk": ("287g",)}
        )["alerts"]
        assert one["topics"] == ["287g"]
        assert {found["topic"] for found in one["matches"]} == {"287g"}

    def test_what_could_not_be_checked_is_told(self):
        """A program too must know what silence means; null says that nobody counted."""
        since = datetime(2026, 1, 4, 6, tzinfo=UTC)
        missing = Unchecked(source="maryland", what="could not be read", since=since, note="a\nb")
        facts = self.told(plain(1), coverage=Coverage(checked=2, unchecked=(missing,)))
        assert facts["sources"] == {
            "checked": 2,
            "unchecked": [{
                "source": "maryland", "what": "could not be read",
                "since": "2026-01-04T06:00:00+00:00", "note": "a b",
            }],
        }  # fmt: skip
        assert self.told(plain(1))["sources"] is None

    def test_a_huge_message_is_abridged_but_names_every_change(self):
        """Beyond a bound, alerts lose their passages and keep their facts."""
        many = [alert(number, measure=measure(number)) for number in range(1, MOST_TOLD + 3)]
        alerts = self.told(*many)["alerts"]
        assert len(alerts) == MOST_TOLD + 2
        assert [one["abridged"] for one in alerts] == [False] * MOST_TOLD + [True, True]
        assert (alerts[-1]["matches"], alerts[-1]["redline"]) == ([], None)
        assert alerts[-1]["versions"][1]["id"] == 2

    def test_people_and_programs_get_their_own_forms(self):
        """A mail stores no facts, a webhook no page; an unknown address gets both."""
        watchlist = read_watchlist(b"name: x\n")
        forms = {}
        for address in ("mailto:a@b.org", "file:x", "https://h.org", "feed:x.xml", "env:HOOK"):
            facts = replace(message(alert()), address=address)
            made = render_for(watchlist, facts, [], now=NOW)
            forms[address] = (bool(made.html), bool(made.facts))
            assert Rendered.from_payload(json.loads(json.dumps(made.payload()))) == made
        assert forms == {
            "mailto:a@b.org": (True, False), "file:x": (True, False), "https://h.org": (False, True),
            "feed:x.xml": (False, True), "env:HOOK": (True, True),
        }  # fmt: skip

    def test_the_documented_object_is_the_real_one(self):
        """docs/hear.md shows every field there is, of the type it has, and no other."""
        page = (Path(__file__).parent.parent / "docs" / "hear.md").read_text(encoding="utf-8")
        shown = json.loads(re.search(r"^```json\n(.*?)^```", page, re.M | re.S)[1])
        missing = Unchecked(source="s", what="w", since=NOW, note="n")
        page = Page(number=1, start=0, text=NEW, method="pdfium", lines=((0, 1),))
        facts = self.told(
            alert(
                new=version(links=("https://x.org",), pages=(page,)),
                old=version(1, OLD, links=("https://x.org",)),
                matches=(match(lines=(4, 9), section="Section 3(b)"),),
            ),
            coverage=Coverage(checked=1, unchecked=(missing,)),
        )  # fmt: skip
        real = json.loads(
            envelope(Outgoing(key="k", address="https://h", subject="s", text="t", facts=facts))
        )
        assert shape(shown) == shape(real)


def shape(value):
    """The names and types of JSON values, of a list those of its first."""
    match value:
        case dict():
            return {name: shape(inner) for name, inner in value.items()}
        case [first, *_]:
            return [shape(first)]
        case _:
            return type(value).__name__
