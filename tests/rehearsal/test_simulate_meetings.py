"""`policy-agent simulate` with meetings: judged, and counted by the windows they overlap."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from policy_agent.cli.main import main

RULES = Path(__file__).parents[2] / "rules"
EML = """\
Received: from a by b; Sat, 23 May 2026 10:05:00 +0100
From: alice@northshire.example
To: bob@northshire.example

Text.
"""


PEOPLE = (
    "ORGANIZER:mailto:alice@northshire.example\r\n"
    "ATTENDEE:mailto:bob@northshire.example\r\n"
    "CREATED:20260601T080000Z\r\n"
)


def ics(*spans: str, more: str = PEOPLE) -> str:
    events = [
        f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:{span}\r\nDURATION:PT1H\r\n{more}END:VEVENT\r\n"
        for n, span in enumerate(spans)
    ]
    return f"BEGIN:VCALENDAR\r\n{''.join(events)}END:VCALENDAR\r\n"


def by_rule(report: dict[str, Any]) -> dict[tuple[str, str, str], tuple[int, int]]:
    return {
        (one["rule"], one["outcome"], one["reason"]): (one["meetings"], one["occurrences"])
        for one in report["meetings"]["rules"]
    }


def simulate(*arguments: object) -> Result:
    given = ["simulate", "--rules", str(RULES), *map(str, arguments)]
    return CliRunner().invoke(main, given)


def told(*arguments: object) -> dict[str, Any]:
    done = simulate(*arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_meetings_of_a_file_are_counted_by_window(tmp_path: Path) -> None:
    path = tmp_path / "meetings.ics"
    path.write_text(ics("20260708T120000", "20260709T140000", "20260523T100000"), newline="")
    report = told("--traffic", path)
    assert (report["messages"], report["figures"]["copies"]) == (0, 0)
    assert report["meetings"]["meetings"] == 3
    assert report["meetings"]["windows"] == {"rest-days": 1, "lunch": 1, "focus-wednesday": 1}
    done = simulate("--traffic", path)
    assert "3 meetings, 3 occurrences; 0 of them recur, 0 are cancelled or partly so" in done.stdout
    assert "note: each occurrence is judged by itself: who is on leave" in done.stdout
    assert "note: nobody said who is in which team" in done.stdout
    assert "By outcome" not in done.stdout


def test_a_folder_has_mail_and_meetings_and_the_mail_is_rehearsed_as_without_them(
    tmp_path: Path,
) -> None:
    people = tmp_path / "people.csv"
    people.write_text(
        "person,teams,address\nalice,everyone,alice@northshire.example\n"
        "bob,everyone,bob@northshire.example\n"
    )
    folder = tmp_path / "past"
    folder.mkdir()
    (folder / "mail.eml").write_text(EML)
    without = told("--traffic", folder, "--people", people)
    assert without["meetings"] is None
    (folder / "a.ics").write_text(
        ics("20260708T120000", more="RRULE:FREQ=DAILY;COUNT=3\r\n"), newline=""
    )
    (folder / "b.ics").write_text("rubbish")
    report = told("--traffic", folder, "--people", people)
    assert report["figures"] == without["figures"]
    assert report["figures"]["copies"] == 1
    assert (report["meetings"]["meetings"], report["meetings"]["recurring"]) == (1, 1)
    assert report["meetings"]["occurrences"] == 3
    alone, series, unread = report["meetings"]["notes"]
    assert "judged by itself" in alone
    assert "a series is looked at for 13 weeks" in series
    assert unread.startswith("1 .ics files cannot be read and were left out: ")
    assert "b.ics: it does not read as a calendar" in unread


def test_meetings_are_judged_by_rule_outcome_and_reason_whatever_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "meetings.ics"
    path.write_text(ics("20260709T123000", "20260709T140000", "20260523T100000"), newline="")
    found = by_rule(told("--traffic", path))
    assert found["protected-lunch", "decline", "overlaps_window"] == (1, 1)
    assert found["protected-lunch", "deliver", "outside_window"] == (2, 2)
    assert found["team-meetings-happen", "deliver", "not_covered"] == (3, 3)


def test_a_series_is_judged_occurrence_by_occurrence_over_thirteen_weeks(tmp_path: Path) -> None:
    path = tmp_path / "series.ics"
    weekly = f"{PEOPLE}RRULE:FREQ=WEEKLY;BYDAY=WE\r\n"
    path.write_text(ics("20260701T123000", more=weekly), newline="")
    report = told("--traffic", path)
    assert (report["meetings"]["meetings"], report["meetings"]["occurrences"]) == (1, 13)
    assert by_rule(report)["protected-lunch", "decline", "overlaps_window"] == (1, 13)
    assert by_rule(report)["focus-wednesday", "decline", "overlaps_window"] == (1, 6)
    two = told("--traffic", path, "--since", "2027-01-04", "--until", "2027-01-15")
    assert two["meetings"]["occurrences"] == 2


def test_who_is_in_which_team_says_a_file_of_people(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(
        "person,teams,address\nalice,everyone emergency-duty,alice@northshire.example\n"
        "bob,everyone,bob@northshire.example\n"
    )
    path = tmp_path / "meetings.ics"
    path.write_text(ics("20260709T123000"), newline="")
    report = told("--traffic", path, "--people", people)
    assert by_rule(report)["protected-lunch", "deliver", "exempt_team"] == (1, 1)
    assert not any("nobody said" in note for note in report["meetings"]["notes"])


def test_against_another_rulebook_only_what_changes_is_told(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    text = (RULES / "northshire.yaml").read_text(encoding="utf-8")
    kept = text.replace("subject_tag: [Strategy discussion, Court]", "subject_tag: [Court]")
    (other / "northshire.yaml").write_text(
        kept.replace("Strategy discussion: a child", "Court: a child").replace(
            "subject: Strategy discussion }", "subject: Court }"
        )
    )
    path = tmp_path / "meetings.ics"
    tag = f"SUMMARY:Strategy discussion\r\n{PEOPLE}"
    path.write_text(ics("20260709T123000", "20260709T140000", more=tag), newline="")
    report = told("--traffic", path, "--against", other)
    changes = {one["rule"]: one for one in report["meetings"]["changes"]}
    assert {rule: one["change"] for rule, one in changes.items()} == {
        "protected-lunch": "-decline",
    }
    assert changes["protected-lunch"]["examples"] == [[1, "2026-07-09T12:30:00+01:00"]]
    done = simulate("--traffic", path, "--against", other)
    assert f"Meetings against {other}: protected-lunch -1 decline" in done.stdout
    same = simulate("--traffic", path, "--against", RULES)
    assert f"Meetings against {RULES}: no difference" in same.stdout


def test_days_are_for_calendar_files_and_not_for_mail_files(tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_text(EML)
    done = simulate("--traffic", tmp_path, "--since", "2026-07-01")
    assert done.exit_code == 2
    assert "for .ics files without mail beside them" in " ".join(done.output.split())
