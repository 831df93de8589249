"""Commands: "command:./notify.sh --desk" runs a program of the operator's for each message.

The program reads the message as JSON from its standard input (see `envelope`).
No word of a site's is in its arguments or its environment. Its own words say
how it went:

    0           sent
    126, 127    never: it cannot be run
    any other   tried again, such as 75, EX_TEMPFAIL

The first line it writes to its standard error is kept in the ledger.
"""

import contextlib
import errno
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from config.addresses import AddressError, command_words
from monitor.channels import Outgoing, Permanent, Sent, Temporary
from monitor.channels.envelope import envelope
from monitor.channels.safe import one_line

TIMEOUT_SECONDS = 60.0
_LOOK_SECONDS = 0.1
_MOST_SAID = 4096
_LONGEST_LINE = 200
_CANNOT_RUN = frozenset({126, 127})
# No such program, none that may be run, or nothing to run it with.
_NEVER = frozenset({errno.ENOENT, errno.EACCES, errno.ENOTDIR, errno.ENOEXEC})


class Command:
    """Runs programs in `folder`, the home, with the given environment.

    `allowed` are the addresses that may be run: those the watchlist holds. An
    address that stands only in the database is not enough. After `timeout`
    seconds the program and whatever it started in its process group are killed.
    """

    def __init__(
        self,
        folder: Path,
        *,
        allowed: Collection[str],
        environment: Mapping[str, str],
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._folder = folder
        self._allowed = frozenset(allowed)
        self._environment = environment
        self._timeout = timeout

    def send(self, message: Outgoing) -> Sent:
        """Run the program; the reference is its exit code. Raises Temporary and Permanent."""
        if message.address not in self._allowed:
            raise Permanent("the watchlist does not hold this command (any more); it is not run")
        try:
            words = command_words(message.address)
        except AddressError as error:
            raise Permanent(str(error)) from error
        code, said = self._run(words, message)
        if code == 0:
            return Sent(f"exit 0{said}")
        if code in _CANNOT_RUN:
            raise Permanent(f"{words[0]} cannot be run, exit {code}{said}")
        ended = f"was ended by signal {-code}" if code < 0 else f"ended with exit {code}"
        raise Temporary(f"{words[0]} {ended}{said}")

    def _run(self, words: tuple[str, ...], message: Outgoing) -> tuple[int, str]:
        """Exit code, and the first line of standard error behind a colon."""
        deadline = time.monotonic() + self._timeout
        process = self._start(words, message)
        with process, _ended(process):
            said = _listen(process, deadline)
            try:
                code = process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired as error:
                raise Temporary(
                    f"{words[0]} did not end within {self._timeout:g} seconds and was killed{said}",
                    slow=True,
                ) from error
        return code, said

    def _start(self, words: tuple[str, ...], message: Outgoing) -> subprocess.Popen[bytes]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # A file, not a pipe: a program that does not read it holds nobody up.
            with tempfile.TemporaryFile() as told:
                told.write(envelope(message))
                told.seek(0)
                return subprocess.Popen(  # noqa: S603 - the operator's own words, and no shell
                    words,
                    cwd=self._folder,
                    env={**self._environment, "MEASUREWATCH_KEY": message.key},
                    stdin=told,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
        except OSError as error:
            said = f"{words[0]} cannot be run: {error.strerror or error}"
            raise (Permanent if error.errno in _NEVER else Temporary)(said) from error


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill the program's whole group if it still runs when the block is left."""
    try:
        yield
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _listen(process: subprocess.Popen[bytes], deadline: float) -> str:
    """The first line of standard error, behind a colon; returns when the program or the time ends.

    All of it is read, so that nothing waits for a full pipe, and little is kept.
    """
    assert process.stderr is not None
    kept = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stderr, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            # What the program left running may hold the pipe open: look for the program itself.
            over = process.poll() is not None
            if selector.select(0 if over else min(left, _LOOK_SECONDS)):
                piece = os.read(process.stderr.fileno(), 1 << 16)
                if not piece:
                    break
                kept += piece[: _MOST_SAID - len(kept)]
            elif over:
                break
    line = one_line(kept.decode("utf-8", "replace").strip().partition("\n")[0], _LONGEST_LINE)
    return f": {line}" if line else ""
