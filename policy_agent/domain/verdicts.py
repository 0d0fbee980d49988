"""What the rules say of one meeting, with what there is to act on."""

from dataclasses import dataclass

from policy_agent.domain.meeting_rules import Check, MeetingRule
from policy_agent.domain.outcomes import Decision
from policy_agent.domain.windows import Occurrence


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What one rule says of one meeting.

    The decision's outcome is what the rule says whatever its mode: `decline` or `cancel` for a
    clash, by its `on_clash`; `nudge` for etiquette and for a kept meeting that was cancelled;
    `deliver` where the meeting is left alone.
    """

    rule: MeetingRule
    decision: Decision
    window: Occurrence | None = None  # the one that it clashes with, the first of several
    affected: tuple[str, ...] = ()  # ids of the people whose window it is over, sorted
    checks: tuple[Check, ...] = ()  # what etiquette found
    kept: bool = False  # it is a meeting that a keep-meeting rule names
