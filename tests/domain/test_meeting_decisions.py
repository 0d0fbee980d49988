"""What the rules say of meetings that people know."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from policy_agent.domain.events import Response, ShowAs
from policy_agent.domain.facts import Invited, MeetingFacts
from policy_agent.domain.meeting_decisions import decide_meeting
from policy_agent.domain.meeting_rules import Check, MeetingExempt, MeetingLetThrough, OnClash
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.domain.people import Person
from policy_agent.domain.rules import Rule
from policy_agent.domain.verdicts import Verdict
from tests.domain.meetings import (
    FOCUS,
    LONDON,
    at,
    exemption,
    keep,
    kept_line,
    kindness,
    meeting,
    person,
    protect,
    rulebook,
)

LUNCH = datetime(
    2026, 6, 10, 12, 15, tzinfo=LONDON
)  # a Wednesday of British Summer Time, London's wall clock
ALICE, BOB, CAROL = (person(name) for name in ("alice", "bob", "carol"))
SAFEGUARDING = MeetingLetThrough(
    categories=frozenset({"safeguarding"}), subject_tags=(), where=at(50)
)


def judged(facts: MeetingFacts, *rules: Rule, sizes: dict[str, int] | None = None) -> Verdict:
    return decide_meeting(rulebook(*(rules or (protect(),))), facts, sizes or {})[0]


def reason(facts: MeetingFacts, *rules: Rule) -> Reason:
    return judged(facts, *rules).decision.reason


def test_a_meeting_over_lunch_is_a_clash_for_everybody_in_it() -> None:
    verdict = judged(meeting(LUNCH))
    assert verdict.decision.outcome is Outcome.DECLINE
    assert verdict.decision.reason is Reason.OVERLAPS_WINDOW
    assert verdict.affected == ("alice", "bob")
    assert verdict.window is not None
    assert verdict.window.day == date(2026, 6, 10)
    assert verdict.decision.where.line == 13


def test_what_becomes_of_a_clash_is_what_the_rule_says_whatever_its_mode() -> None:
    verdict = judged(meeting(LUNCH), protect(mode=Mode.OBSERVE, on_clash=OnClash.CANCEL))
    assert (verdict.decision.outcome, verdict.decision.mode) == (Outcome.CANCEL, Mode.OBSERVE)


def test_a_meeting_that_ends_as_lunch_begins_is_none() -> None:
    assert reason(meeting(LUNCH, 15)) is Reason.OUTSIDE_WINDOW


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"cancelled": True}, Reason.CANCELLED),
        ({"private": True}, Reason.PRIVATE),
        ({"show_as": ShowAs.FREE}, Reason.NOBODYS_TIME),
        ({"show_as": ShowAs.ELSEWHERE}, Reason.NOBODYS_TIME),
        ({"show_as": ShowAs.AWAY}, Reason.NOBODYS_TIME),
        ({"show_as": ShowAs.TENTATIVE}, Reason.OVERLAPS_WINDOW),
        ({"organiser": None}, Reason.ORGANISER_OUTSIDE),
        ({"organiser": person("officer", inside=False)}, Reason.ORGANISER_OUTSIDE),
        ({"invited": ()}, Reason.TOO_FEW),
        ({"invited": (Invited(person=BOB, response=Response.DECLINED),)}, Reason.TOO_FEW),
        (
            {"invited": (Invited(person=BOB, away=True),), "organiser_away": True},
            Reason.NOBODYS_TIME,
        ),
    ],
)
def test_what_a_person_would_leave_alone_is_left_alone(
    said: dict[str, Any], expected: Reason
) -> None:
    verdict = judged(meeting(LUNCH, **said))
    assert verdict.decision.reason is expected
    if expected is not Reason.OVERLAPS_WINDOW:
        assert verdict.decision.outcome is Outcome.DELIVER
        assert verdict.affected == ()


def test_a_declined_meeting_is_nobodys_time() -> None:
    invited = (
        Invited(person=BOB, response=Response.DECLINED),
        Invited(person=person("officer", inside=False)),
        Invited(person=CAROL, away=True),
        Invited(person=person("dan"), optional=True),
    )
    assert judged(meeting(LUNCH, invited=invited)).affected == ("alice", "dan")
    organiser = person("alice", "leadership")
    facts = meeting(LUNCH, organiser=organiser, invited=invited[:2])
    assert reason(facts) is Reason.CANCELLED


@pytest.mark.parametrize(
    ("starts", "days"),
    [
        (datetime(2026, 6, 10, tzinfo=UTC), 1),
        (datetime(2026, 6, 9, 23, tzinfo=UTC), 1),  # London's midnight
        (datetime(2026, 6, 9, 15, tzinfo=UTC), 1),  # Tokyo's
        (datetime(2026, 6, 10, 7, tzinfo=UTC), 1),  # Los Angeles'
        (datetime(2026, 6, 8, tzinfo=UTC), 3),
    ],
)
def test_an_all_day_meeting_takes_whole_days_and_clashes_with_those_alone(
    starts: datetime, days: int
) -> None:
    facts = meeting(starts, days * 24 * 60, all_day=True)
    whole = protect(replace(FOCUS, every_weeks=1, starting=None))
    assert reason(facts, whole) is Reason.OVERLAPS_WINDOW
    assert reason(facts) is Reason.NOBODYS_TIME
    before = replace(facts, starts=facts.starts - timedelta(days=days), ends=facts.starts)
    assert reason(before, whole) is Reason.OUTSIDE_WINDOW


def test_a_focus_day_comes_every_other_week() -> None:
    focus = protect(FOCUS)
    assert reason(meeting(datetime(2026, 6, 10, 9, tzinfo=LONDON)), focus) is Reason.OVERLAPS_WINDOW
    assert reason(meeting(datetime(2026, 6, 17, 9, tzinfo=LONDON)), focus) is Reason.OUTSIDE_WINDOW


def test_a_short_overlap_is_no_clash() -> None:
    rule = protect(overlap_at_least=timedelta(minutes=20))
    verdict = judged(meeting(LUNCH), rule)
    assert verdict.decision.reason is Reason.SHORT_OVERLAP
    assert verdict.decision.detail == "It lies 15 minutes over the window lunch on Wed 10 Jun 2026"
    assert verdict.decision.where.line == 14


def test_a_meeting_of_no_length_takes_no_time() -> None:
    assert reason(meeting(datetime(2026, 6, 10, 12, 40, tzinfo=LONDON), 0)) is Reason.SHORT_OVERLAP


def test_a_rule_about_online_meetings_leaves_the_others_alone() -> None:
    rule = protect(online_only=True)
    assert reason(meeting(LUNCH), rule) is Reason.NOT_ONLINE
    assert reason(meeting(LUNCH, online=True), rule) is Reason.OVERLAPS_WINDOW


def test_a_rule_that_is_off_for_the_organiser_says_so() -> None:
    rule = protect(mode_for={"everyone": Mode.OFF})
    assert reason(meeting(LUNCH), rule) is Reason.MODE_OFF


def test_a_rule_about_nobody_in_the_meeting_says_nothing() -> None:
    assert decide_meeting(rulebook(protect(people=frozenset({"x"}))), meeting(LUNCH), {}) == ()


@pytest.mark.parametrize(
    ("when", "organiser", "attendee", "expected"),
    [
        ("organiser", "emergency-duty", "everyone", Reason.EXEMPT_TEAM),
        ("organiser", "everyone", "emergency-duty", Reason.OVERLAPS_WINDOW),
        ("involved", "everyone", "emergency-duty", Reason.EXEMPT_TEAM),
        ("attendee", "everyone", "emergency-duty", Reason.OVERLAPS_WINDOW),
        ("attendee", "emergency-duty", "emergency-duty", Reason.EXEMPT_TEAM),
    ],
)
def test_a_standing_exemption_frees_whom_it_says(
    when: str, organiser: str, attendee: str, expected: Reason
) -> None:
    exempt = MeetingExempt(teams=frozenset({"emergency-duty"}), when=when, where=at(40))  # type: ignore[arg-type]  # given above
    facts = meeting(
        LUNCH,
        organiser=person("alice", "everyone", organiser),
        invited=(Invited(person=person("bob", "everyone", attendee)),),
    )
    verdict = judged(facts, protect(exempt=exempt))
    assert verdict.decision.reason is expected
    if expected is Reason.EXEMPT_TEAM:
        assert verdict.decision.where.line == 40
    if when == "attendee" and expected is Reason.OVERLAPS_WINDOW:
        assert verdict.affected == ("alice",)


def test_a_dated_exemption_frees_its_days_and_the_organisers_it_names() -> None:
    dated = exemption(date(2026, 6, 8), date(2026, 6, 10), "everyone")
    book = rulebook(protect(), exemptions=(dated,))
    said = [
        decide_meeting(book, meeting(LUNCH + timedelta(days=n)), {})[0].decision for n in (0, 1)
    ]
    assert [one.reason for one in said] == [Reason.EXEMPTION, Reason.OVERLAPS_WINDOW]
    assert said[0].where.line == 70


def test_a_dated_exemption_of_one_person_goes_by_any_of_their_addresses() -> None:
    dated = exemption(
        date(2026, 6, 8), date(2026, 6, 10), addresses=frozenset({"al@northshire.example"})
    )
    alice = Person(
        id="alice",
        address="alice@northshire.example",
        aliases=frozenset({"al@northshire.example"}),
        teams=frozenset({"everyone"}),
    )
    book = rulebook(protect(), exemptions=(dated,))
    (verdict,) = decide_meeting(book, meeting(LUNCH, organiser=alice), {})
    assert verdict.decision.reason is Reason.EXEMPTION


def test_a_safeguarding_meeting_is_let_through() -> None:
    rule = protect(let_through=(SAFEGUARDING,))
    verdict = judged(meeting(LUNCH, categories=frozenset({"safeguarding"})), rule)
    assert verdict.decision.reason is Reason.LET_THROUGH
    assert verdict.decision.detail == "It is let through: it has the category safeguarding"
    assert verdict.decision.where.line == 50


def test_a_line_matches_only_when_all_of_it_does() -> None:
    line = replace(SAFEGUARDING, subject_tags=("Court",))
    rule = protect(let_through=(line,))
    both = meeting(LUNCH, categories=frozenset({"safeguarding"}), subject="Court: hearing")
    assert reason(both, rule) is Reason.LET_THROUGH
    assert reason(replace(both, subject="Hearing in court"), rule) is Reason.OVERLAPS_WINDOW


def test_what_was_booked_before_the_rule_is_listed_and_left_alone() -> None:
    rule = protect(booked_from=date(2026, 1, 3))
    verdict = judged(meeting(LUNCH), rule)
    assert verdict.decision.reason is Reason.BOOKED_BEFORE
    assert verdict.decision.outcome is Outcome.DELIVER
    assert verdict.affected == ("alice", "bob")
    assert verdict.window is not None
    assert reason(meeting(LUNCH, booked=datetime(2026, 1, 3, tzinfo=UTC)), rule) is (
        Reason.OVERLAPS_WINDOW
    )
    assert reason(meeting(LUNCH, booked=None), rule) is Reason.BOOKED_BEFORE


def test_a_kept_meeting_is_left_alone_by_the_other_kinds() -> None:
    supervision = keep(named=(kept_line(categories=frozenset({"supervision"})),))
    facts = meeting(LUNCH, 120, categories=frozenset({"supervision"}), has_agenda=False)
    verdicts = decide_meeting(rulebook(protect(), kindness(), supervision), facts, {})
    assert [one.decision.reason for one in verdicts] == [Reason.KEPT_MEETING] * 3
    assert [one.kept for one in verdicts] == [False, False, True]


def test_a_keep_meeting_rule_that_is_off_keeps_nothing() -> None:
    off = keep(named=(kept_line(categories=frozenset({"supervision"})),), mode=Mode.OFF)
    facts = meeting(LUNCH, categories=frozenset({"supervision"}))
    clash, kept = decide_meeting(rulebook(protect(), off), facts, {})
    assert clash.decision.reason is Reason.OVERLAPS_WINDOW
    assert (kept.decision.reason, kept.kept) == (Reason.MODE_OFF, False)


def test_a_kept_meeting_that_was_cancelled_should_be_booked_again() -> None:
    verdict = judged(
        meeting(LUNCH, subject="Monthly Supervision", cancelled=True),
        keep(named=(kept_line(subject_words=("supervision",)),)),
    )
    assert verdict.decision.outcome is Outcome.NUDGE
    assert verdict.decision.reason is Reason.REBOOK
    assert verdict.kept


@pytest.mark.parametrize(
    ("subject", "named"),
    [
        ("Supervision with Bob", True),
        ("1:1 SUPERVISION.", True),
        ("Supervisions", False),
        ("supervision_notes", False),
        ("Team meeting", True),
        ("Team  meeting", False),
    ],
)
def test_subject_words_are_whole_words(subject: str, named: bool) -> None:
    rule = keep(named=(kept_line(subject_words=("Supervision", "team meeting")),))
    assert judged(meeting(LUNCH, subject=subject), rule).kept is named


def test_a_private_meeting_is_named_by_its_category_and_never_by_its_subject() -> None:
    facts = meeting(
        LUNCH, subject="Supervision", private=True, categories=frozenset({"supervision"})
    )
    assert not judged(facts, keep(named=(kept_line(subject_words=("supervision",)),))).kept
    assert judged(facts, keep(named=(kept_line(categories=frozenset({"supervision"})),))).kept


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"categories": frozenset({"supervision"})}, 24),
        ({"subject": "Supervision with Bob"}, 25),
        ({"subject": "Supervision", "categories": frozenset({"supervision"})}, 24),
        ({"subject": "Supervision", "private": True}, None),
        ({"categories": frozenset({"supervision"}), "private": True}, 24),
        ({"subject": "Rota"}, None),
        ({"subject": "1:1"}, None),
        ({"subject": "1:1", "categories": frozenset({"practice"})}, 26),
    ],
)
def test_any_line_names_a_kept_meeting_and_all_of_a_line_must_match(
    more: dict[str, Any], place: int | None
) -> None:
    rule = keep(
        named=(
            kept_line(24, categories=frozenset({"supervision"})),
            kept_line(25, subject_words=("supervision",)),
            kept_line(26, subject_words=("1:1",), categories=frozenset({"practice"})),
        )
    )
    verdict = judged(meeting(LUNCH, **more), rule)
    assert verdict.kept is (place is not None)
    assert verdict.decision.where.line == (place or 23)
    clash = judged(meeting(LUNCH, **more), protect(), rule)
    if place is not None and not more.get("private"):
        assert (clash.decision.reason, clash.decision.where.line) == (Reason.KEPT_MEETING, place)


def test_a_line_is_of_no_use_where_nobody_is_whom_the_rule_is_about() -> None:
    rule = keep(
        people=frozenset({"leadership"}),
        named=(kept_line(24, categories=frozenset({"supervision"})),),
    )
    facts = meeting(LUNCH, categories=frozenset({"supervision"}))
    (clash,) = decide_meeting(rulebook(protect(), rule), facts, {})
    assert clash.decision.reason is Reason.OVERLAPS_WINDOW


def test_a_meeting_of_at_least_half_a_team_is_its_own() -> None:
    rule = keep(named=(kept_line(team="leadership"),))
    people = tuple(Invited(person=person(f"p{n}", "everyone", "leadership")) for n in range(3))
    facts = meeting(LUNCH, invited=people)
    assert judged(facts, rule, sizes={"leadership": 6}).kept
    assert not judged(facts, rule, sizes={"leadership": 7}).kept
    assert not judged(meeting(LUNCH), rule, sizes={"leadership": 0}).kept


def test_etiquette_looks_at_what_its_own_people_organise() -> None:
    facts = meeting(datetime(2026, 6, 10, 9, tzinfo=LONDON), 120, has_agenda=False)
    verdict = judged(facts, kindness())
    assert verdict.decision.outcome is Outcome.NUDGE
    assert verdict.checks == (Check.AGENDA, Check.LENGTH)
    assert verdict.decision.detail == "It has no agenda and it is long"
    assert verdict.decision.where.line == 33
    assert reason(
        replace(facts, ends=facts.starts + timedelta(hours=1), has_agenda=True), kindness()
    ) is (Reason.KIND)
    others = replace(facts, organiser=person("x", "leadership"))
    assert decide_meeting(rulebook(kindness()), others, {}) == ()


def test_a_rule_that_cannot_be_worked_out_leaves_the_meeting_alone_and_stops_no_other() -> None:
    class Broken(dict[str, Mode]):
        def items(self) -> object:  # type: ignore[override]  # broken on purpose
            raise ZeroDivisionError

    book = rulebook(protect(mode_for=Broken()), protect(name="second"))
    broken, sound = decide_meeting(book, meeting(LUNCH), {})
    assert (broken.decision.outcome, broken.decision.reason) == (Outcome.ERROR, Reason.FAULT)
    assert broken.decision.detail == "The rule could not be worked out (ZeroDivisionError)"
    assert sound.decision.reason is Reason.OVERLAPS_WINDOW
