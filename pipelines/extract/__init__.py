from pathlib import Path
from pipelines.texts import Extracted, Limits
EXTRACTOR="1"


def sniff(head: bytes) -> str:
    return "application/pdf" if head.startswith(b"%PDF") else ""


def extract_text(path: Path, limits: Limits, *, media_type_hint: str = "", name: str = "") -> Extracted:
    raise NotImplementedError
