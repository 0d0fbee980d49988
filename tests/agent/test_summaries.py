"""Summaries: whoever comes back hears once what arrived, and what they left in the folder."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from policy_agent.agent.look import look_after
from policy_agent.agent.release import release_due
from policy_agent.agent.send_now import send_now
from policy_agent.agent.summaries import PATIENCE, SHOWN
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.holds import Asked, HoldState
from policy_agent.domain.notes import NoteKind, NoteState
from policy_agent.domain.own_time import Preference
from policy_agent.domain.rules import Release
from tests.agent.weekends import (
    HOUR,
    MINUTE,
    TUESDAY,
    WAITING,
    Weekend,
    address,
    killed_at,
    open_weekend,
    words,
)

AT_ONCE = replace(WAITING, release=Release(at=WAITING.release.at))  # without spread
NOTE = "summary:bob:2026-05-26"


@pytest.fixture
def weekend(tmp_path: Path) -> Iterator[Weekend]:
    with open_weekend(tmp_path) as found:
        found.use(AT_ONCE)
        yield found


def the_morning(weekend: Weekend) -> None:
    weekend.until(TUESDAY)
    weekend.after(2 * MINUTE)


def summaries(weekend: Weekend) -> list[str]:
    return [words(one) for one in weekend.letters(NoteKind.SUMMARY)]


def test_what_came_back_is_listed_once_the_most_important_first_with_links(
    weekend: Weekend,
) -> None:
    weekend.send("alice", "bob", "carol", subject="To both")
    weekend.now += MINUTE
    weekend.send("carol", "bob", subject="To Bob alone")
    weekend.now += MINUTE
    weekend.send("dan", "bob", "carol", subject="Important", importance="high")
    the_morning(weekend)
    for_bob, for_carol = sorted(weekend.letters(NoteKind.SUMMARY), key=lambda letter: letter.to)
    assert (for_bob.to, for_carol.to) == (address("bob"), address("carol"))
    assert for_bob.subject == "3 mails arrived while you were away"
    text = words(for_bob)
    places = [text.index(subject) for subject in ("Important:", "To Bob alone:", "To both:")]
    assert places == sorted(places)
    assert "From Dan, Saturday 23 May at 10:02. Marked as important" in text
    assert "From Carol, Saturday 23 May at 10:01. To you alone" in text
    assert "https://outlook.example/m3 of bob" in text
    assert "No reply is needed before Tuesday 26 May at 09:00." in text
    weekend.after(5 * HOUR)
    assert len(weekend.letters(NoteKind.SUMMARY)) == 2


def test_one_mail_makes_a_summary_too(weekend: Weekend) -> None:
    weekend.send("alice", "bob")
    the_morning(weekend)
    assert weekend.letter(NoteKind.SUMMARY).subject == "1 mail arrived while you were away"


def test_it_waits_until_the_last_of_the_morning_is_back(weekend: Weekend) -> None:
    weekend.use(WAITING)  # spread over 20 minutes
    for number in range(12):
        weekend.send("alice", "bob", subject=f"Mail {number}")
    weekend.until(TUESDAY + 10 * MINUTE)
    states = {hold.state for hold in weekend.store.holds(list(HoldState))}
    assert states == {HoldState.HELD, HoldState.RELEASED}
    weekend.after(5 * MINUTE)
    assert summaries(weekend) == []
    weekend.after(6 * MINUTE)
    (text,) = summaries(weekend)
    assert "12 mails arrived" in text


def test_a_copy_that_does_not_come_back_is_not_waited_for_for_ever(weekend: Weekend) -> None:
    stuck, _ = (weekend.send("alice", "bob")[0] for _ in range(2))
    move = weekend.mails.move

    def refuses(folders: Any) -> Any:
        answers = dict(move({ref: to for ref, to in folders.items() if ref != stuck}))
        if stuck in folders:
            answers[stuck] = CallFailure(kind="unavailable", what="busy")
        return answers

    weekend.mails.move = refuses  # type: ignore[method-assign]  # one copy is stuck
    the_morning(weekend)
    weekend.after(10 * MINUTE)
    assert summaries(weekend) == []
    weekend.after(PATIENCE)
    (text,) = summaries(weekend)
    assert "1 mail arrived" in text


def test_what_somebody_asked_for_earlier_is_no_news(weekend: Weekend) -> None:
    weekend.send("alice", "bob", subject="Sent now")
    weekend.send("alice", "bob", subject="Asked for")
    weekend.send("alice", "bob", subject="By IT")
    weekend.tick()
    send_now(weekend.context, 1, "alice", weekend.now)
    weekend.store.ask_release([2], asked=Asked.RECIPIENT, who="bob", now=weekend.now)
    weekend.store.ask_release([3], asked=Asked.IT, who="it", now=weekend.now)
    weekend.after(MINUTE)
    the_morning(weekend)
    assert summaries(weekend) == []


def test_what_its_reader_opened_and_left_in_the_folder_is_named_as_such(
    weekend: Weekend,
) -> None:
    opened, moved = (weekend.send("alice", "bob", subject=s)[0] for s in ("Opened", "Moved"))
    weekend.send("alice", "bob", subject="Waiting")
    weekend.mails.change(opened, is_read=True)
    weekend.mails.change(moved, folder="archive")
    weekend.after(HOUR)
    the_morning(weekend)
    (text,) = summaries(weekend)
    assert text.startswith("1 mail arrived while you were away")
    before, _, after = text.partition("You opened this one already. It is still in the folder")
    assert "Waiting" in before
    assert "Opened" in after
    assert "Moved" not in text


def test_who_opened_all_of_it_is_told_in_the_morning_where_it_lies(weekend: Weekend) -> None:
    (opened,) = weekend.send("alice", "bob", subject="Opened")
    weekend.mails.change(opened, is_read=True)
    weekend.after(HOUR)
    assert summaries(weekend) == []
    the_morning(weekend)
    (text,) = summaries(weekend)
    assert text.startswith("The mail that you opened while you were away")
    assert "“Arriving next working day”" in text


def test_who_took_everything_out_hears_nothing(weekend: Weekend) -> None:
    (moved,) = weekend.send("alice", "bob")
    weekend.mails.change(moved, folder="archive")
    weekend.after(HOUR)
    the_morning(weekend)
    assert summaries(weekend) == []


def test_what_was_deleted_since_is_left_out(weekend: Weekend) -> None:
    first, _ = (weekend.send("alice", "bob", subject=s)[0] for s in ("Gone", "There"))
    weekend.until(TUESDAY)
    del weekend.mails.copies[first]
    weekend.after(2 * MINUTE)
    (text,) = summaries(weekend)
    assert "1 mail arrived" in text


def test_while_the_mailbox_does_not_answer_it_waits_and_then_says_nothing(
    weekend: Weekend,
) -> None:
    weekend.send("alice", "bob")
    weekend.until(TUESDAY)
    weekend.mails.trouble = CallFailure(kind="unavailable", what="busy")
    for _ in range(8):
        weekend.after(10 * MINUTE)
    assert summaries(weekend) == []
    found = weekend.store.note(NOTE)
    assert found is not None
    assert found.state is NoteState.GIVEN_UP


def test_a_summary_that_is_a_day_late_is_not_sent(weekend: Weekend) -> None:
    weekend.send("alice", "bob")
    weekend.until(TUESDAY + timedelta(days=1, minutes=1))  # nothing ran meanwhile
    weekend.after(2 * MINUTE)
    assert weekend.store.holds([HoldState.RELEASED])
    assert summaries(weekend) == []


def test_more_than_so_many_are_counted(weekend: Weekend) -> None:
    for _ in range(SHOWN + 2):
        weekend.send("alice", "bob")
    the_morning(weekend)
    (text,) = summaries(weekend)
    assert text.startswith(f"{SHOWN + 2} mails arrived")
    assert "and 2 more" in text


def test_somebody_who_rests_hears_when_they_are_back(weekend: Weekend) -> None:
    weekend.store.put_preference("bob", Preference(working_days=frozenset({2})), now=weekend.now)
    weekend.send("alice", "bob")
    the_morning(weekend)
    assert summaries(weekend) == []
    weekend.until(TUESDAY + timedelta(hours=16))  # past midnight, a Wednesday
    assert len(summaries(weekend)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method", ["plan_notes", "advance", "end_notes", "claim_due"])
def test_a_kill_beside_each_write_of_the_morning_sends_one_summary_all_the_same(
    weekend: Weekend, monkeypatch: pytest.MonkeyPatch, method: str, when: str
) -> None:
    weekend.send("alice", "bob")
    weekend.after(10 * MINUTE)  # its receipt is out
    with killed_at(weekend, monkeypatch, method, when):
        the_morning(weekend)
    weekend.restart()
    the_morning(weekend)
    assert len(summaries(weekend)) == 1
    assert [hold.state for hold in weekend.store.holds(list(HoldState))] == [HoldState.RELEASED]


def test_mail_comes_back_whatever_breaks_in_planning_a_summary(
    weekend: Weekend, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekend.send("alice", "bob")
    weekend.now = TUESDAY

    def breaks(*_: object, **__: object) -> None:
        raise LookupError("no such thing")

    monkeypatch.setattr(weekend.store, "plan_notes", breaks)
    look_after(weekend.context, weekend.moment)
    release_due(weekend.context, weekend.moment)
    assert [hold.state for hold in weekend.store.holds(list(HoldState))] == [HoldState.RELEASED]


def test_nobody_else_reads_a_subject_and_none_is_kept(weekend: Weekend, tmp_path: Path) -> None:
    weekend.send("alice", "bob", subject="Q-secret-Q")
    weekend.after(MINUTE)
    weekend.after(HOUR)
    the_morning(weekend)
    assert {letter.to for letter in weekend.letters()} == {address("alice"), address("bob")}
    for file in tmp_path.iterdir():
        assert b"Q-secret-Q" not in file.read_bytes()
