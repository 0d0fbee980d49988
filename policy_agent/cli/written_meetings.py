"""A meeting as a person has it at hand: with addresses, before anybody knows who they are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from policy_agent.cli.messages import MessageProblem
from policy_agent.domain.events import Attendee
from policy_agent.domain.facts import Invited, MeetingFacts
from policy_agent.domain.people import Person
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach
from policy_agent.holidays.read import FIRST_YEAR, LAST_YEAR

TIME = "such as DTSTART;TZID=Europe/London:20260107T120000"

# What libraries that read calendars raise of a file that is not one, beside what they say they do.
ODD = (AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError)

_LONGEST = timedelta(days=366)  # a longer one is a slip


class MeetingProblem(MessageProblem):
    """A meeting that cannot be read; the text says what it is and what would be right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenMeeting:
    """One meeting, or one span of a series."""

    facts: MeetingFacts  # without its people
    organiser: str = ""  # address, lower case; empty where it is not named
    invited: tuple[Attendee, ...] = ()  # without the organiser and rooms

    def outside(self, domains: frozenset[str]) -> tuple[str, ...]:
        """Return who of organiser and invited is in none of the organisation's domains."""
        people = [one.address for one in self.invited]
        if self.organiser:
            people.insert(0, self.organiser)
        return tuple(one for one in people if one.rpartition("@")[2] not in domains)

    def resolved(self, person: Callable[[str], Person]) -> MeetingFacts:
        """Return its facts with its people; whether somebody is on leave, nothing here says."""
        return replace(
            self.facts,
            organiser=person(self.organiser) if self.organiser else None,
            invited=tuple(
                Invited(person=person(one.address), response=one.response, optional=one.optional)
                for one in self.invited
            ),
        )


def written(facts: MeetingFacts, organiser: str, invited: Iterable[Attendee]) -> WrittenMeeting:
    """Put a meeting together, everybody in it once."""
    people = {one.address: one for one in invited if one.address not in {"", organiser}}
    return WrittenMeeting(facts=facts, organiser=organiser, invited=tuple(people.values()))


def moment_of(value: object, zone: ZoneInfo) -> datetime:
    """Return an instant in UTC; a day is its midnight, a time without a zone the wall clock's."""
    if not isinstance(value, date):
        raise ValueError(f"{value!r} is no day and no time; write it {TIME}")  # noqa: TRY004
    if not isinstance(value, datetime):
        return as_instant(attach(value, MIDNIGHT, zone))
    return as_instant(value if value.tzinfo is not None else value.replace(tzinfo=zone))


def span_of(starts: datetime, ends: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return start and end on the wall clock of the zone; a ValueError says what is odd."""
    starts, ends = as_instant(starts), as_instant(ends)
    if ends < starts:
        raise ValueError("it ends before it starts; swap its start and end")
    if ends - starts > _LONGEST:
        raise ValueError(
            f"it lasts more than {_LONGEST.days} days; give one meeting's start and end"
        )
    if starts.year < FIRST_YEAR or ends.year > LAST_YEAR:
        raise ValueError(f"it is not from {FIRST_YEAR} to {LAST_YEAR}; mend its start and end")
    return starts.astimezone(zone), ends.astimezone(zone)
