"""Decisions of meetings: written when they are new or have changed, else only counted."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime

from sqlalchemy import Connection, insert, select

from policy_agent.domain.judged import JudgedMeeting
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Decision, Outcome, Reason
from policy_agent.store import figure_tables, meeting_tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import alone, chunks, insert_into

_rows = meeting_tables.meeting_decisions
_counts = meeting_tables.meeting_counts
_totals = figure_tables.meeting_totals

# Of most meetings most rules have nothing to say: that is counted, and has no row of its own.
PLAIN = frozenset({Reason.OUTSIDE_WINDOW, Reason.NOT_COVERED, Reason.KIND})


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingDecisionRow:
    """What one rule said of one meeting, as the store has it."""

    id: int
    uid: str
    position: int
    mailbox: str
    event: str
    organiser: str | None
    starts: datetime  # aware UTC, as all below
    ends: datetime
    decided: datetime
    rule: str
    outcome: Outcome
    mode: Mode
    reason: Reason
    detail: str  # one plain sentence, without names or addresses
    where_file: str
    where_line: int
    rulebook: str


_columns = [_rows.c[field.name] for field in fields(MeetingDecisionRow)]


class MeetingDecisions(Database):
    """What the rules said of each meeting and occurrence."""

    def record_meetings(
        self, judged: Collection[JudgedMeeting], *, rulebook: str, now: datetime
    ) -> int:
        """Write what is new or has changed, count the rest; returns how many were written.

        Changed is what differs in time, outcome, mode, reason or rulebook from the last that was
        written of the meeting and the rule. So a clash that is mended leaves a row that says so.
        """
        if not judged:
            return 0
        fresh: list[dict[str, object]] = []
        looks: Counter[tuple[str, Reason]] = Counter()
        with self.writing() as connection:
            alone(connection, "record meetings")
            last = _last(connection, {one.uid for one in judged})
            for one in judged:
                for position, decision in enumerate(one.decisions):
                    known = last.get((one.uid, decision.rule or ""))
                    plain = decision.reason in PLAIN
                    if plain:
                        looks[decision.rule or "", decision.reason] += 1
                    if known is None and plain:
                        continue
                    said = _said(one, decision, rulebook)
                    if known is None or (known != said and not (plain and known[5] in PLAIN)):
                        last[one.uid, decision.rule or ""] = said
                        fresh.append(_values(one, position, rulebook=rulebook, now=now))
            if fresh:
                connection.execute(insert(_rows), fresh)
                _add_up(connection, fresh)
            _count(connection, now.astimezone(UTC).date(), looks)
        return len(fresh)

    def meeting_decision(self, number: int) -> MeetingDecisionRow | None:
        """Return one row by its id."""
        with self.reading() as connection:
            row = connection.execute(select(*_columns).where(_rows.c.id == number)).mappings()
            found = row.one_or_none()
            return None if found is None else MeetingDecisionRow(**found)

    def meeting_decisions_of(self, uid: str) -> Sequence[MeetingDecisionRow]:
        """Return everything that was ever decided of one meeting or occurrence, oldest first."""
        with self.reading() as connection:
            rows = connection.execute(
                select(*_columns).where(_rows.c.uid == uid).order_by(_rows.c.id)
            )
            return tuple(MeetingDecisionRow(**row) for row in rows.mappings())

    def meeting_decisions_between(
        self, start: datetime, end: datetime
    ) -> Iterator[MeetingDecisionRow]:
        """Go through what was decided of meetings that start from `start` until before `end`.

        By their start, then in the order in which it was decided; all out of one transaction.
        """
        with self.reading() as connection:
            rows = connection.execute(
                select(*_columns)
                .where(_rows.c.starts >= start, _rows.c.starts < end)
                .order_by(_rows.c.starts, _rows.c.id),
                execution_options={"yield_per": 1000},
            )
            for row in rows.mappings():
                yield MeetingDecisionRow(**row)

    def meeting_looks(self, first: date, last: date) -> Mapping[tuple[date, str, Reason], int]:
        """Return how often each rule had nothing to say, by day of the look, rule and reason.

        A meeting that is looked at twice counts twice: this tells of work, not of meetings.
        """
        with self.reading() as connection:
            rows = connection.execute(
                select(_counts).where(_counts.c.day >= first, _counts.c.day <= last)
            )
            return {(row.day, row.rule, row.reason): row.looks for row in rows}


_Said = tuple[datetime, datetime, Outcome, Mode, str, Reason]  # what makes a decision another one


def _last(connection: Connection, uids: Collection[str]) -> dict[tuple[str, str], _Said]:
    """Return what was last written of each meeting, by uid and rule."""
    wanted = (
        _rows.c.uid,
        _rows.c.rule,
        _rows.c.starts,
        _rows.c.ends,
        _rows.c.outcome,
        _rows.c.mode,
        _rows.c.rulebook,
        _rows.c.reason,
    )
    found: dict[tuple[str, str], _Said] = {}
    for chunk in chunks(sorted(uids)):
        rows = connection.execute(
            select(*wanted).where(_rows.c.uid.in_(chunk)).order_by(_rows.c.id)
        )
        for uid, rule, *said in rows:
            found[uid, rule] = (said[0], said[1], said[2], said[3], said[4], said[5])
    return found


def _said(one: JudgedMeeting, decision: Decision, rulebook: str) -> _Said:
    return (one.starts, one.ends, decision.outcome, decision.mode, rulebook, decision.reason)


def _values(
    one: JudgedMeeting, position: int, *, rulebook: str, now: datetime
) -> dict[str, object]:
    decision = one.decisions[position]
    return {
        "uid": one.uid,
        "position": position,
        "mailbox": one.ref.mailbox,
        "event": one.ref.event,
        "organiser": one.organiser,
        "starts": one.starts,
        "ends": one.ends,
        "decided": now,
        "rule": decision.rule or "",
        "outcome": decision.outcome,
        "mode": decision.mode,
        "reason": decision.reason,
        "detail": decision.detail,
        "where_file": decision.where.file,
        "where_line": decision.where.line,
        "rulebook": rulebook,
    }


def _add_up(connection: Connection, fresh: Collection[Mapping[str, object]]) -> None:
    names = ("rule", "mode", "outcome", "reason")
    written = Counter(tuple(str(row[name]) for name in names) for row in fresh)
    write = insert_into(connection, _totals)
    connection.execute(
        write.on_conflict_do_update(
            index_elements=[_totals.c[name] for name in names],
            set_={"written": _totals.c.written + write.excluded.written},
        ),
        [
            {**dict(zip(names, key, strict=True)), "written": number}
            for key, number in sorted(written.items())
        ],
    )


def _count(connection: Connection, day: date, looks: Mapping[tuple[str, Reason], int]) -> None:
    if not looks:
        return
    write = insert_into(connection, _counts)
    connection.execute(
        write.on_conflict_do_update(
            index_elements=[_counts.c.day, _counts.c.rule, _counts.c.reason],
            set_={"looks": _counts.c.looks + write.excluded.looks},
        ),
        [
            {"day": day, "rule": rule, "reason": reason, "looks": number}
            for (rule, reason), number in sorted(looks.items())
        ],
    )
