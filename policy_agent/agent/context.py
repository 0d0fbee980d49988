"""What every verb of the agent works with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from policy_agent.agent.ports import Mail, People, Store, Subscriptions
from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Rulebook


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """The rulebook and the people it speaks of: swapped together, by one reference."""

    rulebook: Rulebook
    directory: Directory


class CurrentPolicy:
    """Holds the policy in force; a reload builds a new one first and then swaps the reference."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy


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
    store: Store
    current: CurrentPolicy
    worker: str  # this process's name in the store
    lease: timedelta
    hold_folder: str
    released_category: str
    notification_url: str
    subscription_length: timedelta
    retry_after: timedelta = timedelta(seconds=15)  # for what the service would not do just now
    batch: int = 400  # copies worked on at a time
