"""The meetings half of a month."""

from datetime import date, datetime

from policy_agent.agent.context import AgentContext
from policy_agent.domain.blocks import Block
from policy_agent.domain.months import Series


def meeting_figures(
    context: AgentContext, month: date, now: datetime
) -> tuple[tuple[Block, ...], tuple[Series, ...]]:
    """Return the blocks and series of a month's meetings."""
    del context, month, now
    return (), ()
