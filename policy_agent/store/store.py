"""The store: everything that outlives the process, behind one class."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Self

from policy_agent.store import meeting_tables, tables
from policy_agent.store.arrivals import Arrivals
from policy_agent.store.block_outs import BlockOuts
from policy_agent.store.calendars import Calendars
from policy_agent.store.clash_answers import ClashAnswers
from policy_agent.store.clash_courses import ClashCourses
from policy_agent.store.clash_life import ClashLife
from policy_agent.store.clashes import Clashes
from policy_agent.store.closed_months import ClosedMonths
from policy_agent.store.counts import Counts
from policy_agent.store.decision_counts import DecisionCounts
from policy_agent.store.decisions import Decisions
from policy_agent.store.engine import open_engine
from policy_agent.store.etiquette import Findings
from policy_agent.store.event_notices import EventNotices
from policy_agent.store.exemptions import Exemptions
from policy_agent.store.facts import Facts
from policy_agent.store.feeds import Feeds
from policy_agent.store.found_decisions import FoundDecisions
from policy_agent.store.found_holds import FoundHolds
from policy_agent.store.held_mails import HeldMails
from policy_agent.store.holds import Holds
from policy_agent.store.kept_meetings import KeptMeetings
from policy_agent.store.leases import forget, running
from policy_agent.store.mail_figures import MailFigures
from policy_agent.store.mailboxes import Mailboxes
from policy_agent.store.meeting_decisions import MeetingDecisions
from policy_agent.store.meetings import Meetings
from policy_agent.store.month_counts import MonthSums
from policy_agent.store.notes import Notes
from policy_agent.store.own_mail import OwnMail
from policy_agent.store.people import People
from policy_agent.store.placements import Placements
from policy_agent.store.preferences import Preferences
from policy_agent.store.retention import Retention
from policy_agent.store.rollout import Rollout
from policy_agent.store.rule_days import RuleDays
from policy_agent.store.schema import migrate
from policy_agent.store.series import Series
from policy_agent.store.sessions import Sessions
from policy_agent.store.survey import Surveys
from policy_agent.store.telling import Telling

_LEASED = (
    tables.arrivals,
    tables.holds,
    meeting_tables.event_notices,
    meeting_tables.notes,
    meeting_tables.clashes,
    meeting_tables.block_outs,
    meeting_tables.kept_meetings,
)


class Store(
    Arrivals,
    Decisions,
    Facts,
    Holds,
    HeldMails,
    FoundDecisions,
    FoundHolds,
    Telling,
    OwnMail,
    Sessions,
    Exemptions,
    Mailboxes,
    People,
    Feeds,
    Rollout,
    Calendars,
    EventNotices,
    MeetingDecisions,
    Series,
    Notes,
    Findings,
    Preferences,
    Clashes,
    ClashLife,
    ClashAnswers,
    ClashCourses,
    BlockOuts,
    KeptMeetings,
    Meetings,
    Placements,
    RuleDays,
    MailFigures,
    MonthSums,
    ClosedMonths,
    Retention,
    Surveys,
    Counts,
    DecisionCounts,
):
    """Rows that outlive the process. Every method is one transaction, committed on return.

    Methods raise `StoreProblem` when the database cannot do its work; then nothing was written.
    Many threads may use one store, and many processes one database.
    """

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a store by URL and bring it to this version's tables; see `open_engine`, `migrate`.

        Raises `StoreProblem` with what is wrong and what would be right.
        """
        engine = open_engine(url)
        try:
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def forget_leases(self, worker: str) -> None:
        """Drop every lease of a worker of that name: it has just started, so it holds none."""
        with self.writing() as connection:
            forget(connection, _LEASED, worker)

    def running_leases(self, machine: datetime, lease: timedelta) -> Mapping[str, datetime]:
        """Return who works on something now, and until when at most (machine time)."""
        with self.reading() as connection:
            return running(connection, _LEASED, machine, lease)
