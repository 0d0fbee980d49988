"""What `policy-agent explain` says of a meeting: every clause of every rule, and calendar facts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console

from policy_agent.cli.reasons import (
    Branch,
    clause_branch,
    clauses_as_json,
    place,
    print_tree,
    utc,
)
from policy_agent.cli.written_meetings import WrittenMeeting
from policy_agent.domain.events import ShowAs
from policy_agent.domain.explaining_meetings import MeetingRuleExplained
from policy_agent.domain.meetings import days_of
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome
from policy_agent.domain.protecting import Overlap, overlaps_of
from policy_agent.domain.rules import Rulebook
from policy_agent.domain.where import Where
from policy_agent.domain.windows import Window
from policy_agent.store.meeting_decisions import MeetingDecisionRow

_SERIES = "it recurs; only this one span was looked at, not the others of the series"
_SHOWN = 5  # occurrences of a window; more are counted
_COMES_TO = {
    Outcome.NUDGE: "its organiser is nudged",
    Outcome.DECLINE: "it is declined",
    Outcome.CANCEL: "it is cancelled",
    Outcome.ERROR: "it is left alone, since the rule could not be worked out",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldMeeting:
    """A meeting with what the rules say of it."""

    meeting: WrittenMeeting
    rules: tuple[MeetingRuleExplained, ...]
    rulebook: Rulebook


def print_meeting(out: Console, told: ToldMeeting) -> None:
    """Print what becomes of a meeting as a tree."""
    meeting, facts, rulebook = told.meeting, told.meeting.facts, told.rulebook
    print_tree(
        out,
        Branch(
            line=f"Meeting of {meeting.organiser or 'an organiser who is not named'}, "
            f"{_span(facts.starts, facts.ends)} {facts.starts:%Z}",
            branches=(
                *(Branch(line=line, style="bold") for line in verdicts(told)),
                *map(_rule, told.rules),
                Branch(line="the meeting", branches=tuple(map(_fact, _facts(meeting, rulebook)))),
                *_calendars(meeting, rulebook),
                Branch(
                    line="windows that it overlaps; facts of the calendar",
                    branches=tuple(
                        _window(window, overlaps_of(facts, window))
                        for window in rulebook.windows.values()
                    ),
                ),
            ),
        ),
    )


def print_recorded_meeting(out: Console, rows: Sequence[MeetingDecisionRow], asked: int) -> None:
    """Print what was ever decided of one meeting or occurrence, oldest first."""
    last = rows[-1]
    title = (
        f"Meeting {last.event} in mailbox {last.mailbox}, {utc(last.starts)} to {utc(last.ends)},"
        f" organised by {last.organiser or 'nobody the directory knows'}"
    )
    branches = tuple(
        Branch(
            line=f"decision {row.id}, {utc(row.decided)}: rule {row.rule} says {row.outcome}, mode"
            f" {row.mode}, {row.reason}: {row.detail}"
            f"{place(Where(file=row.where_file, line=row.where_line))}, by the rulebook"
            f" {row.rulebook[:12]}",
            style="bold" if row.id == asked else "",
        )
        for row in rows
    )
    print_tree(out, Branch(line=title, branches=branches))
    out.print("What a rule has nothing to say of is counted only, and facts of meetings are not")
    out.print("kept: a meeting is worked out again from a file of it, or from words.")


def meeting_as_json(told: ToldMeeting) -> dict[str, Any]:
    """Return what becomes of a meeting as an object; times are in the zone of the meeting's."""
    meeting, facts, rulebook = told.meeting, told.meeting.facts, told.rulebook
    return {
        "verdict": " ".join(verdicts(told)),
        "rules": [
            {
                "rule": one.rule,
                "where": str(one.where),
                "mode": one.mode,
                "outcome": None if one.verdict is None else one.verdict.decision.outcome,
                "reason": None if one.verdict is None else one.verdict.decision.reason,
                "detail": None if one.verdict is None else one.verdict.decision.detail,
                "affected": 0 if one.verdict is None else len(one.verdict.affected),
                "clauses": list(clauses_as_json(one.clauses)),
            }
            for one in told.rules
        ],
        "meeting": {
            "starts": facts.starts,
            "ends": facts.ends,
            "all_day": facts.all_day,
            "organiser": meeting.organiser or None,
            "invited": len(meeting.invited),
            "outside": len(meeting.outside(rulebook.domains)),
            "recurs": facts.recurs,
            "cancelled": facts.cancelled,
            "free": facts.show_as is ShowAs.FREE,
            "private": facts.private,
            "online": facts.online,
            "booked": facts.booked,
            "has_agenda": facts.has_agenda,
        },
        "note": _SERIES if facts.recurs else None,
        "days": [
            {
                "calendar": calendar.name,
                "day": day,
                "working_day": calendar.is_working_day(day),
                "holiday": calendar.holidays.get(day),
            }
            for calendar in rulebook.calendars.values()
            for day in days_of(facts, calendar)
        ],
        "windows": [
            {
                "window": window.name,
                "where": str(window.where),
                "overlaps": bool(found),
                "occurrences": [
                    {
                        "starts": one.window.starts,
                        "ends": one.window.ends,
                        "holiday": window.calendar.holidays.get(one.window.day),
                        "minutes": _minutes(one),
                    }
                    for one in found
                ],
            }
            for window, found in (
                (window, overlaps_of(facts, window)) for window in rulebook.windows.values()
            )
        ],
    }


def verdicts(told: ToldMeeting) -> list[str]:
    """Return what it comes to, a sentence a rule that does or would do something."""
    if not told.rules:
        return ["It is left alone: the rulebook has no rule about meetings."]
    about = [one for one in told.rules if one.verdict is not None]
    if not about:
        return ["It is left alone: no rule is about anybody in it."]
    said = [
        _comes_to(one)
        for one in about
        if one.verdict is not None and one.verdict.decision.outcome is not Outcome.DELIVER
    ]
    return said or ["It is left alone: no rule has anything against it."]


def _comes_to(one: MeetingRuleExplained) -> str:
    if one.verdict is None:
        raise ValueError(f"{one.rule} says nothing of it")
    decision = one.verdict.decision
    comes = _COMES_TO[decision.outcome]
    said = f"{one.rule} says {decision.outcome} ({decision.detail})"
    if decision.outcome is Outcome.ERROR:
        return f"{said}: {comes}."
    match one.mode:
        case Mode.ENFORCE:
            return f"{said}: its organiser is nudged, and if nothing changes {comes}."
        case Mode.NUDGE:
            return f"{said}; its mode for this organiser is nudge: {_COMES_TO[Outcome.NUDGE]}."
        case _:
            return f"{said}; its mode for this organiser is {one.mode}: it is only counted."


def _rule(one: MeetingRuleExplained) -> Branch:
    if one.verdict is None:
        said = "it is about nobody in this meeting"
    else:
        said = f"{one.verdict.decision.outcome} ({one.verdict.decision.reason})"
        affected = len(one.verdict.affected)
        if affected:
            said += f", the time of {affected} {'person' if affected == 1 else 'people'}"
    return Branch(
        line=f"rule {one.rule}, mode {one.mode}: {said}{place(one.where)}",
        style="bold",
        branches=tuple(map(clause_branch, one.clauses)),
    )


def _fact(line: str) -> Branch:
    return Branch(line=line)


def _facts(meeting: WrittenMeeting, rulebook: Rulebook) -> Iterator[str]:
    facts = meeting.facts
    outside = len(meeting.outside(rulebook.domains))
    verb = "is" if outside == 1 else "are"
    people = len(meeting.invited)
    yield f"{people} {'person is' if people == 1 else 'people are'} invited besides the organiser"
    yield (
        f"{outside} of them all {verb} outside the organisation"
        if outside
        else ("nobody is outside the organisation")
    )
    if facts.all_day:
        yield "it lasts all day"
    if facts.cancelled:
        yield "it is cancelled"
    if facts.show_as is ShowAs.FREE:
        yield "it is shown as free"
    if facts.private:
        yield "it is private"
    if facts.online:
        yield "it is online"
    if facts.has_agenda is not None:
        yield "something is written in it" if facts.has_agenda else "nothing is written in it"
    yield _SERIES if facts.recurs else "it does not recur"


def _calendars(meeting: WrittenMeeting, rulebook: Rulebook) -> Iterator[Branch]:
    for calendar in rulebook.calendars.values():
        said = [
            f"{calendar.describe(day)} is a {'' if calendar.is_working_day(day) else 'non-'}working"
            " day"
            for day in days_of(meeting.facts, calendar)
        ]
        yield Branch(
            line=f"calendar {calendar.name} ({calendar.zone.key}){place(calendar.where)}",
            branches=tuple(map(_fact, _first(said))),
        )


def _window(window: Window, found: list[Overlap]) -> Branch:
    if not found:
        line = f"no  {window.name}: it does not come round in this span{place(window.where)}"
        return Branch(line=line, style="dim")
    said = [_occurrence(window, one) for one in found]
    if len(said) == 1:
        line = f"yes it overlaps {window.name} {said[0]}{place(window.where)}"
        return Branch(line=line, style="green")
    return Branch(
        line=f"yes it overlaps {window.name} {len(said)} times{place(window.where)}",
        style="green",
        branches=tuple(map(_fact, _first(said))),
    )


def _occurrence(window: Window, one: Overlap) -> str:
    holiday = window.calendar.holidays.get(one.window.day)
    named = "" if holiday is None else f" ({holiday})"
    span = _span(one.window.starts, one.window.ends)
    return f"{span}{named}, for {_minutes(one)} minutes"


def _first(said: Iterable[str]) -> list[str]:
    found = list(said)
    more = len(found) - _SHOWN
    return found if more <= 0 else [*found[:_SHOWN], f"and {more} more"]


def _minutes(one: Overlap) -> int:
    """Return how long both last together, in whole minutes rounded down."""
    return int(one.lasts.total_seconds()) // 60


def _span(starts: datetime, ends: datetime) -> str:
    """Return a span as wall-clock times; the midnight at the end of a day is its 24:00."""
    day = f"{starts:%a} {starts.day} {starts:%b %Y %H:%M}"
    if ends.date() == starts.date():
        return f"{day}-{ends:%H:%M}"
    midnight = ends.time().isoformat() == "00:00:00"
    if midnight and (ends.date() - starts.date()).days == 1:
        return f"{day}-24:00"
    return f"{day} to {ends:%a} {ends.day} {ends:%b %Y %H:%M}"
