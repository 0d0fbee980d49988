"""Puts the rooms together.

`build` does everything that can fail before any mailbox is touched: it reads the rulebook, opens
the store, signs in, and asks who is in which team. Where mail is on hold, neither a broken rulebook
nor a team that cannot be read ends it: the daemon then releases, and holds nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import structlog

from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy, Reloaded
from policy_agent.agent.holidays import kept_holidays, refresh_feeds
from policy_agent.agent.meters import Meters, NoMeters
from policy_agent.agent.ports import People
from policy_agent.agent.scope import (
    DirectoryProblem,
    Membership,
    directory_of,
    put_scope,
    read_membership,
)
from policy_agent.clock import machine_now
from policy_agent.daemon import Daemon
from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Rulebook
from policy_agent.graph.auth import (
    ClientSecret,
    Credential,
    FederatedToken,
    PemCertificate,
    PfxCertificate,
    SignInProblem,
)
from policy_agent.graph.clock import TenantClock
from policy_agent.graph.clouds import endpoints
from policy_agent.graph.failures import GraphProblem
from policy_agent.graph.pressure import CallMeters
from policy_agent.graph.tenant import Pace, Tenant
from policy_agent.holidays.kept import SHIPPED
from policy_agent.messages.write import Messages
from policy_agent.rulebook.problems import RulebookError
from policy_agent.rulebook.reader import Reader
from policy_agent.settings import Settings, SettingsProblem
from policy_agent.store.problems import StoreProblem
from policy_agent.store.store import Store
from policy_agent.web.metrics.figures import Figures
from policy_agent.web.metrics.meters import ProcessMeters
from policy_agent.web.metrics.page import MetricsPage
from policy_agent.web.pages import Pages
from policy_agent.web.site import Site

log = structlog.get_logger()

# what a person has to mend before the daemon can start; each says what and where
PROBLEMS = (
    DirectoryProblem,
    GraphProblem,
    RulebookError,
    SettingsProblem,
    SignInProblem,
    StoreProblem,
)


@contextmanager
def build(settings: Settings) -> Iterator[Daemon]:
    """Build the daemon; raises one of `PROBLEMS` when it cannot work as it is set up."""
    with ExitStack() as stack:
        broken = _broken(settings)  # first: a broken one should not open anything else
        store = _store(settings, broken)
        stack.callback(store.close)
        meters = ProcessMeters()
        tenant = stack.enter_context(_tenant(settings, meters))
        tenant.sign_in()
        moment = _clock(settings, stack)
        reader = Reader(settings.rules, lambda: kept_holidays(store))
        policy, membership, problems = _policy(settings, reader, tenant.people, store)
        first = Reloaded(at=moment().now, success=membership is not None, problems=problems)
        context = _context(settings, tenant, store, CurrentPolicy(policy, first), meters)
        if membership is not None:
            put_scope(context, policy.rulebook, membership, moment())
        daemon = Daemon(
            settings=settings,
            context=context,
            moment=moment,
            read_rulebook=reader.read,
            refresh_holidays=lambda at: _refresh(settings, store, at),
            service_state=tenant.state,
            watching=membership is not None,
        )
        pages = Pages(
            context=context,
            store=store,
            moment=moment,
            health=daemon.health,
            written=lambda: reader.found(context.current.policy.rulebook.hash),
        )
        daemon.site = Site(pages=pages, sign_in=tenant.sign_in_people)
        meters.registry.register(Figures(context, moment, daemon.running))
        token = settings.metrics_token
        daemon.metrics = MetricsPage(
            registry=meters.registry, token=None if token is None else token.get_secret_value()
        )
        yield daemon


@contextmanager
def uninstalling(settings: Settings) -> Iterator[tuple[AgentContext, Moment]]:
    """Set up for `uninstall`: the store and the tenant, and no rulebook; raises one of `PROBLEMS`.

    A store that is not there is not made: then nobody knows what was put where.
    """
    kind, _, file = settings.store_url.partition(":///")
    if kind == "sqlite" and not Path(file).is_file():
        raise SettingsProblem(
            f"POLICY_AGENT_STORE_URL: there is no store at {settings.store_url}; name the daemon's"
        )
    with ExitStack() as stack:
        store = stack.enter_context(closing(Store.open(settings.store_url)))
        tenant = stack.enter_context(signed_in(settings))
        moment = _clock(settings, stack)
        yield _context(settings, tenant, store, CurrentPolicy(_NO_POLICY)), moment()


def _context(
    settings: Settings,
    tenant: Tenant,
    store: Store,
    current: CurrentPolicy,
    meters: Meters | None = None,
) -> AgentContext:
    return AgentContext(
        mail=tenant.mail,
        subscriptions=tenant.subscriptions,
        people=tenant.people,
        calendars=tenant.calendars,
        outgoing=tenant.outgoing,
        store=store,
        current=current,
        worker=settings.worker,
        lease=settings.lease,
        hold_folder=settings.hold_folder,
        released_category=settings.released_category,
        send_now_category=settings.send_now_category,
        notification_url=settings.notification_url,
        subscription_length=settings.subscription_length,
        service_mailbox=settings.service_mailbox,
        public_url=settings.people_url,
        block_out_category=settings.block_out_category,
        messages=_messages(settings),
        meters=meters or NoMeters(),
    )


# in force while none can be had and mail is on hold: nothing is held, and nobody is watched
_NO_POLICY = Policy(
    rulebook=Rulebook(
        organisation="",
        domains=frozenset(),
        calendars={},
        teams={},
        windows={},
        rules=(),
        hash="",
    ),
    directory=Directory(domains=frozenset(), people={}),
)


def _broken(settings: Settings) -> RulebookError | SettingsProblem | None:
    if not settings.rules.exists():
        return SettingsProblem(
            f"POLICY_AGENT_RULES: should be a folder or a file, there is none at {settings.rules}"
        )
    try:
        Reader(settings.rules, lambda: SHIPPED).read()
    except RulebookError as broken:
        return broken
    return None


def _store(settings: Settings, broken: RulebookError | SettingsProblem | None) -> Store:
    """Open the store; with a broken rulebook only to release what is on hold there."""
    try:
        store = Store.open(settings.store_url)
    except StoreProblem:
        if broken is not None:
            raise broken from None
        raise
    if broken is not None and not store.open_holds()[0]:
        store.close()
        raise broken
    return store


def _policy(
    settings: Settings, reader: Reader, people: People, store: Store
) -> tuple[Policy, Membership | None, tuple[str, ...]]:
    """Read rulebook and teams; with mail on hold, no policy and why where they cannot be read."""
    try:
        rulebook = reader.read()
        membership = _membership(settings, people, rulebook, store)
    except (RulebookError, DirectoryProblem) as problem:
        held = store.open_holds()[0]
        if not held:
            raise
        problems = tuple(str(problem).splitlines())
        log.error("only_releasing", open_holds=held, problems=problems)  # noqa: TRY400  no trace
        return _NO_POLICY, None, problems
    policy = Policy(rulebook=rulebook, directory=directory_of(rulebook, membership))
    return policy, membership, ()


def _messages(settings: Settings) -> Messages:
    """Write texts from the folder `messages` in the rules, and from ours where it has none."""
    rules = settings.rules
    return Messages((rules if rules.is_dir() else rules.parent) / "messages")


def _refresh(settings: Settings, store: Store, moment: Moment) -> bool:
    if not settings.holidays_url:
        return False
    url = settings.holidays_url.rstrip("/") + "/{division}.ics"
    return refresh_feeds(store, url=url, now=moment.now)


def _membership(settings: Settings, people: People, rulebook: Rulebook, store: Store) -> Membership:
    """Ask the directory; where it does not answer, what it said last has to do."""
    try:
        return read_membership(people, rulebook, settings.service_mailbox)
    except DirectoryProblem as problem:
        members, teams = store.people()
        if not members or not set(rulebook.teams) <= set(teams):
            raise
        log.warning("teams_not_read", problem=str(problem), kept=len(members))
        return Membership(members=members, teams=teams)


def _clock(settings: Settings, stack: ExitStack) -> Callable[[], Moment]:
    if settings.clock_url is None:
        return lambda: Moment(now=machine_now(), machine=machine_now())
    tenant = TenantClock(settings.clock_url, _ca(settings))
    stack.callback(tenant.close)
    return lambda: Moment(now=tenant.now(), machine=machine_now())


@contextmanager
def signed_in(settings: Settings) -> Iterator[Tenant]:
    """Sign in to the tenant, for whoever only looks; raises one of `PROBLEMS`."""
    with _tenant(settings) as tenant:
        tenant.sign_in()
        yield tenant


def _tenant(settings: Settings, meters: CallMeters | None = None) -> Tenant:
    return Tenant(
        endpoints=endpoints(
            cloud=settings.cloud,
            tenant_id=settings.tenant_id,
            authority=settings.authority,
            graph=settings.graph_url,
        ),
        client_id=settings.client_id,
        credential=_credential(settings),
        ca=_ca(settings),
        service_mailbox=settings.service_mailbox or "",
        block_out_category=settings.block_out_category,
        pace=Pace(
            patience=settings.patience.total_seconds(),
            per_mailbox=settings.mailbox_concurrency,
            whole_app=settings.app_concurrency,
        ),
        meters=meters,
    )


def _ca(settings: Settings) -> str | bool:
    return True if settings.ca_file is None else str(settings.ca_file)


def _credential(settings: Settings) -> Credential:
    if settings.client_secret is not None:
        return ClientSecret(value=settings.client_secret.get_secret_value())
    if settings.federated_token_file is not None:
        return FederatedToken(path=settings.federated_token_file)
    path, given = settings.client_certificate, settings.client_certificate_passphrase
    if path is None:
        raise SettingsProblem("set a credential")  # the settings ask for exactly one
    passphrase = None if given is None else given.get_secret_value()
    if path.suffix.lower() in {".pfx", ".p12"}:
        return PfxCertificate(path=path, passphrase=passphrase)
    return PemCertificate(certificate=path, key=path, passphrase=passphrase)
