"""Feeds as entries: RSS 2.0 and its forerunners, RSS 1.0 and Atom. Pure.

RSS 2.0: rssboard.org/rss-specification. RSS 1.0: web.resource.org/rss/1.0/spec. Atom:
RFC 4287. A feed that is no well-formed XML is mended where that is safe (entities of
HTML, bare ampersands, control characters) and else read as far as it goes; what was
opened and could not be read is counted. Nothing outside the feed is ever loaded, and
a feed that defines entities of its own is refused.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import html5
from typing import Any

from lxml import etree

from scrapers.errors import ParseDrift
from scrapers.genuine import LOOKED_AT, what_it_is
from scrapers.platforms.index_forms import plain
from scrapers.rows import decoded
from scrapers.selectors import address

ATOM = frozenset({"http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"})
RSS = frozenset(
    {"", "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/",
     "http://backend.userland.com/rss2", "http://backend.userland.com/RSS2"}
)  # fmt: skip
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DUBLIN_CORE = re.compile(r"https?://purl\.org/dc/(?:elements/1\.1|terms)/")
CONTENT = "http://purl.org/rss/1.0/modules/content/"
XML = "{http://www.w3.org/XML/1998/namespace}"

KNOWN = frozenset(
    {
        "title", "link", "guid", "id", "description", "summary", "content", "encoded", "pubDate",
        "published", "issued", "date", "created", "updated", "modified", "author", "creator",
        "category", "subject", "enclosure",
    }
)  # fmt: skip
"""Elements of an entry that become something; all others are kept, and those of no standard counted."""
KEPT = frozenset({"comments", "source", "rights", "contributor"})
EXTENSIONS = (
    "wfw:", "slash:", "post-id", "media:", "itunes:", "gran:", "georss:", "thr:", "calendarEvent:",
)  # fmt: skip
"""Beginnings of the names of widespread extensions: kept, and not counted."""

_ENTITY = re.compile(r"&(?:(#\d{1,7}|#x[0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{1,30});)?")
_XML_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARED = re.compile(r"\A\s*<\?xml[^>]*\?>", re.IGNORECASE)
_ENCODING = re.compile(rb"\A\s*<\?xml[^>]*encoding=[\"']([\w.-]{2,40})[\"']", re.IGNORECASE)
_OWN_ENTITIES = re.compile(rb"<!ENTITY", re.IGNORECASE)
_OPENED = re.compile(rb"<(?:[\w-]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as printed. `link` and `files` are whole addresses, `body` is markup or words."""

    title: str
    guid: str = ""
    link: str = ""
    published: str = ""
    updated: str = ""
    summary: str = ""
    body: str = ""
    authors: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    others: tuple[tuple[str, str], ...] = ()


@dataclass
class Feed:
    """A feed that was read. `lost` are entries that were opened and could not be, `mended` says how it was."""

    title: str
    entries: list[Entry]
    lost: int = 0
    mended: str = ""
    unknown: Counter[str] = field(default_factory=Counter)


def read_feed(body: bytes, url: str) -> Feed:
    """The entries of a feed, in its order. Raises ParseDrift for what is none."""
    kind = what_it_is(body[:LOOKED_AT])
    if kind != "XML":
        raise ParseDrift(f"{kind} came where a feed was", url)
    if _OWN_ENTITIES.search(body):
        raise ParseDrift("a feed that defines entities of its own is not read", url)
    root, mended = _parsed(body, url)
    name = _local(root)
    if name not in {"rss", "RDF", "feed"}:
        raise ParseDrift(f"XML came that is no feed, but <{name}>", url)
    channel = next((part for part in root if _local(part) == "channel"), root)
    nodes = [one for one in root.iter() if _local(one) in {"item", "entry"}]
    feed = Feed(title=_words_of(channel, "title"), entries=[], mended=mended)
    base = _based(channel, _based(root, url))
    for node in nodes:
        feed.entries.append(_entry(node, base, feed.unknown))
    # What is quoted in a CDATA section was never opened.
    opened = len(_OPENED.findall(body)) if mended else len(nodes)
    quoted = len(_OPENED.findall("".join(_CDATA.findall(decoded(body))).encode())) if mended else 0
    feed.lost = max(0, opened - quoted - len(nodes))
    return feed


def _parsed(body: bytes, url: str) -> tuple[Any, str]:
    """The root of a feed, and how it had to be mended ("" for a well-formed one)."""
    try:
        return etree.fromstring(body.strip(), _parser(recover=False)), ""
    except (etree.XMLSyntaxError, ValueError) as error:
        fault = str(error)
    text = _DECLARED.sub("", _text_of(body).strip("\ufeff \t\r\n"), count=1)
    content = _CONTROL.sub("", _without_html_entities(text)).encode("utf-8", "replace")
    for recover in (False, True):
        try:
            root = etree.fromstring(content, _parser(recover=recover))
        except (etree.XMLSyntaxError, ValueError) as error:
            fault = str(error)
            continue
        if root is not None:
            return root, f"{'read as far as it goes' if recover else 'mended'}: {fault}"
    raise ParseDrift(f"the feed is no XML: {fault}", url)


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover,
        remove_pis=True, remove_comments=True,
    )  # fmt: skip


def _text_of(body: bytes) -> str:
    declared = _ENCODING.match(body)
    if declared:
        try:
            return body.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            return decoded(body)
    return decoded(body)


def _without_html_entities(text: str) -> str:
    """HTML's entities as the characters they are, and bare ampersands escaped."""

    def character(found: re.Match[str]) -> str:
        number, name = found[1], found[2]
        if number or name in _XML_OWN:
            return found[0]
        return html5.get(f"{name};", f"&amp;{name};") if name else "&amp;"

    return _ENTITY.sub(character, text)


def _entry(node: Any, base: str, unknown: Counter[str]) -> Entry:
    base = _based(node, base)
    told: dict[str, list[Any]] = {}
    others: list[tuple[str, str]] = []
    for part in node:
        name = _name(part)
        if name in KNOWN:
            told.setdefault(name, []).append(part)
        else:
            others.append((name, plain(_inner(part))))
            if name not in KEPT and not name.startswith(EXTENSIONS):
                unknown[f"entry field {name}"] += 1
    guid = _first(told, "guid", "id") or str(node.get(f"{RDF}about") or "")
    return Entry(
        title=plain(_first(told, "title")),
        guid=guid,
        link=_link(told, guid, base),
        published=_first(told, "pubDate", "published", "issued", "date", "created"),
        updated=_first(told, "updated", "modified"),
        summary=plain(_first(told, "description", "summary")),
        body=_first(told, "encoded", "content", "description", "summary"),
        authors=_distinct(_author(one) for one in _all(told, "author", "creator")),
        subjects=_distinct(_subject(one) for one in _all(told, "category", "subject")),
        files=tuple(dict.fromkeys(_files(told, base))),
        others=tuple(pair for pair in others if pair[1]),
    )


def _link(told: dict[str, list[Any]], guid: str, base: str) -> str:
    """Where an entry's page is: its link, in Atom the alternate one, else a guid that is an address."""
    for node in told.get("link", ()):
        href = node.get("href")
        if href is not None and (node.get("rel") or "alternate") != "alternate":
            continue
        printed = "".join((href if href is not None else _inner(node)).split())
        if printed:
            # Escaped twice, as some publishers do, an ampersand is still one.
            return address(base, printed.replace("&amp;", "&"))
    permanent = [one for one in told.get("guid", ()) if one.get("isPermaLink") != "false"]
    return guid if permanent and guid.startswith(("http://", "https://")) else ""


def _files(told: dict[str, list[Any]], base: str) -> Iterator[tuple[str, str]]:
    for node in told.get("enclosure", ()):
        if node.get("url"):
            yield address(base, node.get("url").strip()), node.get("type") or ""
    for node in told.get("link", ()):
        if node.get("rel") == "enclosure" and node.get("href"):
            yield address(base, node.get("href").strip()), node.get("type") or ""


def _based(node: Any, base: str) -> str:
    """Against what relative addresses within an element are resolved."""
    return address(base, str(node.get(f"{XML}base") or "")) or base


def _author(node: Any) -> str:
    names = [part for part in node if _local(part) == "name"]
    words = plain(_inner(names[0] if names else node))
    # RSS writes "desk@example.org (Jordan Rivers)".
    mailed = re.fullmatch(r"\S+@\S+\s+\((.+)\)", words)
    return mailed[1] if mailed else "" if re.fullmatch(r"\S+@\S+", words) else words


def _subject(node: Any) -> str:
    return plain(node.get("label") or node.get("term") or _inner(node))


def _first(told: dict[str, list[Any]], *names: str) -> str:
    return next((words for node in _all(told, *names) if (words := _inner(node).strip())), "")


def _all(told: dict[str, list[Any]], *names: str) -> Iterator[Any]:
    for name in names:
        yield from told.get(name, ())


def _distinct(found: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, found)))


def _inner(node: Any) -> str:
    """What an element holds: its words, or as markup what Atom's xhtml has in it."""
    parts = [part for part in node if isinstance(part.tag, str)]
    if not parts:
        return "".join(node.itertext())
    inside = [etree.tostring(part, encoding="unicode", with_tail=True) for part in parts]
    return (node.text or "") + "".join(inside)


def _words_of(node: Any, name: str) -> str:
    return next((plain(_inner(part)) for part in node if _name(part) == name), "")


def _local(node: Any) -> str:
    return _split(node)[1]


def _split(node: Any) -> tuple[str, str]:
    """An element's namespace and its name in it. In a mended feed a name may be any."""
    if not isinstance(node.tag, str):
        return "", ""
    space, _, name = node.tag.rpartition("}")
    return space.removeprefix("{"), name


def _name(node: Any) -> str:
    """An element's name: bare in the feed's own and well-known namespaces, else with its prefix."""
    space, name = _split(node)
    if space in RSS or space in ATOM or space == CONTENT or DUBLIN_CORE.fullmatch(space):
        return name
    return f"{node.prefix}:{name}" if node.prefix else name
