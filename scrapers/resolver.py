"""The resolver Twisted uses in a crawl: every address it gives has passed the guard.

Scrapy installs it for a crawler process (`TWISTED_DNS_RESOLVER`) but not for a
crawler runner, so the download handler installs it too.
"""

from collections.abc import Collection
from typing import Any

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from scrapers.errors import AddressRefused
from scrapers.guard import check_address


@implementer(IResolutionReceiver)
class PublicOnly:
    """Passes public addresses on to another receiver and keeps all others back."""

    def __init__(self, receiver: Any) -> None:
        self.receiver = receiver
        self.passed = 0
        self.refused: list[str] = []

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 - Twisted's interface
        self.name = resolution.name
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's interface
        try:
            check_address(address.host)
        except AddressRefused:
            self.refused.append(address.host)
            return
        self.passed += 1
        self.receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's interface
        self.receiver.resolutionComplete()


class Remembering(PublicOnly):
    """Also tells the resolver which names have no public address, so that errors can say so."""

    def __init__(self, receiver: Any, host: str, refused: dict[str, str]) -> None:
        super().__init__(receiver)
        self.host = host
        self.told = refused

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's interface
        if self.refused and not self.passed:
            self.told[self.host] = self.refused[0]
        super().resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver(CachingHostnameResolver):
    """Resolves names, and hides every address that is not public.

    A name with only private addresses resolves to none; `refused` then holds
    it with one of them. `trusted` names (the operator's own proxy) are exempt.
    """

    def __init__(
        self,
        reactor: Any,
        cache_size: int,
        *,
        allow_private: bool,
        trusted: Collection[str] = (),
    ) -> None:
        super().__init__(reactor, cache_size)
        if isinstance(self.original_resolver, GuardedResolver):
            # A second crawl in one process must not be judged by the first one's rules.
            self.original_resolver = self.original_resolver.original_resolver
        self.allow_private = allow_private
        self.trusted = frozenset(trusted)
        self.refused: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "GuardedResolver":
        return cls(
            reactor,
            crawler.settings.getint("DNSCACHE_SIZE"),
            allow_private=crawler.settings.getbool("MEASUREWATCH_ALLOW_PRIVATE"),
            trusted=crawler.settings.getlist("MEASUREWATCH_TRUSTED_HOSTS"),
        )

    def resolveHostName(  # noqa: N802 - Twisted's interface
        self,
        resolutionReceiver: Any,  # noqa: N803 - Twisted's interface
        hostName: str,  # noqa: N803 - Twisted's interface
        *arguments: Any,
        **named: Any,
    ) -> Any:
        receiver = resolutionReceiver
        if not self.allow_private and hostName not in self.trusted:
            receiver = Remembering(resolutionReceiver, hostName, self.refused)
        return super().resolveHostName(receiver, hostName, *arguments, **named)


def guard_reactor(crawler: Any) -> GuardedResolver:
    """Make this process resolve names for a crawl under the guard."""
    from twisted.internet import reactor

    resolver = GuardedResolver.from_crawler(crawler, reactor)
    resolver.install_on_reactor()
    return resolver
