"""What a rulebook that loads may not mean: warnings, with their places.

A warning is given where it is certain. Who is in an Entra group only the directory knows, and what
was observed only the store: where they are asked for and not at hand, that is said instead.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from policy_agent.domain.rules import DeferEmail, Exemption, Mode, Rulebook
from policy_agent.domain.where import Where
from policy_agent.rulebook.load import Loaded
from policy_agent.rulebook.nodes import Mapping as MappingNode
from policy_agent.rulebook.nodes import Node, Sequence
from policy_agent.rulebook.problems import Problem, listed

HOLIDAYS_END_WITHIN = timedelta(days=60)
LOOKS_AHEAD = timedelta(days=2 * 365)  # for windows that never come round

Observed = Mapping[str, frozenset[str]]  # teams by rule
Members = Mapping[str, frozenset[str]]  # addresses in lower case, by team; a team left out: unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubts:
    """Both in the order of file, line and column."""

    warnings: tuple[Problem, ...]
    not_looked_at: tuple[Problem, ...]  # what could not be told without the store


def doubts(
    loaded: Loaded,
    today: date,
    *,
    members: Members | None = None,
    observed: Observed | None = None,
) -> Doubts:
    """Return what to look at again in a rulebook that loads.

    `members` is what the store knows of teams; teams without a group are known without it.
    `observed` says whose mail rules decided while nothing moved; None: nobody has looked.
    """
    look = _Look(loaded, today, members or {}, observed)
    found = list(look.everything())
    return Doubts(
        warnings=tuple(sorted({problem for certain, problem in found if certain})),
        not_looked_at=tuple(sorted({problem for certain, problem in found if not certain})),
    )


_Found = Iterator[tuple[bool, Problem]]  # whether it is certain, and what it is


def _certain(where: Where, text: str) -> tuple[bool, Problem]:
    return True, Problem(where=where, text=text)


def _unknown(where: Where, text: str) -> tuple[bool, Problem]:
    return False, Problem(where=where, text=text)


class _Look:
    """One look over a rulebook, a method a kind of doubt."""

    def __init__(
        self, loaded: Loaded, today: date, members: Members, observed: Observed | None
    ) -> None:
        self._loaded = loaded
        self._book: Rulebook = loaded.rulebook
        self._today = today
        self._observed = observed
        self._members = _known_members(self._book, members)

    def everything(self) -> _Found:
        yield from self._calendars()
        yield from self._windows()
        for rule in self._book.mail_rules:
            yield from self._rule(rule)
        for exemption in self._book.exemptions:
            yield from self._exemption(exemption)

    def _place(self, section: str, name: str, *path: str | int) -> Where:
        for placed in self._loaded.sections.entries[section]:
            if placed.name == name:
                return _key_at(placed.node, path) or placed.where
        raise KeyError(name)  # every entry of a loaded rulebook was written somewhere

    def _calendars(self) -> _Found:
        for calendar in self._book.calendars.values():
            last = calendar.known_until
            if last is None or last - self._today > HOLIDAYS_END_WITHIN:
                continue
            days = (last - self._today).days
            ends = f"ended on {_day(last)}" if days < 0 else f"end on {_day(last)}, in {days} days"
            yield _certain(
                self._place("calendars", calendar.name, "holidays"),
                f"the holidays that {calendar.name} knows {ends}; bring its lists up to date, or"
                " holidays after that are taken for working days",
            )

    def _windows(self) -> _Found:
        used = {rule.window.name for rule in self._book.mail_rules}
        until = self._today + LOOKS_AHEAD
        for window in self._book.windows.values():
            where = self._place("windows", window.name)
            if window.name not in used:
                yield _certain(
                    where, f"no rule uses the window {window.name}; use it or take it away"
                )
            if next(window.occurrences(self._today, until), None) is None:
                yield _certain(
                    where,
                    f"the window {window.name} does not come round once before {_day(until)}; check"
                    " its days and its calendar",
                )

    def _rule(self, rule: DeferEmail) -> _Found:
        if not rule.examples:
            yield _certain(
                rule.where,
                f"the rule {rule.name} has no examples; add one that is held and one that is"
                " delivered",
            )
        if rule.mode is Mode.ENFORCE:
            where = self._place("rules", rule.name, "mode")
            for team in sorted(rule.from_teams - rule.mode_for.keys()):
                yield from self._enforced(rule, where, team)
        for team, mode in rule.mode_for.items():
            where = self._place("rules", rule.name, "mode_for", team)
            if mode is Mode.ENFORCE:
                yield from self._enforced(rule, where, team)
            yield from self._mode_for(rule, team, where)

    def _enforced(self, rule: DeferEmail, where: Where, team: str) -> _Found:
        if self._observed is None:
            yield _unknown(
                where, f"whether {rule.name} was observed before it was enforced for {team}"
            )
        elif team not in self._observed.get(rule.name, frozenset()):
            yield _certain(
                where,
                f"{rule.name} is enforced for {team}, whose mail it never observed; begin with"
                " observe for some weeks",
            )

    def _mode_for(self, rule: DeferEmail, team: str, where: Where) -> _Found:
        if team in rule.from_teams:
            return
        senders, theirs = self._of(rule.from_teams), self._of([team])
        if senders is None or theirs is None:
            yield _unknown(where, f"whether anybody in {team} is in the rule's from")
        elif senders.isdisjoint(theirs):
            yield _certain(
                where,
                f"nobody in {team} is in the rule's from ({listed(sorted(rule.from_teams))}), so"
                " this mode never counts; add the team to from, or take it away here",
            )

    def _exemption(self, exemption: Exemption) -> _Found:
        if exemption.ends < self._today:
            yield _certain(
                self._place("exemptions", exemption.name, "ends"),
                f"the exemption {exemption.name} ended on {_day(exemption.ends)}; take it away",
            )
            return
        for rule in self._book.mail_rules:
            if rule.name in exemption.rules:
                yield from self._lifts(exemption, rule)

    def _lifts(self, exemption: Exemption, rule: DeferEmail) -> _Found:
        """Look whether an exemption changes anything about a rule."""
        if all(mode is Mode.OFF for mode in (rule.mode, *rule.mode_for.values())):
            yield _certain(
                self._place("exemptions", exemption.name, "rules"),
                f"{rule.name} is off, so the exemption {exemption.name} is not used",
            )
        # an occurrence may have begun the day before, and a day of its own is enough
        first = exemption.starts - timedelta(days=1)
        if next(rule.window.occurrences(first, exemption.ends), None) is None:
            yield _certain(
                self._place("exemptions", exemption.name, "starts"),
                f"the window {rule.window.name} of {rule.name} does not come round while the"
                f" exemption {exemption.name} lasts, so it is never used; check its days",
            )
        yield from self._frees(exemption, rule)

    def _frees(self, exemption: Exemption, rule: DeferEmail) -> _Found:
        """Look whether an exemption's people are people the rule is about."""
        standing = frozenset[str]() if rule.exempt is None else rule.exempt.teams
        by_recipient = rule.exempt is not None and rule.exempt.when == "recipient"
        covered = rule.to_teams if by_recipient else rule.from_teams | rule.to_teams
        said = f"the rule {rule.name} is about ({listed(sorted(covered))})"
        theirs = self._of(covered)
        each = chain(
            ((team, self._of([team])) for team in sorted(exemption.teams - covered)),
            ((address, frozenset({address})) for address in sorted(exemption.addresses)),
        )
        where = self._place("exemptions", exemption.name, "people")
        for team in sorted(exemption.teams & standing):
            yield _certain(
                where,
                f"{team} is exempt from {rule.name} for good, so the exemption {exemption.name} is"
                " not used for it",
            )
        for who, people in each:
            if who in standing:
                continue
            if "@" in who and who.rpartition("@")[2] not in self._book.domains:
                if by_recipient:  # otherwise it frees mail that goes to them as well
                    yield _certain(
                        where,
                        f"{who} is outside the organisation, and their copies are never held; take"
                        f" the address out of the exemption {exemption.name}",
                    )
            elif people is None or theirs is None:
                yield _unknown(where, f"whether {who} is or has anybody whom {said}")
            elif theirs.isdisjoint(people):
                kind = "is not" if "@" in who else "has nobody"
                yield _certain(
                    where,
                    f"{who} {kind} in the teams that {said}, so the exemption {exemption.name}"
                    " hardly ever applies; check whom it is for",
                )

    def _of(self, teams: Collection[str]) -> frozenset[str] | None:
        """Return the addresses of everybody in the teams; None: some cannot be known."""
        if any(team not in self._members for team in teams):
            return None
        return frozenset[str]().union(*(self._members[team] for team in teams))


def _known_members(book: Rulebook, members: Members) -> dict[str, frozenset[str]]:
    known: dict[str, frozenset[str]] = {}
    for team in book.teams.values():
        if team.group is None:
            known[team.name] = frozenset(team.people)
        if team.name in members:
            known[team.name] = members[team.name] | frozenset(team.people)
    return known


def _key_at(node: Node, path: tuple[str | int, ...]) -> Where | None:
    """Return where the key at a path stands, or the nearest above it; None: not even the first."""
    where = None
    for step in path:
        match node:
            case MappingNode() if step in node.entries:
                entry = node.entries[str(step)]
                where, node = entry.key, entry.value
            case Sequence() if isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                where = node.where
            case _:
                break
    return where


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
