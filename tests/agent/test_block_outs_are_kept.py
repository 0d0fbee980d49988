"""Block-outs in people's calendars: made once, kept in step, put back, and taken away."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy
from policy_agent.agent.meetings.block_out import AT_A_TIME, BlockingOut
from policy_agent.agent.meetings.ports import Calendars
from policy_agent.agent.meetings.seen import Seen
from policy_agent.domain.block_outs import BlockOutState
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, EventRef, ShowAs, Span
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.modes import Mode
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.rules import Exemption, Rulebook
from policy_agent.store.store import Store
from tests.agent.block_out_calendars import BlockOutCalendars, KilledError, Series, weeks
from tests.domain.test_block_outs import exemption
from tests.domain.test_blocking import calendar, rule, window

MONDAY = datetime(2026, 6, 1, 7, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CHRISTMAS = date(2026, 12, 25)
FOCUS = rule(
    window(
        name="focus-wednesday",
        days=frozenset({2}),
        time=None,
        every_weeks=2,
        starting=date(2026, 1, 7),
    ),
    name="focus-days",
)


@dataclass
class Office:
    """People, their calendars, and the agent."""

    store: Store
    calendars: BlockOutCalendars = field(default_factory=BlockOutCalendars)
    people: tuple[str, ...] = ("bob",)
    rules: tuple[ProtectTime, ...] = (rule(),)
    exemptions: tuple[Exemption, ...] = ()
    moment: Moment = field(default=Moment(now=MONDAY, machine=datetime(2026, 1, 1, tzinfo=UTC)))
    agent: BlockingOut = field(default_factory=BlockingOut)
    context: AgentContext = field(init=False)

    def __post_init__(self) -> None:
        nothing: Any = None
        self.context = AgentContext(
            mail=nothing,
            subscriptions=nothing,
            people=nothing,
            store=self.store,
            calendars=cast("Calendars", self.calendars),
            outgoing=nothing,
            current=CurrentPolicy(self.policy()),
            worker="worker",
            lease=timedelta(minutes=5),
            hold_folder="",
            released_category="",
            notification_url="",
            subscription_length=DAY,
            service_mailbox=None,
            public_url="",
            block_out_category="Protected time",
        )

    def policy(self) -> Policy:
        people = {
            f"{name}@northshire.example": Person(
                id=name, address=f"{name}@northshire.example", teams=frozenset({"everyone"})
            )
            for name in self.people
        }
        domains = frozenset({"northshire.example"})
        rulebook = Rulebook(
            organisation="Northshire",
            domains=domains,
            calendars={one.calendar.name: one.calendar for one in self.rules} or {"s": calendar()},
            teams={},
            windows={},
            rules=self.rules,
            exemptions=self.exemptions,
            hash="0" * 64,
        )
        return Policy(rulebook=rulebook, directory=Directory(domains=domains, people=people))

    def use(self, *rules: ProtectTime, **changed: Any) -> None:
        """Put another policy in force, as a reload does, and work it off."""
        self.rules = rules or self.rules
        for name, value in changed.items():
            setattr(self, name, value)
        self.context.current.policy = self.policy()
        self.settle()

    def tick(self) -> None:
        later = self.moment.machine + timedelta(minutes=1)
        self.moment = Moment(now=self.moment.now, machine=later)
        self.agent.tick(self.context, self.moment)

    def settle(self) -> None:
        """Tick until there is nothing to do."""
        for _ in range(12):
            self.tick()

    def travel(self, by: timedelta) -> None:
        self.moment = Moment(now=self.moment.now + by, machine=self.moment.machine + by)

    def restart(self) -> None:
        """Begin again as a new process does."""
        self.agent = BlockingOut()
        self.store.forget_leases("worker")

    def saw(self, *copies: EventCopy, **more: Any) -> None:
        self.agent.take(self.context, Seen(block_outs=copies, **more), self.moment)

    def saw_all(self, mailbox: str = "bob") -> None:
        """Look at a whole calendar, as once a day."""
        span = weeks(13, self.moment.now)
        copies = [one for series in self.calendars.of(mailbox) for one in series.occurrences(span)]
        self.saw(*copies, whole={mailbox: span})

    def only(self, mailbox: str = "bob") -> Series:
        (found,) = self.calendars.of(mailbox)
        return found

    def free_days(self, mailbox: str = "bob", *, ahead: int = 30) -> set[date]:
        """Return working days ahead on which nothing keeps lunch free."""
        span = Span(starts=self.moment.now, ends=self.moment.now + ahead * DAY)
        taken = {
            one.starts.date()
            for series in self.calendars.of(mailbox)
            for one in series.occurrences(span)
        }
        days = {(self.moment.now + number * DAY).date() for number in range(ahead)}
        return {day for day in days if day.weekday() < 5} - taken


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        yield Office(store)


def test_lunch_is_kept_in_each_calendar_without_its_holidays(office: Office) -> None:
    office.use(people=("alice", "bob"))
    for mailbox in ("alice", "bob"):
        series = office.only(mailbox)
        assert (series.look.subject, series.look.first) == ("Protected time: lunch", MONDAY.date())
        assert series.deleted == {CHRISTMAS}
        assert not office.free_days(mailbox)


def test_nothing_is_called_when_nothing_changed(office: Office) -> None:
    office.settle()
    before = list(office.calendars.calls)
    assert before == ["owners", "marked", "add", "instances", "remove"]
    for _ in range(3):
        office.use()  # a reload of the same
        office.travel(DAY)
        office.settle()
        office.saw_all()
        office.settle()
    office.restart()
    office.settle()
    assert office.calendars.calls == before


def test_a_tick_does_a_bounded_piece_of_work(office: Office) -> None:
    office.people = tuple(f"person {number}" for number in range(AT_A_TIME + 5))
    office.context.current.policy = office.policy()
    office.tick()
    assert len(office.calendars.series) == AT_A_TIME
    office.settle()
    assert len(office.calendars.series) == AT_A_TIME + 5


def test_a_lost_answer_makes_no_second_series(office: Office) -> None:
    office.calendars.lose = {"add"}
    office.settle()
    assert CHRISTMAS in office.only().deleted
    assert office.calendars.calls.count("add") == 1  # it was found by its mark


@pytest.mark.parametrize("method", ["remove", "restore", "restore_occurrences"])
def test_a_lost_answer_of_any_other_call_is_tried_again(office: Office, method: str) -> None:
    office.settle()
    office.travel(DAY)
    office.only().show_as = ShowAs.FREE
    day = date(2026, 6, 10)
    office.only().moved[day] = moved_by(office.only(), day, HOUR)
    office.calendars.lose = {method}
    office.saw_all()
    office.settle()
    assert office.only().show_as is ShowAs.BUSY
    assert office.only().moved[day] == office.only().look.span_on(day)
    assert CHRISTMAS in office.only().deleted


def moved_by(series: Series, day: date, by: timedelta) -> Span:
    span = series.look.span_on(day)
    return Span(starts=span.starts + by, ends=span.ends + by)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_any_call_leaves_one_series_and_all_days_skipped(
    tmp_path: Path, when: str
) -> None:
    """Make it, skip a day more, change its look, and take it away, with one kill between."""

    def story(office: Office) -> None:
        office.use()
        office.use(exemptions=(exemption(date(2026, 6, 8), date(2026, 6, 9)),))
        office.use(rule(window(name="late-lunch")))

    def ended_well(office: Office) -> None:
        series = office.only()
        assert series.look.subject == "Protected time: late lunch"
        assert office.free_days() == {date(2026, 6, 8), date(2026, 6, 9)}
        office.use(mode := rule(window(name="late-lunch"), mode=Mode.OBSERVE))
        assert mode.mode is Mode.OBSERVE
        assert not office.calendars.series
        assert {row.state for row in office.store.block_outs()} == {BlockOutState.GONE}

    with closing(Store.open(f"sqlite:///{tmp_path / 'whole.db'}")) as store:
        whole = Office(store)
        story(whole)
        calls = len(whole.calendars.calls)
        ended_well(whole)
    for number in range(1, calls + 1):
        with closing(Store.open(f"sqlite:///{tmp_path / f'{number}.db'}")) as store:
            office = Office(store)
            office.calendars.kill = (when, number)
            with pytest.raises(KilledError):
                story(office)
            office.restart()
            office.settle()
            story(office)
            ended_well(office)


def test_a_lost_store_leaves_no_second_series(office: Office, tmp_path: Path) -> None:
    office.settle()
    with closing(Store.open(f"sqlite:///{tmp_path / 'new.db'}")) as store:
        later = Office(store, calendars=office.calendars)
        later.settle()
        (row,) = store.block_outs()
        assert later.only().key == row.key


def test_a_focus_day_every_other_week_stands_beside_lunch(office: Office) -> None:
    office.use(rule(), FOCUS)
    lunch, focus = sorted(office.calendars.of("bob"), key=lambda one: one.look.rule, reverse=True)
    assert (lunch.look.every_weeks, focus.look.every_weeks) == (1, 2)
    days = [one.starts.astimezone(ZoneInfo("Europe/London")).date()
            for one in focus.occurrences(weeks(6, MONDAY))]  # fmt: skip
    assert days == [date(2026, 6, 10), date(2026, 6, 24), date(2026, 7, 8)]
    office.use(rule())
    assert office.only().look.rule == "protected-lunch"


def test_an_exemption_of_days_frees_them_and_its_end_brings_them_back(office: Office) -> None:
    office.settle()
    first = office.only().ref
    office.use(exemptions=(exemption(date(2026, 6, 8), date(2026, 6, 9)),))
    assert office.only().ref == first
    assert office.free_days() == {date(2026, 6, 8), date(2026, 6, 9)}
    office.use(exemptions=())
    assert office.only().ref != first  # a deleted occurrence cannot be brought back
    assert not office.free_days()
    assert CHRISTMAS in office.only().deleted


def test_a_long_exemption_takes_the_series_away_until_it_is_over(office: Office) -> None:
    office.settle()
    office.use(exemptions=(exemption(date(2026, 6, 2), date(2026, 6, 20)),))
    assert office.calendars.series
    office.travel(DAY)
    office.settle()
    assert not office.calendars.series
    office.travel(19 * DAY)
    office.settle()
    assert office.only().look.first == date(2026, 6, 22)


def test_who_leaves_the_team_loses_it_and_who_joins_gets_it(office: Office) -> None:
    office.use(people=("alice", "bob"))
    office.use(people=("bob", "carol"))
    assert {ref.mailbox for ref in office.calendars.series} == {"bob", "carol"}


def test_a_new_holiday_is_skipped(office: Office) -> None:
    office.settle()
    jubilee = date(2026, 6, 12)
    kept = window(calendar(holidays={CHRISTMAS: "Christmas Day", jubilee: "Jubilee"}))
    office.use(rule(kept))
    assert office.free_days() == {jubilee}


def test_a_moved_lunch_is_put_back_and_a_deleted_one_stays_deleted(office: Office) -> None:
    office.settle()
    office.travel(DAY)
    series, moved, deleted = office.only(), date(2026, 6, 10), date(2026, 6, 11)
    series.moved[moved] = moved_by(series, moved, HOUR)
    series.deleted.add(deleted)
    office.saw_all()
    office.settle()
    assert series.moved[moved] == series.look.span_on(moved)
    assert office.free_days() == {deleted}


def test_a_notice_of_one_moved_lunch_is_enough(office: Office) -> None:
    office.settle()
    series, day = office.only(), date(2026, 6, 10)
    series.moved[day] = moved_by(series, day, 5 * HOUR)
    (copy,) = [one for one in series.occurrences(weeks(3, MONDAY)) if one.kind == "exception"]
    office.saw(copy)
    office.settle()
    assert series.moved[day] == series.look.span_on(day)


def test_who_moves_it_again_and_again_is_put_back_once_a_day(office: Office) -> None:
    office.settle()
    office.travel(DAY)
    series, day = office.only(), date(2026, 6, 10)
    for _ in range(3):
        series.moved[day] = moved_by(series, day, HOUR)
        office.saw_all()
        office.settle()
    assert office.calendars.calls.count("restore_occurrences") == 1
    office.travel(DAY)
    office.saw_all()
    office.settle()
    assert series.moved[day] == series.look.span_on(day)


def test_a_series_that_was_set_free_is_put_back_with_its_holidays_skipped(office: Office) -> None:
    office.settle()
    office.travel(DAY)
    office.only().show_as = ShowAs.FREE
    office.saw_all()
    office.settle()
    assert office.only().show_as is ShowAs.BUSY
    assert CHRISTMAS in office.only().deleted


@pytest.mark.parametrize("told", [True, False])
def test_a_series_that_its_person_deleted_comes_back_on_the_next_day(
    office: Office, told: bool
) -> None:
    office.settle()
    office.travel(2 * HOUR)
    ref = office.only().ref
    office.calendars.series.clear()
    if told:
        office.saw(gone={ref.event, "another"})
    else:
        office.saw_all()
    office.settle()
    assert not office.calendars.series
    office.travel(DAY)
    office.settle()
    assert office.only().ref != ref
    assert CHRISTMAS in office.only().deleted


@pytest.mark.parametrize("kind", ["denied", "unlicensed", "full", "refused"])
def test_a_mailbox_that_will_not_have_it_is_left_alone_for_a_day(office: Office, kind: Any) -> None:
    office.calendars.failing = {"alice": CallFailure(kind=kind, what="no")}
    office.use(people=("alice", "bob"))
    assert {ref.mailbox for ref in office.calendars.series} == {"bob"}
    asked = len(office.calendars.calls)
    office.settle()
    assert len(office.calendars.calls) == asked
    office.calendars.failing.clear()
    office.travel(DAY)
    office.settle()
    assert office.only("alice").look.first == date(2026, 6, 2)


def test_one_that_cannot_be_removed_now_is_removed_later(office: Office) -> None:
    office.settle()
    office.calendars.failing = {"bob": CallFailure(kind="denied", what="no")}
    office.use(rule(mode=Mode.OFF))
    assert office.calendars.series
    office.calendars.failing.clear()
    office.travel(DAY)
    office.settle()
    assert not office.calendars.series


def test_a_room_has_no_lunch(office: Office) -> None:
    office.calendars.purposes = {"room": "room", "desk": "shared", "bob": "linked"}
    office.use(people=("bob", "desk", "room"))
    assert {ref.mailbox for ref in office.calendars.series} == {"bob"}


def test_without_a_rulebook_in_force_nothing_is_touched(office: Office) -> None:
    office.settle()
    before = len(office.calendars.calls)
    policy = office.policy()
    empty = replace(policy.rulebook, rules=(), hash="")
    office.context.current.policy = replace(policy, rulebook=empty)
    office.settle()
    assert office.calendars.series
    assert len(office.calendars.calls) == before


def test_what_is_seen_of_others_is_none_of_its_business(office: Office) -> None:
    office.settle()
    before = len(office.calendars.calls)
    other = Series(ref=EventRef(mailbox="bob", event="another"), key="", look=office.only().look)
    office.saw(*other.occurrences(weeks(1, MONDAY)), gone={"nothing of ours"})
    office.settle()
    assert len(office.calendars.calls) == before
