"""The Scrapy settings: polite to sites, closed to strangers.

Scrapy's defaults leave TLS unverified, robots.txt ignored, a telnet console
and a remote control open, and file, ftp and data addresses readable. All of
that is set here, and a test asserts the settings as they run.
"""

from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler

from scrapers.agent import PRODUCT, user_agent
from scrapers.guard import ANY_HOST, check_host, check_url

HANDLER = "scrapers.handler.ArchivingHandler"
LARGEST_ANSWER = 200 << 20
NO_REFERRER = "scrapy.spidermiddlewares.referer.NoReferrerPolicy"
POLICIES_A_SITE_MAY_ASK_FOR = (
    "", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin", "unsafe-url",
    "origin-when-cross-origin", "strict-origin-when-cross-origin", "scrapy-default",
)  # fmt: skip


def settings(
    *,
    contact: str,
    delay: float = 1.5,
    timeout: float = 60.0,
    proxy: str = "",
    allow_private: bool = False,
    replay: bool = False,
    log_level: str = "WARNING",
    certificates: str = "",
) -> dict[str, Any]:
    """All settings a crawl runs with. `delay` and `timeout` are seconds.

    `proxy` is the operator's ("http://user:word@host:port"); it resolves names
    itself, so the guard of addresses is then its duty. In a replay nothing
    reaches the network, so robots.txt, delays and retries are off.
    `allow_private` is for a server on this machine only. `certificates` is the folder
    of intermediate certificates that sites forget to send, "" for none.
    """
    return {
        "USER_AGENT": user_agent(contact),
        "ROBOTSTXT_OBEY": not replay,
        "ROBOTSTXT_USER_AGENT": PRODUCT.partition("/")[0],
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "EXTENSIONS": {
            "scrapy.extensions.telnet.TelnetConsole": None,
            "scrapy.extensions.remote_control.RemoteControl": None,
        },
        "DOWNLOAD_HANDLERS": {
            "http": HANDLER, "https": HANDLER, "file": None, "ftp": None, "data": None, "s3": None,
        },
        "DOWNLOADER_MIDDLEWARES": {
            "scrapers.polite.GuardMiddleware": 50,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapers.robots.RobotsMiddleware": 100,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapers.retry.PatientRetry": 550,
        },
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "CONCURRENT_ITEMS": 32,
        "DOWNLOAD_DELAY": 0 if replay else delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_TIMEOUT": timeout,
        "DOWNLOAD_MAXSIZE": LARGEST_ANSWER,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "AUTOTHROTTLE_ENABLED": False,
        "RETRY_ENABLED": not replay,
        "RETRY_TIMES": 2,
        "RETRY_GIVE_UP_LOG_LEVEL": "INFO",
        "REDIRECT_ENABLED": True,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": bool(proxy),
        "HTTPCACHE_ENABLED": False,
        "REFERRER_POLICY": NO_REFERRER,
        "REFERRER_POLICIES": dict.fromkeys(POLICIES_A_SITE_MAY_ASK_FOR, NO_REFERRER),
        "TWISTED_DNS_RESOLVER": "scrapers.resolver.GuardedResolver",
        "MEASUREWATCH_ALLOW_PRIVATE": allow_private or replay,
        "MEASUREWATCH_PROXY": proxy,
        "MEASUREWATCH_CERTIFICATES": certificates,
        "MEASUREWATCH_TRUSTED_HOSTS": [urlsplit(proxy).hostname or ""] if proxy else [],
        "LOG_LEVEL": log_level,
        "LOGSTATS_INTERVAL": 0,
        "STATS_DUMP": False,
        "MEMUSAGE_ENABLED": True,
        "MEMUSAGE_LIMIT_MB": 2048,
    }  # fmt: skip


class GuardMiddleware:
    """Refuses addresses that are not to be visited; each redirect passes here again.

    Raises AddressRefused, and UndeclaredHost for a host the source does not
    declare. Sends requests through the operator's proxy when there is one.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.allow_private = crawler.settings.getbool("MEASUREWATCH_ALLOW_PRIVATE")
        self.proxy: str = crawler.settings.get("MEASUREWATCH_PROXY", "")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        check_url(request.url, allow_private=self.allow_private)
        if not request.meta.get(ANY_HOST):
            check_host(request.url, getattr(self.crawler.spider, "hosts", ()))
        if self.proxy:
            request.meta["proxy"] = self.proxy
