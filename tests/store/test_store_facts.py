"""Facts of judged copies: written with the decision, in one transaction. On both databases."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import inspect

from policy_agent.domain.events import Span
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.store import Store
from tests.store.examples import MINUTE, SATURDAY, delivered, held, record, ref

FACTS = RecordedFacts(
    sender="alice",
    sender_inside=True,
    sender_lists=("leadership",),
    recipients=("bob", "carol"),
    recipient_lists=("emergency-duty",),
    outside=2,
    received=SATURDAY - MINUTE,
    importance="high",
    tags=("URGENT",),
    categories=("safeguarding",),
    is_meeting=True,
    is_read=True,
    held_already=7,
    working_days=(0, 2),
)
PLAIN = RecordedFacts(sender=None, sender_inside=False, recipients=("bob",), received=SATURDAY)
A, B = ref("a"), ref("b")


def test_facts_come_back_as_they_were_recorded(store: Store) -> None:
    record(store, replace(held(A), facts=FACTS), replace(delivered(B), facts=PLAIN))
    assert store.facts_of([A, B, ref("c")]) == {A: FACTS, B: PLAIN}


def test_a_copy_without_facts_has_none(store: Store) -> None:
    record(store, held(A))
    assert store.facts_of([A]) == {}


def test_the_facts_of_the_first_judgement_stay(store: Store) -> None:
    record(store, replace(held(A), facts=FACTS))
    record(store, replace(held(A), facts=PLAIN), worker="w2")
    assert store.facts_of([A]) == {A: FACTS}


def test_facts_of_another_mailbox_s_copy_are_not_mixed_up(store: Store) -> None:
    other = ref("a", mailbox="carol")
    record(store, replace(held(A), facts=FACTS), replace(held(other), facts=PLAIN))
    assert store.facts_of([other]) == {other: PLAIN}


def test_facts_between_are_half_open_by_the_time_of_receipt(store: Store) -> None:
    for minutes, copy in ((2, ref("late")), (0, ref("first")), (1, ref("second"))):
        facts = replace(PLAIN, received=SATURDAY + minutes * MINUTE)
        record(store, replace(delivered(copy), facts=facts))
    found = list(store.facts_between(SATURDAY, SATURDAY + 2 * MINUTE))
    assert [copy.message for copy, _ in found] == ["first", "second"]
    assert found[0][1].received.utcoffset() == timedelta()


def test_what_came_to_a_mailbox_is_told_by_half_open_spans_and_each_mail_once(
    store: Store,
) -> None:
    mails = ((0, "bob", "alice"), (1, "bob", None), (2, "bob", "agent"), (5, "bob", "alice"))
    for minutes, mailbox, sender in (*mails, (1, "carol", "alice"), (6, "bob", "alice")):
        facts = replace(PLAIN, received=SATURDAY + minutes * MINUTE, sender=sender)
        copy = ref(f"{mailbox}{minutes}", mailbox=mailbox)
        record(store, replace(delivered(copy), facts=facts))
    first = Span(starts=SATURDAY, ends=SATURDAY + 3 * MINUTE)
    later = Span(starts=SATURDAY + MINUTE, ends=SATURDAY + 6 * MINUTE)
    found = store.received_in("bob", [later, first], besides="agent")
    assert found == tuple(SATURDAY + minutes * MINUTE for minutes in (0, 1, 5))
    assert len(store.received_in("bob", [first])) == 3
    assert store.received_in("bob", [first] * 501) == store.received_in("bob", [first])
    assert store.received_in("bob", []) == ()
    assert store.received_in("nobody", [first, later]) == ()


def test_what_came_to_a_mailbox_is_found_by_an_index(store: Store) -> None:
    with store.reading() as connection:
        indexes = inspect(connection).get_indexes("facts")
    assert ["mailbox", "received"] in [index["column_names"] for index in indexes]


def test_facts_of_more_copies_than_fit_into_one_statement(store: Store) -> None:
    copies = [ref(f"m{n:04}", mailbox=f"box{n % 700}") for n in range(1300)]
    record(store, *(replace(delivered(copy), facts=PLAIN) for copy in copies))
    assert store.facts_of(copies).keys() == set(copies)


def test_a_decision_can_be_asked_for_by_its_id(store: Store) -> None:
    record(store, held(A))
    (row,) = store.decisions_of(A)
    assert store.decision(row.id) == row
    assert store.decision(row.id + 1) is None


def test_no_column_of_the_facts_is_for_text_that_may_not_be_kept(store: Store) -> None:
    with store.reading() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("facts")}
    assert not columns & {"subject", "body", "text", "address", "addresses", "attachments"}
