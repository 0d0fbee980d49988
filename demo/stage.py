"""A small team on a Sunday afternoon, with tenant and daemon running, for people to look around.

It is Sunday 14 June 2026: mail of this weekend waits, mail of the last one has arrived, and the
week between has meetings, some over lunch and one in the evening. Then the clock goes on.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from demo.agent import Daemon
from demo.client import Client
from demo.meetings.diary import Booking
from demo.meetings.week import book
from demo.rules import MAIL, MEETINGS, copy_with_modes
from demo.tenant import Tenant
from demo.traffic import GROUPS, SERVICE, ZONE, address

HOLD_FOLDER = "Arriving next working day"
LAST_SATURDAY = datetime(2026, 6, 6, 10, 0, tzinfo=ZONE)
MONDAY_BETWEEN = datetime(2026, 6, 8, 8, 29, tzinfo=ZONE)
SATURDAY = datetime(2026, 6, 13, 9, 30, tzinfo=ZONE)
SUNDAY = datetime(2026, 6, 14, 16, 0, tzinfo=ZONE)
_LIMIT = 60  # seconds of real time that each step may take


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody of the team."""

    person: str  # what stands before the @, and the name with dots for spaces
    title: str
    teams: tuple[str, ...]
    roles: tuple[str, ...] = ()  # app roles; none: staff
    signs_in: bool = True  # one of the five whom the demo offers

    @property
    def name(self) -> str:
        return self.person.replace(".", " ").title()


TEAM = (
    Member(
        person="morgan.reed",
        title="head of service, who writes on Sundays",
        teams=("everyone", "managers"),
    ),
    Member(
        person="priya.shah",
        title="social worker, whose mail waits",
        teams=("everyone", "practitioners"),
    ),
    Member(
        person="alex.hughes",
        title="director, who sees how the rules are doing",
        teams=("everyone", "leadership"),
        roles=("Leader",),
    ),
    Member(
        person="sam.okafor",
        title="IT, who looks after rules, exemptions and holds",
        teams=("everyone",),
        roles=("IT",),
    ),
    Member(
        person="dana.quinn",
        title="of the Emergency Duty Team, who always hears at once",
        teams=("everyone", "emergency-duty"),
    ),
    Member(
        person="lee.walker",
        title="social worker",
        teams=("everyone", "practitioners"),
        signs_in=False,
    ),
    Member(
        person="jo.barnes",
        title="social worker",
        teams=("everyone", "practitioners"),
        signs_in=False,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail of the story."""

    sender: str
    to: tuple[str, ...]
    subject: str
    importance: str = "normal"


BEFORE = (
    Mail(sender="morgan.reed", to=("priya.shah", "lee.walker"), subject="Duty rota for June"),
    Mail(sender="jo.barnes", to=("priya.shah",), subject="Photos from the family day"),
)
NOW = (
    Mail(
        sender="morgan.reed",
        to=("priya.shah", "lee.walker", "jo.barnes"),
        subject="Plan for the inspection week",
    ),
    Mail(sender="morgan.reed", to=("priya.shah",), subject="Can we talk about your caseload?"),
    Mail(sender="jo.barnes", to=("priya.shah",), subject="Swap on Thursday?"),
    Mail(sender="priya.shah", to=("jo.barnes",), subject="Notes from Friday's visit"),
    Mail(
        sender="lee.walker",
        to=("priya.shah",),
        subject="Placement broke down, please ring",
        importance="high",
    ),
    Mail(sender="alex.hughes", to=("dana.quinn",), subject="Cover for tonight"),
)


def _booking(
    organiser: str, attendees: tuple[str, ...], name: str, starts: str, minutes: int
) -> Booking:
    return Booking(
        name=name,
        organiser=organiser,
        attendees=attendees,
        starts=datetime.fromisoformat(f"2026-06-{starts}:00"),
        minutes=minutes,
    )


MEETINGS_BETWEEN = (
    _booking(
        "morgan.reed", ("priya.shah", "lee.walker", "jo.barnes"), "Team meeting", "08T09:30", 60
    ),
    _booking("priya.shah", ("jo.barnes",), "Handover", "08T10:30", 60),
    _booking("morgan.reed", ("priya.shah",), "Supervision", "08T11:30", 75),
    _booking("jo.barnes", ("priya.shah",), "Lunch and case notes", "09T12:15", 45),
    _booking("alex.hughes", ("morgan.reed",), "Budget", "10T12:30", 60),
    _booking("priya.shah", ("lee.walker",), "Family group conference", "11T18:00", 90),
)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The running pieces."""

    tenant: Tenant
    daemon: Daemon

    def deliver(self, mails: Sequence[Mail], *, first: datetime) -> None:
        """Deliver mails a minute apart, the first at that moment."""
        bodies = [_delivery(mail, first + timedelta(minutes=n)) for n, mail in enumerate(mails)]
        self.tenant.control("POST", "deliver", {"messages": bodies})

    def open(self, person: str, subject: str) -> None:
        """Let somebody open a mail where it lies, as in Outlook."""
        who = address(person)
        copies = self.tenant.control("GET", f"copies?address={who}")["copies"]
        (copy,) = [one for one in copies if one["subject"] == subject]
        act = {"address": who, "action": "read", "message": copy["message"]}
        self.tenant.control("POST", "act", act)

    def waits(self, person: str, subject: str) -> bool:
        """Whether a mail of that subject lies in somebody's hold folder."""
        copies = self.tenant.control("GET", f"copies?address={address(person)}")["copies"]
        return any(one["subject"] == subject and one["folder"] == HOLD_FOLDER for one in copies)

    def wait_for_note(self, person: str, about: str) -> str:
        """Let time go faster until the agent wrote to somebody about that; return the page."""
        self.tenant.run_clock(rate=60)
        self.wait(f"writing about {about!r}", lambda: bool(self._about(person, about)))
        self.tenant.run_clock(rate=1)
        return self._about(person, about)[0]

    def _about(self, person: str, about: str) -> list[str]:
        return [page for _, page in self._notes(person) if about in page]

    def notes_to(self, person: str) -> dict[str, str]:
        """Return the pages of what the agent wrote to somebody, by subject."""
        return dict(self._notes(person))

    def _notes(self, person: str) -> list[tuple[str, str]]:
        with Client(self.tenant.address) as client:
            path = f"/users/{address(person)}/mailFolders/inbox/messages"
            found = client.all(f"{path}?$select=subject,body,from&$top=100")
            return [
                (item["subject"], item["body"]["content"])
                for item in found
                if item["from"]["emailAddress"]["address"] == address(SERVICE)
            ]

    def wait(self, what: str, done: Callable[[], bool]) -> None:
        """Wait until something is so; RuntimeError when that takes too long."""
        end = time.monotonic() + _LIMIT
        while not done():
            if time.monotonic() > end:
                raise RuntimeError(f"{what} took longer than {_LIMIT} s: {self.daemon.health()}")
            time.sleep(0.05)

    def settled(self) -> bool:
        """Whether the daemon has worked off all that came."""
        health = self.daemon.health()
        return health is not None and health.pending_arrivals == 0

    def holding(self, number: int) -> bool:
        """Whether so many copies are on hold, and nothing else is to be worked off."""
        health = self.daemon.health()
        return self.settled() and health is not None and health.open_holds == number


@contextmanager
def on_stage(folder: Path, *, store_url: str | None = None) -> Iterator[Stage]:
    """Set the scene and run it until the caller is done; `folder` is for certificates and store."""
    people = folder / "people.csv"
    lines = [f"{one.person},{one.title.split(',')[0]},{' '.join(one.teams)}" for one in TEAM]
    people.write_text("\n".join(["person,role,teams", *lines, f"{SERVICE},service,"]) + "\n")
    options = ("--people", people, "--groups", GROUPS, "--directory", folder / "tenant",
               "--clock", LAST_SATURDAY.isoformat(), "--rate", 0)  # fmt: skip
    with Tenant([str(option) for option in options]) as tenant:
        daemon = Daemon(
            tenant=tenant.address,
            folder=folder,
            rules=copy_with_modes(folder, MAIL | MEETINGS | {"protect-time": "nudge"}),
            certificate=tenant.issue(folder),
            store_url=store_url,
            service_mailbox=address(SERVICE),
        )
        _register(tenant, daemon)
        book(tenant, MEETINGS_BETWEEN)
        with daemon:
            stage = Stage(tenant=tenant, daemon=daemon)
            _tell(stage)
            yield stage


def _tell(stage: Stage) -> None:
    """Let the last weekend pass, and this one come to Sunday afternoon."""
    stage.deliver(BEFORE, first=LAST_SATURDAY)
    stage.wait("holding the mail of the last weekend", lambda: stage.holding(3))
    stage.tenant.run_clock(rate=900, now=MONDAY_BETWEEN)
    stage.wait("releasing it", lambda: stage.holding(0))
    stage.wait(
        "telling of it",
        lambda: any("while you were away" in n for n in stage.notes_to("priya.shah")),
    )
    stage.tenant.run_clock(rate=0, now=SATURDAY)
    stage.deliver(NOW, first=SATURDAY)
    stage.wait("holding the mail of this weekend", lambda: stage.holding(6))
    stage.tenant.run_clock(rate=60)
    stage.wait("receipts", lambda: len(stage.notes_to("morgan.reed")) == 2)  # noqa: PLR2004
    stage.tenant.run_clock(rate=1, now=SUNDAY)


def _register(tenant: Tenant, daemon: Daemon) -> None:
    """Tell the tenant where the pages are, and who has which role there."""
    tenant.control(
        "PUT",
        "app",
        {
            "redirect_uris": [f"{daemon.address}/signed-in", f"{daemon.address}/signed-out"],
            "roles": {address(one.person): list(one.roles) for one in TEAM if one.roles},
        },
    )


def _delivery(mail: Mail, at: datetime) -> dict[str, Any]:
    return {
        "from": address(mail.sender),
        "to": [address(one) for one in mail.to],
        "subject": mail.subject,
        "body": "Made up for the demo.",
        "importance": mail.importance,
        "received": at.isoformat(),
    }
