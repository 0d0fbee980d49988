"""Roll-ups of mail: each day's decisions counted once, for reports of any later day.

A day is counted in a reading transaction and written in another, short one. Whoever counted more
decisions of the day wins: so neither a second process nor a kill counts anything twice, and what
was committed only after the first count is made up for.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Numeric,
    and_,
    cast,
    delete,
    extract,
    false,
    func,
    insert,
    or_,
    select,
)

from policy_agent.domain.mail_figures import Counted, DayFigures, RolledDay, utc_day
from policy_agent.store import figure_tables, meeting_tables, tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import alone, insert_into

_decisions = tables.decisions
_placements = figure_tables.placements
_figures = figure_tables.mail_figures
_hours = figure_tables.mail_hours
_totals = figure_tables.decision_totals
_rolled = figure_tables.rolled_days
_SETTLES = timedelta(hours=1)  # after a day's end nobody writes decisions of it any more, mostly
_LOOKED_AT_AGAIN = timedelta(days=2)  # a day that is over for longer stays as it was counted


class MailFigures(Database):
    """Decisions of mail, counted by day."""

    def first_day(self) -> date | None:
        """Return the first day of UTC that there is anything to tell of; None: there is none."""
        with self.reading() as connection:
            return _first_day(connection)

    def days_to_roll(self, *, now: datetime) -> Sequence[date]:
        """Return days of UTC that are over and not counted, oldest first (tenant time).

        So are those that were over lately, and have more decisions than were counted.
        """
        with self.reading() as connection:
            first = _first_day(connection)
            if first is None:
                return ()
            rows = connection.execute(select(_rolled.c.batch, _rolled.c.copies))
            counted: dict[date, int] = {row.batch: row.copies for row in rows}
            day = max(first, max(counted, default=first) - _LOOKED_AT_AGAIN)
            found = []
            while utc_day(day)[1] + _SETTLES <= now:
                if day not in counted or _decided_on(connection, day) > counted[day]:
                    found.append(day)
                day += timedelta(days=1)
        return found

    def count_day(self, day: date, *, step: timedelta) -> Sequence[Counted]:
        """Count what was decided on a day of UTC, by when it was received, to the `step`."""
        with self.reading() as connection:
            starts = _step(connection, step)
            alike = (
                starts,
                func.coalesce(_decisions.c.rule, ""),
                func.coalesce(_placements.c.team, ""),
                _decisions.c.outcome,
                _decisions.c.mode,
                _decisions.c.reason,
                func.coalesce(_decisions.c.urgent, false()),
            )
            rows = connection.execute(
                select(*alike, func.count(), func.count().filter(_decisions.c.position == 0))
                .select_from(_decisions.outerjoin(_placements, _placed_then()))
                .where(*_on(day))
                .group_by(*alike)
            )
            return tuple(
                Counted(
                    starts=datetime.fromtimestamp(number * step.total_seconds(), UTC),
                    rule=rule,
                    team=team,
                    outcome=outcome,
                    mode=mode,
                    reason=reason,
                    urgent=urgent,
                    decisions=decisions,
                    copies=copies,
                )
                for number, rule, team, outcome, mode, reason, urgent, decisions, copies in rows
            )

    def keep_day(self, day: date, figures: DayFigures, *, now: datetime) -> bool:
        """Write a day's figures down, in place of fewer that were; False: as many were there."""
        with self.writing() as connection:
            alone(connection, "roll up")
            known = connection.execute(
                select(_rolled.c.copies).where(_rolled.c.batch == day)
            ).scalar_one_or_none()
            if known is not None and known >= figures.decisions:
                return False
            _add_to_totals(connection, _more(connection, day, figures))
            for table in (_figures, _hours):
                connection.execute(delete(table).where(table.c.batch == day))
            if figures.figures:
                rows = [{"batch": day, **asdict(figure)} for figure in figures.figures]
                connection.execute(insert(_figures), rows)
            hours = [
                {"batch": day, "day": local, "hour": hour, "copies": copies}
                for (local, hour), copies in figures.hours.items()
            ]
            if hours:
                connection.execute(insert(_hours), hours)
            row = {"batch": day, "counted": now, "copies": figures.decisions}
            write = insert_into(connection, _rolled).values(row)
            connection.execute(
                write.on_conflict_do_update(
                    index_elements=[_rolled.c.batch], set_={"copies": write.excluded.copies}
                )
            )
        return True

    def rolled_between(self, first: date, last: date) -> Sequence[RolledDay]:
        """Return the counted days of UTC from `first` to `last`, both included, in order."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_rolled)
                .where(_rolled.c.batch >= first, _rolled.c.batch <= last)
                .order_by(_rolled.c.batch)
            )
            return tuple(RolledDay(**row) for row in rows.mappings())


def _first_day(connection: Connection) -> date | None:
    """Return the first day that was counted, else the first on which anything was watched."""
    counted: date | None = connection.execute(select(func.min(_rolled.c.batch))).scalar_one()
    if counted is not None:
        return counted
    columns = (_decisions.c.decided, tables.mailboxes.c.since, meeting_tables.calendars.c.since)
    begins: list[datetime | None] = [
        connection.execute(select(func.min(column, type_=column.type))).scalar_one()
        for column in columns
    ]
    return min((one.date() for one in begins if one is not None), default=None)


def _decided_on(connection: Connection, day: date) -> int:
    return connection.execute(select(func.count()).where(*_on(day))).scalar_one()


def _on(day: date) -> tuple[ColumnElement[bool], ...]:
    starts, ends = utc_day(day)
    return _decisions.c.decided >= starts, _decisions.c.decided < ends


def _placed_then() -> ColumnElement[bool]:
    """Say where the sender counted when the copy was received; at most one row says so."""
    return and_(
        _placements.c.person == _decisions.c.sender,
        or_(_placements.c.since.is_(None), _placements.c.since <= _decisions.c.received),
        or_(_placements.c.until.is_(None), _placements.c.until > _decisions.c.received),
    )


def _step(connection: Connection, step: timedelta) -> ColumnElement[int]:
    """Return the number of the step since 1970 in which a copy was received."""
    length = int(step.total_seconds())
    if connection.dialect.name == "sqlite":
        # To the second: SQLite's own arithmetic rounds 59.9999 up.
        second = func.strftime("%s", func.substr(_decisions.c.received, 1, 19))
        return cast(second, Integer) // length
    seconds = cast(extract("epoch", _decisions.c.received), Numeric)
    return cast(func.floor(seconds / length), Integer)


def _more(connection: Connection, day: date, figures: DayFigures) -> Mapping[Any, int]:
    """Return what a day's figures have more than those that are kept of it."""
    more = Counter[Any]()
    for figure in figures.figures:
        more[figure.said] += figure.copies
    said = [_figures.c[name] for name in ("rule", "mode", "outcome", "reason")]
    kept = select(*said, func.sum(_figures.c.copies)).where(_figures.c.batch == day)
    for *key, copies in connection.execute(kept.group_by(*said)):
        more[tuple(key)] -= int(copies)
    return {key: copies for key, copies in more.items() if copies}


def _add_to_totals(connection: Connection, more: Mapping[Any, int]) -> None:
    if not more:
        return
    write = insert_into(connection, _totals)
    connection.execute(
        write.on_conflict_do_update(
            index_elements=list(_totals.primary_key.columns),
            set_={"copies": _totals.c.copies + write.excluded.copies},
        ),
        [
            {"rule": rule, "mode": mode, "outcome": outcome, "reason": reason, "copies": copies}
            for (rule, mode, outcome, reason), copies in sorted(more.items())
        ],
    )
