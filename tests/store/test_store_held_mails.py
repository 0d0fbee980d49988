"""Mails of which copies wait: one row a sender and message, and what was asked. On both databases.

What is written by hand with the database's own words (`CASE`, instants) is read back here.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from policy_agent.domain.holds import Asked, HeldMail, Hold, HoldState
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.store import Store
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
)

ASKED_AT = SATURDAY + 7 * MINUTE
AGES = MACHINE + timedelta(days=1)  # when every lease and wait is over


def copy_of(
    mail: str,
    mailbox: str = "bob",
    *,
    sender: str | None = "alice",
    judged: JudgedCopy | None = None,
) -> JudgedCopy:
    """Return the copy of that mail in that mailbox, judged to be held."""
    facts = RecordedFacts(
        sender=sender, sender_inside=sender is not None, recipients=(mailbox,), received=SATURDAY
    )
    one = judged or held(ref(f"{mail} in {mailbox}", mailbox))
    return replace(one, facts=facts, internet_message_id=mail and f"<{mail}@northshire.example>")


def in_the_folder(store: Store, *judged: JudgedCopy) -> tuple[Hold, ...]:
    made = record(store, *judged)
    return tuple(store.advance(made, HoldState.HELD, why="moved", now=SATURDAY))


def mail_of(store: Store, hold: Hold) -> HeldMail:
    assert hold.mail is not None
    found = store.held_mail(hold.mail)
    assert found is not None
    return found


def test_copies_of_one_mail_share_a_row_however_many_and_whenever_they_come(store: Store) -> None:
    first, second = record(store, copy_of("rota"), copy_of("rota", "carol"))
    (third,) = record(store, copy_of("rota", "dan"), now=SATURDAY + MINUTE)
    assert first.mail == second.mail == third.mail
    mail = mail_of(store, first)
    assert mail == HeldMail(
        id=mail.id,
        sender="alice",
        internet_message_id="<rota@northshire.example>",
        received=SATURDAY - MINUTE,
        told=False,
        sent_now=None,
    )
    assert store.holds_of_mail(mail.id) == (first, second, third)


def test_mails_of_others_or_with_other_ids_are_other_mails(store: Store) -> None:
    made = record(store, copy_of("a"), copy_of("b", "carol"), copy_of("a", "dan", sender="erin"))
    assert len({hold.mail for hold in made}) == 3


def test_what_nobody_known_sent_or_has_no_id_is_no_mail_of_anybody(store: Store) -> None:
    made = record(store, copy_of("a", sender=None), copy_of("", "carol"), held(ref("no facts")))
    assert [hold.mail for hold in made] == [None, None, None]


def test_a_copy_that_is_delivered_makes_no_mail(store: Store) -> None:
    record(store, copy_of("a", judged=delivered(ref("a"))))
    assert store.held_mail(1) is None


def test_an_unknown_mail_has_nothing(store: Store) -> None:
    assert store.held_mail(4711) is None
    assert store.holds_of_mail(4711) == ()
    assert store.ask_mail(4711, who="alice", now=ASKED_AT) == ()
    assert store.holds_numbered([4711]) == ()


def test_asking_makes_each_copy_due_and_names_who_asked(store: Store) -> None:
    first, second = in_the_folder(store, copy_of("rota"), copy_of("rota", "carol"))
    mail = mail_of(store, first)
    asked = store.ask_mail(mail.id, who="alice", now=ASKED_AT)
    assert asked == tuple(
        replace(hold, due=ASKED_AT, asked=Asked.SENDER) for hold in (first, second)
    )
    assert store.holds_of_mail(mail.id) == asked
    assert {hold.promised for hold in asked} == {TUESDAY}
    assert mail_of(store, first).sent_now == ASKED_AT
    last = store.hold_events(first.id)[-1]
    assert (last.from_state, last.to_state, last.at, last.who) == (
        HoldState.HELD,
        HoldState.HELD,
        ASKED_AT,
        "alice",
    )
    assert last.why == "its sender asked to send it now"


def test_why_can_be_said(store: Store) -> None:
    (hold,) = in_the_folder(store, copy_of("rota"))
    store.ask_mail(mail_of(store, hold).id, who="alice", now=ASKED_AT, why="by category")
    assert store.hold_events(hold.id)[-1].why == "by category"


def test_a_mail_is_asked_for_once_and_a_second_time_changes_nothing(store: Store) -> None:
    (hold,) = in_the_folder(store, copy_of("rota"))
    mail = mail_of(store, hold)
    store.ask_mail(mail.id, who="alice", now=ASKED_AT)
    events = store.hold_events(hold.id)
    assert store.ask_mail(mail.id, who="alice", now=ASKED_AT + MINUTE) == ()
    assert mail_of(store, hold).sent_now == ASKED_AT
    assert store.hold_events(hold.id) == events


def test_what_somebody_asked_for_before_stays_theirs(store: Store) -> None:
    bobs, carols = in_the_folder(store, copy_of("rota"), copy_of("rota", "carol"))
    asked = store.ask_release([bobs.id], asked=Asked.RECIPIENT, who="bob", now=ASKED_AT)
    assert asked == (replace(bobs, due=ASKED_AT, asked=Asked.RECIPIENT),)
    later = ASKED_AT + MINUTE
    changed = store.ask_mail(mail_of(store, bobs).id, who="alice", now=later)
    assert changed == (replace(carols, due=later, asked=Asked.SENDER),)
    assert store.ask_release([bobs.id, carols.id], asked=Asked.IT, who="kim", now=later) == ()
    assert store.hold_events(bobs.id)[-1].who == "bob"


def test_asking_never_makes_a_release_later(store: Store) -> None:
    (hold,) = in_the_folder(store, copy_of("rota"))
    (changed,) = store.ask_release(
        [hold.id], asked=Asked.IT, who="kim", now=TUESDAY + timedelta(days=1)
    )
    assert changed.due == TUESDAY
    assert store.holds([HoldState.HELD]) == (changed,)


@pytest.mark.parametrize(
    "way",
    [
        (HoldState.ABANDONED,),
        (HoldState.SELF_RELEASED,),
        (HoldState.RELEASING,),
        (HoldState.RELEASING, HoldState.RELEASED),
    ],
)
def test_what_is_over_or_coming_back_is_left(store: Store, way: tuple[HoldState, ...]) -> None:
    (hold,) = record(store, copy_of("rota"))
    for state in way:
        (hold,) = store.advance([hold], state, why="test", now=SATURDAY)
    events = store.hold_events(hold.id)
    assert store.ask_release([hold.id], asked=Asked.IT, who="kim", now=ASKED_AT) == ()
    assert store.ask_mail(mail_of(store, hold).id, who="alice", now=ASKED_AT) == ()
    assert store.holds([hold.state]) == (hold,)
    assert store.hold_events(hold.id) == events


def test_a_planned_one_can_be_asked_for_and_keeps_its_lease(store: Store) -> None:
    (hold,) = record(store, copy_of("rota"), worker="w1")
    (asked,) = store.ask_release([hold.id], asked=Asked.IT, who="kim", now=ASKED_AT)
    assert asked.state is HoldState.PLANNED
    assert store.claim_planned("w2", limit=9, machine=MACHINE, lease=MINUTE) == ()
    assert store.claim_planned("w2", limit=9, machine=MACHINE + MINUTE, lease=MINUTE) == (asked,)


def test_one_that_waits_for_another_try_may_be_claimed_at_once(store: Store) -> None:
    (hold,) = record(store, copy_of("rota"))
    store.retry_holds([hold], at=MACHINE + 30 * MINUTE)
    assert store.claim_planned("w", limit=9, machine=MACHINE, lease=MINUTE) == ()
    (asked,) = store.ask_release([hold.id], asked=Asked.IT, who="kim", now=ASKED_AT)
    assert store.claim_planned("w", limit=9, machine=MACHINE, lease=MINUTE) == (asked,)


def test_what_was_asked_for_is_claimed_whatever_clock_it_was_asked_by(store: Store) -> None:
    first, other = in_the_folder(store, copy_of("rota"), copy_of("other", "carol"))
    ahead = TUESDAY + timedelta(days=1000)
    store.ask_release([first.id], asked=Asked.IT, who="kim", now=ahead)
    (taken,) = store.claim_due("w", limit=9, now=SATURDAY, machine=AGES, lease=MINUTE)
    assert (taken.id, taken.asked, taken.state) == (first.id, Asked.IT, HoldState.RELEASING)
    assert store.holds([HoldState.HELD]) == (other,)


def test_a_copy_that_is_judged_after_its_sender_asked_does_not_wait(store: Store) -> None:
    (first,) = in_the_folder(store, copy_of("rota"))
    store.ask_mail(mail_of(store, first).id, who="alice", now=ASKED_AT)
    now = ASKED_AT + MINUTE
    other, late = record(
        store, copy_of("rota", "carol"), copy_of("other", "carol", sender="alice"), now=now
    )
    assert (late.state, late.due, late.asked) == (HoldState.PLANNED, now, Asked.SENDER)
    assert late.promised == TUESDAY
    assert (other.due, other.asked) == (TUESDAY, None)
    (event,) = store.hold_events(late.id)
    assert event.why == "decided after its sender asked to send it now"


def test_many_are_asked_for_in_one_call(store: Store) -> None:
    made = in_the_folder(store, *(copy_of(f"m{n}", f"person {n:04}") for n in range(1200)))
    asked = store.ask_release([hold.id for hold in made], asked=Asked.IT, who="kim", now=ASKED_AT)
    assert len(asked) == 1200
    due = store.claim_due("w", limit=5000, now=ASKED_AT, machine=AGES, lease=MINUTE)
    assert len(due) == 1200


def test_holds_are_found_by_their_numbers(store: Store) -> None:
    first, second = record(store, copy_of("a"), copy_of("b", "carol"))
    assert store.holds_numbered([second.id, first.id, second.id + 99]) == (first, second)
    assert store.holds_numbered([]) == ()


def unasked(store: Store, after: int = 0, limit: int = 9) -> list[str]:
    found = store.unasked_mails(after=after, limit=limit, now=SATURDAY)
    return [mail.internet_message_id[1] for mail in found]


def test_mails_that_wait_are_those_that_nobody_asked_for_of_senders_in_scope(store: Store) -> None:
    store.put_mailboxes(["alice", "pia"], now=SATURDAY)
    store.park(["pia"], until=SATURDAY + MINUTE)
    a, _b, c, d, *_ = in_the_folder(
        store,
        copy_of("a"),
        copy_of("b", "carol"),
        copy_of("c", "dan"),
        copy_of("d", "erin"),
        copy_of("e", "fay", sender="from another team"),
        copy_of("f", "gil", sender="pia"),
        copy_of("g", "hal", sender=None),
    )
    record(store, copy_of("p", "ida"))
    assert unasked(store) == ["a", "b", "c", "d", "p"]
    store.ask_mail(mail_of(store, a).id, who="alice", now=ASKED_AT)
    store.ask_release([c.id], asked=Asked.RECIPIENT, who="dan", now=ASKED_AT)
    store.advance([d], HoldState.SELF_RELEASED, why="the person moved it", now=SATURDAY)
    assert unasked(store) == ["b", "p"]
    found = store.unasked_mails(after=0, limit=9, now=SATURDAY + MINUTE)
    assert [mail.internet_message_id[1] for mail in found] == ["b", "f", "p"]


def test_mails_that_wait_come_in_pages(store: Store) -> None:
    store.put_mailboxes(["alice"], now=SATURDAY)
    holds = in_the_folder(store, *(copy_of(name, f"to {name}") for name in "abcde"))
    assert unasked(store, limit=2) == ["a", "b"]
    assert unasked(store, after=mail_of(store, holds[1]).id, limit=2) == ["c", "d"]
    assert unasked(store, after=mail_of(store, holds[4]).id) == []


def test_a_mail_with_a_copy_left_is_one_that_waits(store: Store) -> None:
    store.put_mailboxes(["alice"], now=SATURDAY)
    bobs, _ = in_the_folder(store, copy_of("a"), copy_of("a", "carol"))
    store.advance([bobs], HoldState.SELF_RELEASED, why="test", now=SATURDAY)
    assert unasked(store) == ["a"]
