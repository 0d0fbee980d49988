"""What becomes of a copy that several rules are about, and how two rehearsals differ."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from policy_agent.domain.decisions import Decision, Outcome, Reason
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Person
from policy_agent.domain.rules import Mode
from policy_agent.domain.where import Where
from policy_agent.rehearsal.comparison import Change, compare, in_words
from policy_agent.rehearsal.rehearse import Rehearsed
from policy_agent.rehearsal.traffic import PastCopy

LONDON = ZoneInfo("Europe/London")
BOB = Person(id="bob", address="bob")
COPY = PastCopy(
    message=1,
    sent_local="2023-08-27T10:00:00",
    sender="bob",
    recipient="bob",
    facts=MailFacts(
        sender=BOB,
        recipient=BOB,
        recipients=(BOB,),
        received=datetime(2023, 8, 27, 10, tzinfo=LONDON),
    ),
)
OUTSIDE = Decision(
    rule="nights",
    outcome=Outcome.DELIVER,
    mode=Mode.ENFORCE,
    reason=Reason.OUTSIDE_WINDOW,
    detail="outside",
    where=Where(file="rules/a.yaml", line=1),
)
FREED = replace(OUTSIDE, rule="weekend", reason=Reason.EXEMPT_TEAM)
FAULT = replace(OUTSIDE, rule="broken", outcome=Outcome.ERROR, reason=Reason.FAULT)


def hold(hour: int, mode: Mode = Mode.ENFORCE) -> Decision:
    return replace(
        OUTSIDE,
        rule=f"until-{hour}",
        outcome=Outcome.HOLD,
        mode=mode,
        reason=Reason.IN_WINDOW,
        promise=datetime(2023, 8, 29, hour, tzinfo=LONDON),
    )


def rehearsed(*decisions: Decision) -> Rehearsed:
    return Rehearsed(copy=COPY, decisions=decisions)


@pytest.mark.parametrize(
    ("decisions", "said"),
    [
        ([OUTSIDE], OUTSIDE),
        ([OUTSIDE, FREED], FREED),
        ([FREED, FAULT, OUTSIDE], FAULT),
        ([FAULT, hold(8), FREED], hold(8)),
        ([hold(8), hold(10, Mode.OBSERVE), hold(9)], hold(10, Mode.OBSERVE)),
        ([hold(9), replace(hold(9), rule="same")], hold(9)),
    ],
)
def test_the_latest_hold_becomes_of_a_copy_then_an_error_then_what_was_let_through(
    decisions: Sequence[Decision], said: Decision
) -> None:
    assert rehearsed(*decisions).said == said


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (OUTSIDE, hold(8), Change.HELD),
        (hold(8), FREED, Change.NOT_HELD),
        (hold(8), hold(9), Change.LATER),
        (hold(9), hold(8), Change.EARLIER),
        (hold(9, Mode.OBSERVE), hold(9), Change.MODE),
        (hold(9), hold(9), None),
        (OUTSIDE, FREED, None),
    ],
)
def test_a_difference_is_what_a_person_would_notice(
    before: Decision, after: Decision, change: Change | None
) -> None:
    found = compare([rehearsed(before)], [rehearsed(after)])
    assert [one.change for one in found] == ([] if change is None else [change])


def test_differences_are_told_in_a_line() -> None:
    before = [rehearsed(OUTSIDE)] * 2 + [rehearsed(hold(8))] * 2
    after = [rehearsed(hold(8))] * 2 + [rehearsed(FREED), rehearsed(hold(9))]
    assert in_words(compare(before, after)) == "+2 held, -1 held, 1 later"
    assert in_words(compare(before, before)) == "no difference"
