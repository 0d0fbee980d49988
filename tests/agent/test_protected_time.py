"""Protected time: organisers are told once, and what is left is declined once, whatever breaks."""

import html
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from policy_agent.domain.clashes import AnswerState, ClashState
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import CalendarOwner, ShowAs, Span
from policy_agent.domain.meeting_rules import MeetingLetThrough, OnClash
from policy_agent.domain.modes import Mode
from tests.agent.answered import DAY, ENFORCED, Office, at, open_office
from tests.agent.diaries import address
from tests.domain.meetings import at as line
from tests.domain.meetings import keep, kept_line, protect

HOUR = timedelta(hours=1)
NUDGE = protect(mode=Mode.NUDGE)
NAMES = ["ann", "bob", "carol", "dan"]
LET_THROUGH = MeetingLetThrough(categories=frozenset({"safeguarding"}), where=line(50))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path, NAMES, [ENFORCED]) as found:
        yield found


def told(office: Office) -> str:
    (letter,) = office.post.letters_sent()
    return " ".join(html.unescape(letter.html).split())


def nudged(office: Office) -> None:
    office.sweep()
    office.settle()
    assert office.state is ClashState.NUDGED


# --- nudge -------------------------------------------------------------------------------------


def test_an_organiser_is_told_of_a_clash_once_and_nothing_is_declined(office: Office) -> None:
    office.use(NUDGE)
    office.diaries.book("bob", "ann", "carol", subject="Budget")
    for _ in range(3):
        office.sweep()
        office.settle()
        office.pass_by(HOUR)
    office.pass_by(DAY)
    office.settle()
    assert office.letters() == [address("bob")]
    assert office.diaries.given == []
    text = told(office)
    assert "Budget" in text
    assert "Tuesday 6 January, 12:30 to 13:00" in text
    assert "A real lunch break for everyone" in text
    assert "Nothing has been moved or declined" in text
    assert "Tuesday 6 January, 12:00 to 12:30" in text  # the nearest that is free


def test_the_alternatives_are_free_for_everybody_and_in_nobodys_window(office: Office) -> None:
    office.use(NUDGE)
    office.diaries.book("bob", "ann", "carol")
    office.diaries.busy[address("carol")] = (Span(starts=at(6, 10), ends=at(6, 12, 15)),)
    office.diaries.busy[address("bob")] = (Span(starts=at(6, 13), ends=at(6, 15)),)
    office.sweep()
    office.settle()
    text = told(office)
    slots = text[text.index("free at:") : text.index("What happens next")]
    assert "Tuesday 6 January, 15:00 to 15:30" in slots
    assert "Tuesday 6 January, 09:30 to 10:00" in slots
    assert slots.count("Tuesday 6 January") == 3
    assert office.clash.slots[0] == Span(starts=at(6, 15), ends=at(6, 15, 30))


def test_a_meeting_that_could_end_earlier_is_told_so(office: Office) -> None:
    office.use(NUDGE)
    office.diaries.book("bob", "ann", starts=at(6, 12), ends=at(6, 13))
    office.sweep()
    office.settle()
    assert "It could end at <strong>12:30</strong>" in told(office)


def test_times_are_those_of_the_organisers_own_zone(office: Office) -> None:
    office.use(NUDGE)
    office.diaries.book("bob", "ann")
    office.sweep()
    office.watcher.store.put_owners(
        [CalendarOwner(mailbox="bob", zone="Europe/Madrid")], now=office.watcher.now
    )
    office.settle()
    assert "Tuesday 6 January, 13:30 to 14:00 (Madrid time)" in told(office)


def test_what_enforce_will_do_and_when_is_said(office: Office) -> None:
    office.use(replace(ENFORCED, let_through=(LET_THROUGH,)))
    office.diaries.book("bob", "ann")
    nudged(office)
    text = told(office)
    assert "after <strong>Tuesday 6 January, 09:" in text
    assert "declined for the people whose protected time it is" in text
    assert "“safeguarding”" in text
    assert "hr@northshire.example" in text


def test_nobody_is_nudged_outside_of_working_hours(office: Office) -> None:
    office.watcher.now = at(5, 18)
    office.diaries.book("bob", "ann", starts=at(8, 12, 30))
    office.sweep()
    office.settle()
    assert office.letters() == []
    office.pass_by(timedelta(hours=15))
    office.settle()
    assert office.letters() == [address("bob")]


def test_a_clash_that_is_mended_before_anybody_was_told_is_told_to_nobody(office: Office) -> None:
    one = office.diaries.book("bob", "ann")
    office.sweep()
    office.diaries.change(one, office.watcher.now, starts=at(6, 10), ends=at(6, 10, 30))
    office.settle()
    assert office.letters() == []
    assert office.state is ClashState.MENDED
    office.diaries.change(one, office.watcher.now, starts=at(6, 12, 30), ends=at(6, 13))
    office.sweep()
    office.settle()
    assert office.letters() == [address("bob")]


def test_without_a_service_mailbox_clashes_are_only_counted(office: Office) -> None:
    office.watcher.context = replace(office.watcher.context, service_mailbox=None)
    office.diaries.book("bob", "ann")
    office.sweep()
    office.pass_by(2 * HOUR)
    office.settle()
    assert office.state is ClashState.OPEN
    assert office.diaries.given == []


def test_a_meeting_that_was_booked_before_the_rule_is_listed_and_nobody_is_told(
    office: Office,
) -> None:
    office.use(replace(ENFORCED, booked_from=date(2026, 1, 1)))
    office.diaries.book("bob", "ann", weeks=1)
    office.sweep()
    office.settle()
    office.pass_by(DAY)
    office.settle()
    assert (office.state, office.clash.ahead) == (ClashState.LISTED, 13)
    assert office.letters() == []
    assert office.diaries.given == []


@pytest.mark.parametrize(
    "more",
    [
        {"categories": ("Safeguarding",)},
        {"private": True},
        {"cancelled": True},
        {"show_as": ShowAs.FREE},
        {"categories": ("Supervision",)},
    ],
)
def test_what_is_let_through_is_no_clash_at_all(office: Office, more: dict[str, Any]) -> None:
    kept = keep(named=(kept_line(categories=frozenset({"supervision"})),))
    office.use(replace(ENFORCED, let_through=(LET_THROUGH,)), kept)
    office.diaries.book("bob", "ann", **more)
    office.sweep()
    assert office.clashes() == ()


def test_an_organiser_outside_is_never_acted_on(office: Office) -> None:
    office.diaries.book("officer@police.example", "ann", "bob")
    office.sweep()
    office.settle()
    assert office.clashes() == ()
    assert office.letters() == []


# --- enforce -----------------------------------------------------------------------------------


def test_after_the_grace_it_is_declined_for_everybody_but_its_organiser(office: Office) -> None:
    office.diaries.book("bob", "ann", "carol", "officer@police.example")
    nudged(office)
    office.pass_by(DAY - HOUR)
    office.settle()
    assert office.diaries.given == []
    office.pass_by(HOUR)
    office.settle()
    assert sorted(ref.mailbox for ref, _ in office.diaries.given) == ["ann", "carol"]
    assert sorted(office.diaries.mails()) == ["ann", "carol"]
    assert office.states() == [
        ClashState.OPEN,
        ClashState.NUDGED,
        ClashState.ACTING,
        ClashState.DONE,
    ]
    how = office.diaries.given[0][1]
    assert how.proposed == office.clash.slots[0]
    assert "by our rule “protected-lunch”" in how.comment
    assert "A real lunch break for everyone." in how.comment
    assert "Tuesday 6 January, 12:00 to 12:30" in how.comment


def test_a_meeting_that_is_mended_in_time_is_left_alone(office: Office) -> None:
    one = office.diaries.book("bob", "ann", "carol")
    nudged(office)
    office.diaries.change(one, office.watcher.now, starts=at(6, 14), ends=at(6, 14, 30))
    office.pass_by(DAY)
    office.settle()
    assert office.state is ClashState.MENDED
    assert office.diaries.given == []


def test_a_let_through_that_was_given_since_the_nudge_stays(office: Office) -> None:
    office.use(replace(ENFORCED, let_through=(LET_THROUGH,)))
    one = office.diaries.book("bob", "ann", "carol")
    nudged(office)
    office.diaries.change(one, office.watcher.now, categories=("Safeguarding",))
    office.pass_by(DAY)
    office.settle()
    assert office.state is ClashState.MENDED
    assert office.diaries.given == []


def test_what_somebody_marked_in_their_own_copy_counts_for_them(office: Office) -> None:
    office.use(replace(ENFORCED, let_through=(LET_THROUGH,)))
    one = office.diaries.book("bob", "ann", "carol", "dan")
    nudged(office)
    office.diaries.own[one.ref("ann")] = {"categories": ("Safeguarding",)}
    office.diaries.own[one.ref("dan")] = {"show_as": ShowAs.FREE}
    office.pass_by(DAY)
    office.settle()
    assert [ref.mailbox for ref, _ in office.diaries.given] == ["carol"]
    assert office.state is ClashState.DONE


def test_an_occurrence_that_begins_before_the_grace_is_over_is_left(office: Office) -> None:
    office.diaries.book("bob", "ann", starts=at(5, 12, 30))
    nudged(office)
    office.pass_by(DAY)
    office.settle()
    assert office.diaries.given == []
    assert office.state is ClashState.PASSED
    assert "Nothing has been moved or declined" in told(office)  # and nothing was announced


def test_a_series_of_which_everything_clashes_is_declined_whole_and_answered_once(
    office: Office,
) -> None:
    one = office.diaries.book("bob", "ann", "carol", weeks=2)
    nudged(office)
    office.pass_by(DAY)
    office.settle()
    assert [ref for ref, _ in office.diaries.given] == [one.ref("ann"), one.ref("carol")]
    assert office.diaries.mails() == ["ann", "carol"]
    for _ in range(3):
        office.pass_by(14 * DAY)
        office.sweep()
        office.settle()
    assert len(office.diaries.given) == 2
    assert office.letters() == [address("bob")]


def test_of_a_series_that_clashes_now_and_then_those_meetings_alone_are_declined(
    office: Office,
) -> None:
    fortnight = replace(
        ENFORCED.window, every_weeks=2, starting=date(2026, 1, 5), days=frozenset({1})
    )
    office.use(replace(ENFORCED, window=fortnight))
    one = office.diaries.book("bob", "ann", weeks=1)
    nudged(office)
    office.pass_by(DAY)
    office.settle()
    given = office.diaries.given
    assert [ref for ref, _ in given] == [one.ref("ann", place) for place in range(0, 13, 2)]
    assert [how.tell for _, how in given] == [True] + [False] * 6
    assert [how.proposed is None for _, how in given] == [False] + [True] * 6


def test_people_who_are_invited_later_are_declined_for_too_and_only_they(office: Office) -> None:
    one = office.diaries.book("bob", "ann", weeks=2)
    nudged(office)
    office.pass_by(DAY)
    office.settle()
    office.diaries.change(one, office.watcher.now, attendees=("ann", "carol"))
    office.sweep()
    office.pass_by(DAY)
    office.settle()
    office.pass_by(DAY)
    office.sweep()
    office.settle()
    assert [ref.mailbox for ref, _ in office.diaries.given] == ["ann", "carol"]
    assert office.letters() == [address("bob")]
    assert office.state is ClashState.DONE


def test_a_rule_that_cancels_does_so_as_the_organiser(office: Office) -> None:
    office.use(replace(ENFORCED, on_clash=OnClash.CANCEL))
    one = office.diaries.book("bob", "ann", "carol", weeks=2)
    nudged(office)
    assert "it will be cancelled" in told(office)
    office.pass_by(DAY)
    office.settle()
    ((ref, text),) = office.diaries.comments
    assert ref == one.ref("bob")
    assert "was cancelled automatically" in text
    assert office.diaries.given == []
    office.pass_by(DAY)
    office.sweep()
    office.settle()
    assert office.state is ClashState.DONE


def test_a_rule_that_cancels_declines_where_the_organisers_calendar_is_not_covered(
    office: Office,
) -> None:
    office.use(replace(ENFORCED, on_clash=OnClash.CANCEL))
    office.watcher.store.put_calendars(["ann", "carol"], now=office.watcher.now)
    office.diaries.book("bob", "ann", "carol")
    nudged(office)
    assert office.clash.mailbox == "ann"
    office.pass_by(DAY)
    office.settle()
    assert office.diaries.comments == []
    assert sorted(ref.mailbox for ref, _ in office.diaries.given) == ["ann", "carol"]


def test_a_calendar_that_refuses_is_given_up_and_one_that_is_busy_is_tried_again(
    office: Office,
) -> None:
    office.diaries.book("bob", "ann", "carol", "dan")
    nudged(office)
    office.diaries.refused["ann"] = CallFailure(kind="refused", what="no")
    office.diaries.refused["carol"] = CallFailure(kind="unavailable", what="503")
    office.pass_by(DAY)
    office.tick()
    assert office.states()[-1] is ClashState.ACTING
    office.diaries.refused.pop("carol")
    office.settle()
    assert office.states()[-1] is ClashState.DONE
    given_up = office.watcher.store.answers(office.clash.id, [AnswerState.GIVEN_UP])
    assert [one.person for one in given_up] == ["ann"]
    assert sorted(ref.mailbox for ref, _ in office.diaries.given) == ["carol", "dan"]


# --- modes -------------------------------------------------------------------------------------


def test_a_rule_that_gets_to_nudge_opens_what_was_only_counted(office: Office) -> None:
    office.use(replace(ENFORCED, mode=Mode.OBSERVE))
    office.diaries.book("bob", "ann")
    office.sweep()
    office.settle()
    assert (office.state, office.letters()) == (ClashState.OBSERVED, [])
    office.use(NUDGE)
    office.settle()
    assert (office.state, office.letters()) == (ClashState.NUDGED, [address("bob")])
    assert office.clash.act_at is None
    office.use(ENFORCED)
    office.tick()
    assert office.clash.act_at == office.watcher.now + DAY


@pytest.mark.parametrize("how", ["off", "deleted", "observe"])
@pytest.mark.parametrize("when", ["open", "nudged", "acting"])
def test_a_rule_that_is_off_or_gone_stops_whatever_is_not_done_yet(
    office: Office, how: str, when: str
) -> None:
    office.diaries.book("bob", "ann", "carol")
    office.sweep()
    if when != "open":
        office.settle()
    if when == "acting":
        office.diaries.refused["ann"] = CallFailure(kind="unavailable", what="503")
        office.pass_by(DAY)
        office.tick()
        assert office.state is ClashState.ACTING
        office.diaries.refused.clear()
    before = len(office.diaries.given), len(office.letters())
    modes = {"off": Mode.OFF, "observe": Mode.OBSERVE}
    office.use(*([] if how == "deleted" else [replace(ENFORCED, mode=modes[how])]))
    office.settle()
    office.sweep()
    office.pass_by(HOUR)
    office.settle()
    assert office.state is ClashState.OBSERVED
    assert (len(office.diaries.given), len(office.letters())) == before


def test_a_rule_that_goes_back_to_nudge_declines_no_more(office: Office) -> None:
    office.diaries.book("bob", "ann")
    nudged(office)
    office.use(NUDGE)
    office.pass_by(DAY)
    office.settle()
    assert office.state is ClashState.NUDGED
    assert office.diaries.given == []


# --- whatever breaks ---------------------------------------------------------------------------


def story(office: Office, weeks: int | None) -> None:
    """A clash on Thursday is seen, told, left, and declined; there is time for a second try."""
    starts = at(8, 12, 30)
    office.diaries.book("bob", "ann", "carol", starts=starts, weeks=weeks)
    for _ in range(3):
        office.run_through(office.sweep, office.tick, office.settle, lambda: office.pass_by(DAY))


def told_and_declined_once(office: Office) -> bool:
    return (
        office.letters() == [address("bob")]
        and Counter(office.diaries.mails()) == {"ann": 1, "carol": 1}
        and len(office.diaries.given) == 2
        and office.state is ClashState.DONE
    )


def calls_of_the_story(folder: Path, weeks: int | None, *, tenant: bool) -> int:
    folder.mkdir()
    with open_office(folder, NAMES, [ENFORCED]) as office:
        office.break_at(tenant=tenant)
        story(office, weeks)
        assert told_and_declined_once(office)
        return office.counter.count


@pytest.mark.parametrize("weeks", [None, 2])
def test_killed_after_any_step_each_attendee_declines_once_and_the_organiser_is_told_once(
    tmp_path: Path, weeks: int | None
) -> None:
    calls = calls_of_the_story(tmp_path / "whole", weeks, tenant=False)
    assert calls > 30
    for number in range(1, calls + 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        with open_office(folder, NAMES, [ENFORCED]) as office:
            office.break_at(kill=number)
            story(office, weeks)
            done = told_and_declined_once(office)
            assert done, (number, office.counter.names[number - 1], office.states())


@pytest.mark.parametrize("weeks", [None, 2])
def test_whatever_answer_is_lost_each_attendee_declines_once_and_the_organiser_is_told_once(
    tmp_path: Path, weeks: int | None
) -> None:
    calls = calls_of_the_story(tmp_path / "whole", weeks, tenant=True)
    assert calls > 8
    for number in range(1, calls + 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        with open_office(folder, NAMES, [ENFORCED]) as office:
            office.break_at(lose=number, tenant=True)
            story(office, weeks)
            done = told_and_declined_once(office)
            assert done, (number, office.counter.names[number - 1], office.states())


# --- size --------------------------------------------------------------------------------------


def test_a_fortnightly_series_of_500_people_costs_one_nudge_and_few_calls(tmp_path: Path) -> None:
    names = [f"p{number:03}" for number in range(500)]
    with open_office(tmp_path, names, [ENFORCED]) as office:
        office.diaries.book("p250", *(name for name in names if name != "p250"), weeks=2)
        for _ in range(3):
            office.sweep()
            office.settle()
        assert office.letters() == [address("p250")]
        assert len(office.diaries.asked) <= 500 / 15
        assert max(map(len, office.diaries.asked)) <= 20
        office.pass_by(DAY)
        office.settle()
        office.sweep()
        office.settle()
        assert Counter(ref.mailbox for ref, _ in office.diaries.given) == Counter(
            name for name in names if name != "p250"
        )
        assert len(office.diaries.mails()) == 499
        assert len(office.diaries.asked) <= 500 / 15
        assert office.state is ClashState.DONE
