"""The August bank-holiday week of 2023, on real traffic: the daemon and the tenant as processes."""

import csv
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from demo.rehearsal import Plan, Rehearsed, rehearse
from demo.story import tell, write_table
from demo.traffic import ZONE, Message, read_teams
from policy_agent.domain.decisions import Outcome, Reason
from policy_agent.domain.holds import HoldState
from policy_agent.domain.rules import Mode
from tests.openapi.contract import Contract
from tests.throwaway_postgres import ThrowAwayPostgres

pytestmark = pytest.mark.acceptance

CLEAN = "audit: 603 copies, 0 lost, 0 doubled, 0 altered"
REST = {"2023-08-26", "2023-08-27", "2023-08-28"}  # Saturday, Sunday, Summer bank holiday
TUESDAY = datetime(2023, 8, 29, 8, 30, tzinfo=ZONE)
ROUND_THE_CLOCK = {"emergency-duty", "residential"}


def by_hand(message: Message) -> tuple[Outcome, Reason]:
    """Return what a person would say of a mail, with a calendar on the wall."""
    if f"{message.sent.astimezone(ZONE):%Y-%m-%d}" not in REST:
        return Outcome.DELIVER, Reason.OUTSIDE_WINDOW
    teams = read_teams()
    if any(teams[person] & ROUND_THE_CLOCK for person in (message.sender, *message.recipients)):
        return Outcome.DELIVER, Reason.EXEMPT_TEAM
    return Outcome.HOLD, Reason.IN_WINDOW


def assert_as_by_hand(week: Rehearsed) -> None:
    expected = {
        (message.row, recipient): by_hand(message)
        for message in week.messages
        for recipient in message.recipients
    }
    found = {
        (one.message.row, one.recipient): (one.decision.outcome, one.decision.reason)
        for one in week.told
    }
    assert len(week.told) == len(expected) == 603
    assert found == expected
    for one in week.told:
        assert one.decision.mode is Mode.ENFORCE
        assert one.decision.received == one.message.sent
        if one.decision.outcome is Outcome.HOLD:
            assert one.decision.promised == TUESDAY
            assert one.hold is not None
            assert TUESDAY <= one.hold.due < TUESDAY + timedelta(minutes=20)
        else:
            assert one.hold is None
        assert one.released is None or (one.hold is not None and one.released >= one.hold.due)


def assert_metrics_add_up(week: Rehearsed) -> None:
    """What Prometheus is told is what the store's own records say."""
    told: dict[str, Counter[str]] = {}
    for family in text_string_to_metric_families(week.metrics):
        for sample in family.samples:
            assert not any("@" in value for value in sample.labels.values()), sample
            if sample.labels.get("rule") == "":
                continue  # about our own notes to people, which no rule is about
            said = sample.labels.get("outcome") or sample.labels.get("result") or ""
            told.setdefault(sample.name, Counter())[said] += int(sample.value)
    outcomes = Counter(one.decision.outcome for one in week.told)
    assert told["policy_agent_decisions_total"] == outcomes
    assert told["policy_agent_decision_errors_total"].total() == 0
    held = outcomes[Outcome.HOLD]
    assert told["policy_agent_releases_total"]["released"] == held
    assert told["policy_agent_releases_total"].total() == held
    assert told["policy_agent_release_lag_seconds_count"].total() == held
    assert told["policy_agent_held_messages"].total() == 0
    assert told["policy_agent_ready"].total() == told["policy_agent_store_up"].total() == 1
    assert told["policy_agent_receipts_total"].total() == len(week.notes) > 0


def test_the_weekend_waits_until_tuesday_and_nothing_is_lost(tmp_path: Path) -> None:
    record = tmp_path / "calls.jsonl"
    week = rehearse(Plan(record=record, log=tmp_path / "daemon.log"))
    assert str(week.audit) == CLEAN
    assert_as_by_hand(week)
    assert_metrics_add_up(week)
    held = [one for one in week.told if one.hold is not None]
    assert {one.hold.state for one in held if one.hold} == {HoldState.RELEASED}
    assert any("copies were held: Mon 28 Aug 2023 (Summer bank holiday)" in s for s in tell(held))

    report = Contract.load().check_record(record)
    assert [str(problem) for problem in report.problems] == []
    assert sum(report.calls.values()) > 1000

    write_table(tmp_path / "decisions.csv", week.told)
    with (tmp_path / "decisions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 603
    assert {row["release_at"] for row in rows} == {"", "2023-08-29T08:30:00"}
    assert all(row["clause"].startswith("rules/northshire.yaml:") for row in rows)

    log = (tmp_path / "daemon.log").read_text()
    assert log.count('"mail_held"') == log.count('"mail_released"') == len(held)
    assert '"level": "error"' not in log
    assert "@northshire.example" not in log
    assert "Message " not in log  # subjects


def test_a_kill_lost_and_repeated_notices_refused_calls_and_an_outage_change_nothing(
    tmp_path: Path, postgres: ThrowAwayPostgres
) -> None:
    log = tmp_path / "daemon.log"
    store = postgres.new_database("bank_holiday")
    week = rehearse(Plan(kill=True, faults=True, log=log, store_url=store))
    told = log.read_text()
    assert told.count('"daemon_ready"') == 2
    assert '"kind": "unavailable"' in told  # the outage was felt
    assert str(week.audit) == CLEAN
    assert_as_by_hand(week)
