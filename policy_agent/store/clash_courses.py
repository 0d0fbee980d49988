"""Courses of clashes: the states that each has been in, for figures."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from policy_agent.domain.clashes import ClashCourse, ClashState
from policy_agent.store import meeting_tables
from policy_agent.store.engine import Database

_rows = meeting_tables.clashes
_events = meeting_tables.clash_events


class ClashCourses(Database):
    """What became of clashes."""

    def clash_courses(self, start: datetime, end: datetime) -> Sequence[ClashCourse]:
        """Return the course of each clash found from `start` until before `end`, in that order."""
        found = (_rows.c.found >= start, _rows.c.found < end)
        states: dict[int, list[ClashState]] = defaultdict(list)
        with self.reading() as connection:
            events = connection.execute(
                select(_events.c.clash, _events.c.to_state)
                .join_from(_events, _rows)
                .where(*found)
                .order_by(_events.c.id)
            )
            for event in events:
                states[event.clash].append(event.to_state)
            rows = connection.execute(
                select(_rows.c.id, _rows.c.rule, _rows.c.organiser, _rows.c.found)
                .where(*found)
                .order_by(_rows.c.found, _rows.c.id)
            )
            return tuple(
                ClashCourse(
                    rule=row.rule,
                    organiser=row.organiser,
                    found=row.found,
                    states=tuple(states[row.id]),
                )
                for row in rows
            )
