"""What can go wrong between us and a site.

SourceError              something kept a source from being read
├── PageError            one page is not what it should be
│   ├── ParseDrift       a genuine page of a shape we do not know: the site changed
│   ├── Challenge        a bot challenge or access-denied page, whatever its status
│   └── ErrorPage        an error page, whatever its status
│       ├── Gone         the site's own word that what stood there is no more
│       └── NotOpen      a legislature's session that has no list, or no bill, yet
├── FetchError           no usable answer came (DNS, TLS, timeout, 5xx after retries)
├── RobotsDenied         robots.txt, or its absence by error, forbids the visit
├── AddressRefused       the address guard did not let the request out
└── NotRecorded          a replay was asked for something its archives do not hold
"""


class SourceError(Exception):
    """Something kept a source from being read."""


class PageError(SourceError):
    """A page is not what it should be."""

    def __init__(self, message: str, url: str = "") -> None:
        super().__init__(f"{message} ({url})" if url else message)
        self.url = url


class ParseDrift(PageError):
    """The page is genuine but of a shape this scraper does not know."""


class Challenge(PageError):
    """The site answered with a bot challenge or refused access."""


ABSENT = frozenset({404, 410})
"""The statuses of an answer that has no such record."""


class ErrorPage(PageError):
    """The site answered with an error page; `status` is that of the answer, 0 where it is not known."""

    def __init__(self, message: str, url: str = "", *, status: int = 0) -> None:
        super().__init__(message, url)
        self.status = status


class Gone(ErrorPage):
    """The site itself says that what stood there is no more: by 410, or in words.

    A 404 is none: a mistyped link, a server that was set up anew and a deleted
    record look the same.
    """


class NotOpen(ErrorPage):
    """The `session` of a legislature has no list, or nothing in it: it is not open yet, or never was."""

    def __init__(self, message: str, url: str = "", *, session: str) -> None:
        super().__init__(message, url)
        self.session = session


class FetchError(SourceError):
    """No usable answer came."""


class RobotsDenied(SourceError):
    """The site's robots.txt does not allow the visit."""


class AddressRefused(SourceError):
    """The address is not one we visit: only public http and https addresses are."""


class NotRecorded(SourceError):
    """The archives being replayed do not hold this request."""
