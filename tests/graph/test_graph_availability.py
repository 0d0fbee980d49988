"""When people are taken: `getSchedule`, and answers of it as they come."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import FreeBusy, Span
from tests.graph.scripted_calendars import Part, in_utc, scripted
from tests.graph.scripted_service import error_body

DAY = datetime(2026, 1, 7, tzinfo=UTC)
SPAN = Span(starts=DAY, ends=DAY + timedelta(hours=24, minutes=5))


def span(starts: str, ends: str) -> Span:
    return Span(
        starts=datetime.fromisoformat(f"2026-01-07T{starts}Z"),
        ends=datetime.fromisoformat(f"2026-01-07T{ends}Z"),
    )


def item(status: str, starts: str, ends: str) -> dict[str, Any]:
    return {
        "status": status,
        "subject": "Secret",
        "start": {"dateTime": f"2026-01-07T{starts}:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": f"2026-01-07T{ends}:00.0000000", "timeZone": "UTC"},
    }


def ask(addresses: list[str], *schedules: dict[str, Any]) -> Any:
    with scripted(lambda _: {"value": list(schedules)}) as there:
        return there.calendars.free_busy("asker", addresses, SPAN)


def test_twenty_people_a_call_are_asked_for_through_one_mailbox() -> None:
    people = [f"p{number}@n.example" for number in range(41)]

    def answer(part: Part) -> Any:
        return {"value": [{"scheduleId": one.upper()} for one in part.body["schedules"]]}

    with scripted(answer) as there:
        found = there.calendars.free_busy("asker", [*people, people[0]], SPAN)
    assert found == dict.fromkeys(people, FreeBusy())
    assert there.asked == ["POST /users/asker/calendar/getSchedule"] * 3
    assert sorted(len(part.body["schedules"]) for part in there.parts) == [1, 20, 20]
    assert all(in_utc(part) for part in there.parts)
    first = there.parts[0].body
    assert first["startTime"] == {"dateTime": "2026-01-07T00:00:00", "timeZone": "UTC"}
    assert first["endTime"] == {"dateTime": "2026-01-08T00:05:00", "timeZone": "UTC"}


def test_busy_tentative_and_away_are_taken_free_and_elsewhere_are_not() -> None:
    items = [
        item("oof", "15:00", "16:00"),
        item("busy", "09:00", "10:00"),
        item("tentative", "11:00", "11:30"),
        item("free", "12:00", "13:00"),
        item("workingElsewhere", "13:00", "14:00"),
    ]
    found = ask(["ada@n.example"], {"scheduleId": "ada@n.example", "scheduleItems": items})
    away = span("15:00", "16:00")
    taken = (span("09:00", "10:00"), span("11:00", "11:30"), away)
    assert found == {"ada@n.example": FreeBusy(taken=taken, away=(away,))}
    assert "Secret" not in repr(found)


def test_where_nobody_may_see_items_the_grid_is_read() -> None:
    view = "0" * 36 + "2210443" + "0" * 53 + "3"
    found = ask(["team@n.example"], {"scheduleId": "team@n.example", "availabilityView": view})
    last = Span(starts=DAY + timedelta(days=1), ends=SPAN.ends)
    away = (span("10:30", "10:45"), last)
    taken = (span("09:00", "09:30"), span("09:30", "09:45"), *away)
    assert found == {"team@n.example": FreeBusy(taken=taken, away=away)}


def test_what_cannot_be_told_of_one_person_is_told_of_the_others() -> None:
    message = "5006: the answer has more than 1000 entries, ada@n.example"
    error = {"responseCode": "ErrorFreeBusyGenerationFailed", "message": message}
    found = ask(
        ["ada@n.example", "ben@n.example", "cal@n.example", "dan@n.example"],
        {"scheduleId": "ada@n.example", "error": error},
        {"scheduleId": "ben@n.example", "scheduleItems": [item("busy", "09:00", "10:00")]},
        {"scheduleId": "dan@n.example", "scheduleItems": [{"status": "busy"}]},
    )
    assert found["ben@n.example"] == FreeBusy(taken=(span("09:00", "10:00"),))
    refused = {one: why.what for one, why in found.items() if isinstance(why, CallFailure)}
    assert set(refused) == {"ada@n.example", "cal@n.example", "dan@n.example"}
    assert "ErrorFreeBusyGenerationFailed" in refused["ada@n.example"]
    assert "n.example" not in refused["ada@n.example"]


def test_a_call_that_fails_fails_for_those_it_asked_for() -> None:
    def answer(part: Part) -> Any:
        if "p0@n.example" in part.body["schedules"]:
            return 403, error_body("ErrorAccessDenied")
        return {"value": [{"scheduleId": one} for one in part.body["schedules"]]}

    people = [f"p{number}@n.example" for number in range(21)]
    with scripted(answer) as there:
        found = there.calendars.free_busy("asker", people, SPAN)
    failed = [one for one, why in found.items() if isinstance(why, CallFailure)]
    assert failed == people[:20]


@pytest.mark.parametrize("length", [timedelta(), timedelta(days=42), timedelta(days=-1)])
def test_a_span_that_the_service_would_refuse_is_a_slip_of_ours(length: timedelta) -> None:
    with scripted(lambda _: 500) as there, pytest.raises(ValueError, match="less than 42 days"):
        there.calendars.free_busy("asker", ["a@n.example"], Span(starts=DAY, ends=DAY + length))
    assert there.parts == []
