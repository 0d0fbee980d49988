from typing import Any

import httpx2
import pytest

from tests.sandbox.booking import SUMMER, WEEKLY, mails, make, meeting, refused, view
from tests.sandbox_tenant import SandboxTenant

OUTSIDE = "clerk@court.example"


def order(tenant: SandboxTenant, organiser: str, *attendees: Any, **more: Any) -> dict[str, Any]:
    """Have a meeting made over lunch on Tuesday 26 May 2026."""
    body = {
        "organiser": organiser,
        "attendees": list(attendees),
        "subject": "Strategy",
        "start": "2026-05-26T12:30:00",
        "end": "2026-05-26T13:00:00",
        **more,
    }
    answer = tenant.control.post("/meetings", json={"meetings": [body]})
    (made,) = answer.raise_for_status().json()["meetings"]
    return dict(made)


def act(
    tenant: SandboxTenant, person: str, event: str, action: str, **more: Any
) -> httpx2.Response:
    body = {"address": person, "event": event, "action": action, **more}
    return tenant.control.post("/event-act", json=body)


def audit(tenant: SandboxTenant, person: str) -> list[dict[str, Any]]:
    params = {
        "address": person, "start": "2026-05-25T00:00:00Z", "end": "2026-08-24T00:00:00Z",
    }  # fmt: skip
    return list(tenant.control.get("/events", params=params).raise_for_status().json()["events"])


def test_meetings_are_made_with_all_that_is_ordered(
    tenant: SandboxTenant, person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = order(
        tenant, person, {"address": colleague, "response": "accepted", "role": "optional"},
        recurrence=WEEKLY, show_as="oof", sensitivity="private", importance="high",
        categories=["Supervision"], online=True, body="<p>Cases</p>", location="Room 1",
        created="2026-01-01T00:00:00Z", proposals=False, extended={"String 0x1": "x"},
    )  # fmt: skip
    (first, *_), theirs = view(stable, person), view(stable, colleague)
    assert made["uid"] != first["iCalUId"]
    assert len(theirs) == 4
    assert first["seriesMasterId"] in made["copies"].values()
    assert first["createdDateTime"] == "2026-01-01T00:00:00Z"
    assert (first["sensitivity"], first["importance"]) == ("private", "high")
    assert (first["categories"], theirs[0]["categories"]) == (["Supervision"], [])
    assert first["location"]["displayName"] == "Room 1"
    assert not first["allowNewTimeProposals"]
    assert first["isOnlineMeeting"]
    (attendee,) = first["attendees"]
    assert (attendee["type"], attendee["status"]["response"]) == ("optional", "accepted")
    assert theirs[0]["responseStatus"]["response"] == "accepted"
    assert theirs[0]["showAs"] == "oof"
    assert mails(stable, colleague) == []
    (seen,) = audit(tenant, person)
    assert seen["extended"] == {"String 0x1": "x"}
    assert len(seen["occurrences"]) == 4


def test_an_outside_organiser_has_no_copy_inside(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    made = order(tenant, OUTSIDE, person, categories=["Court"], invite=True)
    assert len(made["copies"]) == 1
    (copy,) = view(stable, person)
    assert not copy["isOrganizer"]
    assert copy["organizer"]["emailAddress"]["address"] == OUTSIDE
    assert copy["categories"] == ["Court"]
    assert len(mails(stable, person)) == 1
    decline = {"comment": "Lunch"}
    stable.post(f"/users/{person}/events/{copy['id']}/decline", json=decline).raise_for_status()
    assert view(stable, person) == []


def test_outside_organisers_move_and_cancel_through_any_copy(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    order(tenant, OUTSIDE, person)
    (copy,) = view(stable, person)
    act(tenant, person, copy["id"], "move", start="2026-05-26T14:00:00").raise_for_status()
    (copy,) = view(stable, person)
    assert [copy[name]["dateTime"][11:16] for name in ("start", "end")] == ["13:00", "13:30"]
    act(tenant, person, copy["id"], "cancel").raise_for_status()
    (copy,) = view(stable, person)
    assert copy["isCancelled"]


def test_people_act_on_events_as_in_outlook(
    tenant: SandboxTenant, person: str, colleague: str, stable: httpx2.Client
) -> None:
    order(tenant, person, colleague, recurrence=WEEKLY)
    mine, theirs = view(stable, person), view(stable, colleague)
    for who, event, action, more in (
        (person, mine[0], "move", {"start": "2026-05-27T09:00:00", "end": "2026-05-27T10:00:00"}),
        (person, mine[1], "change", {"subject": "Changed", "show_as": "free", "body": "b"}),
        (person, mine[2], "cancel", {"comment": "No"}),
        (colleague, theirs[3], "decline", {"comment": "No"}),
        (colleague, theirs[1], "accept", {}),
        (colleague, theirs[0], "categorise", {"category": "Mine"}),
    ):
        act(tenant, who, event["id"], action, **more).raise_for_status()
    (seen,) = audit(tenant, colleague)
    days = {one["day"]: one for one in seen["occurrences"]}
    assert days["2026-05-26"]["start"] == "2026-05-27T08:00:00Z"
    assert days["2026-05-26"]["categories"] == ["Mine"]
    assert (days["2026-06-02"]["subject"], days["2026-06-02"]["response"]) == (
        "Changed", "accepted",
    )  # fmt: skip
    assert days["2026-06-09"]["cancelled"]
    assert (seen["gone"], list(seen["cancelled_days"])) == (["2026-06-16"], ["2026-06-09"])
    assert {reply["response"] for reply in seen["replies"]} == {"declined", "accepted"}
    (own,) = audit(tenant, person)
    assert (own["is_organiser"], own["gone"]) == (True, ["2026-06-09"])
    first = theirs[0]["id"]
    act(tenant, colleague, first, "uncategorise", category="Mine").raise_for_status()
    act(tenant, colleague, first, "delete").raise_for_status()
    assert len(view(stable, colleague)) == 2
    assert len(view(stable, person)) == 3


def test_what_a_person_cannot_do_is_refused(
    tenant: SandboxTenant, person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague))
    (copy,) = view(stable, colleague)
    assert act(tenant, colleague, copy["id"], "cancel").status_code == 409
    assert act(tenant, person, made["id"], "decline").status_code == 409
    assert act(tenant, person, "gone", "delete").status_code == 404
    assert act(tenant, person, made["id"], "categorise").status_code == 422
    assert tenant.control.get("/events", params={"address": "nobody@x.example"}).status_code == 404
    wrong = {"organiser": person, "start": "2026-05-26T12:30:00", "end": "2026-05-26T12:00:00"}
    assert tenant.control.post("/meetings", json={"meetings": [wrong]}).status_code == 400


def test_the_audit_of_all_names_everybodys_copies(
    tenant: SandboxTenant, person: str, colleague: str
) -> None:
    made = order(tenant, person, colleague)
    events = tenant.control.get("/events").raise_for_status().json()["events"]
    found = {one["address"]: one["event"] for one in events if one["uid"] == made["uid"]}
    assert found.keys() == {person, colleague}
    assert set(found.values()) == set(made["copies"].values())


def test_thousands_of_meetings_can_be_made_in_one_order(
    tenant: SandboxTenant, person: str, colleague: str, stable: httpx2.Client
) -> None:
    body = {"organiser": person, "attendees": [colleague], "start": "2026-05-26T12:30:00",
            "end": "2026-05-26T13:00:00"}  # fmt: skip
    answer = tenant.control.post("/meetings", json={"meetings": [body] * 2000})
    assert len(answer.raise_for_status().json()["meetings"]) == 2000
    assert len(view(stable, colleague, "&$top=1000")) == 2000


@pytest.mark.parametrize("status", ["alwaysEnabled", "scheduled"])
def test_working_hours_and_automatic_replies_can_be_ordered(
    tenant: SandboxTenant, stable: httpx2.Client, status: str
) -> None:
    one = {
        "person": "away",
        "locale": "cy-GB",
        "working_hours": {"days": ["Monday", "tuesday"], "start": "09:15", "end": "15:00"},
        "automatic_replies": {
            "status": status, "start": "2026-05-25T00:00:00+01:00", "end": "2026-05-30T00:00:00Z",
        },
    }  # fmt: skip
    answer = tenant.control.post("/people", json={"people": [one]}).raise_for_status()
    address = answer.json()["users"][0]["address"]
    settings = stable.get(f"/users/{address}/mailboxSettings").json()
    assert settings["workingHours"]["daysOfWeek"] == ["monday", "tuesday"]
    assert settings["workingHours"]["startTime"] == "09:15:00.0000000"
    assert settings["language"]["locale"] == "cy-GB"
    replies = settings["automaticRepliesSetting"]
    assert replies["status"] == status
    assert replies["scheduledStartDateTime"] == {
        "dateTime": "2026-05-24T23:00:00.0000000", "timeZone": "UTC",
    }  # fmt: skip


def test_an_unreachable_calendar_is_audited_all_the_same(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    order(tenant, person)
    tenant.faults(denied=[person])
    refusal = stable.get(f"/users/{person}/calendarView?{SUMMER}")
    assert refused(refusal) == (403, "ErrorAccessDenied")
    assert len(audit(tenant, person)) == 1
