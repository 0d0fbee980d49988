"""The organisation's directory as it was last read: people, their addresses, their teams."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Table, delete, insert, select

from policy_agent.domain.watching import Member
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import alone

_people = tables.people
_addresses = tables.addresses
_teams = tables.teams
_team_members = tables.team_members


class People(Database):
    """Who is who, so that a restart can decide before the directory answers."""

    def put_people(
        self, members: Collection[Member], teams: Mapping[str, frozenset[str]], *, now: datetime
    ) -> None:
        """Replace what is known of the directory: people, and ids by team.

        Readers see the old directory or the new one, never a part.
        """
        by_id = {member.id: member for member in members}
        with self.writing() as connection:
            alone(connection, "put people")
            for table in (_addresses, _people, _team_members, _teams):
                connection.execute(delete(table))
            _write(connection, _people, [{"id": id_, "seen": now} for id_ in by_id])
            _write(
                connection,
                _addresses,
                [
                    {"person": id_, "position": position, "address": address}
                    for id_, member in by_id.items()
                    for position, address in enumerate(member.addresses)
                ],
            )
            _write(connection, _teams, [{"name": name} for name in teams])
            _write(
                connection,
                _team_members,
                [
                    {"team": name, "person": person}
                    for name, ids in teams.items()
                    for person in sorted(ids)
                ],
            )

    def people(self) -> tuple[Sequence[Member], Mapping[str, frozenset[str]]]:
        """Return everybody by id, main address first, and ids by team."""
        by_person: dict[str, list[str]] = {}
        by_team: dict[str, set[str]] = defaultdict(set)
        with self.reading() as connection:
            rows = connection.execute(
                select(_people.c.id, _addresses.c.address)
                .outerjoin_from(_people, _addresses)
                .order_by(_people.c.id, _addresses.c.position)
            )
            for id_, address in rows:
                known = by_person.setdefault(id_, [])
                if address is not None:
                    known.append(address)
            named = connection.execute(
                select(_teams.c.name, _team_members.c.person).outerjoin_from(_teams, _team_members)
            )
            for name, person in named:
                by_team[name].update(() if person is None else (person,))
        return (
            tuple(Member(id=id_, addresses=tuple(known)) for id_, known in by_person.items()),
            {name: frozenset(ids) for name, ids in by_team.items()},
        )


def _write(connection: Connection, table: Table, rows: list[dict[str, object]]) -> None:
    if rows:
        connection.execute(insert(table), rows)
