"""Closing a month: what is told of weeks is what is told of the month, column by column."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from policy_agent.domain.blocks import OTHER, Block, Hidden, Told
from policy_agent.domain.closing import close
from policy_agent.domain.months import ClosedMonth, MonthFigures, Series, SeriesRow

OCTOBER = date(2026, 10, 1)
NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
KEY = "mail:weekend-email"


def closed(
    counts: dict[str, tuple[int, ...]],
    people: dict[str, int],
    weeks: Sequence[tuple[Told, ...]],
    columns: tuple[str, ...] = ("waited", "urgent", "exempt"),
) -> ClosedMonth:
    figures = MonthFigures(
        month=OCTOBER,
        organisation="Northshire",
        zone="Europe/London",
        leaders=None,
        rules=(),
        teams=(),
        blocks=(Block(key=KEY, columns=columns, counts=counts, people=people),),
        series=(
            Series(
                key="mail-weeks:weekend-email",
                of=KEY,
                columns=columns,
                rows=tuple(SeriesRow(head=str(n), values=row) for n, row in enumerate(weeks)),
            ),
            Series(key="mail-hours", columns=("copies",), rows=(SeriesRow(head="9", values=(1,)),)),
        ),
        facts={"errors": 2},
    )
    return close(figures, fewest=10, now=NOW)


def test_where_no_team_is_small_weeks_are_told_as_they_are() -> None:
    month = closed({"a": (5, 0, 1), "b": (7, 1, 0)}, {"a": 12, "b": 30}, [(12, 0, 1), (0, 1, 0)])
    weeks = month.one_series("mail-weeks:weekend-email")
    assert weeks is not None
    assert weeks.columns == ("waited", "urgent", "exempt")
    assert [row.values for row in weeks.rows] == [(12, 0, 1), (0, 1, 0)]


def test_columns_that_are_told_together_are_so_in_each_week() -> None:
    month = closed(
        {"a": (50, 1, 20), "b": (7, 0, 4), "c": (3, 0, 2)},
        {"a": 40, "b": 6, "c": 5},
        [(40, 1, 20), (20, 0, 6)],
    )
    block, weeks = month.block(KEY), month.one_series("mail-weeks:weekend-email")
    assert block is not None
    assert weeks is not None
    assert weeks.columns == tuple(column.key for column in block.columns) == ("waited", OTHER)
    assert [row.values for row in weeks.rows] == [(40, 21), (20, 6)]


def test_where_nothing_is_told_of_the_month_nothing_is_of_its_weeks() -> None:
    month = closed({"a": (5, 1, 2)}, {"a": 6}, [(5, 1, 2)])
    weeks = month.one_series("mail-weeks:weekend-email")
    assert weeks is not None
    assert [row.values for row in weeks.rows] == [(Hidden.FEW,) * 3]


def test_what_has_nothing_to_do_with_teams_stays_as_it_is() -> None:
    month = closed({"a": (5, 1, 2)}, {"a": 6}, [])
    hours = month.one_series("mail-hours")
    assert hours is not None
    assert [row.values for row in hours.rows] == [(1,)]
    assert month.facts == {"errors": 2}
    assert (month.closed, month.fewest) == (NOW, 10)
