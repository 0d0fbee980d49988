"""Puts the rooms together.

`build` does everything that can fail before any mailbox is touched: it reads the rulebook, opens
the store, signs in, and asks who is in which team. Where there is no good rulebook, but mail on
hold that somebody was promised, it builds a daemon that only releases.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import structlog

from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy, Reloaded
from policy_agent.agent.holidays import kept_holidays, refresh_feeds
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
from policy_agent.graph.tenant import Pace, Tenant
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load
from policy_agent.rulebook.problems import RulebookError
from policy_agent.settings import Settings, SettingsProblem
from policy_agent.store.problems import StoreProblem
from policy_agent.store.store import Store

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
_NO_RULEBOOK = (RulebookError, SettingsProblem)


@contextmanager
def build(settings: Settings) -> Iterator[Daemon]:
    """Build the daemon; raises one of `PROBLEMS` when it cannot work as it is set up."""
    with ExitStack() as stack:
        try:
            _look_at_rules(settings)  # first: a broken rulebook should not open anything else
            store = Store.open(settings.store_url)
        except _NO_RULEBOOK as broken:
            store = _store_with_promises(settings, broken)
        stack.callback(store.close)
        tenant = stack.enter_context(_tenant(settings))
        tenant.sign_in()
        moment = _clock(settings, stack)
        membership: Membership | None = None
        try:
            rulebook = _rulebook(settings, store)
            membership = _membership(tenant.people, rulebook, store)
            policy = Policy(rulebook=rulebook, directory=directory_of(rulebook, membership))
            reloaded = Reloaded(at=moment().now, success=True)
        except (RulebookError, DirectoryProblem) as broken:
            policy, reloaded = _only_release(store, broken, moment())
        context = AgentContext(
            mail=tenant.mail,
            subscriptions=tenant.subscriptions,
            people=tenant.people,
            store=store,
            current=CurrentPolicy(policy, reloaded),
            worker=settings.worker,
            lease=settings.lease,
            hold_folder=settings.hold_folder,
            released_category=settings.released_category,
            notification_url=settings.notification_url,
            subscription_length=settings.subscription_length,
        )
        if membership is not None:
            put_scope(context, policy.rulebook, membership, moment())
        yield Daemon(
            settings=settings,
            context=context,
            moment=moment,
            read_rulebook=lambda: _rulebook(settings, store),
            refresh_holidays=lambda at: _refresh(settings, store, at),
        )


def _look_at_rules(settings: Settings) -> None:
    if not settings.rules.exists():
        raise SettingsProblem(
            f"POLICY_AGENT_RULES: should be a folder or a file, there is none at {settings.rules}"
        )
    _rulebook(settings, None)


def _store_with_promises(settings: Settings, broken: Exception) -> Store:
    """Open the store where it has open holds; in any other case the rulebook is the problem."""
    kind, _, file = settings.store_url.partition(":///")
    if kind == "sqlite" and not Path(file).exists():
        raise broken
    try:
        store = Store.open(settings.store_url)
    except StoreProblem:
        raise broken from None
    if not store.open_holds()[0]:
        store.close()
        raise broken
    return store


def _only_release(store: Store, broken: Exception, moment: Moment) -> tuple[Policy, Reloaded]:
    """Return a policy without rules, for the sake of what was promised; else raise the problem."""
    count, _ = store.open_holds()
    if not count:
        raise broken
    problems = tuple(str(broken).splitlines())
    log.critical("no_rulebook_only_releasing", open_holds=count, problems=problems)
    policy = Policy(
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
        release_only=True,
    )
    return policy, Reloaded(at=moment.now, success=False, problems=problems)


def _rulebook(settings: Settings, store: Store | None) -> Rulebook:
    return load(settings.rules, SHIPPED if store is None else kept_holidays(store))


def _refresh(settings: Settings, store: Store, moment: Moment) -> bool:
    if not settings.holidays_url:
        return False
    url = settings.holidays_url.rstrip("/") + "/{division}.ics"
    return refresh_feeds(store, url=url, now=moment.now)


def _membership(people: People, rulebook: Rulebook, store: Store) -> Membership:
    """Ask the directory; where it does not answer, what it said last has to do."""
    try:
        return read_membership(people, rulebook)
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


def _tenant(settings: Settings) -> Tenant:
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
        pace=Pace(
            patience=settings.patience.total_seconds(),
            per_mailbox=settings.mailbox_concurrency,
            whole_app=settings.app_concurrency,
        ),
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
