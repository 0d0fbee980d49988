"""The store of a running organisation, for commands that look into it or leave word in it."""

import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
from dotenv import dotenv_values
from pydantic_settings import BaseSettings, SettingsConfigDict

from policy_agent.agent.holidays import kept_holidays
from policy_agent.agent.scope import Membership, directory_of
from policy_agent.cli.output import PROBLEMS
from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Rulebook
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load
from policy_agent.rulebook.problems import RulebookError
from policy_agent.settings import PREFIX, Settings
from policy_agent.store.engine import open_engine
from policy_agent.store.problems import StoreProblem
from policy_agent.store.store import Store

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Given(BaseSettings):
    """The daemon's own words for its store and rulebook, without those it needs for Graph."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    store_url: str = str(Settings.model_fields["store_url"].default)
    rules: Path = Path("rules")


def store_option(command: _Command) -> _Command:
    """Give a command `--store`, as `store_url`: None means the daemon's setting."""
    return click.option(
        "--store",
        "store_url",
        metavar="URL",
        help="The store; as in POLICY_AGENT_STORE_URL if not given.",
    )(command)


def rules_option(command: _Command) -> _Command:
    """Give a command `--rules`, as `rules`: None means the daemon's setting."""
    return click.option(
        "--rules",
        type=click.Path(exists=True, path_type=Path),
        help="The rulebook; as in POLICY_AGENT_RULES if not given.",
    )(command)


@contextmanager
def opened(store_url: str | None) -> Iterator[Store]:
    """Open a store that is there already; what is wrong ends the command with status 2.

    It is neither made nor migrated: it is the daemon's, and may be of another version.
    """
    url = store_url or _given().store_url
    kind, _, file = url.partition(":///")
    if kind == "sqlite" and not Path(file).is_file():
        raise click.UsageError(
            f"store {url}: there is no such file; name the daemon's store with --store"
        )
    try:
        with closing(Store(open_engine(url))) as store:
            yield store
    except StoreProblem as problem:
        raise click.UsageError(str(problem)) from problem


def by_option(what: str) -> Callable[[_Command], _Command]:
    """Return the decorator for `--by`: who does that; the command asks `who_asks` about it."""
    return click.option("--by", help=f"Who {what}; the user of this machine if not given.")


def who_asks(by: str | None) -> str:
    """Return who leaves word in the store; what nobody can be made out of is wrong use."""
    who = (by or _os_user()).strip()
    if not who:
        raise click.UsageError("--by: say who does it; this machine has no name for its user")
    return who


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user in a container
        return ""


def read_rules(rules: Path | None, store: Store | None = None) -> Rulebook:
    """Load the rulebook; a broken one ends the command with status 1 and all its problems."""
    path = rules or _given().rules
    try:
        return load(path, SHIPPED if store is None else kept_holidays(store))
    except RulebookError as broken:
        click.echo(str(broken), err=True)
        sys.exit(PROBLEMS)


def read_people(rulebook: Rulebook, store: Store) -> Directory:
    """Return who is who, as the daemon last read it from the directory.

    Where some rule counts people's own working days, everybody comes with those they have now.
    """
    members, teams = store.people()
    directory = directory_of(rulebook, Membership(members=members, teams=teams))
    if not rulebook.asks_for_working_days:
        return directory
    own = store.own_times(directory.by_id)
    people = {
        address: replace(person, working_days=own[person.id].working_days)
        if person.id in own
        else person
        for address, person in directory.people.items()
    }
    return replace(directory, people=people)


def _given() -> _Given:
    secrets = {**dotenv_values(".env"), **os.environ}.get(f"{PREFIX}SECRETS_DIR")
    there = secrets if secrets is not None and Path(secrets).is_dir() else None
    return _Given(_env_file=".env", _secrets_dir=there)
