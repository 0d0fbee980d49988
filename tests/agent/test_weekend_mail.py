"""Weekend mail: a rule in `nudge` moves nothing, and its sender hears on the next morning."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from policy_agent.domain.holds import HoldState
from policy_agent.domain.notes import NoteKind
from policy_agent.domain.rules import Mode
from tests.agent.weekends import (
    HOUR,
    MINUTE,
    SATURDAY,
    TUESDAY,
    WAITING,
    Weekend,
    address,
    killed_at,
    open_weekend,
    words,
)

TELLING = replace(WAITING, mode=Mode.NUDGE)


@pytest.fixture
def weekend(tmp_path: Path) -> Iterator[Weekend]:
    with open_weekend(tmp_path) as found:
        found.use(TELLING)
        yield found


def letters(weekend: Weekend) -> list[str]:
    return [words(one) for one in weekend.letters(NoteKind.WEEKEND_MAIL)]


def test_the_sender_hears_on_the_next_working_morning_what_would_have_waited(
    weekend: Weekend,
) -> None:
    weekend.send("alice", "bob", "carol")
    weekend.now += HOUR
    weekend.send("alice", "bob", "carol")
    weekend.send("alice", "dan")
    assert weekend.store.holds(list(HoldState)) == ()
    weekend.until(TUESDAY - MINUTE)
    assert weekend.letters() == []
    weekend.until(TUESDAY)
    letter = weekend.letter(NoteKind.WEEKEND_MAIL)
    assert letter.to == address("alice")
    assert letter.subject == "3 of your mails could have waited"
    text = words(letter)
    assert "would have arrived on Tuesday 26 May at 08:30" in text
    assert "Nothing was kept back" in text
    assert "Schedule send" in text
    assert "weekend-email" in text
    assert "turn off notes like this: https://wellbeing.northshire.example/nudges/" in text
    weekend.after(5 * HOUR)
    assert len(weekend.letters()) == 1


def test_the_next_weekend_has_a_note_of_its_own(weekend: Weekend) -> None:
    weekend.send("alice", "bob")
    weekend.until(TUESDAY)
    weekend.until(SATURDAY + timedelta(days=7))
    weekend.send("alice", "bob")
    weekend.until(TUESDAY + timedelta(days=6))
    assert len(letters(weekend)) == 2


def test_who_turned_friendly_notes_off_hears_nothing(weekend: Weekend) -> None:
    weekend.send("alice", "bob")
    weekend.store.set_etiquette_nudges("alice", on=False, now=weekend.now)
    weekend.until(TUESDAY)
    assert letters(weekend) == []


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.OBSERVE, Mode.ENFORCE])
def test_only_a_rule_that_nudges_tells(weekend: Weekend, mode: Mode) -> None:
    weekend.use(replace(WAITING, mode=mode))
    weekend.send("alice", "bob")
    weekend.until(TUESDAY)
    assert letters(weekend) == []


def test_a_rule_that_does_not_nudge_any_more_tells_nothing(weekend: Weekend) -> None:
    weekend.send("alice", "bob")
    weekend.use(replace(WAITING, mode=Mode.OBSERVE))
    weekend.until(TUESDAY)
    assert letters(weekend) == []


def test_a_note_that_is_a_day_late_is_not_sent(weekend: Weekend) -> None:
    weekend.send("alice", "bob")
    weekend.until(TUESDAY + timedelta(days=2))
    assert letters(weekend) == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method", ["plan_notes", "record"])
def test_a_kill_beside_each_write_tells_once_all_the_same(
    weekend: Weekend, monkeypatch: pytest.MonkeyPatch, method: str, when: str
) -> None:
    with killed_at(weekend, monkeypatch, method, when):
        weekend.send("alice", "bob")
    weekend.restart()
    weekend.send("alice", "carol")  # the same tick works off what was left
    weekend.until(TUESDAY)
    (text,) = letters(weekend)
    assert text.startswith("2 of your mails")


def test_mail_is_judged_also_where_its_note_cannot_be_planned(
    weekend: Weekend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a slip of ours")

    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(weekend.store, "plan_notes", broken)
        weekend.send("alice", "bob")
    assert len(list(weekend.store.decisions_between(SATURDAY - HOUR, SATURDAY + HOUR))) == 1
    assert "weekend_notes_not_planned" in [line["event"] for line in logs]
