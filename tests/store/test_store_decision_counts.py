"""Counts for metrics: what was decided, whether its rows are still there or not. On both."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, delete, event, insert

from policy_agent.domain.counts import Said
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.store import Store, figure_tables, meeting_tables, tables
from policy_agent.store.engine import Database, open_engine
from policy_agent.store.schema import _config, migrate
from tests.store.examples import SATURDAY, delivered, held, record, ref
from tests.store.test_store_clashes import FOUND, look, nudged
from tests.store.test_store_exemptions import OFSTED
from tests.store.test_store_meeting_decisions import CLASH, KIND, LUNCH, PLAIN
from tests.store.test_store_meeting_decisions import record as record_meetings

DAY = timedelta(days=1)
HELD = Said(
    about="mail",
    rule="weekend-email",
    mode=Mode.ENFORCE,
    outcome=Outcome.HOLD,
    reason=Reason.IN_WINDOW,
)
DELIVERED = Said(
    about="mail",
    rule="night-email",
    mode=Mode.OBSERVE,
    outcome=Outcome.DELIVER,
    reason=Reason.OUTSIDE_WINDOW,
)
CLASHED = Said(
    about="meeting",
    rule="protected-lunch",
    mode=Mode.NUDGE,
    outcome=Outcome.DECLINE,
    reason=Reason.OVERLAPS_WINDOW,
)


def counts(store: Store) -> Mapping[Said, int]:
    """Return the counts, whatever of them is settled already."""
    found, _ = store.decision_counts(settled=SATURDAY - 2 * DAY)
    all_settled, settled = store.decision_counts(settled=SATURDAY + DAY)
    again, _ = store.decision_counts(settled=SATURDAY + DAY, known=settled)
    assert found == all_settled == again
    return found


def roll(store: Store, day: date, said: Said, copies: int) -> None:
    """Write what the roll-up of that day writes."""
    with store.writing() as connection:
        connection.execute(
            insert(figure_tables.rolled_days), {"batch": day, "counted": SATURDAY, "copies": copies}
        )
        connection.execute(
            insert(figure_tables.decision_totals),
            {
                "rule": said.rule,
                "mode": said.mode,
                "outcome": said.outcome,
                "reason": said.reason,
                "copies": copies,
            },
        )


def test_a_fresh_store_counts_nothing(store: Store) -> None:
    assert counts(store) == {}
    assert store.meeting_look_counts() == {}
    assert store.clash_counts() == {}
    assert store.exemption_counts(today=SATURDAY.date()) == (0, 0, 0)


def test_decisions_of_mail_are_counted_by_what_they_say(store: Store) -> None:
    record(store, held(ref("a")), held(ref("b")), delivered(ref("c")))
    nobody = replace(delivered(ref("d")).decisions[0], rule=None, reason=Reason.NOT_COVERED)
    record(store, replace(delivered(ref("d")), decisions=(nobody,)))
    assert counts(store) == {
        HELD: 2,
        DELIVERED: 1,
        replace(DELIVERED, rule="", reason=Reason.NOT_COVERED): 1,
    }


def test_rolled_days_count_by_their_sums_and_later_ones_by_their_rows(store: Store) -> None:
    friday = SATURDAY - DAY
    record(store, held(ref("a")), held(ref("b")), now=friday)
    record(store, held(ref("c")), delivered(ref("d")))
    before = counts(store)
    roll(store, friday.date(), HELD, 2)
    assert counts(store) == before == {HELD: 3, DELIVERED: 1}


def test_what_retention_takes_away_still_counts(store: Store) -> None:
    friday = SATURDAY - DAY
    record(store, held(ref("a")), now=friday)
    roll(store, friday.date(), HELD, 1)
    record_meetings(store, LUNCH)
    before = counts(store)
    with store.writing() as connection:
        connection.execute(delete(tables.decisions))
        connection.execute(delete(meeting_tables.meeting_decisions))
    assert counts(store) == before == {HELD: 1, CLASHED: 1}


def test_a_meeting_counts_when_it_is_new_and_when_it_changed(store: Store) -> None:
    record_meetings(store, LUNCH)
    record_meetings(store, LUNCH)
    assert counts(store) == {CLASHED: 1}
    record_meetings(store, replace(LUNCH, decisions=(PLAIN, KIND)))
    record_meetings(store, LUNCH)
    mended = replace(CLASHED, outcome=Outcome.DELIVER, reason=Reason.OUTSIDE_WINDOW)
    assert counts(store) == {CLASHED: 2, mended: 1}


def test_looks_without_anything_to_say_are_counted_apart(store: Store) -> None:
    other = replace(LUNCH, decisions=(PLAIN, KIND))
    record_meetings(store, LUNCH, other)
    record_meetings(store, other)
    assert store.meeting_look_counts() == {
        (CLASH.rule, Reason.OUTSIDE_WINDOW): 2,
        (KIND.rule, Reason.KIND): 3,
    }


def test_decisions_of_meetings_from_before_are_counted_at_the_upgrade(empty_url: str) -> None:
    older = _config()
    engine = open_engine(empty_url)
    with Database(engine).writing() as connection:
        older.attributes["connection"] = connection
        command.upgrade(older, "0005")
        decision = {
            "uid": "u1",
            "mailbox": "bob",
            "event": "e",
            "starts": SATURDAY,
            "ends": SATURDAY,
            "decided": SATURDAY,
            "rule": CLASHED.rule,
            "outcome": CLASHED.outcome,
            "mode": CLASHED.mode,
            "reason": CLASHED.reason,
            "detail": "",
            "where_file": "rules.yaml",
            "where_line": 1,
            "rulebook": "abc",
        }
        connection.execute(
            insert(meeting_tables.meeting_decisions),
            [{**decision, "position": place} for place in range(3)],
        )
    engine.dispose()
    store = Store.open(empty_url)
    assert counts(store) == {CLASHED: 3}
    store.close()


def test_clashes_count_until_they_are_over(store: Store) -> None:
    look(store, FOUND)
    assert store.clash_counts() == {"protected-lunch": 1}
    nudged(store)
    assert store.clash_counts() == {"protected-lunch": 1}
    look(store)
    assert store.clash_counts() == {}


def test_exemptions_are_to_come_in_force_or_over(store: Store) -> None:
    names = ("now", "soon", "past", "stopped")
    today = OFSTED.starts
    days = {"soon": (today + DAY, today + DAY), "past": (today - DAY, today - DAY)}
    for name in names:
        starts, ends = days.get(name, (today, today))
        made = replace(OFSTED, name=name, starts=starts, ends=ends)
        store.add_exemption(made, by="ina", now=SATURDAY)
    store.end_exemption("stopped", by="ina", now=SATURDAY)
    assert store.exemption_counts(today=today) == (1, 1, 2)
    assert store.exemption_counts(today=today + DAY) == (0, 1, 3)


def test_days_that_were_rolled_up_are_not_read_again_on_sqlite(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}")
    migrate(engine)
    asked: list[tuple[str, Sequence[object]]] = []

    def note(
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: Sequence[object],
        *_: object,
    ) -> None:
        asked.append((statement, parameters))

    store = Store(engine)
    roll(store, SATURDAY.date(), HELD, 1)
    event.listen(engine, "before_cursor_execute", note)
    store.decision_counts(settled=SATURDAY + 2 * DAY)
    store.clash_counts()
    event.remove(engine, "before_cursor_execute", note)
    plans = []
    with store.reading() as connection:
        for question, parameters in asked:
            if "FROM decisions" in question or "FROM clashes" in question:
                plan = connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {question}", tuple(parameters)
                )
                plans.append(str(next(iter(plan))[3]))
    assert len(plans) == 3
    for searched in plans[:2]:
        assert searched.startswith("SEARCH decisions USING COVERING INDEX ix_decisions_decided_")
    assert plans[2].startswith("SEARCH clashes USING INDEX ix_clashes_state_")
    store.close()


def test_what_is_settled_is_not_counted_again(store: Store) -> None:
    record(store, held(ref("a")))
    record(store, held(ref("b")), now=SATURDAY + DAY)
    found, known = store.decision_counts(settled=SATURDAY + DAY)
    assert found == {HELD: 2}
    assert (known.until, known.counts) == (SATURDAY + DAY, {HELD: 1})
    record(store, held(ref("c")), now=SATURDAY)  # which whoever asks says does not happen
    found, _ = store.decision_counts(settled=SATURDAY + DAY, known=known)
    assert found == {HELD: 2}


def test_a_clock_that_was_set_back_counts_nothing_twice(store: Store) -> None:
    record(store, held(ref("a")))
    _, known = store.decision_counts(settled=SATURDAY + DAY)
    found, earlier = store.decision_counts(settled=SATURDAY - DAY, known=known)
    assert found == {HELD: 1}
    assert earlier == known


def test_a_day_that_is_rolled_up_leaves_what_was_settled(store: Store) -> None:
    record(store, held(ref("a")))
    _, known = store.decision_counts(settled=SATURDAY + DAY)
    roll(store, SATURDAY.date(), HELD, 1)
    record(store, held(ref("b")), now=SATURDAY + DAY)
    found, fresh = store.decision_counts(settled=SATURDAY + 2 * DAY, known=known)
    assert found == {HELD: 2}
    assert (fresh.rolled, fresh.counts) == (SATURDAY.date(), {HELD: 1})
