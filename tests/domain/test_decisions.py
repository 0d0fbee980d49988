"""What the rules say of a mail: each reason of the closed set, and who goes before whom."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.decisions import Decision, Outcome, Reason, decide, has_tag, plan_hold
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
from policy_agent.domain.where import Where
from policy_agent.domain.windows import Window

LONDON = ZoneInfo("Europe/London")
SUNDAY = datetime(2023, 8, 27, 10, 0, tzinfo=LONDON)
WEDNESDAY = datetime(2023, 8, 30, 10, 0, tzinfo=LONDON)
TUESDAY_MORNING = datetime(2023, 8, 29, 8, 30, tzinfo=LONDON)


def at(line: int) -> Where:
    return Where(file="rules/test.yaml", line=line)


CALENDAR = Calendar(
    name="service",
    zone=LONDON,
    working_days=frozenset(range(5)),
    holidays={date(2023, 8, 28): "Summer bank holiday"},
    where=at(1),
)
REST_DAYS = Window(name="rest-days", calendar=CALENDAR, days="non-working", where=at(2))
RULE = DeferEmail(
    name="weekend-email",
    because="Nobody should feel on call at the weekend",
    owner="ict-policy@northshire.example",
    mode=Mode.ENFORCE,
    from_teams=frozenset({"everyone"}),
    to_teams=frozenset({"everyone"}),
    exempt=Exempt(teams=frozenset({"emergency-duty"}), when="involved", where=at(6)),
    window=REST_DAYS,
    hold_at=(HoldPoint.INBOX,),
    release=Release(at=time(8, 30), spread=timedelta(minutes=20)),
    let_through=(
        LetThrough(importance="high", where=at(10)),
        LetThrough(subject_tags=("URGENT", "SAFEGUARDING"), where=at(11)),
        LetThrough(categories=frozenset({"safeguarding"}), where=at(12)),
        LetThrough(recipient_outside=True, where=at(13)),
    ),
    held_per_person=3,
    where=at(3),
    where_window=at(4),
    where_people=at(5),
    where_mode=at(7),
    where_limit=at(14),
)


def book(*rules: DeferEmail, exemptions: tuple[Exemption, ...] = ()) -> Rulebook:
    return Rulebook(
        organisation="Northshire",
        domains=frozenset({"northshire.example"}),
        calendars={"service": CALENDAR},
        teams={},
        windows={"rest-days": REST_DAYS},
        rules=rules or (RULE,),
        exemptions=exemptions,
        hash="0" * 64,
    )


def person(name: str, *teams: str) -> Person:
    return Person(id=name, address=f"{name}@northshire.example", teams=frozenset(teams))


ALICE = person("alice", "everyone")
BOB = person("bob", "everyone")
DAN = person("dan", "everyone", "emergency-duty")
POLICE = Person(id="", address="desk@police.example", inside=False)
SUNDAY_MAIL = MailFacts(sender=ALICE, recipient=BOB, recipients=(BOB,), received=SUNDAY)


def one(mail: MailFacts, rulebook: Rulebook | None = None) -> Decision:
    decisions = decide(rulebook or book(), mail)
    assert len(decisions) == 1
    return decisions[0]


def test_a_sunday_mail_is_held_until_tuesday_after_a_bank_holiday() -> None:
    decision = one(SUNDAY_MAIL)
    assert decision.outcome is Outcome.HOLD
    assert decision.reason is Reason.IN_WINDOW
    assert decision.promise == TUESDAY_MORNING
    assert str(decision.where) == "rules/test.yaml:4"


def test_a_bank_holiday_is_named_in_the_detail() -> None:
    monday = replace(SUNDAY_MAIL, received=datetime(2023, 8, 28, 9, 0, tzinfo=LONDON))
    assert "Mon 28 Aug 2023 (Summer bank holiday)" in one(monday).detail


@pytest.mark.parametrize(
    ("mail", "reason", "line"),
    [
        (replace(SUNDAY_MAIL, received=WEDNESDAY), Reason.OUTSIDE_WINDOW, 4),
        (replace(SUNDAY_MAIL, is_meeting=True), Reason.MEETING, 3),
        (replace(SUNDAY_MAIL, recipients=(BOB, DAN)), Reason.EXEMPT_TEAM, 6),
        (replace(SUNDAY_MAIL, sender=DAN), Reason.EXEMPT_TEAM, 6),
        (replace(SUNDAY_MAIL, importance="high"), Reason.LET_THROUGH, 10),
        (replace(SUNDAY_MAIL, subject="RE: [urgent] visit"), Reason.LET_THROUGH, 11),
        (replace(SUNDAY_MAIL, categories=frozenset({"safeguarding"})), Reason.LET_THROUGH, 12),
        (replace(SUNDAY_MAIL, recipients=(BOB, POLICE)), Reason.LET_THROUGH, 13),
        (replace(SUNDAY_MAIL, is_read=True), Reason.ALREADY_READ, 3),
        (replace(SUNDAY_MAIL, held_already=3), Reason.LIMIT_REACHED, 14),
    ],
)
def test_it_delivers_and_says_which_clause_decided(
    mail: MailFacts, reason: Reason, line: int
) -> None:
    decision = one(mail)
    assert decision.outcome is Outcome.DELIVER
    assert decision.reason is reason
    assert decision.where.line == line
    assert decision.promise is None


def test_mail_from_outside_is_never_held() -> None:
    decision = one(replace(SUNDAY_MAIL, sender=POLICE))
    assert (decision.outcome, decision.reason) == (Outcome.DELIVER, Reason.FROM_OUTSIDE)


def test_people_that_no_rule_is_about_are_said_to_be_not_covered() -> None:
    stranger = person("zoe")
    for mail in (
        replace(SUNDAY_MAIL, sender=stranger),
        replace(SUNDAY_MAIL, recipient=stranger, recipients=(stranger,)),
    ):
        decision = one(mail)
        assert (decision.outcome, decision.reason) == (Outcome.DELIVER, Reason.NOT_COVERED)


def test_an_exempt_recipient_frees_only_their_own_copy_when_the_rule_says_recipient() -> None:
    rule = replace(
        RULE, exempt=Exempt(teams=frozenset({"emergency-duty"}), when="recipient", where=at(6))
    )
    both = replace(SUNDAY_MAIL, recipients=(BOB, DAN))
    assert one(both, book(rule)).outcome is Outcome.HOLD
    assert one(replace(both, recipient=DAN), book(rule)).outcome is Outcome.DELIVER


def exemption(first: date, last: date) -> Exemption:
    return Exemption(
        name="ofsted-week",
        rules=frozenset({"weekend-email"}),
        teams=frozenset(),
        addresses=frozenset({"bob@northshire.example"}),
        starts=first,
        ends=last,
        because="Inspection",
        approved_by="director@northshire.example",
        where=at(20),
    )


def test_an_exemption_holds_from_its_first_to_its_last_day() -> None:
    sunday = SUNDAY.date()
    day = timedelta(days=1)
    for first, last, freed in (
        (sunday, sunday, True),
        (sunday - day, sunday + day, True),
        (sunday + day, sunday + day, False),
        (sunday - day, sunday - day, False),
    ):
        decision = one(SUNDAY_MAIL, book(exemptions=(exemption(first, last),)))
        assert (decision.reason is Reason.EXEMPTION) is freed


def test_an_exemption_names_a_person_by_any_of_their_addresses() -> None:
    bob = replace(SUNDAY_MAIL.recipient, address="b.smith@northshire.example")
    bob = replace(bob, aliases=frozenset({"bob@northshire.example"}))
    mail = replace(SUNDAY_MAIL, recipient=bob, recipients=(bob,))
    freed = exemption(SUNDAY.date(), SUNDAY.date())
    assert one(mail, book(exemptions=(freed,))).reason is Reason.EXEMPTION


def test_an_exemption_lifts_only_its_own_rule() -> None:
    other = replace(RULE, name="other")
    freed = exemption(SUNDAY.date(), SUNDAY.date())
    decisions = decide(book(RULE, other, exemptions=(freed,)), SUNDAY_MAIL)
    assert [d.reason for d in decisions] == [Reason.EXEMPTION, Reason.IN_WINDOW]


def test_a_copy_waits_for_the_latest_promise_among_the_rules_that_enforce() -> None:
    early = replace(RULE, name="early", release=Release(at=time(8, 0)))
    late = replace(RULE, name="late", release=Release(at=time(9, 0)))
    latest = replace(RULE, name="watched", mode=Mode.OBSERVE, release=Release(at=time(11, 0)))
    for rules in ((early, late, latest), (latest, late, early)):
        rulebook = book(*rules)
        hold = plan_hold(rulebook, decide(rulebook, SUNDAY_MAIL), "id")
        assert hold is not None
        assert hold.rule == "late"
        assert hold.promised == datetime(2023, 8, 29, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.NUDGE])
def test_nothing_moves_unless_the_rule_enforces(mode: Mode) -> None:
    rulebook = book(replace(RULE, mode=mode))
    decisions = decide(rulebook, SUNDAY_MAIL)
    assert decisions[0].outcome is Outcome.HOLD
    assert plan_hold(rulebook, decisions, "id") is None


def test_a_rule_that_leaves_the_inbox_out_leaves_delivered_mail_where_it_is() -> None:
    elsewhere = replace(RULE, name="elsewhere", hold_at=(HoldPoint.OUTLOOK, HoldPoint.DRAFTS))
    rulebook = book(elsewhere)
    decisions = decide(rulebook, SUNDAY_MAIL)
    assert decisions[0].outcome is Outcome.HOLD
    assert plan_hold(rulebook, decisions, "id") is None
    both = book(replace(elsewhere, release=Release(at=time(11, 0))), RULE)
    hold = plan_hold(both, decide(both, SUNDAY_MAIL), "id")
    assert hold is not None
    assert hold.rule == "weekend-email"


def test_off_delivers_and_says_so() -> None:
    decision = one(SUNDAY_MAIL, book(replace(RULE, mode=Mode.OFF)))
    assert (decision.outcome, decision.reason) == (Outcome.DELIVER, Reason.MODE_OFF)


def test_the_strongest_mode_among_the_senders_teams_wins() -> None:
    rule = replace(
        RULE, mode=Mode.OBSERVE, mode_for={"leadership": Mode.ENFORCE, "managers": Mode.NUDGE}
    )
    assert rule.mode_of(frozenset({"everyone"})) is Mode.OBSERVE
    assert rule.mode_of(frozenset({"everyone", "managers"})) is Mode.NUDGE
    assert rule.mode_of(frozenset({"managers", "leadership"})) is Mode.ENFORCE


def test_a_rule_that_cannot_be_worked_out_delivers_and_the_others_go_on() -> None:
    never_works = replace(CALENDAR, working_days=frozenset())
    broken = replace(
        RULE, name="broken", window=replace(REST_DAYS, calendar=never_works), let_through=()
    )
    decisions = decide(book(broken, RULE), SUNDAY_MAIL)
    assert [d.outcome for d in decisions] == [Outcome.ERROR, Outcome.HOLD]
    assert decisions[0].reason is Reason.FAULT


@pytest.mark.parametrize(
    ("subject", "marked"),
    [
        ("URGENT: visit", True),
        ("urgent visit", True),
        ("Re: FW: Urgent - visit", True),
        ("Ateb: URGENT", True),
        ("visit (urgent)", True),
        ("visit [URGENT] tomorrow", True),
        ("*URGENT* visit", True),
        ("!! Urgent: visit", True),
        ("Re: **urgent**", True),
        ("\N{WARNING SIGN}\N{VARIATION SELECTOR-16} URGENT visit", True),
        ("Urgently", False),
        ("not urgent", False),
        ("Non-urgent visit", False),
        ("", False),
    ],
)
def test_a_subject_is_marked_when_it_begins_with_the_tag_or_has_it_in_brackets(
    subject: str, marked: bool
) -> None:
    assert has_tag(subject, "URGENT") is marked


@pytest.mark.parametrize("tag", ["#now", "[URGENT]", "!"])
def test_a_tag_may_begin_with_a_sign(tag: str) -> None:
    assert has_tag(f"{tag} visit", tag)


@given(
    seconds=st.integers(0, 14 * 24 * 3600),
    message=st.text(min_size=1, max_size=40),
    importance=st.sampled_from(["low", "normal", "high"]),
    sender=st.sampled_from([ALICE, DAN, POLICE, person("zoe")]),
    others=st.lists(st.sampled_from([ALICE, DAN, POLICE])),
    read=st.booleans(),
)
def test_whatever_is_held_has_a_promise_on_a_working_day_and_nobody_exempt_on_it(
    seconds: int, message: str, importance: str, sender: Person, others: list[Person], read: bool
) -> None:
    mail = MailFacts(
        sender=sender,
        recipient=BOB,
        recipients=(BOB, *others),
        received=SUNDAY + timedelta(seconds=seconds),
        importance="high" if importance == "high" else "normal",
        is_read=read,
    )
    rulebook = book()
    decisions = decide(rulebook, mail)
    hold = plan_hold(rulebook, decisions, message)
    day = mail.received.astimezone(LONDON).date()
    expected = (
        not CALENDAR.is_working_day(day)
        and sender is ALICE
        and DAN not in others
        and POLICE not in others
        and mail.importance != "high"
        and not read
    )
    assert (hold is not None) is expected
    if hold is not None:
        assert CALENDAR.is_working_day(hold.promised.astimezone(LONDON).date())
        assert hold.promised <= hold.due < hold.promised + timedelta(minutes=20)
        assert hold.promised > mail.received
