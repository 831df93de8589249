"""A secret that a site wants: a token as a query parameter, a key as a header.

It travels in the request's meta and becomes part of the request only on the
wire, in `scrapers.handler`, and only at the host it is meant for. So neither
recordings nor notes, logs, redirects or the database ever hold it.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from scrapy import Request
from scrapy.http import Response

SECRET_QUERY = "secret_query"  # noqa: S105 - the name of a key, no secret
"""The key in a request's meta; what stands there is made by `secret_query`."""

_LEAD_ON = ("Location", "Content-Location", "Link")


def secret_query(url: str, **pairs: str) -> dict[str, Any]:
    """The meta of a request whose address gets these parameters; empty ones are left out."""
    given = {name: value for name, value in pairs.items() if value}
    return {SECRET_QUERY: {"origin": origin(url), "pairs": given}} if given else {}


def secret_headers(url: str, **headers: str) -> dict[str, Any]:
    """The meta of a request that gets these headers; empty ones are left out."""
    given = {name: value for name, value in headers.items() if value}
    return {SECRET_QUERY: {"origin": origin(url), "headers": given}} if given else {}


def origin(url: str) -> str:
    """The scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def secretly(request: Request) -> Request:
    """The request as it goes out: with its secret, unless a redirect led it elsewhere."""
    secret = _secret(request)
    if not secret or secret["origin"] != origin(request.url):
        return request
    if headers := secret.get("headers"):
        request = request.replace(headers={**request.headers, **headers})
    if not (pairs := secret.get("pairs")):
        return request
    joint = "&" if urlsplit(request.url).query else "?"
    return request.replace(url=f"{request.url}{joint}{urlencode(pairs)}")


def openly(request: Request, response: Response) -> Response:
    """The answer without the secret: in its address, and where it leads on."""
    if not _secret(request):
        return response
    headers = response.headers.copy()
    for name in _LEAD_ON:
        told = headers.getlist(name)
        if told:
            headers.setlist(
                name, [hushed(request, one.decode("latin-1")).encode("latin-1") for one in told]
            )
    return response.replace(url=request.url, headers=headers)


def hushed(request: Request, words: str) -> str:
    """Words about a request without its secret, however it is written."""
    secret = _secret(request)
    for name, value in secret.get("pairs", {}).items():
        for written in (urlencode({name: value}), value):
            words = words.replace(written, f"{name}=" if "=" in written else "")
    for value in secret.get("headers", {}).values():
        words = words.replace(value, "")
    return words


def _secret(request: Request) -> Mapping[str, Any]:
    found: Mapping[str, Any] = request.meta.get(SECRET_QUERY, {})
    return found
