"""Traffic from the facts that the agent wrote down of each copy it judged."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.people import Directory
from policy_agent.domain.recorded import RecordedFacts, remembered
from policy_agent.rehearsal.traffic import PastCopy, Traffic, local_time


def recorded_traffic(
    rows: Iterable[tuple[CopyRef, RecordedFacts]],
    directory: Directory,
    zone: ZoneInfo,
    source: str,
) -> Traffic:
    """Return the copies in the order of the rows, with people in the teams they are in now.

    The store does not know which copies are of one message, so each has a number of its own.
    """
    copies = [
        PastCopy(
            message=number,
            sent_local=local_time(kept.received, zone),
            sender=kept.sender or "",
            recipient=ref.mailbox,
            facts=remembered(kept, directory, ref.mailbox),
        )
        for number, (ref, kept) in enumerate(rows, start=1)
    ]
    return Traffic(
        source=source,
        copies=tuple(copies),
        notes=(_FORGOTTEN,),
    )


_FORGOTTEN = (
    "a tag or a category that no rule named when a mail came was not written down, "
    "so a rule that asks for it now does not find it"
)
