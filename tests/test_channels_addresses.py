"""Addresses: how each is written, what is wrong with others, and what one still lacks."""

import base64
import stat

import pytest

from config.addresses import (
    AddressError,
    check_address,
    check_secret,
    command_words,
    webhook_parts,
)
from config.problems import WatchlistErrors
from config.settings import Settings
from config.watchlist import read_watchlist
from monitor.app import App
from monitor.reach import recipients, resolved, unready

SECRET = f"whsec_{base64.b64encode(b'one secret of thirty-two bytes..').decode()}"
HIDDEN = "s3cr3t-W0RD"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("mailto:desk@example.org", "mailto:desk@example.org"),
        ("https://hooks.example.org/x?y=1", "https://hooks.example.org/x?y=1"),
        ("https://h.example.org/#secret=env:DESK_1", "https://h.example.org/#secret=env:DESK_1"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x"),
        ("http://localhost/x", "http://localhost/x"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("http://192.168.1.20/x", "http://192.168.1.20/x"),
        ("feed:desk.xml", "feed:desk.xml"),
        ("feed:./feeds//desk.atom", "feed:feeds/desk.atom"),
        ("feed:/var/www/desk.xml", "feed:/var/www/desk.xml"),
        ("command:./notify.sh --desk", "command:./notify.sh --desk"),
        ("command:  notify   'a b' ", "command:notify 'a b'"),
        ("file:alerts.txt", "file:alerts.txt"),
        ("file:mails/", "file:mails/"),
        ("terminal", "terminal:"),
        ("env:DESK_HOOK", "env:DESK_HOOK"),
    ],
)
def test_an_address_has_one_spelling(written, address):
    """Two ways to write the same recipient are one recipient, and its spelling is stable."""
    assert check_address(written) == address
    assert check_address(address) == address


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("desk@example.org", "did you mean 'mailto:desk@example.org'?"),
        ("mailto: desk@example.org", "did you mean 'mailto:desk@example.org'?"),
        ("http://hooks.example.org/x", "a webhook needs https"),
        ("http://93.184.216.34/x", "a webhook needs https"),
        ("https:hooks.example.org", "an address such as"),
        ("https://", "a host and a path"),
        ("https://h\\@x.example.org/", "expected"),
        ("https://hööks.example.org/", "in plain letters"),
        ("https://h.example.org:99999/", "a host and a path"),
        ("https://h.example.org/" + "x" * 3000, "at most 2000 characters"),
        ("exec:./notify.sh", "did you mean 'command:'?"),
        ("atom:desk.xml", "did you mean 'feed:'?"),
        ("comand:./x", "did you mean 'command:'?"),
        ("fead:desk.xml", "did you mean 'feed:'?"),
        ("webhook:https://x.org", "did you mean 'https:'?"),
        ("feed:desk", "did you mean 'feed:desk.xml'?"),
        ("feed:", "a file for the feed"),
        ("feed:feeds/", "a file for the feed"),
        ("feed:.xml", "a file for the feed"),
        ("command:", "a program and its arguments"),
        ("command:''", "a program and its arguments"),
        ("command:./x 'y", "a command whose quotes are closed"),
        ("command:./x\n./y", "a program and its arguments"),
        ("command:./x \u202e", "a program and its arguments"),
        ("file:", "an address such as"),
        ("file", "an address such as"),
        ("mailto", "an address such as"),
        ("env:lower", "env: and a name in capitals"),
        ("nonsense", "an address such as"),
    ],
)
def test_what_is_no_address_is_told_with_a_likely_correction(written, words):
    """Nothing that could never be sent to passes for an address."""
    with pytest.raises(AddressError) as wrong:
        check_address(written)
    assert words in str(wrong.value)


@pytest.mark.parametrize(
    "written",
    [
        f"https://h.example.org/#{HIDDEN}",
        f"https://h.example.org/#secret={HIDDEN}",
        f"https://h.example.org/ #secret={HIDDEN}",
        f"https://h.example.org/#secret=env:DESK&also={HIDDEN}",
        f"https://desk:{HIDDEN}@h.example.org/",
    ],
)
def test_a_secret_is_not_written_into_an_address(written):
    """It would be stored and listed; it is refused, and the refusal does not show it."""
    with pytest.raises(AddressError) as wrong:
        check_address(written)
    assert HIDDEN not in str(wrong.value)


def test_a_fault_names_its_line():
    """Each address of a watchlist is checked at load, where it stands."""
    text = """\
name: x
watches:
  - name: w
    to:
      - mailto:a@b.org
      - feed:desk
      - command: ./notify.sh --desk
      - exec:./notify.sh
      - https://h.example.org/x#secret=env:DESK
"""
    with pytest.raises(WatchlistErrors) as wrong:
        read_watchlist(text.encode())
    told = [(error.line, error.message) for error in wrong.value.errors]
    assert [line for line, _ in told] == [6, 8]
    assert "did you mean 'feed:desk.xml'?" in told[0][1]
    assert "did you mean 'command:'?" in told[1][1]


def test_yaml_may_take_a_command_for_a_mapping():
    """`- command: ./notify.sh` with a blank is what its writer meant."""
    watchlist = read_watchlist(
        b"name: x\nwatches:\n  - name: w\n    to:\n      - command: ./notify.sh --desk\n"
    )
    assert watchlist.watches[0].to == ("command:./notify.sh --desk",)


def test_the_parts_of_an_address():
    """A webhook's URL comes without the name of its secret; a command in words."""
    assert webhook_parts("https://h.org/x?y#secret=env:DESK") == ("https://h.org/x?y", "DESK")
    assert webhook_parts("https://h.org/x") == ("https://h.org/x", "")
    assert command_words("command:./n 'a b' \"c\" d\\ e") == ("./n", "a b", "c", "d e")


@pytest.mark.parametrize("size", [24, 25, 32, 64])
def test_a_secret_is_long_enough(size):
    """Padded or not, one or two of them."""
    one = f"whsec_{base64.b64encode(bytes(range(size))).decode()}"
    assert check_secret(f" {one}  {one.rstrip('=')}\n") == f"{one} {one.rstrip('=')}"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "whsec_", HIDDEN, SECRET.removeprefix("whsec_"), f"{SECRET} {HIDDEN}", "whsec_*" * 9,
        f"whsec_{base64.b64encode(bytes(23)).decode()}", f"whsec_{base64.b64encode(bytes(65)).decode()}",
    ],
)  # fmt: skip
def test_what_is_no_secret_is_not_shown(text):
    """Too short to be safe, or a secret of something else."""
    with pytest.raises(ValueError, match="24 to 64 random bytes") as wrong:
        check_secret(text)
    assert HIDDEN not in str(wrong.value)


def app_of(tmp_path, **environment):
    """An app of an empty home with these variables."""
    ours = {key: value for key, value in environment.items() if key.startswith("MEASUREWATCH_")}
    return App(
        settings=Settings.from_mapping({"MEASUREWATCH_HOME": str(tmp_path), **ours}),
        clock=lambda: None,
        environment={"PATH": "/usr/bin:/bin", **environment},
    )


class TestReach:
    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("https://hooks.example.org/x", "hooks.example.org needs MEASUREWATCH_WEBHOOK_SECRET to sign with"),
            ("https://hooks.example.org/x#secret=env:DESK", "DESK is not set"),
            ("https://hooks.example.org/x#secret=env:SHORT", "SHORT holds something else than whsec_"),
            ("https://10.0.0.8/x#secret=env:GOOD", "10.0.0.8 is not visited"),
            ("https://hooks.example.org:22/x#secret=env:GOOD", "port 22 is not visited"),
            ("http://127.0.0.1/x#secret=env:GOOD", "ALLOW_PRIVATE_ADDRESSES"),
            ("env:NOT_SET", "NOT_SET is not set"),
            ("env:SHORT", "SHORT holds no mailto: or https: address"),
            ("env:RUNS", "RUNS holds no mailto: or https: address"),
            ("env:ROUND", "ROUND holds no mailto: or https: address"),
            ("env:HOOK", "hooks.example.org needs MEASUREWATCH_WEBHOOK_SECRET"),
            ("command:./missing.sh", "./missing.sh is no program that can be run"),
            ("command:no-such-program-at-all -x", "no-such-program-at-all is no program"),
        ],
    )  # fmt: skip
    def test_what_is_missing_is_told_before_the_first_alert(self, tmp_path, address, words):
        """Each address that could not be sent to now says what to do about it, without a secret."""
        app = app_of(
            tmp_path, SHORT=HIDDEN, GOOD=SECRET, HOOK=f"https://hooks.example.org/{HIDDEN}",
            RUNS="command:./notify.sh", ROUND="env:HOOK",
        )  # fmt: skip
        said = unready(app, [address, address])
        assert words in " ".join(said)
        assert len(said) == len(set(said))
        assert HIDDEN not in " ".join(said)
        assert SECRET not in " ".join(said)

    def test_what_is_ready_is_not_told(self, tmp_path):
        """Secrets, programs and addresses that are there raise no alarm."""
        program = tmp_path / "notify.sh"
        program.write_text("#!/bin/sh\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        app = app_of(
            tmp_path, MEASUREWATCH_WEBHOOK_SECRET=SECRET, DESK=SECRET,
            HOOK="https://hooks.example.org/x",
        )  # fmt: skip
        assert unready(app, [
            "https://hooks.example.org/x", "https://hooks.example.org/x#secret=env:DESK", "env:HOOK",
            "command:./notify.sh --desk", "command:true", "feed:desk.xml", "terminal:", "file:x",
        ]) == ()  # fmt: skip

    def test_an_address_in_the_environment_is_checked_when_it_is_used(self, tmp_path):
        """A command or another reference cannot come in that way; nothing of it is shown."""
        app = app_of(tmp_path, HOOK="https://hooks.example.org/x", RUNS=f"command:{HIDDEN}")
        assert resolved(app, "env:HOOK") == "https://hooks.example.org/x"
        assert resolved(app, "terminal:") == "terminal:"
        with pytest.raises(LookupError) as wrong:
            resolved(app, "env:RUNS")
        assert HIDDEN not in str(wrong.value)

    def test_recipients_are_named_once(self):
        """Watches that share an address make it one recipient."""
        watchlist = read_watchlist(
            b"name: x\nwatches:\n- {name: a, to: [terminal, 'mailto:a@b.org']}\n- {name: b, to: terminal}\n"
        )
        assert recipients(watchlist) == ("terminal:", "mailto:a@b.org")
