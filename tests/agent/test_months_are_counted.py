"""What a month of mail came to, from the rows of its days."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from policy_agent.agent.count_month import count_month, first_month
from policy_agent.agent.send_now import send_now
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.exempting import run_time_where
from policy_agent.domain.holds import HoldState
from policy_agent.domain.measures import Fact
from policy_agent.domain.months import CHANGED, TeamMonth
from policy_agent.domain.placing import NO_TEAM
from policy_agent.domain.rules import Exemption, HoldPoint, LetThrough, Mode
from policy_agent.domain.windows import Window
from policy_agent.store import figure_tables
from tests.agent.counted_months import (
    BLOCK,
    DAY,
    JULY,
    JUNE,
    MAY,
    block,
    columns,
    counted,
    on,
    people_are,
    rolled,
    series,
)
from tests.agent.weekends import CALENDAR, HOUR, MINUTE, TUESDAY, WAITING, Weekend, open_weekend
from tests.agent.world import RULE

FIRST_OF_JUNE = on(JUNE)
TAGGED = replace(WAITING, let_through=(LetThrough(subject_tags=("URGENT",), where=RULE.where),))
SUNDAY = date(2026, 6, 14)


@pytest.fixture
def weekend(tmp_path: Path) -> Iterator[Weekend]:
    with open_weekend(tmp_path) as opened:
        yield opened


def sends_now(weekend: Weekend, sender: str) -> None:
    """Let somebody send all of their mail now that waits."""
    for number in {hold.mail for hold in weekend.store.holds([HoldState.HELD])}:
        assert number is not None
        mail = weekend.store.held_mail(number)
        if mail is not None and mail.sender == sender:
            send_now(weekend.context, number, sender, weekend.now)


def test_a_bank_holiday_weekend_s_mail_is_in_its_month_by_what_became_of_it(
    weekend: Weekend,
) -> None:
    weekend.use(TAGGED)
    weekend.send("alice", "bob", "carol")
    weekend.send("alice", "bob", subject="[URGENT] A child")
    weekend.send("dan", "bob", is_meeting=True)
    weekend.send("carol", "dan", "erin")
    weekend.tick()
    weekend.after(3 * MINUTE)
    sends_now(weekend, "carol")
    weekend.until(TUESDAY + HOUR)
    weekend.send("alice", "bob")  # on a working day

    figures = counted(weekend, MAY, FIRST_OF_JUNE)
    assert columns(block(figures), "everyone") == {
        "waited": 2,
        "sent_now": 2,
        "urgent": 1,
        "rest": 1,
    }
    assert block(figures).people == {"everyone": 5}
    weeks = series(figures, "mail-weeks:weekend-email")
    assert [(row.head, row.values, row.mark) for row in weeks.rows if any(row.values)] == [
        ("2026-05-18", (2, 2, 0, 1, 0, 0, 0, 1), "")
    ]
    assert [row.mark for row in weeks.rows] == ["", "", "", "", "Spring bank holiday"]
    hours = series(figures, "mail-hours")
    assert [(row.head, row.values) for row in hours.rows if any(row.values)] == [("9", (1,))]
    (rule,) = figures.rules
    assert (rule.first, rule.last, rule.modes) == (date(2026, 5, 23), None, {"everyone": "enforce"})
    assert rule.days == 5  # two weekends and the bank holiday
    assert figures.teams == (TeamMonth(name="everyone"),)
    assert (figures.zone, figures.organisation) == ("Europe/London", "Northshire")
    assert figures.facts[Fact.RECEIPTS] == 2
    assert figures.facts[Fact.MAILBOXES] == 5
    assert figures.facts[Fact.OPEN_HOLDS] == 0


def test_mail_that_waits_yet_counts_as_waiting_and_is_told_of(weekend: Weekend) -> None:
    weekend.send("alice", "bob")
    figures = counted(weekend, MAY, FIRST_OF_JUNE)
    assert columns(block(figures), "everyone") == {"waited": 1}
    assert figures.facts[Fact.OPEN_HOLDS] == 1


def test_a_copy_that_was_never_moved_did_not_wait(
    weekend: Weekend, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = CallFailure(kind="denied", what="move: 403")
    monkeypatch.setattr(weekend.mails, "move", lambda copies: dict.fromkeys(copies, denied))
    weekend.send("alice", "bob")
    assert len(weekend.store.holds([HoldState.ABANDONED])) == 1
    figures = counted(weekend, MAY, FIRST_OF_JUNE)
    assert columns(block(figures), "everyone") == {"rest": 1}


@pytest.mark.parametrize(
    ("mode", "column"),
    [(Mode.OFF, "off"), (Mode.OBSERVE, "would_wait"), (Mode.NUDGE, "would_wait")],
)
def test_a_rule_that_moves_nothing_counts_what_it_would_have_held(
    weekend: Weekend, mode: Mode, column: str
) -> None:
    weekend.use(replace(WAITING, mode=mode))
    weekend.send("alice", "bob")
    figures = counted(weekend, MAY, FIRST_OF_JUNE)
    assert columns(block(figures), "everyone") == {column: 1}
    assert figures.rules[0].modes == {"everyone": mode.value}


def test_a_rule_that_holds_in_outlook_alone_delivers_what_came(weekend: Weekend) -> None:
    weekend.use(replace(WAITING, hold_at=(HoldPoint.OUTLOOK,)))
    weekend.send("alice", "bob")
    figures = counted(weekend, MAY, FIRST_OF_JUNE)
    assert columns(block(figures), "everyone") == {"rest": 1}


def test_a_copy_that_two_rules_held_was_sent_now_for_both(weekend: Weekend) -> None:
    other = replace(WAITING, name="other-email")
    weekend.use(WAITING, other)
    weekend.send("alice", "bob")
    weekend.tick()
    sends_now(weekend, "alice")
    weekend.tick()
    figures = counted(weekend, MAY, FIRST_OF_JUNE)
    assert columns(block(figures), "everyone") == {"sent_now": 1}
    assert columns(block(figures, "mail:other-email"), "everyone") == {"sent_now": 1}


def test_a_month_without_mail_has_zeros_for_everybody_who_could_have_sent_any(
    weekend: Weekend,
) -> None:
    people_are(weekend, on(MAY + 25 * DAY), everyone="alice bob carol", managers="dan")
    figures = counted(weekend, JUNE, on(JULY))
    assert block(figures).counts == {"everyone": (0,) * 8}  # managers send nothing by this rule
    assert figures.rules[0].first is None
    assert figures.rules[0].days == 8
    told = {fact: number for fact, number in figures.facts.items() if number}
    assert told == {Fact.MAILBOXES: 3, Fact.DAYS_COUNTED_LATE: 28}
    assert figures.facts.keys() == set(Fact)


def test_one_person_is_counted_like_many(weekend: Weekend) -> None:
    people_are(weekend, on(JUNE - DAY), everyone="alice")
    weekend.now = on(SUNDAY)
    weekend.send("alice", "alice")
    figures = counted(weekend, JUNE, on(JULY))
    assert columns(block(figures), "everyone") == {"waited": 1}
    assert block(figures).people == {"everyone": 1}


def test_a_team_renamed_in_mid_month_has_its_mail_under_each_name_and_says_when(
    weekend: Weekend,
) -> None:
    rule = replace(WAITING, from_teams=frozenset({"everyone"}))
    people_are(weekend, on(JUNE - DAY), rule, everyone="alice bob carol", old="alice bob")
    weekend.now = on(date(2026, 6, 6))
    weekend.send("alice", "carol")
    rolled(weekend, on(date(2026, 6, 10)))
    people_are(weekend, on(date(2026, 6, 10)), everyone="alice bob carol", new="alice bob")
    weekend.now = on(SUNDAY)
    weekend.send("alice", "carol")
    weekend.send("bob", "carol")
    figures = counted(weekend, JUNE, on(JULY))
    assert {team: columns(block(figures), team) for team in block(figures).counts} == {
        "everyone": {},
        "new": {"waited": 2},
        "old": {"waited": 1},
    }
    assert block(figures).people == {"everyone": 1, "new": 2, "old": 2}
    assert figures.teams == (
        TeamMonth(name="everyone"),
        TeamMonth(name="new", first=date(2026, 6, 10)),
        TeamMonth(name="old", last=date(2026, 6, 10)),
    )


def test_a_team_dissolved_in_mid_month_goes_into_the_others_from_then_on(
    weekend: Weekend,
) -> None:
    people_are(weekend, on(JUNE - DAY), everyone="alice bob carol dan", night="alice bob")
    rolled(weekend, on(SUNDAY))
    people_are(weekend, on(SUNDAY), everyone="alice bob carol dan")
    weekend.send("alice", "carol", at=on(SUNDAY) - HOUR)  # judged late, by who they were
    weekend.send("alice", "carol")
    figures = counted(weekend, JUNE, on(JULY))
    assert columns(block(figures), "night") == {"waited": 1}
    assert columns(block(figures), "everyone") == {"waited": 1}
    assert block(figures).people == {"everyone": 2, "night": 2}
    assert figures.teams[1] == TeamMonth(name="night", last=SUNDAY)


def test_a_rule_added_in_mid_month_says_since_when_and_counts_from_then_on(
    weekend: Weekend,
) -> None:
    rolled(weekend, on(SUNDAY))
    added = replace(WAITING, name="added", mode=Mode.OBSERVE)
    weekend.use(WAITING, added)
    weekend.send("alice", "bob")
    rolled(weekend, on(SUNDAY + 3 * DAY))
    weekend.use(WAITING, replace(added, mode=Mode.NUDGE))
    figures = counted(weekend, JUNE, on(JULY))
    assert [rule.name for rule in figures.rules] == ["weekend-email", "added"]
    rule = figures.rules[1]
    assert (rule.first, rule.last, rule.modes) == (SUNDAY, None, {"everyone": CHANGED})
    assert rule.days == 5
    assert columns(block(figures, "mail:added"), "everyone") == {"would_wait": 1}


def test_a_rule_that_is_gone_is_told_of_until_it_went(weekend: Weekend) -> None:
    weekend.use(replace(WAITING, name="gone"), WAITING)
    rolled(weekend, on(SUNDAY))
    weekend.use(WAITING)
    figures = counted(weekend, JUNE, on(JULY))
    assert [(rule.name, rule.because != "") for rule in figures.rules] == [
        ("weekend-email", True),
        ("gone", False),
    ]
    assert figures.rules[1].last == SUNDAY - DAY


def test_a_rule_that_came_and_went_on_one_day_is_told_of_by_its_decisions(
    weekend: Weekend,
) -> None:
    weekend.now = on(SUNDAY)
    weekend.use(replace(WAITING, name="short"))
    weekend.send("alice", "bob")
    weekend.use(WAITING)
    figures = counted(weekend, JUNE, on(JULY))
    short = figures.rules[1]
    assert (short.name, short.kind, short.first, short.last) == (
        "short",
        "defer-email",
        SUNDAY,
        SUNDAY,
    )
    assert block(figures, "mail:short").people == {"everyone": 0}
    assert columns(block(figures, "mail:short"), "everyone") == {"waited": 1}


def test_mail_of_people_whom_no_team_of_the_report_has_is_told_of(weekend: Weekend) -> None:
    book = weekend.context.current.policy.rulebook
    reporting = replace(book.reporting, teams=("managers",))
    weekend.context.current.change(
        lambda policy: replace(policy, rulebook=replace(book, reporting=reporting))
    )
    people_are(weekend, on(JUNE - DAY), everyone="alice bob carol", managers="carol")
    weekend.now = on(SUNDAY)
    weekend.send("alice", "bob", "carol")
    weekend.send("carol", "bob")
    figures = counted(weekend, JUNE, on(JULY))
    assert columns(block(figures), NO_TEAM) == {"waited": 2}
    assert block(figures).people == {NO_TEAM: 2, "managers": 1}
    assert [team.name for team in figures.teams] == ["managers"]


@pytest.mark.parametrize(
    ("month", "changes"),
    [(date(2026, 10, 1), date(2026, 10, 25)), (date(2027, 3, 1), date(2027, 3, 28))],
)
def test_a_month_in_which_clocks_change_counts_every_hour_of_it(
    weekend: Weekend, month: date, changes: date
) -> None:
    moment, sent = on(changes, 0), 0
    weekend.now = moment
    while moment < on(changes + DAY, 0):
        weekend.send("alice", "bob", at=moment)
        moment, sent = moment + HOUR, sent + 1
    assert sent in {23, 25}
    last = on(month + 31 * DAY, 0) - timedelta(minutes=1)
    weekend.now = last
    weekend.use(
        replace(WAITING, window=Window(name="all", calendar=CALENDAR, days="all", where=RULE.where))
    )
    weekend.send("alice", "bob")
    figures = counted(weekend, month, last + 3 * HOUR)
    assert columns(block(figures), "everyone") == {"waited": sent + 1}


def test_mail_that_is_judged_in_the_next_month_counts_in_the_month_it_came(
    weekend: Weekend,
) -> None:
    last = date(2026, 5, 31)  # a Sunday
    weekend.now = on(JUNE, 0, 30)
    weekend.send("alice", "bob", at=on(last, 23))
    assert count_month(weekend.context, MAY, weekend.now) is None
    figures = counted(weekend, MAY, on(JUNE + DAY, 1, 30))
    assert columns(block(figures), "everyone") == {"waited": 1}
    assert block(counted(weekend, JUNE, on(JULY))).counts == {"everyone": (0,) * 8}


def test_a_month_is_not_counted_before_each_day_of_it_is(weekend: Weekend) -> None:
    rolled(weekend, on(date(2026, 5, 31)))
    assert count_month(weekend.context, MAY, FIRST_OF_JUNE) is None
    rolled(weekend, FIRST_OF_JUNE)
    assert count_month(weekend.context, MAY, FIRST_OF_JUNE) is not None
    assert count_month(weekend.context, JUNE, FIRST_OF_JUNE) is None
    assert count_month(weekend.context, date(2026, 4, 1), FIRST_OF_JUNE) is not None


def test_the_first_month_is_the_one_in_which_the_watch_began(weekend: Weekend) -> None:
    assert first_month(weekend.context) == MAY
    weekend.store.put_mailboxes([], now=weekend.now)
    assert first_month(weekend.context) is None
    assert count_month(weekend.context, MAY, FIRST_OF_JUNE) is None


def exemption(name: str, starts: date, ends: date) -> Exemption:
    return Exemption(
        name=name,
        rules=frozenset({"weekend-email"}),
        teams=frozenset({"everyone"}),
        starts=starts,
        ends=ends,
        because="Inspection",
        approved_by="director",
        where=replace(RULE.where, line=99),
    )


def test_exemptions_are_told_of_by_whether_they_were_used_and_ended(weekend: Weekend) -> None:
    used = exemption("ofsted-week", date(2026, 5, 20), date(2026, 5, 24))
    written = (
        used,
        exemption("unused", date(2026, 5, 28), date(2026, 6, 9)),
        exemption("over", date(2026, 4, 1), date(2026, 4, 30)),
        exemption("to-come", date(2026, 6, 1), date(2026, 6, 9)),
    )
    book = weekend.context.current.policy.rulebook
    weekend.context.current.change(
        lambda policy: replace(policy, rulebook=replace(book, exemptions=written))
    )
    weekend.send("alice", "bob")
    run_time = replace(written[1], name="added", where=run_time_where("added"))
    weekend.store.add_exemption(run_time, by="it", now=weekend.now)
    weekend.store.end_exemption("added", by="it", now=on(date(2026, 5, 29)))
    figures = counted(weekend, MAY, FIRST_OF_JUNE)
    assert columns(block(figures), "everyone") == {"exempt": 1}
    assert figures.facts[Fact.EXEMPTIONS_USED] == 1
    assert figures.facts[Fact.EXEMPTIONS_UNUSED] == 2
    assert figures.facts[Fact.EXEMPTIONS_ENDED] == 2


def test_days_that_were_counted_late_and_rows_that_went_are_told_of(weekend: Weekend) -> None:
    rolled(weekend, on(date(2026, 5, 29)))  # the 23rd to the 26th are late; so will be the 29th
    with weekend.store.writing() as connection:
        connection.execute(
            insert(figure_tables.erasures),
            [
                {"at": at, "what": "decisions", "before": at, "rows": 7}
                for at in (on(date(2026, 5, 30)), on(JUNE))
            ],
        )
    figures = counted(weekend, MAY, FIRST_OF_JUNE)
    assert figures.facts[Fact.DAYS_COUNTED_LATE] == 5
    assert figures.facts[Fact.ERASED] == 7


def test_errors_of_the_month_are_told_of(weekend: Weekend, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> datetime:
        raise ValueError("no working day")

    with monkeypatch.context() as patched:
        patched.setattr("policy_agent.domain.rules.release_moment", broken)
        weekend.send("alice", "bob")
    figures = counted(weekend, MAY, FIRST_OF_JUNE)
    assert figures.facts[Fact.ERRORS] == 1
    assert columns(block(figures), "everyone") == {"rest": 1}


def test_the_same_rows_give_the_same_figures_however_often_they_are_counted(
    weekend: Weekend,
) -> None:
    weekend.send("alice", "bob")
    first = counted(weekend, MAY, FIRST_OF_JUNE)
    assert counted(weekend, MAY, FIRST_OF_JUNE) == first
    assert BLOCK in {one.key for one in first.blocks}
    assert time(10) == FIRST_OF_JUNE.astimezone(CALENDAR.zone).time()
    assert FIRST_OF_JUNE.tzinfo is UTC
