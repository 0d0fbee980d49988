"""`policy-agent explain` of a meeting: a file, or words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import click

from policy_agent.agent.explain import with_run_time
from policy_agent.cli.meeting_reasons import (
    ToldMeeting,
    meeting_as_json,
    print_meeting,
    print_recorded_meeting,
)
from policy_agent.cli.meetings import MeetingProblem, read_meeting
from policy_agent.cli.output import console, print_json
from policy_agent.cli.who import (
    People,
    address_of,
    first_zone,
    instant_of,
    usual_in_meetings,
)
from policy_agent.cli.written_meetings import WrittenMeeting, span_of, written
from policy_agent.domain.events import Attendee
from policy_agent.domain.explaining_meetings import explain_meeting as walk
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.people import Person
from policy_agent.domain.rules import Rulebook
from policy_agent.store.store import Store

USUALLY_BOOKED = timedelta(days=14)  # before it starts, where nobody says; as in examples


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A meeting as it is described by options."""

    organiser: str | None
    attendees: tuple[str, ...]
    starts: str | None
    ends: str | None
    booked: str | None
    subject: str
    categories: tuple[str, ...]


def from_file(path: Path, rulebook: Rulebook) -> WrittenMeeting:
    """Read the meeting of a file; what is wrong is a click.UsageError."""
    try:
        return read_meeting(path, first_zone(rulebook))
    except MeetingProblem as problem:
        raise click.UsageError(str(problem)) from problem


def from_words(words: Words, rulebook: Rulebook) -> WrittenMeeting:
    """Return the meeting that options describe; what is wrong is a click.UsageError."""
    if words.organiser is None or words.starts is None or words.ends is None:
        raise click.UsageError("--organiser goes with --starts and --ends")
    starts = instant_of(words.starts, rulebook, "--starts")
    try:
        ends = datetime.combine(starts, time.fromisoformat(words.ends), tzinfo=starts.tzinfo)
    except ValueError:
        ends = instant_of(words.ends, rulebook, "--ends")
    try:
        starts, ends = span_of(starts, ends, first_zone(rulebook))
    except ValueError as problem:
        raise click.UsageError(f"--ends: {problem}") from problem
    booked = None if words.booked is None else instant_of(words.booked, rulebook, "--booked")
    return written(
        MeetingFacts(
            starts=starts,
            ends=ends,
            subject=words.subject,
            categories=frozenset(category.lower() for category in words.categories),
            booked=booked or starts - USUALLY_BOOKED,
        ),
        address_of(words.organiser, rulebook),
        [Attendee(address=address_of(name, rulebook)) for name in words.attendees],
    )


def explain_meeting(
    meeting: WrittenMeeting,
    rulebook: Rulebook,
    people: People,
    store: Store | None,
    output_format: str,
) -> None:
    """Print every clause of every rule about meetings, true or false."""
    if store is not None:
        rulebook = with_run_time(rulebook, store, meeting.facts.starts)

    def person(address: str) -> Person:
        return people.person(address, usual_in_meetings)

    facts = meeting.resolved(person)
    told = ToldMeeting(
        meeting=meeting,
        rules=walk(rulebook, facts, _sizes(facts, store)),
        rulebook=rulebook,
    )
    if output_format == "json":
        print_json({"assumed_teams": people.guess, **meeting_as_json(told)})
        return
    out = console()
    print_meeting(out, told)
    if people.guess:
        out.print(
            "No team was given: everybody inside is taken to be in the teams of `people`, as in"
            " examples. --team or --store say otherwise."
        )


def print_meeting_decision(store: Store, number: int, output_format: str) -> None:
    """Print a recorded decision of a meeting with all others of the same one."""
    row = store.meeting_decision(number)
    if row is None:
        raise click.UsageError(
            f"--meeting-decision: there is no decision {number} of a meeting in the store"
        )
    rows = store.meeting_decisions_of(row.uid)
    if output_format == "json":
        print_json({"decisions": rows})
    else:
        print_recorded_meeting(console(), rows, number)


def _sizes(facts: MeetingFacts, store: Store | None) -> Mapping[str, int]:
    """Return how large teams are: as the store has them, or else as in examples."""
    if store is not None:
        _, teams = store.people()
        return {name: len(ids) for name, ids in teams.items()}
    return sizes_in([facts])


def sizes_in(meetings: Sequence[MeetingFacts]) -> Counter[str]:
    """Return how many people of each team are in any of the meetings."""
    people = {one.person for facts in meetings for one in facts.invited}
    people |= {facts.organiser for facts in meetings if facts.organiser is not None}
    return Counter(team for one in people for team in one.teams)
