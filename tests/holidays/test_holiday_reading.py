"""iCalendar texts to holiday lists, and what is said of texts that are none."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_agent.holidays.read import MOST_BYTES, HolidayProblem, read_calendar
from policy_agent.holidays.source import list_of
from policy_agent.holidays.write import write_calendar

NEW_YEAR = "New Year\N{RIGHT SINGLE QUOTATION MARK}s Day"  # as GOV.UK writes it


def calendar(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.split("\n"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def closure(*more: str, day: str = "20261229", name: str = "Christmas closure") -> str:
    return "\n".join([f"SUMMARY:{name}", f"DTSTART;VALUE=DATE:{day}", *more])


def days_of(*events: str) -> dict[str, str]:
    read = read_calendar(calendar(*events), "closures.ics")
    return {day.isoformat(): name for day, name in read.days.items()}


def test_an_event_without_an_end_is_one_day() -> None:
    assert days_of(closure()) == {"2026-12-29": "Christmas closure"}


def test_the_list_has_the_name_it_is_given() -> None:
    assert read_calendar(calendar(closure()), "closures.ics").name == "closures.ics"


def test_the_end_is_the_day_after_the_last() -> None:
    assert list(days_of(closure("DTEND;VALUE=DATE:20270102"))) == [
        "2026-12-29",
        "2026-12-30",
        "2026-12-31",
        "2027-01-01",
    ]


def test_an_end_on_the_day_it_starts_is_one_day() -> None:
    assert list(days_of(closure("DTEND;VALUE=DATE:20261229"))) == ["2026-12-29"]


def test_a_duration_counts_days() -> None:
    assert list(days_of(closure("DURATION:P2D"))) == ["2026-12-29", "2026-12-30"]


def test_days_come_in_order_whatever_the_order_of_events() -> None:
    assert list(days_of(closure(day="20261231"), closure(day="20261229"))) == [
        "2026-12-29",
        "2026-12-31",
    ]


def test_two_names_on_a_day_are_joined_and_one_twice_is_not() -> None:
    assert days_of(
        closure(name="Boxing Day"), closure(name="Christmas closure"), closure(name="Boxing Day")
    ) == {"2026-12-29": "Boxing Day and Christmas closure"}


def test_events_with_the_same_uid_are_events_still() -> None:
    assert list(days_of(closure("UID:1"), closure("UID:1", day="20261230"))) == [
        "2026-12-29",
        "2026-12-30",
    ]


def test_a_cancelled_event_is_left_out() -> None:
    assert list(days_of(closure(), closure("STATUS:CANCELLED", day="20261230"))) == ["2026-12-29"]


def test_a_curly_apostrophe_is_kept() -> None:
    assert days_of(closure(name=NEW_YEAR)) == {"2026-12-29": NEW_YEAR}


def test_a_name_of_two_lines_becomes_one() -> None:
    assert days_of(closure(name="Christmas\\n closure\\, all sites")) == {
        "2026-12-29": "Christmas closure, all sites"
    }


def test_a_byte_order_mark_does_no_harm() -> None:
    assert len(read_calendar(b"\xef\xbb\xbf" + calendar(closure()), "x").days) == 1


def test_line_ends_without_carriage_return_do_no_harm() -> None:
    assert len(read_calendar(calendar(closure()).replace(b"\r\n", b"\n"), "x").days) == 1


@pytest.mark.parametrize(
    ("last", "reach"),
    [
        pytest.param("20281226", date(2028, 12, 31), id="boxing-day-covers-its-year"),
        pytest.param("20281225", date(2028, 12, 31), id="so-does-christmas-day"),
        pytest.param("20290102", date(2029, 1, 2), id="a-day-in-january-covers-nothing-after-it"),
        pytest.param("20281130", date(2028, 11, 30), id="nor-does-one-in-november"),
    ],
)
def test_a_list_is_known_until_the_last_day_it_speaks_of(last: str, reach: date) -> None:
    read = read_calendar(calendar(closure(day="20260101"), closure(day=last)), "x")
    assert read.known_until == reach


def test_a_list_without_days_is_not_known_at_all() -> None:
    assert list_of("none", {}).known_until is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            b"<!DOCTYPE html><html></html>",
            "it is not a calendar; an .ics file begins with BEGIN:VCALENDAR",
            id="html",
        ),
        pytest.param(
            b"", "it is not a calendar; an .ics file begins with BEGIN:VCALENDAR", id="empty"
        ),
        pytest.param(
            calendar(),
            "it has no events; a holiday list needs at least one all-day VEVENT",
            id="no-events",
        ),
        pytest.param(
            calendar(closure("STATUS:CANCELLED")),
            "it has no events; a holiday list needs at least one all-day VEVENT",
            id="only-cancelled-events",
        ),
        pytest.param(
            calendar(closure())[:-20],
            "it breaks off; an .ics file ends with END:VCALENDAR",
            id="broken-off",
        ),
        pytest.param(
            b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            "it does not read as a calendar (END encountered without an accompanying BEGIN!);"
            " export it as .ics (RFC 5545) again",
            id="ends-that-do-not-match",
        ),
        pytest.param(
            calendar(closure(name=NEW_YEAR)).decode().encode("cp1252"),
            "byte 81 is not UTF-8; save the calendar as UTF-8",
            id="another-encoding",
        ),
        pytest.param(
            b"BEGIN:VCALENDAR".ljust(MOST_BYTES + 1),
            "it is 5,242,881 bytes long; a holiday list has at most 5,242,880",
            id="too-big",
        ),
        pytest.param(
            calendar("SUMMARY:Christmas closure"),
            "event 1 (Christmas closure): it has no day; give it DTSTART;VALUE=DATE:20261229",
            id="no-day",
        ),
        pytest.param(
            calendar("DTSTART;VALUE=DATE:20261229"),
            "event 1 (2026-12-29): it has no name; give it a SUMMARY such as Christmas closure",
            id="no-name",
        ),
        pytest.param(
            calendar(closure(name=" ")),
            "event 1 (2026-12-29): it has no name; give it a SUMMARY such as Christmas closure",
            id="blank-name",
        ),
        pytest.param(
            calendar("UID:1"),
            "event 1: it has no name; give it a SUMMARY such as Christmas closure",
            id="neither-name-nor-day",
        ),
        pytest.param(
            calendar("SUMMARY:Party\nDTSTART:20261229T170000Z"),
            "event 1 (Party): its DTSTART has a time of day, and a holiday lasts all day;"
            " write it as DTSTART;VALUE=DATE:20261229",
            id="timed",
        ),
        pytest.param(
            calendar(closure("DTEND:20261230T000000")),
            "event 1 (Christmas closure): its DTEND has a time of day, and a holiday lasts all day;"
            " write it as DTEND;VALUE=DATE:20261230, the day after its last day",
            id="timed-end",
        ),
        pytest.param(
            calendar(closure(day="20261399")),
            "event 1 (Christmas closure): its DTSTART does not read (20261399);"
            " write it as DTSTART;VALUE=DATE:20261229",
            id="no-such-date",
        ),
        pytest.param(
            calendar("SUMMARY:Odd\nDTSTART:PT5S"),
            "event 1 (Odd): its DTSTART is not a date; write it as DTSTART;VALUE=DATE:20261229",
            id="no-date-at-all",
        ),
        pytest.param(
            calendar(closure(day="02021229")),
            "event 1 (Christmas closure): its DTSTART is in the year 202;"
            " years go from 1970 to 2100",
            id="unreasonable-year",
        ),
        pytest.param(
            calendar(closure("DTEND;VALUE=DATE:20261228")),
            "event 1 (Christmas closure): it ends before it begins;"
            " DTEND is the day after its last day",
            id="ends-before-it-begins",
        ),
        pytest.param(
            calendar(closure("DTEND;VALUE=DATE:20361229")),
            "event 1 (Christmas closure): it lasts 3653 days; a holiday has at most 366",
            id="ten-years-long",
        ),
        pytest.param(
            calendar(closure("DURATION:PT8H")),
            "event 1 (Christmas closure): its DURATION is not whole days;"
            " write DURATION:P1D for one",
            id="hours-long",
        ),
        pytest.param(
            calendar(closure("DTSTART;VALUE=DATE:20261230")),
            "event 1 (Christmas closure): it has 2 of DTSTART; an event has one",
            id="two-starts",
        ),
        pytest.param(
            calendar(closure("RRULE:FREQ=YEARLY")),
            "event 1 (Christmas closure): it repeats (RRULE), which is not read;"
            " write an event for each day",
            id="repeating",
        ),
        pytest.param(
            calendar(closure("RDATE;VALUE=DATE:20271229")),
            "event 1 (Christmas closure): it repeats (RDATE), which is not read;"
            " write an event for each day",
            id="repeating-on-dates",
        ),
    ],
)
def test_a_text_that_is_no_list_says_what_would_be_right(text: bytes, said: str) -> None:
    with pytest.raises(HolidayProblem) as caught:
        read_calendar(text, "closures.ics")
    assert str(caught.value) == said


@pytest.mark.parametrize("zone", ["Europe", "../../etc", "Europe/", "."])
def test_a_zone_that_is_a_folder_is_a_problem_and_no_traceback(zone: str) -> None:
    event = f"SUMMARY:Closure\nDTSTART;TZID={zone}:20261229T000000"
    with pytest.raises(HolidayProblem) as caught:
        read_calendar(calendar(event), "closures.ics")
    assert "zoneinfo" not in str(caught.value)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(HolidayProblem) as caught:
        read_calendar(calendar("SUMMARY:A", closure(), "SUMMARY:B"), "x")
    assert str(caught.value) == (
        "event 1 (A): it has no day; give it DTSTART;VALUE=DATE:20261229; "
        "event 3 (B): it has no day; give it DTSTART;VALUE=DATE:20261229"
    )


def test_very_many_problems_are_counted() -> None:
    with pytest.raises(HolidayProblem, match=r"event 5 .*; and 7 more$"):
        read_calendar(calendar(*["SUMMARY:A"] * 12), "x")


# icalendar takes a backslash before n, a comma or another one for an escape, also where it is none.
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="\\"),
    min_size=1,
    max_size=90,
)
DAYS = st.integers(0, 130 * 365).map(lambda n: date(1970, 1, 1) + timedelta(days=n))


@settings(max_examples=100, deadline=None)
@given(days=st.dictionaries(DAYS, NAMES, min_size=1, max_size=12))
def test_what_is_written_reads_back_the_same(days: dict[date, str]) -> None:
    holidays = list_of("scotland", days)
    assert read_calendar(write_calendar(holidays).encode(), "scotland") == holidays


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=120).map(lambda b: b"BEGIN:VCALENDAR\r\n" + b + b"\r\nEND:VCALENDAR"),
        st.text(max_size=60).map(lambda t: calendar(closure(t))),
        st.lists(
            st.sampled_from(
                [
                    *closure("DTEND;VALUE=DATE:20270102", "DURATION:P2D").split("\n"),
                    *("BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE"),
                    *("DTSTART;TZID=", "DTEND:", "DURATION;X=:-P1D", "DTSTART:+1"),
                    *("STATUS;:", "RRULE:FREQ="),
                ]
            ),
            max_size=8,
        ).map(lambda lines: calendar("\n".join(lines))),
    )
)
def test_whatever_the_text_it_is_a_list_or_a_problem(text: bytes) -> None:
    try:
        assert read_calendar(text, "x").days
    except HolidayProblem as problem:
        assert str(problem)  # noqa: PT017  either way is right; another exception is not
