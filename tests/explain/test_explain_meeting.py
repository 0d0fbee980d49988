"""`policy-agent explain` of a meeting: every clause of every rule, and facts of the calendar."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from policy_agent.cli.main import main
from policy_agent.store import Store
from tests.store.test_store_meeting_decisions import LUNCH, record

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


def words(*more: str) -> Result:
    given = ("--organiser", "alice", "--attendee", "bob", "--starts", "2026-06-10 12:15",
             "--ends", "12:45", *more)  # fmt: skip
    return CliRunner().invoke(main, ["explain", "--rules", str(RULES), *given])


def told_of(*more: str) -> dict[str, Any]:
    done = words(*more, "--format", "json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


def outcome(given: dict[str, Any], rule: str) -> tuple[str | None, str | None]:
    (found,) = [one for one in given["rules"] if one["rule"] == rule]
    return found["outcome"], found["reason"]


def test_a_meeting_over_lunch_is_a_clash_with_every_clause_and_its_line(tmp_path: Path) -> None:
    done = call(tmp_path, ics(START, END, "CREATED:20260601T080000Z", *PEOPLE))
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "Meeting of alice@northshire.example, Wed 8 Jul 2026 12:00-13:00 BST"
    assert lines[1] == (
        "  protected-lunch says decline (It lies 30 minutes over the window lunch on Wed 8 Jul"
        " 2026); its mode for this organiser is nudge: its organiser is nudged."
    )
    rule = line_of("- name: protected-lunch")
    start = lines.index(
        "  rule protected-lunch, mode nudge: decline (overlaps_window), the time of 2 people"
        f" [rules/northshire.yaml:{rule}]"
    )
    assert lines[start + 1].startswith("    yes somebody in it is in everyone: 2 of 2 people are")
    (decided,) = [line for line in lines[start : start + 20] if line.endswith(" <- this decided")]
    assert decided.startswith("    yes nothing frees it, so it is a clash: It lies 30 minutes over")
    assert (
        "    yes it overlaps lunch Wed 8 Jul 2026 12:30-13:00, for 30 "
        f"minutes [rules/northshire.yaml:{line_of('lunch:')}]"
    ) in lines
    assert any(line.startswith("    no  rest-days: it does not come round") for line in lines)
    assert "    1 person is invited besides the organiser" in lines
    assert "    nobody is outside the organisation" in lines
    assert lines[-1].startswith("No team was given: everybody inside is taken to be in the teams")


def test_words_describe_a_meeting_as_well_as_a_file() -> None:
    given = told_of()
    assert outcome(given, "protected-lunch") == ("decline", "overlaps_window")
    assert given["meeting"]["starts"] == "2026-06-10T12:15:00+01:00"
    assert given["meeting"]["booked"] == "2026-05-27T12:15:00+01:00"
    assert given["assumed_teams"] is True
    other_day = told_of("--starts", "2026-06-11 23:30", "--ends", "2026-06-12 00:30")
    assert other_day["meeting"]["ends"] == "2026-06-12T00:30:00+01:00"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--subject", "Court: bundle"), "let_through"),
        (("--category", "Safeguarding"), "let_through"),
        (("--team", "alice=emergency-duty", "--team", "bob=everyone"), "exempt_team"),
        (("--booked", "2025-11-03 09:00"), "booked_before"),
        (("--ends", "12:33"), "short_overlap"),
        (("--ends", "12:30"), "outside_window"),
        (("--subject", "Supervision with Bob"), "kept_meeting"),
    ],
)
def test_what_frees_a_meeting_is_told(more: tuple[str, ...], reason: str) -> None:
    given = told_of(*more)
    assert outcome(given, "protected-lunch") == ("deliver", reason)
    clauses = given["rules"][0]["clauses"]
    assert sum(one["decided"] for one in clauses) == 1
    assert all(one["where"].startswith("rules/northshire.yaml:") for one in clauses)


def test_a_clause_that_is_left_when_nothing_frees_a_meeting_does_not_hold_when_something_did() -> (
    None
):
    last = told_of("--category", "Safeguarding")["rules"][0]["clauses"][-1]
    assert last["asks"] == "nothing frees it, so it is a clash"
    assert (last["holds"], last["why"]) == (False, "That was settled before")


def test_a_rule_that_only_observes_says_that_it_is_only_counted() -> None:
    subject = ("--subject", "East team meeting")
    assert told_of(*subject)["verdict"] == "It is left alone: no rule has anything against it."
    given = told_of(*subject, "--team", "alice=everyone")
    assert outcome(given, "team-meetings-happen") == (None, None)
    long = told_of("--starts", "2026-06-11 09:00", "--ends", "11:30")
    assert long["verdict"] == (
        "kind-meetings says nudge (It is long); its mode for this organiser is nudge: its organiser"
        " is nudged."
    )


def test_a_meeting_of_people_whom_no_rule_is_about_is_left_alone() -> None:
    given = told_of("--team", "carol=everyone")
    assert given["verdict"] == "It is left alone: no rule is about anybody in it."
    assert {one["outcome"] for one in given["rules"]} == {None}


def test_a_rulebook_about_mail_only_leaves_meetings_alone(tmp_path: Path) -> None:
    small = Path(__file__).parents[1] / "rulebook" / "good" / "small.yaml"
    done = words("--rules", str(small))
    assert "It is left alone: the rulebook has no rule about meetings." in done.output


def test_who_declined_is_not_in_it(tmp_path: Path) -> None:
    declined = "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@northshire.example"
    given = told(tmp_path, ics(START, END, "CREATED:20260601T080000Z", PEOPLE[0], declined))
    assert outcome(given, "protected-lunch") == ("deliver", "too_few")
    status = {"status": {"response": "declined"}}
    people = [{"emailAddress": {"address": "bob@northshire.example"}, **status}]
    given = told(tmp_path, json.dumps(event(attendees=people)), name="event.json")
    assert outcome(given, "protected-lunch") == ("deliver", "too_few")


@pytest.mark.parametrize(
    ("lines", "checks"),
    [
        ((), []),
        (("DESCRIPTION:",), ["it has no agenda"]),
        (("DESCRIPTION:1. Rota",), []),
        (("CREATED:20260708T090000Z",), ["it was booked at short notice"]),
    ],
)
def test_what_etiquette_looks_at_is_read_from_a_file(
    tmp_path: Path, lines: tuple[str, ...], checks: list[str]
) -> None:
    span = ("DTSTART:20260708T090000", "DTEND:20260708T100000")
    given = told(tmp_path, ics(*span, *PEOPLE, *lines))
    (kind,) = [one for one in given["rules"] if one["rule"] == "kind-meetings"]
    found = [one["asks"] for one in kind["clauses"] if one["holds"]]
    assert [
        asks for asks in found if asks in {"it has no agenda", "it was booked at short notice"}
    ] == (checks)


def test_what_graph_tells_of_an_event_is_read_as_a_calendar_file_is(tmp_path: Path) -> None:
    given = told(
        tmp_path,
        json.dumps(
            event(
                createdDateTime="2026-06-01T08:00:00Z",
                bodyPreview="",
                hasAttachments=False,
                isOnlineMeeting=True,
                subject="Court: bundle",
                categories=["Safeguarding"],
            )
        ),
        name="event.json",
    )
    assert given["meeting"]["booked"] == "2026-06-01T08:00:00+00:00"
    assert (given["meeting"]["online"], given["meeting"]["has_agenda"]) == (True, False)
    assert outcome(given, "protected-lunch") == ("deliver", "let_through")
    assert "Court: bundle" not in json.dumps(given)


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


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--ends", "12:00"), "--ends: it ends before it starts"),
        (("--ends", "noon"), "--ends: 'noon' is not a time such as"),
        (("--starts", "soon"), "--starts: 'soon' is not a time such as"),
        (("--booked", "once"), "--booked: 'once' is not a time such as"),
        (("--team", "alice=nobody"), "--team: there is no team 'nobody'"),
        (("--to", "bob"), "--to, --at and --for are for mail"),
        (("--from", "bob"), "give one of MESSAGE, --decision, --meeting-decision"),
    ],
)
def test_odd_words_say_what_would_be_right(more: tuple[str, ...], said: str) -> None:
    done = words(*more)
    assert done.exit_code == 2, done.output
    assert said in " ".join(done.output.split())


def test_a_meeting_s_words_need_its_organiser_and_its_span(tmp_path: Path) -> None:
    given = ["explain", "--rules", str(RULES)]
    without = CliRunner().invoke(main, [*given, "--organiser", "alice"])
    assert "--organiser goes with --starts and --ends" in without.output
    nobody = call(tmp_path, ics(START, END), "--attendee", "bob")
    assert (nobody.exit_code, "go with --organiser" in nobody.output) == (2, True)


def test_what_was_decided_of_a_meeting_is_told_from_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(Store.open("sqlite:///policy-agent.db")) as store:
        record(store, LUNCH)
        (row,) = store.meeting_decisions_of("u1")
    given = ["explain", "--store", "sqlite:///policy-agent.db", "--meeting-decision"]
    done = CliRunner().invoke(main, [*given, str(row.id)])
    assert done.exit_code == 0, done.output
    assert "rule protected-lunch says decline, mode nudge, overlaps_window: It lies over lunch" in (
        done.output
    )
    assert "[rules.yaml:12]" in done.output
    found = json.loads(CliRunner().invoke(main, [*given, str(row.id), "--format", "json"]).output)
    assert [one["rule"] for one in found["decisions"]] == ["protected-lunch"]
    gone = CliRunner().invoke(main, [*given, "99"])
    assert (gone.exit_code, "there is no decision 99 of a meeting" in gone.output) == (2, True)
