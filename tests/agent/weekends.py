"""Mailboxes in memory over which the agent holds mail at a weekend, and writes to people about it.

It starts on a Saturday before a bank-holiday Monday; the promise is on Tuesday, 08:30.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy
from policy_agent.agent.look import look_after
from policy_agent.agent.receipts import Receipts
from policy_agent.agent.release import release_due
from policy_agent.agent.scope import Membership, directory_of, put_scope
from policy_agent.agent.tell import Outbox
from policy_agent.agent.watch import work_off
from policy_agent.agent.writers import WRITERS
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.copies import CallFailure, CopyRef, MailCopy
from policy_agent.domain.events import CalendarOwner
from policy_agent.domain.notes import Letter, NoteKind
from policy_agent.domain.rules import DeferEmail, Rulebook
from policy_agent.domain.shown import ShownMail
from policy_agent.domain.watching import Member
from policy_agent.store import Store
from tests.agent.post_room import Killed, PostRoom
from tests.agent.world import LONDON, RULE
from tests.agent.world import rulebook as book_of

SATURDAY = datetime(2026, 5, 23, 10, 0, tzinfo=LONDON)
SATURDAY_IN_UTC = SATURDAY.astimezone(UTC)
TUESDAY = datetime(2026, 5, 26, 8, 30, tzinfo=LONDON)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NAMES = ("alice", "bob", "carol", "dan", "erin")
HOLD = "hold of {}"
CALENDAR = replace(RULE.window.calendar, holidays={date(2026, 5, 25): "Spring bank holiday"})
WAITING = replace(RULE, window=replace(RULE.window, calendar=CALENDAR))


def address(name: str) -> str:
    return f"{name}@northshire.example"


def words(letter: Letter) -> str:
    """Return the plain text of a letter on one line."""
    return " ".join(letter.text.split())


@dataclass
class Mails:
    """What `Mail` speaks to; the tests change copies as their people would."""

    copies: dict[CopyRef, MailCopy] = field(default_factory=dict)
    trouble: CallFailure | None = None  # of every read
    asked: list[str] = field(default_factory=list)

    def read(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, MailCopy | CallFailure]:
        return {ref: self._found(ref) for ref in copies}

    def show(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, ShownMail | CallFailure]:
        self.asked.append("show")
        return {ref: _shown(self._found(ref)) for ref in copies}

    def move(self, folders: Mapping[CopyRef, str]) -> Mapping[CopyRef, CallFailure | None]:
        for ref, folder in folders.items():
            self.change(ref, folder="inbox" if folder == "inbox" else folder)
        return dict.fromkeys(folders)

    def mark(
        self, categories: Mapping[CopyRef, tuple[str, ...]]
    ) -> Mapping[CopyRef, CallFailure | None]:
        for ref, names in categories.items():
            self.change(ref, categories=names, is_read=False)
        return dict.fromkeys(categories)

    def blind_recipients(
        self, sent: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], tuple[str, ...]]:
        return dict.fromkeys(sent, ())

    def folder(self, mailboxes: Sequence[str], _: str) -> Mapping[str, str]:
        return {mailbox: HOLD.format(mailbox) for mailbox in mailboxes}

    def lying_in(
        self, folders: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Mapping[str, bool]]:
        return {
            (mailbox, folder): {
                ref.message: copy.is_read
                for ref, copy in self.copies.items()
                if (ref.mailbox, copy.folder) == (mailbox, folder)
            }
            for mailbox, folder in folders
        }

    def change(self, ref: CopyRef, **changed: Any) -> None:
        self.copies[ref] = replace(self.copies[ref], **changed)

    def _found(self, ref: CopyRef) -> MailCopy | CallFailure:
        if self.trouble is not None:
            return self.trouble
        return self.copies.get(ref) or CallFailure(kind="gone", what="no such message")


def _shown(copy: MailCopy | CallFailure) -> ShownMail | CallFailure:
    if isinstance(copy, CallFailure):
        return copy
    return ShownMail(
        ref=copy.ref,
        subject=copy.subject,
        sender_name=copy.sender.partition("@")[0].title(),
        sender_address=copy.sender,
        importance=copy.importance,
        received=copy.received,
        is_read=copy.is_read,
        folder=copy.folder,
        web_link=f"https://outlook.example/{copy.ref.message}",
        to_count=len(copy.recipients),
    )


@dataclass
class Owners:
    """What mailboxes say of their language; of those that are not named it cannot be asked."""

    languages: dict[str, str] = field(default_factory=dict)

    def owners(self, mailboxes: Sequence[str]) -> Mapping[str, CalendarOwner | CallFailure]:
        denied = CallFailure(kind="denied", what="owner: 403")
        return {
            mailbox: CalendarOwner(mailbox=mailbox, language=self.languages[mailbox])
            if mailbox in self.languages
            else denied
            for mailbox in mailboxes
        }


@dataclass
class Weekend:
    """The agent's mail half over these mailboxes, with its outbox."""

    context: AgentContext
    store: Store
    mails: Mails
    owners: Owners
    room: PostRoom
    now: datetime = SATURDAY_IN_UTC
    machine: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    count: int = 0

    def __post_init__(self) -> None:
        self.receipts, self.outbox = Receipts(), Outbox(WRITERS)

    @property
    def moment(self) -> Moment:
        return Moment(now=self.now, machine=self.machine)

    def send(
        self, sender: str, *to: str, subject: str = "Rota", at: datetime | None = None, **more: Any
    ) -> list[CopyRef]:
        """Deliver a mail and let the agent judge it; returns its copies."""
        self.count += 1
        refs = [CopyRef(mailbox=name, message=f"m{self.count} of {name}") for name in to]
        for ref in refs:
            self.mails.copies[ref] = MailCopy(
                **{
                    "ref": ref,
                    "folder": "inbox",
                    "internet_message_id": f"<m{self.count}@northshire.example>",
                    "sender": address(sender),
                    "recipients": tuple(address(name) for name in to),
                    "received": at or self.now,
                    "subject": subject,
                    "importance": "normal",
                    "categories": (),
                    "is_read": False,
                    "is_draft": False,
                    "is_meeting": False,
                    **more,
                }
            )
        self.store.accept(refs, now=self.machine)
        work_off(self.context, self.moment)
        return refs

    def tick(self) -> None:
        """Do what a tick of the daemon does about mail on hold and about notes."""
        look_after(self.context, self.moment)
        while release_due(self.context, self.moment):
            pass
        self.receipts.tick(self.context, self.moment)
        self.outbox.tick(self.context, self.moment)

    def after(self, length: timedelta) -> None:
        """Let time go by on both clocks, and tick."""
        self.now += length
        self.machine += max(length, HOUR)
        self.tick()

    def until(self, moment: datetime) -> None:
        self.after(moment - self.now)

    def restart(self) -> None:
        """Begin again as a new process does."""
        self.room.kills.clear()
        self.store.forget_leases("w")
        self.machine += HOUR
        self.receipts, self.outbox = Receipts(), Outbox(WRITERS)

    def use(self, *rules: DeferEmail) -> None:
        policy = self.context.current.policy
        self.context.current.policy = replace(policy, rulebook=rulebook(*rules))

    def letters(self, kind: NoteKind | None = None) -> list[Letter]:
        return [one for one in self.room.letters_sent() if kind in {None, one.kind}]

    def letter(self, kind: NoteKind) -> Letter:
        (one,) = self.letters(kind)
        return one


def rulebook(*rules: DeferEmail, calendar: Calendar = CALENDAR) -> Rulebook:
    return replace(book_of(*(rules or (WAITING,))), calendars={"service": calendar})


@contextmanager
def open_weekend(folder: Path) -> Iterator[Weekend]:
    """Set the agent up on a Saturday, with five colleagues who are all in one team."""
    mails, owners, room = Mails(), Owners(), PostRoom()
    rules = rulebook()
    membership = Membership(
        members=[Member(id=name, addresses=(address(name),)) for name in NAMES],
        teams={"everyone": frozenset(NAMES), "emergency-duty": frozenset()},
    )
    with closing(Store.open(f"sqlite:///{folder / 'store.db'}")) as store:
        context = AgentContext(
            mail=cast("Any", mails),
            subscriptions=cast("Any", None),
            people=cast("Any", None),
            calendars=cast("Any", owners),
            outgoing=room,
            store=store,
            current=CurrentPolicy(
                Policy(rulebook=rules, directory=directory_of(rules, membership))
            ),
            worker="w",
            lease=5 * MINUTE,
            hold_folder="Arriving next working day",
            released_category="Arrived while you were away",
            notification_url="https://localhost/notifications",
            subscription_length=timedelta(days=6),
            service_mailbox="wellbeing@northshire.example",
            public_url="https://wellbeing.northshire.example",
            block_out_category="Protected time",
        )
        weekend = Weekend(context=context, store=store, mails=mails, owners=owners, room=room)
        put_scope(context, rules, membership, Moment(now=SATURDAY - HOUR, machine=weekend.machine))
        store.set_inboxes(dict.fromkeys(NAMES, "inbox"))
        yield weekend


@contextmanager
def killed_at(
    weekend: Weekend, monkeypatch: pytest.MonkeyPatch, method: str, when: str
) -> Iterator[None]:
    """Kill what is done inside before or after it calls that method of the store."""
    real = getattr(weekend.store, method)

    def dies(*args: object, **more: object) -> None:
        if when == "after":
            real(*args, **more)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(weekend.store, method, dies)
        with pytest.raises(Killed):
            yield
