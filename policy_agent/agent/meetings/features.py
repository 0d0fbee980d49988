"""Everything that the agent does about meetings, in the order in which it is done."""

from policy_agent.agent.meetings.seen import Feature

FEATURES: tuple[Feature, ...] = ()
