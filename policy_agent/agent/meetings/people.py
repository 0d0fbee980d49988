"""Who is in a meeting: addresses of a copy to people, with what they answered and their leave."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from policy_agent.domain.events import EventCopy, Span
from policy_agent.domain.facts import Invited, MeetingFacts
from policy_agent.domain.people import Directory, Person


class Guests:
    """Resolves who is in meetings; remembers what occurrences of one series have in common."""

    def __init__(self, directory: Directory, leave: Mapping[str, Sequence[Span]]) -> None:
        self._directory = directory
        self._leave = leave
        self._lists: dict[str, tuple[Person, ...]] = {}
        self._last: tuple[EventCopy, Person | None] | None = None
        self._invited: tuple[Invited, ...] = ()
        self._resting: tuple[int, ...] = ()  # places of those who have any leave

    def organiser(self, copy: EventCopy) -> Person | None:
        """Return who organises it; None where nobody is named."""
        if copy.is_organiser:
            return self._owner(copy)
        return self._directory.person(copy.organiser) if copy.organiser else None

    def is_away(self, person: Person | None, copy: EventCopy) -> bool:
        """Say whether somebody is on leave at any moment of the meeting."""
        if person is None:
            return False
        spans = self._leave.get(person.id, ())
        return any(span.overlaps(copy.starts, copy.ends) for span in spans)

    def invited(self, copy: EventCopy, organiser: Person | None) -> tuple[Invited, ...]:
        """Return everybody in it but the organiser, each once, by the order of the copy.

        A team's own list stands for its people, who are not invited by name. Whoever the calendar
        belongs to is in it, named or not, and what they answered is in their own copy alone.
        """
        if not self._is_like_last(copy, organiser):
            self._invited = self._resolved(copy, organiser)
            self._resting = tuple(
                place
                for place, one in enumerate(self._invited)
                if one.person.id and one.person.id in self._leave
            )
            self._last = (copy, organiser)
        away = [place for place in self._resting if self.is_away(self._invited[place].person, copy)]
        if not away:
            return self._invited
        people = list(self._invited)
        for place in away:
            people[place] = replace(people[place], away=True)
        return tuple(people)

    def facts(
        self, copy: EventCopy, organiser: Person | None, *, recurs: bool, after: datetime | None
    ) -> MeetingFacts:
        """Return what rules may know of it; `after` is when the organiser's one before it ends."""
        return MeetingFacts(
            starts=copy.starts,
            ends=copy.ends,
            all_day=copy.all_day,
            organiser=organiser,
            organiser_away=self.is_away(organiser, copy),
            invited=self.invited(copy, organiser),
            recurs=recurs,
            cancelled=copy.cancelled,
            show_as=copy.show_as,
            private=copy.private,
            online=copy.online,
            subject=copy.subject,
            categories=frozenset(category.lower() for category in copy.categories),
            booked=copy.created,
            has_agenda=copy.has_agenda,
            after=after,
        )

    def _is_like_last(self, copy: EventCopy, organiser: Person | None) -> bool:
        if self._last is None:
            return False
        last, theirs = self._last
        return (
            theirs == organiser
            and last.ref.mailbox == copy.ref.mailbox
            and last.response == copy.response
            and last.is_organiser == copy.is_organiser
            and last.attendees == copy.attendees
        )

    def _resolved(self, copy: EventCopy, organiser: Person | None) -> tuple[Invited, ...]:
        named: dict[str, Invited] = {}
        listed: dict[str, Invited] = {}
        for attendee in copy.attendees:
            people = self._list(attendee.address)
            if people:
                for person in people:
                    listed[person.id] = Invited(person=person, optional=attendee.optional)
            else:
                person = self._directory.person(attendee.address)
                named[person.id or person.address] = Invited(
                    person=person, response=attendee.response, optional=attendee.optional
                )
        found = {**listed, **named}
        if not copy.is_organiser:
            owner = self._owner(copy)
            mine = found.get(owner.id or owner.address, Invited(person=owner))
            found[owner.id or owner.address] = replace(mine, response=copy.response)
        if organiser is not None:
            found.pop(organiser.id or organiser.address, None)
        return tuple(found.values())

    def _list(self, address: str) -> tuple[Person, ...]:
        """Return the people of the teams whose own list it is; nobody where it is none."""
        teams = self._directory.groups.get(address)
        if teams is None or address in self._directory.people:
            return ()
        if address not in self._lists:
            ids = sorted(self._directory.members(teams))
            self._lists[address] = tuple(self._directory.by_id[id_] for id_ in ids)
        return self._lists[address]

    def _owner(self, copy: EventCopy) -> Person:
        known = self._directory.by_id.get(copy.ref.mailbox)
        return known or Person(id=copy.ref.mailbox, address="")
