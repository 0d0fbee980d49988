"""Who is to be told of held mail, written and read on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from policy_agent.domain.decisions import Decision
from policy_agent.domain.holds import Hold, HoldState
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import NoteKind, NoteState, PlannedNote
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.domain.would_wait import WouldWait
from policy_agent.store import Store
from tests.store.examples import (
    MINUTE,
    SATURDAY,
    TUESDAY,
    JudgedCopy,
    held,
    record,
    ref,
    says_hold,
)

DAY = timedelta(days=1)


def copy_of(mail: str, mailbox: str = "bob", sender: str = "alice") -> JudgedCopy:
    facts = RecordedFacts(
        sender=sender, sender_inside=True, recipients=(mailbox,), received=SATURDAY
    )
    one = held(ref(f"{mail} in {mailbox}", mailbox))
    return replace(one, facts=facts, internet_message_id=f"<{mail}@northshire.example>")


def in_the_folder(store: Store, *judged: JudgedCopy) -> tuple[Hold, ...]:
    made = record(store, *judged)
    return tuple(store.advance(made, HoldState.HELD, why="moved", now=SATURDAY))


def untold(store: Store, *, after: int = 0, limit: int = 9) -> list[int]:
    return [mail.id for mail in store.untold_mails(after=after, limit=limit)]


def note(key: str, person: str = "alice", kind: NoteKind = NoteKind.RECEIPT) -> PlannedNote:
    return PlannedNote(key=key, kind=kind, person=person, about="1", not_before=SATURDAY)


def test_a_mail_is_told_of_once_a_copy_lies_in_the_folder(store: Store) -> None:
    first, second = record(store, copy_of("a"), copy_of("a", "carol"))
    assert untold(store) == []
    store.advance([first], HoldState.HELD, why="moved", now=SATURDAY)
    assert untold(store) == [first.mail]
    assert second.state is HoldState.PLANNED


def test_a_mail_of_which_nothing_was_held_in_the_end_is_told_of_as_over(store: Store) -> None:
    (hold,) = record(store, copy_of("a"))
    store.advance([hold], HoldState.ABANDONED, why="could not be moved", now=SATURDAY)
    assert untold(store) == [hold.mail]


def test_untold_mails_come_page_by_page(store: Store) -> None:
    made = in_the_folder(store, *(copy_of(str(number), f"p{number}") for number in range(5)))
    ids = [hold.mail for hold in made]
    assert untold(store, limit=2) == ids[:2]
    assert untold(store, after=ids[1] or 0, limit=2) == ids[2:4]
    assert untold(store, after=ids[-1] or 0) == []


def test_telling_and_the_note_that_tells_are_one(store: Store) -> None:
    (hold,) = in_the_folder(store, copy_of("a"))
    assert hold.mail is not None
    assert store.tell_mails([hold.mail], note("receipt:1"), now=SATURDAY)
    assert untold(store) == []
    planned = store.note("receipt:1")
    assert planned is not None
    assert (planned.state, planned.planned) == (NoteState.PLANNED, SATURDAY)
    assert [event.why for event in store.note_events(planned.id)] == ["planned"]


def test_what_somebody_else_told_meanwhile_is_not_told_again_in_part_or_whole(
    store: Store,
) -> None:
    one, other = (hold.mail for hold in in_the_folder(store, copy_of("a"), copy_of("b", "carol")))
    assert one is not None
    assert other is not None
    assert store.tell_mails([one], None, now=SATURDAY)
    assert not store.tell_mails([one, other], note("digest:1"), now=SATURDAY)
    assert untold(store) == [other]
    assert store.note("digest:1") is None


def test_a_mail_that_does_not_exist_is_not_told(store: Store) -> None:
    assert not store.tell_mails([4711], note("receipt:4711"), now=SATURDAY)


def test_notes_of_a_kind_are_counted_by_person_since_a_moment(store: Store) -> None:
    for minute, key in enumerate(("a", "b", "c")):
        store.plan_notes([note(key)], now=SATURDAY + minute * MINUTE)
    store.plan_notes([note("d", "bob"), note("e", kind=NoteKind.DIGEST)], now=SATURDAY)
    found = store.notes_planned(NoteKind.RECEIPT, ["alice", "bob", "carol"], since=SATURDAY)
    assert found == {
        "alice": [SATURDAY + minute * MINUTE for minute in range(3)],
        "bob": [SATURDAY],
    }
    later = store.notes_planned(NoteKind.RECEIPT, ["alice", "bob"], since=SATURDAY + 2 * MINUTE)
    assert later == {"alice": [SATURDAY + 2 * MINUTE]}


def test_a_morning_has_every_hold_promised_in_it_whatever_its_state(store: Store) -> None:
    first, second = in_the_folder(store, copy_of("a"), copy_of("b"))
    in_the_folder(store, copy_of("a", "carol"))
    (gone,) = store.advance([second], HoldState.SELF_RELEASED, why="opened", now=SATURDAY)
    assert store.morning("bob", TUESDAY, TUESDAY + MINUTE) == (first, gone)
    assert store.morning("bob", TUESDAY + MINUTE, TUESDAY + DAY) == ()
    assert store.morning("bob", TUESDAY - DAY, TUESDAY) == ()


def test_the_last_due_is_that_of_what_is_still_open(store: Store) -> None:
    late = replace(copy_of("late"), hold=held(ref("x"), due=TUESDAY + 9 * MINUTE).hold)
    _, second = in_the_folder(store, copy_of("a"), late)
    span = TUESDAY, TUESDAY + MINUTE
    assert store.last_due(["bob", "carol"], *span) == {"bob": TUESDAY + 9 * MINUTE}
    store.advance([second], HoldState.SELF_RELEASED, why="opened", now=SATURDAY)
    assert store.last_due(["bob"], *span) == {"bob": TUESDAY}


@pytest.mark.parametrize("mode", list(Mode))
def test_what_would_have_waited_is_what_a_rule_that_nudges_said(store: Store, mode: Mode) -> None:
    said: Decision = replace(says_hold(), mode=mode)
    record(store, replace(copy_of("a"), decisions=(said,), hold=None))
    found = store.would_wait("alice", TUESDAY, TUESDAY + DAY)
    expected = WouldWait(
        recipients=("bob",), received=SATURDAY, rule="weekend-email", promised=TUESDAY
    )
    assert found == ((expected,) if mode is Mode.NUDGE else ())


def test_what_would_have_waited_is_of_one_sender_and_one_span(store: Store) -> None:
    said = replace(says_hold(), mode=Mode.NUDGE)
    for one in (copy_of("a"), copy_of("b", sender="carol")):
        record(store, replace(one, decisions=(said,), hold=None))
    assert len(store.would_wait("alice", TUESDAY, TUESDAY + MINUTE)) == 1
    assert store.would_wait("alice", TUESDAY + MINUTE, TUESDAY + DAY) == ()
    assert store.would_wait("dan", TUESDAY, TUESDAY + MINUTE) == ()
