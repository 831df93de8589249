"""Vendors are code, cities are data: spiders that the watchlist gives their place and selectors."""

from types import MappingProxyType

PLATFORMS = MappingProxyType(
    {
        "orders": "scrapers.platforms.orders:Orders",
        "bills": "scrapers.platforms.bills:Bills",
        "legistar": "scrapers.platforms.legistar:Legistar",
        "primegov": "scrapers.platforms.primegov:PrimeGov",
        "feeds": "scrapers.platforms.feeds:Feeds",
        "pages": "scrapers.platforms.pages:Pages",
    }
)
"""Kinds of source and where their spiders are ("module:class"), so that naming one loads nothing."""
