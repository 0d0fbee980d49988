"""The annual review as it is told: its sentences, its tables, and years with little in them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import hypothesis.strategies as st
import pytest
import readability
from hypothesis import given, settings

from policy_agent.domain.blocks import Hidden
from policy_agent.domain.measures import KeptColumn, MailColumn, Measure, WindowColumn
from policy_agent.domain.months import CHANGED, ClosedMonth
from policy_agent.reports.document import Report, Table
from policy_agent.reports.year import annual
from tests.reports.years import (
    LUNCH,
    MADE,
    MAIL,
    PEOPLE,
    SUPERVISION,
    closed,
    counted,
    mail_month,
    rolled_out_year,
    ruled,
)

GRADE = 8.0
# numbers of the method, and of how rates are said; each stands in words beside a table
_KNOWN = {"95", "100", "20", "3"}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def tables(report: Report) -> dict[str, Table]:
    return {table.key: table for section in report.sections for table in section.tables}


def rows(table: Table) -> list[dict[str, object]]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row.values, strict=True)) for row in table.rows]


def sentences(report: Report) -> Iterator[str]:
    yield from report.summary
    for section in report.sections:
        yield from section.paragraphs


def whole_year(year: int = 2026) -> list[ClosedMonth]:
    """Return a year with a rule of each kind, all rolled out together."""
    months = []
    for number, mail in enumerate(rolled_out_year(year), start=1):
        modes = mail.rules[0].modes
        step = number // 4
        free = {
            team: {
                WindowColumn.FREE: people * (10 + step) + number % 3 * 11,
                WindowColumn.TAKEN: people * (8 - step),
            }
            for team, people in PEOPLE.items()
        }
        kept = {
            team: {KeptColumn.HELD: people, KeptColumn.CANCELLED: people // 3 + number % 4}
            for team, people in PEOPLE.items()
        }
        rest = closed(
            mail.month,
            [
                ruled(LUNCH, modes, days=20, kind="protect-time"),
                ruled(SUPERVISION, modes, days=20, kind="keep-meeting"),
            ],
            [counted(Measure.WINDOWS, LUNCH, free), counted(Measure.KEPT, SUPERVISION, kept)],
        )
        months.append(
            replace(mail, rules=(*mail.rules, *rest.rules), blocks=(*mail.blocks, *rest.blocks))
        )
    return months


def test_the_summary_of_a_year_that_was_rolled_out_step_by_step() -> None:
    report = annual(2026, rolled_out_year(), None, made=MADE)
    assert report.summary == (
        "This review looks at all 12 months of 2026.",
        (
            "The rule weekend-email: For every 100 people and day there were 50.2 mails in the "
            "window that did not wait while the rule was off, and 9.5 while the rule was "
            "enforced. It fell by 40.7, and we are 95% sure that it fell by 40.3 to 41.2. That is "
            "the way the rule would have it."
        ),
        (
            "This shows how the months differ, and not why. The time of year, new staff or other "
            "changes may be behind it too."
        ),
    )
    assert (report.key, report.period) == ("2026", "2026")
    assert report.title == "Annual review of the wellbeing policy"
    assert (report.fewest, report.made) == (10, MADE)
    assert report.organisation == "Northshire Children's Services"


def test_every_phase_is_listed_with_its_months_and_teams() -> None:
    table = tables(annual(2026, rolled_out_year(), None, made=MADE))["who-1-weekend-email"]
    assert [row.values for row in table.rows][:2] == [
        (
            "baseline",
            "January, February and March 2026",
            "business-support, managers and practitioners",
            9,
        ),
        (
            "observe",
            "April, May and June 2026",
            "business-support, managers and practitioners",
            9,
        ),
    ]


def test_every_number_in_a_sentence_stands_in_a_table() -> None:
    report = annual(2026, whole_year()[:11], None, made=MADE)
    told = {
        f"{abs(value):,.1f}" if isinstance(value, float) else f"{value:,}"
        for table in tables(report).values()
        for row in table.rows
        for value in row.values
        if isinstance(value, int | float)
    }
    for sentence in sentences(report):
        found = set(_NUMBER.findall(sentence.replace("2026", ""))) - _KNOWN
        assert found <= told, sentence


def test_a_month_from_which_teams_are_in_another_phase_is_marked() -> None:
    months = rolled_out_year()
    modes = {**dict.fromkeys(PEOPLE, "off"), "managers": "nudge"}
    months[2] = mail_month(3, modes, dict.fromkeys(PEOPLE, 300))
    found = tables(annual(2026, months[:5], None, made=MADE))["months-1-weekend-email"]
    assert [row.mark for row in found.rows] == [
        "baseline from here on",
        "",
        "baseline and nudge from here on",
        "observe from here on",
        "",
    ]


def test_tables_fit_together() -> None:
    report = annual(2026, whole_year(), None, made=MADE)
    keys = [table.key for section in report.sections for table in section.tables]
    assert len(keys) == len(set(keys))
    for section in report.sections:
        inside = {table.key: table for table in section.tables}
        for table in section.tables:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", table.key)
            assert len(table.key) <= 31
            assert len({column.title.lower() for column in table.columns}) == len(table.columns)
            assert all(len(row.values) == len(table.columns) for row in table.rows)
        for chart in section.charts:
            columns = {column.key for column in inside[chart.table].columns}
            assert columns.issuperset(chart.columns)
            assert len(chart.columns) <= 6


@pytest.mark.parametrize("months", [whole_year(), whole_year()[:11], rolled_out_year()[3:8]])
def test_the_summary_can_be_read_by_anybody(months: list[ClosedMonth]) -> None:
    report = annual(2026, months, None, made=MADE)
    for said in (report.summary, [one for part in report.sections for one in part.paragraphs]):
        parted = [part for text in said for part in re.findall(r"[^.?!:]+(?:\.\d[^.?!:]*)*", text)]
        spoken = [re.findall(r"[\w'-]+", re.sub(r"\d\.\d", "5", part)) for part in parted]
        tokens = "\n".join(" ".join([*one, "."]) for one in spoken if len(one) > 4)
        grade = readability.getmeasures(tokens, lang="en")["readability grades"]["Kincaid"]
        assert grade <= GRADE


def test_a_bank_holiday_does_not_make_a_month_worse() -> None:
    months = [
        mail_month(number, dict.fromkeys(PEOPLE, "off"), dict.fromkeys(PEOPLE, n))
        for number, n in ((4, 80), (5, 110))
    ]
    for month, days in zip(months, (8, 11), strict=True):
        (rule,) = month.rules
        months[months.index(month)] = replace(month, rules=(replace(rule, days=days),))
    found = rows(tables(annual(2026, months, None, made=MADE))["months-1-weekend-email"])
    assert found[0]["sent"] == found[1]["sent"]


def test_months_that_are_missing_are_named() -> None:
    months = [month for month in rolled_out_year() if month.month.month not in {2, 7, 12}]
    report = annual(2026, months, None, made=MADE)
    assert report.summary[:2] == (
        "This review looks at 9 of the 12 months of 2026.",
        "There are no figures of February, July and December 2026.",
    )
    found = rows(tables(report)["months-1-weekend-email"])
    assert [row["month"] for row in found] == [
        f"{date(2026, number, 1):%b}" for number in range(1, 12)
    ]
    assert found[1]["arrived"] is None
    assert found[0]["arrived"] is not None


def test_without_any_month_there_is_nothing_to_tell() -> None:
    report = annual(2026, [], None, made=MADE)
    assert report.summary == ("No month of 2026 is closed, so there is nothing to tell of it yet.",)
    assert [section.key for section in report.sections] == ["made-of", "method"]
    assert report.organisation == ""


def test_without_a_baseline_the_first_phase_is_what_is_compared_with() -> None:
    report = annual(2026, rolled_out_year()[3:], None, made=MADE)
    found = rows(tables(report)["changes-1-weekend-email"])
    assert {row["against"] for row in found} == {"observe"}


def test_in_one_phase_alone_there_is_nothing_to_compare() -> None:
    report = annual(2026, rolled_out_year()[:3], None, made=MADE)
    assert report.summary[2:] == (
        (
            "The rule weekend-email: For every 100 people and day there were 50.2 mails in the "
            "window that did not wait while the rule was off."
        ),
        "No rule has two phases to compare yet.",
    )
    assert tables(report)["changes-1-weekend-email"].rows == ()


def test_one_team_can_be_compared_with_itself() -> None:
    people = {"practitioners": 120}
    modes = ["off"] * 4 + ["enforce"] * 4
    months = [
        mail_month(n, {"practitioners": mode}, {"practitioners": 480 + n * 7 % 30}, people=people)
        for n, mode in enumerate(modes, start=1)
    ]
    found = tables(annual(2026, months, None, made=MADE))
    assert rows(found["changes-1-weekend-email"])[0]["finding"] == "fell"
    assert rows(found["rests-on-1-weekend-email"])[0] == {
        "what": "Mail that did not wait (per 100 people a day)",
        "phase": "enforce",
        "against": "baseline",
        "months-before": 4,
        "months-after": 4,
        "teams": 1,
    }


def test_few_months_are_said_to_be_few() -> None:
    report = annual(2026, rolled_out_year()[:11], None, made=MADE)
    assert any("There are too few months to say how sure this is." in one for one in report.summary)
    last = rows(tables(report)["changes-1-weekend-email"])[2]
    assert (last["phase"], last["low"], last["high"]) == ("enforce", None, None)
    assert last["finding"] == "too few months to tell"


def test_a_rise_that_the_rule_does_not_want_is_said() -> None:
    modes = ["off"] * 4 + ["nudge"] * 4
    months = [
        mail_month(n, dict.fromkeys(PEOPLE, mode), dict.fromkeys(PEOPLE, 300 + 9 * (n % 3) + more))
        for n, mode in enumerate(modes, start=1)
        for more in [300 if mode == "nudge" else 0]
    ]
    (_, _, said, _) = annual(2026, months, None, made=MADE).summary
    assert "It rose by" in said
    assert "That is not the way the rule would have it." in said


def test_months_that_belong_to_no_phase_are_named_with_the_reason() -> None:
    changed = mail_month(
        4, {**dict.fromkeys(PEOPLE, "off"), "managers": CHANGED}, dict.fromkeys(PEOPLE, 300)
    )
    report = annual(2026, [*rolled_out_year()[:3], changed], None, made=MADE)
    assert [row.values for row in tables(report)["left-out"].rows] == [
        (MAIL, "managers", "April 2026", "the rule's mode changed in this month")
    ]
    made_of = {row.values[0]: row.values[1] for row in tables(report)["made-of"].rows}
    assert made_of["Team-months that are left out"] == 1
    assert made_of["Team-months that are compared"] == 11


def test_a_phase_of_the_year_before_can_be_compared_with() -> None:
    old = [replace(month, month=month.month.replace(year=2025)) for month in rolled_out_year()[:3]]
    new = rolled_out_year()[9:]
    later = rolled_out_year(2027)[:1]
    report = annual(2026, [*later, *new, *old], None, made=MADE)
    assert report.summary[0] == "This review looks at 3 of the 12 months of 2026."
    found = rows(tables(report)["changes-1-weekend-email"])
    assert found[0]["against"] == "baseline"
    made_of = {row.values[0]: row.values[1] for row in tables(report)["made-of"].rows}
    assert made_of["Months before 2026 to compare with"] == 3


def test_many_rules_do_not_make_a_long_summary() -> None:
    modes = dict.fromkeys(PEOPLE, "observe")
    names = [f"{'a-very-long-name-of-a-rule' * 2}-{n}" for n in range(7)]
    counts = {team: {MailColumn.WOULD_WAIT: 300} for team in PEOPLE}
    month = closed(
        date(2026, 5, 1),
        [ruled(name, modes) for name in names],
        [counted(Measure.MAIL, name, counts) for name in names],
    )
    report = annual(2026, [month], None, made=MADE)
    assert sum(one.startswith("The rule ") for one in report.summary) == 4
    assert "There are more rules, each with a part of its own below." in report.summary
    assert len(tables(report)) == len({key.lower() for key in tables(report)}) == 1 + 6 * 7


def test_a_rule_that_nothing_is_told_of_says_so() -> None:
    few = dict.fromkeys(PEOPLE, 2)
    counts = {team: {MailColumn.WOULD_WAIT: 1} for team in PEOPLE}
    month = closed(
        date(2026, 5, 1),
        [ruled(MAIL, dict.fromkeys(PEOPLE, "observe"))],
        [counted(Measure.MAIL, MAIL, counts, few)],
    )
    section = annual(2026, [month], None, made=MADE).sections[1]
    assert section.paragraphs[-1] == (
        "No month of this rule can be compared: no figure of it is told."
    )
    assert section.tables == ()


PART = st.fixed_dictionaries(
    {
        team: st.tuples(st.integers(0, 50), st.integers(0, 90))
        for team in ("practitioners", "managers", "duty", "=1+1")
    }
)
MODES = st.sampled_from(["off", "observe", "nudge", "enforce", CHANGED])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 12), PART, MODES, MODES), max_size=12, unique_by=lambda m: m[0]
    )
)
def test_any_year_is_told_and_nothing_hidden_is(
    year: list[tuple[int, dict[str, tuple[int, int]], str, str]],
) -> None:
    months = [
        mail_month(
            number,
            {team: first if team == "managers" else other for team in part},
            {team: copies for team, (_, copies) in part.items()},
            people={team: people for team, (people, _) in part.items()},
        )
        for number, part, first, other in year
    ]
    report = annual(2026, months, None, made=MADE)
    named = {
        value
        for table in tables(report).values()
        if table.key.startswith("teams-")
        for row in table.rows
        for value in row.values[:1]
    }
    told = {
        team
        for month in months
        for block in month.blocks
        for row in block.rows
        for team in row.teams
    }
    assert named <= told | {"everybody"}
    for table in tables(report).values():
        assert all(len(row.values) == len(table.columns) for row in table.rows)
        assert not any(isinstance(value, Hidden) for row in table.rows for value in row.values)
