"""Who is to be told of held mail: senders of receipts, recipients of summaries.

That a mail's sender is told, and the note that tells it, are written in one transaction: a kill
leaves both or neither.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, update

from policy_agent.domain.decisions import Outcome
from policy_agent.domain.holds import OPEN_STATES, HeldMail, Hold, HoldState
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import NoteKind, PlannedNote
from policy_agent.domain.would_wait import WouldWait
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.held_mails import read_held_mail
from policy_agent.store.holds import hold_of
from policy_agent.store.meeting_tables import notes
from policy_agent.store.notes import plan
from policy_agent.store.statements import chunks

_LONGEST_WAIT = timedelta(days=28)
_mails = tables.held_mails
_holds = tables.holds
_decisions = tables.decisions
_facts = tables.facts


class Telling(Database):
    """Held mail as those who tell people of it see it."""

    def untold_mails(self, *, after: int, limit: int) -> Sequence[HeldMail]:
        """Return mails with an id above that whose senders were not told, in their order.

        One of which a copy is still on its way into the hold folder, and none is there yet, is left
        out: it may never get there.
        """
        of_mail = _holds.c.mail == _mails.c.id
        planned = exists().where(of_mail, _holds.c.state == HoldState.PLANNED)
        arrived = exists().where(of_mail, _holds.c.state == HoldState.HELD)
        with self.reading() as connection:
            rows = connection.execute(
                select(_mails)
                .where(_mails.c.told.is_(False), _mails.c.id > after, arrived | ~planned)
                .order_by(_mails.c.id)
                .limit(limit)
            ).all()
        return tuple(read_held_mail(row) for row in rows)

    def tell_mails(
        self, mails: Collection[int], note: PlannedNote | None, *, now: datetime
    ) -> bool:
        """Write down that the senders of these are told, and the note that tells it.

        None: there is nothing to tell. False: somebody else told one of them meanwhile, and nothing
        was written.
        """
        wanted = sorted(set(mails))
        with self.writing() as connection:
            untold: set[int] = set()
            for chunk in chunks(wanted):
                untold.update(
                    connection.execute(
                        select(_mails.c.id)
                        .where(_mails.c.id.in_(chunk), _mails.c.told.is_(False))
                        .with_for_update()
                    ).scalars()
                )
            if untold != set(wanted):
                return False
            for chunk in chunks(wanted):
                connection.execute(update(_mails).where(_mails.c.id.in_(chunk)).values(told=True))
            if note is not None:
                plan(connection, [note], now=now)
        return True

    def notes_planned(
        self, kind: NoteKind, people: Collection[str], *, since: datetime
    ) -> Mapping[str, Sequence[datetime]]:
        """Return when notes of that kind were planned for each of these since then, in order."""
        found: dict[str, list[datetime]] = {}
        with self.reading() as connection:
            for chunk in chunks(sorted(set(people))):
                rows = connection.execute(
                    select(notes.c.person, notes.c.planned)
                    .where(
                        notes.c.person.in_(chunk), notes.c.kind == kind, notes.c.planned >= since
                    )
                    .order_by(notes.c.planned)
                )
                for person, planned in rows:
                    found.setdefault(person, []).append(planned)
        return found

    def morning(self, mailbox: str, starts: datetime, ends: datetime) -> Sequence[Hold]:
        """Return every hold of that mailbox promised in that span, half-open, the oldest first."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_holds)
                .where(
                    _holds.c.mailbox == mailbox,
                    _holds.c.state.in_(list(HoldState)),  # so that the index serves
                    _holds.c.promised >= starts,
                    _holds.c.promised < ends,
                )
                .order_by(_holds.c.received, _holds.c.id)
            ).all()
        return tuple(hold_of(row) for row in rows)

    def last_due(
        self, mailboxes: Collection[str], starts: datetime, ends: datetime
    ) -> Mapping[str, datetime]:
        """Return when the last open hold of each mailbox promised in that span is due."""
        found: dict[str, datetime] = {}
        with self.reading() as connection:
            for chunk in chunks(sorted(set(mailboxes))):
                rows = connection.execute(
                    select(_holds.c.mailbox, func.max(_holds.c.due))
                    .where(
                        _holds.c.mailbox.in_(chunk),
                        _holds.c.state.in_(OPEN_STATES),
                        _holds.c.promised >= starts,
                        _holds.c.promised < ends,
                    )
                    .group_by(_holds.c.mailbox)
                )
                found.update((mailbox, due) for mailbox, due in rows)
        return found

    def would_wait(self, sender: str, starts: datetime, ends: datetime) -> Sequence[WouldWait]:
        """Return copies of that sender's mail that a rule in `nudge` would have held until then.

        `starts` and `ends` are a half-open span of promises, the oldest copy first.
        """
        with self.reading() as connection:
            rows = connection.execute(
                select(
                    _facts.c.recipients, _facts.c.received, _decisions.c.rule, _decisions.c.promised
                )
                .join(
                    _decisions,
                    (_decisions.c.message == _facts.c.message)
                    & (_decisions.c.mailbox == _facts.c.mailbox),
                )
                .where(
                    _facts.c.sender == sender,
                    _facts.c.received >= starts - _LONGEST_WAIT,  # so that the index serves
                    _decisions.c.outcome == Outcome.HOLD,
                    _decisions.c.mode == Mode.NUDGE,
                    _decisions.c.promised >= starts,
                    _decisions.c.promised < ends,
                )
                .order_by(_facts.c.received, _facts.c.mailbox, _facts.c.message)
            )
            return tuple(
                WouldWait(
                    recipients=tuple(row.recipients),
                    received=row.received,
                    rule=row.rule,
                    promised=row.promised,
                )
                for row in rows
            )
