"""What the calendars of a week say of it, counted from the tenant's own answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.client import Client
from demo.meetings.diary import END, LUNCH, MONDAY
from demo.traffic import ZONE

_FIELDS = (
    "id,iCalUId,subject,start,end,showAs,isCancelled,isOrganizer,attendees,responseStatus,type"
)
_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One event in somebody's week."""

    uid: str
    subject: str
    starts: datetime  # aware, London
    ends: datetime
    people: int  # in it who have not declined, its organiser counted; 1: nobody else
    takes_time: bool  # it is not free, cancelled or declined


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The week in three figures."""

    lunch_clashes: int  # meetings over lunch, each once however many are in it
    lunches: int  # people times working days
    free_lunches: int
    longest_run: timedelta  # of meetings with less than five minutes between

    def __str__(self) -> str:
        share = 100 * self.free_lunches / self.lunches
        hours, minutes = divmod(int(self.longest_run.total_seconds()) // 60, 60)
        return (
            f"{self.lunch_clashes} meetings over lunch; {share:.1f} % of lunches free "
            f"({self.free_lunches} of {self.lunches}); longest back-to-back run "
            f"{hours} h {minutes:02} min"
        )


def read_weeks(
    client: Client, people: Mapping[str, str], until: datetime = END
) -> dict[str, list[Item]]:
    """Ask for everybody's calendar from Monday until then, by address."""
    span = "&".join(
        f"{name}={moment.replace(tzinfo=ZONE).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        for name, moment in (("startDateTime", MONDAY), ("endDateTime", until))
    )
    return {
        address: [
            _item(event)
            for event in client.all(f"/users/{id_}/calendarView?{span}&$select={_FIELDS}&$top=200")
        ]
        for address, id_ in people.items()
    }


def figures(weeks: Mapping[str, Sequence[Item]]) -> Figures:
    """Count a week; appointments that people make alone, block-outs among them, are no meetings."""
    clashes: set[str] = set()
    lunches = free = 0
    longest = timedelta()
    for items in weeks.values():
        meetings = [item for item in items if item.takes_time and item.people > 1]
        for number in range(5):
            starts, ends = (
                datetime.combine(MONDAY + timedelta(days=number), at, tzinfo=ZONE) for at in LUNCH
            )
            over = {item.uid for item in meetings if item.starts < ends and starts < item.ends}
            clashes |= over
            lunches += 1
            free += not over
        longest = max(longest, _longest_run(meetings))
    return Figures(
        lunch_clashes=len(clashes), lunches=lunches, free_lunches=free, longest_run=longest
    )


def _longest_run(meetings: Iterable[Item]) -> timedelta:
    longest = timedelta()
    began = ended = None
    for item in sorted(meetings, key=lambda item: (item.starts, item.ends)):
        if began is None or ended is None or item.starts - ended >= _PAUSE:
            began, ended, alone = item.starts, item.ends, True
        else:
            ended, alone = max(ended, item.ends), False
        if not alone:
            longest = max(longest, ended - began)
    return longest


def _item(event: Mapping[str, Any]) -> Item:
    invited = [
        one
        for one in event["attendees"]
        if one["type"] != "resource" and one["status"]["response"] != "declined"
    ]
    return Item(
        uid=event["iCalUId"],
        subject=event["subject"],
        starts=_moment(event["start"]),
        ends=_moment(event["end"]),
        people=1 + len(invited),
        takes_time=event["showAs"] not in {"free", "workingElsewhere"}
        and not event["isCancelled"]
        and event["responseStatus"]["response"] != "declined",
    )


def _moment(told: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(told["dateTime"][:19]).replace(tzinfo=UTC).astimezone(ZONE)
