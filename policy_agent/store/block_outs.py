"""Block-outs: what series should be and is in each mailbox, and what of it has to be put back.

A row is changed by whoever names the version that it read. Whatever a worker did in a mailbox in
vain, since the row was changed meanwhile, is found there at the next try: a series by its mark, a
day by its absence.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, update

from policy_agent.domain.block_outs import BlockOutState, KeptBlockOut, WantedBlockOut, followed
from policy_agent.domain.blocking import BlockOut
from policy_agent.domain.events import EventRef, Span
from policy_agent.domain.repairing import Repairs
from policy_agent.store import meeting_tables
from policy_agent.store.engine import Database
from policy_agent.store.leases import Claim, claim
from policy_agent.store.statements import alone, chunks
from policy_agent.store.tables import FREE

_rows = meeting_tables.block_outs
_repairs = meeting_tables.block_out_repairs

_REPAIRED_FOR = timedelta(days=1)  # for which the same event is not put back once more


class BlockOuts(Database):
    """Series of ours in people's calendars."""

    def put_block_outs(self, wanted: Collection[WantedBlockOut]) -> int:
        """Make exactly these the series that should be there; returns how many rows changed.

        A row stays for good, also when there is nothing of its series any more.
        """
        by_key = {(one.series.mailbox, one.series.rule): one for one in wanted}
        changed = 0
        with self.writing() as connection:
            alone(connection, "put block-outs")
            rows = connection.execute(select(_rows).order_by(_rows.c.id).with_for_update())
            for row in _read(connection, rows.all()):
                after = followed(row, by_key.pop((row.mailbox, row.rule), None))
                if after != row:
                    changed += _save(connection, after)
            new = [
                {
                    "version": 0,
                    "mailbox": mailbox,
                    "rule": rule,
                    "state": BlockOutState.WANTED,
                    "key": _new_key(),
                    "tried": False,
                    "wanted": _written(by_key[mailbox, rule].series),
                    "fingerprint": by_key[mailbox, rule].fingerprint,
                    "skipped": [],
                    "due": True,
                    "free_from": FREE,
                }
                for mailbox, rule in sorted(by_key)
            ]
            if new:
                connection.execute(insert(_rows), new)
        return changed + len(new)

    def claim_block_outs(
        self, worker: str, *, limit: int, now: datetime, machine: datetime, lease: timedelta
    ) -> Sequence[KeptBlockOut]:
        """Take rows with something to do that nobody has a running lease on, put off ones last.

        A wanted one counts as tried from then on: its series may be made any moment.
        """
        asked = Claim(worker=worker, limit=limit, machine=machine, lease=lease)
        with self.writing() as connection:
            rows = claim(
                connection,
                _rows,
                asked,
                _rows.c.due,
                or_(_rows.c.not_before.is_(None), _rows.c.not_before <= now),
                order=[_rows.c.free_from, _rows.c.id],
            )
            for chunk in chunks([row.id for row in rows]):
                connection.execute(update(_rows).where(_rows.c.id.in_(chunk)).values(tried=True))
            return tuple(replace(row, tried=True) for row in _read(connection, rows))

    def save_block_outs(
        self, rows: Collection[KeptBlockOut], *, now: datetime, retry_at: datetime | None = None
    ) -> frozenset[int]:
        """Write down what became of each, where nobody changed it meanwhile; ends the leases.

        Repairs that a row does not name any more are done. None of them can be claimed before
        `retry_at` (machine time). Returns the ids of those written.
        """
        saved = set()
        free = {"leased_by": None, "free_from": FREE if retry_at is None else retry_at}
        with self.writing() as connection:
            for row in sorted(rows, key=lambda row: row.id):
                connection.execute(update(_rows).where(_rows.c.id == row.id).values(**free))
                if not _save(connection, row):
                    continue
                saved.add(row.id)
                connection.execute(
                    update(_repairs)
                    .where(
                        _repairs.c.block_out == row.id,
                        _repairs.c.done.is_(None),
                        _repairs.c.event.not_in(row.repairs),
                    )
                    .values(done=now)
                )
        return frozenset(saved)

    def mend_block_outs(self, found: Mapping[int, Repairs], *, now: datetime) -> int:
        """Write down what of kept series has to be put back, by row id; returns how many rows.

        What was put back within a day is not asked for again: the service may have said yes and
        changed nothing.
        """
        changed = 0
        with self.writing() as connection:
            rows = connection.execute(
                select(_rows)
                .where(_rows.c.id.in_(sorted(found)), _rows.c.state == BlockOutState.KEPT)
                .order_by(_rows.c.id)
                .with_for_update()
            ).all()
            for row in _read(connection, rows):
                new = _ask(connection, row, found[row.id], now)
                back = found[row.id].back & row.skipped
                if new or back:
                    after = replace(row, repairs={**row.repairs, **new}, skipped=row.skipped - back)
                    changed += _save(connection, after)
        return changed

    def block_outs(self, mailboxes: Collection[str] | None = None) -> Sequence[KeptBlockOut]:
        """Return every row that there ever was, by id, or those of these mailboxes."""
        if mailboxes is not None:
            return self._where(_rows.c.mailbox, mailboxes)
        with self.reading() as connection:
            return _read(connection, connection.execute(select(_rows).order_by(_rows.c.id)).all())

    def block_outs_at(self, events: Collection[str]) -> Sequence[KeptBlockOut]:
        """Return the rows whose series has one of these ids."""
        return self._where(_rows.c.event, events)

    def _where(
        self, column: ColumnElement[str], values: Collection[str]
    ) -> tuple[KeptBlockOut, ...]:
        found: list[KeptBlockOut] = []
        with self.reading() as connection:
            for chunk in chunks(sorted(set(values))):
                rows = connection.execute(
                    select(_rows).where(column.in_(chunk)).order_by(_rows.c.id)
                )
                found += _read(connection, rows.all())
        return tuple(found)

    def block_out_series(self, mailboxes: Collection[str]) -> frozenset[EventRef]:
        """Return the masters of our own series in these mailboxes: no meetings of anybody."""
        with self.reading() as connection:
            return frozenset(
                EventRef(mailbox=mailbox, event=event)
                for chunk in chunks(sorted(set(mailboxes)))
                for mailbox, event in connection.execute(
                    select(_rows.c.mailbox, _rows.c.event).where(
                        _rows.c.mailbox.in_(chunk), _rows.c.event.is_not(None)
                    )
                )
            )


def _new_key() -> str:
    """Return a key that no series has yet."""
    return str(uuid.uuid4())


def _save(connection: Connection, row: KeptBlockOut) -> int:
    """Write a row by compare-and-set on its version; a lease stays as it is."""
    values = {
        "version": row.version + 1,
        "state": row.state,
        "key": row.key or _new_key(),
        "event": row.event,
        "tried": row.tried,
        "wanted": None if row.wanted is None else _written(row.wanted),
        "fingerprint": row.fingerprint,
        "skipped": [day.isoformat() for day in sorted(row.skipped)],
        "kept_since": row.kept_since,
        "due": row.due,
        "not_before": row.not_before,
    }
    done = connection.execute(
        update(_rows).where(_rows.c.id == row.id, _rows.c.version == row.version).values(**values)
    )
    if done.rowcount and row.state is not BlockOutState.KEPT:
        connection.execute(delete(_repairs).where(_repairs.c.block_out == row.id))
    return done.rowcount


def _ask(
    connection: Connection, row: KeptBlockOut, found: Repairs, now: datetime
) -> dict[str, Span | None]:
    """Write down repairs that nobody has asked for yet, and return them."""
    connection.execute(
        delete(_repairs).where(
            _repairs.c.block_out == row.id, _repairs.c.done <= now - _REPAIRED_FOR
        )
    )
    asked = set(
        connection.execute(select(_repairs.c.event).where(_repairs.c.block_out == row.id)).scalars()
    )
    wanted: dict[str, Span | None] = {**found.occurrences}
    if found.series and row.event is not None:
        wanted[row.event] = None
    new = {event: span for event, span in wanted.items() if event not in asked}
    if new:
        connection.execute(
            insert(_repairs),
            [
                {
                    "block_out": row.id,
                    "event": event,
                    "starts": None if span is None else span.starts,
                    "ends": None if span is None else span.ends,
                    "asked": now,
                }
                for event, span in sorted(new.items(), key=lambda item: item[0])
            ],
        )
    return new


def _read(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[KeptBlockOut, ...]:
    """Return rows with the repairs that are to be done still."""
    repairs: dict[int, dict[str, Span | None]] = {}
    for chunk in chunks([row.id for row in rows]):
        for one in connection.execute(
            select(_repairs)
            .where(_repairs.c.block_out.in_(chunk), _repairs.c.done.is_(None))
            .order_by(_repairs.c.id)
        ):
            span = None if one.starts is None else Span(starts=one.starts, ends=one.ends)
            repairs.setdefault(one.block_out, {})[one.event] = span
    return tuple(
        KeptBlockOut(
            id=row.id,
            version=row.version,
            mailbox=row.mailbox,
            rule=row.rule,
            state=row.state,
            key=row.key,
            event=row.event,
            tried=row.tried,
            wanted=None if row.wanted is None else _series(row),
            fingerprint=row.fingerprint,
            skipped=frozenset(map(date.fromisoformat, row.skipped)),
            kept_since=row.kept_since,
            not_before=row.not_before,
            repairs=repairs.get(row.id, {}),
        )
        for row in rows
    )


def _written(series: BlockOut) -> dict[str, object]:
    """Write how a series should look; its mailbox and rule stand in the row."""
    return {
        "subject": series.subject,
        "starts": series.starts.isoformat(),
        "ends": series.ends.isoformat(),
        "weekdays": sorted(series.weekdays),
        "every_weeks": series.every_weeks,
        "first": series.first.isoformat(),
        "zone": series.zone,
        "skipped": [day.isoformat() for day in series.skipped],
    }


def _series(row: Row[Any]) -> BlockOut:
    look = row.wanted
    return BlockOut(
        mailbox=row.mailbox,
        rule=row.rule,
        subject=look["subject"],
        starts=time.fromisoformat(look["starts"]),
        ends=time.fromisoformat(look["ends"]),
        weekdays=frozenset(look["weekdays"]),
        every_weeks=look["every_weeks"],
        first=date.fromisoformat(look["first"]),
        zone=look["zone"],
        skipped=tuple(map(date.fromisoformat, look["skipped"])),
    )
