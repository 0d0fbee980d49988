"""Mailboxes, subscriptions, people and holiday feeds. On both databases."""

import inspect
from dataclasses import replace
from datetime import timedelta

from policy_agent.agent import ports
from policy_agent.domain.watching import Mailbox, Member, Subscription
from policy_agent.store import Store
from tests.store.examples import MINUTE, SATURDAY, TUESDAY


def test_the_store_is_what_the_agent_asks_for(store: Store) -> None:
    asked: ports.Store = store  # mypy compares the types, and the next lines the names
    for name, method in inspect.getmembers(ports.Store, inspect.isfunction):
        if not name.startswith("_"):
            wanted = inspect.signature(method).parameters
            assert list(inspect.signature(getattr(type(asked), name)).parameters) == list(wanted)


def test_new_mailboxes_are_watched_from_now_on(store: Store) -> None:
    store.put_mailboxes(["bob", "ann"], now=SATURDAY)
    store.put_mailboxes(["carol", "bob"], now=TUESDAY)
    assert store.mailboxes() == (
        Mailbox(id="bob", since=SATURDAY),
        Mailbox(id="carol", since=TUESDAY),
    )


def test_a_mailbox_that_comes_back_into_scope_is_new(store: Store) -> None:
    store.put_mailboxes(["bob"], now=SATURDAY)
    store.save_mailboxes([Mailbox(id="bob", since=SATURDAY, delta_link="https://x")])
    store.put_mailboxes([], now=SATURDAY + MINUTE)
    assert store.mailboxes() == ()
    store.put_mailboxes(["bob"], now=TUESDAY)
    assert store.mailboxes() == (Mailbox(id="bob", since=TUESDAY),)


def test_what_was_learnt_of_a_mailbox_is_kept(store: Store) -> None:
    store.put_mailboxes(["bob", "carol"], now=SATURDAY)
    learnt = Mailbox(
        id="bob",
        since=SATURDAY,
        inbox="inbox-id",
        hold_folder="folder-id",
        delta_link="https://x/delta?$deltatoken=1",
        parked_until=TUESDAY,
    )
    store.save_mailboxes([learnt])
    store.put_mailboxes(["bob", "carol"], now=TUESDAY)
    assert store.mailboxes() == (learnt, Mailbox(id="carol", since=SATURDAY))
    forgotten = replace(learnt, delta_link=None, parked_until=None)
    store.save_mailboxes([forgotten])
    assert store.mailboxes()[0] == forgotten


def test_a_mailbox_out_of_scope_is_not_brought_back_by_saving(store: Store) -> None:
    store.put_mailboxes(["bob"], now=SATURDAY)
    store.save_mailboxes([Mailbox(id="eve", since=SATURDAY), Mailbox(id="bob", since=SATURDAY)])
    assert [mailbox.id for mailbox in store.mailboxes()] == ["bob"]


def test_more_mailboxes_than_fit_into_one_statement(store: Store) -> None:
    ids = [f"user{n:04}" for n in range(1300)]
    store.put_mailboxes(ids, now=SATURDAY)
    store.save_mailboxes([Mailbox(id=id_, since=SATURDAY, inbox=f"{id_}-in") for id_ in ids])
    assert [mailbox.inbox for mailbox in store.mailboxes()] == [f"{id_}-in" for id_ in ids]
    store.put_mailboxes(ids[:1], now=SATURDAY)
    assert [mailbox.id for mailbox in store.mailboxes()] == ids[:1]


def test_subscriptions_are_saved_renewed_and_forgotten(store: Store) -> None:
    first = Subscription(id="s1", mailbox="bob", client_state="secret", expires=TUESDAY)
    second = replace(first, id="s2", mailbox="carol")
    store.save_subscriptions([second, first])
    renewed = replace(first, expires=TUESDAY + timedelta(days=2))
    store.save_subscriptions([renewed])
    assert store.subscriptions() == (renewed, second)
    store.forget_subscriptions(["s1", "unknown"])
    assert store.subscriptions() == (second,)


def test_a_subscription_outlives_its_mailbox_s_stay_in_scope(store: Store) -> None:
    store.put_mailboxes(["bob"], now=SATURDAY)
    one = Subscription(id="s1", mailbox="bob", client_state="secret", expires=TUESDAY)
    store.save_subscriptions([one])
    store.put_mailboxes([], now=SATURDAY)
    assert store.subscriptions() == (one,)


def test_the_directory_is_replaced_as_a_whole(store: Store) -> None:
    ann = Member(id="1", addresses=("ann@x.example", "a.smith@x.example", "aa@x.example"))
    bob = Member(id="2", addresses=())
    store.put_people([ann], {"gone": frozenset({"1"})}, now=SATURDAY)
    teams = {"duty": frozenset({"1", "9"}), "empty": frozenset[str](), "all": frozenset({"1", "2"})}
    store.put_people([bob, ann], teams, now=TUESDAY)
    assert store.people() == ((ann, bob), teams)


def test_a_large_directory_comes_back_whole(store: Store) -> None:
    members = [
        Member(id=f"{n:05}", addresses=(f"p{n}@x.example", f"q{n}@x.example")) for n in range(3000)
    ]
    teams = {"everyone": frozenset(member.id for member in members)}
    store.put_people(members, teams, now=SATURDAY)
    assert store.people() == (tuple(members), teams)


def test_nobody_and_no_team_come_back_as_such(store: Store) -> None:
    assert store.people() == ((), {})


def test_a_feed_keeps_its_last_good_text(store: Store) -> None:
    assert store.feed("scotland") is None
    store.put_feed("scotland", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", 'W/"1"', now=SATURDAY)
    store.put_feed("england-and-wales", "BEGIN", None, now=SATURDAY)
    assert store.feed("scotland") == ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", 'W/"1"')
    store.put_feed("scotland", "NEWER", None, now=TUESDAY)
    assert store.feed("scotland") == ("NEWER", None)
    assert store.feed("england-and-wales") == ("BEGIN", None)


def test_saving_nothing_is_no_error(store: Store) -> None:
    store.save_mailboxes([])
    store.save_subscriptions([])
    store.forget_subscriptions([])
    assert (store.mailboxes(), store.subscriptions()) == ((), ())
