"""Archives: recording what sites served, replaying it, packing saved files into one."""

from scrapers.packing import pack
from scrapers.replay import Recorded, ReplayArchive, media_type
from scrapers.verifying import overview, verify
from scrapers.warc import BadArchive, CannotRecord, Entry, WarcWriter, read

__all__ = [
    "BadArchive",
    "CannotRecord",
    "Entry",
    "Recorded",
    "ReplayArchive",
    "WarcWriter",
    "media_type",
    "overview",
    "pack",
    "read",
    "verify",
]
