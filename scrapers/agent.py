"""How we introduce ourselves to every server, crawled or told. No Scrapy here."""

PRODUCT = "Measurewatch/0.1"


def user_agent(contact: str) -> str:
    """How we introduce ourselves: product, version and where to complain."""
    shown = "".join(mark for mark in contact if mark.isprintable() and mark.isascii()).strip()
    return f"{PRODUCT} (+{shown})" if shown else f"{PRODUCT} (no contact given)"
