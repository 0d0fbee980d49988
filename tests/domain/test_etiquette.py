"""Etiquette: what could be kinder about a meeting, and what is none of its business."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from policy_agent.domain.etiquette import look
from policy_agent.domain.facts import Invited, MeetingFacts
from policy_agent.domain.meeting_rules import Check, MeetingEtiquette
from tests.domain.meetings import kindness, person

STARTS = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
RULE = kindness(
    agenda_required=True,
    notice_at_least=timedelta(hours=4),
    no_longer_than=timedelta(minutes=90),
    break_between=timedelta(minutes=5),
    attendees_at_most=2,
)
NOTHING = kindness(agenda_required=False, no_longer_than=None)


def guests(count: int) -> tuple[Invited, ...]:
    return tuple(Invited(person=person(f"guest{number}")) for number in range(count))


KIND = MeetingFacts(
    starts=STARTS,
    ends=STARTS + 90 * MINUTE,
    organiser=person("ann"),
    invited=guests(2),
    booked=STARTS - timedelta(hours=4),
    has_agenda=True,
    after=STARTS - 5 * MINUTE,
)


def found(rule: MeetingEtiquette = RULE, **changed: Any) -> tuple[Check, ...]:
    return look(rule, replace(KIND, **changed))


def test_at_its_limits_a_meeting_is_kind() -> None:
    assert found() == ()


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"has_agenda": False}, Check.AGENDA),
        ({"booked": STARTS - timedelta(hours=4) + SECOND}, Check.NOTICE),
        ({"ends": STARTS + 90 * MINUTE + SECOND}, Check.LENGTH),
        ({"after": STARTS - 5 * MINUTE + SECOND}, Check.BREAK),
        ({"after": STARTS}, Check.BREAK),
        ({"after": STARTS + timedelta(hours=1)}, Check.BREAK),  # the one before overlaps it
        ({"invited": guests(3)}, Check.SIZE),
    ],
)
def test_past_a_limit_its_check_finds_it_and_no_other(
    changed: dict[str, Any], check: Check
) -> None:
    assert found(**changed) == (check,)
    assert found(NOTHING, **changed) == ()


def test_what_is_not_known_is_not_held_against_anybody() -> None:
    assert found(has_agenda=None, booked=None, after=None) == ()


def test_everything_comes_in_one_order() -> None:
    assert found(
        has_agenda=False,
        booked=STARTS,
        ends=STARTS + timedelta(hours=3),
        after=STARTS,
        invited=guests(3),
    ) == tuple(Check)


def test_an_appointment_with_nobody_else_is_no_meeting() -> None:
    assert found(invited=(), has_agenda=False) == ()


def test_an_away_day_is_no_long_meeting() -> None:
    day = timedelta(days=1)
    assert found(all_day=True, ends=STARTS + day, after=STARTS) == ()
    assert found(all_day=True, ends=STARTS + day, has_agenda=False) == (Check.AGENDA,)


@pytest.mark.parametrize(("minutes", "checks"), [(90, ()), (91, (Check.LENGTH,))])
def test_a_meeting_over_the_change_of_clocks_is_as_long_as_it_lasts(
    minutes: int, checks: tuple[Check, ...]
) -> None:
    """On the wall it seems to last an hour longer than it does."""
    london = ZoneInfo("Europe/London")
    starts = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    ends = starts + minutes * MINUTE
    assert (
        found(
            starts=starts.astimezone(london),
            ends=ends.astimezone(london),
            booked=None,
            after=None,
        )
        == checks
    )
