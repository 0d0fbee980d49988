"""What is written down of a judged copy, so that it can be judged again later.

A rehearsal on past mail, an exemption that comes while a mail is held, and figures by team all need
the facts of a copy long after it was read. What is kept is as little as that takes: ids of known
people, how many are outside, and which words of the rulebook's own matched. A rule that asks for a
tag or a category which the rulebook of that day did not name finds nothing here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from policy_agent.domain.decisions import has_tag
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.rules import Rulebook


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedFacts:
    """The facts of one judged copy: never its subject, never an address."""

    sender: str | None  # Entra object id; None: nobody the directory knows
    sender_inside: bool
    sender_lists: tuple[str, ...] = ()  # teams whose own address it came from
    recipients: tuple[str, ...]  # ids of the known people it went to, the mailbox's own included
    recipient_lists: tuple[str, ...] = ()  # teams whose own address it went to
    outside: int = 0  # how many people outside it went to
    received: datetime  # aware
    importance: Literal["low", "normal", "high"] = "normal"
    tags: tuple[str, ...] = ()  # subject tags of the rulebook that matched
    categories: tuple[str, ...] = ()  # categories of the rulebook that it had, lower case
    is_meeting: bool = False
    is_read: bool = False
    held_already: int = 0
    # The mailbox's own person's, where a rule asked for them; 0 is Monday.
    working_days: tuple[int, ...] | None = None

    @property
    def urgent(self) -> bool:
        """Whether its importance, a tag or a category of the rulebook marked it."""
        return self.importance == "high" or bool(self.tags) or bool(self.categories)

    def __post_init__(self) -> None:
        if self.received.tzinfo is None:
            raise ValueError(f"received must be aware, got {self.received!r}")


def recorded(rulebook: Rulebook, mail: MailFacts) -> RecordedFacts:
    """Return what may be kept of a mail's facts."""
    lines = [line for rule in rulebook.mail_rules for line in rule.let_through]
    tags = dict.fromkeys(tag for line in lines for tag in line.subject_tags)
    categories = frozenset[str]().union(*(line.categories for line in lines))
    inside = [person for person in mail.recipients if person.inside]
    days = mail.recipient.working_days
    return RecordedFacts(
        sender=mail.sender.id or None,
        sender_inside=mail.sender.inside,
        sender_lists=() if mail.sender.known else tuple(sorted(mail.sender.teams)),
        recipients=tuple(person.id for person in inside if person.known),
        recipient_lists=_lists(inside),
        outside=len(mail.recipients) - len(inside),
        received=mail.received,
        importance=mail.importance,
        tags=tuple(tag for tag in tags if has_tag(mail.subject, tag)),
        categories=tuple(sorted(categories & mail.categories)),
        is_meeting=mail.is_meeting,
        is_read=mail.is_read,
        held_already=mail.held_already,
        working_days=None if days is None else tuple(sorted(days)),
    )


def remembered(kept: RecordedFacts, directory: Directory, mailbox: str) -> MailFacts:
    """Return the facts of a recorded copy again, with people in the teams they are in now.

    The subject is made of the recorded tags, each in brackets, so that a rule finds those again and
    nothing else. Whoever the directory does not know any more is a person without teams.
    """
    people = [_known(directory, id_) for id_ in kept.recipients]
    owner = _known(directory, mailbox)
    if owner not in people:
        people.append(owner)
    lists = [_list(team) for team in kept.recipient_lists]
    outside = [
        Person(id="", address=f"outside-{number}", inside=False) for number in range(kept.outside)
    ]
    if kept.sender is not None:
        sender = _known(directory, kept.sender)
    else:
        sender = Person(
            id="", address="", teams=frozenset(kept.sender_lists), inside=kept.sender_inside
        )
    days = None if kept.working_days is None else frozenset(kept.working_days)
    return MailFacts(
        sender=sender,
        recipient=replace(owner, working_days=days),
        recipients=(*people, *lists, *outside),
        received=kept.received,
        subject=" ".join(["marked", *(f"[{tag}]" for tag in kept.tags)]) if kept.tags else "",
        importance=kept.importance,
        categories=frozenset(kept.categories),
        is_meeting=kept.is_meeting,
        is_read=kept.is_read,
        held_already=kept.held_already,
    )


def _lists(people: Iterable[Person]) -> tuple[str, ...]:
    return tuple(sorted({team for person in people if not person.known for team in person.teams}))


def _known(directory: Directory, id_: str) -> Person:
    return directory.by_id.get(id_) or Person(id=id_, address="")


def _list(team: str) -> Person:
    return Person(id="", address="", teams=frozenset({team}))
