"""Possible: which columns of a block a team could have had anything in, as everybody may know.

The report says in which mode each rule was for each team, and so that no mail waited of a team for
which the rule only watched. What small teams had must not be worked out with that knowledge either;
see `policy_agent.domain.alike`.
"""

from collections.abc import Mapping
from dataclasses import replace

from policy_agent.domain.blocks import Block
from policy_agent.domain.measures import ClashColumn, MailColumn, Measure
from policy_agent.domain.modes import Mode
from policy_agent.domain.months import RuleMonth

_WATCHED = frozenset(MailColumn) - {MailColumn.WAITED, MailColumn.SENT_NOW, MailColumn.OFF}
_MAIL: Mapping[str, frozenset[str]] = {
    Mode.OFF: frozenset({MailColumn.OFF}),
    Mode.OBSERVE: _WATCHED,
    Mode.NUDGE: _WATCHED,
    Mode.ENFORCE: frozenset(MailColumn) - {MailColumn.WOULD_WAIT, MailColumn.OFF},
}
_TOLD: frozenset[str] = frozenset(ClashColumn) - {ClashColumn.DECLINED}
_CLASHES: Mapping[str, frozenset[str]] = {
    Mode.OFF: _TOLD,
    Mode.OBSERVE: _TOLD,
    Mode.NUDGE: _TOLD,
}
_BY_MEASURE = {Measure.MAIL: _MAIL, Measure.CLASHES: _CLASHES}


def with_possible(block: Block, rules: Mapping[str, RuleMonth]) -> Block:
    """Return the block with what each team could have had; `rules` are the month's, by name.

    A team in which somebody else's mode was another one, or whose mode changed, could have had
    anything: its own counts say so.
    """
    measure, rule = block.key.split(":")[:2]
    by_mode = _BY_MEASURE.get(Measure(measure))
    if by_mode is None or rule not in rules:
        return block
    possible = {}
    for team, counts in block.counts.items():
        could = by_mode.get(rules[rule].modes.get(team, ""))
        had = {key for key, n in zip(block.columns, counts, strict=True) if n}
        if could is not None and had <= could:
            possible[team] = could
    return replace(block, possible=possible)
