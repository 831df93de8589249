"""Whether an answer is the page it claims to be.

A challenge or an error page can come with status 200, and a real page with a
strange content type. What counts is what the body says. The phrases are those
that Cloudflare, Akamai, Imperva, Radware, Legistar and ASP.NET print.
"""

import re
from collections.abc import Mapping

from scrapers.errors import Challenge, ErrorPage, FetchError

LOOKED_AT = 30_000

CHALLENGE = re.compile(
    rb"<title>\s*(?:Just a moment|Attention Required! \| Cloudflare|Access Denied|Access to this page has been denied|"
    rb"Request Access|Radware|Bot Manager|Checking your browser|Security Check|Robot Challenge|Human Verification|"
    rb"Pardon Our Interruption|Client Challenge|Challenge Validation)"
    rb"|/cdn-cgi/challenge-platform/|cf-browser-verification|_Incapsula_Resource|window\._cf_chl_opt"
    rb"|perfdrive\.com|validate\.perfdrive|errors\.edgesuite\.net|awsWafCookieDomainList|gokuProps"
    rb"|Please enable JavaScript and cookies to continue|Enable JavaScript and cookies to continue",
    re.I,
)
ERROR = re.compile(
    rb"<title>\s*(?:Error|Runtime Error|Server Error|Service Unavailable|Page not found|404|500|502|503|"
    rb"The resource cannot be found|IIS \d|Not Found|Bad Gateway|Gateway Time-?out|Site Maintenance|"
    rb"Temporarily Unavailable|An error occurred)\b"
    rb"|Server Error in '/' Application|This record no longer exists|^\s*Invalid parameters!\s*$"
    rb"|<Error><Code>|BlobNotFound|\"ExceptionMessage\"\s*:",
    re.I,
)
WAITING = re.compile(rb"<body[^>]*>\s*(?:<[^>]+>\s*)*Please wait", re.I)
HTML = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
MARKERS = {"cf-mitigated": "challenge", "x-amzn-waf-action": "challenge"}
REFUSED = frozenset({401, 403, 406, 429})


def check_genuine(
    *, status: int, headers: Mapping[str, str], body: bytes, url: str, expects: str = ""
) -> None:
    """Raise what is wrong with an answer; return when it can be believed.

    `headers` have lower-case names. `expects` is the media type wanted, "" for
    any. Raises Challenge, ErrorPage or FetchError.
    """
    head = body[:LOOKED_AT]
    if any(word in headers.get(name, "").lower() for name, word in MARKERS.items()):
        raise Challenge("the site answered with a bot challenge", url)
    if is_html(head) and (CHALLENGE.search(head) or WAITING.search(head)):
        raise Challenge(f"the site answered {status} with a bot challenge or refusal", url)
    if status in REFUSED:
        raise Challenge(f"the site answered {status}: access refused", url)
    if status >= 500:
        raise FetchError(f"the site answered {status} ({url})")
    if status != 200:
        raise ErrorPage(f"the site answered {status}", url)
    if not body.strip():
        raise ErrorPage("the answer is empty", url)
    if ERROR.search(head[:4000]):
        raise ErrorPage("the site answered 200 with an error page", url)
    if expects and expects != "text/html" and is_html(head):
        raise ErrorPage(f"HTML came where {expects} was expected", url)


def is_html(head: bytes) -> bool:
    """Whether the bytes begin as an HTML page does."""
    return bool(HTML.match(head))
