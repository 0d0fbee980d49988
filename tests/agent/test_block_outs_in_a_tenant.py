"""Block-outs in a tenant's calendars, over HTTPS, and what uninstalling leaves of them."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.meetings.block_out import BlockingOut
from policy_agent.agent.meetings.seen import Seen
from policy_agent.agent.uninstall import DaemonRunsError, Uninstalled, uninstall
from policy_agent.cli.main import main
from policy_agent.domain.block_outs import BlockOutState
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, ShowAs, Span
from policy_agent.domain.holds import HoldState
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.modes import Mode
from tests.agent.world import ALICE, BOB, HOLD_FOLDER, LONDON, World
from tests.domain.test_blocking import calendar, rule, window

HOLIDAYS = {date(2023, 8, 28): "Summer bank holiday", date(2023, 9, 13): "Council closure"}
SERVICE: Calendar = calendar(holidays=HOLIDAYS)
LUNCH = rule(window(SERVICE))
FOCUS = rule(
    window(
        SERVICE,
        name="focus-wednesday",
        days=frozenset({2}),
        time=None,
        every_weeks=2,
        starting=date(2023, 8, 30),
    ),
    name="focus-days",
)
WEEKS = timedelta(weeks=13)  # over the Sunday on which the clocks go back


@dataclass
class Office:
    """The agent's block-outs in a world."""

    world: World
    agent: BlockingOut
    context: AgentContext

    @property
    def span(self) -> Span:
        return Span(starts=self.world.now, ends=self.world.now + WEEKS)

    def use(self, *rules: ProtectTime) -> None:
        policy = self.context.current.policy
        rulebook = replace(policy.rulebook, rules=rules, calendars={"service": SERVICE})
        self.context.current.policy = replace(policy, rulebook=rulebook)
        self.settle()

    def settle(self) -> None:
        for _ in range(10):
            self.world.machine += timedelta(minutes=1)
            self.agent.tick(self.context, self.world.moment)

    def mailbox(self, address: str) -> str:
        return self.context.current.policy.directory.person(address).id

    def seen(self, address: str) -> tuple[EventCopy, ...]:
        found = self.context.calendars.view({self.mailbox(address): self.span}, agenda=False)
        copies = found[self.mailbox(address)]
        assert not isinstance(copies, CallFailure)
        return copies

    def look_at_all_of(self, address: str) -> None:
        seen = Seen(whole={self.mailbox(address): self.span}, block_outs=self.seen(address))
        self.agent.take(self.context, seen, self.world.moment)
        self.settle()

    def series_in(self, address: str) -> int:
        found = self.context.calendars.marked([self.mailbox(address)])[self.mailbox(address)]
        assert not isinstance(found, CallFailure)
        return len(found)

    def act(self, address: str, event: EventCopy, action: str, **more: str) -> None:
        body = {"address": address, "event": event.ref.event, "action": action, **more}
        self.world.tenant.control.post("/event-act", json=body).raise_for_status()


@pytest.fixture
def office(world: World) -> Office:
    context = replace(world.context, calendars=world.graph.calendars)
    world.context = context
    return Office(world=world, agent=BlockingOut(), context=context)


def days(copies: tuple[EventCopy, ...]) -> list[date]:
    return [one.starts.astimezone(LONDON).date() for one in sorted(copies, key=lambda c: c.starts)]


def lunches(office: Office) -> list[Span]:
    first, last = (moment.astimezone(LONDON).date() for moment in
                   (office.span.starts, office.span.ends))  # fmt: skip
    return [
        Span(starts=one.starts, ends=one.ends)
        for one in window(SERVICE).occurrences(first, last - timedelta(days=1))
        if SERVICE.is_working_day(one.day)
    ]


def spans(copies: tuple[EventCopy, ...]) -> list[Span]:
    return sorted((Span(starts=one.starts, ends=one.ends) for one in copies),
                  key=lambda span: span.starts)  # fmt: skip


def test_lunch_stands_in_each_calendar_whatever_answers_are_lost(office: Office) -> None:
    office.world.tenant.faults(lost_answers=0.2)
    office.use(LUNCH)
    office.world.tenant.faults(lost_answers=0)
    office.world.travel(office.world.now + timedelta(days=1, hours=1))  # what was put off is due
    office.settle()
    people = office.context.current.policy.directory.by_id.values()
    for person in people:
        assert office.series_in(person.address) == 1
        copies = office.seen(person.address)
        assert spans(copies) == lunches(office)
        assert {one.show_as for one in copies} == {ShowAs.BUSY}
        assert {one.categories for one in copies} == {("Protected time",)}
        assert {one.attendees for one in copies} == {()}


def test_a_focus_day_every_other_week_is_kept_all_day(office: Office) -> None:
    office.use(FOCUS)
    copies = office.seen(BOB)
    first = date(2023, 8, 30)
    wednesdays = [first + timedelta(weeks=2 * number) for number in range(7)]
    assert days(copies) == [day for day in wednesdays if day not in HOLIDAYS]
    assert all(one.all_day for one in copies)
    office.world.travel(office.world.now + timedelta(hours=2))
    asked = requests(office)
    office.seen(BOB)
    a_look = requests(office) - asked
    office.look_at_all_of(BOB)  # and nothing to put back
    assert requests(office) == asked + 2 * a_look


def requests(office: Office) -> int:
    return int(office.world.tenant.control.get("/stats").raise_for_status().json()["requests"])


def test_what_its_person_moves_is_put_back_and_what_they_delete_is_not(office: Office) -> None:
    office.use(LUNCH)
    office.world.travel(office.world.now + timedelta(hours=2))
    first, second, third, fourth, *_ = sorted(office.seen(BOB), key=lambda copy: copy.starts)
    later = first.starts + timedelta(hours=1)
    ends = later + timedelta(minutes=30)
    office.act(
        BOB, first, "move", start=f"{later:%Y-%m-%dT%H:%M:%S}", end=f"{ends:%Y-%m-%dT%H:%M:%S}"
    )
    office.act(BOB, second, "change", show_as="free")
    office.act(BOB, third, "delete")
    office.look_at_all_of(BOB)
    copies = office.seen(BOB)
    assert spans(copies) == [span for span in lunches(office) if span.starts != third.starts]
    assert {one.show_as for one in copies} == {ShowAs.BUSY}
    assert fourth.ref in {one.ref for one in copies}  # it is the same series still


def test_a_series_that_its_person_moved_or_deleted_is_put_back(office: Office) -> None:
    office.use(LUNCH)
    office.world.travel(office.world.now + timedelta(hours=2))
    (row,) = office.context.store.block_outs([office.mailbox(BOB)])
    assert row.ref is not None
    (master,) = office.context.calendars.read([row.ref], agenda=False).values()
    assert isinstance(master, EventCopy)
    later = master.starts + timedelta(hours=1)
    ends = later + timedelta(minutes=30)
    office.act(
        BOB, master, "move", start=f"{later:%Y-%m-%dT%H:%M:%S}", end=f"{ends:%Y-%m-%dT%H:%M:%S}"
    )
    office.look_at_all_of(BOB)
    assert spans(office.seen(BOB)) == lunches(office)
    office.act(BOB, master, "delete")
    office.look_at_all_of(BOB)
    assert not office.seen(BOB)
    office.world.travel(office.world.now + timedelta(days=1, hours=1))
    office.settle()
    assert spans(office.seen(BOB)) == lunches(office)


def test_other_hours_or_no_rule_take_the_old_series_away(office: Office) -> None:
    office.use(LUNCH)
    office.use(rule(window(SERVICE, name="focus-wednesday", days=frozenset({2}), time=None)))
    assert office.series_in(BOB) == 1
    assert all(one.all_day for one in office.seen(BOB))
    office.use(replace(LUNCH, mode=Mode.OBSERVE))
    assert office.series_in(BOB) == 0
    assert not office.seen(BOB)


def set_up(office: Office) -> None:
    """Put a mail on hold, lunches into calendars, and subscribe."""
    office.use(LUNCH)
    office.world.use()
    copies = office.world.deliver(ALICE, BOB)
    office.world.notified(copies[BOB])
    hold = office.world.hold(copies[BOB])
    assert hold is not None
    assert hold.state is HoldState.HELD


def run(office: Office, *, dry_run: bool = False) -> Uninstalled:
    office.world.machine += timedelta(minutes=6)
    return uninstall(office.context, office.world.moment, dry_run=dry_run)


def test_uninstalling_leaves_nothing(office: Office) -> None:
    set_up(office)
    people = len(office.context.current.policy.directory.by_id)
    would = run(office, dry_run=True)
    assert (would.mails, would.series, would.folders, would.left) == (1, people, 1, [])
    assert office.series_in(BOB) == 1
    done = run(office)
    assert done == would
    assert [copy["folder"] for copy in office.world.tenant.copies(BOB)] == ["Inbox"]
    assert office.series_in(BOB) == 0
    folders = office.context.mail.items_in(
        [(mailbox, one) for mailbox, some in office.context.store.hold_folders().items()
         for one in some]
    )  # fmt: skip
    assert {answer.kind for answer in folders.values() if not isinstance(answer, int)} == {"gone"}
    assert {row.state for row in office.context.store.block_outs()} == {BlockOutState.GONE}
    again = run(office)
    assert (again.mails, again.series, again.folders, again.left) == (0, 0, 0, [])


def test_a_series_that_no_store_knows_goes_as_well(office: Office) -> None:
    set_up(office)
    rows = office.context.store.block_outs()
    office.context.store.save_block_outs(
        [row.unwanted().without_series() for row in rows], now=office.world.now
    )
    assert run(office).series == len(rows)
    assert office.series_in(ALICE) == 0


def test_what_cannot_be_taken_back_is_said_with_why_and_goes_the_next_time(office: Office) -> None:
    set_up(office)
    office.world.tenant.faults(denied=[BOB])
    done = run(office)
    assert len(done.left) == 2
    mailbox = office.mailbox(BOB)
    assert done.left[0].startswith("held mail 1 in the mailbox " + mailbox)
    assert done.left[1].startswith(f"protected time in the calendar of {mailbox}: ")
    office.world.tenant.faults(denied=[])
    office.world.machine += timedelta(hours=1)
    again = run(office)
    assert (again.mails, again.series, again.folders, again.left) == (1, 1, 1, [])


def test_a_hold_folder_with_something_of_its_persons_stays(office: Office) -> None:
    set_up(office)
    own = office.world.deliver(ALICE, BOB)[BOB]
    (folder,) = office.context.store.hold_folders([own.mailbox])[own.mailbox]
    office.context.mail.move({own: folder})
    done = run(office)
    assert (done.mails, done.folders) == (1, 0)
    assert done.left == [f"the hold folder of {own.mailbox}: 1 items that its person keeps there"]
    assert office.world.folder(BOB, own) == HOLD_FOLDER


def test_it_refuses_while_a_daemon_is_at_work(office: Office) -> None:
    set_up(office)
    office.world.store.accept([office.world.deliver(ALICE, BOB)[BOB]], now=office.world.machine)
    office.world.store.claim_arrivals(
        "another", limit=1, machine=office.world.machine, lease=timedelta(minutes=5)
    )
    moment = Moment(now=office.world.now, machine=office.world.machine)
    with pytest.raises(DaemonRunsError, match="the worker another is at work on this store: stop"):
        uninstall(office.context, moment, dry_run=False)
    assert uninstall(office.context, moment, dry_run=True).mails == 1


@pytest.fixture
def own_logs() -> Iterator[None]:
    """Give the tests after it their logs back: the command sends them elsewhere."""
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    yield
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def call(office: Office, folder: Path, *options: str) -> Result:
    tenant = office.world.tenant
    settings = {
        "TENANT_ID": tenant.tenant_id,
        "CLIENT_ID": tenant.client_id,
        "CLIENT_SECRET": tenant.client_secret,
        "AUTHORITY": tenant.authority,
        "GRAPH_URL": tenant.graph,
        "CLOCK_URL": f"{tenant.origin}/sandbox/clock",
        "CA_FILE": tenant.ca,
        "STORE_URL": f"sqlite:///{folder / 'store.db'}",
        "RULES": str(folder / "broken.yaml"),
        "NOTIFICATION_URL": "https://localhost/notifications",
        "LOG_LEVEL": "error",
    }
    env = {f"POLICY_AGENT_{name}": value for name, value in settings.items()}
    return CliRunner().invoke(main, ["uninstall", *options], env=env)


@pytest.mark.usefixtures("own_logs")
def test_the_command_needs_no_daemon_and_no_good_rulebook(office: Office, tmp_path: Path) -> None:
    set_up(office)
    (tmp_path / "broken.yaml").write_text("rules: [")
    would = call(office, tmp_path, "--dry-run")
    assert would.exit_code == 0, would.output
    assert "series of protected time: 4 would be removed\n" in would.output
    done = call(office, tmp_path, "--format", "json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["done"] == {
        "mails": 1,
        "subscriptions": 0,
        "series": 4,
        "folders": 1,
        "left": [],
    }
    assert office.series_in(BOB) == 0


@pytest.mark.usefixtures("own_logs")
def test_the_command_makes_no_store(office: Office, tmp_path: Path) -> None:
    done = call(office, tmp_path / "elsewhere")
    assert done.exit_code == 2
    assert "POLICY_AGENT_STORE_URL: there is no store at sqlite:///" in done.output
