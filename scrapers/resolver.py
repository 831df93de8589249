"""The resolver Twisted uses in a crawl: every address it gives has passed the guard."""

from typing import Any

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IResolutionReceiver
from zope.interface import implementer

from scrapers.errors import AddressRefused
from scrapers.guard import check_address


@implementer(IResolutionReceiver)
class PublicOnly:
    """Passes public addresses on to another receiver and drops all others."""

    def __init__(self, receiver: Any, *, allow_private: bool) -> None:
        self.receiver = receiver
        self.allow_private = allow_private

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 - Twisted's interface
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's interface
        try:
            check_address(address.host, allow_private=self.allow_private)
        except AddressRefused:
            return
        self.receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's interface
        self.receiver.resolutionComplete()


class GuardedResolver(CachingHostnameResolver):
    """Resolves names, and hides every address that is not public.

    A name with only private addresses resolves to none, so the connection
    fails as for a name that does not exist.
    """

    def __init__(self, reactor: Any, cache_size: int, *, allow_private: bool) -> None:
        super().__init__(reactor, cache_size)
        self.allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "GuardedResolver":  # type: ignore[override]
        return cls(
            reactor,
            crawler.settings.getint("DNSCACHE_SIZE"),
            allow_private=crawler.settings.getbool("MEASUREWATCH_ALLOW_PRIVATE"),
        )

    def resolveHostName(  # type: ignore[override]  # noqa: N802 - Twisted's interface
        self, resolutionReceiver: Any, *arguments: Any, **named: Any  # noqa: N803
    ) -> Any:
        guarded = PublicOnly(resolutionReceiver, allow_private=self.allow_private)
        return super().resolveHostName(guarded, *arguments, **named)
