"""Facts of judged copies, as far as they may be kept; see `policy_agent.domain.recorded`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, or_, select

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.events import Span
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import chunks

_rows = tables.facts
_names = [field.name for field in fields(RecordedFacts)]
_lists = ("sender_lists", "recipients", "recipient_lists", "tags", "categories")


class Facts(Database):
    """What each copy was judged by."""

    def facts_of(self, copies: Collection[CopyRef]) -> Mapping[CopyRef, RecordedFacts]:
        """Return the facts of each copy that has any."""
        found: dict[CopyRef, RecordedFacts] = {}
        wanted = set(copies)
        with self.reading() as connection:
            for chunk in chunks(sorted({copy.mailbox for copy in wanted})):
                messages = sorted({copy.message for copy in wanted if copy.mailbox in set(chunk)})
                for some in chunks(messages):
                    rows = connection.execute(
                        select(_rows).where(_rows.c.mailbox.in_(chunk), _rows.c.message.in_(some))
                    )
                    found.update(_read(row) for row in rows.mappings())
        return {copy: facts for copy, facts in found.items() if copy in wanted}

    def facts_between(
        self, start: datetime, end: datetime
    ) -> Iterator[tuple[CopyRef, RecordedFacts]]:
        """Go through what was received from `start` until before `end`, oldest first.

        Rows are fetched as they are asked for, all out of one transaction.
        """
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows)
                .where(_rows.c.received >= start, _rows.c.received < end)
                .order_by(_rows.c.received, _rows.c.mailbox, _rows.c.message),
                execution_options={"yield_per": 1000},
            )
            for row in rows.mappings():
                yield _read(row)

    def received_in(
        self, mailbox: str, spans: Sequence[Span], *, besides: str | None = None
    ) -> tuple[datetime, ...]:
        """Return when mail came to a mailbox within these spans, oldest first.

        Mail that the person `besides` sent does not count.
        """
        found: set[tuple[datetime, str]] = set()
        with self.reading() as connection:
            for chunk in chunks(spans):
                within = [
                    and_(_rows.c.received >= span.starts, _rows.c.received < span.ends)
                    for span in chunk
                ]
                wanted = select(_rows.c.received, _rows.c.message).where(
                    _rows.c.mailbox == mailbox, or_(*within)
                )
                if besides is not None:
                    wanted = wanted.where(_rows.c.sender.is_distinct_from(besides))
                found.update((row.received, row.message) for row in connection.execute(wanted))
        return tuple(received for received, _ in sorted(found))


def fact_values(copy: CopyRef, facts: RecordedFacts) -> dict[str, object]:
    """Return the row that a copy's facts make."""
    values: dict[str, Any] = {name: getattr(facts, name) for name in _names}
    values |= {name: list(values[name]) for name in _lists}
    if facts.working_days is not None:
        values["working_days"] = list(facts.working_days)
    return {"mailbox": copy.mailbox, "message": copy.message, **values}


def _read(row: RowMapping) -> tuple[CopyRef, RecordedFacts]:
    values: dict[str, Any] = {name: row[name] for name in _names}
    values |= {name: tuple(values[name]) for name in _lists}
    if values["working_days"] is not None:
        values["working_days"] = tuple(values["working_days"])
    return CopyRef(mailbox=row["mailbox"], message=row["message"]), RecordedFacts(**values)
