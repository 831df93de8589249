"""Whether an answer is the page it claims to be."""

import gzip
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.errors import Challenge, ErrorPage, FetchError, SourceError
from scrapers.genuine import check_genuine, could_be, is_html

URL = "https://www.example.gov/page"


def check(body=b"<html><body>fine</body></html>", status=200, expects="", **headers):
    if isinstance(body, str):
        body = body.encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    check_genuine(status=status, headers=named, body=body, url=URL, expects=expects)


def page(text="", title="", extra=""):
    return f"<!DOCTYPE html>\n<html><head><title>{title}</title>{extra}</head><body>{text}</body></html>"


@pytest.mark.parametrize(
    "body",
    [
        page("Enable JavaScript and cookies to continue", "Just a moment..."),
        page("<h1>Sorry, you have been blocked</h1>", "Attention Required! | Cloudflare"),
        page(
            'You don\'t have permission to access "http&#58;&#47;&#47;x" on this server.<P>Reference&#32;&#35;18.4a',
            "",
        ),
        page("", "Access Denied"),
        page("Please wait while we check your browser", "One moment, please..."),
        page("", "", '<script src="/cdn-cgi/x">window._cf_chl_opt={}</script>'),
        page(
            '<iframe src="/_Incapsula_Resource?SWUDNSAI=31">Request unsuccessful. Incapsula incident ID: 1-2</iframe>'
        ),
        page("", "Radware Bot Manager Captcha"),
        page(
            "The requested URL was rejected. Please consult with your administrator.",
            "Request Rejected",
        ),
        page("Verifying you are human. This may take a few seconds.", "www.example.gov"),
        page("<p>Please wait", "Please wait..."),
        page("", "", '<script>window.gokuProps={"key":"x"}</script>'),
    ],
)
def test_a_challenge_is_known_whatever_its_status(body):
    """Bot checks of the great vendors come with 200, 403 and 503."""
    for status in (200, 403, 503):
        with pytest.raises(Challenge):
            check(body, status)


def test_a_challenge_is_known_by_its_header():
    """Cloudflare and AWS say in a header that they stepped in."""
    with pytest.raises(Challenge):
        check(cf_mitigated="challenge")
    with pytest.raises(Challenge):
        check(status=202, x_amzn_waf_action="captcha")


@pytest.mark.parametrize("status", [401, 403, 407, 429, 451])
def test_a_refusal_is_a_challenge(status):
    """Access that is refused makes a source blocked, not failing."""
    with pytest.raises(Challenge, match="access refused"):
        check(b"no", status)


@pytest.mark.parametrize("status", [500, 502, 503, 522])
def test_a_server_that_fails_is_a_failed_fetch(status):
    """5xx says nothing of the page."""
    with pytest.raises(FetchError):
        check(b"Internal error", status)


@pytest.mark.parametrize("status", [202, 204, 206, 301, 304, 400, 404, 410])
def test_other_statuses_are_error_pages(status):
    """Only 200 is a page; what is missing is an error, never an empty page."""
    with pytest.raises(ErrorPage, match=str(status)):
        check(b"something", status)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"  \r\n ", b"Invalid parameters!", b"Invalid parameters!\r\n",
        page("<h2>Server Error in '/' Application.</h2>", "Runtime Error"),
        page("x", "The resource cannot be found."), page("x", "404 - File or directory not found."),
        page("x", "Error"), page("x", "ErrorPage"), page("x", "Page Not Found | City of X"),
        page("x", "City of X - Page not found"), page("x", "503 Service Unavailable"), page("x", "Site Maintenance"),
        page("x", "509 Bandwidth Limit Exceeded"), page("x", "An error has occurred"), page("This record no longer exists!", "Detail"),
        page("We're sorry, but unexpected error has occurred. Details are not available.", "Detail"),
        b'{"Message":"An error has occurred.","ExceptionMessage":"x","ExceptionType":"y","StackTrace":"z"}',
        b'{"Message":"The request is invalid."}', b'{"error":{"code":"","message":"x"}}', b'{"error":"Not found"}',
        b'{"status":"ERROR","alert":{"message":"Invalid API key"}}', b'{"errors":["no such file"]}',
        b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?><Error><Code>BlobNotFound</Code></Error>',
        b'<?xml version="1.0"?><rss><channel><item><title>Invalid feed</title><description>This feed is no longer valid</description></item></channel></rss>',
    ],
)  # fmt: skip
def test_an_error_page_with_a_good_status_is_an_error(body):
    """ASP.NET, Legistar, storage services and APIs report errors with 200."""
    with pytest.raises(ErrorPage):
        check(body)


@pytest.mark.parametrize(
    "body",
    [
        page("<p>Bill text</p>" * 3, "HB 404: Page numbering of errors in notices"),
        page("x", "Errors and omissions insurance; HB 12"),
        page("The clerk shall correct any error which has occurred in the record." * 40, "SB 1"),
        page("words of an ordinance " * 200, "Ordinance", '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'),
        page("words of an ordinance " * 200, "Agenda", '<script src="/_Incapsula_Resource?SWJIYLWA=71"></script>'),
        page("words of an ordinance " * 200, "Minutes", "<script>_ = '/_Incapsula_Resource?SWUDNSAI=31'</script>"),
        page("words of an ordinance on access denied to the public; please wait while we vote. " * 60, "Minutes"),
        page("Access is denied to nobody.", "Ordinance on access denied to inmates"),
        page("x" * 10, "500 North Main Street rezoning"),
        b'{"error":null,"results":[1]}', b'{"errors":[],"data":{"x":1}}', b'{"message":"ok","items":[{"id":1}]}',
        b'[{"Message":"a matter"}]', b'{"status":"OK","bill":{}}', b"{}", b"[]",
        b"Bill_id,Status\nHB1,Error\n",
    ],
)  # fmt: skip
def test_genuine_pages_are_believed(body):
    """Bills quote anything, and real pages carry the vendors' scripts."""
    check(body)


@pytest.mark.parametrize(
    ("expects", "good", "bad"),
    [
        ("text/csv", b"a,b\n1,2\n", [page("x", "LIS"), b"%PDF-1.7", b'{"a":1}', b"PK\x03\x04"]),
        ("application/pdf", b"\r\n%PDF-1.4 x", [page("x", "viewer"), b"a,b\n"]),
        ("application/json", b'\xef\xbb\xbf {"a":1}', [page("x", "API"), b"a,b\n", b"<rss/>"]),
        ("application/xml", b"<?xml version='1.0'?><bill/>", [page("x", "Bill"), b"{}x"]),
        ("text/html", page("x", "Bill").encode(), [b"%PDF-1.7 x", b'{"a":1}']),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            b"PK\x03\x04rest",
            [page("x", "Sheet"), b"a,b\n"],
        ),
    ],
)
def test_a_page_of_another_kind_is_an_error(expects, good, bad):
    """HTML in the place of a file is an error page, whatever it says."""
    check(good, expects=expects)
    for body in bad:
        with pytest.raises(ErrorPage, match="expected"):
            check(body, expects=expects)


def test_html_is_known_by_its_beginning():
    """Comments, a byte order mark and an XML line may come before it."""
    assert is_html(b"\xef\xbb\xbf<!-- x --><HTML>")
    assert is_html(b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">')
    assert not is_html(b"<htmlx>")
    assert not is_html(b"a <html>")
    assert not could_be(page("x").encode(), "application/x-unknown")


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(100, 599))
def test_no_bytes_break_the_check(body, status):
    """Whatever is served, it is believed or refused with one of our errors."""
    with suppress(SourceError):
        check(body, status)


BAD_PAGES = {
    "feeds-errors/waf": Challenge,
    "feeds-errors/legistar": ErrorPage,
}


@pytest.mark.corpus
@pytest.mark.parametrize(("folder", "error"), BAD_PAGES.items())
def test_real_challenges_and_errors_are_known(corpus, folder, error):
    """Every recorded challenge and error page is known by its body alone."""
    files = [
        path
        for path in sorted((corpus / folder).iterdir())
        if not path.name.endswith(".headers.txt")
    ]
    assert len(files) >= 6
    for file in files:
        with pytest.raises(error):
            check(file.read_bytes())


@pytest.mark.corpus
def test_real_pages_are_believed(corpus):
    """Of all recorded answers only those are refused that are errors indeed."""
    known_errors = (
        "feeds-errors", "vcr-civic_plus_site", "meetings/granicus", "philadelphia/key12000.html",
    )  # fmt: skip
    notes = (".meta.json", ".md", ".tsv", ".headers.txt")
    count = 0
    for path in sorted(corpus.rglob("*")):
        name = str(path.relative_to(corpus))
        if (
            not path.is_file()
            or name.endswith(notes)
            or any(known in name for known in known_errors)
        ):
            continue
        body = path.read_bytes()
        try:
            check(gzip.decompress(body) if name.endswith(".gz") else body)
        except SourceError as refused:
            pytest.fail(f"{name}: {refused}")
        count += 1
    assert count > 900


@pytest.mark.parametrize("end", [b"</html>", b"</BODY></HTML>\n<!-- served -->", b"</body>"])
def test_a_page_that_ends_is_whole(end):
    """However it is written, and whatever a server adds behind it."""
    body = b"<!doctype html><html><body><table><tr><td>Order 1</td></tr></table>" + end
    check_genuine(status=200, headers={}, body=body, url="https://city.example/orders")


@pytest.mark.parametrize("place", [60, 75, 90])
def test_a_page_that_was_cut_off_is_none(place):
    """A list that ends within a row must not be read as a shorter list."""
    rows = b"".join(b"<tr><td>Order %d</td><td>City matter</td></tr>" % n for n in range(9))
    body = b"<!doctype html><html><body><table>" + rows + b"</table></body></html>"
    with pytest.raises(FetchError, match="cut off"):
        check_genuine(
            status=200, headers={}, body=body[: len(body) * place // 100],
            url="https://city.example/orders",
        )  # fmt: skip


def test_a_fragment_need_not_end():
    """What never began as a page is a piece of one."""
    check_genuine(
        status=200, headers={}, body=b"<p>Whereas, no officer shall wear a mask.",
        url="https://city.example/part",
    )  # fmt: skip
