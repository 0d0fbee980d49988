"""`policy-agent release`: some holds or all of them, and never all by accident."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy_agent.cli.main import main
from policy_agent.domain.holds import Asked, Hold, HoldState
from policy_agent.store import Store
from tests.store.examples import MACHINE, MINUTE, SATURDAY, held, record, ref


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.chdir(tmp_path)
    with closing(Store.open("sqlite:///policy-agent.db")) as opened:
        yield opened


def call(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["release", "--by", "kim", *arguments], input=typed)


def some_held(store: Store, count: int) -> list[Hold]:
    made = record(store, *(held(ref(f"m{n}", f"person {n}")) for n in range(count)))
    return list(store.advance(made, HoldState.HELD, why="moved", now=SATURDAY))


def asked(store: Store) -> list[int]:
    return [hold.id for hold in store.holds(list(HoldState)) if hold.asked is Asked.IT]


def test_holds_are_asked_for_by_their_numbers(store: Store) -> None:
    first, second, _ = some_held(store, 3)
    done = call(str(first.id), str(second.id))
    assert done.exit_code == 0, done.output
    assert done.output.startswith("2 held mails will be brought back. A running daemon does it")
    assert "Where none runs, nothing moves" in done.output
    assert asked(store) == [first.id, second.id]
    event = store.hold_events(first.id)[-1]
    assert (event.who, event.why) == ("kim", "IT asked to have it back now")
    late = MACHINE + timedelta(days=1)
    taken = store.claim_due("w", limit=9, now=SATURDAY, machine=late, lease=MINUTE)
    assert [hold.id for hold in taken] == [first.id, second.id]


def test_all_is_asked_for_once_the_number_is_typed(store: Store) -> None:
    some_held(store, 3)
    done = call("--all", typed="release 3\n")
    assert done.exit_code == 0, done.output
    assert "brings 3 held mails back before the promised time" in done.output
    assert len(asked(store)) == 3
    again = call("--all", typed="")
    assert again.exit_code == 0
    assert "No held mail is left to ask for." in again.output
    assert "On the way back already: 3 held mails." in again.output


@pytest.mark.parametrize("typed", ["yes\n", "\n", "release 2\n", ""])
def test_anything_else_typed_does_nothing(store: Store, typed: str) -> None:
    some_held(store, 3)
    done = call("--all", typed=typed)
    assert done.exit_code != 0
    assert asked(store) == []


def test_yes_is_enough_where_nobody_can_type(store: Store) -> None:
    some_held(store, 1)
    done = call("--all", "--yes")
    assert done.output.startswith("1 held mail will be brought back.")
    assert len(asked(store)) == 1


def test_a_dry_run_does_nothing_and_asks_nothing(store: Store) -> None:
    some_held(store, 2)
    done = call("--all", "--dry-run")
    assert done.output == "2 held mails would be brought back. Nothing was done.\n"
    assert asked(store) == []


def test_what_is_over_or_unknown_is_told(store: Store) -> None:
    over, waits = some_held(store, 2)
    (over,) = store.advance([over], HoldState.SELF_RELEASED, why="moved", now=SATURDAY)
    done = call(str(over.id), str(waits.id), "4711", str(2**63 - 1))
    assert done.exit_code == 1
    assert f"Not on hold any more: {over.id}." in done.output
    assert f"There is no hold of this number: 4711, {2**63 - 1}." in done.output
    assert asked(store) == [waits.id]


def test_the_json_says_the_same(store: Store) -> None:
    over, waits, coming, back = some_held(store, 4)
    store.advance([over], HoldState.SELF_RELEASED, why="moved", now=SATURDAY)
    store.ask_release([coming.id], asked=Asked.SENDER, who="alice", now=SATURDAY)
    store.advance([back], HoldState.RELEASING, why="due", now=SATURDAY)
    numbers = [str(hold.id) for hold in (over, waits, coming, back)]
    done = call(*numbers, "99", "--format", "json")
    assert json.loads(done.output) == {
        "dry_run": False,
        "holds": {
            "wait": [waits.id],
            "on_the_way": [coming.id, back.id],
            "over": [over.id],
            "unknown": [99],
        },
    }
    assert done.exit_code == 1


@pytest.mark.parametrize("arguments", [(), ("--all", "1")])
def test_holds_or_all_have_to_be_named(store: Store, arguments: tuple[str, ...]) -> None:
    some_held(store, 1)
    done = call(*arguments)
    assert done.exit_code == 2
    assert "name holds by their numbers, or say --all" in done.output
    assert asked(store) == []


@pytest.mark.parametrize("number", ["0", "-1", "x", str(2**63)])
def test_what_can_be_no_hold_is_wrong_use(store: Store, number: str) -> None:
    assert call(number).exit_code == 2
    assert asked(store) == []


def test_a_store_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call("--all", "--yes")
    assert done.exit_code == 2
    assert "there is no such file" in done.output
