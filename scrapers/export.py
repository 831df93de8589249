"""JSON exports of items for a plain `scrapy crawl NAME -O items.jsonl`."""

from collections.abc import Mapping
from typing import Any

from scrapy.exporters import JsonItemExporter, JsonLinesItemExporter
from scrapy.utils.serialize import ScrapyJSONEncoder


class Encoder(ScrapyJSONEncoder):
    """Scrapy's encoder, with sets in order and read-only mappings."""

    def default(self, o: Any) -> Any:
        if isinstance(o, frozenset):
            return sorted(o)
        if isinstance(o, Mapping):
            return dict(o)
        return super().default(o)


class JsonLines(JsonLinesItemExporter):
    """One item a line."""

    def __init__(self, file: Any, **options: Any) -> None:
        super().__init__(file, **options)
        self.encoder = Encoder(ensure_ascii=False)


class Json(JsonItemExporter):
    """All items as one array."""

    def __init__(self, file: Any, **options: Any) -> None:
        super().__init__(file, **options)
        self.encoder = Encoder(ensure_ascii=False, indent=self.indent)
