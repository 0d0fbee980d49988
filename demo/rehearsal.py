"""One rehearsal of the week: tenant, daemon, traffic, and the audit at the end."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from demo.agent import Daemon
from demo.audit import Audit, Auditor, WrittenNote
from demo.client import Client
from demo.month_end import MonthEnd, close_month
from demo.rules import MAIL, copy_with_modes
from demo.story import Told, read_told
from demo.tenant import Tenant
from demo.traffic import GROUPS, PEOPLE, SERVICE, ZONE, Message, address, read_messages
from demo.week import RELEASE, START, Happening, Pace, Span, Week

MONTH = date(2023, 8, 1)
CLOSES = datetime(2023, 9, 1, 10, 1, tzinfo=ZONE)  # a Friday
CATEGORY = "Arrived while you were away"
KILLED = datetime(2023, 8, 28, 9, 0, tzinfo=ZONE)  # on the bank holiday, while mail comes in
STARTED_AGAIN = datetime(2023, 8, 28, 10, 0, tzinfo=ZONE)
RESTART = Span(  # a start takes seconds, in which the hurried clock would run past the outage
    starts=KILLED, ends=datetime(2023, 8, 28, 12, 0, tzinfo=ZONE), rate=600.0
)
OUTAGE = Span(  # two minutes of real time, in which mail goes on coming in
    starts=datetime(2023, 8, 28, 12, 0, tzinfo=ZONE),
    ends=datetime(2023, 8, 28, 14, 0, tzinfo=ZONE),
    rate=60.0,
)
AFTERWARDS = Span(  # what was put off during an outage is tried again in real time, not in hurried
    starts=OUTAGE.ends, ends=RELEASE.starts, rate=1_500.0
)
FAULTS = {
    "seed": 20230828,
    "lost_notifications": 0.2,
    "repeated_notifications": 0.1,
    "throttle": 0.1,
    "retry_after": 1,
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What this rehearsal does beyond the usual."""

    kill: bool = False  # SIGKILL to the daemon on the bank holiday, and a new start
    faults: bool = False  # lost and repeated notifications, throttling, two minutes of 503
    rate: float = Pace().usual
    record: Path | None = None  # every Graph call is written to this file
    log: Path | None = None  # the daemon's log is copied to this file
    store_url: str | None = None  # None: SQLite, in a folder of its own
    report: Path | None = None  # the month is closed after the week, and its report written here


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What came of it."""

    messages: Sequence[Message]
    audit: Audit
    told: Sequence[Told]  # the agent's own records, a decision each
    notes: Sequence[WrittenNote]  # what the agent wrote to people, as the tenant has it
    month_end: MonthEnd | None = None
    metrics: str  # what the daemon tells Prometheus at the end


def rehearse(
    plan: Plan,
    *,
    started: Callable[[Tenant], None] | None = None,
    progress: Callable[[datetime, int], None] | None = None,
) -> Rehearsed:
    """Run through the week with the default rulebook, every rule in enforce."""
    messages = read_messages()
    with tempfile.TemporaryDirectory(prefix="policy-agent-demo-") as name:
        folder = Path(name)
        with (
            _tenant(folder, plan) as tenant,
            Daemon(
                tenant=tenant.address,
                folder=folder,
                rules=copy_with_modes(folder, MAIL),
                certificate=tenant.issue(folder),
                store_url=plan.store_url,
                service_mailbox=address(SERVICE),
            ) as daemon,
        ):
            if started is not None:
                started(tenant)
            spans = (
                *((RESTART,) if plan.kill else ()),
                *((OUTAGE, AFTERWARDS) if plan.faults else ()),
                RELEASE,
            )
            week = Week(
                tenant=tenant,
                daemon=daemon,
                messages=messages,
                pace=Pace(usual=plan.rate, spans=spans),
                happenings=_happenings(plan, tenant, daemon),
                progress=progress,
            )
            week.run()
            tenant.control("DELETE", "faults")
            with Client(tenant.address) as client:
                auditor = Auditor(client, address(SERVICE))
                audit = auditor.audit(messages, CATEGORY)
                told = read_told(daemon.store_url, messages, week.rows)
                metrics = daemon.metrics()
                month_end = None
                if plan.report is not None:
                    month_end = close_month(
                        tenant, daemon, client, month=MONTH, closes=CLOSES, out=plan.report
                    )
        if plan.log is not None:
            plan.log.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(daemon.log, plan.log)
    return Rehearsed(
        messages=messages,
        audit=audit,
        told=told,
        notes=auditor.notes,
        metrics=metrics,
        month_end=month_end,
    )


@contextmanager
def _tenant(folder: Path, plan: Plan) -> Iterator[Tenant]:
    with Tenant(_options(folder, plan)) as tenant:
        service = {"person": SERVICE, "role": "service", "teams": []}
        tenant.control("POST", "people", {"people": [service]})
        yield tenant


def _options(folder: Path, plan: Plan) -> list[str]:
    options = {
        "--people": PEOPLE,
        "--groups": GROUPS,
        "--directory": folder / "tenant",
        "--clock": START.isoformat(),
        "--rate": 0,
    }
    if plan.record is not None:
        options["--record"] = plan.record
    return [str(part) for option in options.items() for part in option]


def _happenings(plan: Plan, tenant: Tenant, daemon: Daemon) -> list[Happening]:
    found = []
    if plan.kill:
        found.append(Happening(at=KILLED, do=daemon.kill))
        found.append(Happening(at=STARTED_AGAIN, do=daemon.start))
    if plan.faults:
        tenant.control("PUT", "faults", FAULTS)

        def outage() -> None:
            tenant.control("PUT", "faults", {"unavailable": {"seconds": 120}})

        found.append(Happening(at=OUTAGE.starts, do=outage))
    return found
