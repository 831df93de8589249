"""From a crawl to a webhook, a feed, a command and a file, as a user runs it."""

import base64
import json
import sys
import xml.etree.ElementTree as ET
from contextlib import ExitStack, contextmanager

import pytest
from standardwebhooks import Webhook as Receiver

from tests.loopback.server import Page, serving
from tests.recordings import Bill, pack_virginia
from tests.running import json_lines, measurewatch

SECRET = f"whsec_{base64.b64encode(b'one secret of thirty-two bytes..').decode()}"
OTHER = f"whsec_{base64.b64encode(b'another secret of the same size.').decode()}"
TOKEN = "T0KEN-1N-THE-PATH"
ATOM = "{http://www.w3.org/2005/Atom}"
WATCHLIST = """\
name: Test desk
sources:
  sites: [virginia]
topics: [287g]
watches:
  - name: Everything in Virginia
    places: [us/va/*]
    when: [new, version, status]
    to:
      - {url}/hook
      - {url}/own#secret=env:PARTNER
      - env:SECRET_HOOK
      - feed:feeds/desk.xml
      - command:./notify.py --to 'the desk'
      - file:alerts.txt
    every: at once
"""
PROGRAM = f"""#!{sys.executable}
import json, os, sys
told = [sys.argv[1:], json.load(sys.stdin), sorted(os.environ)]
with open("told.jsonl", "a") as file:
    file.write(json.dumps(told) + "\\n")
"""


@contextmanager
def desk(folder):
    """A server of hooks, and the environment of a home whose watchlist names them."""
    pages = {"/hook": Page(status=503), "/own": Page(), f"/{TOKEN}": Page(status=204)}
    with serving(pages) as server:
        text = WATCHLIST.replace("{url}", server.url)
        (folder / "watchlist.yaml").write_text(text, encoding="utf-8")
        program = folder / "measurewatch-home" / "notify.py"
        program.parent.mkdir()
        program.write_text(PROGRAM, encoding="utf-8")
        program.chmod(0o700)
        yield (
            server,
            {
                "MEASUREWATCH_WATCHLIST": str(folder / "watchlist.yaml"),
                "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "yes",
                "MEASUREWATCH_WEBHOOK_SECRET": SECRET,
                "PARTNER": OTHER,
                "SECRET_HOOK": f"{server.url}/{TOKEN}",
            },
        )


@pytest.fixture
def quiet(tmp_path):
    """Hooks, a folder and an environment in which nothing was crawled yet."""
    with desk(tmp_path) as (server, environment):
        yield server, tmp_path, environment


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def told(request, tmp_path_factory):
    """The same, with two new bills told to everybody: and what `deliver` said."""
    folder = tmp_path_factory.mktemp("told")
    with desk(folder) as (server, environment), ExitStack() as stack:
        if request.param == "postgresql":
            postgres = request.getfixturevalue("postgres")
            url = postgres.create()
            stack.callback(postgres.drop, url)
            environment["MEASUREWATCH_DATABASE"] = url
        recordings = []
        for day, bills in (("01", ["HB1"]), ("10", ["HB1", "HB3", "HB4"])):
            file = folder / f"{day}.warc.gz"
            pack_virginia(file, f"2026-02-{day}T12:00:00Z", [Bill(number) for number in bills])
            recordings += ["--replay", str(file)]
        measurewatch("crawl", "virginia", *recordings, cwd=folder, check=True, **environment)
        ended = measurewatch("deliver", "--json", cwd=folder, **environment)
        yield server, folder, environment, json.loads(ended.stdout)


def test_each_address_has_a_message_of_its_own(told):
    """One that fails waits by itself; the others are sent, each in its own form, and not again."""
    server, folder, environment, ended = told
    home = folder / "measurewatch-home"
    assert ended == {"sent": 5, "failed": 1, "dead": 0}

    rows = json_lines("alerts", "list", cwd=folder, **environment)
    states = {row["address"]: (row["state"], row["attempts"]) for row in rows}
    assert states == {
        f"{server.url}/hook": ("failed", 1),
        f"{server.url}/own#secret=env:PARTNER": ("sent", 1),
        "env:SECRET_HOOK": ("sent", 1),
        "feed:feeds/desk.xml": ("sent", 1),
        "command:./notify.py --to 'the desk'": ("sent", 1),
        "file:alerts.txt": ("sent", 1),
    }
    assert {row["error"] for row in rows if row["state"] == "failed"} == {
        "127.0.0.1 answered 503 Service Unavailable"
    }
    assert len({row["key"] for row in rows}) == 6

    visits = {visit.path: visit for visit in server.visits}
    posted = {}
    for path, secret in (("/hook", SECRET), ("/own", OTHER), (f"/{TOKEN}", SECRET)):
        posted[path] = Receiver(secret).verify(visits[path].body, dict(visits[path].headers))
    alerts = posted["/own"]["data"]["alerts"]
    assert [alert["measure"]["identifier"] for alert in alerts] == ["HB3", "HB4"]
    assert alerts[0]["measure"]["jurisdiction"].startswith("ocd-jurisdiction/country:us/state:va")
    assert alerts == posted["/hook"]["data"]["alerts"]
    [missing] = posted["/own"]["data"]["sources"]["unchecked"]
    assert (missing["source"], missing["since"]) == ("virginia", "2026-02-10T12:00:00+00:00")

    [[arguments, read, names]] = [
        json.loads(line) for line in (home / "told.jsonl").read_text().splitlines()
    ]
    assert arguments == ["--to", "the desk"]
    assert read["data"]["alerts"] == alerts
    assert [name for name in names if name.startswith("MEASUREWATCH_")] == [
        "MEASUREWATCH_HOME", "MEASUREWATCH_KEY",
    ]  # fmt: skip
    feed = ET.parse(home / "feeds" / "desk.xml").getroot()
    assert feed.findtext(f"{ATOM}title") == "Measurewatch: Everything in Virginia"
    assert {entry.findtext(f"{ATOM}title").split()[0] for entry in feed.iter(f"{ATOM}entry")} == {
        "HB3", "HB4",
    }  # fmt: skip
    assert "HB3" in (home / "alerts.txt").read_text()

    before = len(server.visits)
    assert json_lines("deliver", cwd=folder, **environment) == [{"sent": 0, "failed": 0, "dead": 0}]
    assert len(server.visits) == before

    server.pages["/hook"] = Page()
    [message] = {row["message"] for row in rows if row["state"] == "failed"}
    measurewatch("alerts", "retry", str(message), cwd=folder, check=True, **environment)
    assert json_lines("deliver", cwd=folder, **environment) == [{"sent": 1, "failed": 0, "dead": 0}]
    again = server.visits[-1]
    assert again.body == visits["/hook"].body
    assert again.headers["webhook-id"] == visits["/hook"].headers["webhook-id"]


def test_no_secret_is_printed_or_stored(told):
    """Neither the signing secrets nor an address from the environment leaves it."""
    _, folder, environment, _ = told
    said = ""
    for command in (
        ("alerts", "list", "--json"), ("watches", "list", "--json"), ("doctor",),
        ("alerts", "test", "env:SECRET_HOOK"),
    ):  # fmt: skip
        ended = measurewatch(*command, cwd=folder, **environment)
        said += ended.stdout + ended.stderr
    assert "env:SECRET_HOOK" in said
    home = folder / "measurewatch-home"
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    for secret in (SECRET, OTHER, TOKEN):
        assert secret.removeprefix("whsec_") not in said
        assert secret.removeprefix("whsec_").encode() not in kept


def test_each_address_can_be_tried(quiet):
    """A test message goes out by every scheme as an alert would, and says what came of it."""
    server, folder, environment = quiet
    home = folder / "measurewatch-home"
    for address, detail in (
        (f"{server.url}/own#secret=env:PARTNER", "127.0.0.1 answered 200"),
        ("env:SECRET_HOOK", "127.0.0.1 answered 204"),
        ("command:./notify.py --test", "exit 0"),
        ("feed:feeds/desk.xml", "measurewatch-home/feeds/desk.xml"),
        ("file:alerts.txt", "measurewatch-home/alerts.txt"),
    ):
        [told] = json_lines("alerts", "test", address, cwd=folder, **environment)
        assert told["to"] == address
        assert told["detail"].endswith(detail)
    told = Receiver(OTHER).verify(server.visits[0].body, dict(server.visits[0].headers))
    assert (told["type"], told["data"]["alerts"]) == ("measurewatch.test", [])
    assert json.loads((home / "told.jsonl").read_text())[0] == ["--test"]
    titles = [node.text for node in ET.parse(home / "feeds" / "desk.xml").iter(f"{ATOM}title")]
    assert titles == ["Measurewatch: Everything in Virginia", "[Measurewatch] test"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("desk@example.org", "did you mean 'mailto:desk@example.org'?"),
        ("exec:./x", "did you mean 'command:'?"),
        ("env:NOT_SET", "NOT_SET is not set"),
        ("https://hooks.example.org/x", "set MEASUREWATCH_WEBHOOK_SECRET to whsec_"),
        ("https://127.0.0.1/x", "127.0.0.1 is not visited"),
        ("command:./missing", "./missing cannot be run"),
    ],
)
def test_a_test_that_cannot_work_says_why(tmp_path, address, words):
    """One sentence that names what to mend, exit code 2, and nothing is sent."""
    ended = measurewatch("alerts", "test", address, cwd=tmp_path)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_doctor_names_what_is_missing(quiet):
    """Before the first alert is due, an operator can know that it would wait."""
    _, folder, environment = quiet
    rows = {row["check"]: row for row in json_lines("doctor", cwd=folder, **environment)}
    assert rows["addresses"]["result"] == "right"
    del environment["PARTNER"]
    ended = measurewatch("doctor", "--json", cwd=folder, **environment)
    rows = {row["check"]: row for row in map(json.loads, ended.stdout.splitlines())}
    assert rows["addresses"]["result"] == "wrong"
    assert "PARTNER is not set" in rows["addresses"]["advice"]
