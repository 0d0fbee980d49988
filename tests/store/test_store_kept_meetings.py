"""Kept meetings: what was seen, what became of it, who is in it. On both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from policy_agent.domain.events import EventRef
from policy_agent.domain.kept_meetings import (
    KeptLook,
    KeptMeeting,
    KeptPerson,
    KeptState,
    Step,
    dropped,
    held,
    missed,
)
from policy_agent.store import Store
from tests.store.examples import MACHINE, MINUTE, SATURDAY, TUESDAY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIA, ALICE = KeptPerson(id="mia"), KeptPerson(id="alice")


def look(uid: str = "uid-1", **more: Any) -> KeptLook:
    starts = more.pop("starts", TUESDAY)
    said: dict[str, Any] = {
        "rule": "supervision-happens",
        "uid": uid,
        "series": "series-1",
        "ref": EventRef(mailbox="mia", event=f"event {uid}"),
        "master": "master-1",
        "own": True,
        "organiser": "mia",
        "starts": starts,
        "ends": starts + HOUR,
        "people": (ALICE, MIA),
        "size": 2,
        "attending": 2,
        "rebook": True,
    }
    return KeptLook(**(said | more))


def put(store: Store, *looks: KeptLook) -> list[KeptMeeting]:
    store.put_kept(looks, now=SATURDAY)
    return every(store)


def every(store: Store) -> list[KeptMeeting]:
    return list(store.kept_between("supervision-happens", SATURDAY - DAY, TUESDAY + 400 * DAY))


def claim(store: Store, worker: str = "w", **more: Any) -> list[KeptMeeting]:
    said: dict[str, Any] = {"limit": 9, "now": TUESDAY + HOUR, "machine": MACHINE, "lease": MINUTE}
    return list(store.claim_kept(worker, **(said | more)))


def test_what_was_seen_is_kept_once(store: Store) -> None:
    assert store.put_kept([look(), look("uid-2")], now=SATURDAY) == 2
    assert store.put_kept([look(), look("uid-2")], now=TUESDAY) == 0
    first, second = every(store)
    assert (first.uid, first.people, first.state) == ("uid-1", (ALICE, MIA), KeptState.PLANNED)
    assert (first.first_seen, first.first_starts, first.due) == (SATURDAY, TUESDAY, TUESDAY + HOUR)
    assert first.ref == EventRef(mailbox="mia", event="event uid-1")
    assert store.kept(first.id) == first
    assert store.kept(second.id + 1) is None
    assert [event.why for event in store.kept_events(first.id)] == ["seen"]


def test_one_meeting_may_be_kept_by_two_rules(store: Store) -> None:
    assert store.put_kept([look(), look(rule="training-happens")], now=SATURDAY) == 2


def test_a_change_is_written_with_its_people_and_why(store: Store) -> None:
    put(store, look())
    declined = (KeptPerson(id="alice", declined=True), MIA)
    assert store.put_kept([look(starts=TUESDAY + DAY)], now=SATURDAY) == 1
    assert store.put_kept([look(starts=TUESDAY + DAY, people=declined, attending=1)], now=TUESDAY)
    (row,) = every(store)
    assert (row.moves, row.shift, row.version) == (1, DAY, 2)
    assert (row.state, row.cancelled_by, row.people) == (KeptState.CANCELLED, "alice", declined)
    events = store.kept_events(row.id)
    assert [(one.from_state, one.to_state, one.why, one.at) for one in events] == [
        (None, KeptState.PLANNED, "seen", SATURDAY),
        (KeptState.PLANNED, KeptState.PLANNED, "moved", SATURDAY),
        (KeptState.PLANNED, KeptState.CANCELLED, "declined", TUESDAY),
    ]


def test_what_is_due_is_claimed_by_one_worker_at_a_time(store: Store) -> None:
    put(store, look(), look("uid-2", starts=TUESDAY + DAY))
    (row,) = claim(store)
    assert row.uid == "uid-1"
    assert claim(store, "other") == []
    assert claim(store, "other", machine=MACHINE + 2 * MINUTE) == [row]
    store.forget_leases("other")
    assert claim(store) == [row]
    assert claim(store, limit=0) == []


def test_what_became_of_one_is_written_by_whoever_read_it_last(store: Store) -> None:
    put(store, look())
    (row,) = claim(store)
    store.put_kept([look(starts=TUESDAY + DAY)], now=TUESDAY)
    assert store.save_kept({row: held(row)}, now=TUESDAY) == frozenset()
    (moved,) = every(store)
    assert moved.state is KeptState.PLANNED
    assert store.save_kept({moved: held(moved)}, now=TUESDAY) == {row.id}
    (after,) = every(store)
    assert after == replace(held(moved).meeting, version=2)
    assert claim(store, now=TUESDAY + 9 * DAY) == []


def test_one_that_is_put_off_is_not_claimed_before_its_time(store: Store) -> None:
    put(store, look())
    (row,) = claim(store)
    store.save_kept({row: Step(meeting=row, why="")}, now=TUESDAY, retry_at=MACHINE + HOUR)
    assert claim(store, machine=MACHINE + HOUR - MINUTE) == []
    assert claim(store, machine=MACHINE + HOUR) == [row]


def test_planned_ones_are_found_by_mailbox_event_and_series(store: Store) -> None:
    one, two, three = put(
        store,
        look(),
        look("uid-2", ref=EventRef(mailbox="zoe", event="e2"), master=None),
        look("uid-3", ref=EventRef(mailbox="ann", event="e3"), master="m3"),
    )
    assert list(store.planned_kept(["mia"], [])) == [one]
    assert list(store.planned_kept([], ["e2", "m3"])) == [two, three]
    assert list(store.planned_kept(["mia", "zoe"], ["event uid-1"])) == [one, two]
    assert list(store.planned_kept([], [])) == []
    store.save_kept({one: dropped(one, "gone"), two: Step(meeting=missed(two, TUESDAY), why="")},
                    now=TUESDAY)  # fmt: skip
    (again,) = store.planned_kept(["mia", "zoe"], [])
    assert (again.uid, again.missed) == ("uid-2", TUESDAY)


def test_ones_with_certain_people_are_found_in_a_span(store: Store) -> None:
    one, two = put(
        store,
        look(),
        look("uid-2", starts=TUESDAY + DAY, people=(KeptPerson(id="bob"), MIA)),
    )
    asked: dict[str, Any] = {"starts": TUESDAY, "before": TUESDAY + DAY}
    assert list(store.kept_with(one.rule, ["alice", "mia"], **asked)) == [one]
    later = {**asked, "before": TUESDAY + DAY + MINUTE}
    assert list(store.kept_with(one.rule, ["mia"], **later)) == [one, two]
    assert list(store.kept_with(one.rule, ["bob"], **later)) == [two]
    assert list(store.kept_with("another", ["mia"], **later)) == []
    assert list(store.kept_with(one.rule, [], **later)) == []


def test_days_of_leave_are_remembered_as_they_come_by(store: Store) -> None:
    saturday = SATURDAY.date()
    store.add_leave_days({saturday: ["alice", "mia"]})
    store.add_leave_days({saturday: ["alice"], saturday + DAY: ["alice"]})
    store.add_leave_days({saturday: []})
    assert store.leave_days(saturday, saturday + 2 * DAY) == {
        "alice": {saturday, saturday + DAY},
        "mia": {saturday},
    }
    assert store.leave_days(saturday + DAY, saturday + 2 * DAY) == {"alice": {saturday + DAY}}
