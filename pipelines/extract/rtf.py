"""RTF documents: what `scrapers.rtf` reads, and what its marks mean."""

import re
from pathlib import Path

from pipelines.extract.encodings import readable
from pipelines.extract.flowing import flowing
from pipelines.texts import Extracted, Limits
from scrapers.rtf import read_rtf

MEDIA_TYPE = "application/rtf"
METHOD = "rtf"
# Letters that these sites do not write: bytes of Windows-1252 that look like UTF-8 make such.
_UNLIKELY = re.compile("[\u0800-\u1fff\u2c00-\ud7ff]")


def read(path: Path, limits: Limits) -> Extracted:
    """An RTF file. Its bytes are UTF-8 where it came within JSON, else what the RTF says."""
    content = path.read_bytes()
    try:
        source = content.decode("utf-8")
    except UnicodeDecodeError:
        source = ""
    if not source or _UNLIKELY.search(source):
        source = content.decode("ascii", "surrogateescape")
    found = read_rtf(source, most=limits.characters, mend=readable)
    return flowing(
        found.text,
        found.spans,
        media_type=MEDIA_TYPE,
        method=METHOD,
        limits=limits,
        limited=found.limited,
        truncated=found.truncated,
        notes=found.problems,
    )
