"""Intermediate certificates that a site forgets to send.

A server has to send the certificates between its own and a root that browsers
know (RFC 8446, section 4.4.2). Some do not: www.revisor.mn.gov has not since
2020. Others who read it turn verification off; here the missing certificate is put beside
the system's roots instead (`scrapers.issuers` finds it). It only helps to find the way to
one of them: a certificate in this folder is trusted no more than a root says.
"""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from OpenSSL.crypto import X509
from twisted.internet._sslverify import OpenSSLDefaultPaths
from twisted.web.client import BrowserLikePolicyForHTTPS
from twisted.web.iweb import IPolicyForHTTPS

from scrapers.errors import SourceError


class NoIntermediate(SourceError):
    """A file in the folder of certificates is none that may stand there; says which, and why."""


def intermediates(folder: Path) -> tuple[x509.Certificate, ...]:
    """The certificates of a folder's `*.pem` and `*.crt` files. Raises NoIntermediate, OSError.

    One that signed itself is refused: with it we would trust whatever it signs.
    """
    files = sorted([*folder.glob("*.pem"), *folder.glob("*.crt")])
    return tuple(one for file in files for one in _read(file))


def keep(folder: Path, host: str, found: Sequence[x509.Certificate]) -> Path:
    """Write what was found for a host into the folder; returns the file. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{host}.pem"
    new = file.with_suffix(".new")
    new.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in found))
    new.replace(file)
    return file


def _read(file: Path) -> list[x509.Certificate]:
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except ValueError as error:
        raise NoIntermediate(f"{file} holds no certificate in PEM form") from error
    for one in found:
        if one.issuer == one.subject:
            raise NoIntermediate(
                f"{file} holds a root certificate. Only intermediate ones belong here; a root that "
                "this machine should trust is the system's to know."
            )
    return found


class _WithMore(OpenSSLDefaultPaths):
    """The system's roots, and certificates that may lead to them."""

    def __init__(self, more: Sequence[x509.Certificate]) -> None:
        self._more = more

    def _addCACertsToContext(self, context: SSL.Context) -> None:  # noqa: N802 - Twisted's name
        super()._addCACertsToContext(context)  # type: ignore[no-untyped-call]
        if (store := context.get_cert_store()) is not None:
            for one in self._more:
                store.add_cert(X509.from_cryptography(one))


def policy(more: Sequence[x509.Certificate]) -> IPolicyForHTTPS:
    """How servers are verified: against the system's roots, with `more` on the way to them."""
    made: IPolicyForHTTPS = BrowserLikePolicyForHTTPS(_WithMore(more))  # type: ignore[no-untyped-call, assignment]
    return made
