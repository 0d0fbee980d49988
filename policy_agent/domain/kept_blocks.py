"""Kept meetings of a month by team, each person counted in the one team they are in.

A meeting with four people whom the rule is about counts four times, once for each. Who had declined
one that was held is left out: it was not theirs. One that was cancelled was cancelled for everybody
who had been in it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from policy_agent.domain.blocks import Block
from policy_agent.domain.kept_figures import Known, expected_of, having_had, weeks_before
from policy_agent.domain.kept_meetings import KeptMeeting, KeptState
from policy_agent.domain.measures import KeptColumn, Measure, WithoutColumn, block
from policy_agent.domain.meeting_figures import Where, behind, made_block
from policy_agent.domain.meeting_rules import KeepMeeting

_COLUMNS = list(KeptColumn)
_LEFT_OUT = frozenset({KeptState.PLANNED, KeptState.DROPPED})  # nobody knows yet, or none of it


def kept_block(
    rule: str,
    meetings: Iterable[KeptMeeting],
    is_about: Callable[[str, str], bool],
    people: Mapping[str, int],
    where: Where,
) -> Block | None:
    """Return what became of a rule's meetings that were to start in the month.

    `is_about` says whether the rule is about somebody, by id and team; `people` are those of each
    team whom it is about. None: there is nobody to count.
    """
    counts: dict[str, list[int]] = {}
    counted: dict[str, set[str]] = defaultdict(set)
    for one in meetings:
        if one.state in _LEFT_OUT or not where.month.has(one.starts, where.calendar):
            continue
        place = _COLUMNS.index(_became(one))
        for person in one.people:
            team = where.placed.team(person.id, one.starts)
            if (person.declined and not one.was_cancelled) or not is_about(person.id, team):
                continue
            counts.setdefault(team, [0] * len(_COLUMNS))[place] += 1
            counted[team].add(person.id)
    key = block(Measure.KEPT, rule)
    return made_block(key, KeptColumn, counts, behind(people, counted))


def without_block(rule: KeepMeeting, known: Known, where: Where, now: datetime) -> Block | None:
    """Return how many should have had a meeting in the last weeks of the month, and had none.

    None: the rule expects none, or of nobody.
    """
    weeks = weeks_before(rule, where.month, now)
    if weeks is None:
        return None
    ours = [one for one in known.meetings if one.rule == rule.name]
    had = having_had(rule, ours, weeks)
    last = where.last_moment(where.month.after - timedelta(days=1))
    counts: dict[str, list[int]] = {}
    for person in expected_of(rule, known, weeks):
        team = where.placed.team(person, last)
        counts.setdefault(team, [0, 0])[0 if person in had else 1] += 1
    people = {team: sum(found) for team, found in counts.items()}
    return made_block(block(Measure.WITHOUT, rule.name), WithoutColumn, counts, people)


def _became(meeting: KeptMeeting) -> KeptColumn:
    match meeting.state:
        case KeptState.HELD:
            return KeptColumn.MOVED if meeting.shift else KeptColumn.HELD
        case KeptState.REBOOKED:
            return KeptColumn.REBOOKED
        case _:
            return KeptColumn.CANCELLED


__all__ = ["kept_block", "without_block"]
