"""Channels: mail over a real SMTP server on loopback, and the terminal."""

import email
import email.policy
import socket
import ssl
import threading
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from monitor.channels import Outgoing, Permanent, Temporary, scheme_of, send
from monitor.channels.file import File
from monitor.channels.mail import Mail, address_of, message_id
from monitor.channels.safe import lines, one_line, shortened
from monitor.channels.schemes import NotSetUp, open_channels
from monitor.channels.terminal import Terminal
from tests.loopback.certificates import certificate

SENDER = "Measurewatch <alerts@example.org>"


def outgoing(**changes):
    values = {
        "key": "desk:2026-01-05T07:30",
        "address": "mailto:desk@example.org",
        "subject": "[Measurewatch] HB 12 (us/wa) amended: an act",
        "text": "HB 12 was amended.\n",
        "html": "<p>HB 12 was <b>amended</b>.</p>",
    }
    return Outgoing(**(values | changes))


def opened(folder, *, write):
    """Channels of a home in which nothing is set up."""
    none = NotSetUp("not in this test")
    return open_channels(
        mail=None, webhook=none, feed=none, command=none, write=write, folder=folder
    )


class Mailbox:
    """Keeps what the server took; answers can be set for each stage."""

    def __init__(self):
        self.taken = []
        self.rcpt = "250 OK"
        self.data = "250 OK"
        self.mail = "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if self.mail.startswith("250"):
            envelope.mail_from = address
        return self.mail

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.data.startswith("250"):
            self.taken.append(
                (
                    envelope.rcpt_tos,
                    email.message_from_bytes(envelope.content, policy=email.policy.default),
                )
            )
        return self.data


class Server(Controller):
    """An SMTP server on a free port of loopback, with the given SMTP class and options."""

    def __init__(self, mailbox, factory=SMTP, **options):
        self.smtp_class = factory
        self.options = options
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        super().__init__(mailbox, hostname="127.0.0.1", port=port)

    def factory(self):
        return self.smtp_class(self.handler, hostname="mail.test", **self.options)


@contextmanager
def serving(mailbox, **options):
    server = Server(mailbox, **options)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def plain_mail(port, **changes):
    return Mail(host="127.0.0.1", port=port, sender=SENDER, security="none", **changes)


def test_a_mail_has_both_bodies_and_says_what_it_is():
    """One message reaches one recipient, as text and HTML, marked as automatic."""
    mailbox = Mailbox()
    with serving(mailbox) as port:
        plain_mail(port).send(outgoing(headers={"Date": "Mon, 05 Jan 2026 07:30:00 +0000"}))
    ((recipients, mail),) = mailbox.taken
    assert recipients == ["desk@example.org"]
    assert mail["From"] == "Measurewatch <alerts@example.org>"
    assert mail["To"] == "desk@example.org"
    assert mail["Subject"] == "[Measurewatch] HB 12 (us/wa) amended: an act"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Measurewatch-Key"] == "desk:2026-01-05T07:30"
    assert mail["Date"] == "Mon, 05 Jan 2026 07:30:00 +0000"
    assert mail.get_content_type() == "multipart/alternative"
    assert mail.get_body(("plain",)).get_content().strip() == "HB 12 was amended."
    assert "<b>amended</b>" in mail.get_body(("html",)).get_content()


def test_a_repeat_carries_the_same_message_id():
    """A mailbox can drop a repeat: the Message-ID follows from the key alone."""
    mailbox = Mailbox()
    with serving(mailbox) as port:
        references = [plain_mail(port).send(outgoing()).reference for _ in range(2)]
        other = plain_mail(port).send(outgoing(key="another")).reference
    ids = [mail["Message-ID"] for _, mail in mailbox.taken]
    assert ids[0] == ids[1] == references[0] == references[1]
    assert ids[0] == message_id("desk:2026-01-05T07:30", "example.org")
    assert ids[2] == other != ids[0]


def test_no_scraped_word_starts_a_header():
    """Line breaks in a subject, a key or a header value stay inside their line."""
    mailbox = Mailbox()
    evil = "HB 12\r\nBcc: thief@example.net\r\n\r\nbody\x00\u202e\u2028X: y"
    with serving(mailbox) as port:
        plain_mail(port).send(
            outgoing(
                subject=evil, key=evil, headers={"X-Note": evil, "Bcc": "a@b.c", "Bad Name": "x"}
            )
        )
    ((recipients, mail),) = mailbox.taken
    assert recipients == ["desk@example.org"]
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert mail["Subject"] == "HB 12 Bcc: thief@example.net body X: y"
    assert mail["X-Note"] == "HB 12 Bcc: thief@example.net body X: y"
    assert mail.get_body(("plain",)).get_content().strip() == "HB 12 was amended."


@pytest.mark.parametrize(
    ("stage", "answer", "error"),
    [
        ("rcpt", "550 5.1.1 no such user", Permanent),
        ("rcpt", "451 4.3.0 greylisted", Temporary),
        ("rcpt", "452 mailbox full", Temporary),
        ("data", "554 5.7.1 not wanted", Permanent),
        ("data", "451 try later", Temporary),
        ("mail", "550 this sender may not send", Temporary),
        ("mail", "452 busy", Temporary),
    ],
)
def test_an_answer_is_final_only_where_it_concerns_the_message(stage, answer, error):
    """5xx to recipient or message is permanent; sender trouble waits for the operator."""
    mailbox = Mailbox()
    setattr(mailbox, stage, answer)
    with serving(mailbox) as port, pytest.raises(error, match=answer[:3]):
        plain_mail(port).send(outgoing())
    assert mailbox.taken == []


def test_no_server_is_temporary():
    """A refused connection and an unknown host are tried again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with pytest.raises(Temporary, match=f"127.0.0.1:{port}"):
            plain_mail(port).send(outgoing())


@contextmanager
def scripted(*steps):
    """A server that says each answer after each line it reads; None closes the connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk():
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as reader:
            connection.sendall(b"220 mail.test\r\n")
            for wanted, answer in steps:
                for line in reader:
                    if line.startswith(wanted):
                        break
                if answer is None:
                    return
                connection.sendall(answer)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join(5)
        listener.close()


TALK = (
    (b"ehlo", b"250 mail.test\r\n"),
    (b"mail", b"250 ok\r\n"),
    (b"rcpt", b"250 ok\r\n"),
    (b"data", b"354 go on\r\n"),
)


def test_a_break_after_the_servers_yes_counts_as_sent():
    """The goodbye may fail; the message was taken and must not go out twice."""
    with scripted(*TALK, (b".\r\n", b"250 taken\r\n"), (b"quit", None)) as port:
        assert plain_mail(port).send(outgoing()).reference.startswith("<")


def test_a_break_before_the_servers_yes_is_tried_again():
    """Nobody knows whether the message was taken, so it is not lost; the error says so."""
    with scripted(*TALK, (b".\r\n", None)) as port, pytest.raises(Temporary, match="may have been"):
        plain_mail(port).send(outgoing())


def test_a_silent_server_costs_the_timeout_only():
    """A server that never answers ends in Temporary."""
    silent = ((b"ehlo", b"250 mail.test\r\n"), (b"mail", b""), (b"never", None))
    with scripted(*silent) as port, pytest.raises(Temporary, match="timed out"):
        plain_mail(port, timeout=0.3).send(outgoing())


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    """A certificate for 127.0.0.1, made for this run."""
    return certificate(tmp_path_factory.mktemp("tls"), addresses=["127.0.0.1"])


def server_tls(file):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def login(server, session, envelope, mechanism, data):
    right = data.login == b"desk" and data.password == b"secret"
    return AuthResult(success=right, handled=right)


def test_starttls_verifies_and_logs_in(trusted):
    """The login goes through TLS to a server whose certificate is checked."""
    mailbox = Mailbox()
    trusting = ssl.create_default_context(cafile=trusted)
    options = {
        "tls_context": server_tls(trusted),
        "authenticator": login,
        "auth_required": True,
    }
    with serving(mailbox, **options) as port:
        known = {"host": "127.0.0.1", "port": port, "sender": SENDER, "user": "desk"}
        Mail(**known, password="secret", context=trusting).send(outgoing())
        with pytest.raises(Temporary, match="refused the login") as refused:
            Mail(**known, password="wrong-word", context=trusting).send(outgoing())
        with pytest.raises(Temporary, match="certificate"):
            Mail(**known, password="secret").send(outgoing())
    assert len(mailbox.taken) == 1
    assert "wrong-word" not in str(refused.value)


def test_tls_from_the_first_byte(trusted):
    """Port 465 speaks TLS at once, to a server whose certificate is checked."""
    mailbox = Mailbox()
    server = Server(mailbox)
    server.ssl_context = server_tls(trusted)
    trusting = ssl.create_default_context(cafile=trusted)
    server.ssl_context.check_hostname = False
    server.start()
    try:
        known = {"host": "127.0.0.1", "port": server.port, "sender": SENDER, "security": "tls"}
        Mail(**known, context=trusting).send(outgoing())
        with pytest.raises(Temporary, match="certificate"):
            Mail(**known).send(outgoing())
    finally:
        server.stop()
    assert len(mailbox.taken) == 1


def test_a_password_is_never_sent_in_the_clear():
    """Without TLS there is no login, except on this machine."""
    far = Mail(host="mail.invalid", port=25, sender=SENDER, user="u", password="p", security="none")
    with pytest.raises(Temporary, match="without TLS"):
        far.send(outgoing())


def test_a_server_without_starttls_gets_nothing():
    """STARTTLS that was asked for and is not offered is never skipped."""
    mailbox = Mailbox()
    with serving(mailbox) as port, pytest.raises(Temporary, match="STARTTLS"):
        Mail(host="127.0.0.1", port=port, sender=SENDER).send(outgoing())
    assert mailbox.taken == []


@pytest.mark.parametrize(
    "address", ["mailto:", "mailto:desk", "mailto:a@b\r\nRCPT TO:<x@y>", "mailto:@x.org"]
)
def test_what_is_no_mailbox_is_refused_for_good(address):
    """A broken address never reaches the server."""
    with pytest.raises(Permanent, match="no mailbox"):
        address_of(address)


def test_an_address_may_be_written_as_urls_are():
    """Percent signs are decoded and a query is ignored, as RFC 6068 has it."""
    assert (
        address_of("mailto:news%2Bdesk@example.org?subject=x").addr_spec == "news+desk@example.org"
    )


@pytest.mark.parametrize("sender", ["", "nobody", "Desk <nobody>"])
def test_a_sender_must_be_an_address(sender):
    """A sender without a domain is a mistake of the settings, told at once."""
    with pytest.raises(ValueError, match="to send from"):
        Mail(host="127.0.0.1", port=25, sender=sender)


def test_the_terminal_prints_a_message_once_without_its_commands():
    """The text comes whole, in one write, and cannot move the cursor."""
    written = []
    sent = Terminal(written.append).send(outgoing(text="HB 12\x1b[2J amended\r\nby \u202eX\n"))
    assert sent.reference == "printed"
    (text,) = written
    assert "HB 12[2J amended\nby X\n" in text
    assert "\x1b" not in text


def test_a_closed_terminal_is_temporary():
    """Output that nobody reads is not a delivery."""

    def closed(_text):
        raise BrokenPipeError

    with pytest.raises(Temporary):
        Terminal(closed).send(outgoing())


def test_a_file_gathers_texts(tmp_path):
    """Each message is appended, whole, under the folder."""
    channel = File(tmp_path)
    channel.send(outgoing(address="file:log/alerts.txt", text="one\n"))
    channel.send(outgoing(address="file:log/alerts.txt", text="two\x1b[2J\n"))
    assert (tmp_path / "log/alerts.txt").read_text() == "one\n\ntwo[2J\n\n"


def test_a_folder_keeps_each_message_once(tmp_path):
    """A message in a folder is a mail that any program opens; a repeat replaces it."""
    channel = File(tmp_path)
    for _ in range(2):
        path = channel.send(outgoing(address="file:mails/", key="desk/../1")).reference
    assert [str(file) for file in (tmp_path / "mails").iterdir()] == [path]
    mail = email.message_from_bytes(
        (tmp_path / "mails/desk-..-1.eml").read_bytes(), policy=email.policy.default
    )
    assert mail["Subject"] == "[Measurewatch] HB 12 (us/wa) amended: an act"
    assert "<b>amended</b>" in mail.get_body(("html",)).get_content()


def test_a_file_that_cannot_be_written_is_temporary(tmp_path):
    """A full disk or a folder in the way loses nothing; no name at all never works."""
    (tmp_path / "alerts.txt").mkdir()
    with pytest.raises(Temporary, match=r"alerts\.txt"):
        File(tmp_path).send(outgoing(address="file:alerts.txt"))
    with pytest.raises(Permanent, match="names a file"):
        File(tmp_path).send(outgoing(address="file:"))


def test_an_address_chooses_its_channel(tmp_path):
    """The scheme is looked up in one dict; one that is not there is refused for good."""
    written = []
    channels = opened(tmp_path, write=written.append)
    assert scheme_of("MailTo:a@b") == "mailto"
    send(channels, outgoing(address="terminal:"))
    assert len(written) == 1
    with pytest.raises(Permanent, match="no channel for gopher"):
        send(channels, outgoing(address="gopher://x"))


def test_mail_without_a_server_waits_for_the_operator(tmp_path):
    """Alerts are not thrown away because mail was not set up yet."""
    channels = opened(tmp_path, write=print)
    assert isinstance(channels["mailto"], NotSetUp)
    with pytest.raises(Temporary, match="MEASUREWATCH_SMTP_HOST"):
        send(channels, outgoing())


def test_one_line_keeps_what_can_be_seen():
    """Breaks become spaces; control, direction and zero-width marks go; the rest stays."""
    assert one_line(" a\r\n b\u2028c\u200b\u202ed\x1b[1m é 日本 ") == "a b cd[1m é 日本"


def test_lines_keep_their_breaks():
    """Only line feeds survive among control characters."""
    assert lines("a\r\nb\rc\td\x07") == "a\nb\nc    d"


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("short", 10, "short"),
        ("one two three four", 12, "one two…"),
        ("unbreakable" * 3, 8, "unbreak…"),
    ],
)
def test_long_lines_are_cut_between_words(text, limit, short):
    """A cut is seen as one and never exceeds its limit."""
    assert shortened(text, limit) == short
    assert len(short) <= limit
