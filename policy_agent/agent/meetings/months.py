"""A month of meetings: the rows of the store to blocks by team, before anybody is told.

1. Who counted where, and whom each rule was about on which day, is read from what was written down
   day by day.
2. Meetings are gone through once, then clashes and kept meetings.
3. Of protected time that was taken, what was nobody's is left out: of people on leave that day, or
   whose own day off it was, or whose mailbox is nobody's time.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from policy_agent.agent.context import AgentContext, Policy
from policy_agent.agent.ports import Store
from policy_agent.domain.blocks import Block
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.kept_blocks import kept_block, without_block
from policy_agent.domain.kept_figures import Known, Period, month_of, span_of, weeks_before
from policy_agent.domain.meeting_figures import (
    Tally,
    Where,
    clash_block,
    etiquette_blocks,
    fewest,
    fewest_placed,
    meeting_days,
    window_block,
)
from policy_agent.domain.meeting_rules import KeepMeeting, ProtectTime
from policy_agent.domain.months import Series
from policy_agent.domain.own_time import OwnTime
from policy_agent.domain.placing import Placed
from policy_agent.domain.rule_days import RuleDay
from policy_agent.domain.watching import PERSONAL

LONGEST = timedelta(days=31)  # a meeting that began longer before the month takes no time in it

_DAY = timedelta(days=1)
_ByRule = Mapping[str, Sequence[RuleDay]]


def meeting_figures(
    context: AgentContext, month: date, now: datetime
) -> tuple[tuple[Block, ...], tuple[Series, ...]]:
    """Return what is counted of the meetings of the month that a day is in.

    A month is one of the rulebook's first calendar; without a calendar there are no rules about
    meetings, and nothing is counted.
    """
    store, policy = context.store, context.current.policy
    calendar = next(iter(policy.rulebook.calendars.values()), None)
    if calendar is None:
        return (), ()
    period = month_of(month)
    start, end = period.start(calendar), period.end(calendar)
    placements = store.placements_between(start, end)
    where = Where(month=period, calendar=calendar, placed=Placed(placements))
    days = _by_rule(store.rule_days_between(period.first, period.after - _DAY))
    tally = Tally(where)
    # A window that wraps midnight may be taken by a meeting that begins on the day after it.
    for meeting in store.meetings_between(start - LONGEST, end + _DAY):
        tally.add(meeting)
    there = _There(store, policy, period, {person for some in tally.taken.values()
                                           for _, person in some})  # fmt: skip
    protect = _of_kind(days, "protect-time")
    blocks: list[Block | None] = [
        window_block(name, some, there.of(name, tally.taken[name]), where)
        for name, some in protect.items()
    ]
    courses = store.clash_courses(start, end)
    placed = fewest_placed(placements, where)
    blocks += [
        clash_block(name, courses, placed, where)
        for name in sorted({*protect, *(one.rule for one in courses)})
    ]
    blocks += etiquette_blocks(days, tally)
    blocks += _kept(store, policy, days, where)
    blocks += _without(store, policy, where, now)
    found = tuple(one for one in blocks if one is not None)
    return found, (meeting_days(tally.weekdays, where),)


class _There:
    """Says whose time it was that a meeting took."""

    def __init__(
        self, store: Store, policy: Policy, month: Period, people: Collection[str]
    ) -> None:
        self._rules = {rule.name: rule for rule in policy.rulebook.protect_time}
        self._leave = store.leave_days(month.first, month.after)
        self._own = store.own_times(people)
        self._nobodys = {
            one.id
            for one in store.calendars()
            if one.purpose is not None and one.purpose not in PERSONAL
        }

    def of(self, rule: str, taken: Collection[tuple[date, str]]) -> list[tuple[date, str]]:
        """Return those days and persons of them on which the person was there."""
        calendar = _calendar(self._rules.get(rule))
        return [
            (day, person)
            for day, person in taken
            if day not in self._leave.get(person, ())
            and person not in self._nobodys
            and (calendar is None or _works(calendar, self._own.get(person), day))
        ]


def _calendar(rule: ProtectTime | None) -> Calendar | None:
    """Return whose working days count; None: any day does, or nobody knows any more."""
    return None if rule is None or rule.window.days == "non-working" else rule.calendar


def _works(calendar: Calendar, own: OwnTime | None, day: date) -> bool:
    days = None if own is None else own.working_days
    return (calendar if days is None else calendar.on_days(days)).is_working_day(day)


def _by_rule(days: Sequence[RuleDay]) -> _ByRule:
    found: dict[str, list[RuleDay]] = defaultdict(list)
    for one in days:
        found[one.rule].append(one)
    return found


def _of_kind(days: _ByRule, kind: str) -> _ByRule:
    return {name: some for name, some in sorted(days.items()) if some[0].kind == kind}


def _kept(store: Store, policy: Policy, days: _ByRule, where: Where) -> list[Block | None]:
    rules = {rule.name: rule for rule in policy.rulebook.keep_meeting}
    start, end = where.month.start(where.calendar), where.month.end(where.calendar)
    found: list[Block | None] = []
    for name in sorted({*rules, *_of_kind(days, "keep-meeting")}):
        people = fewest(days.get(name, ()))
        about = _About(policy, rules.get(name), people)
        found.append(kept_block(name, store.kept_between(name, start, end), about, people, where))
    return found


class _About:
    """Says whether a keep-meeting rule is about somebody.

    Of somebody who has left, or under a rule that is gone, only their team tells.
    """

    def __init__(self, policy: Policy, rule: KeepMeeting | None, teams: Collection[str]) -> None:
        self._directory = policy.directory
        self._rule = rule
        self._teams = teams

    def __call__(self, person: str, team: str) -> bool:
        known = self._directory.by_id.get(person)
        if known is None or self._rule is None:
            return team in self._teams
        return not self._rule.people.isdisjoint(known.teams)


def _without(store: Store, policy: Policy, where: Where, now: datetime) -> list[Block | None]:
    watched = {one.id: one.since for one in store.calendars()}
    found: list[Block | None] = []
    for rule in policy.rulebook.keep_meeting:
        weeks = weeks_before(rule, where.month, now)
        if weeks is not None:
            known = Known(
                members={team: policy.directory.members({team}) for team in rule.people},
                meetings=store.kept_between(rule.name, *span_of(rule, where.month, now)),
                watched=watched,
                leave=store.leave_days(weeks.first, weeks.after),
            )
            found.append(without_block(rule, known, where, now))
    return found


__all__ = ["LONGEST", "meeting_figures"]
