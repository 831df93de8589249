"""The crawl's reference: a bare Scrapy spider with our parser, and nothing kept.

    python -m benchmarks.kit.bare URL BILLS

Scrapy's own settings but for one request at a time, as ours asks; its consoles
are off. Ends with 1 unless it yielded as many items as there are bills.
"""

import sys
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import CrawlerProcess

from benchmarks.kit.product import LAYOUT, SESSION
from scrapers.platforms.bills import Bills, detailed, entry
from scrapers.platforms.index import rows_of

SETTINGS = {
    "LOG_LEVEL": "ERROR",
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
}


class Bare(scrapy.Spider):
    """Index, then each bill's page; the parse functions are those of `bills`."""

    name = "bare"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.bills = Bills(parameters={"place": "us/wa", "index": url, "session": SESSION})

    async def start(self):
        yield scrapy.Request(f"{self.url}/bills")

    def parse(self, response):
        for row in rows_of(response, LAYOUT["row"]):
            bill = self.bills.indexed(entry(row, response, LAYOUT), LAYOUT, SESSION)
            yield scrapy.Request(bill.url, self.parse_bill, cb_kwargs={"bill": bill})

    def parse_bill(self, response, bill):
        yield detailed(bill, response, LAYOUT)


def main() -> int:
    url, expected = sys.argv[1], int(sys.argv[2])
    assert urlsplit(url).hostname == "127.0.0.1"
    process = CrawlerProcess(SETTINGS)
    crawler = process.create_crawler(Bare)
    process.crawl(crawler, url=url)
    process.start()
    found = crawler.stats.get_value("item_scraped_count")
    if found != expected:
        print(f"{found} items of {expected}", file=sys.stderr)
    return int(found != expected)


if __name__ == "__main__":
    sys.exit(main())
