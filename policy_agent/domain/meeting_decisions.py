"""What the rules say of a meeting. Pure: facts and rules in, verdicts with their reasons out."""

from collections.abc import Mapping

from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.rules import Rulebook
from policy_agent.domain.verdicts import Verdict


def decide_meeting(
    rulebook: Rulebook, meeting: MeetingFacts, team_sizes: Mapping[str, int]
) -> tuple[Verdict, ...]:
    """Return what each rule about meetings says of this one, in the rulebook's order.

    Rules about nobody in the meeting say nothing. A rule that cannot be worked out says `error`,
    which leaves the meeting alone, and the others go on. A kept meeting is left alone by all but
    `keep-meeting`. `team_sizes` says how many people a team has, for rules that name one.
    """
    del rulebook, meeting, team_sizes
    raise AssertionError("comes with the branch protect-time")
