"""What every verb of the agent works with."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from policy_agent.agent.meetings.ports import Calendars, Outgoing
from policy_agent.agent.meters import Meters, NoMeters
from policy_agent.agent.ports import Mail, People, Store, Subscriptions
from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Exemption, Rulebook
from policy_agent.messages.write import Messages


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """The rulebook and the people it speaks of: swapped together, by one reference."""

    rulebook: Rulebook  # run-time exemptions stand after its own
    directory: Directory
    run_time: tuple[Exemption, ...] = ()

    def with_run_time(self, run_time: tuple[Exemption, ...]) -> "Policy":
        """Return the same policy with these run-time exemptions in place of those it has."""
        written = self.written
        rulebook = replace(written, exemptions=(*written.exemptions, *run_time))
        return replace(self, rulebook=rulebook, run_time=run_time)

    @property
    def written(self) -> Rulebook:
        """Return the rulebook as it is written, without run-time exemptions."""
        own = tuple(e for e in self.rulebook.exemptions if e not in self.run_time)
        return replace(self.rulebook, exemptions=own)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reloaded:
    """How the last reload went."""

    at: datetime  # tenant time
    success: bool
    problems: tuple[str, ...] = ()  # a line each: where, what, and what would be right


class CurrentPolicy:
    """Holds the policy in force; whoever changes it makes the new one first and then swaps."""

    def __init__(self, policy: Policy, last_reload: Reloaded | None = None) -> None:
        self.policy = policy
        self.last_reload: Reloaded | None = None
        self.last_success: datetime | None = None  # tenant time of the last reload that was done
        self._changing = threading.Lock()
        if last_reload is not None:
            self.reloaded(last_reload)

    def reloaded(self, done: Reloaded) -> None:
        """Take note of how a reload went."""
        self.last_reload = done
        if done.success:
            self.last_success = done.at

    def change(self, made_of: Callable[[Policy], Policy]) -> None:
        """Swap the policy for one made of it; nobody else changes it meanwhile."""
        with self._changing:
            self.policy = made_of(self.policy)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """The two times of one piece of work; see `policy_agent.agent.ports`."""

    now: datetime  # the tenant's: what is due
    machine: datetime  # this machine's: leases and retries


@dataclass(frozen=True, kw_only=True)
class AgentContext:
    """Ports and settings of the agent."""

    mail: Mail
    subscriptions: Subscriptions
    people: People
    calendars: Calendars
    outgoing: Outgoing
    store: Store
    current: CurrentPolicy
    worker: str  # this process's name in the store
    lease: timedelta
    hold_folder: str
    released_category: str
    notification_url: str
    subscription_length: timedelta
    service_mailbox: str | None  # address that messages go out from; None: nothing is sent
    public_url: str  # where people's browsers reach the daemon, without a slash at the end
    block_out_category: str
    send_now_category: str = "Send now"  # of a sent mail whose sender wants it there now
    retry_after: timedelta = timedelta(seconds=15)  # for what the service would not do just now
    batch: int = 400  # copies worked on at a time
    messages: Messages = field(default_factory=Messages)  # the organisation's texts before ours
    meters: Meters = field(default_factory=NoMeters)
