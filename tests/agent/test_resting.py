"""Quiet time and days off of one's own: what is not sent then, and what is."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.resting import LONGEST_REST, awake
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.events import CalendarOwner
from policy_agent.domain.notes import Note, NoteKind, NoteState, PlannedNote
from policy_agent.domain.own_time import Preference
from policy_agent.domain.where import NOWHERE
from policy_agent.store import Store

MONDAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)  # 10:00 in London
MACHINE = datetime(2026, 1, 1, tzinfo=UTC)
SERVICE = Calendar(
    name="service",
    zone=ZoneInfo("Europe/London"),
    working_days=frozenset(range(5)),
    holidays={},
    where=NOWHERE,
)
MORNING = Preference(quiet=(time(9), time(11)))


@dataclass
class Desk:
    """Notes in a store, and who may be told something now."""

    store: Store
    now: datetime = MONDAY
    machine: datetime = MACHINE

    def plan(
        self, *people: str, kind: NoteKind = NoteKind.CLASH, calendar: str = "service"
    ) -> None:
        self.store.plan_notes(
            [
                PlannedNote(
                    key=f"{kind}:{person}",
                    kind=kind,
                    person=person,
                    about="7",
                    not_before=self.now,
                    calendar=calendar,
                )
                for person in people
            ],
            now=self.now,
        )

    def claimed(self) -> tuple[Note, ...]:
        return tuple(
            self.store.claim_notes(
                "w",
                kinds=list(NoteKind),
                closed=(),
                limit=9,
                now=self.now,
                machine=self.machine,
                lease=timedelta(minutes=5),
            )
        )

    def told(self) -> set[str]:
        """Return who is told something now."""
        rulebook = SimpleNamespace(calendars={"service": SERVICE})
        policy = SimpleNamespace(rulebook=rulebook)
        context = SimpleNamespace(store=self.store, current=SimpleNamespace(policy=policy))
        moment = Moment(now=self.now, machine=self.machine)
        return {n.person for n in awake(cast("AgentContext", context), self.claimed(), moment)}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        yield Desk(store=store)


def test_nobody_is_nudged_in_their_quiet_time_and_afterwards_they_are(desk: Desk) -> None:
    desk.store.put_preference("ann", MORNING, now=MONDAY)
    desk.plan("ann", "bob")
    assert desk.told() == {"bob"}
    desk.now += timedelta(hours=1) - timedelta(seconds=1)
    assert desk.told() == set()
    desk.now += timedelta(seconds=1)
    assert desk.told() == {"ann"}


@pytest.mark.parametrize("kind", [NoteKind.ETIQUETTE, NoteKind.SUMMARY, NoteKind.WEEKEND_MAIL])
def test_a_day_off_of_ones_own_is_kept_free_of_nudges_and_summaries(
    desk: Desk, kind: NoteKind
) -> None:
    desk.store.put_preference("ann", Preference(working_days=frozenset({2, 3})), now=MONDAY)
    desk.plan("ann", kind=kind)
    assert desk.told() == set()
    desk.now = datetime(2026, 6, 2, 23, 0, tzinfo=UTC)  # Wednesday begins in London
    assert desk.told() == {"ann"}


@pytest.mark.parametrize("kind", [NoteKind.RECEIPT, NoteKind.DIGEST])
def test_a_receipt_answers_what_somebody_just_did_and_goes_out_at_once(
    desk: Desk, kind: NoteKind
) -> None:
    desk.store.put_preference("ann", MORNING, now=MONDAY)
    desk.plan("ann", kind=kind)
    assert desk.told() == {"ann"}


@pytest.mark.parametrize("kind", [NoteKind.REPORT, NoteKind.TEAM_PAGE])
def test_a_report_goes_to_an_address_and_waits_for_nobodys_own_time(
    desk: Desk, kind: NoteKind
) -> None:
    desk.store.put_preference("list@northshire.example", MORNING, now=MONDAY)
    desk.plan("list@northshire.example", kind=kind)
    assert desk.told() == {"list@northshire.example"}


def test_the_clock_is_that_of_the_persons_own_zone(desk: Desk) -> None:
    desk.store.put_calendars(["ann"], now=MONDAY)
    desk.store.put_owners([CalendarOwner(mailbox="ann", zone="Asia/Kolkata")], now=MONDAY)
    desk.store.put_preference("ann", Preference(quiet=(time(14), time(15))), now=MONDAY)
    desk.plan("ann")  # 14:30 in Kolkata
    assert desk.told() == set()
    desk.now += timedelta(minutes=30)
    assert desk.told() == {"ann"}


def test_days_that_only_the_mailbox_tells_count_too(desk: Desk) -> None:
    desk.store.put_calendars(["ann"], now=MONDAY)
    owner = CalendarOwner(mailbox="ann", zone="Europe/London", working_days=frozenset({1}))
    desk.store.put_owners([owner], now=MONDAY)
    desk.plan("ann")
    assert desk.told() == set()


def test_what_was_sent_is_settled_whoever_rests(desk: Desk) -> None:
    desk.plan("ann")
    (note,) = desk.store.draft_notes(dict.fromkeys(desk.claimed(), "draft"), now=MONDAY)
    desk.store.end_notes([note], NoteState.SENT, why="sent", now=MONDAY)
    desk.store.put_preference("ann", MORNING, now=MONDAY)
    desk.machine += timedelta(hours=1)
    assert desk.told() == {"ann"}


def test_a_quiet_time_over_all_working_hours_lets_no_note_wait_for_good(desk: Desk) -> None:
    desk.store.put_preference("ann", Preference(quiet=(time(6), time(20))), now=MONDAY)
    desk.plan("ann")
    for _ in range(LONGEST_REST.days):
        assert desk.told() == set()
        desk.now += timedelta(days=1)
    with capture_logs() as logs:
        assert desk.told() == set()
    note = desk.store.note("clash:ann")
    assert note is not None
    assert note.state is NoteState.GIVEN_UP
    assert [line["event"] for line in logs] == ["note_given_up"]
    assert desk.claimed() == ()


def test_a_note_without_a_calendar_waits_for_own_days_alone(desk: Desk) -> None:
    desk.store.put_preference("ann", Preference(working_days=frozenset({5, 6})), now=MONDAY)
    desk.plan("ann", calendar="")
    assert desk.told() == set()
    desk.plan("ann", kind=NoteKind.REBOOK)  # the calendar never opens on those days
    assert desk.told() == {"ann"}
