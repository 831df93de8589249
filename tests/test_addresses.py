"""When two addresses are the same resource, and when never."""

import string
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.addresses import _canonical, canonical_url, distinct, without

TOKEN = "h3x4k2m1p0q5r2s3t4a1b2c3"
AMZ = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20260101%2Fus&X-Amz-Date=20260101T000000Z"
    "&X-Amz-Expires=300&X-Amz-SignedHeaders=host&X-Amz-Signature={}"
)
SAME = {
    "case of scheme and host": ("HTTPS://Council.Example.GOV/a", "https://council.example.gov/a"),
    "dot after the host": ("https://council.example.gov./a", "https://council.example.gov/a"),
    "port of the scheme": ("https://council.example.gov:443/a", "https://council.example.gov/a"),
    "no path": ("https://council.example.gov", "https://council.example.gov/"),
    "dot segments": ("https://c.example/a/./b/../c", "https://c.example/a/c"),
    "needless escapes": ("https://c.example/%7Ea/%61", "https://c.example/~a/a"),
    "case of escapes": ("https://c.example/a%2fb", "https://c.example/a%2Fb"),
    "a raw blank": ("https://c.example/a b", "https://c.example/a%20b"),
    "place on the page": ("https://c.example/a#top", "https://c.example/a"),
    "name of other letters": ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    "order of parameters": ("https://c.example/a?b=2&a=1", "https://c.example/a?a=1&b=2"),
    "Java's session": (f"https://c.example/a.do;jsessionid={TOKEN}?p=1", "https://c.example/a.do?p=1"),
    "ASP.NET's session": (f"https://c.example/(S({TOKEN}))/a.aspx", "https://c.example/a.aspx"),
    "ASP.NET's session, marked": (
        f"https://c.example/(X(1)S({TOKEN}))/a.aspx",
        "https://c.example/a.aspx",
    ),
    "PHP's session": (f"https://c.example/a?PHPSESSID={TOKEN}&p=1", "https://c.example/a?p=1"),
    "ColdFusion's visit": (
        "https://c.example/a.cfm?CFID=12&CFTOKEN=34&fa=x",
        "https://c.example/a.cfm?fa=x",
    ),
    "campaigns": ("https://c.example/a?utm_source=mail&p=1", "https://c.example/a?p=1"),
    "jQuery's moment": ("https://c.example/a?p=1&_=1764000000000", "https://c.example/a?p=1"),
    "a key of ours": ("https://c.example/a?token=secret&p=1", "https://c.example/a?p=1"),
    "a signature of AWS": (
        f"https://c.example/a.pdf?{AMZ.format('aa')}",
        f"https://c.example/a.pdf?{AMZ.format('bb')}",
    ),
    "a signature of Azure": (
        "https://c.example/a.pdf?sv=2024-01-01&sr=b&se=2026-01-01&sp=r&sig=aa",
        "https://c.example/a.pdf?sv=2024-01-01&sr=b&se=2026-02-02&sp=r&sig=bb",
    ),
    "a signature of CloudFront": (
        "https://c.example/a.pdf?Expires=1&Signature=aa&Key-Pair-Id=K",
        "https://c.example/a.pdf?Expires=2&Signature=bb&Key-Pair-Id=K",
    ),
}  # fmt: skip
OTHER = {
    "another bill": ("https://c.example/a?ID=1&GUID=A", "https://c.example/a?ID=2&GUID=A"),
    "another GUID": ("https://c.example/a?ID=1&GUID=A", "https://c.example/a?ID=1&GUID=B"),
    "a legislature's session": (
        "https://c.example/a?session_id=20252026",
        "https://c.example/a?session_id=20272028",
    ),
    "a short sid": ("https://c.example/a?sid=1", "https://c.example/a?sid=2"),
    "a version": ("https://c.example/a?v=1", "https://c.example/a?v=2"),
    "an underscore that counts": ("https://c.example/a?_=1", "https://c.example/a?_=2"),
    "case of the path": ("https://c.example/A", "https://c.example/a"),
    "an escaped slash": ("https://c.example/a%2Fb", "https://c.example/a/b"),
    "a slash at the end": ("https://c.example/a/", "https://c.example/a"),
    "order of one name": ("https://c.example/a?x=1&x=2", "https://c.example/a?x=2&x=1"),
    "no value": ("https://c.example/a?x", "https://c.example/a?x="),
    "http": ("http://c.example/a", "https://c.example/a"),
    "another port": ("https://c.example:8443/a", "https://c.example/a"),
    "expiry that is no signature": (
        "https://c.example/a?expires=2026",
        "https://c.example/a?expires=2027",
    ),
    "half a visit of ColdFusion": ("https://c.example/a?CFID=1", "https://c.example/a?CFID=2"),
    "brackets of a name": ("https://c.example/(S(draft))/a", "https://c.example/a"),
}
HOSTILE = (
    "", "no address", "mailto:a@b.example", "https://", "https://[::1", "https://c.example:99999/",
    "https://c.example/%", "https://c.example/%zz?%=%&&=", "https://c.example/\ud800",
    "https://" + "a." * 500 + "example/" + "a/" * 2000 + "(S(", "https://c.example/?" + "a=b&" * 3000,
    "https://c.example/?sid=" + "a1" * 3000, "https://c.example/" + "../" * 3000,
)  # fmt: skip

names = st.text(string.ascii_letters + "_-.%+ é", min_size=1, max_size=6)
queries = st.lists(st.tuples(names, st.text(max_size=6)), max_size=5)
paths = st.text(string.ascii_letters + "/.%;()= ~é", max_size=20)


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_the_same_resource(one: str, other: str) -> None:
    """What a vendor documents as a visit, a signature or a spelling tells nothing apart."""
    assert canonical_url(one) == canonical_url(other)


@pytest.mark.parametrize(("one", "other"), OTHER.values(), ids=OTHER)
def test_another_resource(one: str, other: str) -> None:
    """What may name a document is never left out."""
    assert canonical_url(one) != canonical_url(other)


@given(path=paths, query=queries)
def test_a_form_is_its_own_form(path: str, query: list[tuple[str, str]]) -> None:
    """Making an address canonical again changes nothing."""
    once = canonical_url(f"https://c.example/{path}?{urlencode(query)}")
    assert canonical_url(once) == once


@given(query=queries, value=st.integers(0, 99))
def test_an_identifier_counts(query: list[tuple[str, str]], value: int) -> None:
    """Two addresses that differ in an id are two, whatever else they carry."""
    address = f"https://c.example/a?ID={{}}&{urlencode(query)}"
    assert canonical_url(address.format(value)) != canonical_url(address.format(value + 1))


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.text(max_size=4)), unique_by=lambda x: x[0]))
def test_parameters_survive(query: list[tuple[str, str]]) -> None:
    """No parameter without a meaning known to us is lost or altered."""
    found = urlsplit(canonical_url(f"https://c.example/a?{urlencode(query)}")).query
    assert parse_qsl(found, keep_blank_values=True) == sorted(query)


@given(path=st.text(string.ascii_letters + "/._~-", max_size=12), query=queries)
def test_the_quick_way_is_the_whole_way(path: str, query: list[tuple[str, str]]) -> None:
    """Plain addresses take a shorter way to the same form."""
    url = f"https://c.example/{path}?{urlencode(query)}"
    assert canonical_url(url) == _canonical(url, frozenset())


@pytest.mark.parametrize("url", HOSTILE, ids=lambda url: url[:24])
def test_nothing_raises(url: str) -> None:
    """What is no address is its own form; nothing takes the crawl down."""
    assert canonical_url(canonical_url(url)) == canonical_url(url)


def test_incidental_parameters_go() -> None:
    """A source says itself which further parameters do not matter, in any case."""
    assert canonical_url("https://c.example/a?Back=1&p=2", {"back"}) == "https://c.example/a?p=2"
    assert without("https://c.example/a?Back=1&p=%7e#x", ["back"]) == "https://c.example/a?p=%7e#x"
    assert without("https://c.example/a?back=1", ["back"]) == "https://c.example/a"


def test_the_first_of_each_stays() -> None:
    """Of several addresses of one resource the first is kept as printed."""
    urls = ("https://C.example/a?y=1&x=2", "https://c.example/a?x=2&y=1", "https://c.example/b")
    assert distinct(urls) == (urls[0], urls[2])
