"""The end of the month: the clock goes on to the first working day, and the daemon closes it."""

import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from demo.agent import Daemon
from demo.client import Client
from demo.tenant import Tenant
from demo.traffic import SERVICE, address

LIMIT = 180  # seconds of real time that closing a month and mailing its report may take


@dataclass(frozen=True, kw_only=True)
class MonthEnd:
    """What came of it."""

    summary: tuple[str, ...]  # the report's first sentences
    files: tuple[Path, ...]
    mailed: tuple[str, ...]  # subjects of the messages that it was mailed in

    @property
    def page(self) -> Path:
        """Return the report to read."""
        return next(file for file in self.files if file.suffix == ".html")


def close_month(
    tenant: Tenant, daemon: Daemon, client: Client, *, month: date, closes: datetime, out: Path
) -> MonthEnd:
    """Go on to when the month is closed, wait for its report to be mailed, and have it written."""
    tenant.run_clock(rate=1, now=closes)
    name = f"{month:%Y-%m}"
    end = time.monotonic() + LIMIT
    while True:
        closed = name in daemon.command("report", "--list").split()
        mailed = _mailed(client) if closed else ()
        if mailed:
            break
        if time.monotonic() > end:
            raise RuntimeError(f"the report of {name} was not mailed within {LIMIT} s")
        time.sleep(0.2)
    said = daemon.command("report", "--month", name, "--out", str(out.resolve())).splitlines()
    files = tuple(Path(line) for line in said if Path(line).is_file())
    return MonthEnd(
        summary=tuple(line for line in said if not Path(line).is_file()),
        files=files,
        mailed=mailed,
    )


def _mailed(client: Client) -> tuple[str, ...]:
    """Return the subjects of what went out with files, as the tenant has it."""
    service = client.users()[address(SERVICE)]
    sent = client.all(
        f"/users/{service}/mailFolders/sentitems/messages?$select=subject,hasAttachments&$top=500"
    )
    return tuple(one["subject"] for one in sent if one["hasAttachments"])
