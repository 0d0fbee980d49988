"""The audit of the week of meetings: asks the tenant, not the agent, what became of each.

What had to stay is in every calendar that it was in, as it was booked. What had to go was declined
by each of its people once, and its organiser heard of it once. Nobody has a block-out twice, or one
that is not theirs.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from demo.client import Client
from demo.meetings import diary
from demo.meetings.diary import MONDAY, Booking, at_home
from demo.meetings.figures import Item, read_weeks
from demo.traffic import SERVICE, address, read_teams

UNTIL = MONDAY + timedelta(weeks=4)
FOCUS = {date(2026, 6, 10), date(2026, 6, 24)}  # every other Wednesday from 7 January on
ROUND_THE_CLOCK = {"emergency-duty", "residential"}
BLOCK_OUT = "Protected time"  # the category of block-outs


@dataclass(frozen=True, kw_only=True)
class MeetingAudit:
    """What was found wrong, one by one."""

    meetings: int  # times that somebody is in one, in four weeks
    lost: tuple[str, ...]  # it should be there
    left: tuple[str, ...]  # it should be gone
    doubled: tuple[str, ...]  # answers, nudges, block-outs
    altered: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not (self.lost or self.left or self.doubled or self.altered)

    def __str__(self) -> str:
        return (
            f"audit: {self.meetings} places in meetings, {len(self.lost)} lost, "
            f"{len(self.left)} left, {len(self.doubled)} doubled, {len(self.altered)} altered"
        )


def audit(client: Client, people: Mapping[str, str], bookings: Sequence[Booking]) -> MeetingAudit:
    """Compare what was booked with what everybody's calendar and Inbox hold now."""
    weeks = read_weeks(client, people, UNTIL)
    lost, left, altered = [], [], []
    places = 0
    for booking in bookings:
        for starts in _occurrences(booking):
            for person in (booking.organiser, *booking.attendees):
                if "@" in person:
                    continue  # outside: no calendar of ours
                places += 1
                found = _find(weeks[at_home(person)], booking, starts)
                name = f"{booking.name} on {starts:%d %b} of {person}"
                if booking.name == diary.SUPERVISION_WITH:
                    altered += _moved_by_its_people(found, name)
                elif _goes(booking, starts) and person != booking.organiser:
                    left += [name] if found else []
                elif not found:
                    lost.append(name)
                elif len(found) > 1 or (found[0].starts, found[0].ends) != _when(booking, starts):
                    altered.append(f"{name}: {found[0].starts:%a %H:%M}")
    return MeetingAudit(
        meetings=places,
        lost=tuple(lost),
        left=tuple(left),
        doubled=(*_answers(client, people), *_block_outs(client, people)),
        altered=tuple(altered),
    )


def inbox(client: Client, user: str) -> Iterator[dict[str, Any]]:
    """Yield what lies in somebody's Inbox."""
    path = f"/users/{user}/mailFolders/inbox/messages"
    yield from client.all(f"{path}?$top=200&$select=subject,from,receivedDateTime,body")


def _occurrences(booking: Booking) -> Iterator[datetime]:
    starts = booking.starts
    while starts < UNTIL:
        if starts >= MONDAY:
            yield starts
        if booking.every_weeks is None:
            return
        starts += timedelta(weeks=booking.every_weeks)


def _goes(booking: Booking, starts: datetime) -> bool:
    """Whether an occurrence has to be declined, said by hand."""
    if booking.name in {diary.CASES, diary.PANEL}:
        return True
    return booking.name == diary.IDEAS and starts.date() in FOCUS


def _moved_by_its_people(found: Sequence[Item], name: str) -> list[str]:
    """Supervision was cancelled on Wednesday by its organiser; nothing of it takes time."""
    return [f"{name} is there" for one in found if one.takes_time]


def _when(booking: Booking, starts: datetime) -> tuple[datetime, datetime]:
    if booking.name == diary.BRIEFING:  # its organiser moved it
        starts = datetime.combine(starts.date(), diary.MOVED_TO)
    # and ten minutes were left between the meetings of a morning
    minutes = booking.minutes - (10 if booking.name.startswith(diary.MORNINGS) else 0)
    return diary.local(starts), diary.local(starts + timedelta(minutes=minutes))


def _find(items: Iterable[Item], booking: Booking, starts: datetime) -> list[Item]:
    return [
        item
        for item in items
        if item.subject == booking.name and item.starts.date() == starts.date()
    ]


def _answers(client: Client, people: Mapping[str, str]) -> list[str]:
    """Return whose answers or nudges lie in an Inbox more than once."""
    service = address(SERVICE)
    found = []
    for owner, id_ in people.items():
        counted: Counter[tuple[str, str]] = Counter()
        for item in inbox(client, id_):
            sender = item["from"]["emailAddress"]["address"]
            kind = str(item.get("@odata.type", "")).lower()
            if sender == service or kind.endswith("eventmessageresponse"):
                day = item["receivedDateTime"][:10] if "tidier" in item["subject"] else ""
                counted[sender, f"{item['subject']} {day}".strip()] += 1
        found += [
            f"{owner} has «{subject}» from {sender} {times} times"
            for (sender, subject), times in counted.items()
            if times > 1
        ]
    return found


def block_outs(client: Client, people: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Yield whose series of ours are there, by their subjects."""
    for owner, id_ in people.items():
        yield (
            owner,
            [
                event["subject"]
                for event in client.all(f"/users/{id_}/events?$select=subject,categories&$top=200")
                if BLOCK_OUT in event["categories"]
            ],
        )


def _block_outs(client: Client, people: Mapping[str, str]) -> list[str]:
    """Return who has more series of ours than they should, or fewer."""
    teams = read_teams()
    found = []
    for owner, series in block_outs(client, people):
        person = owner.partition("@")[0]
        covered = person in teams and not teams[person] & ROUND_THE_CLOCK
        if len(series) != (2 if covered else 0) or len(set(series)) != len(series):
            found.append(f"{owner} has the block-outs {series}")
    return found
