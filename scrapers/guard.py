"""Which addresses may be visited. No Scrapy here: webhooks are guarded by it too.

Two checks, because one is not enough: the URL as written, and every address
its host resolves to at the moment of the visit (a name can be re-pointed
between a check and a connection).
"""

import ipaddress
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from scrapers.errors import AddressRefused

SCHEMES = frozenset({"http", "https"})
PORTS = frozenset({80, 443, 8080, 8443})
LONGEST = 8000
ANY_HOST = "measurewatch_any_host"
"""Marks a request that may leave the declared hosts: a robots.txt that is redirected."""

# The only IPv6 space given out for public use, and the prefix that hides IPv4 in it.
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class UndeclaredHost(AddressRefused):
    """A source asked for a host it does not declare. `host` is that host."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is not among the hosts this source declares; it was not visited")
        self.host = host


def check_url(url: str, *, allow_private: bool = False) -> SplitResult:
    """Return the parts of a URL that may be visited; raise AddressRefused otherwise.

    Refused are: other schemes than http and https, user names in addresses,
    backslashes and control characters and hosts that are not plain ASCII
    (parsers disagree about them), unusual ports, and literal addresses that
    are not public. `allow_private` lets the last two pass, for a server of
    one's own.
    """
    if len(url) > LONGEST:
        raise AddressRefused(f"the address is longer than {LONGEST} characters")
    if "\\" in url or any(mark.isspace() or not mark.isprintable() for mark in url):
        raise AddressRefused(
            f"the address holds a backslash, a blank or a control character: {url!r}"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(f"not an address: {url!r} ({error})") from error
    if parts.scheme not in SCHEMES:
        raise AddressRefused(f"only http and https are visited, not {parts.scheme or url!r}")
    if "@" in parts.netloc:
        raise AddressRefused("addresses with a user name are not visited")
    host = parts.hostname
    if not host:
        raise AddressRefused(f"the address names no host: {url!r}")
    if not host.isascii():
        raise AddressRefused(f"the host is not written in plain ASCII: {host!r}")
    if not allow_private:
        _check_public(host, port)
    return parts


def _check_public(host: str, port: int | None) -> None:
    if port is not None and port not in PORTS:
        raise AddressRefused(f"port {port} is not visited")
    literal = literal_address(host)
    if literal is not None:
        check_address(str(literal))


def check_host(url: str, declared: Collection[str]) -> None:
    """Raise UndeclaredHost unless the URL's host is one of those a source declares."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host not in declared:
        raise UndeclaredHost(host or url)


def literal_address(host: str) -> Address | None:
    """The address a host literally is, in any spelling a resolver would take.

    Beside the usual spelling: one to four numbers, decimal, octal (017) or
    hexadecimal (0x7f), of which the last fills what the others leave.
    """
    try:
        return ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        numbers = [_number(word) for word in host.rstrip(".").split(".")]
    known = [number for number in numbers if number is not None]
    if len(known) != len(numbers) or len(known) > 4:
        return None
    *first, last = known
    value = sum(number << (24 - 8 * place) for place, number in enumerate(first)) + last
    fits = all(number < 256 for number in first) and last < 256 ** (4 - len(first))
    return ipaddress.IPv4Address(value) if fits else None


def _number(word: str) -> int | None:
    """A part of an address in C's spelling; None for what is no number."""
    if not word.isascii() or not word[:1].isdigit():
        return None
    octal = len(word) > 1 and word[0] == "0" and word[1:].isdigit()
    try:
        return int(word, 8 if octal else 0)
    except ValueError:
        return None


def check_address(address: str, *, allow_private: bool = False) -> None:
    """Raise AddressRefused unless an IP address is a public one.

    IPv4 hidden in IPv6 (mapped, 6to4, Teredo, NAT64) is judged by what it hides.
    """
    if allow_private:
        return
    try:
        found: Address = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError as error:
        raise AddressRefused(f"not an IP address: {address!r}") from error
    if not is_public(found):
        raise AddressRefused(f"{address} is not a public address")


def is_public(address: Address) -> bool:
    """Whether an address is one that anybody on the internet may reach."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    inside = hidden(address)
    if inside:
        return all(is_public(one) for one in inside)
    return address in GLOBAL_UNICAST and address.is_global


def hidden(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address carries inside."""
    inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        inside.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return tuple(found for found in inside if found is not None)
