"""Meetings are measured as they were seen last before they began, whatever rules say of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select

from policy_agent.agent.meetings.measure import AHEAD, MeasuringMeetings
from policy_agent.domain.events import ShowAs, Span
from policy_agent.domain.measuring import CountedMeeting
from policy_agent.domain.meeting_rules import Check, MeetingExempt, MeetingLetThrough
from policy_agent.domain.modes import Mode
from policy_agent.domain.rules import Rule
from policy_agent.store.figure_tables import meetings
from tests.agent.diaries import HALF_HOUR, NOW, TUESDAY_LUNCH, Booked, Watcher, open_watcher
from tests.agent.supervisions import Supervisions
from tests.domain.meetings import FOCUS, at, keep, kept_line, kindness, protect

NAMES = ["ann", "bob", "carol"]
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
TUESDAY = date(2026, 1, 6)
LUNCH = "protected-lunch"
BREAKS = kindness(
    break_between=timedelta(minutes=5),
    where_checks={Check.AGENDA: at(33), Check.LENGTH: at(34), Check.BREAK: at(35)},
)


@dataclass
class Office:
    """People who book, move and decline meetings, and an agent that measures them."""

    watcher: Watcher
    diaries: Supervisions

    def book(self, organiser: str, *attendees: str, **more: Any) -> Booked:
        return self.diaries.book(organiser, *attendees, **more)

    def change(self, one: Booked, **fields: Any) -> None:
        self.diaries.change(one, self.watcher.now, **fields)

    def look(self) -> None:
        """See every calendar whole, as once a day."""
        self.watcher.store.put_calendars([], now=self.watcher.now)
        self.watcher.store.put_calendars(self.diaries.names, now=NOW)
        self.watcher.sweep()

    def found(self) -> CountedMeeting:
        (one,) = self.all()
        return one

    def all(self) -> list[CountedMeeting]:
        """Return what would count, whenever it is."""
        found = self.watcher.store.meetings_between(NOW - WEEK, NOW + 52 * WEEK)
        return sorted(found, key=lambda one: one.starts)

    def row(self) -> Mapping[str, Any]:
        (one,) = self.rows()
        return one

    def rows(self) -> list[Mapping[str, Any]]:
        with self.watcher.store.reading() as connection:
            rows = connection.execute(select(meetings).order_by(meetings.c.starts))
            return [dict(row) for row in rows.mappings()]

    def taken(self) -> Mapping[date, tuple[str, ...]]:
        return self.found().over.get(LUNCH, {})


@contextmanager
def open_measured(folder: Path, *rules: Rule) -> Iterator[Office]:
    with open_watcher(folder, NAMES, rules=rules) as watcher:
        diaries = Supervisions(NAMES)
        watcher.diaries = diaries
        watcher.context = replace(watcher.context, calendars=cast("Any", diaries))
        watcher.features = (MeasuringMeetings(),)
        yield Office(watcher=watcher, diaries=diaries)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_measured(tmp_path, protect(), BREAKS) as found:
        yield found


# --- what is written ---------------------------------------------------------------------------


def test_a_meeting_over_lunch_takes_it_of_everybody_in_it(office: Office) -> None:
    office.book("bob", "ann", "guest@police.example", has_agenda=False, online=True)
    office.look()
    one = office.found()
    assert one.organiser == "bob"
    assert one.starts == TUESDAY_LUNCH
    assert one.over == {LUNCH: {TUESDAY: ("ann", "bob")}}
    assert one.checks == {
        "kind-meetings": {Check.AGENDA: True, Check.LENGTH: False, Check.BREAK: False}
    }
    row = office.row()
    assert row["size"] == 3
    assert row["online"]
    assert row["booked"] == datetime(2025, 12, 1, tzinfo=UTC)
    assert row["gone"] is None


def test_a_look_with_nothing_new_changes_no_row(office: Office) -> None:
    office.book("bob", "ann", weeks=1)
    office.look()
    before = office.rows()
    assert len(before) == 2
    office.watcher.now += HOUR
    office.look()
    assert office.rows() == before


def test_a_meeting_is_measured_in_the_weeks_before_it_begins(office: Office) -> None:
    office.book("bob", "ann", starts=NOW + AHEAD, ends=NOW + AHEAD + HOUR)
    office.look()
    assert office.rows() == []
    office.watcher.after(DAY)
    office.look()
    assert office.found().starts == NOW + AHEAD


def test_a_meeting_that_was_moved_takes_other_time(office: Office) -> None:
    one = office.book("bob", "ann")
    office.look()
    office.change(one, starts=TUESDAY_LUNCH - 2 * HOUR, ends=TUESDAY_LUNCH - HOUR)
    office.watcher.notified(one.ref("bob"))
    assert office.found().starts == TUESDAY_LUNCH - 2 * HOUR
    assert office.found().over == {}


def test_a_meeting_that_was_shortened_gives_lunch_back(office: Office) -> None:
    one = office.book("bob", "ann", starts=TUESDAY_LUNCH - HALF_HOUR, ends=TUESDAY_LUNCH + HOUR)
    office.look()
    assert office.taken() == {TUESDAY: ("ann", "bob")}
    office.change(one, ends=TUESDAY_LUNCH)
    office.watcher.notified(one.ref("bob"))
    assert office.taken() == {}


def test_who_declined_keeps_their_lunch(office: Office) -> None:
    one = office.book("bob", "ann", "carol")
    office.look()
    office.diaries.declined.add((one.number, "ann"))
    office.watcher.notified(one.ref("bob"))
    assert office.taken() == {TUESDAY: ("bob", "carol")}


def test_a_meeting_that_everybody_else_declined_is_none(office: Office) -> None:
    one = office.book("bob", "ann")
    office.look()
    office.diaries.declined.add((one.number, "ann"))
    office.watcher.notified(one.ref("bob"))
    assert office.all() == []


def test_who_is_on_leave_has_no_lunch_taken(office: Office) -> None:
    office.diaries.away["ann"] = (Span(starts=TUESDAY_LUNCH - HOUR, ends=TUESDAY_LUNCH + HOUR),)
    office.book("bob", "ann")
    office.look()
    assert office.taken() == {TUESDAY: ("bob",)}


# --- what is gone ------------------------------------------------------------------------------


def test_a_cancelled_meeting_is_gone_until_it_is_back(office: Office) -> None:
    one = office.book("bob", "ann")
    office.look()
    office.diaries.cancelled.add(one.number)
    office.watcher.notified(one.ref("bob"))
    assert office.all() == []
    assert office.row()["gone"] == office.watcher.now
    office.diaries.cancelled.clear()
    office.watcher.notified(one.ref("bob"))
    assert office.taken() == {TUESDAY: ("ann", "bob")}


def test_a_deleted_meeting_is_gone_by_a_notice(office: Office) -> None:
    one = office.book("bob", "ann")
    office.look()
    one.without |= {"ann", "bob"}
    office.watcher.notified(one.ref("bob"), change="deleted")
    assert office.all() == []


def test_a_deleted_series_is_gone_with_all_that_was_ahead(office: Office) -> None:
    one = office.book("bob", "ann", weeks=1)
    office.look()
    one.without |= {"ann", "bob"}
    office.watcher.notified(one.ref("bob"), change="deleted")
    assert len(office.rows()) == 2
    assert office.all() == []


def test_one_occurrence_that_was_deleted_is_gone_and_the_others_stay(office: Office) -> None:
    one = office.book("bob", "ann", weeks=1)
    office.look()
    office.diaries.deleted.add((one.number, 0))
    office.watcher.notified(one.ref("bob"))
    assert [found.starts for found in office.all()] == [TUESDAY_LUNCH + WEEK]


def test_what_is_not_in_a_calendar_that_was_seen_whole_is_gone(office: Office) -> None:
    one = office.book("bob", "ann")
    office.book("carol", "ann", starts=TUESDAY_LUNCH + DAY)
    office.look()
    one.without |= {"ann", "bob"}
    office.look()
    assert [found.organiser for found in office.all()] == ["carol"]


def test_a_meeting_that_everybody_else_was_taken_out_of_is_gone(office: Office) -> None:
    one = office.book("bob", "ann")
    office.look()
    office.change(one, attendees=())
    office.watcher.notified(one.ref("bob"))
    assert office.all() == []


def test_a_meeting_that_began_stays_as_it_was(office: Office) -> None:
    one = office.book("bob", "ann")
    office.look()
    before = office.rows()
    office.watcher.after(TUESDAY_LUNCH - NOW)
    office.diaries.cancelled.add(one.number)
    office.watcher.notified(one.ref("bob"))
    office.look()
    one.without |= {"ann", "bob"}
    office.watcher.notified(one.ref("bob"), change="deleted")
    office.look()
    assert office.rows() == before


def test_a_meeting_that_began_and_was_put_off_counts_when_it_is_held(office: Office) -> None:
    one = office.book("bob", "ann")
    office.look()
    office.watcher.after(TUESDAY_LUNCH - NOW + timedelta(minutes=5))
    office.change(one, starts=TUESDAY_LUNCH + DAY, ends=TUESDAY_LUNCH + DAY + HALF_HOUR)
    office.watcher.notified(one.ref("bob"))
    assert office.taken() == {TUESDAY + DAY: ("ann", "bob")}


def test_a_meeting_that_was_booked_at_once_counts(office: Office) -> None:
    office.look()
    one = office.book("bob", "ann", starts=NOW, ends=NOW + HOUR, created=NOW)
    office.watcher.now += timedelta(minutes=1)
    office.watcher.notified(one.ref("bob"))
    assert office.found().starts == NOW


# --- whatever the rules say --------------------------------------------------------------------


def test_a_meeting_of_somebody_outside_takes_lunch_and_has_no_organiser(office: Office) -> None:
    office.book("guest@police.example", "bob", "ann")
    office.look()
    one = office.found()
    assert one.organiser is None
    assert one.over == {LUNCH: {TUESDAY: ("ann", "bob")}}
    assert one.checks == {}


def test_a_private_meeting_takes_lunch_and_etiquette_leaves_it_alone(office: Office) -> None:
    office.book("bob", "ann", private=True, has_agenda=False)
    office.look()
    assert office.taken() == {TUESDAY: ("ann", "bob")}
    assert office.found().checks == {}


def test_a_kept_meeting_takes_lunch_and_etiquette_leaves_it_alone(office: Office) -> None:
    kept = keep(named=(kept_line(subject_words=("supervision",)),))
    office.watcher.use(protect(), BREAKS, kept)
    office.book("bob", "ann", subject="Supervision", has_agenda=False)
    office.look()
    assert office.taken() == {TUESDAY: ("ann", "bob")}
    assert office.found().checks == {}


def test_what_a_rule_lets_through_takes_lunch(office: Office) -> None:
    through = MeetingLetThrough(categories=frozenset({"safeguarding"}), where=at(50))
    office.watcher.use(protect(let_through=(through,)))
    office.book("bob", "ann", categories=("Safeguarding",))
    office.look()
    assert office.taken() == {TUESDAY: ("ann", "bob")}


def test_who_is_exempt_themselves_has_no_protected_lunch(office: Office) -> None:
    exempt = MeetingExempt(teams=frozenset({"everyone"}), when="attendee", where=at(40))
    office.watcher.use(protect(exempt=exempt))
    office.book("bob", "ann")
    office.look()
    assert office.taken() == {}


def test_rules_that_are_off_are_measured_as_those_that_watch(office: Office) -> None:
    office.book("bob", "ann", has_agenda=False)
    office.look()
    watched = office.found()
    office.watcher.use(protect(mode=Mode.OFF), replace(BREAKS, mode=Mode.OFF))
    office.look()
    assert office.found() == watched


def test_a_kept_meeting_is_left_alone_by_etiquette_that_is_off_too(office: Office) -> None:
    kept = keep(named=(kept_line(subject_words=("supervision",)),))
    office.watcher.use(replace(BREAKS, mode=Mode.OFF), kept)
    office.book("bob", "ann", subject="Supervision")
    office.look()
    assert office.found().checks == {}


def test_what_takes_nobodys_time_is_not_measured(office: Office) -> None:
    office.book("bob", "ann", show_as=ShowAs.FREE)
    office.book("bob", "ann", show_as=ShowAs.ELSEWHERE)
    office.book("bob")
    office.look()
    assert office.rows() == []


def test_an_all_day_meeting_takes_a_focus_day_and_no_lunch(office: Office) -> None:
    office.watcher.use(protect(), protect(FOCUS, name="focus"))
    midnight = datetime(2026, 1, 7, tzinfo=UTC)
    office.book("bob", "ann", starts=midnight, ends=midnight + DAY, all_day=True)
    office.look()
    assert office.found().over == {"focus": {date(2026, 1, 7): ("ann", "bob")}}


def test_a_meeting_of_two_days_is_over_two_lunches(office: Office) -> None:
    office.book("bob", "ann", ends=TUESDAY_LUNCH + DAY + HALF_HOUR)
    office.look()
    assert office.taken() == dict.fromkeys((TUESDAY, TUESDAY + DAY), ("ann", "bob"))


def test_less_than_the_rule_asks_for_takes_no_lunch(office: Office) -> None:
    office.watcher.use(protect(overlap_at_least=timedelta(minutes=5)))
    one = office.book("bob", "ann", starts=TUESDAY_LUNCH - HOUR)
    office.change(one, ends=TUESDAY_LUNCH + timedelta(minutes=4))
    office.look()
    assert office.found().over == {}


# --- breaks ------------------------------------------------------------------------------------


def test_a_break_that_a_notice_cannot_see_stays_as_it_was_seen(office: Office) -> None:
    office.book("bob", "carol", starts=TUESDAY_LUNCH - HALF_HOUR)
    one = office.book("bob", "ann")
    office.look()
    office.change(one, has_agenda=False)
    office.watcher.notified(one.ref("bob"))
    _, later = office.all()
    assert later.checks == {
        "kind-meetings": {Check.AGENDA: True, Check.LENGTH: False, Check.BREAK: True}
    }
    assert office.rows()[1]["after"] == TUESDAY_LUNCH


def test_a_break_before_a_meeting_that_moved_is_not_known_until_the_day_is_seen(
    office: Office,
) -> None:
    office.book("bob", "carol", starts=TUESDAY_LUNCH - HALF_HOUR)
    one = office.book("bob", "ann", has_agenda=True)
    office.look()
    office.change(one, starts=TUESDAY_LUNCH + HOUR, ends=TUESDAY_LUNCH + 2 * HOUR)
    office.watcher.notified(one.ref("bob"))
    _, later = office.all()
    assert later.checks == {"kind-meetings": {Check.AGENDA: False, Check.LENGTH: False}}
    office.look()
    _, later = office.all()
    assert later.checks["kind-meetings"][Check.BREAK] is False


def test_nothing_is_measured_without_a_rulebook(office: Office) -> None:
    policy = office.watcher.context.current.policy
    office.book("bob", "ann")
    office.watcher.context.current.policy = replace(
        policy, rulebook=replace(policy.rulebook, hash="")
    )
    office.look()
    assert office.rows() == []
