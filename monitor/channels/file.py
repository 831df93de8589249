"""Files: "file:alerts.txt" gathers the texts, "file:mails/" keeps each message as a mail.

A mail in a folder (`KEY.eml`) opens in any mail program. A repeat replaces it,
so a folder never holds a message twice; a text file may, after a crash, with
the same key below it.
"""

import os
from email.headerregistry import Address
from pathlib import Path

from monitor.channels import Outgoing, Permanent, Sent, Temporary
from monitor.channels.mail import compose
from monitor.channels.safe import lines

_SENDER = Address("Measurewatch", "measurewatch", "localhost.localdomain")


class File:
    """Writes under `folder`, the home; a path of its own may lead elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Outgoing) -> Sent:
        """Keep the message; the reference is the file. Raises Temporary, such as on a full disk."""
        name = message.address.partition(":")[2]
        if not name:
            raise Permanent("a file: address names a file, or a folder with / behind")
        path = self._folder / name
        try:
            return Sent(str(_keep(path, message) if name.endswith("/") else _append(path, message)))
        except OSError as error:
            raise Temporary(f"{path} was not written: {error.strerror or error}") from error


def _append(path: Path, message: Outgoing) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(lines(message.text).rstrip("\n") + "\n\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def _keep(folder: Path, message: Outgoing) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    recipient = Address("", "reader", "localhost.localdomain")
    mail = compose(message, sender=_SENDER, recipient=recipient)
    name = "".join(mark if mark.isalnum() or mark in "-_." else "-" for mark in message.key)
    path = folder / f"{name[:100]}.eml"
    beside = path.with_suffix(".new")
    beside.write_bytes(mail.as_bytes())
    beside.replace(path)
    return path
