"""Send now: the sender of held mail has all its copies brought back before their time.

The sender asks by the link in a receipt, by a page, or by a category on the sent mail. All of them
only write that down; the release tick moves the copies, so nobody waits for the service, and a kill
at any time leaves nothing half done. What is said to a sender never tells what a recipient did.
"""

from datetime import datetime

from policy_agent.agent.context import AgentContext
from policy_agent.agent.links import send_now_links
from policy_agent.domain.holds import HeldMail


def send_now_url(context: AgentContext, mail: HeldMail, now: datetime) -> str:
    """Return the address of the page on which the sender of that mail can send it now."""
    token = send_now_links(context.store.key("links", now=now)).token(str(mail.id), now)
    return f"{context.public_url}/send-now/{token}"
