"""One rehearsal of the week of meetings: tenant, daemon, diary, and the audit at the end."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from demo.agent import Daemon
from demo.client import Client
from demo.meetings import diary
from demo.meetings.audit import MeetingAudit, audit, block_outs
from demo.meetings.figures import Figures, figures, read_weeks
from demo.meetings.story import Told, read_told
from demo.meetings.week import BEGINNING, MeetingWeek, book, what_people_do
from demo.month_end import MonthEnd, close_month
from demo.rules import MEETINGS, copy_with_modes
from demo.tenant import Tenant
from demo.traffic import GROUPS, PEOPLE, SERVICE, ZONE, address
from demo.week import Happening

MONTH = date(2026, 6, 1)
CLOSES = datetime(2026, 7, 1, 10, 1, tzinfo=ZONE)  # a Wednesday
FAULTS = {
    "seed": 20260608,
    "lost_notifications": 0.2,
    "repeated_notifications": 0.1,
    "event_echoes": 0.2,
    "throttle": 0.05,
    "retry_after": 1,
    "lost_answers": 0.05,
}


@dataclass(frozen=True, kw_only=True)
class MeetingPlan:
    """What this rehearsal does beyond the usual."""

    kills: bool = False  # SIGKILL to the daemon while it nudges and while it declines
    faults: bool = False  # lost and repeated notifications, throttling, lost answers
    record: Path | None = None  # every Graph call is written to this file
    log: Path | None = None  # the daemon's log is copied to this file
    store_url: str | None = None  # None: SQLite, in a folder of its own
    report: Path | None = None  # the month is closed after the week, and its report written here


@dataclass(frozen=True, kw_only=True)
class RehearsedMeetings:
    """What came of it."""

    before: Figures
    after: Figures
    audit: MeetingAudit
    told: Told
    uninstalled: str  # what `policy-agent uninstall` said
    left: tuple[str, ...]  # block-outs that it left behind
    month_end: MonthEnd | None = None


def rehearse_meetings(
    plan: MeetingPlan, *, progress: Callable[[datetime], None] | None = None
) -> RehearsedMeetings:
    """Run through the week with the default rulebook: clashes enforced, the rest nudged."""
    bookings = [*diary.stories(), *diary.ordinary()]
    with tempfile.TemporaryDirectory(prefix="policy-agent-demo-") as name:
        folder = Path(name)
        with Tenant(_options(folder, plan)) as tenant, Client(tenant.address) as client:
            people = client.users()
            service = {"person": SERVICE, "role": "service", "teams": []}
            tenant.control("POST", "people", {"people": [service]})
            book(tenant, bookings)
            before = figures(read_weeks(client, people))
            daemon = Daemon(
                tenant=tenant.address,
                folder=folder,
                rules=copy_with_modes(folder, MEETINGS),
                certificate=tenant.issue(folder),
                store_url=plan.store_url,
                service_mailbox=address(SERVICE),
            )
            if plan.faults:
                tenant.control("PUT", "faults", FAULTS)
            with daemon:
                week = MeetingWeek(
                    tenant=tenant,
                    daemon=daemon,
                    happenings=[*what_people_do(tenant), *_kills(plan, tenant, daemon)],
                    faults=plan.faults,
                    progress=progress,
                )
                week.run()
                tenant.control("DELETE", "faults")
                after = figures(read_weeks(client, people))
                audited = audit(client, people, bookings)
                told = read_told(client, people, daemon.store_url)
                month_end = None
                if plan.report is not None:
                    month_end = close_month(
                        tenant, daemon, client, month=MONTH, closes=CLOSES, out=plan.report
                    )
                daemon.stop()
                uninstalled = daemon.command("uninstall")
            left = tuple(f"{who}: {', '.join(s)}" for who, s in block_outs(client, people) if s)
        if plan.log is not None:
            plan.log.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(daemon.log, plan.log)
    return RehearsedMeetings(
        before=before,
        after=after,
        audit=audited,
        told=told,
        uninstalled=uninstalled,
        left=left,
        month_end=month_end,
    )


def _options(folder: Path, plan: MeetingPlan) -> list[str]:
    options = {
        "--people": PEOPLE,
        "--groups": GROUPS,
        "--directory": folder / "tenant",
        "--clock": BEGINNING.isoformat(),
        "--rate": 0,
    }
    if plan.record is not None:
        options["--record"] = plan.record
    return [str(part) for option in options.items() for part in option]


def _kills(plan: MeetingPlan, tenant: Tenant, daemon: Daemon) -> list[Happening]:
    """Kill it just after the nudges are due, and just after the declines are."""
    if not plan.kills:
        return []

    def kill_and_start() -> None:
        tenant.run_clock(rate=0)  # it takes seconds to start, which would be hours here
        daemon.kill()
        daemon.start()

    moments = (diary.day(0, "08:30"), diary.day(1, "08:30"), diary.day(2, "08:30"))
    return [
        Happening(at=diary.local(moment) + timedelta(seconds=40), do=kill_and_start)
        for moment in moments
    ]
