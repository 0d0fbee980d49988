"""Reading calendars from a service that is scripted: what it is asked, and odd answers."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, EventRef, Span
from policy_agent.graph.events import SELECT
from tests.graph.scripted_calendars import Part, Scripted, event, in_utc, is_immutable, scripted
from tests.graph.scripted_service import error_body

SPAN = Span(
    starts=datetime(2026, 1, 5, tzinfo=UTC),
    ends=datetime(2026, 4, 6, tzinfo=UTC),
)
SINCE = datetime(2026, 1, 5, 9, 30, 15, 999_999, tzinfo=UTC)
WINDOW = {"startDateTime": "2026-01-05T00:00:00Z", "endDateTime": "2026-04-06T00:00:00Z"}


def ids(found: object) -> list[str]:
    assert isinstance(found, tuple), found
    return [copy.ref.event for copy in found]


def kind(found: object) -> str:
    assert isinstance(found, CallFailure), found
    return found.kind


def paged(part: Part, *pages: list[dict[str, Any]]) -> dict[str, Any]:
    """Answer the page that the part asks for, by its `$skip`."""
    place = int(part.query.get("$skip", "0"))
    body: dict[str, Any] = {"value": pages[place]}
    if place + 1 < len(pages):
        link = f"{part.base}{part.path}?$top=50&$skip={place + 1}"
        if part.path.endswith(("calendarView", "instances")):
            link += "&" + urlencode(WINDOW)
        body["@odata.nextLink"] = link
    return body


def test_a_view_asks_for_the_span_in_utc_and_for_no_text() -> None:
    with scripted(lambda part: paged(part, [event("a"), event("b")])) as there:
        found = there.calendars.view({"u": SPAN}, agenda=False)
        (part,) = there.parts
    assert ids(found["u"]) == ["a", "b"]
    assert str(part) == "GET /users/u/calendarView"
    assert part.query == {**WINDOW, "$select": SELECT, "$top": "50"}
    assert in_utc(part)
    assert is_immutable(part)


def test_nothing_of_the_text_is_asked_for_but_where_an_agenda_is_wanted() -> None:
    def asked(there: Scripted) -> set[str]:
        return set(there.parts[-1].query["$select"].split(","))

    with scripted(lambda part: paged(part, [event(bodyPreview="Agenda: rota")])) as there:
        plain = there.calendars.view({"u": SPAN}, agenda=False)["u"]
        assert not {"body", "bodyPreview", "hasAttachments"} & asked(there)
        wanted = there.calendars.view({"u": SPAN}, agenda=True)["u"]
        assert {"bodyPreview", "hasAttachments"} < asked(there)
        assert "body" not in asked(there)
    assert isinstance(plain, tuple)
    assert isinstance(wanted, tuple)
    assert [copy.has_agenda for copy in (*plain, *wanted)] == [None, True]


def test_pages_of_many_calendars_go_on_together() -> None:
    def answer(part: Part) -> Any:
        who = part.path.split("/")[2]
        if who == "c":
            return 403, error_body("ErrorAccessDenied")
        return paged(part, [event(f"{who}1")], [], [event(f"{who}2")])

    with scripted(answer) as there:
        found = there.calendars.view({"a": SPAN, "b": SPAN, "c": SPAN}, agenda=False)
    assert ids(found["a"]) == ["a1", "a2"]
    assert ids(found["b"]) == ["b1", "b2"]
    assert kind(found["c"]) == "denied"
    assert sorted(there.asked[:3]) == [f"GET /users/{one}/calendarView" for one in "abc"]
    assert sorted(there.asked[3:5]) == [f"GET /users/{one}/calendarView" for one in "ab"]
    assert all(in_utc(part) and is_immutable(part) for part in there.parts)


@pytest.mark.parametrize(
    "link", ["https://elsewhere.example/v1.0/users/u/calendarView?$skip=1", ""]
)
def test_a_link_that_leads_nowhere_is_not_followed(link: str) -> None:
    def answer(part: Part) -> Any:
        here = f"{part.base}{part.path}?{urlencode(WINDOW)}&$skip=1"
        return {"value": [event()], "@odata.nextLink": link or here}

    with scripted(answer) as there:
        assert kind(there.calendars.view({"u": SPAN}, agenda=False)["u"]) == "unavailable"
    assert len(there.parts) == (1 if link else 2)


def test_an_event_that_cannot_be_read_is_left_out_and_the_others_are_not() -> None:
    pages = [event("a"), event("b", type="sphere"), event("c")]
    with scripted(lambda part: paged(part, pages)) as there:
        assert ids(there.calendars.view({"u": SPAN}, agenda=False)["u"]) == ["a", "c"]


def test_what_changed_is_singles_and_masters_since_the_whole_second_before() -> None:
    with scripted(lambda part: paged(part, [event("m", type="seriesMaster")])) as there:
        found = there.calendars.changed({"u": SINCE})
        (part,) = there.parts
    assert ids(found["u"]) == ["m"]
    assert str(part) == "GET /users/u/events"
    assert part.query == {
        "$filter": "lastModifiedDateTime ge 2026-01-05T09:30:15Z",
        "$select": SELECT,
        "$top": "50",
    }
    assert in_utc(part)


def test_instances_are_those_of_each_series_in_its_span() -> None:
    series = EventRef(mailbox="u", event="m+=")
    gone = EventRef(mailbox="u", event="gone")

    def answer(part: Part) -> Any:
        if "gone" in part.path:
            return 404, error_body("ErrorItemNotFound")
        return paged(part, [event("o", type="occurrence", seriesMasterId="m+=")])

    with scripted(answer) as there:
        found = there.calendars.instances({series: SPAN, gone: SPAN}, agenda=False)
    assert ids(found[series]) == ["o"]
    assert kind(found[gone]) == "gone"
    assert there.asked[0] == "GET /users/u/events/m+=/instances"
    assert there.parts[0].query == {**WINDOW, "$select": SELECT, "$top": "50"}


def test_one_that_is_gone_does_not_hide_another_that_is_read() -> None:
    there_, gone, nobody = (EventRef(mailbox="u", event=one) for one in ("there", "gone", "who"))

    def answer(part: Part) -> Any:
        code = {"gone": "ErrorItemNotFound", "who": "ErrorInvalidUser"}.get(part.path[16:])
        return event("there") if code is None else (404, error_body(code))

    with scripted(answer) as there:
        found = there.calendars.read([there_, gone, nobody], agenda=False)
    copy = found[there_]
    assert isinstance(copy, EventCopy)
    assert copy.ref == there_
    assert kind(found[gone]) == "gone"
    assert kind(found[nobody]) == "unlicensed"
    assert all(in_utc(part) and is_immutable(part) for part in there.parts)


def test_a_copy_is_found_by_its_uid_and_the_pages_behind_it_are_left_alone() -> None:
    pages = [event("a")], [event("b"), event("c")], [event("d")]
    with scripted(lambda part: paged(part, *pages)) as there:
        found = there.calendars.find({("u", "uid-b"): SPAN})
    copy = found["u", "uid-b"]
    assert isinstance(copy, EventCopy)
    assert copy.ref.event == "b"
    assert len(there.parts) == 2


def test_a_copy_that_is_not_there_is_gone_and_one_that_cannot_be_read_is_not() -> None:
    pages = [event("a"), event("b", type="sphere")]
    with scripted(lambda part: paged(part, pages)) as there:
        wanted = {("u", "uid-z"): SPAN, ("u", "uid-b"): SPAN}
        found = there.calendars.find(wanted)
    assert kind(found["u", "uid-z"]) == "gone"
    assert kind(found["u", "uid-b"]) == "refused"


def test_a_calendar_that_cannot_be_read_now_hides_no_meeting() -> None:
    with scripted(lambda _: 503) as there:
        found = there.calendars.find({("u", "uid-b"): SPAN})
    assert kind(found["u", "uid-b"]) == "unavailable"


def test_nothing_asked_of_calendars_is_nothing_done() -> None:
    with scripted(lambda _: 500) as there:
        calendars = there.calendars
        assert calendars.owners([]) == {}
        assert calendars.view({}, agenda=True) == {}
        assert calendars.changed({}) == {}
        assert calendars.instances({}, agenda=True) == {}
        assert calendars.read([], agenda=True) == {}
        assert calendars.find({}) == {}
        assert calendars.decline({}) == {}
        assert calendars.cancel({}) == {}
        assert calendars.free_busy("u", [], Span(starts=SPAN.starts, ends=SINCE)) == {}
        assert calendars.add_block_outs({}) == {}
        assert calendars.marked([]) == {}
        assert calendars.restore({}) == {}
        assert calendars.restore_occurrences({}) == {}
        assert calendars.remove([]) == {}
        assert there.outgoing.draft([]) == {}
        assert there.outgoing.send({}) == {}
    assert there.parts == []
