"""A site that prints a counter and the day on its documents, from the first crawl to the mail."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.loopback.server import html, serving
from tests.running import json_lines, measurewatch

LAW = (
    "<p>The mayor orders that no officer shall wear a mask within {feet} feet of a school.</p>"
    "<p>This order is effective July 1, 2026, and the fee of $5,000 is waived until then.</p>"
)
ROW = (
    '<tr><td class="n">EO {n}</td><td class="t">Masks {n}</td><td class="d">March 2, 2026</td>'
    '<td><a href="/{n}.html">Text</a></td></tr>'
)
WATCHLIST = """\
name: Test desk
sources:
  orders:
    mayor:
      place: us/wa/x
      index: {url}/orders
      row: tr
      identifier: .n
      title: .t
      signed: .d
      document: a
watches:
  - name: Everything
    to: ["terminal:"]
    every: at once
"""


# One story, told in the order of the tests.
pytestmark = pytest.mark.xdist_group("volatile")


class Site:
    """Two orders, whose pages count their visitors.

    `feet` is what the first one says; each visit takes the next, the last one stays.
    """

    def __init__(self) -> None:
        self.feet = ["ten"]
        self.numbers = count(4711)

    def order(self, visit):
        feet = "ten"
        if visit.path == "/1.html":
            feet = self.feet.pop(0) if len(self.feet) > 1 else self.feet[0]
        number = next(self.numbers)
        printed = datetime.now(UTC) + timedelta(days=number - 4711)
        foot = f"<p>You are visitor {number:,} of this page. Printed on {printed:%m/%d/%Y}</p>"
        return html(f"<h1>Executive order</h1>{LAW.format(feet=feet)}{foot}")

    def pages(self):
        rows = "".join(ROW.format(n=n) for n in (1, 2))
        index = html(f"<h1>Orders</h1><table>{rows}</table>")
        return {"/orders": index, "/1.html": self.order, "/2.html": self.order}


@pytest.fixture(scope="module")
def site():
    return Site()


@pytest.fixture(scope="module")
def desk(site, tmp_path_factory):
    """A folder, its environment and the server, after a first crawl and one in which nothing happened."""
    folder: Path = tmp_path_factory.mktemp("volatile")
    with serving(site.pages()) as server:
        text = WATCHLIST.format(url=server.url)
        (folder / "watchlist.yaml").write_text(text, encoding="utf-8")
        environment = {
            "MEASUREWATCH_WATCHLIST": str(folder / "watchlist.yaml"),
            "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "yes",
            "MEASUREWATCH_DELAY": "0",
        }
        first, second = (crawl(folder, environment) for _ in range(2))
        assert (first["state"], first["new"]) == ("ok", 2)
        assert (second["state"], second["changed"]) == ("ok", 0)
        yield folder, environment, server


def crawl(folder, environment):
    (line,) = json_lines("crawl", "mayor", cwd=folder, **environment)
    return line


def test_a_counter_and_a_day_are_no_amendment(desk):
    """Each changed document was fetched once more, and what differed is known since."""
    folder, environment, server = desk
    assert json_lines("changes", cwd=folder, **environment) == []
    rows = json_lines("sources", "volatile", "mayor", cwd=folder, **environment)
    assert {row["how"] for row in rows} == {"twice"}
    assert sum(row["ignored"] for row in rows) >= 2
    assert sum(path.endswith(".html") for path in server.paths()) <= 6
    # What is known needs no second fetch.
    before = len(server.paths())
    assert crawl(folder, environment)["changed"] == 0
    assert sum(path.endswith(".html") for path in server.paths()[before:]) == 2


def test_an_amendment_beside_them_is_told_without_them(desk, site):
    """It is told once, its redline shows its own words alone, and it says what is left out."""
    folder, environment, _ = desk
    site.feet = ["six"]
    assert crawl(folder, environment)["changed"] == 1
    (change,) = json_lines("changes", cwd=folder, **environment)
    assert change["kind"] == "amended"
    assert change["details"]["ignored"] == 2
    assert (change["details"]["inserted"], change["details"]["deleted"]) == (1, 1)
    told = "2 places that change at every visit are left out"
    assert told in change["summary"]
    mail = measurewatch("deliver", cwd=folder, check=True, **environment).stdout
    assert "six" in mail
    assert told in " ".join(mail.split())
    assert "[-4,7" not in mail
    versions = [str(version) for version in change["versions"]]
    shown = measurewatch("diff", *versions, cwd=folder, check=True, **environment)
    assert "{+six+}" in shown.stdout
    assert "[-4,7" not in shown.stdout
    assert told in shown.stderr
    assert crawl(folder, environment)["changed"] == 0


def test_a_mirror_that_lags_is_not_believed(desk, site):
    """One fetch shows new words and the next the known ones: nothing is told, operators hear why."""
    folder, environment, _ = desk
    before = len(json_lines("changes", cwd=folder, **environment))
    site.feet = ["nine", "six"]
    line = crawl(folder, environment)
    assert line["changed"] == 0
    assert any("two states" in note for note in line["notes"]), line
    assert len(json_lines("changes", cwd=folder, **environment)) == before


def test_a_probe_shows_and_learns(desk):
    """It fetches the first page and the documents twice, and knows what it showed afterwards."""
    folder, environment, server = desk
    before = len(server.paths())
    lines = json_lines("sources", "probe", "mayor", cwd=folder, **environment)
    assert [line["role"] for line in lines] == ["start", "document", "document"]
    assert server.paths()[before:].count("/1.html") == 2
    parts = [part for line in lines if line["role"] == "document" for part in line["parts"]]
    assert {part["shape"] for part in parts} == {"number", "date"}
    assert [line["learned"] for line in lines] == [0, 0, 0]
    said = measurewatch("sources", "probe", "mayor", "--learn", cwd=folder, check=True, **environment)  # fmt: skip
    assert "visitor" in said.stdout


def test_what_is_forgotten_is_told_again(desk):
    """An operator decides that a place matters: what changes there is an amendment from then on."""
    folder, environment, _ = desk
    rows = json_lines("sources", "volatile", cwd=folder, **environment)
    for row in rows:
        json_lines("sources", "volatile", "--forget", str(row["id"]), cwd=folder, **environment)
    assert json_lines("sources", "volatile", cwd=folder, **environment) == []
    wrong = measurewatch("sources", "volatile", "--forget", "99", cwd=folder, **environment)
    assert wrong.returncode
    assert "no volatile part 99" in wrong.stderr
    assert crawl(folder, environment)["changed"] == 2
