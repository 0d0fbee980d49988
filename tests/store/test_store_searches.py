"""Searching decisions and holds, and asking for all of them at once. On both databases."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import event, insert

from policy_agent.domain.holds import OPEN_STATES, Asked, HoldState
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.store import Store, meeting_tables
from policy_agent.store.decisions import DecisionRow
from policy_agent.store.engine import open_engine
from policy_agent.store.found_decisions import DecisionSearch
from policy_agent.store.found_holds import HoldSearch
from policy_agent.store.schema import migrate
from tests.store.examples import (
    MACHINE,
    MINUTE,
    SATURDAY,
    TUESDAY,
    JudgedCopy,
    delivered,
    held,
    record,
    ref,
    says_deliver,
)

ALL = DecisionSearch(start=SATURDAY - timedelta(days=1), end=SATURDAY + timedelta(days=1))
SCANS = [["SCAN", table] for table in ("decisions", "meeting_decisions", "holds", "held_mails")]
LATER = SATURDAY + timedelta(hours=1)


def sent(judged: JudgedCopy, sender: str) -> JudgedCopy:
    facts = RecordedFacts(
        sender=sender, sender_inside=True, recipients=(), received=judged.received
    )
    return replace(judged, facts=facts, internet_message_id=f"<{judged.copy.message}>")


@pytest.fixture
def full(store: Store) -> Store:
    """Return a store with decisions of several rules, people and minutes."""
    record(store, sent(held(ref("a")), "alice"))
    record(store, sent(delivered(ref("b", "alice")), "bob"))  # of the same instant
    nobody = replace(delivered(ref("c")), decisions=(says_deliver(None),))
    record(store, nobody, now=SATURDAY + MINUTE)
    record(store, sent(held(ref("d", "carol")), "alice"), now=SATURDAY + 2 * MINUTE)
    return store


SEARCHES = (
    (ALL, "dcba"),
    (replace(ALL, rule="weekend-email"), "da"),
    (replace(ALL, rule=""), "c"),
    (replace(ALL, rule="gone"), ""),
    (replace(ALL, outcome=Outcome.HOLD), "da"),
    (replace(ALL, outcome=Outcome.CANCEL), ""),
    (replace(ALL, reason=Reason.OUTSIDE_WINDOW, mode=Mode.OBSERVE), "cb"),
    (replace(ALL, person="alice"), "dba"),
    (replace(ALL, person="alice", rule="weekend-email"), "da"),
    (replace(ALL, person="bob", mode=Mode.ENFORCE), "a"),
    (replace(ALL, start=SATURDAY + MINUTE), "dc"),
    (replace(ALL, end=SATURDAY + MINUTE), "ba"),
)


def test_decisions_are_found_by_any_of_their_words(full: Store) -> None:
    for search, found in SEARCHES:
        rows = full.find_decisions(search, limit=9)
        assert (search, "".join(row.message for row in rows)) == (search, found)


def turned(find: Callable[[DecisionSearch], tuple[DecisionRow, ...]]) -> list[str]:
    """Turn all pages of one decision each."""
    search, found = ALL, list[str]()
    while rows := find(search):
        found += [row.message for row in rows]
        search = replace(search, before=rows[-1].id)
    return found


def test_pages_of_decisions_go_on_where_the_last_one_ended(full: Store) -> None:
    assert turned(lambda search: tuple(full.find_decisions(search, limit=1))) == list("dcba")
    (newest,) = full.find_decisions(ALL, limit=1)
    further = replace(ALL, person="alice", before=newest.id)
    assert [row.message for row in full.find_decisions(further, limit=1)] == ["b"]


def test_a_found_decision_says_whose_mail_it_was_about(full: Store) -> None:
    assert [row.sender for row in full.find_decisions(ALL, limit=9)] == [
        "alice",
        None,
        "bob",
        "alice",
    ]


def test_decisions_about_meetings_are_found_by_any_of_their_words(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(
            insert(meeting_tables.meeting_decisions),
            [
                {
                    "uid": f"{rule}-{mailbox}",
                    "position": 0,
                    "mailbox": mailbox,
                    "event": "e",
                    "organiser": organiser,
                    "starts": TUESDAY,
                    "ends": TUESDAY,
                    "decided": SATURDAY + minutes * MINUTE,
                    "rule": rule,
                    "outcome": Outcome.NUDGE,
                    "mode": Mode.NUDGE,
                    "reason": Reason.OVERLAPS_WINDOW,
                    "detail": "",
                    "where_file": "rules.yaml",
                    "where_line": 1,
                    "rulebook": "abc",
                }
                for minutes, rule, mailbox, organiser in (
                    (0, "lunch", "bob", "alice"),
                    (1, "focus", "alice", "alice"),
                    (2, "lunch", "carol", None),
                )
            ],
        )

    def found(search: DecisionSearch) -> list[str]:
        return [row.uid for row in store.find_meeting_decisions(search, limit=9)]

    assert found(ALL) == ["lunch-carol", "focus-alice", "lunch-bob"]
    assert found(replace(ALL, rule="lunch")) == ["lunch-carol", "lunch-bob"]
    assert found(replace(ALL, rule="")) == []
    assert found(replace(ALL, person="alice")) == ["focus-alice", "lunch-bob"]
    assert found(replace(ALL, person="carol", outcome=Outcome.NUDGE)) == ["lunch-carol"]


def test_holds_are_found_by_state_rule_and_person_and_due_time(full: Store) -> None:
    first, last = sorted(full.holds([HoldState.PLANNED]), key=lambda hold: hold.id)
    (first,) = full.advance([first], HoldState.HELD, why="moved", now=SATURDAY)
    (last,) = full.advance([last], HoldState.ABANDONED, why="no room", now=SATURDAY)

    def found(search: HoldSearch) -> str:
        return "".join(one.hold.copy.message for one in full.find_holds(search, limit=9))

    assert found(HoldSearch()) == "da"
    assert found(HoldSearch(before=last.id)) == "a"
    assert found(HoldSearch(states=OPEN_STATES)) == "a"
    assert found(HoldSearch(states=OPEN_STATES, due_before=TUESDAY)) == ""
    assert found(HoldSearch(states=OPEN_STATES, due_before=TUESDAY + MINUTE)) == "a"
    assert found(HoldSearch(rule="weekend-email")) == "da"
    assert found(HoldSearch(rule="gone")) == ""
    assert found(HoldSearch(person="alice")) == "da"  # she sent both
    assert found(HoldSearch(person="bob")) == "a"
    assert found(HoldSearch(person="carol", states=OPEN_STATES)) == ""
    assert [one.sender for one in full.find_holds(HoldSearch(), limit=1)] == ["alice"]
    one = full.found_hold(first.id)
    assert one is not None
    assert (one.hold, one.sender) == (first, "alice")
    assert full.found_hold(4711) is None


def test_a_hold_of_one_s_own_mail_is_found_once(store: Store) -> None:
    record(store, sent(held(ref("a", "alice")), "alice"))
    assert len(store.find_holds(HoldSearch(person="alice"), limit=9)) == 1


def test_a_hold_of_a_mail_from_nobody_known_has_no_sender(store: Store) -> None:
    record(store, held(ref("a")))
    (found,) = store.find_holds(HoldSearch(), limit=9)
    assert found.sender is None


def test_all_that_waits_is_asked_for_in_pieces_and_only_once(full: Store) -> None:
    asked_before = full.holds([HoldState.PLANNED])[0]
    full.ask_release([asked_before.id], asked=Asked.RECIPIENT, who="bob", now=SATURDAY)
    record(full, *(held(ref(f"m{number}")) for number in range(5)))
    over = full.holds_after(0)[-1]
    full.advance([over], HoldState.SELF_RELEASED, why="they took it", now=SATURDAY)
    counts = full.count_open(late=SATURDAY)
    assert (counts.all, counts.waiting, counts.asked, counts.overdue) == (6, 5, 1, 0)
    given = [full.ask_release_all(who="it@n.example", now=LATER, limit=3) for _ in range(3)]
    assert given == [3, 2, 0]
    counts = full.count_open(late=LATER + MINUTE)
    assert (counts.all, counts.waiting, counts.asked, counts.overdue) == (6, 0, 6, 6)
    for hold in full.holds(OPEN_STATES):
        *_, event = full.hold_events(hold.id)
        if hold.id == asked_before.id:
            assert (hold.asked, hold.due, event.who) == (Asked.RECIPIENT, SATURDAY, "bob")
        else:
            assert (hold.asked, hold.due, event.who) == (Asked.IT, LATER, "it@n.example")
            assert (event.from_state, event.to_state, event.at) == (hold.state, hold.state, LATER)
            assert hold.promised == TUESDAY
            assert len(full.hold_events(hold.id)) == 2


def test_what_was_due_already_is_not_put_off_by_asking(store: Store) -> None:
    record(store, held(ref("a"), due=SATURDAY))
    store.ask_release_all(who="it", now=LATER, limit=9)
    assert [hold.due for hold in store.holds(OPEN_STATES)] == [SATURDAY]


def test_a_copy_that_somebody_works_on_stays_theirs_when_all_are_asked_for(store: Store) -> None:
    (hold,) = record(store, held(ref("a")))  # leased to the worker that decided
    store.ask_release_all(who="it", now=LATER, limit=9)
    assert store.claim_planned("w2", limit=9, machine=MACHINE, lease=MINUTE) == ()
    store.forget_leases("w1")
    (taken,) = store.claim_planned("w2", limit=9, machine=MACHINE, lease=MINUTE)
    assert taken.id == hold.id


def test_counting_open_holds_of_an_empty_store_names_every_open_state(store: Store) -> None:
    counts = store.count_open(late=SATURDAY)
    assert set(counts.by_state) == OPEN_STATES
    assert counts.all == counts.waiting == counts.asked == counts.overdue == 0


def test_every_search_together_finds_what_looking_at_each_row_finds(full: Store) -> None:
    rows = full.find_decisions(ALL, limit=99)
    for rule, outcome, reason, mode, person in product(
        (None, "weekend-email", ""),
        (None, Outcome.HOLD),
        (None, Reason.OUTSIDE_WINDOW),
        (None, Mode.OBSERVE),
        (None, "alice"),
    ):
        search = replace(ALL, rule=rule, outcome=outcome, reason=reason, mode=mode, person=person)
        assert list(full.find_decisions(search, limit=99)) == [
            row
            for row in rows
            if (rule is None or (row.rule or "") == rule)
            and outcome in {None, row.outcome}
            and reason in {None, row.reason}
            and mode in {None, row.mode}
            and person in {None, row.mailbox, row.sender}
        ]


def test_no_search_reads_a_whole_table_on_sqlite(tmp_path: Path) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}")
    migrate(engine)

    def note(
        connection: object,
        cursor: object,
        statement: str,
        parameters: tuple[object, ...],
        *_: object,
    ) -> None:
        asked.append((statement, parameters))

    with closing(Store(engine)) as store:
        event.listen(engine, "before_cursor_execute", note)
        for person, rule in product((None, "alice"), (None, "weekend-email")):
            search = replace(ALL, person=person, rule=rule, before=7)
            store.find_decisions(search, limit=9)
            store.find_meeting_decisions(search, limit=9)
            for late in (None, SATURDAY):
                store.find_holds(HoldSearch(person=person, rule=rule, due_before=late), limit=9)
        store.count_open(late=SATURDAY)
        store.found_hold(1)
        store.ask_release_all(who="it", now=SATURDAY, limit=9)
        event.remove(engine, "before_cursor_execute", note)
        questions = [each for each in asked if each[0].startswith("SELECT")]
        assert len(questions) > 30
        with store.reading() as connection:
            for question, parameters in questions:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", parameters)
                walked = [str(row[3]).split()[:2] for row in plan]
                assert [step for step in walked if step in SCANS] == []
