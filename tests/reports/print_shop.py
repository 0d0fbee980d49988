"""Reports of closed months that say a line or two, and files that say what they would be."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from policy_agent.agent.tell import Writer
from policy_agent.agent.writers import WRITERS
from policy_agent.domain.months import ClosedMonth, TeamMonth
from policy_agent.domain.notes import NoteKind
from policy_agent.reports.document import Report
from policy_agent.reports.formats import Format
from policy_agent.reports.letters import Filing, ReportWriter, TeamPageWriter

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)
CLOSED = ClosedMonth(
    month=OCTOBER,
    closed=MONDAY,
    fewest=10,
    organisation="Northshire",
    zone="Europe/London",
    leaders=None,
    rules=(),
    teams=(TeamMonth(name="practitioners"), TeamMonth(name="managers")),
    blocks=(),
    series=(),
    facts={},
)


def report(key: str, *summary: str) -> Report:
    return Report(
        key=key,
        title="October",
        organisation="Northshire",
        period="October 2026",
        made=MONDAY,
        summary=summary,
        sections=(),
        fewest=10,
    )


@dataclass
class Printer:
    """Makes reports of closed months, and writes each format as its own name."""

    made: list[tuple[str, Format]] = field(default_factory=list)
    broken: dict[Format, Exception] = field(default_factory=dict)
    sizes: dict[Format, int] = field(default_factory=dict)

    def monthly(self, store: Any, month: date) -> Report | None:
        if store.closed_month(month) is None:
            return None
        return report(f"{month:%Y-%m}", "1,204 copies waited", "Supervision took place.")

    def team_page(self, store: Any, month: date, team: str) -> Report | None:
        found = store.closed_month(month)
        if found is None or team not in {one.name for one in found.teams}:
            return None
        return report(f"{month:%Y-%m}-{team}", f"Lunch was free for {team}")

    def write(self, one: Report, wanted: Format) -> bytes:
        self.made.append((one.key, wanted))
        if wanted in self.broken:
            raise self.broken[wanted]
        return f"{one.key} {wanted.value}".encode().ljust(self.sizes.get(wanted, 0), b".")

    def writers(self) -> dict[NoteKind, Writer]:
        return {
            **WRITERS,
            NoteKind.REPORT: ReportWriter(make=self.monthly, filing=Filing(write=self.write)),
            NoteKind.TEAM_PAGE: TeamPageWriter(
                make=self.team_page, filing=Filing(write=self.write)
            ),
        }
