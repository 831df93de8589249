"""Webhooks on a real server: signed, guarded, answered, and never kept waiting for long."""

import base64
import json
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook as Receiver
from standardwebhooks import WebhookVerificationError

from monitor.channels import Outgoing, Permanent, Temporary
from monitor.channels.webhook import Webhook, signed
from tests.loopback.certificates import certificate
from tests.loopback.server import Page, serving

SECRET = f"whsec_{base64.b64encode(b'one secret of thirty-two bytes..').decode()}"
OTHER = f"whsec_{base64.b64encode(b'another secret of the same size.').decode()}"
HIDDEN = "T0KEN-IN-THE-PATH"
FACTS = {
    "type": "measurewatch.alerts",
    "timestamp": "2026-01-05T12:30:00+00:00",
    "sources": {"checked": 3, "unchecked": []},
    "alerts": [{"id": 7, "kind": "amended", "summary": "Überschrift"}],
}


def outgoing(address, **changes):
    values = {"key": "0b7c", "subject": "HB 12\r\namended", "text": "Té\x1b[2Jxt", "facts": FACTS}
    return Outgoing(address=address, **(values | changes))


def webhook(secrets=None, **changes):
    known = {"": SECRET} if secrets is None else secrets
    values = {
        "secrets": lambda name: known.get(name, ""),
        "clock": lambda: datetime.now(UTC),
        "agent": "Measurewatch/0.1 (+mailto:desk@example.org)",
        "allow_private": True,
    }
    return Webhook(**(values | changes))


def test_a_receiver_can_verify_a_message():
    """The body is JSON, signed as Standard Webhooks has it, from a sender that says who it is."""
    with serving({"/in": Page(status=204)}) as server:
        sent = webhook().send(outgoing(f"{server.url}/in?room=desk"))
        [visit] = server.visits
    assert sent.reference == "127.0.0.1 answered 204"
    assert (visit.method, visit.path) == ("POST", "/in?room=desk")
    assert visit.headers["host"] == f"127.0.0.1:{server.port}"
    assert visit.headers["content-type"] == "application/json"
    assert visit.headers["user-agent"] == "Measurewatch/0.1 (+mailto:desk@example.org)"
    assert visit.headers["webhook-id"] == "0b7c"
    told = Receiver(SECRET).verify(visit.body, dict(visit.headers))
    assert told == {
        "type": "measurewatch.alerts",
        "timestamp": "2026-01-05T12:30:00+00:00",
        "data": {
            "key": "0b7c", "subject": "HB 12 amended", "text": "Té[2Jxt",
            "sources": {"checked": 3, "unchecked": []}, "alerts": FACTS["alerts"],
        },
    }  # fmt: skip
    with pytest.raises(WebhookVerificationError):
        Receiver(OTHER).verify(visit.body, dict(visit.headers))


def test_a_repeat_has_the_same_id_and_body_and_a_fresh_time():
    """A receiver drops a repeat by its id; the signature is of the try, so it is never too old."""
    hour = timedelta(hours=1)
    times = iter([datetime.now(UTC) - hour, datetime.now(UTC)])
    with serving({"/in": Page()}) as server:
        channel = webhook(clock=lambda: next(times))
        for _ in range(2):
            channel.send(outgoing(f"{server.url}/in"))
        first, second = server.visits
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    Receiver(SECRET).verify(second.body, dict(second.headers))
    with pytest.raises(WebhookVerificationError, match="too old"):
        Receiver(SECRET).verify(first.body, dict(first.headers))


def test_the_body_does_not_depend_on_the_order_of_keys():
    """PostgreSQL gives a stored rendering back in another order than it was written in."""
    turned = {name: FACTS[name] for name in reversed(FACTS)}
    with serving({"/in": Page()}) as server:
        webhook().send(outgoing(f"{server.url}/in"))
        webhook().send(outgoing(f"{server.url}/in", facts=turned))
        first, second = server.visits
    assert first.body == second.body


def test_an_address_may_name_a_secret_of_its_own():
    """What one receiver knows does not let it speak for us to another; the name is not sent."""
    with serving({"/in": Page()}) as server:
        channel = webhook({"": SECRET, "DESK": OTHER})
        channel.send(outgoing(f"{server.url}/in#secret=env:DESK"))
        [visit] = server.visits
    Receiver(OTHER).verify(visit.body, dict(visit.headers))
    assert visit.path == "/in"
    assert "DESK" not in str(visit)


def test_secrets_can_be_exchanged_without_a_gap():
    """While two are set, each receiver of the one or the other can verify."""
    body = b"{}"
    headers = signed(f"{SECRET} {OTHER}", "key", datetime.now(UTC), body)
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (SECRET, OTHER):
        Receiver(secret).verify(body, headers)


def test_the_time_is_signed_in_any_zone():
    """The library takes a time's figures for UTC, whatever its zone; ours are UTC."""
    zone = datetime.now(UTC).astimezone()
    assert signed(SECRET, "k", zone, b"{}") == signed(SECRET, "k", zone.astimezone(UTC), b"{}")


@pytest.mark.parametrize("name", ["", "DESK"])
@pytest.mark.parametrize("secret", ["", "not-a-secret-at-all", "whsec_c2hvcnQ="])
def test_nothing_goes_out_unsigned(name, secret):
    """Without a fitting secret the message waits for the operator, who is told what to set."""
    with serving({"/in": Page()}) as server:
        address = f"{server.url}/in" + (f"#secret=env:{name}" if name else "")
        with pytest.raises(Temporary, match=name or "MEASUREWATCH_WEBHOOK_SECRET") as waits:
            webhook({name: secret}).send(outgoing(address))
        assert server.visits == []
    assert not secret or secret not in str(waits.value)


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (400, Permanent, "answered 400 Bad Request"),
        (401, Permanent, "answered 401 Unauthorized"),
        (404, Permanent, "answered 404"),
        (410, Permanent, "take it out of the watchlist"),
        (408, Temporary, "answered 408"),
        (425, Temporary, "answered 425"),
        (429, Temporary, "answered 429"),
        (500, Temporary, "answered 500"),
        (503, Temporary, "answered 503"),
        (599, Temporary, "answered 599"),
    ],
)
def test_an_answer_says_whether_to_try_again(status, error, words):
    """A refusal of the message is final; a server in trouble is tried again."""
    with serving({"/in": Page(b"no", status=status)}) as server, pytest.raises(error, match=words):
        webhook().send(outgoing(f"{server.url}/in"))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status):
    """Whoever answers a webhook cannot lead us elsewhere, such as inside the network."""
    moved = Page(status=status, headers={"Location": f"/{HIDDEN}"})
    with serving({"/in": moved, f"/{HIDDEN}": Page()}) as server:
        with pytest.raises(Permanent, match="redirects are not followed") as refused:
            webhook().send(outgoing(f"{server.url}/in"))
        assert server.paths() == ["/in"]
    assert HIDDEN not in str(refused.value)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("120", 120),
        ("Mon, 05 Jan 2026 12:10:00 GMT", 600),
        ("Mon, 05 Jan 2026 11:00:00 GMT", 0),
        ("9" * 400, 86_400),
        ("soon", 0),
        ("-5", 0),
        ("", 0),
    ],
)
def test_a_receiver_may_ask_for_time(told, seconds):
    """Retry-After is understood in both of its forms, and never for more than a day."""
    busy = Page(status=429, headers={"Retry-After": told})
    noon = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
    with serving({"/in": busy}) as server, pytest.raises(Temporary) as asked:
        webhook(clock=lambda: noon).send(outgoing(f"{server.url}/in"))
    assert asked.value.after == timedelta(seconds=seconds)


class TestGuard:
    @pytest.mark.parametrize(
        "address",
        [
            "https://127.0.0.1/in", "https://[::1]/in", "https://0x7f.1/in", "https://10.0.0.8/in",
            "https://169.254.169.254/in", "https://localhost/in", "https://93.184.216.34:22/in",
        ],
    )  # fmt: skip
    def test_no_private_address_is_visited(self, address, monkeypatch):
        """Neither this machine nor its network is reached, whatever a watchlist says."""
        monkeypatch.setattr(socket.socket, "connect", unreachable)
        with pytest.raises(Temporary, match="is not visited"):
            webhook(allow_private=False).send(outgoing(address))

    @pytest.mark.parametrize("inside", ["127.0.0.1", "10.1.2.3", "::1", "::ffff:127.0.0.1"])
    def test_no_name_leads_inside(self, inside, monkeypatch):
        """A public name that points to a private address is refused when it is resolved."""
        monkeypatch.setattr(socket, "getaddrinfo", leading_to(inside))
        monkeypatch.setattr(socket.socket, "connect", unreachable)
        with pytest.raises(
            Temporary, match=r"hooks\.example\.org is not visited: it has no public"
        ):
            webhook(allow_private=False).send(outgoing(f"https://hooks.example.org/{HIDDEN}"))

    def test_the_connection_goes_to_the_address_that_was_judged(self, monkeypatch):
        """A name is resolved once: what it points to a moment later is never asked for."""
        answers = [["10.0.0.1", "93.184.216.34"], ["127.0.0.1"]]
        asked, reached = [], []

        def resolve(host, port, **_):
            asked.append(host)
            return leading_to(*answers.pop(0))(host, port)

        def connect(_wire, address):
            reached.append(address)
            raise ConnectionRefusedError(111, "Connection refused")

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr(socket.socket, "connect", connect)
        with pytest.raises(Temporary, match="Connection refused"):
            webhook(allow_private=False).send(outgoing("https://hooks.example.org/x"))
        assert asked == ["hooks.example.org"]
        assert reached == [("93.184.216.34", 443)]

    def test_plain_http_stays_inside(self):
        """Without TLS anybody on the way could read and change alerts."""
        with pytest.raises(Permanent, match="none of a webhook"):
            webhook().send(outgoing("http://hooks.example.org/x"))
        with pytest.raises(Temporary, match="MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES"):
            webhook(allow_private=False).send(outgoing("http://127.0.0.1/x"))

    def test_a_second_address_is_tried(self, monkeypatch):
        """A host of which one address is down is reached by the next."""
        real = socket.socket.connect

        def connect(wire, address):
            if address[0] == "127.0.0.2":
                raise ConnectionRefusedError
            real(wire, address)

        monkeypatch.setattr(socket, "getaddrinfo", leading_to("127.0.0.2", "127.0.0.1"))
        monkeypatch.setattr(socket.socket, "connect", connect)
        with serving({"/in": Page()}) as server:
            sent = webhook().send(outgoing(f"http://localhost:{server.port}/in"))
        assert sent.reference == "localhost answered 200"


def leading_to(*addresses):
    """A resolver that knows one answer."""
    return lambda _host, port, **_: [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses
    ]


def unreachable(*_, **__):
    raise AssertionError("a connection was tried")


class TestTls:
    def test_a_receiver_is_who_it_says(self, tmp_path):
        """A certificate nobody vouches for, or of another name, gets no message; a good one does."""
        (tmp_path / "other").mkdir()
        good = certificate(tmp_path, addresses=["127.0.0.1"])
        other = certificate(tmp_path / "other", names=["hooks.example.org"])
        trusting = ssl.create_default_context(cafile=good)
        with serving({"/in": Page()}, good) as server:
            with pytest.raises(Temporary, match=r"no safe connection to 127\.0\.0\.1: certificate"):
                webhook().send(outgoing(f"{server.url}/in"))
            webhook(context=trusting).send(outgoing(f"{server.url}/in"))
            assert len(server.visits) == 1
        trusting = ssl.create_default_context(cafile=other)
        with serving({"/in": Page()}, other) as server:
            with pytest.raises(Temporary, match="no safe connection"):
                webhook(context=trusting).send(outgoing(f"{server.url}/in"))
            assert server.visits == []

    def test_the_name_is_checked_and_not_the_address(self, tmp_path, monkeypatch):
        """The connection goes to a checked address, the certificate must be the name's."""
        file = certificate(tmp_path, names=["hooks.example.org"])
        trusting = ssl.create_default_context(cafile=file)
        monkeypatch.setattr(socket, "getaddrinfo", leading_to("127.0.0.1"))
        with serving({"/in": Page(status=202)}, file) as server:
            address = f"https://hooks.example.org:{server.port}/in"
            sent = webhook(context=trusting).send(outgoing(address))
            assert sent.reference == "hooks.example.org answered 202"
            with pytest.raises(Temporary, match="no safe connection"):
                webhook(context=trusting).send(outgoing(address.replace("hooks", "other")))
            assert len(server.visits) == 1


@contextmanager
def scripted(talk):
    """A server that does with one connection what `talk` does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run():
        connection, _ = listener.accept()
        with connection:
            talk(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/{HIDDEN}"
    finally:
        listener.close()
        thread.join(5)


def drip(connection, piece=b"x"):
    """Say something every now and then, and never come to an end."""
    try:
        while True:
            connection.sendall(piece)
            time.sleep(0.02)
    except OSError:
        return


class TestBadServers:
    @pytest.mark.parametrize(
        "talk",
        [
            lambda connection: connection.recv(1 << 20) and time.sleep(0.6),
            lambda connection: drip(connection, b"H"),
            lambda connection: (connection.sendall(b"HTTP/1.1 200 OK\r\n"), drip(connection, b"A: b\r\n")),
        ],
        ids=["silent", "a status without end", "headers without end"],
    )  # fmt: skip
    def test_a_slow_server_costs_one_deadline(self, talk):
        """However it is served, byte by byte, one try ends when its time is up."""
        begun = time.monotonic()
        with scripted(talk) as url, pytest.raises(Temporary) as late:
            webhook(timeout=0.3).send(outgoing(url))
        assert time.monotonic() - begun < 2
        assert HIDDEN not in str(late.value)
        assert late.value.slow
        assert "within 0.3 seconds; the message may have been taken" in str(late.value)

    def test_a_server_that_never_reads_costs_one_deadline(self):
        """A message that does not fit into the buffers on the way waits no longer."""
        with (
            scripted(lambda _: time.sleep(1)) as url,
            pytest.raises(Temporary, match="did not answer within"),
        ):
            webhook(timeout=0.3).send(outgoing(url, facts={"alerts": ["x" * 20_000_000]}))

    def test_a_yes_counts_however_the_answer_ends(self):
        """After the status the message is taken; a body without end is left alone."""

        def endless(connection):
            connection.recv(1 << 20)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            drip(connection, b"x" * 4096)

        with scripted(endless) as url:
            assert webhook(timeout=5).send(outgoing(url)).reference == "127.0.0.1 answered 200"

    @pytest.mark.parametrize(
        "said", [b"SSH-2.0-OpenSSH\r\n", b"\x00\x01\x02\r\n", b"HTTP/1.1 20x OK\r\n\r\n"]
    )
    def test_what_is_no_answer_is_tried_again(self, said):
        """Another program on that port takes nothing."""

        def talk(connection):
            connection.recv(1 << 20)
            connection.sendall(said)

        with scripted(talk) as url, pytest.raises(Temporary, match="not HTTP"):
            webhook().send(outgoing(url))

    def test_a_lost_answer_is_tried_again(self):
        """Nobody knows whether the message was taken, so it is not lost; the error says so."""
        with scripted(lambda connection: connection.recv(1 << 20)) as url:
            with pytest.raises(Temporary, match="may have been taken") as lost:
                webhook().send(outgoing(url))
            assert HIDDEN not in str(lost.value)

    def test_nobody_there_is_temporary(self):
        """A port without a server and a name that leads nowhere are tried again."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{probe.getsockname()[1]}/{HIDDEN}"
            with pytest.raises(Temporary, match="Connection refused") as refused:
                webhook().send(outgoing(address))
        assert HIDDEN not in str(refused.value)

    def test_a_name_that_leads_nowhere_is_temporary(self, monkeypatch):
        """Names come back; the message waits."""

        def unknown(*_, **__):
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(Temporary, match="leads nowhere: Name or service not known"):
            webhook().send(outgoing("https://hooks.example.org/x"))


@pytest.mark.parametrize("address", ["https:", "https://", f"whatever://{HIDDEN}", HIDDEN])
def test_what_is_no_webhook_is_refused_without_being_shown(address):
    """An address from the environment that is none may be a secret with a slip in it."""
    with pytest.raises(Permanent, match="none of a webhook") as refused:
        webhook().send(outgoing(address))
    assert HIDDEN not in str(refused.value)


def test_the_body_is_plain_ascii():
    """No proxy on the way can mistake its characters, and the signature is of these bytes."""
    with serving({"/in": Page()}) as server:
        webhook().send(outgoing(f"{server.url}/in"))
        [visit] = server.visits
    assert visit.body.isascii()
    assert json.loads(visit.body)["data"]["alerts"][0]["summary"] == "Überschrift"
