"""A note's text made ready for the outbox."""

from policy_agent.domain.notes import Attachment, Letter, Note
from policy_agent.messages.write import Message


def letter_of(
    note: Note, to: str, message: Message, attachments: tuple[Attachment, ...] = ()
) -> Letter:
    """Return the letter of that note, to an address, with that text and these files."""
    return Letter(
        key=note.key,
        kind=note.kind,
        to=to,
        subject=message.subject,
        html=message.html,
        text=message.text,
        attachments=attachments,
    )
