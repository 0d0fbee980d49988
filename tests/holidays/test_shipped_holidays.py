"""The copies that ship, against what GOV.UK serves as JSON."""

import json
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from policy_agent.holidays.kept import SHIPPED
from policy_agent.holidays.source import DIVISIONS

SERVED = json.loads((Path(__file__).parent / "data/bank-holidays.json").read_bytes())


@pytest.mark.parametrize(
    ("division", "events"), [("england-and-wales", 83), ("scotland", 94), ("northern-ireland", 103)]
)
def test_every_event_that_gov_uk_serves_is_there_and_no_other(division: str, events: int) -> None:
    served = {
        date.fromisoformat(event["date"]): event["title"] for event in SERVED[division]["events"]
    }
    assert len(served) == events
    assert SHIPPED.division(division).days == served


def test_there_are_the_divisions_that_gov_uk_has() -> None:
    assert set(SHIPPED.divisions) == set(SERVED)


@pytest.mark.parametrize("division", DIVISIONS)
def test_they_are_known_until_the_end_of_2028(division: str) -> None:
    assert SHIPPED.division(division).known_until == date(2028, 12, 31)


def test_a_division_that_gov_uk_does_not_have_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="wales"):
        SHIPPED.division("wales")


@pytest.mark.parametrize(
    ("division", "day", "name"),
    [
        ("england-and-wales", date(2022, 6, 3), "Platinum Jubilee bank holiday"),
        ("england-and-wales", date(2022, 9, 19), "Bank Holiday for the State Funeral of Queen"),
        ("england-and-wales", date(2023, 5, 8), "Bank holiday for the coronation of King Charles"),
        ("scotland", date(2026, 6, 15), "World Cup"),
        ("england-and-wales", date(2021, 12, 27), "Christmas Day"),
        ("england-and-wales", date(2022, 12, 27), "Christmas Day"),
    ],
)
def test_one_off_and_substitute_days_have_their_names(division: str, day: date, name: str) -> None:
    assert name in SHIPPED.division(division).days[day]


def test_the_licence_ships_with_them() -> None:
    notice = (files("policy_agent.holidays") / "shipped/NOTICE").read_text("utf-8")
    assert "Open Government Licence v3.0" in notice
    assert "MIT License" in notice
