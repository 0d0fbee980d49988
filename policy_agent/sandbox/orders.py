"""The bodies that the control endpoints take; an unknown key is refused."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from policy_agent.sandbox.certificate import NAMES

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ClockBody(_Body):
    now: AwareDatetime | None = None
    rate: Annotated[float, Field(ge=0)] | None = None


class PersonBody(_Body):
    person: str
    role: str = ""
    teams: list[str] = []
    purpose: Literal["user", "linked", "shared", "room", "equipment", "others"] = "user"
    time_zone: str | None = None
    enabled: bool = True


class PeopleBody(_Body):
    people: list[PersonBody] = []
    groups: dict[str, str] = {}
    domain: str | None = None


class MembersBody(_Body):
    group: str
    members: list[str]


class MessageBody(_Body):
    from_: Annotated[str, Field(alias="from")]
    to: list[str] = []
    cc: list[str] = []
    bcc: list[str] = []
    subject: str = ""
    body: str = ""
    importance: Literal["low", "normal", "high"] = "normal"
    categories: list[str] = []
    headers: dict[str, str] = {}
    internet_message_id: str | None = None
    received: AwareDatetime | None = None


class DeliverBody(_Body):
    messages: list[MessageBody]


class LateBody(_Body):
    share: Share
    seconds: Seconds


class UnavailableBody(_Body):
    until: AwareDatetime | None = None
    seconds: Seconds | None = None


class FaultsBody(_Body):
    seed: int | None = None
    lost_notifications: Share | None = None
    repeated_notifications: Share | None = None
    event_echoes: Share | None = None
    late_notifications: LateBody | None = None
    throttle: Share | None = None
    retry_after: Seconds | None = None
    unavailable: bool | UnavailableBody | None = None
    error_rate: Share | None = None
    lost_answers: Share | None = None
    empty_delta_pages: Share | None = None
    expire_delta: bool | None = None
    token_revoked: bool | None = None
    token_lifetime: int | None = None
    latency: Seconds | None = None
    hold: bool | None = None
    notification_latency: Seconds | None = None
    unlicensed: list[str] | None = None
    denied: list[str] | None = None
    full: list[str] | None = None


class LimitsBody(_Body):
    concurrent: int | None = None
    requests: int | None = None
    window: Seconds | None = None


class LifecycleBody(_Body):
    event: Literal["reauthorizationRequired", "subscriptionRemoved", "missed"]
    subscription_id: str | None = None


class DropBody(_Body):
    subscription_ids: list[str] | None = None


class ActBody(_Body):
    address: str
    action: Literal["move", "delete", "read", "unread", "send"]
    message: str
    folder: str | None = None


class CertificateBody(_Body):
    certificate: str


class FederatedBody(_Body):
    issuer: str
    subject: str
    public_key: str


class ServerCertificateBody(_Body):
    names: list[str] = list(NAMES)
