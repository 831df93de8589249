"""What the documentation shows is run: every command and every YAML block."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from config.watchlist import load_watchlist

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)
# start.py's own commands run this suite or take minutes; .ci/run and the demo's test run them.
SET_UP = re.compile(r"^(python3 start\.py|git|make|\. \.venv/bin/activate|export)\b")
# These run until they are stopped, or visit the network; their own tests run them.
ELSEWHERE = re.compile(r"^measurewatch (serve|demo|init|alerts test|crawl(?! .*--replay))\b")


def blocks(language):
    return [
        pytest.param(body, id=f"{page.relative_to(ROOT)}:{number}")
        for page in PAGES
        for number, (kind, body) in enumerate(FENCE.findall(page.read_text(encoding="utf-8")))
        if kind == language
    ]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home in which the documented commands find something."""
    from tests.documented import prepare

    return prepare(tmp_path_factory.mktemp("docs"))


@pytest.mark.parametrize("body", blocks("yaml"))
def test_yaml_blocks_are_watchlists(body, tmp_path):
    """Every YAML block loads as the watchlist, or part of one, that it is shown as."""
    file = tmp_path / "watchlist.yaml"
    if "name:" not in body.splitlines()[0] and not re.search(r"^name:", body, re.M):
        body = "name: From the docs\n" + body
    file.write_text(body, encoding="utf-8")
    assert load_watchlist(file).name


@pytest.mark.parametrize("body", blocks("console"))
def test_commands_do_what_they_are_shown_for(body, home):
    """Every `$ measurewatch ...` line of the docs runs and ends with 0."""
    for line in body.splitlines():
        if not line.startswith("$ "):
            continue
        command = line[2:].split("   #")[0].strip()
        if SET_UP.match(command) or ELSEWHERE.match(command):
            continue
        assert command.startswith("measurewatch "), f"not one of ours: {command}"
        words = shlex.split(command)[1:]
        result = subprocess.run(
            [sys.executable, "-m", "monitor.cli", *words],
            cwd=home,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "MEASUREWATCH_HOME": str(home / "measurewatch-home"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"


def test_every_command_has_help_and_is_documented():
    """No command is without a sentence of help, and the command page names each."""
    from monitor.cli.root import COMMANDS

    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name, (_, text) in COMMANDS.items():
        assert text.endswith("."), name
        assert f"`{name}" in page, f"docs/commands.md does not name {name}"


def test_every_setting_is_documented():
    """Each environment name a setting answers to stands in the operator's page."""
    from config.settings import SETTINGS

    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    assert [name for name in SETTINGS if name not in page] == []


def test_links_between_pages_lead_somewhere():
    """A relative link of a page names a file that exists."""
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in PAGES
        for target in re.findall(
            r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8")
        )
        if not (page.parent / target).exists()
    ]
    assert broken == []
