"""What a month's figures are made of, besides the rows of rules by day.

Every question goes by an index to the month's own rows: its time grows with them, not with the
store.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select

from policy_agent.domain.holds import OPEN_STATES, Asked, HoldState
from policy_agent.domain.mail_blocks import MailSum
from policy_agent.domain.modes import Mode
from policy_agent.domain.month_facts import EndedHold, MonthCounts
from policy_agent.domain.notes import NoteState
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.store import figure_tables, meeting_tables, tables
from policy_agent.store.engine import Database

_decisions = tables.decisions
_holds = tables.holds
_figures = figure_tables.mail_figures
_hours = figure_tables.mail_hours
_meetings = meeting_tables.meeting_decisions
_notes = meeting_tables.notes
_erasures = figure_tables.erasures
_AHEAD = timedelta(days=1)  # by which the service's clock may be ahead of the agent's


class MonthSums(Database):
    """Counts of what was received, sent and ended between two days or instants."""

    def mail_sums(self, first: date, last: date) -> Sequence[MailSum]:
        """Sum up decisions of rules on copies received on the days `first` to `last`."""
        names = ("day", "rule", "team", "outcome", "mode", "reason", "urgent")
        alike = [_figures.c[name] for name in names]
        with self.reading() as connection:
            rows = connection.execute(
                select(*alike, func.sum(_figures.c.copies))
                .where(_figures.c.day >= first, _figures.c.day <= last, _figures.c.rule != "")
                .group_by(*alike)
            )
            return tuple(
                MailSum(**dict(zip(names, row[:-1], strict=True)), copies=int(row[-1]))
                for row in rows
            )

    def hour_sums(self, first: date, last: date) -> Mapping[int, int]:
        """Sum up copies outside of all windows by hour, on the days `first` to `last`."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_hours.c.hour, func.sum(_hours.c.copies))
                .where(_hours.c.day >= first, _hours.c.day <= last)
                .group_by(_hours.c.hour)
            ).all()
        return {hour: int(copies) for hour, copies in rows}

    def ended_holds(
        self, start: datetime, end: datetime, *, decided_before: datetime
    ) -> Sequence[EndedHold]:
        """Return copies received in that span that were sent now or never moved, by each rule.

        A copy that several rules enforced on comes once for each of them. One that was never moved
        was not sent now either, though its sender asked.
        """
        with self.reading() as connection:
            rows = connection.execute(
                select(_decisions.c.rule, _decisions.c.sender, _holds.c.received, _holds.c.state)
                .select_from(_holds)
                .join(
                    _decisions,
                    and_(
                        _decisions.c.message == _holds.c.message,
                        _decisions.c.mailbox == _holds.c.mailbox,
                        _decisions.c.outcome == Outcome.HOLD,
                        _decisions.c.mode == Mode.ENFORCE,
                    ),
                )
                .where(
                    _holds.c.decided >= start - _AHEAD,
                    _holds.c.decided < decided_before,
                    _holds.c.received >= start,
                    _holds.c.received < end,
                    or_(_holds.c.asked == Asked.SENDER, _holds.c.state == HoldState.ABANDONED),
                )
            )
            return tuple(
                EndedHold(
                    rule=row.rule,
                    sender=row.sender,
                    received=row.received,
                    abandoned=row.state is HoldState.ABANDONED,
                )
                for row in rows
            )

    def exempting_details(self, start: datetime, end: datetime) -> frozenset[str]:
        """Return what decisions said that an exemption made, of mail or of meetings of that span.

        Mail by when it was decided, meetings by when they start.
        """
        with self.reading() as connection:
            mail = connection.execute(
                select(_decisions.c.detail)
                .where(
                    _decisions.c.decided >= start,
                    _decisions.c.decided < end,
                    _decisions.c.reason == Reason.EXEMPTION,
                )
                .distinct()
            ).scalars()
            found = set(mail)
            meetings = connection.execute(
                select(_meetings.c.detail)
                .where(
                    _meetings.c.starts >= start,
                    _meetings.c.starts < end,
                    _meetings.c.reason == Reason.EXEMPTION,
                )
                .distinct()
            ).scalars()
            return frozenset(found.union(meetings))

    def month_counts(self, start: datetime, end: datetime) -> MonthCounts:
        """Count what has no team, of that span (tenant time)."""
        with self.reading() as connection:
            open_holds = connection.execute(
                select(func.count()).where(
                    _holds.c.state.in_(OPEN_STATES),
                    _holds.c.received >= start,
                    _holds.c.received < end,
                )
            ).scalar_one()
            errors = connection.execute(
                select(func.count()).where(
                    _meetings.c.decided >= start,
                    _meetings.c.decided < end,
                    _meetings.c.outcome == Outcome.ERROR,
                )
            ).scalar_one()
            notes = connection.execute(
                select(_notes.c.kind, func.count())
                .where(
                    _notes.c.state == NoteState.SENT,
                    _notes.c.ended >= start,
                    _notes.c.ended < end,
                )
                .group_by(_notes.c.kind)
            ).all()
            erased = connection.execute(
                select(func.coalesce(func.sum(_erasures.c.rows), 0)).where(
                    _erasures.c.at >= start, _erasures.c.at < end
                )
            ).scalar_one()
        return MonthCounts(
            open_holds=open_holds,
            meeting_errors=errors,
            notes=dict(map(tuple, notes)),
            erased=int(erased),
        )
