"""In which language somebody is written to: that of their mailbox."""

from policy_agent.agent.context import AgentContext
from policy_agent.domain.events import CalendarOwner


def language_of(context: AgentContext, person: str) -> str:
    """Return the locale of somebody's mailbox; empty where nobody knows it.

    It is known for covered calendars; the settings of other mailboxes are asked for. Where they
    cannot be read, the note is written in English: that is better than late.
    """
    (calendar,) = context.store.calendars([person]) or (None,)
    if calendar is not None and calendar.language:
        return calendar.language
    answer = context.calendars.owners([person])[person]
    return answer.language if isinstance(answer, CalendarOwner) else ""
