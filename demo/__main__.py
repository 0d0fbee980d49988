"""`python -m demo`: run the week, tell its story, audit the tenant."""

import argparse
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from demo.agent import Daemon
from demo.audit import Auditor
from demo.rules import enforced_copy
from demo.story import read_told, tell, write_table
from demo.tenant import Tenant
from demo.traffic import GROUPS, PEOPLE, ZONE, read_messages
from demo.week import RELEASE, START, Happening, Pace, Span, Week

OUT = Path(__file__).parent / "out"
CATEGORY = "Arrived while you were away"
KILLED = datetime(2023, 8, 28, 9, 0, tzinfo=ZONE)  # on the bank holiday, while mail comes in
STARTED_AGAIN = datetime(2023, 8, 28, 10, 0, tzinfo=ZONE)
OUTAGE = Span(  # two minutes of real time, in which mail goes on coming in
    starts=datetime(2023, 8, 28, 12, 0, tzinfo=ZONE),
    ends=datetime(2023, 8, 28, 14, 0, tzinfo=ZONE),
    rate=60.0,
)
FAULTS = {
    "seed": 20230828,
    "lost_notifications": 0.2,
    "repeated_notifications": 0.1,
    "throttle": 0.1,
    "retry_after": 1,
}


def main() -> int:
    """Run the demo; 0 when the audit is clean, 1 when it names a fault."""
    options = _options()
    console = Console(highlight=False)
    messages = read_messages()
    with tempfile.TemporaryDirectory(prefix="policy-agent-demo-") as name:
        folder = Path(name)
        rules = enforced_copy(folder)
        with (
            Tenant(_tenant_options(folder, options.record)) as tenant,
            Daemon(
                tenant=tenant.address,
                folder=folder,
                rules=rules,
                certificate=tenant.issue(folder),
            ) as daemon,
        ):
            console.print(
                f"A simulated tenant of 184 people at {tenant.address.origin}; the daemon runs "
                "with the default rulebook, every rule in enforce."
            )
            week = Week(tenant=tenant, daemon=daemon, messages=messages)
            spans = (OUTAGE, RELEASE) if options.faults else (RELEASE,)
            week.pace = Pace(usual=options.rate, spans=spans)
            week.happenings = _happenings(options, tenant, daemon)
            with _progress(console) as bar:
                task = bar.add_task("", total=len(messages))

                def progress(now: datetime, delivered: int) -> None:
                    local = now.astimezone(ZONE)
                    bar.update(task, completed=delivered, description=f"{local:%a %d %b %H:%M}")

                week.progress = progress
                week.run()
            tenant.control("DELETE", "faults")
            audit = Auditor(tenant.address).audit(messages, CATEGORY)
            told = read_told(daemon.store_url, messages, week.rows)
        write_table(OUT / "decisions.csv", told)
        shutil.copy(daemon.log, OUT / "daemon.log")
    console.print()
    for line in tell(told):
        console.print(line)
    console.print(f"\nEvery decision: {_shown(OUT / 'decisions.csv')}")
    for fault in (*audit.lost, *audit.doubled, *audit.altered):
        console.print(f"  {fault}", markup=False)
    console.print(str(audit), markup=False)
    return 0 if audit.clean else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--kill", action="store_true", help="kill the daemon on the bank holiday")
    parser.add_argument(
        "--faults",
        action="store_true",
        help="lose and repeat notifications, throttle, two minutes of 503",
    )
    parser.add_argument("--rate", type=float, default=Pace().usual, help="speed of the clock")
    parser.add_argument("--record", type=Path, help="write every Graph call to this file")
    return parser.parse_args()


def _tenant_options(folder: Path, record: Path | None) -> list[str]:
    options = {
        "--people": PEOPLE,
        "--groups": GROUPS,
        "--directory": folder / "tenant",
        "--clock": START.isoformat(),
        "--rate": 0,
    }
    if record is not None:
        options["--record"] = record
    return [str(part) for option in options.items() for part in option]


def _happenings(options: argparse.Namespace, tenant: Tenant, daemon: Daemon) -> list[Happening]:
    found = []
    if options.kill:
        found.append(Happening(at=KILLED, do=daemon.kill))
        found.append(Happening(at=STARTED_AGAIN, do=daemon.start))
    if options.faults:
        tenant.control("PUT", "faults", FAULTS)

        def outage() -> None:
            tenant.control("PUT", "faults", {"unavailable": {"seconds": 120}})

        found.append(Happening(at=OUTAGE.starts, do=outage))
    return found


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("messages delivered"),
        console=console,
        disable=not console.is_terminal,
    )


def _shown(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


if __name__ == "__main__":
    sys.exit(main())
