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
    store.set_delta_links({"bob": "https://x"})
    store.put_mailboxes([], now=SATURDAY + MINUTE)
    assert store.mailboxes() == ()
    store.put_mailboxes(["bob"], now=TUESDAY)
    assert store.mailboxes() == (Mailbox(id="bob", since=TUESDAY),)


def test_what_was_learnt_of_a_mailbox_is_kept(store: Store) -> None:
    store.put_mailboxes(["bob", "carol"], now=SATURDAY)
    store.set_inboxes({"bob": "inbox-id"})
    store.set_delta_links({"bob": "https://x/delta?$deltatoken=1"})
    store.park(["bob"], until=TUESDAY)
    store.put_mailboxes(["bob", "carol"], now=TUESDAY)
    learnt = Mailbox(
        id="bob",
        since=SATURDAY,
        inbox="inbox-id",
        delta_link="https://x/delta?$deltatoken=1",
        parked_until=TUESDAY,
    )
    assert store.mailboxes() == (learnt, Mailbox(id="carol", since=SATURDAY))
    assert store.mailboxes(["bob", "unknown"]) == (learnt,)
    assert store.mailboxes([]) == ()
    store.set_delta_links({"bob": None})
    assert store.mailboxes(["bob"]) == (replace(learnt, delta_link=None),)


def test_a_mailbox_out_of_scope_is_not_brought_back_by_what_is_learnt_of_it(store: Store) -> None:
    store.put_mailboxes(["bob"], now=SATURDAY)
    store.set_inboxes({"eve": "in", "bob": "in"})
    store.park(["eve"], until=TUESDAY)
    assert [mailbox.id for mailbox in store.mailboxes()] == ["bob"]


def test_more_mailboxes_than_fit_into_one_statement(store: Store) -> None:
    ids = [f"user{n:04}" for n in range(1300)]
    store.put_mailboxes(ids, now=SATURDAY)
    store.set_inboxes({id_: f"{id_}-in" for id_ in ids})
    assert [mailbox.inbox for mailbox in store.mailboxes()] == [f"{id_}-in" for id_ in ids]
    assert [mailbox.id for mailbox in store.mailboxes(ids)] == ids
    store.add_hold_folders({id_: f"{id_}-hold" for id_ in ids})
    assert store.hold_folders(ids) == {id_: (f"{id_}-hold",) for id_ in ids}
    store.put_mailboxes(ids[:1], now=SATURDAY)
    assert [mailbox.id for mailbox in store.mailboxes()] == ids[:1]


def test_every_hold_folder_is_remembered_and_the_one_in_use_is_the_last(store: Store) -> None:
    store.put_mailboxes(["bob", "carol"], now=SATURDAY)
    store.add_hold_folders({"bob": "first", "carol": "hers"})
    store.add_hold_folders({"bob": "second"})
    assert store.hold_folders(["bob", "dan"]) == {"bob": ("first", "second")}
    store.add_hold_folders({"bob": "first"})
    assert store.hold_folders(["bob", "carol"]) == {
        "bob": ("second", "first"),
        "carol": ("hers",),
    }


def test_hold_folders_outlive_the_mailbox_s_stay_in_scope(store: Store) -> None:
    store.put_mailboxes(["bob"], now=SATURDAY)
    store.add_hold_folders({"bob": "first"})
    store.put_mailboxes([], now=TUESDAY)
    assert store.hold_folders(["bob"]) == {"bob": ("first",)}


def test_subscriptions_are_saved_renewed_and_forgotten(store: Store) -> None:
    first = Subscription(id="s1", mailbox="bob", client_state="secret", expires=TUESDAY)
    second = replace(first, id="s2", mailbox="carol", what="calendar")
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
    store.set_inboxes({})
    store.add_hold_folders({})
    store.park([], until=TUESDAY)
    store.save_subscriptions([])
    store.forget_subscriptions([])
    assert (store.mailboxes(), store.subscriptions()) == ((), ())
