"""init: a watchlist of one's own, from a few answers or flags."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from monitor.cli.output import Output, output
from monitor.cli.root import examples, shared

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.starting import Answers, Covered

Value = TypeVar("Value")


@click.command(
    help="Write a watchlist of your own. Asks for what no option says.",
    epilog=examples(
        ("init", "asks, one thing after another"),
        (
            "init --place Maryland --place 'Seattle, WA' --to desk@example.org",
            "two places, one mail",
        ),
        ("init --place us/va --topic masks --yes", "asks nothing more"),
        note="A file that is there is replaced only with --force, and a copy of it is kept.",
    ),
)
@click.option(
    "--place",
    "places",
    multiple=True,
    metavar="P",
    help="Virginia, 'Seattle, WA', us/md/*, or * for everywhere (repeatable).",
)
@click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="NAME",
    help="A topic pack (repeatable) [all that come with Measurewatch].",
)
@click.option(
    "--to",
    "--email",
    "to",
    multiple=True,
    metavar="ADDRESS",
    help="A mail address, https://..., file:... (repeatable) [the terminal].",
)
@click.option(
    "--every", metavar="WHEN", help="at once, hourly, daily at 07:30, weekly on monday ..."
)
@click.option(
    "--contact", metavar="ADDRESS", help="Your mail or web address, told to every site visited."
)
@click.option(
    "--yes", is_flag=True, help="Ask nothing; what no option says is as shown in brackets."
)
@click.option("--force", is_flag=True, help="Replace a watchlist that is there; a copy is kept.")
@shared
@click.pass_context  # fmt: skip
def init(
    ctx: click.Context,
    places: tuple[str, ...],
    topics: tuple[str, ...],
    to: tuple[str, ...],
    every: str | None,
    contact: str | None,
    yes: bool,
    force: bool,
) -> None:
    from monitor.app import UsageError, build

    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    path = app.settings.watchlist or app.home / "watchlist.yaml"
    if path.exists() and not force:
        raise UsageError(
            f"There is a watchlist at {path} already. Edit it, or write a new one with --force "
            "(a copy of the old one is kept)."
        )
    asking = _Asking(out, may_ask=sys.stdin.isatty() and not yes)
    if not (places or asking.may_ask):
        raise UsageError(
            "init asks at a terminal, and there is none to ask at; say at least --place, "
            "as in: measurewatch init --place Virginia --to desk@example.org"
        )
    answers, told = _answers(app, asking, places, topics, to, every, contact)
    _write(ctx, out, app, path, answers, told)


def _answers(
    app: "App",
    asking: "_Asking",
    places: Sequence[str],
    topics: Sequence[str],
    to: Sequence[str],
    every: str | None,
    contact: str | None,
) -> "tuple[Answers, str]":
    """What the watchlist shall say, and the contact; flags first, then questions, then defaults."""
    from config.places import place
    from config.topics import pack_names
    from monitor.starting import Answers, address_meant, place_meant

    where = asking.several("--place", places, "A place", place_meant, hint=(
        "Which places? A state and everything in it (Virginia), a city (Seattle, WA), a path\n"
        "(us/md is the state itself, us/md/* everything in it), or * for everywhere."
    ))  # fmt: skip
    packs = pack_names()
    what = asking.several("--topic", topics, "Topics", _topic, default=packs, split=True, hint=(
        f"\nWhat to look for? There are {', '.join(packs)}; name some, or Enter for all."
    ))  # fmt: skip
    whom = asking.several(
        "--to", to, "Send to", address_meant, default=("terminal:",),
        hint="\nWhere to send alerts? A mail address, an https webhook, or Enter for this terminal.",
    )  # fmt: skip
    here = next(
        (place(one.removesuffix("/*")).timezone for one in where if one != "*"),
        place("us").timezone,
    )
    usual = (
        f"daily at 07:30 {here}" if any(one.startswith("mailto:") for one in whom) else "at once"
    )
    cadence = asking.one("--every", every, "How often", lambda text: _cadence(text, here), default=usual,
                         hint="\nHow often? at once, hourly, daily at 07:30, weekly on monday at 08:00.")  # fmt: skip
    told = contact or ""
    if told or not app.settings.contact:
        mails = [one.removeprefix("mailto:") for one in whom if one.startswith("mailto:")]
        suggested = mails[0] if mails and asking.may_ask else ""
        told = asking.one("--contact", contact, "Contact", _contact, default=suggested,
                          hint="\nWhom may a site write to that does not like our visits? Your mail or web address.")  # fmt: skip
    return Answers(where, what, whom, cadence), told


def _topic(text: str) -> str:
    from config.problems import Unexpected, meant
    from config.topics import pack_names

    packs = pack_names()
    if text not in packs:
        raise Unexpected(f"the topic {text!r}", f"one of {', '.join(packs)}", meant(text, packs))
    return text


def _cadence(text: str, zone: str) -> str:
    from config.schedules import parse_cadence

    found = parse_cadence(text, zone)
    # A time of day is the reader's; without its zone the file would mean Washington's.
    clock = found.schedule.timezone if found.schedule else ""
    return f"{found} {clock}" if clock and clock not in str(found) else str(found)


def _contact(text: str) -> str:
    from config.problems import Unexpected
    from config.settings import PREFIX, Settings, SettingsError

    try:
        return Settings.from_mapping({f"{PREFIX}CONTACT": text}).contact
    except SettingsError as error:
        raise Unexpected(repr(text), "a mail or web address in plain letters") from error


@dataclass(frozen=True)
class _Asking:
    """Takes an answer from a flag, else from a person, else the default."""

    out: Output
    may_ask: bool

    def several(
        self,
        flag: str,
        given: Sequence[str],
        words: str,
        parse: Callable[[str], str],
        *,
        hint: str,
        default: Sequence[str] = (),
        split: bool = False,
    ) -> tuple[str, ...]:
        """Answers until Enter alone; `split` takes several on one line. Raises BadParameter."""
        found = [_checked(flag, text, parse) for text in given]
        if not found and self.may_ask:
            click.echo(hint, err=True)
            while True:
                more = bool(found)
                lines = self._ask("Another (Enter to go on)" if more else words, parse, split=split,
                                  may_skip=more or bool(default))  # fmt: skip
                found += lines
                if not lines or split:
                    break
        return tuple(dict.fromkeys(found or default))

    def one(
        self, flag: str, given: str | None, words: str, parse: Callable[[str], str], *,
        hint: str, default: str,
    ) -> str:  # fmt: skip
        """One answer. Raises BadParameter."""
        if given is not None:
            return _checked(flag, given, parse)
        if not self.may_ask:
            return default
        click.echo(hint, err=True)
        shown = f"{words} [{default}]" if default else f"{words} (Enter to leave it open)"
        return next(iter(self._ask(shown, parse, split=False, may_skip=True)), default)

    def _ask(
        self, words: str, parse: Callable[[str], str], *, split: bool, may_skip: bool
    ) -> list[str]:
        """Ask until the answer can be understood; nothing for Enter alone."""

        def understood(text: str) -> list[str]:
            from config.problems import Unexpected

            parts = text.replace(",", " ").split() if split else [text.strip()]
            try:
                found = [parse(part) for part in parts if part]
            except Unexpected as error:
                raise click.UsageError(_sentence(error)) from error
            if not found and not may_skip:
                raise click.UsageError("an answer is needed here.")
            for part, meaning in zip(parts, found, strict=False):
                if meaning != part:
                    click.echo(f"  {meaning}", err=True)
            return found

        answer: list[str] = click.prompt(
            words, default="", show_default=False, value_proc=understood, err=True
        )
        return answer


def _checked(flag: str, text: str, parse: Callable[[str], str]) -> str:
    from config.problems import Unexpected

    try:
        return parse(text)
    except Unexpected as error:
        raise click.BadParameter(_sentence(error), param_hint=flag) from error


def _sentence(error: Exception) -> str:
    return str(error) if str(error).endswith("?") else f"{error}."


def _write(
    ctx: click.Context, out: Output, app: "App", path: Path, answers: "Answers", contact: str
) -> None:
    """Write the watchlist and the settings file, and say what was written and what comes next."""
    from monitor.starting import compose, covered, keep_settings, write_watchlist

    found = covered(answers.places, app.variable)
    copy = write_watchlist(path, compose(answers, found), now=app.clock())
    settings = keep_settings(app.home, contact, found.sources)
    following = output(ctx).command("crawl")
    known = bool(contact or app.settings.contact)
    if out.as_json:
        out.line({
            "watchlist": str(path), "settings": str(settings), "copy": str(copy) if copy else None,
            "places": list(answers.places), "sources": [spec.name for spec in found.sources],
            "topics": list(answers.topics), "to": list(answers.to), "every": answers.every,
            "waiting": [spec.name for spec in found.waiting],
            "uncovered": [gap.place for gap in found.gaps], "next": following,
        })  # fmt: skip
        return
    remarks = [
        f"\nWritten: {path}",
        *([f"The old one is kept as {copy}"] if copy else []),
        f"Sources: {', '.join(spec.name for spec in found.sources)}",
        *(f"Note: {gap}." for gap in found.gaps),
        *_lacking(app, answers, found, settings, known=known),
        f"Next: {following}   (the first visit is a quiet baseline)",
        f"Then: {output(ctx).command('serve')}",
    ]
    for remark in remarks:
        out.remark(remark)


def _lacking(
    app: "App", answers: "Answers", found: "Covered", settings: Path, *, known: bool
) -> list[str]:
    """What is still to be filled in before it can work, each with its place."""
    from monitor.sources import wanted_variables

    lacking = []
    if not known:
        lacking.append(
            f"Sites must be told whom to write to: set MEASUREWATCH_CONTACT in {settings}"
        )
    if not app.settings.smtp_host and any(one.startswith("mailto:") for one in answers.to):
        lacking.append(f"Mail needs a server: set MEASUREWATCH_SMTP_HOST and _FROM in {settings}")
    lacking += [
        f"{spec.name} waits for {', '.join(wanted_variables(spec)) or 'a key'} in {settings}"
        for spec in found.waiting
    ]
    return lacking
