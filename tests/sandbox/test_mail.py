from typing import Any

import httpx2
import pytest

from tests.sandbox_tenant import SandboxTenant

ALICE = "alice@northshire.example"
BOB = "bob@northshire.example"
DEFERRED = "SystemTime 0x3FEF"
HELD = "String {00020329-0000-0000-C000-000000000046} Name held"


def to(*addresses: str) -> list[dict[str, Any]]:
    return [{"emailAddress": {"address": address}} for address in addresses]


def only_copy(tenant: SandboxTenant, address: str) -> dict[str, Any]:
    (copy,) = tenant.copies(address)
    return copy


def test_a_mail_lies_in_sent_items_and_in_each_inbox_once(tenant: SandboxTenant) -> None:
    tenant.control.put(
        "/members", json={"group": "pair@northshire.example", "members": [ALICE, BOB]}
    ).raise_for_status()
    sent = tenant.deliver(
        "dan@northshire.example",
        "pair@northshire.example",
        cc=[BOB, "someone@outside.example"],
        bcc=["carol@northshire.example"],
    )
    assert {a.partition("@")[0]: c["folder"] for a, c in sent["copies"].items()} == {
        "dan": "sentitems",
        "alice": "inbox",
        "bob": "inbox",
        "carol": "inbox",
    }


def test_only_the_sender_sees_who_got_a_blind_copy(
    tenant: SandboxTenant, stable: httpx2.Client
) -> None:
    copies = tenant.deliver(ALICE, BOB, bcc=["carol@northshire.example"])["copies"]
    shown = {
        address: stable.get(f"/users/{address}/messages/{copy['message']}").json()
        for address, copy in copies.items()
    }
    assert len({one["internetMessageId"] for one in shown.values()}) == 1
    assert [len(shown[a]["bccRecipients"]) for a in (ALICE, BOB, "carol@northshire.example")] == [
        1,
        0,
        0,
    ]


def test_a_move_changes_the_id_without_the_immutable_preference(
    tenant: SandboxTenant, person: str, graph: httpx2.Client
) -> None:
    tenant.deliver("x@outside.example", person)
    (message,) = graph.get(f"/users/{person}/messages").json()["value"]
    moved = graph.post(
        f"/users/{person}/messages/{message['id']}/move", json={"destinationId": "archive"}
    )
    assert moved.status_code == 201
    assert moved.json()["id"] != message["id"]
    gone = graph.get(f"/users/{person}/messages/{message['id']}")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "ErrorItemNotFound")


def test_an_immutable_id_survives_the_move(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    before = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    path = f"/users/{person}/messages/{before}"
    moved = stable.post(f"{path}/move", json={"DestinationId": "archive"})
    assert moved.headers["Preference-Applied"] == 'IdType="ImmutableId"'
    assert moved.json()["id"] == before
    assert stable.get(path).json()["parentFolderId"] == moved.json()["parentFolderId"]
    assert stable.get(path.replace(before, before.swapcase())).status_code == 404


def test_exchange_translates_between_the_two_kinds_of_id(
    tenant: SandboxTenant, person: str, graph: httpx2.Client
) -> None:
    stable_id = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    (message,) = graph.get(f"/users/{person}/messages").json()["value"]
    body = {
        "inputIds": [message["id"], "nonsense"],
        "sourceIdType": "restId",
        "targetIdType": "restImmutableEntryId",
    }
    found = graph.post(f"/users/{person}/translateExchangeIds", json=body).json()["value"]
    assert found[0] == {"sourceId": message["id"], "targetId": stable_id}
    assert "errorDetails" in found[1]


def test_ten_messages_make_a_page_and_the_newest_come_first(
    tenant: SandboxTenant, person: str, graph: httpx2.Client
) -> None:
    for hour in range(12):
        tenant.deliver("x@outside.example", person, received=f"2026-01-05T{hour:02d}:00:00Z")
    first = graph.get(f"/users/{person}/mailFolders/inbox/messages").json()
    times = [message["receivedDateTime"] for message in first["value"]]
    assert times == sorted(times, reverse=True)
    assert len(times) == 10
    second = graph.get(first["@odata.nextLink"]).json()
    assert len(second["value"]) == 2
    assert "@odata.nextLink" not in second


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ("receivedDateTime ge 2026-01-05T02:00:00Z", 2),
        ("receivedDateTime gt 2026-01-05T02:00:00Z and receivedDateTime lt 2027-01-01", 1),
        ("receivedDateTime le 2026-01-05T01:00:00+00:00", 1),
        ("internetMessageId eq '<two@here>'", 1),
        ("isRead eq false", 3),
        ("from/emailAddress/address eq 'x@outside.example'", 3),
        (
            f"singleValueExtendedProperties/Any(ep: ep/id eq '{HELD}' and ep/value eq 'yes')",
            1,
        ),
    ],
)
def test_messages_are_found_by_filter(
    tenant: SandboxTenant, person: str, stable: httpx2.Client, wanted: str, count: int
) -> None:
    for hour, name in enumerate(["one", "two", "three"], start=1):
        sent = tenant.deliver(
            "x@outside.example",
            person,
            received=f"2026-01-05T{hour:02d}:00:00Z",
            internet_message_id=f"<{name}@here>",
        )
    last = f"/users/{person}/messages/{sent['copies'][person]['message']}"
    stable.patch(
        last, json={"singleValueExtendedProperties": [{"id": HELD, "value": "yes"}]}
    ).raise_for_status()
    found = stable.get(f"/users/{person}/messages", params={"$filter": wanted})
    assert len(found.raise_for_status().json()["value"]) == count
    shown = stable.get(
        last, params={"$expand": f"singleValueExtendedProperties($filter=id eq '{HELD}')"}
    ).json()
    assert shown["singleValueExtendedProperties"] == [{"id": HELD, "value": "yes"}]


def test_an_order_that_does_not_lead_the_filter_is_inefficient(
    person: str, graph: httpx2.Client
) -> None:
    query = {"$filter": "isRead eq false", "$orderby": "receivedDateTime desc"}
    refused = graph.get(f"/users/{person}/messages", params=query)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "InefficientFilter")
    query["$filter"] = "receivedDateTime ge 2020-01-01T00:00:00Z and isRead eq false"
    assert graph.get(f"/users/{person}/messages", params=query).status_code == 200


def test_a_received_mail_cannot_be_rewritten(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    copy = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    path = f"/users/{person}/messages/{copy}"
    refused = stable.patch(path, json={"subject": "Mine", "isRead": True})
    assert (refused.status_code, refused.json()["error"]["code"]) == (
        400,
        "ErrorInvalidPropertySet",
    )
    assert only_copy(tenant, person)["is_read"] is False
    changed = stable.patch(path, json={"isRead": True, "categories": ["Held"]}).json()
    assert (changed["isRead"], changed["categories"]) == (True, ["Held"])


def test_nothing_a_mail_says_changes_when_it_is_moved_and_marked(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    copy = tenant.deliver("x@outside.example", person, headers={"x-a": "1"})["copies"][person]
    before = only_copy(tenant, person)["fingerprint"]
    path = f"/users/{person}/messages/{copy['message']}"
    stable.post(f"{path}/move", json={"destinationId": "archive"}).raise_for_status()
    stable.patch(path, json={"isRead": True, "categories": ["Held"]}).raise_for_status()
    assert only_copy(tenant, person)["fingerprint"] == before
    headers = stable.get(f"{path}?$select=internetMessageHeaders").json()["internetMessageHeaders"]
    assert headers == [{"name": "x-a", "value": "1"}]
    assert "internetMessageHeaders" not in stable.get(path).json()


def test_an_outdated_etag_is_refused(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    tenant.deliver("x@outside.example", person)
    (message,) = stable.get(f"/users/{person}/messages").json()["value"]
    path, tag = f"/users/{person}/messages/{message['id']}", {"If-Match": message["@odata.etag"]}
    assert stable.patch(path, json={"isRead": True}, headers=tag).status_code == 200
    assert stable.patch(path, json={"isRead": False}, headers=tag).status_code == 412


def test_a_deleted_mail_goes_to_deleted_items_and_then_for_good(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    copy = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    path = f"/users/{person}/messages/{copy}"
    assert stable.delete(path).status_code == 204
    assert only_copy(tenant, person)["well_known_name"] == "deleteditems"
    assert stable.delete(path).status_code == 204
    assert tenant.copies(person) == []


def test_a_folder_name_can_be_used_once(person: str, graph: httpx2.Client) -> None:
    folder = {"displayName": "Arriving next working day"}
    made = graph.post(f"/users/{person}/mailFolders", json=folder)
    assert made.status_code == 201
    again = graph.post(f"/users/{person}/mailFolders", json=folder)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ErrorFolderExists")
    child = graph.post(f"/users/{person}/mailFolders/inbox/childFolders", json=folder)
    inbox = graph.get(f"/users/{person}/mailFolders/inbox").json()
    assert child.json()["parentFolderId"] == inbox["id"]
    assert inbox["childFolderCount"] == 1


def test_a_hidden_folder_is_listed_only_on_demand(person: str, graph: httpx2.Client) -> None:
    hidden = {"displayName": "Out of sight", "isHidden": True}
    made = graph.post(f"/users/{person}/mailFolders", json=hidden).json()

    def names(query: str) -> set[str]:
        page = graph.get(f"/users/{person}/mailFolders?$top=100{query}").json()
        return {folder["displayName"] for folder in page["value"]}

    assert "Out of sight" not in names("")
    assert "Out of sight" in names("&includeHiddenFolders=true")
    refused = graph.patch(f"/users/{person}/mailFolders/{made['id']}", json={"isHidden": False})
    assert refused.status_code == 400


def test_a_folder_counts_what_is_in_it(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    copies = [tenant.deliver("x@outside.example", person)["copies"][person] for _ in range(3)]
    path = f"/users/{person}/messages/{copies[0]['message']}"
    stable.patch(path, json={"isRead": True}).raise_for_status()
    inbox = stable.get(f"/users('{person}')/mailFolders('Inbox')").json()
    assert (inbox["totalItemCount"], inbox["unreadItemCount"]) == (3, 2)


def test_send_mail_reaches_people_and_leaves_a_copy(
    tenant: SandboxTenant, person: str, graph: httpx2.Client
) -> None:
    message = {
        "subject": "Note",
        "body": {"contentType": "HTML", "content": "<p>Hello</p>"},
        "toRecipients": to(person),
        "internetMessageHeaders": [{"name": "x-policy-agent", "value": "nudge"}],
    }
    assert graph.post(f"/users/{ALICE}/sendMail", json={"message": message}).status_code == 202
    (copy,) = graph.get(f"/users/{person}/messages").json()["value"]
    assert copy["bodyPreview"] == "Hello"
    assert copy["body"] == {"contentType": "html", "content": "<p>Hello</p>"}
    assert copy["from"]["emailAddress"]["address"] == ALICE
    asked = {"$select": "internetMessageHeaders"}
    headers = graph.get(f"/users/{person}/messages/{copy['id']}", params=asked).json()
    assert headers["internetMessageHeaders"] == message["internetMessageHeaders"]
    sent = [
        one
        for one in tenant.copies(ALICE)
        if one["internet_message_id"] == copy["internetMessageId"]
    ]
    assert [one["well_known_name"] for one in sent] == ["sentitems"]


def test_send_mail_leaves_no_copy_when_asked_not_to(
    tenant: SandboxTenant, person: str, graph: httpx2.Client
) -> None:
    body = {"Message": {"subject": "To me", "toRecipients": to(ALICE)}, "SaveToSentItems": False}
    assert graph.post(f"/users/{person}/sendMail", json=body).status_code == 202
    assert tenant.copies(person) == []


@pytest.mark.parametrize(
    "headers", [[], [{"name": "Auto-Submitted", "value": "x"}], [{"name": "x-a", "value": "1"}] * 6]
)
def test_only_one_to_five_x_headers_can_be_sent(
    person: str, graph: httpx2.Client, headers: list[dict[str, str]]
) -> None:
    message = {"toRecipients": to(person), "internetMessageHeaders": headers}
    answer = graph.post(f"/users/{ALICE}/sendMail", json={"message": message})
    assert answer.status_code == 400


def test_an_unknown_property_is_refused(person: str, graph: httpx2.Client) -> None:
    answer = graph.post(f"/users/{person}/messages", json={"title": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "RequestBodyRead")


@pytest.mark.parametrize(
    "wrong",
    [
        {"singleValueExtendedProperties": 1},
        {"singleValueExtendedProperties": [{"id": "Strange 0x1", "value": "x", "x": 1}, 2]},
        {"toRecipients": [1]},
        {"toRecipients": [{"emailAddress": {"address": "a@b", "name": 1}}]},
        {"body": "text"},
        {"flag": "flagged"},
        {"categories": [1]},
        {"importance": "urgent"},
        {"isRead": "yes"},
        {"subject": 1},
    ],
)
def test_values_of_the_wrong_kind_are_refused(
    person: str, graph: httpx2.Client, wrong: dict[str, Any]
) -> None:
    assert graph.post(f"/users/{person}/messages", json=wrong).status_code == 400


def test_what_has_no_order_is_never_greater(
    tenant: SandboxTenant, person: str, graph: httpx2.Client
) -> None:
    tenant.deliver("x@outside.example", person)
    found = graph.get(f"/users/{person}/messages?$filter=isRead gt 'x' or subject lt 5")
    assert found.json()["value"] == []


def test_a_category_can_be_listed_once(person: str, graph: httpx2.Client) -> None:
    path = f"/users/{person}/outlook/masterCategories"
    made = graph.post(path, json={"displayName": "Held", "color": "preset3"})
    assert made.status_code == 201
    assert graph.post(path, json={"displayName": "held"}).status_code == 409
    assert [one["displayName"] for one in graph.get(path).json()["value"]] == ["Held"]
    assert graph.delete(f"{path}/{made.json()['id']}").status_code == 204
    assert graph.get(path).json()["value"] == []


def waiting_draft(stable: httpx2.Client, sender: str, to_whom: str, at: str) -> str:
    draft = {
        "subject": "Later",
        "toRecipients": to(to_whom),
        "singleValueExtendedProperties": [{"id": DEFERRED, "value": at}],
    }
    made = stable.post(f"/users/{sender}/messages", json=draft)
    assert made.status_code == 201
    assert "singleValueExtendedProperties" not in made.json()
    draft_id = str(made.json()["id"])
    assert stable.post(f"/users/{sender}/messages/{draft_id}/send").status_code == 202
    return draft_id


def test_a_deferred_draft_waits_in_drafts_until_the_clock_reaches_it(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    tenant.set_clock("2027-01-02T10:00:00Z", rate=0)
    draft = waiting_draft(stable, person, BOB, "2027-01-04T08:30:00Z")
    assert only_copy(tenant, person)["well_known_name"] == "drafts"
    tenant.set_clock("2027-01-04T08:29:59Z")
    assert only_copy(tenant, person)["well_known_name"] == "drafts"
    tenant.set_clock("2027-01-05T00:00:00Z")
    sent = only_copy(tenant, person)
    assert (sent["well_known_name"], sent["message"]) == ("sentitems", draft)
    assert sent["received"] == "2027-01-04T08:30:00Z"
    assert sent["internet_message_id"] in {c["internet_message_id"] for c in tenant.copies(BOB)}


def test_a_deferred_draft_that_is_deleted_is_never_sent(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    tenant.set_clock("2027-02-02T10:00:00Z", rate=0)
    draft = waiting_draft(stable, person, BOB, "2027-02-03T08:30:00Z")
    wanted = only_copy(tenant, person)["internet_message_id"]
    assert stable.delete(f"/users/{person}/messages/{draft}").status_code == 204
    tenant.set_clock("2027-02-04T00:00:00Z")
    assert wanted not in {copy["internet_message_id"] for copy in tenant.copies(BOB)}


def test_a_past_send_time_means_at_once(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    waiting_draft(stable, person, BOB, "2020-01-01T00:00:00Z")
    assert only_copy(tenant, person)["well_known_name"] == "sentitems"
