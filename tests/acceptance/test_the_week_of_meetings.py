"""A week of meetings: the daemon and the tenant as processes, audited by asking the tenant."""

from datetime import timedelta
from pathlib import Path

import pytest

from demo.meetings.figures import Figures
from demo.meetings.rehearsal import MeetingPlan, RehearsedMeetings, rehearse_meetings
from demo.meetings.story import tell, write_nudges
from policy_agent.domain.clashes import ClashState
from tests.openapi.contract import Contract
from tests.throwaway_postgres import ThrowAwayPostgres

pytestmark = pytest.mark.acceptance

CLEAN = "audit: 1203 places in meetings, 0 lost, 0 left, 0 doubled, 0 altered"


def assert_as_it_should_be(week: RehearsedMeetings) -> None:
    """Compare with what a person would say who looks into the diary."""
    assert str(week.audit) == CLEAN
    assert week.left == ()
    # three are booked in time, one is a series on focus Wednesdays, one older than the rule
    assert sorted(week.told.clashes["protected-lunch"]) == [
        ClashState.DONE,  # the panel
        ClashState.DONE,  # the case discussion
        ClashState.LISTED,  # the book club
        ClashState.MENDED,  # the briefing, which its organiser moved
    ]
    assert week.told.clashes["focus-wednesday"] == [ClashState.DONE]
    # one answer an attendee reaches each organiser, however many dates were declined
    assert week.told.declines == {
        "Declined: Case discussion": 4,
        "Declined: Ideas hour": 4,
        "Declined: Panel planning": 6,
    }
    told = [(person, subject) for person, subject, _ in week.told.nudges]
    assert len(told) == len(set(told))
    about_clashes = [person for person, subject in told if "protected time" in subject]
    assert about_clashes == ["p006", "p017", "p017", "p020"]


def test_clashes_are_mended_or_declined_and_what_must_stay_stays(tmp_path: Path) -> None:
    record = tmp_path / "calls.jsonl"
    week = rehearse_meetings(MeetingPlan(record=record, log=tmp_path / "daemon.log"))
    assert_as_it_should_be(week)
    assert week.before == Figures(
        lunch_clashes=7, lunches=920, free_lunches=722, longest_run=timedelta(hours=3)
    )
    # what stays: court, the strategy discussion, the duty handover, the book club
    assert week.after == Figures(
        lunch_clashes=4, lunches=920, free_lunches=906, longest_run=timedelta(minutes=75)
    )
    subjects = [subject for _, subject, _ in week.told.nudges]
    assert "A friendly note about 2 of your meetings" in subjects
    assert "Could the meeting on Wednesday 10 June be booked again?" in subjects
    assert any("342 block-outs" in line for line in tell(week.told, week.before, week.after))

    report = Contract.load().check_record(record)
    assert [str(problem) for problem in report.problems] == []

    write_nudges(tmp_path / "nudges", week.told)
    assert len(list((tmp_path / "nudges").iterdir())) == len(subjects)

    log = (tmp_path / "daemon.log").read_text()
    assert '"level": "error"' not in log
    for private in ("@northshire.example", "Case discussion", "Supervision with", "court.example"):
        assert private not in log


def test_kills_lost_answers_and_notices_and_refused_calls_change_nothing(
    tmp_path: Path, postgres: ThrowAwayPostgres
) -> None:
    log = tmp_path / "daemon.log"
    store = postgres.new_database("week_of_meetings")
    week = rehearse_meetings(MeetingPlan(kills=True, faults=True, log=log, store_url=store))
    assert log.read_text().count('"daemon_ready"') == 4
    assert_as_it_should_be(week)
