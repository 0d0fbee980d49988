from typing import Any

import httpx2
import pytest

from tests.sandbox.booking import WEEKLY, mails, make, meeting, refused, times, view
from tests.sandbox_tenant import SandboxTenant

LATER = times("2026-05-26T14:00:00", "2026-05-26T14:30:00")


def answer(
    client: httpx2.Client, person: str, event: str, action: str, **body: Any
) -> httpx2.Response:
    return client.post(f"/users/{person}/events/{event}/{action}", json=body)


def status_of(client: httpx2.Client, organiser: str, event: str) -> Any:
    shown = client.get(f"/users/{organiser}/events/{event}").raise_for_status().json()
    (attendee,) = shown["attendees"]
    return attendee


def test_a_decline_takes_the_event_away_and_tells_the_organiser(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague))
    (copy,) = view(stable, colleague)
    done = answer(
        stable, colleague, copy["id"], "decline", comment="It is lunch", proposedNewTime=LATER
    )
    assert (done.status_code, done.content) == (202, b"")
    assert stable.get(f"/users/{colleague}/events/{copy['id']}").status_code == 404
    attendee = status_of(stable, person, made["id"])
    assert attendee["status"]["response"] == "declined"
    assert attendee["proposedNewTime"] == LATER
    (mail,) = mails(stable, person)
    assert mail["@odata.type"] == "#microsoft.graph.eventMessageResponse"
    assert (mail["meetingMessageType"], mail["responseType"]) == ("meetingDeclined", "declined")
    assert (mail["proposedNewTime"], mail["bodyPreview"]) == (LATER, "It is lunch")
    again = answer(stable, colleague, copy["id"], "decline", comment="It is lunch")
    assert refused(again) == (404, "ErrorItemNotFound")


def test_one_occurrence_can_be_declined_alone(
    tenant: SandboxTenant, person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague, recurrence=WEEKLY))
    second = view(stable, colleague)[1]
    answer(stable, colleague, second["id"], "decline", comment="Lunch").raise_for_status()
    assert [one["start"]["dateTime"][5:10] for one in view(stable, colleague)] == [
        "05-26", "06-09", "06-16",
    ]  # fmt: skip
    statuses = [one["attendees"][0]["status"]["response"] for one in view(stable, person)]
    assert statuses == ["none", "declined", "none", "none"]
    assert status_of(stable, person, made["id"])["status"]["response"] == "none"
    audit = tenant.control.get("/events", params={"address": person}).json()["events"]
    (reply,) = audit[0]["replies"]
    assert (reply["address"], reply["day"], reply["told"]) == (colleague, "2026-06-02", True)


@pytest.mark.parametrize(
    ("action", "response", "show_as"),
    [("accept", "accepted", "oof"), ("tentativelyAccept", "tentativelyAccepted", "tentative")],
)
def test_an_accepted_event_stays(
    person: str, colleague: str, stable: httpx2.Client, action: str, response: str, show_as: str
) -> None:
    made = make(stable, person, meeting(colleague, showAs="oof"))
    (copy,) = view(stable, colleague)
    assert copy["showAs"] == "tentative"
    assert answer(stable, colleague, copy["id"], action, comment="").status_code == 202
    (copy,) = view(stable, colleague)
    assert (copy["responseStatus"]["response"], copy["showAs"]) == (response, show_as)
    assert status_of(stable, person, made["id"])["status"]["response"] == response


def test_an_answer_that_is_not_sent_is_not_heard(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague, responseRequested=False))
    (copy,) = view(stable, colleague)
    assert answer(stable, colleague, copy["id"], "decline", comment="No").status_code == 400
    done = answer(stable, colleague, copy["id"], "decline", comment="No", sendResponse=False)
    assert done.status_code == 202
    assert view(stable, colleague) == []
    assert mails(stable, person) == []
    assert status_of(stable, person, made["id"])["status"]["response"] == "none"


@pytest.mark.parametrize(
    ("more", "body"),
    [
        ({"allowNewTimeProposals": False}, {"proposedNewTime": LATER}),
        ({}, {"proposedNewTime": LATER, "sendResponse": False}),
        ({}, {"proposedNewTime": {"start": LATER["start"], "end": LATER["start"]}}),
        ({}, {"proposedNewTime": {"start": "14:00"}}),
        ({}, {"sendResponse": "no"}),
        ({}, {"comment": 1}),
        ({}, {"reason": "x"}),
    ],
)
def test_an_answer_that_cannot_be_is_refused(
    person: str,
    colleague: str,
    stable: httpx2.Client,
    more: dict[str, Any],
    body: dict[str, Any],
) -> None:
    make(stable, person, meeting(colleague, **more))
    (copy,) = view(stable, colleague)
    assert answer(stable, colleague, copy["id"], "decline", **body).status_code == 400
    assert len(view(stable, colleague)) == 1


def test_organisers_do_not_answer_and_attendees_do_not_cancel(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague))
    (copy,) = view(stable, colleague)
    assert refused(answer(stable, person, made["id"], "accept"))[0] == 400
    no = answer(stable, colleague, copy["id"], "cancel", comment="x")
    assert no.status_code == 400
    assert no.json()["error"]["message"] == "You need to be an organizer to cancel a meeting."
    assert answer(stable, colleague, made["id"], "decline").status_code == 404


def test_cancelling_leaves_a_cancelled_free_copy_with_attendees(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague))
    assert answer(stable, person, made["id"], "cancel", comment="Sorry").status_code == 202
    assert view(stable, person) == []
    (copy,) = view(stable, colleague)
    assert (copy["isCancelled"], copy["showAs"]) == (True, "free")
    assert copy["subject"] == "Canceled: Team"
    mail = next(one for one in mails(stable, colleague) if one["subject"] != "Team")
    assert (mail["meetingMessageType"], mail["bodyPreview"]) == ("meetingCancelled", "Sorry")
    assert answer(stable, person, made["id"], "cancel", comment="Sorry").status_code == 404
    stable.delete(f"/users/{colleague}/events/{copy['id']}").raise_for_status()
    assert view(stable, colleague) == []


@pytest.mark.parametrize("action", ["cancel", "delete"])
def test_one_occurrence_can_be_cancelled(
    person: str, colleague: str, stable: httpx2.Client, action: str
) -> None:
    make(stable, person, meeting(colleague, recurrence=WEEKLY))
    third = view(stable, person)[2]
    if action == "cancel":
        answer(stable, person, third["id"], "cancel", comment="Not then").raise_for_status()
    else:
        stable.delete(f"/users/{person}/events/{third['id']}").raise_for_status()
    assert len(view(stable, person)) == 3
    assert [one["isCancelled"] for one in view(stable, colleague)] == [False, False, True, False]
    (mail, _) = sorted(mails(stable, colleague), key=lambda one: one["meetingMessageType"])
    assert mail["startDateTime"]["dateTime"] == "2026-06-09T11:30:00.0000000"


def test_a_moved_meeting_asks_again_those_who_declined(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague))
    (copy,) = view(stable, colleague)
    answer(stable, colleague, copy["id"], "decline", comment="Lunch").raise_for_status()
    stable.patch(f"/users/{person}/events/{made['id']}", json={"subject": "x"}).raise_for_status()
    assert view(stable, colleague) == []
    stable.patch(f"/users/{person}/events/{made['id']}", json=LATER).raise_for_status()
    (copy,) = view(stable, colleague)
    assert copy["responseStatus"]["response"] == "notResponded"
    assert status_of(stable, person, made["id"])["status"]["response"] == "none"


def test_a_moved_occurrence_asks_again_those_who_declined_it(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    make(stable, person, meeting(colleague, recurrence=WEEKLY))
    second, mine = view(stable, colleague)[1], view(stable, person)[1]
    answer(stable, colleague, second["id"], "decline", comment="Lunch").raise_for_status()
    later = times("2026-06-02T14:00:00", "2026-06-02T14:30:00")
    stable.patch(f"/users/{person}/events/{mine['id']}", json=later).raise_for_status()
    again = view(stable, colleague)[1]
    assert (again["id"], again["start"]["dateTime"][11:16]) == (second["id"], "13:00")
    assert again["responseStatus"]["response"] == "notResponded"
    assert view(stable, person)[1]["attendees"][0]["status"]["response"] == "none"


def test_an_attendee_who_deletes_tells_nobody(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague))
    (copy,) = view(stable, colleague)
    stable.delete(f"/users/{colleague}/events/{copy['id']}").raise_for_status()
    assert mails(stable, person) == []
    assert status_of(stable, person, made["id"])["status"]["response"] == "none"
