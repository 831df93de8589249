"""Finding the certificate that a site forgets to send.

A certificate tells where its issuer's is published (RFC 5280, section 4.2.2.1,
"CA Issuers"), and browsers go and fetch it there. So does a crawl, once for a host,
when the only fault of a connection is that the way to a root is unknown. What is
found is no more trusted than before: the connection is made anew, and verified.
"""

import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID

from scrapers.errors import AddressRefused, FetchError
from scrapers.guard import check_address

Fetch = Callable[[str], Awaitable[bytes]]
LONGEST_WAY = 4
"""How many certificates are followed on the way to a root; real ways have one or two."""
LARGEST = 256 * 1024
"""Bytes of an answer that may hold a certificate; a real one has two thousand."""
# OpenSSL's X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY and _UNABLE_TO_VERIFY_LEAF_SIGNATURE.
_NO_ISSUER = frozenset({20, 21})


def unled(
    host: str,
    port: int,
    known: Sequence[x509.Certificate] = (),
    *,
    timeout: float,
    allow_private: bool = False,
) -> x509.Certificate | None:
    """The certificate of a host when all that is wrong with it is that no way to a root is known.

    None when the connection is good, or bad in another way. `known` are certificates
    that may lead to a root beside the system's own. `timeout` is in seconds. Blocks.
    Raises AddressRefused, OSError.
    """
    place = _public(host, port, allow_private=allow_private)
    context = ssl.create_default_context()
    if known:
        context.load_verify_locations(
            cadata="".join(one.public_bytes(Encoding.PEM).decode() for one in known)
        )
    try:
        _sent(context, place, host, timeout)
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in _NO_ISSUER:
            # Nothing is asked over this connection: it only shows the certificate again.
            blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            blind.check_hostname = False
            blind.verify_mode = ssl.CERT_NONE
            return x509.load_der_x509_certificate(_sent(blind, place, host, timeout))
    return None


def _public(host: str, port: int, *, allow_private: bool) -> tuple[str, int]:
    """An address of a host that may be visited. Raises AddressRefused when it has none, OSError."""
    refused: AddressRefused | None = None
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            check_address(str(address[0]), allow_private=allow_private)
        except AddressRefused as error:
            refused = error
        else:
            return str(address[0]), port
    raise refused or AddressRefused(f"{host} has no address")


def _sent(context: ssl.SSLContext, place: tuple[str, int], host: str, timeout: float) -> bytes:
    with (
        socket.create_connection(place, timeout=timeout) as raw,
        context.wrap_socket(raw, server_hostname=host) as safe,
    ):
        return safe.getpeercert(binary_form=True) or b""


async def chased(leaf: x509.Certificate, fetch: Fetch) -> tuple[x509.Certificate, ...]:
    """The certificates between a host's own and a root, each fetched from where the last one says.

    Each signed the one before it. `fetch` answers an address with what stands there, at most
    `LARGEST` bytes; it may raise FetchError. Raises FetchError when not even the first was found.
    """
    found: list[x509.Certificate] = []
    below = leaf
    while len(found) < LONGEST_WAY:
        try:
            issuer = await _issuer(below, fetch)
        except FetchError:
            if not found:
                raise
            break  # a root that the system knows need not be published
        if issuer.issuer == issuer.subject:
            break
        found.append(issuer)
        below = issuer
    return tuple(found)


async def _issuer(below: x509.Certificate, fetch: Fetch) -> x509.Certificate:
    faults = []
    for address in published(below):
        try:
            body = await fetch(address)
        except FetchError as error:
            faults.append(str(error))
            continue
        for one in certificates(body):
            if _signed(one, below):
                return one
        faults.append(f"{address} holds no certificate that signed it")
    told = "; ".join(faults) or "it does not say where that is published"
    raise FetchError(f"the issuer of {below.subject.rfc4514_string()!r} was not found: {told}")


def published(certificate: x509.Certificate) -> tuple[str, ...]:
    """The addresses where a certificate says that its issuer's is published."""
    try:
        told = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (x509.ExtensionNotFound, ValueError):
        return ()
    return tuple(
        str(one.access_location.value)
        for one in told.value
        if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
    )


def certificates(body: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates in a file as issuers publish it: DER, PEM or PKCS #7; none in anything else."""
    readers: tuple[Callable[[bytes], Sequence[x509.Certificate]], ...] = (
        lambda body: [x509.load_der_x509_certificate(body)],
        x509.load_pem_x509_certificates,
        pkcs7.load_der_pkcs7_certificates,
        pkcs7.load_pem_pkcs7_certificates,
    )
    for read in readers:
        try:
            return tuple(read(body))
        except ValueError:
            continue
    return ()


def _signed(issuer: x509.Certificate, below: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
