"""Past mail, copy by copy, whatever it was read from."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Person
from policy_agent.domain.rules import Rulebook


class TrafficProblem(Exception):
    """Traffic that cannot be read; the text says where, what is wrong and what would be right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastCopy:
    """One recipient's copy of a past mail."""

    message: int  # number of the message in its source, from 1
    sent_local: str  # ISO wall clock, as the source gives it or in the rules' zone
    sender: str  # as the source names people
    recipient: str
    facts: MailFacts

    @property
    def weekday(self) -> int:
        """Return the weekday on the wall clock at which it came; Monday is 0."""
        return datetime.fromisoformat(self.sent_local).weekday()


@dataclass(frozen=True, kw_only=True, slots=True)
class Traffic:
    """All copies of a source, in its order."""

    source: str  # in words, for people
    copies: tuple[PastCopy, ...]
    messages: int | None = None  # how many they belong to; None: the source does not say
    notes: tuple[str, ...] = ()  # what a reader of the figures should know


def local_time(moment: datetime, zone: tzinfo | None) -> str:
    """Return an aware moment as a naive ISO wall clock of the zone, in whole seconds."""
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


def zone_of(rulebook: Rulebook) -> ZoneInfo:
    """Return the zone of the calendars that the rules go by, in which local times are told.

    TrafficProblem: there are several, so that a local time may mean more than one moment.
    """
    used = [rule.window.calendar for rule in rulebook.mail_rules] or [*rulebook.calendars.values()]
    zones = {calendar.zone.key: calendar.zone for calendar in used}
    if len(zones) != 1:
        said = f"several zones ({', '.join(sorted(zones))})" if zones else "no calendar"
        raise TrafficProblem(
            f"the rules go by {said}, so a local time has no one meaning; "
            "rehearse rules of one zone at a time"
        )
    return next(iter(zones.values()))


def unseen_teams(rulebook: Rulebook, traffic: Traffic) -> tuple[str, ...]:
    """Return the teams that rules name and nobody in the traffic is in, by name."""
    people: set[Person] = set()
    for copy in traffic.copies:
        people.update((copy.facts.sender, *copy.facts.recipients))
    seen = frozenset[str]().union(*(person.teams for person in people))
    named: set[str] = set()
    for rule in rulebook.mail_rules:
        named |= rule.from_teams | rule.to_teams | rule.mode_for.keys()
        named |= rule.exempt.teams if rule.exempt is not None else frozenset()
    return tuple(sorted(named - seen))
