"""What etiquette found, and who was told of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select, update

from policy_agent.domain.events import EventRef
from policy_agent.domain.findings import Finding, FindingState, Found
from policy_agent.domain.meeting_rules import Check
from policy_agent.store.engine import Database
from policy_agent.store.meeting_tables import findings
from policy_agent.store.statements import chunks, insert_into

_rows = findings
_Key = tuple[str, str, str]


class Findings(Database):
    """One row a series, rule and check, for good."""

    def put_findings(
        self,
        found: Collection[Found],
        *,
        series: Collection[str],
        unseen: Collection[tuple[str, Check]] = (),
        now: datetime,
    ) -> None:
        """Write down what was found about these series, and that nothing else is so of them.

        But for `unseen`: checks of a series that could not be looked at this time. What somebody
        was told stays told. What was over and is found again is open from `now` on.
        """
        by_key: dict[_Key, Found] = {(one.series, one.rule, one.check): one for one in found}
        with self.writing() as connection:
            for chunk in chunks(sorted({*series, *(one.series for one in found)})):
                # In one order, so that two processes cannot wait for each other.
                rows = connection.execute(
                    select(_rows)
                    .where(_rows.c.series.in_(chunk))
                    .order_by(_rows.c.id)
                    .with_for_update()
                ).all()
                known = {(row.series, row.rule, row.check): row for row in rows}
                here = set(chunk)
                new = [by_key[key] for key in sorted(by_key) if key[0] in here and key not in known]
                _insert(connection, new, now)
                for key, row in known.items():
                    if key not in by_key and (row.series, row.check) in unseen:
                        continue
                    _look_again(connection, row, by_key.get(key), now)

    def people_to_tell(
        self, rules: Collection[str], *, found_by: datetime, now: datetime
    ) -> Mapping[str, frozenset[str]]:
        """Return who could be told something by these rules, each with which of them.

        Only of what was found by then and lies ahead of `now`.
        """
        people: dict[str, set[str]] = {}
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows.c.person, _rows.c.rule)
                .where(
                    _rows.c.state == FindingState.OPEN,
                    _rows.c.since <= found_by,
                    _rows.c.starts > now,
                    _rows.c.rule.in_(sorted(rules)),
                )
                .distinct()
            )
            for person, rule in rows:
                people.setdefault(person, set()).add(rule)
        return {person: frozenset(names) for person, names in people.items()}

    def open_findings(self, person: str) -> Sequence[Finding]:
        """Return what somebody could be told, the first meeting first."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows)
                .where(_rows.c.person == person, _rows.c.state == FindingState.OPEN)
                .order_by(_rows.c.starts, _rows.c.id)
            ).all()
        return tuple(_read(row) for row in rows)

    def name_findings(self, nudge: str, named: Collection[int], over: Collection[int]) -> None:
        """Write down which findings the text of a nudge names, and which were over by then.

        Before the nudge goes out: what it named is told once it was sent. Written anew, a text may
        name others.
        """
        with self.writing() as connection:
            _lock(connection, or_(_rows.c.nudge == nudge, _rows.c.id.in_([*named, *over])))
            connection.execute(update(_rows).where(_rows.c.nudge == nudge).values(nudge=None))
            for ids, values in (
                (named, {"nudge": nudge}),
                (over, {"state": FindingState.OVER}),
            ):
                connection.execute(
                    update(_rows)
                    .where(_rows.c.id.in_(sorted(ids)), _rows.c.state == FindingState.OPEN)
                    .values(values)
                )

    def tell_findings(self, nudge: str) -> None:
        """Write down that what the text of this nudge names was told; again is harmless."""
        with self.writing() as connection:
            _lock(connection, _rows.c.nudge == nudge)
            connection.execute(
                update(_rows).where(_rows.c.nudge == nudge).values(state=FindingState.TOLD)
            )

    def findings_of(self, series: str) -> Sequence[Finding]:
        """Return everything that was ever found about a series, in the order it was."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows).where(_rows.c.series == series).order_by(_rows.c.id)
            ).all()
        return tuple(_read(row) for row in rows)


def _lock(connection: Connection, which: ColumnElement[bool]) -> None:
    """Keep these as they are until the transaction ends, locked in the order of their ids.

    So that two processes cannot wait for each other.
    """
    connection.execute(select(_rows.c.id).where(which).order_by(_rows.c.id).with_for_update())


def _insert(connection: Connection, new: Sequence[Found], now: datetime) -> None:
    for chunk in chunks(new):
        connection.execute(
            insert_into(connection, _rows).on_conflict_do_nothing(
                index_elements=[_rows.c.series, _rows.c.rule, _rows.c.check]
            ),
            [
                {
                    "series": one.series,
                    "rule": one.rule,
                    "check": one.check,
                    "state": FindingState.OPEN,
                    "since": now,
                    **_place(one),
                }
                for one in chunk
            ],
        )


def _look_again(connection: Connection, row: Row[Any], found: Found | None, now: datetime) -> None:
    """Bring one known finding up to what was found this time."""
    if row.state is FindingState.TOLD or (found is None and row.state is FindingState.OVER):
        return
    values: dict[str, object]
    if found is None:
        values = {"state": FindingState.OVER}
    else:
        values = _place(found)
        if row.state is FindingState.OVER:
            values |= {"state": FindingState.OPEN, "since": now}
        elif all(getattr(row, name) == value for name, value in values.items()):
            return
    connection.execute(update(_rows).where(_rows.c.id == row.id).values(values))


def _place(found: Found) -> dict[str, object]:
    return {
        "person": found.person,
        "mailbox": found.ref.mailbox,
        "event": found.ref.event,
        "starts": found.starts,
        "more": found.more,
    }


def _read(row: Row[Any]) -> Finding:
    return Finding(
        id=row.id,
        found=Found(
            rule=row.rule,
            series=row.series,
            check=row.check,
            person=row.person,
            ref=EventRef(mailbox=row.mailbox, event=row.event),
            starts=row.starts,
            more=row.more,
        ),
        state=row.state,
        since=row.since,
        nudge=row.nudge,
    )
