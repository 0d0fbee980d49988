"""Receipts: a sender of held mail hears once, of what is true then, and can send it now."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from policy_agent.agent.links import send_now_links
from policy_agent.agent.receipt_letters import SHOWN
from policy_agent.agent.receipts import A_DAY, DIGEST_EVERY, GATHER, LOOK_EVERY
from policy_agent.agent.send_now import send_now
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.notes import NoteKind, NoteState
from policy_agent.domain.own_time import OwnTime, Preference
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

LINK = re.compile(r"https://wellbeing\.northshire\.example/send-now/(\S+)")


@pytest.fixture
def weekend(tmp_path: Path) -> Iterator[Weekend]:
    with open_weekend(tmp_path) as found:
        yield found


def told(weekend: Weekend) -> None:
    """Let the agent plan what there is to tell, and the receipt's wait go by."""
    weekend.after(LOOK_EVERY)
    weekend.after(GATHER)


def test_the_sender_of_held_mail_hears_once_until_when_why_and_how_to_send_it_now(
    weekend: Weekend,
) -> None:
    weekend.send("alice", "bob", "carol", "dan", subject="Rota for next week")
    weekend.tick()
    assert weekend.letters() == []  # the copies of a mail come within minutes
    weekend.after(GATHER)
    letter = weekend.letter(NoteKind.RECEIPT)
    assert letter.to == address("alice")
    assert letter.subject == "Your mail to 3 colleagues will arrive on Tuesday 26 May at 08:30"
    assert "Rota for next week" in words(letter)
    assert "Nobody should feel on call at the weekend." in words(letter)
    assert "No reply is needed before Tuesday 26 May at 09:00." in words(letter)
    assert "It is our rule “weekend-email”" in words(letter)
    assert "ict-policy@northshire.example" in words(letter)
    assert "phones may have" in words(letter)
    found = LINK.search(words(letter))
    assert found is not None
    links = send_now_links(weekend.store.key("links", now=weekend.now))
    assert links.about(found[1], weekend.now) == ("good", "1")
    weekend.after(HOUR)
    assert len(weekend.letters()) == 1


def test_it_goes_out_on_a_sunday_night_too(weekend: Weekend) -> None:
    weekend.now += timedelta(hours=40)
    weekend.send("alice", "bob")
    told(weekend)
    assert weekend.letter(NoteKind.RECEIPT).subject.startswith("Your mail to 1 colleague will")


def test_who_is_asleep_by_their_own_settings_hears_all_the_same(weekend: Weekend) -> None:
    weekend.store.put_preference("alice", Preference(working_days=frozenset({3})), now=weekend.now)
    weekend.send("alice", "bob")
    told(weekend)
    assert len(weekend.letters()) == 1


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.OBSERVE])
def test_nothing_is_said_of_mail_that_was_not_held(weekend: Weekend, mode: Mode) -> None:
    weekend.use(replace(WAITING, mode=mode))
    weekend.send("alice", "bob")
    told(weekend)
    weekend.until(TUESDAY + 5 * HOUR)
    assert weekend.letters() == []


def test_a_mail_from_somebody_nobody_knows_has_no_receipt(weekend: Weekend) -> None:
    weekend.send("stranger", "bob")
    told(weekend)
    assert weekend.letters() == []


def test_what_was_sent_now_before_the_receipt_is_not_told(weekend: Weekend) -> None:
    weekend.send("alice", "bob")
    weekend.tick()
    send_now(weekend.context, 1, "alice", weekend.now)
    weekend.after(GATHER)
    assert weekend.letters(NoteKind.RECEIPT) == []
    found = weekend.store.note("receipt:1")
    assert found is not None
    assert found.state is NoteState.GIVEN_UP


def test_what_was_sent_now_before_a_receipt_was_planned_is_not_told(weekend: Weekend) -> None:
    weekend.send("alice", "bob")
    send_now(weekend.context, 1, "alice", weekend.now)
    told(weekend)
    assert weekend.store.note("receipt:1") is None
    assert weekend.store.untold_mails(after=0, limit=9) == ()


def test_a_sender_never_learns_that_a_colleague_opened_it(weekend: Weekend) -> None:
    (bobs, _) = weekend.send("alice", "bob", "carol")
    weekend.mails.change(bobs, is_read=True)
    told(weekend)
    assert "2 colleagues" in weekend.letter(NoteKind.RECEIPT).subject


def test_a_subject_is_that_of_a_copy_that_is_there(weekend: Weekend) -> None:
    first, _ = weekend.send("alice", "bob", "carol", subject="Rota")
    weekend.tick()
    del weekend.mails.copies[first]
    weekend.after(GATHER)
    assert "Your mail: Rota" in words(weekend.letter(NoteKind.RECEIPT))


def test_a_subject_that_cannot_be_read_just_now_is_waited_for_but_not_for_long(
    weekend: Weekend,
) -> None:
    weekend.send("alice", "bob")
    weekend.tick()
    weekend.mails.trouble = CallFailure(kind="unavailable", what="busy")
    weekend.after(GATHER)
    assert weekend.letters() == []
    weekend.after(10 * MINUTE)
    letter = weekend.letter(NoteKind.RECEIPT)
    assert "Your mail:" not in words(letter)
    assert "Send it now" in words(letter)


def test_a_hostile_subject_is_harmless_in_both_parts(weekend: Weekend) -> None:
    weekend.send("alice", "bob", subject="<img src=x>\r\n\u202eRota" + "x" * 10_000)
    told(weekend)
    letter = weekend.letter(NoteKind.RECEIPT)
    assert "<img" not in letter.html
    assert "\u202e" not in letter.html + letter.text
    assert len(words(letter)) < 2_000


def test_somebody_in_another_zone_reads_it_in_theirs(
    weekend: Weekend, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"alice": OwnTime(zone="Europe/Athens")}
    monkeypatch.setattr(weekend.store, "own_times", lambda _: own)
    weekend.send("alice", "bob")
    told(weekend)
    letter = weekend.letter(NoteKind.RECEIPT)
    assert letter.subject.endswith("Tuesday 26 May at 10:30 (Athens time)")
    assert "before Tuesday 26 May at 11:00 (Athens time)" in words(letter)


def test_a_rule_that_is_gone_is_not_named_and_its_mail_told_all_the_same(
    weekend: Weekend,
) -> None:
    weekend.send("alice", "bob")
    weekend.tick()
    weekend.use(replace(WAITING, name="another"))
    weekend.after(GATHER)
    letter = weekend.letter(NoteKind.RECEIPT)
    assert "weekend-email" not in words(letter)
    assert "Tuesday 26 May at 08:30" in words(letter)


# --- digests -----------------------------------------------------------------------------------


def test_past_five_a_day_a_sender_gets_one_digest_every_two_hours(weekend: Weekend) -> None:
    for number in range(A_DAY + 2):
        weekend.send("alice", "bob", "carol", subject=f"Mail {number}")
    told(weekend)
    assert len(weekend.letters(NoteKind.RECEIPT)) == A_DAY
    digest = weekend.letter(NoteKind.DIGEST)
    assert digest.subject == "2 more of your mails wait for your colleagues"
    assert [name in words(digest) for name in ("Mail 4", "Mail 5", "Mail 6")] == [False, True, True]
    assert len(LINK.findall(words(digest))) == 2
    assert "No reply is needed before Tuesday 26 May at 09:00." in words(digest)
    weekend.send("alice", "bob", subject="Mail 7")
    weekend.after(HOUR)
    assert len(weekend.letters()) == A_DAY + 1
    weekend.send("alice", "bob", subject="Mail 8")
    weekend.after(DIGEST_EVERY - HOUR)
    weekend.after(GATHER)
    _, second = weekend.letters(NoteKind.DIGEST)
    assert "Mail 7" in words(second)
    assert "Mail 8" in words(second)
    assert "Mail 6" not in words(second)
    weekend.after(DIGEST_EVERY)
    assert len(weekend.letters()) == A_DAY + 2


def test_the_next_day_begins_with_receipts_again(weekend: Weekend) -> None:
    for _ in range(A_DAY + 1):
        weekend.send("alice", "bob")
    told(weekend)
    weekend.until(SATURDAY + timedelta(hours=14, minutes=1))  # past midnight in London
    weekend.send("alice", "bob")
    told(weekend)
    assert len(weekend.letters(NoteKind.RECEIPT)) == A_DAY + 1


def test_one_senders_many_mails_are_nothing_to_another(weekend: Weekend) -> None:
    for _ in range(A_DAY + 1):
        weekend.send("alice", "bob")
    weekend.send("carol", "bob")
    told(weekend)
    assert sorted(letter.to for letter in weekend.letters(NoteKind.RECEIPT)) == [
        *[address("alice")] * A_DAY,
        address("carol"),
    ]


def test_a_digest_shows_so_many_and_counts_the_others(weekend: Weekend) -> None:
    for number in range(A_DAY + SHOWN + 3):
        weekend.send("alice", "bob", subject=f"Mail {number}.")
    told(weekend)
    digest = weekend.letter(NoteKind.DIGEST)
    assert digest.subject.startswith(f"{SHOWN + 3} more")
    assert len(LINK.findall(words(digest))) == SHOWN
    assert "3 more wait as well" in words(digest)


def test_a_digest_leaves_out_what_does_not_wait_any_more(weekend: Weekend) -> None:
    for number in range(A_DAY + 2):
        weekend.send("alice", "bob", subject=f"Mail {number}")
    weekend.tick()
    send_now(weekend.context, A_DAY + 1, "alice", weekend.now)
    weekend.after(GATHER)
    digest = weekend.letter(NoteKind.DIGEST)
    assert digest.subject == "1 more of your mails waits for your colleagues"
    assert "Mail 5" not in words(digest)


def test_a_mail_that_arrived_before_its_digest_is_told_of_no_more(weekend: Weekend) -> None:
    for _ in range(A_DAY + 1):
        weekend.send("alice", "bob")
    told(weekend)
    weekend.send("alice", "bob")
    weekend.until(TUESDAY + HOUR)
    assert len(weekend.letters(NoteKind.DIGEST)) == 1
    assert weekend.store.untold_mails(after=0, limit=9) == ()


# --- what breaks -------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method", ["tell_mails", "claim_notes", "draft_notes", "end_notes"])
def test_a_kill_beside_each_write_sends_one_receipt_all_the_same(
    weekend: Weekend, monkeypatch: pytest.MonkeyPatch, method: str, when: str
) -> None:
    weekend.send("alice", "bob")
    with killed_at(weekend, monkeypatch, method, when):
        told(weekend)
    weekend.restart()
    told(weekend)
    assert len(weekend.letters()) == 1


def test_two_processes_on_one_store_tell_once(weekend: Weekend) -> None:
    weekend.send("alice", "bob")
    weekend.receipts.tick(weekend.context, weekend.moment)
    weekend.restart()
    told(weekend)
    weekend.after(HOUR)
    assert len(weekend.letters()) == 1


def test_without_a_service_mailbox_nobody_is_told_until_there_is_one(weekend: Weekend) -> None:
    context = weekend.context
    weekend.context = replace(context, service_mailbox=None)
    weekend.send("alice", "bob")
    told(weekend)
    assert weekend.letters() == []
    weekend.context = context
    told(weekend)
    assert len(weekend.letters()) == 1


# --- languages ---------------------------------------------------------------------------------


def test_a_sender_whose_mailbox_is_welsh_is_written_to_in_welsh(weekend: Weekend) -> None:
    weekend.owners.languages["alice"] = "cy-GB"
    weekend.send("alice", "bob")
    told(weekend)
    letter = weekend.letter(NoteKind.RECEIPT)
    assert '<html lang="cy">' in letter.html
    assert "dydd Mawrth 26 Mai" in letter.subject
