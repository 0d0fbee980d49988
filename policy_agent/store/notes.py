"""The outbox of notes: every change of state is compare-and-set, and a row of its own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from policy_agent.domain.notes import (
    NOTE_TRANSITIONS,
    OPEN_NOTES,
    Note,
    NoteKind,
    NoteState,
    PlannedNote,
)
from policy_agent.store.engine import Database
from policy_agent.store.leases import Claim, claim
from policy_agent.store.meeting_tables import note_events, notes
from policy_agent.store.statements import chunks, insert_into
from policy_agent.store.tables import FREE

_rows = notes
_events = note_events


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteEvent:
    """One change of a note's state."""

    note: int
    from_state: NoteState | None  # None: it was made
    to_state: NoteState
    at: datetime  # tenant time, aware UTC
    why: str


_event_columns = [_events.c[field.name] for field in fields(NoteEvent)]


class Notes(Database):
    """Messages that are to go out, and those that went."""

    def plan_notes(self, wanted: Collection[PlannedNote], *, now: datetime) -> Sequence[Note]:
        """Write them down; one whose key was used before is left out. Returns the new ones."""
        with self.writing() as connection:
            return plan(connection, wanted, now=now)

    def claim_notes(
        self,
        worker: str,
        *,
        kinds: Collection[NoteKind],
        closed: Collection[str],
        limit: int,
        now: datetime,
        machine: datetime,
        lease: timedelta,
    ) -> Sequence[Note]:
        """Take what is to be sent, and what was sent and is not settled, of these kinds.

        `closed` are the calendars that are outside of their working hours: what waits for those is
        left. What was put off comes after what was not, as with holds.
        """
        asked = Claim(worker=worker, limit=limit, machine=machine, lease=lease)
        with self.writing() as connection:
            rows = claim(
                connection,
                _rows,
                asked,
                _rows.c.settled.is_(False),
                _rows.c.not_before <= now,
                _rows.c.kind.in_(list(kinds)),
                or_(
                    _rows.c.state == NoteState.SENT,
                    and_(
                        _rows.c.state.in_(list(OPEN_NOTES)),
                        _rows.c.calendar.not_in(sorted(closed)),
                    ),
                ),
                order=[_rows.c.free_from, _rows.c.not_before, _rows.c.id],
            )
        return tuple(_read(row) for row in rows)

    def draft_notes(self, drafts: Mapping[Note, str], *, now: datetime) -> Sequence[Note]:
        """Write down where the draft of each planned one lies; the lease goes on.

        Returns those that it did change: what somebody else drafted meanwhile is theirs to send.
        """
        changed: list[Note] = []
        with self.writing() as connection:
            for note, draft in sorted(drafts.items(), key=lambda item: item[0].id):
                done = connection.execute(
                    update(_rows)
                    .where(_rows.c.id == note.id, _rows.c.state == NoteState.PLANNED)
                    .values(state=NoteState.DRAFTED, draft=draft)
                    .returning(_rows.c.id)
                ).scalar_one_or_none()
                if done is not None:
                    changed.append(replace(note, state=NoteState.DRAFTED, draft=draft))
            _write_events(connection, changed, came_from=NoteState.PLANNED, why="drafted", now=now)
        return tuple(changed)

    def end_notes(
        self, ended: Collection[Note], to: NoteState, *, why: str, now: datetime
    ) -> Sequence[Note]:
        """Bring each from the state it is given with to `SENT` or `GIVEN_UP`.

        A transition that `NOTE_TRANSITIONS` does not know is a ValueError, and then none is made.
        What is given up is settled with it. What is sent stays leased, and is claimed again until
        `settle_notes`: its kind has still to hear of it. Returns those that it did change.
        """
        for note in ended:
            if to not in NOTE_TRANSITIONS[note.state] or to in OPEN_NOTES:
                raise ValueError(f"note {note.id} cannot end as {to} from {note.state}")
        values: dict[str, object] = {"state": to, "ended": now}
        if to is NoteState.GIVEN_UP:
            values |= {"settled": True, "leased_by": None, "free_from": FREE}
        changed: list[Note] = []
        with self.writing() as connection:
            for note in sorted(set(ended), key=lambda note: note.id):
                done = connection.execute(
                    update(_rows)
                    .where(_rows.c.id == note.id, _rows.c.state == note.state)
                    .values(values)
                    .returning(_rows.c.id)
                ).scalar_one_or_none()
                if done is not None:
                    after = replace(note, state=to)
                    _write_events(connection, [after], came_from=note.state, why=why, now=now)
                    changed.append(after)
        return tuple(changed)

    def settle_notes(self, sent: Collection[Note]) -> None:
        """Be done with these: their kinds have heard that they were sent."""
        with self.writing() as connection:
            for chunk in chunks(sorted({note.id for note in sent})):
                connection.execute(
                    update(_rows)
                    .where(_rows.c.id.in_(chunk), _rows.c.state == NoteState.SENT)
                    .values(settled=True, leased_by=None, free_from=FREE)
                )

    def retry_notes(self, put_off: Collection[Note], *, at: datetime) -> None:
        """Give leases back, not to be claimed before `at` (machine time).

        One that is in another state by now is somebody else's business and left alone.
        """
        with self.writing() as connection:
            for note in sorted(set(put_off), key=lambda note: note.id):
                connection.execute(
                    update(_rows)
                    .where(_rows.c.id == note.id, _rows.c.state == note.state)
                    .values(leased_by=None, free_from=at)
                )

    def postpone_notes(self, put_off: Mapping[Note, datetime]) -> None:
        """Give leases back, each not to be claimed before its time (tenant time).

        One that is in another state by now is somebody else's business and left alone.
        """
        with self.writing() as connection:
            for note, until in sorted(put_off.items(), key=lambda item: item[0].id):
                connection.execute(
                    update(_rows)
                    .where(_rows.c.id == note.id, _rows.c.state == note.state)
                    .values(leased_by=None, free_from=FREE, not_before=until)
                )

    def note(self, key: str) -> Note | None:
        """Return the one note of that key, if it was ever planned."""
        with self.reading() as connection:
            row = connection.execute(select(_rows).where(_rows.c.key == key)).one_or_none()
        return None if row is None else _read(row)

    def told(self, kind: NoteKind, people: Collection[str], *, since: datetime) -> frozenset[str]:
        """Return who of these has an open note of that kind, or was sent one since then."""
        found: set[str] = set()
        with self.reading() as connection:
            for chunk in chunks(sorted(set(people))):
                found.update(
                    connection.execute(
                        select(_rows.c.person).where(
                            _rows.c.person.in_(chunk),
                            _rows.c.kind == kind,
                            or_(
                                _rows.c.ended.is_(None),
                                and_(
                                    _rows.c.state == NoteState.SENT,
                                    _rows.c.ended >= since,
                                ),
                            ),
                        )
                    ).scalars()
                )
        return frozenset(found)

    def notes_sent(self, *, since: datetime) -> int:
        """Count what was sent since then (tenant time), of every kind."""
        with self.reading() as connection:
            return connection.execute(
                select(func.count()).where(_rows.c.state == NoteState.SENT, _rows.c.ended >= since)
            ).scalar_one()

    def note_events(self, note: int) -> Sequence[NoteEvent]:
        """Return what happened to the note of that id, in order; nothing for an unknown one."""
        with self.reading() as connection:
            rows = connection.execute(
                select(*_event_columns).where(_events.c.note == note).order_by(_events.c.id)
            )
            return tuple(NoteEvent(**row) for row in rows.mappings())


def plan(
    connection: Connection, wanted: Collection[PlannedNote], *, now: datetime
) -> Sequence[Note]:
    """Do what `plan_notes` does, as a part of a larger transaction."""
    made: list[Note] = []
    # In one order, so that two processes cannot wait for each other.
    for one in sorted(wanted, key=lambda planned: planned.key):
        row = connection.execute(
            insert_into(connection, _rows)
            .values(
                key=one.key,
                kind=one.kind,
                person=one.person,
                about=one.about,
                calendar=one.calendar,
                state=NoteState.PLANNED,
                planned=now,
                not_before=one.not_before,
                settled=False,
                free_from=FREE,
            )
            .on_conflict_do_nothing(index_elements=[_rows.c.key])
            .returning(_rows)
        ).one_or_none()
        if row is not None:
            made.append(_read(row))
    _write_events(connection, made, came_from=None, why="planned", now=now)
    return tuple(made)


def _read(row: Row[Any]) -> Note:
    return Note(**{field.name: getattr(row, field.name) for field in fields(Note)})


def _write_events(
    connection: Connection,
    changed: Sequence[Note],
    *,
    came_from: NoteState | None,
    why: str,
    now: datetime,
) -> None:
    if changed:
        connection.execute(
            insert(_events),
            [
                {
                    "note": note.id,
                    "from_state": came_from,
                    "to_state": note.state,
                    "at": now,
                    "why": why,
                }
                for note in changed
            ],
        )
