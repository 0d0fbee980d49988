"""Examples of meetings as they are written, to what they mean."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from policy_agent.domain.meeting_rules import MeetingExample
from policy_agent.domain.where import Where
from policy_agent.rulebook.draft import value_at
from policy_agent.rulebook.given import judge_named
from policy_agent.rulebook.meeting_given_shapes import (
    ClashExampleShape,
    MeetingGivenShape,
    NudgeExampleShape,
)
from policy_agent.rulebook.nodes import Node
from policy_agent.rulebook.problems import Suggestions

LONGEST_MEETING = timedelta(days=31)  # of an example

Say = Callable[[Where, str], None]


def judge_meeting(
    example: ClashExampleShape | NudgeExampleShape, node: Node, suggestions: Suggestions, say: Say
) -> None:
    """Say what is wrong with an example's people and times; `node` is what it was made of."""
    given = example.given
    judge_named(
        (given.outside, given.teams),
        {given.organiser, *given.attendees},
        "is neither the organiser nor in attendees; name somebody in the meeting",
        node,
        suggestions,
        say,
    )
    ends = _moment(given, given.ends)
    if ends <= given.starts:
        say(
            value_at(node, "given", "ends"),
            f"ends: {ends:%Y-%m-%d %H:%M} is not after the start; write a later time, or a day and"
            " time where it ends on a later day",
        )
    elif ends - given.starts > LONGEST_MEETING:
        say(
            value_at(node, "given", "ends"),
            f"ends: it lasts longer than {LONGEST_MEETING.days} days; write an earlier end",
        )
    elif given.all_day and {given.starts.time(), ends.time()} != {time()}:
        say(
            value_at(node, "given", "all_day"),
            "all_day: it starts and ends at midnight then; write for example"
            f" starts: {given.starts:%Y-%m-%d} 00:00 and ends: {_midnight(ends):%Y-%m-%d} 00:00",
        )
    if given.booked is not None and given.booked > given.starts:
        say(
            value_at(node, "given", "booked"),
            "booked: it is after the start; write an earlier day and time",
        )
    if given.after is not None and _moment(given, given.after) > given.starts:
        say(
            value_at(node, "given", "after"),
            "after: the meeting before it ends after this one starts; write an earlier time",
        )


def meeting_example_of(
    example: ClashExampleShape | NudgeExampleShape, where: Where
) -> MeetingExample:
    """Return what an example means; `where` is where it stands."""
    given = example.given
    return MeetingExample(
        title=example.title,
        organiser=given.organiser,
        attendees=tuple(one for one in dict.fromkeys(given.attendees) if one != given.organiser),
        starts=given.starts,
        ends=_moment(given, given.ends),
        booked=given.booked,
        teams={name: frozenset(teams) for name, teams in given.teams.items()},
        outside=frozenset(given.outside),
        subject=given.subject,
        categories=frozenset(category.lower() for category in given.category or ()),
        online=given.online,
        all_day=given.all_day,
        agenda=given.agenda,
        cancelled=given.cancelled,
        after=None if given.after is None else _moment(given, given.after),
        expect=example.expect,
        where=where,
    )


def _moment(given: MeetingGivenShape, written: datetime | time) -> datetime:
    if isinstance(written, datetime):
        return written
    return datetime.combine(given.starts, written)


def _midnight(moment: datetime) -> datetime:
    """Return the midnight at which a day's end lies."""
    day = datetime.combine(moment, time())
    return day if day == moment else day + timedelta(days=1)
