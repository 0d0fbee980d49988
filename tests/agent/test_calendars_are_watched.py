"""Watching calendars: each meeting is judged once, whatever notices and calendars say of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from policy_agent.agent.meetings.judge import HORIZON
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventRef, ShowAs, Span
from policy_agent.domain.meeting_rules import Check
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Reason
from tests.agent.diaries import (
    HALF_HOUR,
    NOW,
    TUESDAY_LUNCH,
    WEEK,
    Taker,
    Watcher,
    address,
    open_watcher,
)
from tests.domain.meetings import at, kindness, protect

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CLASH = [Reason.OVERLAPS_WINDOW]


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Watcher]:
    with open_watcher(tmp_path, ["ann", "bob", "carol", "dan"]) as found:
        yield found


# --- one judgement a meeting -------------------------------------------------------------------


def test_a_meeting_over_lunch_is_judged_once_on_the_organisers_copy(watcher: Watcher) -> None:
    watcher.diaries.book("bob", "ann", "carol")
    watcher.sweep()
    (row,) = watcher.store.meeting_decisions_of("uid-0")
    assert (row.mailbox, row.organiser, row.reason) == ("bob", "bob", Reason.OVERLAPS_WINDOW)
    assert watcher.taker.series == [("bob/0", "bob", 1)]


def test_a_series_is_judged_per_occurrence_within_the_horizon(watcher: Watcher) -> None:
    watcher.diaries.book("bob", "ann", weeks=2)
    watcher.sweep()
    assert watcher.taker.series == [("bob/0", "bob", 7)]
    assert [watcher.decided(f"uid-0.{place}") for place in range(8)] == [CLASH] * 7 + [[]]


def test_a_meeting_of_500_people_is_judged_once(tmp_path: Path) -> None:
    names = [f"p{number:03}" for number in range(500)]
    with open_watcher(tmp_path, names) as watcher:
        watcher.diaries.book("p250", *(name for name in names if name != "p250"), weeks=2)
        watcher.sweep()
        assert watcher.taker.series == [("p250/0", "p250", 7)]
        (seen,) = [one for seen in watcher.taker.seen for one in seen.series]
        assert len(seen.occurrences[0].facts.invited) == 499
        rows = list(watcher.store.meeting_decisions_between(NOW, NOW + HORIZON))
        assert [row.uid for row in rows] == [f"uid-0.{place}" for place in range(7)]


def test_500_notices_of_one_meeting_are_one_judgement_and_one_series_expanded(
    tmp_path: Path,
) -> None:
    names = [f"p{number:03}" for number in range(500)]
    with open_watcher(tmp_path, names) as watcher:
        watcher.sweep()
        one = watcher.diaries.book("p250", *(name for name in names if name != "p250"), weeks=2)
        watcher.diaries.calls.clear()
        assert watcher.notified(*(one.ref(name) for name in names), change="created") == 500
        assert watcher.diaries.calls == {"read": 500, "instances": 1}
        assert watcher.taker.series == [("p250/0", "p250", 7)]


def test_of_an_outside_organiser_the_first_covered_attendees_copy_is_judged(
    watcher: Watcher,
) -> None:
    watcher.diaries.book("guest@police.example", "carol", "bob", weeks=1)
    watcher.sweep()
    assert watcher.taker.series == [("uid-0", "bob", 13)]
    assert watcher.diaries.calls["read"] == 1  # one master, for both calendars
    assert watcher.decided("uid-0.0") == [Reason.ORGANISER_OUTSIDE]


def test_another_copy_takes_its_place_when_the_first_attendee_declined(watcher: Watcher) -> None:
    one = watcher.diaries.book("guest@police.example", "carol", "bob")
    watcher.sweep()
    one.without.add("bob")
    watcher.after(DAY)
    watcher.sweep()
    watcher.after(DAY)
    one.starts += WEEK
    one.ends += WEEK
    watcher.sweep()
    assert watcher.taker.series[-1] == ("uid-0", "carol", 1)


def test_an_organiser_inside_whose_calendar_is_not_covered_counts_as_others_do(
    tmp_path: Path,
) -> None:
    with open_watcher(tmp_path, ["ann", "bob"], covered=["bob"]) as watcher:
        watcher.diaries.book("ann", "bob")
        watcher.sweep()
        assert watcher.taker.series == [("uid-0", "bob", 1)]
        (row,) = watcher.store.meeting_decisions_of("uid-0")
        assert (row.mailbox, row.organiser, row.reason) == ("bob", "ann", Reason.OVERLAPS_WINDOW)


def test_an_attendees_copy_counts_while_the_organisers_calendar_cannot_be_read(
    watcher: Watcher,
) -> None:
    watcher.diaries.failing["bob"] = CallFailure(kind="unlicensed", what="no mailbox")
    watcher.diaries.book("bob", "carol")
    watcher.sweep()
    assert watcher.taker.series == [("uid-0", "carol", 1)]


def test_a_series_whose_master_cannot_be_read_now_is_nobodys_loss(watcher: Watcher) -> None:
    watcher.diaries.book("guest@police.example", "bob", weeks=1)
    fine = watcher.diaries.read
    watcher.diaries.read = lambda refs, *, agenda: dict.fromkeys(  # type: ignore[method-assign]
        refs, CallFailure(kind="unavailable", what="503")
    )
    assert watcher.sweep().put_off == 1
    assert watcher.taker.series == []
    assert "bob" not in watcher.taker.seen[-1].whole
    watcher.diaries.read = fine  # type: ignore[method-assign]
    watcher.sweep()
    assert watcher.taker.series == [("uid-0", "bob", 13)]


# --- what is no meeting ------------------------------------------------------------------------


def test_appointments_and_out_of_office_events_are_no_meetings(watcher: Watcher) -> None:
    watcher.diaries.book("bob")
    watcher.diaries.book("bob", "ann", show_as=ShowAs.AWAY)
    watcher.sweep()
    assert watcher.taker.series == []
    assert len(watcher.taker.seen[0].days["bob"]) == 2


def test_our_own_block_outs_are_handed_on_as_such_and_not_judged(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = watcher.diaries.book("bob", weeks=1)
    monkeypatch.setattr(
        watcher.store, "block_out_series", lambda mailboxes: frozenset({ours.ref("bob")})
    )
    watcher.sweep()
    assert watcher.taker.series == []
    assert len(watcher.taker.seen[0].block_outs) == 13
    watcher.notified(ours.ref("bob", 3))
    assert len(watcher.taker.seen[-1].block_outs) == 13
    assert watcher.taker.series == []


def test_rooms_and_shared_mailboxes_are_left_out(watcher: Watcher) -> None:
    watcher.diaries.rooms = {"ann", "carol", "dan"}
    watcher.diaries.book("bob", "ann")
    watcher.sweep()
    assert watcher.diaries.calls == {"owners": 4, "view": 1}


def test_nothing_is_called_while_no_calendar_is_covered(tmp_path: Path) -> None:
    with open_watcher(tmp_path, ["ann", "bob"], covered=[]) as watcher:
        watcher.sweep()
        watcher.notified(EventRef(mailbox="bob", event="bob/0"))
        assert watcher.diaries.calls == {}
        assert watcher.store.pending_event_notices() == 0


# --- who is in it ------------------------------------------------------------------------------


def test_people_on_leave_are_told_as_away(watcher: Watcher) -> None:
    week_off = Span(starts=TUESDAY_LUNCH - DAY, ends=TUESDAY_LUNCH + DAY)
    watcher.diaries.away["carol"] = (week_off,)
    watcher.diaries.book(
        "dan", starts=TUESDAY_LUNCH - HOUR, ends=TUESDAY_LUNCH + 4 * HOUR, show_as=ShowAs.AWAY
    )
    watcher.diaries.book("dan", starts=TUESDAY_LUNCH + WEEK, show_as=ShowAs.AWAY)  # too short
    watcher.diaries.book("bob", "carol", "dan", weeks=1)
    watcher.sweep()
    (one,) = watcher.taker.seen[0].series
    away = [[guest.person.id for guest in m.facts.invited if guest.away] for m in one.occurrences]
    assert away[:2] == [["carol", "dan"], []]


def test_a_meeting_that_only_people_on_leave_are_in_is_nobodys_time(watcher: Watcher) -> None:
    week_off = Span(starts=TUESDAY_LUNCH - DAY, ends=TUESDAY_LUNCH + DAY)
    watcher.diaries.away = {"carol": (week_off,), "bob": (week_off,)}
    watcher.diaries.book("bob", "carol")
    watcher.sweep()
    assert watcher.decided("uid-0") == [Reason.NOBODYS_TIME]


def test_a_teams_own_list_stands_for_its_people(watcher: Watcher) -> None:
    watcher.diaries.book("bob", "staff@northshire.example", "carol")
    watcher.sweep()
    (one,) = watcher.taker.seen[0].series
    guests = one.occurrences[0].facts.invited
    assert sorted(guest.person.id for guest in guests) == ["ann", "carol", "dan"]


def test_somebody_who_was_invited_by_a_list_is_in_their_own_copy(tmp_path: Path) -> None:
    with open_watcher(tmp_path, ["ann", "bob"], covered=["bob"]) as watcher:
        watcher.diaries.book("guest@police.example", "bob", attendees=())
        watcher.sweep()
        (one,) = watcher.taker.seen[0].series
        assert [guest.person.id for guest in one.occurrences[0].facts.invited] == ["bob"]


# --- notices -----------------------------------------------------------------------------------


def test_repeated_and_late_notices_change_nothing(watcher: Watcher) -> None:
    watcher.sweep()
    one = watcher.diaries.book("bob", "ann", weeks=1)
    for ref in (one.ref("bob"), one.ref("bob"), one.ref("bob", 2), one.ref("ann", 2)):
        watcher.notified(ref)
    watcher.after(HOUR)
    watcher.notified(one.ref("bob"), change="created")
    assert [watcher.decided(f"uid-0.{place}") for place in range(13)] == [CLASH] * 13
    assert set(watcher.taker.series) == {("bob/0", "bob", 13)}


def test_a_notice_of_one_occurrence_is_a_look_at_its_whole_series(watcher: Watcher) -> None:
    watcher.sweep()
    one = watcher.diaries.book("bob", "ann", weeks=1)
    watcher.diaries.calls.clear()
    watcher.notified(one.ref("bob", 5))
    assert watcher.taker.series == [("bob/0", "bob", 13)]
    assert watcher.diaries.calls == {"read": 1, "instances": 1}


def test_what_is_not_there_any_more_is_told_as_gone(watcher: Watcher) -> None:
    one = watcher.diaries.book("bob", "ann")
    watcher.sweep()
    one.without = {"bob", "ann"}
    watcher.notified(one.ref("bob"), one.ref("ann"), change="deleted")
    assert watcher.taker.seen[-1].gone == {"bob/0", "ann/0"}
    assert watcher.store.pending_event_notices() == 0


def test_a_lost_notice_is_made_up_for_by_the_next_sweep(watcher: Watcher) -> None:
    one = watcher.diaries.book("bob", "ann", starts=TUESDAY_LUNCH + 3 * HOUR)
    watcher.sweep()
    assert watcher.decided("uid-0") == []
    watcher.after(5 * timedelta(minutes=1))
    watcher.diaries.change(one, watcher.now, starts=TUESDAY_LUNCH, ends=TUESDAY_LUNCH + HALF_HOUR)
    watcher.after(5 * timedelta(minutes=1))
    watcher.sweep()
    assert watcher.decided("uid-0") == CLASH


def test_a_lost_notice_of_a_deletion_is_made_up_for_by_the_daily_view(watcher: Watcher) -> None:
    one = watcher.diaries.book("bob", "ann")
    watcher.sweep()
    one.without = {"bob", "ann"}
    watcher.after(DAY)
    watcher.sweep()
    last = watcher.taker.seen[-1]
    assert (last.series, "bob" in last.whole) == ([], True)


def test_what_cannot_be_read_now_is_tried_again(watcher: Watcher) -> None:
    watcher.sweep()
    one = watcher.diaries.book("bob", "ann")
    watcher.diaries.failing["bob"] = CallFailure(kind="unavailable", what="event: 503")
    assert watcher.notified(one.ref("bob")) == 1
    watcher.diaries.failing.clear()
    assert watcher.tick() == 0
    watcher.after(timedelta(minutes=1))
    assert watcher.tick() == 1
    assert watcher.decided("uid-0") == CLASH


def test_a_feature_that_breaks_keeps_the_notice_and_not_the_other_features(
    watcher: Watcher,
) -> None:
    watcher.sweep()
    broken, other = Taker(), Taker()
    broken.breaks = True
    watcher.features = (broken, other)
    one = watcher.diaries.book("bob", "ann")
    watcher.notified(one.ref("bob"))
    assert other.series == [("bob/0", "bob", 1)]
    assert watcher.store.pending_event_notices() == 1
    broken.breaks = False
    watcher.after(timedelta(minutes=1))
    watcher.tick()
    assert broken.series == [("bob/0", "bob", 1)]
    assert watcher.store.pending_event_notices() == 0


def test_a_calendar_that_is_denied_is_parked_for_a_day_and_its_notices_are_dropped(
    watcher: Watcher,
) -> None:
    watcher.sweep()
    one = watcher.diaries.book("bob", "ann")
    watcher.diaries.failing["bob"] = CallFailure(kind="denied", what="event: 403")
    watcher.notified(one.ref("bob"))
    watcher.diaries.calls.clear()
    watcher.notified(one.ref("bob"))
    assert watcher.diaries.calls == {}
    watcher.diaries.failing.clear()
    watcher.after(DAY)
    watcher.sweep()
    assert watcher.decided("uid-0") == CLASH


# --- sweeps ------------------------------------------------------------------------------------


def test_a_second_sweep_with_nothing_new_makes_one_call_a_calendar_and_writes_nothing(
    watcher: Watcher,
) -> None:
    for number in range(40):
        watcher.diaries.book("bob", "ann", "carol", weeks=1 + number % 3)
    assert watcher.sweep().written > 100
    watcher.diaries.calls.clear()
    watcher.after(timedelta(minutes=5))
    swept = watcher.sweep()
    assert watcher.diaries.calls == {"changed": 4}
    assert (swept.written, swept.whole, swept.changed) == (0, 0, 4)


def test_a_calendar_is_seen_whole_once_a_day_and_under_another_rulebook(watcher: Watcher) -> None:
    watcher.diaries.book("bob", "ann")
    watcher.sweep()
    watcher.after(timedelta(hours=23))
    assert watcher.sweep().whole == 0
    watcher.after(HOUR)
    assert watcher.sweep().whole == 4
    watcher.use(protect(mode=Mode.ENFORCE))
    assert watcher.sweep().whole == 4
    assert watcher.sweep().whole == 0
    watcher.after(DAY)
    assert watcher.decided("uid-0") == CLASH * 2


def test_what_is_over_is_not_judged_again_but_is_handed_on(watcher: Watcher) -> None:
    watcher.diaries.book("bob", "ann", starts=NOW - HOUR)
    watcher.diaries.book("bob", "ann", starts=NOW - 30 * HOUR)
    watcher.sweep()
    assert watcher.taker.series == [("bob/0", "bob", 0)]
    assert [copy.uid for copy in watcher.taker.seen[0].days["bob"]] == ["uid-0"]


def test_a_series_that_changed_is_judged_whole(watcher: Watcher) -> None:
    one = watcher.diaries.book("bob", "ann", starts=TUESDAY_LUNCH + HOUR, weeks=2)
    watcher.sweep()
    watcher.after(HOUR)
    watcher.diaries.change(one, watcher.now, starts=TUESDAY_LUNCH, ends=TUESDAY_LUNCH + HALF_HOUR)
    watcher.diaries.calls.clear()
    watcher.sweep()
    assert watcher.diaries.calls == {"changed": 4, "instances": 1}
    assert watcher.taker.series[-1] == ("bob/0", "bob", 7)
    assert watcher.decided("uid-0.6") == CLASH


def test_a_series_that_nobody_else_is_in_any_more_is_told_as_empty(watcher: Watcher) -> None:
    one = watcher.diaries.book("bob", "ann", weeks=2)
    watcher.sweep()
    watcher.after(HOUR)
    watcher.diaries.change(one, watcher.now, attendees=())
    watcher.sweep()
    assert watcher.taker.series[-1] == ("bob/0", "bob", 0)


def test_a_feature_that_breaks_leaves_the_calendar_to_the_next_sweep(watcher: Watcher) -> None:
    watcher.diaries.book("bob", "ann")
    watcher.taker.breaks = True
    assert watcher.sweep().whole == 0
    watcher.taker.breaks = False
    assert watcher.sweep().whole == 4
    assert watcher.taker.series == [("bob/0", "bob", 1)]


def test_a_tenant_that_grants_no_calendars_is_asked_once_a_day(watcher: Watcher) -> None:
    denied = CallFailure(kind="denied", what="mailboxSettings: 403 ErrorAccessDenied")
    watcher.diaries.failing = dict.fromkeys(watcher.diaries.names, denied)
    assert watcher.sweep().parked == 4
    watcher.after(timedelta(hours=23))
    watcher.sweep()
    assert watcher.diaries.calls == {"owners": 4}
    watcher.after(HOUR)
    watcher.diaries.failing = {}
    assert watcher.sweep().whole == 4


def test_calendars_are_held_in_memory_a_few_at_a_time(tmp_path: Path) -> None:
    names = [f"p{number:03}" for number in range(200)]
    with open_watcher(tmp_path, names) as watcher:
        for name in names:
            watcher.diaries.book(name, "p000", starts=TUESDAY_LUNCH - HOUR, weeks=1)
        watcher.diaries.booked[0].attendees = ("p001",)
        watcher.sweep()
        assert watcher.diaries.calls["view"] == 200
        assert watcher.diaries.largest < 13 * 2 * 200


# --- what is asked for -------------------------------------------------------------------------


def test_an_agenda_is_asked_for_only_where_a_rule_needs_it(tmp_path: Path) -> None:
    off = kindness(mode=Mode.OFF)
    no_agenda = kindness(agenda_required=False, where_checks={Check.LENGTH: at(34)})
    for number, rules in enumerate(((protect(), no_agenda), (protect(), off))):
        folder = tmp_path / str(number)
        folder.mkdir()
        with open_watcher(folder, ["ann", "bob"], rules=rules) as watcher:
            one = watcher.diaries.book("bob", "ann", weeks=1)
            watcher.sweep()
            watcher.notified(one.ref("bob"))
            assert watcher.diaries.agendas == 0
    with open_watcher(tmp_path, ["ann", "bob"], rules=(kindness(),)) as watcher:
        one = watcher.diaries.book("bob", "ann", has_agenda=False)
        watcher.sweep()
        watcher.after(HOUR)
        watcher.diaries.change(one, watcher.now)
        watcher.sweep()
        assert watcher.diaries.agendas == 2
        assert watcher.decided("uid-0") == [Reason.NOT_KIND]


def test_breaks_are_seen_on_whole_days_and_a_notice_does_not_take_that_back(
    tmp_path: Path,
) -> None:
    rule = kindness(
        agenda_required=False,
        no_longer_than=None,
        break_between=timedelta(minutes=5),
        where_checks={Check.BREAK: at(35)},
    )
    with open_watcher(tmp_path, ["ann", "bob"], rules=(rule,)) as watcher:
        watcher.diaries.book("ann", "bob", starts=TUESDAY_LUNCH - HALF_HOUR)
        second = watcher.diaries.book("bob", "ann")
        watcher.sweep()
        assert watcher.decided("uid-0") == []
        assert watcher.decided("uid-1") == [Reason.NOT_KIND]
        (met,) = [one.occurrences[0] for one in watcher.taker.seen[0].series if one.key == "bob/1"]
        assert met.facts.after == TUESDAY_LUNCH
        watcher.notified(second.ref("bob"))
        assert watcher.decided("uid-1") == [Reason.NOT_KIND]


def test_addresses_and_subjects_are_not_kept(watcher: Watcher) -> None:
    watcher.diaries.book("guest@police.example", "bob", subject="Strategy discussion Ward")
    watcher.sweep()
    (row,) = watcher.store.meeting_decisions_of("uid-0")
    assert row.organiser is None
    for word in ("police", "Ward", address("bob")):
        assert word not in str(row)
    assert replace(row, detail="") != row
