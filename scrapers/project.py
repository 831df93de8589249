"""Settings for a plain `scrapy crawl NAME`, `scrapy list` and `scrapy check`.

As polite as our own crawls, without recording, stages or a store. Tell sites
whom to write to:

    scrapy crawl virginia -O items.jsonl -s USER_AGENT="Measurewatch/0.1 (+mailto:you@example.org)"
"""

from scrapers.polite import settings

globals().update(settings(contact="", log_level="INFO"))

BOT_NAME = "measurewatch"
SPIDER_MODULES = ["scrapers.sites", "scrapers.platforms"]
FEED_EXPORT_ENCODING = "utf-8"
FEED_EXPORTERS = {
    "json": "scrapers.export.Json",
    "jsonl": "scrapers.export.JsonLines",
    "jsonlines": "scrapers.export.JsonLines",
    "jl": "scrapers.export.JsonLines",
}
