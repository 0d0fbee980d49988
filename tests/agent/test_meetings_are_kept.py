"""Meetings that should happen: followed through moves, cancellations, declines and lost pages."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import Span
from policy_agent.domain.kept_meetings import KeptState
from policy_agent.domain.modes import Mode
from policy_agent.store import Store
from tests.agent.diaries import HALF_HOUR, NOW, TUESDAY_LUNCH, WEEK
from tests.agent.post_room import Killed
from tests.agent.supervisions import RULE, Service, open_service
from tests.domain.meetings import exemption

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
THURSDAY = TUESDAY_LUNCH + 2 * DAY
BUSY = CallFailure(kind="unavailable", what="503")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with open_service(tmp_path, ["mia", "alice", "bob"]) as found:
        yield found


# --- held and moved ----------------------------------------------------------------------------


def test_a_supervision_that_nobody_calls_off_is_held(service: Service) -> None:
    service.diaries.supervision("mia", "alice")
    service.diaries.book("mia", "alice", subject="Rota")
    service.sweep()
    row = service.row()
    assert (row.state, row.organiser, row.own) == (KeptState.PLANNED, "mia", True)
    assert [person.id for person in row.people] == ["alice", "mia"]
    service.after(TUESDAY_LUNCH - NOW)
    assert service.row().state is KeptState.PLANNED
    service.after(HALF_HOUR)
    assert service.row().state is KeptState.HELD
    assert service.letters() == []


def test_a_series_is_followed_per_occurrence(service: Service) -> None:
    service.diaries.supervision("mia", "alice", weeks=4)
    service.sweep()
    service.sweep()
    assert [row.uid for row in service.rows()] == [f"uid-0.{place}" for place in range(4)]


def test_a_moved_one_is_still_planned_and_counts_its_moves(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice")
    service.sweep()
    for _ in range(2):
        service.diaries.shifted[0, None] = 2 * DAY
        service.notice(one.ref("mia"))
    row = service.row()
    assert (row.moves, row.shift, row.state) == (1, 2 * DAY, KeptState.PLANNED)
    service.after(TUESDAY_LUNCH + DAY - NOW)
    assert service.row().state is KeptState.PLANNED
    service.after(2 * DAY)
    assert service.row().state is KeptState.HELD


def test_a_move_that_no_notice_told_of_is_seen_when_it_would_have_been_over(
    service: Service,
) -> None:
    service.diaries.supervision("mia", "alice")
    service.sweep()
    service.diaries.shifted[0, None] = DAY
    service.after(TUESDAY_LUNCH + HALF_HOUR - NOW)
    row = service.row()
    assert (row.state, row.moves, row.due) == (KeptState.PLANNED, 1, row.ends)


def test_one_that_is_put_off_after_its_end_was_not_held_after_all(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice")
    service.sweep()
    service.after(2 * DAY)
    assert service.row().state is KeptState.HELD
    service.diaries.shifted[0, None] = WEEK
    service.notice(one.ref("mia"))
    row = service.row()
    assert (row.state, row.moves) == (KeptState.PLANNED, 1)


def test_one_that_the_rule_names_no_more_counts_nowhere_until_it_does_again(
    service: Service,
) -> None:
    one = service.diaries.supervision("mia", "alice")
    service.sweep()
    service.diaries.change(one, service.watcher.now, subject="Catch-up")
    service.notice(one.ref("mia"))
    assert service.row().state is KeptState.DROPPED
    service.diaries.change(one, service.watcher.now, subject="Supervision")
    service.notice(one.ref("mia"))
    assert service.row().state is KeptState.PLANNED


def test_a_rule_that_is_gone_keeps_nothing(service: Service) -> None:
    service.diaries.supervision("mia", "alice")
    service.sweep()
    service.watcher.use()
    service.after(2 * DAY)
    assert service.row().state is KeptState.DROPPED


def test_without_a_rulebook_in_force_nothing_is_done(service: Service) -> None:
    service.diaries.supervision("mia", "alice")
    service.sweep()
    service.watcher.use(hash_="")
    service.after(2 * DAY)
    service.watcher.sweep()
    assert service.row().state is KeptState.PLANNED


# --- lost pages, lost notices, calendars that cannot be read -----------------------------------


def test_a_lost_page_makes_no_cancellation(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice")
    service.sweep()
    service.diaries.lost.add(one.ref("mia"))
    service.sweep()
    row = service.row()
    assert (row.state, row.missed) == (KeptState.PLANNED, None)
    assert service.whys(row) == ["seen"]
    assert service.letters() == []


def test_a_late_notice_that_it_is_deleted_makes_no_cancellation(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice")
    service.sweep()
    service.notice(one.ref("mia"), change="deleted")
    assert service.row().state is KeptState.PLANNED


def test_what_is_missed_waits_until_it_can_be_read(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice")
    service.sweep()
    service.diaries.cancel(one, service.watcher)
    service.watcher.notified(one.ref("mia"), change="deleted")
    missed = service.watcher.now
    service.diaries.failing["mia"] = BUSY
    service.after(HOUR)
    assert service.row().state is KeptState.PLANNED
    del service.diaries.failing["mia"]
    service.after(HOUR)
    row = service.row()
    assert (row.state, row.ended, row.cancelled_by) == (KeptState.CANCELLED, missed, "mia")


def test_a_cancellation_that_no_notice_told_of_is_found_before_it_counts_as_held(
    service: Service,
) -> None:
    one = service.diaries.supervision("mia", "alice")
    service.sweep()
    service.diaries.cancel(one, service.watcher)
    service.after(TUESDAY_LUNCH + HALF_HOUR - NOW)
    row = service.row()
    assert (row.state, row.notice_hours) == (KeptState.CANCELLED, 0)


def test_what_was_tidied_away_days_after_its_end_was_held(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice")
    service.sweep()
    one.without |= {"mia", "alice"}
    service.after(TUESDAY_LUNCH + HALF_HOUR + 3 * DAY - NOW)
    assert service.row().state is KeptState.HELD


def test_a_calendar_that_cannot_be_read_is_waited_for_three_days(service: Service) -> None:
    service.diaries.supervision("mia", "alice")
    service.sweep()
    service.diaries.failing["mia"] = CallFailure(kind="denied", what="403")
    service.after(TUESDAY_LUNCH + HALF_HOUR - NOW)
    assert service.row().state is KeptState.PLANNED
    service.after(3 * DAY)
    row = service.row()
    assert (row.state, service.whys(row)[-1]) == (KeptState.HELD, "held, as far as could be seen")


def test_of_a_leaver_another_calendar_tells(service: Service) -> None:
    service.diaries.supervision("mia", "alice")
    service.sweep()
    service.store.put_calendars(["alice", "bob"], now=service.watcher.now)
    service.after(TUESDAY_LUNCH + HALF_HOUR - NOW)
    row = service.row()
    assert (row.state, row.ref.mailbox) == (KeptState.HELD, "alice")
    assert service.diaries.calls["find"] == 1


def test_when_nobody_in_it_is_watched_any_more_it_counts_nowhere(service: Service) -> None:
    service.diaries.supervision("mia", "alice")
    service.sweep()
    service.store.put_calendars(["bob"], now=service.watcher.now)
    service.after(TUESDAY_LUNCH + HALF_HOUR - NOW)
    assert service.row().state is KeptState.DROPPED


# --- cancelled ---------------------------------------------------------------------------------


def test_whoever_cancels_one_is_asked_once_to_book_it_again(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice")
    service.sweep()
    service.watcher.after(HOUR)
    service.diaries.cancel(one, service.watcher)
    for _ in range(3):
        service.notice(one.ref("mia"), one.ref("alice"), change="deleted")
    row = service.row()
    assert (row.state, row.cancelled_by, row.notice_hours) == (KeptState.CANCELLED, "mia", 26)
    assert service.letters() == []  # whoever is just moving it books the new one
    service.after(HOUR)
    service.sweep()
    service.after(DAY)
    (letter,) = service.letters()
    assert letter.to == "mia@northshire.example"
    assert letter.subject == "Could the meeting on Tuesday 6 January be booked again?"
    assert "up to Tuesday 13 January" in letter.html
    assert service.whys(row) == ["seen", "gone", "asked to book it again"]


def test_a_deleted_occurrence_is_cancelled_and_the_rest_of_its_series_stands(
    service: Service,
) -> None:
    one = service.diaries.supervision("mia", "alice", weeks=4)
    service.sweep()
    service.after(2 * DAY)
    service.diaries.deleted.add((0, 1))
    service.notice(one.ref("mia"))
    states = [row.state for row in service.rows()]
    assert states == [
        KeptState.HELD,
        KeptState.CANCELLED,
        KeptState.PLANNED,
        KeptState.PLANNED,
    ]


def test_a_deleted_series_is_cancelled_as_a_whole(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice", weeks=4)
    service.sweep()
    one.without.add("mia")
    service.notice(one.ref("mia"), change="deleted")
    assert {row.state for row in service.rows()} == {KeptState.CANCELLED}


def test_the_one_who_declines_a_one_to_one_is_asked(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice")
    service.sweep()
    service.diaries.declined.add((0, "alice"))
    service.notice(one.ref("mia"))
    service.after(2 * HOUR)
    (letter,) = service.letters()
    assert letter.to == "alice@northshire.example"
    assert "You declined a meeting" in letter.html


def test_one_who_declines_a_larger_meeting_is_counted_and_not_asked(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice", "bob")
    service.sweep()
    service.diaries.declined.add((0, "alice"))
    service.notice(one.ref("mia"))
    service.after(2 * DAY)
    row = service.row()
    assert (row.state, service.letters()) == (KeptState.HELD, [])
    assert {person.id: person.declined for person in row.people} == {
        "alice": True,
        "bob": False,
        "mia": False,
    }


def test_a_decline_that_no_notice_told_of_is_seen_at_the_end(service: Service) -> None:
    service.diaries.supervision("mia", "alice")
    service.sweep()
    service.diaries.declined.add((0, "alice"))
    service.after(2 * DAY)
    row = service.row()
    assert (row.state, row.cancelled_by) == (KeptState.CANCELLED, "alice")


def test_who_accepts_after_all_within_the_hour_is_not_asked(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice", starts=THURSDAY)
    service.sweep()
    service.diaries.declined.add((0, "alice"))
    service.notice(one.ref("mia"))
    service.diaries.declined.clear()
    service.notice(one.ref("mia"))
    service.after(DAY)
    assert (service.row().state, service.letters()) == (KeptState.PLANNED, [])


# --- the organiser's calendar is not covered ---------------------------------------------------


@pytest.fixture
def uncovered(tmp_path: Path) -> Iterator[Service]:
    with open_service(tmp_path, ["mia", "alice", "bob"], covered=["alice", "bob"]) as found:
        yield found


def test_an_attendees_copy_tells_that_the_organiser_cancelled(uncovered: Service) -> None:
    one = uncovered.diaries.supervision("mia", "alice")
    uncovered.sweep()
    assert not uncovered.row().own
    uncovered.watcher.after(HOUR)
    uncovered.diaries.cancel(one, uncovered.watcher)
    uncovered.watcher.after(HOUR)
    uncovered.notice(one.ref("alice"))
    row = uncovered.row()
    assert (row.state, row.cancelled_by, row.notice_hours) == (KeptState.CANCELLED, "mia", 26)
    uncovered.after(HOUR)
    assert [letter.to for letter in uncovered.letters()] == ["mia@northshire.example"]


def test_an_attendee_who_has_it_no_more_tells_of_that_attendee_alone(uncovered: Service) -> None:
    one = uncovered.diaries.supervision("mia", "alice", "bob")
    uncovered.sweep()
    (row,) = uncovered.rows()
    assert row.ref.mailbox == "alice"
    one.without.add("alice")
    uncovered.notice(one.ref("alice"), change="deleted")
    row = uncovered.row()
    assert (row.state, row.ref.mailbox, row.attending) == (KeptState.PLANNED, "bob", 2)
    assert [person.id for person in row.people if person.declined] == ["alice"]


def test_the_only_attendee_of_a_one_to_one_who_took_it_out_is_asked(uncovered: Service) -> None:
    one = uncovered.diaries.supervision("mia", "alice")
    uncovered.sweep()
    one.without.add("alice")
    uncovered.notice(one.ref("alice"), change="deleted")
    row = uncovered.row()
    assert (row.state, row.cancelled_by) == (KeptState.CANCELLED, "alice")


def test_others_calendars_that_cannot_be_read_now_are_waited_for(uncovered: Service) -> None:
    one = uncovered.diaries.supervision("mia", "alice", "bob")
    uncovered.sweep()
    one.without.add("alice")
    uncovered.diaries.failing["bob"] = BUSY
    uncovered.notice(one.ref("alice"), change="deleted")
    assert uncovered.row().state is KeptState.PLANNED
    uncovered.diaries.failing.clear()
    uncovered.after(HOUR)
    assert uncovered.row().ref.mailbox == "bob"


def test_of_an_organiser_outside_everything_is_counted_and_nobody_asked(service: Service) -> None:
    one = service.diaries.supervision("guest@police.example", "alice")
    service.sweep()
    service.diaries.declined.add((0, "alice"))
    service.notice(one.ref("alice"))
    service.after(2 * HOUR)
    assert (service.row().state, service.letters()) == (KeptState.CANCELLED, [])


# --- rebooked and lapsed -----------------------------------------------------------------------


def cancelled(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice")
    service.sweep()
    service.diaries.cancel(one, service.watcher)
    service.notice(one.ref("mia"), change="deleted")


def test_one_that_is_booked_again_at_once_is_rebooked_and_nobody_is_asked(
    service: Service,
) -> None:
    cancelled(service)
    other = service.diaries.supervision("mia", "alice", starts=THURSDAY)
    service.notice(other.ref("mia"), change="created")
    service.after(HOUR)
    first, second = service.rows()
    assert (first.state, second.state) == (KeptState.REBOOKED, KeptState.PLANNED)
    assert service.letters() == []


def test_with_other_people_or_too_late_it_is_not_rebooked(service: Service) -> None:
    cancelled(service)
    for name, starts in (("bob", THURSDAY), ("alice", TUESDAY_LUNCH + 8 * DAY)):
        other = service.diaries.supervision("mia", name, starts=starts)
        service.notice(other.ref("mia"), change="created")
    service.after(DAY)
    assert service.rows()[0].state is KeptState.CANCELLED
    assert len(service.letters()) == 1
    service.after(8 * DAY)
    assert service.rows()[0].state is KeptState.LAPSED
    assert len(service.letters()) == 1


def test_the_next_turn_of_its_series_does_not_make_up_for_it(tmp_path: Path) -> None:
    rule = replace(RULE, rebook_within=10)
    with open_service(tmp_path, ["mia", "alice"], rule) as service:
        one = service.diaries.supervision("mia", "alice", weeks=1)
        service.sweep()
        service.after(2 * DAY)
        service.diaries.deleted.add((0, 1))
        service.notice(one.ref("mia"))
        service.after(2 * HOUR)
        assert service.rows()[1].state is KeptState.CANCELLED
        assert len(service.letters()) == 1


def test_a_rule_without_days_to_rebook_only_counts(tmp_path: Path) -> None:
    with open_service(tmp_path, ["mia", "alice"], replace(RULE, rebook_within=None)) as service:
        cancelled(service)
        service.after(30 * DAY)
        row = service.row()
        assert (row.state, row.due, service.letters()) == (KeptState.CANCELLED, None, [])


@pytest.mark.parametrize(
    "rule",
    [
        replace(RULE, mode=Mode.OBSERVE),
        replace(RULE, mode_for={"everyone": Mode.OBSERVE}),
    ],
)
def test_a_rule_that_only_watches_asks_nobody(tmp_path: Path, rule: object) -> None:
    assert isinstance(rule, type(RULE))
    with open_service(tmp_path, ["mia", "alice"], rule) as service:
        cancelled(service)
        service.after(DAY)
        assert (service.row().state, service.letters()) == (KeptState.CANCELLED, [])
        service.after(20 * DAY)
        assert service.row().state is KeptState.LAPSED


def test_in_an_exempted_week_nobody_is_asked(service: Service) -> None:
    policy = service.watcher.context.current.policy
    freed = exemption(date(2026, 1, 5), date(2026, 1, 9), "everyone")
    service.watcher.context.current.policy = replace(
        policy, rulebook=replace(policy.rulebook, exemptions=(freed,))
    )
    cancelled(service)
    service.after(DAY)
    assert (service.row().state, service.letters()) == (KeptState.CANCELLED, [])


def test_nobody_is_asked_at_night(service: Service) -> None:
    one = service.diaries.supervision("mia", "alice", starts=THURSDAY)
    service.sweep()
    service.watcher.after(10 * HOUR)  # seven in the evening
    service.diaries.cancel(one, service.watcher)
    service.notice(one.ref("mia"), change="deleted")
    service.after(4 * HOUR)
    assert service.letters() == []
    service.after(10 * HOUR)  # nine in the morning
    assert len(service.letters()) == 1


def test_whoever_left_is_not_asked(service: Service) -> None:
    cancelled(service)
    policy = service.watcher.context.current.policy
    left = {key: one for key, one in policy.directory.people.items() if one.id != "mia"}
    service.watcher.context.current.policy = replace(
        policy, directory=replace(policy.directory, people=left)
    )
    service.after(2 * HOUR)
    assert service.letters() == []


def test_a_series_that_moves_to_another_day_is_rebooked_turn_by_turn(service: Service) -> None:
    old = service.diaries.supervision("mia", "alice", weeks=4)
    service.sweep()
    service.after(2 * DAY)
    old.without |= {"mia", "alice"}
    new = service.diaries.supervision("mia", "alice", weeks=4, starts=THURSDAY)
    service.watcher.notified(old.ref("mia"), change="deleted")
    service.notice(new.ref("mia"), change="created")
    service.after(2 * HOUR)
    states = [(row.uid, row.state) for row in service.rows()]
    assert states[:2] == [("uid-0.0", KeptState.HELD), ("uid-1.0", KeptState.PLANNED)]
    assert {state for uid, state in states if uid > "uid-1"} == {KeptState.PLANNED}
    assert {state for uid, state in states if "uid-0.0" < uid < "uid-1"} == {KeptState.REBOOKED}
    assert service.letters() == []


# --- whatever breaks off -----------------------------------------------------------------------


def story(service: Service) -> None:
    """Cancel a supervision whose next one is planned; each part may come again after a kill."""
    service.watcher.tick()
    service.watcher.sweep()
    service.work()
    service.watcher.after(HOUR)
    service.work()


def test_killed_at_any_step_one_letter_goes_out_and_one_cancellation_counts(
    tmp_path: Path,
) -> None:
    Store.open(f"sqlite:///{tmp_path / 'empty.db'}").close()
    killed_at = 0
    while True:
        folder = tmp_path / str(killed_at)
        folder.mkdir()
        shutil.copy(tmp_path / "empty.db", folder / "store.db")
        with open_service(folder, ["mia", "alice"]) as service:
            one = service.diaries.supervision("mia", "alice", starts=THURSDAY)
            service.sweep()
            service.diaries.cancel(one, service.watcher)
            service.store.accept_events({one.ref("mia"): "deleted"}, now=service.watcher.now)
            service.deaths.left = killed_at
            killed = False
            try:
                story(service)
            except Killed:
                killed = True
                service.start()
            service.deaths.left = None
            story(service)
            story(service)
            row = service.row()
            assert row.state is KeptState.CANCELLED
            assert row.nudged is not None
            assert service.whys(row) == ["seen", "gone", "asked to book it again"]
            assert len(service.letters()) == 1
        if not killed:
            break
        killed_at += 1
    assert killed_at > 30  # so many places there were


def test_two_processes_on_one_store_ask_once(service: Service) -> None:
    cancelled(service)
    service.watcher.after(2 * HOUR)
    other = replace(service.watcher.context, worker="other")
    keeping, outbox = service.works
    for context in (service.watcher.context, other, service.watcher.context):
        service.watcher.machine += HOUR
        keeping.tick(context, service.watcher.moment)
        outbox.tick(context, service.watcher.moment)
    service.after(2 * HOUR)
    assert len(service.letters()) == 1


# --- leave -------------------------------------------------------------------------------------


def test_days_of_leave_are_written_down_as_they_come_by(service: Service) -> None:
    monday, friday = NOW.date(), NOW.date() + 4 * DAY
    service.store.put_leave(
        {
            "alice": [Span(starts=NOW - DAY, ends=NOW + 2 * DAY)],
            "bob": [Span(starts=datetime(2026, 1, 5, 18, tzinfo=UTC), ends=NOW + DAY)],
        }
    )
    for _ in range(5):
        service.after(DAY / 2)
    assert service.store.leave_days(monday, friday) == {
        "alice": {monday, monday + DAY, monday + 2 * DAY},
        "bob": {monday + DAY},
    }
