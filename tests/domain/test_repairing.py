"""What of a block-out is put back, and what is left to its person."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from policy_agent.domain.block_outs import BlockOutState, KeptBlockOut
from policy_agent.domain.blocking import BlockOut, plan
from policy_agent.domain.events import EventCopy, EventRef, ShowAs, Span
from policy_agent.domain.repairing import Repairs, look
from tests.domain.test_blocking import rule

NOW = datetime(2026, 10, 5, 8, tzinfo=UTC)  # a Monday, three weeks before the clocks go back
HORIZON = Span(starts=NOW, ends=NOW + timedelta(weeks=13))
HOUR = timedelta(hours=1)


def series() -> BlockOut:
    found = plan(rule(), "bob", today=NOW.date())
    assert found is not None
    return found


def row(**changed: Any) -> KeptBlockOut:
    given: dict[str, Any] = {
        "id": 1,
        "version": 0,
        "mailbox": "bob",
        "rule": "protected-lunch",
        "state": BlockOutState.KEPT,
        "key": "key",
        "event": "master",
        "wanted": series(),
        "skipped": frozenset(series().skipped),
        "kept_since": NOW - timedelta(days=3),
        **changed,
    }
    return KeptBlockOut(**given)


def copy(day: date, **changed: Any) -> EventCopy:
    span = series().span_on(day)
    given: dict[str, Any] = {
        "ref": EventRef(mailbox="bob", event=f"on {day}"),
        "uid": f"uid {day}",
        "kind": "occurrence",
        "series": "master",
        "starts": span.starts,
        "ends": span.ends,
        "original": span.starts,
        "created": NOW,
        "modified": NOW,
        **changed,
    }
    return EventCopy(**given)


def all_of_them() -> dict[date, EventCopy]:
    plan_ = series()
    days = plan_.days(NOW.date(), HORIZON.ends.date() - timedelta(days=1))
    return {day: copy(day) for day in days if day not in plan_.skipped}


DAY = date(2026, 11, 4)
SPAN = series().span_on(DAY)


def test_a_series_that_is_as_it_should_be_needs_nothing() -> None:
    assert look(row(), all_of_them().values(), whole=HORIZON, now=NOW) == Repairs()


@pytest.mark.parametrize(
    "change",
    [
        {"starts": SPAN.starts + HOUR, "ends": SPAN.ends + HOUR},
        {"starts": SPAN.starts + timedelta(days=2), "ends": SPAN.ends + timedelta(days=2)},
        {"ends": SPAN.ends - timedelta(minutes=10)},
        {"show_as": ShowAs.FREE},
        {"show_as": ShowAs.TENTATIVE},
    ],
)
def test_one_that_was_moved_shortened_or_set_free_is_put_back(change: dict[str, Any]) -> None:
    wrong = copy(DAY, kind="exception", **change)
    found = look(row(), [wrong], whole=None, now=NOW)
    assert found == Repairs(occurrences={wrong.ref.event: SPAN})


@pytest.mark.parametrize(
    "change",
    [
        {"ends": SPAN.ends + HOUR},  # a longer lunch takes all of the window too
        {"show_as": ShowAs.AWAY},
        {"subject": "Swimming"},
    ],
)
def test_one_that_still_takes_the_time_is_left_as_its_person_wants_it(
    change: dict[str, Any],
) -> None:
    assert not look(row(), [copy(DAY, kind="exception", **change)], whole=None, now=NOW)


def test_one_that_is_over_is_left_as_it_was() -> None:
    past = NOW - timedelta(days=3)
    moved = copy(past.date(), kind="exception", show_as=ShowAs.FREE)
    assert not look(row(), [moved], whole=None, now=NOW)


@pytest.mark.parametrize("kind", ["master", "occurrence"])
def test_a_series_that_was_moved_or_set_free_is_put_back(kind: str) -> None:
    for change in ({"starts": SPAN.starts + HOUR}, {"show_as": ShowAs.FREE}):
        found = look(row(), [copy(DAY, kind=kind, **change)], whole=None, now=NOW)
        assert found == Repairs(series=True)


def test_a_series_that_was_moved_to_another_day_is_put_back() -> None:
    saturday = copy(date(2026, 11, 7))
    assert look(row(), [saturday], whole=None, now=NOW) == Repairs(series=True)


def test_a_lunch_that_its_person_deleted_stays_deleted() -> None:
    copies = all_of_them()
    for day in (date(2026, 10, 7), date(2026, 11, 4), date(2026, 12, 16)):
        del copies[day]
    assert not look(row(), copies.values(), whole=HORIZON, now=NOW)


def test_a_week_off_at_the_end_of_what_is_seen_is_no_shorter_series() -> None:
    kept = {day: one for day, one in all_of_them().items() if day < date(2026, 12, 21)}
    assert not look(row(), kept.values(), whole=HORIZON, now=NOW)


def test_a_series_that_lost_a_weekday_or_its_end_is_put_back() -> None:
    copies = all_of_them()
    no_fridays = [one for day, one in copies.items() if day.weekday() != 4]
    ended = [one for day, one in copies.items() if day < date(2026, 11, 9)]
    for some in (no_fridays, ended, []):
        assert look(row(), some, whole=HORIZON, now=NOW) == Repairs(series=True)


def test_what_a_notice_did_not_bring_says_nothing() -> None:
    assert not look(row(), [copy(DAY)], whole=None, now=NOW)


def test_a_view_that_was_taken_before_the_series_was_made_says_nothing() -> None:
    assert not look(row(kept_since=NOW), [], whole=HORIZON, now=NOW)


def test_a_skipped_day_that_is_there_again_is_to_be_skipped_again() -> None:
    christmas = date(2026, 12, 25)
    found = look(row(), [copy(christmas)], whole=None, now=NOW)
    assert found == Repairs(back=frozenset({christmas}))
