"""What a mailbox's settings say of its person's time."""

from datetime import UTC, datetime
from typing import Any

import pytest

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import CalendarOwner, Span
from policy_agent.graph.owners import ALWAYS, read_owner
from tests.graph.scripted_calendars import Part, scripted
from tests.graph.scripted_service import error_body


def when(text: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": text, "timeZone": zone}


def away(status: str, starts: Any = None, ends: Any = None) -> tuple[Span, ...]:
    replies = {"status": status, "scheduledStartDateTime": starts, "scheduledEndDateTime": ends}
    return read_owner("u", {"automaticRepliesSetting": replies}).away


def test_each_mailbox_tells_its_own_or_why_not() -> None:
    settings = {
        "userPurpose": "user",
        "timeZone": "GMT Standard Time",
        "language": {"locale": "cy-GB", "displayName": "Cymraeg"},
        "workingHours": {"daysOfWeek": ["monday", "Tuesday", "saturday"]},
        "automaticRepliesSetting": {
            "status": "scheduled",
            "scheduledStartDateTime": when("2026-07-01T00:00:00.0000000", "GMT Standard Time"),
            "scheduledEndDateTime": when("2026-07-08T00:00:00.0000000", "GMT Standard Time"),
            "internalReplyMessage": "I am in Tenby",
        },
    }
    answers = {
        "u": (200, settings),
        "room": (200, {"userPurpose": "room", "timeZone": "tzone://Microsoft/Custom"}),
        "guest": (404, error_body("MailboxNotEnabledForRESTAPI")),
        "odd": (200, {"language": "Welsh"}),
    }

    def answer(part: Part) -> Any:
        return answers[part.path.split("/")[2]]

    with scripted(answer) as there:
        found = there.calendars.owners(list(answers))
    assert found["u"] == CalendarOwner(
        mailbox="u",
        zone="Europe/London",
        language="cy-GB",
        working_days=frozenset({0, 1, 5}),
        away=(
            Span(
                starts=datetime(2026, 6, 30, 23, tzinfo=UTC),
                ends=datetime(2026, 7, 7, 23, tzinfo=UTC),
            ),
        ),
    )
    assert found["room"] == CalendarOwner(mailbox="room", purpose="room")
    kinds = {one: why.kind for one, why in found.items() if isinstance(why, CallFailure)}
    assert kinds == {"guest": "unlicensed", "odd": "refused"}
    assert "Tenby" not in repr(found)


@pytest.mark.parametrize(
    ("status", "starts", "ends"),
    [
        ("disabled", when("2026-07-01T00:00:00"), when("2026-07-08T00:00:00")),
        ("scheduled", when("2026-07-08T00:00:00"), when("2026-07-01T00:00:00")),
        ("scheduled", when("2026-07-08T00:00:00"), None),
        ("unknownFutureValue", None, None),
    ],
)
def test_nobody_is_away_by_settings_that_say_nothing(status: str, starts: Any, ends: Any) -> None:
    assert away(status, starts, ends) == ()


@pytest.mark.parametrize("hours", [None, {}, {"daysOfWeek": []}, {"daysOfWeek": ["noday"]}])
def test_a_mailbox_without_working_days_says_nothing_of_them(hours: Any) -> None:
    assert read_owner("u", {"workingHours": hours}).working_days is None


def test_automatic_replies_without_an_end_have_none_that_any_zone_cannot_count() -> None:
    assert away("alwaysEnabled") == (ALWAYS,)
    assert ALWAYS.overlaps(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 1, tzinfo=UTC))
