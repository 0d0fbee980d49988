"""What became of mail in a window: columns add up to teams, and weeks to the month."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from policy_agent.domain.mail_blocks import (
    COLUMNS,
    MailSum,
    NotWaited,
    Tally,
    mail_block,
    mail_hours,
    mail_weeks,
    tallies,
)
from policy_agent.domain.measures import MailColumn
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.domain.rule_months import days_of

MAY = days_of(date(2026, 5, 1))
SATURDAY = date(2026, 5, 23)
MAIL_REASONS = (
    Reason.IN_WINDOW,
    Reason.OUTSIDE_WINDOW,
    Reason.MEETING,
    Reason.EXEMPT_TEAM,
    Reason.EXEMPTION,
    Reason.LET_THROUGH,
    Reason.MODE_OFF,
    Reason.LIMIT_REACHED,
    Reason.ALREADY_READ,
    Reason.FAULT,
)


def summed(
    reason: Reason = Reason.IN_WINDOW,
    *,
    mode: Mode = Mode.ENFORCE,
    urgent: bool = False,
    copies: int = 1,
    team: str = "managers",
    day: date = SATURDAY,
    rule: str = "weekend-email",
) -> MailSum:
    return MailSum(
        day=day,
        rule=rule,
        team=team,
        outcome=Outcome.HOLD if reason is Reason.IN_WINDOW else Outcome.DELIVER,
        mode=mode,
        reason=reason,
        urgent=urgent,
        copies=copies,
    )


def ended(column: MailColumn = MailColumn.SENT_NOW, **changed: str) -> NotWaited:
    values = {"rule": "weekend-email", "team": "managers", **changed}
    return NotWaited(day=SATURDAY, column=column, **values)


def told(tally: Tally) -> dict[str, int]:
    """Return the columns of all teams together that are not empty."""
    found: Counter[str] = Counter()
    for (_, _, column), copies in tally.items():
        found[column] += copies
    return {column: copies for column, copies in found.items() if copies}


@pytest.mark.parametrize(
    ("one", "column"),
    [
        (summed(), MailColumn.WAITED),
        (summed(mode=Mode.OBSERVE), MailColumn.WOULD_WAIT),
        (summed(mode=Mode.NUDGE), MailColumn.WOULD_WAIT),
        (summed(Reason.LET_THROUGH, urgent=True), MailColumn.URGENT),
        (summed(Reason.LET_THROUGH), MailColumn.LET_THROUGH),
        (summed(Reason.EXEMPT_TEAM, urgent=True), MailColumn.EXEMPT),
        (summed(Reason.EXEMPTION), MailColumn.EXEMPT),
        (summed(Reason.MODE_OFF, mode=Mode.OFF), MailColumn.OFF),
        (summed(Reason.LIMIT_REACHED), MailColumn.REST),
        (summed(Reason.ALREADY_READ), MailColumn.REST),
        (summed(Reason.MEETING), MailColumn.REST),
        (summed(Reason.FAULT), MailColumn.REST),
    ],
)
def test_every_reason_in_the_window_has_its_column(one: MailSum, column: MailColumn) -> None:
    assert told(tallies([one], [])["weekend-email"]) == {column: 1}


def test_mail_outside_of_the_window_is_in_no_column() -> None:
    assert told(tallies([summed(Reason.OUTSIDE_WINDOW, copies=9)], [])["weekend-email"]) == {}


def test_what_was_sent_now_or_never_moved_did_not_wait() -> None:
    found = tallies([summed(copies=5)], [ended(), ended(), ended(MailColumn.REST)])
    assert told(found["weekend-email"]) == {"waited": 2, "sent_now": 2, "rest": 1}


def test_a_hold_whose_decision_is_not_counted_yet_is_left_for_later() -> None:
    found = tallies([summed()], [ended(), ended(), ended(team="other"), ended(rule="gone")])
    assert told(found["weekend-email"]) == {"sent_now": 1}
    assert found.keys() == {"weekend-email"}


def test_a_rule_that_holds_nothing_at_the_inbox_delivers() -> None:
    found = tallies([summed(copies=5)], [ended()], unmoved={"weekend-email"})
    assert told(found["weekend-email"]) == {"rest": 5}


def test_teams_with_people_and_no_mail_have_zeros_and_mail_of_nobody_known_has_no_people() -> None:
    tally = tallies([summed(team="", copies=3)], [])["weekend-email"]
    block = mail_block("weekend-email", tally, {"managers": 12})
    assert block.key == "mail:weekend-email"
    assert block.counts == {"": (3, *[0] * 7), "managers": (0,) * 8}
    assert block.people == {"": 0, "managers": 12}


def test_weeks_begin_on_a_monday_and_are_marked_with_their_holidays_in_the_month() -> None:
    tally = tallies([summed(copies=4), summed(day=date(2026, 5, 1))], [])["weekend-email"]
    holidays = {
        date(2026, 5, 4): "Early May bank holiday",
        date(2026, 5, 25): "Spring bank holiday",
        date(2026, 5, 26): "Closure",
        date(2026, 4, 30): "A day before the month",
    }
    series = mail_weeks("weekend-email", tally, MAY, holidays)
    assert (series.key, series.of) == ("mail-weeks:weekend-email", "mail:weekend-email")
    assert [(row.head, row.values[0], row.mark) for row in series.rows] == [
        ("2026-04-27", 1, ""),
        ("2026-05-04", 0, "Early May bank holiday"),
        ("2026-05-11", 0, ""),
        ("2026-05-18", 4, ""),
        ("2026-05-25", 0, "Spring bank holiday, Closure"),
    ]


def test_hours_without_mail_are_told_too() -> None:
    series = mail_hours({20: 3})
    assert [row.head for row in series.rows] == [str(hour) for hour in range(24)]
    assert sum(row.values == (0,) for row in series.rows) == 23


SUMS = st.lists(
    st.builds(
        summed,
        st.sampled_from(MAIL_REASONS),
        mode=st.sampled_from(Mode),
        urgent=st.booleans(),
        copies=st.integers(1, 9),
        team=st.sampled_from(["", "managers", "practitioners"]),
        day=st.sampled_from(MAY),
        rule=st.sampled_from(["weekend-email", "night-email"]),
    )
)
ENDED = st.lists(
    st.builds(
        NotWaited,
        rule=st.sampled_from(["weekend-email", "night-email", "gone"]),
        day=st.sampled_from(MAY),
        team=st.sampled_from(["", "managers"]),
        column=st.sampled_from([MailColumn.SENT_NOW, MailColumn.REST]),
    )
)


@given(sums=SUMS, holds=ENDED)
def test_blocks_and_weeks_hold_each_copy_in_the_window_exactly_once(
    sums: Sequence[MailSum], holds: Sequence[NotWaited]
) -> None:
    found = tallies(sums, holds)
    for rule in {one.rule for one in sums}:
        block = mail_block(rule, found[rule], {"managers": 12})
        inside = [one for one in sums if one.rule == rule and one.in_window]
        for team, counts in block.counts.items():
            assert min(counts) >= 0
            assert sum(counts) == sum(one.copies for one in inside if one.team == team)
        assert block.counts.keys() == block.people.keys() >= {one.team for one in inside}
        weeks = mail_weeks(rule, found[rule], MAY, {})
        by_column = [sum(column) for column in zip(*block.counts.values(), strict=True)]
        told_by_week = [
            sum(value for value in column if isinstance(value, int))
            for column in zip(*(row.values for row in weeks.rows), strict=True)
        ]
        assert told_by_week == by_column
        assert len(by_column) == len(COLUMNS)
        mondays = [date.fromisoformat(row.head) for row in weeks.rows]
        assert all(one.weekday() == 0 for one in mondays)
        assert mondays == sorted(set(mondays))
        assert mondays[-1] - mondays[0] <= timedelta(days=35)
