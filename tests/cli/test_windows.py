"""`policy-agent windows`: which Wednesday, and which day a holiday takes away."""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy_agent.cli.main import main

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLICY_AGENT_RULES", raising=False)
    monkeypatch.chdir(ROOT)


def run(*arguments: str) -> Result:
    found = CliRunner().invoke(main, ["windows", *arguments])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found


def test_the_coming_weeks_with_holidays_marked() -> None:
    found = run("--weeks", "1", "--from", "2026-12-25")
    assert found.exit_code == 0
    assert found.stdout == (
        "rest-days (rules/northshire.yaml:35, Europe/London)\n"
        "starts                 ends                   holiday\n"
        "Fri 25 Dec 2026 00:00  Sat 26 Dec 2026 00:00  Christmas Day\n"
        "Sat 26 Dec 2026 00:00  Sun 27 Dec 2026 00:00\n"
        "Sun 27 Dec 2026 00:00  Mon 28 Dec 2026 00:00\n"
        "Mon 28 Dec 2026 00:00  Tue 29 Dec 2026 00:00  Boxing Day\n"
        "Tue 29 Dec 2026 00:00  Wed 30 Dec 2026 00:00  Christmas closure\n"
        "\n"
        "lunch (rules/northshire.yaml:36, Europe/London)\n"
        "starts                 ends                   holiday\n"
        "Fri 25 Dec 2026        not on this day        Christmas Day\n"
        "Mon 28 Dec 2026        not on this day        Boxing Day\n"
        "Tue 29 Dec 2026        not on this day        Christmas closure\n"
        "Wed 30 Dec 2026 12:30  Wed 30 Dec 2026 13:00\n"
        "Thu 31 Dec 2026 12:30  Thu 31 Dec 2026 13:00\n"
        "\n"
        "focus-wednesday (rules/northshire.yaml:37, Europe/London)\n"
        "starts  ends  holiday\n"
        "It does not come round in this time.\n"
        "\n"
    )


def test_json_keeps_days_that_a_holiday_takes_away_apart() -> None:
    said = json.loads(run("--from", "2026-12-25", "--format", "json").stdout)
    assert (said["from"], said["to"]) == ("2026-12-25", "2027-03-18")  # 12 weeks
    lunch = said["windows"][1]
    assert lunch["name"] == "lunch"
    assert lunch["where"] == {"file": "rules/northshire.yaml", "line": 36, "column": 3}
    assert lunch["holidays_in_its_place"][0] == {"day": "2026-12-25", "holiday": "Christmas Day"}
    assert lunch["occurrences"][0] == {
        "day": "2026-12-30",
        "starts": "2026-12-30T12:30:00+00:00",
        "ends": "2026-12-30T13:00:00+00:00",
        "holiday": None,
    }
    wednesdays = [date.fromisoformat(one["day"]) for one in said["windows"][2]["occurrences"]]
    assert wednesdays[0] == date(2027, 1, 6)
    assert {(b - a).days for a, b in pairwise(wednesdays)} == {14}


def test_it_says_how_far_holidays_are_known() -> None:
    assert "Holidays are known until" not in run("--from", "2026-01-01").stdout
    assert "Holidays are known until Sun 31 Dec 2028 only." in run("--from", "2028-12-01").stdout


def test_times_change_with_the_clocks() -> None:
    said = json.loads(run("--from", "2026-03-27", "--weeks", "1", "--format", "json").stdout)
    starts = [one["starts"] for one in said["windows"][1]["occurrences"]]
    assert starts[0] == "2026-03-27T12:30:00+00:00"
    assert starts[1] == "2026-03-30T12:30:00+01:00"


def test_wrong_use_is_status_2_and_a_broken_rulebook_1() -> None:
    for wrong in (["--weeks", "0"], ["--from", "9999-12-31"], ["nowhere"]):
        assert run(*wrong).exit_code == 2, wrong
    found = run("tests/rulebook/bad/mode-misspelt.yaml")
    assert found.exit_code == 1
    assert found.stdout.startswith("bad/mode-misspelt.yaml:24:11: mode: ")


def test_a_stream_that_knows_ascii_only_is_no_reason_to_fail() -> None:
    options = ["windows", "--from", "2027-01-01", "--weeks", "1"]
    runner = CliRunner(charset="ascii")
    found = runner.invoke(main, options)
    assert found.exit_code == 0, found.exception
    assert "New Year\\u2019s Day" in found.stdout
    said = json.loads(runner.invoke(main, [*options, "--format", "json"]).stdout)
    assert said["windows"][0]["occurrences"][0]["holiday"] == "New Year\u2019s Day"
