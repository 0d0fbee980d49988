"""`/send-now/TOKEN`: where the sender of held mail sends it now, by the link in a receipt.

The page says how many colleagues the mail waits for and when it arrives; its subject is read live
from a copy that waits, and left out where the service does not answer at once. A link works once:
who has asked is told so from then on.
"""

from dataclasses import dataclass, field
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from policy_agent.agent.links import send_now_links
from policy_agent.agent.send_now import SentNow, WaitingMail, send_now, waiting_mail
from policy_agent.domain.copies import MailCopy
from policy_agent.store.problems import StoreProblem
from policy_agent.web.link_pages import LinkPages, language_of
from policy_agent.web.live import Live

log = structlog.get_logger()

_LOOKED_AT = 3  # copies whose subject is asked for: one of them may be gone by now


@dataclass(frozen=True, kw_only=True, slots=True)
class SendNowPages(LinkPages):
    """The page with the one button, and what it does."""

    live: Live = field(default_factory=Live)

    def answer(self, token: str, language: str, *, pressed: bool) -> HTMLResponse:
        """Show what will happen, or do it and show that.

        404 for a link that is wrong, 410 for one that is too old, 503 while the store cannot be
        reached.
        """
        try:
            return self._answer(token, language, pressed=pressed)
        except StoreProblem as broken:
            log.error("mail_not_sent_now", problem=type(broken).__name__)  # noqa: TRY400
            return self.problem("later", language)

    def _answer(self, token: str, language: str, *, pressed: bool) -> HTMLResponse:
        now = self.moment().now
        links = send_now_links(self.context.store.key("links", now=now))
        found, number = links.about(token, now)
        if found != "good":
            return self.problem(found, language)
        waiting = waiting_mail(self.context, int(number))
        if waiting is None:  # erased meanwhile
            return self.problem("old", language)
        if waiting.mail.sent_now is not None:
            return self._page(SentNow.ASKED, waiting, language)
        if now > waiting.arrives:
            return self._page("over", waiting, language, HTTPStatus.GONE)
        if not waiting.colleagues:
            return self._page(SentNow.ARRIVED, waiting, language)
        if pressed:
            done = send_now(self.context, waiting.mail.id, waiting.mail.sender, now)
            if done is SentNow.NOTHING:
                return self.problem("old", language)
            return self._page(done, waiting, language)
        return self._page(
            "ask",
            waiting,
            language,
            subject=self.live.ask(lambda: self._subject(waiting), ""),
            action=token,  # relative, so that it also works where a proxy puts a folder before it
        )

    def _page(
        self,
        state: str,
        waiting: WaitingMail,
        language: str,
        status: HTTPStatus = HTTPStatus.OK,
        **more: str,
    ) -> HTMLResponse:
        values = {
            "state": str(state),
            "colleagues": waiting.colleagues,
            "arrives": waiting.arrives.astimezone(self.zone),
            **more,
        }
        return self.page("send_now_page", language, values, status)

    def _subject(self, waiting: WaitingMail) -> str:
        """Return the subject of a copy that is there; empty where none can be read."""
        for copy in self.context.mail.read(waiting.copies[:_LOOKED_AT]).values():
            if (
                isinstance(copy, MailCopy)
                and copy.internet_message_id == waiting.mail.internet_message_id
            ):
                return copy.subject
        return ""


def add_send_now(app: FastAPI, pages: SendNowPages) -> None:
    """Add the paths to the application."""

    @app.head("/send-now/{token}", include_in_schema=False)
    @app.get("/send-now/{token}")
    async def show(token: str, request: Request) -> HTMLResponse:
        """Show what will happen, with the button; changes nothing."""
        return await run_in_threadpool(pages.answer, token, language_of(request), pressed=False)

    @app.post("/send-now/{token}")
    async def press(token: str, request: Request) -> HTMLResponse:
        """Send the mail now; again is harmless. What is posted is not read."""
        return await run_in_threadpool(pages.answer, token, language_of(request), pressed=True)
