"""Block-outs: made once, found by their marks, mended and removed."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from policy_agent.domain.blocking import BlockOut, MarkedSeries
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventRef, Span
from policy_agent.graph.marks import KEY, KIND
from tests.graph.scripted_calendars import (
    CATEGORY,
    LOST,
    Answers,
    Part,
    Scripted,
    is_immutable,
    scripted,
)
from tests.graph.scripted_service import error_body

LUNCH = BlockOut(
    mailbox="u",
    rule="protected-lunch",
    subject="Protected time: lunch",
    starts=time(12, 30),
    ends=time(13, 0),
    weekdays=frozenset({4, 0, 2}),
    every_weeks=2,
    first=date(2026, 1, 7),
    zone="Europe/London",
    skipped=(date(2026, 4, 3),),
)
LOOK = {
    "subject": "Protected time: lunch",
    "start": {"dateTime": "2026-01-07T12:30:00", "timeZone": "Europe/London"},
    "end": {"dateTime": "2026-01-07T13:00:00", "timeZone": "Europe/London"},
    "isAllDay": False,
    "showAs": "busy",
    "categories": [CATEGORY],
    "recurrence": {
        "pattern": {
            "type": "weekly",
            "interval": 2,
            "daysOfWeek": ["monday", "wednesday", "friday"],
            "firstDayOfWeek": "monday",
        },
        "range": {
            "type": "noEnd",
            "startDate": "2026-01-07",
            "recurrenceTimeZone": "Europe/London",
        },
    },
}
SERIES = EventRef(mailbox="u", event="m")
NO_CATEGORY: Any = {"value": [{"id": "1", "displayName": "Blue category"}]}
HAS_CATEGORY: Any = {"value": [{"id": "1", "displayName": CATEGORY.upper()}]}


def service(events: Answers, categories: Any = HAS_CATEGORY) -> Answers:
    def answer(part: Part) -> Any:
        if part.path.endswith("masterCategories"):
            return (201, {"id": "2"}) if part.method == "POST" else categories
        return events(part)

    return answer


def events(there: Scripted) -> list[Part]:
    return [part for part in there.parts if "events" in part.path]


def categories(there: Scripted) -> list[Part]:
    return [part for part in there.parts if "masterCategories" in part.path]


def is_lookup(part: Part) -> bool:
    return part.method == "GET"


def add(there: Scripted) -> object:
    return there.calendars.add_block_outs({"key-1": LUNCH})["key-1"]


def test_a_series_is_busy_in_its_own_wall_clock_and_asks_nobody() -> None:
    with scripted(service(lambda _: (201, {"id": "m"}))) as there:
        assert add(there) == SERIES
    (part,) = events(there)
    assert str(part) == "POST /users/u/events"
    assert is_immutable(part)
    assert part.body == {
        **LOOK,
        "isReminderOn": False,
        "responseRequested": False,
        "transactionId": "key-1",
        "singleValueExtendedProperties": [
            {"id": KIND, "value": "block-out"},
            {"id": KEY, "value": "key-1"},
        ],
    }


@pytest.mark.parametrize(
    ("starts", "all_day", "end"),
    [(time(0, 0), True, "2026-01-08T00:00:00"), (time(8, 30), False, "2026-01-08T00:00:00")],
)
def test_midnight_is_the_end_of_the_day(starts: time, all_day: bool, end: str) -> None:
    with scripted(service(lambda _: (201, {"id": "m"}))) as there:
        series = replace(LUNCH, starts=starts, ends=time(0, 0))
        there.calendars.add_block_outs({"key-1": series})
    (part,) = events(there)
    assert part.body["isAllDay"] is all_day
    assert part.body["end"] == {"dateTime": end, "timeZone": "Europe/London"}
    assert part.body["recurrence"]["range"]["startDate"] == "2026-01-07"


@pytest.mark.parametrize("status", [LOST, 500, 504, 409])
def test_a_series_whose_making_was_never_answered_is_found_by_its_mark(status: int) -> None:
    def answer(part: Part) -> Any:
        return {"value": [{"id": "m"}]} if is_lookup(part) else status

    with scripted(service(answer)) as there:
        assert add(there) == SERIES
    made, looked = events(there)
    assert made.method == "POST"
    assert looked.query == {
        "$filter": "singleValueExtendedProperties/Any"
        f"(ep: ep/id eq '{KEY}' and ep/value eq 'key-1')",
        "$select": "id",
    }


@pytest.mark.parametrize(
    ("status", "kind"), [(LOST, "unavailable"), (503, "unavailable"), (409, "refused")]
)
@pytest.mark.parametrize("look", [{"value": []}, 500])
def test_a_series_that_is_not_found_is_not_made_again(status: int, kind: str, look: Any) -> None:
    with scripted(service(lambda part: look if is_lookup(part) else status)) as there:
        found = add(there)
    assert isinstance(found, CallFailure)
    assert found.kind == kind
    assert [part.method for part in events(there)].count("POST") == 1


def test_a_mailbox_that_is_full_has_none_and_another_has() -> None:
    def answer(part: Part) -> Any:
        if part.path == "/users/full/events":
            return 507, error_body("ErrorQuotaExceeded")
        return 201, {"id": "m"}

    wanted = {"key-1": replace(LUNCH, mailbox="full"), "key-2": LUNCH}
    with scripted(service(answer)) as there:
        found = there.calendars.add_block_outs(wanted)
    full = found["key-1"]
    assert isinstance(full, CallFailure)
    assert full.kind == "full"
    assert found["key-2"] == SERIES


def test_a_category_gets_its_colour_once_a_mailbox() -> None:
    with scripted(service(lambda _: (201, {"id": "m"}), NO_CATEGORY)) as there:
        add(there)
        add(there)
    listed, made = categories(there)
    assert (listed.method, made.method) == ("GET", "POST")
    assert made.body == {"displayName": CATEGORY, "color": "preset4"}


def test_a_category_that_is_there_is_left_as_it_is() -> None:
    with scripted(service(lambda _: (201, {"id": "m"}), HAS_CATEGORY)) as there:
        add(there)
        add(there)
    assert [part.method for part in categories(there)] == ["GET"]


def test_a_category_without_a_colour_stops_nothing() -> None:
    denied = 403, error_body("ErrorAccessDenied")
    with scripted(service(lambda _: (201, {"id": "m"}), denied)) as there:
        assert add(there) == SERIES


def test_ours_are_found_by_their_mark_whatever_is_known() -> None:
    def answer(part: Part) -> Any:
        if part.path == "/users/v/events":
            return 404, error_body("MailboxNotEnabledForRESTAPI")
        if part.query.get("$skip"):
            return {"value": [{"id": "n"}]}
        key = [{"id": KEY.replace("f6d6", "F6D6"), "value": "key-1"}]
        item = {"id": "m", "singleValueExtendedProperties": key}
        return {"value": [item], "@odata.nextLink": f"{part.base}/users/u/events?$skip=1"}

    with scripted(answer) as there:
        found = there.calendars.marked(["u", "v"])
    assert found["u"] == (
        MarkedSeries(ref=SERIES, mark="key-1"),
        MarkedSeries(ref=EventRef(mailbox="u", event="n"), mark=""),
    )
    nobody = found["v"]
    assert isinstance(nobody, CallFailure)
    assert nobody.kind == "unlicensed"
    assert there.parts[0].query == {
        "$filter": "singleValueExtendedProperties/Any"
        f"(ep: ep/id eq '{KIND}' and ep/value eq 'block-out')",
        "$select": "id",
        "$expand": f"singleValueExtendedProperties($filter=id eq '{KEY}')",
        "$top": "50",
    }


def test_a_series_gets_its_look_back() -> None:
    with scripted(lambda _: {"id": "m"}) as there:
        assert there.calendars.restore({SERIES: LUNCH}) == {SERIES: None}
        (part,) = there.parts
    assert str(part) == "PATCH /users/u/events/m"
    assert part.body == LOOK


def test_an_occurrence_gets_its_time_back_alone() -> None:
    noon = datetime(2026, 7, 8, 11, 30, tzinfo=UTC)
    span = Span(starts=noon, ends=noon.replace(hour=12, minute=0))
    with scripted(lambda _: {"id": "o"}) as there:
        ref = EventRef(mailbox="u", event="o")
        assert there.calendars.restore_occurrences({ref: span}) == {ref: None}
        (part,) = there.parts
    assert str(part) == "PATCH /users/u/events/o"
    assert part.body == {
        "start": {"dateTime": "2026-07-08T11:30:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-07-08T12:00:00", "timeZone": "UTC"},
        "isAllDay": False,
        "showAs": "busy",
    }


def test_what_is_gone_counts_as_removed() -> None:
    refs = [EventRef(mailbox="u", event=one) for one in ("there", "gone", "denied", "nobody")]
    answers = {
        "there": 204,
        "gone": (404, error_body("ErrorItemNotFound")),
        "denied": (403, error_body("ErrorAccessDenied")),
        "nobody": (404, error_body("ResourceNotFound")),
    }
    with scripted(lambda part: answers[part.path.rpartition("/")[2]]) as there:
        found = there.calendars.remove(refs)
    assert [why.kind if why else None for why in found.values()] == [
        None,
        None,
        "denied",
        "unlicensed",
    ]
    assert {part.method for part in there.parts} == {"DELETE"}
