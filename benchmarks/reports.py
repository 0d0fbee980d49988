"""What figures cost: `python -m benchmarks.reports [--decisions N] [--months M] [--store URL]`.

Makes a month of N decisions on mail (and M older ones of as many), then counts its days, counts the
month and closes it, each in a process of its own, of which time and peak memory are told.

Without a URL the store is an SQLite file in the working directory, which it removes afterwards: a
temporary folder may be in memory.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, cast

from benchmarks.bulk import without_indexes, write
from benchmarks.made_months import (
    COLUMNS,
    DOMAIN,
    HELD,
    TEAMS,
    ZONE,
    MadeMonths,
    people,
    rulebook,
)
from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy
from policy_agent.agent.count_month import count_month
from policy_agent.agent.roll_up import roll_up
from policy_agent.agent.scope import Membership, directory_of, put_scope
from policy_agent.domain.mail_figures import local_day
from policy_agent.domain.months import after, before
from policy_agent.domain.watching import Member
from policy_agent.store import tables
from policy_agent.store.store import Store

MONTH = date(2026, 10, 1)
ONE_DAY = date(2026, 10, 14)  # a Wednesday: as busy as any
SETTLED = timedelta(hours=2)


def first_of_all(months: int) -> date:
    """Return the first of the month that so many months come before `MONTH`."""
    first = MONTH
    for _ in range(months):
        first = before(first)
    return first


def fill(url: str, decisions: int, months: int) -> str:
    """Write the months, the people and their places."""
    rules, made = rulebook(), MadeMonths(rulebook())
    month, count = first_of_all(months), 0
    with closing(Store.open(url)) as store:
        since = local_day(month, ZONE)[0]
        put_scope(_context(store), rules, _membership(), Moment(now=since, machine=since))
    with without_indexes(url, [tables.decisions, tables.holds]) as engine:
        while month <= MONTH:
            count += write(engine, tables.decisions, COLUMNS, made.rows(month, decisions))
            month = after(month)
        held = write(engine, tables.holds, HELD, made.held)
    share = made.in_window / count
    return f"{count:,} decisions, {share:.1%} of them in a window, {held:,} holds"


def roll(url: str, until: date) -> str:
    """Count every day before `until` that is not counted yet."""
    with closing(Store.open(url)) as store:
        now = local_day(until, ZONE)[0] + SETTLED
        return f"{roll_up(_context(store), Moment(now=now, machine=now))} days"


def count(url: str) -> str:
    """Count the month."""
    with closing(Store.open(url)) as store:
        now = local_day(after(MONTH), ZONE)[0] + SETTLED
        figures = count_month(_context(store), MONTH, now)
    if figures is None:
        raise RuntimeError("the month's days are not counted")
    copies = sum(sum(counts) for block in figures.blocks for counts in block.counts.values())
    return f"{copies:,} copies in windows, {len(figures.blocks)} blocks"


def phases(url: str, decisions: int, months: int) -> Mapping[str, tuple[str, Callable[[], str]]]:
    """Return what is measured, in order: by its name on the command line, a title and the work."""
    return {
        "fill": ("rows are made", lambda: fill(url, decisions, months)),
        "older": ("roll-up of the months before", lambda: roll(url, MONTH)),
        "first": ("roll-up up to 13 October", lambda: roll(url, ONE_DAY)),
        "day": ("roll-up of 14 October alone", lambda: roll(url, ONE_DAY + timedelta(days=1))),
        "rest": ("roll-up of the rest of October", lambda: roll(url, after(MONTH))),
        "count": ("October is counted", lambda: count(url)),
    }


def _membership() -> Membership:
    teams = {name: frozenset(id_ for id_, team in people() if team == name) for name in TEAMS}
    return Membership(
        members=[Member(id=id_, addresses=(f"{id_}@{DOMAIN}",)) for id_, _ in people()],
        teams={"everyone": frozenset(id_ for id_, _ in people()), **teams},
    )


def _context(store: Store) -> AgentContext:
    rules = rulebook()
    nobody = cast("Any", None)  # nothing is asked of the service
    return AgentContext(
        mail=nobody,
        subscriptions=nobody,
        people=nobody,
        calendars=nobody,
        outgoing=nobody,
        store=store,
        current=CurrentPolicy(Policy(rulebook=rules, directory=directory_of(rules, _membership()))),
        worker="benchmark",
        lease=timedelta(minutes=5),
        hold_folder="",
        released_category="",
        notification_url="",
        subscription_length=timedelta(days=6),
        service_mailbox=None,
        public_url="",
        block_out_category="",
    )


def measured(phase: str, arguments: list[str]) -> dict[str, Any]:
    """Run one phase in a process of its own; return what it says of itself."""
    done = subprocess.run(  # noqa: S603  ourselves
        [sys.executable, "-m", "benchmarks.reports", "--phase", phase, *arguments],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=10_000_000, help="of one month")
    parser.add_argument("--months", type=int, default=0, help="older ones beside it")
    parser.add_argument("--store", help="URL of an empty database; else an SQLite file here")
    parser.add_argument("--phase", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.phase:
        work = phases(asked.store, asked.decisions, asked.months)[asked.phase][1]
        started = perf_counter()
        what = work()
        said = {"seconds": perf_counter() - started, "what": what}
        said["mebibytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(said))
        return
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        url = asked.store or f"sqlite:///{folder}/store.db"
        numbers = ["--decisions", str(asked.decisions), "--months", str(asked.months)]
        for phase, (title, _) in phases(url, asked.decisions, asked.months).items():
            if phase == "older" and not asked.months:
                continue
            found = measured(phase, ["--store", url, *numbers])
            line = f"{title:<34}{found['seconds']:9.2f} s{found['mebibytes']:8.0f} MiB"
            print(f"{line}   {found['what']}", flush=True)


if __name__ == "__main__":
    main()
