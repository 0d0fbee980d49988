"""Months are frozen as they were told first, and come back exactly so."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from policy_agent.domain.blocks import Hidden, PublishedBlock, PublishedColumn, PublishedRow
from policy_agent.domain.months import CHANGED, ClosedMonth, RuleMonth, Series, SeriesRow, TeamMonth
from policy_agent.store import Store, StoreProblem
from policy_agent.store.figure_tables import closed_months
from tests.store.examples import SATURDAY

OCTOBER = date(2026, 10, 1)
MONTH = ClosedMonth(
    month=OCTOBER,
    closed=SATURDAY,
    fewest=10,
    organisation="Northshire Children's Services",
    zone="Europe/London",
    leaders="leadership",
    rules=(
        RuleMonth(
            name="weekend-email",
            kind="defer-email",
            because="Nobody should feel on call at the weekend",
            days=9,
            first=date(2026, 10, 5),
            modes={"leadership": CHANGED, "practitioners": "observe"},
        ),
    ),
    teams=(TeamMonth(name="leadership"), TeamMonth(name="practitioners", last=date(2026, 10, 9))),
    blocks=(
        PublishedBlock(
            key="mail:weekend-email",
            columns=(PublishedColumn(key="other", of=("urgent", "outside")),),
            rows=(
                PublishedRow(teams=("practitioners",), people=40, cells=(Hidden.FEW,), total=12),
            ),
            others=PublishedRow(
                teams=("leadership", "managers"), people=11, cells=(Hidden.WITHHELD,), total=0
            ),
            everybody=PublishedRow(teams=(), people=51, cells=(12,), total=12),
        ),
    ),
    series=(
        Series(
            key="mail-weeks:weekend-email",
            of="mail:weekend-email",
            columns=("other",),
            rows=(SeriesRow(head="2026-09-28", values=(Hidden.FEW,), mark="Summer bank holiday"),),
        ),
    ),
    facts={"errors": 0},
)


def test_a_closed_month_comes_back_as_it_was_told(store: Store) -> None:
    assert store.close_month(MONTH)
    assert store.closed_month(OCTOBER) == MONTH
    assert store.closed_month(date(2026, 11, 1)) is None


def test_a_month_is_closed_once(store: Store) -> None:
    store.close_month(MONTH)
    assert not store.close_month(replace(MONTH, fewest=5))
    assert store.closed_month(OCTOBER) == MONTH


def test_months_come_in_order(store: Store) -> None:
    for month in (date(2026, 11, 1), OCTOBER, date(2026, 12, 1)):
        store.close_month(replace(MONTH, month=month))
    found = store.closed_between(OCTOBER, date(2026, 11, 1))
    assert [one.month for one in found] == [OCTOBER, date(2026, 11, 1)]
    assert store.closed_list() == (date(2026, 12, 1), date(2026, 11, 1), OCTOBER)


def test_a_row_that_somebody_spoilt_says_which(store: Store) -> None:
    store.close_month(MONTH)
    with store.writing() as connection:
        connection.execute(update(closed_months).values(figures={"month": "2026-10-01"}))
    with pytest.raises(StoreProblem, match="the figures of October 2026 cannot be read"):
        store.closed_month(OCTOBER)
