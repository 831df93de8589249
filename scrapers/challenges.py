"""Answers that are no page at all: walls, logins, shells of programs that did not run. Pure.

`scrapers.genuine` asks here for what a phrase alone does not tell. docs/challenges.md
lists what is recognised by what, and how a source that meets it is said to do.
"""

import re
from urllib.parse import urlsplit

WALLS = frozenset(
    {
        "validate.perfdrive.com", "captcha.perfdrive.com", "geo.captcha-delivery.com",
        "challenges.cloudflare.com", "unblock.federalregister.gov",
    }
)  # fmt: skip
"""Hosts to which vendors (Radware, DataDome, Cloudflare) and sites send what they take for a machine."""

LOGIN_WORDS = 120
SHELL_WORDS = 30
"""Words that a login page, and the shell of a program, have at most: real pages have more."""

_LOGIN_HOST = re.compile(
    r"(?:^|\.)(?:login|signin|sso|auth|accounts?|idp|adfs)\.|\.(?:okta|auth0|b2clogin)\.com$|^login\.microsoftonline\.com$"
)
_LOGIN_PATH = re.compile(
    r"/(?:log-?[io]n|sign-?in|sso|saml2?|adfs/ls|account/log[io]n|users/sign_in|wp-login\.php)(?:[/.?]|$)",
    re.IGNORECASE,
)
_LOGIN_TITLE = re.compile(
    r"\W*(?:.{0,60}[-|:\u2013]\s*)?(?:(?:please )?(?:log|sign)[\s-]?[io]n\b|member log[io]n|single sign[\s-]on)",
    re.IGNORECASE,
)
_PASSWORD = re.compile(rb"<input\b[^>]*\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_ROOT = re.compile(
    rb"<(?:app|app-root|[a-z]+-app)\b"
    rb"|<(?:div|main|section)\b[^>]*\bid\s*=\s*[\"']?(?:root|app|__next|__nuxt|react-root|svelte)[\"'\s>]"
    rb"|<(?:html|body|div)\b[^>]*\b(?:data-)?ng-app\b",
    re.IGNORECASE,
)
_SCRIPT = re.compile(rb"<script\b[^>]*\bsrc\s*=", re.IGNORECASE)


def is_wall(host: str) -> bool:
    """Whether a host is one to which machines are sent to prove that they are none."""
    return host.lower().rstrip(".") in WALLS


def is_login(head: bytes, title: str, text: str, url: str) -> bool:
    """Whether a page only asks who we are.

    It has a field for a password, hardly a word, and a title or an address that says
    so; a page with a login in its corner has its own title, address and words.
    """
    if len(text.split()) > LOGIN_WORDS:
        return False
    address = urlsplit(url)
    elsewhere = bool(_LOGIN_HOST.search(address.hostname or "") or _LOGIN_PATH.search(address.path))
    titled = bool(_LOGIN_TITLE.match(title))
    return bool(_PASSWORD.search(head)) and (elsewhere or titled)


def is_shell(body: bytes, text: str) -> bool:
    """Whether a page is the empty shell of a program (Angular, React, Vue) that draws it in a browser.

    It loads a script, has an element for the program, and hardly a word. A page that
    was drawn by the server before it was sent has its words.
    """
    if len(text.split()) > SHELL_WORDS or not _SCRIPT.search(body):
        return False
    return bool(_ROOT.search(body))
