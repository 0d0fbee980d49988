"""What is on hold for one person and from one person, a page at a time; see `web.my_mail`.

Pages go on from the last id of the page before, by an index, so that the hundredth is as fast as
the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select

from policy_agent.domain.holds import OPEN_STATES, HeldMail, Hold, HoldState
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.held_mails import read_held_mail
from policy_agent.store.holds import hold_of

_holds = tables.holds
_events = tables.hold_events
_mails = tables.held_mails


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftHold:
    """A hold that its person ended themselves."""

    hold: Hold
    why: str  # what they did, as its event says it
    at: datetime  # when that was seen, tenant time


@dataclass(frozen=True, kw_only=True, slots=True)
class SentMail:
    """A mail of one sender's, with all holds on its copies."""

    mail: HeldMail
    holds: tuple[Hold, ...]


class OwnMail(Database):
    """Holds as the people of the mails may see them."""

    def waiting_for(self, mailbox: str, *, after: int, limit: int) -> Sequence[Hold]:
        """Return open holds in that mailbox with an id above that, in the order they were made."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_holds)
                .where(
                    _holds.c.mailbox == mailbox,
                    _holds.c.state.in_(OPEN_STATES),
                    _holds.c.id > after,
                )
                .order_by(_holds.c.id)
                .limit(limit)
            ).all()
        return tuple(hold_of(row) for row in rows)

    def left_to(self, mailbox: str, *, since: datetime, limit: int) -> Sequence[LeftHold]:
        """Return what that person took from on hold since then, the latest first."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_holds, _events.c.why.label("left_why"), _events.c.at.label("left_at"))
                .join(_events, _events.c.hold == _holds.c.id)
                .where(
                    _holds.c.mailbox == mailbox,
                    _holds.c.state == HoldState.SELF_RELEASED,
                    _events.c.to_state == HoldState.SELF_RELEASED,
                    _events.c.at >= since,
                )
                .order_by(_events.c.at.desc(), _holds.c.id.desc())
                .limit(limit)
            ).all()
        return tuple(LeftHold(hold=hold_of(row), why=row.left_why, at=row.left_at) for row in rows)

    def held_from(
        self, sender: str, *, now: datetime, before: int | None, limit: int
    ) -> Sequence[SentMail]:
        """Return mails of that sender that wait for somebody, the newest first, below that id.

        One that a recipient took counts as waiting until its promise: what they did is not the
        sender's to know.
        """
        waits = exists().where(
            _holds.c.mail == _mails.c.id,
            or_(
                _holds.c.state.in_([HoldState.PLANNED, HoldState.HELD]),
                (_holds.c.state == HoldState.SELF_RELEASED) & (_holds.c.promised > now),
            ),
        )
        asked = [_mails.c.sender == sender, _mails.c.sent_now.is_(None), waits]
        return self._mails_with_holds([*asked, *_below(before)], limit)

    def lately_from(self, sender: str, *, since: datetime, limit: int) -> Sequence[SentMail]:
        """Return mails of that sender received since then, the newest first, waiting or not."""
        return self._mails_with_holds(
            [_mails.c.sender == sender, _mails.c.received >= since], limit
        )

    def _mails_with_holds(
        self, where: Sequence[ColumnElement[bool]], limit: int
    ) -> Sequence[SentMail]:
        with self.reading() as connection:
            rows = connection.execute(
                select(_mails).where(*where).order_by(_mails.c.id.desc()).limit(limit)
            ).all()
            mails = [read_held_mail(row) for row in rows]
            by_mail: dict[int, list[Hold]] = {mail.id: [] for mail in mails}
            if mails:
                held = connection.execute(
                    select(_holds).where(_holds.c.mail.in_(by_mail)).order_by(_holds.c.id)
                )
                for row in held:
                    by_mail[row.mail].append(hold_of(row))
        return tuple(SentMail(mail=mail, holds=tuple(by_mail[mail.id])) for mail in mails)


def _below(before: int | None) -> list[ColumnElement[bool]]:
    return [] if before is None else [_mails.c.id < before]
