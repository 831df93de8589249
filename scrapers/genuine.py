"""Whether an answer is the page it claims to be.

A challenge or an error page can come with status 200, and a real page with a
strange content type. What counts is what the body says. The phrases are those
that Cloudflare, Akamai, Imperva, Radware, DataDome, AWS, Sucuri, Azure,
Legistar, IIS and ASP.NET print (docs/challenges.md). A phrase in the text only counts on a page that says little
else: real pages carry the scripts of the same vendors, and bills quote
anything.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from scrapers.challenges import is_login, is_shell
from scrapers.errors import Challenge, ErrorPage, FetchError, Gone, ParseDrift

LOOKED_AT = 30_000
LITTLE = 1500
GENUINE = frozenset({200, 203})
GONE = 410
REFUSED = frozenset({401, 403, 406, 407, 429, 451})
MARKERS = {"cf-mitigated": "challenge", "x-amzn-waf-action": ""}

CHALLENGE_TITLE = re.compile(
    r"just a moment|attention required! \| cloudflare|access denied|access to this page has been denied"
    r"|radware (?:bot|captcha|page)|bot manager|checking your browser|security check|robot (?:challenge|check)"
    r"|human verification|pardon our interruption|client challenge|challenge validation|request rejected"
    r"|are you a (?:human|robot)|verifying you are human|ddos protection|one moment, please|please wait\b|sucuri website firewall|ddos-guard"
    r"|(?:vercel )?security checkpoint|making sure you.{1,8}re not a bot|web page blocked|(?:federal register\s*::\s*)?request access$",
    re.I,
)
CHALLENGE_TEXT = re.compile(
    r"enable javascript and cookies to continue|sorry, you have been blocked|incapsula incident id"
    r"|you don't have permission to access .{1,300} on this server\b.{0,80}reference\s*#"
    r"|verify(?:ing)? (?:that )?you are (?:a )?human|checking your browser before accessing"
    r"|(?:performing|complet\w+) (?:a )?security (?:check|verification)|unusual (?:traffic|activity) from your"
    r"|the requested url was rejected\. please consult|your request has been blocked|please wait while we"
    r"|press (?:&|and) hold to confirm|please enable js and disable any ad blocker|confirm (?:that )?you are (?:a )?human"
    r"|powered and protected by\W+(?:privacy\W+)?akamai|aggressive automated scraping|\bthe request is blocked\.",
    re.I | re.S,
)
CHALLENGE_CODE = re.compile(
    rb"window\._cf_chl_opt|id=.challenge-form|/_Incapsula_Resource\?SWUDNSAI|validate\.perfdrive"
    rb"|captcha-delivery\.com|awsWafCookieDomainList|gokuProps|errors\.edgesuite\.net",
    re.I,
)
ERROR_TITLE = re.compile(
    r"error(?:$|\s*[-:|\d]|\s*page)|(?:runtime|server|application|system|internal server|page) error\b"
    r"|(?:http |http status |status )?(?:4\d\d|50\d)(?:$|\s*[-:|\u2013\u2014]|\s*(?:error|not|forbidden|bad|internal|service|gateway|page|file|bandwidth|too)\b)"
    r"|(?:.{0,80}\bpage|file|resource|object|document) (?:cannot be|could not be|was not|not) found\b|the (?:resource|page) cannot be"
    r"|not found$|bad (?:gateway|request)$|gateway time-?out|service (?:temporarily )?unavailable|temporarily unavailable"
    r"|(?:site|system|scheduled|under) maintenance|(?:site |website )?(?:is )?down for maintenance|an error (?:has )?occurred|iis \d|oops"
    r"|object moved$|object reference not set|(?:.{0,60}[-|:\u2013]\s*)?(?:site|website|system|scheduled|under|planned) maintenance$|we.ll be (?:right )?back\b",
    re.I,
)
ERROR_TEXT = re.compile(
    r"^invalid parameters!?$|this record no longer exists|this feed is no longer valid|^invalid feed$"
    r"|server error in '/|(?:unhandled|unexpected) (?:exception|error) (?:has )?occurred|^an error (?:has )?occurred"
    r"|the page you (?:are looking for|requested) (?:cannot|could not|was not|does not|is not|has been)"
    r"|http error 50\d|the specified (?:blob|key|resource) does not exist|^validation of viewstate mac failed"
    r"|\b(?:currently|temporarily) (?:down|offline|unavailable|undergoing)\b.{0,40}\bmaintenance\b|we.ll be back (?:soon|shortly)",
    re.I | re.M,
)
# "The resource you are looking for has been removed, had its name changed ..." is IIS, for any 404.
GONE_TEXT = re.compile(
    r"\b(?:this|the|requested) (?:record|matter|file|legislation|bill|resolution|ordinance|measure|document)"
    r"(?: you (?:requested|are looking for))? (?:no longer exists|(?:has been|was) (?:permanently )?(?:deleted|withdrawn from (?:the|this) (?:system|site|website)))\b",
    re.I,
)
STORAGE_ERROR = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>)?\s*<Error>\s*<Code>", re.I)

HTML = re.compile(
    rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.I | re.S,
)
TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.I | re.S)
SILENT = re.compile(rb"<(script|style|noscript|svg)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
OPENED = re.compile(rb"<(?:html|body)\b", re.I)
CLOSED = re.compile(rb"</(?:html|body)\b", re.I)
TAG = re.compile(rb"<[^>]*>")
ENTITY = re.compile(r"&#(\d{1,6});|&(nbsp|amp|quot|apos|lt|gt);")
NAMED = {"nbsp": " ", "amp": "&", "quot": '"', "apos": "'", "lt": "<", "gt": ">"}


def check_genuine(
    *, status: int, headers: Mapping[str, str], body: bytes, url: str, expects: str = ""
) -> None:
    """Raise what is wrong with an answer; return when it can be believed.

    `headers` have lower-case names. `expects` is the media type wanted, "" for
    any. Raises Challenge, ErrorPage (Gone for what the site itself says is no
    more), ParseDrift for the shell of a program that draws the page elsewhere or,
    for a server that failed, FetchError.
    """
    head = body[:LOOKED_AT]
    title = title_of(head)
    # Of a longer page the words do not matter, and finding them takes a while.
    text = words_of(body) if len(body) <= LOOKED_AT else ""
    little = text if len(text) <= LITTLE else ""
    least = len(body) <= LOOKED_AT and len(text) <= LITTLE // 5
    if is_challenge(headers, head, title, little, wordless=least):
        raise Challenge(f"the site answered {status} with a bot challenge or refusal", url)
    if status in REFUSED:
        raise Challenge(f"the site answered {status}: access refused", url)
    if status >= 500:
        raise FetchError(f"the site answered {status}{_quoted(envelope_words(body))} ({url})")
    said = envelope_words(body)
    # A bill may say such a thing too, but not in so few words.
    if status == GONE or (least and GONE_TEXT.search(said or text)):
        raise Gone(
            f"the site answered {status}{_quoted(said or title or little)}", url, status=status
        )
    if status not in GENUINE:
        raise ErrorPage(f"the site answered {status}{_quoted(said)}", url, status=status)
    if not body.strip():
        raise ErrorPage("the answer is empty", url, status=status)
    # ASP.NET leads to a page of the site's own making, and says so in its address.
    if "aspxerrorpath=" in url or is_error(body, title, little):
        raise ErrorPage(
            f"the site answered {status} with an error page{_quoted(title or little)}",
            url,
            status=status,
        )
    if is_html(head):
        check_page(body, title, text, url)
    if expects and not could_be(head, expects):
        raise ErrorPage(f"{what_it_is(head)} came where {expects} was expected", url, status=status)


def check_page(body: bytes, title: str, text: str, url: str) -> None:
    """Raise what an HTML page without an error's words is instead of the page: a login, a shell, a part.

    `text` are its words, "" for a page too long to be a login or a shell.
    """
    if len(body) <= LOOKED_AT:
        if is_login(body, title, text, url):
            raise Challenge(f"the site asks who we are{_quoted(title)}", url)
        if is_shell(body, text):
            raise ParseDrift("the page is the shell of a program, without its data", url)
    if is_cut_off(body):
        raise FetchError(f"the page is cut off: it has no end ({url})")


def is_challenge(
    headers: Mapping[str, str], head: bytes, title: str, little: str, *, wordless: bool
) -> bool:
    """Whether an answer asks for proof of a human, or refuses us as a machine."""
    if any(name in headers and word in headers[name].lower() for name, word in MARKERS.items()):
        return True
    if not is_html(head):
        return False
    if title and CHALLENGE_TITLE.match(title):
        return True
    if CHALLENGE_TEXT.search(little):
        return True
    # A page without a word of its own that runs a vendor's script is that vendor's page.
    return wordless and bool(CHALLENGE_CODE.search(head))


def is_error(body: bytes, title: str, little: str) -> bool:
    """Whether an answer with a good status tells of an error."""
    head = body[:LOOKED_AT]
    if STORAGE_ERROR.match(head):
        return True
    if is_html(head):
        return bool(ERROR_TITLE.match(title) or ERROR_TEXT.search(little))
    if head.lstrip()[:1] == b"{" and len(body) <= LOOKED_AT:
        return is_error_envelope(body)
    return bool(ERROR_TEXT.search(little))


def is_cut_off(body: bytes) -> bool:
    """Whether an HTML page begins and does not end, as one whose connection broke.

    A fragment that never began as a page is none. Every recorded page of a
    government that opens `html` or `body` closes one of them.
    """
    if not is_html(body[:LOOKED_AT]) or not OPENED.search(body[:LOOKED_AT]):
        return False
    return not CLOSED.search(body[-LOOKED_AT:])


def is_error_envelope(body: bytes) -> bool:
    """Whether a small JSON object is nothing but the report of an error."""
    try:
        found: Any = json.loads(body)
    except ValueError:
        return False
    if not isinstance(found, dict):
        return False
    words = {str(name).lower(): value for name, value in found.items()}
    if {"exceptionmessage", "exceptiontype", "stacktrace"} & set(words):
        return True
    if str(words.get("status", "")).lower() in {"error", "fail", "failed", "failure"}:
        return True
    failed = any(words.get(name) for name in ("error", "errors", "odata.error", "fault"))
    holds = any(
        isinstance(value, list | dict) and value
        for name, value in words.items()
        if "error" not in name
    )
    return (failed and not holds) or set(words) == {"message"}


def envelope_words(body: bytes) -> str:
    """What a small JSON object says went wrong, in its own words; "" where it says nothing."""
    if len(body) > LOOKED_AT or body.lstrip()[:1] != b"{":
        return ""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    words = {str(name).lower(): value for name, value in found.items()}
    told = words.get("exceptionmessage") or words.get("message")
    return " ".join(told.split()) if isinstance(told, str) else ""


def title_of(head: bytes) -> str:
    """The title of a page, blanks folded; entities resolved."""
    found = TITLE.search(head)
    return _words(found.group(1)) if found else ""


def words_of(page: bytes) -> str:
    """The words a reader of a page sees, blanks folded; entities resolved."""
    return _words(TAG.sub(b" ", SILENT.sub(b" ", page)))


def _words(markup: bytes) -> str:
    text = markup.decode("utf-8", "replace").lstrip("\ufeff")
    text = ENTITY.sub(lambda found: _character(found[1]) or NAMED.get(found[2] or "", " "), text)
    return " ".join(text.split())


def _character(number: str | None) -> str:
    return chr(int(number)) if number and int(number) <= 0x10FFFF else ""


def _quoted(words: str) -> str:
    return f': "{words[:120]}"' if words else ""


def is_html(head: bytes) -> bool:
    """Whether the bytes begin as an HTML page does."""
    return bool(HTML.match(head))


def what_it_is(head: bytes) -> str:
    """What bytes are by their beginning: HTML, XML, JSON, a PDF, a ZIP file or text."""
    start = head[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if is_html(head):
        return "HTML"
    if b"%PDF-" in head[:1024]:
        return "a PDF"
    if start.startswith(b"PK\x03\x04"):
        return "a ZIP file"
    if start.startswith(b"<"):
        return "XML"
    if start.startswith((b"{", b"[")):
        return "JSON"
    return "text"


EXPECTED = {
    "text/csv": {"text"},
    "text/plain": {"text", "JSON", "XML"},
    "text/html": {"HTML", "XML", "text"},
    "application/json": {"JSON"},
    "application/xml": {"XML"},
    "text/xml": {"XML"},
    "application/pdf": {"a PDF"},
    "application/zip": {"a ZIP file"},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"a ZIP file"},
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": {"a ZIP file"},
}


def could_be(head: bytes, media_type: str) -> bool:
    """Whether bytes could be of a media type; of one we do not know, whether they are not HTML."""
    kinds = EXPECTED.get(media_type.partition(";")[0].strip().lower())
    return what_it_is(head) in kinds if kinds else not is_html(head)
