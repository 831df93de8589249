"""Commands: a program of the operator's gets each message, no more, and not for ever."""

import json
import os
import stat
import sys
import time
from pathlib import Path

import pytest

from monitor.channels import Outgoing, Permanent, Temporary
from monitor.channels.command import Command

FACTS = {"type": "measurewatch.alerts", "timestamp": "2026-01-05T12:30:00+00:00",
         "sources": None, "alerts": [{"id": 7, "headline": "$(touch evil) `touch evil`; touch evil"}]}  # fmt: skip


def outgoing(address, **changes):
    values = {"key": "0b7c", "subject": "HB 12 $(touch evil)", "text": "words\n", "facts": FACTS}
    return Outgoing(address=address, **(values | changes))


def program(folder: Path, body: str, name: str = "notify") -> str:
    """A Python program in the folder; its address."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport json, os, sys, time\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"command:./{name}"


def command(folder, *allowed, **changes):
    values = {"allowed": allowed, "environment": {"PATH": os.environ["PATH"], "TEAM": "desk"}}
    return Command(folder, **(values | changes))


def run(folder, body, *arguments, **changes):
    """Write a program, send one message to it, and give back the reference."""
    address = " ".join([program(folder, body), *arguments])
    return command(folder, address, **changes).send(outgoing(address)).reference


def test_a_program_reads_the_message_as_json(tmp_path):
    """It runs in the home with its own arguments, the environment it was given and the key."""
    body = """
        told = {"in": json.load(sys.stdin), "args": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd()}
        print("not shown")
        json.dump(told, open("told.json", "w"))
    """.replace("        ", "")  # fmt: skip
    assert run(tmp_path, body, "--to", "'the desk'") == "exit 0"
    told = json.loads((tmp_path / "told.json").read_text())
    assert told["in"] == {
        "type": "measurewatch.alerts",
        "timestamp": "2026-01-05T12:30:00+00:00",
        "data": {"key": "0b7c", "subject": "HB 12 $(touch evil)", "text": "words\n",
                 "sources": None, "alerts": FACTS["alerts"]},
    }  # fmt: skip
    assert told["args"] == ["--to", "the desk"]
    assert told["cwd"] == str(tmp_path)
    assert {name: told["env"][name] for name in ("MEASUREWATCH_KEY", "TEAM")} == {
        "MEASUREWATCH_KEY": "0b7c", "TEAM": "desk",
    }  # fmt: skip
    assert "evil" not in json.dumps([told["args"], told["env"]])


def test_no_shell_reads_anything(tmp_path):
    """Neither the operator's words nor a site's are expanded, joined or redirected."""
    body = "open('args', 'w').write(repr(sys.argv[1:]))"
    run(tmp_path, body, "'$(touch evil)'", "'>'", "out", "'*'", "'&&'")
    assert (tmp_path / "args").read_text() == "['$(touch evil)', '>', 'out', '*', '&&']"
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        ("sys.exit(75)", Temporary, "./notify ended with exit 75"),
        ("sys.exit(1)", Temporary, "ended with exit 1"),
        ("sys.exit('no pager\\nmore')", Temporary, "ended with exit 1: no pager"),
        ("os.kill(os.getpid(), 9)", Temporary, "was ended by signal 9"),
        ("sys.exit(126)", Permanent, "cannot be run, exit 126"),
        ("sys.exit(127)", Permanent, "cannot be run, exit 127"),
    ],
)
def test_the_exit_code_says_whether_to_try_again(tmp_path, body, error, words):
    """Only what can never run is given up at once; the first line it complains with is kept."""
    with pytest.raises(error) as ended:
        run(tmp_path, body)
    assert str(ended.value).endswith(words)


def test_what_it_remarks_is_kept_on_one_safe_line(tmp_path):
    """A program may say something although all went well; a terminal's commands are taken out."""
    assert (
        run(tmp_path, r"sys.stderr.write('sent \x1b[2J to 3\r\nX: y\n')") == "exit 0: sent [2J to 3"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("./missing", "./missing cannot be run: No such file"),
        ("no-such-program-anywhere", "no-such-program-anywhere cannot be run: No such file"),
        ("./plain", "./plain cannot be run: Permission denied"),
        ("./text", "./text cannot be run: Exec format error"),
        ("./text/x", "./text/x cannot be run: Not a directory"),
    ],
)
def test_what_is_no_program_is_given_up(tmp_path, name, words):
    """A missing or unfit program is told by name; no try would mend it."""
    (tmp_path / "plain").write_text("#!/bin/sh\n")
    (tmp_path / "text").write_text("only words\n")
    (tmp_path / "text").chmod(0o700)
    with pytest.raises(Permanent, match=words):
        command(tmp_path, f"command:{name}").send(outgoing(f"command:{name}"))


def test_only_what_the_watchlist_holds_is_run(tmp_path):
    """An address that somebody wrote into the database runs nothing."""
    address = program(tmp_path, "open('ran', 'w')")
    with pytest.raises(Permanent, match="the watchlist does not hold this command"):
        command(tmp_path, f"{address} --other").send(outgoing(address))
    assert not (tmp_path / "ran").exists()


def test_the_time_is_bounded_and_nobody_is_left_behind(tmp_path):
    """A program that hangs is killed with the children it started, and says what it said so far."""
    body = """
        sys.stderr.write("waiting for the pager\\n"); sys.stderr.flush()
        import subprocess
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        open("pids", "w").write(f"{os.getpid()} {child.pid}")
        time.sleep(60)
    """.replace("        ", "")  # fmt: skip
    begun = time.monotonic()
    with pytest.raises(Temporary, match="was killed: waiting for the pager") as late:
        run(tmp_path, body, timeout=1.0)
    assert time.monotonic() - begun < 5
    assert late.value.slow
    for pid in (tmp_path / "pids").read_text().split():
        assert gone(int(pid))


def gone(pid):
    """Whether a process is no more, within a second; one that nobody waited for counts."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("text", ["words\n", "x" * 500_000], ids=["short", "long"])
def test_a_program_need_not_read(tmp_path, text):
    """What is larger than a pipe holds up nobody who does not want it."""
    address = program(tmp_path, "")
    assert command(tmp_path, address).send(outgoing(address, text=text)).reference == "exit 0"


def test_a_chatty_program_is_not_held_up(tmp_path):
    """More words than a pipe holds are read to the end and little of them is kept."""
    said = run(tmp_path, "sys.stderr.write('a line\\n' * 100_000)\nprint('x' * 1_000_000)")
    assert said == "exit 0: a line"


def test_what_a_program_leaves_running_is_not_waited_for(tmp_path):
    """A program that hands on to the background and ends well is done."""
    body = """
        import subprocess
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(5)"])
        open("pid", "w").write(str(child.pid))
    """.replace("        ", "")  # fmt: skip
    begun = time.monotonic()
    assert run(tmp_path, body, timeout=4.0) == "exit 0"
    assert time.monotonic() - begun < 3
    os.kill(int((tmp_path / "pid").read_text()), 9)


def test_a_program_has_a_session_of_its_own(tmp_path):
    """A Ctrl-C at the terminal ends Measurewatch in order, not the program in mid-send."""
    run(tmp_path, "open('session', 'w').write(str(os.getsid(0) == os.getpid()))")
    assert (tmp_path / "session").read_text() == "True"


def test_a_program_on_the_path_is_found(tmp_path):
    """A bare name is looked for as a shell would, in the environment's PATH."""
    assert command(tmp_path, "command:true").send(outgoing("command:true")).reference == "exit 0"
