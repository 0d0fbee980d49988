"""Letters with reports: the monthly one to its readers, a team's own page to its champions.

1. When a month was closed, a note is planned for each address that the rulebook names, by a key of
   its own: whoever plans again, or in another process, plans nothing more.
2. In working hours it is written from the month as it was told, in each format, with the report's
   first words in the letter. A format that cannot be made, or is too large for a mail, is left out,
   and the letter says so.
3. An address that has left the rulebook by then gets nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.figures import FigureStore
from policy_agent.agent.languages import language_of
from policy_agent.agent.letters import letter_of
from policy_agent.agent.tell import Writer, Written
from policy_agent.domain.months import after
from policy_agent.domain.notes import (
    ATTACHED_AT_MOST,
    Attachment,
    Note,
    NoteKind,
    PlannedNote,
    not_before,
)
from policy_agent.domain.rules import Reporting
from policy_agent.reports.document import Report, ReportProblem
from policy_agent.reports.formats import Format, write
from policy_agent.reports.making import monthly_of, team_page_of

log = structlog.get_logger()

# What most people read comes first: where not all of it fits into a mail, that does.
_OF_A_MONTH: Final = (Format.PDF, Format.HTML, Format.XLSX, Format.CSV)
_OF_A_TEAM: Final = (Format.PDF, Format.HTML)
_LONDON: Final = ZoneInfo("Europe/London")  # of a rulebook without calendars, as on the pages


def plan_reports(context: AgentContext, month: date, now: datetime) -> Sequence[Note]:
    """Plan the letters of a closed month, named by its first day; returns those that are new.

    It may be asked for again at any time: who came into the rulebook meanwhile gets theirs, and
    nobody a second one. Only the last month that is over is mailed: one that is closed later than
    that is no news.
    """
    rulebook = context.current.policy.rulebook
    calendar = next(iter(rulebook.calendars.values()), None)
    today = now.astimezone(_LONDON if calendar is None else calendar.zone).date()
    if not context.service_mailbox or today >= after(after(month)):
        return ()
    if context.store.closed_month(month) is None:
        return ()
    opens = now
    if calendar is not None:
        try:
            opens = not_before(calendar, now)
        except ValueError:
            log.warning("reports_not_planned", month=f"{month:%Y-%m}", because="no working day")
            return ()
    planned = context.store.plan_notes(
        [
            PlannedNote(
                key=f"{kind}:{about}:{address}",
                kind=kind,
                person=address,
                about=about,
                not_before=opens,
                calendar="" if calendar is None else calendar.name,
            )
            for kind, about, address in _readers(rulebook.reporting, month)
        ],
        now=now,
    )
    if planned:
        log.info("reports_planned", month=f"{month:%Y-%m}", count=len(planned))
    return planned


def _readers(reporting: Reporting, month: date) -> Iterator[tuple[NoteKind, str, str]]:
    """Yield the kind of each letter, what it is about, and the address that it goes to."""
    for address in reporting.to:
        yield NoteKind.REPORT, f"{month:%Y-%m}", address
    for team, champions in reporting.champions.items():
        for address in champions:
            yield NoteKind.TEAM_PAGE, f"{month:%Y-%m}|{team}", address


@dataclass(frozen=True, kw_only=True, slots=True)
class Files:
    """A report in its formats."""

    attached: Mapping[Format, Attachment]
    not_made: tuple[Format, ...]
    too_large: tuple[Format, ...]

    def values(self) -> Mapping[str, object]:
        """Return what a text says of them: endings of files."""
        return {
            "attached": [one.value for one in self.attached],
            "not_made": [one.value for one in self.not_made],
            "too_large": [one.value for one in self.too_large],
        }


@dataclass(kw_only=True, slots=True)
class Filing:
    """Writes a report in its formats; the last one is kept, as it has many readers."""

    write: Callable[[Report, Format], bytes] = write
    _last: tuple[Report, Files] | None = field(default=None, init=False)

    def files(self, report: Report, formats: Sequence[Format]) -> Files:
        """Return the files that fit into one mail, and what is left out."""
        if self._last is not None and self._last[0] == report:
            return self._last[1]
        attached: dict[Format, Attachment] = {}
        not_made: list[Format] = []
        too_large: list[Format] = []
        room = ATTACHED_AT_MOST
        for one in formats:
            content = self._written(report, one)
            if content is None:
                not_made.append(one)
            elif len(content) > room:
                log.warning("report_too_large", report=report.key, form=one.value)
                too_large.append(one)
            else:
                room -= len(content)
                attached[one] = Attachment(
                    name=f"wellbeing-report-{report.key}{one.suffix}",
                    media_type=one.media_type,
                    content=content,
                )
        found = Files(attached=attached, not_made=tuple(not_made), too_large=tuple(too_large))
        self._last = (report, found)
        return found

    def _written(self, report: Report, one: Format) -> bytes | None:
        """Write one format; whatever breaks in it keeps nobody from the others."""
        try:
            return self.write(report, one)
        except ReportProblem as problem:
            log.error(  # noqa: TRY400  its text says it all
                "report_not_written", report=report.key, form=one.value, problem=str(problem)
            )
        except Exception:
            log.exception("report_not_written", report=report.key, form=one.value)
        return None


@dataclass(kw_only=True, slots=True)
class ReportWriter:
    """Writes letters with the monthly report; see `policy_agent.agent.tell.Writer`."""

    make: Callable[[FigureStore, date], Report | None] = monthly_of
    filing: Filing = field(default_factory=Filing)

    def write(self, context: AgentContext, note: Note, moment: Moment) -> Written:
        """Write the message; None: the address is no reader's any more."""
        del moment  # the report tells of the month as it was closed
        rulebook = context.current.policy.rulebook
        month = date.fromisoformat(f"{note.about}-01")
        report = self.make(context.store, month)
        if note.person not in rulebook.reporting.to or report is None:
            return None
        files = self.filing.files(report, _OF_A_MONTH)
        message = context.messages.write(
            "report",
            _language(context, note.person),
            {
                "organisation": rulebook.organisation,
                "month": month,
                "summary": report.summary,
                **files.values(),
                "report_url": f"{context.public_url}/leadership/reports",
            },
        )
        return letter_of(note, note.person, message, tuple(files.attached.values()))

    def sent(self, context: AgentContext, note: Note, moment: Moment) -> None:
        """Do nothing: there is one a month and address, by its key."""


@dataclass(kw_only=True, slots=True)
class TeamPageWriter:
    """Writes letters with a team's own page; see `policy_agent.agent.tell.Writer`."""

    make: Callable[[FigureStore, date, str], Report | None] = team_page_of
    filing: Filing = field(default_factory=Filing)

    def write(self, context: AgentContext, note: Note, moment: Moment) -> Written:
        """Write the message; None: no champion's address any more, or there was no such team."""
        del moment  # as for the monthly report
        rulebook = context.current.policy.rulebook
        year_and_month, _, team = note.about.partition("|")
        month = date.fromisoformat(f"{year_and_month}-01")
        if note.person not in rulebook.reporting.champions.get(team, ()):
            return None
        report = self.make(context.store, month, team)
        if report is None:
            return None
        files = self.filing.files(report, _OF_A_TEAM)
        message = context.messages.write(
            "team_page",
            _language(context, note.person),
            {
                "organisation": rulebook.organisation,
                "team": team,
                "month": month,
                "summary": report.summary,
                **files.values(),
            },
        )
        return letter_of(note, note.person, message, tuple(files.attached.values()))

    def sent(self, context: AgentContext, note: Note, moment: Moment) -> None:
        """Do nothing, as for the monthly report."""


def _language(context: AgentContext, address: str) -> str:
    """Return the language of the mailbox; that of a list nobody knows."""
    person = context.current.policy.directory.person(address)
    return language_of(context, person.id) if person.known else ""


REPORT_WRITERS: Mapping[NoteKind, Writer] = {
    NoteKind.REPORT: ReportWriter(),
    NoteKind.TEAM_PAGE: TeamPageWriter(),
}

__all__ = ["REPORT_WRITERS", "Filing", "ReportWriter", "TeamPageWriter", "plan_reports"]
