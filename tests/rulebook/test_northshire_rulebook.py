"""The rulebook that the project ships."""

from datetime import time, timedelta
from pathlib import Path

import pytest

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
    assert len(results) == 13
    assert [result.text for result in results if not result.as_expected] == []
    assert {result.text for result in results} >= {
        "deliver, as expected",
        "hold until 2023-08-29 08:30, as expected",
    }


def test_every_team_of_the_design_is_in_it(northshire: Rulebook) -> None:
    assert set(northshire.teams) == {
        "everyone", "emergency-duty", "residential", "leadership", "practitioners", "managers",
    }  # fmt: skip


def test_editors_are_told_of_the_schema() -> None:
    first = (RULES / "northshire.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=rulebook.schema.json"
