"""A server that sends its own certificate and not the one between it and the root."""

import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from scrapers.certificates import NoIntermediate, intermediates
from scrapers.errors import AddressRefused
from scrapers.issuers import LARGEST, unled
from tests.loopback.server import Page, html, serving
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
    """Somebody who signs: a root, or what a root signed. `at` is where the issuer's is published."""

    def __init__(self, name, issuer=None, at=""):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signer = issuer or self
        self.certificate = _told(_built(self.name, signer.name, self.key, ca=True), at).sign(
            signer.key, hashes.SHA256()
        )

    def pem(self):
        return self.certificate.public_bytes(PEM)

    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def leaf(self, at="", *, valid=1):
        """A server's certificate for this machine, with its key; `valid` for so many hours."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        built = _told(_built(name, self.name, key, ca=False, valid=valid), at)
        made = built.sign(self.key, hashes.SHA256())
        secret = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return secret + made.public_bytes(PEM)


def _told(built, at):
    if not at:
        return built
    issuers = x509.AccessDescription(
        AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(at)
    )
    return built.add_extension(x509.AuthorityInformationAccess([issuers]), critical=False)


def _built(subject, issuer, key, *, ca, valid=1):
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=2)).not_valid_after(now + timedelta(hours=valid))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(here, critical=False)
    )  # fmt: skip


@pytest.fixture(scope="module")
def chain():
    """A root, what it signed, and somebody else who calls himself the same."""
    root = Authority("Root")
    return root, Authority("Between", root), Authority("Between", Authority("Root"))


@pytest.fixture
def crawl(tmp_path, chain):
    """Crawl a server that sends only its own certificate; returns the outcome and the server."""
    (tmp_path / "root.pem").write_bytes(chain[0].pem())

    def crawl(leaf):
        (tmp_path / "leaf.pem").write_bytes(leaf)
        with serving({"/orders": INDEX}, tmp_path / "leaf.pem") as server:
            path = tmp_path / "watchlist.yaml"
            path.write_text(WATCHLIST.format(url=server.url), encoding="utf-8")
            done = measurewatch(
                "crawl", "--json", cwd=tmp_path, SSL_CERT_FILE=str(tmp_path / "root.pem"),
                MEASUREWATCH_WATCHLIST=str(path), MEASUREWATCH_HOME=str(tmp_path / "home"),
                MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES="yes", MEASUREWATCH_DELAY="0",
            )  # fmt: skip
        return json.loads(done.stdout), done.stderr

    return crawl


@pytest.fixture
def visit(tmp_path, chain, crawl):
    """The same, with a file in the folder of certificates."""
    leaf = chain[1].leaf()

    def visit(content=b"", name="between.pem"):
        folder = tmp_path / "home" / "certificates"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        return crawl(leaf)[0]

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


class TestFetchedFromItsIssuer:
    """A certificate says where its issuer's is published."""

    def test_it_is_found_kept_and_used_again(self, tmp_path, chain, crawl):
        """The next crawl need not ask for it."""
        with serving({"/between.crt": Page(chain[1].der())}) as issuer:
            leaf = chain[1].leaf(f"{issuer.url}/between.crt")
            assert crawl(leaf)[0]["state"] == "ok"
            assert crawl(leaf)[0]["state"] == "ok"
            assert issuer.paths() == ["/between.crt"]
        (kept,) = (tmp_path / "home" / "certificates").iterdir()
        assert kept.name == "127.0.0.1.pem"
        assert kept.read_bytes() == chain[1].pem()

    def test_a_way_of_two(self, tmp_path, chain, crawl):
        """Each says where the next one is; the root itself is left out."""
        root = chain[0]
        pages = {"/root.crt": Page(root.der())}
        with serving(pages) as issuer:
            upper = Authority("Upper", root, f"{issuer.url}/root.crt")
            lower = Authority("Lower", upper, f"{issuer.url}/upper.p7c")
            bundle = pkcs7.serialize_certificates([upper.certificate], serialization.Encoding.DER)
            issuer.pages |= {"/upper.p7c": Page(bundle), "/lower.crt": Page(lower.pem())}
            assert crawl(lower.leaf(f"{issuer.url}/lower.crt"))[0]["state"] == "ok"
        kept = intermediates(tmp_path / "home" / "certificates")
        assert [one.subject for one in kept] == [lower.name, upper.name]

    def test_a_new_issuer_replaces_the_old_one(self, tmp_path, chain, crawl):
        """Sites renew their certificates, and change who signs them."""
        newer = Authority("Newer", chain[0])
        with serving({"/a": Page(chain[1].der()), "/b": Page(newer.der())}) as issuer:
            assert crawl(chain[1].leaf(f"{issuer.url}/a"))[0]["state"] == "ok"
            assert crawl(newer.leaf(f"{issuer.url}/b"))[0]["state"] == "ok"
        (kept,) = (tmp_path / "home" / "certificates").iterdir()
        assert kept.read_bytes() == newer.pem()

    def test_no_root_stands_behind_it(self, chain, crawl):
        """Whoever sends a certificate may also publish its issuer's: that proves nothing."""
        stranger = Authority("Stranger", Authority("Nobody"))
        with serving({"/s.crt": Page(stranger.der())}) as issuer:
            assert crawl(stranger.leaf(f"{issuer.url}/s.crt"))[0]["state"] == "failing"

    def test_another_of_the_same_name(self, tmp_path, chain, crawl):
        """It did not sign, so it is not kept, and the log says so."""
        with serving({"/x.crt": Page(chain[2].der())}) as issuer:
            outcome, said = crawl(chain[1].leaf(f"{issuer.url}/x.crt"))
        assert outcome["state"] == "failing"
        assert "holds no certificate that signed it" in said
        assert not (tmp_path / "home" / "certificates").exists()

    @pytest.mark.parametrize(
        ("page", "told"),
        [
            (Page(b"<html>Not here</html>", status=404), "answers 404"),
            (Page(b"0" * (LARGEST + 1)), "larger than"),
            (Page(b"", hang_up=True), "broke"),
        ],
        ids=["absent", "endless", "silent"],
    )
    def test_nothing_there(self, chain, crawl, page, told):
        """The crawl fails as it did, and says what was tried."""
        with serving({"/x.crt": page}) as issuer:
            outcome, said = crawl(chain[1].leaf(f"{issuer.url}/x.crt"))
        assert outcome["state"] == "failing"
        assert told in said

    def test_an_expired_certificate_stays_refused(self, chain, crawl):
        """That the way to the root is known does not make it younger."""
        with serving({"/between.crt": Page(chain[1].der())}) as issuer:
            expired = chain[1].leaf(f"{issuer.url}/between.crt", valid=-1)
            assert crawl(expired)[0]["state"] == "failing"

    def test_only_a_missing_issuer_is_looked_for(self, tmp_path, monkeypatch, chain):
        """A good connection, or one that is bad in another way, needs no other certificate."""
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))
        (tmp_path / "root.pem").write_bytes(chain[0].pem())
        for name, leaf in (("good", chain[0].leaf()), ("expired", chain[0].leaf(valid=-1))):
            (tmp_path / name).write_bytes(leaf)
            with serving({}, tmp_path / name) as server:
                assert unled("127.0.0.1", server.port, timeout=5, allow_private=True) is None

    def test_an_address_inside_is_not_visited(self, chain):
        """A certificate of a stranger must not make us ask our own network."""
        with pytest.raises(AddressRefused):
            unled("127.0.0.1", 9, timeout=1)
