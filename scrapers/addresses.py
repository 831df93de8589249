"""When two web addresses are the same resource.

An address is stored, shown and asked for as the site printed it. Whether two
are the same is decided by their canonical forms alone, here and nowhere else.
A rule drops only what its vendor documents as part of a visit, a signature or
a cache; a parameter that may identify a document is never touched.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit, urlunsplit

SECRET_PARAMETERS = frozenset({"token", "api_key", "apikey", "access_token", "subscription-key"})
"""Parameters that hold a key of whoever asks, in lower case: no recording has their values."""

DEFAULT_PORTS = {"http": 80, "https": 443}

_NOTHING: frozenset[str] = frozenset()
# Most addresses of a crawl are this plain: only the order of their parameters may differ.
_PLAIN = re.compile(
    r"(https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*"
    r"(?:/[A-Za-z0-9_~-](?:[A-Za-z0-9_.~,&'+-]|%2[0-7A-CF])*)*/?)"
    r"(?:\?([A-Za-z0-9_.~-]+=[A-Za-z0-9_.~-]*(?:&[A-Za-z0-9_.~-]+=[A-Za-z0-9_.~-]*)*))?"
)
_PLAIN_SEGMENT = re.compile("[A-Za-z0-9_.~-]*")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
)  # RFC 3986, section 2.3
_PATH_SAFE = "%!$&'()*+,;=:@"  # RFC 3986, section 3.3, and the escapes that are left
_NAME_SAFE = "/:@!$'()*,;?"
_VALUE_SAFE = f"{_NAME_SAFE}="
_TWO_WAYS = frozenset("ßς\u200c\u200d")  # of which IDNA 2003 and 2008 think differently

_PATH_SESSION = re.compile(r"(?:;|%3B)jsessionid(?:=|%3D)(?:(?!%3B)[^;])*", re.IGNORECASE)
_COOKIELESS = re.compile(
    r"(?:\(|%28)"
    r"(?:(?:X(?:\(|%28)1(?:\)|%29)|[AF](?:\(|%28)[\w-]+(?:\)|%29)|S(?:\(|%28)[a-z0-5]{24}(?:\)|%29))+"
    r"|[a-z0-5]{24})"
    r"(?:\)|%29)",
    re.ASCII,
)

_SESSION = frozenset({"phpsessid", "jsessionid", "aspxautodetectcookiesupport"})
_SESSION_IF_TOKEN = frozenset({"sid", "sessid", "sessionid", "session_id"})
_SESSION_TOKEN = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[0-9A-Za-z]{24,128}")
_TRACKING = frozenset({
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "gclsrc", "msclkid", "mc_cid", "mc_eid",
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id",
    "utm_source_platform", "utm_creative_format", "utm_marketing_tactic",
})  # fmt: skip
_BUSTERS = frozenset({"_", "_dc"})
_MILLISECONDS = re.compile(r"1[0-9]{12}")

_first = itemgetter(0)
_Rule = tuple[frozenset[str], frozenset[str]]
_COLDFUSION = frozenset({"cfid", "cftoken"})
_AWS_4 = frozenset({
    "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders",
    "x-amz-signature", "x-amz-security-token",
})  # fmt: skip
_AWS_2 = frozenset({"awsaccesskeyid", "signature", "expires"})
_AZURE = frozenset({
    "sv", "ss", "srt", "sr", "st", "se", "sp", "spr", "sip", "sig", "si", "skoid", "sktid", "skt",
    "ske", "sks", "skv", "saoid", "suoid", "scid", "sdd", "ses",
})  # fmt: skip
_GOOGLE_4 = frozenset({
    "x-goog-algorithm", "x-goog-credential", "x-goog-date", "x-goog-expires",
    "x-goog-signedheaders", "x-goog-signature",
})  # fmt: skip
_GOOGLE_2 = frozenset({"googleaccessid", "signature", "expires"})
_CLOUDFRONT = frozenset({"key-pair-id", "signature", "policy", "expires", "hash-algorithm"})
# What has to be there together, and what goes then.
_TOGETHER: tuple[_Rule, ...] = (
    (_COLDFUSION, _COLDFUSION),
    (frozenset({"x-amz-signature", "x-amz-credential"}), _AWS_4),
    (_AWS_2, _AWS_2 | {"x-amz-security-token"}),
    (frozenset({"sv", "sr", "se", "sp", "sig"}), _AZURE),
    (frozenset({"sv", "sr", "si", "sig"}), _AZURE),
    (frozenset({"sv", "ss", "srt", "se", "sp", "sig"}), _AZURE),
    (frozenset({"x-goog-signature", "x-goog-credential"}), _GOOGLE_4),
    (_GOOGLE_2, _GOOGLE_2),
    (frozenset({"key-pair-id", "signature", "policy"}), _CLOUDFRONT),
    (frozenset({"key-pair-id", "signature", "expires"}), _CLOUDFRONT),
)


_MENTIONED = frozenset().union(
    SECRET_PARAMETERS,
    _SESSION,
    _SESSION_IF_TOKEN,
    _TRACKING,
    _BUSTERS,
    *(all_ for _, all_ in _TOGETHER),
)


def canonical_url(url: str, incidental: Collection[str] = ()) -> str:
    """The form in which two addresses of one resource are equal.

    `incidental` are further query parameters that do not identify a page, in
    any case. What is no web address is its own form. Never raises; canonical
    forms are their own canonical forms.

    - RFC 3986, section 6.2.2 and 6.2.3: scheme and host in lower case, escapes
      in upper case and only where needed, no dot segments, no default port, no
      empty path; also no dot at the end of the host, and no fragment and no
      login, which are not of the resource. Names are in their ASCII form (IDNA, RFC 3490).
    - WHATWG URL, application/x-www-form-urlencoded: parameters are compared as
      what they decode to, in the order of their names; those of one name keep theirs.
    - Sessions: `_without_sessions` and `_is_of_visit`; signatures: `_is_signed`.
    """
    plain = None if incidental else _PLAIN.fullmatch(url)
    if plain is not None and plain[1].count("/") > 2:
        query = plain[2]
        if query is None:
            return url
        pairs = [(pair.partition("=")[0], pair) for pair in query.split("&")]
        if _MENTIONED.isdisjoint([name.lower() for name, _ in pairs]):
            return f"{plain[1]}?{'&'.join([pair for _, pair in sorted(pairs, key=_first)])}"
    return _canonical(url, frozenset(map(str.lower, incidental)) if incidental else _NOTHING)


def without(url: str, incidental: Collection[str]) -> str:
    """The address as printed, only without the query parameters of these names, in any case.

    Never raises; what is no web address stays as it is.
    """
    bare, hash_, fragment = url.partition("#")
    path, mark, query = bare.partition("?")
    names = {name.lower() for name in incidental}
    if not names or not query:
        return url
    kept = [piece for piece in query.split("&") if _pair(piece)[0].lower() not in names]
    return f"{path}{mark if kept else ''}{'&'.join(kept)}{hash_}{fragment}"


def distinct(urls: Iterable[str]) -> tuple[str, ...]:
    """The addresses in their order, of several that are the same resource the first."""
    found: dict[str, str] = {}
    for url in urls:
        found.setdefault(canonical_url(url), url)
    return tuple(found.values())


@lru_cache(maxsize=1 << 14)
def _canonical(url: str, incidental: frozenset[str]) -> str:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return url
    if parts.scheme not in DEFAULT_PORTS or not host:
        return url
    host = _named(host)
    if port is not None and port != DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    return urlunsplit((parts.scheme, host, _path(parts.path), _query(parts.query, incidental), ""))


def _named(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    if host.isascii() or not _TWO_WAYS.isdisjoint(host):
        return host
    try:
        return host.encode("idna").decode("ascii").lower().rstrip(".") or host
    except UnicodeError:
        return host


def _path(path: str) -> str:
    """A path in normal form (RFC 3986, sections 6.2.2 and 5.2.4), without sessions."""
    found = _without_sessions(map(_unescaped, path.split("/")[1:]))
    segments = list[str]()
    for segment in found:
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    if found[-1:] in ([".."], ["."]):
        segments.append("")
    return "/" + "/".join(segments)


def _unescaped(segment: str) -> str:
    """A segment with every escape that is needed and no other, in upper case."""
    if _PLAIN_SEGMENT.fullmatch(segment):
        return segment

    def plain(escape: re.Match[str]) -> str:
        mark = chr(int(escape[0][1:], 16))
        return mark if mark in _UNRESERVED else escape[0].upper()

    whole = re.sub("%(?![0-9A-Fa-f]{2})", "%25", segment)
    return quote_from_bytes(_ESCAPE.sub(plain, whole).encode(errors="surrogatepass"), _PATH_SAFE)


def _without_sessions(segments: Iterable[str]) -> list[str]:
    """The segments of a path without what names a visit.

    `;jsessionid=`: Java Servlet specification, section 7.1.3. `(S(...))`, with
    `X(1)`, `A(...)` and `F(...)` beside it: cookieless sessions of ASP.NET,
    whose id is 24 of the letters a to z and the digits 0 to 5; ASP.NET 1 had it alone in
    the brackets.
    """
    found = [_PATH_SESSION.sub("", part) for part in segments]
    return [part for part in found if not _COOKIELESS.fullmatch(part)]


def _query(query: str, incidental: frozenset[str]) -> str:
    """A query in the order of its names, without what does not identify a page."""
    if not query:
        return ""
    pairs = [(*_pair(piece), piece) for piece in query.split("&") if piece]
    values = {name.lower(): value for name, value, _ in pairs}
    dropped = incidental | SECRET_PARAMETERS | _is_signed(values)
    kept = [
        (name, value, "=" in piece)
        for name, value, piece in pairs
        if name.lower() not in dropped and not _is_of_visit(name.lower(), value)
    ]
    return "&".join(
        f"{_quoted(name, _NAME_SAFE)}={_quoted(value, _VALUE_SAFE)}"
        if valued
        else _quoted(name, _NAME_SAFE)
        for name, value, valued in sorted(kept, key=_first)
    )


def _is_signed(values: Mapping[str, str]) -> frozenset[str]:
    """The parameters that sign an address, where all that a signature needs are there.

    AWS "Authenticating Requests: Using Query Parameters" (version 4, and 2
    before it); Azure "Create a service SAS" and "Create an account SAS";
    Google Cloud Storage "Signed URLs" (version 4, and 2 before it); CloudFront
    "Create a signed URL" with a canned or a custom policy. ColdFusion's CFID
    and CFTOKEN, which are a visit only together, go the same way.
    """
    found = _NOTHING
    for needed, whole in _TOGETHER:
        if needed <= values.keys():
            found |= whole
    return found


def _is_of_visit(name: str, value: str) -> bool:
    """Whether a parameter names a visit, an advertisement's click or a moment.

    PHP's and Java's own session names; `sid` and the like only where the value
    is 24 or more letters and digits, both among them, as frameworks make
    them: a legislature's `session_id=20252026` is not. `utm_` and click ids:
    Google Analytics and the advertisers' help. `_` and `_dc` with a time in
    milliseconds: jQuery's `cache: false`, Ext JS's `disableCaching`. A `v` is
    never dropped: it may be a version.
    """
    if name in _SESSION or name in _TRACKING:
        return True
    if name in _SESSION_IF_TOKEN:
        return _SESSION_TOKEN.fullmatch(value) is not None
    return name in _BUSTERS and _MILLISECONDS.fullmatch(value) is not None


def _pair(piece: str) -> tuple[str, str]:
    """What a piece of a query decodes to; bytes that are no text stay apart from one another."""
    name, _, value = piece.partition("=")
    return _decoded(name), _decoded(value)


def _decoded(part: str) -> str:
    if "%" not in part and "+" not in part:
        return part
    plain = part.replace("+", " ").encode(errors="surrogatepass")
    return unquote_to_bytes(plain).decode(errors="surrogateescape")


def _quoted(part: str, safe: str) -> str:
    try:
        plain = part.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        plain = part.encode(errors="surrogatepass")
    return quote_from_bytes(plain, f"{safe} ").replace(" ", "+")
