"""`policy-agent simulate` with meetings: counted by the windows they overlap, judged by no rule."""

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


def ics(*spans: str, more: str = "") -> str:
    events = [
        f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:{span}\r\nDURATION:PT1H\r\n{more}END:VEVENT\r\n"
        for n, span in enumerate(spans)
    ]
    return f"BEGIN:VCALENDAR\r\n{''.join(events)}END:VCALENDAR\r\n"


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
    assert "3 meetings; 0 of them recur, 0 are cancelled" in done.stdout
    assert "note: no kind of rule of this version judges meetings" in done.stdout
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
    (folder / "a.ics").write_text(ics("20260708T120000", more="RRULE:FREQ=DAILY\r\n"), newline="")
    (folder / "b.ics").write_text("rubbish")
    report = told("--traffic", folder, "--people", people)
    assert report["figures"] == without["figures"]
    assert report["figures"]["copies"] == 1
    assert (report["meetings"]["meetings"], report["meetings"]["recurring"]) == (1, 1)
    _, series, unread = report["meetings"]["notes"]
    assert "only the given span" in series
    assert unread.startswith("1 .ics files cannot be read and were left out: ")
    assert "b.ics: it does not read as a calendar" in unread
