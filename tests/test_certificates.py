"""A server that sends its own certificate and not the one between it and the root."""

import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scrapers.certificates import NoIntermediate, intermediates
from tests.loopback.server import html, serving
from tests.running import measurewatch

WATCHLIST = """\
name: Test desk
sources:
  orders:
    mayor: {{place: us/wa/x, index: "{url}/orders", row: tr, identifier: .n, title: .t}}
watches:
  - {{name: Everything, to: ["terminal:"]}}
"""
INDEX = html(
    '<h1>Orders</h1><table><tr><td class="n">EO 1</td><td class="t">Masks</td></tr></table>'
)
PEM = serialization.Encoding.PEM


class Authority:
    """Somebody who signs: a root, or what a root signed."""

    def __init__(self, name, issuer=None):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signer = issuer or self
        self.certificate = _built(self.name, signer.name, self.key, ca=True).sign(
            signer.key, hashes.SHA256()
        )

    def pem(self):
        return self.certificate.public_bytes(PEM)

    def leaf(self):
        """A server's certificate for this machine, with its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        made = _built(name, self.name, key, ca=False).sign(self.key, hashes.SHA256())
        secret = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return secret + made.public_bytes(PEM)


def _built(subject, issuer, key, *, ca):
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(here, critical=False)
    )  # fmt: skip


@pytest.fixture(scope="module")
def chain():
    """A root, what it signed, and somebody else who calls himself the same."""
    root = Authority("Root")
    return root, Authority("Between", root), Authority("Between", Authority("Root"))


@pytest.fixture
def visit(tmp_path, chain):
    """Crawl a server that sends only its own certificate, with a file in the folder of certificates."""
    root, between, _ = chain
    (tmp_path / "root.pem").write_bytes(root.pem())
    (tmp_path / "leaf.pem").write_bytes(between.leaf())

    def visit(content=b"", name="between.pem"):
        folder = tmp_path / "home" / "certificates"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        with serving({"/orders": INDEX}, tmp_path / "leaf.pem") as server:
            path = tmp_path / "watchlist.yaml"
            path.write_text(WATCHLIST.format(url=server.url), encoding="utf-8")
            done = measurewatch(
                "crawl", "--json", cwd=tmp_path, SSL_CERT_FILE=str(tmp_path / "root.pem"),
                MEASUREWATCH_WATCHLIST=str(path), MEASUREWATCH_HOME=str(tmp_path / "home"),
                MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES="yes", MEASUREWATCH_DELAY="0",
            )  # fmt: skip
        return json.loads(done.stdout)

    return visit


def test_what_the_site_forgets_is_found_in_the_folder(visit, chain):
    """Without it the site cannot be verified and is failing; with it all is well."""
    without = visit(name="README")
    assert without["state"] == "failing"
    assert "certificate" in " ".join(without["notes"])
    assert visit(chain[1].pem())["state"] == "ok"


def test_it_is_trusted_no_more_than_a_root_says(visit, chain):
    """One of the same name that no root of this machine signed does not help."""
    assert visit(chain[2].pem())["state"] == "failing"


def test_a_root_is_refused(tmp_path, chain):
    """It would be believed whatever it signs."""
    (tmp_path / "root.pem").write_bytes(chain[0].pem())
    with pytest.raises(NoIntermediate, match=r"root\.pem holds a root certificate"):
        intermediates(tmp_path)


def test_what_is_no_certificate_is_told(tmp_path):
    """With its name; a folder that is not there holds none."""
    (tmp_path / "page.crt").write_text("<html>Not found</html>", encoding="utf-8")
    with pytest.raises(NoIntermediate, match=r"page\.crt holds no certificate"):
        intermediates(tmp_path)
    assert intermediates(tmp_path / "nowhere") == ()
