"""Searching holds, newest first, a page at a time.

Every search goes through each wanted state by an index of its own, so that the few of a rare state
are found among however many that are over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    and_,
    func,
    select,
    union_all,
)

from policy_agent.domain.holds import OPEN_STATES, Hold, HoldState
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.holds import hold_of

_rows = tables.holds
_mails = tables.held_mails
_WAITS = and_(_rows.c.state.in_([HoldState.PLANNED, HoldState.HELD]), _rows.c.asked.is_(None))


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldSearch:
    """Which holds are wanted; what is None does not matter."""

    states: frozenset[HoldState] = frozenset(HoldState)
    due_before: datetime | None = None  # aware
    rule: str | None = None
    person: str | None = None  # id of whoever has it or sent it
    before: int | None = None  # only what stands after the hold of that id, on the next page


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundHold:
    """A hold and whose mail it is a copy of."""

    hold: Hold
    sender: str | None  # person id; None: nobody the directory knew


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenHolds:
    """How many holds are not over, and how far they are."""

    by_state: dict[HoldState, int]  # each open state is there
    waiting: int  # planned or held, and nobody asked for them
    asked: int  # somebody asked for them, and they are not back yet
    overdue: int  # of all of them

    @property
    def all(self) -> int:
        return sum(self.by_state.values())


class FoundHolds(Database):
    """Holds as somebody searches them."""

    def find_holds(self, search: HoldSearch, *, limit: int) -> Sequence[FoundHold]:
        """Return at most `limit` holds, the last made first."""
        wanted = union_all(
            *(
                select(each.subquery())
                for state in sorted(search.states)
                for each in _of_state(state, search, limit)
            )
        ).subquery()
        numbers = select(wanted.c.id).distinct().order_by(wanted.c.id.desc()).limit(limit)
        with self.reading() as connection:
            ids = connection.execute(numbers).scalars().all()
            rows = connection.execute(
                _with_senders().where(_rows.c.id.in_(ids)).order_by(_rows.c.id.desc())
            ).all()
        return tuple(map(_found, rows))

    def found_hold(self, number: int) -> FoundHold | None:
        """Return the hold of that id, if there is one."""
        with self.reading() as connection:
            row = connection.execute(_with_senders().where(_rows.c.id == number)).one_or_none()
        return None if row is None else _found(row)

    def count_open(self, *, late: datetime) -> OpenHolds:
        """Count the holds that are not over; those that were due before `late` are overdue."""
        with self.reading() as connection:
            rows = connection.execute(
                select(
                    _rows.c.state,
                    func.count(),
                    func.count().filter(_WAITS),
                    func.count(_rows.c.asked),
                    func.count().filter(_rows.c.due < late),
                )
                .where(_rows.c.state.in_(OPEN_STATES))
                .group_by(_rows.c.state)
            ).all()
        by_state = dict.fromkeys(sorted(OPEN_STATES), 0)
        return OpenHolds(
            by_state=by_state | {row[0]: row[1] for row in rows},
            waiting=sum(row[2] for row in rows),
            asked=sum(row[3] for row in rows),
            overdue=sum(row[4] for row in rows),
        )


def _of_state(state: HoldState, search: HoldSearch, limit: int) -> Iterator[Select[tuple[int]]]:
    """Yield the questions that find the first of one state: of a person one for each part."""
    found = select(_rows.c.id).where(_rows.c.state == state)
    if search.due_before is not None:
        found = found.where(_rows.c.due < search.due_before)
    if search.rule is not None:
        found = found.where(_rows.c.rule == search.rule)
    if search.before is not None:
        found = found.where(_rows.c.id < search.before)
    found = found.order_by(_rows.c.id.desc()).limit(limit)
    if search.person is None:
        yield found
        return
    yield found.where(_rows.c.mailbox == search.person)
    yield found.where(_rows.c.mail == _mails.c.id, _mails.c.sender == search.person)


def _with_senders() -> Select[Any]:
    return select(_rows, _mails.c.sender).outerjoin(_mails, _mails.c.id == _rows.c.mail)


def _found(row: Row[Any]) -> FoundHold:
    return FoundHold(hold=hold_of(row), sender=row.sender)
