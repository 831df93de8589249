"""Rows as the service writes them to whoever does not ask for JSON: a data contract's XML."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

MODELS = "http://schemas.datacontract.org/2004/07/LegistarWebAPI.Models.v1"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"


def document(value: Any, kind: str) -> bytes:
    """A row, or a list of rows, of a kind such as GranicusMatter."""
    name = f"ArrayOf{kind}" if isinstance(value, Sequence) and not isinstance(value, str) else kind
    spaces = f' xmlns:i="{INSTANCE}" xmlns="{MODELS}"'
    return element(name, value, kind, spaces).encode()


def element(name: str, value: Any, kind: str = "", attributes: str = "") -> str:
    """One element; the parts of a row stand in the order of the alphabet."""
    if value is None:
        return f'<{name}{attributes} i:nil="true"/>'
    if isinstance(value, Mapping):
        parts = "".join(element(part, value[part]) for part in sorted(value))
    elif isinstance(value, list | tuple):
        parts = "".join(element(kind or kind_of(name), one) for one in value)
    else:
        parts = escape(str(value).lower() if isinstance(value, bool) else str(value))
    return f"<{name}{attributes}>{parts}</{name}>" if parts else f"<{name}{attributes}/>"


def kind_of(field: str) -> str:
    """What the members of a list within a row are called."""
    return "GranicusEventItem" if field == "EventItems" else "GranicusMatterAttachment"
