"""Back to back: runs of meetings without a break, against a minute-by-minute count."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.domain.back_to_back import (
    Run,
    end_before,
    is_meeting,
    longest,
    runs,
    runs_by_day,
)
from policy_agent.domain.events import (
    Attendee,
    EventCopy,
    EventRef,
    Response,
    ShowAs,
    Span,
)

MONDAY = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LONDON = ZoneInfo("Europe/London")


def at(start: int, end: int) -> Span:
    return Span(starts=MONDAY + start * MINUTE, ends=MONDAY + end * MINUTE)


def meeting(start: int, end: int, name: str = "", **changed: Any) -> EventCopy:
    copy = EventCopy(
        ref=EventRef(mailbox="ann", event=name or f"e{start}-{end}"),
        uid="u",
        kind="single",
        starts=MONDAY + start * MINUTE,
        ends=MONDAY + end * MINUTE,
        attendees=(Attendee(address="bob@northshire.example"),),
        is_organiser=True,
        created=MONDAY,
        modified=MONDAY,
    )
    return replace(copy, **changed)


def test_less_than_the_break_between_makes_a_run_and_the_break_itself_ends_it() -> None:
    found = runs([at(0, 60), at(64, 120), at(125, 180), at(180, 200)], 5 * MINUTE)
    assert [(run.starts, run.ends, run.meetings) for run in found] == [
        (MONDAY, MONDAY + 120 * MINUTE, 2),
        (MONDAY + 125 * MINUTE, MONDAY + 200 * MINUTE, 2),
    ]
    assert longest(found) == 120 * MINUTE


def test_one_meeting_alone_is_no_run_however_long() -> None:
    assert runs([at(0, 400)], 5 * MINUTE) == ()
    assert longest(()) == timedelta()


def test_a_short_meeting_inside_a_long_one_gives_no_rest() -> None:
    assert runs([at(0, 120), at(10, 20), at(121, 180)], 5 * MINUTE) == (
        Run(starts=MONDAY, ends=MONDAY + 180 * MINUTE, meetings=3),
    )


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(1, 120)), max_size=12),
    st.integers(1, 30),
)
def test_runs_equal_a_count_of_minutes(spans: list[tuple[int, int]], gap: int) -> None:
    meetings = [at(start, start + length) for start, length in spans]
    taken = {minute for start, length in spans for minute in range(start, start + length)}
    # A minute without a meeting is no break where fewer than `gap` of them lie together.
    blocks: list[tuple[int, int]] = []
    for minute in sorted(taken):
        if blocks and minute - blocks[-1][1] < gap:
            blocks[-1] = (blocks[-1][0], minute + 1)
        else:
            blocks.append((minute, minute + 1))
    counted = [
        (first, last, sum(first <= start < last for start, _ in spans)) for first, last in blocks
    ]
    assert [
        (
            int((run.starts - MONDAY) / MINUTE),
            int((run.ends - MONDAY) / MINUTE),
            run.meetings,
        )
        for run in runs(meetings, gap * MINUTE)
    ] == [one for one in counted if one[2] > 1]


@pytest.mark.parametrize(
    "changed",
    [
        {"attendees": ()},
        {"cancelled": True},
        {"all_day": True},
        {"response": Response.DECLINED},
        {"show_as": ShowAs.FREE},
        {"show_as": ShowAs.ELSEWHERE},
        {"show_as": ShowAs.AWAY},
        {"ends": MONDAY},
    ],
)
def test_what_takes_nobodys_time_or_has_nobody_else_is_no_meeting(changed: dict[str, Any]) -> None:
    assert not is_meeting(meeting(0, 30, **changed))


@pytest.mark.parametrize(
    "changed", [{"private": True}, {"show_as": ShowAs.TENTATIVE}, {"show_as": ShowAs.UNKNOWN}]
)
def test_a_private_or_tentative_one_takes_time_as_any_other(changed: dict[str, Any]) -> None:
    assert is_meeting(meeting(0, 30, **changed))


def test_a_day_is_the_one_on_the_wall_of_the_zone() -> None:
    late = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)  # 23:30 in London; the next is on 2 June there
    first = replace(meeting(0, 30), starts=late, ends=late + 30 * MINUTE)
    second = replace(meeting(0, 30), starts=late + 30 * MINUTE, ends=late + 60 * MINUTE)
    third = replace(meeting(0, 30), starts=late + 60 * MINUTE, ends=late + 90 * MINUTE)
    found = runs_by_day([third, first, second], LONDON, 5 * MINUTE)
    assert {day: [run.meetings for run in of_day] for day, of_day in found.items()} == {
        date(2026, 6, 2): [2]
    }


def test_the_meeting_before_is_the_one_that_ends_last_of_those_that_start_earlier() -> None:
    this = meeting(60, 120)
    day = [this, meeting(0, 58), meeting(10, 20), meeting(120, 150), meeting(0, 90, cancelled=True)]
    assert end_before(this, day) == MONDAY + 58 * MINUTE
    assert end_before(meeting(0, 30), [meeting(0, 30)]) is None


def test_of_two_that_start_together_one_comes_before_the_other() -> None:
    one, other = meeting(0, 30, "a"), meeting(0, 60, "b")
    assert end_before(one, [one, other]) is None
    assert end_before(other, [one, other]) == MONDAY + 30 * MINUTE
