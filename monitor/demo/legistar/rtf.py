"""Papers as the RTF of a legislative system: strike, underline, escapes, a font table."""

from collections.abc import Iterator

from monitor.demo.papers import Paper, runs

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0\deflang1033{\fonttbl{\f0\froman\fcharset0 Times New Roman;}}"
    "\r\n"
    r"{\colortbl ;\red0\green0\blue0;}\viewkind4\uc1\pard\f0\fs24 "
)
MARKS = {"added": (r"\ul ", r"\ulnone "), "struck": (r"\strike ", r"\strike0 "), "plain": ("", "")}


def rtf(paper: Paper) -> str:
    """A paper with its marks."""
    return HEAD + "".join(set_paragraphs(paper)) + "}\r\n"


def rtf_note(words: str) -> str:
    """A line of an agenda's note, as the clerk's editor keeps it."""
    return HEAD + escaped(words) + "\\cf1\\par\r\n}\r\n" if words else ""


def set_paragraphs(paper: Paper) -> Iterator[str]:
    for paragraph in paper.paragraphs:
        heading = paragraph.startswith("#")
        yield "\\b " if heading else ""
        for words, standing in runs(paragraph.lstrip("# ")):
            on, off = MARKS[standing]
            yield on + escaped(words) + off
        yield ("\\b0 " if heading else "") + "\\par\r\n\\par\r\n"


def escaped(words: str) -> str:
    """Words in RTF: its signs escaped, what is not ASCII by number with a substitute."""
    return "".join(map(escape, words))


def escape(sign: str) -> str:
    if sign in "\\{}":
        return f"\\{sign}"
    if sign.isascii():
        return sign
    try:
        return f"\\'{sign.encode('cp1252')[0]:02x}"
    except UnicodeEncodeError:
        return f"\\u{ord(sign)}?"


def plain(paper: Paper) -> str:
    """What the API gives as plain text: no marks, and a sign it cannot write for "§"."""
    text = "\r\n\r\n".join(
        "".join(words for words, _ in runs(paragraph.lstrip("# ")))
        for paragraph in paper.paragraphs
    )
    return text.replace("§", "\ufffd")
