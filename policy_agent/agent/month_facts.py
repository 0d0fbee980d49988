"""Facts of a month: numbers of the whole organisation that have no team."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from policy_agent.agent.context import AgentContext
from policy_agent.domain.mail_blocks import MailSum
from policy_agent.domain.mail_figures import utc_day
from policy_agent.domain.measures import Fact
from policy_agent.domain.month_facts import (
    Exempted,
    exempting_name,
    exemption_facts,
    note_facts,
)
from policy_agent.domain.outcomes import Outcome
from policy_agent.domain.rule_months import days_of, span_of

LATE = timedelta(days=2)  # a day that is counted longer than that after its end is counted late


def facts_of_month(
    context: AgentContext, month: date, zone: ZoneInfo, sums: Iterable[MailSum], now: datetime
) -> Mapping[str, int]:
    """Return every `Fact` of a month, by key; `sums` are those of its mail."""
    store = context.store
    days, (starts, ends) = days_of(month), span_of(month, zone)
    counts = store.month_counts(starts, ends)
    watched, calendars = store.watch_counts(now=now), store.calendar_counts(now=now)
    rolled = store.rolled_between(days[0], days[-1])
    errors = sum(one.copies for one in sums if one.outcome is Outcome.ERROR)
    return {
        Fact.ERRORS: errors + counts.meeting_errors,
        Fact.DAYS_COUNTED_LATE: sum(one.counted > utc_day(one.batch)[1] + LATE for one in rolled),
        Fact.OPEN_HOLDS: counts.open_holds,
        Fact.MAILBOXES: watched.mailboxes,
        Fact.PARKED: watched.parked,
        Fact.CALENDARS: calendars.covered,
        Fact.ERASED: counts.erased,
        **exemption_facts(_exempted(context, starts, ends, zone), days),
        **note_facts(counts.notes),
    }


def _exempted(
    context: AgentContext, starts: datetime, ends: datetime, zone: ZoneInfo
) -> list[Exempted]:
    """Return all exemptions: those of the rulebook in force now, and those of run time."""
    written = context.current.policy.written.exemptions
    run_time = context.store.exemptions()
    if not written and not run_time:
        return []
    names = {exempting_name(detail) for detail in context.store.exempting_details(starts, ends)}
    found = [Exempted.of(one, ended=None, used=one.name in names) for one in written]
    for row in run_time:
        ended = None if row.ended is None else row.ended.astimezone(zone).date()
        used = row.uses > 0 or row.exemption.name in names
        found.append(Exempted.of(row.exemption, ended=ended, used=used))
    return found
