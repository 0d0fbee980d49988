"""How long a sweep of many calendars takes: `python -m benchmarks.calendars [PEOPLE]`.

A sandbox tenant, as a process of its own, has 2,000 people (if not said otherwise) with 40 meetings
a week each: weekly and fortnightly series of five people, one in ten of them over lunch; rules of
two kinds observe them. They are swept twice, in full and with nothing new, by what the daemon's own
job calls, over HTTPS with Graph's limits in force. It prints how long each took, how many calls it
cost (parts of batches counted singly), what was judged, and the most memory that it used.
"""

import random
import resource
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from demo.tenant import Tenant
from policy_agent.agent.meetings.features import FEATURES
from policy_agent.agent.meetings.sweep import CalendarSweep
from policy_agent.settings import Settings
from policy_agent.wiring import build

PEOPLE, A_WEEK, TOGETHER = 2_000, 40, 5
MONDAY = datetime(2026, 6, 8, tzinfo=UTC)
STARTS = ("09:00", "09:45", "10:30", "11:15", "12:15", "14:00", "14:45", "15:30", "16:15", "17:00")
RULES = """\
version: 1
organisation: { name: Bench, domains: [northshire.example] }
calendars:
  service: { timezone: Europe/London, working_days: mon-fri, working_hours: 08:30-17:30,
             holidays: [england-and-wales] }
teams: { everyone: { group: everyone@northshire.example } }
windows: { lunch: { calendar: service, days: working, time: 12:30-13:00 } }
rules:
  - name: protected-lunch
    kind: protect-time
    because: A real lunch break for everyone
    owner: hr@northshire.example
    mode: observe
    people: { include: [everyone] }
    window: lunch
  - name: kind-meetings
    kind: meeting-etiquette
    because: Meetings that leave room to think
    owner: hr@northshire.example
    mode: observe
    people: { include: [everyone] }
    checks: { agenda: required, notice_at_least: 4h, no_longer_than: 90m, break_between: 5m }
"""


def series(people: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield series until everybody has 40 meetings a week: two fortnightly ones count as one."""
    chance = random.Random(20260608)  # noqa: S311  the same calendars each time, nothing secret
    for number in range(A_WEEK * 5 // 4):  # 3 in 5 weekly, 2 in 5 fortnightly: 30 + 20 / 2
        interval = 1 if number % 5 < 3 else 2  # noqa: PLR2004
        shuffled = list(people)
        chance.shuffle(shuffled)
        for first in range(0, len(shuffled), TOGETHER):
            organiser, *attendees = shuffled[first : first + TOGETHER]
            day = (MONDAY + timedelta(days=chance.randrange(5))).date()
            start = datetime.combine(day, datetime.strptime(chance.choice(STARTS), "%H:%M").time())  # noqa: DTZ007  a wall clock
            yield {
                "organiser": organiser,
                "attendees": attendees,
                "subject": f"Meeting {number}",
                "body": "1. How things are 2. What next",
                "start": start.isoformat(),
                "end": (start + timedelta(minutes=40)).isoformat(),
                "time_zone": "Europe/London",
                "created": "2026-01-12T09:00:00Z",
                "recurrence": {
                    "pattern": {
                        "type": "weekly",
                        "interval": interval,
                        "daysOfWeek": [f"{start:%A}".lower()],
                    },
                    "range": {"type": "noEnd", "startDate": f"{start:%Y-%m-%d}"},
                },
            }


def fill(tenant: Tenant, number: int) -> int:
    """Make people and meetings; returns how many series there are."""
    names = [f"p{n:04}" for n in range(number)]
    people = [{"person": name, "role": "employee", "teams": ["everyone"]} for name in names]
    tenant.control("POST", "people", {"people": people})
    waiting = list(series([f"{name}@northshire.example" for name in names]))
    for first in range(0, len(waiting), 2_000):
        tenant.control("POST", "meetings", {"meetings": waiting[first : first + 2_000]})
    return len(waiting)


def settings_for(tenant: Tenant, folder: Path) -> Settings:
    """Return what a daemon would be started with."""
    rules = folder / "rules.yaml"
    rules.write_text(RULES)
    address = tenant.address
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Settings(
        tenant_id=address.tenant_id,
        client_id=address.client_id,
        client_secret=address.client_secret,
        authority=address.authority,
        graph_url=address.graph,
        ca_file=Path(address.ca),
        clock_url=f"{address.origin}/sandbox/clock",
        rules=rules,
        store_url=f"sqlite:///{folder / 'bench.db'}",
        holidays_url="",
        notification_url=f"https://localhost:{port}/notifications",
        listen_port=port,
    )


def measure(number: int) -> None:
    with tempfile.TemporaryDirectory(prefix="policy-agent-bench-") as name:
        folder = Path(name)
        options = ["--directory", str(folder / "tenant"), "--clock", MONDAY.isoformat()]
        with Tenant(options) as tenant:
            made = fill(tenant, number)
            print(f"{number:,} people, {A_WEEK} meetings a week each: {made:,} series")
            with build(settings_for(tenant, folder)) as daemon:
                for what in ("in full", "with nothing new"):
                    before = tenant.control("GET", "stats")["requests"]
                    began = perf_counter()
                    swept = CalendarSweep(daemon.context, FEATURES, daemon.moment).run()
                    spent = perf_counter() - began
                    calls = tenant.control("GET", "stats")["requests"] - before
                    print(
                        f"{what}: {spent:.1f} s, {calls:,} calls; {swept.whole:,} calendars seen "
                        f"whole, {swept.changed:,} asked for changes, {swept.written:,} decisions "
                        f"written, {swept.put_off:,} put off"
                    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"at most {peak:,} MiB in the sweeping process")


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)
