"""Why a download failed, in a sentence an operator can act on."""

from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from service_identity import VerificationError
from twisted.web.client import ResponseFailed

from scrapers.errors import RobotsDenied


class RobotsUnreachable(RobotsDenied):
    """The site's robots.txt cannot be had, so we stayed out: the site is failing, not refusing."""


PLAIN = (
    (CannotResolveHostError, "the name {host} cannot be resolved"),
    (DownloadConnectionRefusedError, "{host} refuses connections"),
    (DownloadTimeoutError, "{host} gave no whole answer in time"),
    (ResponseDataLossError, "the answer of {host} broke off"),
)


def reason(url: str, error: Exception) -> str:
    """What went wrong at an address, without the library's own wording where ours is plainer."""
    host = urlsplit(url).hostname or url
    for kind, sentence in PLAIN:
        if isinstance(error, kind):
            return sentence.format(host=host)
    if isinstance(error, DownloadFailedError):
        return _failed(host, error)
    if isinstance(error, DownloadCancelledError | IgnoreRequest) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error}"


def not_verified(error: DownloadFailedError) -> bool:
    """Whether a connection failed because the certificate does not lead to a known root."""
    return any(
        isinstance(cause, SSL.Error)
        and any("certificate verify failed" in part for entry in cause.args[0] for part in entry)
        for cause in _causes(error)
    )


def _failed(host: str, error: DownloadFailedError) -> str:
    """Tell a certificate that is not believed from a connection that broke."""
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, VerificationError):
            return f"no safe connection to {host}: the certificate is another site's"
        if isinstance(cause, SSL.Error):
            words = " ".join(part for entry in cause.args[0] for part in entry if part)
            return f"no safe connection to {host}: {words or 'TLS failed'}"
    said = "; ".join(f"{type(cause).__name__}: {cause}" for cause in causes)
    return f"the connection to {host} broke: {said or error}"


def _causes(error: DownloadFailedError) -> list[BaseException]:
    cause = error.__cause__
    reasons = cause.reasons if isinstance(cause, ResponseFailed) else []
    return [failure.value for failure in reasons]
