"""`policy-agent uninstall`: take back all that the daemon put into mailboxes."""

import sys

import click

from policy_agent.agent.uninstall import DaemonRunsError, Uninstalled
from policy_agent.agent.uninstall import uninstall as take_back
from policy_agent.cli.output import OK, PROBLEMS, WRONG_USE, format_option, print_json
from policy_agent.logs import configure_logs
from policy_agent.settings import read_settings
from policy_agent.wiring import PROBLEMS as CANNOT
from policy_agent.wiring import uninstalling


@click.command()
@click.option("--dry-run", is_flag=True, help="Only look, and say what it would do.")
@format_option()
def uninstall(*, dry_run: bool, output_format: str) -> None:
    """Put held mail back and leave no trace in any mailbox.

    Held mail goes back to the Inbox, subscriptions end, protected time is removed from every
    calendar that ever had some, and hold folders that are empty are deleted. Settings are those of
    the daemon; a rulebook is not needed. Stop the daemon first: it would begin anew. Mail that was
    released keeps its category. Running it again goes on with what was left.
    """
    try:
        settings = read_settings()
        configure_logs(settings.log_format, settings.log_level)
        with uninstalling(settings) as (context, moment):
            done = take_back(context, moment, dry_run=dry_run)
    except DaemonRunsError as running:
        click.echo(f"Nothing was done: {running}.", err=True)
        sys.exit(WRONG_USE)
    except CANNOT as problem:
        click.echo(str(problem), err=True)
        sys.exit(PROBLEMS if getattr(problem, "passing", False) else WRONG_USE)
    if output_format == "json":
        print_json({"dry_run": dry_run, "done": done})
    else:
        _print(done, dry_run=dry_run)
    sys.exit(PROBLEMS if done.left else OK)


def _print(done: Uninstalled, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    for count, what, became in (
        (done.mails, "held mails", "put back"),
        (done.subscriptions, "subscriptions", "ended"),
        (done.series, "series of protected time", "removed"),
        (done.folders, "empty hold folders", "deleted"),
    ):
        click.echo(f"{what}: {count} {would}{became}")
    for line in done.left:
        click.echo(f"left: {line}")
    if not dry_run:
        click.echo(
            "Nobody can tell whether an idle daemon still runs on this store: one that does would "
            "begin anew. Mail that was released keeps its category."
        )
