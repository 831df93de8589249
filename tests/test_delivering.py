"""Delivering: at least once, recognisably, on both databases and through a real mail server."""

import asyncio
import base64
import email
import email.policy
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from standardwebhooks import Webhook as Receiver

from monitor.channels import Permanent, Sent, Temporary
from monitor.channels.envelope import envelope
from monitor.delivering import Delivered, Retry, deliver
from monitor.digests import Rendered, render
from pipelines.texts import Observation
from scrapers.items import Measure
from storage import tables
from storage.crawls import Crawls
from storage.locks import Locks
from storage.outbox import Outbox
from storage.ports import AlertDraft
from storage.queries import Queries
from storage.store import Store
from tests.loopback.server import Page, serving

ROOT = Path(__file__).parent.parent
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
FAULT = RuntimeError("a fault of ours")
SECRET = f"whsec_{base64.b64encode(b'one secret of thirty-two bytes..').decode()}"


def reader(number):
    return f"mailto:desk{number}@example.org"


def write_messages(database, count, to=reader):
    """Record `count` new measures, each told in a message of its own."""
    store = Store(database)
    crawls = Crawls(database, Locks(database))
    store.register("virginia", place="us/va", kind="site")
    store.set_baseline("virginia", NOON)
    crawl_id = crawls.open("virginia", ["virginia"], ["x"], now=NOON)

    def route(facts):
        number = facts.identifier.split()[1]
        return [
            AlertDraft(watch="Desk", reasons=("topic 287g",), address=to(int(number)),
                       slot=f"crawl:{number}", due_at=NOON, at_once=True)
        ]  # fmt: skip

    observations = [
        Observation(
            source="virginia",
            measure=Measure(
                place="us/va", session="2026", identifier=f"HB {number}", title=f"Act {number}",
                observed=frozenset({"title"}),
            ),
        )
        for number in range(1, count + 1)
    ]  # fmt: skip
    store.record(observations, crawl_id=crawl_id, now=NOON, route=route)
    crawls.close(crawl_id, "ok", [], now=NOON)


def rows(database):
    with database.reading() as connection:
        return connection.execute(sa.select(tables.messages).order_by(tables.messages.c.id)).all()


class Box:
    """A channel that keeps what it is given; `answer` may raise."""

    def __init__(self, answer=lambda message: None):
        self.taken = []
        self.answer = answer

    def send(self, message):
        self.answer(message)
        self.taken.append(message)
        return Sent(f"<{message.key}>")


class Rounds:
    """Rounds of delivery over one outbox, at times the test chooses."""

    def __init__(self, database, channel, *, make=None, **options):
        self.outbox = Outbox(database)
        self.channel = channel
        self.queries = Queries(database)
        self.make = make or (lambda claim: render(self.queries.message_facts(claim.id), now=NOON))
        self.options = options

    def run(self, now=NOON, **options):
        return deliver(
            self.outbox, {"mailto": self.channel}, self.make, clock=lambda: now, chance=lambda: 0.0,
            **(self.options | options),
        )  # fmt: skip


def test_each_message_goes_out_once(database):
    """What is due is sent and marked; another round finds nothing to do."""
    write_messages(database, 3)
    rounds = Rounds(database, Box())
    assert rounds.run() == Delivered(sent=3)
    assert rounds.run(NOON + timedelta(days=1)) == Delivered()
    assert [message.address for message in rounds.channel.taken] == [
        f"mailto:desk{number}@example.org" for number in (1, 2, 3)
    ]
    assert "Act 1" in rounds.channel.taken[0].subject
    assert {row.state for row in rows(database)} == {"sent"}


def test_a_message_is_kept_before_it_is_sent(database):
    """At the moment of sending, the rendering and the key are in the database already."""
    write_messages(database, 1)
    seen = []
    Rounds(database, Box(lambda message: seen.append((message, rows(database)[0])))).run()
    ((message, row),) = seen
    assert row.state == "prepared"
    assert row.payload["text"] == message.text
    assert row.key == message.key


def test_a_try_that_failed_says_when_the_next_is(database, caplog):
    """In the words of the rest of the program, to the minute."""
    write_messages(database, 1)

    def answer(_message):
        raise Temporary("not now")

    assert Rounds(database, Box(answer)).run() == Delivered(failed=1)
    then = f"{NOON + timedelta(seconds=60):%Y-%m-%d %H:%M} UTC"
    assert f"message 1 failed, again at {then}: not now" in caplog.text


def test_a_repeat_says_the_same(database):
    """A failed message is rendered once; its second try sends the same bytes and key."""
    write_messages(database, 1)
    made, tried = [], []

    def make(_claim):
        made.append(1)
        return Rendered(subject=f"number {len(made)}", text="t", html="", headers={"Date": "d"})

    def answer(message):
        tried.append(message)
        if len(tried) == 1:
            raise Temporary("not now")

    rounds = Rounds(database, Box(answer), make=make)
    assert rounds.run() == Delivered(failed=1)
    assert rounds.run(NOON + timedelta(seconds=59)) == Delivered()
    assert rounds.run(NOON + timedelta(seconds=60)) == Delivered(sent=1)
    assert tried[0] == tried[1]
    assert made == [1]


def test_a_final_refusal_is_a_dead_letter(database):
    """It is given up at once, says why, harms nobody, and can be driven again by hand."""
    write_messages(database, 2)

    def answer(message):
        if "desk1@" in message.address and refusing:
            raise Permanent("550 no such user\r\n")

    refusing = [True]
    rounds = Rounds(database, Box(answer))
    assert rounds.run() == Delivered(sent=1, dead=1)
    dead = rows(database)[0]
    assert (dead.state, dead.error) == ("dead", "550 no such user")
    assert rounds.run(NOON + timedelta(days=9)) == Delivered()
    refusing.clear()
    rounds.outbox.retry(dead.id, now=NOON)
    assert rounds.run() == Delivered(sent=1)


@pytest.mark.parametrize("where", ["render", "send"])
def test_one_poisoned_message_never_stops_another(database, where, caplog):
    """A message that breaks our own code fails by itself, and is given up in the end."""
    write_messages(database, 3)

    def poison(number):
        if number == 2:
            raise FAULT

    queries = Queries(database)

    def make(claim):
        if where == "render":
            poison(claim.id)
        return render(queries.message_facts(claim.id), now=NOON)

    def answer(message):
        if where == "send":
            poison(int(message.address[11]))

    rounds = Rounds(
        database, Box(answer), make=make, retry=Retry(tries=3, first=timedelta(minutes=1))
    )
    assert rounds.run() == Delivered(sent=2, failed=1)
    assert rounds.run(NOON + timedelta(hours=1)) == Delivered(failed=1)
    assert rounds.run(NOON + timedelta(hours=2)) == Delivered(dead=1)
    assert "RuntimeError: a fault of ours" in rows(database)[1].error
    assert "message 2 could not be sent" in caplog.text


def test_a_message_that_kills_its_sender_is_given_up(database):
    """Nobody was left to count its failures, but its claims were counted."""
    write_messages(database, 1)
    outbox = Outbox(database)
    now = NOON
    for _ in range(3):
        assert len(outbox.claim(now=now, lease=timedelta(minutes=1))) == 1
        now += timedelta(minutes=2)
    box = Box()
    assert Rounds(database, box, retry=Retry(tries=3)).run(now) == Delivered(dead=1)
    assert box.taken == []
    assert rows(database)[0].error == "no try ended, after 3"


def test_two_senders_never_send_the_same_message(database):
    """Leases keep them apart: forty messages, two senders, forty sends."""
    write_messages(database, 40)
    box = Box()
    ended = []
    threads = [
        threading.Thread(target=lambda: ended.append(Rounds(database, box).run())) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done.sent for done in ended) == 40
    assert Counter(message.key for message in box.taken) == {row.key: 1 for row in rows(database)}


def test_a_lost_lease_is_left_to_who_took_it(database, caplog):
    """A sender that was too slow does not mark what another has taken over."""
    write_messages(database, 1)
    outbox = Outbox(database)

    def slow(_message):
        outbox.claim(now=NOON + timedelta(hours=1), lease=timedelta(hours=1))

    assert Rounds(database, Box(slow)).run() == Delivered()
    assert "taken over" in caplog.text
    assert rows(database)[0].state == "prepared"


def test_delivery_stops_between_messages(database):
    """Being asked to stop costs at most the message in hand."""
    write_messages(database, 3)
    box = Box()
    assert Rounds(database, box).run(keep_going=lambda: len(box.taken) < 2) == Delivered(sent=2)
    assert [row.state for row in rows(database)] == ["sent", "sent", "open"]


def test_an_address_from_the_environment_is_looked_up_late(database):
    """The secret is not in the database; while it is missing, the message waits."""
    write_messages(database, 1)
    box = Box()
    known = {}
    rounds = Rounds(database, box, resolve=lambda address: known[address])
    assert rounds.run() == Delivered(failed=1)
    known["mailto:desk1@example.org"] = "mailto:secret@example.org"
    assert rounds.run(NOON + timedelta(hours=1)) == Delivered(sent=1)
    assert box.taken[0].address == "mailto:secret@example.org"


def test_programs_get_the_same_facts_at_every_try(database):
    """What a webhook posts is stored before the first send and read back as it was."""
    write_messages(database, 1)
    tried = []

    def answer(message):
        tried.append(envelope(message))
        if len(tried) == 1:
            raise Temporary("not now")

    rounds = Rounds(database, Box(answer))
    assert rounds.run() == Delivered(failed=1)
    assert rounds.run(NOON + timedelta(hours=1)) == Delivered(sent=1)
    assert tried[0] == tried[1]
    [alert] = json.loads(tried[0])["data"]["alerts"]
    assert (alert["kind"], alert["measure"]["identifier"]) == ("new", "HB 1")


def test_a_message_prepared_before_there_were_facts_still_goes_out(database):
    """A rendering that an older version stored is sent as it is."""
    write_messages(database, 1)
    outbox = Outbox(database)
    [claim] = outbox.claim(now=NOON, lease=timedelta(minutes=1))
    outbox.prepare(claim, {"subject": "s", "text": "t", "html": "", "headers": {}})
    box = Box()
    assert Rounds(database, box).run(NOON + timedelta(hours=1)) == Delivered(sent=1)
    assert (box.taken[0].text, box.taken[0].facts) == ("t", {})


def test_a_receiver_that_asks_for_time_gets_it(database):
    """Retry-After holds where it is longer than our own wait, up to our longest."""
    write_messages(database, 1)
    asked = [timedelta(hours=3), timedelta(days=30), timedelta(0)]

    def answer(_message):
        if asked:
            raise Temporary("busy", after=asked.pop(0))

    rounds = Rounds(database, Box(answer))
    assert rounds.run() == Delivered(failed=1)
    assert rows(database)[0].due_at == NOON + timedelta(hours=3)
    assert rounds.run(NOON + timedelta(hours=3)) == Delivered(failed=1)
    assert rows(database)[0].due_at == NOON + timedelta(hours=9)
    assert rounds.run(NOON + timedelta(hours=9)) == Delivered(failed=1)
    assert rows(database)[0].due_at == NOON + timedelta(hours=9, minutes=4)


def test_who_lets_the_time_run_out_is_not_waited_for_again(database):
    """Ten messages to a hook that hangs cost one wait; the mails behind them go out at once."""
    hook = "https://hooks.example.org/x"
    waited = []
    write_messages(database, 12, lambda number: hook if number <= 10 else reader(number))

    class Hanging:
        def send(self, message):
            waited.append(message.key)
            raise Temporary("did not answer within 15 seconds", slow=True)

    box = Box()
    rounds = Rounds(database, box)
    channels = {"mailto": box, "https": Hanging()}
    done = deliver(rounds.outbox, channels, rounds.make, clock=lambda: NOON, chance=lambda: 0.0)
    assert done == Delivered(sent=2, failed=10)
    assert len(waited) == 1
    assert "not tried" in rows(database)[9].error
    later = NOON + timedelta(hours=1)
    deliver(rounds.outbox, channels, rounds.make, clock=lambda: later, chance=lambda: 0.0)
    assert len(waited) == 2


def test_waiting_grows_to_a_bound_with_some_chance():
    """One minute, two, four, up to six hours, and up to half of it less; two days in all."""
    retry = Retry()
    waits = [retry.wait(tried, 0.0) for tried in range(1, retry.tries)]
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=6)
    assert retry.wait(10_000, 0.0) == timedelta(hours=6)
    assert retry.wait(1, 0.999) > timedelta(seconds=30)
    assert timedelta(hours=36) < sum(waits, timedelta()) < timedelta(hours=72)


class Mailbox:
    """An SMTP server's memory: the mails it said yes to."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await asyncio.sleep(0)
        self.taken.append((envelope.rcpt_tos[0], envelope.content))
        return "250 OK"


@pytest.fixture
def mail_server():
    """A real SMTP server on loopback."""
    mailbox = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, server_hostname="mail.test")
    controller.start()
    yield mailbox, port
    controller.stop()


PROGRAM = """
import json, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.channels.mail import Mail
from monitor.channels.webhook import Webhook
from monitor.delivering import deliver
from monitor.digests import render
from storage.database import Database
from storage.home import Home
from storage.outbox import Outbox
from storage.queries import Queries

options = json.loads(sys.argv[1])
now = datetime.fromisoformat(options["now"])
database = Database.open(options["url"], home=Home(Path(options["home"])))
channels = {
    "mailto": Mail(host="127.0.0.1", port=options["port"], sender="alerts@example.org", security="none"),
    "http": Webhook(secrets=lambda _: options["secret"], clock=lambda: datetime.now(UTC),
                    agent="Measurewatch", allow_private=True),
}
count = 0

def die(at):
    if at == options["die"] and count == 2:
        os.kill(os.getpid(), signal.SIGKILL)

class Dying(Outbox):
    def prepare(self, claim, payload):
        die("before preparing")
        super().prepare(claim, payload)
        die("after preparing")

    def sent(self, claim, **values):
        die("after sending")
        super().sent(claim, **values)
        die("after marking")

def make(claim):
    global count
    count += 1
    die("while rendering")
    return render(Queries(database).message_facts(claim.id), now=now)

done = deliver(Dying(database), channels, make, clock=lambda: now, chance=lambda: 0.0)
print(json.dumps(done.counts()))
"""


MOMENTS = (
    "while rendering", "before preparing", "after preparing", "after sending", "after marking",
)  # fmt: skip


def kill_at_each_step(database, port, arrived):
    """Run a sender until it is killed at each step in turn, then one that lives.

    `arrived` gives what the receivers have so far; each run must add to it.
    """
    options = {
        "url": database.url.render_as_string(hide_password=False),
        "home": str(database.home.path),
        "port": port,
        "secret": SECRET,
    }

    def run(hour, moment):
        now = NOON + timedelta(hours=hour)
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, json.dumps(options | {"now": now.isoformat(), "die": moment})],
            env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    for hour, moment in enumerate(MOMENTS):
        before = len(arrived())
        killed = run(hour, moment)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert len(arrived()) > before, "it died before it did anything"
    last = run(len(MOMENTS), "")
    assert last.returncode == 0, last.stderr
    assert {row.state for row in rows(database)} == {"sent"}


@pytest.mark.faults
def test_kill_9_loses_no_mail_and_repeats_at_most_one(database, mail_server):
    """A sender killed at each step in turn: all mails arrive, and one repeat at most, recognisably."""
    mailbox, port = mail_server
    write_messages(database, 12)
    kill_at_each_step(database, port, lambda: mailbox.taken)
    arrived = Counter(recipient for recipient, _ in mailbox.taken)
    assert set(arrived) == {f"desk{number}@example.org" for number in range(1, 13)}
    assert sorted(arrived.values()) == [1] * 11 + [2]
    for recipient in arrived:
        assert len({content for to, content in mailbox.taken if to == recipient}) == 1
    ids = {
        email.message_from_bytes(content, policy=email.policy.default)["Message-ID"]
        for _, content in mailbox.taken
    }
    assert len(ids) == 12


@pytest.mark.faults
def test_kill_9_loses_no_webhook_and_a_repeat_has_the_same_id(database):
    """The receiver can tell the one repeat by its webhook-id, and its body is the same to the byte."""
    pages = {f"/{number}": Page(status=204) for number in range(1, 13)}
    with serving(pages) as server:
        write_messages(database, 12, lambda number: f"{server.url}/{number}")
        kill_at_each_step(database, server.port, lambda: server.visits)
        visits = list(server.visits)
    arrived = Counter(visit.path for visit in visits)
    assert set(arrived) == set(pages)
    assert sorted(arrived.values()) == [1] * 11 + [2]
    told = {(visit.path, visit.headers["webhook-id"], visit.body) for visit in visits}
    assert len(told) == 12
    assert {row.key for row in rows(database)} == {key for _, key, _ in told}
    for visit in visits:
        Receiver(SECRET).verify(visit.body, dict(visit.headers))
