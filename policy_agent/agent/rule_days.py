"""Rule days: which rules there were on a day, about whom, and how strongly they acted.

A team here is the one that somebody counts in, see `policy_agent.domain.placing`. What is true when
the day is counted is taken for the day; places are those of its last moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from policy_agent.agent.context import AgentContext
from policy_agent.domain.mail_figures import local_day
from policy_agent.domain.meeting_rules import MeetingRule, ProtectTime
from policy_agent.domain.people import Person
from policy_agent.domain.placing import Placed
from policy_agent.domain.rule_days import RuleDay
from policy_agent.domain.rules import DeferEmail, Rule, kind_of
from policy_agent.domain.walltime import as_instant

_DAY = timedelta(days=1)


def rule_days_of(
    context: AgentContext, day: date, zone: ZoneInfo, now: datetime
) -> tuple[RuleDay, ...]:
    """Return each rule on that day of the zone, for each team with people it is about."""
    known = _Known.of(context, day, zone, now)
    return tuple(
        RuleDay(
            day=day,
            rule=rule.name,
            team=team,
            kind=kind_of(rule),
            mode=max((rule.mode_of(one.teams) for one in about), key=lambda mode: mode.strength),
            window=comes_on(rule, day, zone),
            people=len(about),
            there=sum(known.is_there(one, rule) for one in about),
            counted=now,
        )
        for rule in context.current.policy.rulebook.rules
        for team, people in known.by_team.items()
        if (about := [one for one in people if not _teams_of(rule).isdisjoint(one.teams)])
    )


def comes_on(rule: Rule, day: date, zone: ZoneInfo) -> bool:
    """Say whether the rule is about that day of the zone.

    Of a rule about mail that is a day which its window touches, of protected time one on which its
    window begins, so that each occurrence is of one day. Of any other it is a working day.
    """
    if isinstance(rule, DeferEmail):
        starts, ends = local_day(day, zone)
        near = rule.window.occurrences(day - 2 * _DAY, day + _DAY)
        return any(as_instant(one.starts) < ends and as_instant(one.ends) > starts for one in near)
    if isinstance(rule, ProtectTime):
        return any(rule.window.occurrences(day, day))
    return rule.calendar.is_working_day(day)


def _teams_of(rule: Rule) -> frozenset[str]:
    return rule.from_teams if isinstance(rule, DeferEmail) else rule.people


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What is known of people on that day."""

    day: date
    by_team: Mapping[str, Sequence[Person]]
    watched: frozenset[str]  # ids of people whose calendar is read
    own_days: Mapping[str, frozenset[int]]  # working days that are not the calendar's, by id
    on_leave: frozenset[str]

    @classmethod
    def of(cls, context: AgentContext, day: date, zone: ZoneInfo, now: datetime) -> "_Known":
        store, people = context.store, context.current.policy.directory.by_id
        starts, ends = local_day(day, zone)
        placed = Placed(store.placements_between(starts, ends))
        by_team: dict[str, list[Person]] = {}
        for id_, person in people.items():
            team = placed.at(id_, ends - timedelta.resolution)
            if team is not None:
                by_team.setdefault(team, []).append(person)
        return cls(
            day=day,
            by_team=by_team,
            watched=frozenset(one.id for one in store.calendars() if one.readable(now)),
            own_days={
                id_: own.working_days
                for id_, own in store.own_times(people).items()
                if own.working_days is not None
            },
            on_leave=frozenset(store.leave_days(day, day + _DAY)),
        )

    def is_there(self, person: Person, rule: Rule) -> bool:
        """Say whether it is somebody's day; mail comes to people on any day."""
        if isinstance(rule, DeferEmail):
            return True
        return (
            person.id in self.watched
            and person.id not in self.on_leave
            and self._works(person, rule)
        )

    def _works(self, person: Person, rule: MeetingRule) -> bool:
        if isinstance(rule, ProtectTime) and rule.window.days == "non-working":
            return True
        days = self.own_days.get(person.id)
        calendar = rule.calendar if days is None else rule.calendar.on_days(days)
        return calendar.is_working_day(self.day)
