"""Roll-out: how a rule did for each team so far, and whether it may go on to the next mode.

A team's mail is what its people send, since `mode_for` goes by the sender. What is asked for before
a rule becomes stronger: it was watched long enough, and seldom did somebody have to override it.

Figures of fewer than ten people tell of persons. They are left out, and so are those of a team that
another team's figures would give away: where all but a few of the larger team are in the smaller,
the difference of the two would be those few.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from policy_agent.domain.blocks import FEWEST
from policy_agent.domain.meeting_rules import MeetingRule, ProtectTime
from policy_agent.domain.rules import DeferEmail, Mode, Rulebook


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What one rule said of one person's mail, counted."""

    rule: str
    sender: str  # person id
    first: date  # day of the first decision, in UTC as the last
    last: date
    held: int  # copies held, or that would have been
    urgent: int  # let through as importance, a tag or a category of the rulebook marked them
    kept: int = 0  # of those held, copies that had a hold, by this rule or another
    sent_now: int = 0  # of those kept, copies whose sender asked to send them now


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """What has to be so before the next mode."""

    days: int = 28  # observed
    overridden: float = 0.05  # below this share of what would have been held


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How one rule did for one team; None in a figure: not known, or left out.

    Of rules about meetings only the modes are known: their figures are not measured yet.
    """

    rule: str
    team: str
    mode: Mode
    next_mode: Mode | None  # None: it is as strong as it gets
    suppressed: bool  # fewer than ten people stand behind the figures
    measured: bool = True  # there are figures of this kind of rule
    days: int | None = None  # from the first decision to the last
    held_a_week: float | None = None  # copies that would have been held, or were
    urgent: float | None = None  # share let through as urgent, of those that would have been held
    sent_now: float | None = None  # share that its sender sent now, of the copies that were held
    passed: bool | None = None  # the gate to the next mode
    missing: str = ""  # what the gate still asks for


@dataclass(kw_only=True, slots=True)
class _Sum:
    """The tallies of a team."""

    first: date = date.max
    last: date = date.min
    held: int = 0
    urgent: int = 0
    kept: int = 0
    sent_now: int = 0

    def add(self, tally: Tally) -> None:
        self.first = min(self.first, tally.first)
        self.last = max(self.last, tally.last)
        self.held += tally.held
        self.urgent += tally.urgent
        self.kept += tally.kept
        self.sent_now += tally.sent_now

    @property
    def days(self) -> int:
        return max((self.last - self.first).days + 1, 0)


def progress(
    rulebook: Rulebook,
    members: Mapping[str, frozenset[str]],
    tallies: Iterable[Tally],
    gate: Gate,
) -> tuple[Progress, ...]:
    """Return how each rule did for each team whose people send mail or meet under it.

    `members` are person ids by team, as they are now.
    """
    teams_of: dict[str, list[str]] = {}
    for team, ids in members.items():
        for id_ in ids:
            teams_of.setdefault(id_, []).append(team)
    sums: dict[tuple[str, str], _Sum] = {}
    for tally in tallies:
        for team in teams_of.get(tally.sender, ()):
            sums.setdefault((tally.rule, team), _Sum()).add(tally)
    # A team that the store knows nobody of is as small as they get.
    kept_back = suppressed(members) | (rulebook.teams.keys() - members.keys())
    found: list[Progress] = []
    for rule in rulebook.rules:
        if not isinstance(rule, DeferEmail):
            teams = [one for one in rulebook.teams if one in rule.people or one in rule.mode_for]
            found += [_unmeasured(rule, team) for team in teams]
            continue
        found += [
            _progress(rule, team, sums.get((rule.name, team), _Sum()), kept_back, gate)
            for team in rulebook.teams
            if team in rule.from_teams or team in rule.mode_for or (rule.name, team) in sums
        ]
    return tuple(found)


def suppressed(members: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the teams whose figures would tell of fewer than ten people."""
    small = {team for team, ids in members.items() if len(ids) < FEWEST}
    shown = [team for team in members if team not in small]
    given_away = {
        smaller
        for smaller in shown
        for larger in shown
        if members[smaller] < members[larger] and len(members[larger] - members[smaller]) < FEWEST
    }
    return frozenset(small | given_away)


def _unmeasured(rule: MeetingRule, team: str) -> Progress:
    mode = rule.mode_of(frozenset({team}))
    most = Mode.ENFORCE if isinstance(rule, ProtectTime) else Mode.NUDGE
    return Progress(
        rule=rule.name,
        team=team,
        mode=mode,
        next_mode=None if mode is most else _stronger(mode),
        suppressed=False,
        measured=False,
    )


def _stronger(mode: Mode) -> Mode | None:
    stronger = [other for other in Mode if other.strength == mode.strength + 1]
    return stronger[0] if stronger else None


def _progress(
    rule: DeferEmail, team: str, summed: _Sum, kept_back: frozenset[str], gate: Gate
) -> Progress:
    mode = rule.mode_of(frozenset({team}))
    next_mode = _stronger(mode)
    if team in kept_back:
        return Progress(
            rule=rule.name,
            team=team,
            mode=mode,
            next_mode=next_mode,
            suppressed=True,
        )
    would = summed.held + summed.urgent
    overridden = (summed.urgent + summed.sent_now) / would if would else None
    missing = _missing(summed.days, overridden, gate)
    return Progress(
        rule=rule.name,
        team=team,
        mode=mode,
        next_mode=next_mode,
        suppressed=False,
        days=summed.days,
        held_a_week=summed.held / max(summed.days / 7, 1),
        urgent=summed.urgent / would if would else None,
        sent_now=summed.sent_now / summed.kept if summed.kept else None,
        passed=None if next_mode is None else not missing,
        missing="" if next_mode is None else missing,
    )


def _missing(days: int, overridden: float | None, gate: Gate) -> str:
    said = []
    if days < gate.days:
        said.append(f"{gate.days - days} more days")
    if overridden is None:
        said.append("a mail that would have been held")
    elif overridden >= gate.overridden:
        said.append(f"fewer than {gate.overridden:.0%} let through as urgent or sent now")
    return " and ".join(said)
