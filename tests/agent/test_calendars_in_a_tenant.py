"""Calendars of a tenant over HTTPS, watched as the daemon watches them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from policy_agent.agent.context import AgentContext
from policy_agent.agent.meetings.judge import HORIZON
from policy_agent.agent.meetings.measure import MeasuringMeetings
from policy_agent.agent.meetings.work import MeetingWork
from policy_agent.agent.upkeep import adopt
from policy_agent.agent.watch import Watch
from policy_agent.domain.counts import CalendarCounts
from policy_agent.domain.events import EventRef
from policy_agent.domain.outcomes import Reason
from policy_agent.domain.rules import Rule
from tests.agent.diaries import Taker
from tests.agent.world import ALICE, BOB, CAROL, DAN, LONDON, World
from tests.domain.meetings import kindness, protect
from tests.domain.meetings import rulebook as book_of
from tests.sandbox.webhook import Webhook, issue, open_webhook

LUNCH = "2023-08-29T12:30"  # a Tuesday, after the bank holiday
OUTSIDE = "guest@police.example"
CLASH = [Reason.OVERLAPS_WINDOW]
WEEKLY = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
    "range": {"type": "noEnd", "startDate": "2023-08-29"},
}


@dataclass
class Office:
    """The calendar half of the agent in a world."""

    world: World
    webhook: Webhook
    context: AgentContext
    taker: Taker = field(default_factory=Taker)

    @property
    def work(self) -> MeetingWork:
        return MeetingWork(
            context=self.context,
            moment=lambda: self.world.moment,
            going=lambda: True,
            features=(self.taker, MeasuringMeetings()),
        )

    def counts(self) -> CalendarCounts:
        return self.context.store.calendar_counts(now=self.world.moment.now)

    def use(self, *rules: Rule) -> None:
        policy = self.context.current.policy
        self.context.current.policy = replace(policy, rulebook=book_of(*rules))

    def id(self, address: str) -> str:
        return self.context.current.policy.directory.person(address).id

    def book(self, organiser: str, *attendees: str, **more: Any) -> dict[str, EventRef]:
        """Book half an hour over lunch; returns everybody's copy by address."""
        meeting = {
            "organiser": organiser,
            "attendees": list(attendees),
            "start": LUNCH,
            "end": LUNCH.replace("12:30", "13:00"),
            "time_zone": "Europe/London",
            **more,
        }
        answer = self.world.tenant.control.post("/meetings", json={"meetings": [meeting]})
        (made,) = answer.raise_for_status().json()["meetings"]
        by_id = {self.id(address): address for address in (ALICE, BOB, CAROL, DAN)}
        return {
            by_id[mailbox]: EventRef(mailbox=mailbox, event=event)
            for mailbox, event in made["copies"].items()
        }

    def act(self, address: str, copy: EventRef, action: str, **more: Any) -> None:
        body = {"address": address, "event": copy.event, "action": action, **more}
        self.world.tenant.control.post("/event-act", json=body).raise_for_status()

    def notices(self) -> int:
        """Take in what the tenant has posted since, and work it off; returns how many items."""
        self.world.tenant.wait_until_quiet()
        with self.webhook.arrived:
            items, self.webhook.items = self.webhook.items, []
        Watch(self.context).accept({"value": items}, self.world.moment)
        self.work.arrivals()
        return len(items)

    def later(self, **length: float) -> None:
        self.world.travel(self.world.now + timedelta(**length))

    def reasons(self) -> list[Reason]:
        """Return what was decided, of all occurrences in order."""
        now = self.world.now
        rows = self.context.store.meeting_decisions_between(  # type: ignore[attr-defined]
            now - timedelta(days=9), now + HORIZON
        )
        return [row.reason for row in rows]

    def taken(self) -> list[frozenset[str]]:
        """Return whose lunch each meeting takes that is measured now, in order."""
        found = self.context.store.meetings_between(self.world.now, self.world.now + HORIZON)
        return [
            frozenset(id_ for people in one.over.get(protect().name, {}).values() for id_ in people)
            for one in sorted(found, key=lambda one: one.starts)
        ]

    def calls(self) -> Counter[str]:
        """Return how many calls the tenant answered, by operation."""
        stats = self.world.tenant.control.get("/stats").raise_for_status().json()
        return Counter(stats["by_operation"])


@pytest.fixture
def office(world: World, tmp_path: Path) -> Iterator[Office]:
    with open_webhook(issue(world.tenant, tmp_path)) as webhook:
        context = replace(world.context, notification_url=webhook.url)
        found = Office(world=world, webhook=webhook, context=context)
        found.use(protect())
        context.store.put_calendars(
            [found.id(address) for address in (ALICE, BOB, CAROL)], now=world.now
        )
        adopt(context)
        yield found


def test_a_series_over_lunch_is_judged_once_over_the_change_of_the_clocks(office: Office) -> None:
    copies = office.book(BOB, ALICE, CAROL, DAN, recurrence=WEEKLY)
    office.work.sweep()
    assert office.taker.series == [(copies[BOB].event, copies[BOB].mailbox, 13)]
    assert office.reasons() == CLASH * 13
    starts = {
        met.copy.starts.astimezone(LONDON).time().isoformat("minutes")
        for seen in office.taker.seen
        for one in seen.series
        for met in one.occurrences
    }
    assert starts == {"12:30"}


def test_a_second_sweep_with_nothing_new_costs_one_call_a_calendar(office: Office) -> None:
    for address in (ALICE, BOB, CAROL):
        for _ in range(20):
            office.book(address, ALICE, BOB, CAROL, recurrence=WEEKLY)
    office.later(minutes=5)  # looks for changes overlap by two
    office.work.sweep()
    office.later(minutes=5)
    before = office.calls()
    written = len(office.reasons())
    office.work.sweep()
    asked = office.calls() - before
    assert asked.pop("GET /users/{}/events") == 3
    assert not [name for name in asked if name.startswith("GET /users")]
    assert len(office.reasons()) == written


def test_a_notice_brings_what_was_booked_and_its_repetitions_change_nothing(
    office: Office,
) -> None:
    office.work.sweep()
    office.work.upkeep()
    copies = office.book(BOB, ALICE, CAROL, recurrence=WEEKLY)
    assert office.notices() >= 3
    assert office.reasons() == CLASH * 13
    assert {one[:2] for one in office.taker.series} == {(copies[BOB].event, copies[BOB].mailbox)}
    office.act(CAROL, copies[CAROL], "accept")
    assert office.notices() >= 1
    office.later(minutes=5)
    office.work.sweep()
    assert office.reasons() == CLASH * 13


def test_a_meeting_that_is_moved_away_from_lunch_is_seen_to_be_mended(office: Office) -> None:
    office.work.sweep()
    office.work.upkeep()
    copies = office.book(BOB, ALICE)
    office.notices()
    office.act(
        BOB,
        copies[BOB],
        "move",
        start="2023-08-29T14:00",
        end="2023-08-29T14:30",
        time_zone="Europe/London",
    )
    office.notices()
    assert office.reasons() == [Reason.OVERLAPS_WINDOW, Reason.OUTSIDE_WINDOW]


def test_one_occurrence_that_is_moved_is_judged_with_its_whole_series(office: Office) -> None:
    office.work.sweep()
    office.work.upkeep()
    copies = office.book(BOB, ALICE, recurrence=WEEKLY)
    office.notices()
    (last,) = [one for one in office.taker.seen[-1].series if one.occurrences]
    third = last.occurrences[2].copy
    office.act(
        BOB,
        third.ref,
        "move",
        start="2023-09-12T15:00",
        end="2023-09-12T15:30",
        time_zone="Europe/London",
    )
    office.notices()
    assert office.taker.series[-1] == (copies[BOB].event, copies[BOB].mailbox, 13)
    rows = office.context.store.meeting_decisions_of(third.uid)  # type: ignore[attr-defined]
    assert [row.reason for row in rows] == [Reason.OVERLAPS_WINDOW, Reason.OUTSIDE_WINDOW]


def test_a_cancelled_meeting_is_gone_from_its_organisers_calendar(office: Office) -> None:
    office.work.sweep()
    office.work.upkeep()
    copies = office.book(BOB, ALICE)
    office.notices()
    office.act(BOB, copies[BOB], "cancel")
    office.notices()
    assert any(copies[BOB].event in seen.gone for seen in office.taker.seen)
    office.later(days=1)
    office.work.sweep()
    last = office.taker.seen[-1]
    assert copies[BOB].mailbox in last.whole
    assert last.series == []
    (theirs,) = last.days[copies[ALICE].mailbox]
    assert theirs.cancelled


def test_whoever_declined_is_known_by_the_organisers_copy(office: Office) -> None:
    copies = office.book(BOB, ALICE, CAROL)
    office.work.sweep()
    office.act(CAROL, copies[CAROL], "decline")
    office.later(minutes=5)
    office.work.sweep()
    (one,) = office.taker.seen[-1].series
    answers = {guest.person.address: guest.response for guest in one.occurrences[0].facts.invited}
    assert answers == {ALICE: "none", CAROL: "declined"}


def test_whose_lunch_is_taken_follows_what_people_do(office: Office) -> None:
    alice, bob, carol = (office.id(address) for address in (ALICE, BOB, CAROL))
    office.work.sweep()
    office.work.upkeep()
    copies = office.book(BOB, ALICE, CAROL, recurrence=WEEKLY)
    office.notices()
    assert office.taken() == [frozenset({alice, bob, carol})] * 2
    office.act(CAROL, copies[CAROL], "decline")
    office.notices()
    assert office.taken() == [frozenset({alice, bob})] * 2
    (last,) = [one for one in office.taker.seen[-1].series if one.occurrences]
    times = {"start": "2023-08-29T14:00", "end": "2023-08-29T14:30", "time_zone": "Europe/London"}
    office.act(BOB, last.occurrences[0].copy.ref, "move", **times)
    office.notices()
    assert office.taken() == [frozenset(), frozenset({alice, bob})]
    office.act(BOB, copies[BOB], "cancel")
    office.notices()
    assert office.taken() == []


def test_an_outside_organisers_meeting_is_judged_once_and_left_alone(office: Office) -> None:
    office.book(OUTSIDE, ALICE, BOB, CAROL, recurrence=WEEKLY)
    office.work.sweep()
    assert office.taken() == [frozenset(map(office.id, (ALICE, BOB, CAROL)))] * 2
    assert office.reasons() == [Reason.ORGANISER_OUTSIDE] * 13
    assert len(office.taker.series) == 1
    office.later(days=1)
    office.work.sweep()
    assert office.taken() == [frozenset(map(office.id, (ALICE, BOB, CAROL)))] * 2
    assert office.reasons() == [Reason.ORGANISER_OUTSIDE] * 13


def test_private_and_free_time_and_agendas_are_told(office: Office) -> None:
    office.use(protect(), kindness(no_longer_than=None))
    office.book(BOB, ALICE, sensitivity="private", body="<p>Agenda: the budget</p>")
    office.book(BOB, ALICE, show_as="free")
    office.work.sweep()
    assert sorted(office.reasons()) == [
        Reason.NOBODYS_TIME,
        Reason.NOBODYS_TIME,
        Reason.PRIVATE,
        Reason.PRIVATE,
    ]


def test_a_tenant_that_denies_calendars_leaves_the_mail_half_alone(office: Office) -> None:
    office.book(BOB, ALICE)
    office.world.tenant.faults(denied=[ALICE, BOB, CAROL])
    office.work.sweep()
    assert office.counts().parked == 3
    before = office.calls()
    office.later(minutes=5)
    office.work.sweep()
    assert not [name for name in office.calls() - before if "/users" in name]
    office.world.tenant.faults(denied=[])
    copy = office.world.deliver(ALICE, BOB)[BOB]
    office.world.notified(copy)
    assert office.context.store.judged([copy]) == {copy}
    assert all(mailbox.parked_until is None for mailbox in office.context.store.mailboxes())
    office.later(days=1)
    office.work.sweep()
    assert office.reasons() == CLASH


def test_lost_answers_and_throttling_do_not_double_or_lose_a_judgement(office: Office) -> None:
    office.book(BOB, ALICE, CAROL, recurrence=WEEKLY)
    office.world.tenant.faults(lost_answers=0.2, error_rate=0.1, seed=4)
    for _ in range(5):
        office.later(minutes=5)
        office.work.sweep()
    office.world.tenant.faults(lost_answers=0, error_rate=0)
    office.later(minutes=5)
    office.work.sweep()
    assert office.counts().seen_whole == 3
    assert office.reasons() == CLASH * 13
