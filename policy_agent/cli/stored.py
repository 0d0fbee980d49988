"""What the store knows of a rulebook, read and nothing else."""

import sys
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import click

from policy_agent.agent.holidays import kept_holidays
from policy_agent.agent.known import known
from policy_agent.cli.known import Known
from policy_agent.cli.output import WRONG_USE
from policy_agent.store.engine import open_engine
from policy_agent.store.problems import StoreProblem
from policy_agent.store.store import Store


def read_known(url: str) -> Known:
    """Return what the store knows; ends the program with status 2 where it cannot be read.

    It is neither made nor migrated: it is the daemon's, and may be of another version.
    """
    kind, _, rest = url.partition(":///")
    file = rest.partition("?")[0]
    if kind == "sqlite" and file and not Path(file).exists():  # opening would make it
        _refuse(f"there is no store at {file}; name the one that the daemon writes")
    try:
        with closing(Store(open_engine(url))) as store:
            return _read(store)
    except StoreProblem as problem:
        _refuse(str(problem))


def _refuse(said: str) -> NoReturn:
    click.echo(f"Error: {said}", err=True)
    sys.exit(WRONG_USE)


def _read(store: Store) -> Known:
    members, observed = known(store)
    return Known(holidays=kept_holidays(store), members=members, observed=observed)
