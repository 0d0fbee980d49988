"""Health: counts and times of everything, and nothing of people."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from policy_agent.agent.context import AgentContext, CurrentPolicy, Policy, Reloaded
from policy_agent.agent.health import Running, look
from policy_agent.domain.counts import Pushback, ServiceState, TokenState
from policy_agent.domain.people import Directory
from policy_agent.store.store import Store
from tests.domain.test_explaining import RULE, book
from tests.store.examples import SATURDAY, TUESDAY, held, record, ref

RUNNING = Running(
    ready=True,
    watching=True,
    swept_since=SATURDAY,
    calendars_swept_since=None,
    sweep_every=timedelta(minutes=5),
    service=ServiceState(
        token=TokenState(
            good_for=timedelta(minutes=40),
            refused="sign-in refused: AADSTS7000215: ann@northshire.example",
            refused_ago=timedelta(hours=1),
        ),
        pushback=Pushback(throttled=3, unavailable=1, waits=4, waited=timedelta(seconds=9.5)),
    ),
)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[AgentContext]:
    policy = Policy(rulebook=book(RULE), directory=Directory(domains=frozenset(), people={}))
    reload = Reloaded(at=SATURDAY, success=False, problems=("hr@northshire.example is no group",))
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        context = SimpleNamespace(
            store=store, current=CurrentPolicy(policy, reload), service_mailbox=None
        )
        yield cast("AgentContext", context)


def test_everything_that_is_known_is_told(context: AgentContext) -> None:
    record(cast("Store", context.store), held(ref("a")))
    policy = context.current.policy
    calendars = {
        name: replace(calendar, known_until=date(2028, 12, 26))
        for name, calendar in policy.rulebook.calendars.items()
    }
    context.current.policy = replace(policy, rulebook=replace(policy.rulebook, calendars=calendars))
    told = look(context, RUNNING, TUESDAY + timedelta(minutes=6)).as_json()
    assert told == {
        "ready": True,
        "watching": True,
        "pending_arrivals": 0,
        "open_holds": 1,
        "oldest_due": TUESDAY.isoformat(),
        "oldest_made": SATURDAY.isoformat(),
        "oldest_promised": TUESDAY.isoformat(),
        "overdue": True,
        "overdue_holds": 1,
        "swept_since": SATURDAY.isoformat(),
        "calendars": {
            "covered": 0,
            "parked": 0,
            "seen_whole": 0,
            "pending_notices": 0,
            "swept_since": None,
        },
        "mailboxes": {"in_scope": 0, "parked": 0},
        "subscriptions": {
            "inboxes": {"wanted": 0, "live": 0, "soonest_end": None},
            "calendars": {"wanted": 0, "live": 0, "soonest_end": None},
        },
        "holidays_known_until": dict.fromkeys(calendars, "2028-12-26"),
        "notes": {"waiting": 0, "given_up": 0},
        "service_mailbox": False,
        "token": {"good_for_seconds": 2400, "refused_seconds_ago": 3600},
        "throttling": {"throttled": 3, "unavailable": 1, "waits": 4, "waited_seconds": 9},
        "rulebook": policy.rulebook.hash,
        "reload": {"at": SATURDAY.isoformat(), "success": False, "problems": 1},
    }


def test_a_release_may_take_five_minutes(context: AgentContext) -> None:
    record(cast("Store", context.store), held(ref("a")))
    assert not look(context, RUNNING, TUESDAY + timedelta(minutes=5)).overdue


def test_no_address_is_told(context: AgentContext) -> None:
    health = look(context, RUNNING, SATURDAY)
    assert "@" in str(health.reload)
    assert "@" not in str(health.as_json())
