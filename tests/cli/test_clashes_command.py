"""`policy-agent clashes`: what is ahead, by owner, and nothing of what meetings are about."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy_agent.cli.main import main
from policy_agent.domain.clashes import ClashOccurrence, FoundClash, Grace
from policy_agent.domain.modes import Mode
from policy_agent.domain.watching import Member
from policy_agent.store import Store

NOW = datetime(2026, 6, 8, 8, 0, tzinfo=UTC)
RULES = """\
version: 1
organisation: { name: Northshire, domains: [northshire.example] }
calendars:
  service: { timezone: Europe/London, working_days: mon-fri }
teams:
  everyone: { group: staff@northshire.example }
windows:
  lunch: { calendar: service, days: working, time: 12:30-13:00 }
rules:
  - name: protected-lunch
    kind: protect-time
    because: A real lunch break for everyone
    owner: hr@northshire.example
    mode: nudge
    people: { include: [everyone] }
    window: lunch
    meetings: { booked_from: 2026-01-01 }
"""


def found(rule: str, series: str, *, day: int = 10, listed: bool = False) -> FoundClash:
    starts = datetime(2026, 6, day, 11, 30, tzinfo=UTC)
    return FoundClash(
        rule=rule,
        series=series,
        mailbox="bob",
        master=None,
        organiser="bob",
        mode=Mode.NUDGE,
        grace=Grace(lasts=timedelta(days=1)),
        listed=listed,
        occurrences=(
            ClashOccurrence(
                uid=f"{series}-uid",
                event=series,
                starts=starts,
                ends=starts + timedelta(hours=1),
                affected=("bob", "ann"),
            ),
        ),
    )


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    with closing(Store.open("sqlite:///policy-agent.db")) as opened:
        bob = Member(id="bob", addresses=("bob@northshire.example",))
        opened.put_people([bob], {"everyone": frozenset({"bob"})}, now=NOW)
        yield opened


def put(store: Store, *clashes: FoundClash) -> None:
    looked = {one.series for one in clashes}
    store.put_clashes(clashes, looked=looked, rules={"protected-lunch"}, now=NOW)


def call(*arguments: str) -> Result:
    done = CliRunner().invoke(main, ["clashes", *arguments])
    assert done.exit_code == 0, done.output
    return done


def test_clashes_are_listed_by_owner_with_ids_teams_and_times_alone(store: Store) -> None:
    put(store, found("protected-lunch", "late", day=12), found("protected-lunch", "early"))
    (first, second) = json.loads(call("--format", "json").output)
    assert first == {
        "id": 1,
        "owner": "hr@northshire.example",
        "rule": "protected-lunch",
        "state": "open",
        "organiser": "bob",
        "teams": ["everyone"],
        "first": "2026-06-10T11:30:00+00:00",
        "ahead": 1,
        "every": False,
        "found": "2026-06-08T08:00:00+00:00",
        "told": None,
        "act_at": None,
    }
    assert second["first"] == "2026-06-12T11:30:00+00:00"
    text = call().output
    assert "hr@northshire.example" in text
    assert "2026-06-10 11:30" in text
    assert "bob@northshire.example" not in text


def test_those_booked_before_the_rule_can_be_listed_alone(store: Store) -> None:
    put(store, found("protected-lunch", "new"), found("protected-lunch", "old", listed=True))
    (listed,) = json.loads(call("--listed", "--format", "json").output)
    assert listed["state"] == "listed"


def test_one_rule_can_be_asked_for_and_one_that_is_gone_is_named_so(store: Store) -> None:
    put(store, found("protected-lunch", "one"), replace(found("focus", "two"), every=True))
    (focus,) = json.loads(call("--rule", "focus", "--format", "json").output)
    assert (focus["owner"], focus["every"]) == ("no rule of that name any more", True)
    assert "1, all there are" in call("--rule", "focus").output


def test_nothing_ahead_is_said_so(store: Store) -> None:
    assert call().output.startswith("No meeting that is ahead lies over protected time")
