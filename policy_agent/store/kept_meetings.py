"""Kept meetings: what became of each, who is in it, and on which days people were on leave.

A row is changed by whoever names the version that it read, and each change of its state or start
is a row of its own.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, update

from policy_agent.domain.events import EventRef
from policy_agent.domain.kept_meetings import (
    KeptLook,
    KeptMeeting,
    KeptPerson,
    KeptState,
    Step,
    begun,
    followed,
)
from policy_agent.store import meeting_tables
from policy_agent.store.engine import Database
from policy_agent.store.leases import Claim, claim
from policy_agent.store.statements import alone, chunks, insert_into
from policy_agent.store.tables import FREE

_rows = meeting_tables.kept_meetings
_people = meeting_tables.kept_people
_events = meeting_tables.kept_events
_leave = meeting_tables.leave_days

# Fields of a KeptMeeting that stand in its row under the same name.
_plain = [field.name for field in fields(KeptMeeting) if field.name not in {"ref", "people"}]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptEvent:
    """One thing that happened to a kept meeting."""

    kept: int
    from_state: KeptState | None  # None: it was seen for the first time
    to_state: KeptState
    at: datetime  # tenant time, aware UTC
    why: str


_event_columns = [_events.c[field.name] for field in fields(KeptEvent)]


class KeptMeetings(Database):
    """Meetings that should happen."""

    def put_kept(self, looks: Collection[KeptLook], *, now: datetime) -> int:
        """Write down what was seen of meetings that rules name; returns how many rows changed."""
        by_key = {(look.uid, look.rule): look for look in looks}
        if not by_key:
            return 0
        changed = 0
        with self.writing() as connection:
            alone(connection, "put kept meetings")
            for chunk in chunks(sorted({uid for uid, _ in by_key})):
                found = select(_rows).where(_rows.c.uid.in_(chunk)).with_for_update()
                for row in _read(connection, connection.execute(found).all()):
                    look = by_key.pop((row.uid, row.rule), None)
                    if look is None:
                        continue
                    step = followed(row, look, now)
                    if step.meeting != row:
                        changed += _save(connection, row, step, now)
            begins = [begun(by_key[key], now) for key in sorted(by_key)]
            new = [one for one in begins if one is not None]
            for one in new:
                _insert(connection, one, now)
        return changed + len(new)

    def claim_kept(
        self, worker: str, *, limit: int, now: datetime, machine: datetime, lease: timedelta
    ) -> Sequence[KeptMeeting]:
        """Take rows with something due that nobody has a running lease on, put off ones last."""
        asked = Claim(worker=worker, limit=limit, machine=machine, lease=lease)
        with self.writing() as connection:
            rows = claim(
                connection,
                _rows,
                asked,
                _rows.c.due <= now,
                order=[_rows.c.free_from, _rows.c.due, _rows.c.id],
            )
            return _read(connection, rows)

    def save_kept(
        self, steps: Mapping[KeptMeeting, Step], *, now: datetime, retry_at: datetime | None = None
    ) -> frozenset[int]:
        """Write down what became of each as it was read; ends the leases.

        What somebody changed meanwhile is left as it is. None can be claimed before `retry_at`
        (machine time). Returns the ids of those written.
        """
        free = {"leased_by": None, "free_from": FREE if retry_at is None else retry_at}
        saved = set()
        with self.writing() as connection:
            for before, step in sorted(steps.items(), key=lambda item: item[0].id):
                connection.execute(update(_rows).where(_rows.c.id == before.id).values(**free))
                if step.meeting == before or _save(connection, before, step, now):
                    saved.add(before.id)
        return frozenset(saved)

    def kept(self, number: int) -> KeptMeeting | None:
        """Return the one of that id, if there is any."""
        with self.reading() as connection:
            rows = connection.execute(select(_rows).where(_rows.c.id == number)).all()
            return next(iter(_read(connection, rows)), None)

    def planned_kept(
        self, mailboxes: Collection[str], events: Collection[str]
    ) -> Sequence[KeptMeeting]:
        """Return planned ones looked at in these mailboxes, or whose event or series these are."""
        planned = select(_rows).where(_rows.c.state == KeptState.PLANNED)
        asked: list[ColumnElement[bool]] = [
            _rows.c.mailbox.in_(chunk) for chunk in chunks(sorted(set(mailboxes)))
        ]
        asked += [
            or_(_rows.c.event.in_(chunk), _rows.c.master.in_(chunk))
            for chunk in chunks(sorted(set(events)))
        ]
        with self.reading() as connection:
            found = {
                row.id: row for one in asked for row in connection.execute(planned.where(one)).all()
            }
            return _read(connection, [found[key] for key in sorted(found)])

    def kept_with(
        self, rule: str, people: Collection[str], *, starts: datetime, before: datetime
    ) -> Sequence[KeptMeeting]:
        """Return those of a rule with any of these people that start in a span, by their start."""
        found: dict[int, Row[Any]] = {}
        with self.reading() as connection:
            for chunk in chunks(sorted(set(people))):
                with_them = select(_people.c.kept).where(_people.c.person.in_(chunk))
                asked = select(_rows).where(
                    _rows.c.rule == rule,
                    _rows.c.starts >= starts,
                    _rows.c.starts < before,
                    _rows.c.id.in_(with_them),
                )
                found |= {row.id: row for row in connection.execute(asked)}
            rows = sorted(found.values(), key=lambda row: (row.starts, row.id))
            return _read(connection, rows)

    def kept_between(self, rule: str, starts: datetime, before: datetime) -> Sequence[KeptMeeting]:
        """Return all of a rule that start from `starts` until before `before`, by their start."""
        asked = (
            select(_rows)
            .where(_rows.c.rule == rule, _rows.c.starts >= starts, _rows.c.starts < before)
            .order_by(_rows.c.starts, _rows.c.id)
        )
        with self.reading() as connection:
            return _read(connection, connection.execute(asked).all())

    def kept_events(self, kept: int) -> Sequence[KeptEvent]:
        """Return what happened to the one of that id, in order; nothing for an unknown one."""
        with self.reading() as connection:
            rows = connection.execute(
                select(*_event_columns).where(_events.c.kept == kept).order_by(_events.c.id)
            )
            return tuple(KeptEvent(**row) for row in rows.mappings())

    def add_leave_days(self, people: Mapping[date, Collection[str]]) -> None:
        """Remember who was on leave on which day; again is harmless."""
        rows = [
            {"day": day, "person": person}
            for day in sorted(people)
            for person in sorted(people[day])
        ]
        if rows:
            with self.writing() as connection:
                connection.execute(insert_into(connection, _leave).on_conflict_do_nothing(), rows)

    def leave_days(self, first: date, before: date) -> Mapping[str, frozenset[date]]:
        """Return the days with leave on them from `first` until before `before`, by person."""
        found: dict[str, set[date]] = defaultdict(set)
        with self.reading() as connection:
            rows = connection.execute(
                select(_leave).where(_leave.c.day >= first, _leave.c.day < before)
            )
            for row in rows:
                found[row.person].add(row.day)
        return {person: frozenset(days) for person, days in found.items()}


def _insert(connection: Connection, step: Step, now: datetime) -> None:
    number = connection.execute(
        insert(_rows).values(**_values(step.meeting), free_from=FREE).returning(_rows.c.id)
    ).scalar_one()
    after = replace(step.meeting, id=number)
    _write_people(connection, after)
    _write_event(connection, None, after, step.why, now)


def _save(connection: Connection, before: KeptMeeting, step: Step, now: datetime) -> int:
    """Write a row by compare-and-set on its version; a lease stays as it is."""
    after = step.meeting
    done = connection.execute(
        update(_rows)
        .where(_rows.c.id == before.id, _rows.c.version == before.version)
        .values(**_values(after) | {"version": before.version + 1})
    )
    if done.rowcount:
        if after.people != before.people:
            connection.execute(delete(_people).where(_people.c.kept == before.id))
            _write_people(connection, after)
        if step.why:
            _write_event(connection, before.state, after, step.why, now)
    return done.rowcount


def _values(meeting: KeptMeeting) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(meeting, name) for name in _plain if name != "id"}
    return values | {"mailbox": meeting.ref.mailbox, "event": meeting.ref.event}


def _write_people(connection: Connection, meeting: KeptMeeting) -> None:
    if meeting.people:
        connection.execute(
            insert(_people),
            [
                {"kept": meeting.id, "person": person.id, "declined": person.declined}
                for person in meeting.people
            ],
        )


def _write_event(
    connection: Connection,
    came_from: KeptState | None,
    meeting: KeptMeeting,
    why: str,
    now: datetime,
) -> None:
    connection.execute(
        insert(_events).values(
            kept=meeting.id, from_state=came_from, to_state=meeting.state, at=now, why=why
        )
    )


def _read(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[KeptMeeting, ...]:
    """Return rows with the people in each."""
    people: dict[int, list[KeptPerson]] = defaultdict(list)
    for chunk in chunks([row.id for row in rows]):
        for one in connection.execute(
            select(_people).where(_people.c.kept.in_(chunk)).order_by(_people.c.person)
        ):
            people[one.kept].append(KeptPerson(id=one.person, declined=one.declined))
    return tuple(
        KeptMeeting(
            **{name: getattr(row, name) for name in _plain},
            ref=EventRef(mailbox=row.mailbox, event=row.event),
            people=tuple(people[row.id]),
        )
        for row in rows
    )
