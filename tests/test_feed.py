"""Atom feeds: what RFC 4287 asks for, stable, whole, and safe whatever a site printed."""

import threading
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import ChangeKind
from monitor.channels import Outgoing, Permanent, Temporary
from monitor.channels.feed import ENOUGH, Feed, Ledger
from monitor.digests import render
from tests.test_digests import alert, measure, message, plain

ATOM = "{http://www.w3.org/2005/Atom}"
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
ADDRESS = "feed:feeds/desk.xml"


def facts_of(*alerts):
    return render(message(*alerts), now=NOON, html=False).facts


def status(number, at=NOON, **changes):
    """A change of a measure of its own."""
    return plain(number, at=at, measure=measure(number, identifier=f"HB {number}"), **changes)


def outgoing(facts, **changes):
    values = {"key": "k1", "address": ADDRESS, "subject": "two measures", "text": "words"}
    return Outgoing(**(values | changes), facts=facts)


def feed(folder, *told, home="this home", titles=None):
    """A feed whose ledger holds these messages' facts, the newest first."""
    ledger = Ledger(home=home, told=lambda _: iter(told), titles=titles or {})
    return Feed(folder, ledger)


def read(folder, name="feeds/desk.xml"):
    """The feed's root, after a check of all that RFC 4287 requires (section 4.1)."""
    root = ET.fromstring((folder / name).read_text(encoding="utf-8"))
    assert root.tag == f"{ATOM}feed"
    for parent in (root, *root.findall(f"{ATOM}entry")):
        for once in ("id", "title", "updated"):
            assert len(parent.findall(f"{ATOM}{once}")) == 1, once
        assert UUID(parent.findtext(f"{ATOM}id").removeprefix("urn:uuid:"))
        assert datetime.fromisoformat(parent.findtext(f"{ATOM}updated")).tzinfo is not None
        alternates = parent.findall(f"{ATOM}link[@rel='alternate']")
        assert len(alternates) <= 1
        assert all(link.get("href") for link in parent.findall(f"{ATOM}link"))
    # An author of the feed stands for those of its entries.
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    ids = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    for entry in root.findall(f"{ATOM}entry"):
        assert entry.find(f"{ATOM}content") is not None
    return root


def titles(root):
    return [entry.findtext(f"{ATOM}title") for entry in root.findall(f"{ATOM}entry")]


def ids(root):
    return [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]


def test_an_alert_becomes_an_entry(tmp_path):
    """Title, link, time, topics, and a page with redline, passages and evidence."""
    sent = feed(tmp_path, titles={ADDRESS: "Measurewatch: Desk"}).send(outgoing(facts_of(alert())))
    assert sent.reference == str(tmp_path / "feeds/desk.xml")
    root = read(tmp_path)
    assert root.findtext(f"{ATOM}title") == "Measurewatch: Desk"
    [entry] = root.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == (
        "HB 12 (us/wa) amended: An act relating to agreements"
    )
    assert entry.find(f"{ATOM}link").get("href") == "https://leg.example.gov/hb12"
    assert entry.findtext(f"{ATOM}updated") == "2026-01-05T12:30:00+00:00"
    assert [node.get("term") for node in entry.findall(f"{ATOM}category")] == ["287g"]
    assert entry.find(f"{ATOM}summary").text == "The text changed"
    content = entry.find(f"{ATOM}content")
    assert content.get("type") == "html"
    assert "<del>may</del>" in content.text
    assert "<ins>shall not</ins>" in content.text
    assert "287(g)" in content.text
    assert "page 3" in content.text
    assert "0123456789abcdef" in content.text


def test_the_newest_stands_first_and_old_messages_stay(tmp_path):
    """A feed shows what its address was told so far, by the time of the changes."""
    day = timedelta(days=1)
    earlier = facts_of(status(1, NOON - 2 * day), status(2, NOON - day))
    feed(tmp_path, earlier).send(outgoing(facts_of(status(3), status(4))))
    assert [title.partition(" (")[0] for title in titles(read(tmp_path))] == [
        "HB 4", "HB 3", "HB 2", "HB 1",
    ]  # fmt: skip


def test_an_entry_keeps_its_id(tmp_path):
    """A reader's program knows an entry it has shown, in every feed of this home; no other has it."""
    feed(tmp_path).send(outgoing(facts_of(status(1))))
    feed(tmp_path, facts_of(status(1))).send(
        outgoing(facts_of(status(2)), address="feed:other.atom", key="k2")
    )
    feed(tmp_path, home="another").send(outgoing(facts_of(status(1)), address="feed:third.xml"))
    [first] = ids(read(tmp_path))
    assert ids(read(tmp_path, "other.atom"))[1] == first
    assert ids(read(tmp_path, "third.xml")) != [first]
    feeds = [
        read(tmp_path, name).findtext(f"{ATOM}id") for name in ("feeds/desk.xml", "other.atom")
    ]
    assert feeds[0] != feeds[1]


def test_a_repeat_changes_nothing(tmp_path):
    """The same message again leaves the file untouched, to the byte and its time."""
    facts = facts_of(alert(), status(2))
    for _ in range(2):
        feed(tmp_path, facts).send(outgoing(facts))
        path = tmp_path / "feeds/desk.xml"
        seen = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
    again = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
    feed(tmp_path, facts).send(outgoing(facts))
    assert again == seen
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == seen
    assert len(ids(read(tmp_path))) == 2
    assert [file.name for file in path.parent.iterdir()] == ["desk.xml"]


def test_a_lost_file_is_made_again(tmp_path):
    """Everything in it comes from the ledger, nothing from the file."""
    earlier = facts_of(status(1))
    feed(tmp_path, earlier).send(outgoing(facts_of(status(2))))
    path = tmp_path / "feeds/desk.xml"
    whole = path.read_bytes()
    path.write_text("<feed>cut off")
    feed(tmp_path, facts_of(status(2)), earlier).send(outgoing(facts_of(status(2))))
    assert path.read_bytes() == whole


def test_a_feed_is_bounded_but_no_message_is_cut(tmp_path):
    """It ends after the message that fills it; one message with more alerts is there whole."""
    taken = []

    def told(_address):
        for number in range(1000):
            taken.append(number)
            yield facts_of(*[status(10_000 - 50 * number - one) for one in range(50)])

    Feed(tmp_path, Ledger(home="h", told=told, titles={})).send(outgoing(facts_of(status(20_000))))
    assert ENOUGH <= len(ids(read(tmp_path))) < ENOUGH + 50
    assert len(taken) <= ENOUGH // 50 + 1
    many = facts_of(*[status(number) for number in range(1, ENOUGH + 100)])
    feed(tmp_path).send(outgoing(many, address="feed:many.xml"))
    assert len(ids(read(tmp_path, "many.xml"))) == ENOUGH + 99


def test_what_has_no_page_has_no_link(tmp_path):
    """An empty or unsafe address makes no link, and the entry is still whole."""
    nowhere = [
        plain(number, measure=measure(number, url=url))
        for number, url in enumerate(("", "javascript:alert(1)", "data:text/html,x"), 1)
    ]
    feed(tmp_path).send(outgoing(facts_of(*nowhere)))
    root = read(tmp_path)
    assert len(ids(root)) == 3
    assert root.findall(f".//{ATOM}link") == []
    assert "javascript:" not in (tmp_path / "feeds/desk.xml").read_text()


class Tags(HTMLParser):
    """The names of the elements in a fragment of HTML, and of their attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = set()
        self.attributes = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


EVIL = "<script>alert(1)</script>&amp;<img src=x onerror=alert(1)>]]><!--\x00\x0b\x1b\u202e\ufffe"


@settings(max_examples=40, deadline=None)
@given(text=st.one_of(st.just(EVIL), st.text(max_size=40)))
def test_nothing_a_site_prints_becomes_markup(tmp_path_factory, text):
    """Any text leaves the feed well-formed, and no element but ours in its pages."""
    folder = tmp_path_factory.mktemp("feed")
    odd = alert(
        summary=text, reasons=(text,), archive=text, topics=(text,),
        measure=measure(title=text, status=text, identifier=text, url=f"https://x.org/{text}"),
        matches=(), old=None, new=None, kind=ChangeKind.STATUS,
    )  # fmt: skip
    feed(folder, titles={ADDRESS: "Desk"}).send(outgoing(facts_of(odd, alert(2))))
    for entry in read(folder).findall(f"{ATOM}entry"):
        for element in ("summary", "content"):
            tags = Tags(entry.find(f"{ATOM}{element}").text or "")
            assert tags.found <= {"p", "h4", "ins", "del", "blockquote"}
            assert tags.attributes == set()


def test_a_message_without_alerts_is_an_entry_too(tmp_path):
    """A test message shows, and is gone with the next real one; what was told stays."""
    trial = {"type": "measurewatch.test", "timestamp": NOON.isoformat(), "alerts": []}
    feed(tmp_path, facts_of(status(1))).send(outgoing(trial, subject="a test"))
    assert set(titles(read(tmp_path))) == {
        "a test", "HB 1 (us/wa) new status: An act relating to agreements",
    }  # fmt: skip
    assert read(tmp_path).findtext(f"{ATOM}title") == "Measurewatch: desk"


def test_two_senders_leave_nothing_out(tmp_path):
    """Each holds the folder while it reads the ledger and writes."""
    facts = [facts_of(status(number)) for number in range(1, 21)]
    prepared = []

    def send(number):
        prepared.insert(0, facts[number])
        ledger = Ledger(home="h", told=lambda _: list(prepared), titles={})
        Feed(tmp_path, ledger).send(outgoing(facts[number], key=str(number)))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids(read(tmp_path))) == 20


def test_a_feed_that_cannot_be_written_is_temporary(tmp_path):
    """A folder in the way, or a full disk, loses nothing; the old feed stays as it was."""
    (tmp_path / "taken.xml").mkdir()
    with pytest.raises(Temporary, match=r"taken\.xml was not written"):
        feed(tmp_path).send(outgoing(facts_of(status(1)), address="feed:taken.xml"))
    assert [file.name for file in tmp_path.iterdir()] == ["taken.xml"]
    with pytest.raises(Permanent, match="names a file"):
        feed(tmp_path).send(outgoing(facts_of(status(1)), address="feed:"))
