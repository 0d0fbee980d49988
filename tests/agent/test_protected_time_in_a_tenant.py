"""Protected time in a tenant over HTTPS: told, declined, and asked of the tenant afterwards."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from policy_agent.agent.context import AgentContext
from policy_agent.agent.meetings.protect import Protecting
from policy_agent.agent.meetings.work import MeetingWork
from policy_agent.agent.tell import Outbox
from policy_agent.agent.writers import WRITERS
from policy_agent.domain.clashes import Clash, ClashState
from policy_agent.domain.meeting_rules import MeetingLetThrough, OnClash
from policy_agent.domain.modes import Mode
from policy_agent.domain.rules import Rule
from tests.agent.world import ALICE, BOB, CAROL, DAN, LONDON, World
from tests.domain.meetings import at as line
from tests.domain.meetings import protect
from tests.domain.meetings import rulebook as book_of

MONDAY = datetime(2023, 8, 28, 9, 0, tzinfo=LONDON)  # no holiday in this rulebook
LUNCH = "2023-08-30T12:15"  # a Wednesday
ENFORCED = protect(
    mode=Mode.ENFORCE,
    let_through=(MeetingLetThrough(categories=frozenset({"safeguarding"}), where=line(50)),),
)
WEEKLY = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["wednesday"]},
    "range": {"type": "noEnd", "startDate": "2023-08-30"},
}


@dataclass
class Office:
    """The agent's protecting half in a world."""

    world: World
    context: AgentContext
    protecting: Protecting = field(default_factory=Protecting)
    outbox: Outbox = field(default_factory=lambda: Outbox(WRITERS))

    @property
    def work(self) -> MeetingWork:
        return MeetingWork(
            context=self.context,
            moment=lambda: self.world.moment,
            going=lambda: True,
            features=(self.protecting,),
        )

    def use(self, *rules: Rule) -> None:
        policy = self.context.current.policy
        self.context.current.policy = replace(policy, rulebook=book_of(*rules))

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            for work in (self.protecting, self.outbox):
                work.tick(self.context, self.world.moment)
            self.world.machine += timedelta(hours=1)

    def later(self, **length: float) -> None:
        self.world.travel(self.world.now + timedelta(**length))

    def book(self, organiser: str, *attendees: str, **more: Any) -> dict[str, str]:
        """Book half an hour over lunch; returns everybody's copy by mailbox."""
        meeting = {
            "organiser": organiser,
            "attendees": list(attendees),
            "start": LUNCH,
            "end": LUNCH.replace("12:15", "12:45"),
            "time_zone": "Europe/London",
            "subject": "Budget round",
            **more,
        }
        answer = self.world.tenant.control.post("/meetings", json={"meetings": [meeting]})
        (made,) = answer.raise_for_status().json()["meetings"]
        copies: dict[str, str] = made["copies"]
        return copies

    def act(self, address: str, copy: str, action: str, **more: Any) -> None:
        body = {"address": address, "event": copy, "action": action, **more}
        self.world.tenant.control.post("/event-act", json=body).raise_for_status()

    def id(self, address: str) -> str:
        return self.context.current.policy.directory.person(address).id

    def events(self, address: str) -> list[dict[str, Any]]:
        answer = self.world.tenant.control.get("/events", params={"address": address})
        found: list[dict[str, Any]] = answer.raise_for_status().json()["events"]
        return found

    def mails(self, address: str, kind: str = "") -> list[dict[str, Any]]:
        return [
            one
            for one in self.world.tenant.copies(address)
            if one["folder"].lower() == "inbox" and kind in one["subject"]
        ]

    @property
    def clash(self) -> Clash:
        found: list[Clash] = self.world.store.clashes(list(ClashState))
        return found[0]

    def faults(self, **more: Any) -> None:
        self.world.tenant.control.put("/faults", json=more).raise_for_status()


@pytest.fixture
def office(world: World) -> Office:
    world.travel(MONDAY)
    context = replace(world.context, service_mailbox=DAN)
    found = Office(world=world, context=context)
    found.use(ENFORCED)
    ids = [found.id(address) for address in (ALICE, BOB, CAROL)]
    context.store.put_calendars(ids, now=world.now)
    return found


def test_a_series_is_told_and_declined_once_whatever_answers_are_lost(office: Office) -> None:
    office.book(BOB, ALICE, CAROL, recurrence=WEEKLY)
    office.faults(lost_answers=0.25, error_rate=0.1, seed=5)
    for _ in range(4):
        office.work.sweep()
        office.world.machine += timedelta(hours=1)
    office.tick(6)
    office.later(days=1)
    office.tick(8)
    office.faults(lost_answers=0, error_rate=0)
    office.tick(3)
    office.work.sweep()
    office.tick(2)
    assert office.clash.state is ClashState.DONE
    told = [one for one in office.mails(BOB) if "over protected time" in one["subject"]]
    assert len(told) == 1
    answers = Counter(one["subject"] for one in office.mails(BOB) if one not in told)
    assert sum(answers.values()) == 2  # one a person, for the whole series
    assert office.events(ALICE) == []
    assert office.events(CAROL) == []
    assert len(office.events(BOB)) == 1


def test_a_fortnightly_series_of_500_people_costs_one_nudge_and_few_calls_of_the_tenant(
    office: Office,
) -> None:
    control = office.world.tenant.control
    people = [{"person": f"p{number:03}"} for number in range(499)]
    made = control.post("/people", json={"people": people}).raise_for_status().json()
    everybody = [ALICE, *(one["address"] for one in made["users"])]
    pattern = {"type": "weekly", "interval": 2, "daysOfWeek": ["wednesday"]}
    office.book(BOB, *everybody, recurrence={**WEEKLY, "pattern": pattern})
    office.work.sweep()
    before = control.get("/stats").raise_for_status().json()["by_operation"]
    office.tick(3)
    office.work.sweep()
    office.tick(2)
    after = control.get("/stats").raise_for_status().json()["by_operation"]
    asked = {name: n - before.get(name, 0) for name, n in after.items() if "getSchedule" in name}
    assert 500 / 20 <= sum(asked.values()) <= 500 / 15
    assert len(office.mails(BOB, "over protected time")) == 1


def test_the_times_that_are_offered_are_free_in_the_tenant(office: Office) -> None:
    office.book(BOB, ALICE)
    office.book(CAROL, ALICE, start="2023-08-30T11:00", end="2023-08-30T12:00")
    office.work.sweep()
    office.tick(2)
    slots = [one.starts.astimezone(LONDON).strftime("%a %H:%M") for one in office.clash.slots]
    assert slots == ["Wed 12:00", "Wed 13:00", "Wed 10:30"]


def test_a_meeting_that_is_moved_in_time_is_left_where_it_is(office: Office) -> None:
    copies = office.book(BOB, ALICE)
    office.work.sweep()
    office.tick(2)
    office.act(
        BOB,
        copies[office.id(BOB)],
        "move",
        start="2023-08-30T13:00",
        end="2023-08-30T13:30",
        time_zone="Europe/London",
    )
    office.later(days=1)
    office.tick(3)
    assert office.clash.state is ClashState.MENDED
    assert len(office.events(ALICE)) == 1


def test_a_category_that_was_given_since_lets_it_stay(office: Office) -> None:
    copies = office.book(BOB, ALICE)
    office.work.sweep()
    office.tick(2)
    office.act(BOB, copies[office.id(BOB)], "categorise", category="Safeguarding")
    office.later(days=1)
    office.tick(3)
    assert office.clash.state is ClashState.MENDED
    assert len(office.events(ALICE)) == 1


def test_a_rule_that_cancels_cancels_with_its_reason(office: Office) -> None:
    office.use(replace(ENFORCED, on_clash=OnClash.CANCEL))
    office.book(BOB, ALICE)
    office.work.sweep()
    office.tick(2)
    office.later(days=1)
    office.tick(3)
    assert office.clash.state is ClashState.DONE
    assert office.events(BOB) == []
    assert len(office.mails(ALICE)) == 1
