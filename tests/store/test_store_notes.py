"""The outbox's rows, what etiquette found, and what people chose. On both databases."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

import pytest

from policy_agent.domain.events import EventRef
from policy_agent.domain.findings import FindingState, Found
from policy_agent.domain.meeting_rules import Check
from policy_agent.domain.notes import Note, NoteKind, NoteState, PlannedNote
from policy_agent.store import Store
from tests.store.examples import MACHINE, MINUTE, SATURDAY, TUESDAY
from tests.store.test_store_concurrency import all_at_once

HOUR = timedelta(hours=1)


def planned(
    key: str = "clash:1", *, person: str = "ann", kind: NoteKind = NoteKind.CLASH
) -> PlannedNote:
    return PlannedNote(
        key=key, kind=kind, person=person, about="1", not_before=SATURDAY, calendar="service"
    )


def claimed(
    store: Store,
    *,
    worker: str = "w1",
    closed: Sequence[str] = (),
    kinds: Sequence[NoteKind] = tuple(NoteKind),
    limit: int = 9,
    now: datetime = SATURDAY,
    machine: datetime = MACHINE,
) -> tuple[Note, ...]:
    return tuple(
        store.claim_notes(
            worker,
            kinds=kinds,
            closed=closed,
            limit=limit,
            now=now,
            machine=machine,
            lease=MINUTE,
        )
    )


def drafted(store: Store, key: str = "clash:1") -> Note:
    store.plan_notes([planned(key)], now=SATURDAY)
    (note,) = claimed(store)
    (note,) = store.draft_notes({note: f"draft of {key}"}, now=SATURDAY)
    return note


def sent(store: Store, key: str = "clash:1", *, now: datetime = SATURDAY) -> Note:
    (note,) = store.end_notes([drafted(store, key)], NoteState.SENT, why="sent", now=now)
    return note


def test_a_key_is_planned_once_for_good(store: Store) -> None:
    (note,) = store.plan_notes([planned()], now=SATURDAY)
    assert (note.state, note.draft, note.planned) == (NoteState.PLANNED, None, SATURDAY)
    assert store.plan_notes([planned(), planned("clash:2")], now=TUESDAY) == (
        store.note("clash:2"),
    )
    store.end_notes([note], NoteState.GIVEN_UP, why="nothing to say", now=TUESDAY)
    assert store.plan_notes([planned()], now=TUESDAY) == ()
    assert store.note("clash:3") is None


def test_each_step_is_an_event_with_its_reason(store: Store) -> None:
    note = sent(store, now=SATURDAY + MINUTE)
    assert [(e.from_state, e.to_state, e.at, e.why) for e in store.note_events(note.id)] == [
        (None, NoteState.PLANNED, SATURDAY, "planned"),
        (NoteState.PLANNED, NoteState.DRAFTED, SATURDAY, "drafted"),
        (NoteState.DRAFTED, NoteState.SENT, SATURDAY + MINUTE, "sent"),
    ]


def test_a_claim_keeps_to_its_time_its_kinds_and_open_calendars(store: Store) -> None:
    store.plan_notes(
        [
            planned("a"),
            replace(planned("b"), not_before=SATURDAY + HOUR),
            replace(planned("c"), calendar="night"),
            planned("d", kind=NoteKind.REBOOK),
            replace(planned("e"), calendar=""),
        ],
        now=SATURDAY,
    )
    kinds = [NoteKind.CLASH]
    assert [n.key for n in claimed(store, kinds=kinds, closed=["night", "other"])] == ["a", "e"]
    assert [n.key for n in claimed(store, kinds=kinds, now=SATURDAY + HOUR)] == ["c", "b"]
    assert claimed(store, kinds=[]) == ()
    assert claimed(store, limit=0) == ()


def test_a_lease_keeps_others_away_until_it_runs_out(store: Store) -> None:
    store.plan_notes([planned()], now=SATURDAY)
    assert len(claimed(store)) == 1
    assert claimed(store, worker="w2") == ()
    assert len(claimed(store, worker="w2", machine=MACHINE + MINUTE)) == 1
    store.forget_leases("w2")
    assert len(claimed(store)) == 1


def test_what_was_put_off_comes_after_what_was_not(store: Store) -> None:
    store.plan_notes([planned("a"), planned("b")], now=SATURDAY)
    first, _ = claimed(store)
    store.retry_notes([first], at=MACHINE + 2 * MINUTE)
    store.plan_notes([planned("c")], now=SATURDAY)
    later = claimed(store, machine=MACHINE + 2 * MINUTE)
    assert [note.key for note in later] == ["c", "b", "a"]


def test_what_is_postponed_waits_for_its_time_on_the_tenants_clock(store: Store) -> None:
    store.plan_notes([planned("clash:1"), planned("clash:2")], now=SATURDAY)
    first, second = claimed(store)
    store.end_notes([second], NoteState.GIVEN_UP, why="nothing to say", now=SATURDAY)
    store.postpone_notes({first: TUESDAY, second: TUESDAY})
    far = MACHINE + 100 * MINUTE
    assert claimed(store, now=TUESDAY - MINUTE, machine=far) == ()
    (again,) = claimed(store, now=TUESDAY)  # its lease was given back
    assert (again.key, again.state, again.not_before) == (first.key, first.state, TUESDAY)
    over = store.note(second.key)
    assert over is not None
    assert over.not_before == second.not_before


def test_only_the_first_draft_of_a_nudge_counts(store: Store) -> None:
    store.plan_notes([planned()], now=SATURDAY)
    (note,) = claimed(store)
    (after,) = store.draft_notes({note: "one"}, now=SATURDAY)
    assert after == replace(note, state=NoteState.DRAFTED, draft="one")
    assert store.draft_notes({note: "two"}, now=SATURDAY) == ()
    assert store.note("clash:1") == after
    assert claimed(store, worker="w2") == ()  # the lease goes on


@pytest.mark.parametrize("to", list(NoteState))
def test_a_planned_one_can_only_be_given_up(store: Store, to: NoteState) -> None:
    store.plan_notes([planned()], now=SATURDAY)
    (note,) = claimed(store)
    if to is NoteState.GIVEN_UP:
        assert len(store.end_notes([note], to, why="x", now=SATURDAY)) == 1
        assert claimed(store, machine=MACHINE + HOUR) == ()
    else:
        with pytest.raises(ValueError, match="cannot end as"):
            store.end_notes([note], to, why="x", now=SATURDAY)
        assert store.note("clash:1") == note


def test_an_end_compares_with_the_state_that_it_was_given(store: Store) -> None:
    note = drafted(store)
    before = replace(note, state=NoteState.PLANNED)
    assert store.end_notes([before], NoteState.GIVEN_UP, why="x", now=SATURDAY) == ()
    assert len(store.end_notes([note], NoteState.SENT, why="x", now=SATURDAY)) == 1
    assert store.end_notes([note], NoteState.SENT, why="x", now=SATURDAY) == ()


def test_what_was_sent_is_claimed_until_it_is_settled(store: Store) -> None:
    note = sent(store)
    again = claimed(store, machine=MACHINE + MINUTE, closed=["service"])
    assert again == (note,)  # it needs no working hours any more
    store.settle_notes([note])
    assert claimed(store, machine=MACHINE + HOUR) == ()


def test_one_that_is_not_sent_is_not_settled(store: Store) -> None:
    store.settle_notes([drafted(store)])
    assert len(claimed(store, machine=MACHINE + HOUR)) == 1


def test_who_has_an_open_nudge_or_was_sent_one_is_known_by_kind(store: Store) -> None:
    sent(store, "clash:1", now=SATURDAY)
    store.plan_notes(
        [planned("r", person="bob", kind=NoteKind.REBOOK), planned("c", person="cleo")],
        now=SATURDAY,
    )
    (given_up,) = store.plan_notes([planned("d", person="dan")], now=SATURDAY)
    store.end_notes([given_up], NoteState.GIVEN_UP, why="x", now=SATURDAY)
    everybody = ["ann", "bob", "cleo", "dan"]
    assert store.told(NoteKind.CLASH, everybody, since=SATURDAY) == {"ann", "cleo"}
    assert store.told(NoteKind.CLASH, everybody, since=SATURDAY + MINUTE) == {"cleo"}
    assert store.told(NoteKind.REBOOK, everybody, since=SATURDAY) == {"bob"}
    assert store.notes_sent(since=SATURDAY) == 1
    assert store.notes_sent(since=SATURDAY + MINUTE) == 0


def test_many_workers_plan_and_claim_each_nudge_once(empty_url: str) -> None:
    keys = [f"n{number:02}" for number in range(40)]

    def work(store: Store, worker: str) -> tuple[list[str], list[str]]:
        mine = list(reversed(keys)) if int(worker[1:]) % 2 else keys
        made = store.plan_notes([planned(key) for key in mine], now=SATURDAY)
        taken: list[str] = []
        while some := claimed(store, worker=worker, limit=7):
            taken += [note.key for note in some]
        return [note.key for note in made], taken

    shares = all_at_once(empty_url, work)
    assert sorted(chain.from_iterable(made for made, _ in shares)) == keys
    assert sorted(chain.from_iterable(taken for _, taken in shares)) == keys


def test_nudges_are_turned_off_and_on_for_one_person(store: Store) -> None:
    assert store.without_etiquette_nudges(["ann", "bob"]) == frozenset()
    store.set_etiquette_nudges("ann", on=False, now=SATURDAY)
    store.set_etiquette_nudges("ann", on=False, now=TUESDAY)
    assert store.without_etiquette_nudges(["ann", "bob"]) == {"ann"}
    store.set_etiquette_nudges("ann", on=True, now=TUESDAY)
    assert store.without_etiquette_nudges(["ann", "bob"]) == frozenset()


def test_a_key_is_made_once_and_shared(empty_url: str) -> None:
    secrets = all_at_once(empty_url, lambda store, _: store.key("links", now=SATURDAY))
    assert len(set(secrets)) == 1
    assert len(secrets[0]) >= 43  # 32 bytes
    with closing(Store.open(empty_url)) as store:
        assert store.key("links", now=TUESDAY) == secrets[0]
        assert store.key("others", now=TUESDAY) != secrets[0]


# What etiquette found


def found(check: Check = Check.AGENDA, **changed: object) -> Found:
    one = Found(
        rule="kind-meetings",
        series="weekly",
        check=check,
        person="ann",
        ref=EventRef(mailbox="ann", event="first"),
        starts=TUESDAY,
        more=3,
    )
    return replace(one, **changed)  # type: ignore[arg-type]  # keys are the caller's


def put(
    store: Store,
    *some: Found,
    series: Sequence[str] = ("weekly",),
    unseen: Sequence[tuple[str, Check]] = (),
    now: datetime = SATURDAY,
) -> None:
    store.put_findings(some, series=series, unseen=unseen, now=now)


def states(store: Store, series: str = "weekly") -> dict[Check, FindingState]:
    return {one.found.check: one.state for one in store.findings_of(series)}


def tell(store: Store, *checks: Check) -> None:
    ids = [one.id for one in store.findings_of("weekly") if one.found.check in checks]
    store.name_findings("etiquette:ann:2026-05-23", ids, ())
    store.tell_findings("etiquette:ann:2026-05-23")


def test_what_is_found_is_one_row_and_follows_its_first_meeting(store: Store) -> None:
    put(store, found())
    later = found(ref=EventRef(mailbox="ann", event="second"), starts=TUESDAY + HOUR, more=2)
    put(store, later, now=TUESDAY)
    (one,) = store.findings_of("weekly")
    assert (one.found, one.state, one.since) == (later, FindingState.OPEN, SATURDAY)


def test_what_was_told_is_never_open_again(store: Store) -> None:
    put(store, found(), found(Check.LENGTH))
    tell(store, Check.AGENDA)
    assert states(store) == {Check.AGENDA: FindingState.TOLD, Check.LENGTH: FindingState.OPEN}
    put(store)
    put(store, found(), found(Check.LENGTH))
    assert states(store) == {Check.AGENDA: FindingState.TOLD, Check.LENGTH: FindingState.OPEN}


def test_what_is_mended_is_over_and_opens_again_when_it_comes_back(store: Store) -> None:
    put(store, found())
    put(store)
    assert states(store) == {Check.AGENDA: FindingState.OVER}
    assert store.open_findings("ann") == ()
    put(store, found(), now=TUESDAY)
    (one,) = store.open_findings("ann")
    assert one.since == TUESDAY


def test_what_could_not_be_looked_at_stays_as_it_is(store: Store) -> None:
    put(store, found(Check.BREAK), found())
    put(store, unseen=[("weekly", Check.BREAK)])
    assert states(store) == {Check.BREAK: FindingState.OPEN, Check.AGENDA: FindingState.OVER}


def test_other_series_are_left_as_they_are(store: Store) -> None:
    put(store, found(), found(series="other"), series=["weekly", "other"])
    put(store, series=["weekly", "unheard of"])
    assert states(store, "other") == {Check.AGENDA: FindingState.OPEN}


def test_whom_there_is_anything_to_tell(store: Store) -> None:
    put(
        store,
        found(),
        found(rule="short-meetings"),
        found(series="b", person="bob", starts=SATURDAY),
        found(series="c", person="cleo", rule="others"),
        series=["weekly", "b", "c"],
    )
    rules = ["kind-meetings", "short-meetings"]
    people = store.people_to_tell(rules, found_by=SATURDAY, now=SATURDAY)
    assert people == {"ann": frozenset(rules)}
    assert store.people_to_tell(rules, found_by=SATURDAY - MINUTE, now=SATURDAY) == {}
    assert store.people_to_tell(rules, found_by=SATURDAY, now=TUESDAY) == {}
    tell(store, Check.AGENDA)
    assert store.people_to_tell(rules, found_by=SATURDAY, now=SATURDAY) == {}


def test_a_text_that_is_written_anew_may_name_others(store: Store) -> None:
    put(store, found(), found(Check.LENGTH), found(Check.SIZE))
    agenda, length, size = (one.id for one in store.findings_of("weekly"))
    store.name_findings("n", [agenda, size], [])
    store.name_findings("n", [length], [size])
    store.tell_findings("n")
    assert states(store) == {
        Check.AGENDA: FindingState.OPEN,
        Check.LENGTH: FindingState.TOLD,
        Check.SIZE: FindingState.OVER,
    }


def test_what_was_named_is_told_although_it_was_mended_just_then(store: Store) -> None:
    put(store, found())
    (one,) = store.findings_of("weekly")
    store.name_findings("n", [one.id], [])
    put(store)
    store.tell_findings("n")
    assert states(store) == {Check.AGENDA: FindingState.TOLD}


def test_many_workers_that_find_the_same_write_it_once(empty_url: str) -> None:
    some = [found(check, series=f"s{number:02}") for number in range(30) for check in Check]
    keys = sorted({one.series for one in some})

    def work(store: Store, worker: str) -> None:
        mine = list(reversed(some)) if int(worker[1:]) % 2 else some
        put(store, *mine, series=keys)

    all_at_once(empty_url, work)
    with closing(Store.open(empty_url)) as store:
        assert sum(len(store.findings_of(key)) for key in keys) == len(some)
