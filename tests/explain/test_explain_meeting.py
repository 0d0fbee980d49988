"""`policy-agent explain` of a meeting: left alone, with its facts and the windows it overlaps."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from policy_agent.cli.main import main

RULES = Path(__file__).parents[2] / "rules"
START = "DTSTART;TZID=Europe/London:20260708T120000"
END = "DTEND;TZID=Europe/London:20260708T130000"
PEOPLE = (
    "ORGANIZER;CN=Alice:mailto:Alice@northshire.example",
    "ATTENDEE:mailto:bob@northshire.example",
    "ATTENDEE:mailto:alice@northshire.example",
    "ATTENDEE;CUTYPE=ROOM:mailto:room@northshire.example",
)


def ics(*lines: str) -> str:
    inside = ["BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", *inside, "END:VCALENDAR", ""])


def event(**changed: Any) -> dict[str, Any]:
    return {
        "iCalUId": "1",
        "organizer": {"emailAddress": {"address": "Alice@northshire.example"}},
        "start": {"dateTime": "2026-07-08T11:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-07-08T13:00:00", "timeZone": "GMT Standard Time"},
        "attendees": [
            {"type": "required", "emailAddress": {"address": "bob@northshire.example"}},
            {"type": "resource", "emailAddress": {"address": "room@northshire.example"}},
        ],
        **changed,
    }


def call(tmp_path: Path, text: str, *more: str, name: str = "meeting.ics") -> Result:
    (tmp_path / name).write_text(text, newline="")
    return CliRunner().invoke(main, ["explain", str(tmp_path / name), "--rules", str(RULES), *more])


def told(tmp_path: Path, text: str, *, name: str = "meeting.ics") -> dict[str, Any]:
    done = call(tmp_path, text, "--format", "json", name=name)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


def line_of(start: str) -> int:
    lines = (RULES / "northshire.yaml").read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, start=1) if line.strip().startswith(start))


def test_a_meeting_over_lunch_is_left_alone_and_its_windows_are_told(tmp_path: Path) -> None:
    done = call(tmp_path, ics(START, END, *PEOPLE))
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "Meeting of alice@northshire.example, Wed 8 Jul 2026 12:00-13:00 BST"
    assert lines[1].startswith("  It is left alone: no rule in this rulebook is of a kind that is")
    rule = line_of("- name: weekend-email")
    assert lines[2] == (
        "  rule weekend-email is of kind defer-email, which is about mail "
        f"[rules/northshire.yaml:{rule}]"
    )
    assert (
        "    yes Wed 8 Jul 2026 12:00-13:00 overlaps lunch Wed 8 Jul 2026 12:30-13:00, for 30 "
        f"minutes [rules/northshire.yaml:{line_of('lunch:')}]"
    ) in lines
    assert any(line.startswith("    no  rest-days: it does not come round") for line in lines)
    assert "    1 person is invited besides the organiser" in lines
    assert "    nobody is outside the organisation" in lines


def test_a_graph_event_says_the_same_as_its_calendar_file(tmp_path: Path) -> None:
    given = told(tmp_path, json.dumps(event()), name="event.json")
    assert given == told(tmp_path, ics(START, END, *PEOPLE))
    assert given["meeting"]["starts"] == "2026-07-08T12:00:00+01:00"
    assert given["meeting"]["invited"] == 1


def test_an_all_day_meeting_lies_on_the_days_it_names(tmp_path: Path) -> None:
    days = {"start": {"dateTime": "2026-05-25T00:00:00", "timeZone": "UTC"},
            "end": {"dateTime": "2026-05-26T00:00:00", "timeZone": "UTC"}}  # fmt: skip
    given = told(tmp_path, json.dumps(event(isAllDay=True, **days)), name="event.json")
    assert given["meeting"]["starts"] == "2026-05-25T00:00:00+01:00"
    assert given["meeting"]["all_day"] is True
    assert [(one["working_day"], one["holiday"]) for one in given["days"]] == [
        (False, "Spring bank holiday")
    ]
    by_name = {one["window"]: one["overlaps"] for one in given["windows"]}
    assert by_name == {"rest-days": True, "lunch": False, "focus-wednesday": False}
    plain = ics("DTSTART;VALUE=DATE:20260525", *PEOPLE)
    assert told(tmp_path, plain)["windows"] == given["windows"]


def test_of_a_series_only_the_first_span_is_looked_at_and_that_is_said(tmp_path: Path) -> None:
    done = call(tmp_path, ics(START, END, "RRULE:FREQ=WEEKLY"))
    assert "it recurs; only this one span was looked at" in done.output
    given = told(tmp_path, json.dumps(event(recurrence={})), name="event.json")
    assert given["meeting"]["recurs"] is True
    assert given["note"].startswith("it recurs; only this one span")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("STATUS:CANCELLED", "cancelled"),
        ("TRANSP:TRANSPARENT", "free"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", "free"),
        ("CLASS:PRIVATE", "private"),
    ],
)
def test_what_is_written_of_a_meeting_is_told(tmp_path: Path, line: str, said: str) -> None:
    facts = told(tmp_path, ics(START, END, line))["meeting"]
    assert {key for key, value in facts.items() if value is True} == {said}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"isCancelled": True}, "cancelled"),
        ({"showAs": "free"}, "free"),
        ({"sensitivity": "private"}, "private"),
        ({"type": "occurrence"}, "recurs"),
    ],
)
def test_what_graph_says_of_an_event_is_told(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    facts = told(tmp_path, json.dumps(event(**changed)), name="event.json")["meeting"]
    assert {key for key, value in facts.items() if value is True} == {said}


def test_somebody_outside_is_counted(tmp_path: Path) -> None:
    done = call(tmp_path, ics(START, END, *PEOPLE, "ATTENDEE:mailto:pc@police.example"))
    assert "1 of them all is outside the organisation" in done.output


def test_a_time_without_a_zone_is_the_calendar_s_and_a_duration_ends_it(tmp_path: Path) -> None:
    given = told(tmp_path, ics("DTSTART:20260708T120000", "DURATION:PT45M"))["meeting"]
    assert given["starts"] == "2026-07-08T12:00:00+01:00"
    assert given["ends"] == "2026-07-08T12:45:00+01:00"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello", "it does not read as a calendar"),
        ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no meeting in it; a meeting is a VEVENT"),
        ("BEGIN:VCALENDAR\r\n", "there is no meeting in it"),
        ("", "there is no meeting in it"),
        (ics(START, END) + ics(START, END).replace("UID:1", "UID:2"), "this has 2 meetings; give"),
        (ics(), "the meeting has no start; give it a DTSTART"),
        (ics("DTSTART:soon"), "its DTSTART does not read"),
        (ics("DTSTART;TZID=Nowhere:20260708T120000"), "is in an unknown zone 'Nowhere'"),
        (ics("DTSTART;TZID=Europe:20260708T120000"), "a TZID is no zone; write it such as"),
        (ics(END.replace("DTEND", "DTSTART"), START.replace("DTSTART", "DTEND")),
         "it ends before it starts"),
        (ics("DTSTART;VALUE=DATE:20260708", END), "DTSTART and DTEND must both be days"),
        (ics(START, "DTEND;TZID=Europe/London:20290708T120000"), "it lasts more than 366 days"),
        (ics("DTSTART:00010101T000000Z"), "it is not from 1970 to 2100"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_meeting_says_what_would_be_right(
    tmp_path: Path, text: str, said: str
) -> None:
    done = call(tmp_path, text)
    assert done.exit_code == 2, done.output
    assert said in done.output


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"start": {}}, "the event's start has no dateTime; give"),
        ({"end": {"dateTime": "soon"}}, "the event's end does not read"),
        ({"start": {"dateTime": "2026-07-08T12:00", "timeZone": "Nowhere"}}, "unknown zone"),
        ({"start": {"dateTime": "2026-07-08T12:00", "timeZone": "../x"}}, "unknown zone"),
        ({"start": {"dateTime": "2026-07-08T12:00", "timeZone": "Europe"}}, "unknown zone"),
        ({"attendees": [1]}, "this is no meeting as Graph or a calendar gives it"),
        ({"organizer": "alice"}, "this is no meeting as Graph or a calendar gives it"),
    ],
)
def test_an_odd_event_says_what_would_be_right(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    done = call(tmp_path, json.dumps(event(**changed)), name="event.json")
    assert done.exit_code == 2, done.output
    assert said in done.output


def test_a_broken_rulebook_is_a_problem_and_options_for_mail_are_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("version: 1\nrulez: []\n")
    broken = call(tmp_path, ics(START, END), "--rules", str(tmp_path / "broken.yaml"))
    assert broken.exit_code == 1
    done = call(tmp_path, ics(START, END), "--at", "2026-07-08 12:00")
    assert (done.exit_code, "are for mail" in done.output) == (2, True)
