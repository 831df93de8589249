"""The root command: names, one-line helps, options every command understands."""

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

COMMANDS = {
    "demo": ("demo:demo", "Watch three simulated governments for a month, in under a minute."),
    "init": ("init:init", "Write a watchlist of your own from a few answers."),
    "crawl": ("crawl:crawl", "Visit sources now, or replay recorded ones."),
    "serve": ("serve:serve", "Crawl and deliver on schedule until stopped."),
    "deliver": ("deliver:deliver", "Send the messages that are due."),
    "changes": ("read:changes", "What changed, newest last."),
    "measures": ("read:measures", "The measures known now."),
    "show": ("show:show", "One measure with everything known of it."),
    "search": ("read:search", "Measures whose texts answer a query."),
    "export": (
        "export:export",
        "Measures, versions, actions, votes or changes as CSV or JSON lines.",
    ),
    "diff": ("diff:diff", "The redline of two documents or versions, or of one and the law."),
    "text": ("texts:text", "The text of a document, as we read it."),
    "match": ("texts:match", "Topics or a query found in a document."),
    "topics": ("topics:topics", "List topics, test them, and try them on what is stored."),
    "sources": ("sources:sources", "List sources and how they are doing."),
    "watches": ("watches:watches", "List who wants to know what; try a watch."),
    "alerts": ("alerts:alerts", "List alerts, retry a failed message, send a test."),
    "rematch": ("rematch:rematch", "Apply changed topics to what is stored, without alerts."),
    "reextract": ("reextract:reextract", "Read kept documents anew, without alerts."),
    "review": ("review:review", "Pages that are hard to read: look, agree, correct."),
    "archive": ("archive:archive", "List, verify and pack recordings."),
    "db": ("db:db", "Upgrade, check or back up the database."),
    "doctor": ("doctor:doctor", "Check that everything needed is in place."),
}

LONG_EXAMPLE = 44

HELP = """Watch executive orders, council bills and state bills on official sites,
and hear what changed, with the passage, the redline and the evidence.

\b
Start with:   measurewatch demo
Then:         measurewatch init
Each command has examples:   measurewatch COMMAND --help

Exit codes: 0 done, 1 done but something failed (it says what), 2 bad usage or
input, 130 interrupted.
"""


class Root(click.Group):
    """Finds commands by name and imports a command's module only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(
            importlib.import_module(f"monitor.cli.{module}"), attribute
        )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            import difflib

            close = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


def _remember(ctx: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Options may stand before or after the command; the inner one wins."""
    if value is not None and value is not False and value != 0:
        ctx.ensure_object(dict)[str(parameter.name)] = value
    return value


SHARED: tuple[Callable[[Any], Any], ...] = (
    click.option("--home", type=click.Path(), metavar="DIR", expose_value=False,
                 callback=_remember, help="Where all state lives [MEASUREWATCH_HOME, ./measurewatch-home]."),
    click.option("--watchlist", type=click.Path(), metavar="FILE", expose_value=False,
                 callback=_remember, help="The watchlist [HOME/watchlist.yaml, else the built-in one]."),
    click.option("--json", "json", is_flag=True, expose_value=False, callback=_remember,
                 help="JSON for machines on standard output, nothing else."),
    click.option("--quiet", is_flag=True, expose_value=False, callback=_remember,
                 help="No progress, no remarks."),
    click.option("-v", "--verbose", "verbose", count=True, expose_value=False,
                 callback=_remember, help="Say more; twice for everything."),
)  # fmt: skip


def shared(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options every command understands."""
    for option in reversed(SHARED):
        function = option(function)
    return function


def examples(*shown: tuple[str, str], note: str = "") -> str:
    """The end of a command's help: what one may type, and what it is for."""
    wide = max(len(command) for command, _ in shown) + len("measurewatch ")
    lines = [f"  {f'measurewatch {command}':{wide}}  {purpose}" for command, purpose in shown]
    if wide > LONG_EXAMPLE:
        lines = [line for command, purpose in shown
                 for line in (f"  {purpose}:", f"    measurewatch {command}")]  # fmt: skip
    told = "\n".join(("\b", "Examples:", *lines))
    return f"{told}\n\n{note}" if note else told


@click.command(cls=Root, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option("0.1.0", prog_name="measurewatch")
@shared
def root() -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; never shows a traceback for what a user can mend."""
    try:
        code = root.main(
            args=list(sys.argv[1:] if arguments is None else arguments),
            prog_name="measurewatch",
            standalone_mode=False,
        )
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.Abort:
        click.echo("Interrupted.", err=True)
        code = 130
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except BrokenPipeError:
        # The reader of a pipe left early (`| head`); nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:  # noqa: BLE001 - what is not ours is raised again
        code = _explain(error)
    sys.exit(code if isinstance(code, int) else 0)


def _explain(error: Exception) -> int:
    """Turn an error of ours into its sentence and exit code; anything else is a fault."""
    from monitor.app import explain

    explained = explain(error)
    if explained is None:
        raise error
    message, code = explained
    click.echo(f"Error: {message}", err=True)
    return code
