"""Bespoke sites, one small file each. The registry is this dictionary, read by nobody's import."""

from types import MappingProxyType

SITES = MappingProxyType(
    {
        "maryland": "scrapers.sites.maryland:Maryland",
        "virginia": "scrapers.sites.virginia:Virginia",
        "maine": "scrapers.sites.maine:Maine",
        "new-mexico": "scrapers.sites.new_mexico:NewMexico",
        "minnesota": "scrapers.sites.minnesota:Minnesota",
        "minneapolis-council": "scrapers.sites.minneapolis_council:MinneapolisCouncil",
        "ice-287g": "scrapers.sites.ice_287g:Ice287g",
        "federal-register": "scrapers.sites.federal_register:FederalRegister",
        "chicago-council": "scrapers.sites.chicago_council:ChicagoCouncil",
        "los-angeles-council": "scrapers.sites.los_angeles_council:LosAngelesCouncil",
    }
)
"""Source names and where their spiders are ("module:class"), so that naming one loads nothing."""

HOSTS = MappingProxyType(
    {
        "maryland": ("mgaleg.maryland.gov",),
        "virginia": ("lis.blob.core.windows.net", "lis.virginia.gov"),
        "maine": ("legislature.maine.gov",),
        "new-mexico": ("www.nmlegis.gov",),
        "minnesota": ("www.revisor.mn.gov",),
        "minneapolis-council": ("lims.minneapolismn.gov",),
        "ice-287g": ("www.ice.gov",),
        "federal-register": (
            "www.federalregister.gov",
            "public-inspection.federalregister.gov",
            "www.govinfo.gov",
        ),
        "los-angeles-council": ("cityclerk.lacity.org", "clkrep.lacity.org"),
        "chicago-council": (
            "api.chicityclerkelms.chicago.gov",
            "occprodstoragev1.blob.core.usgovcloudapi.net",
        ),
    }
)
"""All hosts a source visits, pages and documents."""

STARTS = MappingProxyType(
    {
        "maryland": "https://mgaleg.maryland.gov/{session}/misc/billsmasterlist/legislation.json",
        "virginia": "https://lis.blob.core.windows.net/lisfiles/{session}/BILLS.CSV",
        "maine": "https://legislature.maine.gov/bills/billdirectory_ps.asp?snum={session}&ldFrom=1",
        "new-mexico": "https://www.nmlegis.gov/Sessions/{session}/bills/house/",
        "minnesota": "https://www.revisor.mn.gov/bills/status_result.php?session={session}",
        "minneapolis-council": "https://lims.minneapolismn.gov/api/v1/search/FileItemSearch",
        "ice-287g": "https://www.ice.gov/identify-and-arrest/287g",
        "federal-register": "https://www.federalregister.gov/api/v1/documents.json",
        "chicago-council": "https://api.chicityclerkelms.chicago.gov/matter",
        "los-angeles-council": (
            "https://cityclerk.lacity.org/lacityclerkconnect/index.cfm?fa=vcfi.doSearch"
        ),
    }
)
"""Where a source's crawl begins."""
