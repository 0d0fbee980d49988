"""The life of a kept meeting, and what makes up for one that was cancelled."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from policy_agent.domain.events import EventRef
from policy_agent.domain.kept_meetings import (
    KeptLook,
    KeptMeeting,
    KeptPerson,
    KeptState,
    begun,
    followed,
    held,
    makes_up,
    missed,
    rebook_until,
)
from policy_agent.domain.walltime import as_instant
from tests.domain.meetings import CALENDAR, MINUTE

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
TUESDAY = datetime(2026, 3, 10, 10, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
MIA, ALICE = KeptPerson(id="mia"), KeptPerson(id="alice")
DECLINED = (KeptPerson(id="alice", declined=True), MIA)


def seen(**more: Any) -> KeptLook:
    """Return a look at Mia's supervision with Alice."""
    starts = more.pop("starts", TUESDAY)
    said: dict[str, Any] = {
        "rule": "supervision-happens",
        "uid": "uid-1",
        "series": "series-1",
        "ref": EventRef(mailbox="mia", event="e1"),
        "master": None,
        "own": True,
        "organiser": "mia",
        "starts": starts,
        "ends": starts + HOUR,
        "people": (ALICE, MIA),
        "size": 2,
        "attending": 2,
        "rebook": True,
    }
    return KeptLook(**(said | more))


def planned(**more: Any) -> KeptMeeting:
    step = begun(seen(**more), NOW)
    assert step is not None
    return replace(step.meeting, id=1)


def called_off(at: datetime = NOW + DAY, **more: Any) -> KeptMeeting:
    return followed(planned(**more), seen(cancelled=at, **more), at).meeting


def test_one_that_is_cancelled_or_declined_when_it_is_first_seen_is_none_of_ours() -> None:
    assert begun(seen(cancelled=NOW), NOW) is None
    assert begun(seen(people=DECLINED, attending=1), NOW) is None
    assert begun(seen(size=1, attending=1), NOW) is None


def test_the_same_look_again_changes_nothing() -> None:
    row = planned()
    again = followed(row, seen(), NOW + DAY)
    assert (again.meeting, again.why) == (row, "")


def test_a_moved_one_is_still_planned_and_knows_how_often_and_how_far() -> None:
    first = followed(planned(), seen(starts=TUESDAY + DAY), NOW)
    second = followed(first.meeting, seen(starts=TUESDAY + 3 * HOUR), NOW)
    assert (first.why, second.why) == ("moved", "moved")
    row = second.meeting
    assert (row.state, row.moves, row.shift) == (KeptState.PLANNED, 2, 3 * HOUR)
    assert row.due == TUESDAY + 4 * HOUR


def test_one_that_only_ends_earlier_is_not_moved() -> None:
    step = followed(planned(), seen(ends=TUESDAY + HOUR / 2), NOW)
    assert (step.meeting.moves, step.why) == (0, "")
    assert step.meeting.ends == TUESDAY + HOUR / 2


@pytest.mark.parametrize(
    ("before", "hours"),
    [(timedelta(hours=23, minutes=59), 23), (24 * HOUR, 24), (timedelta(), 0), (-HOUR / 2, 0)],
)
def test_notice_is_whole_hours_from_the_cancellation_to_the_start(
    before: timedelta, hours: int
) -> None:
    row = called_off(TUESDAY - before)
    assert (row.state, row.notice_hours) == (KeptState.CANCELLED, hours)
    assert row.cancelled_by == "mia"


def test_a_cancelled_copy_that_is_seen_late_tells_when_it_was_changed() -> None:
    step = followed(planned(), seen(cancelled=NOW + HOUR), NOW + DAY)
    assert step.meeting.ended == NOW + HOUR
    before_we_watched = followed(planned(), seen(cancelled=NOW - DAY), NOW + DAY)
    assert before_we_watched.meeting.ended == NOW
    clock_ahead = followed(planned(), seen(cancelled=NOW + 3 * DAY), NOW + DAY)
    assert clock_ahead.meeting.ended == NOW + DAY


def test_a_one_to_one_that_one_of_the_two_declined_does_not_happen() -> None:
    step = followed(planned(), seen(people=DECLINED, attending=1), NOW + DAY)
    row = step.meeting
    assert (row.state, row.cancelled_by, step.why) == (KeptState.CANCELLED, "alice", "declined")
    stranger = followed(planned(), seen(people=(MIA,), attending=1), NOW + DAY)
    assert stranger.meeting.cancelled_by is None


def test_of_a_meeting_that_all_others_declined_the_organiser_can_book_another() -> None:
    people = (KeptPerson(id="alice", declined=True), KeptPerson(id="bob", declined=True), MIA)
    step = followed(planned(size=3), seen(people=people, size=3, attending=1), NOW)
    assert step.meeting.cancelled_by == "mia"


def test_a_meeting_of_several_stands_when_one_declines() -> None:
    step = followed(planned(size=3), seen(people=DECLINED, size=3, attending=2), NOW)
    assert step.meeting.state is KeptState.PLANNED
    assert step.meeting.people == DECLINED


def test_one_that_is_accepted_after_all_is_planned_again() -> None:
    declined = followed(planned(), seen(people=DECLINED, attending=1), NOW).meeting
    step = followed(declined, seen(), NOW + DAY)
    assert step.why == "there again"
    row = step.meeting
    assert (row.state, row.ended, row.notice_hours) == (KeptState.PLANNED, None, None)
    assert row.cancelled_by is None


def test_what_was_held_stays_held_unless_it_was_put_off() -> None:
    row = held(planned()).meeting
    assert (row.state, row.ended, row.due) == (KeptState.HELD, TUESDAY + HOUR, None)
    assert followed(row, seen(), TUESDAY + DAY).meeting == row
    assert followed(row, seen(cancelled=TUESDAY), TUESDAY + DAY).meeting == row
    put_off = followed(row, seen(starts=TUESDAY + WEEK), TUESDAY + DAY).meeting
    assert (put_off.state, put_off.moves) == (KeptState.PLANNED, 1)


def test_one_that_was_missed_is_due_at_once_and_once() -> None:
    row = missed(planned(), NOW + HOUR)
    assert (row.state, row.missed, row.due) == (KeptState.PLANNED, NOW + HOUR, NOW + HOUR)
    assert missed(row, NOW + DAY) == row
    assert followed(row, seen(), NOW + DAY).meeting == planned()


# --- rebooking ---------------------------------------------------------------------------------


def test_the_days_to_rebook_are_working_days_after_it_would_have_been() -> None:
    row = called_off(starts=datetime(2026, 4, 1, 10, tzinfo=UTC))  # before the Easter weekend
    until = rebook_until(CALENDAR, 2, row)
    assert until.isoformat() == "2026-04-08T00:00:00+01:00"


def test_the_days_to_rebook_count_from_a_cancellation_that_came_after_the_start() -> None:
    row = replace(called_off(), ended=datetime(2026, 3, 12, 9, tzinfo=UTC))
    assert rebook_until(CALENDAR, 1, row).date() == date(2026, 3, 14)


def test_a_calendar_without_working_days_has_no_day_to_rebook() -> None:
    with pytest.raises(ValueError, match="service has no working day"):
        rebook_until(replace(CALENDAR, working_days=frozenset()), 1, called_off())


@given(
    starts=st.integers(0, 365 * 24 * 60).map(
        lambda n: datetime(2026, 1, 1, tzinfo=UTC) + n * MINUTE
    ),
    notice=st.timedeltas(timedelta(days=-2), timedelta(days=30)),
    days=st.integers(1, 60),
)
def test_there_are_exactly_so_many_working_days_to_rebook(
    starts: datetime, notice: timedelta, days: int
) -> None:
    row = replace(called_off(), starts=starts, ended=starts - notice)
    until = rebook_until(CALENDAR, days, row)
    first = max(starts, starts - notice).astimezone(CALENDAR.zone).date()
    left = [first + n * DAY for n in range(1, (until.date() - first).days)]
    assert sum(map(CALENDAR.is_working_day, left)) == days
    assert CALENDAR.is_working_day(until.date() - DAY)
    assert as_instant(until) > max(starts, starts - notice)


UNTIL = TUESDAY + WEEK
BOTH = frozenset({"alice", "mia"})


def another(**more: Any) -> KeptMeeting:
    return planned(**({"uid": "uid-2", "series": "series-2", "starts": TUESDAY + DAY} | more))


def is_made_up_by(other: KeptMeeting, row: KeptMeeting | None = None, **more: Any) -> bool:
    said: dict[str, Any] = {"people": BOTH, "until": UNTIL} | more
    return makes_up(row or called_off(), other, **said)


def test_another_one_with_the_same_people_in_time_makes_up() -> None:
    assert is_made_up_by(another())
    assert is_made_up_by(held(another()).meeting)


@pytest.mark.parametrize(
    "other",
    [
        another(rule="training-happens"),
        another(people=(KeptPerson(id="bob"), MIA)),
        another(starts=UNTIL),
        another(starts=NOW + HOUR),  # before the cancellation
        missed(another(), NOW),
        called_off(uid="uid-2", series="series-2", starts=TUESDAY + DAY),
        called_off(),  # itself
    ],
)
def test_it_is_not_made_up_for_by(other: KeptMeeting) -> None:
    assert not is_made_up_by(other)


def test_nobody_s_meeting_is_not_made_up_for() -> None:
    assert not is_made_up_by(another(), people=frozenset())
    assert not is_made_up_by(another(), planned())


def test_another_supervisor_will_do_where_the_rule_is_about_the_other_one_alone() -> None:
    other = another(people=(ALICE, KeptPerson(id="zoe")))
    assert not is_made_up_by(other)
    assert is_made_up_by(other, people=frozenset({"alice"}))


def test_what_stood_there_for_longer_would_have_been_anyway() -> None:
    row = called_off(NOW + 2 * DAY)
    for series in ("series-1", "series-2"):
        turn = another(series=series)
        assert not is_made_up_by(turn, row)
        assert is_made_up_by(replace(turn, first_seen=NOW + DAY), row)
        assert is_made_up_by(replace(turn, moves=1, moved=NOW + 5 * DAY), row)
        assert not is_made_up_by(replace(turn, moves=1, moved=NOW), row)


def test_a_turn_of_its_series_that_only_came_in_sight_does_not_make_up() -> None:
    row = called_off(NOW + 2 * DAY)
    late = NOW + 4 * DAY
    assert is_made_up_by(replace(another(), first_seen=late), row)
    assert not is_made_up_by(replace(another(series="series-1"), first_seen=late), row)


# --- whatever is seen, in whatever order -------------------------------------------------------

looks = st.builds(
    lambda starts, people, cancelled: seen(
        starts=TUESDAY + starts * HOUR,
        people=DECLINED if people else (ALICE, MIA),
        attending=1 if people else 2,
        cancelled=cancelled,
    ),
    st.integers(0, 48),
    st.booleans(),
    st.none() | st.just(NOW + DAY),
)


@given(st.lists(looks, max_size=8))
def test_whatever_is_seen_its_figures_hold_together(some: list[KeptLook]) -> None:
    row = planned()
    for number, look in enumerate(some):
        step = followed(row, look, NOW + number * HOUR)
        again = followed(step.meeting, look, NOW + number * HOUR)
        assert again.meeting == step.meeting
        if step.meeting.state is not row.state:
            assert step.why
        row = step.meeting
        assert row.was_cancelled == (row.notice_hours is not None) == (row.ended is not None)
        assert row.first_starts == TUESDAY
        assert row.moves or not row.shift
        assert (row.state is KeptState.PLANNED) == look.happens
