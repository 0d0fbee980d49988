"""Meetings as a person has them at hand: an iCalendar file, or JSON of an event as Graph gives it.

A time without a zone is the wall clock of the zone that is handed in, and so are the days of a
meeting that lasts all day: a calendar shows those the same everywhere.
"""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

from policy_agent.cli.event_json import from_event
from policy_agent.cli.ics import Entry, from_vevent, read_entries
from policy_agent.cli.written_meetings import ODD, MeetingProblem, WrittenMeeting

_LARGEST = 5 * 1024 * 1024  # bytes


def is_meeting(path: Path) -> bool:
    """Whether the file is a meeting, well written or not; one that cannot be read is none."""
    if path.suffix.lower() == ".ics":
        return True
    try:
        with path.open("rb") as opened:
            text = opened.read(_LARGEST + 1)
    except OSError:
        return False
    start = text.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].upper()
    if start.startswith(b"BEGIN:VCALENDAR"):
        return True
    if not start.startswith(b"{") or len(text) > _LARGEST:
        return False
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return (
        "iCalUId" in found
        or "organizer" in found
        or str(found.get("@odata.type", "")).endswith(".event")
    )


def read_meeting(path: Path, zone: ZoneInfo) -> WrittenMeeting:
    """Read the one meeting of a file; MeetingProblem where it cannot be read, or has several."""
    text = _bytes(path)
    if path.suffix.lower() != ".ics" and text.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(
        b"{"
    ):
        try:
            return from_event(json.loads(text), zone)
        except ODD as problem:
            raise MeetingProblem(f"{path}: {said(problem)}") from None
    entries = read_entries(path, text)
    if len(entries) != 1:
        raise MeetingProblem(
            f"{path}: this has {len(entries)} meetings; give a file with one of them"
        )
    (entry,) = entries
    try:
        return from_vevent(entry.event, zone, withdrawn=entry.withdrawn)
    except ODD as problem:
        raise MeetingProblem(f"{path}: {said(problem)}") from None


def read_file(path: Path) -> list[Entry]:
    """Read an .ics file, a series as one; MeetingProblem where it cannot be read."""
    return read_entries(path, _bytes(path))


def said(problem: Exception) -> str:
    """Return what is odd about a meeting, in words."""
    if type(problem) is ValueError:
        return str(problem)
    return f"this is no meeting as Graph or a calendar gives it ({problem})"


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise MeetingProblem(f"{path}: a file of meetings has at most {_LARGEST:,} bytes")
        return path.read_bytes()
    except OSError as problem:
        raise MeetingProblem(f"{path}: cannot be read ({problem.strerror})") from problem


__all__ = ["MeetingProblem", "is_meeting", "read_file", "read_meeting", "said"]
