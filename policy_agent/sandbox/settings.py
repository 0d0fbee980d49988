"""A mailbox's own settings, its categories, and translations between kinds of ids."""

import copy
import uuid
from typing import Any

from policy_agent.sandbox.calls import Answer, Call, Routes
from policy_agent.sandbox.mailboxes import Mailbox
from policy_agent.sandbox.odata import page
from policy_agent.sandbox.orders import PersonBody
from policy_agent.sandbox.refusals import GraphError, bad_request, not_found
from policy_agent.sandbox.tenant import Tenant
from policy_agent.sandbox.zones import show_time

routes = Routes()
_WRITABLE = frozenset(
    [
        "automaticRepliesSetting",
        "dateFormat",
        "delegateMeetingMessageDeliveryOptions",
        "language",
        "timeFormat",
        "timeZone",
        "workingHours",
    ]
)
_DEFAULT: dict[str, Any] = {
    "archiveFolder": None,
    "timeZone": "GMT Standard Time",
    "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
    "dateFormat": "dd/MM/yyyy",
    "timeFormat": "HH:mm",
    "userPurpose": "user",
    "automaticRepliesSetting": {
        "status": "disabled",
        "externalAudience": "all",
        "internalReplyMessage": "",
        "externalReplyMessage": "",
        "scheduledStartDateTime": {"dateTime": "2026-01-01T00:00:00.0000000", "timeZone": "UTC"},
        "scheduledEndDateTime": {"dateTime": "2026-01-02T00:00:00.0000000", "timeZone": "UTC"},
    },
    "language": {"locale": "en-GB", "displayName": "English (United Kingdom)"},
    "workingHours": {
        "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "startTime": "08:30:00.0000000",
        "endTime": "17:30:00.0000000",
        "timeZone": {"name": "GMT Standard Time"},
    },
}
_MAX_IDS = 1000
_COLORS = frozenset(["none", *(f"preset{n}" for n in range(25))])


def settings_of(mailbox: Mailbox) -> dict[str, Any]:
    """Return a mailbox's settings, to read and to change."""
    if not mailbox.settings:
        mailbox.settings = copy.deepcopy(_DEFAULT)
    return mailbox.settings


def apply_person(settings: dict[str, Any], person: PersonBody) -> None:
    """Write into a mailbox's settings what the control endpoint says of its person."""
    settings["userPurpose"] = person.purpose
    hours, away = person.working_hours, person.automatic_replies
    if person.time_zone is not None:
        settings["timeZone"] = person.time_zone
        settings["workingHours"]["timeZone"] = {"name": person.time_zone}
    if person.locale is not None:
        settings["language"] = {"locale": person.locale, "displayName": person.locale}
    if hours is not None:
        settings["workingHours"].update(
            daysOfWeek=[day.lower() for day in hours.days],
            startTime=f"{hours.start:%H:%M:%S}.0000000",
            endTime=f"{hours.end:%H:%M:%S}.0000000",
        )
    if away is not None:
        replies = settings["automaticRepliesSetting"]
        replies["status"] = away.status
        for name, at in (("Start", away.start), ("End", away.end)):
            if at is not None:
                replies[f"scheduled{name}DateTime"] = show_time(at, "UTC")


@routes.add("GET", "/users/{}/mailboxSettings")
def get_settings(tenant: Tenant, call: Call) -> Answer:
    return _shown(call, tenant.mailbox(call.params[0]))


@routes.add("GET", "/users/{}/mailboxSettings/{}")
def get_setting(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    by_name = {name.lower(): value for name, value in settings_of(mailbox).items()}
    if call.params[1].lower() not in by_name:
        raise bad_request(f"Resource not found for the segment '{call.params[1]}'.")
    value = by_name[call.params[1].lower()]
    return Answer(body=value if isinstance(value, dict) else {"value": value})


@routes.add("PATCH", "/users/{}/mailboxSettings")
def patch_settings(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    settings = settings_of(mailbox)
    given = {name: value for name, value in call.json().items() if "@" not in name}
    for name, value in given.items():
        if name not in _WRITABLE:
            raise bad_request(f"The property '{name}' cannot be set.", code="RequestBodyRead")
        if isinstance(settings[name], dict) != isinstance(value, dict):
            raise bad_request(f"Cannot read the value of '{name}'.", code="RequestBodyRead")
    for name, value in given.items():
        if isinstance(value, dict):
            settings[name] = {**settings[name], **value}
        else:
            settings[name] = value
    return _shown(call, mailbox)


def _shown(call: Call, mailbox: Mailbox) -> Answer:
    context = f"{call.base}/$metadata#users('{mailbox.owner}')/mailboxSettings"
    return Answer(body={"@odata.context": context, **settings_of(mailbox)})


@routes.add("GET", "/users/{}/outlook/masterCategories")
def list_categories(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    context = f"users('{mailbox.owner}')/outlook/masterCategories"
    return page(call, list(mailbox.categories.values()), dict, context=context, default_top=1000)


@routes.add("POST", "/users/{}/outlook/masterCategories")
def create_category(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    given = call.json()
    name, color = given.get("displayName"), given.get("color", "none")
    if not isinstance(name, str) or not name or color not in _COLORS:
        raise bad_request("A displayName and a preset color are needed.", code="RequestBodyRead")
    if any(c["displayName"].lower() == name.lower() for c in mailbox.categories.values()):
        raise GraphError(409, "CategoryNameDuplicate", "The category name is already in use.")
    category = {"id": str(uuid.uuid4()), "displayName": name, "color": color}
    mailbox.categories[category["id"]] = category
    return _category(call, mailbox, category, status=201)


@routes.add("GET", "/users/{}/outlook/masterCategories/{}")
def get_category(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    return _category(call, mailbox, _find_category(mailbox, call.params[1]), status=200)


@routes.add("PATCH", "/users/{}/outlook/masterCategories/{}")
def patch_category(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    category = _find_category(mailbox, call.params[1])
    color = call.json().get("color")
    if color not in _COLORS or call.json().keys() - {"color"}:
        raise bad_request("Only the color of a category can change.", code="RequestBodyRead")
    category["color"] = color
    return _category(call, mailbox, category, status=200)


@routes.add("DELETE", "/users/{}/outlook/masterCategories/{}")
def delete_category(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    del mailbox.categories[_find_category(mailbox, call.params[1])["id"]]
    return Answer(status=204)


def _find_category(mailbox: Mailbox, key: str) -> dict[str, Any]:
    found = mailbox.categories.get(key.lower())
    if found is None:
        raise not_found("The category was not found.")
    return found


def _category(call: Call, mailbox: Mailbox, category: dict[str, Any], *, status: int) -> Answer:
    context = f"{call.base}/$metadata#users('{mailbox.owner}')/outlook/masterCategories/$entity"
    return Answer(status=status, body={"@odata.context": context, **category})


@routes.add("POST", "/users/{}/translateExchangeIds")
def translate_ids(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    given = {name.lower(): value for name, value in call.json().items()}
    source, target = given.get("sourceidtype"), given.get("targetidtype")
    ids = given.get("inputids")
    if not isinstance(ids, list) or not 0 < len(ids) <= _MAX_IDS:
        raise bad_request(f"1 to {_MAX_IDS} inputIds are needed.", code="ErrorInvalidRequest")
    kinds = {"restId", "restImmutableEntryId", "ewsId"}
    if source not in kinds or target not in kinds:
        raise bad_request(
            f"The sandbox tenant translates between {', '.join(sorted(kinds))} only.",
            code="ErrorInvalidRequest",
        )
    context = f"{call.base}/$metadata#Collection(microsoft.graph.convertIdResult)"
    return Answer(
        body={
            "@odata.context": context,
            "value": [_translate(mailbox, str(one), source, target) for one in ids],
        }
    )


def _translate(mailbox: Mailbox, one: str, source: str, target: str) -> dict[str, Any]:
    key = one.replace("/", "-").replace("+", "_") if source == "ewsId" else one
    try:
        message = mailbox.message(key)
    except GraphError as error:
        return {
            "sourceId": one,
            "errorDetails": {"code": error.code, "message": error.message},
        }
    found = message.id(immutable=target == "restImmutableEntryId")
    if target == "ewsId":
        found = found.replace("-", "/").replace("_", "+")
    return {"sourceId": one, "targetId": found}
