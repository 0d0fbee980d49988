"""Subscriptions to change notifications (R/subscription, FACTS section 1)."""

import asyncio
import re
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from policy_agent.sandbox.calls import Answer, Call, Routes, split_path
from policy_agent.sandbox.changes import Change, Kind
from policy_agent.sandbox.clock import graph_time
from policy_agent.sandbox.notifications import Outbox
from policy_agent.sandbox.odata import instant
from policy_agent.sandbox.refusals import GraphError, bad_request, not_found
from policy_agent.sandbox.subscribed import Subscription, envelope, notification
from policy_agent.sandbox.tenant import Tenant

_LONGEST = timedelta(minutes=10_080)
_SHORTEST = timedelta(minutes=45)
_A_MAILBOX = 1000  # active ones over all apps
_STATE_LENGTH = 128
_KNOWN = frozenset(
    [
        "id",
        "applicationId",
        "changeType",
        "clientState",
        "creatorId",
        "encryptionCertificate",
        "encryptionCertificateId",
        "expirationDateTime",
        "includeResourceData",
        "latestSupportedTlsVersion",
        "lifecycleNotificationUrl",
        "notificationQueryOptions",
        "notificationUrl",
        "notificationUrlAppId",
        "resource",
    ]
)
_RESOURCE = re.compile(
    r"^users/([^/]+)(?:(?:/mailfolders/([^/]+))?/messages|/(events))$", re.IGNORECASE
)
LIFECYCLE = ("reauthorizationRequired", "subscriptionRemoved", "missed")


class Subscriptions:
    """Every subscription of the tenant, and who hears of a change."""

    def __init__(self, tenant: Tenant, outbox: Outbox) -> None:
        self.tenant = tenant
        self.outbox = outbox
        self.routes = Routes()
        self._by_id: dict[str, Subscription] = {}
        self._by_owner: dict[str, dict[str, Subscription]] = {}
        self._in_creation: set[Any] = set()
        self._told = 0
        tenant.listeners.append(self.tell)
        add = self.routes.add
        add("GET", "/subscriptions")(self.list_all)
        add("POST", "/subscriptions")(self.create)
        add("GET", "/subscriptions/{}")(self.get)
        add("PATCH", "/subscriptions/{}")(self.patch)
        add("DELETE", "/subscriptions/{}")(self.delete)
        add("POST", "/subscriptions/{}/reauthorize")(self.reauthorize)

    def live(self) -> list[Subscription]:
        """Return those whose time is not over by the tenant's clock; the others go."""
        now = self.tenant.clock.now()
        for one in [one for one in self._by_id.values() if one.expires <= now]:
            self.drop(one)
        return list(self._by_id.values())

    def drop(self, one: Subscription) -> None:
        """Forget a subscription without a word to anybody."""
        self._by_id.pop(one.id, None)
        self._by_owner.get(one.owner, {}).pop(one.id, None)

    def tell(self, change: Change) -> None:
        """Put a notification of a change into the outbox for everyone who asked for it."""
        subscribed = self._by_owner.get(change.owner)
        if not subscribed:
            return
        now = self.tenant.clock.now()
        for one in list(subscribed.values()):
            if one.expires <= now:
                self.drop(one)
            elif one.of == change.of and one.folder in {None, change.folder}:
                for kind in self._kinds_told(change):
                    if kind in one.kinds:
                        self._put(one, replace(change, kind=kind))

    def _kinds_told(self, change: Change) -> list[Kind]:
        """Return what the service tells of one change: of events, more than happened."""
        if change.of != "event" or not self.tenant.faults.happens(self.tenant.faults.event_echoes):
            return [change.kind]
        if change.kind is Kind.CREATED:
            return [Kind.CREATED, Kind.UPDATED]  # contrib issue 7644
        return [change.kind] * (3 if change.kind is Kind.UPDATED else 1)  # contrib issue 3072

    def _put(self, one: Subscription, change: Change) -> None:
        faults, outbox = self.tenant.faults, self.outbox
        if faults.happens(faults.lost_notifications):
            outbox.lost += 1
            return
        late = faults.late_seconds if faults.happens(faults.late_share) else 0.0
        self._told += 1
        url = one.shown["notificationUrl"]
        value = notification(one, change, self.tenant.id, spelling=self._told)
        outbox.put(url, value, late=late)
        if faults.happens(faults.repeated_notifications):
            outbox.repeated += 1
            outbox.put(url, value, late=late + outbox.latency)

    def lifecycle(self, one: Subscription, event: str) -> bool:
        """Send a lifecycle event, if the subscription has an address for them."""
        url = one.shown["lifecycleNotificationUrl"]
        if event == "subscriptionRemoved":
            self.drop(one)
        if url is None:
            return False
        self.outbox.put(url, {**envelope(one, self.tenant.id), "lifecycleEvent": event})
        return True

    def list_all(self, _tenant: Tenant, call: Call) -> Answer:
        body = {
            "@odata.context": f"{call.base}/$metadata#subscriptions",
            "value": [one.shown for one in self.live() if one.app_id == call.app_id],
        }
        return Answer(body=body)

    def get(self, _tenant: Tenant, call: Call) -> Answer:
        return self._shown(call, self._find(call), status=200)

    def delete(self, _tenant: Tenant, call: Call) -> Answer:
        self.drop(self._find(call))
        return Answer(status=204)

    def reauthorize(self, _tenant: Tenant, call: Call) -> Answer:
        self._find(call)
        return Answer(status=204)

    async def create(self, tenant: Tenant, call: Call) -> Answer:
        given = self._read(call, required=("changeType", "notificationUrl", "resource"))
        state = given.get("clientState")
        if state is not None and (not isinstance(state, str) or len(state) > _STATE_LENGTH):
            raise _invalid(f"clientState must not exceed {_STATE_LENGTH} characters.")
        if given.get("includeResourceData"):
            raise _invalid("The sandbox tenant has no notifications with resource data.")
        owner, of, folder = self._resource(tenant, given["resource"])
        one = Subscription(
            id=str(uuid.uuid4()),
            app_id=call.app_id,
            kinds=_kinds(given["changeType"]),
            shown={},
            owner=owner,
            of=of,
            folder=folder,
            immutable=call.immutable,
            expires=self._expiry(given),
        )
        lifecycle = given.get("lifecycleNotificationUrl")
        one.shown = {
            "id": one.id,
            "resource": given["resource"],
            "applicationId": call.app_id,
            "changeType": given["changeType"],
            "clientState": state,
            "notificationUrl": given["notificationUrl"],
            "notificationQueryOptions": None,
            "lifecycleNotificationUrl": lifecycle,
            "expirationDateTime": graph_time(one.expires),
            "creatorId": tenant.id,
            "includeResourceData": None,
            "latestSupportedTlsVersion": given.get("latestSupportedTlsVersion", "v1_2"),
            "encryptionCertificate": None,
            "encryptionCertificateId": None,
            "notificationUrlAppId": None,
        }
        self._is_new(one)
        self._in_creation.add(one.key)
        try:
            await self._handshake(given["notificationUrl"], lifecycle)
        finally:
            self._in_creation.discard(one.key)
        self._by_id[one.id] = one
        self._by_owner.setdefault(owner, {})[one.id] = one
        return self._shown(call, one, status=201)

    async def patch(self, _tenant: Tenant, call: Call) -> Answer:
        one = self._find(call)
        given = self._read(call, required=("expirationDateTime",))
        if refused := given.keys() - {"expirationDateTime", "notificationUrl"}:
            raise _invalid(f"Cannot be updated: {', '.join(sorted(refused))}.")
        expires = self._expiry(given)
        if url := given.get("notificationUrl"):
            await self._handshake(url)
            one.shown["notificationUrl"] = url
        one.expires = expires
        one.shown["expirationDateTime"] = graph_time(expires)
        return self._shown(call, one, status=200)

    def _find(self, call: Call) -> Subscription:
        self.live()
        one = self._by_id.get(call.params[0].lower())
        if one is None or one.app_id != call.app_id:
            raise not_found("The object was not found.", code="ResourceNotFound")
        return one

    def _read(self, call: Call, required: tuple[str, ...]) -> dict[str, Any]:
        given = {name: value for name, value in call.json().items() if "@" not in name}
        for name in given:
            if name not in _KNOWN:
                raise _invalid(f"The property '{name}' does not exist on type subscription.")
        for name in {*required, "expirationDateTime"}:
            if not isinstance(given.get(name), str) or not given[name]:
                raise _invalid(f"{name} is required.")
        for name in ("notificationUrl", "lifecycleNotificationUrl"):
            url = given.get(name)
            if url is not None and (not isinstance(url, str) or urlsplit(url).scheme != "https"):
                raise _invalid(f"{name} must use https.")
        return given

    def _expiry(self, given: dict[str, Any]) -> datetime:
        now = self.tenant.clock.now()
        asked = instant(given["expirationDateTime"])
        if asked <= now:
            raise _invalid("Subscription expiration must be in the future.")
        if asked > now + _LONGEST:
            raise _invalid("Subscription expiration can only be 10080 minutes in the future.")
        return max(asked, now + _SHORTEST)

    def _resource(
        self, tenant: Tenant, resource: str
    ) -> tuple[str, Literal["message", "event"], str | None]:
        if "?" in resource:
            raise _invalid("The sandbox tenant takes no query in a subscription's resource.")
        _, segments = split_path(resource)
        match = _RESOURCE.match("/".join(segments))
        if match is None:
            raise _invalid(f"Resource '{resource}' is not supported.")
        try:
            mailbox = tenant.mailbox(match[1])
            folder = mailbox.folder(match[2]).id if match[2] else None
        except GraphError as error:
            # the answer of Exchange comes wrapped (FACTS section 9)
            reason = f"[Status Code: {error.status}; Reason: {error.message}]"
            raise GraphError(
                error.status, "ExtensionError", f"Operation: Create; Exception: {reason}"
            ) from error
        return mailbox.owner, "event" if match[3] else "message", folder

    def _is_new(self, one: Subscription) -> None:
        self.live()
        others = self._by_owner.get(one.owner, {})
        if one.key in self._in_creation or any(o.key == one.key for o in others.values()):
            raise GraphError(
                409,
                "ExtensionError",
                "Subscription Id <> already exists for the requested combination",
            )
        if len(others) >= _A_MAILBOX:
            raise GraphError(403, "ExtensionError", "Too many subscriptions for the mailbox.")

    async def _handshake(self, *urls: str | None) -> None:
        asked = [url for url in urls if url is not None]
        good = await asyncio.gather(
            *(
                self.outbox.validate(url, f"Validation: Testing client application reachability "
                                          f"for subscription Request-Id: {uuid.uuid4()}")
                for url in asked
            )
        )  # fmt: skip
        if not all(good):
            raise _invalid(
                "Subscription validation request failed. Notification endpoint must respond with "
                "200 OK to validation request."
            )

    def _shown(self, call: Call, one: Subscription, *, status: int) -> Answer:
        context = f"{call.base}/$metadata#subscriptions/$entity"
        return Answer(status=status, body={"@odata.context": context, **one.shown})


def _kinds(text: str) -> frozenset[Kind]:
    try:
        return frozenset(Kind(word.strip().lower()) for word in text.split(","))
    except ValueError:
        raise _invalid(f"changeType '{text}' is not valid.") from None


def _invalid(message: str) -> GraphError:
    return bad_request(message, code="ValidationError")
