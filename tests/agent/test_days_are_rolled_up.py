"""Each day that is over is counted once, whatever happens meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from policy_agent.agent.meetings.keep import KeepingMeetings
from policy_agent.agent.roll_up import roll_up
from policy_agent.agent.rule_days import comes_on
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.events import CalendarOwner, Span
from policy_agent.domain.modes import Mode
from policy_agent.domain.own_time import Preference
from policy_agent.domain.placing import NO_TEAM
from policy_agent.domain.rule_days import RuleDay
from policy_agent.domain.windows import Window
from tests.agent.counted_months import DAY, on, people_are, rolled
from tests.agent.weekends import CALENDAR, SATURDAY, WAITING, Weekend, killed_at, open_weekend
from tests.domain.meetings import LONDON, LUNCH, ZONES, keep, kindness, protect

SATURDAY_DAY = date(2026, 5, 23)
SUNDAY = date(2026, 5, 24)


@pytest.fixture
def weekend(tmp_path: Path) -> Iterator[Weekend]:
    with open_weekend(tmp_path) as opened:
        yield opened


def rule_days(weekend: Weekend, day: date = SATURDAY_DAY) -> dict[tuple[str, str], RuleDay]:
    return {(row.rule, row.team): row for row in weekend.store.rule_days_between(day, day)}


def figures(weekend: Weekend) -> int:
    return sum(one.copies for one in weekend.store.mail_sums(date.min, date.max))


def test_a_day_is_counted_an_hour_after_it_is_over_by_the_organisation_s_clocks(
    weekend: Weekend,
) -> None:
    weekend.send("alice", "bob")
    assert rolled(weekend, on(SUNDAY, 1, 59)) == 0  # summer time: UTC's day is younger
    assert rolled(weekend, on(SUNDAY, 2)) == 1
    assert figures(weekend) == 1
    assert rolled(weekend, on(SUNDAY, 3)) == 0


def test_behind_utc_a_day_is_counted_once_the_organisation_s_own_is_over(weekend: Weekend) -> None:
    havana = replace(CALENDAR, zone=ZONES[1])
    book = weekend.context.current.policy.rulebook
    weekend.context.current.change(
        lambda policy: replace(policy, rulebook=replace(book, calendars={"service": havana}))
    )
    assert rolled(weekend, datetime(2026, 5, 24, 4, 59, tzinfo=UTC)) == 0
    assert rolled(weekend, datetime(2026, 5, 24, 5, 0, tzinfo=UTC)) == 1


def test_without_a_rulebook_in_force_no_day_is_counted(weekend: Weekend) -> None:
    book = weekend.context.current.policy.rulebook
    weekend.context.current.change(lambda policy: replace(policy, rulebook=replace(book, hash="")))
    assert rolled(weekend, on(SUNDAY + 9 * DAY)) == 0


def test_days_that_were_missed_are_counted_one_after_the_other(weekend: Weekend) -> None:
    assert rolled(weekend, on(SUNDAY + 9 * DAY)) == 10
    days = weekend.store.rolled_between(date.min, date.max)
    assert [one.batch for one in days] == [SATURDAY_DAY + n * DAY for n in range(10)]


def test_one_who_is_to_stop_counts_no_further_day(weekend: Weekend) -> None:
    weekend.now = on(SUNDAY + 9 * DAY)
    answers = iter([True, True, False])
    assert roll_up(weekend.context, weekend.moment, going=lambda: next(answers)) == 2


@pytest.mark.parametrize("method", ["put_rule_days", "keep_day"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_any_step_counts_nothing_twice(
    weekend: Weekend, monkeypatch: pytest.MonkeyPatch, method: str, when: str
) -> None:
    weekend.send("alice", "bob", "carol")
    with killed_at(weekend, monkeypatch, method, when):
        rolled(weekend, on(SUNDAY, 3))
    rolled(weekend, on(SUNDAY, 4))
    assert figures(weekend) == 2
    assert rule_days(weekend)["weekend-email", "everyone"].people == 5
    assert len(weekend.store.rolled_between(date.min, date.max)) == 1


def test_what_is_committed_late_is_found_at_the_next_look_and_the_day_s_rules_stay(
    weekend: Weekend,
) -> None:
    weekend.send("alice", "bob")
    rolled(weekend, on(SUNDAY, 3))
    weekend.use(replace(WAITING, name="newer"))
    weekend.now = SATURDAY.astimezone(UTC)  # a process that stood still writes what it decided
    weekend.send("alice", "carol")
    assert rolled(weekend, on(SUNDAY, 4)) == 1
    assert figures(weekend) == 2
    assert {rule for rule, _ in rule_days(weekend)} == {"weekend-email"}


def test_a_rule_is_about_the_people_who_send_and_acts_as_strongly_as_on_any_of_them(
    weekend: Weekend,
) -> None:
    rule = replace(
        WAITING,
        mode=Mode.OBSERVE,
        mode_for={"leadership": Mode.ENFORCE},
        from_teams=frozenset({"everyone"}),
    )
    people_are(
        weekend,
        SATURDAY,
        rule,
        everyone="alice bob carol",
        leadership="bob",
        managers="bob carol dan erin",
    )
    rolled(weekend, on(SUNDAY, 3))
    found = {key: (row.mode, row.people, row.there) for key, row in rule_days(weekend).items()}
    assert found == {
        ("weekend-email", "leadership"): (Mode.ENFORCE, 1, 1),
        ("weekend-email", "everyone"): (Mode.OBSERVE, 2, 2),
    }


def test_people_of_one_place_with_several_modes_have_the_strongest(weekend: Weekend) -> None:
    rule = replace(WAITING, mode=Mode.OBSERVE, mode_for={"pilots": Mode.NUDGE})
    people_are(
        weekend, SATURDAY, rule, everyone="alice bob carol dan", pilots="alice bob carol erin dan"
    )
    rolled(weekend, on(SUNDAY, 3))
    assert rule_days(weekend)["weekend-email", "everyone"].mode is Mode.NUDGE


def test_whoever_has_no_team_of_the_report_is_counted_as_such(weekend: Weekend) -> None:
    book = weekend.context.current.policy.rulebook
    reporting = replace(book.reporting, teams=("managers",))
    weekend.context.current.change(
        lambda policy: replace(policy, rulebook=replace(book, reporting=reporting))
    )
    people_are(weekend, SATURDAY, everyone="alice bob", managers="carol")
    rolled(weekend, on(SUNDAY, 3))
    assert {team: row.people for (_, team), row in rule_days(weekend).items()} == {NO_TEAM: 2}


def test_those_are_there_whose_calendar_is_read_who_work_and_are_not_on_leave(
    weekend: Weekend,
) -> None:
    wednesday = date(2026, 5, 27)
    rules = (protect(), kindness(), keep())
    people_are(
        weekend,
        SATURDAY,
        *rules,
        everyone="alice bob carol dan erin",
    )
    weekend.store.put_calendars(["alice", "bob", "carol", "dan", "erin"], now=weekend.now)
    weekend.store.put_owners(
        [
            CalendarOwner(mailbox="alice", purpose="user"),
            CalendarOwner(mailbox="bob", purpose="user", working_days=frozenset({0, 1})),
            CalendarOwner(mailbox="carol", purpose="user"),
            CalendarOwner(mailbox="dan", purpose="room"),
        ],
        now=weekend.now,
    )
    weekend.store.add_leave_days({wednesday: ["carol"]})
    rolled(weekend, on(wednesday + DAY, 3))
    found = {
        rule: (row.people, row.there, row.window)
        for (rule, _), row in rule_days(weekend, wednesday).items()
    }
    assert found == {rule.name: (5, 1, True) for rule in rules}
    tuesday = rule_days(weekend, wednesday - DAY)
    assert {row.there for row in tuesday.values()} == {3}
    sunday = rule_days(weekend, SUNDAY)
    assert {(row.there, row.window) for row in sunday.values()} == {(0, False)}


def test_leave_is_written_down_whatever_kind_of_rule_about_meetings_there_is(
    weekend: Weekend,
) -> None:
    tuesday = date(2026, 5, 26)
    people_are(weekend, on(tuesday), protect(), everyone="alice bob")
    weekend.store.put_leave({"bob": [Span(starts=on(tuesday, 9), ends=on(tuesday, 17))]})
    KeepingMeetings().tick(weekend.context, weekend.moment)
    rolled(weekend, on(tuesday + DAY, 3))
    assert weekend.store.leave_days(tuesday, tuesday + DAY) == {"bob": {tuesday}}


def test_protected_time_at_weekends_is_everybody_s(weekend: Weekend) -> None:
    quiet = Window(name="quiet", calendar=CALENDAR, days="non-working", where=LUNCH.where)
    people_are(weekend, SATURDAY, protect(quiet), everyone="alice bob")
    weekend.store.put_owners(
        [CalendarOwner(mailbox="alice", purpose="user", working_days=frozenset({0}))],
        now=weekend.now,
    )
    weekend.store.put_preference("alice", Preference(working_days=frozenset({1})), now=weekend.now)
    rolled(weekend, on(SUNDAY, 3))
    assert rule_days(weekend)[protect().name, "everyone"].there == 1


def test_a_window_past_midnight_touches_both_days_and_begins_on_one() -> None:
    nights = replace(LUNCH, days=frozenset({4}), time=(time(20), time(7)))
    friday, saturday = date(2026, 5, 22), SATURDAY_DAY
    mail, meetings = replace(WAITING, window=nights), protect(nights)
    assert [comes_on(mail, friday + n * DAY, LONDON) for n in range(3)] == [True, True, False]
    assert [comes_on(meetings, friday + n * DAY, LONDON) for n in range(2)] == [True, False]
    assert saturday == friday + DAY


def test_a_rule_without_a_window_is_about_working_days() -> None:
    calendar: Calendar = kindness().calendar
    holiday = next(iter(calendar.holidays))
    assert not comes_on(kindness(), holiday, LONDON)
    assert comes_on(keep(), date(2026, 5, 26), LONDON)
    assert not comes_on(keep(), SUNDAY, LONDON)


def test_the_log_of_a_count_names_a_day_and_a_number(
    weekend: Weekend, capsys: pytest.CaptureFixture[str]
) -> None:
    weekend.send("alice", "bob")
    rolled(weekend, on(SUNDAY, 3))
    said = capsys.readouterr().out
    assert "day_counted" in said
    assert "2026-05-23" in said
    assert "alice" not in said.partition("day_counted")[2]
