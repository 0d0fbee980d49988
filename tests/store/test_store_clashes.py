"""Clashes: looks that repeat, clashes that end and come back, answers that are given once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policy_agent.domain.clashes import (
    Answer,
    AnswerState,
    Clash,
    ClashOccurrence,
    ClashState,
    FoundClash,
    Grace,
)
from policy_agent.domain.events import Span
from policy_agent.domain.modes import Mode
from policy_agent.store import Store
from tests.store.examples import MACHINE, MINUTE

NOW = datetime(2026, 6, 8, 8, 0, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
LEASE = timedelta(minutes=5)


def occurrence(number: int, *affected: str) -> ClashOccurrence:
    starts = NOW + timedelta(days=2 + 14 * number, hours=3)
    return ClashOccurrence(
        uid=f"uid-{number}",
        event=f"event-{number}",
        starts=starts,
        ends=starts + timedelta(hours=1),
        affected=affected or ("alice", "bob"),
    )


FOUND = FoundClash(
    rule="protected-lunch",
    series="series",
    mailbox="alice",
    master="master",
    organiser="alice",
    mode=Mode.ENFORCE,
    grace=Grace(lasts=DAY),
    every=True,
    occurrences=(occurrence(0), occurrence(1)),
)


def look(store: Store, *found: FoundClash, now: datetime = NOW) -> None:
    store.put_clashes(found, looked={"series"}, rules={"protected-lunch"}, now=now)


def only(store: Store) -> Clash:
    (clash,) = store.clashes(list(ClashState))
    return clash


def history(store: Store) -> list[ClashState]:
    return [event.to_state for event in store.clash_events(only(store).id)]


def nudged(store: Store, now: datetime = NOW, grace: timedelta = DAY) -> Clash:
    clash = store.advance_clash(
        only(store), ClashState.NUDGED, why="told", now=now, told=now, act_at=now + grace
    )
    assert clash is not None
    return clash


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"mode": Mode.OBSERVE}, ClashState.OBSERVED),
        ({"mode": Mode.NUDGE}, ClashState.OPEN),
        ({"mode": Mode.ENFORCE}, ClashState.OPEN),
        ({"listed": True}, ClashState.LISTED),
    ],
)
def test_a_clash_is_written_down_as_it_is_found(
    store: Store, said: dict[str, object], state: ClashState
) -> None:
    look(store, replace(FOUND, **said))  # type: ignore[arg-type]  # fields of FoundClash
    clash = only(store)
    assert clash.state is state
    assert (clash.first, clash.ahead, clash.every) == (FOUND.occurrences[0].starts, 2, True)
    assert store.clash_occurrences(clash.id) == FOUND.occurrences


def test_the_same_look_again_changes_nothing(store: Store) -> None:
    look(store, FOUND)
    before = only(store)
    look(store, FOUND, now=NOW + MINUTE)
    assert only(store) == before
    assert history(store) == [ClashState.OPEN]


def test_a_clash_that_is_not_found_again_is_mended(store: Store) -> None:
    look(store, FOUND)
    look(store)
    assert only(store).state is ClashState.MENDED


def test_a_look_that_could_not_tell_ends_nothing(store: Store) -> None:
    look(store, FOUND)
    unsure = {("protected-lunch", "series")}
    store.put_clashes((), looked={"series"}, rules={"protected-lunch"}, unsure=unsure, now=NOW)
    store.put_clashes((), looked={"series"}, rules=(), now=NOW)
    assert only(store).state is ClashState.OPEN


def test_a_clash_whose_meetings_have_all_begun_has_passed(store: Store) -> None:
    look(store, FOUND)
    assert store.pass_clashes(now=NOW) == 0
    later = FOUND.occurrences[-1].starts
    assert store.pass_clashes(now=later) == 1
    assert only(store).state is ClashState.PASSED
    look(store, now=later)
    assert history(store) == [ClashState.OPEN, ClashState.PASSED]


def test_a_rule_that_gets_to_nudge_opens_what_it_observed_and_back(store: Store) -> None:
    look(store, replace(FOUND, mode=Mode.OBSERVE))
    look(store, FOUND)
    look(store, replace(FOUND, mode=Mode.OBSERVE))
    assert history(store) == [ClashState.OBSERVED, ClashState.OPEN, ClashState.OBSERVED]


def test_a_clash_that_was_told_and_comes_back_is_not_told_again_and_has_its_grace_anew(
    store: Store,
) -> None:
    look(store, FOUND)
    nudged(store)
    look(store)
    look(store, FOUND, now=NOW + 2 * DAY)
    clash = only(store)
    assert clash.state is ClashState.NUDGED
    assert clash.act_at == NOW + 3 * DAY


def test_a_clash_whose_nudge_was_given_up_and_that_comes_back_gets_a_nudge_of_its_own(
    store: Store,
) -> None:
    look(store, FOUND)
    (clash,) = store.open_clashes(limit=10)
    store.mark_planned([clash])
    assert store.open_clashes(limit=10) == ()
    look(store)
    look(store, FOUND)
    (again,) = store.open_clashes(limit=10)
    assert again.tries == 1


def test_the_grace_begins_when_a_rule_gets_to_enforce_and_ends_when_it_goes_back(
    store: Store,
) -> None:
    gentle = replace(FOUND, mode=Mode.NUDGE)
    look(store, gentle)
    store.advance_clash(only(store), ClashState.NUDGED, why="told", now=NOW, told=NOW)
    look(store, gentle)
    assert only(store).act_at is None
    look(store, FOUND, now=NOW + DAY)
    assert only(store).act_at == NOW + 2 * DAY
    look(store, FOUND, now=NOW + DAY + MINUTE)
    assert only(store).act_at == NOW + 2 * DAY
    look(store, gentle)
    assert only(store).act_at is None


def test_an_event_that_is_gone_takes_its_occurrence_along_and_the_last_one_mends(
    store: Store,
) -> None:
    look(store, FOUND)
    store.lose_clashes(["event-0"], now=NOW)
    assert (only(store).ahead, only(store).first) == (1, FOUND.occurrences[1].starts)
    store.lose_clashes(["event-1", "unknown"], now=NOW)
    assert only(store).state is ClashState.MENDED


def test_a_series_whose_master_is_gone_is_mended(store: Store) -> None:
    look(store, FOUND)
    store.lose_clashes(["master"], now=NOW)
    assert only(store).state is ClashState.MENDED


def test_what_a_whole_view_does_not_show_is_gone_from_that_span(store: Store) -> None:
    look(store, FOUND)
    span = Span(starts=NOW - DAY, ends=NOW + 10 * DAY)
    store.lose_unseen({"bob": span}, looked=[], now=NOW)
    store.lose_unseen({"alice": span}, looked=["series"], now=NOW)
    assert only(store).ahead == 2
    store.lose_unseen({"alice": span}, looked=[], now=NOW)
    assert only(store).ahead == 1
    store.lose_unseen({"alice": Span(starts=NOW, ends=NOW + 90 * DAY)}, looked=[], now=NOW)
    assert only(store).state is ClashState.MENDED


def test_only_who_finds_it_in_the_state_it_is_in_changes_it(store: Store) -> None:
    look(store, FOUND)
    stale = only(store)
    nudged(store)
    assert store.advance_clash(stale, ClashState.NUDGED, why="told", now=NOW) is None
    with pytest.raises(ValueError, match="cannot go from open to done"):
        store.advance_clash(stale, ClashState.DONE, why="no", now=NOW)


def test_a_clash_is_claimed_when_its_grace_is_over_and_by_one_worker(store: Store) -> None:
    look(store, FOUND)
    nudged(store)

    def claim(worker: str, now: datetime, machine: datetime = MACHINE) -> int:
        return len(store.claim_clashes(worker, limit=10, now=now, machine=machine, lease=LEASE))

    assert claim("a", NOW + DAY - MINUTE) == 0
    assert claim("a", NOW + DAY) == 1
    assert claim("b", NOW + DAY) == 0
    assert claim("b", NOW + DAY, MACHINE + 2 * LEASE) == 1
    store.retry_clash(only(store), at=MACHINE + 3 * LEASE)
    assert claim("a", NOW + DAY, MACHINE + 2 * LEASE) == 0
    store.forget_leases("a")
    assert claim("a", NOW + DAY, MACHINE + 3 * LEASE) == 1


def answer(clash: Clash, person: str, number: int = 0, *, whole: bool = False) -> Answer:
    at = FOUND.occurrences[number]
    return Answer(
        clash=clash.id,
        person=person,
        uid=at.uid,
        starts=at.starts,
        ends=at.ends,
        whole=whole,
        tell=True,
    )


def test_an_answer_is_written_down_once_and_ended_once(store: Store) -> None:
    look(store, FOUND)
    clash = nudged(store)
    wanted = [answer(clash, "bob"), answer(clash, "carol")]
    assert store.begin_acting(clash, wanted, why="grace is over", now=NOW)
    assert not store.begin_acting(clash, wanted, why="grace is over", now=NOW)
    planned = store.answers(clash.id, [AnswerState.PLANNED])
    assert list(planned) == wanted
    assert store.end_answers({planned[0]: "declined"}, AnswerState.DONE, now=NOW) == (planned[0],)
    assert store.end_answers({planned[0]: "again"}, AnswerState.GIVEN_UP, now=NOW) == ()
    (left,) = store.answers(clash.id, [AnswerState.PLANNED])
    assert left.person == "carol"
    assert store.answered(clash.id) == (
        frozenset({("uid-0", "bob"), ("uid-0", "carol")}),
        frozenset(),
    )


def acted(store: Store, *, whole: bool) -> Clash:
    look(store, FOUND)
    clash = nudged(store)
    store.begin_acting(clash, [answer(clash, "bob", whole=whole)], why="due", now=NOW)
    store.advance_clash(only(store), ClashState.DONE, why="declined", now=NOW)
    return only(store)


def test_a_look_does_not_end_what_is_being_done(store: Store) -> None:
    look(store, FOUND)
    clash = nudged(store)
    store.begin_acting(clash, [answer(clash, "bob")], why="due", now=NOW)
    look(store)
    store.lose_unseen({"alice": Span(starts=NOW, ends=NOW + 90 * DAY)}, looked=[], now=NOW)
    assert only(store).state is ClashState.ACTING


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_done_is_taken_up_again_for_new_people_alone(store: Store, whole: bool) -> None:
    acted(store, whole=whole)
    once = replace(FOUND, occurrences=(occurrence(0),))
    look(store, once, now=NOW + DAY)
    assert only(store).state is ClashState.DONE
    more = replace(FOUND, occurrences=(occurrence(0, "alice", "bob", "carol"),))
    look(store, replace(more, mode=Mode.NUDGE), now=NOW + DAY)
    assert only(store).state is ClashState.DONE
    look(store, more, now=NOW + DAY)
    clash = only(store)
    assert clash.state is ClashState.NUDGED
    assert clash.act_at == NOW + 2 * DAY


def test_slots_come_back_as_they_were_told(store: Store) -> None:
    look(store, FOUND)
    slots = (Span(starts=NOW, ends=NOW + MINUTE), Span(starts=NOW + DAY, ends=NOW + 2 * DAY))
    store.note_slots(only(store), slots)
    assert only(store).slots == slots
