"""Letters with reports: each reader gets one, whatever breaks, and nobody else does."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from policy_agent.agent.context import AgentContext
from policy_agent.agent.tell import Outbox
from policy_agent.agent.writers import WRITERS
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.notes import ATTACHED_AT_MOST, Letter, NoteKind, NoteState
from policy_agent.domain.own_time import Preference
from policy_agent.domain.rules import Reporting
from policy_agent.reports.document import ReportProblem
from policy_agent.reports.formats import Format
from policy_agent.reports.letters import (
    REPORT_WRITERS,
    plan_reports,
)
from tests.agent.weekends import (
    CALENDAR,
    HOUR,
    Weekend,
    address,
    killed_at,
    open_weekend,
    words,
)
from tests.agent.world import LONDON
from tests.reports.print_shop import CLOSED, MONDAY, OCTOBER, Printer

LIST = "cyp-leadership@northshire.example"
TOLD = Reporting(
    to=(LIST, address("alice")),
    champions={"practitioners": (address("bob"),), "managers": (address("carol"), address("bob"))},
)


@dataclass
class Mailing:
    """The agent on the morning after a month was closed."""

    weekend: Weekend
    printer: Printer = field(default_factory=Printer)

    def __post_init__(self) -> None:
        self.weekend.now = MONDAY
        self.use(TOLD)
        self.restart()

    @property
    def context(self) -> AgentContext:
        return self.weekend.context

    def use(self, told: Reporting, *calendars: Calendar) -> None:
        policy = self.context.current.policy
        rulebook = replace(policy.rulebook, reporting=told)
        if calendars:
            rulebook = replace(rulebook, calendars={one.name: one for one in calendars})
        self.context.current.policy = replace(policy, rulebook=rulebook)

    def restart(self) -> None:
        self.weekend.restart()
        self.weekend.outbox = Outbox(self.printer.writers())

    def plan(self, month: date = OCTOBER) -> int:
        return len(plan_reports(self.context, month, self.weekend.now))

    def tick(self) -> None:
        self.plan()
        self.weekend.outbox.tick(self.context, self.weekend.moment)

    def after(self, length: timedelta) -> None:
        self.weekend.now += length
        self.weekend.machine += max(length, HOUR)
        self.tick()

    def to(self, reader: str) -> list[Letter]:
        return [one for one in self.weekend.letters() if one.to == reader]

    def readers(self) -> list[str]:
        return sorted(one.to for one in self.weekend.letters())

    def state(self, key: str) -> NoteState | None:
        found = self.weekend.store.note(key)
        return None if found is None else found.state


EVERYBODY = sorted([LIST, address("alice"), address("bob"), address("bob"), address("carol")])


@pytest.fixture
def mailing(tmp_path: Path) -> Iterator[Mailing]:
    with open_weekend(tmp_path) as weekend:
        weekend.store.close_month(CLOSED)
        yield Mailing(weekend)


def test_every_kind_of_note_has_one_writer() -> None:
    assert set(WRITERS).isdisjoint(REPORT_WRITERS)
    assert {*WRITERS, *REPORT_WRITERS} == set(NoteKind)


def test_a_reader_gets_the_summary_every_format_and_a_link(mailing: Mailing) -> None:
    mailing.tick()
    (letter,) = mailing.to(LIST)
    assert letter.kind is NoteKind.REPORT
    assert letter.subject == "Our monthly report: October 2026"
    assert "1,204 copies waited." in words(letter)
    assert "Supervision took place." in words(letter)
    assert "https://wellbeing.northshire.example/leadership/reports" in letter.html
    assert "missing" not in words(letter)
    assert [(one.name, one.media_type, one.content) for one in letter.attachments] == [
        ("wellbeing-report-2026-10.pdf", "application/pdf", b"2026-10 pdf"),
        ("wellbeing-report-2026-10.html", "text/html; charset=utf-8", b"2026-10 html"),
        (
            "wellbeing-report-2026-10.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            b"2026-10 xlsx",
        ),
        ("wellbeing-report-2026-10.csv.zip", "application/zip", b"2026-10 csv"),
    ]


def test_a_champion_gets_the_page_of_each_of_their_teams_and_no_more(mailing: Mailing) -> None:
    mailing.tick()
    (letter,) = mailing.to(address("carol"))
    assert letter.kind is NoteKind.TEAM_PAGE
    assert letter.subject == "managers: your team's page for October 2026"
    assert "Lunch was free for managers." in words(letter)
    assert "leadership" not in letter.html
    assert [one.name for one in letter.attachments] == [
        "wellbeing-report-2026-10-managers.pdf",
        "wellbeing-report-2026-10-managers.html",
    ]
    teams = {one.subject.partition(":")[0] for one in mailing.to(address("bob"))}
    assert teams == {"practitioners", "managers"}


def test_nobody_gets_a_second_one_by_another_plan_a_reload_or_another_process(
    mailing: Mailing,
) -> None:
    mailing.tick()
    assert mailing.readers() == EVERYBODY
    assert mailing.plan() == 0
    mailing.use(replace(TOLD, to=tuple(reversed(TOLD.to))))
    mailing.restart()
    for _ in range(3):
        mailing.after(timedelta(days=1))
    assert mailing.readers() == EVERYBODY


def test_a_report_that_many_read_is_written_once(mailing: Mailing) -> None:
    mailing.tick()
    assert len(mailing.printer.made) == len(set(mailing.printer.made))
    assert len(mailing.printer.made) == 4 + 2 * 2


def test_who_comes_into_the_rulebook_meanwhile_gets_the_last_month(mailing: Mailing) -> None:
    mailing.tick()
    mailing.use(replace(TOLD, to=(*TOLD.to, address("dan"))))
    mailing.after(timedelta(days=1))
    assert mailing.readers() == sorted([*EVERYBODY, address("dan")])


@pytest.mark.parametrize(
    ("told", "key"),
    [
        (replace(TOLD, to=(LIST,)), f"report:2026-10:{address('alice')}"),
        (
            replace(TOLD, champions={"practitioners": (address("bob"),)}),
            f"team_page:2026-10|managers:{address('carol')}",
        ),
        (
            replace(TOLD, champions={**TOLD.champions, "managers": (address("bob"),)}),
            f"team_page:2026-10|managers:{address('carol')}",
        ),
    ],
)
def test_an_address_that_left_the_rulebook_gets_nothing(
    mailing: Mailing, told: Reporting, key: str
) -> None:
    mailing.plan()
    mailing.use(told)
    mailing.weekend.outbox.tick(mailing.context, mailing.weekend.moment)
    assert mailing.state(key) is NoteState.GIVEN_UP
    assert key not in {one.key for one in mailing.weekend.letters()}
    assert mailing.to(key.rpartition(":")[2]) == []
    assert len(mailing.to(LIST)) == 1


def test_a_team_that_the_month_did_not_have_has_no_page(mailing: Mailing) -> None:
    mailing.use(Reporting(champions={"newcomers": (address("dan"),)}))
    mailing.tick()
    assert mailing.readers() == []
    key = f"team_page:2026-10|newcomers:{address('dan')}"
    assert mailing.state(key) is NoteState.GIVEN_UP


@pytest.mark.parametrize(
    ("month", "now", "planned"),
    [
        (OCTOBER, datetime(2026, 11, 30, 23, 59, tzinfo=LONDON), len(EVERYBODY)),
        (OCTOBER, datetime(2026, 12, 1, 0, 0, tzinfo=LONDON), 0),  # it is no news any more
        (date(2026, 9, 1), MONDAY, 0),  # never closed
    ],
)
def test_only_the_last_month_that_is_over_is_mailed_and_only_when_it_is_closed(
    mailing: Mailing, month: date, now: datetime, planned: int
) -> None:
    mailing.weekend.now = now
    assert mailing.plan(month) == planned


def test_it_comes_in_working_hours(mailing: Mailing) -> None:
    mailing.weekend.now = datetime(2026, 11, 7, 10, 0, tzinfo=LONDON)  # a Saturday
    mailing.tick()
    assert mailing.readers() == []
    mailing.after(datetime(2026, 11, 9, 8, 29, tzinfo=LONDON) - mailing.weekend.now)
    assert mailing.readers() == []
    mailing.after(timedelta(minutes=1))
    assert mailing.readers() == EVERYBODY


def test_one_that_is_late_waits_for_working_hours_again(mailing: Mailing) -> None:
    mailing.plan()
    mailing.after(timedelta(hours=12))
    assert mailing.readers() == []
    mailing.after(timedelta(hours=12))
    assert mailing.readers() == EVERYBODY


def test_a_champions_own_quiet_days_keep_no_page_back(mailing: Mailing) -> None:
    for person in (address("bob"), "bob"):
        preference = Preference(working_days=frozenset({3}))
        mailing.weekend.store.put_preference(person, preference, now=MONDAY)
    mailing.tick()
    assert len(mailing.to(address("bob"))) == 2


def test_a_rulebook_without_calendars_has_no_working_hours(mailing: Mailing) -> None:
    policy = mailing.context.current.policy
    rulebook = replace(policy.rulebook, calendars={})
    mailing.context.current.policy = replace(policy, rulebook=rulebook)
    mailing.weekend.now = datetime(2026, 11, 7, 3, 0, tzinfo=LONDON)
    mailing.tick()
    assert mailing.readers() == EVERYBODY


def test_a_calendar_without_working_days_is_told_in_the_log(mailing: Mailing) -> None:
    mailing.use(TOLD, replace(CALENDAR, working_days=frozenset()))
    with capture_logs() as logs:
        assert mailing.plan() == 0
    assert [line["event"] for line in logs] == ["reports_not_planned"]


def test_without_a_service_mailbox_nothing_is_planned_until_there_is_one(
    mailing: Mailing,
) -> None:
    whole = mailing.context
    mailing.weekend.context = replace(whole, service_mailbox=None)
    assert mailing.plan() == 0
    mailing.weekend.context = whole
    assert mailing.plan() == len(EVERYBODY)


def test_a_reader_whose_mailbox_is_welsh_is_written_to_in_welsh(mailing: Mailing) -> None:
    mailing.weekend.owners.languages |= {"alice": "cy-GB", "carol": "cy-GB"}
    mailing.tick()
    (letter,) = mailing.to(address("alice"))
    assert letter.subject == "Ein hadroddiad misol: Hydref 2026"
    (page,) = mailing.to(address("carol"))
    assert page.subject == "managers: tudalen eich tîm ar gyfer Hydref 2026"
    (others,) = mailing.to(LIST)
    assert others.subject == "Our monthly report: October 2026"


# --- what breaks -------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", [ReportProblem("install Pango"), ZeroDivisionError()])
def test_a_format_that_cannot_be_made_is_said_to_be_missing_and_the_others_go(
    mailing: Mailing, broken: Exception
) -> None:
    mailing.printer.broken[Format.PDF] = broken
    with capture_logs() as logs:
        mailing.tick()
    assert mailing.readers() == EVERYBODY
    (letter,) = mailing.to(LIST)
    assert [one.name.partition(".")[2] for one in letter.attachments] == ["html", "xlsx", "csv.zip"]
    assert "could not be made this time: * a PDF, to read or print" in words(letter)
    (page,) = mailing.to(address("carol"))
    assert [one.name.partition(".")[2] for one in page.attachments] == ["html"]
    told = [line for line in logs if line["event"] == "report_not_written"]
    assert [(line["report"], line["form"]) for line in told] == [
        ("2026-10", "pdf"),
        ("2026-10-managers", "pdf"),
        ("2026-10-practitioners", "pdf"),
    ]


def test_where_no_format_can_be_made_the_summary_goes_all_the_same(mailing: Mailing) -> None:
    mailing.printer.broken = dict.fromkeys(Format, ReportProblem("no room on the disk"))
    mailing.tick()
    (letter,) = mailing.to(LIST)
    assert letter.attachments == ()
    assert "1,204 copies waited." in words(letter)
    (page,) = mailing.to(address("carol"))
    assert "one side of paper" not in words(page)


def test_what_is_too_large_for_a_mail_is_left_out_and_said_with_a_link(mailing: Mailing) -> None:
    mailing.printer.sizes = {Format.PDF: ATTACHED_AT_MOST - 100, Format.XLSX: 101}
    mailing.tick()
    (letter,) = mailing.to(LIST)
    assert [one.name.partition(".")[2] for one in letter.attachments] == ["pdf", "html", "csv.zip"]
    assert sum(len(one.content) for one in letter.attachments) <= ATTACHED_AT_MOST
    assert "too large to send by mail: * a spreadsheet" in words(letter)
    assert "/leadership/reports" in words(letter)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "method", ["plan_notes", "claim_notes", "draft_notes", "end_notes", "settle_notes"]
)
def test_a_kill_beside_each_write_sends_one_of_each_all_the_same(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch, method: str, when: str
) -> None:
    with killed_at(mailing.weekend, monkeypatch, method, when):
        mailing.tick()
    mailing.restart()
    mailing.tick()
    mailing.after(HOUR)
    assert mailing.readers() == EVERYBODY


@pytest.mark.parametrize("call", ["draft", "send"])
def test_a_kill_or_a_lost_answer_in_a_call_sends_one_of_each_all_the_same(
    mailing: Mailing, call: str
) -> None:
    mailing.weekend.room.lost = {call}
    mailing.tick()
    mailing.weekend.room.lost.clear()
    mailing.restart()
    mailing.after(HOUR)
    assert mailing.readers() == EVERYBODY


def test_no_address_stands_in_the_log(mailing: Mailing) -> None:
    mailing.printer.broken[Format.PDF] = ReportProblem("install Pango")
    with capture_logs() as logs:
        mailing.tick()
    assert {line["event"] for line in logs} >= {"reports_planned", "note_sent"}
    assert "@" not in repr(logs)
