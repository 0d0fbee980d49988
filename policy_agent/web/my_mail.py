"""My mail: what waits for whoever is signed in, and what of theirs waits for others.

Subjects and names are read live, for these people alone. Releasing only writes down that somebody
asked; the daemon's next tick moves the copies. A sender never sees what a recipient did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal

import structlog
from fastapi import Depends, FastAPI, Path, Query, Request, Response

from policy_agent.agent.release import OPENED
from policy_agent.agent.send_now import SentNow, send_now
from policy_agent.domain.copies import CallFailure, CopyRef
from policy_agent.domain.holds import Asked, Hold, HoldState, waits_for_sender
from policy_agent.domain.shown import ShownMail
from policy_agent.store.own_mail import LeftHold, SentMail
from policy_agent.web.live import Live
from policy_agent.web.pages import Pages
from policy_agent.web.sessions import Visitor

log = structlog.get_logger()

SHOWN = 20  # mails in each list of a page
LATELY = timedelta(days=14)  # how far the lists of what is over look back
_MOST = 2**63 - 1  # an id that the databases know
_Number = Annotated[int, Path(ge=1, le=_MOST)]
_Place = Annotated[int, Query(ge=0, le=_MOST)]

Done = Literal["release", "send", "over"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A copy that waits for the visitor, as the page shows it."""

    hold: Hold
    mail: ShownMail | None  # None: it cannot be shown now
    opened: bool  # they opened it where it lies: it stays there
    moved: bool  # it lies somewhere else by now
    asked: bool  # it is on its way


@dataclass(frozen=True, kw_only=True, slots=True)
class FromMe:
    """A mail of the visitor's that waits for others."""

    id: int
    subject: str  # empty: it cannot be shown now
    colleagues: int
    arrives: datetime  # at the latest
    because: str  # the rule's
    sent_now: bool
    waits: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MyMail:
    """Reads what the page shows."""

    pages: Pages
    live: Live = field(default_factory=Live)

    def values(self, visitor: Visitor, *, after: int, before: int | None) -> dict[str, object]:
        """Return the page's values: two lists, and what of both is over."""
        store, now = self.pages.store, self.pages.moment().now
        waiting = store.waiting_for(visitor.id, after=after, limit=SHOWN + 1)
        left = store.left_to(visitor.id, since=now - LATELY, limit=SHOWN)
        mine = store.held_from(visitor.id, now=now, before=before, limit=SHOWN + 1)
        lately = [
            one
            for one in store.lately_from(visitor.id, since=now - LATELY, limit=SHOWN)
            if one.mail.id not in {waits.mail.id for waits in mine}
        ]
        copies = [hold.copy for hold in waiting[:SHOWN]] + [one.hold.copy for one in left]
        copies += [one.holds[0].copy for one in (*mine[:SHOWN], *lately) if one.holds]
        shown = self._shown(copies)
        folders = store.hold_folders([visitor.id]).get(visitor.id, ())
        return {
            "waiting": [_waiting(hold, shown, folders) for hold in waiting[:SHOWN]],
            "next_after": waiting[SHOWN - 1].id if len(waiting) > SHOWN else None,
            "left": [_left(one, shown) for one in left],
            "mine": [self._from_me(one, shown) for one in mine[:SHOWN]],
            "next_before": mine[SHOWN - 1].mail.id if len(mine) > SHOWN else None,
            "lately": [self._from_me(one, shown) for one in lately],
            "folder": self.pages.context.hold_folder,
            "category": self.pages.context.send_now_category,
            "first": not after and before is None,
        }

    def release(self, visitor: Visitor, number: int) -> Done | None:
        """Ask for one's own copy; None: it is not theirs, or there is none."""
        found = self.pages.store.holds_numbered([number])
        if not found or found[0].copy.mailbox != visitor.id:
            return None
        asked = self.pages.store.ask_release(
            [number], asked=Asked.RECIPIENT, who=visitor.id, now=self.pages.moment().now
        )
        log.info("mail_asked_for", hold=number, changed=len(asked))
        return "release" if asked or found[0].asked is not None else "over"

    def send(self, visitor: Visitor, number: int) -> Done | None:
        """Send one's own mail now; None: it is not theirs, or there is none."""
        mail = self.pages.store.held_mail(number)
        if mail is None or mail.sender != visitor.id:
            return None
        done = send_now(self.pages.context, number, visitor.id, self.pages.moment().now)
        return "send" if done in {SentNow.DONE, SentNow.ASKED} else "over"

    def _shown(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, ShownMail]:
        wanted = list(dict.fromkeys(copies))
        if not wanted:
            return {}
        nothing: Mapping[CopyRef, ShownMail | CallFailure] = {}
        answers = self.live.ask(lambda: self.pages.context.mail.show(wanted), nothing)
        return {ref: mail for ref, mail in answers.items() if isinstance(mail, ShownMail)}

    def _from_me(self, one: SentMail, shown: Mapping[CopyRef, ShownMail]) -> FromMe:
        waiting = [hold for hold in one.holds if waits_for_sender(hold)]
        rules = {rule.name: rule for rule in self.pages.context.current.policy.rulebook.mail_rules}
        rule = rules.get(one.holds[0].rule) if one.holds else None
        seen = shown.get(one.holds[0].copy) if one.holds else None
        return FromMe(
            id=one.mail.id,
            subject="" if seen is None else seen.subject or "A mail without a subject",
            colleagues=len({hold.copy.mailbox for hold in waiting or one.holds}),
            arrives=max(
                (hold.promised for hold in waiting or one.holds), default=one.mail.received
            ),
            because="" if rule is None else rule.because,
            sent_now=one.mail.sent_now is not None,
            waits=bool(waiting),
        )


def add_my_mail(app: FastAPI, pages: Pages) -> None:
    """Add the paths to the application."""
    my_mail = MyMail(pages=pages)

    @app.get("/my-mail")
    def show(
        request: Request,
        visitor: Annotated[Visitor, Depends(pages.visitor)],
        after: _Place = 0,
        before: _Place | None = None,
        done: str = "",
    ) -> Response:
        """Show what waits for whoever asks, and what of theirs waits for others."""
        values = my_mail.values(visitor, after=after, before=before)
        values["done"] = done if done in {"release", "send", "over"} else ""
        return pages.show(request, "my_mail.html", values, visitor=visitor)

    @app.post("/my-mail/holds/{number}/release")
    def release(
        request: Request, number: _Number, visitor: Annotated[Visitor, Depends(pages.genuine)]
    ) -> Response:
        """Bring one's own copy back now; again is harmless."""
        return _after(pages, request, visitor, my_mail.release(visitor, number))

    @app.post("/my-mail/mails/{number}/send-now")
    def send(
        request: Request, number: _Number, visitor: Annotated[Visitor, Depends(pages.genuine)]
    ) -> Response:
        """Send one's own mail now, to everybody for whom it waits; again is harmless."""
        return _after(pages, request, visitor, my_mail.send(visitor, number))


def _after(pages: Pages, request: Request, visitor: Visitor, done: Done | None) -> Response:
    if done is not None:
        return pages.go(f"/my-mail?done={done}")
    values = {
        "heading": "There is no such mail of yours",
        "sentences": ["Nothing was changed. It may have arrived already."],
        "link": {"text": "Go to My mail", "href": "/my-mail"},
    }
    return pages.show(request, "problem.html", values, visitor=visitor, status=HTTPStatus.NOT_FOUND)


def _waiting(hold: Hold, shown: Mapping[CopyRef, ShownMail], folders: tuple[str, ...]) -> Waiting:
    mail = shown.get(hold.copy)
    inside = mail is not None and mail.folder in folders
    return Waiting(
        hold=hold,
        mail=mail,
        opened=mail is not None and inside and mail.is_read,
        moved=mail is not None and not inside and hold.state is HoldState.HELD,
        asked=hold.asked is not None,
    )


def _left(one: LeftHold, shown: Mapping[CopyRef, ShownMail]) -> dict[str, object]:
    return {"mail": shown.get(one.hold.copy), "at": one.at, "opened": one.why == OPENED}
