"""Which team-month is in which phase, and which is in none."""

from dataclasses import replace
from datetime import date

import pytest

from policy_agent.domain.measures import EtiquetteColumn, Measure, WindowColumn
from policy_agent.domain.meeting_rules import Check
from policy_agent.domain.months import CHANGED, ClosedMonth, TeamMonth
from policy_agent.domain.placing import NO_TEAM
from policy_agent.reports.phases import (
    EVERYBODY,
    IN_NO_TEAM,
    Phase,
    RolledOut,
    rolled_out,
)
from tests.reports.years import (
    KIND,
    LUNCH,
    MAIL,
    PEOPLE,
    closed,
    counted,
    mail_month,
    ruled,
)

SENT = {"practitioners": 480, "managers": 160, "business-support": 240}
MIXED = {"practitioners": "observe", "managers": "enforce", "business-support": "off"}


def only(*months: ClosedMonth) -> RolledOut:
    (found,) = rolled_out(months)
    return found


def phases(*months: ClosedMonth) -> dict[str, Phase]:
    return {point.team: point.phase for point in only(*months).points["sent"]}


def test_each_team_has_the_phase_of_its_own_mode() -> None:
    assert phases(mail_month(3, MIXED, SENT)) == {
        "practitioners": Phase.OBSERVE,
        "managers": Phase.ENFORCE,
        "business-support": Phase.BASELINE,
    }


def test_a_team_whose_mode_changed_is_left_out_and_named() -> None:
    found = only(mail_month(3, {**MIXED, "managers": CHANGED}, SENT))
    assert {point.team for point in found.all_points()} == {"practitioners", "business-support"}
    (left,) = found.left_out
    assert (left.team, left.month) == ("managers", date(2026, 3, 1))
    assert left.why == "the rule's mode changed in this month"


@pytest.mark.parametrize(("first", "last"), [(date(2026, 3, 12), None), (None, date(2026, 3, 12))])
def test_a_rule_that_came_or_went_in_mid_month_is_left_out(
    first: date | None, last: date | None
) -> None:
    found = only(mail_month(3, MIXED, SENT, first=first, last=last))
    assert not found.points
    assert {one.why for one in found.left_out} == {"the rule came or went in this month"}
    assert len(found.left_out) == 3


def test_a_team_that_came_in_mid_month_is_left_out() -> None:
    month = mail_month(3, MIXED, SENT)
    teams = [
        replace(team, first=date(2026, 3, 9)) if team.name == "managers" else team
        for team in month.teams
    ]
    found = only(replace(month, teams=tuple(teams)))
    assert [(one.team, one.why) for one in found.left_out] == [
        ("managers", "the team came or went in this month")
    ]


def test_a_team_that_the_rule_is_not_about_is_not_named() -> None:
    about = {team: mode for team, mode in MIXED.items() if team != "managers"}
    found = only(mail_month(3, about, SENT))
    assert {point.team for point in found.all_points()} == set(about)
    assert not found.left_out


def test_a_team_that_is_not_told_is_in_no_phase() -> None:
    people = {**PEOPLE, "duty": 6, "court": 7}
    modes = dict.fromkeys(people, "observe")
    sent = {**SENT, "duty": 30, "court": 30}
    assert set(phases(mail_month(3, modes, sent, people=people))) == set(PEOPLE)


def test_where_no_team_is_told_everybody_is_one() -> None:
    people = {"duty": 6, "court": 7, "hub": 8}
    sent = dict.fromkeys(people, 50)
    same = mail_month(3, dict.fromkeys(people, "nudge"), sent, people=people)
    assert phases(same) == {EVERYBODY: Phase.NUDGE}
    mixed = mail_month(4, {"duty": "nudge", "court": "off", "hub": "off"}, sent, people=people)
    assert [one.why for one in only(mixed).left_out] == ["the rule's mode was not the same for all"]
    came = replace(same, teams=(TeamMonth(name="hub", first=date(2026, 3, 9)),))
    assert [one.team for one in only(came).left_out] == [EVERYBODY]


def test_people_in_no_team_have_a_name_of_their_own() -> None:
    people = {**PEOPLE, NO_TEAM: 30}
    modes = dict.fromkeys(people, "observe")
    found = phases(mail_month(3, modes, {**SENT, NO_TEAM: 90}, people=people))
    assert found[IN_NO_TEAM] is Phase.OBSERVE


def test_rules_come_in_the_order_of_the_latest_month() -> None:
    modes = dict.fromkeys(PEOPLE, "observe")
    free = {team: {WindowColumn.FREE: 90, WindowColumn.TAKEN: 30} for team in PEOPLE}
    found = {team: {EtiquetteColumn.FOUND: 40, EtiquetteColumn.FINE: 60} for team in PEOPLE}
    lunch = counted(Measure.WINDOWS, LUNCH, free)
    kind = counted(Measure.ETIQUETTE, KIND, found, check=Check.BREAK)
    months = [
        mail_month(1, modes, SENT),
        closed(date(2026, 2, 1), [ruled(KIND, modes), ruled(LUNCH, modes)], [lunch, kind]),
    ]
    rules = rolled_out(months)
    assert [rule.name for rule in rules] == [KIND, LUNCH, MAIL]
    assert {rate.key for rate in rules[0].rates} == {"break"}
    assert {point.value for point in rules[0].all_points()} == {40}
    assert {point.value for point in rules[1].all_points()} == {75}
