"""`policy-agent rollout`: from the store to the table."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from policy_agent.cli.main import main
from policy_agent.clock import machine_now
from policy_agent.domain.holds import Asked
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.domain.watching import Member
from policy_agent.store import Store
from tests.acceptance.test_bad_starts import RULES
from tests.store.examples import JudgedCopy, delivered, held, record, ref, says_hold

NOW = machine_now()
PEOPLE = [Member(id=f"p{n}", addresses=(f"p{n}@northshire.example",)) for n in range(12)]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    with closing(Store.open("sqlite:///policy-agent.db")) as opened:
        opened.put_people(PEOPLE, {"everyone": frozenset(p.id for p in PEOPLE)}, now=NOW)
        yield opened


def sent(copy: JudgedCopy, sender: str | None = "p1") -> JudgedCopy:
    facts = RecordedFacts(
        sender=sender, sender_inside=sender is not None, recipients=("p2",), received=NOW
    )
    return replace(copy, facts=facts)


def test_the_store_s_decisions_come_to_figures(store: Store) -> None:
    for day in range(30):
        copy = held(ref(f"m{day}"))
        record(store, sent(copy), now=NOW - timedelta(days=day))
    record(store, held(ref("no-facts")), now=NOW)
    record(store, sent(held(ref("stranger")), sender=None), now=NOW)
    record(store, sent(replace(delivered(ref("other")), decisions=(says_hold("gone"),))), now=NOW)
    record(store, sent(held(ref("long-ago"))), now=NOW - timedelta(weeks=9))
    done = CliRunner().invoke(main, ["rollout", "--format", "json"])
    assert done.exit_code == 0, done.output
    (one,) = json.loads(done.output)["teams"]
    assert (one["rule"], one["team"], one["mode"]) == ("weekend-email", "everyone", "observe")
    assert one["days"] == 30
    assert one["held_a_week"] == pytest.approx(7)
    assert one["passed"] is True
    table = CliRunner().invoke(main, ["rollout"]).output
    assert "passed: nudge is next" in table
    assert "0.0% 0.0% passed:" in " ".join(table.split())
    assert "not measured yet" not in table


def test_what_was_sent_now_is_a_share_of_what_was_held(store: Store) -> None:
    made = [record(store, sent(held(ref(f"m{n}"))), now=NOW)[0] for n in range(8)]
    store.ask_release([made[0].id], asked=Asked.SENDER, who="p1", now=NOW)
    done = CliRunner().invoke(main, ["rollout", "--gate-days", "1"])
    assert "12.5%" in done.output
    assert "not yet for nudge: fewer than 5% let through as urgent or sent now" in done.output


def test_a_team_of_nine_is_fewer_than_10(store: Store) -> None:
    store.put_people(PEOPLE[:9], {"everyone": frozenset(p.id for p in PEOPLE[:9])}, now=NOW)
    record(store, sent(held(ref("a"))), now=NOW)
    (line,) = [
        line
        for line in CliRunner().invoke(main, ["rollout"]).output.splitlines()
        if line.startswith("weekend-email")
    ]
    assert line.count("fewer than 10") == 5


def test_a_fresh_store_asks_for_four_weeks(store: Store) -> None:
    done = CliRunner().invoke(main, ["rollout"])
    assert "not yet for nudge: 28 more days and a mail that would have been held" in done.output
    assert "none held" in done.output


def test_rules_about_meetings_are_told_with_their_modes_only(store: Store) -> None:
    good = Path(__file__).parents[1] / "rulebook" / "good" / "meetings.yaml"
    done = CliRunner().invoke(main, ["rollout", "--rules", str(good)])
    assert done.exit_code == 0, done.output
    lines = {tuple(line.split()[:3]): line for line in done.output.splitlines()}
    lunch = lines["protected-lunch", "everyone", "nudge"]
    assert lunch.count("not measured yet") == 5
    assert lunch.rstrip().endswith("not measured yet for enforce")
    assert lines["protected-lunch", "leadership", "enforce"].rstrip().endswith("in full force")
    assert lines["kind-meetings", "everyone", "nudge"].rstrip().endswith("in full force")
