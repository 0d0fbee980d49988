"""The checker itself: for each of its rules something right passes and something wrong is named."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.openapi.contract import Contract
from tests.openapi.schemas import GRAPH, StrictSchemas

MESSAGES = "/users/bob/messages"
MESSAGE = "/users/bob/messages/1"
DELTA = "/users/bob/mailFolders/inbox/messages/delta"
VIEW = "/users/bob/calendarView"
IDS = {"Prefer": 'IdType="ImmutableId"'}
JSON = {"Content-Type": "application/json"}
A_GUID = "3b0a4c9e-6d6c-4b1e-9f5e-1a2b3c4d5e6f"
WINDOW = {"startDateTime": "2026-05-23T00:00:00Z", "endDateTime": "2026-05-30T00:00:00Z"}
START = {"dateTime": "2026-05-26T12:30:00", "timeZone": "Europe/London"}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.load()


def answered(contract: Contract, item: Mapping[str, Any], **query: str) -> list[str]:
    """Check the answer to a list of messages that holds one item."""
    body = {"value": [{"id": "1", **item}]}
    asked = {f"${name}": value for name, value in query.items()}
    return contract.check_answer("GET", MESSAGES, 200, body, JSON, query=asked)


# Paths and methods


@pytest.mark.parametrize(
    "path",
    [
        "/users/bob/mailFolders/inbox/messages",
        "/users('bob')/mailFolders('inbox')/messages",
        "/v1.0/users/bob@northshire.example/messages/AAMk=",
        "/users/bob/mailFolders/inbox/messages/delta()",
        "/groups/1/transitiveMembers/microsoft.graph.user",
        "/organization",
    ],
)
def test_it_knows_the_spellings_of_a_path(contract: Contract, path: str) -> None:
    assert contract.check_request("GET", path, {}, None, IDS) == []


def test_it_knows_the_full_name_of_an_action(contract: Contract) -> None:
    path = MESSAGE + "/microsoft.graph.move"
    assert contract.check_request("POST", path, {}, {"destinationId": "archive"}, IDS | JSON) == []


@pytest.mark.parametrize(
    "path",
    [
        "/me/messages",
        "/beta/users",
        "/users/bob/mail",
        "/users/bob/messages/1/2/3",
        "/users/bob/messages/delta/1",
        "/users/bob/findMeetingTimes",  # refused to applications
        "/users/bob//messages",
        "/Users/bob",
    ],
)
def test_it_names_an_unknown_path(contract: Contract, path: str) -> None:
    problem = f"GET {path}: not a path of the description"
    assert contract.check_request("GET", path, {}, None, IDS) == [problem]
    assert contract.check_answer("GET", path, 200, {}, JSON) == [problem]


def test_it_names_an_unknown_method(contract: Contract) -> None:
    assert contract.check_request("PUT", MESSAGE, {}, {}, IDS) == [
        f"PUT {MESSAGE}: not a method of this path, which has DELETE, GET, PATCH"
    ]


# Properties


def test_a_full_message_passes(contract: Contract) -> None:
    message = {
        "@odata.etag": 'W/"CQAAABYAAAD"',
        "subject": "Hello",
        "receivedDateTime": "2026-05-23T10:00:00.1234567Z",
        "from": {"emailAddress": {"name": "Alice", "address": "alice@northshire.example"}},
        "sender": None,
        "toRecipients": [],
        "categories": ["Safeguarding"],
        "importance": "high",
        "flag": {"flagStatus": "notFlagged"},
        "body": {"contentType": "html", "content": "<p>Hello</p>"},
        "conversationIndex": "AQHb+/==",
        "attachments@odata.context": "https://graph.microsoft.com/v1.0/$metadata",
    }
    assert answered(contract, message) == []


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ({"foo": 1}, ".foo: not a property of microsoft.graph.message"),
        ({"Subject": "a"}, ".Subject: not a property of microsoft.graph.message"),
        (
            {"from": {"emailAddress": {"addres": "x"}}},
            ".from.emailAddress.addres: not a property of microsoft.graph.emailAddress",
        ),
        ({"foo@odata.context": "x"}, ".foo@odata.context: not a property of microsoft"),
        ({"@foo": 1}, ".@foo: not a property of microsoft.graph.message"),
        ({"meetingMessageType": "none"}, ".meetingMessageType: not a property of"),
        ({"id": 1}, '.id: 1 is not of type "string"'),
        ({"isRead": "yes"}, ".isRead: "),
        ({"importance": "urgent"}, '.importance: "urgent" is not one of'),
        ({"importance": "High"}, '.importance: "High" is not one of'),
        ({"toRecipients": None}, ".toRecipients: null is not of type"),
        ({"from": "alice"}, '.from: "alice" is not of type "object"'),
        ({"receivedDateTime": "2026-05-23 10:00"}, ".receivedDateTime: "),
        ({"receivedDateTime": "2026-05-23T10:00:00"}, ".receivedDateTime: "),
        ({"receivedDateTime": "2026-02-30T10:00:00Z"}, ".receivedDateTime: "),
        ({"conversationIndex": "#"}, '.conversationIndex: "#" is not a "base64url"'),
        ({"@odata.type": "#microsoft.graph.event"}, ".@odata.type: "),
        ({"@odata.type": "#microsoft.graph.nonsense"}, ".@odata.type: "),
        ({"@removed": {"reason": "deleted"}}, ".@removed: not a property of"),
    ],
)
def test_it_names_what_a_message_does_not_have(
    contract: Contract, item: dict[str, Any], problem: str
) -> None:
    lines = answered(contract, item)
    assert any(line.startswith(f"GET {MESSAGES}: answer.value[0]{problem}") for line in lines)


def test_a_derived_type_has_its_own_properties(contract: Contract) -> None:
    request = {"@odata.type": "#microsoft.graph.eventMessageRequest"}
    assert answered(contract, {**request, "meetingRequestType": "newMeetingRequest"}) == []
    plain = {"@odata.type": "#microsoft.graph.eventMessage", "meetingRequestType": "none"}
    assert answered(contract, plain) == [
        f"GET {MESSAGES}: answer.value[0].meetingRequestType: not a property of {GRAPH}eventMessage"
    ]


def test_a_member_of_a_group_is_known_by_its_type(contract: Contract) -> None:
    path = "/groups/1/members"
    person = {"id": "1", "displayName": "Bob"}
    typed = {"@odata.type": "#microsoft.graph.user", **person}
    assert contract.check_answer("GET", path, 200, {"value": [typed]}, JSON) == []
    assert contract.check_answer("GET", path, 200, {"value": [person]}, JSON) == [
        f"GET {path}: answer.value[0].displayName: not a property of {GRAPH}directoryObject"
    ]


def test_an_open_type_takes_what_it_is_given(contract: Contract) -> None:
    path = MESSAGE + "/extensions"
    extension = {"@odata.type": "microsoft.graph.openTypeExtension", "extensionName": "a.b"}
    body = {**extension, "ours": 1}
    assert contract.check_request("POST", path, {}, body, IDS | JSON) == []
    untyped = {"extensionName": "a.b"}
    assert contract.check_request("POST", path, {}, untyped, IDS | JSON) != []


def test_formats_are_really_checked() -> None:
    formats = {
        "date-time": ("2026-05-23T10:00:00Z", "2026-05-23"),
        "date": ("2026-05-23", "2026-02-30"),
        "uuid": (A_GUID, "not-a-guid"),
        "duration": ("PT1H30M", "90 minutes"),
        "time": ("08:30:00.0000000", "08:30"),
        "base64url": ("AQHb-_==", "AQ Hb"),
    }
    schemas = StrictSchemas({})
    for name, (good, bad) in formats.items():
        schema = {"type": "string", "format": name}
        assert list(schemas.problems(schema, good)) == [], name
        assert list(schemas.problems(schema, bad)) != [], name


def test_an_enumeration_of_flags_is_a_comma_list() -> None:
    schema = {"type": "string", "enum": ["a", "b"], "x-ms-enum-flags": {"isFlags": True}}
    schemas = StrictSchemas({})
    assert list(schemas.problems(schema, "a,b")) == []
    assert list(schemas.problems(schema, "a,c")) != []


def test_a_keyword_that_is_not_understood_is_no_silent_pass() -> None:
    with pytest.raises(ValueError, match="maxLength"):
        StrictSchemas({}).strict({"type": "string", "maxLength": 3})


def test_every_schema_of_the_description_is_understood(contract: Contract) -> None:
    schemas = contract.schemas
    assert f"{GRAPH}message" in schemas.definitions
    for name in schemas.named:
        reference = {"$ref": f"#/components/schemas/{name}"}
        assert list(schemas.problems(reference, 0)) != [], name


# Queries


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (MESSAGES, {"$top": "50", "$skip": "50", "$count": "true", "$search": '"subject:a"'}),
        (MESSAGES, {"$select": "id,subject,from", "$orderby": "receivedDateTime desc,subject"}),
        (MESSAGES, {"$select": "microsoft.graph.eventMessage/meetingMessageType"}),
        (MESSAGES, {"$expand": "microsoft.graph.eventMessage/event"}),
        (
            MESSAGES,
            {
                "$expand": "attachments($select=id,name),"
                "singleValueExtendedProperties($filter=id eq 'SystemTime 0x3FEF')"
            },
        ),
        (
            MESSAGES,
            {
                "$filter": "singleValueExtendedProperties/Any(ep: ep/id eq 'String {a} Name b' "
                "and ep/value eq 'it''s')"
            },
        ),
        (
            MESSAGES,
            {
                "$filter": "receivedDateTime ge 2026-05-23T00:00:00Z and isRead eq false and "
                "startswith(from/emailAddress/address,'a') and categories/any(c:c eq 'x')"
            },
        ),
        (MESSAGES, {"$skiptoken": "abc"}),
        (DELTA, {"$select": "id", "$top": "5", "changeType": "created"}),
        (DELTA, {"$filter": "receivedDateTime ge 2026-05-23T00:00:00Z"}),
        (DELTA, {"$deltatoken": "abc"}),
        ("/users/bob/mailFolders", {"includeHiddenFolders": "true"}),
        (VIEW, {**WINDOW, "$orderby": "start/dateTime"}),
        ("/users/bob/calendarView/delta", WINDOW),
        ("/users/bob/calendarView/delta", {"$deltatoken": "abc"}),
        ("/groups/1/members", {"$select": "id,mail,userPrincipalName", "$top": "999"}),
        ("/users", {"$filter": f"id in ('{A_GUID}') or accountEnabled eq true"}),
    ],
)
def test_a_query_of_the_description_passes(
    contract: Contract, path: str, query: dict[str, str]
) -> None:
    assert contract.check_request("GET", path, query, None, IDS) == []


@pytest.mark.parametrize(
    ("path", "query", "problem"),
    [
        (MESSAGES, {"$foo": "1"}, "$foo: not a query option of this operation"),
        (MESSAGES, {"top": "1"}, "top: not a query option of this operation"),
        (MESSAGES, {"changeType": "created"}, "changeType: not a query option"),
        (MESSAGES, {"$deltatoken": "a"}, "$deltatoken: not a query option"),
        (MESSAGE, {"$top": "1"}, "$top: not a query option of this operation"),
        (MESSAGE, {"$skiptoken": "1"}, "$skiptoken: not a query option of this operation"),
        (MESSAGES, {"$top": ["1", "2"]}, "$top: given more than once"),
        (MESSAGES, {"$top": "1001"}, "$top: '1001' is not a number from 1 to 1000"),
        ("/users", {"$top": "1000"}, "$top: '1000' is not a number from 1 to 999"),
        (MESSAGES, {"$top": "many"}, "$top: 'many' is not a number"),
        (MESSAGES, {"$skip": "-1"}, "$skip: '-1' is not a number"),
        (MESSAGES, {"$count": "yes"}, "$count: 'yes' is neither true nor false"),
        (MESSAGES, {"$select": "id,subjet"}, "$select: 'subjet' is not a property of"),
        (MESSAGES, {"$select": "meetingMessageType"}, "$select: 'meetingMessageType' is not"),
        (MESSAGES, {"$select": "microsoft.graph.event/subject"}, "$select: 'microsoft.graph"),
        (MESSAGES, {"$orderby": "received"}, "$orderby: 'received' is not a property of"),
        (MESSAGES, {"$orderby": "subject down"}, "$orderby: 'down' is neither asc nor desc"),
        (MESSAGES, {"$expand": "event"}, "$expand: 'event' is not a property of"),
        (MESSAGES, {"$expand": "subject"}, "$expand: subject is not a navigation property"),
        (MESSAGES, {"$expand": "attachments($foo=1)"}, "$expand: $foo is not an option inside"),
        (MESSAGES, {"$expand": "attachments($select=foo)"}, "$expand: 'foo' is not a property"),
        (MESSAGES, {"$expand": "attachments($select=id"}, "$expand: 'attachments($select=id' has"),
        (MESSAGES, {"$expand": "singleValueExtendedProperties"}, "$expand: singleValueExtended"),
        (MESSAGES, {"$filter": "isred eq false"}, "$filter: 'isred' is not a property of"),
        (MESSAGES, {"$filter": "from/addres eq 'a'"}, "$filter: 'from/addres' is not a property"),
        (MESSAGES, {"$filter": "begins(subject,'a')"}, "$filter: begins is not a function"),
        (MESSAGES, {"$filter": "tags/any(t:t eq 'a')"}, "$filter: 'tags' is not a property of"),
        (MESSAGES, {"$filter": "subject eq 'it's'"}, '$filter: "subject eq'),
        (MESSAGES, {"$filter": "subject"}, "$filter: 'subject' compares nothing"),
        (VIEW, {"startDateTime": "2026-05-23T00:00:00Z"}, "endDateTime: needed here"),
        (VIEW, {**WINDOW, "endDateTime": "Monday"}, "endDateTime: 'Monday' is no ISO 8601"),
        ("/users/bob/calendarView/delta", {}, "endDateTime: needed here"),
        ("/users/bob/calendarView/delta", {**WINDOW, "$select": "id"}, "$select: not taken by"),
        (DELTA, {"changeType": "moved"}, "changeType: 'moved' is not one of"),
        (DELTA, {"$search": "a"}, "$search: not taken by this delta"),
        (DELTA, {"$filter": "isRead eq false"}, "$filter: a delta of messages takes only"),
        (DELTA, {"$orderby": "subject"}, "$orderby: a delta of messages takes only"),
    ],
)
def test_it_names_what_is_wrong_with_a_query(
    contract: Contract, path: str, query: dict[str, Any], problem: str
) -> None:
    lines = contract.check_request("GET", path, query, None, IDS)
    assert any(line.startswith(f"GET {path}: query.{problem}") for line in lines), lines


def test_a_post_takes_no_query(contract: Contract) -> None:
    lines = contract.check_request("POST", MESSAGE + "/send", {"$select": "id"}, None, IDS)
    assert lines == [
        f"POST {MESSAGE}/send: query.$select: not a query option of this operation",
    ]


# What an answer to a query holds


def test_an_answer_to_a_select_may_leave_out_the_rest_but_gives_no_more(
    contract: Contract,
) -> None:
    assert answered(contract, {"subject": "a", "@odata.etag": "b"}, select="subject") == []
    assert answered(contract, {"subject": "a", "isRead": True}, select="subject") == [
        f"GET {MESSAGES}: answer.value[0].isRead: not asked for by $select"
    ]


def test_a_navigation_property_comes_only_when_it_is_expanded(contract: Contract) -> None:
    item: dict[str, Any] = {"attachments": []}
    assert answered(contract, item, expand="attachments($select=id)") == []
    assert answered(contract, item, select="subject", expand="attachments") == []
    assert answered(contract, item) == [
        f"GET {MESSAGES}: answer.value[0].attachments: not asked for by $expand"
    ]


def test_an_entity_has_an_id(contract: Contract) -> None:
    assert contract.check_answer("GET", MESSAGE, 200, {"subject": "a"}, JSON) == [
        f"GET {MESSAGE}: answer.id: needed"
    ]
    assert contract.check_answer("GET", "/users/bob/mailboxSettings", 200, {}, JSON) == []


def test_the_directory_leaves_out_an_id_that_was_not_selected(contract: Contract) -> None:
    asked = {"$select": "mail"}
    answer = {"mail": "bob@northshire.example"}
    assert contract.check_answer("GET", "/users/bob", 200, answer, JSON, query=asked) == []
    assert contract.check_answer("GET", "/users/bob", 200, answer, JSON) == [
        "GET /users/bob: answer.id: needed"
    ]


def test_a_collection_has_a_value(contract: Contract) -> None:
    assert contract.check_answer("GET", MESSAGES, 200, {"value": []}, JSON) == []
    assert contract.check_answer("GET", MESSAGES, 200, {"values": []}, JSON) != []
    assert contract.check_answer("GET", DELTA, 200, {"@odata.deltaLink": "https://a"}, JSON) != []


def test_a_delta_ends_in_one_link_and_may_hold_removals(contract: Contract) -> None:
    removed = {"id": "1", "@removed": {"reason": "deleted"}}
    page = {"value": [removed, {"id": "2"}], "@odata.deltaLink": "https://graph.example/d"}
    assert contract.check_answer("GET", DELTA, 200, page, JSON) == []
    linkless = {"value": [removed]}
    assert contract.check_answer("GET", DELTA, 200, linkless, JSON) == [
        f"GET {DELTA}: answer: a delta has either a nextLink or a deltaLink"
    ]
    both = {**page, "@odata.nextLink": "https://graph.example/n"}
    assert contract.check_answer("GET", DELTA, 200, both, JSON) != []
    assert contract.check_answer("GET", MESSAGES, 200, page, JSON) != []
    full = {**page, "value": [{**removed, "subject": "a"}]}
    assert contract.check_answer("GET", DELTA, 200, full, JSON) != []
    odd = {**page, "value": [{**removed, "@removed": {"reason": "moved"}}]}
    assert contract.check_answer("GET", DELTA, 200, odd, JSON) != []


def test_a_next_link_is_absolute_and_only_on_a_collection(contract: Contract) -> None:
    page = {"value": [], "@odata.nextLink": "https://graph.example/v1.0/users?$skip=1"}
    assert contract.check_answer("GET", MESSAGES, 200, page, JSON) == []
    relative = {"value": [], "@odata.nextLink": "/users?$skip=1"}
    assert contract.check_answer("GET", MESSAGES, 200, relative, JSON) != []
    single = {"id": "1", "@odata.nextLink": "https://graph.example/"}
    assert contract.check_answer("GET", MESSAGE, 200, single, JSON) != []


# Statuses, empty answers, errors


def test_an_empty_answer_is_right_where_the_operation_gives_none(contract: Contract) -> None:
    send = MESSAGE + "/send"
    assert contract.check_answer("POST", send, 202, None, {}) == []
    assert contract.check_answer("DELETE", MESSAGE, 204, "", {}) == []
    assert contract.check_answer("POST", send, 202, {"id": "1"}, JSON) == [
        f"POST {send}: answer: this operation gives no body"
    ]
    assert contract.check_answer("GET", MESSAGES, 200, None, {}) == [
        f"GET {MESSAGES}: answer: a body is needed"
    ]


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("POST", MESSAGE + "/move", 201, {"id": "1"}),
        ("POST", MESSAGES, 201, {"id": "1"}),
        ("PATCH", MESSAGE, 200, {"id": "1"}),
        ("POST", "/subscriptions/1/reauthorize", 204, None),
    ],
)
def test_each_operation_has_its_status(
    contract: Contract, method: str, path: str, status: int, body: dict[str, Any] | None
) -> None:
    assert contract.check_answer(method, path, status, body, JSON) == []
    assert contract.check_answer(method, path, 203, body, JSON) == [
        f"{method} {path}: answer: status 203, where this operation gives {status}"
    ]
    assert contract.check_answer(method, path, 302, None, {}) != []


def test_the_raw_message_is_no_json(contract: Contract) -> None:
    assert contract.check_answer("GET", MESSAGE + "/$value", 200, "Subject: a", {}) == []
    assert contract.check_answer("GET", MESSAGE + "/$value", 200, {}, JSON) != []


@pytest.mark.parametrize("spelling", ["innerError", "innererror"])
def test_an_error_has_graphs_shape(contract: Contract, spelling: str) -> None:
    inner = {"date": "2026-05-23T10:00:00", "request-id": A_GUID, "client-request-id": A_GUID}
    error = {"code": "ErrorItemNotFound", "message": "Gone.", spelling: inner}
    assert contract.check_answer("GET", MESSAGE, 404, {"error": error}, JSON) == []


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"detail": "Not Found"},
        {"error": "not found"},
        {"error": {"code": "x"}},
        {"error": {"code": "x", "message": "y", "status": 404}},
        {"error": {"code": "x", "message": "y", "innerError": {"request-id": "1"}}},
        {"error": {"code": "x", "message": "y", "innerError": {"trace": "…"}}},
        {"error": {"code": None, "message": "y"}},
    ],
)
def test_it_names_an_error_of_another_shape(contract: Contract, body: Any) -> None:
    lines = contract.check_answer("GET", MESSAGE, 404, body, JSON)
    assert lines
    assert all(line.startswith(f"GET {MESSAGE}: answer") for line in lines)


def test_json_comes_with_its_content_type(contract: Contract) -> None:
    html = {"content-type": "text/html"}
    assert contract.check_answer("GET", MESSAGES, 200, {"value": []}, html) == [
        f"GET {MESSAGES}: answer headers: JSON with the Content-Type 'text/html'"
    ]


# Request bodies and headers


def test_a_message_may_be_written_in_mime_where_its_page_says_so(contract: Contract) -> None:
    mime = IDS | {"content-type": "text/plain"}
    assert contract.check_request("POST", MESSAGES, {}, "SGVsbG8=", mime) == []
    assert contract.check_request("POST", MESSAGES, {}, "Hello!", mime) == [
        f"POST {MESSAGES}: request: MIME has to be in base64"
    ]
    assert contract.check_request("POST", MESSAGES, {}, "SGVsbG8=", IDS | JSON) == [
        f"POST {MESSAGES}: request headers: MIME with the Content-Type 'application/json'"
    ]
    assert contract.check_request("POST", f"{MESSAGE}/move", {}, "SGVsbG8=", mime) != []


def test_a_request_may_leave_out_properties_but_not_invent_them(contract: Contract) -> None:
    given = IDS | JSON
    assert contract.check_request("PATCH", MESSAGE, {}, {"isRead": False}, given) == []
    assert contract.check_request("PATCH", MESSAGE, {}, {"isUnread": True}, given) == [
        f"PATCH {MESSAGE}: request.isUnread: not a property of microsoft.graph.message"
    ]
    assert contract.check_request("PATCH", MESSAGE, {}, {"isRead": "no"}, given) != []


def test_a_needed_body_is_missed_and_another_refused(contract: Contract) -> None:
    assert contract.check_request("PATCH", MESSAGE, {}, None, IDS) == [
        f"PATCH {MESSAGE}: request: a body is needed"
    ]
    assert contract.check_request("POST", MESSAGE + "/send", {}, {}, IDS | JSON) == [
        f"POST {MESSAGE}/send: request: this operation takes no body"
    ]


@pytest.mark.parametrize("name", ["destinationId", "DestinationId"])
def test_an_action_takes_its_parameter_in_either_spelling(contract: Contract, name: str) -> None:
    path = MESSAGE + "/move"
    assert contract.check_request("POST", path, {}, {name: "archive"}, IDS | JSON) == []
    both = {"destinationId": "archive", "DestinationId": "archive"}
    assert contract.check_request("POST", path, {}, both, IDS | JSON) == [
        f"POST {path}: request: a parameter is there in both spellings"
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "problem"),
    [
        ("POST", MESSAGE + "/move", {}, "request.destinationId: needed"),
        ("POST", "/users/bob/sendMail", {"saveToSentItems": True}, "request.message: needed"),
        ("POST", "/users/bob/mailFolders", {"isHidden": True}, "request.displayName: needed"),
        ("POST", "/subscriptions", {"resource": "users"}, "request.notificationUrl: needed"),
        (
            "POST",
            "/users/bob/translateExchangeIds",
            {"inputIds": ["a"] * 1001, "sourceIdType": "restId", "targetIdType": "ewsId"},
            "request.inputIds: 1001, where at most 1000 are taken",
        ),
        (
            "POST",
            "/users/bob/calendar/getSchedule",
            {"schedules": ["a"] * 21, "startTime": START, "endTime": START},
            "request.schedules: 21, where at most 20 are taken",
        ),
    ],
)
def test_the_pages_ask_for_more_than_the_schema(
    contract: Contract, method: str, path: str, body: dict[str, Any], problem: str
) -> None:
    assert f"{method} {path}: {problem}" in contract.check_request(
        method, path, {}, body, IDS | JSON
    )


def test_a_meeting_time_is_wall_time_in_its_zone(contract: Contract) -> None:
    path = "/users/bob/events"
    event = {"subject": "Lunch", "start": START, "end": START, "showAs": "busy"}
    assert contract.check_request("POST", path, {}, event, IDS | JSON) == []
    late = {**event, "start": {**START, "dateTime": "2026-05-26T12:30:00Z"}}
    assert len(contract.check_request("POST", path, {}, late, IDS | JSON)) == 1


def test_a_json_body_says_that_it_is_json(contract: Contract) -> None:
    lines = contract.check_request("PATCH", MESSAGE, {}, {"isRead": False}, IDS)
    assert lines == [f"PATCH {MESSAGE}: request headers: a JSON body with the Content-Type ''"]
    assert contract.check_request("PATCH", MESSAGE, {}, {"isRead": False}, None) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", MESSAGES), ("DELETE", MESSAGE), ("GET", DELTA), ("GET", "/users/bob/events/1")],
)
def test_calls_about_mail_and_events_ask_for_immutable_ids(
    contract: Contract, method: str, path: str
) -> None:
    assert contract.check_request(method, path, {}, None, {"prefer": "a=1"}) == [
        f'{method} {path}: request headers: needs Prefer: IdType="ImmutableId"'
    ]
    several = {"prefer": 'odata.maxpagesize=50, IdType="ImmutableId"'}
    assert contract.check_request(method, path, {}, None, several) == []
    lenient = Contract.load(immutable_ids=False)
    assert lenient.check_request(method, path, {}, None, {}) == []


@pytest.mark.parametrize("path", ["/users", "/users/bob/mailFolders", "/users/bob/mailboxSettings"])
def test_other_calls_need_not_ask_for_immutable_ids(contract: Contract, path: str) -> None:
    assert contract.check_request("GET", path, {}, None, {}) == []


def test_a_subscription_to_mail_is_made_with_immutable_ids(contract: Contract) -> None:
    body = {
        "changeType": "created,updated",
        "notificationUrl": "https://agent.northshire.example/n",
        "resource": "users/1/mailFolders('inbox')/messages?$filter=isRead eq false",
        "expirationDateTime": "2026-05-29T10:00:00Z",
    }
    assert contract.check_request("POST", "/subscriptions", {}, body, IDS | JSON) == []
    assert contract.check_request("POST", "/subscriptions", {}, body, JSON) == [
        'POST /subscriptions: request headers: needs Prefer: IdType="ImmutableId"'
    ]
    people = {**body, "resource": "users"}
    assert contract.check_request("POST", "/subscriptions", {}, people, JSON) == []
    odd = {**body, "changeType": "created,moved"}
    assert len(contract.check_request("POST", "/subscriptions", {}, odd, IDS | JSON)) == 1


# Batches


def a_part(**changes: Any) -> dict[str, Any]:
    return {"id": "1", "method": "GET", "url": MESSAGE, "headers": IDS, **changes}


def batch(contract: Contract, *requests: Any, **more: Any) -> list[str]:
    body = {"requests": list(requests), **more}
    return contract.check_request("POST", "/$batch", {}, body, JSON)


def test_a_batch_of_the_documented_shape_passes(contract: Contract) -> None:
    move = a_part(
        id="b",
        method="POST",
        url=MESSAGE + "/move",
        body={"destinationId": "archive"},
        headers=IDS | JSON,
        dependsOn=["1"],
    )
    assert batch(contract, a_part(url=MESSAGE + "?$select=id,subject"), move) == []


@pytest.mark.parametrize(
    ("requests", "problem"),
    [
        ([], ".requests: 0 requests"),
        ([a_part(id=str(n)) for n in range(21)], ".requests: 21 requests"),
        ([a_part(id="a"), a_part(id="A")], ".requests[1].id: 'A' is there twice"),
        ([a_part(id=1)], ".requests[0].id: needed, as text"),
        ([a_part(method="get")], ".requests[0].method: 'get' is not one of"),
        ([a_part(url="https://graph.microsoft.com/v1.0/users")], ".requests[0].url: "),
        ([a_part(url="/v1.0/users")], ".requests[0].url: '/v1.0/users' is not relative"),
        ([a_part(url="/$batch", method="POST")], ".requests[0].url: a batch inside a batch"),
        (
            [a_part(method="PATCH", body={"isRead": False})],
            ".requests[0].headers: a Content-Type is needed with a body",
        ),
        ([a_part(headers={"Prefer": 1})], ".requests[0].headers: not an object of text"),
        ([a_part(dependsOn=["2"])], ".requests[0].dependsOn: '2' is not the id of an earlier"),
        ([a_part(depends=["2"])], ".requests[0].depends: not a property of a request"),
        (["a"], ".requests[0]: not an object"),
        ([a_part(url="/me")], ".requests[0]: GET /me: not a path of the description"),
        ([a_part(url=MESSAGE + "?$select=a")], ".requests[0]: GET /users/bob/messages/1: query."),
        ([a_part(headers={})], ".requests[0]: GET /users/bob/messages/1: request headers: needs"),
    ],
)
def test_it_names_what_is_wrong_with_a_batch(
    contract: Contract, requests: list[Any], problem: str
) -> None:
    lines = batch(contract, *requests)
    assert any(line.startswith(f"POST /$batch: request{problem}") for line in lines), lines


def test_it_names_what_is_wrong_around_a_batch(contract: Contract) -> None:
    assert batch(contract, a_part(), atomic=True) == [
        "POST /$batch: request.atomic: not a property of a batch"
    ]
    body = {"requests": [a_part()]}
    assert contract.check_request("GET", "/$batch", {}, body, JSON) != []
    assert contract.check_request("POST", "/$batch", {"$top": "1"}, body, JSON) != []
    assert contract.check_request("POST", "/$batch", {}, None, JSON) != []


def batch_answer(contract: Contract, *responses: Any, status: int = 200) -> list[str]:
    asked = {"requests": [a_part(), a_part(id="b", method="DELETE")]}
    return contract.check_answer(
        "POST", "/$batch", status, {"responses": list(responses)}, JSON, request_body=asked
    )


def a_response(**changes: Any) -> dict[str, Any]:
    return {"id": "1", "status": 200, "headers": JSON, "body": {"id": "1"}, **changes}


DELETED = {"id": "b", "status": 204, "headers": {}}


def test_a_batch_answers_each_request_once_in_any_order(contract: Contract) -> None:
    assert batch_answer(contract, DELETED, a_response()) == []
    throttled = {"error": {"code": "TooManyRequests", "message": "Later."}}
    assert batch_answer(contract, DELETED, a_response(status=429, body=throttled)) == []


@pytest.mark.parametrize(
    ("responses", "problem"),
    [
        ([a_response()], ".responses: none has the id 'b' of a request"),
        ([a_response(), DELETED, a_response(id="c")], ".responses: no request has the id 'c'"),
        ([a_response(), DELETED, DELETED], ".responses[2].id: 'b' is there twice"),
        ([a_response(status="200"), DELETED], ".responses[0].status: '200' is not an HTTP status"),
        ([a_response(foo=1), DELETED], ".responses[0].foo: not a property of a response"),
        ([a_response(headers={"Retry-After": 1}), DELETED], ".responses[0].headers: not an"),
        ([a_response(body={"id": "1", "foo": 1}), DELETED], ".responses[0]: GET /users/bob"),
        ([a_response(status=404, body={}), DELETED], ".responses[0]: GET /users/bob"),
    ],
)
def test_it_names_what_is_wrong_with_the_answer_of_a_batch(
    contract: Contract, responses: list[Any], problem: str
) -> None:
    lines = batch_answer(contract, *responses)
    assert any(line.startswith(f"POST /$batch: answer{problem}") for line in lines), lines


def test_a_batch_gives_200_whatever_its_parts_give(contract: Contract) -> None:
    assert batch_answer(contract, DELETED, a_response(), status=207) == [
        "POST /$batch: answer: status 207, where a batch gives 200"
    ]


# Notifications

CHANGE: dict[str, Any] = {
    "subscriptionId": A_GUID,
    "subscriptionExpirationDateTime": "2026-05-29T10:00:00Z",
    "tenantId": A_GUID,
    "clientState": "secret",
    "changeType": "created",
    "resource": "Users/1/Messages/2",
    "resourceData": {
        "@odata.type": "#Microsoft.Graph.Message",
        "@odata.id": "Users/1/Messages/2",
        "@odata.etag": 'W/"1"',
        "id": "2",
    },
}
LIFECYCLE = {
    name: value
    for name, value in CHANGE.items()
    if name not in {"changeType", "resource", "resourceData"}
} | {"lifecycleEvent": "missed"}


def test_notifications_of_changes_and_of_lifecycle_pass(contract: Contract) -> None:
    assert contract.check_notification({"value": [CHANGE, LIFECYCLE]}) == []


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        (CHANGE | {"foo": 1}, ".foo: not a property of microsoft.graph.changeNotification"),
        (CHANGE | {"changeType": "moved"}, '.changeType: "moved" is not one of'),
        (CHANGE | {"subscriptionId": "1"}, '.subscriptionId: "1" is not a "uuid"'),
        (CHANGE | {"tenantId": ""}, ".tenantId: needed"),
        (CHANGE | {"resourceData": None}, ".resourceData: needed"),
        (CHANGE | {"resourceData": {"id": "2"}}, ".resourceData.@odata.type: needed"),
        (CHANGE | {"resourceData": CHANGE["resourceData"] | {"a": 1}}, ".resourceData.a: not a"),
        (CHANGE | {"lifecycleEvent": "missed"}, ".resourceData: not in a lifecycle notification"),
        (LIFECYCLE | {"lifecycleEvent": "lost"}, '.lifecycleEvent: "lost" is not one of'),
    ],
)
def test_it_names_what_is_wrong_with_a_notification(
    contract: Contract, item: dict[str, Any], problem: str
) -> None:
    lines = contract.check_notification({"value": [item]})
    assert any(line.startswith(f"notification.value[0]{problem}") for line in lines), lines


@pytest.mark.parametrize("body", [{}, {"value": []}, {"value": [CHANGE], "a": 1}, [], None])
def test_it_names_a_notification_without_the_envelope(contract: Contract, body: Any) -> None:
    assert contract.check_notification(body) != []


# Records


def a_line(**changes: Any) -> dict[str, Any]:
    return {
        "method": "GET",
        "path": MESSAGES,
        "query": {},
        "request_headers": {"prefer": 'IdType="ImmutableId"'},
        "request_body": None,
        "status": 200,
        "response_headers": {"content-type": "application/json"},
        "response_body": {"value": [{"id": "1", "subject": "Hello"}]},
        "batch_part": False,
        **changes,
    }


def a_batch_line() -> dict[str, Any]:
    return a_line(
        method="POST",
        path="/$batch",
        request_headers={"content-type": "application/json"},
        request_body={"requests": [a_part()]},
        response_body={"responses": [a_response()]},
    )


def write(path: Path, *lines: Any) -> Path:
    record = path / "record.jsonl"
    record.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return record


def test_a_record_is_counted_by_operation(contract: Contract, tmp_path: Path) -> None:
    handshake = {
        "kind": "notification",
        "url": "https://agent.example/n?validationToken=a%20b",
        "request_body": None,
        "status": 200,
    }
    posted = {**handshake, "url": "https://agent.example/n", "request_body": {"value": [CHANGE]}}
    part = a_line(path=MESSAGE, response_body={"id": "1"}, batch_part=True)
    record = write(tmp_path, a_line(), a_line(), a_batch_line(), part, handshake, posted)
    report = contract.check_record(record)
    assert report.problems == []
    assert report.calls == {
        "GET /users/{user-id}/messages": 2,
        "GET /users/{user-id}/messages/{message-id}": 1,
        "POST /$batch": 1,
        "POST notification": 2,
    }


def test_a_record_names_each_problem_once(contract: Contract, tmp_path: Path) -> None:
    wrong = a_line(response_body={"value": [{"id": "1"}, {"id": "2", "foo": 1}]})
    other = a_line(path="/users/eve/messages", response_body={"value": [{"id": "1", "foo": 1}]})
    bare = a_line(request_headers={})
    unknown = a_line(path="/me", response_body={})
    odd = a_line(path="/you", status=404, response_body={"error": {"code": "a", "message": "b"}})
    report = contract.check_record(write(tmp_path, wrong, other, bare, unknown, odd))
    assert [str(problem) for problem in report.problems] == [
        f"GET {MESSAGES}: answer.value[1].foo: not a property of {GRAPH}message (line 1, 2 times)",
        f'GET {MESSAGES}: request headers: needs Prefer: IdType="ImmutableId" (line 3, 1 times)',
        "GET /me: not a path of the description (line 4, 2 times)",
    ]
    assert "      3 GET /users/{user-id}/messages" in str(report)


def test_a_record_that_lacks_lines_of_batch_parts_says_so(
    contract: Contract, tmp_path: Path
) -> None:
    report = contract.check_record(write(tmp_path, a_batch_line()))
    assert [problem.example for problem in report.problems] == [
        "1 parts in batches, 0 lines of parts"
    ]


def test_a_part_that_was_never_served_is_checked_inside_its_batch(
    contract: Contract, tmp_path: Path
) -> None:
    failed = {"error": {"code": "FailedDependency", "message": "Another failed."}}
    line = a_batch_line()
    line["request_body"] = {"requests": [a_part(id="B")]}
    line["response_body"] = {"responses": [a_response(id="b", status=424, body=failed)]}
    assert contract.check_record(write(tmp_path, line)).problems == []
    line["request_body"] = {"requests": [a_part(id="B", headers={})]}
    line["response_body"] = {"responses": [a_response(id="b", status=424, body={})]}
    found = contract.check_record(write(tmp_path, line)).problems
    assert [problem.example.split(": ")[1] for problem in found] == [
        "request.requests[0]",
        "answer.responses[0]",
    ]


def test_a_wrong_notification_in_a_record_is_named(contract: Contract, tmp_path: Path) -> None:
    posted = {"kind": "notification", "url": "https://a", "request_body": {}, "status": 202}
    assert contract.check_record(write(tmp_path, posted)).problems != []


def test_a_line_that_is_no_record_is_an_error(contract: Contract, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"record\.jsonl:2: no record of a call"):
        contract.check_record(write(tmp_path, a_line(), {"method": "GET"}))
