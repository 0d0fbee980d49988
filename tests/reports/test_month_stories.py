"""The monthly report of months in which something was not as usual, and that it says so."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from policy_agent.domain.blocks import Hidden
from policy_agent.domain.measures import Fact, MailColumn, SeriesKey
from policy_agent.domain.months import CHANGED, ClosedMonth, RuleMonth, Series, TeamMonth, before
from policy_agent.reports.document import Report, Section
from policy_agent.reports.month import monthly
from tests.reports.closed import (
    ETIQUETTE,
    KEPT,
    LUNCH,
    MADE,
    MAIL,
    OCTOBER,
    PEOPLE,
    SEPTEMBER,
    closed,
    hours,
    published,
    rule,
)
from tests.reports.said import column, row, table


def report(month: ClosedMonth, *earlier: ClosedMonth) -> Report:
    return monthly(month, earlier, made=MADE)


def section(found: Report, key: str) -> Section:
    return next(one for one in found.sections if one.key == key)


def said(found: Report, key: str) -> str:
    return " ".join(section(found, key).paragraphs)


def changed_rule(month: ClosedMonth, name: str, to: RuleMonth) -> ClosedMonth:
    return replace(month, rules=tuple(to if one.name == name else one for one in month.rules))


def test_a_report_has_a_section_for_each_rule_and_ends_with_its_method() -> None:
    assert [one.key for one in report(closed()).sections] == [
        "glance",
        f"mail-{MAIL}",
        f"windows-{LUNCH}",
        f"etiquette-{ETIQUETTE}",
        f"kept-{KEPT}",
        "displacement",
        "leaders",
        "exemptions",
        "rules",
        "blind-spots",
        "quality",
        "method",
    ]


def test_a_report_is_named_after_its_month_and_dated_in_the_organisations_zone() -> None:
    june = closed(date(2026, 6, 1))
    found = monthly(june, (), made=MADE.replace(month=7))
    assert (found.key, found.period) == ("2026-06", "June 2026")
    assert found.made.hour == MADE.hour + 1  # summer time
    assert found.made == MADE.replace(month=7)


def test_teams_add_up_to_everybody_where_all_are_told() -> None:
    for one in report(closed(), closed(SEPTEMBER)).tables:
        if not one.key.endswith("-teams") or one.key.startswith("etiquette"):
            continue
        for at, head in enumerate(one.columns):
            if head.unit == "count":
                *teams, everybody = [row.values[at] for row in one.rows]
                told = [value for value in teams if isinstance(value, int)]
                assert len(told) < len(teams) or sum(told) == everybody
                if head.key in {"people", "total"}:
                    assert len(told) == len(teams)
        assert one.rows[-1].total


def test_small_teams_stand_together_and_are_named_in_a_note() -> None:
    found = table(report(closed()), f"mail-{MAIL}-teams")
    assert column(found, "team") == [
        "practitioners",
        "managers",
        "leadership",
        "All other teams together",
        "Everybody",
    ]
    assert any(
        note.startswith("All other teams together: finance and legal.") for note in found.notes
    )


def test_columns_that_are_told_together_are_named_in_a_note() -> None:
    found = table(report(closed()), f"mail-{MAIL}-teams")
    assert "Other together" in [one.title for one in found.columns]
    assert any(
        note == "“Would have waited”, “Rule off” and “All the same”: at least one of them is a "
        "small number, so they are told together."
        for note in found.notes
    )


def test_a_rule_that_came_in_mid_month_says_since_when() -> None:
    came = rule(MAIL, "defer-email", first=date(2026, 10, 12))
    before_it = closed(SEPTEMBER)
    before_it = replace(
        before_it,
        rules=tuple(one for one in before_it.rules if one.name != MAIL),
        blocks=tuple(one for one in before_it.blocks if not one.key.startswith("mail")),
    )
    found = report(changed_rule(closed(), MAIL, came), before_it)
    words = said(found, f"mail-{MAIL}")
    assert "The rule was there from 12 October only" in words
    assert "There was no such rule in September, so nothing is compared with it." in words
    assert f"The rule {MAIL} was there from 12 October only." in said(found, "rules")
    months = table(found, f"mail-{MAIL}-months")
    assert months.rows[-1].mark == "from 12 October"
    assert row(months, "September 2026")[1:] == (None,) * (len(months.columns) - 1)


def test_a_rule_and_a_team_that_went_are_named() -> None:
    was = closed(SEPTEMBER)
    was = replace(
        was,
        rules=(*was.rules, rule("old-rule", "defer-email")),
        teams=(*was.teams, TeamMonth(name="old-team")),
    )
    words = said(report(closed(), was), "rules")
    assert "In September there was also the rule old-rule; now no longer." in words
    assert "In September there was also the team old-team; now no longer." in words


def test_a_team_that_was_renamed_in_mid_month_is_told_as_two() -> None:
    people = {"east": 20, "east-and-north": 22, "managers": 24}
    month = closed()
    mail = published(
        f"mail:{MAIL}",
        tuple(MailColumn),
        {team: [10] * len(MailColumn) for team in people},
        people,
    )
    month = replace(
        month,
        teams=(
            TeamMonth(name="east", last=date(2026, 10, 14)),
            TeamMonth(name="east-and-north", first=date(2026, 10, 15)),
            TeamMonth(name="managers"),
        ),
        blocks=(mail, *month.blocks[1:]),
    )
    found = report(month)
    marks = {row.values[0]: row.mark for row in table(found, f"mail-{MAIL}-teams").rows}
    assert marks["east"] == "until 14 October"
    assert marks["east-and-north"] == "from 15 October"
    assert "The team east was there until 14 October only." in said(found, "rules")
    assert "is told of as two teams" in said(found, "rules")


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("off", "In October the rule was off. It did nothing"),
        ("observe", "In October the rule only watched. It told nobody."),
        ("nudge", "In October the rule nudged. It wrote to people, and moved nothing."),
        ("enforce", "In October the rule was enforced."),
    ],
)
def test_how_strongly_a_rule_acted_is_said(mode: str, words: str) -> None:
    assert words in said(report(closed(mode=mode)), f"mail-{MAIL}")


def test_modes_that_differ_by_team_are_said_by_team() -> None:
    modes: Mapping[str, str] = {**dict.fromkeys(PEOPLE, "observe"), "leadership": "enforce"}
    mixed = rule(MAIL, "defer-email", modes={**modes, "legal": CHANGED})
    found = report(changed_rule(closed(), MAIL, mixed))
    assert (
        "In October the rule was not the same for all: it was enforced for leadership, it changed "
        "how strongly it acts for legal and for all other teams it only watched."
    ) in said(found, f"mail-{MAIL}")
    months = table(found, f"mail-{MAIL}-shares")
    assert column(months, "mode") == ["mixed"]
    assert "Mixed: the mode was not the same for all teams, or not all month." in months.notes
    assert row(table(found, "modes"), f"{MAIL}: Leadership")[1] == "enforce"


def test_a_rule_that_became_stronger_warns_that_a_change_may_come_from_that() -> None:
    words = said(report(closed(), closed(SEPTEMBER, mode="observe")), f"mail-{MAIL}")
    assert "In September the rule only watched, so a change may come from the rule alone." in words


@pytest.mark.parametrize(
    ("month", "holiday", "week"),
    [
        (date(2026, 5, 1), "Early May bank holiday", "4 May"),
        (date(2026, 12, 1), "Christmas Day, Boxing Day", "7 December"),
    ],
)
def test_a_week_with_a_bank_holiday_is_marked_and_not_averaged_away(
    month: date, holiday: str, week: str
) -> None:
    found = report(closed(month, holiday=holiday))
    weeks = table(found, f"mail-{MAIL}-weeks")
    marked = {row.values[0]: row.mark for row in weeks.rows if row.mark}
    assert marked == {week: f"with {holiday}"}
    assert f"The week of {week} ({holiday}) had a bank holiday" in said(found, f"mail-{MAIL}")
    everybody = table(found, f"mail-{MAIL}-teams").rows[-1]
    waited = [value for value in column(weeks, "waited") if isinstance(value, int)]
    assert sum(waited) == everybody.values[1]


@pytest.mark.parametrize(
    ("month", "words"),
    [
        (date(2026, 3, 1), "The clocks changed on 29 March"),
        (OCTOBER, "The clocks changed on 25 October"),
    ],
)
def test_the_day_on_which_the_clocks_changed_is_said(month: date, words: str) -> None:
    assert words in said(report(closed(month)), "displacement")


def test_in_other_months_the_clocks_are_not_spoken_of() -> None:
    assert "clocks" not in said(report(closed(SEPTEMBER)), "displacement")


def test_meetings_that_moved_to_tuesdays_are_seen() -> None:
    found = report(closed(tuesday=300), closed(SEPTEMBER, tuesday=120))
    words = said(found, "displacement")
    assert "Tuesdays and Thursdays had 59% of a week's meetings, up from 48% in September." in words
    assert row(table(found, "meeting-days"), "Tuesday") == ("Tuesday", 300, 4, 75.0, 30.0)
    assert column(table(found, "meeting-days-months"), "tue") == [30.0, 75.0]


def test_mail_that_moved_to_late_evenings_is_seen() -> None:
    found = report(closed(late=60), closed(SEPTEMBER, late=20))
    assert (
        "Late mail, from 20:00 to 06:00, was 12% of all mail outside the windows, up from 5% in "
        "September."
    ) in said(found, "displacement")
    assert column(table(found, "late-mail-months"), "late") == [200, 600]


def test_an_hour_that_is_not_told_keeps_the_late_mail_from_being_told() -> None:
    month = closed()
    rows = tuple(
        replace(one, values=(Hidden.FEW,)) if one.head == "3" else one for one in hours().rows
    )
    told = tuple(one for one in month.series if one.key != SeriesKey.MAIL_HOURS)
    series: tuple[Series, ...] = (*told, replace(hours(), rows=rows))
    found = report(replace(month, series=series), closed(SEPTEMBER))
    assert "cannot be told, as some hours had too little" in said(found, "displacement")
    assert column(table(found, "late-mail-months"), "late") == [200, Hidden.WITHHELD]


def test_the_window_was_on_more_days_is_said_with_copies_a_day() -> None:
    fewer = rule(MAIL, "defer-email", days=8)
    found = report(closed(), changed_rule(closed(SEPTEMBER), MAIL, fewer))
    assert (
        "The window was on 9 days in October and on 8 in September. So look at copies a day as "
        "well: 47.2, after 53.1 in September."
    ) in said(found, f"mail-{MAIL}")


def test_leaders_are_told_as_a_group() -> None:
    found = report(closed())
    assert (
        "In the window of weekend-email, each leader sent 7.7 copies on average, and each person "
        "4.0."
    ) in said(found, "leaders")
    shares = row(table(found, "leaders-shares"), f"{LUNCH}: share that stayed free")
    assert shares[1:] == (180 / 240, 1605 / 2140)


def test_of_few_leaders_nothing_is_told() -> None:
    found = section(report(replace(closed(), leaders="legal")), "leaders")
    assert not found.tables
    assert found.paragraphs == (
        (
            "Nothing is told of the leaders (legal): the team has fewer than 10 people, or its "
            "figures would give away those of a small team."
        ),
    )


def test_where_nobody_is_named_as_leader_that_is_said() -> None:
    assert "does not say which team the leaders are" in said(
        report(replace(closed(), leaders=None)), "leaders"
    )


def test_months_that_were_not_closed_are_named_and_stand_as_a_dash() -> None:
    found = report(closed(), closed(date(2026, 7, 1)), closed(SEPTEMBER))
    assert "August 2026 was not closed" in said(found, "quality")
    months = table(found, f"mail-{MAIL}-months")
    assert column(months, "month") == [
        "July 2026",
        "August 2026",
        "September 2026",
        "October 2026",
    ]
    assert row(months, "August 2026")[1:] == (None,) * (len(months.columns) - 1)
    assert any(note.startswith("A dash: the month was not closed") for note in months.notes)


def test_a_report_looks_back_eleven_months_and_by_team_five() -> None:
    months = []
    day = OCTOBER
    for _ in range(14):
        day = before(day)
        months.append(closed(day))
    found = report(closed(), *months)
    assert len(table(found, f"mail-{MAIL}-months").rows) == 12
    assert [one.key for one in table(found, f"mail-{MAIL}-trend").columns] == [
        "team",
        "2026-05",
        "2026-06",
        "2026-07",
        "2026-08",
        "2026-09",
        "2026-10",
    ]


def test_a_team_that_was_small_in_one_month_is_withheld_there() -> None:
    small = {**PEOPLE, "managers": 8}
    was = closed(SEPTEMBER)
    first = was.blocks[0]
    counts = {team: [5] * len(MailColumn) for team in PEOPLE}
    mail = published(first.key, tuple(MailColumn), counts, small)
    was = replace(was, blocks=(mail, *was.blocks[1:]))
    trend = table(report(closed(), was), f"mail-{MAIL}-trend")
    assert row(trend, "managers") == ("managers", Hidden.WITHHELD, 160)
    assert any(note.startswith("A team with fewer than 10 people") for note in trend.notes)


def test_one_person_alone_has_no_figures() -> None:
    alone = {"practitioners": 1}
    month = closed()
    month = replace(
        month,
        teams=(TeamMonth(name="practitioners"),),
        blocks=tuple(
            published(
                block.key,
                columns := [key for one in block.columns for key in one.of],
                {"practitioners": [50] * len(columns)},
                alone,
            )
            for block in month.blocks
        ),
        series=(),
        facts={},
    )
    found = report(month)
    assert {row.values[0] for row in table(found, f"mail-{MAIL}-teams").rows} == {
        "All other teams together",
        "Everybody",
    }
    numbers = [
        value
        for one in found.tables
        for line in one.rows
        for at, value in zip(one.columns, line.values, strict=True)
        if at.key != "days" and isinstance(value, int | float)
    ]
    assert not numbers


def test_exemptions_and_doubts_about_the_data_are_told() -> None:
    month = closed()
    facts = {
        **month.facts,
        Fact.DAYS_COUNTED_LATE: 1,
        Fact.OPEN_HOLDS: 2,
    }
    found = report(replace(month, facts=facts))
    assert "2 exemptions were in force and freed something." in said(found, "exemptions")
    assert "1 exemption was in force and freed nothing." in said(found, "exemptions")
    quality = said(found, "quality")
    assert "1 day was counted late, by the rules and teams of a later day." in quality
    assert "2 holds were still open when the month was closed." in quality
    assert "1,234 rows were erased" in quality


def test_good_data_is_called_so() -> None:
    assert "All days were counted in time" in said(report(closed()), "quality")


def test_every_report_says_what_cannot_be_seen_and_claims_nothing_of_the_law() -> None:
    found = report(closed())
    blind = said(found, "blind-spots")
    for place in ("In Outlook", "In Drafts", "In the Inbox"):
        assert place in blind
    assert "A phone may have buzzed by then" in blind
    assert "This report doesn't say whether any law is kept." in said(found, "method")
    assert "The month was closed on 2 November 2026" in said(found, "method")


def test_a_month_closed_late_in_the_evening_is_dated_by_the_local_day() -> None:
    june = closed(date(2026, 6, 1))
    late = replace(june, closed=june.closed.replace(day=1, hour=23, minute=30))
    assert late.closed.day == 1
    assert "closed on 2 July 2026" in said(report(late), "method")
    assert late.closed + timedelta(hours=1) > late.closed


def test_a_chart_draws_a_table_of_its_own_section() -> None:
    found = report(closed(holiday="Test holiday"), closed(SEPTEMBER))
    drawn = [chart.table for one in found.sections for chart in one.charts]
    assert drawn == [
        f"mail-{MAIL}-months",
        f"mail-{MAIL}-weeks",
        f"windows-{LUNCH}-months",
        f"clashes-{LUNCH}-months",
        f"etiquette-{ETIQUETTE}-shares",
        f"kept-{KEPT}-months",
        "meeting-days",
        "mail-hours",
    ]
