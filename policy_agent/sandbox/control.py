"""The control endpoints under /sandbox: what a test or a demo does to the tenant.

They need no token and are never faulted. Bodies are checked: an unknown key is a 422.
"""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from policy_agent.sandbox.calendar_control import add_calendars
from policy_agent.sandbox.certificate import CertificateAuthority
from policy_agent.sandbox.fault_control import set_faults, show_faults
from policy_agent.sandbox.mail_control import act, deliver, show_copy
from policy_agent.sandbox.orders import (
    ActBody,
    CertificateBody,
    ClockBody,
    DeliverBody,
    DropBody,
    FaultsBody,
    FederatedBody,
    LifecycleBody,
    LimitsBody,
    MembersBody,
    PeopleBody,
    ServerCertificateBody,
)
from policy_agent.sandbox.people import PeopleProblem, PersonRow
from policy_agent.sandbox.record import Record
from policy_agent.sandbox.refusals import GraphError
from policy_agent.sandbox.sending import send_due_drafts
from policy_agent.sandbox.settings import apply_person, settings_of
from policy_agent.sandbox.subscribed import Subscription
from policy_agent.sandbox.subscriptions import Subscriptions
from policy_agent.sandbox.tenant import Tenant
from policy_agent.sandbox.tokens import Authority, FederatedCredential


def control(  # noqa: C901, PLR0915 - a table of endpoints over what the tenant is made of
    tenant: Tenant,
    subscriptions: Subscriptions,
    authority: Authority,
    record: Record,
    certificates: CertificateAuthority,
) -> APIRouter:
    """Return the control endpoints of a tenant."""
    router = APIRouter(prefix="/sandbox")
    add_calendars(router, tenant)
    outbox = subscriptions.outbox

    def clock_now() -> dict[str, Any]:
        now = tenant.clock.now()
        text = now.isoformat(timespec="microseconds").replace("+00:00", "Z")
        return {"now": text, "rate": tenant.clock.rate}

    @router.get("/clock")
    async def get_clock() -> dict[str, Any]:
        return clock_now()

    @router.put("/clock")
    async def put_clock(body: ClockBody) -> dict[str, Any]:
        tenant.clock.change(now=body.now, rate=body.rate)
        send_due_drafts(tenant)
        tenant.clock_changed.set()
        return clock_now()

    @router.post("/people")
    async def post_people(body: PeopleBody) -> dict[str, Any]:
        if body.domain is not None and body.domain != tenant.directory.domain:
            if tenant.directory.users:
                raise HTTPException(409, "the domain is fixed once there are people")
            tenant.directory.domain = body.domain
        rows = [
            PersonRow(person=one.person, role=one.role, teams=tuple(one.teams))
            for one in body.people
        ]
        users = tenant.directory.take(rows, body.groups)
        for user, one in zip(users, body.people, strict=True):
            apply_person(settings_of(tenant.mailbox_of(user)), one)
            if not one.enabled:
                tenant.directory.enable(user, enabled=False)
        groups = tenant.directory.groups.values()
        return {
            "users": [{"person": u.person, "id": u.id, "address": u.address} for u in users],
            "groups": [{"team": g.team, "id": g.id, "mail": g.mail} for g in groups],
        }

    @router.put("/members")
    async def put_members(body: MembersBody) -> dict[str, Any]:
        try:
            group = tenant.directory.set_members(body.group, body.members)
        except PeopleProblem as problem:
            raise HTTPException(404, str(problem)) from problem
        return {"id": group.id, "mail": group.mail, "members": list(group.members)}

    @router.post("/deliver")
    async def post_deliver(body: DeliverBody) -> dict[str, Any]:
        send_due_drafts(tenant)
        return {"messages": [deliver(tenant, one) for one in body.messages]}

    @router.get("/copies")
    async def get_copies(address: Annotated[str | None, Query()] = None) -> dict[str, Any]:
        send_due_drafts(tenant)
        users = list(tenant.directory.users.values())
        if address is not None:
            found = tenant.directory.find_user(address)
            if found is None:
                raise HTTPException(404, f"no user {address!r} in the tenant")
            users = [found]
        return {
            "copies": [
                show_copy(user.address, user.id, message)
                for user in users
                for message in tenant.mailbox_of(user).everything()
            ]
        }

    @router.get("/stats")
    async def get_stats() -> dict[str, Any]:
        return {
            "requests": record.requests,
            "by_status": {str(status): n for status, n in sorted(record.by_status.items())},
            "by_operation": dict(sorted(record.by_operation.items())),
            "under_way": tenant.throttle.under_way,
            "throttled": tenant.throttle.refused,
            "peak_concurrency": max(tenant.throttle.peaks.values(), default=0),
            "peak_concurrency_by_mailbox": tenant.throttle.peaks,
            "notifications": {
                "pending": outbox.pending,
                "delivered": outbox.delivered,
                "lost": outbox.lost,
                "repeated": outbox.repeated,
            },
            "subscriptions": len(subscriptions.live()),
            "undeliverable": tenant.undeliverable,
            "clock": clock_now(),
        }

    @router.get("/faults")
    async def get_faults() -> dict[str, Any]:
        return show_faults(tenant, subscriptions)

    @router.put("/faults")
    async def put_faults(body: FaultsBody) -> dict[str, Any]:
        set_faults(tenant, subscriptions, authority, body)
        return show_faults(tenant, subscriptions)

    @router.delete("/faults")
    async def delete_faults() -> dict[str, Any]:
        tenant.faults.clear()
        tenant.gate.set()
        outbox.latency = 0.02
        return show_faults(tenant, subscriptions)

    @router.put("/limits")
    async def put_limits(body: LimitsBody) -> dict[str, Any]:
        throttle = tenant.throttle
        throttle.concurrent = throttle.concurrent if body.concurrent is None else body.concurrent
        throttle.requests = throttle.requests if body.requests is None else body.requests
        throttle.window = throttle.window if body.window is None else body.window
        return {
            "concurrent": throttle.concurrent,
            "requests": throttle.requests,
            "window": throttle.window,
        }

    @router.post("/lifecycle")
    async def post_lifecycle(body: LifecycleBody) -> dict[str, Any]:
        chosen = _choose(subscriptions, body.subscription_id and [body.subscription_id])
        return {"sent": sum(subscriptions.lifecycle(one, body.event) for one in chosen)}

    @router.post("/subscriptions/drop")
    async def post_drop(body: DropBody | None = None) -> dict[str, Any]:
        chosen = _choose(subscriptions, body.subscription_ids if body else None)
        for one in chosen:
            subscriptions.drop(one)
        return {"dropped": len(chosen)}

    @router.get("/subscriptions")
    async def get_subscriptions() -> dict[str, Any]:
        return {"subscriptions": [one.shown for one in subscriptions.live()]}

    @router.post("/act")
    async def post_act(body: ActBody) -> dict[str, Any]:
        try:
            return act(tenant, body)
        except GraphError as error:
            raise HTTPException(error.status, error.message) from error

    @router.post("/certificates")
    async def post_certificates(body: CertificateBody) -> dict[str, Any]:
        try:
            return {"thumbprint": authority.register_certificate(body.certificate)}
        except ValueError as error:
            raise HTTPException(400, f"not a certificate in PEM: {error}") from error

    @router.post("/federated-credentials")
    async def post_federated(body: FederatedBody) -> dict[str, Any]:
        authority.federated.append(FederatedCredential(**body.model_dump()))
        return {"audience": "api://AzureADTokenExchange"}

    @router.post("/server-certificates")
    async def post_server_certificates(body: ServerCertificateBody) -> dict[str, Any]:
        certificate, key = certificates.issue(body.names)
        return {"certificate": certificate, "private_key": key}

    @router.get("/quiet")
    async def get_quiet() -> dict[str, Any]:
        send_due_drafts(tenant)
        pending = outbox.pending
        return {"quiet": pending == 0, "pending": pending}

    return router


def _choose(subscriptions: Subscriptions, ids: list[str] | str | None) -> list[Subscription]:
    alive = subscriptions.live()
    if not ids:
        return alive
    return [one for one in alive if one.id in ids]
