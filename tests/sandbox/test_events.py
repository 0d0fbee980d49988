from typing import Any

import httpx2
import pytest

from tests.sandbox.booking import (
    LONDON,
    WEEKLY,
    mails,
    make,
    meeting,
    pages,
    refused,
    times,
    view,
)
from tests.sandbox_tenant import SandboxTenant

MARKER = "String {6f1c0a3e-7c1b-4e0e-9a53-0d2f5a2b7c11} Name block"


def test_an_invitation_comes_as_a_mail_and_as_a_tentative_event(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague, "x@outside.example"))
    (copy,) = view(stable, colleague)
    assert made["isOrganizer"]
    assert made["responseStatus"]["response"] == "organizer"
    assert not copy["isOrganizer"]
    assert (copy["showAs"], copy["responseStatus"]["response"]) == ("tentative", "notResponded")
    assert copy["iCalUId"] == made["iCalUId"]
    assert copy["id"] != made["id"]
    assert copy["organizer"]["emailAddress"]["address"] == person
    (mail,) = mails(stable, colleague)
    assert mail["@odata.type"] == "#microsoft.graph.eventMessageRequest"
    assert mail["meetingMessageType"] == "meetingRequest"
    assert mail["startDateTime"] == {"dateTime": "2026-05-26T11:30:00.0000000", "timeZone": "UTC"}


def test_an_event_without_attendees_makes_no_mail(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(recurrence=WEEKLY, showAs="busy", isReminderOn=False))
    assert tenant.copies(person) == []
    assert stable.delete(f"/users/{person}/events/{made['id']}").status_code == 204
    assert view(stable, person) == []
    assert tenant.copies(person) == []


def test_a_repeated_transaction_makes_no_second_event(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    tenant.faults(lost_answers=1)
    body = meeting(transactionId="once")
    with pytest.raises(httpx2.HTTPError):
        stable.post(f"/users/{person}/events", json=body)
    tenant.faults(lost_answers=0)
    made = make(stable, person, body)
    assert [one["id"] for one in view(stable, person)] == [made["id"]]
    assert made["transactionId"] == "once"


def test_a_group_brings_the_event_to_each_of_its_members(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    tenant.control.put("/members", json={"group": "invited", "members": [person]})
    group = tenant.control.post("/people", json={}).json()["groups"]
    address = next(one["mail"] for one in group if one["team"] == "invited")
    make(stable, "alice@northshire.example", meeting(address))
    (copy,) = view(stable, person)
    assert [one["emailAddress"]["address"] for one in copy["attendees"]] == [address]


def test_a_change_by_the_organiser_reaches_everybody(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague, recurrence=WEEKLY))
    path = f"/users/{person}/events/{made['id']}"
    private = {"categories": ["Mine"]}
    stable.patch(path, json={"subject": "Renamed", **private}).raise_for_status()
    assert {one["subject"] for one in view(stable, colleague)} == {"Renamed"}
    assert all(one["categories"] == [] for one in view(stable, colleague))
    kinds = [one["meetingRequestType"] for one in mails(stable, colleague)]
    assert sorted(kinds) == ["informationalUpdate", "newMeetingRequest"]
    stable.patch(path, json=times("14:00", "14:30")).raise_for_status()
    assert [one["start"]["dateTime"][11:16] for one in view(stable, colleague)] == ["13:00"] * 4
    assert "fullUpdate" in [one["meetingRequestType"] for one in mails(stable, colleague)]


def test_a_change_of_what_is_private_sends_no_mail(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague))
    path = f"/users/{person}/events/{made['id']}"
    stable.patch(path, json={"categories": ["Mine"]}).raise_for_status()
    assert len(mails(stable, colleague)) == 1


def test_what_attendees_change_stays_with_them(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague))
    (copy,) = view(stable, colleague)
    path = f"/users/{colleague}/events/{copy['id']}"
    change = {"categories": ["Mine"], "subject": "Not so", **times("15:00", "15:30")}
    shown = stable.patch(path, json=change).raise_for_status().json()
    assert (shown["subject"], shown["start"]["dateTime"][11:16]) == ("Not so", "14:00")
    kept = stable.get(f"/users/{person}/events/{made['id']}").json()
    assert (kept["subject"], kept["start"], kept["categories"]) == ("Team", made["start"], [])
    assert mails(stable, person) == []


def test_an_update_by_the_organiser_overrules_what_attendees_changed(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    make(stable, person, meeting(colleague, recurrence=WEEKLY))
    mine, theirs = view(stable, person)[1]["id"], view(stable, colleague)[1]["id"]
    own = {"subject": "Not so", "categories": ["Mine"]}
    own |= times("2026-06-02T16:00:00", "2026-06-02T16:30:00")
    stable.patch(f"/users/{colleague}/events/{theirs}", json=own).raise_for_status()
    new = {"subject": "New", **times("2026-06-02T14:00:00", "2026-06-02T14:30:00")}
    stable.patch(f"/users/{person}/events/{mine}", json=new).raise_for_status()
    shown = view(stable, colleague)[1]
    assert (shown["subject"], shown["categories"]) == ("New", ["Mine"])
    assert shown["start"]["dateTime"][5:16] == "06-02T13:00"


def test_attendees_can_join_and_leave(person: str, colleague: str, stable: httpx2.Client) -> None:
    made = make(stable, person, meeting())
    path = f"/users/{person}/events/{made['id']}"
    joined = meeting(colleague)["attendees"]
    stable.patch(path, json={"attendees": joined}).raise_for_status()
    assert len(view(stable, colleague)) == 1
    stable.patch(path, json={"attendees": []}).raise_for_status()
    assert view(stable, colleague) == []
    types = [one["meetingMessageType"] for one in mails(stable, colleague)]
    assert sorted(types) == ["meetingCancelled", "meetingRequest"]


def test_an_occurrence_can_be_moved_and_keeps_its_id(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    make(stable, person, meeting(colleague, recurrence=WEEKLY))
    second = view(stable, person)[1]
    path = f"/users/{person}/events/{second['id']}"
    moved = stable.patch(path, json=times("2026-06-04T09:00:00", "2026-06-04T09:30:00"))
    assert moved.raise_for_status().json()["type"] == "exception"
    for who in (person, colleague):
        found = view(stable, who)
        starts = [one["start"]["dateTime"][5:16] for one in found]
        assert starts == ["05-26T11:30", "06-04T08:00", "06-09T11:30", "06-16T11:30"]
        assert found[1]["originalStart"] == "2026-06-02T11:30:00Z"
        assert found[1]["iCalUId"] == second["iCalUId"]
    assert view(stable, person)[1]["id"] == second["id"]


def test_new_times_of_a_series_bring_deleted_occurrences_back(
    person: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(recurrence=WEEKLY))
    second = view(stable, person)[1]
    stable.delete(f"/users/{person}/events/{second['id']}").raise_for_status()
    path = f"/users/{person}/events/{made['id']}"
    same = {**times("12:30", "13:00"), "recurrence": made["recurrence"]}
    stable.patch(path, json=same).raise_for_status()
    assert len(view(stable, person)) == 3
    stable.patch(path, json=times("12:00", "12:30")).raise_for_status()
    assert len(view(stable, person)) == 4


def test_a_deleted_occurrence_is_named_by_its_master(person: str, stable: httpx2.Client) -> None:
    made = make(stable, person, meeting(recurrence=WEEKLY))
    second = view(stable, person)[1]
    stable.delete(f"/users/{person}/events/{second['id']}").raise_for_status()
    assert stable.get(f"/users/{person}/events/{second['id']}").status_code == 404
    path = f"/users/{person}/events/{made['id']}"
    shown = stable.get(path, params={"$select": "cancelledOccurrences"}).json()
    assert shown["cancelledOccurrences"] == [second["occurrenceId"]]


def test_every_occurrence_has_a_uid_of_its_own_the_same_for_everybody(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague, recurrence=WEEKLY))
    mine, theirs = view(stable, person), view(stable, colleague)
    uids = [one["iCalUId"] for one in mine]
    assert uids == [one["iCalUId"] for one in theirs]
    assert len({*uids, made["iCalUId"]}) == 5
    assert {one["id"] for one in mine}.isdisjoint(one["id"] for one in theirs)
    assert {one["seriesMasterId"] for one in mine} == {made["id"]}


def test_ids_of_both_kinds_find_an_event_and_its_occurrences(
    person: str, graph: httpx2.Client, stable: httpx2.Client
) -> None:
    make(graph, person, meeting(recurrence=WEEKLY))
    mutable, immutable = view(graph, person)[2], view(stable, person)[2]
    assert mutable["id"] != immutable["id"]
    found = [stable.get(f"/users/{person}/events/{one['id']}").json()["id"]
             for one in (mutable, immutable)]  # fmt: skip
    assert found == [immutable["id"]] * 2
    assert stable.get(f"/users/alice@northshire.example/events/{found[0]}").status_code == 404


def test_events_can_be_found_by_a_mark_and_by_change(person: str, stable: httpx2.Client) -> None:
    marked = [{"id": MARKER, "value": "lunch"}]
    made = make(stable, person, meeting(singleValueExtendedProperties=marked, recurrence=WEEKLY))
    make(stable, person, meeting())
    query = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARKER}' and ep/value eq 'lunch')"
    expand = f"singleValueExtendedProperties($filter=id eq '{MARKER}')"
    path = f"/users/{person}/events"
    found = stable.get(path, params={"$filter": query, "$expand": expand}).json()["value"]
    assert [(one["id"], one["singleValueExtendedProperties"]) for one in found] == [
        (made["id"], marked)
    ]
    shown = list(pages(stable, f"/users/{person}/calendarView?startDateTime=2026-05-26T00:00:00Z"
                               f"&endDateTime=2026-07-01T00:00:00Z&$expand={expand}"))  # fmt: skip
    assert [one.get("singleValueExtendedProperties") for one in shown].count(marked) == 4
    later = {"$filter": "lastModifiedDateTime ge 2100-01-01T00:00:00Z"}
    assert stable.get(path, params=later).json()["value"] == []


def test_an_online_meeting_gets_its_block_in_the_body(person: str, stable: httpx2.Client) -> None:
    body = {"contentType": "html", "content": "<p>1. Rota</p>"}
    made = make(stable, person, meeting(isOnlineMeeting=True, body=body))
    assert made["onlineMeeting"]["joinUrl"] in made["body"]["content"]
    assert made["bodyPreview"].startswith("1. Rota")
    assert "____" in made["bodyPreview"]
    assert made["onlineMeetingProvider"] == "teamsForBusiness"


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": None},
        {"end": {"dateTime": "2026-05-26T12:00:00", "timeZone": LONDON}},
        {"start": {"dateTime": "2026-05-26T12:30:00", "timeZone": "Mars"}},
        {"isAllDay": True},
        {"showAs": "busily"},
        {"attendees": [{"emailAddress": {"address": f"a{n}@x.example"}} for n in range(501)]},
        {"recurrence": {"pattern": {"type": "weekly", "interval": 1}, "range": WEEKLY["range"]}},
        {"title": "x"},
        {"transactionId": 1},
    ],
)
def test_an_event_that_cannot_be_is_refused(
    person: str, stable: httpx2.Client, wrong: dict[str, Any]
) -> None:
    answer = stable.post(f"/users/{person}/events", json={**meeting(), **wrong})
    assert answer.status_code == 400, answer.text
    assert view(stable, person) == []


def test_an_outdated_change_is_refused(person: str, stable: httpx2.Client) -> None:
    made = make(stable, person, meeting())
    path = f"/users/{person}/events/{made['id']}"
    stable.patch(path, json={"subject": "Now"}).raise_for_status()
    late = {"If-Match": made["@odata.etag"]}
    assert stable.patch(path, json={"subject": "Late"}, headers=late).status_code == 412
    assert stable.delete(path, headers=late).status_code == 412


def test_faults_of_a_mailbox_are_those_of_its_calendar(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    path = f"/users/{person}/events"
    for fault, method, expected in (
        ("full", "POST", (507, "ErrorQuotaExceeded")),
        ("denied", "GET", (403, "ErrorAccessDenied")),
        ("unlicensed", "GET", (404, "MailboxNotEnabledForRESTAPI")),
    ):
        tenant.faults(**{fault: [person]})
        body = meeting() if method == "POST" else None
        assert refused(stable.request(method, path, json=body)) == expected
        tenant.faults(**{fault: []})


def test_a_mailbox_has_one_calendar(person: str, stable: httpx2.Client) -> None:
    (calendar,) = stable.get(f"/users/{person}/calendars").json()["value"]
    assert stable.get(f"/users/{person}/calendar").json()["id"] == calendar["id"]
    made = make(stable, person, meeting())
    path = f"/users/{person}/calendars/{calendar['id']}/events"
    assert [one["id"] for one in stable.get(path).json()["value"]] == [made["id"]]
    assert stable.get(f"/users/{person}/calendars/other/events").status_code == 404
