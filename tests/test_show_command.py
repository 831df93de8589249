"""What `show` ends with: comparisons that show something, typed as they stand."""

import shlex
from contextlib import closing
from dataclasses import replace

import pytest
from click.testing import CliRunner

from monitor.cli.root import root
from pipelines.texts import Mark
from storage.database import Database
from storage.home import Home
from tests.storage_makers import Site, bill, readable

OLD = readable("A. An officer may wear a mask.")
NEW = readable("A. An officer may not wear a mask.", file="new")
REPRINT = readable("A. An officer may not wear a mask.", file="reprint")
LOOKS = readable("A. An Officer may not wear a mask.", file="looks")
MARKED = replace(
    NEW, extracted=replace(NEW.extracted, marks=(Mark(start=18, end=21, kind="added"),))
)


def run(*arguments, code=0):
    result = CliRunner().invoke(root, list(arguments), obj={})
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def shown(tmp_path):
    """Runs `show` on a bill of these texts, one a version; gives the hints it ends with."""

    def shown(*texts, more=()):
        home = Home.create(tmp_path / "my home")
        with closing(Database.open("", home=home)) as database:
            site = Site(database)
            site.crawl(bill(*((f"Print {number}", text) for number, text in enumerate(texts))))
        said = run("--home", str(home.path), "show", "1", *more).stderr
        return [line.partition(": measurewatch ")[2] for line in said.splitlines()]

    return shown


@pytest.mark.parametrize(
    ("texts", "hints"),
    [
        ((OLD,), []),
        ((OLD, NEW), ["diff 1 2"]),
        ((OLD, NEW, REPRINT), ["diff 1 3"]),
        ((OLD, NEW, LOOKS), ["diff 1 3"]),
        ((NEW, REPRINT, LOOKS), []),
        ((OLD, MARKED), ["diff 1 2", "diff 2 --law"]),
        ((MARKED, OLD), ["diff 1 2"]),
    ],
)
def test_hints_lead_somewhere(shown, tmp_path, texts, hints):
    """No hint compares a text with its reprint, or asks for marks it has not; each works as typed."""
    home = shlex.quote(str(tmp_path / "my home"))
    found = shown(*texts)
    assert found == [f"--home {home} {hint}" for hint in hints]
    for hint in found:
        assert "No words differ" not in run(*shlex.split(hint)).output


def test_a_quiet_show_gives_no_hint(shown):
    """--quiet is for those who know."""
    assert shown(OLD, MARKED, more=["--quiet"]) == []
