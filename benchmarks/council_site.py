"""The whole site over a busy council's store, with a made-up tenant behind it.

The tenant answers at once, or after a time that is asked for: what is measured is ours, not
Microsoft's.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from fastapi import FastAPI

from benchmarks.busy_council import DOMAIN, FOLDER, NOW, ROLES, Size, loaded, message_id, people_of
from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy, Reloaded
from policy_agent.agent.health import Running, look
from policy_agent.agent.watch import Watch
from policy_agent.clock import machine_now
from policy_agent.domain.copies import CopyRef, MailCopy
from policy_agent.domain.counts import ServiceState, TokenState
from policy_agent.domain.events import EventCopy, EventRef, Span
from policy_agent.domain.people import Directory
from policy_agent.domain.shown import ShownMail
from policy_agent.graph.sign_in import SignedInPerson
from policy_agent.store.store import Store
from policy_agent.web.app import make_app
from policy_agent.web.nudges import NudgePages
from policy_agent.web.pages import Pages
from policy_agent.web.reload import Reload
from policy_agent.web.send_now import SendNowPages
from policy_agent.web.site import Site


def make_site(store: Store, size: Size, public_url: str, *, latency: float) -> FastAPI:
    """Return the whole application, with everybody at its door whose id is the code."""
    rules = loaded()
    tenant = _Tenant(latency=latency)
    directory = Directory(
        domains=frozenset({DOMAIN}), people={one.address: one for one in people_of(size)}
    )
    policy = Policy(rulebook=rules.rulebook, directory=directory)
    context = AgentContext(
        mail=cast("Any", tenant),
        subscriptions=cast("Any", tenant),
        people=cast("Any", tenant),
        calendars=cast("Any", tenant),
        outgoing=cast("Any", tenant),
        store=store,
        current=CurrentPolicy(policy, Reloaded(at=NOW, success=True)),
        worker="w",
        lease=timedelta(minutes=5),
        hold_folder="Arriving next working day",
        released_category="Released",
        notification_url=f"{public_url}/notifications",
        subscription_length=timedelta(days=2),
        service_mailbox=f"wellbeing@{DOMAIN}",
        public_url=public_url,
        block_out_category="Protected",
    )
    running = Running(
        ready=True,
        watching=True,
        swept_since=NOW,
        calendars_swept_since=NOW,
        sweep_every=timedelta(minutes=5),
        service=ServiceState(token=TokenState(good_for=timedelta(minutes=45))),
    )

    def moment() -> Moment:
        return Moment(now=NOW, machine=machine_now())

    pages = Pages(
        context=context,
        store=store,
        moment=moment,
        health=lambda: look(context, running, NOW),
        written=lambda: rules,
    )
    return make_app(
        Watch(context),
        moment,
        lambda: look(context, running, NOW).as_json(),
        reload=Reload(work=lambda: Reloaded(at=NOW, success=True), token=None),
        nudges=NudgePages(context=context, moment=moment),
        site=Site(pages=pages, sign_in=_Door()),
        send_now=SendNowPages(context=context, moment=moment),
    )


class _Door:
    """Lets everybody in who says who they are."""

    def begin(self, redirect_uri: str) -> Mapping[str, Any]:
        del redirect_uri
        return {"auth_uri": "https://login.example/", "state": "s"}

    def finish(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> SignedInPerson:
        del flow
        who = answer["code"]
        return SignedInPerson(
            id=who, name=who, address=f"{who}@{DOMAIN}", roles=frozenset(ROLES[who])
        )

    def sign_out_url(self, back_to: str) -> str:
        return f"https://login.example/logout?to={back_to}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tenant:
    """Knows everything, and says it after that many seconds."""

    latency: float

    def show(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, ShownMail]:
        time.sleep(self.latency)
        return {
            copy: ShownMail(
                ref=copy,
                subject=f"Rota of {copy.message}",
                sender_name="Alice Adams",
                sender_address=f"alice@{DOMAIN}",
                importance="normal",
                received=NOW,
                is_read=False,
                folder=FOLDER,
                web_link="https://outlook.example/1",
                to_count=3,
            )
            for copy in copies
        }

    def read(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, MailCopy]:
        time.sleep(self.latency)
        return {
            copy: MailCopy(
                ref=copy,
                folder=FOLDER,
                internet_message_id=message_id(int(copy.message.rpartition("-")[2])),
                sender=f"alice@{DOMAIN}",
                recipients=(),
                received=NOW,
                subject="Rota for June",
                importance="normal",
                categories=(),
                is_read=False,
                is_draft=False,
                is_meeting=False,
            )
            for copy in copies
        }

    def sent_times(self, mailbox: str, since: datetime, until: datetime) -> tuple[datetime, ...]:
        del mailbox
        time.sleep(self.latency)
        return tuple(since + (until - since) * n / 500 for n in range(500))

    def view(
        self, spans: Mapping[str, Span], *, agenda: bool
    ) -> Mapping[str, tuple[EventCopy, ...]]:
        del agenda
        time.sleep(self.latency)
        return {mailbox: tuple(_meetings(mailbox, span)) for mailbox, span in spans.items()}


def _meetings(mailbox: str, span: Span) -> Iterator[EventCopy]:
    """Return six meetings a day."""
    day = span.starts
    while day < span.ends:
        for hour in (8, 9, 11, 12, 14, 15):
            starts = day.replace(hour=hour, minute=0)
            yield EventCopy(
                ref=EventRef(mailbox=mailbox, event=f"{starts}"),
                uid=f"{starts}",
                kind="single",
                starts=starts,
                ends=starts + timedelta(hours=1),
                organiser=f"person-0002@{DOMAIN}",
                subject="Team catch-up",
                created=NOW - timedelta(days=90),
                modified=NOW - timedelta(days=90),
            )
        day += timedelta(days=1)
