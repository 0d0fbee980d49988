"""The page of a team, for its champion: its own figures alone, on one side."""

from dataclasses import replace
from datetime import date

from policy_agent.domain.months import ClosedMonth, TeamMonth
from policy_agent.reports.document import Report
from policy_agent.reports.team_page import team_page
from tests.reports.closed import LUNCH, OCTOBER, SEPTEMBER, closed
from tests.reports.said import row, table


def page(team: str, month: ClosedMonth, *earlier: ClosedMonth) -> Report:
    found = team_page(month, earlier, team)
    assert found is not None
    return found


def test_a_champion_gets_one_thing_to_praise_and_one_to_talk_about() -> None:
    found = page("practitioners", closed(found=520), closed(SEPTEMBER, times=2, free=700))
    assert found.one_side
    assert found.summary == (
        (
            "To praise: 75% of the team's protected times under protected-lunch stayed free, up "
            "from 58% in September."
        ),
        (
            "To talk about: 54% of the team's meetings had no agenda, up from 10% in September. "
            "What got in the way?"
        ),
        (
            "The team sent 156 copies of mail in the window of weekend-email, 90 fewer than in "
            "September."
        ),
    )


def test_where_nothing_stands_out_that_is_said() -> None:
    found = page("practitioners", closed(found=900), closed(SEPTEMBER, found=900))
    assert found.summary[:2] == (
        "To praise: no figure stands out this month, and small changes may be chance.",
        "To talk about: no figure stands out, so ask what would help the team most.",
    )


def test_what_is_nearly_as_good_as_can_be_is_praised_where_nothing_changed() -> None:
    free = page("practitioners", closed(free=1140), closed(SEPTEMBER, free=1140))
    assert free.summary[0] == (
        "To praise: 95% of the team's protected times under protected-lunch stayed free."
    )
    few = page("practitioners", closed(), closed(SEPTEMBER))
    assert few.summary[0] == (
        "To praise: only 2% of the team's meetings had more people than the rule asks for."
    )


def test_what_a_stronger_rule_did_is_not_praised_as_the_teams_doing() -> None:
    found = page("practitioners", closed(), closed(SEPTEMBER, free=500, mode="observe"))
    assert "up from" not in found.summary[0]


def test_a_page_has_the_teams_figures_beside_those_of_everybody_and_no_other_team() -> None:
    found = page("managers", closed(), closed(SEPTEMBER, times=2))
    counts, shares = table(found, "team-counts"), table(found, "team-shares")
    mail = "weekend-email: copies of mail sent in the window"
    assert row(counts, mail) == (mail, 160, 280, -120)
    free = f"{LUNCH}: protected times that stayed free"
    assert row(shares, free) == (free, 360 / 480, 360 / 480, 1605 / 2140)
    everything = " ".join(
        [
            *found.summary,
            *(str(v) for one in found.tables for line in one.rows for v in line.values),
        ]
    )
    assert "practitioners" not in everything
    assert "leadership" not in everything


def test_a_first_month_has_no_column_for_the_month_before() -> None:
    found = page("managers", closed())
    assert [one.key for one in table(found, "team-counts").columns] == ["what", "now"]
    assert [one.key for one in table(found, "team-shares").columns] == ["what", "now", "everybody"]


def test_a_small_team_gets_a_kind_page_without_figures() -> None:
    found = page("legal", closed(), closed(SEPTEMBER))
    assert not found.sections
    assert found.summary == (
        "This team has no figures of its own in October 2026.",
        "It has fewer than 10 people, or its figures would give away those of a small team.",
        "That keeps each person's doings their own. The team counts in the figures of everybody.",
        "You can still talk about it: what made the month easy, and what made it hard?",
    )


def test_a_team_that_the_month_does_not_have_gets_no_page() -> None:
    assert team_page(closed(), (), "nobody") is None


def test_a_team_without_anything_counted_gets_the_kind_page() -> None:
    month = replace(closed(), teams=(*closed().teams, TeamMonth(name="newcomers")))
    assert not page("newcomers", month).sections


def test_a_team_that_was_dissolved_in_mid_month_says_until_when() -> None:
    teams = tuple(
        replace(one, last=date(2026, 10, 14)) if one.name == "managers" else one
        for one in closed().teams
    )
    found = page("managers", replace(closed(), teams=teams))
    assert found.summary[-1] == "The team was there until 14 October only."


def test_a_page_is_named_and_dated_by_its_month_and_team() -> None:
    found = page("managers", closed(OCTOBER))
    assert found.key == "2026-10-managers"
    assert found.title == "The page of the team managers: October 2026"
    assert found.made == closed(OCTOBER).closed


def test_what_was_chosen_is_what_a_reader_sees_first() -> None:
    found = page("practitioners", closed(found=520), closed(SEPTEMBER, free=700))
    assert [(found.value(one)[0], one.words) for one in found.headlines] == [
        (0.75, f"of the team's protected times under {LUNCH} stayed free"),
        (520 / 960, "of the team's meetings had no agenda"),
    ]
