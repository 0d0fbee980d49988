"""Answers: what is declined or cancelled for a clash, written down before it is done."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from policy_agent.domain.clashes import Answer, AnswerState, Clash, ClashState
from policy_agent.store import meeting_tables
from policy_agent.store.clash_rows import answered_in, write_event
from policy_agent.store.engine import Database
from policy_agent.store.statements import chunks, insert_into

_clashes = meeting_tables.clashes
_rows = meeting_tables.clash_answers


class ClashAnswers(Database):
    """One row a clash, person and meeting, for good: nothing is ever answered twice."""

    def begin_acting(
        self, clash: Clash, wanted: Collection[Answer], *, why: str, now: datetime
    ) -> bool:
        """Write the answers down and make a nudged clash `acting`, all or nothing; keeps the lease.

        What has an answer already is left as it is. False: somebody else changed the clash.
        """
        with self.writing() as connection:
            begun = connection.execute(
                update(_clashes)
                .where(_clashes.c.id == clash.id, _clashes.c.state == ClashState.NUDGED)
                .values(state=ClashState.ACTING)
                .returning(_clashes.c.id)
            ).scalar_one_or_none()
            if begun is None:
                return False
            for some in chunks(sorted(wanted, key=lambda one: (one.person, one.uid))):
                connection.execute(
                    insert_into(connection, _rows).on_conflict_do_nothing(
                        index_elements=[_rows.c.clash, _rows.c.person, _rows.c.uid]
                    ),
                    [
                        {
                            "clash": clash.id,
                            "person": one.person,
                            "uid": one.uid,
                            "starts": one.starts,
                            "ends": one.ends,
                            "whole": one.whole,
                            "tell": one.tell,
                            "state": AnswerState.PLANNED,
                            "why": why,
                        }
                        for one in some
                    ],
                )
            write_event(connection, clash.id, ClashState.NUDGED, ClashState.ACTING, why, now)
        return True

    def answers(self, clash: int, states: Collection[AnswerState]) -> Sequence[Answer]:
        """Return its answers in any of these states, by person and then by time."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows)
                .where(_rows.c.clash == clash, _rows.c.state.in_(sorted(states)))
                .order_by(_rows.c.person, _rows.c.starts, _rows.c.uid)
            ).all()
        return tuple(_read(row) for row in rows)

    def answered(self, clash: int) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
        """Return who has an answer, by uid and person, and who has one for the whole series."""
        with self.reading() as connection:
            return answered_in(connection, clash)

    def end_answers(
        self, ended: Mapping[Answer, str], to: AnswerState, *, now: datetime
    ) -> Sequence[Answer]:
        """Bring planned ones to their end, with why; returns those that it did change."""
        changed: list[Answer] = []
        with self.writing() as connection:
            for answer, why in sorted(
                ended.items(), key=lambda item: (item[0].clash, item[0].person, item[0].uid)
            ):
                done = connection.execute(
                    update(_rows)
                    .where(
                        _rows.c.clash == answer.clash,
                        _rows.c.person == answer.person,
                        _rows.c.uid == answer.uid,
                        _rows.c.state == AnswerState.PLANNED,
                    )
                    .values(state=to, ended=now, why=why)
                    .returning(_rows.c.clash)
                ).scalar_one_or_none()
                if done is not None:
                    changed.append(answer)
        return tuple(changed)


def _read(row: Row[Any]) -> Answer:
    return Answer(**{field.name: getattr(row, field.name) for field in fields(Answer)})
