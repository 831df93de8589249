"""db: the database's own affairs."""

from pathlib import Path

import click

from monitor.cli.output import output
from monitor.cli.root import examples, shared


@click.group(help="Upgrade, check, back up or restore the database.")
@shared
def db() -> None:
    pass


@db.command(
    help="Bring the database to this version; backs it up first.",
    epilog=examples(("db upgrade", "after an update of Measurewatch")),
)
@shared
@click.pass_context
def upgrade(ctx: click.Context) -> None:
    from monitor.app import build

    out = output(ctx)
    with build(ctx.ensure_object(dict)).store(create=True) as opened:
        revision = opened.database.revision()
    if out.as_json:
        out.line({"revision": revision})
    out.remark(f"The database is up to date (revision {revision}).")


@db.command(
    help="Check that the database and the kept documents are sound.",
    epilog=examples(("db check", "exit code 1 when something is damaged")),
)
@shared
@click.pass_context
def check(ctx: click.Context) -> None:
    from monitor.app import build

    out = output(ctx)
    with build(ctx.ensure_object(dict)).store() as opened:
        problems = opened.check()
    for problem in problems:
        click.echo(problem, err=True)
    if out.as_json:
        out.line({"problems": problems})
    if problems:
        ctx.exit(1)
    out.remark("Sound.")


@db.command(
    help="Copy the database, as it is now, into the home's backups.",
    epilog=examples(("db backup", "also while serve runs")),
)
@shared
@click.pass_context
def backup(ctx: click.Context) -> None:
    from monitor.app import build

    out = output(ctx)
    with build(ctx.ensure_object(dict)).store() as opened:
        path = opened.backup()
    if out.as_json:
        out.line({"file": str(path)})
    out.remark(f"Written: {path}")


@db.command(
    help="Put a backup in the database's place. The database that was there is kept in the "
    "home's backups; what it told people is not told again.",
    epilog=examples(
        ("db restore measurewatch-home/backups/measurewatch-0007-by-hand.db", "stop serve first")
    ),
)
@click.argument("backup", type=click.Path(path_type=Path, dir_okay=False))
@shared
@click.pass_context
def restore(ctx: click.Context, backup: Path) -> None:
    from monitor.app import build

    out = output(ctx)
    found = build(ctx.ensure_object(dict)).restore(backup)
    if out.as_json:
        before = str(found.before) if found.before else None
        out.line({"revision": found.revision, "before": before, "told": found.told})
    out.remark(f"Restored {backup} (revision {found.revision}).")
    if found.before:
        out.remark(f"The database that was there: {found.before}")
    if found.told is None:
        out.remark("It could not be read: what happened since the backup may be told again.")
    elif found.told:
        from pipelines.compare_words import how_many

        told = how_many(range(found.told), "alert")
        out.remark(f"{told} that it delivered since will not be sent again.")
