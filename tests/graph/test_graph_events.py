"""Events as the service writes them, read into copies."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import Attendee, EventCopy, EventRef, Response, ShowAs
from policy_agent.graph.events import event_or_failure, read_event
from tests.graph.scripted_calendars import event, invited


def read(**more: Any) -> EventCopy:
    return read_event("u", event(**more), agenda=False)


def when(text: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": text, "timeZone": zone}


def test_an_event_has_what_rules_need_and_nothing_of_its_text() -> None:
    found = read(
        bodyPreview="Agenda: who goes",
        attendees=[
            invited("Ada@North.example", "organizer"),
            invited("Ben@North.example", "accepted"),
            invited("ben@north.example", "declined"),
            invited("cal@side.example", "tentativelyAccepted", "optional"),
            invited("dan@north.example", "notResponded"),
            invited("room1@north.example", "accepted", "resource"),
            {"type": "required", "emailAddress": {"name": "nobody"}},
        ],
        responseStatus={"response": "tentativelyAccepted"},
        categories=["Supervision", None],
        isOnlineMeeting=True,
    )
    assert found == EventCopy(
        ref=EventRef(mailbox="u", event="e"),
        uid="uid-e",
        kind="single",
        starts=datetime(2026, 1, 7, 12, 30, tzinfo=UTC),
        ends=datetime(2026, 1, 7, 13, 0, tzinfo=UTC),
        zone="Europe/London",
        organiser="ada@north.example",
        attendees=(
            Attendee(address="ben@north.example", response=Response.ACCEPTED),
            Attendee(address="cal@side.example", response=Response.TENTATIVE, optional=True),
            Attendee(address="dan@north.example"),
        ),
        response=Response.TENTATIVE,
        subject="Rota",
        categories=("Supervision",),
        online=True,
        created=datetime(2025, 12, 1, 9, 0, 0, 123456, tzinfo=UTC),
        modified=datetime(2025, 12, 2, 9, 0, tzinfo=UTC),
        change="k",
    )


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("singleInstance", "single"),
        ("occurrence", "occurrence"),
        ("exception", "exception"),
        ("seriesMaster", "master"),
    ],
)
def test_an_event_is_of_one_of_four_kinds(told: str, kind: str) -> None:
    assert read(type=told, seriesMasterId="m").kind == kind


def test_an_occurrence_names_its_series_and_where_that_puts_it() -> None:
    found = read(type="exception", seriesMasterId="m", originalStart="2026-01-06T12:30:00Z")
    assert found.series == "m"
    assert found.original == datetime(2026, 1, 6, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "show_as"),
    [
        ("free", ShowAs.FREE),
        ("tentative", ShowAs.TENTATIVE),
        ("busy", ShowAs.BUSY),
        ("oof", ShowAs.AWAY),
        ("workingElsewhere", ShowAs.ELSEWHERE),
        ("unknown", ShowAs.UNKNOWN),
        ("unknownFutureValue", ShowAs.UNKNOWN),
        (None, ShowAs.UNKNOWN),
    ],
)
def test_an_event_does_one_thing_to_its_persons_time(told: object, show_as: ShowAs) -> None:
    assert read(showAs=told).show_as is show_as


@pytest.mark.parametrize("told", ["personal", "private", "confidential"])
def test_anything_but_normal_is_private(told: str) -> None:
    assert read(sensitivity=told).private
    assert not read(sensitivity="normal").private


def test_a_meeting_is_called_off_and_organised_by_somebody() -> None:
    found = read(isCancelled=True, isOrganizer=True, responseStatus={"response": "organizer"})
    assert (found.cancelled, found.is_organiser) == (True, True)
    assert found.response is Response.ORGANISER
    assert read(organizer=None).organiser == ""


@pytest.mark.parametrize("zone", ["tzone://Microsoft/Custom", "", None])
def test_a_zone_that_is_not_told_is_empty(zone: object) -> None:
    assert read(originalStartTimeZone=zone).zone == ""


def test_the_days_of_an_all_day_event_are_those_of_the_zone_it_was_booked_in() -> None:
    more = {"start": when("2026-07-01T00:00:00.0000000"), "end": when("2026-07-03T00:00:00")}
    found = read(isAllDay=True, **more)
    assert found.all_day
    assert found.starts == datetime(2026, 6, 30, 23, 0, tzinfo=UTC)
    assert found.ends == datetime(2026, 7, 2, 23, 0, tzinfo=UTC)
    found = read(isAllDay=True, originalStartTimeZone="Pacific Standard Time", **more)
    assert found.starts == datetime(2026, 7, 1, 7, 0, tzinfo=UTC)
    found = read(isAllDay=True, originalStartTimeZone="tzone://Microsoft/Custom", **more)
    assert found.starts == datetime(2026, 7, 1, 0, 0, tzinfo=UTC)


def test_an_all_day_event_over_a_clock_change_keeps_its_midnights() -> None:
    found = read(isAllDay=True, start=when("2026-03-29T00:00:00"), end=when("2026-03-30T00:00:00"))
    assert found.starts == datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    assert found.ends == datetime(2026, 3, 29, 23, 0, tzinfo=UTC)


def test_a_time_in_another_zone_than_was_asked_for_is_read_all_the_same() -> None:
    found = read(
        start=when("2026-07-01T12:30:00", "GMT Standard Time"),
        end=when("2026-07-01T13:00:00", "Europe/London"),
    )
    assert found.starts == datetime(2026, 7, 1, 11, 30, tzinfo=UTC)
    assert found.ends == datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def test_an_event_without_a_uid_is_joined_with_no_other() -> None:
    assert read(iCalUId=None).uid == "e"


def test_whether_there_is_an_agenda_is_a_yes_or_a_no_and_only_where_asked() -> None:
    told = event(bodyPreview="Agenda: who goes", hasAttachments=False)
    assert read_event("u", told, agenda=True).has_agenda is True
    assert read_event("u", event(bodyPreview=""), agenda=True).has_agenda is False
    assert read_event("u", told, agenda=False).has_agenda is None
    assert "who goes" not in repr(read_event("u", told, agenda=True))


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": None, "start": None},
        {"type": "sphere"},
        {"start": when("soon")},
        {"end": {"timeZone": "UTC"}},
        {"createdDateTime": None},
        {"lastModifiedDateTime": "yesterday"},
        {"attendees": ["ada"]},
        {"organizer": "ada"},
        {"isAllDay": True, "start": when("9999-12-31T00:00:00"), "end": when("0001-01-01T00:00")},
    ],
)
def test_an_event_that_makes_no_sense_is_refused_without_a_word_of_it(wrong: Any) -> None:
    found = event_or_failure("u", event(subject="Secret", **wrong), "view")
    assert isinstance(found, CallFailure), found
    assert found.kind == "refused"
    assert "Secret" not in found.what


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(event())), ODD, max_size=4))
def test_an_event_of_any_shape_is_read_or_refused(odd: dict[str, Any]) -> None:
    assert isinstance(event_or_failure("u", event(**odd), "view"), EventCopy | CallFailure)
