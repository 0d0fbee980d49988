"""Meetings beside past mail in `policy-agent simulate`: counted, and judged by no rule."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from policy_agent.cli.meetings import MeetingProblem, read_meetings
from policy_agent.cli.output import print_table
from policy_agent.domain.meetings import Meeting, overlaps
from policy_agent.domain.rules import Rulebook
from policy_agent.rehearsal.traffic import TrafficProblem, zone_of

NOT_JUDGED = "no kind of rule of this version judges meetings, so all are left alone"
_LISTED = 3  # files named in a note


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingFigures:
    """Meetings that were read, and over how many of them each window lies."""

    meetings: int  # a series counts once, by its first span
    recurring: int
    cancelled: int
    windows: Mapping[str, int]  # meetings that overlap it, by window; all windows are there
    notes: tuple[str, ...]


def meetings_of(path: Path, rulebook: Rulebook) -> MeetingFigures | None:
    """Count the meetings of an .ics file, or of a folder's; None where a folder has none.

    A file of a folder that cannot be read is left out and named; TrafficProblem where it is the
    only one that was asked for.
    """
    files = sorted(path.rglob("*.ics")) if path.is_dir() else [path]
    if not files:
        return None
    zone = zone_of(rulebook)
    found: list[Meeting] = []
    unread: list[str] = []
    for file in files:
        try:
            found += read_meetings(file, zone)
        except MeetingProblem as problem:
            if file == path:
                raise TrafficProblem(str(problem)) from problem
            unread.append(str(problem))
    counted: Counter[str] = Counter()
    for meeting in found:
        counted.update(
            one.window.name
            for one in overlaps(rulebook.windows.values(), meeting)
            if one.occurrences
        )
    recurring = sum(1 for one in found if one.recurs)
    notes = [NOT_JUDGED]
    if recurring:
        notes.append("of a meeting that recurs only the given span was looked at")
    if unread:
        named = "; ".join(unread[:_LISTED]) + (" …" if len(unread) > _LISTED else "")
        notes.append(f"{len(unread)} .ics files cannot be read and were left out: {named}")
    return MeetingFigures(
        meetings=len(found),
        recurring=recurring,
        cancelled=sum(1 for one in found if one.cancelled),
        windows={name: counted[name] for name in rulebook.windows},
        notes=tuple(notes),
    )


def print_meetings(out: Console, figures: MeetingFigures) -> None:
    """Print the figures as text."""
    out.print(
        f"{figures.meetings:,} meetings; {figures.recurring:,} of them recur, "
        f"{figures.cancelled:,} are cancelled"
    )
    for note in figures.notes:
        out.print(f"note: {note}")
    rows = [(name, f"{count:,}") for name, count in figures.windows.items()]
    print_table(out, ("window", "meetings"), rows, title="Meetings that overlap each window")
