"""How it goes, in counts and times: each answer is one look into an index or a small table."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select

from policy_agent.domain.counts import (
    CalendarCounts,
    HoldCounts,
    NoteCounts,
    SubscriptionCounts,
    WatchCounts,
)
from policy_agent.domain.holds import OPEN_STATES
from policy_agent.domain.notes import NOTHING_TO_SAY, OPEN_NOTES, NoteState
from policy_agent.domain.watching import PERSONAL, Watched
from policy_agent.store import meeting_tables, tables
from policy_agent.store.engine import Database

_holds = tables.holds
_mailboxes = tables.mailboxes
_calendars = meeting_tables.calendars
_subscriptions = tables.subscriptions
_notes = meeting_tables.notes
_note_events = meeting_tables.note_events
_INSTANT = _holds.c.due.type


class Counts(Database):
    """Counts for whoever looks after the agent; nothing of people comes with them."""

    def hold_counts(self, *, overdue_before: datetime) -> HoldCounts:
        """Count holds that are not over; overdue are those that were due before that instant."""
        is_open = _holds.c.state.in_(OPEN_STATES)
        with self.reading() as connection:
            count, due, overdue = connection.execute(
                select(
                    func.count(),
                    func.min(_holds.c.due, type_=_INSTANT),
                    func.count().filter(_holds.c.due < overdue_before),
                ).where(is_open)
            ).one()
            oldest = connection.execute(
                select(_holds.c.decided, _holds.c.promised)
                .where(is_open)
                .order_by(_holds.c.decided, _holds.c.id)
                .limit(1)
            ).one_or_none()
        return HoldCounts(
            open=count,
            oldest_due=due,
            overdue=overdue,
            oldest_made=None if oldest is None else oldest.decided,
            oldest_promised=None if oldest is None else oldest.promised,
        )

    def watch_counts(self, *, now: datetime) -> WatchCounts:
        """Count what is watched (tenant time)."""
        rests = and_(_mailboxes.c.parked_until.is_not(None), _mailboxes.c.parked_until > now)
        reads = and_(
            _calendars.c.purpose.in_(sorted(PERSONAL)),
            or_(_calendars.c.parked_until.is_(None), _calendars.c.parked_until <= now),
        )
        with self.reading() as connection:
            mailboxes, parked = connection.execute(
                select(func.count(), func.count().filter(rests)).select_from(_mailboxes)
            ).one()
            return WatchCounts(
                mailboxes=mailboxes,
                parked=parked,
                inboxes=_subscribed(connection, "inbox", _mailboxes, ~rests, now),
                calendars=_subscribed(connection, "calendar", _calendars, reads, now),
            )

    def calendar_counts(self, *, now: datetime) -> CalendarCounts:
        """Count covered calendars (tenant time)."""
        rests = and_(_calendars.c.parked_until.is_not(None), _calendars.c.parked_until > now)
        with self.reading() as connection:
            covered, parked, seen = connection.execute(
                select(
                    func.count(),
                    func.count().filter(rests),
                    func.count().filter(_calendars.c.viewed.is_not(None)),
                ).select_from(_calendars)
            ).one()
            pending = connection.execute(
                select(func.count()).select_from(meeting_tables.event_notices)
            ).scalar_one()
        return CalendarCounts(
            covered=covered, parked=parked, seen_whole=seen, pending_notices=pending
        )

    def note_counts(self, *, since: datetime) -> NoteCounts:
        """Count messages that wait, and those that could not be sent since then (tenant time).

        One that was given up since there was nothing to say any more is no trouble.
        """
        with self.reading() as connection:
            waiting = connection.execute(
                select(func.count()).where(_notes.c.state.in_(OPEN_NOTES))
            ).scalar_one()
            given_up = connection.execute(
                select(func.count())
                .select_from(_notes)
                .join(_note_events, _note_events.c.note == _notes.c.id)
                .where(
                    _notes.c.state == NoteState.GIVEN_UP,
                    _notes.c.ended >= since,
                    _note_events.c.to_state == NoteState.GIVEN_UP,
                    _note_events.c.why != NOTHING_TO_SAY,
                )
            ).scalar_one()
        return NoteCounts(waiting=waiting, given_up=given_up)


def _subscribed(
    connection: Connection,
    what: Watched,
    watched: Table,
    is_wanted: ColumnElement[bool],
    now: datetime,
) -> SubscriptionCounts:
    wanted = connection.execute(
        select(func.count()).select_from(watched).where(is_wanted)
    ).scalar_one()
    live, soonest = connection.execute(
        select(
            func.count(_subscriptions.c.mailbox.distinct()),
            func.min(_subscriptions.c.expires, type_=_INSTANT),
        )
        .join(watched, watched.c.id == _subscriptions.c.mailbox)
        .where(_subscriptions.c.what == what, _subscriptions.c.expires > now, is_wanted)
    ).one()
    return SubscriptionCounts(wanted=wanted, live=live, soonest_end=soonest)
