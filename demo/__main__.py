"""`python -m demo`: run a week of mail and a week of meetings, tell their stories, audit both."""

import argparse
import contextlib
import signal
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from demo.meetings import story as meeting_story
from demo.meetings.diary import END as MEETINGS_END
from demo.meetings.diary import START as MEETINGS_START
from demo.meetings.diary import local
from demo.meetings.rehearsal import MeetingPlan, rehearse_meetings
from demo.month_end import MonthEnd
from demo.rehearsal import Plan, rehearse
from demo.stage import TEAM, on_stage
from demo.story import tell, tell_notes, write_notes, write_table
from demo.tenant import Tenant
from demo.traffic import ZONE, read_messages, read_teams
from demo.week import END, START

OUT = Path(__file__).parent / "out"


def main() -> int:
    """Run the demo; 0 when the audits are clean, 1 when one names a fault."""
    options = _options()
    console = Console(highlight=False, soft_wrap=True)
    clean = True
    if options.only in {None, "mail"}:
        clean = _mail(options, console)
    if options.only is None:
        console.print()
    if options.only in {None, "meetings"}:
        clean = _meetings(options, console) and clean
    if options.serve:
        console.print()
        _serve(console)
    return 0 if clean else 1


def _mail(options: argparse.Namespace, console: Console) -> bool:
    plan = Plan(
        kill=options.kill,
        faults=options.faults,
        rate=options.rate,
        record=options.record,
        log=OUT / "daemon.log",
        report=OUT / "reports" / "mail",
    )

    def started(tenant: Tenant) -> None:
        console.print(
            f"A simulated tenant of {len(read_teams())} people at {tenant.address.origin}; the "
            f"daemon runs with the default rulebook, mail rules in enforce. "
            f"{len(read_messages())} messages of a bank-holiday week come in."
        )

    with _progress(console) as bar:
        task = bar.add_task("", total=(END - START).total_seconds())

        def progress(now: datetime, _delivered: int) -> None:
            _show(bar, task, now, START)

        week = rehearse(plan, started=started, progress=progress)
    write_table(OUT / "decisions.csv", week.told)
    for line in tell(week.told):
        console.print(line)
    write_notes(OUT / "receipts", week.notes)
    for line in tell_notes(week.notes):
        console.print(line, markup=False)
    console.print(f"All of them as their readers see them: {_shown(OUT / 'receipts')}")
    console.print(f"Every decision: {_shown(OUT / 'decisions.csv')}")
    for fault in (*week.audit.lost, *week.audit.doubled, *week.audit.altered):
        console.print(f"  {fault}", markup=False)
    console.print(str(week.audit), markup=False)
    _tell_month(console, week.month_end)
    return week.audit.clean


def _meetings(options: argparse.Namespace, console: Console) -> bool:
    plan = MeetingPlan(
        kills=options.kill,
        faults=options.faults,
        log=OUT / "daemon-meetings.log",
        report=OUT / "reports" / "meetings",
    )
    console.print(
        "A week of meetings in the same organisation: clashes are enforced, the rest is nudged."
    )
    with _progress(console) as bar:
        start, end = local(MEETINGS_START), local(MEETINGS_END)
        task = bar.add_task("", total=(end - start).total_seconds())
        week = rehearse_meetings(plan, progress=lambda now: _show(bar, task, now, start))
    meeting_story.write_nudges(OUT / "nudges", week.told)
    for line in meeting_story.tell(week.told, week.before, week.after):
        console.print(line, markup=False)
    console.print(f"The nudges as their readers see them: {_shown(OUT / 'nudges')}")
    console.print("Then `policy-agent uninstall`:")
    for line in week.uninstalled.strip().splitlines():
        console.print(f"  {line}", markup=False)
    audit = week.audit
    for fault in (*audit.lost, *audit.left, *audit.doubled, *audit.altered, *week.left):
        console.print(f"  {fault}", markup=False)
    console.print(f"{audit}, {len(week.left)} not removed", markup=False)
    _tell_month(console, week.month_end)
    return audit.clean and not week.left


def _tell_month(console: Console, month_end: MonthEnd | None) -> None:
    """Tell what the report of the month says, and where it lies."""
    if month_end is None:
        return
    console.print("Then the month ends, and its report goes out. It begins so:")
    for line in month_end.summary:
        console.print(f"  {line}", markup=False)
    formats = ", ".join(sorted(file.suffix.removeprefix(".") for file in month_end.files))
    console.print(f"The monthly report ({formats}): {_shown(month_end.page)}", markup=False)


def _serve(console: Console) -> None:
    """Set the stage and keep it until somebody presses Ctrl+C."""
    console.print("Setting a small stage to look around: a Sunday afternoon in June.")
    with (
        tempfile.TemporaryDirectory(prefix="policy-agent-demo-") as folder,
        on_stage(Path(folder)) as stage,
    ):
        console.print(
            f"The pages are at {stage.daemon.address}/ (the browser asks about the certificate, "
            "which is the demo's own). Sign in as one of:"
        )
        for one in TEAM:
            if one.signs_in:
                console.print(f"  {one.name}, {one.title}", markup=False)
        console.print("Their mailboxes are made up, and live as long as this. Ctrl+C ends it.")
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--only", choices=("mail", "meetings", "none"), help="one week or none")
    parser.add_argument(
        "--serve", action="store_true", help="then keep serving the pages, to sign in and look"
    )
    parser.add_argument("--kill", action="store_true", help="kill the daemon in mid-week")
    parser.add_argument(
        "--faults",
        action="store_true",
        help="lose and repeat notifications, throttle, lose answers, two minutes of 503",
    )
    parser.add_argument(
        "--rate", type=float, default=Plan().rate, help="speed of the mail week's clock"
    )
    parser.add_argument("--record", type=Path, help="write every Graph call of the mail week")
    return parser.parse_args()


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


def _show(bar: Progress, task: TaskID, now: datetime, start: datetime) -> None:
    local_now = now.astimezone(ZONE)
    bar.update(
        task, completed=(now - start).total_seconds(), description=f"{local_now:%a %d %b %H:%M}"
    )


def _shown(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


if __name__ == "__main__":
    sys.exit(main())
