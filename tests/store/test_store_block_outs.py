"""Block-outs: intent with its key first, changes by version, repairs once a day."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

from policy_agent.domain.block_outs import BlockOutState, KeptBlockOut, WantedBlockOut
from policy_agent.domain.blocking import fingerprint, plan
from policy_agent.domain.events import EventRef, Span
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.repairing import Repairs
from policy_agent.store import Store
from tests.domain.test_blocking import rule, window
from tests.store.examples import MACHINE, MINUTE, SATURDAY

TODAY = SATURDAY.date()
LATER = rule(window(name="late-lunch"))
DAY = timedelta(days=1)
SPAN = Span(starts=SATURDAY + 3 * DAY, ends=SATURDAY + 3 * DAY + MINUTE)


def wanted(
    *mailboxes: str, of: ProtectTime | None = None, free: Sequence[date] = ()
) -> list[WantedBlockOut]:
    kept = of or rule()
    found = [plan(kept, mailbox, today=TODAY, exempt_days=free) for mailbox in mailboxes]
    return [
        WantedBlockOut(series=series, fingerprint=fingerprint(kept), today=TODAY)
        for series in found
        if series is not None
    ]


def claimed(store: Store, *, worker: str = "w1", limit: int = 9) -> tuple[KeptBlockOut, ...]:
    return tuple(
        store.claim_block_outs(worker, limit=limit, now=SATURDAY, machine=MACHINE, lease=MINUTE)
    )


def kept(store: Store, *mailboxes: str) -> tuple[KeptBlockOut, ...]:
    """Bring rows to where their series is made and its days are skipped."""
    store.put_block_outs(wanted(*mailboxes))
    made = [
        replace(
            row.made(f"event of {row.mailbox}", SATURDAY),
            skipped=frozenset(row.wanted.skipped if row.wanted is not None else ()),
        )
        for row in claimed(store)
    ]
    assert len(store.save_block_outs(made, now=SATURDAY)) == len(mailboxes)
    return tuple(store.block_outs())


def test_what_is_wanted_is_written_down_with_a_key_of_its_own(store: Store) -> None:
    assert store.put_block_outs(wanted("alice", "bob")) == 2
    alice, bob = store.block_outs()
    assert (alice.mailbox, alice.rule, alice.state) == (
        "alice",
        "protected-lunch",
        BlockOutState.WANTED,
    )
    assert alice.wanted == wanted("alice")[0].series
    assert alice.key
    assert alice.key != bob.key
    assert store.put_block_outs(wanted("alice", "bob")) == 0
    assert tuple(store.block_outs(["bob"])) == (bob,)


def test_one_worker_has_a_row_until_its_lease_is_over(store: Store) -> None:
    store.put_block_outs(wanted("alice", "bob"))
    (first,) = claimed(store, limit=1)
    assert first.tried
    (second,) = claimed(store, worker="w2")
    assert {first.mailbox, second.mailbox} == {"alice", "bob"}
    assert not claimed(store)
    store.forget_leases("w1")
    assert [row.id for row in claimed(store)] == [first.id]


def test_a_series_that_is_kept_leaves_nothing_to_do(store: Store) -> None:
    (row,) = kept(store, "bob")
    assert row.state is BlockOutState.KEPT
    assert row.kept_since == SATURDAY
    assert not row.due
    assert not claimed(store)
    assert store.put_block_outs(wanted("bob")) == 0
    assert store.block_out_series(["alice", "bob"]) == {
        EventRef(mailbox="bob", event="event of bob")
    }
    assert tuple(store.block_outs_at(["event of bob", "another"])) == (row,)


def test_a_row_that_was_changed_meanwhile_is_not_written_over(store: Store) -> None:
    store.put_block_outs(wanted("bob"))
    (mine,) = claimed(store)
    store.put_block_outs([])
    assert not store.save_block_outs([mine.made("event", SATURDAY)], now=SATURDAY)
    (row,) = claimed(store)  # free at once, and to be removed: the series may be there
    assert (row.state, row.event, row.key) == (BlockOutState.REMOVING, None, mine.key)


def test_a_row_stays_for_good_and_is_wanted_again_under_another_key(store: Store) -> None:
    (before,) = kept(store, "bob")
    store.put_block_outs([])
    (going,) = claimed(store)
    store.save_block_outs([going.without_series()], now=SATURDAY)
    (gone,) = store.block_outs()
    assert (gone.state, gone.event, gone.id) == (BlockOutState.GONE, None, before.id)
    assert not claimed(store)
    store.put_block_outs(wanted("bob"))
    (again,) = store.block_outs()
    assert (again.id, again.state, again.tried) == (before.id, BlockOutState.WANTED, False)
    assert again.key not in {"", before.key}


def test_another_look_removes_the_series_first(store: Store) -> None:
    (before,) = kept(store, "bob")
    assert store.put_block_outs(wanted("bob", of=LATER)) == 1
    (row,) = claimed(store)
    assert (row.state, row.event, row.key) == (BlockOutState.REMOVING, before.event, before.key)
    store.save_block_outs([row.without_series()], now=SATURDAY)
    (row,) = store.block_outs()
    assert row.state is BlockOutState.WANTED
    assert row.wanted is not None
    assert row.wanted.subject == "Protected time: late lunch"


def test_a_new_day_to_skip_is_something_to_do(store: Store) -> None:
    kept(store, "alice", "bob")
    day = date(2026, 6, 10)
    store.put_block_outs([*wanted("alice"), *wanted("bob", free=[day])])
    (row,) = claimed(store)
    assert (row.mailbox, row.to_skip) == ("bob", (day,))
    store.save_block_outs([replace(row, skipped=row.skipped | {day})], now=SATURDAY)
    assert not claimed(store)


def test_what_was_put_off_waits_and_comes_after_the_others(store: Store) -> None:
    store.put_block_outs(wanted("alice", "bob", "carol"))
    alice, bob, carol = claimed(store)
    store.save_block_outs([alice.put_off(SATURDAY + DAY)], now=SATURDAY)
    store.save_block_outs([bob], now=SATURDAY, retry_at=MACHINE)
    store.save_block_outs([carol], now=SATURDAY)
    assert [row.mailbox for row in claimed(store)] == ["carol", "bob"]
    later = store.claim_block_outs(
        "w2", limit=9, now=SATURDAY + DAY, machine=MACHINE + 2 * MINUTE, lease=MINUTE
    )
    assert {row.mailbox for row in later} == {"alice", "bob", "carol"}


def test_what_has_to_be_put_back_is_asked_for_once_a_day(store: Store) -> None:
    (row,) = kept(store, "bob")
    wrong = {row.id: Repairs(series=True, occurrences={"tuesday": SPAN})}
    assert store.mend_block_outs(wrong, now=SATURDAY) == 1
    assert store.mend_block_outs(wrong, now=SATURDAY) == 0
    (asked,) = claimed(store)
    assert asked.repairs == {"tuesday": SPAN, "event of bob": None}
    assert asked.due
    left = replace(asked, repairs={"tuesday": SPAN})
    store.save_block_outs([left], now=SATURDAY)
    (asked,) = claimed(store)
    assert asked.repairs == {"tuesday": SPAN}
    store.save_block_outs([replace(asked, repairs={})], now=SATURDAY)
    assert not claimed(store)
    assert store.mend_block_outs(wrong, now=SATURDAY + DAY - MINUTE) == 0
    assert store.mend_block_outs(wrong, now=SATURDAY + DAY) == 1


def test_a_skipped_day_that_is_there_again_is_something_to_do(store: Store) -> None:
    (row,) = kept(store, "bob")
    day = min(row.skipped)
    store.mend_block_outs({row.id: Repairs(back=frozenset({day}))}, now=SATURDAY)
    (row,) = claimed(store)
    assert row.to_skip == (day,)


def test_repairs_of_a_series_that_goes_go_with_it(store: Store) -> None:
    (row,) = kept(store, "bob")
    store.mend_block_outs({row.id: Repairs(series=True)}, now=SATURDAY)
    store.put_block_outs([])
    (row,) = claimed(store)
    assert (row.state, row.repairs) == (BlockOutState.REMOVING, {})
    assert store.mend_block_outs({row.id: Repairs(series=True)}, now=SATURDAY) == 0


def test_two_processes_that_compare_at_once_make_one_row_each(empty_url: str) -> None:
    with closing(Store.open(empty_url)) as one, closing(Store.open(empty_url)) as other:
        assert one.put_block_outs(wanted("bob")) == 1
        assert other.put_block_outs(wanted("bob")) == 0
        assert len(claimed(one)) == 1
        assert not claimed(other, worker="w2")
