"""The terminal: the text of a message, printed where the program runs."""

from monitor.channels import Outgoing, Sent, Temporary, Write
from monitor.channels.safe import lines

WIDTH = 72


class Terminal:
    """Prints each message once, whole, with the given writer (such as `sys.stdout.write`)."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def send(self, message: Outgoing) -> Sent:
        """Print the text between two rules. Raises Temporary when nobody reads any more."""
        text = lines(message.text).strip("\n")
        try:
            self._write(f"{'─' * WIDTH}\n{text}\n{'─' * WIDTH}\n")
        except OSError as error:
            raise Temporary(f"the terminal took nothing: {error}") from error
        return Sent("printed")
