"""Rows of clashes, read and written by those that look and by those that act."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from policy_agent.domain.clashes import Clash, ClashOccurrence, ClashState
from policy_agent.domain.events import Span
from policy_agent.store import meeting_tables

_clashes = meeting_tables.clashes
_occurrences = meeting_tables.clash_occurrences
_answers = meeting_tables.clash_answers
_events = meeting_tables.clash_events


def read_clash(row: Row[Any]) -> Clash:
    """Return the clash that a row of the table says."""
    return Clash(
        id=row.id,
        rule=row.rule,
        series=row.series,
        mailbox=row.mailbox,
        master=row.master,
        organiser=row.organiser,
        state=row.state,
        every=row.every,
        first=row.first,
        ahead=row.ahead,
        found=row.found,
        told=row.told,
        act_at=row.act_at,
        tries=row.tries,
        slots=tuple(
            Span(starts=datetime.fromisoformat(starts), ends=datetime.fromisoformat(ends))
            for starts, ends in row.slots
        ),
    )


def read_occurrences(connection: Connection, clash: int) -> tuple[ClashOccurrence, ...]:
    rows = connection.execute(
        select(_occurrences)
        .where(_occurrences.c.clash == clash)
        .order_by(_occurrences.c.starts, _occurrences.c.uid)
    )
    return tuple(
        ClashOccurrence(
            uid=row.uid,
            event=row.event,
            starts=row.starts,
            ends=row.ends,
            affected=tuple(row.affected),
        )
        for row in rows
    )


def answered_in(
    connection: Connection, clash: int
) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
    """Return who has an answer, by uid and person, and who has one for the whole series."""
    rows = connection.execute(
        select(_answers.c.uid, _answers.c.person, _answers.c.whole).where(_answers.c.clash == clash)
    ).all()
    return (
        frozenset((row.uid, row.person) for row in rows),
        frozenset(row.person for row in rows if row.whole),
    )


def write_event(
    connection: Connection,
    clash: int,
    came_from: ClashState | None,
    to: ClashState,
    why: str,
    now: datetime,
) -> None:
    """Write down that a clash came into a state."""
    connection.execute(
        insert(_events).values(clash=clash, from_state=came_from, to_state=to, at=now, why=why)
    )


def locked(connection: Connection, *where: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Return rows, locked in the order of their ids: so no two processes wait for each other."""
    return connection.execute(
        select(_clashes).where(*where).order_by(_clashes.c.id).with_for_update()
    ).all()


def opened(row: Row[Any]) -> dict[str, object]:
    """Return what to write beside `open`: a nudge that came to nothing needs a key of its own."""
    return {"planned": False, "tries": row.tries + bool(row.planned)}


def set_state(
    connection: Connection,
    row: Row[Any],
    to: ClashState,
    why: str,
    now: datetime,
    **further: object,
) -> None:
    """Write the state of a row that this transaction has locked, and that it changed."""
    connection.execute(update(_clashes).where(_clashes.c.id == row.id).values(state=to, **further))
    write_event(connection, row.id, row.state, to, why, now)


__all__ = [
    "answered_in",
    "locked",
    "opened",
    "read_clash",
    "read_occurrences",
    "set_state",
    "write_event",
]
