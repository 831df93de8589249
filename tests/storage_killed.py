"""Work that is killed at every step, in processes of its own.

    python -m tests.storage_killed record|send|write URL HOME FILE

Each step is one statement or commit of the writing engine: step N kills the
process with SIGKILL just before it. After each death the database is looked at
by a fresh process. Prints one JSON line a step.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event

from storage.database import Database
from storage.home import Home
from storage.outbox import Outbox
from storage.ports import AlertDraft, ChangeFacts
from storage.queries import Queries
from storage.store import Store
from tests.storage_makers import (
    LAW,
    NOW,
    PENDING,
    SOURCE,
    Site,
    bill,
    everything,
    item,
    measure,
    meeting,
    observed,
    readable,
)

MOST_STEPS = 400
LEASE = timedelta(minutes=5)
BATCH = 3


def first_day() -> list:
    """Six bills, one of them with a text that is pending."""
    texts = [readable(f"{LAW} Section {number}.") for number in range(6)]
    texts[5] = PENDING
    return [
        bill(("Introduced", text), identifier=f"HB {number}")
        for number, text in enumerate(texts, 1)
    ]


def second_day() -> list:
    """An amendment, a new print, a completed text, a new title, an agenda, and three new bills."""
    seen = first_day()
    seen[0] = bill(("Introduced", readable("Another law altogether.")), identifier="HB 1")
    old = readable(f"{LAW} Section 1.")
    seen[1] = bill(("Introduced", old), ("Printed", old), identifier="HB 2")
    seen[2] = bill(("Introduced", readable(f"{LAW} Section 2.")), identifier="HB 3", title="Masks")
    seen[5] = bill(("Introduced", readable(LAW, topics=["masks"])), identifier="HB 6")
    new = [
        bill(("Introduced", readable(f"New {number}.")), identifier=f"HB {number}")
        for number in (7, 8, 9)
    ]
    return [*seen, meeting(item("HB 4"), item("HB 7")), *new]


def route(facts: ChangeFacts) -> list[AlertDraft]:
    """The desk hears of everything, a second recipient of what is about masks."""
    drafts = everything(facts)
    if "masks" in facts.topics:
        drafts.append(replace(drafts[0], watch="Masks", address="mailto:masks@example.org"))
    return drafts


def record(database: Database) -> None:
    """Record the second day, a batch a transaction."""
    store = Store(database)
    seen = second_day()
    for start in range(0, len(seen), BATCH):
        outcomes = store.record(
            seen[start : start + BATCH], crawl_id=2, now=NOW + timedelta(days=2), route=route
        )
        assert not [outcome.error for outcome in outcomes if outcome.error]


def send(database: Database, out: Path, run: int) -> None:
    """Deliver what is due: sending is a line in a file."""
    outbox = Outbox(database)
    now = NOW + timedelta(days=9) + run * 2 * LEASE
    while claims := outbox.claim(now=now, lease=LEASE, limit=1):
        for claim in claims:
            rendered = claim.payload or {"rendered_in_run": run}
            if claim.payload is None:
                outbox.prepare(claim, rendered)
            with out.open("a") as file:
                file.write(json.dumps({"key": claim.key, "payload": rendered}) + "\n")
                file.flush()
            outbox.sent(claim, now=now)


def state(database: Database) -> dict:
    """What a reader sees: changes and alerts by measure, and what is unsound."""
    queries = Queries(database)
    changes = list(queries.changes())
    alerts = list(queries.alerts())
    return {
        "problems": database.check(),
        "measures": len(list(queries.measures())),
        "changes": sorted([one["measure"]["identifier"], one["kind"]] for one in changes),
        "alerts": sorted([one["change"], one["watch"], one["address"]] for one in alerts),
        "unsent": sum(one["state"] != "sent" for one in alerts),
        "silent": sorted({one["id"] for one in changes} - {one["change"] for one in alerts}),
    }


def die_at(database: Database, step: int) -> None:
    """Kill this process before its step-th statement or commit."""
    left = [step]

    def count(*_arguments: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database._write, "before_cursor_execute", count)
    event.listen(database._write, "commit", count)


def in_child(work: Callable[[], None]) -> int:
    """Run work in a process of its own; returns its exit status, negative for a signal."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - a child must not return from here
            print(f"child: {error!r}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main(what: str, url: str, folder: str, out: str) -> None:
    home = Home(Path(folder))

    def opened() -> Database:
        return Database.open(url, home=home)

    def begin() -> None:
        site = Site(opened(), route=route)
        site.crawl(*first_day())

    assert in_child(begin) == 0
    if what == "send":
        assert in_child(lambda: record(opened())) == 0
    for step in range(1, MOST_STEPS):

        def work(step: int = step) -> None:
            database = opened()
            die_at(database, step)
            if what == "record":
                record(database)
            else:
                send(database, Path(out), step)

        ended = in_child(work)
        database = opened()
        print(json.dumps({"step": step, "ended": ended} | state(database)), flush=True)
        database.close()
        if ended == 0:
            return


def write(url: str, folder: str, writers: int = 3, batches: int = 25) -> None:
    """Several processes record at once, each its own source, while one reads."""
    home = Home(Path(folder))

    def one(number: int) -> None:
        store = Store(Database.open(url, home=home))
        source = f"source-{number}"
        for batch in range(batches):
            seen = [observed(measure(f"HB {batch}-{item}", session=source)) for item in range(4)]
            seen = [replace(item, source=source) for item in seen]
            outcomes = store.record(seen, crawl_id=number, now=NOW, route=everything)
            assert {outcome.status for outcome in outcomes} == {"new"}
            store.known(source)

    pids = []
    for number in range(writers):
        pid = os.fork()
        if pid == 0:
            try:
                one(number)
            except BaseException as error:  # noqa: BLE001 - a child must not return from here
                print(f"child: {error!r}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        pids.append(pid)
    statuses = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    print(json.dumps({"statuses": statuses, "source": SOURCE}))


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(*sys.argv[2:4])
    else:
        main(*sys.argv[1:5])
