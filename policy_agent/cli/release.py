"""`policy-agent release`: have held mail back before its time, some or all of it.

What is asked for is written into the store, as from a page; a running daemon moves the mail.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from policy_agent.cli.output import OK, PROBLEMS, WRONG_USE, format_option, print_json
from policy_agent.cli.stores import by_option, opened, store_option, who_asks
from policy_agent.clock import machine_now
from policy_agent.domain.holds import OPEN_STATES, Asked, Hold, HoldState
from policy_agent.store.store import Store

_HIGHEST = 2**63 - 1  # that the store can count to
_NEXT = (
    "A running daemon does it within seconds. Where none runs, nothing moves until one does: start "
    "it with `policy-agent run`. `policy-agent uninstall` puts everything back without a daemon."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Holds by what there is to do, as ids."""

    wait: tuple[int, ...]  # to be asked for
    on_the_way: tuple[int, ...]  # asked for before, or coming back just now
    over: tuple[int, ...]  # not on hold any more
    unknown: tuple[int, ...]


@click.command()
@click.argument("holds", metavar="[HOLD]...", nargs=-1, type=click.IntRange(1, _HIGHEST))
@click.option("--all", "everything", is_flag=True, help="Everything that is on hold.")
@click.option("--yes", is_flag=True, help="Do not ask before --all.")
@click.option("--dry-run", is_flag=True, help="Only look, and say what it would do.")
@by_option("wants it back")
@store_option
@format_option()
def release(
    *,
    holds: tuple[int, ...],
    everything: bool,
    yes: bool,
    dry_run: bool,
    by: str | None,
    store_url: str | None,
    output_format: str,
) -> None:
    """Have held mail back in the Inbox now: holds by number, or --all.

    The numbers are those of the log («hold=…») and of the pages. Before --all you are asked to type
    how many it is. A running daemon brings the mail back within seconds; where none runs, nothing
    moves until one does. Running it again is harmless.
    """
    if everything == bool(holds):
        raise click.UsageError("name holds by their numbers, or say --all; not both, not neither")
    who = who_asks(by)
    with opened(store_url) as store:
        found = _everything(store) if everything else _named(store, holds)
        if found.wait and everything and not yes and not dry_run:
            _confirm(len(found.wait))
        if found.wait and not dry_run:
            store.ask_release(found.wait, asked=Asked.IT, who=who, now=machine_now())
    if output_format == "json":
        print_json({"dry_run": dry_run, "holds": found})
    else:
        _print(found, dry_run=dry_run)
    sys.exit(PROBLEMS if found.unknown else OK)


def _everything(store: Store) -> Found:
    return _sorted_out(store.holds(OPEN_STATES))


def _named(store: Store, wanted: Sequence[int]) -> Found:
    return _sorted_out(store.holds_numbered(wanted), wanted)


def _sorted_out(holds: Sequence[Hold], wanted: Sequence[int] = ()) -> Found:
    wait, on_the_way, over = [], [], []
    for hold in holds:
        if hold.state not in OPEN_STATES:
            over.append(hold.id)
        elif hold.state is HoldState.RELEASING or hold.asked is not None:
            on_the_way.append(hold.id)
        else:
            wait.append(hold.id)
    return Found(
        wait=tuple(sorted(wait)),
        on_the_way=tuple(sorted(on_the_way)),
        over=tuple(sorted(over)),
        unknown=tuple(sorted(set(wanted) - {hold.id for hold in holds})),
    )


def _confirm(count: int) -> None:
    """Have it typed how many mails it is; anything else ends the command, and nothing is done."""
    phrase = f"release {count}"
    typed = click.prompt(
        f"This brings {_mails(count)} back before the promised time. Type «{phrase}» to go on",
        default="",
        show_default=False,
        err=True,
    )
    if typed.strip().lower() != phrase:
        click.echo(f"Nothing was done: that was not «{phrase}».", err=True)
        sys.exit(WRONG_USE)


def _print(found: Found, *, dry_run: bool) -> None:
    if dry_run:
        click.echo(f"{_mails(len(found.wait))} would be brought back. Nothing was done.")
    elif found.wait:
        click.echo(f"{_mails(len(found.wait))} will be brought back. {_NEXT}")
    else:
        click.echo("No held mail is left to ask for.")
    if found.on_the_way:
        click.echo(f"On the way back already: {_mails(len(found.on_the_way))}.")
    if found.over:
        click.echo(f"Not on hold any more: {_numbers(found.over)}.")
    if found.unknown:
        click.echo(f"There is no hold of this number: {_numbers(found.unknown)}.")


def _mails(count: int) -> str:
    return "1 held mail" if count == 1 else f"{count} held mails"


def _numbers(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids))
