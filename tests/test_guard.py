"""Which addresses may be visited."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.errors import AddressRefused
from scrapers.guard import UndeclaredHost, check_address, check_host, check_url, literal_address

PUBLIC = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "8.8.8.8"]
NOT_PUBLIC = [
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
    "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%eth0",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::",
    "2002:a9fe:a9fe::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "::127.0.0.1",
    "2001:db8::1", "2001:0:7f00:1::1", "100::1", "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_passes(address):
    """Addresses that anybody may reach are visited."""
    check_address(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(address):
    """Private, local, shared, reserved and metadata addresses are refused, also inside IPv6."""
    with pytest.raises(AddressRefused):
        check_address(address)


def test_public_ipv4_inside_nat64_passes():
    """A network that has only IPv6 reaches public IPv4 through the NAT64 prefix."""
    check_address("64:ff9b::5db8:d822")


def test_the_operator_may_allow_private_addresses():
    """The demo and the tests run against this machine."""
    check_address("127.0.0.1", allow_private=True)
    assert check_url("http://127.0.0.1:8123/x", allow_private=True).port == 8123


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.gov/a?b=c#d",
        "http://www.example.gov:8080/",
        "HTTPS://WWW.EXAMPLE.GOV/",
        "https://93.184.216.34/x",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
    ],
)
def test_ordinary_addresses_pass(url):
    """Public http and https addresses are let through."""
    assert check_url(url).hostname


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.gov/x", "data:text/plain,x", "s3://bucket/x", "gopher://x/",
        "javascript:alert(1)", "//example.gov/x", "example.gov", "", "https://", "https:///x",
        "https://user@example.gov/", "https://user:word@example.gov/", "https://@example.gov/",
        "https://example.gov\\@127.0.0.1/", "https://example.gov/a b", "https://example.gov/\r\nX: y",
        "https://example.gov/\u202e", "https://example.gov:22/", "https://example.gov:99999/",
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
        "http://0x7f.1/", "http://127.0.0.1./", "http://[::1]/", "http://[::ffff:7f00:1]/", "http://0/",
        "http://[fe80::1%25eth0]/", "http://169.254.169.254/latest/meta-data", "http://[::1/",
        "http://\uff11\uff12\uff17.0.0.1/", "http://127\u30020\u30020\u30021/", "http://ex\u00e4mple.gov/",
        "https://example.gov/" + "a" * 9000,
    ],
)  # fmt: skip
def test_other_addresses_are_refused(url):
    """Other schemes, user names, odd ports, private literals in any spelling, and what parsers disagree on."""
    with pytest.raises(AddressRefused):
        check_url(url)


@pytest.mark.parametrize(
    "host",
    [
        "www.example.gov",
        "1password.com",
        "3.example.gov",
        "0x.gov",
        "1.2.3.4.5",
        "08.1",
        "1.2.3.256",
        "a.1",
    ],
)
def test_names_are_not_taken_for_literal_addresses(host):
    """A name that only looks like numbers is left to the resolver."""
    assert literal_address(host) is None


def test_a_host_must_be_declared_exactly():
    """A neighbour, a parent or a look-alike of a declared host is another host."""
    check_host("https://WWW.example.gov./x", ("www.example.gov",))
    for host in (
        "example.gov",
        "a.www.example.gov",
        "www.example.gov.evil.example",
        "wwwxexample.gov",
    ):
        with pytest.raises(UndeclaredHost) as refused:
            check_host(f"https://{host}/", ("www.example.gov",))
        assert refused.value.host == host


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_guard(text):
    """Whatever is asked for, the answer is an address or a refusal."""
    for url in (text, f"http://{text}", f"http://example.gov/{text}"):
        try:
            assert check_url(url).scheme in {"http", "https"}
        except AddressRefused:
            continue
    with suppress(AddressRefused):
        check_address(text)
