"""E-mail over SMTP: one message, one recipient, one connection.

What decides between "later" and "never" is what the server's answer is about.
A 5xx to the recipient or to the message itself is final. Whatever concerns the
connection, the login or the sender says nothing about this message: it is
tried again while an operator mends it.

SMTP cannot tell a lost answer from a lost message. A connection that breaks
before the server's word on the whole message counts as not sent, and the
repeat carries the same Message-ID. One that breaks afterwards counts as sent.
"""

import contextlib
import hashlib
import re
import smtplib
import ssl
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import parseaddr
from typing import Literal
from urllib.parse import unquote

from monitor.channels import Outgoing, Permanent, Sent, Temporary
from monitor.channels.safe import one_line

Security = Literal["starttls", "tls", "none"]

TIMEOUT_SECONDS = 30.0
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OWN_HEADERS = frozenset(
    {"from", "to", "subject", "message-id", "auto-submitted", "x-measurewatch-key",
     "mime-version", "content-type", "content-transfer-encoding", "bcc", "cc", "sender"}
)  # fmt: skip


class Mail:
    """Sends through one SMTP server as one sender.

    `sender` is an address, with a name if wanted ("Desk <desk@example.org>").
    `security` is "starttls" (refused when the server has none), "tls" from the
    first byte (port 465), or "none". A password is never sent in the clear,
    except to this machine. Raises ValueError when `sender` is no address.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        sender: str,
        user: str = "",
        password: str = "",
        security: Security = "starttls",
        timeout: float = TIMEOUT_SECONDS,
        context: ssl.SSLContext | None = None,
    ) -> None:
        name, spec = parseaddr(sender)
        try:
            self._sender = Address(display_name=one_line(name), addr_spec=spec)
        except (HeaderParseError, ValueError, IndexError) as error:
            raise ValueError(f"{sender!r} is no e-mail address to send from") from error
        if not self._sender.domain:
            raise ValueError(f"{sender!r} is no e-mail address to send from")
        self._host = host
        self._port = port
        self._user = user
        self._password = password
        self._security = security
        self._timeout = timeout
        self._context = context

    def send(self, message: Outgoing) -> Sent:
        """Hand the message to the server; the reference is its Message-ID.

        Raises Temporary and Permanent, each with the server's own words.
        """
        recipient = address_of(message.address)
        mail = compose(message, sender=self._sender, recipient=recipient)
        try:
            server = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise Temporary(self._said(error)) from error
        try:
            server.send_message(mail, self._sender.addr_spec, [recipient.addr_spec])
        except (smtplib.SMTPException, OSError) as error:
            server.close()
            raise self._judged(error) from error
        # The server has said yes to the whole message: a failing goodbye changes nothing.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()
        return Sent(str(mail["Message-ID"]))

    def _connect(self) -> smtplib.SMTP:
        self._refuse_clear_text()
        context = self._context or ssl.create_default_context()
        if self._security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=self._timeout, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            if self._security == "starttls":
                server.starttls(context=context)
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _refuse_clear_text(self) -> None:
        local = self._host in {"localhost", "127.0.0.1", "::1"}
        if self._user and self._security == "none" and not local:
            raise smtplib.SMTPNotSupportedError("the password is not sent without TLS")

    def _judged(self, error: Exception) -> Temporary | Permanent:
        """Say whether the server's answer is final for this message."""
        said = self._said(error)
        match error:
            case smtplib.SMTPRecipientsRefused():
                codes = [code for code, _ in error.recipients.values()]
                return Permanent(said) if codes and min(codes) >= 500 else Temporary(said)
            case smtplib.SMTPDataError(smtp_code=code) if code >= 500:
                return Permanent(said)
            case smtplib.SMTPNotSupportedError():
                # Only an address outside ASCII leads here once we are connected.
                return Permanent(said)
            case smtplib.SMTPResponseException():
                return Temporary(said)
            case _:
                return Temporary(f"{said}; the message may have been taken")

    def _said(self, error: Exception) -> str:
        """Tell what happened, in one line, never with the password."""
        return one_line(f"{self._host}:{self._port} {self._words(error)}", 300)

    def _words(self, error: Exception) -> str:
        match error:
            case smtplib.SMTPRecipientsRefused():
                answers = "; ".join(_answer(*answer) for answer in error.recipients.values())
                return f"refused the recipient: {answers}"
            case smtplib.SMTPSenderRefused():
                answer = _answer(error.smtp_code, error.smtp_error)
                return f"refused the sender {self._sender.addr_spec}: {answer}"
            case smtplib.SMTPResponseException():
                login = isinstance(error, smtplib.SMTPAuthenticationError)
                answer = _answer(error.smtp_code, error.smtp_error)
                return f"{'refused the login' if login else 'answered'}: {answer}"
            case TimeoutError():
                return f"did not answer within {self._timeout:g} seconds"
            case _:
                return f"failed: {error}"


def _answer(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}"


def address_of(address: str) -> Address:
    """The mailbox of a "mailto:" address. Raises Permanent when it is none."""
    spec = unquote(address.partition(":")[2].partition("?")[0]).strip()
    try:
        found = Address(addr_spec=spec)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise Permanent(f"{one_line(address, 100)} is no mailbox") from error
    if not (found.username and found.domain):
        raise Permanent(f"{one_line(address, 100)} is no mailbox")
    return found


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the message with this key: always the same one."""
    return f"<{_digest(key)}@{domain}>"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def compose(message: Outgoing, *, sender: Address, recipient: Address) -> EmailMessage:
    """The mail as it goes over the wire: plain text, with HTML as the alternative."""
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = one_line(message.subject, 200)
    mail["Message-ID"] = message_id(message.key, sender.domain)
    # RFC 3834: no holiday reply is wanted.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Measurewatch-Key"] = one_line(message.key, 200)
    for name, value in message.headers.items():
        if _TOKEN.fullmatch(name) and name.lower() not in _OWN_HEADERS:
            mail[name] = one_line(value, 900)
    mail.set_content(message.text, cte="quoted-printable")
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        # Left to itself it is random, and a repeat would be another mail to the byte.
        mail.set_boundary(f"=_{_digest(f'boundary {message.key}')}")
    return mail
