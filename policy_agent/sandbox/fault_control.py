"""Faults, switched on and off by the control endpoints."""

import time
from typing import Any

from policy_agent.sandbox.faults import Faults
from policy_agent.sandbox.orders import FaultsBody, LateBody, UnavailableBody
from policy_agent.sandbox.subscriptions import Subscriptions
from policy_agent.sandbox.tenant import Tenant
from policy_agent.sandbox.tokens import Authority


def set_faults(
    tenant: Tenant, subscriptions: Subscriptions, authority: Authority, body: FaultsBody
) -> None:
    """Switch on what a PUT of /sandbox/faults names; the rest stays as it is."""
    given, faults = body.model_fields_set, tenant.faults
    if "seed" in given:
        faults.reseed(body.seed or 0)
    for name in (
        "lost_notifications", "repeated_notifications", "event_echoes", "throttle", "error_rate",
        "lost_answers", "empty_delta_pages", "latency", "token_lifetime",
    ):  # fmt: skip
        value = getattr(body, name)
        if value is not None:
            setattr(faults, name, value)
    if "retry_after" in given:
        faults.retry_after = body.retry_after
    if body.notification_latency is not None:
        subscriptions.outbox.latency = body.notification_latency
    if "late_notifications" in given:
        late = body.late_notifications or LateBody(share=0, seconds=0)
        faults.late_share, faults.late_seconds = late.share, late.seconds
    if "unavailable" in given:
        _set_unavailable(faults, body.unavailable)
    for name in ("unlicensed", "denied", "full"):
        addresses = getattr(body, name)
        if addresses is not None:
            setattr(faults, name, frozenset(one.lower() for one in addresses))
    if body.hold is not None:
        (tenant.gate.clear if body.hold else tenant.gate.set)()
    if body.expire_delta:
        tenant.links_expired = tenant.links_given
    if body.token_revoked:
        authority.revoke()


def _set_unavailable(faults: Faults, how: bool | UnavailableBody | None) -> None:
    timed = how if isinstance(how, UnavailableBody) else UnavailableBody()
    faults.unavailable = how is True
    faults.unavailable_until = timed.until
    faults.unavailable_for = None if timed.seconds is None else time.monotonic() + timed.seconds


def show_faults(tenant: Tenant, subscriptions: Subscriptions) -> dict[str, Any]:
    """Return every fault and whether it is on."""
    faults = tenant.faults
    return {
        "seed": faults.seed,
        "lost_notifications": faults.lost_notifications,
        "repeated_notifications": faults.repeated_notifications,
        "event_echoes": faults.event_echoes,
        "late_notifications": {"share": faults.late_share, "seconds": faults.late_seconds},
        "throttle": faults.throttle,
        "retry_after": faults.retry_after,
        "unavailable": faults.is_unavailable(tenant.clock.now()),
        "error_rate": faults.error_rate,
        "lost_answers": faults.lost_answers,
        "empty_delta_pages": faults.empty_delta_pages,
        "token_lifetime": faults.token_lifetime,
        "latency": faults.latency,
        "hold": not tenant.gate.is_set(),
        "notification_latency": subscriptions.outbox.latency,
        "unlicensed": sorted(faults.unlicensed),
        "denied": sorted(faults.denied),
        "full": sorted(faults.full),
    }
