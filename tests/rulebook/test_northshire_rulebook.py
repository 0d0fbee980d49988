"""The rulebook that the project ships."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from policy_agent.domain.meeting_rules import Check, OnClash
from policy_agent.domain.rules import HoldPoint, Mode, Rulebook
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.examples import run_examples
from policy_agent.rulebook.load import load

RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture(scope="module")
def northshire() -> Rulebook:
    return load(RULES, SHIPPED)


def test_it_loads_as_a_folder_and_as_a_file(northshire: Rulebook) -> None:
    assert load(RULES / "northshire.yaml", SHIPPED) == northshire


def test_it_only_observes_but_for_leadership(northshire: Rulebook) -> None:
    rule = northshire.mail_rules[0]
    assert rule.mode is Mode.OBSERVE
    assert rule.mode_for == {"leadership": Mode.ENFORCE}


def test_it_holds_at_every_point_and_releases_at_half_past_eight(northshire: Rulebook) -> None:
    rule = northshire.mail_rules[0]
    assert rule.hold_at == tuple(HoldPoint)
    assert (rule.release.at, rule.release.spread) == (time(8, 30), timedelta(minutes=20))


def test_every_example_comes_out_as_expected(northshire: Rulebook) -> None:
    results = run_examples(northshire)
    assert len(results) == 42
    assert [result.text for result in results if not result.as_expected] == []
    assert {result.text for result in results} >= {
        "deliver, as expected",
        "hold until 2023-08-29 08:30, as expected",
        "decline, as expected",
        "nudge, as expected",
    }


def test_leadership_gets_the_report_in_which_everybody_counts(northshire: Rulebook) -> None:
    told = northshire.reporting
    assert told.to == ("cyp-leadership@northshire.example",)
    assert told.leaders == "leadership"
    assert {*told.teams, told.leaders} == set(northshire.teams)
    assert told.teams[-1] == "everyone"  # who is in no other team
    assert list(told.champions) == ["practitioners"]


def test_lunch_and_every_other_wednesday_are_protected_with_a_nudge(northshire: Rulebook) -> None:
    lunch, wednesday = northshire.protect_time
    assert (lunch.window.name, wednesday.window.name) == ("lunch", "focus-wednesday")
    for rule in (lunch, wednesday):
        assert (rule.mode, rule.on_clash, rule.block_out) == (Mode.NUDGE, OnClash.DECLINE, True)
        assert rule.exempt is not None
        assert rule.exempt.teams == {"emergency-duty", "residential"}
        assert rule.exempt.when == "organiser"
        assert any(line.organiser_outside for line in rule.let_through)
        assert any("safeguarding" in line.categories for line in rule.let_through)
    assert lunch.overlap_at_least == timedelta(minutes=5)
    assert lunch.booked_from == date(2026, 1, 1)
    assert (lunch.grace, wednesday.grace) == (timedelta(hours=24), timedelta(days=2))


def test_meetings_are_to_be_kind_and_supervision_is_to_happen(northshire: Rulebook) -> None:
    (kind,) = northshire.meeting_etiquette
    assert set(kind.where_checks) == set(Check)
    assert kind.mode is Mode.NUDGE
    supervision, team, training = northshire.keep_meeting
    assert (supervision.mode, team.mode, training.mode) == (
        Mode.NUDGE,
        Mode.OBSERVE,
        Mode.OBSERVE,
    )
    assert supervision.people == {"practitioners"}
    assert (supervision.every, supervision.rebook_within) == (timedelta(weeks=4), 5)


def test_kept_meetings_are_known_by_their_category_or_by_their_subject(
    northshire: Rulebook,
) -> None:
    assert [
        [(set(line.categories), line.subject_words) for line in rule.named]
        for rule in northshire.keep_meeting
    ] == [
        [({"supervision"}, ()), (set(), ("supervision",))],
        [({"team meeting"}, ()), (set(), ("team meeting",))],
        [({"training"}, ()), (set(), ("training", "induction"))],
    ]
    lines = (RULES / "northshire.yaml").read_text(encoding="utf-8").splitlines()
    for rule in northshire.keep_meeting:
        category, subject = (lines[line.where.line - 1].strip() for line in rule.named)
        assert category.startswith("- category: ")
        assert subject.startswith("- subject_words: ")


def test_every_team_of_the_design_is_in_it(northshire: Rulebook) -> None:
    assert set(northshire.teams) == {
        "everyone", "emergency-duty", "residential", "leadership", "practitioners", "managers",
    }  # fmt: skip


def test_editors_are_told_of_the_schema() -> None:
    first = (RULES / "northshire.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=rulebook.schema.json"
