"""Measures of meetings: each as it was seen last before it began.

Only rows that change are written: most looks find what was there before. A meeting that has begun
keeps its row, whatever becomes of it in the calendar: figures say how it was when people went.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from policy_agent.domain.events import EventRef, Span
from policy_agent.domain.measuring import CountedMeeting, MeasuredMeeting
from policy_agent.domain.meeting_rules import Check
from policy_agent.store import figure_tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import alone, chunks

_rows = figure_tables.meetings
_measures = [column.name for column in _rows.columns if column.name not in {"uid", "seen"}]


class Meetings(Database):
    """What is measured of each meeting and occurrence."""

    def put_meetings(
        self,
        measured: Collection[MeasuredMeeting],
        *,
        looked: Collection[EventRef] = (),
        whole: Mapping[str, Span] | None = None,
        gone: Collection[str] = (),
        now: datetime,
    ) -> int:
        """Write down what a look at calendars came to; returns how many rows changed.

        `looked` are series masters and single meetings of which everything ahead is among
        `measured`, `whole` the mailboxes of which everything in that span is. So others that are
        known of them and still ahead are gone, as those are that `gone` names: events or masters.
        """
        by_uid = {one.uid: one for one in measured}
        spans = whole or {}
        if not by_uid and not looked and not spans and not gone:
            return 0
        with self.writing() as connection:
            alone(connection, "put meetings")
            changed = _put(connection, by_uid, now)
            lost = _unseen(connection, by_uid.keys(), looked, spans, now)
            lost |= _named(connection, gone, now)
            for chunk in chunks(sorted(lost)):
                connection.execute(
                    update(_rows).where(_rows.c.uid.in_(chunk)).values(gone=now, seen=now)
                )
        return changed + len(lost)

    def meetings_between(self, start: datetime, end: datetime) -> Iterator[CountedMeeting]:
        """Go through those that start from `start` until before `end` and are not gone.

        In no order; all out of one transaction.
        """
        wanted = (_rows.c.organiser, _rows.c.starts, _rows.c.checks, _rows.c.over)
        with self.reading() as connection:
            rows = connection.execute(
                select(*wanted).where(
                    _rows.c.starts >= start, _rows.c.starts < end, _rows.c.gone.is_(None)
                ),
                execution_options={"yield_per": 1000},
            )
            for row in rows:
                yield CountedMeeting(
                    organiser=row.organiser,
                    starts=row.starts,
                    checks={
                        rule: {Check(check): found for check, found in said.items()}
                        for rule, said in row.checks.items()
                    },
                    over={
                        rule: {
                            date.fromisoformat(day): tuple(people) for day, people in days.items()
                        }
                        for rule, days in row.over.items()
                    },
                )


def _put(connection: Connection, by_uid: Mapping[str, MeasuredMeeting], now: datetime) -> int:
    changed: list[dict[str, object]] = []
    known: set[str] = set()
    for chunk in chunks(sorted(by_uid)):
        for row in connection.execute(select(_rows).where(_rows.c.uid.in_(chunk))):
            known.add(row.uid)
            one = by_uid[row.uid]
            if row.starts <= now and one.starts <= now:
                continue
            values = _values(_with_the_day(one, row))
            if any(getattr(row, name) != values[name] for name in _measures):
                changed.append({**values, "key": row.uid, "seen": now})
    if changed:
        connection.execute(
            update(_rows)
            .where(_rows.c.uid == bindparam("key"))
            .values({name: bindparam(name) for name in (*_measures, "seen")}),
            changed,
        )
    new = [
        {**_values(by_uid[uid]), "uid": uid, "seen": now} for uid in sorted(by_uid.keys() - known)
    ]
    if new:
        connection.execute(insert(_rows), new)
    return len(changed) + len(new)


def _unseen(
    connection: Connection,
    seen: Collection[str],
    looked: Collection[EventRef],
    whole: Mapping[str, Span],
    now: datetime,
) -> set[str]:
    """Return what is known to be ahead in places that were seen, and was not there."""
    wanted = (_rows.c.uid, _rows.c.mailbox, _rows.c.event, _rows.c.master, _rows.c.starts)
    series = {(one.mailbox, one.event) for one in looked}
    found: set[str] = set()
    for chunk in chunks(sorted({*whole, *(one.mailbox for one in looked)})):
        rows = connection.execute(
            select(*wanted).where(
                _rows.c.mailbox.in_(chunk), _rows.c.starts > now, _rows.c.gone.is_(None)
            )
        )
        for row in rows:
            span = whole.get(row.mailbox)
            inside = span is not None and span.starts <= row.starts < span.ends
            if row.uid not in seen and (inside or (row.mailbox, row.master or row.event) in series):
                found.add(row.uid)
    return found


def _named(connection: Connection, events: Collection[str], now: datetime) -> set[str]:
    """Return what has not begun and has one of these ids, of its own or of its series."""
    found: set[str] = set()
    for chunk in chunks(sorted(set(events))):
        either = or_(_rows.c.event.in_(chunk), _rows.c.master.in_(chunk))
        found.update(
            connection.execute(
                select(_rows.c.uid).where(_rows.c.starts > now, _rows.c.gone.is_(None), either)
            ).scalars()
        )
    return found


def _values(one: MeasuredMeeting) -> dict[str, object]:
    return {
        "mailbox": one.ref.mailbox,
        "event": one.ref.event,
        "master": one.master,
        "organiser": one.organiser,
        "starts": one.starts,
        "ends": one.ends,
        "booked": one.booked,
        "after": one.after,
        "size": one.size,
        "online": one.online,
        "checks": {
            rule: {check.value: found for check, found in said.items()}
            for rule, said in one.checks.items()
        },
        "over": {
            rule: {day.isoformat(): list(people) for day, people in days.items()}
            for rule, days in one.over.items()
        },
        "gone": None,
    }


def _with_the_day(one: MeasuredMeeting, row: Row[Any]) -> MeasuredMeeting:
    """Return a meeting with what was known of the day around it, where it has not moved since."""
    if one.whole or row.starts != one.starts:
        return one
    checks = {
        rule: {**said, Check.BREAK: row.checks[rule][Check.BREAK]}
        if Check.BREAK in row.checks.get(rule, ())
        else said
        for rule, said in one.checks.items()
    }
    return replace(one, after=row.after, checks=checks)


__all__ = ["Meetings"]
