"""What a team could have had, as its mode says."""

import pytest

from policy_agent.domain.blocks import Block
from policy_agent.domain.measures import ClashColumn, MailColumn
from policy_agent.domain.months import CHANGED, RuleMonth
from policy_agent.domain.possible import with_possible


def rule(**modes: str) -> dict[str, RuleMonth]:
    made = RuleMonth(name="quiet", kind="defer-email", because="Rest", days=9, modes=modes)
    return {"quiet": made}


def mail(**copies: dict[str, int]) -> Block:
    return Block(
        key="mail:quiet",
        columns=tuple(MailColumn),
        counts={
            team: tuple(found.get(column, 0) for column in MailColumn)
            for team, found in copies.items()
        },
        people=dict.fromkeys(copies, 12),
    )


@pytest.mark.parametrize(
    ("mode", "had", "never"),
    [
        ("off", {"off": 3}, {"waited", "sent_now", "would_wait", "urgent", "exempt", "rest"}),
        ("observe", {"would_wait": 3, "urgent": 1}, {"waited", "sent_now", "off"}),
        ("nudge", {"would_wait": 3}, {"waited", "sent_now", "off"}),
        ("enforce", {"waited": 3, "sent_now": 1}, {"would_wait", "off"}),
    ],
)
def test_the_mode_says_what_could_be(mode: str, had: dict[str, int], never: set[str]) -> None:
    possible = with_possible(mail(a=had), rule(a=mode)).possible["a"]
    assert possible.isdisjoint(never)
    assert set(had) <= possible


def test_a_mode_that_changed_or_that_nobody_knows_leaves_everything_open() -> None:
    found = with_possible(mail(a={"waited": 3}, b={"waited": 1}), rule(a=CHANGED))
    assert found.possible == {}


def test_a_team_some_of_which_had_another_mode_could_have_had_everything() -> None:
    found = with_possible(mail(a={"waited": 3, "would_wait": 1}), rule(a="enforce"))
    assert found.possible == {}


def test_only_an_enforced_rule_declines() -> None:
    block = Block(
        key="clashes:quiet",
        columns=tuple(ClashColumn),
        counts={"a": (1, 0, 1, 1), "b": (0, 2, 0, 0)},
        people={"a": 12, "b": 12},
    )
    found = with_possible(block, rule(a="nudge", b="enforce"))
    assert found.possible == {"a": frozenset(ClashColumn) - {ClashColumn.DECLINED}}


def test_other_measures_and_rules_are_left_alone() -> None:
    lunch = Block(key="windows:quiet", columns=("free", "taken"), counts={}, people={})
    assert with_possible(lunch, rule()) is lunch
    block = mail(a={"waited": 3})
    assert with_possible(block, {}) is block
