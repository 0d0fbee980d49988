"""Protecting time: what a `protect-time` rule says of one meeting.

The clauses count in this order, and the first that settles the rule is the answer: it lies over no
window, or not for long enough; the rule is off for the organiser; it is a kept meeting; its
organiser is outside; it was cancelled; it is private; it takes nobody's time; it is not online, or
too small, for the rule; an exemption, then a let-through frees it; nobody is left whose time it
takes; it was booked before the rule. What is left is a clash.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from policy_agent.domain import meeting_clauses as clauses
from policy_agent.domain.events import Response, ShowAs
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.keeping import KeptBy
from policy_agent.domain.meeting_clauses import Looked, asked
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Reason
from policy_agent.domain.people import Person
from policy_agent.domain.rules import Exemption
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach
from policy_agent.domain.windows import Occurrence, Window

_DAY = timedelta(days=1)
_NOON = timedelta(hours=12)
_NONE = timedelta()
_NOT_THERE = {
    ShowAs.FREE: "It is shown as free",
    ShowAs.ELSEWHERE: "It is shown as working elsewhere",
    ShowAs.AWAY: "It is leave, and no meeting",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlap:
    """An occurrence of a window that a meeting lies over, and from when for how long."""

    window: Occurrence
    starts: datetime  # aware UTC
    lasts: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Protected:
    """What a clause may know beside the meeting: made once a rule."""

    rule: ProtectTime
    exemptions: tuple[Exemption, ...]  # those that name the rule

    @classmethod
    def of(cls, rule: ProtectTime, exemptions: Sequence[Exemption]) -> "Protected":
        return cls(rule=rule, exemptions=tuple(e for e in exemptions if rule.name in e.rules))


def span_of(meeting: MeetingFacts, window: Window) -> tuple[datetime, datetime]:
    """Return the time that a meeting takes, in UTC.

    An all-day one is so many days and no instants: whatever midnights it was written with, it takes
    whole days of the window's calendar, those whose midnights are nearest.
    """
    starts, ends = as_instant(meeting.starts), as_instant(meeting.ends)
    if not meeting.all_day:
        return starts, ends
    zone = window.calendar.zone
    day = (starts.astimezone(zone).replace(tzinfo=None) + _NOON).date()
    days = max(1, round((ends - starts) / _DAY))
    return (
        as_instant(attach(day, MIDNIGHT, zone)),
        as_instant(attach(day + days * _DAY, MIDNIGHT, zone)),
    )


def overlaps_of(meeting: MeetingFacts, window: Window) -> list[Overlap]:
    """Return the window's occurrences that the meeting shares a moment with, in order.

    A meeting that lasts no time lies over the occurrence that its moment is in, for no time.
    """
    starts, ends = span_of(meeting, window)
    found: dict[date, Overlap] = {}
    day = starts.date()
    while day <= ends.date():
        for opens, closes, occurrence in window.touching(day):
            first, last = max(starts, opens), min(ends, closes)
            if first < last or (starts == ends and opens <= starts < closes):
                found[occurrence.day] = Overlap(
                    window=occurrence, starts=first, lasts=max(_NONE, last - first)
                )
        day += _DAY
    return [found[day] for day in sorted(found)]


def takes_whole_days(window: Window) -> bool:
    return window.time is None or window.time == (MIDNIGHT, MIDNIGHT)


def over_window(rule: ProtectTime, overlaps: Sequence[Overlap], day: date) -> Iterator[Looked]:
    """Yield whether it lies over the window at all, and for long enough."""
    name, calendar = rule.window.name, rule.calendar
    longest = max(overlaps, key=lambda one: one.lasts, default=None)
    yield Looked(
        asks=f"it lies over the window {name}",
        holds=longest is not None,
        why=f"It is not over the window {name} on {calendar.describe(day)}"
        if longest is None
        else f"It lies {in_words(longest.lasts)} over the window {name} on "
        f"{calendar.describe(longest.window.day)}",
        where=rule.where_window,
        reason=Reason.OUTSIDE_WINDOW if longest is None else None,
    )
    if longest is not None:
        yield asked(
            f"it is less than {in_words(rule.overlap_at_least)} over it",
            not is_long_enough(rule, longest),
            f"It lies {in_words(longest.lasts)} over the window {name} on "
            f"{calendar.describe(longest.window.day)}",
            rule.where_meetings or rule.where_window,
            Reason.SHORT_OVERLAP,
        )


def is_long_enough(rule: ProtectTime, overlap: Overlap) -> bool:
    return overlap.lasts > _NONE and overlap.lasts >= rule.overlap_at_least


def inside_window(
    protected: Protected,
    meeting: MeetingFacts,
    overlap: Overlap,
    mode: Mode,
    by: KeptBy | None,
) -> Iterator[Looked]:
    """Yield every clause after the window's own; one of them always settles the rule."""
    rule = protected.rule
    yield clauses.off(rule, mode)
    yield clauses.kept(rule, by)
    yield clauses.organiser_outside(rule, meeting)
    yield clauses.cancelled(rule, meeting)
    yield clauses.private(rule, meeting)
    yield _nobodys_time(rule, meeting)
    if rule.online_only:
        why = f"It is {'' if meeting.online else 'not '}an online meeting"
        where = rule.where_meetings or rule.where
        yield asked("it is not online", not meeting.online, why, where, Reason.NOT_ONLINE)
    yield clauses.too_few(rule, meeting, rule.attendees_at_least, rule.where_meetings)
    day = overlap.starts.astimezone(rule.calendar.zone).date()
    yield from clauses.freed(rule, meeting, day, protected.exemptions)
    yield _nobody_left(protected, meeting, day)
    if rule.booked_from is not None:
        yield _booked_before(rule, meeting, rule.booked_from)
    yield Looked(
        asks="nothing frees it, so it is a clash",
        holds=True,
        why=f"It lies {in_words(overlap.lasts)} over the window {rule.window.name} on "
        f"{rule.calendar.describe(overlap.window.day)}",
        where=rule.where_window,
        reason=Reason.OVERLAPS_WINDOW,
    )


def affected(protected: Protected, meeting: MeetingFacts, overlap: Overlap) -> tuple[str, ...]:
    """Return the ids of the people whose time it takes, sorted.

    Covered, in the meeting, not on leave, and not exempt; a list's own address is nobody by id.
    """
    day = overlap.starts.astimezone(protected.rule.calendar.zone).date()
    return tuple(
        sorted(
            {
                person.id
                for person, away in _there(protected.rule, meeting)
                if person.id and not away and _own_exemption(protected, person, day) is None
            }
        )
    )


def in_words(length: timedelta) -> str:
    """Return a length of time as people say it, to the minute; less is given in seconds."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    if minutes == 0 and seconds:
        return f"{seconds} seconds"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def _nobodys_time(rule: ProtectTime, meeting: MeetingFacts) -> Looked:
    why = _NOT_THERE.get(meeting.show_as)
    if why is None and meeting.all_day and not takes_whole_days(rule.window):
        why = "It is all day, over a window that is a part of one"
    return asked(
        "it takes nobody's time",
        why is not None,
        why or "It is shown as taking time",
        rule.where,
        Reason.NOBODYS_TIME,
    )


def _there(rule: ProtectTime, meeting: MeetingFacts) -> Iterator[tuple[Person, bool]]:
    """Yield who is covered and in the meeting, and whether they are on leave."""
    if meeting.organiser is not None and not rule.people.isdisjoint(meeting.organiser.teams):
        yield meeting.organiser, meeting.organiser_away
    for one in meeting.invited:
        if one.response is not Response.DECLINED and not rule.people.isdisjoint(one.person.teams):
            yield one.person, one.away


def _nobody_left(protected: Protected, meeting: MeetingFacts, day: date) -> Looked:
    """Whether there is nobody whose time it takes: they declined, are away, or are exempt."""
    asks = "it takes the time of nobody whom the rule is about"
    rule = protected.rule
    there = list(_there(rule, meeting))
    here = [person for person, away in there if not away]
    exempt = [_own_exemption(protected, person, day) for person in here]
    left = sum(one is None for one in exempt)
    if left:
        why = f"It takes the time of {'1 person' if left == 1 else f'{left} people'}"
        return Looked(asks=asks, holds=False, why=why, where=rule.where_people, reason=None)
    for freed in exempt:
        if freed is not None:
            return Looked(
                asks=asks, holds=True, why=freed.why, where=freed.where, reason=freed.reason
            )
    if there:
        why, reason = "Everybody it would be about is on leave", Reason.NOBODYS_TIME
    else:
        why, reason = "Everybody it would be about has declined it", Reason.CANCELLED
    return Looked(asks=asks, holds=True, why=why, where=rule.where_people, reason=reason)


def _own_exemption(protected: Protected, person: Person, day: date) -> Looked | None:
    """Return what frees one person's own time, where the rule's exemptions work so."""
    rule = protected.rule
    if clauses.when_exempt(rule) != "attendee":
        return None
    asks = "somebody's own time is exempt"
    if rule.exempt is not None and (teams := sorted(rule.exempt.teams & person.teams)):
        why = f"Everybody it would be about is exempt, as somebody in {teams[0]} is"
        return asked(asks, True, why, rule.exempt.where, Reason.EXEMPT_TEAM)
    for one in protected.exemptions:
        if clauses.in_force(one, day) and clauses.names(one, person):
            why = f"Everybody it would be about is exempt, by the exemption {one.name}"
            return asked(asks, True, why, one.where, Reason.EXEMPTION)
    return None


def _booked_before(rule: ProtectTime, meeting: MeetingFacts, first: date) -> Looked:
    """Whoever does not know when a meeting was booked leaves it alone."""
    if meeting.booked is None:
        holds, why = True, "It is not known when it was booked"
    else:
        booked = meeting.booked.astimezone(UTC).astimezone(rule.calendar.zone).date()
        holds, why = booked < first, f"It was booked on {rule.calendar.describe(booked)}"
    where = rule.where_meetings or rule.where
    return asked(f"it was booked before {first}", holds, why, where, Reason.BOOKED_BEFORE)


__all__ = [
    "Overlap",
    "Protected",
    "affected",
    "in_words",
    "inside_window",
    "is_long_enough",
    "over_window",
    "overlaps_of",
    "span_of",
    "takes_whole_days",
]
