"""Bespoke sites, one small file each. The registry is this dictionary, read by nobody's import."""

from types import MappingProxyType

SITES = MappingProxyType(
    {
        "maryland": "scrapers.sites.maryland:Maryland",
        "virginia": "scrapers.sites.virginia:Virginia",
        "ice-287g": "scrapers.sites.ice_287g:Ice287g",
    }
)
"""Source names and where their spiders are ("module:class"), so that naming one loads nothing."""

HOSTS = MappingProxyType(
    {
        "maryland": ("mgaleg.maryland.gov",),
        "virginia": ("lis.blob.core.windows.net",),
        "ice-287g": ("www.ice.gov",),
    }
)
"""All hosts a source visits, pages and documents."""

STARTS = MappingProxyType(
    {
        "maryland": "https://mgaleg.maryland.gov/{session}/misc/billsmasterlist/legislation.json",
        "virginia": "https://lis.blob.core.windows.net/lisfiles/{session}/BILLS.CSV",
        "ice-287g": "https://www.ice.gov/identify-and-arrest/287g",
    }
)
"""Where a source's crawl begins."""
