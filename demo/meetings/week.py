"""Drives the week of meetings: books what was booked before, then lets people do what they do."""

import time as machine_time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.agent import Daemon
from demo.meetings import diary
from demo.meetings.diary import END, MONDAY, START, Booking
from demo.tenant import Tenant
from demo.traffic import ZONE, address
from demo.week import Happening
from policy_agent.store.store import Store

NIGHT, DAY = 20_000.0, 4_800.0  # times as fast as real time
MORNING = 400.0  # what is put off is tried again in real time, not in hurried
SETTLE_LIMIT = 180  # seconds of real time that the beginning and the end may take


@dataclass(kw_only=True)
class MeetingWeek:
    """One run through the week of meetings."""

    tenant: Tenant
    daemon: Daemon
    happenings: Sequence[Happening] = ()
    faults: bool = False  # mornings on which something is due are not hurried through
    progress: Callable[[datetime], None] | None = None

    def run(self) -> None:
        """Let the week go by; the agent must be done with its beginning and with its end."""
        self.tenant.run_clock(rate=60.0)
        self.settle()
        waiting = sorted(self.happenings, key=lambda happening: happening.at)
        now = self.tenant.now()
        rate = 0.0
        while now < _instant(END):
            while waiting and waiting[0].at <= now:
                waiting.pop(0).do()
                rate = 0.0  # it may have stopped the clock
            wanted = self._rate(now)
            if wanted != rate:
                rate = wanted
                self.tenant.run_clock(rate=rate)
            if self.progress is not None:
                self.progress(now)
            machine_time.sleep(0.02)
            now = self.tenant.now()
        self.tenant.run_clock(rate=60.0)
        self.settle()

    def _rate(self, now: datetime) -> float:
        local = now.astimezone(ZONE)
        if self.faults and local.weekday() < 3 and 8 <= local.hour < 12:  # noqa: PLR2004
            return MORNING
        return DAY if 8 <= local.hour < 18 else NIGHT  # noqa: PLR2004

    def settle(self) -> None:
        """Wait for a whole sweep of calendars that begins now, and for nothing left to do."""
        began = self.tenant.now()
        end = machine_time.monotonic() + SETTLE_LIMIT
        while machine_time.monotonic() < end:
            health = self.daemon.health()
            if (
                health is not None
                and health.calendars_swept(after=began)
                and health.calendars["pending_notices"] == 0
                and not self._block_outs_to_make()
            ):
                return
            machine_time.sleep(0.2)
        raise RuntimeError(
            f"the agent was not done within {timedelta(seconds=SETTLE_LIMIT)}: "
            f"{self.daemon.health()}"
        )

    def _block_outs_to_make(self) -> int:
        with closing(Store.open(self.daemon.store_url)) as store:
            rows = store.block_outs()
        return len([row for row in rows if row.due]) if rows else 1


def book(tenant: Tenant, bookings: Sequence[Booking]) -> None:
    """Put into the calendars what was booked before the week."""
    tenant.control("POST", "meetings", {"meetings": [_booked(booking) for booking in bookings]})


def what_people_do(tenant: Tenant) -> list[Happening]:
    """Return what happens in the week: moves, a late booking, a cancellation, a new date.

    People do it in Outlook, so neither the agent's limits nor its faults are theirs.
    """

    def act(person: str, name: str, action: str, **more: Any) -> None:
        event = {"address": address(person), "event": _find(tenant, person, name)}
        tenant.control("POST", "event-act", {**event, "action": action, **more})

    def move(person: str, name: str, starts: datetime, ends: datetime) -> None:
        act(
            person,
            name,
            "move",
            start=starts.isoformat(),
            end=ends.isoformat(),
            time_zone=ZONE.key,
        )

    def move_the_briefing() -> None:
        starts = datetime.combine(diary.day(3, "12:15").date(), diary.MOVED_TO)
        move(diary.EXECUTIVE, diary.BRIEFING, starts, starts + timedelta(minutes=30))

    def leave_breaks_in_the_morning() -> None:
        for one in diary.mornings():
            move(diary.BUSY_MANAGER, one.name, one.starts, one.ends - timedelta(minutes=10))

    def catch_up_in_a_hurry() -> None:
        book_now(
            Booking(
                name=diary.QUICK,
                organiser=diary.BUSY_MANAGER,
                attendees=("p014",),
                starts=diary.day(1, "15:00"),
                minutes=30,
                text="",
            )
        )

    def cancel_supervision() -> None:
        act(diary.MANAGER, diary.SUPERVISION_WITH, "cancel", comment="Court ran over.")

    def book_supervision_again() -> None:
        book_now(
            Booking(
                name=diary.SUPERVISION_WITH,
                organiser=diary.MANAGER,
                attendees=("p001",),
                starts=diary.day(4, "15:00"),
                minutes=60,
                categories=("Supervision",),
            )
        )

    def book_now(booking: Booking) -> None:
        body = {**_booked(booking), "created": None, "invite": True}
        tenant.control("POST", "meetings", {"meetings": [body]})

    return [
        Happening(at=_instant(diary.day(0, "10:00")), do=move_the_briefing),
        Happening(at=_instant(diary.day(0, "11:00")), do=leave_breaks_in_the_morning),
        Happening(at=_instant(diary.day(1, "13:30")), do=catch_up_in_a_hurry),
        Happening(at=_instant(diary.day(2, "08:40")), do=cancel_supervision),
        Happening(at=_instant(diary.day(2, "11:30")), do=book_supervision_again),
    ]


def _booked(booking: Booking) -> dict[str, Any]:
    return {
        "organiser": diary.at_home(booking.organiser),
        "attendees": [diary.at_home(person) for person in booking.attendees],
        "subject": booking.name,
        "body": booking.text,
        "start": booking.starts.isoformat(),
        "end": booking.ends.isoformat(),
        "time_zone": ZONE.key,
        "recurrence": booking.recurrence,
        "categories": list(booking.categories),
        "created": _instant(booking.booked).isoformat(),
    }


def _find(tenant: Tenant, person: str, name: str) -> str:
    """Return the id of somebody's own event of that name."""
    events = tenant.control("GET", f"events?address={address(person)}")["events"]
    found = [str(event["event"]) for event in events if event["subject"] == name]
    if len(found) != 1:
        raise RuntimeError(f"{len(found)} events are called {name}")
    return found[0]


def _instant(wall: datetime) -> datetime:
    return diary.local(wall).astimezone(UTC)


BEGINNING = _instant(START)
FIRST_DAY = _instant(MONDAY)
