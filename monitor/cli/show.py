"""show: one measure with everything known of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.output import Output, output
from monitor.cli.root import examples, shared
from monitor.cli.tables import STYLES, Printer, printable

if TYPE_CHECKING:
    from monitor.app import App

MOST_EVENTS = 20
MOST_MATCHES = 6
MOST_COMPARED = 5
"""How many earlier versions are looked at for one that reads otherwise."""

INDENT = " " * 14
Json = Mapping[str, Any]


@click.command(
    help="Everything known of one measure: its ID, or its identifier such as HB12.",
    epilog=examples(
        ("show HB1107", "by what is printed on it, in any spelling"),
        ("show 42 --at 2026-02-01", "as it was known on a day"),
        ("show 42 -v", "with every member's vote and every address"),
    ),
)
@click.argument("measure")
@click.option("--at", metavar="DATE", help="As it was known then; a day means its end.")
@shared
@click.pass_context
def show(ctx: click.Context, measure: str, at: str | None) -> None:
    from monitor.app import build

    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    found = app.show(measure, at=at)
    if out.as_json:
        out.line(found)
        return
    _Shown(out.printer(), verbose=bool(out.verbose)).measure(found)
    if not out.quiet:
        _advise(out, app, [one for one in found["versions"] if one["state"] == "readable"])


def _advise(out: Output, app: "App", readable: Sequence[Json]) -> None:
    """Say which comparisons of the last text show something."""
    if not readable:
        return
    last = readable[-1]["id"]
    if (before := _before(app, readable)) is not None:
        out.remark(f"What the last text changed: {out.command(f'diff {before} {last}')}")
    if app.version(last).marks:
        out.remark(f"What it does to existing law: {out.command(f'diff {last} --law')}")


def _before(app: "App", readable: Sequence[Json]) -> int | None:
    """The latest version whose words are not those of the last one; a reprint of it has the same."""
    from pipelines.align import TooManyWordsError
    from pipelines.redline import redline
    from pipelines.texts import is_scanned

    last = readable[-1]
    others = [one["id"] for one in readable if one["text_sha256"] != last["text_sha256"]]
    if not others:
        return None
    new = app.version(last["id"])
    for version in others[: -MOST_COMPARED - 1 : -1]:
        old = app.version(version)
        scanned = is_scanned((*old.pages, *new.pages))
        parts = app.volatile_parts([version, last["id"]])
        try:
            found = redline(old.text, new.text, scanned=scanned, volatile=parts)
        except TooManyWordsError:
            return None
        if not found.equal and not found.cosmetic:
            return int(version)
    return None


class _Shown:
    """Writes a measure for people, section by section; an empty section is left out."""

    def __init__(self, printer: Printer, *, verbose: bool) -> None:
        self.printer = printer
        self.verbose = verbose

    def measure(self, found: Json) -> None:
        self.printer.folded(
            f"{printable(found['identifier'])}  {printable(found['title'])}", "bold"
        )
        self._facts(found)
        if found["abstract"]:
            self._heading("Abstract")
            self.printer.folded(printable(found["abstract"]), indent="  ")
        self._section("Versions", found["versions"], self._version)
        self._matches(found["matches"])
        self._section("Documents", found["documents"], self._document)
        self._section("Actions", found["actions"], self._action)
        self._section("Events", found["events"][-MOST_EVENTS:], self._event)
        self._section("Related", found["related"], self._related)
        self._section("Sources", found["sources"], self._source)

    def _facts(self, found: Json) -> None:
        facts = {
            "id": found["id"],
            "place": f"{found['place']}  {found['jurisdiction']}",
            "session": found["session"],
            "status": found["status"],
            "classification": found["classification"],
            "also": found["identifiers"],
            "formerly": found["formerly"],
            "concerns": found["concerns"],
            "sponsors": "; ".join(_sponsor(person) for person in found["sponsors"]),
            "subjects": "; ".join(found["subjects"]),
            "address": found["url"],
            "first seen": found["first_seen"],
            "changed": found["changed_at"],
            "vanished": found["vanished_at"],
        }
        facts |= {item["kind"]: item["date"] or item["text"] for item in found["dates"]}
        told = {name: text for name, value in facts.items() if (text := printable(value))}
        wide = max(map(len, told)) + 2
        for name, text in told.items():
            label = self.printer.styled(f"  {name:{wide}}", "dim")
            self.printer.folded(text, indent=" " * (wide + 2), first=label)

    def _version(self, version: Json) -> None:
        state = version["state"]
        self._dated(version["date"], f"{version['note']}  (id {version['id']})", state=state)
        if state != "readable":
            waits = version["waits_for"]
            self._beneath(f"waits for {waits}" if waits else version["reason"])
        links = version["links"] if self.verbose else version["links"][:1]
        for link in links:
            self._beneath(link["url"], "dim")
        more = len(version["links"]) - len(links)
        if more:
            self._beneath(f"{more} more: -v", "dim")

    def _matches(self, matches: list[Json]) -> None:
        """Each passage of a topic once, of the latest text first; a few where nobody asks for all."""
        matches = _distinct(matches)
        shown = matches if self.verbose else matches[:MOST_MATCHES]
        self._section("Topics", shown, self._match)
        if more := len(matches) - len(shown):
            self._beneath(f"{more} more: -v", "dim")

    def _match(self, match: Json) -> None:
        where = match["citation"] or (match["field"] if match["field"] != "text" else "")
        facts = (match["topic"], where, f"id {match['version']}" if match["version"] else "")
        standing = match["standing"]
        style = STYLES["standing"].get(standing, "")
        said = " \u00b7 ".join(printable(fact) for fact in facts if fact)
        if style and match["field"] == "text":
            said += " \u00b7 " + self.printer.styled(standing, style)
        self.printer.write(f"  {said}")
        self.printer.folded(printable(match["snippet"]), "dim", indent=" " * 4)

    def _action(self, action: Json) -> None:
        said = ", ".join(action["classification"])
        self._dated(action["date"], action["description"] + f"  [{said}]" * bool(said))
        vote = action.get("vote")
        if vote:
            self._beneath(_tally(vote), STYLES["vote"].get(vote["result"] or "", ""))
            for cast in vote["roll"] if self.verbose else ():
                self._beneath(f"  {cast['voter']}: {cast['text'] or cast['option']}")

    def _document(self, document: Json) -> None:
        self.printer.folded(printable(document["note"] or document["url"]), indent="  ")
        if document["note"]:
            self._beneath(document["url"], "dim")

    def _event(self, event: Json) -> None:
        when = f"{event['time']} " if event["time"] else ""
        facts = (f"{when}{event['name']}", event["status"], event["location"])
        self._dated(event["date"], " · ".join(fact for fact in facts if fact))
        item = event["item"]
        parts = (item["number"], item["title"], item["note"], item["action"])
        self._beneath(" · ".join(part for part in parts if part))

    def _related(self, other: Json) -> None:
        session = f" ({other['session']})" if other["session"] else ""
        self.printer.folded(
            f"{printable(other['identifier'])}{session}  {other['relation']}", indent="  "
        )

    def _source(self, source: Json) -> None:
        self.printer.folded(
            f"{source['source']}, last seen {printable(source['last_seen'])}", indent="  "
        )
        if self.verbose:
            for key, value in source["extras"].items():
                self._beneath(f"{key}: {printable(value)}", "dim")

    def _section(self, heading: str, items: Iterable[Json], write: Any) -> None:
        items = list(items)
        if items:
            self._heading(heading)
        for item in items:
            write(item)

    def _heading(self, text: str) -> None:
        self.printer.write("")
        self.printer.write(self.printer.styled(text, "bold"))

    def _dated(self, date: str | None, text: str, *, state: str = "") -> None:
        first = f"  {date or '':10}  "
        if state:
            first += self.printer.styled(f"{state:10}  ", STYLES["state"].get(state, ""))
        self.printer.folded(printable(text), indent=INDENT, first=first)

    def _beneath(self, text: str, style: str = "") -> None:
        if text:
            self.printer.folded(printable(text), style, indent=INDENT)


def _distinct(matches: Iterable[Json]) -> list[Json]:
    """The first match of each passage: one text may match in it twice, and versions repeat it."""
    found: dict[tuple[str, str], Json] = {}
    for match in matches:
        found.setdefault((match["topic"], " ".join(match["snippet"].split())), match)
    return list(found.values())


def _sponsor(person: Json) -> str:
    role = person["classification"]
    return f"{person['name']} ({role})" if role and role != "primary" else str(person["name"])


def _tally(vote: Json) -> str:
    """A vote in words: how it ended, as understood or as printed, and the counts."""
    tally = ", ".join(f"{option} {number}" for option, number in vote["counts"].items())
    return ": ".join(part for part in (vote["result"] or printable(vote["text"]), tally) if part)
