"""Health: how the daemon does, in counts and times; nothing of people.

It is looked up when somebody asks. What the store has is true for every process that shares it;
token, pushback and sweeps are this process's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policy_agent.agent.context import AgentContext, Reloaded
from policy_agent.domain.counts import (
    CalendarCounts,
    HoldCounts,
    NoteCounts,
    ServiceState,
    SubscriptionCounts,
    WatchCounts,
)

LATE = timedelta(minutes=5)  # a release may take that long
GIVEN_UP_SINCE = timedelta(days=7)  # messages that could not be sent are counted for


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """What only the process itself knows."""

    ready: bool  # the first sweep is over
    watching: bool  # False: it only releases, since rulebook or teams cannot be read
    swept_since: datetime | None  # tenant time at which the last whole sweep began
    calendars_swept_since: datetime | None
    sweep_every: timedelta
    service: ServiceState


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How the daemon does."""

    now: datetime  # tenant time
    running: Running
    pending_arrivals: int
    holds: HoldCounts
    watched: WatchCounts
    calendars: CalendarCounts
    notes: NoteCounts
    holidays: Mapping[str, date | None]  # last day that is known, by calendar; None: it has no list
    rulebook: str  # hash; empty: none is in force
    reload: Reloaded | None
    service_mailbox: bool  # somebody said which one messages go out from

    @property
    def overdue(self) -> bool:
        return self.holds.overdue > 0

    def as_json(self) -> dict[str, object]:
        """Return what `/health` tells everybody: no problem's text, since it may name a group."""
        running, service = self.running, self.running.service
        return {
            "ready": running.ready,
            "watching": running.watching,
            "pending_arrivals": self.pending_arrivals,
            "open_holds": self.holds.open,
            "oldest_due": _said(self.holds.oldest_due),
            "oldest_made": _said(self.holds.oldest_made),
            "oldest_promised": _said(self.holds.oldest_promised),
            "overdue": self.overdue,
            "overdue_holds": self.holds.overdue,
            "swept_since": _said(running.swept_since),
            "calendars": {
                "covered": self.calendars.covered,
                "parked": self.calendars.parked,
                "seen_whole": self.calendars.seen_whole,
                "pending_notices": self.calendars.pending_notices,
                "swept_since": _said(running.calendars_swept_since),
            },
            "mailboxes": {"in_scope": self.watched.mailboxes, "parked": self.watched.parked},
            "subscriptions": {
                "inboxes": _subscriptions(self.watched.inboxes),
                "calendars": _subscriptions(self.watched.calendars),
            },
            "holidays_known_until": {
                name: None if last is None else last.isoformat()
                for name, last in self.holidays.items()
            },
            "notes": {"waiting": self.notes.waiting, "given_up": self.notes.given_up},
            "service_mailbox": self.service_mailbox,
            "token": {
                "good_for_seconds": _seconds(service.token.good_for),
                "refused_seconds_ago": _seconds(service.token.refused_ago),
            },
            "throttling": {
                "throttled": service.pushback.throttled,
                "unavailable": service.pushback.unavailable,
                "waits": service.pushback.waits,
                "waited_seconds": _seconds(service.pushback.waited),
            },
            "rulebook": self.rulebook or None,
            "reload": None
            if self.reload is None
            else {
                "at": self.reload.at.isoformat(),
                "success": self.reload.success,
                "problems": len(self.reload.problems),
            },
        }


def look(context: AgentContext, running: Running, now: datetime) -> Health:
    """Look up how it goes (tenant time)."""
    store, current = context.store, context.current
    rulebook = current.policy.rulebook
    return Health(
        now=now,
        running=running,
        pending_arrivals=store.pending_arrivals(),
        holds=store.hold_counts(overdue_before=now - LATE),
        watched=store.watch_counts(now=now),
        calendars=store.calendar_counts(now=now),
        notes=store.note_counts(since=now - GIVEN_UP_SINCE),
        holidays={name: calendar.known_until for name, calendar in rulebook.calendars.items()},
        rulebook=rulebook.hash,
        reload=current.last_reload,
        service_mailbox=context.service_mailbox is not None,
    )


def _said(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


def _subscriptions(counts: SubscriptionCounts) -> dict[str, object]:
    return {
        "wanted": counts.wanted,
        "live": counts.live,
        "soonest_end": _said(counts.soonest_end),
    }
