"""Everything that the agent does about meetings, in the order in which it is done."""

from policy_agent.agent.meetings.block_out import BlockingOut
from policy_agent.agent.meetings.etiquette import Etiquette
from policy_agent.agent.meetings.keep import KeepingMeetings
from policy_agent.agent.meetings.measure import MeasuringMeetings
from policy_agent.agent.meetings.protect import Protecting
from policy_agent.agent.meetings.seen import Feature

FEATURES: tuple[Feature, ...] = (
    BlockingOut(),
    Protecting(),
    Etiquette(),
    KeepingMeetings(),
    MeasuringMeetings(),
)
