"""How it goes, in counts and times alone: nothing of people, so that health may show all of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenState:
    """How signing in to the service goes, as far as this process knows."""

    good_for: timedelta | None = None  # the current token; None: there is none
    refused: str = ""  # what the last refusal said; empty: none since this process started
    refused_ago: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pushback:
    """How hard the service pushed back in the last hour, as this process met it."""

    throttled: int = 0  # answers of 429: too many requests
    unavailable: int = 0  # answers of 503 and 504
    waits: int = 0  # pauses before something was sent again
    waited: timedelta = timedelta()  # all pauses together; threads wait side by side


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceState:
    """How the service treats this process."""

    token: TokenState = TokenState()
    pushback: Pushback = Pushback()


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What decisions that are counted together have in common."""

    about: Literal["mail", "meeting"]
    rule: str  # empty: no rule is about these people
    mode: Mode
    outcome: Outcome
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """Decisions of mail after the last rolled day, counted once: no more of them will come."""

    rolled: date | None  # the last UTC day whose decisions are in the sums; None: none is
    until: datetime  # what was decided from then on is not in the counts, aware UTC
    counts: Mapping[Said, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldCounts:
    """Holds that are not over; instants are aware UTC, None where there is none."""

    open: int = 0
    oldest_due: datetime | None = None  # the soonest release of all
    overdue: int = 0  # should have been back by the instant that was asked about
    oldest_made: datetime | None = None  # when the oldest of them was decided
    oldest_promised: datetime | None = None  # what was promised of that one


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionCounts:
    """Change subscriptions of one kind."""

    wanted: int = 0  # mailboxes or calendars that should have one by now
    live: int = 0
    soonest_end: datetime | None = None  # of a live one, aware UTC


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchCounts:
    """What is watched, and how far."""

    mailboxes: int = 0  # in scope
    parked: int = 0  # of them, left alone for now: no licence, or no grant
    inboxes: SubscriptionCounts = SubscriptionCounts()
    calendars: SubscriptionCounts = SubscriptionCounts()


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteCounts:
    """Messages to people."""

    waiting: int = 0  # to be sent, now or in somebody's working hours
    given_up: int = 0  # could not be sent, since the instant that was asked about


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarCounts:
    """The calendar half; see `policy_agent.agent.meetings.work`."""

    covered: int = 0
    parked: int = 0
    seen_whole: int = 0
    pending_notices: int = 0
