"""Etiquette nudges: one a person a day, of what is still so, and never twice of the same."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from policy_agent.agent.links import nudge_links
from policy_agent.agent.meetings.etiquette import GATHER, Etiquette
from policy_agent.agent.meetings.etiquette_letter import SHOWN, EtiquetteWriter
from policy_agent.agent.meetings.seen import Feature
from policy_agent.agent.tell import Outbox
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import CalendarOwner
from policy_agent.domain.findings import FindingState
from policy_agent.domain.meeting_rules import MeetingLetThrough
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import Letter, NoteKind, NoteState
from policy_agent.domain.rules import Rule
from tests.agent.diaries import NOW, Watcher, address, open_watcher
from tests.agent.post_room import Killed, PostRoom
from tests.domain.meetings import at, kindness

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEDNESDAY = datetime(2026, 1, 7, 10, 0, tzinfo=UTC)
PEOPLE = ["ann", "bob", "carol"]


def new_outbox() -> Outbox:
    return Outbox({NoteKind.ETIQUETTE: EtiquetteWriter()})


@dataclass
class Week:
    """An agent with the feature and the outbox, over diaries."""

    watcher: Watcher
    room: PostRoom
    outbox: Outbox = field(default_factory=new_outbox)

    def book(self, organiser: str = "ann", *guests: str, **more: Any) -> Any:
        unkind = {"starts": WEDNESDAY, "has_agenda": False, "subject": "Team catch-up"}
        one = self.watcher.diaries.book(organiser, *(guests or ("bob",)), **(unkind | more))
        one.modified = self.watcher.now
        return one

    def sweep(self) -> None:
        self.watcher.sweep()

    def sweep_and_wait(self) -> None:
        self.sweep()
        self.wait()

    def tick(self) -> None:
        works: tuple[Feature | Outbox, ...] = (*self.watcher.features, self.outbox)
        for work in works:
            work.tick(self.watcher.context, self.watcher.moment)

    def wait(self, length: timedelta = GATHER) -> None:
        """Let time go by, and let the agent do what is due then."""
        self.watcher.after(length)
        self.tick()

    def restart(self) -> None:
        self.watcher.store.forget_leases("worker")
        self.room.kills.clear()
        self.watcher.features = (Etiquette(),)
        self.outbox = new_outbox()
        self.watcher.after(timedelta(minutes=2))

    @property
    def letters(self) -> list[Letter]:
        return self.room.letters_sent()

    def states(self, series: str = "ann/0") -> set[FindingState]:
        return {one.state for one in self.watcher.store.findings_of(series)}


@contextmanager
def opened(folder: Path, *rules: Rule) -> Iterator[Week]:
    with open_watcher(folder, PEOPLE, rules=rules or (kindness(),)) as watcher:
        room = PostRoom()
        watcher.context = replace(watcher.context, outgoing=room, service_mailbox="wellbeing")
        watcher.features = (Etiquette(),)
        yield Week(watcher=watcher, room=room)


@pytest.fixture
def week(tmp_path: Path) -> Iterator[Week]:
    with opened(tmp_path) as found:
        yield found


def words(letter: Letter) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", letter.html))


# --- what is told ------------------------------------------------------------------------------


def test_an_organiser_hears_once_what_which_rule_and_why(week: Week) -> None:
    week.book()
    week.sweep()
    week.wait()
    (letter,) = week.letters
    assert (letter.to, letter.key) == (address("ann"), "etiquette:ann:2026-01-05")
    assert letter.subject == "A friendly note about your meeting on Wednesday 7 January"
    said = words(letter)
    for part in (
        "Team catch-up Wednesday 7 January, 10:00 to 10:30",
        "It has no agenda yet.",
        "Meetings cost everybody&#39;s time. It is our rule “kind-meetings”.",
        "Ask hr@northshire.example.",
        "No reply is needed.",
    ):
        assert part in said
    assert week.states() == {FindingState.TOLD}
    for _ in range(4):
        week.sweep()
        week.wait(DAY)
    assert len(week.letters) == 1


def test_everything_of_a_day_is_gathered_over_rules_and_meetings(tmp_path: Path) -> None:
    short = kindness(name="short-meetings", because="Time is short", agenda_required=False)
    with opened(tmp_path, kindness(no_longer_than=None), short) as week:
        week.book("ann", "bob", subject="First")
        week.book("ann", "carol", starts=WEDNESDAY + DAY, ends=WEDNESDAY + DAY + 2 * HOUR)
        week.book("bob", "ann", "carol")
        week.sweep()
        week.wait()
        assert sorted(letter.to for letter in week.letters) == [address("ann"), address("bob")]
        (said,) = [words(one) for one in week.letters if one.to == address("ann")]
        assert "A friendly note about 2 of your meetings" in said
        assert "It lasts 2 hours. People take in more when it is 1 hour 30 minutes or less." in said
        assert "“kind-meetings”" in said
        assert "“short-meetings”" in said


def test_a_series_is_one_meeting_with_how_often_it_comes(week: Week) -> None:
    week.book(weeks=1)
    week.sweep()
    week.wait()
    assert "10:00 to 10:30, and 12 more times" in words(week.letters[0])


def test_what_is_found_later_the_same_day_waits_for_the_next(week: Week) -> None:
    week.book()
    week.sweep()
    week.wait()
    week.book("ann", "carol", starts=WEDNESDAY + DAY, subject="Another")
    week.watcher.after(HOUR)
    week.sweep()
    for _ in range(4):
        week.wait(HOUR)
    assert len(week.letters) == 1
    week.wait(DAY - 5 * HOUR)  # Tuesday, 09:30
    assert [letter.key for letter in week.letters] == [
        "etiquette:ann:2026-01-05",
        "etiquette:ann:2026-01-06",
    ]
    assert "Team catch-up" not in words(week.letters[1])


def test_what_is_found_in_the_evening_waits_for_the_next_working_morning(week: Week) -> None:
    week.watcher.after(timedelta(days=4, hours=8, minutes=20))  # Friday, 17:20
    week.book(starts=WEDNESDAY + timedelta(days=7))
    week.sweep()
    for _ in range(30):  # through the weekend
        week.wait(2 * HOUR)
    assert week.letters == []
    week.wait(3 * HOUR + timedelta(minutes=10))  # Monday, 08:30
    assert [letter.key for letter in week.letters] == ["etiquette:ann:2026-01-12"]


def test_a_while_passes_so_that_an_invitation_can_be_finished(week: Week) -> None:
    one = week.book()
    week.sweep()
    week.wait(GATHER - timedelta(minutes=2))
    assert week.letters == []
    week.watcher.diaries.change(one, week.watcher.now, has_agenda=True)
    week.wait(timedelta(minutes=5))
    assert week.letters == []
    assert week.states() == {FindingState.OVER}


def test_many_meetings_are_shown_in_part_and_told_in_whole(week: Week) -> None:
    for number in range(SHOWN + 3):
        week.book(starts=WEDNESDAY + number * HOUR, subject=f"Meeting {number}")
    week.sweep()
    week.wait()
    said = words(week.letters[0])
    assert f"A friendly note about {SHOWN + 3} of your meetings" in said
    assert f"Meeting {SHOWN - 1} " in said
    assert f"Meeting {SHOWN} " not in said
    assert "3 more of your meetings could do with a look too." in said
    assert week.states(f"ann/{SHOWN + 2}") == {FindingState.TOLD}


def test_times_are_those_of_the_organisers_own_zone(week: Week) -> None:
    week.book()
    week.sweep()
    owner = CalendarOwner(mailbox="ann", zone="Asia/Kolkata")
    week.watcher.store.put_owners([owner], now=week.watcher.now)
    week.wait()
    assert "Wednesday 7 January, 15:30 to 16:00 (Kolkata time)" in words(week.letters[0])


def test_a_zone_that_nobody_knows_is_the_calendars(week: Week) -> None:
    week.book()
    week.sweep()
    for zone in ("../etc/passwd", "Nowhere/At all"):
        week.watcher.store.put_owners([CalendarOwner(mailbox="ann", zone=zone)], now=NOW)
    week.wait()
    assert "10:00 to 10:30" in words(week.letters[0])


# --- breaks ------------------------------------------------------------------------------------


def back_to_back(tmp_path: Path) -> Any:
    return opened(
        tmp_path,
        kindness(agenda_required=False, no_longer_than=None, break_between=timedelta(minutes=5)),
    )


def test_a_meeting_right_after_another_is_told(tmp_path: Path) -> None:
    with back_to_back(tmp_path) as week:
        week.book(subject="First")
        week.book(starts=WEDNESDAY + timedelta(minutes=30), subject="Second")
        week.sweep()
        week.wait()
        said = words(week.letters[0])
        assert "Second" in said
        assert "It starts less than 5 minutes after your meeting before it." in said
        assert "First" not in said


def test_a_meeting_before_that_was_moved_makes_a_break(tmp_path: Path) -> None:
    with back_to_back(tmp_path) as week:
        first = week.book()
        week.book(starts=WEDNESDAY + timedelta(minutes=30))
        week.sweep()
        earlier = WEDNESDAY - HOUR
        week.watcher.diaries.change(
            first, week.watcher.now, starts=earlier, ends=earlier + HOUR / 2
        )
        week.wait()
        assert week.letters == []
        assert week.states("ann/1") == {FindingState.OVER}


def test_a_notice_of_the_meeting_alone_says_nothing_of_its_break(tmp_path: Path) -> None:
    with back_to_back(tmp_path) as week:
        week.book()
        second = week.book(starts=WEDNESDAY + timedelta(minutes=30))
        week.sweep()
        week.watcher.notified(second.ref("ann"))
        assert week.states("ann/1") == {FindingState.OPEN}


# --- what is not told --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "mode_for", "told"),
    [
        (Mode.NUDGE, {}, True),
        (Mode.ENFORCE, {}, True),  # etiquette never does more
        (Mode.OBSERVE, {}, False),
        (Mode.OBSERVE, {"everyone": Mode.NUDGE}, True),
        (Mode.NUDGE, {"everyone": Mode.OBSERVE}, False),
    ],
)
def test_only_a_rule_that_nudges_the_organiser_tells(
    tmp_path: Path, mode: Mode, mode_for: dict[str, Mode], told: bool
) -> None:
    with opened(tmp_path, kindness(mode=mode, mode_for=mode_for)) as week:
        week.book()
        week.sweep()
        week.wait()
        assert (len(week.letters) == 1) is told
        assert week.states() == {FindingState.TOLD if told else FindingState.OPEN}


def test_what_was_only_counted_is_told_once_the_rule_nudges(tmp_path: Path) -> None:
    with opened(tmp_path, kindness(mode=Mode.OBSERVE)) as week:
        week.book()
        week.sweep()
        week.wait()
        week.watcher.use(kindness())
        week.wait()
        assert len(week.letters) == 1


def test_whoever_turned_them_off_hears_nothing_until_they_are_on_again(week: Week) -> None:
    week.book()
    week.sweep()
    store = week.watcher.store
    store.set_etiquette_nudges("ann", on=False, now=NOW)
    week.wait()
    assert store.note("etiquette:ann:2026-01-05") is None
    store.set_etiquette_nudges("ann", on=True, now=NOW)
    week.wait()
    assert len(week.letters) == 1


def test_turning_them_off_reaches_a_nudge_that_is_planned_already(week: Week) -> None:
    week.watcher.after(9 * HOUR)  # 18:00
    week.book()
    week.sweep()
    week.wait()
    store = week.watcher.store
    assert store.note("etiquette:ann:2026-01-06") is not None
    store.set_etiquette_nudges("ann", on=False, now=NOW)
    week.wait(15 * HOUR)
    found = store.note("etiquette:ann:2026-01-06")
    assert found is not None
    assert found.state is NoteState.GIVEN_UP
    assert week.states() == {FindingState.OPEN}


def test_the_link_in_a_message_is_the_persons_own(week: Week) -> None:
    week.book()
    week.sweep()
    week.wait()
    (token,) = re.findall(
        r'href="https://agent\.northshire\.example/nudges/([^"]+)"', week.letters[0].html
    )
    secret = week.watcher.store.key("links", now=NOW)
    assert nudge_links(secret).about(token, week.watcher.now) == ("good", "ann")


@pytest.mark.parametrize(
    "happened",
    [
        {"has_agenda": True},
        {"cancelled": True},
        {"private": True},
        {"attendees": ()},
        {"starts": NOW},  # it has begun
        {"categories": ("Safeguarding",)},  # let through by then
    ],
)
def test_what_is_no_more_so_when_the_text_is_written_is_left_out(
    tmp_path: Path, happened: dict[str, Any]
) -> None:
    safeguarding = MeetingLetThrough(categories=frozenset({"safeguarding"}), where=at(40))
    with opened(tmp_path, kindness(let_through=(safeguarding,))) as week:
        one = week.book("ann", "bob", subject="Mended")
        week.book("ann", "carol", subject="Still so")
        week.sweep()
        week.watcher.diaries.change(one, week.watcher.now, **happened)
        week.wait()
        said = words(week.letters[0])
        assert "Still so" in said
        assert "Mended" not in said
        assert week.states() == {FindingState.OVER}


def test_a_meeting_that_is_deleted_leaves_nothing_to_say(week: Week) -> None:
    one = week.book()
    week.sweep()
    one.without |= {"ann", "bob"}
    week.wait()
    found = week.watcher.store.note("etiquette:ann:2026-01-05")
    assert found is not None
    assert found.state is NoteState.GIVEN_UP
    assert week.room.drafts == {}


def test_a_rule_that_is_gone_tells_nobody(week: Week) -> None:
    week.watcher.after(9 * HOUR)
    week.book()
    week.sweep()
    week.wait()
    week.watcher.use(kindness(name="another-rule", agenda_required=False))
    week.wait(15 * HOUR)
    assert week.letters == []


def test_a_calendar_that_does_not_answer_is_waited_for(week: Week) -> None:
    week.book()
    week.sweep()
    week.watcher.diaries.failing["ann"] = CallFailure(kind="unavailable", what="503")
    week.wait()
    assert week.letters == []
    assert week.states() == {FindingState.OPEN}
    del week.watcher.diaries.failing["ann"]
    week.wait(timedelta(minutes=1))
    assert len(week.letters) == 1


def test_without_a_service_mailbox_nothing_is_planned(week: Week) -> None:
    week.watcher.context = replace(week.watcher.context, service_mailbox=None)
    week.book()
    week.sweep()
    with capture_logs() as logs:
        week.wait()
        week.wait()
    assert [line["event"] for line in logs] == ["notes_not_sent"]
    assert week.watcher.store.note("etiquette:ann:2026-01-05") is None
    assert week.states() == {FindingState.OPEN}


def test_a_nudge_that_was_late_is_the_only_one_of_the_day_on_which_it_went(week: Week) -> None:
    week.book()
    week.sweep()
    lost = CallFailure(kind="unavailable", what="503")
    week.room.trouble["etiquette:ann:2026-01-05"] = lost
    week.wait()
    week.book("ann", "carol", starts=WEDNESDAY + DAY, subject="Another")
    week.sweep()
    week.room.trouble.clear()
    week.wait(DAY)  # Tuesday
    for _ in range(4):
        week.wait(HOUR)
    assert [letter.key for letter in week.letters] == ["etiquette:ann:2026-01-05"]
    assert "Another" in words(week.letters[0])


# --- kills and doubles -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method",
    [
        "put_findings",
        "people_to_tell",
        "plan_notes",
        "name_findings",
        "draft_notes",
        "end_notes",
        "tell_findings",
        "settle_notes",
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_beside_each_write_tells_once_all_the_same(
    week: Week, monkeypatch: pytest.MonkeyPatch, method: str, when: str
) -> None:
    week.book()
    real = getattr(week.watcher.store, method)

    def dies(*args: object, **more: object) -> None:
        if when == "after":
            real(*args, **more)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(week.watcher.store, method, dies)
        with pytest.raises(Killed):
            week.sweep_and_wait()
    week.restart()
    week.sweep()
    week.wait()
    week.wait(DAY)
    assert len(week.letters) == 1
    assert week.states() == {FindingState.TOLD}


def test_repeated_sweeps_and_notices_change_nothing(week: Week) -> None:
    one = week.book(weeks=1)
    for _ in range(3):
        week.sweep()
        week.watcher.notified(one.ref("ann"), one.ref("bob"), one.ref("ann", 3))
    week.wait()
    week.watcher.notified(one.ref("ann"))
    week.wait(DAY)
    assert len(week.letters) == 1


def test_no_subject_address_or_name_is_logged_or_kept(week: Week, tmp_path: Path) -> None:
    week.book(subject="Redundancies")
    with capture_logs() as logs:
        week.sweep()
        week.wait()
    assert len(week.letters) == 1
    assert "Redundancies" not in repr(logs)
    assert "@" not in repr(logs)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("store.db*"))
    assert b"Redundancies" not in kept
    assert b"@northshire" not in kept
