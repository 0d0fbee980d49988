"""Roll-out: figures by team, the gate, and nothing that tells of fewer than ten people."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from policy_agent.domain.rolling_out import Gate, Progress, Tally, progress, suppressed
from policy_agent.domain.rules import DeferEmail, Mode, Rulebook, Team
from tests.domain import meetings
from tests.domain.policies import at
from tests.domain.test_explaining import RULE, book

FIRST = date(2026, 5, 2)
RULES = replace(RULE, mode=Mode.OBSERVE, mode_for={"leadership": Mode.NUDGE})


def people(count: int, start: int = 0) -> frozenset[str]:
    return frozenset(f"p{n}" for n in range(start, start + count))


MEMBERS = {"everyone": people(40), "leadership": people(12), "night-team": people(4)}


def rulebook(rule: DeferEmail = RULES) -> Rulebook:
    teams = {name: Team(name=name, where=at(5)) for name in MEMBERS}
    return replace(book(rule), teams=teams)


def decided(day: int, sender: str = "p20", *, urgent: bool = False, held: bool = True) -> Tally:
    on = FIRST + timedelta(days=day)
    return Tally(
        rule="weekend-email",
        sender=sender,
        first=on,
        last=on,
        held=int(held and not urgent),
        urgent=int(urgent),
    )


def of(team: str, *tallies: Tally, gate: Gate | None = None) -> Progress:
    found = progress(rulebook(), MEMBERS, tallies, gate or Gate())
    (one,) = [one for one in found if one.team == team]
    return one


def test_four_weeks_with_few_overrides_pass_the_gate() -> None:
    one = of("everyone", *[decided(day) for day in range(28)], decided(5, urgent=True))
    assert (one.mode, one.next_mode, one.days) == (Mode.OBSERVE, Mode.NUDGE, 28)
    assert one.held_a_week == pytest.approx(7)
    assert one.urgent == pytest.approx(1 / 29)
    assert one.passed is True
    assert one.sent_now is None


def test_27_days_are_not_four_weeks() -> None:
    one = of("everyone", *[decided(day) for day in range(27)])
    assert one.passed is False
    assert one.missing == "1 more days"


def test_one_in_twenty_overridden_is_one_too_many() -> None:
    held = [decided(day % 28) for day in range(95)]
    one = of("everyone", *held, *[decided(1, urgent=True) for _ in range(5)])
    assert one.urgent == pytest.approx(0.05)
    assert one.passed is False
    assert one.missing == "fewer than 5% let through as urgent or sent now"


def test_what_its_sender_sent_now_counts_as_overridden_too() -> None:
    held = [replace(decided(day % 28), kept=1) for day in range(95)]
    urgent = [decided(1, urgent=True) for _ in range(4)]
    assert of("everyone", *held, *urgent).passed is True
    one = of("everyone", *held[1:], replace(held[0], sent_now=1), *urgent)
    assert one.sent_now == pytest.approx(1 / 95)
    assert one.urgent == pytest.approx(4 / 99)
    assert one.passed is False
    assert one.missing == "fewer than 5% let through as urgent or sent now"


def test_the_share_that_was_sent_now_is_of_what_was_held_and_not_of_what_would_have_been() -> None:
    observed = [decided(day) for day in range(8)]
    kept = [replace(decided(day), kept=1, sent_now=int(day == 8)) for day in (8, 9)]
    assert of("everyone", *observed, *kept).sent_now == pytest.approx(0.5)
    assert of("everyone", *observed).sent_now is None
    assert of("everyone", *kept[1:]).sent_now == 0


def test_working_days_count_as_observed_and_hold_nothing() -> None:
    one = of("everyone", *[decided(day, held=False) for day in range(30)])
    assert (one.days, one.held_a_week, one.urgent) == (30, 0, None)
    assert one.missing == "a mail that would have been held"


def test_a_mail_counts_for_every_team_its_sender_is_in() -> None:
    mails = [decided(0, "p1"), decided(0, "p30")]
    assert of("everyone", *mails).held_a_week == 2
    assert of("leadership", *mails).held_a_week == 1


def test_a_team_goes_by_its_own_mode() -> None:
    one = of("leadership", decided(0, "p1"))
    assert (one.mode, one.next_mode) == (Mode.NUDGE, Mode.ENFORCE)


def test_a_rule_in_full_force_has_no_gate() -> None:
    found = progress(rulebook(replace(RULES, mode=Mode.ENFORCE)), MEMBERS, [], Gate())
    assert [(o.next_mode, o.passed, o.missing) for o in found if o.team == "everyone"] == [
        (None, None, "")
    ]


def test_fewer_than_ten_people_have_no_figures() -> None:
    one = of("night-team", *[decided(day, "p1") for day in range(28)])
    assert one.suppressed
    assert (one.days, one.held_a_week, one.urgent, one.passed) == (None, None, None, None)


def test_a_team_that_the_store_does_not_know_has_no_figures() -> None:
    members = {"leadership": people(12)}
    (one,) = [o for o in progress(rulebook(), members, [], Gate()) if o.team == "everyone"]
    assert one.suppressed


@pytest.mark.parametrize(
    ("members", "hidden"),
    [
        ({"a": people(9)}, {"a"}),
        ({"a": people(10)}, set()),
        ({"a": people(40), "b": people(31)}, {"b"}),  # the other nine could be worked out
        ({"a": people(40), "b": people(30)}, set()),
        ({"a": people(40), "b": people(40)}, set()),
        ({"a": people(40), "b": people(20, start=35)}, set()),
    ],
)
def test_what_another_team_s_figures_would_give_away_is_left_out(
    members: Mapping[str, frozenset[str]], hidden: set[str]
) -> None:
    assert suppressed(members) == hidden


def test_another_gate_can_be_asked_for() -> None:
    one = of("everyone", *[decided(day) for day in range(7)], gate=Gate(days=7, overridden=0.5))
    assert one.passed is True


@pytest.mark.parametrize(
    ("kind", "mode", "next_mode"),
    [
        ("protect", Mode.OBSERVE, Mode.NUDGE),
        ("protect", Mode.NUDGE, Mode.ENFORCE),
        ("protect", Mode.ENFORCE, None),
        ("keep", Mode.OBSERVE, Mode.NUDGE),
        ("keep", Mode.NUDGE, None),
    ],
)
def test_of_rules_about_meetings_the_modes_are_known_and_no_figures(
    kind: str, mode: Mode, next_mode: Mode | None
) -> None:
    teams = frozenset({"everyone"})
    rule = (
        meetings.protect(mode=mode, people=teams)
        if kind == "protect"
        else meetings.keep(mode=mode, people=teams)
    )
    found = progress(replace(rulebook(), rules=(rule,)), MEMBERS, [decided(1)], Gate())
    (one,) = found
    assert (one.rule, one.team, one.mode, one.next_mode) == (
        rule.name,
        "everyone",
        mode,
        next_mode,
    )
    assert (one.measured, one.suppressed, one.days, one.passed) == (False, False, None, None)
