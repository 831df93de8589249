"""Which channel serves which scheme: the whole list, one line each."""

from pathlib import Path

from monitor.channels import Channel, Channels, Outgoing, Sent, Temporary, Write, scheme_of
from monitor.channels.file import File
from monitor.channels.terminal import Terminal


class NotSetUp:
    """A channel that is known but lacks its settings; messages wait and say why."""

    def __init__(self, missing: str) -> None:
        self._missing = missing

    def send(self, message: Outgoing) -> Sent:
        """Send nothing. Raises Temporary."""
        # The address may be a secret from the environment.
        scheme = scheme_of(message.address)
        raise Temporary(f"{scheme}: addresses cannot be reached: {self._missing}")


def open_channels(
    *,
    mail: Channel | None,
    webhook: Channel,
    feed: Channel,
    command: Channel,
    write: Write,
    folder: Path,
) -> Channels:
    """Every scheme an address may have.

    `write` prints for "terminal:", `folder` is where the paths of "file:" begin.
    """
    return {
        "mailto": mail or NotSetUp("no mail server is set; set MEASUREWATCH_SMTP_HOST"),
        "https": webhook,
        "http": webhook,
        "feed": feed,
        "command": command,
        "terminal": Terminal(write),
        "file": File(folder),
    }
