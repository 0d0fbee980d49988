"""The bodies that the control endpoints take; an unknown key is refused."""

from datetime import time
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NaiveDatetime

from policy_agent.sandbox.certificate import NAMES

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ClockBody(_Body):
    now: AwareDatetime | None = None
    rate: Annotated[float, Field(ge=0)] | None = None


class HoursBody(_Body):
    days: list[str]
    start: time
    end: time


class AwayBody(_Body):
    status: Literal["disabled", "alwaysEnabled", "scheduled"]
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None


class PersonBody(_Body):
    person: str
    role: str = ""
    teams: list[str] = []
    purpose: Literal["user", "linked", "shared", "room", "equipment", "others"] = "user"
    time_zone: str | None = None
    locale: str | None = None
    working_hours: HoursBody | None = None
    automatic_replies: AwayBody | None = None
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


class InvitedBody(_Body):
    address: str
    response: Literal["none", "notResponded", "tentativelyAccepted", "accepted", "declined"] = (
        "notResponded"
    )
    role: Literal["required", "optional", "resource"] = "required"


ShowAs = Literal["free", "tentative", "busy", "oof", "workingElsewhere"]


class MeetingBody(_Body):
    organiser: str
    attendees: list[str | InvitedBody] = []
    subject: str = ""
    body: str = ""
    location: str = ""
    start: NaiveDatetime  # on the wall clock of `time_zone`
    end: NaiveDatetime
    time_zone: str = "GMT Standard Time"
    all_day: bool = False
    recurrence: dict[str, Any] | None = None  # as Graph has it
    show_as: ShowAs = "busy"
    sensitivity: Literal["normal", "personal", "private", "confidential"] = "normal"
    importance: Literal["low", "normal", "high"] = "normal"
    categories: list[str] = []
    online: bool = False
    response_requested: bool = True
    proposals: bool = True
    created: AwareDatetime | None = None
    extended: dict[str, str] = {}
    invite: bool = False


class MeetingsBody(_Body):
    meetings: list[MeetingBody]


class EventActBody(_Body):
    address: str
    event: str  # an id of either kind, of an occurrence too
    action: Literal[
        "move", "change", "cancel", "accept", "tentativelyAccept", "decline", "delete",
        "categorise", "uncategorise",
    ]  # fmt: skip
    start: NaiveDatetime | None = None
    end: NaiveDatetime | None = None
    time_zone: str | None = None
    subject: str | None = None
    body: str | None = None
    show_as: ShowAs | None = None
    attendees: list[str | InvitedBody] | None = None
    category: str | None = None
    comment: str = ""
    told: bool = True


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


class RegistrationBody(_Body):
    redirect_uris: list[str] = []
    roles: dict[str, list[str]] = {}  # app roles by id or address of a person


class CertificateBody(_Body):
    certificate: str


class FederatedBody(_Body):
    issuer: str
    subject: str
    public_key: str


class ServerCertificateBody(_Body):
    names: list[str] = list(NAMES)
