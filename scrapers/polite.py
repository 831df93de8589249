"""The Scrapy settings: polite to sites, closed to strangers.

Scrapy's defaults leave TLS unverified, robots.txt ignored, a telnet console
and a remote control open, and file, ftp and data addresses readable. All of
that is set here, and a test asserts the settings as they run.
"""

from collections.abc import Mapping
from typing import Any

from scrapers.errors import AddressRefused
from scrapers.guard import check_url

PRODUCT = "Measurewatch/0.1"
HANDLER = "scrapers.handler.ArchivingHandler"
LARGEST_ANSWER = 200 << 20


def user_agent(contact: str) -> str:
    """How we introduce ourselves: product, version and where to complain."""
    return f"{PRODUCT} (+{contact or 'no contact given'})"


def settings(
    *,
    contact: str,
    delay: float = 1.5,
    timeout: float = 60.0,
    proxy: bool = False,
    allow_private: bool = False,
    replay: bool = False,
    log_level: str = "WARNING",
) -> dict[str, Any]:
    """All settings a crawl runs with. `delay` and `timeout` are seconds.

    In a replay nothing reaches the network, so robots.txt, delays and retries
    are off. `allow_private` is for a server on this machine only.
    """
    return {
        "USER_AGENT": user_agent(contact),
        "ROBOTSTXT_OBEY": not replay,
        "ROBOTSTXT_USER_AGENT": "Measurewatch",
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "DOWNLOAD_HANDLERS": {
            "http": HANDLER, "https": HANDLER, "file": None, "ftp": None, "data": None, "s3": None,
        },
        "DOWNLOADER_MIDDLEWARES": {
            "scrapers.polite.GuardMiddleware": 50,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapers.robots.RobotsMiddleware": 100,
            "scrapers.retry.PatientRetry": 550,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
        },
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0 if replay else delay,
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_TIMEOUT": timeout,
        "DOWNLOAD_MAXSIZE": LARGEST_ANSWER,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "AUTOTHROTTLE_ENABLED": False,
        "RETRY_ENABLED": not replay,
        "RETRY_TIMES": 2,
        "REDIRECT_ENABLED": True,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": proxy,
        "HTTPCACHE_ENABLED": False,
        "REFERER_ENABLED": False,
        "TWISTED_DNS_RESOLVER": "scrapers.resolver.GuardedResolver",
        "MEASUREWATCH_ALLOW_PRIVATE": allow_private or replay,
        "MEASUREWATCH_REPLAY": replay,
        "DNS_TIMEOUT": 20,
        "LOG_LEVEL": log_level,
        "LOGSTATS_INTERVAL": 0,
        "MEMUSAGE_ENABLED": True,
        "MEMUSAGE_LIMIT_MB": 2048,
        "EXTENSIONS": {"scrapy.extensions.telnet.TelnetConsole": None},
    }  # fmt: skip


class GuardMiddleware:
    """Refuses addresses that are not to be visited; each redirect passes here again."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.allow_private: bool = crawler.settings.getbool("MEASUREWATCH_ALLOW_PRIVATE")

    @classmethod
    def from_crawler(cls, crawler: Any) -> "GuardMiddleware":
        return cls(crawler)

    def process_request(self, request: Any) -> None:
        parts = check_url(request.url, allow_private=self.allow_private)
        hosts = getattr(self.crawler.spider, "hosts", ())
        host = (parts.hostname or "").lower()
        if hosts and host not in hosts:
            raise AddressRefused(f"{host} is not among the hosts this source declares")


def plain_settings() -> Mapping[str, Any]:
    """What a bare `scrapy crawl NAME` uses: as polite, without recording or stages."""
    return settings(contact="")
