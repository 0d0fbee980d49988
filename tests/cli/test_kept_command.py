"""`policy-agent kept`: from the store to figures that tell of no one person."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from policy_agent.cli.main import main
from policy_agent.domain.events import EventRef
from policy_agent.domain.kept_meetings import KeptLook, KeptPerson, dropped, held
from policy_agent.domain.watching import Member
from policy_agent.store import Store
from tests.acceptance.test_bad_starts import RULES

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
OCTOBER = datetime(2025, 10, 14, 9, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STAFF = [f"p{n:02}" for n in range(12)]
KEPT = """\
  - name: supervision-happens
    kind: keep-meeting
    because: Supervision is where practitioners are looked after
    owner: psw@northshire.example
    mode: nudge
    people: { include: [everyone] }
    meetings: { subject_words: [supervision] }
    expected: { every: 4 weeks }
    rebook_within: 5 working days
  - name: training-happens
    kind: keep-meeting
    because: Nobody learns in a course that was cancelled
    owner: psw@northshire.example
    mode: observe
    people: { include: [few] }
    meetings: { subject_words: [training] }
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    few = "  few: { group: few@northshire.example }\nwindows:\n"
    written = RULES.replace("windows:\n", few, 1) + KEPT
    (tmp_path / "rules" / "rules.yaml").write_text(written)
    with closing(Store.open("sqlite:///policy-agent.db")) as opened:
        people = [Member(id=one, addresses=(f"{one}@northshire.example",)) for one in STAFF]
        teams = {"everyone": frozenset(STAFF), "few": frozenset(STAFF[:3])}
        opened.put_people(people, teams, now=LONG_AGO)
        opened.put_calendars(STAFF, now=LONG_AGO)
        yield opened


def see(
    store: Store,
    uid: str,
    starts: datetime,
    *people: str,
    now: datetime = LONG_AGO,
    cancelled: datetime | None = None,
) -> None:
    look = KeptLook(
        rule="supervision-happens",
        uid=uid,
        series=uid,
        ref=EventRef(mailbox="p00", event=uid),
        master=None,
        own=True,
        organiser="p00",
        starts=starts,
        ends=starts + HOUR,
        people=tuple(KeptPerson(id=one) for one in sorted(people)),
        size=2,
        attending=2,
        rebook=True,
        cancelled=cancelled,
    )
    store.put_kept([look], now=now)


def end(store: Store) -> None:
    """Hold all that is planned."""
    rows = store.planned_kept(["p00"], [])
    store.save_kept({row: held(row) for row in rows}, now=OCTOBER)


def run(*options: str) -> Any:
    return CliRunner().invoke(main, ["kept", "--month", "2025-10", *options])


def test_the_month_comes_to_figures_by_team(store: Store) -> None:
    see(store, "a", OCTOBER, "p00", "p01")
    see(store, "b", OCTOBER, "p00", "p02")
    see(store, "b", OCTOBER + DAY, "p00", "p02")
    see(store, "c", OCTOBER, "p00", "p03")
    see(store, "d", OCTOBER - 60 * DAY, "p00", "p04")
    see(store, "e", OCTOBER, "p00", "p05")
    late = OCTOBER - HOUR
    see(store, "e", OCTOBER, "p00", "p05", now=late, cancelled=late)
    end(store)
    done = run("--rule", "supervision-happens", "--format", "json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert (found["month"], found["short_notice_hours"]) == ("2025-10", 24)
    everyone, few = found["teams"]
    assert everyone == {
        "rule": "supervision-happens",
        "team": "everyone",
        "suppressed": False,
        "expects": True,
        "held": 3,
        "moved": 1,
        "cancelled": 1,
        "at_short_notice": 1,
        "rebooked": 0,
        "missing": 8,
        "expected": 12,
    }
    assert (few["suppressed"], few["held"], few["missing"]) == (True, None, None)


def test_the_table_says_what_it_counts(store: Store) -> None:
    see(store, "a", OCTOBER, "p00", "p01")
    end(store)
    lines = run().output.splitlines()
    assert lines[1].split() == [
        "supervision-happens", "everyone", "1", "0", "0", "0", "0", "10", "of", "12",
    ]  # fmt: skip
    assert lines[2].count("fewer than 10") == 6
    assert lines[3].split()[:3] == ["training-happens", "few", "fewer"]
    assert lines[4] == "Meetings that start in 2025-10. At short notice: less than 24 hours."
    assert lines[5] == "supervision-happens: missing is of the 4 weeks before 2025-10-27."


def test_what_was_dropped_counts_nowhere_and_people_on_leave_are_not_missing(store: Store) -> None:
    see(store, "a", OCTOBER, "p00", "p01")
    (row,) = store.planned_kept(["p00"], [])
    store.save_kept({row: dropped(row, "the rule names it no more")}, now=OCTOBER)
    store.add_leave_days({OCTOBER.date() + n * DAY: ["p05"] for n in range(-14, 5)})
    everyone = json.loads(run("--format", "json").output)["teams"][0]
    assert (everyone["held"], everyone["missing"], everyone["expected"]) == (0, 11, 11)


def test_an_unknown_rule_is_named_beside_those_there_are(store: Store) -> None:
    done = run("--rule", "weekend-email")
    assert done.exit_code == 1
    assert done.stderr == (
        "weekend-email is no keep-meeting rule; there are: supervision-happens, training-happens\n"
    )
    assert store.calendars()


@pytest.mark.parametrize("month", ["2025-13", "october", "2025-1", "1066-10", "2025-W10", ""])
def test_a_month_that_is_none_is_refused(store: Store, month: str) -> None:
    done = run("--month", month)
    assert done.exit_code == 2
    assert "is not a month such as 2026-10" in done.stderr or "is not from 2000" in done.stderr
    assert store.calendars()


def test_without_a_month_it_is_this_one(store: Store) -> None:
    done = CliRunner().invoke(main, ["kept"])
    assert done.exit_code == 0
    assert "Meetings that start in 20" in done.output
    assert store.calendars()


def test_a_rulebook_without_such_a_rule_says_so(store: Store) -> None:
    Path("rules/rules.yaml").write_text(RULES)
    assert run().output == "The rulebook has no keep-meeting rule.\n"
    assert store.calendars()
