"""The daemon with a calendar half whose every job breaks: mail is held, told of and released."""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policy_agent.agent.meetings.work import MeetingWork
from policy_agent.agent.receipts import GATHER, LOOK_EVERY
from policy_agent.domain.holds import HoldState
from policy_agent.settings import Settings
from policy_agent.store.problems import StoreProblem
from policy_agent.wiring import build
from tests.agent.world import ALICE, BOB, DAN, LATER, World

RULES = """
version: 1
organisation: { name: Northshire, domains: [northshire.example] }
calendars:
  service: { timezone: Europe/London, working_days: mon-fri, working_hours: 08:30-17:30 }
teams:
  everyone: { group: everyone@northshire.example }
windows:
  rest-days: { calendar: service, days: non-working }
rules:
  - name: weekend-email
    kind: defer-email
    because: Nobody should feel on call at the weekend
    owner: ict-policy@northshire.example
    mode: enforce
    from: { include: [everyone] }
    to: { include: [everyone] }
    window: rest-days
    hold_at: [inbox]
    release: { day: next-working-day, at: 08:30, spread: 20m }
    examples:
      - title: Saturday waits
        given: { from: alice, to: bob, at: 2026-05-16 10:00 }
        expect: hold until 2026-05-18 08:30
"""


def test_mail_is_held_told_of_and_released_whatever_breaks_in_the_calendar_half(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    jobs = ("arrivals", "sweep", "tick", "upkeep")
    ran: set[str] = set()
    for job in jobs:

        def breaks(_: object, job: str = job) -> None:
            ran.add(job)
            raise StoreProblem("the calendar half is broken")

        monkeypatch.setattr(MeetingWork, job, breaks)
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES, encoding="utf-8")
    settings = Settings(
        tenant_id=world.tenant.tenant_id,
        client_id=world.tenant.client_id,
        client_secret=world.tenant.client_secret,
        authority=world.tenant.authority,
        graph_url=world.tenant.graph,
        ca_file=world.tenant.ca,
        clock_url=f"{world.tenant.origin}/sandbox/clock",
        rules=rules,
        store_url=f"sqlite:///{tmp_path / 'store.db'}",
        holidays_url="",
        notification_url="https://localhost:1/notifications",
        listen_port=0,
        tick_every="0.05s",
        sweep_every="0.2s",
        upkeep_every="0.2s",
        patience="1s",
        service_mailbox=DAN,
    )
    copy = world.deliver(ALICE, BOB)[BOB]
    with build(settings) as daemon:
        seen: list[bool] = []

        def drive() -> None:
            seen.append(until(lambda: state(world, copy) is HoldState.HELD))
            world.travel(world.now + LOOK_EVERY)
            seen.append(until(lambda: world.store.note("receipt:1") is not None))
            world.travel(world.now + GATHER)
            seen.append(until(lambda: receipts(world) == 1))
            world.travel(LATER)
            seen.append(until(lambda: state(world, copy) is HoldState.RELEASED))
            seen.append(until(lambda: ran == set(jobs)))
            daemon._on_stop()  # noqa: SLF001  as SIGTERM does

        driving = threading.Thread(target=drive)
        driving.start()
        daemon.run()
        driving.join()
    assert seen == [True] * 5


def receipts(world: World) -> int:
    found = [one for one in world.tenant.copies(ALICE) if one["subject"].startswith("Your mail to")]
    return len(found)


def state(world: World, copy: Any) -> HoldState | None:
    hold = world.hold(copy)
    return None if hold is None else hold.state


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Ask again until it is so; each question is a call, so that nothing spins."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
    return False
