"""An explanation comes to the verdict that the decision came to, and leaves nothing out."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from policy_agent.domain.decisions import Decision, Outcome, Reason, decide, plan_hold
from policy_agent.domain.explaining import Clause, RuleExplained, explain
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Person
from policy_agent.domain.rules import (
    DeferEmail,
    Exempt,
    Exemption,
    HoldPoint,
    LetThrough,
    Mode,
    Release,
    Rulebook,
)
from tests.domain.policies import CALENDAR, WINDOWS, at, directories, mails, rulebooks

ALICE = Person(id="alice", address="alice@northshire.example", teams=frozenset({"everyone"}))
BOB = Person(id="bob", address="bob@northshire.example", teams=frozenset({"everyone"}))
RULE = DeferEmail(
    name="weekend-email",
    because="Rest",
    owner="ict@northshire.example",
    mode=Mode.ENFORCE,
    from_teams=frozenset({"everyone"}),
    to_teams=frozenset({"everyone"}),
    exempt=Exempt(teams=frozenset({"emergency-duty"}), when="involved", where=at(20)),
    window=WINDOWS[0],
    hold_at=(HoldPoint.INBOX,),
    release=Release(at=time(8, 30), spread=timedelta(minutes=20)),
    let_through=(
        LetThrough(importance="high", where=at(41)),
        LetThrough(subject_tags=("URGENT",), categories=frozenset({"court"}), where=at(42)),
    ),
    held_per_person=200,
    where=at(10),
    where_window=at(11),
    where_people=at(12),
    where_mode=at(13),
    where_limit=at(14),
)
OFSTED = Exemption(
    name="ofsted",
    rules=frozenset({"weekend-email"}),
    teams=frozenset({"leadership"}),
    starts=date(2023, 8, 1),
    ends=date(2023, 8, 20),
    because="Inspection",
    approved_by="director@northshire.example",
    where=at(70),
)
MONDAY = MailFacts(
    sender=ALICE,
    recipient=BOB,
    recipients=(BOB,),
    received=datetime(2023, 8, 28, 9, 0, tzinfo=UTC),
    subject="URGENT: a mail",
)


def book(*rules: DeferEmail, exemptions: tuple[Exemption, ...] = (OFSTED,)) -> Rulebook:
    return Rulebook(
        organisation="Northshire",
        domains=frozenset({"northshire.example"}),
        calendars={"service": CALENDAR},
        teams={},
        windows={},
        rules=rules or (RULE,),
        exemptions=exemptions,
        hash="0" * 64,
    )


def verdict(decisions: tuple[Decision, ...]) -> list[Decision]:
    return [replace(decision, detail="") for decision in decisions]


def the_rule(mail: MailFacts, rulebook: Rulebook | None = None) -> RuleExplained:
    (found,) = explain(rulebook or book(), mail).rules
    return found


def clause(explained: RuleExplained, words: str) -> Clause:
    (found,) = [one for one in explained.clauses if words in one.asks]
    return found


@settings(max_examples=400)
@given(st.data(), rulebooks())
def test_an_explanation_has_the_verdict_of_the_decision(
    data: st.DataObject, rulebook: Rulebook
) -> None:
    mail = data.draw(mails(data.draw(directories())))
    explanation = explain(rulebook, mail, "message")
    decided = decide(rulebook, mail)
    assert verdict(explanation.decisions) == verdict(decided)
    assert explanation.hold == plan_hold(rulebook, decided, "message")


@given(st.data(), rulebooks())
def test_one_clause_of_each_rule_that_decides_is_marked_and_is_so(
    data: st.DataObject, rulebook: Rulebook
) -> None:
    mail = data.draw(mails(data.draw(directories())))
    for rule in explain(rulebook, mail).rules:
        marked = [one for one in rule.clauses if one.decided]
        if rule.decision is None:
            assert not marked
        else:
            (one,) = marked
            assert one.where == rule.decision.where
            assert one.holds is (rule.decision.reason is not Reason.OUTSIDE_WINDOW)


def test_a_bank_holiday_is_named() -> None:
    explained = the_rule(MONDAY)
    window = clause(explained, "inside the window rest-days")
    assert window.holds
    assert "Mon 28 Aug 2023 (Summer bank holiday)" in window.why
    (day_off,) = window.parts
    assert (day_off.holds, day_off.why, day_off.where) == (
        True,
        "Summer bank holiday",
        CALENDAR.where,
    )
    last = explained.clauses[-1]
    assert last.decided
    assert last.why.endswith("Tue 29 Aug 2023 08:30")
    assert explained.decision is not None
    assert explained.decision.promise == datetime(2023, 8, 29, 7, 30, tzinfo=UTC)


def test_every_exemption_that_was_looked_at_says_why_it_does_not_apply() -> None:
    looked_at = clause(the_rule(MONDAY), "the exemption ofsted")
    assert not looked_at.holds
    assert [part.holds for part in looked_at.parts] == [False, False]
    assert looked_at.parts[0].why == "it is 2023-08-28"


def test_a_line_with_two_conditions_says_which_of_them_is_missing() -> None:
    line = clause(the_rule(MONDAY), "marked URGENT and it has the category court")
    assert not line.holds
    assert line.why == "it has no such category"
    assert [part.holds for part in line.parts] == [True, False]


def test_what_would_have_freed_it_too_is_still_told() -> None:
    dan = Person(id="dan", address="dan@x", teams=frozenset({"everyone", "emergency-duty"}))
    explained = the_rule(replace(MONDAY, recipients=(BOB, dan), importance="high"))
    team, line = clause(explained, "emergency-duty"), clause(explained, "importance is high")
    assert team.decided
    assert team.why == "another recipient is in emergency-duty"
    assert line.holds
    assert not line.decided
    assert explained.decision is not None
    assert explained.decision.reason is Reason.EXEMPT_TEAM


def test_somebody_in_no_team_is_told_to_be_in_none() -> None:
    stranger = Person(id="", address="new@northshire.example")
    explanation = explain(book(), replace(MONDAY, sender=stranger))
    assert [d.reason for d in explanation.decisions] == [Reason.NOT_COVERED]
    (rule,) = explanation.rules
    assert rule.decision is None
    assert rule.clauses[0].why == "the sender is in no team"
    assert rule.clauses[1].holds


def test_a_rule_that_cannot_be_worked_out_is_an_error_that_delivers() -> None:
    never = replace(CALENDAR, working_days=frozenset())
    rule = replace(RULE, window=replace(WINDOWS[0], calendar=never))
    rulebook = book(rule)
    explanation = explain(rulebook, MONDAY)
    assert verdict(explanation.decisions) == verdict(decide(rulebook, MONDAY))
    assert explanation.decisions[0].outcome is Outcome.ERROR


def test_no_clause_names_anybody() -> None:
    said = repr(the_rule(replace(MONDAY, subject="The Miller family")).clauses)
    assert "Miller" not in said
    assert "alice" not in said
    assert "bob@" not in said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (None, "the next 08:30 on a working day is Tue 29 Aug 2023 08:30"),
        ({2, 4}, "the next 08:30 on a working day of the recipient's own is Wed 30 Aug 2023 08:30"),
        (
            {0},
            (
                "the next 08:30 on a working day (the recipient's own is more than a fortnight"
                " away) is Tue 29 Aug 2023 08:30"
            ),
        ),
    ],
)
def test_whose_working_day_it_waits_for_is_said(days: set[int] | None, said: str) -> None:
    release = replace(RULE.release, calendar="recipient")
    mondays = dict.fromkeys((date(2023, 9, 4), date(2023, 9, 11)), "Closed")
    calendar = replace(CALENDAR, holidays={**CALENDAR.holidays, **mondays})
    window = replace(RULE.window, calendar=calendar)
    rule = replace(RULE, release=release, window=window)
    bob = replace(MONDAY.recipient, working_days=None if days is None else frozenset(days))
    mail = replace(MONDAY, recipient=bob)
    assert clause(the_rule(mail, book(rule)), "nothing frees it").why == said
