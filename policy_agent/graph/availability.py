"""When people are taken, and nothing of why.

Source: https://learn.microsoft.com/en-us/graph/api/calendar-getschedule. The permission is
Calendars.ReadBasic or any larger one. Subjects and places may come along and are dropped.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import FreeBusy, Span
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Answer, Call, path
from policy_agent.graph.events import read_moment, write_moment
from policy_agent.graph.failures import GraphProblem, scrubbed

MOST_ADDRESSES: Final = 20  # of one call
LONGEST: Final = timedelta(days=42)
_GRID: Final = 15  # minutes of one digit in `availabilityView`
_TAKEN: Final = frozenset({"tentative", "busy", "oof"})
_DIGITS: Final = {"1": "tentative", "2": "busy", "3": "oof"}  # 0 is free, 4 working elsewhere


def read_free_busy(
    batch: GraphBatch, asker: str, addresses: Sequence[str], span: Span
) -> dict[str, FreeBusy | CallFailure]:
    """Ask for everybody's free and taken time; ValueError for a span of 42 days or more.

    What cannot be told of one person is a failure of theirs alone, and comes inside of an answer
    that is fine otherwise.
    """
    if not timedelta() < span.ends - span.starts < LONGEST:
        raise ValueError(f"a span of less than {LONGEST.days} days is needed, got {span!r}")
    asked = list(dict.fromkeys(addresses))
    groups = [
        asked[place : place + MOST_ADDRESSES] for place in range(0, len(asked), MOST_ADDRESSES)
    ]
    calls = [
        Call(
            operation="free_busy",
            method="POST",
            path=path("users", asker, "calendar", "getSchedule"),
            mailbox=asker,
            body={
                "schedules": group,
                "startTime": write_moment(span.starts),
                "endTime": write_moment(span.ends),
                "availabilityViewInterval": _GRID,
            },
            utc=True,
        )
        for group in groups
    ]
    found: dict[str, FreeBusy | CallFailure] = {}
    for group, answer in zip(groups, batch.run(calls), strict=True):
        found.update(_group(group, answer, span))
    return found


def _group(
    group: Sequence[str], answer: Answer | GraphProblem, span: Span
) -> Iterator[tuple[str, FreeBusy | CallFailure]]:
    if isinstance(answer, GraphProblem):
        yield from ((address, answer.item_failure) for address in group)
        return
    told = {str(item.get("scheduleId")).casefold(): item for item in answer.items}
    request_id = answer.headers.get("request-id", "")
    for address in group:
        schedule = told.get(address.casefold())
        if schedule is None:
            yield address, _refused("the answer leaves the person out", request_id)
        elif schedule.get("error"):
            yield address, _refused(_words(schedule["error"]), request_id)
        else:
            try:
                yield address, read_schedule(schedule, span)
            except (AttributeError, LookupError, OverflowError, TypeError, ValueError):
                yield address, _refused("the service wrote it in an unknown way", request_id)


def read_schedule(schedule: Mapping[str, Any], span: Span) -> FreeBusy:
    """Read one person's schedule: its items, or where nobody may see those, the grid of digits.

    For a group of people the service tells the grid alone.
    """
    items = schedule.get("scheduleItems")
    if items:
        told = [
            (
                str(item.get("status")).lower(),
                Span(starts=read_moment(item["start"]), ends=read_moment(item["end"])),
            )
            for item in items
        ]
    else:
        told = list(_grid(str(schedule.get("availabilityView") or ""), span))
    told.sort(key=lambda one: one[1].starts)
    return FreeBusy(
        taken=tuple(when for status, when in told if status in _TAKEN),
        away=tuple(when for status, when in told if status == "oof"),
    )


def _grid(digits: str, span: Span) -> Iterator[tuple[str, Span]]:
    place = 0
    for digit, run in groupby(digits):
        starts = span.starts + timedelta(minutes=_GRID * place)
        place += len(list(run))
        ends = min(span.ends, span.starts + timedelta(minutes=_GRID * place))
        if digit in _DIGITS:
            yield _DIGITS[digit], Span(starts=starts, ends=ends)


def _words(error: Any) -> str:
    told = error if isinstance(error, Mapping) else {}
    words = scrubbed(str(told.get("message") or ""))
    return f"{told.get('responseCode') or 'no code'}: {words}" if words else "no words"


def _refused(words: str, request_id: str) -> CallFailure:
    return CallFailure(kind="refused", what=f"free_busy: {words}", request_id=request_id)


__all__ = ["LONGEST", "MOST_ADDRESSES", "read_free_busy", "read_schedule"]
