"""`python -m demo`: run the week, tell its story, audit the tenant."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from demo.rehearsal import Plan, rehearse
from demo.story import tell, write_table
from demo.tenant import Tenant
from demo.traffic import ZONE, read_messages, read_teams

OUT = Path(__file__).parent / "out"


def main() -> int:
    """Run the demo; 0 when the audit is clean, 1 when it names a fault."""
    plan = _plan()
    console = Console(highlight=False, soft_wrap=True)

    def started(tenant: Tenant) -> None:
        console.print(
            f"A simulated tenant of {len(read_teams())} people at {tenant.address.origin}; the "
            "daemon runs with the default rulebook, every rule in enforce."
        )

    with _progress(console) as bar:
        task = bar.add_task("", total=len(read_messages()))

        def progress(now: datetime, delivered: int) -> None:
            local = now.astimezone(ZONE)
            bar.update(task, completed=delivered, description=f"{local:%a %d %b %H:%M}")

        week = rehearse(plan, started=started, progress=progress)
    write_table(OUT / "decisions.csv", week.told)
    console.print()
    for line in tell(week.told):
        console.print(line)
    console.print(f"\nEvery decision: {_shown(OUT / 'decisions.csv')}")
    for fault in (*week.audit.lost, *week.audit.doubled, *week.audit.altered):
        console.print(f"  {fault}", markup=False)
    console.print(str(week.audit), markup=False)
    return 0 if week.audit.clean else 1


def _plan() -> Plan:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--kill", action="store_true", help="kill the daemon on the bank holiday")
    parser.add_argument(
        "--faults",
        action="store_true",
        help="lose and repeat notifications, throttle, two minutes of 503",
    )
    parser.add_argument("--rate", type=float, default=Plan().rate, help="speed of the clock")
    parser.add_argument("--record", type=Path, help="write every Graph call to this file")
    options = parser.parse_args()
    return Plan(
        kill=options.kill,
        faults=options.faults,
        rate=options.rate,
        record=options.record,
        log=OUT / "daemon.log",
    )


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
