"""The product as it runs: a home with a watchlist, crawled by the command line."""

import json
from pathlib import Path

from benchmarks.kit.timing import Cost, cost, python

SESSION = "2026"
LAYOUT = {
    "row": "table.bills tr",
    "identifier": "td.number",
    "title": "td:nth-child(2)",
    "link": "td.number a",
    "page_identifier": "h1 .number",
    "full_title": ".title",
    "status": ".status",
    "sponsors": ".sponsors li",
    "actions": "table.history tr:has(td)",
    "versions": "table.texts tr:has(td)",
    "action_date": "td:nth-child(1)",
    "action_words": "td:nth-child(2)",
    "version_date": "td:nth-child(1)",
    "version_note": "td:nth-child(2)",
    "version_link": "a",
}
ROW = {
    "row": "table.bills tr",
    "identifier": "td.number",
    "title": "td:nth-child(2)",
    "document": "td:nth-child(4) a",
}
ENVIRONMENT = {
    "MEASUREWATCH_CONTACT": "https://measurewatch.example/contact",
    "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "yes",
    "MEASUREWATCH_DELAY": "0",
}
WATCHLIST = {
    "name": "Benchmark",
    "crawl": "daily at 07:00",
    "topics": ["287g", "masks", "city-property"],
    "watches": [{"name": "Desk", "topics": ["287g", "masks"], "to": ["terminal:"]}],
}


def home(folder: Path, kind: str, source: dict[str, str]) -> Path:
    """A folder with a home whose watchlist has one source, `cascadia`."""
    watchlist = {**WATCHLIST, "sources": {kind: {"cascadia": {"place": "us/wa", **source}}}}
    path = folder / "measurewatch-home" / "watchlist.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(watchlist), encoding="utf-8")  # JSON is YAML
    return folder


def bills_home(folder: Path, url: str) -> Path:
    """A home that watches the bills of `benchmarks.kit.site`."""
    return home(folder, "bills", {"index": f"{url}/bills", "session": SESSION, **LAYOUT})


def orders_home(folder: Path, url: str) -> Path:
    """A home that watches the same list as orders: rows with texts, and no page for each."""
    return home(folder, "orders", {"index": f"{url}/bills", **ROW})


def crawl(folder: Path, expected: int) -> Cost:
    """What one crawl costs from start to end. Raises RuntimeError when it did not find all."""
    took = cost(
        python("-m", "monitor.cli", "crawl", "--json"), folder=folder, environment=ENVIRONMENT
    )
    told = json.loads(took.output)
    if told["state"] != "ok" or told["found"] != expected:
        raise RuntimeError(f"the crawl did not find {expected} measures: {told}")
    return took
