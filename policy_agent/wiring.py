"""Puts the rooms together. Only here is the time asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy
from policy_agent.agent.scope import (
    DirectoryProblem,
    Membership,
    directory_of,
    put_scope,
    read_membership,
)
from policy_agent.domain.rules import Rulebook
from policy_agent.graph.auth import TokenSource
from policy_agent.graph.clock import TenantClock
from policy_agent.settings import Settings
from policy_agent.store.store import Store


def machine_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  the one place where the machine is asked
