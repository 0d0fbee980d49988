"""Retention: rows that are older than the organisation wants to keep go, a piece at a time.

Never a hold that is open, nor what it needs to be released and explained. What is told of closed
months, sums without a team and the answers of a survey stay: nobody is in them. A clash, a finding
or a note that goes may be found and told again: that is a year later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    select,
    tuple_,
    update,
)

from policy_agent.domain.clashes import LIVE
from policy_agent.domain.holds import OPEN_STATES
from policy_agent.domain.kept_meetings import KeptState
from policy_agent.domain.notes import OPEN_NOTES
from policy_agent.store import figure_tables, meeting_tables, tables
from policy_agent.store.engine import Database

_holds = tables.holds
_erasures = figure_tables.erasures
_UNDER_WAY = frozenset({KeptState.PLANNED, KeptState.CANCELLED})  # may still be made up for


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """How the rows of one table grow old."""

    table: Table
    age: Column[datetime] | Column[date]  # when it was, as an instant or as a day
    spared: ColumnElement[bool] | None = None  # rows that stay however old they are


def _of_open_hold(table: Table) -> ColumnElement[bool]:
    return exists().where(
        _holds.c.message == table.c.message,
        _holds.c.mailbox == table.c.mailbox,
        _holds.c.state.in_(OPEN_STATES),
    )


def _tables() -> Sequence[_Kept]:
    """Return the tables in the order in which their rows go; events and answers go with theirs."""
    mail, meeting, figure = tables, meeting_tables, figure_tables
    notes, clashes, kept = meeting.notes, meeting.clashes, meeting.kept_meetings
    return (
        _Kept(
            table=mail.decisions,
            age=mail.decisions.c.decided,
            spared=_of_open_hold(mail.decisions),
        ),
        _Kept(table=mail.facts, age=mail.facts.c.received, spared=_of_open_hold(mail.facts)),
        _Kept(table=_holds, age=_holds.c.decided, spared=_holds.c.state.in_(OPEN_STATES)),
        _Kept(
            table=mail.held_mails,
            age=mail.held_mails.c.received,
            spared=exists().where(_holds.c.mail == mail.held_mails.c.id),
        ),
        _Kept(table=notes, age=notes.c.not_before, spared=notes.c.state.in_(OPEN_NOTES)),
        _Kept(table=meeting.findings, age=meeting.findings.c.starts),
        _Kept(table=clashes, age=clashes.c.last, spared=clashes.c.state.in_(LIVE)),
        _Kept(table=kept, age=kept.c.starts, spared=kept.c.state.in_(_UNDER_WAY)),
        _Kept(table=meeting.meeting_decisions, age=meeting.meeting_decisions.c.starts),
        _Kept(table=meeting.leave_days, age=meeting.leave_days.c.day),
        _Kept(table=meeting.leave, age=meeting.leave.c.ends),
        _Kept(table=figure.meetings, age=figure.meetings.c.starts),
        _Kept(table=figure.placements, age=figure.placements.c.until),
        _Kept(table=figure.mail_figures, age=figure.mail_figures.c.batch),
        _Kept(table=figure.mail_hours, age=figure.mail_hours.c.batch),
        _Kept(table=figure.rule_days, age=figure.rule_days.c.day),
        _Kept(table=figure.rolled_days, age=figure.rolled_days.c.batch),
        _Kept(table=mail.sessions, age=mail.sessions.c.ends),
    )


AGES: Mapping[str, _Kept] = {kept.table.name: kept for kept in _tables()}


class Retention(Database):
    """What goes, and what was written down of it."""

    def retained(self) -> Sequence[str]:
        """Return the tables whose rows grow old, in the order in which they go."""
        return tuple(AGES)

    def erase(self, table: str, *, before: datetime, now: datetime, limit: int) -> int:
        """Take away up to `limit` rows of one table that are older than that, and write it down.

        Returns how many went; fewer than `limit`: there are no more. `table` is one of `retained`.
        """
        kept = AGES[table]
        with self.writing() as connection:
            gone = _erase(connection, kept, before, limit)
            if gone:
                _write_down(connection, table, before=before, now=now, rows=gone)
        return gone

    def erased_between(self, start: datetime, end: datetime) -> Mapping[str, int]:
        """Return how many rows went from `start` until before `end`, by table."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_erasures.c.what, func.sum(_erasures.c.rows))
                .where(_erasures.c.at >= start, _erasures.c.at < end)
                .group_by(_erasures.c.what)
                .order_by(_erasures.c.what)
            ).all()
        return {what: int(rows) for what, rows in rows}


def _erase(connection: Connection, kept: _Kept, before: datetime, limit: int) -> int:
    keys = list(kept.table.primary_key.columns)
    is_day = isinstance(kept.age.type, Date)
    old = kept.age < (before.astimezone(UTC).date() if is_day else before)
    if kept.spared is not None:
        old = and_(old, ~kept.spared)
    going = select(*keys).where(old).limit(limit)
    wanted = keys[0].in_(going) if len(keys) == 1 else tuple_(*keys).in_(going)
    return connection.execute(delete(kept.table).where(wanted)).rowcount


def _write_down(
    connection: Connection, table: str, *, before: datetime, now: datetime, rows: int
) -> None:
    """Add to what went of the table up to the same age, so that pieces of one job are one row."""
    same = and_(_erasures.c.what == table, _erasures.c.before == before)
    known = connection.execute(
        update(_erasures).where(same).values(rows=_erasures.c.rows + rows, at=now)
    )
    if not known.rowcount:
        connection.execute(insert(_erasures).values(at=now, what=table, before=before, rows=rows))
