"""Drives the week of meetings: books what was booked before, then lets people do what they do."""

import time as machine_time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.agent import Daemon
from demo.client import Client
from demo.meetings import diary
from demo.meetings.diary import END, MONDAY, START, Booking
from demo.tenant import Tenant
from demo.traffic import ZONE, address
from demo.week import Happening
from policy_agent.store.store import Store

NIGHT, DAY = 20_000.0, 3_600.0  # times as fast as real time
SETTLE_LIMIT = 180  # seconds of real time that the beginning and the end may take


@dataclass(kw_only=True)
class MeetingWeek:
    """One run through the week of meetings."""

    tenant: Tenant
    daemon: Daemon
    client: Client
    happenings: Sequence[Happening] = ()
    progress: Callable[[datetime], None] | None = None

    def run(self) -> None:
        """Let the week go by; the agent must be done with its beginning and with its end."""
        self.tenant.run_clock(rate=60.0)
        self.settle()
        waiting = sorted(self.happenings, key=lambda happening: happening.at)
        now = self.tenant.now()
        rate = 0.0
        while now < _instant(END):
            wanted = DAY if 8 <= now.astimezone(ZONE).hour < 18 else NIGHT  # noqa: PLR2004
            if wanted != rate:
                rate = wanted
                self.tenant.run_clock(rate=rate)
            while waiting and waiting[0].at <= now:
                waiting.pop(0).do()
            if self.progress is not None:
                self.progress(now)
            machine_time.sleep(0.02)
            now = self.tenant.now()
        self.tenant.run_clock(rate=60.0)
        self.settle()

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


def what_people_do(client: Client, people: dict[str, str]) -> list[Happening]:
    """Return what happens in the week: a move, a late booking, a cancellation, a new date."""

    def move_the_briefing() -> None:
        organiser = people[address(diary.EXECUTIVE)]
        starts = datetime.combine(diary.day(3, "12:15").date(), diary.MOVED_TO)
        body = {
            "start": diary.wall(starts),
            "end": diary.wall(starts + timedelta(minutes=30)),
        }
        client.send("PATCH", _path(organiser, _find(client, organiser, diary.BRIEFING)), body)

    def leave_breaks_in_the_morning() -> None:
        organiser = people[address(diary.BUSY_MANAGER)]
        for booking in diary.mornings():
            ends = booking.ends - timedelta(minutes=10)
            event = _find(client, organiser, booking.name)
            client.send("PATCH", _path(organiser, event), {"end": diary.wall(ends)})

    def catch_up_in_a_hurry() -> None:
        quick = Booking(
            name=diary.QUICK,
            organiser=diary.BUSY_MANAGER,
            attendees=("p014",),
            starts=diary.day(1, "15:00"),
            minutes=30,
            text="",
        )
        client.send(
            "POST", f"/users/{people[address(quick.organiser)]}/events", diary.as_event(quick)
        )

    def cancel_supervision() -> None:
        organiser = people[address(diary.MANAGER)]
        event = _find(client, organiser, diary.SUPERVISION_WITH)
        client.send("POST", f"{_path(organiser, event)}/cancel", {"comment": "Court ran over."})

    def book_supervision_again() -> None:
        again = Booking(
            name=diary.SUPERVISION_WITH,
            organiser=diary.MANAGER,
            attendees=("p001",),
            starts=diary.day(4, "15:00"),
            minutes=60,
            categories=("Supervision",),
        )
        client.send(
            "POST", f"/users/{people[address(again.organiser)]}/events", diary.as_event(again)
        )

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


def _find(client: Client, user: str, name: str) -> str:
    """Return the id of somebody's own event of that name."""
    found = [e["id"] for e in client.all(f"/users/{user}/events?$select=id,subject&$top=200")
             if e["subject"] == name]  # fmt: skip
    if len(found) != 1:
        raise RuntimeError(f"{len(found)} events are called {name}")
    return str(found[0])


def _path(user: str, event: str) -> str:
    return f"/users/{user}/events/{event}"


def _instant(wall: datetime) -> datetime:
    return diary.local(wall).astimezone(UTC)


BEGINNING = _instant(START)
FIRST_DAY = _instant(MONDAY)
