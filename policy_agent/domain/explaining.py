"""Why: every clause of every rule on one mail, true or false, not just the one that decided.

`decide` stops at the first clause that settles a rule. Whoever asks why a mail was held wants to
see the others too: which exemptions were looked at, and what would have let it through. So the same
rules are walked again here, to the end and without haste. A test holds the two to one verdict.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from policy_agent.domain.decisions import Decision, Outcome, Reason, has_tag, plan_hold
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.holds import PlannedHold
from policy_agent.domain.people import Person
from policy_agent.domain.rules import DeferEmail, Exemption, LetThrough, Mode, Rulebook
from policy_agent.domain.where import NOWHERE, Where


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """One thing that was looked at; words only, without names or addresses."""

    asks: str  # what it asks
    holds: bool  # whether that is so
    why: str
    where: Where
    parts: tuple["Clause", ...] = ()
    decided: bool = False  # it is the one that settled its rule


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleExplained:
    """One rule with every clause, in the order in which they count."""

    rule: str
    where: Where
    mode: Mode
    decision: Decision | None  # None: the rule is not about these people
    clauses: tuple[Clause, ...]
    hold_at: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """What the rules say of one copy, and everything that was looked at."""

    decisions: tuple[Decision, ...]  # as `decide` has them
    rules: tuple[RuleExplained, ...]
    hold: PlannedHold | None  # what it comes to, with the modes as they are


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """A clause, and what becomes of the mail when it is so."""

    clause: Clause
    reason: Reason | None = None  # None: it settles nothing


def explain(rulebook: Rulebook, mail: MailFacts, message_id: str = "") -> Explanation:
    """Walk every rule to its end; `message_id` gives the hold its spread."""
    rules = tuple(_rule(rule, rulebook.exemptions, mail) for rule in rulebook.mail_rules)
    if not mail.sender.inside:
        outside = _nobody(Reason.FROM_OUTSIDE, "Mail from outside the organisation is never held")
        return Explanation(decisions=(outside,), rules=rules, hold=None)
    decisions = tuple(rule.decision for rule in rules if rule.decision is not None)
    if not decisions:
        nobody = _nobody(Reason.NOT_COVERED, "No rule is about this sender and this recipient")
        return Explanation(decisions=(nobody,), rules=rules, hold=None)
    return Explanation(
        decisions=decisions, rules=rules, hold=plan_hold(rulebook, decisions, message_id)
    )


def _nobody(reason: Reason, detail: str) -> Decision:
    return Decision(
        rule=None,
        outcome=Outcome.DELIVER,
        mode=Mode.OFF,
        reason=reason,
        detail=detail,
        where=NOWHERE,
    )


def _rule(rule: DeferEmail, exemptions: Iterable[Exemption], mail: MailFacts) -> RuleExplained:
    mode = rule.mode_of(mail.sender.teams)
    people = _people(rule, mail)
    about = mail.sender.inside and all(clause.holds for clause in people)
    clauses = list(people)
    decision: Decision | None = None
    try:
        for step in _steps(rule, exemptions, mail, mode):
            settles = about and decision is None and step.reason is not None
            holds = step.clause.holds and (settles or step.reason is not Reason.IN_WINDOW)
            clauses.append(replace(step.clause, decided=settles, holds=holds))
            if settles and step.reason is not None:
                decision = _decision(rule, mode, step.reason, step.clause, mail)
    except Exception as problem:  # noqa: BLE001  as `decide` does: error delivers
        if about and decision is None:
            decision = Decision(
                rule=rule.name,
                outcome=Outcome.ERROR,
                mode=rule.mode,
                reason=Reason.FAULT,
                detail=f"The rule could not be worked out ({type(problem).__name__}: {problem})",
                where=rule.where,
            )
    return RuleExplained(
        rule=rule.name,
        where=rule.where,
        mode=mode,
        decision=decision,
        clauses=tuple(clauses),
        hold_at=tuple(rule.hold_at),
    )


def _decision(
    rule: DeferEmail, mode: Mode, reason: Reason, clause: Clause, mail: MailFacts
) -> Decision:
    holds = reason is Reason.IN_WINDOW
    return Decision(
        rule=rule.name,
        outcome=Outcome.HOLD if holds else Outcome.DELIVER,
        mode=mode,
        reason=reason,
        detail=clause.why,
        where=rule.where_window if holds else clause.where,
        promise=rule.promise(mail.recipient, mail.received) if holds else None,
    )


def _people(rule: DeferEmail, mail: MailFacts) -> tuple[Clause, Clause]:
    return (
        _in_teams("the sender", mail.sender, rule.from_teams, rule.where_people),
        _in_teams("the recipient", mail.recipient, rule.to_teams, rule.where_people),
    )


def _in_teams(who: str, person: Person, teams: frozenset[str], where: Where) -> Clause:
    common = sorted(person.teams & teams)
    theirs = f"only in {_or(sorted(person.teams), 'and')}" if person.teams else "in no team"
    return Clause(
        asks=f"{who} is in {_or(sorted(teams))}",
        holds=bool(common),
        why=f"{who} is in {_or(common, 'and')}" if common else f"{who} is {theirs}",
        where=where,
    )


def _steps(
    rule: DeferEmail, exemptions: Iterable[Exemption], mail: MailFacts, mode: Mode
) -> Iterator[_Step]:
    """Yield what counts, in its order; the first that is so and has a reason settles the rule."""
    yield _window(rule, mail)
    yield _step(
        "the rule is off for this sender",
        mode is Mode.OFF,
        f"its mode for this sender is {mode}",
        rule.where_mode,
        Reason.MODE_OFF,
    )
    yield _step(
        "it is an invitation",
        mail.is_meeting,
        "invitations are left to the calendar rules" if mail.is_meeting else "it is a mail",
        rule.where,
        Reason.MEETING,
    )
    if rule.exempt is not None:
        yield _exempt_teams(rule, mail)
    for exemption in exemptions:
        if rule.name in exemption.rules:
            yield _exemption(exemption, rule, mail)
    for line in rule.let_through:
        yield _let_through(line, mail)
    yield _step(
        "its recipient has read it",
        mail.is_read,
        "it was read before it was judged" if mail.is_read else "it was unread",
        rule.where,
        Reason.ALREADY_READ,
    )
    if rule.held_per_person is not None and rule.where_limit is not None:
        yield _step(
            f"the recipient has {rule.held_per_person} copies or more on hold",
            mail.held_already >= rule.held_per_person,
            f"there were {mail.held_already}",
            rule.where_limit,
            Reason.LIMIT_REACHED,
        )
    yield _step(
        "nothing frees it, so it waits",
        holds=True,
        why=_until(rule, mail),
        where=rule.where_window,
        reason=Reason.IN_WINDOW,
    )


def _until(rule: DeferEmail, mail: MailFacts) -> str:
    calendar, own = rule.window.calendar, mail.recipient.working_days
    moment = rule.promise(mail.recipient, mail.received)
    day = "a working day"
    if own and rule.release.calendar == "recipient":
        day = "a working day of the recipient's own"
        if not (moment.weekday() in own and moment.date() not in calendar.holidays):
            day = "a working day (the recipient's own is more than a fortnight away)"
    return (
        f"the next {rule.release.at:%H:%M} on {day} is"
        f" {calendar.describe(moment.date())} {moment:%H:%M}"
    )


def _step(asks: str, holds: bool, why: str, where: Where, reason: Reason) -> _Step:
    clause = Clause(asks=asks, holds=holds, why=why, where=where)
    return _Step(clause=clause, reason=reason if holds else None)


def _window(rule: DeferEmail, mail: MailFacts) -> _Step:
    window, calendar = rule.window, rule.window.calendar
    received = mail.received.astimezone(calendar.zone)
    day = received.date()
    occurrence = window.occurrence_at(mail.received)
    kind = "a working day" if calendar.is_working_day(day) else "no working day"
    why = f"{received:%H:%M} on {calendar.describe(day)}, {kind}"
    if occurrence is not None:
        starts, ends = occurrence.starts, occurrence.ends
        why += f"; it lasts from {starts:%a %d %b %H:%M} to {ends:%a %d %b %H:%M}"
    return _Step(
        clause=Clause(
            asks=f"it was received inside the window {window.name}",
            holds=occurrence is not None,
            why=why,
            where=rule.where_window,
            parts=(
                Clause(
                    asks=f"the calendar {calendar.name} has that day off",
                    holds=not calendar.is_working_day(day),
                    why=calendar.holidays.get(day)
                    or (
                        f"{day:%A} is one of its working days"
                        if day.weekday() in calendar.working_days
                        else f"{day:%A} is none of its working days"
                    ),
                    where=calendar.where,
                ),
            ),
        ),
        reason=Reason.OUTSIDE_WINDOW if occurrence is None else None,
    )


def _exempt_teams(rule: DeferEmail, mail: MailFacts) -> _Step:
    exempt = rule.exempt
    if exempt is None:
        raise ValueError(f"the rule {rule.name} has no exempt teams")
    found = _found(mail, exempt.when, lambda person: sorted(exempt.teams & person.teams))
    return _step(
        f"{_whom(exempt.when)} is in {_or(sorted(exempt.teams))}",
        bool(found),
        "; ".join(found) or "nobody is",
        exempt.where,
        Reason.EXEMPT_TEAM,
    )


def _exemption(exemption: Exemption, rule: DeferEmail, mail: MailFacts) -> _Step:
    when = "involved" if rule.exempt is None else rule.exempt.when
    day = mail.received.astimezone(rule.window.calendar.zone).date()

    def named(person: Person) -> list[str]:
        told = sorted(exemption.teams & person.teams)
        addresses = {person.address, *person.aliases}
        return [*told, *(["its people"] if addresses & exemption.addresses else [])]

    found = _found(mail, when, named)
    in_time = exemption.starts <= day <= exemption.ends
    parts = (
        Clause(
            asks=f"the day is from {exemption.starts} to {exemption.ends}",
            holds=in_time,
            why=f"it is {day}",
            where=exemption.where,
        ),
        Clause(
            asks=f"{_whom(when)} is in it",
            holds=bool(found),
            why="; ".join(found) or "nobody is",
            where=exemption.where,
        ),
    )
    holds = all(part.holds for part in parts)
    return _Step(
        clause=Clause(
            asks=f"the exemption {exemption.name} applies",
            holds=holds,
            why=f"{exemption.because}, approved by {exemption.approved_by}",
            where=exemption.where,
            parts=parts,
        ),
        reason=Reason.EXEMPTION if holds else None,
    )


def _let_through(line: LetThrough, mail: MailFacts) -> _Step:
    parts = tuple(_conditions(line, mail))
    holds = bool(parts) and all(part.holds for part in parts)
    met = [part.why for part in parts if part.holds]
    missed = [part.why for part in parts if not part.holds]
    return _Step(
        clause=Clause(
            asks=f"it is let through: {' and '.join(part.asks for part in parts) or 'never'}",
            holds=holds,
            why="; ".join(met if holds else missed) or "the line has no condition",
            where=line.where,
            parts=parts if len(parts) > 1 else (),
        ),
        reason=Reason.LET_THROUGH if holds else None,
    )


def _conditions(line: LetThrough, mail: MailFacts) -> Iterator[Clause]:
    where = line.where
    if line.importance is not None:
        yield Clause(
            asks=f"importance is {line.importance}",
            holds=mail.importance == line.importance,
            why=f"importance is {mail.importance}",
            where=where,
        )
    if line.subject_tags:
        tags = [tag for tag in line.subject_tags if has_tag(mail.subject, tag)]
        yield Clause(
            asks=f"the subject is marked {_or(line.subject_tags)}",
            holds=bool(tags),
            why=f"it is marked {_or(tags, 'and')}" if tags else "it has no such mark",
            where=where,
        )
    if line.categories:
        found = sorted(line.categories & mail.categories)
        yield Clause(
            asks=f"it has the category {_or(sorted(line.categories))}",
            holds=bool(found),
            why=f"it has {_or(found, 'and')}" if found else "it has no such category",
            where=where,
        )
    if line.recipient_outside:
        outside = sum(not person.inside for person in mail.recipients)
        yield Clause(
            asks="somebody outside is on the mail",
            holds=outside > 0,
            why=f"{outside} of its recipients are outside" if outside else "nobody is outside",
            where=where,
        )


def _found(mail: MailFacts, when: str, named: Callable[[Person], list[str]]) -> list[str]:
    """Return who is meant, by their part in the mail and never by name."""
    asked = [("the recipient", mail.recipient)]
    if when == "involved":
        asked.insert(0, ("the sender", mail.sender))
        asked += [("another recipient", p) for p in mail.recipients if p != mail.recipient]
    said = [f"{who} is in {_or(named(person), 'and')}" for who, person in asked if named(person)]
    return list(dict.fromkeys(said))


def _whom(when: str) -> str:
    return "the sender or any recipient" if when == "involved" else "the recipient"


def _or(names: Iterable[str], last: str = "or") -> str:
    said = list(names)
    return f" {last} ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)
