"""Who writes which notes: every kind that the outbox sends."""

from collections.abc import Mapping

from policy_agent.agent.meetings.writers import MEETING_WRITERS
from policy_agent.agent.receipt_letters import DigestWriter, ReceiptWriter
from policy_agent.agent.summaries import SummaryWriter
from policy_agent.agent.tell import Writer
from policy_agent.agent.weekend_mail import WeekendMailWriter
from policy_agent.domain.notes import NoteKind

WRITERS: Mapping[NoteKind, Writer] = {
    **MEETING_WRITERS,
    NoteKind.RECEIPT: ReceiptWriter(),
    NoteKind.DIGEST: DigestWriter(),
    NoteKind.SUMMARY: SummaryWriter(),
    NoteKind.WEEKEND_MAIL: WeekendMailWriter(),
}
