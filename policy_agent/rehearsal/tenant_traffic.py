"""Traffic from the live tenant, read only: what lies in the mailboxes in scope since a day.

1. Read what each mailbox received, whatever folder it lies in now, but drafts and sent mail.
2. Number messages by their internet message id, in the order of time.
3. Ask senders' Sent Items for blind recipients of what would be held, as the agent does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from policy_agent.agent.decide import facts_of
from policy_agent.domain.copies import CallFailure, MailCopy
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Directory, Person
from policy_agent.rehearsal.traffic import PastCopy, Traffic, TrafficProblem, local_time


class Past(Protocol):
    """What mailboxes received, read and nothing else."""

    def received(
        self, mailboxes: Sequence[str], since: datetime, until: datetime | None
    ) -> Mapping[str, Sequence[MailCopy] | CallFailure]: ...

    def blind_recipients(
        self, sent: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], tuple[str, ...] | CallFailure]: ...


def tenant_traffic(
    past: Past,
    mailboxes: Sequence[str],
    directory: Directory,
    *,
    since: datetime,
    until: datetime | None,
    zone: ZoneInfo,
    holds: Callable[[MailFacts], bool],
    progress: Callable[[int], None] = lambda _steps: None,
) -> Traffic:
    """Return the copies in the order of time; mailboxes that cannot be read are noted.

    TrafficProblem: not one of the mailboxes can be read.
    """
    found: list[MailCopy] = []
    unread: list[CallFailure] = []
    for start in range(0, len(mailboxes), _AT_ONCE):
        some = mailboxes[start : start + _AT_ONCE]
        for answer in past.received(some, since, until).values():
            if isinstance(answer, CallFailure):
                unread.append(answer)
            else:
                found += [copy for copy in answer if not copy.is_draft]
        progress(len(some))
    if unread and len(unread) == len(mailboxes):
        raise TrafficProblem(f"no mailbox in scope could be read: {unread[0].what}")
    facts = [(copy, facts_of(replace(copy, is_read=False), directory)) for copy in found]
    facts.sort(key=lambda pair: (pair[0].received, pair[0].internet_message_id))
    facts = _with_blind(past, directory, facts, holds)
    notes = ["whether a copy had been read when it came is not known: each is taken as unread"]
    if unread:
        notes.append(
            f"{len(unread)} of {len(mailboxes)} mailboxes could not be read: {unread[0].what}"
        )
    numbers: dict[str, int] = {}
    copies = [
        PastCopy(
            message=numbers.setdefault(
                copy.internet_message_id or copy.ref.message, len(numbers) + 1
            ),
            sent_local=local_time(copy.received, zone),
            sender=_named(known.sender),
            recipient=copy.ref.mailbox,
            facts=known,
        )
        for copy, known in facts
    ]
    return Traffic(
        source=f"{len(mailboxes) - len(unread)} mailboxes of the tenant",
        copies=tuple(copies),
        messages=len(numbers),
        notes=tuple(notes),
    )


_AT_ONCE = 20  # mailboxes, between two words of progress


def _with_blind(
    past: Past,
    directory: Directory,
    facts: Sequence[tuple[MailCopy, MailFacts]],
    holds: Callable[[MailFacts], bool],
) -> list[tuple[MailCopy, MailFacts]]:
    asked = {
        (known.sender.id, copy.internet_message_id)
        for copy, known in facts
        if known.sender.known and holds(known)
    }
    blind = past.blind_recipients(sorted(asked))
    found: list[tuple[MailCopy, MailFacts]] = []
    for copy, known in facts:
        more = blind.get((known.sender.id, copy.internet_message_id), ())
        if more and not isinstance(more, CallFailure):
            found.append((copy, facts_of(replace(copy, is_read=False), directory, blind=more)))
        else:
            found.append((copy, known))
    return found


def _numbered(numbers: dict[str, int], copy: MailCopy) -> int:
    return numbers.setdefault(copy.internet_message_id or copy.ref.message, len(numbers) + 1)


def _named(person: Person) -> str:
    """Return a person's id; whoever is outside, or unknown, is not told by address."""
    return person.id or ("unknown" if person.inside else "outside")
