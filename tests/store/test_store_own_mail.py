"""What people see of their own holds, on both databases."""

from dataclasses import replace
from datetime import timedelta

from policy_agent.domain.holds import Asked, Hold, HoldState
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.store import Store
from tests.store.examples import MINUTE, SATURDAY, TUESDAY, JudgedCopy, held, record, ref

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


def test_everybody_sees_what_waits_for_them_a_page_at_a_time(store: Store) -> None:
    made = in_the_folder(store, *(copy_of(f"m{n}") for n in range(5)), copy_of("x", "carol"))
    mine = [hold for hold in made if hold.copy.mailbox == "bob"]
    first = store.waiting_for("bob", after=0, limit=3)
    assert [hold.id for hold in first] == [hold.id for hold in mine[:3]]
    rest = store.waiting_for("bob", after=first[-1].id, limit=3)
    assert [hold.id for hold in rest] == [hold.id for hold in mine[3:]]
    assert store.waiting_for("nobody", after=0, limit=3) == ()


def test_what_somebody_took_is_theirs_with_what_they_did(store: Store) -> None:
    first, second = in_the_folder(store, copy_of("a"), copy_of("b"))
    ended = HoldState.SELF_RELEASED
    store.advance([first], ended, why="the person opened it", now=SATURDAY + MINUTE)
    store.advance([second], ended, why="the person moved it", now=SATURDAY + DAY)
    left = store.left_to("bob", since=SATURDAY, limit=5)
    assert [(one.hold.id, one.why) for one in left] == [
        (second.id, "the person moved it"),
        (first.id, "the person opened it"),
    ]
    assert left[1].at == SATURDAY + MINUTE
    assert [one.hold.id for one in store.left_to("bob", since=SATURDAY + DAY, limit=5)] == [
        second.id
    ]
    assert store.left_to("alice", since=SATURDAY, limit=5) == ()
    assert store.waiting_for("bob", after=0, limit=5) == ()


def test_a_sender_sees_their_own_mails_with_all_copies_newest_first(store: Store) -> None:
    in_the_folder(store, copy_of("a"), copy_of("a", "carol"), copy_of("other", sender="dan"))
    in_the_folder(store, copy_of("b"))
    found = store.held_from("alice", now=SATURDAY, before=None, limit=5)
    assert [one.mail.internet_message_id for one in found] == [
        "<b@northshire.example>",
        "<a@northshire.example>",
    ]
    assert [len(one.holds) for one in found] == [1, 2]
    below = store.held_from("alice", now=SATURDAY, before=found[0].mail.id, limit=5)
    assert [one.mail.id for one in below] == [found[1].mail.id]


def test_what_a_recipient_took_waits_for_its_sender_until_the_promise(store: Store) -> None:
    (hold,) = in_the_folder(store, copy_of("a"))
    store.advance([hold], HoldState.SELF_RELEASED, why="opened", now=SATURDAY)
    assert len(store.held_from("alice", now=SATURDAY, before=None, limit=5)) == 1
    assert store.held_from("alice", now=TUESDAY, before=None, limit=5) == ()
    assert len(store.lately_from("alice", since=SATURDAY - DAY, limit=5)) == 1


def test_what_was_sent_now_waits_no_more(store: Store) -> None:
    (hold,) = in_the_folder(store, copy_of("a"))
    assert hold.mail is not None
    store.ask_mail(hold.mail, who="alice", now=SATURDAY)
    assert store.held_from("alice", now=SATURDAY, before=None, limit=5) == ()
    (lately,) = store.lately_from("alice", since=SATURDAY - DAY, limit=5)
    assert lately.mail.sent_now == SATURDAY
    assert [one.asked for one in lately.holds] == [Asked.SENDER]
