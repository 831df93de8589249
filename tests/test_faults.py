"""Crawls that are killed or interrupted: nothing is half-kept, lost or told twice.

A crawl child is killed by a `sitecustomize` module that lies on the path of that
one process: it wraps a function of the house so that a chosen call of it ends
the process by SIGKILL. Nothing in the house knows of it.
"""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from config.settings import Settings
from monitor.app import App
from monitor.crawls import run_crawls
from monitor.delivery import deliver_due
from tests.loopback.server import Page, html, serving
from tests.recordings import Bill, pack_files, pack_virginia
from tests.running import ROOT, json_lines, measurewatch

pytestmark = pytest.mark.faults

SITE = "https://orders.example.gov"
WATCHLIST = """\
name: Test desk
sources:
  orders:
    elmford-mayor: {place: us/mn/minneapolis, index: "%s/orders/"}
  sites: [virginia]
topics:
  - {name: ramps, title: Ramps, query: ramp*}
watches:
  - name: Ramps of Elmford
    places: [us/mn/*]
    topics: [ramps]
    when: [new, amended, title, vanished]
    to: ["terminal:"]
    every: at once
  - name: Everything
    places: [us/*]
    when: [new, amended, title, status, version, vanished]
    to: ["file:all.txt", "file:mails/"]
    every: at once
"""

SABOTAGE = """\
import os
import signal
import sys

if "monitor.crawling" in sys.orig_argv:
    import importlib

    import monitor.recording

    monitor.recording.BATCH = 1  # a transaction for each measure: some are kept, some are not
    owner = importlib.import_module({module!r})
    *path, name = {function!r}.split(".")
    for part in path:
        owner = getattr(owner, part)
    work = getattr(owner, name)
    calls = []

    def dying(*arguments, **options):
        calls.append(1)
        if len(calls) == {call} and {moment!r} == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = work(*arguments, **options)
        if len(calls) == {call} and {moment!r} == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, dying)
"""


@dataclass(frozen=True)
class Step:
    """Where a child dies: before or after a call of a function."""

    name: str
    module: str
    function: str
    call: int = 1
    moment: str = "before"

    def lay(self, folder):
        """Write the module that kills; returns the folder that holds it."""
        folder.mkdir()
        values = {
            "module": self.module, "function": self.function, "call": self.call,
            "moment": self.moment,
        }  # fmt: skip
        (folder / "sitecustomize.py").write_text(SABOTAGE.format(**values), encoding="utf-8")
        return folder


STEPS = (
    Step("the child has just started", "monitor.app", "build"),
    Step("the index is fetched", "scrapers.replay", "ReplayArchive.answer", 1, "after"),
    Step("two documents are fetched", "storage.blobs", "Blobs.put", 2, "after"),
    Step("a text is extracted", "pipelines.stages", "ExtractText.judge", 2, "after"),
    Step("inside the transaction", "storage.crawl", "write_alerts", 2),
    Step("before the list is closed", "monitor.recording", "Writer.close_listings"),
    Step("before the row is closed", "storage.crawls", "Crawls.close"),
)


def pdf(words):
    """A page with these words, the same bytes each time."""
    file = io.BytesIO()
    canvas = Canvas(file, invariant=1)
    for number, line in enumerate(words.split(". ")):
        canvas.drawString(72, 720 - 20 * number, line)
    canvas.save()
    return file.getvalue()


def page(words):
    text = f"<!doctype html><html><head><title>Order</title></head><body><main><p>{words}</p></main></body></html>"
    return text.encode()


def orders(entries, site=SITE):
    """An index and its documents: {number: (title, ending, words)}."""
    rows = "".join(
        f'<tr><td><a href="/orders/{number}.{ending}">EO 2026-{number:02}</a></td><td>{title}</td>'
        f"<td>January {number % 28 + 1}, 2026</td></tr>"
        for number, (title, ending, _) in entries.items()
    )
    index = (
        "<!doctype html><html><head><title>Executive orders</title></head><body><table>"
        f"<tr><th>Number</th><th>Title</th><th>Date</th></tr>{rows}</table></body></html>"
    )
    files = {f"{site}/orders/": index.encode()}
    for number, (_, ending, words) in entries.items():
        files[f"{site}/orders/{number}.{ending}"] = pdf(words) if ending == "pdf" else page(words)
    return files


RAMPS = "The ramps of the city are closed to staging. The Director of Works sees to it."
SNOW = "Cars are moved before the plough comes. Fines are those of the winter code."
FIRST = {
    1: ("Closing ramps", "pdf", RAMPS),
    2: ("Snow emergency routes", "html", SNOW),
    3: ("Composting beside ramps", "html", "Every office keeps a bin for peels and tea leaves."),
    4: ("Flags", "html", "Flags of the city fly at half mast on the first of May."),
}
DAYS = (
    # The baseline, then a list that lacks an order for the first time.
    FIRST,
    {key: FIRST[key] for key in (1, 2, 4)},
    # Other text at the same address, a new title, two new orders, one gone for good, one absent.
    {
        1: ("Closing ramps", "pdf", RAMPS.replace("Works", "Parks and of Works")),
        2: ("Snow emergency routes and ramps", "html", SNOW),
        5: ("Parking ramps", "pdf", "No parking ramp may be leased. It is so ordered."),
        6: ("Masks", "html", "Officers show their faces. Ramps are not concerned by it."),
    },
)
LAST = DAYS[2]


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """Four recordings; the last is like the third, a day later."""
    folder = tmp_path_factory.mktemp("archives")
    return [
        pack_files(folder / f"{day}.warc.gz", f"2026-03-0{day}T12:00:00Z", orders(entries))
        for day, entries in enumerate((*DAYS, LAST), start=1)
    ]


def app_of(folder, sabotage=None):
    """The app of a folder; its children meet the sabotage, when there is one."""
    values = {
        "MEASUREWATCH_HOME": str(folder / "home"),
        "MEASUREWATCH_WATCHLIST": str(folder / "watchlist.yaml"),
    }
    names = {key: value for key, value in os.environ.items() if not key.startswith("MEASUREWATCH_")}
    path = os.pathsep.join(str(one) for one in (sabotage, ROOT) if one)
    return App(
        settings=Settings.from_mapping(values),
        clock=lambda: datetime.now(UTC),
        environment=names | values | {"PYTHONPATH": path},
    )


def begin(folder):
    (folder / "watchlist.yaml").write_text(WATCHLIST % SITE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, archives):
    """A folder whose home has seen the first two days."""
    folder = begin(tmp_path_factory.mktemp("prepared"))
    lines = run_crawls(app_of(folder), ["elmford-mayor"], archives=archives[:2])
    assert [line["state"] for line in lines] == ["ok"]
    return folder


@dataclass(frozen=True)
class Told:
    """All that a reader sees of changes, alerts and measures, without the numbers of rows."""

    changes: tuple
    alerts: tuple
    measures: dict


def told(app):
    """What a home tells."""
    with app.store() as opened:
        assert opened.check() == []
        changes = {row["id"]: row for row in opened.queries.changes()}
        alerts = list(opened.queries.alerts())
        measures = {
            row["identifier"]: plain(opened.queries.show(row["id"]))
            for row in opened.queries.measures()
        }
    named = {key: (row["measure"]["identifier"], row["kind"]) for key, row in changes.items()}
    return Told(
        changes=tuple(sorted(
            (*named[key], row["at"], tuple(row["topics"]), row["summary"])
            for key, row in changes.items()
        )),
        alerts=tuple(sorted((row["watch"], row["channel"], *named[row["change"]]) for row in alerts)),
        measures=measures,
    )  # fmt: skip


def plain(value):
    """A measure as JSON without the numbers of rows."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key not in {"id", "version"}}
    return [plain(item) for item in value] if isinstance(value, list) else value


def of_measure(rows, identifier, at):
    return [row for row in rows if row[at] == identifier]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, prepared, archives):
    """What is told after the third day, and after the fourth, when nobody dies."""
    folder = tmp_path_factory.mktemp("undisturbed") / "desk"
    shutil.copytree(prepared, folder)
    app = app_of(folder)
    told_by_day = [told(app)]
    for archive in archives[2:]:
        run_crawls(app, ["elmford-mayor"], archives=[archive])
        told_by_day.append(told(app))
    before, third, fourth = told_by_day
    assert [change[:2] for change in third.changes] == [
        ("EO 2026-01", "amended"), ("EO 2026-02", "title"), ("EO 2026-03", "vanished"),
        ("EO 2026-05", "new"), ("EO 2026-06", "new"),
    ]  # fmt: skip
    assert ("EO 2026-04", "vanished") in [change[:2] for change in fourth.changes]
    assert before.changes == ()
    return before, third, fourth


def survivors(folder):
    """The processes that still have the folder's home in their environment."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (one / "environ").read_bytes():
                found.append(one.name)
        except OSError:
            continue
    return found


def kill_crawl(folder, step, archive):
    """Crawl with a child that dies at a step; returns the source's line."""
    app = app_of(folder, step.lay(folder / "sabotage"))
    [line] = run_crawls(app, ["elmford-mayor"], archives=[archive])
    return line


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_crawl_killed_at_any_step_is_taken_up_by_the_next(
    step, prepared, undisturbed, archives, tmp_path
):
    """After kill -9 each measure is as before or as after, and the next run tells the rest, once."""
    folder = tmp_path / "desk"
    shutil.copytree(prepared, folder)
    before, third, fourth = undisturbed

    line = kill_crawl(folder, step, archives[2])
    assert line["state"] == "crashed"
    assert "crashed" in " ".join(line["notes"])
    assert survivors(folder) == []

    app = app_of(folder)
    seen = told(app)
    for identifier in third.measures:
        mine = of_measure(seen.changes, identifier, 0)
        kept = of_measure(third.changes, identifier, 0)
        vanished = all(kind == "vanished" for _, kind, *_ in kept)
        if mine:
            assert mine == kept
            assert seen.measures[identifier] == third.measures[identifier]
        elif kept and not vanished:
            assert seen.measures.get(identifier) == before.measures.get(identifier)
        assert of_measure(seen.alerts, identifier, 2) == (
            of_measure(third.alerts, identifier, 2) if mine else []
        )

    [line] = run_crawls(app, ["elmford-mayor"], archives=[archives[2]])
    assert line["state"] == "ok"
    assert told(app) == third
    if step.name.startswith("before"):
        # A list that was counted by a crawl that died must not be counted twice.
        run_crawls(app, ["elmford-mayor"], archives=[archives[3]])
        assert told(app) == fourth


def test_a_killed_baseline_is_still_quiet_when_it_is_repeated(
    archives, undisturbed, prepared, tmp_path
):
    """A first crawl that dies half way ends no quiet time; the whole history is as undisturbed."""
    folder = tmp_path / "desk"
    folder.mkdir()
    begin(folder)
    step = Step("one measure is recorded", "storage.store", "Store.record", 2, "after")
    line = kill_crawl(folder, step, archives[0])
    app = app_of(folder)
    assert line["state"] == "crashed"
    assert told(app).changes == ()
    assert len(told(app).measures) == 2
    [line] = run_crawls(app, ["elmford-mayor"], archives=archives[:3])
    assert line["state"] == "ok"
    assert told(app) == undisturbed[1]


def test_messages_of_a_killed_crawl_are_delivered_once(prepared, undisturbed, archives, tmp_path):
    """What was recorded before the death and after it is sent, each alert in one message a channel."""
    folder = tmp_path / "desk"
    shutil.copytree(prepared, folder)
    step = Step("two are recorded", "storage.store", "Store.record", 2, "after")
    kill_crawl(folder, step, archives[2])
    app = app_of(folder)
    first = deliver_due(app)
    assert first["sent"] > 0
    assert (first["failed"], first["dead"]) == (0, 0)
    run_crawls(app, ["elmford-mayor"], archives=[archives[2]])
    assert deliver_due(app)["sent"] > 0
    assert deliver_due(app) == {"sent": 0, "failed": 0, "dead": 0}
    with app.store() as opened:
        assert {row["state"] for row in opened.queries.alerts()} == {"sent"}
    assert told(app) == undisturbed[1]
    words = (folder / "home" / "all.txt").read_text(encoding="utf-8")
    headings = Counter(line[:10] for line in words.splitlines() if line.startswith("EO 2026-"))
    assert headings == {f"EO 2026-0{number}": 1 for number in (1, 2, 3, 5, 6)}


def test_the_command_says_that_a_crawl_crashed(tmp_path):
    """The line's state is crashed, the exit code 1, and the next command goes on from there."""
    first = pack_virginia(
        tmp_path / "a.warc.gz", "2026-02-01T12:00:00Z", [Bill("HB1"), Bill("HB2")]
    )
    second = pack_virginia(
        tmp_path / "b.warc.gz", "2026-02-10T12:00:00Z", [Bill("HB1"), Bill("HB2"), Bill("HB3"), Bill("HB4")]
    )  # fmt: skip
    begin(tmp_path)
    environment = {"MEASUREWATCH_WATCHLIST": str(tmp_path / "watchlist.yaml")}
    json_lines("crawl", "virginia", "--replay", str(first), cwd=tmp_path, **environment)
    # HB1 and HB2 are unchanged; the third transaction is that of HB3.
    step = Step("HB3 is recorded", "storage.store", "Store.record", 3, "after")
    path = os.pathsep.join((str(step.lay(tmp_path / "sabotage")), str(ROOT)))
    killed = measurewatch(
        "crawl", "virginia", "--replay", str(second), "--json", cwd=tmp_path,
        **environment | {"PYTHONPATH": path},
    )  # fmt: skip
    assert killed.returncode == 1
    assert json.loads(killed.stdout)["state"] == "crashed"
    assert "Traceback" not in killed.stderr
    assert measurewatch("db", "check", cwd=tmp_path).returncode == 0
    json_lines("crawl", "virginia", "--replay", str(second), cwd=tmp_path, **environment)
    changes = json_lines("changes", cwd=tmp_path)
    assert sorted((row["measure"]["identifier"], row["kind"]) for row in changes) == [
        ("HB3", "new"), ("HB4", "new"),
    ]  # fmt: skip


INTERRUPTED = {
    number: (f"Order {number}", "html", f"Ramp {number} is closed.") for number in range(1, 21)
}


@pytest.fixture
def slow_city(tmp_path):
    """A city whose documents take their time, and the environment of a desk that watches it."""
    pages = {}
    with serving(pages) as server:
        for url, body in orders(INTERRUPTED, server.url).items():
            path = url.removeprefix(server.url)
            wait = 0.1 if path != "/orders/" else 0.0
            pages[path] = Page(
                body, headers={"Content-Type": "text/html; charset=utf-8"}, wait=wait
            )
        pages["/robots.txt"] = Page(b"User-agent: *\nAllow: /\n")
        pages["/"] = html("City of Elmford")
        server.pages = pages
        (tmp_path / "watchlist.yaml").write_text(WATCHLIST % server.url, encoding="utf-8")
        yield (
            server,
            {
                "MEASUREWATCH_WATCHLIST": str(tmp_path / "watchlist.yaml"),
                "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "yes",
                "MEASUREWATCH_DELAY": "0.01",
            },
        )


def start_crawl(folder, environment):
    """A real `measurewatch crawl`, in a process group of its own as a shell would start it."""
    names = {key: value for key, value in os.environ.items() if not key.startswith("MEASUREWATCH_")}
    return subprocess.Popen(
        [sys.executable, "-m", "monitor.cli", "crawl", "elmford-mayor"],
        cwd=folder, env={**names, "PYTHONPATH": str(ROOT), **environment}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def wait_for(condition, seconds=30):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)


def documents_asked(server):
    return [path for path in server.paths() if path.endswith(".html")]


def row_of(folder, crawl_id=1):
    with app_of(folder_home(folder)).store() as opened:
        assert opened.check() == []
        return opened.crawls.get(crawl_id), list(opened.queries.measures())


@dataclass(frozen=True)
class folder_home:  # noqa: N801 - reads like the function it stands for
    """A folder whose home has the default name."""

    folder: Path

    def __truediv__(self, name):
        return self.folder / ("measurewatch-home" if name == "home" else name)


def finish(folder, environment, number):
    """The next run does what is left."""
    done = measurewatch("crawl", "elmford-mayor", "--json", cwd=folder, **environment)
    assert done.returncode == 0, done.stderr
    row, measures = row_of(folder, number)
    assert row.state == "ok"
    assert len(measures) == len(INTERRUPTED)


def test_ctrl_c_finishes_what_is_under_way(slow_city, tmp_path):
    """One SIGINT: what was seen is recorded, the row is interrupted, exit code 130."""
    server, environment = slow_city
    process = start_crawl(tmp_path, environment)
    wait_for(lambda: len(documents_asked(server)) >= 2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in out + err
    assert "Interrupted" in err
    assert survivors(tmp_path) == []
    row, measures = row_of(tmp_path)
    assert row.state == "interrupted"
    assert 0 < len(measures) < len(INTERRUPTED)
    assert f"What was read until then is kept: {len(measures)} measure" in err
    assert "The next crawl goes on from there." in err
    finish(tmp_path, environment, 2)


def test_a_crawl_that_waits_for_another_says_so(slow_city, tmp_path):
    """At once and on standard error; asked to stop while it waits, it ends, and the first goes on."""
    server, environment = slow_city
    server.pages["/orders/2.html"] = Page(b"late", wait=8)
    first = start_crawl(tmp_path, environment)
    wait_for(lambda: "/orders/2.html" in server.paths())
    second = start_crawl(tmp_path, environment)
    said = second.stderr.readline()
    assert "elmford-mayor: another crawl is at 127.0.0.1" in said
    assert first.poll() is None
    second.send_signal(signal.SIGINT)
    _, err = second.communicate(timeout=6)
    assert second.returncode == 130
    assert "What was read until then is kept. The next crawl" in err
    assert first.poll() is None
    row, _ = row_of(tmp_path, 2)
    assert row.state == "interrupted"
    first.communicate(timeout=30)
    row, _ = row_of(tmp_path, 1)
    assert row.state == "ok"


def test_ctrl_c_twice_ends_at_once(slow_city, tmp_path):
    """The second SIGINT does not wait: no process is left, the database is sound."""
    server, environment = slow_city
    server.pages["/orders/2.html"] = Page(b"late", wait=60)
    process = start_crawl(tmp_path, environment)
    wait_for(lambda: "/orders/2.html" in server.paths())
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=5)
    assert process.returncode == 130, err
    assert "Traceback" not in out + err
    assert survivors(tmp_path) == []
    row, _ = row_of(tmp_path)
    assert row.state == "interrupted"


def test_a_child_whose_parent_was_killed_stops_in_order(slow_city, tmp_path):
    """When the command is killed, its child notices, keeps what it saw and closes its row."""
    server, environment = slow_city
    process = start_crawl(tmp_path, environment)
    wait_for(lambda: len(documents_asked(server)) >= 2)
    process.kill()
    process.communicate(timeout=10)
    wait_for(lambda: survivors(tmp_path) == [])
    row, _ = row_of(tmp_path)
    assert row.state == "interrupted"
    finish(tmp_path, environment, 2)
