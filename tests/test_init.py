"""init: a watchlist from a few answers, and the home's settings file."""

import json
import os
import pty
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.addresses import AddressError
from config.places import PlaceError
from config.problems import WatchlistErrors
from config.settings import SettingsError
from config.settings_file import read_settings_file, with_setting
from config.watchlist import KNOWN_SITES, load_watchlist, read_watchlist
from monitor.starting import (
    Answers,
    address_meant,
    compose,
    covered,
    keep_settings,
    known_sources,
    place_meant,
    write_watchlist,
)
from tests.running import ROOT, json_lines, measurewatch

NOW = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
ANSWERS = Answers(("us/va/*",), ("287g",), ("terminal:",), "at once")


def names(*places: str) -> set[str]:
    return {spec.name for spec in covered(places).sources}


class TestPlaces:
    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("Virginia", "us/va/*"), ("virgina", "us/va/*"), (" new  york ", "us/ny/*"),
            ("md", "us/md/*"), ("us/md", "us/md"), ("us/md/*", "us/md/*"), ("*", "*"),
            ("everywhere", "*"), ("USA", "us"), ("us", "us"), ("Seattle", "us/wa/seattle"),
            ("Seattle, WA", "us/wa/seattle"), ("St. Paul, Minnesota", "us/mn/st_paul"),
            ("Fairfax County, VA", "us/va/county:fairfax"), ("Fairfax, VA", "us/va/fairfax"),
            ("Orleans Parish, LA", "us/la/parish:orleans"),
        ],
    )  # fmt: skip
    def test_words_become_patterns(self, said, meant):
        """Names of states and cities are understood as well as paths."""
        assert place_meant(said) == meant

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("Seatle", "Seattle"),
            ("us/wa/Seattle", "us/wa/seattle"),
            ("us/zz", ""),
            ("Portland", ""),
        ],
    )
    def test_what_is_no_place_is_refused_with_what_was_probably_meant(self, said, meant):
        """A city without its state is only known when a council of ours is there."""
        with pytest.raises(PlaceError) as refused:
            place_meant(said)
        assert refused.value.meant == meant

    def test_a_mail_address_needs_no_scheme(self):
        """Whatever else is an address stays as it is; a slip is refused."""
        assert address_meant(" desk@example.org ") == "mailto:desk@example.org"
        assert address_meant("terminal:") == "terminal:"
        with pytest.raises(AddressError):
            address_meant("desk@example")


class TestSources:
    def test_every_site_and_the_known_councils_are_offered(self):
        """A site that is added is offered without another word; so is a council."""
        offered = {spec.name: spec.place for spec in known_sources()}
        assert offered.items() >= KNOWN_SITES.items()
        assert offered["phila"] == "us/pa/philadelphia"

    def test_a_state_brings_its_councils_and_a_city_only_itself(self):
        """What the federal government issues may concern every place; what advocates say is asked for."""
        federal = {"ice-287g", "federal-register"}
        assert names("us/wa/*") == {"seattle", "seattle-mayor"} | federal
        assert names("us/wa/seattle") == {"seattle", "seattle-mayor"} | federal
        assert names("us/va") == {"virginia", "virginia-governor"} | federal
        assert names("*") == {spec.name for spec in known_sources()}
        assert {spec.name for spec in covered(["*"]).waiting} == {"minneapolis-council"}

    def test_a_place_without_a_source_of_its_own_is_told(self):
        """With the wider pattern that has one, where there is such."""
        gaps = covered(["us/va/*", "us/wa", "us/ks/wichita", "us/wy/*"]).gaps
        assert [(gap.place, gap.wider) for gap in gaps] == [
            ("us/wa", "us/wa/*"), ("us/ks/wichita", ""), ("us/wy/*", ""),
        ]  # fmt: skip
        assert "us/wa/*" in str(gaps[0])


class TestFile:
    @pytest.mark.parametrize("places", [("*",), ("us/va/*", "us/ny/new_york", "us/ks/wichita")])
    def test_what_is_written_loads_and_says_what_was_answered(self, places):
        """Places, topics, addresses and cadence come back as they were given."""
        answers = Answers(
            places, ("masks", "287g"), ("mailto:o'neil+x@example.org", "terminal:"),
            "weekly on monday at 08:00 America/Chicago",
        )  # fmt: skip
        found = covered(places)
        loaded = read_watchlist(compose(answers, found).encode())
        assert [spec.name for spec in loaded.sources] == [spec.name for spec in found.sources]
        assert [topic.name for topic in loaded.topics] == ["masks", "287g"]
        [watch] = loaded.watches
        assert (watch.places, watch.topics, watch.to) == (places, ("masks", "287g"), answers.to)
        assert str(watch.every) == answers.every

    def test_a_council_that_needs_a_token_takes_it_from_the_environment(self):
        """The token itself stands in no watchlist."""
        text = compose(ANSWERS, covered(["us/ny/new_york"], {"LEGISTAR_NYC_TOKEN": "t"}.get))
        [nyc] = [spec for spec in read_watchlist(text.encode()).sources if spec.name == "nyc"]
        assert nyc.parameters == {"token": "env:LEGISTAR_NYC_TOKEN"}

    @pytest.mark.parametrize("places", [["us/ny/new_york"], ["us/ny/new_york", "us/wa/seattle"]])
    def test_a_council_whose_token_is_missing_stands_there_and_says_so(self, places):
        """A public copy is read until the token is there."""
        found = covered(places)
        text = compose(ANSWERS, found)
        assert "reads more with LEGISTAR_NYC_TOKEN in settings.env" in text
        listed = [spec.name for spec in read_watchlist(text.encode()).sources]
        assert listed == [spec.name for spec in found.sources]
        assert "nyc" in listed

    def test_a_gap_is_shown_as_a_line_to_uncomment(self):
        """Without its mark the line is a source."""
        text = compose(ANSWERS, covered(["us/ks/wichita"]))
        [line] = re.findall(r"^  #   (wichita: .*)$", text, re.M)
        more = f"name: x\nsources:\n  legistar:\n    {line}\n"
        assert read_watchlist(more.encode()).sources[0].place == "us/ks/wichita"

    def test_what_cannot_be_read_back_replaces_nothing(self):
        """Answers nobody checked do not make a file."""
        with pytest.raises(WatchlistErrors):
            compose(Answers(("us/va",), ("287g",), ("nowhere:",), "at once"), covered(["us/va"]))

    def test_an_old_file_is_kept_as_a_copy(self, tmp_path):
        """The new one is only its owner's to read."""
        path = tmp_path / "home" / "watchlist.yaml"
        text = compose(ANSWERS, covered(ANSWERS.places))
        assert write_watchlist(path, text, now=NOW) is None
        path.write_text("name: Mine\n", encoding="utf-8")
        copy = write_watchlist(path, text, now=NOW)
        assert copy == path.with_name("watchlist-until-20261123T101500Z.yaml")
        assert copy.read_text(encoding="utf-8") == "name: Mine\n"
        assert load_watchlist(path).name == "Our watchlist"
        assert path.stat().st_mode & 0o077 == 0
        assert sorted(path.parent.iterdir()) == sorted([path, copy])


class TestSettingsFile:
    def test_lines_of_name_and_value_are_read_as_a_shell_reads_them(self):
        """Comments, blank lines, `export` and quotes are no part of a value."""
        text = "# mine\n\nexport A_TOKEN='x = #y'\nMEASUREWATCH_DELAY= 2 \nB=\nA_TOKEN=\"z\"\n"
        assert read_settings_file(text) == {"A_TOKEN": "z", "MEASUREWATCH_DELAY": "2", "B": ""}

    def test_a_fault_is_told_by_line_and_never_shows_what_may_be_secret(self):
        """Every fault at once."""
        with pytest.raises(SettingsError) as refused:
            read_settings_file("hunter2\nok=1\nMEASUREWATCH_HOME=/x\n", "settings.env")
        assert [error.split(" ")[0] for error in refused.value.errors] == [
            "settings.env:1:", "settings.env:2:", "settings.env:3:",
        ]  # fmt: skip
        assert "hunter2" not in str(refused.value)

    def test_one_value_is_set_and_every_other_line_stays(self):
        """The line that counts is replaced; a comment is none."""
        text = "# A=1\nA=2\n\nB=3"
        assert with_setting(text, "A", "4") == "# A=1\nA=4\n\nB=3\n"
        assert with_setting(text, "C", "5") == "# A=1\nA=2\n\nB=3\nC=5\n"

    def test_the_first_one_names_what_the_sources_need(self, tmp_path):
        """It is only its owner's to read; later ones keep the lines of the owner."""
        path = keep_settings(tmp_path / "home", "", covered(["us/ny/new_york"]).sources)
        assert path.stat().st_mode & 0o077 == 0
        assert "# LEGISTAR_NYC_TOKEN=" in path.read_text(encoding="utf-8")
        assert read_settings_file(path.read_text(encoding="utf-8")) == {}
        path.write_text("MEASUREWATCH_DELAY=3\n", encoding="utf-8")
        keep_settings(tmp_path / "home", "desk@example.org", ())
        assert read_settings_file(path.read_text(encoding="utf-8")) == {
            "MEASUREWATCH_DELAY": "3", "MEASUREWATCH_CONTACT": "desk@example.org",
        }  # fmt: skip

    def test_commands_read_it_and_the_environment_wins(self, tmp_path, monkeypatch):
        """A secret that a watchlist names is found there too, but no child inherits the file."""
        from monitor.app import build

        (tmp_path / "settings.env").write_text(
            "MEASUREWATCH_DELAY=7\nMEASUREWATCH_TIMEOUT=9\nTOKEN=t\n", encoding="utf-8"
        )
        monkeypatch.setenv("MEASUREWATCH_TIMEOUT", "8")
        app = build({"home": tmp_path})
        assert (app.settings.delay, app.settings.timeout) == (7, 8)
        assert app.resolved({"token": "env:TOKEN"}) == {"token": "t"}
        assert "TOKEN" not in app.environment

    def test_a_broken_one_is_bad_input(self, tmp_path):
        """Exit code 2 and the line."""
        (tmp_path / "settings.env").write_text("whatever\n", encoding="utf-8")
        result = measurewatch("--home", ".", "sources", "list", cwd=tmp_path)
        assert (result.returncode, result.stdout) == (2, "")
        assert "settings.env:1:" in result.stderr


class TestCommand:
    def test_the_documented_command_writes_what_the_next_one_reads(self, tmp_path):
        """docs/start.md's own line; the watchlist is found without naming it."""
        page = (ROOT / "docs" / "start.md").read_text(encoding="utf-8")
        [line] = re.findall(r"^\$ measurewatch (init .*)$", page, re.M)
        [said] = json_lines(*shlex.split(line), cwd=tmp_path)
        assert Path(tmp_path, said["watchlist"]) == tmp_path / "measurewatch-home/watchlist.yaml"
        assert said["sources"] == [
            "maryland", "ice-287g", "federal-register", "seattle", "seattle-mayor", "maryland-governor",
        ]  # fmt: skip
        assert (said["to"], said["uncovered"]) == (["mailto:desk@example.org"], [])
        assert said["every"] == "daily at 07:30 America/New_York"
        assert said["next"] == "measurewatch crawl"
        rows = json_lines("watches", "list", cwd=tmp_path)
        assert [row["places"] for row in rows] == [["us/md/*", "us/wa/seattle"]]
        [contact] = [
            row
            for row in map(json.loads, doctor(tmp_path).splitlines())
            if row["check"] == "contact"
        ]
        assert contact["advice"] == "desk@example.org"

    def test_a_file_that_is_there_is_replaced_only_by_force(self, tmp_path):
        """Without it: exit code 2, and not a byte is touched."""
        asked = ["init", "--home", "h", "--place", "us/va", "--yes"]
        json_lines(*asked, cwd=tmp_path)
        path = tmp_path / "h" / "watchlist.yaml"
        path.write_text("name: Mine\n", encoding="utf-8")
        refused = measurewatch(*asked, cwd=tmp_path)
        assert refused.returncode == 2
        assert "--force" in refused.stderr
        assert path.read_text(encoding="utf-8") == "name: Mine\n"
        [said] = json_lines(*asked, "--force", cwd=tmp_path)
        assert Path(tmp_path, said["copy"]).read_text(encoding="utf-8") == "name: Mine\n"
        assert said["next"] == "measurewatch --home h crawl"

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            ([], "--place"), (["--yes"], "--place"), (["--place", "us/zz"], "us/zz"),
            (["--place", "Seatle"], "did you mean 'Seattle'?"),
            (["--place", "us/va", "--topic", "mask"], "did you mean 'masks'?"),
            (["--place", "us/va", "--to", "mail:x@example.org"], "did you mean 'mailto:'?"),
            (["--place", "us/va", "--every", "dayly at 07:30"], "--every"),
            (["--place", "us/va", "--contact", "me (x)"], "--contact"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_understood_is_bad_usage_and_writes_nothing(self, tmp_path, asked, told):
        """So is asking questions where nobody is: exit code 2, a sentence, no file."""
        result = measurewatch("init", *asked, "--json", cwd=tmp_path)
        assert (result.returncode, result.stdout) == (2, "")
        assert told in " ".join(result.stderr.split())
        assert list(tmp_path.iterdir()) == []

    def test_at_a_terminal_it_asks_and_asks_again(self, tmp_path):
        """A slip is told at once with what was meant; Enter takes what is suggested."""
        answers = ["Seatle", "Seattle", "", "mask", "masks", "desk@example.org", "", "", ""]
        screen = at_terminal(tmp_path, "\n".join(answers) + "\n", "init")
        assert "did you mean 'Seattle'?" in screen
        assert "did you mean 'masks'?" in screen
        assert "Next: measurewatch crawl" in screen
        home = tmp_path / "measurewatch-home"
        [watch] = load_watchlist(home / "watchlist.yaml").watches
        assert (watch.places, watch.topics) == (("us/wa/seattle",), ("masks",))
        assert str(watch.every) == "daily at 07:30 America/Los_Angeles"
        kept = read_settings_file((home / "settings.env").read_text(encoding="utf-8"))
        assert kept == {"MEASUREWATCH_CONTACT": "desk@example.org"}


def doctor(folder: Path) -> str:
    """What doctor says; it ends with 1 while no mail server is set."""
    result = measurewatch("doctor", "--json", cwd=folder)
    assert result.returncode == 1
    return result.stdout


def at_terminal(folder: Path, typed: str, *arguments: str) -> str:
    """Run a command at a terminal of its own, and type; returns what the screen shows."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("MEASUREWATCH_")}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor.cli", *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder,
        env={**plain, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, typed.encode())
    screen = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the terminal is gone with the process
            break
        if not part:
            break
        screen += part
    os.close(ours)
    assert process.wait(timeout=30) == 0, screen.decode()
    return screen.decode()
