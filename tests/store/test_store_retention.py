"""What is past its time goes, whatever table it is in; what is needed stays. On both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer, Table, func, insert, select
from sqlalchemy.sql.sqltypes import BigInteger

from policy_agent.domain.clashes import ClashState
from policy_agent.domain.holds import HoldState
from policy_agent.store import Store, retention, tables
from policy_agent.store.tables import Instant, metadata
from tests.store.examples import MINUTE, SATURDAY, delivered, held, record, ref
from tests.store.test_store_held_mails import copy_of

BEFORE = datetime(2026, 5, 1, tzinfo=UTC)
OLD, YOUNG = BEFORE - timedelta(days=2), BEFORE + timedelta(days=2)

# Every other table, and why its rows do not grow old.
STAYS = {
    "arrivals": "gone as soon as they are worked off",
    "event_notices": "gone as soon as they are worked off",
    "hold_events": "goes with its hold",
    "note_events": "goes with its note",
    "clash_occurrences": "goes with its clash",
    "clash_answers": "goes with its clash",
    "clash_events": "goes with its clash",
    "kept_people": "goes with its meeting",
    "kept_events": "goes with its meeting",
    "block_out_repairs": "goes with its block-out",
    "mailboxes": "as it is now",
    "hold_folders": "held mail has to find back from any of them",
    "subscriptions": "as it is now",
    "calendars": "as it is now",
    "people": "as it is now",
    "addresses": "as it is now",
    "teams": "as it is now",
    "team_members": "as it is now",
    "feeds": "as it is now",
    "keys": "as it is now",
    "preferences": "what somebody chose stays chosen",
    "block_outs": "tells which mailboxes have a series of ours",
    "meeting_judges": "as it is now",
    "series_uids": "as it is now",
    "exemptions": "who approved what",
    "exemption_events": "who approved what",
    "decision_totals": "sums without people or teams",
    "meeting_totals": "sums without people or teams",
    "meeting_counts": "sums without people or teams",
    "closed_months": "what was told",
    "erasures": "what went",
    "survey_answers": "the organisation's own counts",
}


def test_every_table_either_grows_old_or_has_a_reason_not_to(store: Store) -> None:
    grows_old = set(store.retained())
    assert grows_old.isdisjoint(STAYS)
    assert grows_old | set(STAYS) == set(metadata.tables)


@pytest.mark.parametrize("name", sorted(set(metadata.tables) - set(STAYS)))
def test_of_each_table_what_is_old_goes_and_what_is_young_stays(store: Store, name: str) -> None:
    table = metadata.tables[name]
    age = retention.AGES[name].age
    for number, when in enumerate((OLD, BEFORE, YOUNG)):
        put(store, table, number, age, when)
    assert store.erase(name, before=BEFORE, now=SATURDAY, limit=10) == 1
    assert count(store, table) == 2
    assert store.erase(name, before=BEFORE, now=SATURDAY, limit=10) == 0
    assert store.erased_between(SATURDAY, SATURDAY + MINUTE) == {name: 1}


def test_a_few_go_at_a_time_and_what_went_of_one_age_is_one_number(store: Store) -> None:
    record(store, *(delivered(ref(f"m{n}")) for n in range(5)), now=OLD)
    gone = [store.erase("decisions", before=BEFORE, now=SATURDAY, limit=2) for _ in range(4)]
    assert gone == [2, 2, 1, 0]
    assert store.erased_between(SATURDAY, SATURDAY + MINUTE) == {"decisions": 5}
    assert store.erased_between(SATURDAY + MINUTE, SATURDAY + 2 * MINUTE) == {}


def test_an_open_hold_keeps_all_that_it_needs(store: Store) -> None:
    (hold,) = record(store, copy_of("rota"), now=OLD)
    later = YOUNG + timedelta(days=400)

    def erase_all() -> dict[str, int]:
        erased = {
            name: store.erase(name, before=later, now=later, limit=100) for name in store.retained()
        }
        return {name: rows for name, rows in erased.items() if rows}

    assert erase_all() == {}
    (there,) = store.advance([hold], HoldState.HELD, why="moved", now=OLD)
    assert erase_all() == {}
    (out,) = store.advance([there], HoldState.RELEASING, why="due", now=OLD)
    store.advance([out], HoldState.RELEASED, why="moved back", now=OLD)
    assert erase_all() == {"decisions": 1, "facts": 1, "holds": 1, "held_mails": 1}
    assert count(store, tables.hold_events) == 0


def test_a_copy_without_a_hold_goes_beside_one_that_waits(store: Store) -> None:
    record(store, held(ref("waits")), delivered(ref("waits", "carol")), now=OLD)
    assert store.erase("decisions", before=BEFORE, now=SATURDAY, limit=100) == 1
    assert store.judged([ref("waits"), ref("waits", "carol")]) == {ref("waits")}


@pytest.mark.parametrize("state", [ClashState.OPEN, ClashState.NUDGED, ClashState.ACTING])
def test_a_clash_that_is_not_over_stays(store: Store, state: ClashState) -> None:
    table = metadata.tables["clashes"]
    put(store, table, 1, table.c.last, OLD, state=state)
    assert store.erase("clashes", before=BEFORE, now=SATURDAY, limit=100) == 0


def count(store: Store, table: Table) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def put(
    store: Store, table: Table, number: int, age: Column[Any], when: datetime, **given: object
) -> None:
    """Write a row that has a value wherever one is asked for, and is of that age."""
    values = {
        column.name: _of(column, number)
        for column in table.columns
        if not column.nullable and column.name != "id"
    }
    values[age.name] = when.date() if isinstance(age.type, Date) else when
    if table.name == "sessions":
        values["id"] = f"session {number}"
    over = {"clashes": ClashState.PASSED, "holds": HoldState.RELEASED, "notes": "sent"}
    if table.name in over:
        values["state"] = over[table.name]
    if table.name == "kept_meetings":
        values["state"] = "held"
    with store.writing() as connection:
        connection.execute(insert(table).values(values | given))


def _of(column: Column[Any], number: int) -> object:
    kinds: list[tuple[type, Callable[[], object]]] = [
        (Enum, lambda: column.type.enum_class(column.type.enums[0])),  # type: ignore[attr-defined]
        (JSON, list),
        (Boolean, lambda: False),
        (Date, lambda: date(2026, 5, 23)),
        (Instant, lambda: SATURDAY),
        (Integer, lambda: number),
        (BigInteger, lambda: number),
    ]
    for kind, value in kinds:
        if isinstance(column.type, kind):
            return value()
    return f"{column.name} {number}"
