"""The diary of the week of 8 June 2026: what was booked before, and what people do in it.

The people and teams are those of the mail traffic; the meetings are made up, always the same ones:
a few with a story, and two to four ordinary ones a person, none at lunch or on the Wednesday.
"""

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from demo.traffic import ZONE, address, read_teams

MONDAY = datetime(2026, 6, 8)  # noqa: DTZ001  a wall clock
START = MONDAY.replace(hour=7)
END = MONDAY + timedelta(days=4, hours=18)
LUNCH = (time(12, 30), time(13, 0))
CLERK = "clerk@court.example"
MOVED_TO = time(13, 15)  # where the briefing goes when its organiser has read the nudge


@dataclass(frozen=True, kw_only=True)
class Booking:
    """A meeting as somebody booked it; times are London's wall clock."""

    name: str  # what the story calls it; its subject too
    organiser: str  # a person of the tenant, or an address outside
    attendees: tuple[str, ...]
    starts: datetime
    minutes: int
    booked: datetime = MONDAY - timedelta(days=24)
    every_weeks: int | None = None  # None: a single meeting
    categories: tuple[str, ...] = ()
    text: str = "1. How things are 2. What next"

    @property
    def ends(self) -> datetime:
        return self.starts + timedelta(minutes=self.minutes)

    @property
    def recurrence(self) -> dict[str, Any] | None:
        """Return the series as Graph writes it: one day a week, without an end."""
        if self.every_weeks is None:
            return None
        return {
            "pattern": {
                "type": "weekly",
                "interval": self.every_weeks,
                "daysOfWeek": [f"{self.starts:%A}".lower()],
            },
            "range": {"type": "noEnd", "startDate": f"{self.starts:%Y-%m-%d}"},
        }


def day(number: int, at: str) -> datetime:
    """Return a moment of the week: 0 is Monday."""
    return datetime.combine(MONDAY + timedelta(days=number), time.fromisoformat(at))


BRIEFING = "All-staff briefing"
CASES = "Case discussion"
PANEL = "Panel planning"
IDEAS = "Ideas hour"
STRATEGY = "Strategy discussion"
COURT = "Court listing"
HANDOVER = "Duty handover"
BOOK_CLUB = "Book club"
SUPERVISION = "Supervision"
MORNINGS = "Morning review"
QUICK = "Quick catch-up"

SUPERVISION_WITH = f"{SUPERVISION} with p001"
MANAGER, OTHER_MANAGER, BUSY_MANAGER = "p017", "p020", "p025"
EXECUTIVE = "p006"
PRACTITIONERS = ("p001", "p003", "p008", "p009", "p010", "p011")


def mornings() -> list[Booking]:
    """Return three meetings of one morning without a break between."""
    return [
        Booking(
            name=f"{MORNINGS} {number + 1}",
            organiser=BUSY_MANAGER,
            attendees=("p014", "p015"),
            starts=day(1, f"{9 + number:02}:00"),
            minutes=60,
        )
        for number in range(3)
    ]


def stories() -> list[Booking]:
    """Return the meetings that the story is about."""
    teams = read_teams()
    everybody = tuple(p for p in teams if p != EXECUTIVE)
    duty = tuple(p for p, names in teams.items() if "emergency-duty" in names)
    return [
        Booking(
            name=BRIEFING,
            organiser=EXECUTIVE,
            attendees=everybody,
            starts=day(3, "12:15"),
            minutes=30,
            every_weeks=2,
        ),
        Booking(
            name=CASES,
            organiser=OTHER_MANAGER,
            attendees=PRACTITIONERS[:4],
            starts=day(1, "12:30"),
            minutes=45,
            every_weeks=1,
        ),
        Booking(
            name=PANEL,
            organiser=MANAGER,
            attendees=PRACTITIONERS,
            starts=day(3, "12:15"),
            minutes=30,
        ),
        Booking(
            name=IDEAS,
            organiser=MANAGER,
            attendees=PRACTITIONERS[2:],
            starts=day(2, "10:00") - timedelta(weeks=3),
            minutes=60,
            booked=day(2, "09:00") - timedelta(weeks=6),
            every_weeks=1,
        ),
        Booking(
            name=STRATEGY,
            organiser="p004",
            attendees=(*PRACTITIONERS[:3], "p018"),
            starts=day(3, "12:30"),
            minutes=60,
            categories=("Safeguarding",),
        ),
        Booking(
            name=COURT,
            organiser=CLERK,
            attendees=("p010", "p011"),
            starts=day(4, "12:30"),
            minutes=30,
        ),
        Booking(
            name=HANDOVER,
            organiser=duty[0],
            attendees=(duty[1], "p016"),
            starts=day(1, "12:30"),
            minutes=30,
        ),
        Booking(
            name=BOOK_CLUB,
            organiser="p012",
            attendees=("p014", "p015", "p016"),
            starts=day(4, "12:30") - timedelta(weeks=40),
            minutes=30,
            booked=day(4, "12:30") - timedelta(weeks=44),
            every_weeks=1,
        ),
        Booking(
            name=SUPERVISION_WITH,
            organiser=MANAGER,
            attendees=("p001",),
            starts=day(2, "14:00"),
            minutes=60,
            categories=("Supervision",),
        ),
        *mornings(),
    ]


def ordinary() -> list[Booking]:
    """Return two to four meetings a person, in the mornings and afternoons but Wednesday's."""
    chance = random.Random(20260608)  # noqa: S311  the same week each time, nothing secret
    people = [p for p, names in read_teams().items() if "residential" not in names]
    taken: set[tuple[str, datetime]] = set()
    bookings = []
    for number in range(len(people)):
        starts = day(
            chance.choice((0, 1, 3, 4)), chance.choice(("09:00", "10:10", "14:00", "15:15"))
        )
        organiser, *attendees = (
            p for p in chance.sample(people, 5) if (p, starts) not in taken and p != BUSY_MANAGER
        )
        taken |= {(p, starts) for p in (organiser, *attendees)}
        bookings.append(
            Booking(
                name=f"Meeting {number + 1}",
                organiser=organiser,
                attendees=tuple(attendees),
                starts=starts,
                minutes=45,
            )
        )
    return bookings


def at_home(person: str) -> str:
    """Return somebody's address: outsiders have one already."""
    return person if "@" in person else address(person)


def local(moment: datetime) -> datetime:
    """Return a moment of London's wall clock as an instant."""
    return moment.replace(tzinfo=ZONE)
