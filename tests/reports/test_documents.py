"""A report whose parts do not fit together is refused, with what would be right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from policy_agent.reports.document import Chart, Column, Headline, ReportProblem, Row, Section, Unit
from tests.reports.example import LUNCHES, MONTHLY, WEEKEND_MAIL

CHART = MONTHLY.sections[0].charts[0]
HEADLINE = Headline(table="weekend-mail", row=0, column="sent", words="mails")


def section(chart: Chart) -> Section:
    return Section(key="mail", title="Mail", tables=(WEEKEND_MAIL,), charts=(chart,))


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "a path as key": (
        lambda: replace(MONTHLY, key="../2026"),
        (
            "report '../2026': it is no key; use letters and digits, with single hyphens or "
            "underscores between them"
        ),
    ),
    "a key no sheet can have": (
        lambda: replace(LUNCHES, key="a" * 32),
        (
            f"table {'a' * 32}: its key cannot name a sheet; take one of at most 31 characters "
            "other than history"
        ),
    ),
    "the key Excel keeps": (
        lambda: replace(LUNCHES, key="History"),
        (
            "table History: its key cannot name a sheet; take one of at most 31 characters other "
            "than history"
        ),
    ),
    "no column": (
        lambda: replace(LUNCHES, columns=(), rows=()),
        "table free-lunches: it has no column; give it at least one",
    ),
    "a column twice": (
        lambda: replace(LUNCHES, columns=(*LUNCHES.columns[:3], LUNCHES.columns[0])),
        "table free-lunches: the column week is there 2 times; give each its own name",
    ),
    "a column title twice": (
        lambda: replace(
            LUNCHES, columns=(*LUNCHES.columns[:3], Column(key="again", title="week FROM "))
        ),
        "table free-lunches: the column title week from is there 2 times; give each its own name",
    ),
    "a short row": (
        lambda: replace(LUNCHES, rows=(Row(values=("5 October", 0.5)),)),
        "table free-lunches, row 1: it has 2 values; it needs 4, one a column",
    ),
    "no number": (
        lambda: replace(LUNCHES, rows=(Row(values=("5 October", float("nan"), 0.1, 1)),)),
        "table free-lunches, row 1: a value is no number; use None where there is nothing to tell",
    ),
    "a chart of nothing": (
        lambda: replace(CHART, columns=()),
        "chart of table weekend-mail: it draws 0 columns; take 1 to 6",
    ),
    "a chart of another table": (
        lambda: section(replace(CHART, table="other")),
        (
            "section mail: its chart draws table other, which is not in it; put the table beside "
            "the chart"
        ),
    ),
    "a chart of no column": (
        lambda: section(replace(CHART, columns=("other",))),
        "table weekend-mail: it has no column other; it has team, sent, held, let_through, waited",
    ),
    "a chart of two units": (
        lambda: section(replace(CHART, columns=("sent", "waited"))),
        (
            "section mail: its chart of table weekend-mail draws count and share; take columns of "
            "one unit that has figures"
        ),
    ),
    "a chart of words": (
        lambda: section(replace(CHART, columns=("team",))),
        (
            "section mail: its chart of table weekend-mail draws text; take columns of one unit "
            "that has figures"
        ),
    ),
    "a table twice": (
        lambda: replace(MONTHLY, sections=(section(CHART), *MONTHLY.sections[:1])),
        "report 2026-10: the table weekend-mail is there 2 times; give each its own name",
    ),
    "a section twice": (
        lambda: replace(MONTHLY, sections=MONTHLY.sections[-1:] * 2, headlines=()),
        "report 2026-10: the section method is there 2 times; give each its own name",
    ),
    "no zone": (
        lambda: replace(MONTHLY, made=datetime(2026, 11, 2)),  # noqa: DTZ001  the mistake itself
        "report 2026-10: `made` has no zone; hand in an aware time",
    ),
    "five headlines": (
        lambda: replace(MONTHLY, headlines=(HEADLINE,) * 5),
        "report 2026-10: it has 5 headlines; take at most 4",
    ),
    "a headline of no row": (
        lambda: replace(MONTHLY, headlines=(replace(HEADLINE, row=7),)),
        (
            "report 2026-10: a headline shows row 7 of table weekend-mail, which is not in it; "
            "name a row and a table of the report"
        ),
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_fit_together_is_refused(what: str) -> None:
    make, said = WRONG[what]
    with pytest.raises(ReportProblem) as problem:
        make()
    assert str(problem.value) == said


def test_a_headline_shows_a_cell_and_its_unit() -> None:
    last = replace(HEADLINE, row=-1, column="waited")
    assert MONTHLY.value(last) == (0.8895, Unit.SHARE)
