"""Count a month: what its days came to, from the rows that were counted of each.

1. It can be counted once all its days are, by the organisation's clocks and by those of UTC that
   they touch; see `policy_agent.agent.roll_up`.
2. Mail is counted here, in copies, by the team that the sender counted in when a copy came.
   Meetings are counted by `policy_agent.agent.meetings.months`.
3. Nobody is told of anything yet: what may be told is for whoever closes the month.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from policy_agent.agent.context import AgentContext
from policy_agent.agent.meetings.months import meeting_figures
from policy_agent.agent.month_facts import facts_of_month
from policy_agent.agent.roll_up import zone_of_figures
from policy_agent.domain.blocks import Block
from policy_agent.domain.mail_blocks import (
    MailSum,
    NotWaited,
    Tally,
    mail_block,
    mail_hours,
    mail_weeks,
    tallies,
)
from policy_agent.domain.mail_figures import utc_day
from policy_agent.domain.measures import MailColumn
from policy_agent.domain.months import MonthFigures, RuleMonth, Series, TeamMonth, first_of
from policy_agent.domain.placing import NO_TEAM, Placed, Placement
from policy_agent.domain.possible import with_possible
from policy_agent.domain.rule_days import RuleDay
from policy_agent.domain.rule_months import (
    days_of,
    fewest_people,
    rule_month,
    span_of,
    team_months,
)
from policy_agent.domain.rules import MAIL_KIND, DeferEmail, HoldPoint, Rulebook


def first_month(context: AgentContext) -> date | None:
    """Return the first month that there is anything to tell of, by its first day."""
    first = context.store.first_day()
    if first is None:
        return None
    zone = zone_of_figures(context.current.policy.rulebook)
    return first_of(utc_day(first)[0].astimezone(zone).date())


def count_month(context: AgentContext, month: date, now: datetime) -> MonthFigures | None:
    """Return what a month came to (tenant time); None: some day of it is not counted yet."""
    rulebook, store = context.current.policy.rulebook, context.store
    zone = zone_of_figures(rulebook)
    if not _is_counted(context, month, zone, now):
        return None
    days = days_of(month)
    sums = store.mail_sums(days[0], days[-1])
    rows = _by_rule([*store.rule_days_between(days[0], days[-1])], sums, now)
    placements = store.placements_between(*span_of(month, zone))
    blocks, series = _mail(context, month, zone, sums, rows, placements)
    meeting_blocks, meeting_series = meeting_figures(context, month, now)
    rules = _rules(rulebook, month, rows)
    by_name = {rule.name: rule for rule in rules}
    return MonthFigures(
        month=month,
        organisation=rulebook.organisation,
        zone=zone.key,
        leaders=rulebook.reporting.leaders,
        rules=rules,
        teams=_teams(rulebook, team_months(month, zone, placements)),
        blocks=tuple(with_possible(one, by_name) for one in (*blocks, *meeting_blocks)),
        series=(*series, mail_hours(store.hour_sums(days[0], days[-1])), *meeting_series),
        facts=facts_of_month(context, month, zone, sums, now),
    )


def _is_counted(context: AgentContext, month: date, zone: ZoneInfo, now: datetime) -> bool:
    first = context.store.first_day()
    starts, ends = span_of(month, zone)
    if first is None or ends > now:
        return False
    days = days_of(month)
    wanted = max(first, min(days[0], starts.date()))
    last = max(days[-1], (ends - timedelta.resolution).date())
    rolled = {one.batch for one in context.store.rolled_between(wanted, last)}
    return len(rolled) == max(0, (last - wanted).days + 1)


def _by_rule(
    rows: Sequence[RuleDay], sums: Iterable[MailSum], now: datetime
) -> Mapping[str, Sequence[RuleDay]]:
    """Return the days of each rule; one that only decisions tell of was about nobody known.

    Such a rule came and went between two looks at its days.
    """
    found: dict[str, list[RuleDay]] = {}
    for row in rows:
        found.setdefault(row.rule, []).append(row)
    unknown: dict[str, dict[tuple[date, str], RuleDay]] = {}
    for one in sums:
        if one.rule not in found:
            theirs = unknown.setdefault(one.rule, {})
            known = theirs.get((one.day, one.team))
            theirs[one.day, one.team] = RuleDay(
                day=one.day,
                rule=one.rule,
                team=one.team,
                kind=MAIL_KIND,
                mode=one.mode,
                window=one.in_window or (known is not None and known.window),
                people=0,
                there=0,
                counted=now,
            )
    return {**found, **{rule: list(theirs.values()) for rule, theirs in unknown.items()}}


def _mail(
    context: AgentContext,
    month: date,
    zone: ZoneInfo,
    sums: Sequence[MailSum],
    rows: Mapping[str, Sequence[RuleDay]],
    placements: Sequence[Placement],
) -> tuple[list[Block], list[Series]]:
    """Return a block and its weeks for each rule about mail."""
    rulebook = context.current.policy.rulebook
    by_name = {rule.name: rule for rule in rulebook.mail_rules}
    unmoved = {name for name, rule in by_name.items() if HoldPoint.INBOX not in rule.hold_at}
    exempt = {name: _exempt(rule) for name, rule in by_name.items()}
    sums = [one for one in sums if one.team not in exempt.get(one.rule, ())]
    found = tallies(sums, _ended(context, month, zone, placements), unmoved=unmoved)
    usual = next((one.holidays for one in rulebook.calendars.values()), {})
    blocks, series = [], []
    for name in _in_order(rulebook, rows):
        if rows[name][0].kind == MAIL_KIND:
            tally = found.get(name) or Tally()
            people = fewest_people(
                row for row in rows[name] if row.team not in exempt.get(name, ())
            )
            blocks.append(mail_block(name, tally, people))
            holidays = by_name[name].window.calendar.holidays if name in by_name else usual
            series.append(mail_weeks(name, tally, days_of(month), holidays))
    return blocks, series


def _exempt(rule: DeferEmail) -> frozenset[str]:
    """Return the teams whose mail a rule never stops: it has nothing to tell of them.

    Counted with others they would only hide them: everybody knows that none of theirs waits.
    """
    exempt = rule.exempt
    return exempt.teams if exempt is not None and exempt.when == "involved" else frozenset()


def _ended(
    context: AgentContext, month: date, zone: ZoneInfo, placements: Iterable[Placement]
) -> Sequence[NotWaited]:
    starts, ends = span_of(month, zone)
    placed = Placed(placements)
    last = max(one.batch for one in context.store.rolled_between(month, date.max))
    return [
        NotWaited(
            rule=hold.rule,
            day=hold.received.astimezone(zone).date(),
            team=NO_TEAM if hold.sender is None else placed.team(hold.sender, hold.received),
            column=MailColumn.REST if hold.abandoned else MailColumn.SENT_NOW,
        )
        for hold in context.store.ended_holds(starts, ends, decided_before=utc_day(last)[1])
    ]


def _rules(
    rulebook: Rulebook, month: date, rows: Mapping[str, Sequence[RuleDay]]
) -> tuple[RuleMonth, ...]:
    because = {rule.name: rule.because for rule in rulebook.rules}
    return tuple(
        rule_month(month, rows[name], because.get(name, "")) for name in _in_order(rulebook, rows)
    )


def _in_order(rulebook: Rulebook, rules: Iterable[str]) -> Sequence[str]:
    """Return names of rules by the rulebook's order; those that are gone from it come last."""
    places = {rule.name: place for place, rule in enumerate(rulebook.rules)}
    return sorted(rules, key=lambda name: (places.get(name, len(places)), name))


def _teams(rulebook: Rulebook, found: Mapping[str, TeamMonth]) -> tuple[TeamMonth, ...]:
    places = {name: place for place, name in enumerate(rulebook.teams)}
    names = sorted(found, key=lambda name: (places.get(name, len(places)), name))
    return tuple(found[name] for name in names)
