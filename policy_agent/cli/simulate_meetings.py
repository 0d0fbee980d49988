"""Meetings beside past mail in `policy-agent simulate`: judged, and counted by window."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from policy_agent.cli.meetings import MeetingProblem, read_file, said
from policy_agent.cli.output import print_table
from policy_agent.cli.series import HORIZON, Between, occurrences
from policy_agent.cli.written_meetings import ODD, WrittenMeeting
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.protecting import overlaps_of
from policy_agent.domain.rules import DeferEmail, Rulebook
from policy_agent.rehearsal.meetings import (
    Judged,
    MeetingChange,
    PastMeeting,
    RehearsedMeeting,
    compare_meetings,
    judged,
    rehearse_meetings,
)
from policy_agent.rehearsal.traffic import TrafficProblem

_LISTED = 3  # files named in a note
_ASSUMED = (
    "nobody said who is in which team: everybody inside is taken to be in the teams of `people`;"
    " --people says otherwise"
)
_ALONE = (
    "each occurrence is judged by itself: who is on leave, and which meetings of the organiser are"
    " next to it, only the daemon knows"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Meetings:
    """Meetings of .ics files."""

    written: Sequence[tuple[int, WrittenMeeting]]  # with the number of the meeting, from 1
    recurring: frozenset[int]  # numbers
    cancelled: frozenset[int]  # numbers of those of which something is cancelled
    unread: tuple[str, ...]  # what is wrong with files that were left out


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingFigures:
    """Meetings that were read, what becomes of them, and over how many each window lies."""

    meetings: int  # a series counts once
    occurrences: int
    recurring: int
    cancelled: int
    rules: tuple[Judged, ...]
    windows: Mapping[str, int]  # meetings that overlap it, by window; all windows are there
    changes: tuple[MeetingChange, ...] | None  # None: no other rulebook was asked for
    notes: tuple[str, ...]


def read_meetings(path: Path, zone: ZoneInfo, between: Between) -> Meetings | None:
    """Read the meetings of an .ics file, or of a folder's; None where a folder has none.

    A file of a folder that cannot be read is left out and named; TrafficProblem where it is the
    only one that was asked for.
    """
    files = sorted(path.rglob("*.ics")) if path.is_dir() else [path]
    if not files:
        return None
    found: list[tuple[int, WrittenMeeting]] = []
    unread: list[str] = []
    number = 0
    for file in files:
        try:
            entries = [*_of(file, zone, between)]
        except MeetingProblem as problem:
            if file == path:
                raise TrafficProblem(str(problem)) from problem
            unread.append(str(problem))
            continue
        for meetings in entries:
            number += 1
            found += ((number, one) for one in meetings)
    return Meetings(
        written=found,
        recurring=frozenset(number for number, one in found if one.facts.recurs),
        cancelled=frozenset(number for number, one in found if one.facts.cancelled),
        unread=tuple(unread),
    )


def _of(file: Path, zone: ZoneInfo, between: Between) -> Iterator[list[WrittenMeeting]]:
    """Yield what each meeting of a file comes to in that time, but for those that are not in it."""
    for entry in read_file(file):
        try:
            found = [*occurrences(entry, zone, between)]
        except ODD as problem:
            raise MeetingProblem(f"{file}: {said(problem)}") from None
        if found:
            yield sorted(found, key=lambda one: one.facts.starts)


def figures_of(
    meetings: Meetings, rulebook: Rulebook, other: Rulebook | None, directory: Directory | None
) -> MeetingFigures:
    """Judge them; `directory` None: nobody said who is in which team."""
    after, past = _rehearsed(meetings, rulebook, directory)
    changes = None
    if other is not None:
        changes = compare_meetings(_rehearsed(meetings, other, directory)[0], after)
    over: Counter[str] = Counter()
    for window in rulebook.windows.values():
        over[window.name] = len({one.number for one in past if overlaps_of(one.facts, window)})
    notes = [_ALONE]
    if directory is None:
        notes.append(_ASSUMED)
    if meetings.recurring:
        notes.append(
            f"a series is looked at for {HORIZON.days // 7} weeks from its start on, or where"
            " --since and --until are given, in that time"
        )
    if meetings.unread:
        named = "; ".join(meetings.unread[:_LISTED])
        more = " …" if len(meetings.unread) > _LISTED else ""
        notes.append(
            f"{len(meetings.unread)} .ics files cannot be read and were left out: {named}{more}"
        )
    return MeetingFigures(
        meetings=len({number for number, _ in meetings.written}),
        occurrences=len(meetings.written),
        recurring=len(meetings.recurring),
        cancelled=len(meetings.cancelled),
        rules=judged(after, rulebook),
        windows={name: over[name] for name in rulebook.windows},
        changes=changes,
        notes=tuple(notes),
    )


def _rehearsed(
    meetings: Meetings, rulebook: Rulebook, directory: Directory | None
) -> tuple[tuple[RehearsedMeeting, ...], list[PastMeeting]]:
    people = _People(rulebook, directory)
    past = [
        PastMeeting(number=number, facts=one.resolved(people.person))
        for number, one in meetings.written
    ]
    sizes = Counter(team for one in people.everybody() for team in one.teams)
    return rehearse_meetings(rulebook, past, sizes), past


class _People:
    """Who is who: by a directory, or as examples have it."""

    def __init__(self, rulebook: Rulebook, directory: Directory | None) -> None:
        self._known = directory
        rules = [rule for rule in rulebook.rules if not isinstance(rule, DeferEmail)]
        teams = frozenset[str]().union(*(rule.people for rule in rules))
        exempt = frozenset[str]().union(
            *(rule.exempt.teams for rule in rules if rule.exempt is not None)
        )
        self._usual = teams - exempt or teams
        self._nobody = Directory(domains=rulebook.domains, people={})
        self._seen: dict[str, Person] = {}

    def person(self, address: str) -> Person:
        found = self._seen.get(address)
        if found is None:
            found = (self._known or self._nobody).person(address)
            teams = self._usual if self._known is None and found.inside else found.teams
            found = self._seen[address] = replace(found, id=found.id or address, teams=teams)
        return found

    def everybody(self) -> set[Person]:
        """Return who makes a team as large as it is."""
        return {*(self._seen if self._known is None else self._known.people).values()}


def print_meetings(out: Console, figures: MeetingFigures, against: str | None) -> None:
    """Print the figures as text."""
    out.print(
        f"{figures.meetings:,} meetings, {figures.occurrences:,} occurrences; "
        f"{figures.recurring:,} of them recur, {figures.cancelled:,} are cancelled or partly so"
    )
    for note in figures.notes:
        out.print(f"note: {note}")
    if figures.rules:
        out.print()
        print_table(
            out,
            ("rule", "outcome", "reason", "meetings", "occurrences"),
            [
                (one.rule, one.outcome, one.reason, f"{one.meetings:,}", f"{one.occurrences:,}")
                for one in figures.rules
            ],
            title="Meetings by rule, whatever its mode; deliver: it is left alone",
        )
    out.print()
    rows = [(name, f"{count:,}") for name, count in figures.windows.items()]
    print_table(out, ("window", "meetings"), rows, title="Meetings that overlap each window")
    if figures.changes is not None:
        out.print()
        out.print(f"Meetings against {against}: {changes_in_words(figures.changes)}")
        if figures.changes:
            examples = [(row["rule"], row["change"], row["number"], row["starts"])
                    for row in _examples(figures.changes)]  # fmt: skip
            columns = ("rule", "change", "meeting", "starts")
            print_table(out, columns, examples, title="Examples of meetings, the first few of each")


def changes_in_words(changes: Sequence[MeetingChange]) -> str:
    """Return the difference in a line, such as «protected-lunch +3 decline»."""
    said = [f"{one.rule} {one.change[0]}{one.occurrences:,} {one.change[1:]}" for one in changes]
    return ", ".join(said) or "no difference"


def _examples(changes: Sequence[MeetingChange]) -> Iterator[dict[str, Any]]:
    for change in changes:
        for number, starts in change.examples:
            yield {
                "rule": change.rule,
                "change": change.change,
                "number": str(number),
                "starts": f"{starts:%a %Y-%m-%d %H:%M}",
            }
