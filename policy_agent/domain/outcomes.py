"""Outcomes, reasons and decisions: what can be said of a message or meeting."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policy_agent.domain.rules import Mode
from policy_agent.domain.where import Where


class Outcome(StrEnum):
    """What becomes of a message or meeting; a closed set."""

    DELIVER = "deliver"
    HOLD = "hold"
    NUDGE = "nudge"
    DECLINE = "decline"
    CANCEL = "cancel"
    ERROR = "error"  # delivers mail, leaves meetings alone, and is counted


class Reason(StrEnum):
    """Why; a closed set, safe as a metric's label."""

    IN_WINDOW = "in_window"  # the only one that holds
    OUTSIDE_WINDOW = "outside_window"
    NOT_COVERED = "not_covered"  # no rule is about this sender and this recipient
    FROM_OUTSIDE = "from_outside"
    MEETING = "meeting"  # invitations are for the calendar rules
    EXEMPT_TEAM = "exempt_team"
    EXEMPTION = "exemption"
    LET_THROUGH = "let_through"
    MODE_OFF = "mode_off"
    LIMIT_REACHED = "limit_reached"
    ALREADY_READ = "already_read"
    FAULT = "fault"  # the rule could not be worked out
    # of meetings
    OVERLAPS_WINDOW = "overlaps_window"  # a clash
    SHORT_OVERLAP = "short_overlap"  # less than the rule asks for
    KEPT_MEETING = "kept_meeting"  # one that should happen: the other kinds leave it alone
    ORGANISER_OUTSIDE = "organiser_outside"
    CANCELLED = "cancelled"  # or declined by everybody it would be about
    NOBODYS_TIME = "nobodys_time"  # shown as free, all day over a part of one, or only people away
    PRIVATE = "private"
    TOO_FEW = "too_few"  # people in it
    NOT_ONLINE = "not_online"  # and the rule is about online meetings only
    BOOKED_BEFORE = "booked_before"  # a clash that its owner is shown, booked before `booked_from`
    NOT_KIND = "not_kind"  # etiquette found something; `detail` says what
    KIND = "kind"  # etiquette found nothing
    REBOOK = "rebook"  # a kept meeting was cancelled


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What one rule says of one copy, with the reason and the clause that decided."""

    rule: str | None  # None: no rule is about these people
    outcome: Outcome  # what the rule says, whatever its mode
    mode: Mode
    reason: Reason
    detail: str  # one plain sentence, without names or addresses
    where: Where
    promise: datetime | None = None  # release before spread, aware in the calendar's zone

    @property
    def acts(self) -> bool:
        """Whether anything moves: a hold under `enforce`."""
        return self.outcome is Outcome.HOLD and self.mode is Mode.ENFORCE
