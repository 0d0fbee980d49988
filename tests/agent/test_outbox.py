"""The outbox: each note goes out once, whatever is lost and wherever the process is killed."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy
from policy_agent.agent.meters import NoMeters
from policy_agent.agent.tell import A_MINUTE, AT_A_TIME, Outbox
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.notes import (
    Letter,
    Note,
    NoteKind,
    NoteState,
    PlannedNote,
)
from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Rulebook
from policy_agent.domain.where import NOWHERE
from policy_agent.store import Store
from tests.agent.post_room import Killed, PostRoom

MONDAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
MACHINE = datetime(2026, 1, 1, tzinfo=UTC)
LEASE = timedelta(minutes=5)
SERVICE = Calendar(
    name="service",
    zone=ZoneInfo("Europe/London"),
    working_days=frozenset(range(5)),
    holidays={date(2026, 5, 25): "Spring bank holiday"},
    where=NOWHERE,
)


@dataclass
class Scribe:
    """Writes the same words for everybody, and remembers whom it heard was sent."""

    answer: Letter | CallFailure | BaseException | str | None = "a letter"
    heard: list[int] = field(default_factory=list)
    deaf: BaseException | None = None

    def write(
        self, context: AgentContext, note: Note, moment: Moment
    ) -> Letter | CallFailure | None:
        if isinstance(self.answer, BaseException):
            raise self.answer
        if isinstance(self.answer, str):
            address = f"{note.person}@northshire.example"
            return Letter(
                key=note.key,
                kind=note.kind,
                to=address,
                subject=self.answer,
                html="<p>Hello</p>",
                text="Hello",
            )
        return self.answer

    def sent(self, context: AgentContext, note: Note, moment: Moment) -> None:
        if self.deaf is not None:
            raise self.deaf
        self.heard.append(note.id)


@dataclass
class Office:
    """The outbox, what it speaks to, and its two clocks."""

    context: AgentContext
    store: Store
    room: PostRoom
    scribe: Scribe
    now: datetime = MONDAY
    machine: datetime = MACHINE

    def __post_init__(self) -> None:
        self.outbox = Outbox({NoteKind.CLASH: self.scribe})

    @property
    def moment(self) -> Moment:
        return Moment(now=self.now, machine=self.machine)

    def plan(self, *keys: str, kind: NoteKind = NoteKind.CLASH) -> None:
        self.store.plan_notes(
            [
                PlannedNote(
                    key=key,
                    kind=kind,
                    person="ann",
                    about="7",
                    not_before=self.now,
                    calendar="service",
                )
                for key in keys
            ],
            now=self.now,
        )

    def tick(self) -> None:
        self.outbox.tick(self.context, self.moment)

    def later(self, wait: timedelta = timedelta(minutes=10)) -> None:
        """Let every lease and wait run out, on both clocks."""
        self.now += wait
        self.machine += timedelta(hours=2)

    def restart(self) -> None:
        """Begin again as a new process does, everything in order this time."""
        self.room.kills.clear()
        self.room.lost.clear()
        self.store.forget_leases("w")
        self.outbox = Outbox({NoteKind.CLASH: self.scribe})

    def state(self, key: str) -> NoteState:
        found = self.store.note(key)
        assert found is not None
        return found.state

    def story(self, key: str) -> list[tuple[NoteState, str]]:
        found = self.store.note(key)
        assert found is not None
        return [(event.to_state, event.why) for event in self.store.note_events(found.id)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    rulebook = cast("Rulebook", SimpleNamespace(calendars={"service": SERVICE}))
    directory = Directory(domains=frozenset({"northshire.example"}), people={})
    room = PostRoom()
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        context = cast(
            "AgentContext",
            SimpleNamespace(
                store=store,
                outgoing=room,
                service_mailbox="wellbeing",
                current=CurrentPolicy(Policy(rulebook=rulebook, directory=directory)),
                worker="w",
                lease=LEASE,
                retry_after=timedelta(seconds=15),
                meters=NoMeters(),
            ),
        )
        yield Office(context=context, store=store, room=room, scribe=Scribe())


def test_a_planned_nudge_is_drafted_sent_and_its_kind_hears_of_it(office: Office) -> None:
    office.plan("clash:1")
    office.tick()
    assert [letter.key for letter in office.room.letters_sent()] == ["clash:1"]
    assert office.story("clash:1") == [
        (NoteState.PLANNED, "planned"),
        (NoteState.DRAFTED, "drafted"),
        (NoteState.SENT, "sent"),
    ]
    assert len(office.scribe.heard) == 1
    office.later()
    office.tick()
    assert len(office.room.sent) == 1
    assert len(office.scribe.heard) == 1


def test_nothing_left_to_say_is_given_up_without_a_draft(office: Office) -> None:
    office.scribe.answer = None
    office.plan("clash:1")
    office.tick()
    assert office.state("clash:1") is NoteState.GIVEN_UP
    assert office.room.drafts == {}
    assert office.scribe.heard == []


@pytest.mark.parametrize("call", ["draft", "send"])
def test_a_kill_after_a_call_sends_one_mail_all_the_same(office: Office, call: str) -> None:
    office.plan("clash:1", "clash:2")
    office.room.kills = {call}
    with pytest.raises(Killed):
        office.tick()
    office.restart()
    office.tick()
    assert sorted(letter.key for letter in office.room.letters_sent()) == ["clash:1", "clash:2"]
    assert len(office.room.drafts) == 2
    assert len(office.scribe.heard) == 2


@pytest.mark.parametrize(
    "method", ["claim_notes", "draft_notes", "end_notes", "settle_notes", "notes_sent"]
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_beside_each_write_sends_one_mail_all_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch, method: str, when: str
) -> None:
    office.plan("clash:1")
    real = getattr(office.store, method)

    def dies(*args: object, **more: object) -> None:
        if when == "after":
            real(*args, **more)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(office.store, method, dies)
        with pytest.raises(Killed):
            office.tick()
    office.restart()
    office.tick()
    assert len(office.room.sent) == len(office.room.drafts) == 1
    assert office.state("clash:1") is NoteState.SENT
    heard_before_the_kill = method == "settle_notes"  # hearing twice is harmless, never is not
    assert len(office.scribe.heard) == (2 if heard_before_the_kill and when == "before" else 1)


def test_a_kill_while_the_kind_hears_of_it_lets_it_hear_again(office: Office) -> None:
    office.plan("clash:1")
    office.scribe.deaf = Killed()
    with pytest.raises(Killed):
        office.tick()
    assert office.state("clash:1") is NoteState.SENT
    office.scribe.deaf = None
    office.restart()
    office.tick()
    assert len(office.scribe.heard) == 1
    assert len(office.room.sent) == 1


@pytest.mark.parametrize("call", ["draft", "send"])
def test_a_lost_answer_never_makes_a_second_mail(office: Office, call: str) -> None:
    office.plan("clash:1")
    office.room.lost = {call}
    for _ in range(3):
        office.tick()
        office.later()
    office.room.lost.clear()
    office.tick()
    assert len(office.room.sent) == len(office.room.drafts) == 1
    assert office.state("clash:1") is NoteState.SENT


@pytest.mark.parametrize("kind", ["denied", "refused"])
@pytest.mark.parametrize("call", ["draft", "send"])
def test_what_is_refused_for_good_is_given_up_and_logged_without_an_address(
    office: Office, kind: str, call: str
) -> None:
    office.plan("clash:1", "clash:2")
    if call == "send":
        office.room.lost = {"send"}
        office.tick()
        office.room.sent.clear()
        office.room.lost.clear()
        office.later()
    said = "ann@northshire.example is no recipient"
    office.room.trouble = {"clash:1": CallFailure(kind=kind, what=said, request_id="r9")}  # type: ignore[arg-type]  # a word of the closed set
    with capture_logs() as logs:
        office.tick()
    assert office.state("clash:1") is NoteState.GIVEN_UP
    assert office.state("clash:2") is NoteState.SENT
    (given_up,) = [line for line in logs if line["event"] == "note_given_up"]
    assert (given_up["why"], given_up["request"]) == (
        f"could not be {'drafted' if call == 'draft' else 'sent'}: {kind}",
        "r9",
    )
    assert "@" not in repr(logs)


def test_a_draft_that_somebody_deleted_is_not_written_again(office: Office) -> None:
    office.plan("clash:1")
    office.room.lost = {"send"}
    office.tick()
    office.room.drafts.clear()
    office.room.lost.clear()
    office.later()
    office.tick()
    assert office.story("clash:1")[-1] == (NoteState.GIVEN_UP, "its draft is gone")


def test_a_trouble_that_may_pass_is_waited_for(office: Office) -> None:
    office.plan("clash:1")
    office.scribe.answer = CallFailure(kind="unavailable", what="busy")
    office.tick()
    assert office.state("clash:1") is NoteState.PLANNED
    office.scribe.answer = "a letter"
    office.tick()
    assert office.room.sent == []  # not at once
    office.machine += timedelta(seconds=15)
    office.tick()
    assert office.state("clash:1") is NoteState.SENT


def test_a_writer_that_fails_does_not_keep_the_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.plan("clash:1", "clash:2")
    write = office.scribe.write

    def fails_once(context: AgentContext, note: Note, moment: Moment) -> object:
        if note.key == "clash:1":
            raise LookupError(note.key)
        return write(context, note, moment)

    monkeypatch.setattr(office.scribe, "write", fails_once)
    with capture_logs() as logs:
        office.tick()
    assert office.state("clash:1") is NoteState.PLANNED
    assert office.state("clash:2") is NoteState.SENT
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["note_not_written"]


def test_without_a_service_mailbox_nothing_is_claimed_and_it_is_said_once(office: Office) -> None:
    object.__setattr__(office.context, "service_mailbox", None)
    office.plan("clash:1")
    with capture_logs() as logs:
        office.tick()
        office.tick()
    assert [line["event"] for line in logs] == ["notes_not_sent"]
    assert office.state("clash:1") is NoteState.PLANNED
    object.__setattr__(office.context, "service_mailbox", "wellbeing")
    office.tick()
    assert office.state("clash:1") is NoteState.SENT


def test_a_tick_sends_a_bounded_number_and_a_minute_too(office: Office) -> None:
    office.plan(*(f"clash:{number}" for number in range(A_MINUTE + 5)))
    office.tick()
    assert len(office.room.sent) == AT_A_TIME
    for _ in range(5):
        office.tick()
    assert len(office.room.sent) == A_MINUTE
    office.now += timedelta(minutes=1, seconds=1)
    office.tick()
    assert len(office.room.sent) == A_MINUTE + 5


@pytest.mark.parametrize(
    "closed",
    [
        datetime(2026, 6, 1, 16, 30, tzinfo=UTC),  # 17:30 in London
        datetime(2026, 6, 2, 7, 29, 59, tzinfo=UTC),
        datetime(2026, 6, 6, 10, 0, tzinfo=UTC),  # a Saturday
        datetime(2026, 5, 25, 10, 0, tzinfo=UTC),  # a holiday
    ],
)
def test_one_that_is_late_still_waits_for_working_hours(office: Office, closed: datetime) -> None:
    office.now = closed - timedelta(days=9)
    office.plan("clash:1")
    office.now = closed
    office.tick()
    assert office.state("clash:1") is NoteState.PLANNED


def test_a_kind_without_a_writer_is_left_alone(office: Office) -> None:
    office.plan("rebook:1", kind=NoteKind.REBOOK)
    office.tick()
    assert office.state("rebook:1") is NoteState.PLANNED


def test_two_workers_that_draft_the_same_one_send_one_of_the_drafts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lease that ran out while the service was slow: another worker drafted it meanwhile."""
    office.plan("clash:1")
    draft = office.room.draft

    def slow(letters: list[Letter]) -> object:
        answers = draft(letters)
        (note,) = [office.store.note(letter.key) for letter in letters]
        assert note is not None
        office.store.draft_notes({note: "drafted by the other"}, now=office.now)
        return answers

    monkeypatch.setattr(office.room, "draft", slow)
    office.tick()
    assert office.room.sent == []
    found = office.store.note("clash:1")
    assert found is not None
    assert found.draft == "drafted by the other"
