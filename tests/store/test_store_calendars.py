"""Covered calendars, leave, series and whose copy is judged. On both databases."""

from dataclasses import replace
from datetime import timedelta

from policy_agent.domain.events import CalendarOwner, EventRef, Span
from policy_agent.domain.watching import CoveredCalendar
from policy_agent.store import Store
from tests.store.examples import MACHINE, MINUTE, SATURDAY, TUESDAY

DAY = timedelta(days=1)
HOLIDAY = Span(starts=TUESDAY, ends=TUESDAY + 5 * DAY)
PART_TIME = frozenset({0, 2})
BOB = CalendarOwner(
    mailbox="bob",
    zone="Europe/London",
    language="cy-GB",
    working_days=PART_TIME,
    away=(HOLIDAY,),
)


def test_calendars_are_covered_from_now_on(store: Store) -> None:
    store.put_calendars(["bob", "ann"], now=SATURDAY)
    store.put_calendars(["carol", "bob"], now=TUESDAY)
    assert store.calendars() == (
        CoveredCalendar(id="bob", since=SATURDAY),
        CoveredCalendar(id="carol", since=TUESDAY),
    )


def test_what_was_learnt_of_a_calendar_is_kept(store: Store) -> None:
    store.put_calendars(["bob", "carol"], now=SATURDAY)
    store.put_owners([BOB], now=SATURDAY)
    store.put_whole(
        ["bob"], to=TUESDAY + 91 * DAY, rulebook="abc", since=SATURDAY - MINUTE, now=TUESDAY
    )
    store.park_calendars(["bob"], until=TUESDAY)
    store.put_calendars(["bob", "carol"], now=TUESDAY)
    learnt = CoveredCalendar(
        id="bob",
        since=SATURDAY,
        purpose="user",
        zone="Europe/London",
        language="cy-GB",
        working_days=PART_TIME,
        owner_asked=SATURDAY,
        viewed=TUESDAY,
        viewed_to=TUESDAY + 91 * DAY,
        viewed_by="abc",
        changed_since=SATURDAY - MINUTE,
        parked_until=TUESDAY,
    )
    assert store.calendars() == (learnt, CoveredCalendar(id="carol", since=SATURDAY))
    assert store.calendars(["bob", "unknown"]) == (learnt,)
    store.put_changed(["bob"], since=TUESDAY)
    assert store.calendars(["bob"]) == (replace(learnt, changed_since=TUESDAY),)


def test_a_calendar_that_is_covered_again_is_new_and_nothing_of_before_is_left(
    store: Store,
) -> None:
    store.put_calendars(["bob"], now=SATURDAY)
    store.put_owners([BOB], now=SATURDAY)
    store.accept_events({EventRef(mailbox="bob", event="e"): "created"}, now=SATURDAY)
    store.put_series_uids({EventRef(mailbox="bob", event="m"): "uid"})
    store.claim_judges({"uid": "bob"})
    store.put_calendars([], now=SATURDAY)
    store.put_calendars(["bob"], now=TUESDAY)
    assert store.calendars() == (CoveredCalendar(id="bob", since=TUESDAY),)
    assert store.pending_event_notices() == 0
    assert store.leave_between(SATURDAY, TUESDAY + 9 * DAY) == {}
    assert store.series_uids([EventRef(mailbox="bob", event="m")]) == {}
    assert store.claim_judges({"uid": "carol"}) == {"uid": "carol"}


def test_only_a_persons_calendar_that_is_not_parked_is_readable(store: Store) -> None:
    store.put_calendars(["bob", "room", "new", "parked"], now=SATURDAY)
    store.put_owners(
        [
            BOB,
            CalendarOwner(mailbox="room", purpose="room"),
            CalendarOwner(mailbox="parked", purpose="linked"),
        ],
        now=SATURDAY,
    )
    store.park_calendars(["parked"], until=TUESDAY)
    readable = [one.id for one in store.calendars() if one.readable(TUESDAY - MINUTE)]
    assert readable == ["bob"]
    assert [one.id for one in store.calendars() if one.readable(TUESDAY)] == ["bob", "parked"]


def test_leave_is_told_for_the_time_that_is_asked(store: Store) -> None:
    store.put_calendars(["bob", "carol"], now=SATURDAY)
    day_off = Span(starts=TUESDAY - DAY, ends=TUESDAY)
    store.put_owners([BOB], now=SATURDAY)
    store.put_leave({"bob": (day_off,), "carol": (day_off, day_off)})
    assert store.leave_between(SATURDAY, TUESDAY + MINUTE) == {
        "bob": (day_off, HOLIDAY),
        "carol": (day_off,),
    }
    assert store.leave_between(TUESDAY, TUESDAY + MINUTE) == {"bob": (HOLIDAY,)}
    assert store.leave_between(HOLIDAY.ends, HOLIDAY.ends + DAY) == {}


def test_leave_from_replies_and_leave_from_events_replace_only_themselves(store: Store) -> None:
    store.put_calendars(["bob"], now=SATURDAY)
    day_off = Span(starts=TUESDAY - DAY, ends=TUESDAY)
    store.put_owners([BOB], now=SATURDAY)
    store.put_leave({"bob": (day_off,)})
    store.put_owners([replace(BOB, away=())], now=TUESDAY)
    assert store.leave_between(SATURDAY, TUESDAY + DAY) == {"bob": (day_off,)}
    store.put_leave({"bob": ()})
    assert store.leave_between(SATURDAY, TUESDAY + DAY) == {}


def test_nobody_outside_the_covered_calendars_is_written_down(store: Store) -> None:
    store.put_calendars(["bob"], now=SATURDAY)
    store.put_owners([replace(BOB, mailbox="eve")], now=SATURDAY)
    store.put_leave({"eve": (HOLIDAY,)})
    store.put_changed(["eve"], since=SATURDAY)
    assert [one.id for one in store.calendars()] == ["bob"]
    assert store.leave_between(SATURDAY, TUESDAY + DAY) == {}


def test_more_calendars_than_fit_into_one_statement(store: Store) -> None:
    ids = [f"user{n:04}" for n in range(1300)]
    store.put_calendars(ids, now=SATURDAY)
    store.put_owners([replace(BOB, mailbox=id_) for id_ in ids], now=SATURDAY)
    store.put_whole(ids, to=TUESDAY, rulebook="abc", since=SATURDAY, now=SATURDAY)
    store.put_leave(dict.fromkeys(ids, (HOLIDAY,)))
    assert [one.viewed_by for one in store.calendars(ids)] == ["abc"] * 1300
    assert len(store.leave_between(TUESDAY, TUESDAY + MINUTE)) == 1300
    store.put_calendars(ids[:1], now=TUESDAY)
    assert [one.id for one in store.calendars()] == ids[:1]
    assert list(store.leave_between(TUESDAY, TUESDAY + MINUTE)) == ids[:1]


def test_the_uid_of_a_series_is_remembered_by_mailbox(store: Store) -> None:
    mine = EventRef(mailbox="bob", event="m1")
    hers = EventRef(mailbox="carol", event="m1")
    store.put_series_uids({mine: "uid-1", hers: "uid-2"})
    store.put_series_uids({mine: "uid-1"})
    unknown = EventRef(mailbox="bob", event="m2")
    assert store.series_uids([mine, unknown]) == {mine: "uid-1"}
    assert store.series_uids([mine, hers]) == {mine: "uid-1", hers: "uid-2"}


def test_the_first_copy_that_is_seen_is_the_one_that_is_judged(store: Store) -> None:
    assert store.claim_judges({"a": "bob", "b": "bob"}) == {"a": "bob", "b": "bob"}
    assert store.claim_judges({"b": "carol", "c": "carol"}) == {"b": "bob", "c": "carol"}


def test_another_copy_is_judged_when_the_first_one_is_gone_or_its_calendar_parked(
    store: Store,
) -> None:
    store.put_calendars(["bob", "carol", "dan"], now=SATURDAY)
    store.claim_judges({"a": "bob", "b": "bob", "c": "carol", "d": "dan"})
    store.release_judges({"bob": {"b"}, "carol": ()})
    store.park_calendars(["dan"], until=TUESDAY)
    assert store.claim_judges(dict.fromkeys("abcd", "eve")) == {
        "a": "eve",
        "b": "bob",
        "c": "eve",
        "d": "eve",
    }


def test_nothing_to_do_is_no_error(store: Store) -> None:
    store.put_calendars([], now=SATURDAY)
    store.put_owners([], now=SATURDAY)
    store.put_whole([], to=TUESDAY, rulebook="", since=SATURDAY, now=SATURDAY)
    store.put_leave({})
    store.put_series_uids({})
    store.release_judges({})
    store.accept_events({}, now=SATURDAY)
    store.finish_event_notices([])
    store.retry_event_notices([], at=MACHINE)
    assert store.claim_judges({}) == {}
    assert (store.calendars(), store.series_uids([])) == ((), {})
