"""The engine: rules compiled once, so that a mail costs no more than what is new about it.

1. Which rules are about a sender and a recipient depends on their teams alone. It is looked up in
   an index by team the first time two sets of teams meet, and remembered.
2. What a rule says outside its window depends on the day alone; that decision is made once a day.
3. Inside a window each clause is a closure over what the rule says; decisions that come out the
   same are the same object.

What is remembered is bounded, and forgetting it changes nothing but the time that a mail takes.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from policy_agent.domain.facts import MailFacts
from policy_agent.domain.let_through import matcher
from policy_agent.domain.outcomes import Decision, Outcome, Reason
from policy_agent.domain.rules import DeferEmail, Exempt, Exemption, Mode
from policy_agent.domain.where import NOWHERE, Where
from policy_agent.domain.windows import Occurrence

Teams = frozenset[str]
Decisions = tuple[Decision, ...]
Check = Callable[[MailFacts], Decisions]  # of one rule in one mode: one decision; or of several
Clause = Callable[[MailFacts, date], Decision | None]  # None: it does not decide

MOST_PAIRS = 50_000  # pairs of team sets that are remembered
_DAYS = 200_000  # decisions by day that all rules together remember
_FEWEST_DAYS, _MOST_DAYS = 32, 4_096  # of one rule


class Engine:
    """The compiled rules of one rulebook.

    `decide` answers what each rule says of a mail; see `policy_agent.domain.decisions.decide`.
    """

    def __init__(self, rules: Sequence[DeferEmail], exemptions: Sequence[Exemption]) -> None:
        self.by_name = {rule.name: rule for rule in reversed(rules)}
        self._rules = rules
        self._exemptions = exemptions
        self._days = min(_MOST_DAYS, max(_FEWEST_DAYS, _DAYS // max(1, len(rules))))
        self._from = _by_team([rule.from_teams for rule in rules])
        self._to = _by_team([rule.to_teams for rule in rules])
        self._checks: dict[tuple[int, Mode], Check] = {}
        self._pairs: dict[tuple[Teams, Teams], Check] = {}
        self.decide: Check = self._decider()

    @property
    def remembered(self) -> int:
        """Return how many pairs of team sets are remembered now."""
        return len(self._pairs)

    def _decider(self) -> Check:
        pairs, meet = self._pairs, self._meet

        def decide(mail: MailFacts) -> Decisions:
            sender = mail.sender
            if not sender.inside:
                return _FROM_OUTSIDE
            pair = (sender.teams, mail.recipient.teams)
            check = pairs.get(pair) or meet(pair)
            return check(mail)

        return decide

    def _meet(self, pair: tuple[Teams, Teams]) -> Check:
        """Put the rules about people of these teams together, in the rulebook's order."""
        sender, recipient = pair
        theirs = {number for team in sender for number in self._from.get(team, ())}
        both = theirs.intersection(
            number for team in recipient for number in self._to.get(team, ())
        )
        check = _together([self._check(number, sender) for number in sorted(both)])
        if len(self._pairs) >= MOST_PAIRS:
            self._pairs.clear()
        self._pairs[pair] = check
        return check

    def _check(self, number: int, sender: Teams) -> Check:
        rule = self._rules[number]
        mode = rule.mode_of(sender)
        check = self._checks.get((number, mode))
        if check is None:
            check = _check(rule, mode, self._exemptions, self._days)
            self._checks[number, mode] = check
        return check


def _by_team(teams: Sequence[Teams]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, names in enumerate(teams):
        for name in names:
            found.setdefault(name, []).append(number)
    return found


def _together(checks: Sequence[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    if not checks:
        return lambda _mail: _NOT_COVERED

    def every(mail: MailFacts) -> Decisions:
        return tuple([check(mail)[0] for check in checks])

    return every


def _nobody(reason: Reason, detail: str) -> Decisions:
    return (
        Decision(
            rule=None,
            outcome=Outcome.DELIVER,
            mode=Mode.OFF,
            reason=reason,
            detail=detail,
            where=NOWHERE,
        ),
    )


_FROM_OUTSIDE = _nobody(Reason.FROM_OUTSIDE, "Mail from outside the organisation is never held")
_NOT_COVERED = _nobody(Reason.NOT_COVERED, "No rule is about this sender and this recipient")


def _check(rule: DeferEmail, mode: Mode, exemptions: Sequence[Exemption], days: int) -> Check:
    """Compile one rule for senders with whom it has this mode."""
    window, calendar = rule.window, rule.window.calendar
    zone, touching = calendar.zone, rule.window.touching
    quiet: dict[date, Decisions | None] = {}  # what is said all day; None: it depends on the time
    inside = _inside(rule, mode, exemptions, days)

    def outside(day: date) -> Decision:
        detail = f"{calendar.describe(day)} is outside the window {window.name}"
        return _deliver(rule, mode, Reason.OUTSIDE_WINDOW, detail, rule.where_window)

    def look_closer(mail: MailFacts, day: date) -> Decisions:
        moment = mail.received.astimezone(UTC)
        for starts, ends, occurrence in touching(moment.date()):
            if starts <= moment < ends:
                return (inside(mail, day, occurrence),)
        said = (outside(day),)
        if day not in quiet:
            if len(quiet) >= days:
                quiet.clear()
            quiet[day] = said if window.is_quiet(day) else None
        return said

    def check(mail: MailFacts) -> Decisions:
        try:
            received = mail.received
            if received.tzinfo is not zone:
                received = received.astimezone(zone)
            day = received.date()
            return quiet.get(day) or look_closer(mail, day)
        except Exception as problem:  # noqa: BLE001  a decision must never stop mail: error delivers
            return (_fault(rule, problem),)

    return check


def _inside(
    rule: DeferEmail, mode: Mode, exemptions: Sequence[Exemption], days: int
) -> Callable[[MailFacts, date, Occurrence], Decision]:
    """Compile what the rule says inside its window: the first clause that decides, or a hold."""
    clauses = _clauses(rule, mode, exemptions, days)
    calendar, promised = rule.window.calendar, rule.promise
    holds: dict[tuple[date, datetime], Decision] = {}

    def hold(occurrence: Occurrence, promise: datetime) -> Decision:
        if len(holds) >= days:
            holds.clear()
        day = calendar.describe(occurrence.day)
        said = Decision(
            rule=rule.name,
            outcome=Outcome.HOLD,
            mode=mode,
            reason=Reason.IN_WINDOW,
            detail=f"{day} is inside the window {rule.window.name}",
            where=rule.where_window,
            promise=promise,
        )
        return holds.setdefault((occurrence.day, promise), said)

    def inside(mail: MailFacts, day: date, occurrence: Occurrence) -> Decision:
        for clause in clauses:
            said = clause(mail, day)
            if said is not None:
                return said
        promise = promised(mail.recipient, mail.received)
        return holds.get((occurrence.day, promise)) or hold(occurrence, promise)

    return inside


def _clauses(
    rule: DeferEmail, mode: Mode, exemptions: Sequence[Exemption], days: int
) -> tuple[Clause, ...]:
    """Compile the clauses of a rule, in the order in which they are asked."""
    off = _deliver(rule, mode, Reason.MODE_OFF, "The rule is off for this sender", rule.where_mode)
    if mode is Mode.OFF:
        return (lambda _mail, _day: off,)
    meeting = _deliver(
        rule, mode, Reason.MEETING, "Invitations are left to the calendar rules", rule.where
    )
    read = _deliver(rule, mode, Reason.ALREADY_READ, "Its recipient has read it", rule.where)
    clauses: list[Clause] = [lambda mail, _day: meeting if mail.is_meeting else None]
    if rule.exempt is not None:
        clauses.append(_exempt(rule, mode, rule.exempt))
    ours = [one for one in exemptions if rule.name in one.rules]
    if ours:
        clauses.append(_exemptions(rule, mode, ours, days))
    if rule.let_through:
        clauses.append(_let_through(rule, mode))
    clauses.append(lambda mail, _day: read if mail.is_read else None)
    if rule.held_per_person is not None and rule.where_limit is not None:
        clauses.append(_limit(rule, mode, rule.held_per_person, rule.where_limit))
    return tuple(clauses)


def _exempt(rule: DeferEmail, mode: Mode, exempt: Exempt) -> Clause:
    """Compile the standing exemption; of several teams the first by name is told."""
    teams, involved = exempt.teams, exempt.when == "involved"
    said = {
        team: _deliver(
            rule, mode, Reason.EXEMPT_TEAM, f"Somebody in {team} is involved", exempt.where
        )
        for team in teams
    }

    def freed(mail: MailFacts, _day: date) -> Decision | None:
        found = teams & mail.recipient.teams
        if involved:
            found |= teams & mail.sender.teams
            for person in mail.recipients:
                if not teams.isdisjoint(person.teams):
                    found |= teams & person.teams
        return said[min(found)] if found else None

    return freed


def _exemptions(rule: DeferEmail, mode: Mode, exemptions: Sequence[Exemption], days: int) -> Clause:
    """Compile dated exemptions: those that are in force on a day are looked up by the day.

    Who must be in one follows the rule's own `exempt … when`; without one, anybody involved.
    """
    told = [
        (
            one,
            _deliver(rule, mode, Reason.EXEMPTION, f"The exemption {one.name} applies", one.where),
        )
        for one in exemptions
    ]
    involved = rule.exempt is None or rule.exempt.when == "involved"
    by_day: dict[date, tuple[tuple[Exemption, Decision], ...]] = {}

    def in_force(day: date) -> tuple[tuple[Exemption, Decision], ...]:
        if len(by_day) >= days:
            by_day.clear()
        return by_day.setdefault(
            day, tuple([(one, said) for one, said in told if one.starts <= day <= one.ends])
        )

    def freed(mail: MailFacts, day: date) -> Decision | None:
        running = by_day.get(day)
        if running is None:
            running = in_force(day)
        if not running:
            return None
        people = [mail.recipient]
        if involved:
            people += [mail.sender, *mail.recipients]
        for one, said in running:
            for person in people:
                if (
                    person.address in one.addresses
                    or not one.addresses.isdisjoint(person.aliases)
                    or not one.teams.isdisjoint(person.teams)
                ):
                    return said
        return None

    return freed


def _let_through(rule: DeferEmail, mode: Mode) -> Clause:
    lines = [(matcher(line), line.where) for line in rule.let_through]

    def passed(mail: MailFacts, _day: date) -> Decision | None:
        for matched, where in lines:
            detail = matched(mail)
            if detail is not None:
                return _deliver(rule, mode, Reason.LET_THROUGH, detail, where)
        return None

    return passed


def _limit(rule: DeferEmail, mode: Mode, most: int, where: Where) -> Clause:
    def reached(mail: MailFacts, _day: date) -> Decision | None:
        if mail.held_already < most:
            return None
        detail = f"The recipient has {mail.held_already} copies on hold already"
        return _deliver(rule, mode, Reason.LIMIT_REACHED, detail, where)

    return reached


def _deliver(rule: DeferEmail, mode: Mode, reason: Reason, detail: str, where: Where) -> Decision:
    return Decision(
        rule=rule.name,
        outcome=Outcome.DELIVER,
        mode=mode,
        reason=reason,
        detail=detail,
        where=where,
    )


def _fault(rule: DeferEmail, problem: Exception) -> Decision:
    return Decision(
        rule=rule.name,
        outcome=Outcome.ERROR,
        mode=rule.mode,
        reason=Reason.FAULT,
        detail=f"The rule could not be worked out ({type(problem).__name__})",
        where=rule.where,
    )


__all__ = ["MOST_PAIRS", "Engine"]
