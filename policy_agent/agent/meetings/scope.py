"""Scope: whose calendars are covered, and how large teams are."""

from collections import Counter
from collections.abc import Mapping

from policy_agent.domain.meeting_rules import MeetingRule
from policy_agent.domain.modes import Mode
from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Rulebook


def meeting_rules(rulebook: Rulebook) -> tuple[MeetingRule, ...]:
    """Return the rules about meetings that are not off for everybody."""
    rules: list[MeetingRule] = [*rulebook.protect_time, *rulebook.meeting_etiquette]
    rules += rulebook.keep_meeting
    return tuple(rule for rule in rules if strongest(rule) is not Mode.OFF)


def strongest(rule: MeetingRule) -> Mode:
    """Return the strongest mode that a rule has for anybody."""
    return max((rule.mode, *rule.mode_for.values()), key=lambda mode: mode.strength)


def covered(rulebook: Rulebook, teams: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the ids of everyone whose meetings some rule is about, by any of its modes."""
    wanted = {team for rule in meeting_rules(rulebook) for team in rule.people}
    return frozenset(id_ for team in wanted for id_ in teams.get(team, ()))


def asks_for_agenda(rulebook: Rulebook) -> bool:
    """Say whether any rule needs to know if a meeting has an agenda: else nobody asks."""
    return any(
        rule.agenda_required and strongest(rule) is not Mode.OFF
        for rule in rulebook.meeting_etiquette
    )


def team_sizes(directory: Directory) -> Mapping[str, int]:
    """Return how many people each team has, of those that the directory knows."""
    return Counter(team for person in directory.by_id.values() for team in person.teams)
