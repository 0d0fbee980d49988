"""Searching decisions, newest first, a page at a time.

What is searched for may be as rare as it likes: the span of time bounds what is looked at, and all
of it stands in one index, so that the table itself is read for the found ones only. Of one person
there is an index for each of their parts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, literal, select, tuple_

from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.store import meeting_tables, tables
from policy_agent.store.decisions import DecisionRow
from policy_agent.store.engine import Database
from policy_agent.store.meeting_decisions import MeetingDecisionRow

_mail = tables.decisions
_meetings = meeting_tables.meeting_decisions


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionSearch:
    """Which decisions are wanted; what is None does not matter."""

    start: datetime  # decided from then on, aware as the next
    end: datetime  # and before then
    rule: str | None = None  # its name; empty: what no rule was about
    outcome: Outcome | None = None
    reason: Reason | None = None
    mode: Mode | None = None
    person: str | None = None  # id of whoever sent, organised or got it
    before: int | None = None  # only what stands after the decision of that id, on the next page


class FoundDecisions(Database):
    """Decisions of mail and of meetings, as somebody searches them."""

    def find_decisions(self, search: DecisionSearch, *, limit: int) -> Sequence[DecisionRow]:
        """Return at most `limit` decisions of mail, newest first."""
        with self.reading() as connection:
            ids = _found(connection, _mail, ("mailbox", "sender"), search, limit)
            columns = [_mail.c[field.name] for field in fields(DecisionRow)]
            rows = connection.execute(select(*columns).where(_mail.c.id.in_(ids))).mappings()
            by_id = {row["id"]: DecisionRow(**row) for row in rows}
        return tuple(by_id[number] for number in ids if number in by_id)

    def find_meeting_decisions(
        self, search: DecisionSearch, *, limit: int
    ) -> Sequence[MeetingDecisionRow]:
        """Return at most `limit` decisions of meetings, newest first."""
        with self.reading() as connection:
            ids = _found(connection, _meetings, ("mailbox", "organiser"), search, limit)
            columns = [_meetings.c[field.name] for field in fields(MeetingDecisionRow)]
            rows = connection.execute(select(*columns).where(_meetings.c.id.in_(ids))).mappings()
            by_id = {row["id"]: MeetingDecisionRow(**row) for row in rows}
        return tuple(by_id[number] for number in ids if number in by_id)


def _found(
    connection: Connection,
    table: Table,
    parts: Sequence[str],
    search: DecisionSearch,
    limit: int,
) -> Sequence[int]:
    """Return the ids of the first ones; of a person they are looked for by each of their parts."""
    wanted = (
        select(table.c.decided, table.c.id)
        .where(*_conditions(connection, table, search))
        .order_by(table.c.decided.desc(), table.c.id.desc())
        .limit(limit)
    )
    if search.person is None:
        return [row.id for row in connection.execute(wanted)]
    found: set[tuple[datetime, int]] = set()
    for part in parts:
        rows = connection.execute(wanted.where(table.c[part] == search.person))
        found.update((row.decided, row.id) for row in rows)
    return [number for _, number in sorted(found, reverse=True)[:limit]]


def _conditions(
    connection: Connection, table: Table, search: DecisionSearch
) -> Iterator[ColumnElement[bool]]:
    yield table.c.decided >= search.start
    yield table.c.decided < search.end
    if search.before is not None:
        last = connection.execute(
            select(table.c.decided, table.c.id).where(table.c.id == search.before)
        ).one_or_none()
        if last is not None:  # else it was erased meanwhile: the first page is the honest one
            yield tuple_(table.c.decided, table.c.id) < tuple_(
                literal(last.decided, table.c.decided.type), literal(last.id)
            )
    if search.rule is not None:
        nobody = table.c.rule.is_(None) if table.c.rule.nullable else table.c.rule == ""
        yield table.c.rule == search.rule if search.rule else nobody
    for name in ("outcome", "reason", "mode"):
        word = getattr(search, name)
        if word is not None:
            yield table.c[name] == word
