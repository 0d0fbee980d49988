"""What is explained is what was decided."""

from datetime import date, datetime

import hypothesis.strategies as st
from hypothesis import given, settings

from policy_agent.domain.explaining_meetings import explain_meeting
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.meeting_decisions import decide_meeting
from policy_agent.domain.meeting_rules import MeetingLetThrough, ProtectTime
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Reason
from policy_agent.domain.rules import Exemption
from tests.domain.meetings import (
    LONDON,
    at,
    exemption,
    exemptions,
    keep,
    kept_line,
    kindness,
    meeting,
    meetings,
    person,
    protect,
    protections,
    rulebook,
    windows,
)


@settings(max_examples=400, deadline=None)
@given(
    protections(windows()),
    st.lists(exemptions(), max_size=2).map(tuple),
    meetings(),
    st.booleans(),
)
def test_the_clause_that_is_marked_is_the_one_that_decided(
    rule: ProtectTime, dated: tuple[Exemption, ...], facts: MeetingFacts, keeping: bool
) -> None:
    supervision = keep(
        named=(
            kept_line(24, categories=frozenset({"supervision"})),
            kept_line(25, subject_words=("supervision",)),
        )
    )
    kept = [supervision] if keeping else []
    book = rulebook(rule, kindness(), *kept, exemptions=dated)
    decided = {one.rule.name: one for one in decide_meeting(book, facts, {})}
    for explained in explain_meeting(book, facts, {}):
        verdict = decided.get(explained.rule)
        assert explained.verdict == verdict
        marked = [clause for clause in explained.clauses if clause.decided]
        if verdict is None:
            assert marked == []
        else:
            (clause,) = marked
            assert (clause.why, clause.where) == (verdict.decision.detail, verdict.decision.where)


def test_every_clause_is_told_whether_it_holds_or_not() -> None:
    rule = protect(
        let_through=(MeetingLetThrough(categories=frozenset({"safeguarding"}), where=at(50)),),
        mode=Mode.ENFORCE,
    )
    dated = exemption(date(2026, 5, 1), date(2026, 5, 5), "everyone")
    facts = meeting(datetime(2026, 6, 10, 12, 15, tzinfo=LONDON))
    (explained,) = explain_meeting(rulebook(rule, exemptions=(dated,)), facts, {})
    assert explained.mode is Mode.ENFORCE
    told = {
        clause.asks: (clause.holds, clause.why, clause.where.line) for clause in explained.clauses
    }
    assert told == {
        "somebody in it is in everyone": (True, "2 of 2 people are", 11),
        "it lies over the window lunch": (
            True,
            "It lies 15 minutes over the window lunch on Wed 10 Jun 2026",
            13,
        ),
        "it is less than 1 minute over it": (
            False,
            "It lies 15 minutes over the window lunch on Wed 10 Jun 2026",
            14,
        ),
        "the rule is off for this organiser": (
            False,
            "The rule's mode for this organiser is enforce",
            12,
        ),
        "it is a meeting that should happen": (False, "No keep-meeting rule names it", 10),
        "its organiser is outside the organisation": (
            False,
            "Its organiser is inside the organisation",
            10,
        ),
        "it was cancelled": (False, "It was not cancelled", 10),
        "it is private": (False, "It is not marked private", 10),
        "it takes nobody's time": (False, "It is shown as taking time", 10),
        "fewer than 2 people are in it": (False, "There are 2 people in it", 14),
        "the exemption ofsted-week applies to its organiser": (
            False,
            "It is from 2026-05-01 to 2026-05-05, and the day is 2026-06-10",
            70,
        ),
        "it is let through: it has the category safeguarding": (
            False,
            "It has no such category",
            50,
        ),
        "it takes the time of nobody whom the rule is about": (
            False,
            "It takes the time of 2 people",
            11,
        ),
        "nothing frees it, so it is a clash": (
            True,
            "It lies 15 minutes over the window lunch on Wed 10 Jun 2026",
            13,
        ),
    }


def test_a_rule_about_nobody_in_it_is_explained_and_decides_nothing() -> None:
    facts = meeting(
        datetime(2026, 6, 10, 12, 15, tzinfo=LONDON), organiser=person("alice", "leadership")
    )
    rule = protect(people=frozenset({"residential"}))
    (explained,) = explain_meeting(rulebook(rule), facts, {})
    assert explained.verdict is None
    assert not any(clause.decided for clause in explained.clauses)
    assert not explained.clauses[0].holds


def test_of_several_days_the_one_that_clashes_is_explained() -> None:
    dated = exemption(date(2026, 6, 10), date(2026, 6, 10), "everyone")
    facts = meeting(datetime(2026, 6, 10, 9, 0, tzinfo=LONDON), 36 * 60)
    (explained,) = explain_meeting(rulebook(protect(), exemptions=(dated,)), facts, {})
    assert explained.verdict is not None
    assert explained.verdict.decision.reason is Reason.OVERLAPS_WINDOW
    assert explained.verdict.window is not None
    assert explained.verdict.window.day == date(2026, 6, 11)


def test_the_line_that_names_a_kept_meeting_is_told_by_its_own_place() -> None:
    rule = keep(
        named=(
            kept_line(24, categories=frozenset({"one", "two"}), team="heads"),
            kept_line(25, subject_words=("supervision",)),
        )
    )
    facts = meeting(
        datetime(2026, 6, 10, 12, 15, tzinfo=LONDON), subject="Supervision", has_agenda=False
    )
    clash, kind, kept = explain_meeting(rulebook(protect(), kindness(), rule), facts, {})
    assert [(one.asks, one.holds, one.why, one.where.line) for one in kept.clauses[1:4]] == [
        (
            "it is named: it has the category one or two and half of heads or more is in it",
            False,
            "It is not so",
            24,
        ),
        ("it is named: its subject has supervision", True, "It is so", 25),
        ("it is one of the meetings that should happen", True, "The rule names it", 25),
    ]
    for explained in (clash, kind, kept):
        (decided,) = (clause for clause in explained.clauses if clause.decided)
        assert (decided.holds, decided.where.line) == (explained is not kept, 25)


def test_a_meeting_that_no_line_names_is_told_at_the_key() -> None:
    rule = keep(named=(kept_line(24, categories=frozenset({"supervision"})), kept_line(25)))
    facts = meeting(datetime(2026, 6, 10, 12, 15, tzinfo=LONDON))
    (explained,) = explain_meeting(rulebook(rule), facts, {})
    assert [(one.asks, one.holds, one.where.line) for one in explained.clauses[1:4]] == [
        ("it is named: it has the category supervision", False, 24),
        ("it is named: never", False, 25),
        ("it is one of the meetings that should happen", False, 23),
    ]
    (decided,) = (clause for clause in explained.clauses if clause.decided)
    assert decided.why == "It is none of the meetings that the rule names"
