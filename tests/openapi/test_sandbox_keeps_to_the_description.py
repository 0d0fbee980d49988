"""The sandbox tenant over HTTPS, with the real msal, held to Microsoft's description of Graph.

Each answer is checked as it comes over the wire, and the tenant's own record of all calls and
notifications at the end.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msal
import pytest
import requests

from tests.openapi.contract import Contract
from tests.openapi.records import Report
from tests.sandbox.webhook import Webhook, issue, open_webhook
from tests.sandbox_tenant import SandboxTenant, start_sandbox

pytestmark = pytest.mark.acceptance

IDS = 'IdType="ImmutableId"'
TIMEOUT = 20  # seconds
MARKER = "String {6f1c0a3e-7c1b-4e0e-9a53-0d2f5a2b7c11} Name held"
DEFERRED = "SystemTime 0x3FEF"
BOB = "bob@northshire.example"
WINDOW = {
    "startTime": {"dateTime": "2026-05-26T08:00:00", "timeZone": "Europe/London"},
    "endTime": {"dateTime": "2026-05-29T18:00:00", "timeZone": "Europe/London"},
}
PEOPLE = {
    "people": [
        {"person": "alice", "role": "manager", "teams": ["staff", "leadership"]},
        {"person": "bob", "role": "practitioner", "teams": ["staff"]},
        {"person": "carol", "role": "practitioner", "teams": ["staff"]},
        {"person": "dan", "role": "practitioner", "teams": ["emergency-duty"], "enabled": False},
        {"person": "room", "teams": ["staff"], "purpose": "room", "time_zone": "Europe/London"},
    ],
    "groups": {"emergency-duty": "edt@northshire.example"},
}

LONDON = "GMT Standard Time"
MEETING: dict[str, Any] = {
    "subject": "Team meeting",
    "body": {"contentType": "html", "content": "<p>Agenda</p>"},
    "start": {"dateTime": "2026-05-25T12:30:00", "timeZone": LONDON},
    "end": {"dateTime": "2026-05-25T13:00:00", "timeZone": LONDON},
}
WEEKLY: dict[str, Any] = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]},
    "range": {"type": "noEnd", "startDate": "2026-05-25"},
}


@dataclass(kw_only=True)
class Client:
    """A client of the tenant that checks each answer as it comes."""

    tenant: SandboxTenant
    contract: Contract
    session: requests.Session
    problems: list[str] = field(default_factory=list)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return self.tenant.control.request(method, path, json=body).raise_for_status().json()

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        ids: bool = True,
        query: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Call Graph; `query` gets the `$` of OData's options, save those that have none."""
        asked = _options(query or {})
        sent = {"Prefer": IDS} if ids else {}
        url = path if path.startswith("https:") else self.tenant.graph + path
        answer = self.session.request(
            method, url, params=asked, json=body, headers=sent, timeout=TIMEOUT
        )
        parts = urlsplit(url)
        asked |= {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.problems += self.contract.check_answer(
            method,
            parts.path.removeprefix("/v1.0") if path.startswith("https:") else path,
            answer.status_code,
            _content(answer),
            answer.headers,
            query=asked,
            request_body=body,
        )
        return answer

    def get(self, path: str, **query: str) -> Any:
        answer = self.call("GET", path, query=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.call("POST", path, body)
        assert answer.ok, answer.text
        return _content(answer)

    def pages(self, path: str, **query: str) -> dict[str, Any]:
        """Read all pages; return the last."""
        page: dict[str, Any] = self.get(path, **query)
        while link := page.get("@odata.nextLink"):
            page = self.get(link)
        return page


def _options(query: Mapping[str, str]) -> dict[str, str]:
    """Return a query with the `$` of OData's options, save those that have none."""
    plain = {"includeHiddenFolders", "changeType", "startDateTime", "endDateTime"}
    return {name if name in plain else f"${name}": value for name, value in query.items()}


def _content(answer: requests.Response) -> Any:
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    return answer.json() if is_json else answer.text


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came of driving the tenant through its calls."""

    answers: list[str]
    report: Report


@contextlib.contextmanager
def _signed_in(contract: Contract, *options: str) -> Iterator[Client]:
    clock = ("--clock", "2026-05-23T10:00:00Z")
    with (
        start_sandbox(*clock, *options, people="person,role,teams") as tenant,
        requests.Session() as session,
    ):
        session.verify = tenant.ca
        session.trust_env = False  # a bundle named in the environment would come before
        signing_in = msal.ConfidentialClientApplication(
            tenant.client_id,
            authority=tenant.authority,
            client_credential=tenant.client_secret,
            instance_discovery=False,
            http_client=session,
        )
        token = signing_in.acquire_token_for_client([tenant.scope])
        assert "access_token" in token, token
        session.headers["Authorization"] = f"Bearer {token['access_token']}"
        yield Client(tenant=tenant, contract=contract, session=session)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    directory = tmp_path_factory.mktemp("tenant")
    record = directory / "record.jsonl"
    contract = Contract.load()
    with _signed_in(contract, "--record", str(record)) as client:
        _drive(client, directory)
    return Seen(answers=client.problems, report=contract.check_record(record))


def test_every_answer_over_the_wire_keeps_to_the_description(seen: Seen) -> None:
    assert sorted(set(seen.answers)) == []


def test_the_record_of_the_tenant_keeps_to_the_description(seen: Seen) -> None:
    assert [str(problem) for problem in seen.report.problems] == []


def test_the_record_covers_what_the_agent_calls(seen: Seen) -> None:
    called = set(seen.report.calls)
    assert {
        "DELETE /subscriptions/{subscription-id}",
        "DELETE /users/{user-id}/mailFolders/{mailFolder-id}",
        "GET /groups/{group-id}/transitiveMembers",
        "GET /users/{user-id}/mailFolders/{mailFolder-id}/messages/delta",
        "GET /users/{user-id}/messages/{message-id}",
        "PATCH /users/{user-id}/messages/{message-id}",
        "POST /$batch",
        "POST /subscriptions",
        "POST /users/{user-id}/mailFolders/{mailFolder-id}/messages/{message-id}/move",
        "POST /users/{user-id}/messages",
        "POST /users/{user-id}/messages/{message-id}/move",
        "POST /users/{user-id}/messages/{message-id}/send",
        "POST /users/{user-id}/sendMail",
        "POST /users/{user-id}/calendar/getSchedule",
        "POST /users/{user-id}/translateExchangeIds",
        "DELETE /users/{user-id}/events/{event-id}",
        "GET /users/{user-id}/calendarView",
        "GET /users/{user-id}/calendarView/delta",
        "GET /users/{user-id}/events",
        "GET /users/{user-id}/events/{event-id}",
        "GET /users/{user-id}/events/{event-id}/instances",
        "PATCH /users/{user-id}/events/{event-id}",
        "POST /users/{user-id}/events",
        "POST /users/{user-id}/events/{event-id}/accept",
        "POST /users/{user-id}/events/{event-id}/cancel",
        "POST /users/{user-id}/events/{event-id}/decline",
        "POST /users/{user-id}/events/{event-id}/tentativelyAccept",
        "POST notification",
    } <= called
    assert not {name for name in called if name.endswith("(unknown)")}


def _wrong(user: str, message: str, event: str) -> list[tuple[str, str, Any, dict[str, str]]]:
    """Return requests against the description: method, path, body, query without `$`."""
    messages, delta = f"{user}/messages", f"{user}/mailFolders/inbox/messages/delta"
    week = {"startDateTime": "2026-05-25T00:00:00Z", "endDateTime": "2026-06-01T00:00:00Z"}
    schedule = f"{user}/calendar/getSchedule"
    part = {"id": "a", "method": "GET", "url": message, "headers": {"Prefer": IDS}}
    batches: list[list[dict[str, Any]]] = [
        [],
        [part, {**part, "id": "A"}],
        [{**part, "id": str(place)} for place in range(21)],
        [{**part, "url": f"https://graph.microsoft.com/v1.0{message}"}],
        [{**part, "method": "PATCH", "body": {"isRead": True}}],
        [{**part, "dependsOn": ["b"]}],
    ]
    return [
        ("GET", "/me/messages", None, {}),
        ("PUT", message, {}, {}),
        ("GET", f"{user}/findMeetingTimes", None, {}),
        ("GET", messages, None, {"select": "foo"}),
        ("GET", messages, None, {"filter": "foo eq 1"}),
        ("GET", messages, None, {"orderby": "foo"}),
        ("GET", messages, None, {"expand": "foo"}),
        ("GET", messages, None, {"expand": "singleValueExtendedProperties"}),
        ("GET", messages, None, {"top": "1001"}),
        ("GET", delta, None, {"search": "a"}),
        ("GET", delta, None, {"filter": "isRead eq true"}),
        ("PATCH", message, {"foo": 1}, {}),
        ("PATCH", message, {"isRead": "yes"}, {}),
        ("PATCH", message, {"importance": "urgent"}, {}),
        ("PATCH", message, {"toRecipients": None}, {}),
        ("POST", f"{message}/move", {}, {}),
        ("POST", f"{message}/move", None, {}),
        ("POST", messages, {"toRecipients": [{"address": "a"}]}, {}),
        ("POST", f"{user}/sendMail", {}, {}),
        ("GET", f"{user}/calendarView", None, {}),
        ("GET", f"{user}/calendarView", None, {**week, "select": "foo"}),
        ("GET", f"{user}/calendarView", None, {**week, "filter": "foo eq 1"}),
        ("GET", f"{user}/calendarView", None, {**week, "orderby": "foo"}),
        ("GET", f"{user}/calendarView", None, {**week, "expand": "foo"}),
        ("GET", f"{user}/calendarView", None, {**week, "startDateTime": "Monday"}),
        ("GET", f"{user}/calendarView/delta", None, {}),
        ("GET", f"{user}/calendarView/delta", None, {**week, "select": "subject"}),
        ("GET", f"{user}/calendarView/delta", None, {**week, "filter": "isAllDay eq true"}),
        ("GET", f"{user}/calendarView/delta", None, {**week, "orderby": "start/dateTime"}),
        ("GET", f"{event}/instances", None, {}),
        ("POST", f"{user}/events", {**MEETING, "foo": 1}, {}),
        ("POST", f"{user}/events", {**MEETING, "start": "2026-05-25"}, {}),
        ("POST", f"{user}/events", {**MEETING, "showAs": "busily"}, {}),
        ("POST", f"{user}/events", {**MEETING, "attendees": [{"address": "a"}]}, {}),
        ("POST", f"{user}/events", {**MEETING, "recurrence": {"pattern": {"type": "x"}}}, {}),
        ("PATCH", event, {"isReminderOn": "yes"}, {}),
        ("POST", f"{event}/decline", {"reason": "no"}, {}),
        ("POST", f"{event}/decline", {"proposedNewTime": {"start": 1}}, {}),
        ("POST", "/subscriptions", {"resource": f"{user}/messages"}, {}),
        ("POST", schedule, {"schedules": [BOB]}, {}),
        ("POST", schedule, {**WINDOW, "schedules": [BOB], "attendees": []}, {}),
        ("POST", schedule, {**WINDOW, "schedules": [BOB] * 21}, {}),
        ("POST", schedule, {**WINDOW, "schedules": [BOB], "availabilityViewInterval": "30"}, {}),
        *[("POST", "/$batch", {"requests": parts}, {}) for parts in batches],
    ]


def test_the_tenant_refuses_what_the_description_does_not_have() -> None:
    contract = Contract.load()
    with _signed_in(contract) as client:
        bob = client.control("POST", "/people", PEOPLE)["users"][1]["id"]
        mail = {"from": "alice@northshire.example", "to": ["bob@northshire.example"]}
        client.control("POST", "/deliver", {"messages": [mail]})
        message = client.get(f"/users/{bob}/messages")["value"][0]["id"]
        event = client.post(f"/users/{bob}/events", MEETING)["id"]
        wrong = _wrong(
            f"/users/{bob}", f"/users/{bob}/messages/{message}", f"/users/{bob}/events/{event}"
        )
        taken = []
        for method, path, body, query in wrong:
            answer = client.call(method, path, body, query=query)
            if answer.status_code not in {400, 405}:
                taken.append((method, path, body, query, answer.status_code))
    assert taken == []
    assert client.problems == []
    unseen = [
        (method, path, body, query)
        for method, path, body, query in wrong
        if not contract.check_request(method, path, _options(query), body)
    ]
    assert unseen == []


def _drive(client: Client, directory: Path) -> None:
    """Drive the tenant through all that it speaks."""
    people = client.control("POST", "/people", PEOPLE)
    client.control(
        "PUT", "/members", {"group": "everyone", "members": ["staff", "edt@northshire.example"]}
    )
    ids = {user["person"]: user["id"] for user in people["users"]}
    _directory(client, ids)
    _settings(client, ids["bob"])
    _schedules(client, ids["bob"])
    with open_webhook(issue(client.tenant, directory)) as webhook:
        subscription = _subscribe(client, ids["bob"], webhook.url)
        _folders(client, ids["bob"])
        _received_mail(client, ids["bob"])
        _sent_mail(client, ids["alice"])
        _calendars(client, ids["alice"], ids["bob"], webhook.url)
        _batch(client, ids["bob"])
        _refusals(client, ids)
        _lifecycle(client, subscription, webhook)
    _no_tokens(client, ids["bob"])


def _directory(client: Client, ids: dict[str, str]) -> None:
    organisations = client.get("/organization")
    client.get(f"/organization/{organisations['value'][0]['id']}")
    client.pages("/users", top="2")
    client.pages("/users", select="id,mail,userPrincipalName,accountEnabled", top="2")
    client.get("/users", filter="mail eq 'bob@northshire.example'")
    client.get("/users", filter="accountEnabled eq true", select="displayName")
    client.get("/users/bob@northshire.example")
    client.get(f"/users('{ids['bob']}')", select="id,displayName,mail")
    groups = client.pages("/groups", top="2")
    client.get("/groups", filter="mail eq 'edt@northshire.example'", select="id,mail")
    group = client.get("/groups", filter="displayName eq 'everyone'")["value"]
    chosen = (group or groups["value"])[0]["id"]
    client.get(f"/groups/{chosen}")
    for relation in ("members", "transitiveMembers"):
        client.pages(f"/groups/{chosen}/{relation}", top="1")
        client.get(f"/groups/{chosen}/{relation}", select="id,mail,userPrincipalName")
        client.get(f"/groups/{chosen}/{relation}/microsoft.graph.user", select="id,mail")
        client.get(f"/groups/{chosen}/{relation}/microsoft.graph.user", top="999")
    for relation in ("memberOf", "transitiveMemberOf"):
        client.get(f"/users/{ids['bob']}/{relation}")
        client.get(f"/users/{ids['bob']}/{relation}", select="id,displayName")


def _settings(client: Client, user: str) -> None:
    client.get(f"/users/{user}/mailboxSettings")
    client.get(f"/users/{user}/mailboxSettings", select="timeZone,workingHours,userPurpose")
    replies = {"automaticRepliesSetting": {"status": "disabled"}}
    hours = {"workingHours": {"daysOfWeek": ["monday", "tuesday"]}}
    client.call("PATCH", f"/users/{user}/mailboxSettings", {**replies, **hours})
    path = f"/users/{user}/outlook/masterCategories"
    made = client.post(path, {"displayName": "Held for Monday", "color": "preset3"})
    client.get(path)
    client.get(f"{path}/{made['id']}")
    client.call("PATCH", f"{path}/{made['id']}", {"color": "preset4"})
    client.call("DELETE", f"{path}/{made['id']}")


def _schedules(client: Client, user: str) -> None:
    path = f"/users/{user}/calendar/getSchedule"
    found = client.post(path, {"schedules": [BOB, "someone@police.example"], **WINDOW})["value"]
    assert [one["scheduleId"] for one in found if "error" in one] == ["someone@police.example"]
    client.post(path, {"schedules": ["leadership@northshire.example"], **WINDOW})
    client.post(path, {"Schedules": [BOB], "AvailabilityViewInterval": 60, **WINDOW})


def _subscribe(client: Client, user: str, url: str) -> str:
    body = {
        "changeType": "created,updated,deleted",
        "notificationUrl": url,
        "lifecycleNotificationUrl": url,
        "resource": f"users/{user}/mailFolders('inbox')/messages",
        "expirationDateTime": "2026-05-29T10:00:00Z",
        "clientState": "secret",
    }
    made = client.post("/subscriptions", body)
    client.get("/subscriptions")
    client.get(f"/subscriptions/{made['id']}")
    expiry = {"expirationDateTime": "2026-05-28T10:00:00.000Z"}
    client.call("PATCH", f"/subscriptions/{made['id']}", expiry)
    client.call("POST", f"/subscriptions/{made['id']}/reauthorize")
    assert client.call("POST", "/subscriptions", body).status_code == 409
    return str(made["id"])


def _folders(client: Client, user: str) -> None:
    path = f"/users/{user}/mailFolders"
    made = client.post(path, {"displayName": "Arriving next working day", "isHidden": False})
    hidden = client.post(path, {"displayName": "Hidden", "isHidden": True})
    child = client.post(f"{path}/{made['id']}/childFolders", {"displayName": "Child"})
    client.pages(path, top="3")
    client.get(path, includeHiddenFolders="true", top="50")
    client.get(path, filter="displayName eq 'Arriving next working day'", select="id,displayName")
    client.get(f"{path}/{made['id']}/childFolders")
    client.get(f"{path}/inbox")
    client.get(f"{path}('inbox')", select="id,totalItemCount,unreadItemCount")
    client.call("PATCH", f"{path}/{child['id']}", {"displayName": "Renamed"})
    client.post(f"{path}/{child['id']}/move", {"destinationId": hidden["id"]})
    client.call("DELETE", f"{path}/{hidden['id']}")
    assert client.call("POST", path, {"displayName": made["displayName"]}).status_code == 409


def _received_mail(client: Client, user: str) -> None:
    sent = [
        {
            "from": "alice@northshire.example",
            "to": ["bob@northshire.example", "edt@northshire.example"],
            "cc": ["someone@police.example"],
            "subject": f"Note {number}",
            "body": "Hello",
            "importance": "high" if number == 3 else "normal",
            "headers": {"List-Unsubscribe": "<mailto:a@b.example>"},
        }
        for number in range(12)
    ]
    client.control("POST", "/deliver", {"messages": sent})
    path = f"/users/{user}/messages"
    inbox = f"/users/{user}/mailFolders/inbox/messages"
    page = client.get(path, top="5", orderby="receivedDateTime desc")
    client.pages(path, select="id,subject,from,receivedDateTime", top="5")
    client.get(path, filter="receivedDateTime ge 2026-05-23T00:00:00Z and isRead eq false")
    client.get(path, filter="importance eq 'high'", count="true")
    client.get(path, top="2", skip="2")
    expand = f"singleValueExtendedProperties($filter=id eq '{MARKER}')"
    message = page["value"][0]["id"]
    client.get(f"{path}/{message}")
    client.get(f"{path}('{message}')", select="internetMessageHeaders,subject", expand=expand)
    client.call("GET", f"{path}/{message}/$value")
    held = {"isRead": False, "categories": ["Held"], "flag": {"flagStatus": "flagged"}}
    marked = {"singleValueExtendedProperties": [{"id": MARKER, "value": "h1"}]}
    client.call("PATCH", f"{path}/{message}", {**held, **marked, "importance": "low"})
    client.get(f"{path}/{message}", expand=expand)
    query = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARKER}' and ep/value eq 'h1')"
    client.get(path, filter=query, expand=expand)

    delta = client.pages(f"{inbox}/delta", select="subject,isRead,categories")
    client.pages(f"{inbox}/delta()", filter="receivedDateTime ge 2026-05-23T00:00:00Z", top="3")
    client.pages(f"{inbox}/delta", changeType="created", expand=expand)
    folder = client.get(f"/users/{user}/mailFolders", filter="startswith(displayName,'Arriving')")
    hold = folder["value"][0]["id"]
    client.post(f"{path}/{message}/move", {"destinationId": hold})
    client.post(f"{inbox}/{page['value'][1]['id']}/move", {"DestinationId": hold})
    client.call("PATCH", f"{inbox}/{page['value'][2]['id']}", {"isRead": True})
    client.call("DELETE", f"{path}/{page['value'][3]['id']}")
    changes = client.pages(delta["@odata.deltaLink"])
    assert any("@removed" in item for item in changes["value"])
    client.post(f"{path}/{message}/copy", {"destinationId": "inbox"})
    client.post(f"{path}/{message}/move", {"destinationId": "inbox"})
    wanted = {"sourceIdType": "restImmutableEntryId", "targetIdType": "restId"}
    translate = f"/users/{user}/translateExchangeIds"
    client.post(translate, {"inputIds": [message, "nonsense"], **wanted})
    client.control("PUT", "/faults", {"empty_delta_pages": 1.0})
    client.get(changes["@odata.deltaLink"])
    client.control("DELETE", "/faults")
    client.control("PUT", "/faults", {"expire_delta": True})
    assert client.call("GET", changes["@odata.deltaLink"]).status_code == 410


def _sent_mail(client: Client, user: str) -> None:
    to = [{"emailAddress": {"address": "bob@northshire.example", "name": "Bob"}}]
    content = {
        "subject": "About Monday",
        "body": {"contentType": "html", "content": "<p>Hello</p>"},
        "toRecipients": to,
        "internetMessageHeaders": [{"name": "x-policy-agent", "value": "receipt"}],
    }
    path = f"/users/{user}/messages"
    draft = client.post(path, content)
    deferred = [{"id": DEFERRED, "value": "2026-05-26T07:30:00Z"}]
    client.call("PATCH", f"{path}/{draft['id']}", {"singleValueExtendedProperties": deferred})
    client.post(f"{path}/{draft['id']}/send")
    expand = f"singleValueExtendedProperties($filter=id eq '{DEFERRED}')"
    waiting = client.get(f"/users/{user}/mailFolders/drafts/messages", expand=expand)
    assert [item["id"] for item in waiting["value"]] == [draft["id"]]
    client.call("DELETE", f"{path}/{draft['id']}")
    now = client.post(f"/users/{user}/mailFolders/drafts/messages", content)
    client.post(f"{path}/{now['id']}/send")
    client.get(f"{path}/{now['id']}")
    client.post(f"/users/{user}/sendMail", {"message": content, "saveToSentItems": True})
    client.get(f"/users/{user}/mailFolders/sentitems/messages")


def _calendars(client: Client, organiser: str, attendee: str, url: str) -> None:
    mine, theirs = f"/users/{organiser}/events", f"/users/{attendee}/events"
    window = {"startDateTime": "2026-05-25T00:00:00Z", "endDateTime": "2026-08-24T00:00:00Z"}
    subscription = {
        "changeType": "created,updated,deleted",
        "notificationUrl": url,
        "resource": f"users/{attendee}/events",
        "expirationDateTime": "2026-05-29T10:00:00Z",
        "clientState": "secret",
    }
    client.post("/subscriptions", subscription)
    people: list[dict[str, Any]] = [
        {"emailAddress": {"address": "bob@northshire.example", "name": "Bob"}, "type": "required"},
        {"emailAddress": {"address": "someone@police.example"}, "type": "optional"},
    ]
    marked = [{"id": MARKER, "value": "b1"}]
    extra = {"attendees": people, "isOnlineMeeting": True, "transactionId": "t-1"}
    series = client.post(mine, {**MEETING, **extra, "recurrence": WEEKLY})
    assert client.post(mine, {**MEETING, **extra})["id"] == series["id"]
    client.post(
        f"/users/{organiser}/calendar/events",
        {
            **MEETING,
            "showAs": "busy",
            "categories": ["Protected"],
            "isReminderOn": False,
            "responseRequested": False,
            "singleValueExtendedProperties": marked,
        },
    )
    day = {name: {"dateTime": f"2026-05-{date}T00:00:00", "timeZone": LONDON}
           for name, date in (("start", 27), ("end", 28))}  # fmt: skip
    client.post(mine, {"subject": "Focus", **day, "isAllDay": True, "sensitivity": "private"})
    _views(client, organiser, window)
    client.get(f"{mine}/{series['id']}/instances", **window, select="id,start,end,type")
    client.get(f"{mine}/{series['id']}", select="id,cancelledOccurrences,recurrence")
    delta = client.pages(f"/users/{attendee}/calendarView/delta", **window)

    days = client.get(f"/users/{attendee}/calendarView", **window, select="id,type")["value"]
    first, second, third, fourth = (one["id"] for one in days[:4])
    proposal = {name: {"dateTime": f"2026-06-01T{time}:00", "timeZone": "UTC"}
                for name, time in (("start", "14:00"), ("end", "14:30"))}  # fmt: skip
    refusal = {"comment": "Lunch", "sendResponse": True, "proposedNewTime": proposal}
    client.post(f"{theirs}/{second}/decline", refusal)
    assert client.call("GET", f"{theirs}/{second}").status_code == 404
    client.post(f"{theirs}/{first}/accept", {"comment": "", "sendResponse": False})
    client.post(f"{theirs}/{third}/tentativelyAccept", refusal)
    client.call("PATCH", f"{theirs}/{fourth}", {"categories": ["Mine"], "showAs": "free"})
    client.call("DELETE", f"{theirs}/{fourth}")
    own = client.get(f"{mine}/{series['id']}/instances", **window)["value"]
    later = {name: {"dateTime": f"2026-06-15T{time}:00", "timeZone": LONDON}
             for name, time in (("start", "14:00"), ("end", "14:30"))}  # fmt: skip
    client.call("PATCH", f"{mine}/{own[3]['id']}", later)
    client.post(f"{mine}/{own[4]['id']}/cancel", {"comment": "Not this week"})
    changes = client.pages(delta["@odata.deltaLink"])["value"]
    assert any("@removed" in item for item in changes)
    client.call("PATCH", f"{mine}/{series['id']}", {"subject": "Team hour"})
    assert client.call("POST", f"{mine}/{series['id']}/decline", {}).status_code == 400
    taken = client.get(theirs)["value"][0]["id"]
    assert client.call("POST", f"{theirs}/{taken}/cancel", {}).status_code == 400
    assert client.call("POST", f"{mine}/{taken}/cancel", {}).status_code == 404
    client.post(f"{mine}/{series['id']}/cancel", {"comment": "It is over"})
    client.get(theirs)
    client.call("DELETE", f"{theirs}/{taken}")
    for user in (organiser, attendee):
        found = client.get(f"/users/{user}/messages", top="50")["value"]
        assert any("meetingMessageType" in message for message in found)


def _views(client: Client, user: str, window: Mapping[str, str]) -> None:
    path = f"/users/{user}"
    expand = f"singleValueExtendedProperties($filter=id eq '{MARKER}')"
    client.get(f"{path}/calendar")
    client.get(f"{path}/calendars", select="id,name")
    client.get(f"{path}/calendarView", **window)
    client.pages(f"{path}/calendarView", **window, top="3", orderby="start/dateTime")
    client.get(f"{path}/calendar/calendarView", **window, expand=expand)
    names = "id,subject,start,end,iCalUId,type,seriesMasterId,occurrenceId,isCancelled,attendees"
    client.get(f"{path}/calendarView", **window, select=names, filter="isAllDay eq false")
    client.get(f"{path}/events", top="2", orderby="lastModifiedDateTime desc")
    client.get(f"{path}/events", filter="lastModifiedDateTime ge 2026-05-01T00:00:00Z")
    query = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARKER}' and ep/value eq 'b1')"
    assert len(client.get(f"{path}/events", filter=query, expand=expand)["value"]) == 1


def _batch(client: Client, user: str) -> None:
    path = f"/users/{user}/messages"
    messages = client.get(path, top="3", select="id")["value"]
    prefer = {"Prefer": IDS}
    parts: list[dict[str, Any]] = [
        {"id": str(place), "method": "GET", "headers": prefer, "url": f"{path}/{one['id']}"}
        for place, one in enumerate(messages)
    ]
    parts[0]["url"] += "?$select=id,subject,receivedDateTime"
    missing: dict[str, Any] = {
        "id": "gone",
        "method": "GET",
        "headers": prefer,
        "url": f"{path}/AAMkgone",
    }
    move = {
        "id": "move",
        "method": "POST",
        "url": f"{path}/{messages[0]['id']}/move",
        "headers": {**prefer, "Content-Type": "application/json"},
        "body": {"destinationId": "archive"},
        "dependsOn": ["0"],
    }
    after = {"id": "after", "method": "DELETE", "headers": prefer, "url": f"{path}/1"}
    body = {"requests": [*parts, missing, move, {**after, "dependsOn": ["gone"]}]}
    answer = client.call("POST", "/$batch", body, ids=False)
    assert answer.status_code == 200
    statuses = {one["id"]: one["status"] for one in answer.json()["responses"]}
    assert statuses == {"0": 200, "1": 200, "2": 200, "gone": 404, "move": 201, "after": 424}
    client.control("PUT", "/faults", {"throttle": 1.0, "retry_after": 1})
    client.call("POST", "/$batch", {"requests": parts}, ids=False)
    assert client.call("GET", path).status_code == 429
    client.control("DELETE", "/faults")


def _refusals(client: Client, ids: dict[str, str]) -> None:
    bob, alice = ids["bob"], ids["alice"]
    assert client.call("GET", f"/users/{bob}/messages/AAMkgone").status_code == 404
    assert client.call("GET", "/users/nobody@northshire.example").status_code == 404
    assert client.call("GET", "/users/nobody@northshire.example/messages").status_code == 404
    assert client.call("GET", f"/users/{bob}/mailFolders/AAMkgone").status_code == 404
    assert client.call("GET", "/groups/3b0a4c9e-6d6c-4b1e-9f5e-1a2b3c4d5e6f").status_code == 404
    assert client.call("GET", "/subscriptions/nothing").status_code == 404
    faults = {"unlicensed": ["bob@northshire.example"], "denied": ["alice@northshire.example"]}
    client.control("PUT", "/faults", faults)
    assert client.call("GET", f"/users/{bob}/messages").status_code == 404
    assert client.call("GET", f"/users/{alice}/messages").status_code == 403
    client.control("DELETE", "/faults")
    client.control("PUT", "/faults", {"unavailable": True})
    assert client.call("GET", f"/users/{bob}/messages").status_code == 503
    client.control("DELETE", "/faults")
    client.control("PUT", "/faults", {"error_rate": 1.0})
    assert client.call("GET", f"/users/{bob}/messages").status_code >= 500
    client.control("DELETE", "/faults")


def _lifecycle(client: Client, subscription: str, webhook: Webhook) -> None:
    webhook.wait_for(lambda items: {"created", "updated", "deleted"} <= _changes(items))
    for event in ("reauthorizationRequired", "missed"):
        client.control("POST", "/lifecycle", {"event": event})
    webhook.wait_for(lambda items: sum("lifecycleEvent" in item for item in items) > 1)
    assert client.call("DELETE", f"/subscriptions/{subscription}").status_code == 204
    client.get("/subscriptions")


def _changes(items: list[dict[str, Any]]) -> set[str]:
    return {item["changeType"] for item in items if "changeType" in item}


def _no_tokens(client: Client, user: str) -> None:
    client.session.headers["Authorization"] = "Bearer nonsense"
    assert client.call("GET", f"/users/{user}/messages").status_code == 401
    assert client.call("POST", f"/users/{user}/sendMail", {"message": {}}).status_code == 401
