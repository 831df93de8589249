"""`measurewatch serve` as it runs: a real process, a real site on loopback, a real mail server."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller

from monitor.demo.government import Government
from tests.running import ROOT, json_lines, measurewatch

PATIENCE_SECONDS = 60


class Inbox:
    """Keeps what arrives."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.mails.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


@pytest.fixture
def inbox():
    """A mail server on loopback."""
    handler = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        handler.port = chosen.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def government():
    """The demo's three sites."""
    with Government() as sites:
        yield sites


@pytest.fixture
def environment(tmp_path, government, inbox):
    """The settings of a home that watches the demo's sites and mails to the inbox."""
    files = '"file:../mail/", "feed:../feeds/desk.xml"'
    watchlist = government.watchlist().replace(files, '"mailto:desk@example.org"')
    watchlist = watchlist.replace("daily at 07:00", "every 1 minutes")
    (tmp_path / "watchlist.yaml").write_text(watchlist, encoding="utf-8")
    return {
        "MEASUREWATCH_WATCHLIST": str(tmp_path / "watchlist.yaml"),
        "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "yes",
        "MEASUREWATCH_DELAY": "0.01",
        "MEASUREWATCH_CONTACT": "mailto:test@localhost.localdomain",
        "MEASUREWATCH_SMTP_HOST": "127.0.0.1",
        "MEASUREWATCH_SMTP_PORT": str(inbox.port),
        "MEASUREWATCH_SMTP_SECURITY": "none",
        "MEASUREWATCH_SMTP_FROM": "Watch <watch@example.org>",
    }


@contextmanager
def serving(folder, environment, log):
    """A `serve` process; killed if the test leaves it running."""
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor.cli", "serve"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_for(condition):
    """Wait until a condition holds; fails after a minute."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, "it did not happen within a minute"
        time.sleep(0.1)


def test_serve_crawls_what_was_never_crawled_and_stops_in_order(tmp_path, environment):
    """At its start all sources are due; SIGINT lets it end cleanly; a second serve is refused."""
    log = tmp_path / "serve.log"
    with serving(tmp_path, environment, log) as process:
        ended = re.compile(rb"crawl of .* ended with exit code 0")
        wait_for(lambda: len(ended.findall(log.read_bytes())) == 3 or process.poll() is not None)
        second = measurewatch("serve", cwd=tmp_path, **environment)
        assert second.returncode == 2
        assert "Another measurewatch serve" in second.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0, log.read_text()
    health = json_lines("sources", "health", cwd=tmp_path, **environment)
    assert {row["source"]: row["state"] for row in health} == {
        "harborview-mayor": "ok",
        "cascadia": "ok",
        "harborview-council": "ok",
    }
    assert len(json_lines("measures", cwd=tmp_path, **environment)) == 24
    assert json_lines("changes", cwd=tmp_path, **environment) == []


def test_alerts_go_out_by_mail_once(tmp_path, environment, government, inbox):
    """A day's changes reach the reader's mailbox once, with the passage, the redline and the evidence."""
    measurewatch("crawl", cwd=tmp_path, check=True, **environment)
    government.set_day(2)
    measurewatch("crawl", cwd=tmp_path, check=True, **environment)
    measurewatch("deliver", cwd=tmp_path, check=True, **environment)
    measurewatch("deliver", cwd=tmp_path, check=True, **environment)
    mails = [content for to, content in inbox.mails if to == ["desk@example.org"]]
    alerts = json_lines("alerts", "list", cwd=tmp_path, **environment)
    assert len(mails) == len({alert["key"] for alert in alerts}) == 3
    assert {alert["state"] for alert in alerts} == {"sent"}
    told = next(mail for mail in mails if "HB 1107" in mail)
    for words in (
        "amended",
        "SHA-256",
        ".warc.gz",
        "Auto-Submitted: auto-generated",
        "Message-ID:",
    ):
        assert words in told, words


def test_serve_imports_no_twisted():
    """The scheduler's process stays small: a crawl's machinery lives in its children."""
    code = (
        "import sys, monitor.service\n"
        "sys.exit(', '.join(sorted({'twisted', 'scrapy'} & set(sys.modules))) or 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
