"""A store as a council of 2,000 people has it after two months, and the site over it.

What is written goes through the store's own methods, as the daemon's does. The tenant behind the
site answers at once, or after a time that is asked for: what is measured is ours, not Microsoft's.
"""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI

from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy, Reloaded
from policy_agent.agent.health import Running, look
from policy_agent.agent.watch import Watch
from policy_agent.clock import machine_now
from policy_agent.domain.copies import CopyRef, MailCopy
from policy_agent.domain.counts import ServiceState, TokenState
from policy_agent.domain.decisions import Decision, Outcome, Reason
from policy_agent.domain.events import EventCopy, EventRef, Span
from policy_agent.domain.exempting import run_time_where
from policy_agent.domain.holds import HoldState, PlannedHold
from policy_agent.domain.judged import JudgedMeeting
from policy_agent.domain.notes import NoteKind, PlannedNote
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.domain.rules import Exemption, Mode
from policy_agent.domain.shown import ShownMail
from policy_agent.domain.watching import Member, Subscription
from policy_agent.graph.sign_in import SignedInPerson
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import Loaded, load_with_places
from policy_agent.store.store import Store
from policy_agent.web.app import make_app
from policy_agent.web.nudges import NudgePages
from policy_agent.web.pages import Pages
from policy_agent.web.reload import Reload
from policy_agent.web.send_now import SendNowPages
from policy_agent.web.sessions import IT, LEADER
from policy_agent.web.site import Site

RULES = Path(__file__).parent.parent / "rules"
NOW = datetime.fromisoformat("2026-05-24T20:00:00+01:00")  # Sunday evening, all mail on hold
TUESDAY = datetime.fromisoformat("2026-05-26T08:30:00+01:00")  # Monday is a bank holiday
DAYS = 60  # that decisions go back
AT_ONCE = 500  # rows a transaction
FOLDER = "in-the-hold-folder"
STAFF = "person-0001"  # 20 mails wait for them; they sent 500, of which 40 wait
MINE, FOR_ME = 40, 20
ROLES: Mapping[str, tuple[str, ...]] = {STAFF: (), "person-0002": (LEADER,), "person-0003": (IT,)}
DOMAIN = "northshire.example"


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How much there is."""

    people: int
    decisions: int  # on mail, each of another copy
    holds: int  # that are open


@dataclass(frozen=True, kw_only=True, slots=True)
class _Copy:
    """A judged copy."""

    copy: CopyRef
    received: datetime
    internet_message_id: str
    decisions: tuple[Decision, ...]
    hold: PlannedHold | None
    facts: RecordedFacts


def fill(store: Store, size: Size) -> None:
    """Write everything; the same each time."""
    chance = random.Random(5)  # noqa: S311  no secret
    rulebook = _loaded().rulebook
    people = _people(size)
    store.put_people(
        [Member(id=one.id, addresses=(one.address,)) for one in people],
        {name: frozenset(one.id for one in people if name in one.teams) for name in rulebook.teams},
        now=NOW,
    )
    ids = [one.id for one in people]
    store.put_mailboxes(ids, now=NOW - timedelta(days=DAYS))
    store.put_calendars(ids, now=NOW - timedelta(days=DAYS))
    store.add_hold_folders(dict.fromkeys(ids, FOLDER))
    store.save_subscriptions(
        [
            Subscription(id=f"s{one}", mailbox=one, client_state="x", expires=NOW + timedelta(1))
            for one in ids
        ]
    )
    copies = _copies(size, ids, chance)
    while some := list(islice(copies, AT_ONCE)):
        made = store.record(
            some,
            worker="w",
            rulebook=rulebook.hash,
            now=some[-1].received,
            machine=NOW,
            lease=timedelta(minutes=5),
        )
        held = store.advance(made, HoldState.HELD, why="moved", now=some[-1].received)
        over = [hold for hold in held if hold.promised <= NOW]
        going = store.advance(over, HoldState.RELEASING, why="due", now=NOW)
        store.advance(going, HoldState.RELEASED, why="moved back", now=NOW)
    _rest(store, ids, chance)


def make_site(
    store: Store, size: Size, public_url: str, *, latency: float
) -> tuple[FastAPI, AgentContext]:
    """Return the whole application, with everybody at its door whose id is the code."""
    loaded = _loaded()
    tenant = _Tenant(latency=latency)
    directory = Directory(
        domains=frozenset({DOMAIN}), people={one.address: one for one in _people(size)}
    )
    policy = Policy(rulebook=loaded.rulebook, directory=directory)
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
        written=lambda: loaded,
    )
    app = make_app(
        Watch(context),
        moment,
        lambda: look(context, running, NOW).as_json(),
        reload=Reload(work=lambda: Reloaded(at=NOW, success=True), token=None),
        nudges=NudgePages(context=context, moment=moment),
        site=Site(pages=pages, sign_in=_Door()),
        send_now=SendNowPages(context=context, moment=moment),
    )
    return app, context


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
                internet_message_id=_message_id(int(copy.message.rpartition("-")[2])),
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


def _loaded() -> Loaded:
    return load_with_places(RULES, SHIPPED)


def _people(size: Size) -> Sequence[Person]:
    others = ("practitioners", "managers", "residential", "emergency-duty", "leadership")
    return [
        Person(
            id=f"person-{n:04}",
            address=f"person-{n:04}@{DOMAIN}",
            teams=frozenset({"everyone", others[n % len(others)]}),
        )
        for n in range(1, size.people + 1)
    ]


def _copies(size: Size, ids: Sequence[str], chance: random.Random) -> Iterator[_Copy]:
    """Return judged copies, oldest first; the last of them are open holds."""
    (rule,) = _loaded().rulebook.mail_rules
    delivered = Decision(
        rule=rule.name,
        outcome=Outcome.DELIVER,
        mode=Mode.ENFORCE,
        reason=Reason.OUTSIDE_WINDOW,
        detail="Thursday 16 April is outside the window rest-days",
        where=rule.where,
    )
    step = timedelta(days=DAYS) / size.decisions
    for n in range(size.decisions):
        received = NOW - timedelta(days=DAYS) + n * step
        left = size.decisions - n  # the last of them are on hold
        sender, to = chance.choice(ids), chance.choice(ids)
        if left <= size.holds or n % 20 == 0:
            sender = STAFF if left <= MINE or n % 4000 == 0 else sender
            to = STAFF if MINE < left <= MINE + FOR_ME else to
        elif n % (size.decisions // 460) == 0:
            sender = STAFF
        promised = TUESDAY if left <= size.holds else received + timedelta(days=2)
        waits = left <= size.holds or (n % 20 == 0 and promised <= NOW)
        says = (
            replace(delivered, outcome=Outcome.HOLD, reason=Reason.IN_WINDOW, promise=promised)
            if waits
            else delivered
        )
        yield _Copy(
            copy=CopyRef(mailbox=to, message=f"message-{n:0140}"),
            received=received,
            internet_message_id=_message_id(n),
            decisions=(says,),
            hold=PlannedHold(rule=rule.name, promised=promised, due=promised) if waits else None,
            facts=RecordedFacts(
                sender=sender, sender_inside=True, recipients=(to,), received=received
            ),
        )


def _message_id(number: int) -> str:
    return f"<{number}@{DOMAIN}>"


def _rest(store: Store, ids: Sequence[str], chance: random.Random) -> None:
    """Write exemptions, meetings and notes."""
    rulebook = _loaded().rulebook
    for n in range(60):
        starts = date(2026, 3, 1) + timedelta(days=2 * n)
        store.add_exemption(
            Exemption(
                name=f"exemption-{n}",
                rules=frozenset({rulebook.mail_rules[0].name}),
                teams=frozenset({"residential"}),
                starts=starts,
                ends=starts + timedelta(days=14),
                because="An inspection",
                approved_by=f"director@{DOMAIN}",
                where=run_time_where(f"exemption-{n}"),
            ),
            by=f"person-0003@{DOMAIN}",
            now=NOW,
        )
    rule = next(one for one in rulebook.rules if one not in rulebook.mail_rules)
    clash = Decision(
        rule=rule.name,
        outcome=Outcome.NUDGE,
        mode=Mode.NUDGE,
        reason=Reason.OVERLAPS_WINDOW,
        detail="It lies over lunch",
        where=rule.where,
    )
    for some in range(0, 10_000, AT_ONCE):
        starts_at = [NOW + timedelta(hours=chance.randrange(2000)) for _ in range(AT_ONCE)]
        store.record_meetings(
            [
                JudgedMeeting(
                    uid=f"u{some + n}",
                    ref=EventRef(mailbox=chance.choice(ids), event=f"e{some + n}"),
                    organiser=chance.choice(ids),
                    starts=at,
                    ends=at + timedelta(hours=1),
                    decisions=(clash,),
                )
                for n, at in enumerate(starts_at)
            ],
            rulebook=rulebook.hash,
            now=NOW - timedelta(days=chance.randrange(DAYS)),
        )
    store.plan_notes(
        [
            PlannedNote(
                key=f"k{n}",
                kind=NoteKind.ETIQUETTE,
                person=chance.choice(ids),
                about=f"{n}",
                not_before=NOW,
            )
            for n in range(3000)
        ],
        now=NOW,
    )
