"""What `policy-agent explain` says of a meeting: that it is left alone, why, and calendar facts."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from policy_agent.cli.meetings import MeetingProblem, read_meeting
from policy_agent.cli.output import console, print_json
from policy_agent.cli.reasons import Branch, place, print_tree
from policy_agent.domain.meetings import Meeting, Overlap, days_of, overlaps
from policy_agent.domain.rules import Rulebook
from policy_agent.domain.walltime import as_instant
from policy_agent.domain.windows import Occurrence, Window

LEFT_ALONE = (
    "It is left alone: no rule in this rulebook is of a kind that is about meetings "
    "(this version has none)"
)
_KIND = "defer-email"  # of every rule of this version
_SERIES = "it recurs; only this one span was looked at, not the others of the series"
_SHOWN = 5  # occurrences of a window; more are counted


def explain_meeting(
    path: Path, rulebook: Rulebook, zone: ZoneInfo, output_format: str, *, mail: bool
) -> None:
    """Read a meeting and print what becomes of it; what is wrong is a click.UsageError.

    `mail`: options were given that only a mail can have.
    """
    if mail:
        raise click.UsageError("--at, --for and --team are for mail; leave them out for a meeting")
    try:
        meeting = read_meeting(path, zone)
    except MeetingProblem as problem:
        raise click.UsageError(str(problem)) from problem
    if output_format == "json":
        print_json(meeting_as_json(meeting, rulebook))
    else:
        print_meeting(console(), meeting, rulebook)


def print_meeting(out: Console, meeting: Meeting, rulebook: Rulebook) -> None:
    """Print what becomes of a meeting as a tree."""
    print_tree(
        out,
        Branch(
            line=f"Meeting of {meeting.organiser or 'an organiser who is not named'}, "
            f"{_span(meeting.starts, meeting.ends)} {meeting.starts:%Z}",
            branches=(
                Branch(line=LEFT_ALONE, style="bold"),
                *(
                    Branch(
                        line=f"rule {rule.name} is of kind {_KIND}, which is about mail"
                        f"{place(rule.where)}"
                    )
                    for rule in rulebook.mail_rules
                ),
                Branch(line="the meeting", branches=tuple(map(_fact, _facts(meeting, rulebook)))),
                *_calendars(meeting, rulebook),
                Branch(
                    line="windows that it overlaps; facts of the calendar, no rule asks for them",
                    branches=tuple(
                        _window(meeting, one)
                        for one in overlaps(rulebook.windows.values(), meeting)
                    ),
                ),
            ),
        ),
    )


def meeting_as_json(meeting: Meeting, rulebook: Rulebook) -> dict[str, Any]:
    """Return what becomes of a meeting as an object; times are in the zone of the meeting's."""
    return {
        "verdict": LEFT_ALONE,
        "rules": [
            {"rule": rule.name, "kind": _KIND, "where": str(rule.where)}
            for rule in rulebook.mail_rules
        ],
        "meeting": {
            "starts": meeting.starts,
            "ends": meeting.ends,
            "all_day": meeting.all_day,
            "organiser": meeting.organiser or None,
            "invited": len(meeting.invited),
            "outside": len(meeting.outside(rulebook.domains)),
            "recurs": meeting.recurs,
            "cancelled": meeting.cancelled,
            "free": meeting.free,
            "private": meeting.private,
        },
        "note": _SERIES if meeting.recurs else None,
        "days": [
            {
                "calendar": calendar.name,
                "day": day,
                "working_day": calendar.is_working_day(day),
                "holiday": calendar.holidays.get(day),
            }
            for calendar in rulebook.calendars.values()
            for day in days_of(meeting, calendar)
        ],
        "windows": [
            {
                "window": one.window.name,
                "where": str(one.window.where),
                "overlaps": bool(one.occurrences),
                "occurrences": [
                    {
                        "starts": occurrence.starts,
                        "ends": occurrence.ends,
                        "holiday": one.window.calendar.holidays.get(occurrence.day),
                        "minutes": _minutes(meeting, occurrence),
                    }
                    for occurrence in one.occurrences
                ],
            }
            for one in overlaps(rulebook.windows.values(), meeting)
        ],
    }


def _fact(line: str) -> Branch:
    return Branch(line=line)


def _facts(meeting: Meeting, rulebook: Rulebook) -> Iterator[str]:
    outside = len(meeting.outside(rulebook.domains))
    verb = "is" if outside == 1 else "are"
    people = len(meeting.invited)
    yield f"{people} {'person is' if people == 1 else 'people are'} invited besides the organiser"
    yield (
        f"{outside} of them all {verb} outside the organisation"
        if outside
        else ("nobody is outside the organisation")
    )
    if meeting.all_day:
        yield "it lasts all day"
    if meeting.cancelled:
        yield "it is cancelled"
    if meeting.free:
        yield "it is shown as free"
    if meeting.private:
        yield "it is private"
    yield _SERIES if meeting.recurs else "it does not recur"


def _calendars(meeting: Meeting, rulebook: Rulebook) -> Iterator[Branch]:
    for calendar in rulebook.calendars.values():
        days = days_of(meeting, calendar)
        said = [
            f"{calendar.describe(day)} is a {'' if calendar.is_working_day(day) else 'non-'}working"
            " day"
            for day in days
        ]
        yield Branch(
            line=f"calendar {calendar.name} ({calendar.zone.key}){place(calendar.where)}",
            branches=tuple(map(_fact, _first(said))),
        )


def _window(meeting: Meeting, overlap: Overlap) -> Branch:
    window = overlap.window
    if not overlap.occurrences:
        line = f"no  {window.name}: it does not come round in this span{place(window.where)}"
        return Branch(line=line, style="dim")
    zone = window.calendar.zone
    span = _span(meeting.starts.astimezone(zone), meeting.ends.astimezone(zone))
    said = [_occurrence(meeting, window, one) for one in overlap.occurrences]
    if len(said) == 1:
        line = f"yes {span} overlaps {window.name} {said[0]}{place(window.where)}"
        return Branch(line=line, style="green")
    return Branch(
        line=f"yes {span} overlaps {window.name} {len(said)} times{place(window.where)}",
        style="green",
        branches=tuple(map(_fact, _first(said))),
    )


def _occurrence(meeting: Meeting, window: Window, occurrence: Occurrence) -> str:
    holiday = window.calendar.holidays.get(occurrence.day)
    named = "" if holiday is None else f" ({holiday})"
    span = _span(occurrence.starts, occurrence.ends)
    return f"{span}{named}, for {_minutes(meeting, occurrence)} minutes"


def _first(said: list[str]) -> list[str]:
    more = len(said) - _SHOWN
    return said if more <= 0 else [*said[:_SHOWN], f"and {more} more"]


def _minutes(meeting: Meeting, occurrence: Occurrence) -> int:
    """Return how long both last together, in whole minutes rounded down."""
    starts = max(as_instant(meeting.starts), as_instant(occurrence.starts))
    ends = min(as_instant(meeting.ends), as_instant(occurrence.ends))
    return int((ends - starts).total_seconds()) // 60


def _span(starts: datetime, ends: datetime) -> str:
    """Return a span as wall-clock times; the midnight at the end of a day is its 24:00."""
    day = f"{starts:%a} {starts.day} {starts:%b %Y %H:%M}"
    if ends.date() == starts.date():
        return f"{day}-{ends:%H:%M}"
    midnight = ends.time().isoformat() == "00:00:00"
    if midnight and (ends.date() - starts.date()).days == 1:
        return f"{day}-24:00"
    return f"{day} to {ends:%a} {ends.day} {ends:%b %Y %H:%M}"
