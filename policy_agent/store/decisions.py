"""Decisions: each copy is judged once, for good, and its hold is planned in the same breath."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.decisions import Outcome, Reason
from policy_agent.domain.holds import Asked, HeldMail, Hold, HoldState
from policy_agent.domain.judged import Judged
from policy_agent.domain.rules import Mode
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.exemptions import count_uses
from policy_agent.store.facts import fact_values
from policy_agent.store.held_mails import held_mails_of
from policy_agent.store.holds import hold_of, write_events
from policy_agent.store.statements import chunks, insert_into

_rows = tables.decisions


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionRow:
    """What one rule said of one copy, as the store has it."""

    id: int
    mailbox: str
    message: str
    received: datetime  # aware UTC, as all below
    decided: datetime
    rule: str | None  # None: no rule is about these people
    outcome: Outcome
    mode: Mode
    reason: Reason
    detail: str  # one plain sentence, without names or addresses
    where_file: str
    where_line: int
    promised: datetime | None  # release before spread
    rulebook: str  # hash of the rulebook that decided
    sender: str | None = None  # person id; None: nobody the directory knew, or no facts were kept


_columns = [_rows.c[field.name] for field in fields(DecisionRow)]


class Decisions(Database):
    """What the rules said of each copy."""

    def judged(self, copies: Collection[CopyRef]) -> frozenset[CopyRef]:
        """Return those that have decisions already.

        Asks by message id, which few copies share, and sorts out the mailboxes here: for pairs of
        both SQLite reads the whole index.
        """
        found: set[CopyRef] = set()
        with self.reading() as connection:
            for chunk in chunks(sorted({copy.message for copy in copies})):
                rows = connection.execute(
                    select(_rows.c.mailbox, _rows.c.message).where(
                        _rows.c.message.in_(chunk), _rows.c.position == 0
                    )
                )
                found.update(CopyRef(mailbox=row.mailbox, message=row.message) for row in rows)
        return frozenset(found & set(copies))

    def record(
        self,
        judged: Collection[Judged],
        *,
        worker: str,
        rulebook: str,
        now: datetime,
        machine: datetime,
        lease: timedelta,
    ) -> Sequence[Hold]:
        """Write decisions, facts and planned holds, all or nothing; skip copies judged already.

        Uses of run-time exemptions are counted with them. Returns the new holds, leased to
        the worker.

        Whoever writes a copy's first decision has judged it. A second writer waits until the first
        one's transaction ended, and then writes nothing of that copy. A copy without a decision is
        a ValueError: it would not count as judged.
        """
        by_copy: dict[CopyRef, Judged] = {}
        for one in judged:
            if not one.decisions:
                raise ValueError(f"{one.copy} comes without a decision")
            by_copy.setdefault(one.copy, one)
        if not by_copy:
            return ()
        # Sorted, so that two processes cannot wait for each other.
        ordered = [by_copy[copy] for copy in sorted(by_copy)]
        with self.writing() as connection:
            first = insert_into(connection, _rows).on_conflict_do_nothing(
                index_elements=[_rows.c.mailbox, _rows.c.message, _rows.c.position]
            )
            written = connection.execute(
                first.returning(_rows.c.mailbox, _rows.c.message),
                [_values(one, 0, rulebook=rulebook, now=now) for one in ordered],
            )
            new = {CopyRef(mailbox=row.mailbox, message=row.message) for row in written}
            winners = [one for one in ordered if one.copy in new]
            further = [
                _values(one, position, rulebook=rulebook, now=now)
                for one in winners
                for position in range(1, len(one.decisions))
            ]
            if further:
                connection.execute(insert(_rows), further)
            facts = [fact_values(one.copy, one.facts) for one in winners if one.facts is not None]
            if facts:
                connection.execute(insert(tables.facts), facts)
            count_uses(connection, (said for one in winners for said in one.decisions))
            mails = held_mails_of(connection, winners)
            planned = [
                _planned(
                    one, mails.get(one.copy), worker=worker, now=now, free_from=machine + lease
                )
                for one in winners
                if one.hold is not None
            ]
            return _plan(connection, planned, now=now)

    def decisions_between(self, start: datetime, end: datetime) -> Iterator[DecisionRow]:
        """Go through what was decided from `start` until before `end`, oldest first.

        Rows are fetched as they are asked for, all out of one transaction: what is decided
        meanwhile does not come in, so that figures add up.
        """
        with self.reading() as connection:
            rows = connection.execute(
                select(*_columns)
                .where(_rows.c.decided >= start, _rows.c.decided < end)
                .order_by(_rows.c.decided, _rows.c.id),
                execution_options={"yield_per": 1000},
            )
            for row in rows.mappings():
                yield DecisionRow(**row)

    def decision(self, number: int) -> DecisionRow | None:
        """Return one decision by its id, if there is one."""
        with self.reading() as connection:
            row = connection.execute(select(*_columns).where(_rows.c.id == number)).mappings()
            found = row.one_or_none()
        return None if found is None else DecisionRow(**found)

    def decisions_of(self, copy: CopyRef) -> Sequence[DecisionRow]:
        """Return what was decided of one copy, in the rulebook's order; nothing if nothing was."""
        with self.reading() as connection:
            rows = connection.execute(
                select(*_columns)
                .where(_rows.c.mailbox == copy.mailbox, _rows.c.message == copy.message)
                .order_by(_rows.c.position)
            )
            return tuple(DecisionRow(**row) for row in rows.mappings())


def _values(one: Judged, position: int, *, rulebook: str, now: datetime) -> dict[str, object]:
    decision = one.decisions[position]
    return {
        "mailbox": one.copy.mailbox,
        "message": one.copy.message,
        "position": position,
        "received": one.received,
        "decided": now,
        "rule": decision.rule,
        "outcome": decision.outcome,
        "mode": decision.mode,
        "reason": decision.reason,
        "detail": decision.detail,
        "where_file": decision.where.file,
        "where_line": decision.where.line,
        "promised": decision.promise,
        "rulebook": rulebook,
        "sender": None if one.facts is None else one.facts.sender,
        "urgent": None if one.facts is None else one.facts.urgent,
    }


def _planned(
    one: Judged, mail: HeldMail | None, *, worker: str, now: datetime, free_from: datetime
) -> dict[str, object]:
    """Return the row of a hold; one of a mail that its sender sent now already is due at once."""
    if one.hold is None:
        raise ValueError(f"{one.copy} asks for no hold")
    sent_now = mail is not None and mail.sent_now is not None
    return {
        "mailbox": one.copy.mailbox,
        "message": one.copy.message,
        "rule": one.hold.rule,
        "state": HoldState.PLANNED,
        "received": one.received,
        "decided": now,
        "promised": one.hold.promised,
        "due": min(one.hold.due, now) if sent_now else one.hold.due,
        "leased_by": worker,
        "free_from": free_from,
        "mail": None if mail is None else mail.id,
        "asked": Asked.SENDER if sent_now else None,
    }


def _plan(
    connection: Connection, planned: Sequence[dict[str, object]], *, now: datetime
) -> Sequence[Hold]:
    if not planned:
        return ()
    rows = connection.execute(insert(tables.holds).returning(tables.holds), planned).all()
    holds = sorted((hold_of(row) for row in rows), key=lambda hold: hold.id)
    waiting = [hold for hold in holds if hold.asked is None]
    write_events(connection, waiting, came_from=None, why="decided", now=now)
    sent_now = [hold for hold in holds if hold.asked is not None]
    why = "decided after its sender asked to send it now"
    write_events(connection, sent_now, came_from=None, why=why, now=now)
    return tuple(holds)
