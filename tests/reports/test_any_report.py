"""Reports of months of any kind: they are made, fit together, and say nothing that is not told."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from policy_agent.domain.blocks import Hidden, PublishedBlock, PublishedRow
from policy_agent.domain.months import ClosedMonth
from policy_agent.reports.document import Report, Unit
from policy_agent.reports.month import monthly
from policy_agent.reports.team_page import team_page
from tests.reports.any_months import RULES, TEAMS, runs
from tests.reports.closed import MADE, SEPTEMBER, closed
from tests.reports.said import not_in_a_table, sentences

Months = tuple[ClosedMonth, tuple[ClosedMonth, ...]]
few = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def all_reports(months: Months) -> list[Report]:
    month, earlier = months
    pages = [page for team in TEAMS if (page := team_page(month, earlier, team)) is not None]
    return [monthly(month, earlier, made=MADE), *pages]


def fits_together(report: Report) -> None:
    assert report.summary
    assert all(said and said == said.strip() for said in sentences(report))
    keys = [table.key for table in report.tables]
    assert len(set(keys)) == len(keys)
    assert all(0 < len(key) <= 31 and key == key.lower() for key in keys)
    anchors = [section.key for section in report.sections]
    assert len(set(anchors)) == len(anchors)
    for section in report.sections:
        here = {table.key: table for table in section.tables}
        for table in section.tables:
            heads = [column.key for column in table.columns]
            assert len(set(heads)) == len(heads)
            assert " " not in "".join(heads)
            for row in table.rows:
                assert len(row.values) == len(table.columns)
                assert isinstance(row.values[0], str)
                for column, value in zip(table.columns, row.values, strict=True):
                    if column.unit is Unit.SHARE and isinstance(value, float):
                        assert 0 <= value <= 1
                    if column.unit is Unit.TEXT:
                        assert value is None or isinstance(value, str)
                if None in row.values:
                    assert any(note.startswith("A dash:") for note in table.notes), table.key
        for chart in section.charts:
            drawn = [column.key for column in here[chart.table].columns]
            assert chart.columns
            assert set(chart.columns) <= set(drawn)


@few
@given(runs())
def test_a_report_of_any_months_is_made_and_fits_together(months: Months) -> None:
    for report in all_reports(months):
        fits_together(report)


@few
@given(runs())
def test_every_number_in_a_sentence_stands_in_a_table(months: Months) -> None:
    for report in all_reports(months):
        assert not not_in_a_table(report, (*RULES, *(team for team in TEAMS if team)))


def test_every_number_of_a_typical_month_stands_in_a_table() -> None:
    months = (closed(), (closed(SEPTEMBER, times=2, free=700, found=150),))
    for report in all_reports(months):
        assert not not_in_a_table(report)


def hidden(row: PublishedRow, why: Hidden) -> PublishedRow:
    return replace(row, people=why, cells=(why,) * len(row.cells), total=why)


def without(month: ClosedMonth, why: Hidden) -> ClosedMonth:
    """Hide every figure that has people behind it."""

    def nothing(block: PublishedBlock) -> PublishedBlock:
        return replace(
            block,
            rows=tuple(hidden(row, why) for row in block.rows),
            others=None if block.others is None else hidden(block.others, why),
            everybody=hidden(block.everybody, why),
        )

    return replace(
        month, blocks=tuple(nothing(block) for block in month.blocks), series=(), facts={}
    )


@pytest.mark.parametrize("why", Hidden)
def test_where_nothing_is_told_no_table_has_a_number_but_days(why: Hidden) -> None:
    months = (without(closed(), why), (without(closed(SEPTEMBER), why),))
    for report in all_reports(months):
        for table in report.tables:
            for row in table.rows:
                for column, value in zip(table.columns, row.values, strict=True):
                    assert column.key == "days" or not isinstance(value, int | float)


@few
@given(runs(hides=False))
def test_of_a_team_that_is_hidden_no_number_is_told(months: Months) -> None:
    month, earlier = months
    hide = TEAMS[0]

    def without_team(one: ClosedMonth) -> ClosedMonth:
        return replace(
            one,
            blocks=tuple(
                replace(
                    block,
                    rows=tuple(
                        hidden(row, Hidden.WITHHELD) if row.teams == (hide,) else row
                        for row in block.rows
                    ),
                )
                for block in one.blocks
            ),
        )

    month, earlier = without_team(month), tuple(without_team(one) for one in earlier)
    report = monthly(month, earlier, made=MADE)
    told = [
        value
        for table in report.tables
        for row in table.rows
        if row.values[0] == hide
        for value in row.values[1:]
    ]
    if month.leaders == hide:
        told += [
            value
            for table in report.tables
            for row in table.rows
            for column, value in zip(table.columns, row.values, strict=True)
            if column.key.startswith("leaders")
        ]
    assert not [value for value in told if isinstance(value, int | float)]
    page = team_page(month, earlier, hide)
    if page is not None:
        own = [
            value
            for table in page.tables
            for row in table.rows
            for column, value in zip(table.columns, row.values, strict=True)
            if column.key in {"now", "before", "change"}
        ]
        assert not [value for value in own if isinstance(value, int | float)]


@few
@given(runs())
def test_a_report_is_the_same_whenever_it_is_made(months: Months) -> None:
    month, earlier = months
    again = monthly(month, tuple(reversed(earlier)), made=MADE)
    assert again == monthly(month, earlier, made=MADE)
