"""Decisions beside their senders, for figures by team. On both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.decisions import Reason
from policy_agent.domain.holds import Asked, HoldState
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.domain.rolling_out import Tally
from policy_agent.domain.rules import Mode
from policy_agent.store import Store
from tests.store.examples import (
    SATURDAY,
    JudgedCopy,
    delivered,
    held,
    record,
    ref,
    says_deliver,
    says_hold,
)


def facts(
    sender: str | None = "alice",
    importance: Literal["normal", "high"] = "normal",
    tags: tuple[str, ...] = (),
) -> RecordedFacts:
    return RecordedFacts(
        sender=sender,
        sender_inside=True,
        recipients=("bob",),
        received=SATURDAY,
        importance=importance,
        tags=tags,
    )


def with_facts(judged: JudgedCopy, known: RecordedFacts) -> JudgedCopy:
    return replace(judged, facts=known)


def let_through(copy: CopyRef, rule: str = "weekend-email") -> JudgedCopy:
    said = replace(says_deliver(rule), reason=Reason.LET_THROUGH)
    return replace(delivered(copy), decisions=(said,))


def test_decisions_are_counted_by_rule_and_sender(store: Store) -> None:
    record(store, with_facts(held(ref("a")), facts(tags=("URGENT",))))
    record(
        store,
        with_facts(held(ref("b")), facts()),
        with_facts(let_through(ref("c")), facts(importance="high")),
        with_facts(delivered(ref("d")), facts("carol")),
        now=SATURDAY + timedelta(days=3),
    )
    first = SATURDAY.date()
    assert store.tallies_since(SATURDAY) == (
        Tally(
            rule="night-email",
            sender="carol",
            first=first + timedelta(days=3),
            last=first + timedelta(days=3),
            held=0,
            urgent=0,
        ),
        Tally(
            rule="weekend-email",
            sender="alice",
            first=first,
            last=first + timedelta(days=3),
            held=2,
            urgent=1,
            kept=2,
        ),
    )


def test_copies_that_their_sender_sent_now_are_counted_whatever_came_then(store: Store) -> None:
    for message, asked in (("s", Asked.SENDER), ("r", Asked.RECIPIENT), ("i", Asked.IT)):
        (hold,) = record(store, with_facts(held(ref(message)), facts(sender=message)))
        store.ask_release([hold.id], asked=asked, who="kim", now=SATURDAY)
        if asked is Asked.SENDER:  # whatever its recipient did then
            store.advance([hold], HoldState.SELF_RELEASED, why="moved", now=SATURDAY)
    found = {one.sender: (one.kept, one.sent_now) for one in store.tallies_since(SATURDAY)}
    assert found == {"s": (1, 1), "r": (1, 0), "i": (1, 0)}


def test_a_rule_that_let_a_held_copy_through_did_not_keep_it(store: Store) -> None:
    both = replace(held(ref("a")), decisions=(says_hold(), says_deliver("other")))
    (hold,) = record(store, with_facts(both, facts()))
    store.ask_release([hold.id], asked=Asked.SENDER, who="kim", now=SATURDAY)
    found = {one.rule: (one.kept, one.sent_now) for one in store.tallies_since(SATURDAY)}
    assert found == {"other": (0, 0), "weekend-email": (1, 1)}


@pytest.mark.parametrize(
    ("known", "urgent"),
    [
        (facts(importance="high"), 1),
        (facts(tags=("URGENT",)), 1),
        (replace(facts(), categories=("safeguarding",)), 1),
        (facts(), 0),  # let through since somebody outside was on the mail
    ],
)
def test_what_is_let_through_is_urgent_where_somebody_marked_it(
    store: Store, known: RecordedFacts, urgent: int
) -> None:
    record(store, with_facts(let_through(ref("a")), known))
    assert [(one.held, one.urgent) for one in store.tallies_since(SATURDAY)] == [(0, urgent)]


def test_what_says_nothing_of_a_rule_and_a_team_is_left_out(store: Store) -> None:
    off = replace(says_hold(), mode=Mode.OFF)
    record(
        store,
        held(ref("no facts")),
        with_facts(held(ref("stranger")), facts(sender=None)),
        with_facts(replace(delivered(ref("no rule")), decisions=(says_deliver(None),)), facts()),
        with_facts(replace(delivered(ref("off")), decisions=(off,)), facts()),
    )
    record(store, with_facts(held(ref("old")), facts()), now=SATURDAY - timedelta(microseconds=1))
    assert store.tallies_since(SATURDAY) == ()


def test_whose_mail_a_rule_decided_while_nothing_moved_is_observed(store: Store) -> None:
    assert store.observed_senders() == {}
    for mode in Mode:
        decision = replace(says_deliver("weekend-email"), mode=mode)
        judged = replace(delivered(ref(mode)), decisions=(decision,))
        record(store, with_facts(judged, facts(f"sender-{mode}")))
    record(store, with_facts(delivered(ref("nobody")), facts(None)))
    nobody = replace(delivered(ref("no rule")), decisions=(says_deliver(None),))
    record(store, with_facts(nobody, facts("dan")))
    assert store.observed_senders() == {
        "weekend-email": frozenset({"sender-observe", "sender-nudge"})
    }
