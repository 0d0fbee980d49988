"""Declining and cancelling, each once, whatever becomes of the answers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import Decline, EventRef, Span
from tests.graph.scripted_calendars import LOST, Part, Scripted, is_immutable, scripted
from tests.graph.scripted_service import error_body

REF = EventRef(mailbox="u", event="e")
LATER = Span(
    starts=datetime(2026, 1, 7, 14, 0, tzinfo=UTC), ends=datetime(2026, 1, 7, 14, 30, tzinfo=UTC)
)
GONE = 404, error_body("ErrorItemNotFound")
UNSURE = [LOST, 500, 502, 503, 504]


def outcome(found: CallFailure | None) -> str:
    return "done" if found is None else found.kind


def decline(there: Scripted, how: Decline) -> str:
    return outcome(there.calendars.decline({REF: how})[REF])


def cancel(there: Scripted) -> str:
    return outcome(there.calendars.cancel({REF: "Lunch is protected"})[REF])


def bodies(there: Scripted, action: str) -> list[Any]:
    return [part.body for part in there.parts if part.path.endswith(action)]


def test_a_meeting_is_declined_with_a_comment_and_a_new_time() -> None:
    with scripted(lambda _: 202) as there:
        assert decline(there, Decline(comment="Lunch is protected", proposed=LATER)) == "done"
        (part,) = there.parts
    assert str(part) == "POST /users/u/events/e/decline"
    assert is_immutable(part)
    assert part.body == {
        "comment": "Lunch is protected",
        "sendResponse": True,
        "proposedNewTime": {
            "start": {"dateTime": "2026-01-07T14:00:00", "timeZone": "UTC"},
            "end": {"dateTime": "2026-01-07T14:30:00", "timeZone": "UTC"},
        },
    }


def test_neither_words_nor_a_new_time_go_along_without_an_answer_by_mail() -> None:
    with scripted(lambda _: 202) as there:
        assert decline(there, Decline(comment="No", proposed=LATER, tell=False)) == "done"
    assert bodies(there, "decline") == [{"sendResponse": False}]


def test_a_meeting_that_takes_no_new_time_is_declined_without_one() -> None:
    def answer(part: Part) -> Any:
        return 400 if "proposedNewTime" in part.body else 202

    with scripted(answer) as there:
        assert decline(there, Decline(comment="No", proposed=LATER)) == "done"
    assert bodies(there, "decline")[1:] == [{"comment": "No", "sendResponse": True}]


def test_an_organiser_who_asked_for_no_answers_gets_none() -> None:
    with scripted(lambda part: 400 if part.body["sendResponse"] else 202) as there:
        assert decline(there, Decline(comment="No", proposed=LATER)) == "done"
    assert [sorted(body) for body in bodies(there, "decline")] == [
        ["comment", "proposedNewTime", "sendResponse"],
        ["comment", "sendResponse"],
        ["sendResponse"],
    ]


@pytest.mark.parametrize(
    ("how", "tries"),
    [
        (Decline(comment="No", proposed=LATER), 3),
        (Decline(comment="No"), 2),
        (Decline(comment="No", tell=False), 1),
    ],
)
def test_ones_own_meeting_cannot_be_declined(how: Decline, tries: int) -> None:
    with scripted(lambda _: (400, error_body("ErrorInvalidRequest"))) as there:
        assert decline(there, how) == "refused"
    assert len(there.parts) == tries


def test_a_meeting_that_is_gone_is_gone() -> None:
    with scripted(lambda _: GONE) as there:
        assert decline(there, Decline(comment="No")) == "gone"
        assert cancel(there) == "gone"
    assert len(there.parts) == 2


def test_the_meetings_of_nobody_are_not_gone() -> None:
    with scripted(lambda _: (404, error_body("ErrorInvalidUser"))) as there:
        assert decline(there, Decline(comment="No")) == "unlicensed"


def test_what_was_throttled_was_not_done_and_is_done_again() -> None:
    answers = iter([429, 202])
    with scripted(lambda _: next(answers)) as there:
        assert decline(there, Decline(comment="No")) == "done"
    assert there.asked == ["POST /users/u/events/e/decline"] * 2
    assert there.waits


@pytest.mark.parametrize("status", UNSURE)
@pytest.mark.parametrize(
    ("look", "ends"),
    [
        (GONE, "done"),
        ({"responseStatus": {"response": "declined"}}, "done"),
        ({"responseStatus": {"response": "notResponded"}}, "unavailable"),
        ((404, error_body("ErrorInvalidUser")), "unavailable"),
        (500, "unavailable"),
    ],
)
def test_a_decline_whose_answer_was_lost_is_looked_at_and_not_sent_again(
    status: int, look: Any, ends: str
) -> None:
    with scripted(lambda part: look if part.method == "GET" else status, attempts=2) as there:
        assert decline(there, Decline(comment="No", proposed=LATER)) == ends
    assert len(bodies(there, "decline")) == 1


def test_a_second_try_without_a_new_time_is_looked_at_as_well() -> None:
    def answer(part: Part) -> Any:
        if part.method == "GET":
            return GONE
        return 400 if "proposedNewTime" in part.body else LOST

    with scripted(answer) as there:
        assert decline(there, Decline(comment="No", proposed=LATER)) == "done"
    assert [part.method for part in there.parts] == ["POST", "POST", "GET"]


def test_a_meeting_is_called_off_with_the_same_words() -> None:
    with scripted(lambda _: 202) as there:
        assert cancel(there) == "done"
    assert there.asked == ["POST /users/u/events/e/cancel"]
    assert bodies(there, "cancel") == [{"comment": "Lunch is protected"}]


def test_only_its_organiser_calls_a_meeting_off() -> None:
    words = "You need to be an organizer to cancel a meeting."
    with scripted(lambda _: (400, error_body("ErrorInvalidRequest", words))) as there:
        assert cancel(there) == "refused"


@pytest.mark.parametrize("status", UNSURE)
@pytest.mark.parametrize(
    ("look", "ends"),
    [(GONE, "done"), ({"isCancelled": True}, "done"), ({"isCancelled": False}, "unavailable")],
)
def test_a_cancellation_whose_answer_was_lost_is_looked_at_and_not_sent_again(
    status: int, look: Any, ends: str
) -> None:
    with scripted(lambda part: look if part.method == "GET" else status) as there:
        assert cancel(there) == ends
    assert len(bodies(there, "cancel")) == 1


def test_a_batch_that_was_lost_as_a_whole_sends_none_of_its_answers_again() -> None:
    refs = [EventRef(mailbox=f"u{number}", event="e") for number in range(45)]
    with scripted(lambda part: GONE if part.method == "GET" else LOST) as there:
        found = there.calendars.decline(dict.fromkeys(refs, Decline(comment="No")))
    assert set(found.values()) == {None}
    sent = [part.path for part in there.parts if part.method == "POST"]
    assert len(sent) == len(set(sent)) == 45
