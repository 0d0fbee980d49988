"""Months are closed on the first working day, once; then their reports go out and old rows go."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from policy_agent.agent.close_months import close_months, closing_time
from policy_agent.agent.release import release_due
from policy_agent.agent.retain import retain
from policy_agent.domain.blocks import PublishedBlock
from policy_agent.domain.notes import NoteKind
from policy_agent.domain.rules import Reporting
from policy_agent.reports.work import FigureWork
from policy_agent.store.problems import StoreProblem
from tests.agent.counted_months import BLOCK, DAY, JULY, JUNE, MAY, on, people_are, rolled
from tests.agent.weekends import CALENDAR, HOUR, MINUTE, Weekend, open_weekend

SUNDAY = date(2026, 6, 14)
AUGUST = date(2026, 8, 1)
CROWD = " ".join(["alice bob carol dan erin", *(f"p{n}" for n in range(9))])
KEEP = timedelta(days=400)


@pytest.fixture
def weekend(tmp_path: Path) -> Iterator[Weekend]:
    with open_weekend(tmp_path) as opened:
        yield opened


def closed(weekend: Weekend, at: datetime) -> list[date]:
    rolled(weekend, at)
    return list(close_months(weekend.context, 10, weekend.moment))


def mail_of(weekend: Weekend, month: date) -> PublishedBlock:
    found = weekend.store.closed_month(month)
    assert found is not None
    block = found.block(BLOCK)
    assert block is not None
    return block


def work(weekend: Weekend, keep_for: timedelta = KEEP) -> FigureWork:
    return FigureWork(
        context=weekend.context,
        moment=lambda: weekend.moment,
        going=lambda: True,
        fewest=10,
        keep_for=keep_for,
    )


def a_sunday_of_mail(weekend: Weekend) -> None:
    people_are(weekend, on(JUNE - DAY), everyone=CROWD, visitors="x1 x2")
    weekend.now = on(SUNDAY)
    for sender in ("alice", "bob", "carol"):
        weekend.send(sender, "dan", "erin")


@pytest.mark.parametrize(
    ("month", "when"),
    [
        (MAY, datetime(2026, 6, 1, 9, tzinfo=UTC)),  # a Monday in summer
        (date(2026, 7, 1), datetime(2026, 8, 3, 9, tzinfo=UTC)),  # after a weekend
        (date(2026, 10, 1), datetime(2026, 11, 2, 10, tzinfo=UTC)),  # the clocks went back
        (date(2026, 4, 1), datetime(2026, 5, 1, 9, tzinfo=UTC)),
    ],
)
def test_a_month_is_closed_on_the_first_working_day_after_it(month: date, when: datetime) -> None:
    assert closing_time(CALENDAR, month) == when


def test_a_calendar_without_working_days_does_not_keep_a_month_open() -> None:
    never = replace(CALENDAR, working_days=frozenset())
    assert closing_time(never, MAY) == datetime(2026, 5, 31, 23, tzinfo=UTC)


def test_a_month_is_closed_when_its_time_has_come_and_not_before(weekend: Weekend) -> None:
    a_sunday_of_mail(weekend)
    assert closed(weekend, on(JULY, 9, 59)) == [MAY]
    assert closed(weekend, on(JULY, 10)) == [JUNE]
    assert mail_of(weekend, JUNE).everybody.total == 6
    assert closed(weekend, on(JULY, 11)) == []


def test_months_in_which_nothing_was_are_closed_too_the_oldest_first(weekend: Weekend) -> None:
    a_sunday_of_mail(weekend)
    assert closed(weekend, on(date(2026, 9, 1))) == [MAY, JUNE, JULY, AUGUST]
    assert mail_of(weekend, AUGUST).everybody.total == 0


def test_what_was_told_stays_whatever_is_found_later(weekend: Weekend) -> None:
    a_sunday_of_mail(weekend)
    closed(weekend, on(JULY))
    before = weekend.store.closed_month(JUNE)
    people_are(weekend, on(JULY, 11), everyone="p1", others=CROWD)
    assert closed(weekend, on(JULY, 12)) == []
    assert weekend.store.closed_month(JUNE) == before


def test_a_month_of_which_a_day_is_not_counted_waits(weekend: Weekend) -> None:
    a_sunday_of_mail(weekend)
    rolled(weekend, on(JULY - DAY))
    weekend.now = on(JULY)
    assert list(close_months(weekend.context, 10, weekend.moment)) == [MAY]
    assert closed(weekend, on(JULY)) == [JUNE]


def test_before_anything_was_decided_there_is_nothing_to_close(weekend: Weekend) -> None:
    weekend.now = on(JULY)
    assert list(close_months(weekend.context, 10, weekend.moment)) == []


def test_the_job_counts_closes_and_plans_the_letters_once(weekend: Weekend) -> None:
    a_sunday_of_mail(weekend)
    reporting = Reporting(
        to=("leaders@northshire.example",),
        champions={"everyone": ("champion@northshire.example",)},
    )
    weekend.context.current.change(
        lambda policy: replace(policy, rulebook=replace(policy.rulebook, reporting=reporting))
    )
    weekend.now = on(JULY, 10)
    job = work(weekend)
    job.tick()
    job.tick()
    work(weekend).tick()
    assert weekend.store.closed_list() == (JUNE, MAY)
    notes = [
        weekend.store.note(key)
        for key in (
            "report:2026-06:leaders@northshire.example",
            "team_page:2026-06|everyone:champion@northshire.example",
        )
    ]
    assert [note and note.kind for note in notes] == [NoteKind.REPORT, NoteKind.TEAM_PAGE]


def test_what_breaks_in_one_part_keeps_no_other_from_its_turn(
    weekend: Weekend, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_sunday_of_mail(weekend)
    weekend.now = on(JULY, 10) + KEEP
    release_due(weekend.context, weekend.moment)

    def broken(*_: object, **__: object) -> int:
        raise StoreProblem("the disk is full")

    monkeypatch.setattr("policy_agent.reports.work.roll_up", broken)
    work(weekend).tick()
    assert weekend.store.closed_list() == ()
    assert weekend.store.erased_between(weekend.now, weekend.now + MINUTE)["facts"] == 6


def test_old_rows_go_once_a_day_and_the_month_s_report_stays(weekend: Weekend) -> None:
    a_sunday_of_mail(weekend)
    weekend.now = on(JULY, 10)
    job = work(weekend)
    job.tick()
    told = weekend.store.closed_month(JUNE)
    release_due(weekend.context, weekend.moment)
    weekend.now = on(SUNDAY, 9) + KEEP
    job.tick()
    assert "decisions" not in weekend.store.erased_between(weekend.now, weekend.now + MINUTE)
    weekend.now += DAY
    job.tick()
    erased = weekend.store.erased_between(weekend.now, weekend.now + MINUTE)
    assert {name: erased[name] for name in ("decisions", "facts", "holds")} == {
        "decisions": 6,
        "facts": 6,
        "holds": 6,
    }
    weekend.now += HOUR
    job.tick()
    assert weekend.store.erased_between(weekend.now, weekend.now + DAY) == {}
    assert weekend.store.closed_month(JUNE) == told


def test_a_daemon_that_is_to_stop_leaves_the_rest_for_the_next(weekend: Weekend) -> None:
    a_sunday_of_mail(weekend)
    weekend.now = on(JULY) + KEEP
    release_due(weekend.context, weekend.moment)
    assert retain(weekend.context, KEEP, weekend.moment, going=lambda: False) == 0
    assert retain(weekend.context, KEEP, weekend.moment, going=lambda: True) >= 12
