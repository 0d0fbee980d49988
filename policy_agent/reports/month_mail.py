"""The monthly report's section of one rule about mail: what waited, what went through, and why."""

from policy_agent.domain import measures
from policy_agent.domain.blocks import PublishedBlock
from policy_agent.domain.measures import Measure
from policy_agent.domain.months import ClosedMonth, RuleMonth
from policy_agent.reports.document import Chart, Draws, Section, Table, Unit, Value
from policy_agent.reports.keys import section_key
from policy_agent.reports.mail_figures import (
    TITLES,
    mail_block,
    mail_sentences,
    share_sentences,
)
from policy_agent.reports.mail_weeks import week_words, weeks_table
from policy_agent.reports.month_tables import Figure, days_of, drawn
from policy_agent.reports.rule_words import rule_words
from policy_agent.reports.run_of_months import Run, rule_of
from policy_agent.reports.sentences import month_name, number
from policy_agent.reports.team_tables import TOGETHER
from policy_agent.reports.told import rate

_DAYS = "Days: how many of the month the window touches."


def mail_section(run: Run, rule: RuleMonth) -> Section:
    """Return the section: by month, by week and by team."""
    name = rule.name
    block = mail_block(name, run.month.fewest)
    seen = block.glances(run)
    a_day = Figure(
        key="a-day", title="Sent a day", unit=Unit.NUMBER, of=lambda month: _a_day(month, name)
    )
    months, *shares = block.month_tables(run, (days_of(name), a_day), (_DAYS,))
    weeks = weeks_table(run, name, TITLES)
    return Section(
        key=section_key("mail", name, run.rules),
        title=f"Mail in quiet times: {name}",
        paragraphs=(
            *rule_words(run, rule),
            *mail_sentences(run, name, seen),
            *_rest_said(block.of(run)),
            *share_sentences(run, seen),
            *_days_said(run, name),
            *week_words(run.month, name),
        ),
        tables=(months, *shares, *(() if weeks is None else (weeks,)), *block.team_tables(run)),
        charts=(
            *_chart(months, f"{name}: what became of mail", "month"),
            *(() if weeks is None else _chart(weeks, f"{name}: mail by week", "week")),
        ),
    )


def _rest_said(block: PublishedBlock | None) -> tuple[str, ...]:
    """Say how many copies are only told together, so that the sentences come to all of them."""
    if block is None or len(block.columns) == 1:
        return ()
    rest = [
        cell
        for column, cell in zip(block.columns, block.everybody.cells, strict=True)
        if len(column.of) > 1 and isinstance(cell, int) and cell
    ]
    return tuple(
        f"What became of the other {number(one)} is too rare to tell one by one." for one in rest
    )


def _a_day(month: ClosedMonth, rule: str) -> Value:
    found, block = rule_of(month, rule), month.block(measures.block(Measure.MAIL, rule))
    if found is None or block is None:
        return None
    return rate(block.everybody.total, found.days)


def _days_said(run: Run, rule: str) -> tuple[str, ...]:
    """Say on how many days the window was, where they were fewer or more the month before."""
    if run.before is None or not run.comparable(rule):
        return ()
    now, then = days_of(rule).of(run.month), days_of(rule).of(run.before)
    a_day, was = _a_day(run.month, rule), _a_day(run.before, rule)
    if now == then or not isinstance(now, int) or not isinstance(then, int):
        return ()
    if not isinstance(a_day, float) or not isinstance(was, float):
        return ()
    month = month_name(run.before.month, run.month.month)
    days = f"{number(now)} days in {run.month.month:%B} and on {number(then)} in {month}"
    a_day_said = f"{number(a_day)}, after {number(was)} in {month}"
    return (f"The window was on {days}. So look at copies a day as well: {a_day_said}.",)


def _chart(table: Table, title: str, along: str) -> tuple[Chart, ...]:
    """Return a chart of what became of copies; of how many were sent if no more is told."""
    columns = (*TITLES, TOGETHER)
    stacked = drawn(table, title, columns, draws=Draws.STACKED, unit="copies", along=along)
    return stacked or drawn(table, title, ("sent",), draws=Draws.BARS, unit="copies", along=along)
