"""What was seen in calendars, judged: what watching hands to protecting, etiquette and keeping."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.domain.events import EventCopy, Span
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.people import Person
from policy_agent.domain.verdicts import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenMeeting:
    """One meeting or occurrence, and what the rules say of it."""

    copy: EventCopy
    facts: MeetingFacts
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenSeries:
    """Every occurrence ahead of one series, or one single meeting, judged once for all mailboxes.

    It is seen in the organiser's calendar where that is covered, else in the first attendee's.
    """

    key: str  # names the series in all mailboxes: the organiser's own id for it, or its uid
    mailbox: str  # whose copy was judged
    organiser: Person | None
    occurrences: tuple[SeenMeeting, ...]  # ahead and within the horizon, in order; maybe none


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What one look at some calendars brought."""

    series: Sequence[SeenSeries] = ()
    # Mailboxes that were seen whole, and in which span: a meeting of theirs that the store knows
    # and that is not in `series` is gone.
    whole: Mapping[str, Span] = field(default_factory=dict)
    gone: Collection[str] = ()  # event ids that a notice or a read said are gone
    # Everything of each whole calendar, for what needs a person's whole day (back-to-back, leave).
    days: Mapping[str, Sequence[EventCopy]] = field(default_factory=dict)
    # Copies of the agent's own block-outs as they were seen, masters and occurrences; never judged.
    block_outs: Sequence[EventCopy] = ()


class Feature(Protocol):
    """One thing that the agent does about meetings."""

    def take(self, context: AgentContext, seen: Seen, moment: Moment) -> None:
        """Write down what follows from what was seen; calls nothing of the tenant's."""

    def tick(self, context: AgentContext, moment: Moment) -> None:
        """Do what is due, a bounded piece of work."""
