"""Decisions beside their senders, for figures by team. On both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from policy_agent.domain.decisions import Outcome, Reason
from policy_agent.domain.holds import Asked, HoldState
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.domain.rolling_out import Verdict
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


def test_a_decision_comes_with_its_sender_and_its_mark(store: Store) -> None:
    record(store, with_facts(held(ref("a")), facts(tags=("URGENT",))))
    record(
        store,
        with_facts(delivered(ref("b")), facts("carol")),
        now=SATURDAY + timedelta(days=1),
    )
    assert list(store.verdicts_since(SATURDAY)) == [
        Verdict(
            rule="weekend-email",
            sender="alice",
            day=SATURDAY.date(),
            outcome=Outcome.HOLD,
            reason=Reason.IN_WINDOW,
            urgent=True,
            kept=True,
        ),
        Verdict(
            rule="night-email",
            sender="carol",
            day=SATURDAY.date() + timedelta(days=1),
            outcome=Outcome.DELIVER,
            reason=Reason.OUTSIDE_WINDOW,
            urgent=False,
        ),
    ]


def test_a_decision_comes_with_whether_its_sender_sent_the_copy_now(store: Store) -> None:
    for message, asked in (("s", Asked.SENDER), ("r", Asked.RECIPIENT), ("i", Asked.IT)):
        (hold,) = record(store, with_facts(held(ref(message)), facts(sender=message)))
        store.ask_release([hold.id], asked=asked, who="kim", now=SATURDAY)
        if asked is Asked.SENDER:  # whatever its recipient did then
            store.advance([hold], HoldState.SELF_RELEASED, why="moved", now=SATURDAY)
    found = {one.sender: (one.kept, one.sent_now) for one in store.verdicts_since(SATURDAY)}
    assert found == {"s": (True, True), "r": (True, False), "i": (True, False)}


def test_high_importance_is_a_mark_too(store: Store) -> None:
    record(store, with_facts(held(ref("a")), facts(importance="high")))
    assert [found.urgent for found in store.verdicts_since(SATURDAY)] == [True]


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
    assert list(store.verdicts_since(SATURDAY)) == []


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
