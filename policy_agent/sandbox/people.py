"""The tenant's people and groups, and the CSV files they are read from."""

import csv
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path


class PeopleProblem(Exception):
    """A list of people cannot be used; the text says where and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRow:
    """One person as the CSV file or the control endpoint tells it."""

    person: str
    role: str
    teams: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A user with a mailbox."""

    id: str  # the same for the same person and domain in every tenant
    person: str
    address: str  # userPrincipalName and mail
    role: str
    enabled: bool = True

    @property
    def display_name(self) -> str:
        return self.person.replace("-", " ").replace(".", " ").title()


@dataclass(kw_only=True, slots=True)
class Group:
    """A group with a mail address; members are users or groups, in the order they came."""

    id: str
    team: str
    mail: str
    members: dict[str, None] = field(default_factory=dict)

    @property
    def display_name(self) -> str:
        return self.team


class Directory:
    """Who is in the tenant."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self._user_by_address: dict[str, str] = {}
        self._group_by_mail: dict[str, str] = {}
        self._groups_of: dict[str, dict[str, None]] = {}

    def take(self, people: Iterable[PersonRow], mails: Mapping[str, str]) -> list[User]:
        """Add these people, or change those already there; a team becomes a group."""
        taken = []
        for row in people:
            address = f"{row.person}@{self.domain}"
            user = User(
                id=self._stable_id(row.person), person=row.person, address=address, role=row.role
            )
            self.users[user.id] = user
            self._user_by_address[address.lower()] = user.id
            for group_id in list(self._groups_of.get(user.id, ())):
                self._leave(group_id, user.id)
            for team in row.teams:
                self._join(self._group(team, mails.get(team)).id, user.id)
            taken.append(user)
        for team, mail in mails.items():
            self._group(team, mail)
        return taken

    def set_members(self, group: str, members: Iterable[str]) -> Group:
        """Make these users and groups (ids or addresses) the members; an unknown team is new."""
        found = self.find_group(group)
        if found is None:
            found = self._group(group.partition("@")[0], group if "@" in group else None)
        ids = []
        for name in members:
            member = self.find_user(name) or self.find_group(name)
            if member is None:
                raise PeopleProblem(f"no user or group {name!r} in the tenant")
            ids.append(member.id)
        for old in list(found.members):
            self._leave(found.id, old)
        for new in ids:
            self._join(found.id, new)
        return found

    def enable(self, user: User, *, enabled: bool) -> None:
        self.users[user.id] = replace(user, enabled=enabled)

    def find_user(self, key: str) -> User | None:
        """Return the user with this id, userPrincipalName or mail."""
        return self.users.get(self._user_by_address.get(key.lower(), key.lower()))

    def find_group(self, key: str) -> Group | None:
        """Return the group with this id, mail or team name."""
        return self.groups.get(self._group_by_mail.get(key.lower(), key.lower()))

    def direct_members(self, group: Group) -> list[User | Group]:
        return [self.users.get(i) or self.groups[i] for i in group.members]

    def all_members(self, group: Group) -> list[User | Group]:
        """Return the members of the group and of the groups in it, each once."""
        found: dict[str, User | Group] = {}
        waiting = [group]
        while waiting:
            for member in self.direct_members(waiting.pop()):
                if member.id not in found:
                    found[member.id] = member
                    if isinstance(member, Group):
                        waiting.append(member)
        found.pop(group.id, None)
        return list(found.values())

    def groups_of(self, member: str, *, transitive: bool) -> list[Group]:
        """Return the groups that a user or group is in, at first or at any hand."""
        found: dict[str, Group] = {}
        waiting = [member]
        while waiting:
            for group_id in self._groups_of.get(waiting.pop(), ()):
                if group_id not in found:
                    found[group_id] = self.groups[group_id]
                    if transitive:
                        waiting.append(group_id)
        return list(found.values())

    def recipients(self, addresses: Iterable[str]) -> Iterator[User]:
        """Return the users that mail to these addresses reaches, groups opened, each once."""
        seen: set[str] = set()
        for address in addresses:
            found = self.find_user(address) or self.find_group(address)
            reached = self.all_members(found) if isinstance(found, Group) else [found]
            for user in reached:
                if isinstance(user, User) and user.id not in seen:
                    seen.add(user.id)
                    yield user

    def _group(self, team: str, mail: str | None) -> Group:
        group_id = self._stable_id(f"team {team}")
        group = self.groups.get(group_id)
        if group is None:
            group = Group(id=group_id, team=team, mail="")
            self.groups[group_id] = group
            self._group_by_mail[team.lower()] = group_id
        if mail or not group.mail:
            self._group_by_mail.pop(group.mail.lower(), None)
            group.mail = mail or f"{team}@{self.domain}"
            self._group_by_mail[group.mail.lower()] = group_id
        return group

    def _join(self, group_id: str, member: str) -> None:
        self.groups[group_id].members[member] = None
        self._groups_of.setdefault(member, {})[group_id] = None

    def _leave(self, group_id: str, member: str) -> None:
        self.groups[group_id].members.pop(member, None)
        self._groups_of.get(member, {}).pop(group_id, None)

    def _stable_id(self, name: str) -> str:
        return str(uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, self.domain.lower()), name.lower()))


def read_people(path: Path) -> list[PersonRow]:
    """Read `person,role,teams`; the teams of a person stand apart by blanks."""
    rows = []
    seen: dict[str, int] = {}
    for line, row in _read(path, ("person", "role", "teams")):
        person = row["person"]
        if not person or "@" in person or " " in person:
            raise PeopleProblem(
                f"{path}:{line}: {person!r} cannot be a person; what stands left of the @ can"
            )
        if person.lower() in seen:
            raise PeopleProblem(
                f"{path}:{line}: {person} is already on line {seen[person.lower()]}"
            )
        seen[person.lower()] = line
        rows.append(PersonRow(person=person, role=row["role"], teams=tuple(row["teams"].split())))
    return rows


def read_groups(path: Path) -> dict[str, str]:
    """Read `team,mail`: the groups whose address is not the team's name at the domain."""
    mails: dict[str, str] = {}
    for line, row in _read(path, ("team", "mail")):
        if not row["team"] or "@" not in row["mail"]:
            raise PeopleProblem(f"{path}:{line}: a team and its mail address are needed")
        if row["team"] in mails:
            raise PeopleProblem(f"{path}:{line}: {row['team']} is there twice")
        mails[row["team"]] = row["mail"]
    return mails


def _read(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="")
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise PeopleProblem(
                    f"{path}:1: column {missing[0]} is missing; the first line must be "
                    f"{','.join(columns)}"
                )
            for row in reader:
                if "" in row or any(row[name] is None for name in columns):
                    raise PeopleProblem(
                        f"{path}:{reader.line_num}: as many fields as columns are needed"
                    )
                yield reader.line_num, {name: row[name].strip() for name in columns}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PeopleProblem(f"{path}:1: {error}") from error
