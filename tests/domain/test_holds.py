"""Holds: their life and their spread."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.holds import (
    OPEN_STATES,
    TRANSITIONS,
    Asked,
    Hold,
    HoldState,
    spread_after,
    waits_for_sender,
)

PROMISED = datetime(2023, 8, 29, 7, 30, tzinfo=UTC)


def test_every_state_says_where_it_may_go_and_only_open_ones_go_anywhere() -> None:
    assert set(TRANSITIONS) == set(HoldState)
    assert {state for state, after in TRANSITIONS.items() if after} == OPEN_STATES


def test_every_open_state_can_reach_an_end_and_every_state_can_be_reached() -> None:
    reached = {HoldState.PLANNED}
    while more := {to for state in reached for to in TRANSITIONS[state]} - reached:
        reached |= more
    assert reached == set(HoldState)


def hold(state: HoldState, asked: Asked | None) -> Hold:
    return Hold(
        id=1,
        copy=CopyRef(mailbox="bob", message="a"),
        rule="weekend-email",
        state=state,
        received=PROMISED,
        promised=PROMISED,
        due=PROMISED,
        asked=asked,
    )


@pytest.mark.parametrize("asked", [None, Asked.SENDER, Asked.IT])
def test_to_its_sender_a_copy_waits_until_it_is_on_its_way(asked: Asked | None) -> None:
    waiting = {
        state
        for state in set(HoldState) - {HoldState.SELF_RELEASED}
        if waits_for_sender(hold(state, asked))
    }
    assert waiting == ({HoldState.PLANNED, HoldState.HELD} if asked is None else set())


@pytest.mark.parametrize("state", list(HoldState))
def test_what_a_recipient_does_is_none_of_its_senders_business(state: HoldState) -> None:
    assert waits_for_sender(hold(state, Asked.RECIPIENT))
    assert waits_for_sender(hold(HoldState.SELF_RELEASED, None))


@given(message=st.text(), minutes=st.integers(0, 240))
def test_the_spread_never_breaks_the_promise_and_is_the_same_at_every_try(
    message: str, minutes: int
) -> None:
    spread = timedelta(minutes=minutes)
    due = spread_after(PROMISED, spread, message)
    assert PROMISED <= due <= PROMISED + spread
    assert due == spread_after(PROMISED, spread, message)


def test_the_spread_uses_the_whole_of_its_length() -> None:
    spread = timedelta(minutes=20)
    dues = [spread_after(PROMISED, spread, f"message-{n}") - PROMISED for n in range(2000)]
    quarters = [
        sum(timedelta(minutes=5 * q) <= d < timedelta(minutes=5 * q + 5) for d in dues)
        for q in range(4)
    ]
    assert min(quarters) > 400
