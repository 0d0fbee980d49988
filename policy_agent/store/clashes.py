"""Clashes: what each look at the calendars found, and every change of state as a row of its own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from policy_agent.domain.clashes import (
    LIVE,
    Clash,
    ClashOccurrence,
    ClashState,
    FoundClash,
    act_at,
    after_look,
    unanswered,
    wished,
)
from policy_agent.domain.events import Span
from policy_agent.store import meeting_tables
from policy_agent.store.clash_rows import (
    answered_in,
    locked,
    opened,
    read_clash,
    read_occurrences,
    set_state,
    write_event,
)
from policy_agent.store.engine import Database
from policy_agent.store.statements import alone, chunks, insert_into
from policy_agent.store.tables import FREE

_rows = meeting_tables.clashes
_occurrences = meeting_tables.clash_occurrences
_events = meeting_tables.clash_events
_ENDED_BY_LOOKS = LIVE - {ClashState.ACTING}  # what is being done is ended by whoever does it


@dataclass(frozen=True, kw_only=True, slots=True)
class ClashEvent:
    """One change of a clash's state."""

    clash: int
    from_state: ClashState | None  # None: it was found
    to_state: ClashState
    at: datetime  # tenant time, aware UTC
    why: str


_event_columns = [_events.c[field.name] for field in fields(ClashEvent)]


class Clashes(Database):
    """Meetings over protected windows."""

    def put_clashes(
        self,
        found: Collection[FoundClash],
        *,
        looked: Collection[str],
        rules: Collection[str],
        unsure: Collection[tuple[str, str]] = (),
        now: datetime,
    ) -> None:
        """Write down what a look at these series found; `looked` are their keys, all of them.

        A clash of theirs that was not found again is over, if its rule is one of `rules`, those
        that were asked, and it is not `unsure`, by rule and series: then the look could not tell.
        The same look again changes nothing.
        """
        wanted = {(one.rule, one.series): one for one in found}
        spared = frozenset(unsure)
        with self.writing() as connection:
            if looked:
                alone(connection, "put clashes")
            known: dict[tuple[str, str], Row[Any]] = {}
            for chunk in chunks(sorted(looked)):
                for row in locked(connection, _rows.c.series.in_(chunk)):
                    known[row.rule, row.series] = row
            for key in sorted(wanted):
                if key in known:
                    _look_again(connection, known[key], wanted[key], now)
                else:
                    _make(connection, wanted[key], now)
            for key, row in known.items():
                asked = row.rule in rules and key not in spared
                if asked and key not in wanted and row.state in _ENDED_BY_LOOKS:
                    _end(connection, row, now)

    def lose_clashes(self, events: Collection[str], *, now: datetime) -> None:
        """Hear that these events are gone: occurrences, singles or series masters."""
        with self.writing() as connection:
            for chunk in chunks(sorted(events)):
                touched = set(
                    connection.execute(
                        select(_occurrences.c.clash).where(_occurrences.c.event.in_(chunk))
                    ).scalars()
                )
                connection.execute(delete(_occurrences).where(_occurrences.c.event.in_(chunk)))
                rows = locked(
                    connection, or_(_rows.c.id.in_(sorted(touched)), _rows.c.master.in_(chunk))
                )
                for row in rows:
                    if row.master in chunk:
                        _end(connection, row, now, gone=True)
                    else:
                        _count_anew(connection, row, now)

    def lose_unseen(
        self, whole: Mapping[str, Span], *, looked: Collection[str], now: datetime
    ) -> None:
        """Hear that mailboxes were seen whole in these spans, and which series were there."""
        there = frozenset(looked)
        with self.writing() as connection:
            for chunk in chunks(sorted(whole)):
                rows = locked(
                    connection, _rows.c.mailbox.in_(chunk), _rows.c.state.in_(_ENDED_BY_LOOKS)
                )
                for row in rows:
                    if row.series in there:
                        continue
                    span = whole[row.mailbox]
                    connection.execute(
                        delete(_occurrences).where(
                            _occurrences.c.clash == row.id,
                            _occurrences.c.starts >= max(now, span.starts),
                            _occurrences.c.starts < span.ends,
                        )
                    )
                    _count_anew(connection, row, now)

    def pass_clashes(self, *, now: datetime) -> int:
        """End those of which everything has begun; returns how many."""
        with self.writing() as connection:
            rows = locked(connection, _rows.c.state.in_(_ENDED_BY_LOOKS), _rows.c.last <= now)
            for row in rows:
                set_state(connection, row, ClashState.PASSED, "all of it has begun", now)
        return len(rows)

    def clash(self, id_: int) -> Clash | None:
        with self.reading() as connection:
            row = connection.execute(select(_rows).where(_rows.c.id == id_)).one_or_none()
        return None if row is None else read_clash(row)

    def clashes(self, states: Collection[ClashState]) -> Sequence[Clash]:
        """Return those in any of these states, the first to come first."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows)
                .where(_rows.c.state.in_(sorted(states)))
                .order_by(_rows.c.first, _rows.c.id)
            ).all()
        return tuple(read_clash(row) for row in rows)

    def clash_occurrences(self, clash: int) -> tuple[ClashOccurrence, ...]:
        """Return its occurrences as they were last found, in order."""
        with self.reading() as connection:
            return read_occurrences(connection, clash)

    def clash_events(self, clash: int) -> Sequence[ClashEvent]:
        """Return what happened to the clash of that id, in order."""
        with self.reading() as connection:
            rows = connection.execute(
                select(*_event_columns).where(_events.c.clash == clash).order_by(_events.c.id)
            )
            return tuple(ClashEvent(**row) for row in rows.mappings())


def _make(connection: Connection, found: FoundClash, now: datetime) -> None:
    state = wished(found, None)
    made = connection.execute(
        insert_into(connection, _rows)
        .values(
            rule=found.rule,
            series=found.series,
            state=state,
            found=now,
            planned=False,
            tries=0,
            slots=[],
            free_from=FREE,
            **_seen(found),
        )
        .returning(_rows.c.id)
    ).scalar_one()
    _write_occurrences(connection, made, found.occurrences)
    write_event(connection, made, None, state, "found", now)


def _look_again(connection: Connection, row: Row[Any], found: FoundClash, now: datetime) -> None:
    clash = read_clash(row)
    before = read_occurrences(connection, clash.id)
    if before != found.occurrences:
        connection.execute(delete(_occurrences).where(_occurrences.c.clash == clash.id))
        _write_occurrences(connection, clash.id, found.occurrences)
    seen = _seen(found)
    if any(getattr(row, name) != value for name, value in seen.items()):
        connection.execute(update(_rows).where(_rows.c.id == clash.id).values(**seen))
    left = bool(unanswered(found, *answered_in(connection, clash.id)))
    state = after_look(clash, found, unanswered=left)
    if clash.state is ClashState.ACTING or (state is clash.state is ClashState.DONE):
        return
    due = act_at(clash, found, state, now)
    if state is not clash.state:
        values: dict[str, object] = {"act_at": due}
        if state is ClashState.OPEN:
            values |= opened(row)
        set_state(connection, row, state, "found so", now, **values)
    elif due != clash.act_at:
        connection.execute(update(_rows).where(_rows.c.id == clash.id).values(act_at=due))


def _seen(found: FoundClash) -> dict[str, object]:
    return {
        "mailbox": found.mailbox,
        "master": found.master,
        "organiser": found.organiser,
        "every": found.every,
        "first": found.occurrences[0].starts,
        "last": found.occurrences[-1].starts,
        "ahead": len(found.occurrences),
    }


def _write_occurrences(
    connection: Connection, clash: int, occurrences: Sequence[ClashOccurrence]
) -> None:
    if not occurrences:
        raise ValueError(f"clash {clash} has no occurrence")
    connection.execute(
        insert(_occurrences),
        [
            {
                "clash": clash,
                "uid": one.uid,
                "event": one.event,
                "starts": one.starts,
                "ends": one.ends,
                "affected": list(one.affected),
            }
            for one in occurrences
        ],
    )


def _count_anew(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Make a clash what is left of its occurrences; without any ahead it is over."""
    left = [one for one in read_occurrences(connection, row.id) if one.starts > now]
    if left:
        connection.execute(
            update(_rows)
            .where(_rows.c.id == row.id)
            .values(first=left[0].starts, last=left[-1].starts, ahead=len(left))
        )
    else:
        _end(connection, row, now, gone=row.last > now)


def _end(connection: Connection, row: Row[Any], now: datetime, *, gone: bool = False) -> None:
    """Write that a clash is over: mended where any of it was still ahead, else passed."""
    if row.state not in _ENDED_BY_LOOKS:
        return
    if gone or row.last > now:
        why = "it is gone" if gone else "it is no clash any more"
        set_state(connection, row, ClashState.MENDED, why, now, act_at=None)
    else:
        set_state(connection, row, ClashState.PASSED, "all of it has begun", now, act_at=None)


__all__ = ["ClashEvent", "Clashes"]
