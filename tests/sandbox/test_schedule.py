"""`getSchedule`: what calendars show of people's time, and what the service refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from policy_agent.sandbox.calls import Answer, Call
from policy_agent.sandbox.clock import TenantClock
from policy_agent.sandbox.event_properties import complete
from policy_agent.sandbox.events import Meeting
from policy_agent.sandbox.people import PersonRow
from policy_agent.sandbox.recurrence import read_recurrence
from policy_agent.sandbox.refusals import GraphError
from policy_agent.sandbox.schedule import get_schedule
from policy_agent.sandbox.settings import settings_of
from policy_agent.sandbox.tenant import Tenant
from policy_agent.sandbox.timing import Timing
from tests.sandbox_tenant import SandboxTenant

LONDON = "GMT Standard Time"
ALICE, BOB = "alice@northshire.example", "bob@northshire.example"


@pytest.fixture
def council() -> Tenant:
    """A tenant without a server: alice, bob, and a list of thirty."""
    clock = TenantClock(start=datetime(2026, 5, 20, 9, tzinfo=UTC), rate=0)
    tenant = Tenant(domain="northshire.example", clock=clock)
    names = ["alice", "bob", *(f"person{number}" for number in range(30))]
    rows = [
        PersonRow(person=name, role="", teams=("pair",) if name in {"alice", "bob"} else ("many",))
        for name in names
    ]
    tenant.directory.take(rows, {})
    return tenant


def book(tenant: Tenant, address: str, start: str, minutes: int, **more: Any) -> None:
    """Put an event into somebody's calendar; `start` is London's wall clock."""
    user = tenant.user(address)
    wall = datetime.fromisoformat(start)
    recurrence = more.pop("recurrence", None)
    timing = Timing(
        start=wall,
        length=timedelta(minutes=minutes),
        zone_name=LONDON,
        recurrence=recurrence and read_recurrence(recurrence, start_day=wall.date()),
    )
    cancelled = more.pop("isCancelled", False)
    fields = complete(more, timing, {"emailAddress": {"address": address, "name": ""}})
    fields["isCancelled"] = cancelled
    meeting = Meeting(
        uid_tail="0", organizer=address, organizer_id=user.id, fields=fields, timing=timing
    )
    tenant.mailbox_of(user).calendar.add(meeting, {}, {})


def day(first: str, last: str, zone_name: str = LONDON) -> dict[str, Any]:
    return {
        "startTime": {"dateTime": first, "timeZone": zone_name},
        "endTime": {"dateTime": last, "timeZone": zone_name},
    }


MORNING = day("2026-05-26T09:00:00", "2026-05-26T13:00:00")


def ask(tenant: Tenant, *addresses: str, prefer: str = "", **more: Any) -> list[dict[str, Any]]:
    headers = {"prefer": prefer} if prefer else {}
    body = {"schedules": list(addresses), **MORNING, **more}
    call = Call(
        method="POST", path="", segments=(), query={}, headers=headers, body=body, params=(ALICE,)
    )
    answer = get_schedule(tenant, call)
    assert isinstance(answer, Answer)
    found: list[dict[str, Any]] = answer.body["value"]
    return found


def test_a_view_has_the_strongest_status_of_each_slot(council: Tenant) -> None:
    book(council, BOB, "2026-05-26T09:10:00", 30, showAs="tentative")
    book(council, BOB, "2026-05-26T09:30:00", 30)
    book(council, BOB, "2026-05-26T10:30:00", 60, showAs="oof")
    book(council, BOB, "2026-05-26T12:00:00", 30, showAs="workingElsewhere")
    (bob,) = ask(council, BOB)
    assert bob["availabilityView"] == "12033000"
    (hourly,) = ask(council, BOB, availabilityViewInterval=60)
    assert hourly["availabilityView"] == "2330"
    (uneven,) = ask(council, BOB, availabilityViewInterval=90)
    assert uneven["availabilityView"] == "230"


def test_items_say_when_and_not_what(council: Tenant) -> None:
    book(council, BOB, "2026-05-26T12:30:00", 30, subject="Lunch", sensitivity="private")
    book(council, BOB, "2026-05-26T08:30:00", 60, subject="Supervision", location={})
    (bob,) = ask(council, BOB)
    assert bob["scheduleItems"] == [
        {
            "isPrivate": False,
            "status": "busy",
            "start": {"dateTime": "2026-05-26T07:30:00.0000000", "timeZone": "UTC"},
            "end": {"dateTime": "2026-05-26T08:30:00.0000000", "timeZone": "UTC"},
        },
        {
            "status": "busy",
            "start": {"dateTime": "2026-05-26T11:30:00.0000000", "timeZone": "UTC"},
            "end": {"dateTime": "2026-05-26T12:00:00.0000000", "timeZone": "UTC"},
        },
    ]
    assert bob["availabilityView"] == "20000002"


def test_items_come_in_the_zone_that_is_preferred(council: Tenant) -> None:
    book(council, BOB, "2026-05-26T12:30:00", 30)
    (bob,) = ask(council, BOB, prefer='outlook.timezone="Eastern Standard Time"')
    assert bob["scheduleItems"][0]["start"] == {
        "dateTime": "2026-05-26T07:30:00.0000000",
        "timeZone": "Eastern Standard Time",
    }


def test_free_and_cancelled_events_take_no_time(council: Tenant) -> None:
    book(council, BOB, "2026-05-26T09:00:00", 60, showAs="free")
    book(council, BOB, "2026-05-26T10:00:00", 60, isCancelled=True)
    book(council, BOB, "2026-05-26T08:00:00", 60)
    book(council, BOB, "2026-05-26T13:00:00", 60)
    (bob,) = ask(council, BOB)
    assert (bob["availabilityView"], bob["scheduleItems"]) == ("00000000", [])


def test_a_series_is_busy_on_its_days_across_a_clock_change(council: Tenant) -> None:
    weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    book(
        council,
        BOB,
        "2024-01-01T12:30:00",
        30,
        recurrence={
            "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": weekdays},
            "range": {"type": "noEnd", "startDate": "2024-01-01"},
        },
    )
    (bob,) = ask(council, BOB, **day("2026-10-23T00:00:00", "2026-10-27T00:00:00"))
    assert [item["start"]["dateTime"][:16] for item in bob["scheduleItems"]] == [
        "2026-10-23T11:30",
        "2026-10-26T12:30",
    ]
    assert [place for place, digit in enumerate(bob["availabilityView"]) if digit != "0"] == [
        25, 24 * 2 * 3 + 2 + 25,
    ]  # fmt: skip


def test_working_hours_are_those_of_the_mailbox(council: Tenant) -> None:
    hours = settings_of(council.mailbox(BOB))["workingHours"]
    hours["daysOfWeek"] = ["monday", "wednesday"]
    (bob,) = ask(council, BOB.upper())
    assert bob["scheduleId"] == BOB.upper()
    assert bob["workingHours"] == hours


@pytest.mark.parametrize("address", ["nobody@northshire.example", "x@police.example", "alice"])
def test_who_is_not_here_has_an_error_among_the_answers(council: Tenant, address: str) -> None:
    unknown, bob = ask(council, address, BOB)
    assert unknown == {
        "scheduleId": address,
        "error": {
            "message": f"Unable to resolve e-mail address {address} to an Active Directory object.",
            "responseCode": "5009",
        },
    }
    assert bob["availabilityView"] == "00000000"


def test_somebody_without_a_licence_has_no_schedule(council: Tenant) -> None:
    council.faults.unlicensed = frozenset([BOB])
    assert ask(council, BOB)[0]["error"]["responseCode"] == "5009"


def test_more_than_a_thousand_entries_are_an_error_of_that_schedule(council: Tenant) -> None:
    book(
        council,
        BOB,
        "2026-05-01T00:00:00",
        1,
        recurrence={
            "pattern": {"type": "daily", "interval": 1},
            "range": {"type": "noEnd", "startDate": "2026-05-01"},
        },
    )
    for number in range(25):
        book(
            council,
            BOB,
            f"2026-05-01T{number % 24:02}:30:00",
            1,
            recurrence={
                "pattern": {"type": "daily", "interval": 1},
                "range": {"type": "noEnd", "startDate": "2026-05-01"},
            },
        )
    bob, alice = ask(council, BOB, ALICE, **day("2026-05-02T00:00:00", "2026-06-12T00:00:00"))
    assert bob["error"]["responseCode"] == "5006"
    assert "allowed size = 1000; the actual size = 1066" in bob["error"]["message"]
    assert "error" not in alice


def test_a_list_has_its_members_time_in_one_view(council: Tenant) -> None:
    book(council, ALICE, "2026-05-26T09:00:00", 30)
    book(council, BOB, "2026-05-26T09:00:00", 60, showAs="tentative")
    assert ask(council, "pair@northshire.example") == [
        {
            "scheduleId": "pair@northshire.example",
            "availabilityView": "21000000",
            "scheduleItems": [],
        }
    ]


@pytest.mark.parametrize(
    "schedules",
    [
        ["many@northshire.example"],
        [f"nobody{number}@northshire.example" for number in range(21)],
        ["pair@northshire.example", *(f"person{n}@northshire.example" for n in range(19))],
    ],
)
def test_more_than_twenty_mailboxes_are_too_many_members_of_lists_included(
    council: Tenant, schedules: list[str]
) -> None:
    with pytest.raises(GraphError, match="ErrorMailboxDataArrayTooBig") as refused:
        ask(council, *schedules)
    assert refused.value.status == 400


def test_twenty_mailboxes_are_not_too_many(council: Tenant) -> None:
    people = [f"person{number}@northshire.example" for number in range(18)]
    assert len(ask(council, "pair@northshire.example", *people)) == 19


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"schedules": []}, 400, "ErrorMailboxDataArrayEmpty"),
        ({"schedules": ALICE}, 400, "BadRequest"),
        ({"schedules": [1]}, 400, "BadRequest"),
        ({"attendees": []}, 400, "BadRequest"),
        ({"startTime": None}, 400, "UnableToDeserializePostBody"),
        ({"endTime": MORNING["startTime"]}, 400, "ErrorInvalidTimeInterval"),
        (day("2026-05-26T10:00:00", "2026-05-26T09:00:00"), 400, "ErrorInvalidTimeInterval"),
        (day("2026-05-01T00:00:00", "2026-06-12T00:00:00"), 400, "ErrorTimeIntervalTooBig"),
        (day("2026-05-26T09:00:00", "2026-05-26T10:00:00", "x"), 400,
         "TimeZoneNotSupportedException"),
        ({"availabilityViewInterval": 4}, 400, "ErrorInvalidMergedFreeBusyInterval"),
        ({"availabilityViewInterval": 241}, 400, "ErrorInvalidMergedFreeBusyInterval"),
        ({"availabilityViewInterval": "30"}, 400, "BadRequest"),
        ({"availabilityViewInterval": None}, 500, "ErrorInternalServerError"),
        ({"prefer": 'outlook.timezone="x"'}, 400, "TimeZoneNotSupportedException"),
    ],
)  # fmt: skip
def test_what_the_service_does_not_take_is_refused(
    council: Tenant, more: dict[str, Any], status: int, code: str
) -> None:
    with pytest.raises(GraphError) as refused:
        ask(council, BOB, **more)
    assert (refused.value.status, refused.value.code) == (status, code)


def test_a_day_less_than_the_limit_is_answered_in_slots_of_a_day(council: Tenant) -> None:
    span = day("2026-05-01T00:00:00", "2026-06-11T23:59:59")
    (bob,) = ask(council, BOB, availabilityViewInterval=1440, **span)
    assert bob["availabilityView"] == "0" * 42


@pytest.mark.parametrize("spelling", ["getSchedule", "getschedule", "microsoft.graph.getSchedule"])
def test_it_is_served_in_either_spelling_and_case(
    graph: httpx2.Client, person: str, spelling: str
) -> None:
    body = {"schedules": [person], **MORNING}
    if spelling == "getschedule":  # as C/outlook-get-free-busy-schedule has it
        body = {name[0].upper() + name[1:]: value for name, value in body.items()}
    answer = graph.post(f"/users/{person}/calendar/{spelling}", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["value"][0]["availabilityView"] == "00000000"
    assert answer.json()["value"][0]["workingHours"]["timeZone"] == {"name": LONDON}


def test_the_mailbox_that_is_asked_must_be_in_reach(
    graph: httpx2.Client, person: str, tenant: SandboxTenant
) -> None:
    tenant.faults(denied=[person])
    answer = graph.post(
        f"/users/{person}/calendar/getSchedule", json={"schedules": [person], **MORNING}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ErrorAccessDenied")


def test_a_declined_meeting_is_nobodys_time_and_a_cancelled_one_neither(
    tenant: SandboxTenant, stable: httpx2.Client, person: str
) -> None:
    names = [f"{person.partition('@')[0]}-{number}" for number in range(2)]
    made = tenant.control.post("/people", json={"people": [{"person": one} for one in names]})
    invited = [user["address"] for user in made.raise_for_status().json()["users"]]
    everybody = [person, *invited]

    def views() -> list[str]:
        asked = {"schedules": everybody, **MORNING, "availabilityViewInterval": 120}
        answer = stable.post(f"/users/{person}/calendar/getSchedule", json=asked)
        return [one["availabilityView"] for one in answer.raise_for_status().json()["value"]]

    meeting = {
        "subject": "Team meeting",
        "start": {"dateTime": "2026-05-26T10:00:00", "timeZone": LONDON},
        "end": {"dateTime": "2026-05-26T11:00:00", "timeZone": LONDON},
        "attendees": [{"emailAddress": {"address": one}} for one in invited],
    }
    booked = stable.post(f"/users/{person}/events", json=meeting).raise_for_status().json()
    assert views() == ["20", "10", "10"]
    theirs = stable.get(f"/users/{invited[0]}/events").raise_for_status().json()["value"][0]["id"]
    stable.post(f"/users/{invited[0]}/events/{theirs}/decline", json={}).raise_for_status()
    assert views() == ["20", "00", "10"]
    stable.post(f"/users/{person}/events/{booked['id']}/cancel", json={}).raise_for_status()
    assert views() == ["00", "00", "00"]
