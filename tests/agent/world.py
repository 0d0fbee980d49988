"""A small world: a tenant over HTTPS, a store on disk, and the agent between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy
from policy_agent.agent.enforce import put_right
from policy_agent.agent.meters import NoMeters
from policy_agent.agent.release import release_due
from policy_agent.agent.scope import directory_of, put_scope, read_membership
from policy_agent.agent.sweep import Swept, sweep
from policy_agent.agent.watch import work_off
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.copies import CopyRef
from policy_agent.domain.holds import Hold
from policy_agent.domain.rules import (
    DeferEmail,
    Exempt,
    HoldPoint,
    Mode,
    Release,
    Rulebook,
    Team,
)
from policy_agent.domain.where import Where
from policy_agent.domain.windows import Window
from policy_agent.graph.auth import ClientSecret
from policy_agent.graph.clouds import endpoints
from policy_agent.graph.tenant import Pace, Tenant
from policy_agent.store.store import Store
from policy_agent.web.metrics.meters import ProcessMeters
from tests.sandbox_tenant import SandboxTenant, start_sandbox

LONDON = ZoneInfo("Europe/London")
SATURDAY = datetime(2023, 8, 26, 9, 0, tzinfo=LONDON)  # the watch begins
SUNDAY = datetime(2023, 8, 27, 10, 0, tzinfo=LONDON)
TUESDAY = datetime(2023, 8, 29, 8, 30, tzinfo=LONDON)  # the promise
LATER = datetime(2023, 8, 29, 9, 0, tzinfo=LONDON)  # past the promise and its spread
HOLD_FOLDER = "Arriving next working day"
CATEGORY = "Arrived while you were away"
ALICE, BOB, CAROL, DAN = (f"{name}@northshire.example" for name in ("alice", "bob", "carol", "dan"))

_WHERE = Where(file="rules/test.yaml", line=1)
_CALENDAR = Calendar(
    name="service",
    zone=LONDON,
    working_days=frozenset(range(5)),
    holidays={date(2023, 8, 28): "Summer bank holiday"},
    where=_WHERE,
)
_WINDOW = Window(name="rest-days", calendar=_CALENDAR, days="non-working", where=_WHERE)
RULE = DeferEmail(
    name="weekend-email",
    because="Nobody should feel on call at the weekend",
    owner="ict-policy@northshire.example",
    mode=Mode.ENFORCE,
    from_teams=frozenset({"everyone"}),
    to_teams=frozenset({"everyone"}),
    exempt=Exempt(teams=frozenset({"emergency-duty"}), when="involved", where=_WHERE),
    window=_WINDOW,
    hold_at=(HoldPoint.INBOX,),
    release=Release(at=time(8, 30), spread=timedelta(minutes=20)),
    where=_WHERE,
    where_window=_WHERE,
    where_people=_WHERE,
    where_mode=_WHERE,
)


def rulebook(*rules: DeferEmail) -> Rulebook:
    teams = {
        name: Team(name=name, group=f"{name}@northshire.example", where=_WHERE)
        for name in ("everyone", "emergency-duty")
    }
    return Rulebook(
        organisation="Northshire",
        domains=frozenset({"northshire.example"}),
        calendars={"service": _CALENDAR},
        teams=teams,
        windows={"rest-days": _WINDOW},
        rules=rules or (RULE,),
        hash="0" * 64,
    )


@dataclass
class World:
    """What a test of the agent's verbs speaks to."""

    tenant: SandboxTenant
    graph: Tenant
    context: AgentContext
    now: datetime
    machine: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    @property
    def store(self) -> Any:
        return self.context.store

    @property
    def moment(self) -> Moment:
        return Moment(now=self.now, machine=self.machine)

    def travel(self, to: datetime) -> None:
        """Set the tenant's clock; the machine's goes on far enough to end leases and waits."""
        self.tenant.set_clock(to.isoformat(), 0)
        self.now = to.astimezone(UTC)
        self.machine += timedelta(hours=1)

    def restart(self) -> None:
        """Begin again as a new process would: nothing of the old one's memory, its leases over."""
        self.store.forget_leases(self.context.worker)
        self.machine += timedelta(seconds=1)

    def deliver(self, sender: str, *to: str, **more: Any) -> dict[str, CopyRef]:
        """Deliver a mail now; returns each copy that came to an Inbox, by its address."""
        message = {"from": sender, "to": list(to), "subject": "A mail", **more}
        answer = self.tenant.control.post("/deliver", json={"messages": [message]})
        (delivered,) = answer.raise_for_status().json()["messages"]
        return {
            copy["address"]: CopyRef(mailbox=copy["mailbox"], message=copy["message"])
            for copy in delivered["copies"]
            if copy["folder"] == "inbox"
        }

    def notified(self, *copies: CopyRef) -> None:
        """Take notice of these and work it off, as the daemon's next tick does."""
        self.store.accept(copies, now=self.machine)
        work_off(self.context, self.moment)

    def tick(self) -> None:
        """Do what every tick of the daemon does."""
        put_right(self.context, self.moment)
        while work_off(self.context, self.moment):
            pass
        while release_due(self.context, self.moment):
            pass

    def sweep(self) -> Swept:
        return sweep(self.context, lambda: self.moment)

    def hold(self, copy: CopyRef) -> Hold | None:
        found: Hold | None = self.store.hold_of(copy)
        return found

    def copy(self, address: str, copy: CopyRef) -> dict[str, Any]:
        """Return the one copy as the tenant has it, whatever its folder."""
        found = [one for one in self.tenant.copies(address) if one["message"] == copy.message]
        assert len(found) == 1
        return found[0]

    def folder(self, address: str, copy: CopyRef) -> str:
        return str(self.copy(address, copy)["folder"])

    def use(self, *rules: DeferEmail) -> None:
        """Put another rulebook in force."""
        policy = self.context.current.policy
        self.context.current.policy = replace(policy, rulebook=rulebook(*rules))


@contextmanager
def open_world(folder: Path, meters: ProcessMeters | None = None) -> Iterator[World]:
    """Start a tenant on a Saturday morning and set the agent up in it."""
    store = Store.open(f"sqlite:///{folder / 'store.db'}")
    with start_sandbox("--clock", SATURDAY.isoformat(), "--rate", "0") as sandbox:
        graph = Tenant(
            endpoints=endpoints(
                cloud="public", tenant_id="", authority=sandbox.authority, graph=sandbox.graph
            ),
            client_id=sandbox.client_id,
            credential=ClientSecret(value=sandbox.client_secret),
            ca=sandbox.ca,
            pace=Pace(attempts=3, patience=2.0, sleep=lambda _: None),
            service_mailbox=DAN,
            meters=meters,
        )
        rules = rulebook()
        membership = read_membership(graph.people, rules, None)
        policy = Policy(rulebook=rules, directory=directory_of(rules, membership))
        context = AgentContext(
            mail=graph.mail,
            subscriptions=graph.subscriptions,
            people=graph.people,
            calendars=graph.calendars,
            outgoing=graph.outgoing,
            store=store,
            current=CurrentPolicy(policy),
            worker="worker",
            lease=timedelta(minutes=5),
            hold_folder=HOLD_FOLDER,
            released_category=CATEGORY,
            notification_url="https://localhost/notifications",
            subscription_length=timedelta(days=6),
            service_mailbox=None,
            public_url="https://localhost",
            block_out_category="Protected time",
            meters=meters or NoMeters(),
        )
        world = World(tenant=sandbox, graph=graph, context=context, now=SATURDAY.astimezone(UTC))
        put_scope(context, rules, membership, world.moment)
        ids = [mailbox.id for mailbox in store.mailboxes()]
        store.set_inboxes({m: str(f) for m, f in graph.mail.inbox(ids).items()})
        world.travel(SUNDAY)
        try:
            yield world
        finally:
            graph.close()
            store.close()
