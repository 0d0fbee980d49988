"""Everything that pages can show or change, in one store and one made-up tenant.

`fill` writes at least one row of each kind and returns what paths and forms call them by;
`open_site` is the site over such a store. Alice wrote a mail that waits for Bob and Carol, Ina is
of IT, Lea is a leader, and Mallory is anybody else. Subjects and names, and what IT typed once, are
the words that a test hands in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select

from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy
from policy_agent.agent.links import nudge_links, send_now_links
from policy_agent.domain.copies import CopyRef, MailCopy
from policy_agent.domain.events import Attendee, CalendarOwner, EventCopy, EventRef, Span
from policy_agent.domain.exempting import run_time_where
from policy_agent.domain.holds import HoldState
from policy_agent.domain.judged import JudgedMeeting
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import NoteKind, PlannedNote
from policy_agent.domain.outcomes import Decision, Outcome, Reason
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.domain.rules import Exemption
from policy_agent.domain.shown import ShownMail
from policy_agent.domain.watching import Subscription
from policy_agent.domain.where import Where
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load_with_places
from policy_agent.store.store import Store
from policy_agent.store.tables import metadata
from policy_agent.web.sessions import IT, LEADER
from tests.reports.closed import OCTOBER, closed
from tests.store.examples import MACHINE, SATURDAY, TUESDAY, JudgedCopy, held, record, ref
from tests.web.signed_in import ORIGIN, Browser, Site

RULES = Path(__file__).parents[2] / "rules"
NOW = SATURDAY + timedelta(hours=1)
HOUR = timedelta(hours=1)
FOLDER = "in-the-hold-folder"
SUBJECT, TYPED = "Rota for June", "An inspection"
CLIENT_STATE = "only the service knows this"
ROLES: Mapping[str, tuple[str, ...]] = {"ina": (IT,), "lea": (LEADER,)}
PEOPLE = ("alice", "bob", "carol", "ina", "lea", "mallory")


@dataclass
class Tenant:
    """Answers what pages ask of mail and calendars; whatever else is asked for is kept."""

    words: str = SUBJECT  # every subject and every name
    changes: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        """Take note of a port that no page has a reason to use, and fail."""
        if name.startswith("__"):
            raise AttributeError(name)
        self.changes.append(name)
        raise AssertionError(f"a page asked the tenant to {name}")

    def show(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, ShownMail]:
        return {copy: self._shown(copy) for copy in copies}

    def read(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, MailCopy]:
        return {
            copy: MailCopy(
                ref=copy,
                folder=FOLDER,
                internet_message_id=MAIL,
                sender="alice@northshire.example",
                recipients=(),
                received=SATURDAY,
                subject=self.words,
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
        return tuple(one for one in (SATURDAY - timedelta(days=7),) if since <= one < until)

    def view(
        self, spans: Mapping[str, Span], *, agenda: bool
    ) -> Mapping[str, tuple[EventCopy, ...]]:
        del agenda
        return {mailbox: self._lunches(mailbox, span) for mailbox, span in spans.items()}

    def _shown(self, copy: CopyRef) -> ShownMail:
        return ShownMail(
            ref=copy,
            subject=self.words,
            sender_name=self.words,
            sender_address="alice@northshire.example",
            importance="high",
            received=SATURDAY,
            is_read=False,
            folder=FOLDER,
            web_link="https://outlook.example/1",
            to_count=2,
        )

    def _lunches(self, mailbox: str, span: Span) -> tuple[EventCopy, ...]:
        """Return a meeting over lunch on the first days of the span."""
        days = (span.starts + timedelta(days=n) for n in range(5))
        return tuple(
            EventCopy(
                ref=EventRef(mailbox=mailbox, event=f"e{starts:%d}"),
                uid=f"u{starts:%d}",
                kind="single",
                starts=starts,
                ends=starts + HOUR,
                organiser="alice@northshire.example",
                attendees=(Attendee(address="bob@northshire.example"),),
                subject=self.words,
                created=SATURDAY - timedelta(days=60),
                modified=SATURDAY - timedelta(days=60),
            )
            for starts in (day.replace(hour=11, minute=30, second=0) for day in days)
        )


MAIL = "<rota@northshire.example>"


def fill(store: Store, typed: str = TYPED) -> dict[str, str]:
    """Write everything; return what a path or a form calls it by."""
    store.close_month(closed())
    store.put_mailboxes(PEOPLE, now=SATURDAY)
    store.put_calendars(PEOPLE, now=SATURDAY)
    store.put_owners([CalendarOwner(mailbox="bob", zone="Europe/Berlin")], now=SATURDAY)
    store.add_hold_folders(dict.fromkeys(PEOPLE, FOLDER))
    store.save_subscriptions(
        [
            Subscription(
                id="sub", mailbox="bob", client_state=CLIENT_STATE, expires=SATURDAY + 72 * HOUR
            )
        ]
    )
    _freed(store, typed)
    holds = record(
        store,
        *(_copy("rota", one) for one in ("bob", "carol")),
        *(_copy(f"old{n}", "bob") for n in range(2)),
    )
    held_now = store.advance(holds, HoldState.HELD, why="moved", now=SATURDAY)
    first, second = [hold for hold in held_now if hold.copy.message.startswith("old")]
    store.advance([first], HoldState.SELF_RELEASED, why="the person opened it", now=SATURDAY)
    going = store.advance([second], HoldState.RELEASING, why="due", now=SATURDAY)
    store.advance(going, HoldState.RELEASED, why="moved back", now=SATURDAY)
    _judged_meeting(store)
    note = PlannedNote(
        key="k", kind=NoteKind.ETIQUETTE, person="alice", about="a", not_before=TUESDAY
    )
    store.plan_notes([note], now=SATURDAY)
    secret = store.key("links", now=NOW)
    store.key("sessions", now=NOW)
    mine = next(hold for hold in held_now if hold.copy == ref("rota-bob", "bob"))
    return {
        "month": f"{OCTOBER:%Y-%m}",
        "hold": str(mine.id),
        "mail": str(mine.mail),
        "waiting": str(len([hold for hold in held_now if hold.copy.message.startswith("rota")])),
        "exemption": str(store.exemptions()[0].id),
        "decision": _first(store, "decisions"),
        "meeting_decision": _first(store, "meeting_decisions"),
        "nudges_token": nudge_links(secret).token("alice", NOW),
        "send_now_token": send_now_links(secret).token(str(mine.mail), NOW),
    }


def open_site(store: Store, tenant: Tenant, *, organisation: str = "Northshire") -> Site:
    """Return the site over that store, with the rulebook that ships."""
    loaded = load_with_places(RULES, SHIPPED)
    rulebook = replace(loaded.rulebook, organisation=organisation)
    teams = frozenset({"everyone"})
    people = {
        f"{one}@northshire.example": Person(
            id=one, address=f"{one}@northshire.example", teams=teams
        )
        for one in PEOPLE
    }
    directory = Directory(domains=frozenset({"northshire.example"}), people=people)
    unused: Any = tenant
    context = AgentContext(
        mail=cast("Any", tenant),
        subscriptions=unused,
        people=unused,
        calendars=cast("Any", tenant),
        outgoing=unused,
        store=store,
        current=CurrentPolicy(Policy(rulebook=rulebook, directory=directory)),
        worker="w",
        lease=timedelta(minutes=5),
        hold_folder="Arriving next working day",
        released_category="Released",
        notification_url=f"{ORIGIN}/notifications",
        subscription_length=timedelta(days=2),
        service_mailbox="wellbeing@northshire.example",
        public_url=ORIGIN,
        block_out_category="Protected",
    )
    moment = Moment(now=NOW, machine=MACHINE)
    return Site(context=context, store=store, moment=moment, written=loaded)


def enter(site: Site, who: str, *, name: str = "") -> Browser:
    """Return the browser of one of the people, signed in with their role."""
    return site.visit(who, roles=ROLES.get(who, ()), name=name)


def contents(store: Store, *, besides: Iterable[str] = ("sessions",)) -> dict[str, list[str]]:
    """Return all rows of all tables, in an order of their own, but of these tables."""
    with store.reading() as connection:
        return {
            table.name: sorted(repr(row) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
            if table.name not in besides
        }


def _copy(mail: str, mailbox: str) -> JudgedCopy:
    facts = RecordedFacts(
        sender="alice", sender_inside=True, recipients=("bob", "carol"), received=SATURDAY
    )
    return replace(
        held(ref(f"{mail}-{mailbox}", mailbox)),
        facts=facts,
        internet_message_id=f"<{mail}@northshire.example>",
    )


def _freed(store: Store, typed: str) -> None:
    """Write an exemption that is in force and one that was ended."""
    for name in ("ofsted-week", "over"):
        store.add_exemption(
            Exemption(
                name=name,
                rules=frozenset({"weekend-email"}),
                teams=frozenset({"residential"}),
                addresses=frozenset({"bob@northshire.example"}),
                starts=date(2026, 5, 20),
                ends=date(2026, 6, 20),
                because=typed,
                approved_by=typed,
                where=run_time_where(name),
            ),
            by=typed,
            now=SATURDAY,
        )
    store.end_exemption("over", by=typed, now=SATURDAY)


def _judged_meeting(store: Store) -> None:
    clash = Decision(
        rule="protected-lunch",
        outcome=Outcome.NUDGE,
        mode=Mode.NUDGE,
        reason=Reason.OVERLAPS_WINDOW,
        detail="It lies over lunch",
        where=Where(file="rules.yaml", line=12, column=3),
    )
    meeting = JudgedMeeting(
        uid="u1",
        ref=EventRef(mailbox="bob", event="e1"),
        organiser="alice",
        starts=TUESDAY,
        ends=TUESDAY + HOUR,
        decisions=(clash,),
    )
    store.record_meetings([meeting], rulebook="abc", now=SATURDAY)


def _first(store: Store, table: str) -> str:
    with store.reading() as connection:
        ids = select(metadata.tables[table].c.id).order_by(metadata.tables[table].c.id)
        return str(connection.execute(ids.limit(1)).scalar_one())
