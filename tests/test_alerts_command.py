"""`alerts list` ends with a command that works, and only where one would."""

import json
import shlex
from contextlib import closing
from datetime import timedelta

import pytest
from click.testing import CliRunner

from monitor.cli.root import root
from storage.database import Database
from storage.home import Home
from storage.outbox import Outbox
from tests.storage_makers import Site, measure, observed


@pytest.fixture
def told(tmp_path):
    """Runs `alerts` in a home with three messages: one sent, one dead, one open."""
    home = Home.create(tmp_path / "home")
    with closing(Database.open("", home=home)) as database:
        site, outbox = Site(database), Outbox(database)
        site.crawl(observed(measure("HB 1")))
        (sent,) = outbox.claim(now=site.now, lease=timedelta(minutes=5))
        outbox.sent(sent, now=site.now)
        site.crawl(observed(measure("HB 1")), observed(measure("HB 2")))
        (dead,) = outbox.claim(now=site.now, lease=timedelta(minutes=5))
        outbox.failed(dead, now=site.now, detail="no such user", retry_at=None)
        known = [observed(measure(f"HB {number}")) for number in (1, 2, 3)]
        site.crawl(*known)

    def told(*arguments, code=0):
        result = CliRunner().invoke(root, ["--home", str(home.path), "alerts", *arguments], obj={})
        assert result.exit_code == code, result.output
        return result

    return told


def test_the_hint_names_a_message_that_can_be_tried_again(told):
    """Copied as it stands, it makes the dead message due."""
    hint = told("list").stderr.partition("Try what failed again: measurewatch ")[2]
    again = CliRunner().invoke(root, shlex.split(hint), obj={})
    assert again.exit_code == 0
    assert "Message 2 is due again" in again.stderr


def test_nothing_that_failed_gives_no_hint(told):
    """What was sent is not sent again."""
    assert told("list", "--state", "sent").stderr == "1 alert.\n"


def test_the_latest_alerts_are_listed(told):
    """--limit keeps the last ones, --since what was alerted since."""
    rows = [json.loads(line) for line in told("list", "--json").stdout.splitlines()]
    assert [row["measure"]["identifier"] for row in rows] == ["HB 1", "HB 2", "HB 3"]
    assert [json.loads(told("list", "--limit", "1", "--json").stdout)] == rows[-1:]
    since = told("list", "--since", rows[1]["created"], "--json").stdout.splitlines()
    assert [json.loads(line) for line in since] == rows[1:]
