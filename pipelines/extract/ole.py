"""OLE files, in which old Office kept everything: what one holds, by its streams."""

from pathlib import Path
from typing import Any

import olefile  # type: ignore[import-untyped]

DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
MSG = "application/vnd.ms-outlook"
OLE = "application/x-ole-storage"
ENCRYPTED = "application/x-encrypted-office"

_STREAMS = (
    ("EncryptedPackage", ENCRYPTED),
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("PowerPoint Document", PPT),
    ("__properties_version1.0", MSG),
)


def opened(path: Path) -> Any:
    """The OLE file, to be closed again. Raises OSError for one that is broken."""
    return olefile.OleFileIO(str(path))


def kind(path: Path) -> str:
    """The media type of an OLE file; the general one where it is broken or unknown."""
    try:
        with opened(path) as file:
            return next((kind for name, kind in _STREAMS if file.exists(name)), OLE)
    except (OSError, ValueError, IndexError, TypeError, AttributeError, OverflowError):
        # What olefile raises on broken directories.
        return OLE
