"""Measures of meetings: written where they change, and for good once a meeting has begun."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from policy_agent.domain.clashes import ClashCourse, ClashOccurrence, ClashState, FoundClash, Grace
from policy_agent.domain.events import EventRef, Span
from policy_agent.domain.measuring import CountedMeeting, MeasuredMeeting
from policy_agent.domain.meeting_rules import Check
from policy_agent.domain.modes import Mode
from policy_agent.store import Store
from policy_agent.store.figure_tables import meetings
from tests.store.examples import SATURDAY, TUESDAY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WHOLE = Span(starts=SATURDAY - DAY, ends=SATURDAY + 90 * DAY)
ONE = MeasuredMeeting(
    uid="uid-1",
    ref=EventRef(mailbox="bob", event="bob/1.0"),
    master="bob/1",
    organiser="bob",
    starts=TUESDAY,
    ends=TUESDAY + HOUR,
    booked=SATURDAY,
    whole=True,
    after=TUESDAY - HOUR,
    size=3,
    online=False,
    checks={"kind-meetings": {Check.AGENDA: True, Check.BREAK: False}},
    over={"protected-lunch": {date(2026, 5, 26): ("ann", "bob")}},
)
COUNTED = CountedMeeting(
    organiser=ONE.organiser, starts=ONE.starts, checks=ONE.checks, over=ONE.over
)
SINGLE = replace(ONE, uid="uid-2", ref=EventRef(mailbox="dan", event="dan/2"), master=None)


def put(store: Store, *measured: MeasuredMeeting, **more: Any) -> int:
    said: dict[str, Any] = {"now": SATURDAY}
    return store.put_meetings(measured, **(said | more))


def found(store: Store) -> list[CountedMeeting]:
    return list(store.meetings_between(SATURDAY - DAY, SATURDAY + 90 * DAY))


def uids(store: Store) -> list[str]:
    """Return what is not gone."""
    with store.reading() as connection:
        rows = connection.execute(
            select(meetings.c.uid).where(meetings.c.gone.is_(None)).order_by(meetings.c.uid)
        )
        return list(rows.scalars())


def test_a_meeting_comes_back_as_it_was_measured(store: Store) -> None:
    assert put(store, ONE) == 1
    assert found(store) == [COUNTED]
    assert list(store.meetings_between(TUESDAY, TUESDAY + HOUR)) == [COUNTED]
    assert list(store.meetings_between(SATURDAY, TUESDAY)) == []


def test_the_same_again_changes_nothing(store: Store) -> None:
    put(store, ONE, SINGLE)
    assert put(store, ONE, SINGLE, now=SATURDAY + HOUR) == 0
    assert put(store) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"starts": TUESDAY + HOUR},
        {"ends": TUESDAY + 2 * HOUR},
        {"organiser": None},
        {"over": {}},
        {"checks": {}},
        {"size": 9},
        {"online": True},
        {"after": None},
        {"booked": None},
        {"master": None},
        {"ref": EventRef(mailbox="carol", event="carol/1")},
    ],
)
def test_whatever_changes_is_written(store: Store, change: dict[str, Any]) -> None:
    put(store, ONE)
    changed = replace(ONE, **change)
    assert put(store, changed) == 1
    assert put(store, changed) == 0
    (one,) = found(store)
    assert (one.organiser, one.over) == (changed.organiser, changed.over)


def test_a_meeting_that_has_begun_keeps_its_row(store: Store) -> None:
    put(store, ONE)
    begun: dict[str, Any] = {"now": TUESDAY}
    assert put(store, replace(ONE, over={}), **begun) == 0
    assert put(store, whole={"bob": WHOLE}, gone=["bob/1.0", "bob/1"], **begun) == 0
    assert put(store, looked=[EventRef(mailbox="bob", event="bob/1")], **begun) == 0
    assert found(store) == [COUNTED]


def test_what_was_not_in_a_calendar_that_was_seen_whole_is_gone(store: Store) -> None:
    late = replace(ONE, uid="uid-3", starts=WHOLE.ends, ends=WHOLE.ends + HOUR)
    put(store, ONE, SINGLE, late)
    assert put(store, whole={"bob": WHOLE}) == 1
    assert uids(store) == ["uid-2", "uid-3"]
    assert put(store, whole={"bob": WHOLE}) == 0
    assert put(store, ONE, whole={"bob": WHOLE}) == 1
    assert uids(store) == ["uid-1", "uid-2", "uid-3"]


def test_what_a_series_has_no_more_is_gone(store: Store) -> None:
    later = replace(ONE, uid="uid-3", starts=TUESDAY + DAY, ends=TUESDAY + DAY + HOUR)
    elsewhere = replace(ONE, uid="uid-4", ref=EventRef(mailbox="dan", event="x"))
    put(store, ONE, later, SINGLE, elsewhere)
    assert put(store, ONE, looked=[EventRef(mailbox="bob", event="bob/1")]) == 1
    assert uids(store) == ["uid-1", "uid-2", "uid-4"]
    assert put(store, looked=[EventRef(mailbox="dan", event="dan/2")]) == 1
    assert uids(store) == ["uid-1", "uid-4"]


@pytest.mark.parametrize("name", ["bob/1", "bob/1.0"])
def test_what_a_notice_says_is_gone_is_gone_by_either_id(store: Store, name: str) -> None:
    put(store, ONE, SINGLE)
    assert put(store, gone=[name, "of-something-else"]) == 1
    assert uids(store) == ["uid-2"]


def test_without_the_day_around_it_a_break_is_as_it_was_seen_last(store: Store) -> None:
    put(store, ONE)
    agenda: dict[str, Any] = {"kind-meetings": {Check.AGENDA: False}}
    partly = replace(ONE, whole=False, after=None, checks=agenda)
    assert put(store, partly) == 1
    (one,) = found(store)
    assert one.checks == {"kind-meetings": {Check.AGENDA: False, Check.BREAK: False}}
    moved = replace(partly, starts=TUESDAY - HOUR)
    put(store, moved)
    (one,) = found(store)
    assert one.checks == agenda
    other = replace(ONE, whole=False, starts=TUESDAY - HOUR, checks={"other": {}})
    put(store, other)
    (one,) = found(store)
    assert one.checks == {"other": {}}


def test_a_clash_tells_the_states_that_it_was_in(store: Store) -> None:
    clash = FoundClash(
        rule="protected-lunch",
        series="bob/1",
        mailbox="bob",
        master=None,
        organiser="bob",
        mode=Mode.OBSERVE,
        grace=Grace(lasts=DAY),
        occurrences=(
            ClashOccurrence(
                uid="uid-1", event="e", starts=TUESDAY, ends=TUESDAY + HOUR, affected=("ann",)
            ),
        ),
    )
    other = replace(clash, series="bob/2", organiser=None)
    rules = ["protected-lunch"]
    store.put_clashes([clash, other], looked=["bob/1", "bob/2"], rules=rules, now=SATURDAY)
    store.put_clashes([], looked=["bob/1"], rules=rules, now=SATURDAY + HOUR)
    store.put_clashes([clash], looked=["bob/1"], rules=rules, now=SATURDAY + 2 * HOUR)
    course = ClashCourse(
        rule="protected-lunch",
        organiser="bob",
        found=SATURDAY,
        states=(ClashState.OBSERVED, ClashState.MENDED, ClashState.OBSERVED),
    )
    second = replace(course, organiser=None, states=(ClashState.OBSERVED,))
    assert store.clash_courses(SATURDAY, SATURDAY + HOUR) == (course, second)
    assert store.clash_courses(SATURDAY + HOUR, TUESDAY) == ()
