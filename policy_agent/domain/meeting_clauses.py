"""Clauses of rules about meetings: what each asks, whether it is so, and what follows from it.

Deciding takes the first clause that settles a rule and stops there; explaining walks them all. Both
take them from here, so that what is explained is what was decided. Words only, without names or
addresses.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from policy_agent.domain.events import Response
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.keeping import KeptBy
from policy_agent.domain.let_through import has_tag
from policy_agent.domain.meeting_rules import KeptLine, MeetingLetThrough, MeetingRule
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Reason
from policy_agent.domain.people import Person
from policy_agent.domain.rules import Exemption
from policy_agent.domain.where import Where


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """One clause that was looked at."""

    asks: str  # what it asks
    holds: bool  # whether that is so
    why: str  # a plain sentence
    where: Where
    reason: Reason | None  # what it makes of the meeting; None: it settles nothing


def asked(asks: str, holds: bool, why: str, where: Where, reason: Reason) -> Looked:
    """Return a clause that settles its rule when it holds."""
    return Looked(asks=asks, holds=holds, why=why, where=where, reason=reason if holds else None)


def is_about(rule: MeetingRule, meeting: MeetingFacts) -> bool:
    """Whether anybody in the meeting is in the rule's teams; who declined it was in it."""
    people, organiser = rule.people, meeting.organiser
    if organiser is not None and not people.isdisjoint(organiser.teams):
        return True
    return any(not people.isdisjoint(one.person.teams) for one in meeting.invited)


def off(rule: MeetingRule, mode: Mode) -> Looked:
    holds = mode is Mode.OFF
    why = f"The rule's mode for this organiser is {mode}"
    return asked("the rule is off for this organiser", holds, why, rule.where_mode, Reason.MODE_OFF)


def kept(rule: MeetingRule, by: KeptBy | None) -> Looked:
    return asked(
        "it is a meeting that should happen",
        by is not None,
        "No keep-meeting rule names it" if by is None else f"The rule {by.rule.name} names it",
        rule.where if by is None else by.line.where,
        Reason.KEPT_MEETING,
    )


def named(line: KeptLine, *, holds: bool) -> Looked:
    """Return one line of which meetings are kept; none of them settles a rule by itself."""
    asks: list[str] = []
    if line.categories:
        asks.append(f"it has the category {either(sorted(line.categories))}")
    if line.subject_words:
        asks.append(f"its subject has {either(line.subject_words)}")
    if line.team is not None:
        asks.append(f"half of {line.team} or more is in it")
    return Looked(
        asks=f"it is named: {' and '.join(asks) or 'never'}",
        holds=holds,
        why="It is so" if holds else "It is not so",
        where=line.where,
        reason=None,
    )


def organiser_outside(rule: MeetingRule, meeting: MeetingFacts) -> Looked:
    """Whoever is outside, or not named, is nobody that a rule could speak to."""
    organiser = meeting.organiser
    if organiser is None:
        why = "Nobody is named as its organiser"
    else:
        why = f"Its organiser is {'inside' if organiser.inside else 'outside'} the organisation"
    holds = organiser is None or not organiser.inside
    asks = "its organiser is outside the organisation"
    return asked(asks, holds, why, rule.where, Reason.ORGANISER_OUTSIDE)


def cancelled(rule: MeetingRule, meeting: MeetingFacts) -> Looked:
    why = "It was cancelled" if meeting.cancelled else "It was not cancelled"
    return asked("it was cancelled", meeting.cancelled, why, rule.where, Reason.CANCELLED)


def private(rule: MeetingRule, meeting: MeetingFacts) -> Looked:
    why = f"It is {'' if meeting.private else 'not '}marked private"
    return asked("it is private", meeting.private, why, rule.where, Reason.PRIVATE)


def too_few(rule: MeetingRule, meeting: MeetingFacts, fewest: int, where: Where | None) -> Looked:
    """Rooms are nobody, and who declined is not there."""
    there = (meeting.organiser is not None) + sum(
        one.response is not Response.DECLINED for one in meeting.invited
    )
    asks = f"fewer than {fewest} people are in it"
    why = f"There {'is 1 person' if there == 1 else f'are {there} people'} in it"
    return asked(asks, there < fewest, why, where or rule.where, Reason.TOO_FEW)


def freed(
    rule: MeetingRule, meeting: MeetingFacts, day: date, exemptions: Iterable[Exemption]
) -> Iterator[Looked]:
    """Yield standing exemptions, dated ones that name the rule, then what is let through.

    Those that free one person's own time only (`when: attendee`) free no meeting, and are not here.
    """
    when = when_exempt(rule)
    if rule.exempt is not None and when != "attendee":
        found = sorted(
            {team for person in _meant(meeting, when) for team in person.teams & rule.exempt.teams}
        )
        yield asked(
            f"{_whom(when)} is in {either(sorted(rule.exempt.teams))}",
            bool(found),
            f"{_whom(when).capitalize()} is in {either(found, 'and')}" if found else "Nobody is",
            rule.exempt.where,
            Reason.EXEMPT_TEAM,
        )
    if when != "attendee":
        for one in exemptions:
            yield _exemption(one, meeting, day, when)
    for line in rule.let_through:
        yield _let_through(line, meeting)


def when_exempt(rule: MeetingRule) -> str:
    """Return whose exemption counts, standing or dated: the organiser's where no rule says."""
    return "organiser" if rule.exempt is None else rule.exempt.when


def in_force(one: Exemption, day: date) -> bool:
    return one.starts <= day <= one.ends


def names(one: Exemption, person: Person) -> bool:
    """Whether a dated exemption is for that person, by team or by any of their addresses."""
    return (
        person.address in one.addresses
        or not one.addresses.isdisjoint(person.aliases)
        or not one.teams.isdisjoint(person.teams)
    )


def people_in(meeting: MeetingFacts) -> list[Person]:
    """Return the organiser, if named, and everybody invited."""
    invited = [one.person for one in meeting.invited]
    return invited if meeting.organiser is None else [meeting.organiser, *invited]


def either(words: Iterable[str], last: str = "or") -> str:
    said = list(words)
    return f" {last} ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)


def _exemption(one: Exemption, meeting: MeetingFacts, day: date, when: str) -> Looked:
    named = any(names(one, person) for person in _meant(meeting, when))
    in_time = in_force(one, day)
    if named and in_time:
        why = f"The exemption {one.name} applies"
    elif named:
        why = f"It is from {one.starts} to {one.ends}, and the day is {day}"
    else:
        why = f"{_whom(when).capitalize()} is not in it"
    asks = f"the exemption {one.name} applies to {_whom(when)}"
    return asked(asks, named and in_time, why, one.where, Reason.EXEMPTION)


def _meant(meeting: MeetingFacts, when: str) -> list[Person]:
    if when == "involved":
        return people_in(meeting)
    return [] if meeting.organiser is None else [meeting.organiser]


def _whom(when: str) -> str:
    return "its organiser or anybody invited" if when == "involved" else "its organiser"


def _let_through(line: MeetingLetThrough, meeting: MeetingFacts) -> Looked:
    """Every condition of a line must be met; a line without any is never met."""
    asks: list[str] = []
    met: list[str] = []
    missed: list[str] = []
    if line.subject_tags:
        asks.append(f"the subject is marked {either(line.subject_tags)}")
        tags = [tag for tag in line.subject_tags if has_tag(meeting.subject, tag)]
        (met if tags else missed).append(
            f"the subject is marked {either(tags, 'and')}" if tags else "it has no such mark"
        )
    if line.categories:
        asks.append(f"it has the category {either(sorted(line.categories))}")
        found = sorted(line.categories & meeting.categories)
        (met if found else missed).append(
            f"it has the category {either(found, 'and')}" if found else "it has no such category"
        )
    if line.organiser_outside:
        asks.append("its organiser is outside")
        outside = meeting.organiser is not None and not meeting.organiser.inside
        (met if outside else missed).append(
            f"its organiser is {'outside' if outside else 'inside'}"
        )
    holds = bool(asks) and not missed
    why = f"It is let through: {' and '.join(met)}" if holds else "; ".join(missed)
    return asked(
        f"it is let through: {' and '.join(asks) or 'never'}",
        holds,
        f"{why[:1].upper()}{why[1:]}" or "The line has no condition",
        line.where,
        Reason.LET_THROUGH,
    )


__all__ = [
    "Looked",
    "asked",
    "cancelled",
    "either",
    "freed",
    "in_force",
    "is_about",
    "kept",
    "named",
    "names",
    "off",
    "organiser_outside",
    "people_in",
    "private",
    "too_few",
    "when_exempt",
]
