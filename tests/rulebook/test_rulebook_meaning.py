"""What a rulebook that loads means, after the points of the design's second section."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from policy_agent.domain.decisions import Outcome, decide
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Person
from policy_agent.domain.rules import HoldPoint, Mode, Rulebook
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load
from policy_agent.rulebook.problems import RulebookError

HERE = Path(__file__).parent
SMALL = (HERE / "good" / "small.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def split() -> Rulebook:
    return load(HERE / "good" / "split-over-files", SHIPPED)


@pytest.fixture(scope="module")
def small() -> Rulebook:
    return load(HERE / "good" / "small.yaml", SHIPPED)


def changed(folder: Path, *changes: tuple[str, str]) -> Rulebook:
    text = SMALL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    return load(folder / "small.yaml", SHIPPED)


def said(folder: Path, *changes: tuple[str, str]) -> str:
    with pytest.raises(RulebookError) as refused:
        changed(folder, *changes)
    return str(refused.value)


def test_items_of_a_list_are_or_and_keys_of_a_line_are_and(split: Rulebook) -> None:
    urgent, outside = split.mail_rules[0].let_through
    assert urgent.subject_tags == ("URGENT",)
    assert urgent.importance == "high"
    assert outside.categories == {"safeguarding"}
    assert outside.recipient_outside


def test_the_order_of_rules_changes_nothing(tmp_path: Path) -> None:
    text = SMALL[SMALL.index("  - name: weekend-email") : SMALL.index("\nexemptions")]
    other = text.replace("weekend-email", "another").replace("at: 08:30", "at: 09:30")
    other = other.replace("08 08:30", "08 09:30")
    first = changed(tmp_path, (text, text + other))
    second = changed(tmp_path, (text, other + text))
    assert {r.name: r.release.at for r in first.mail_rules} == {
        r.name: r.release.at for r in second.mail_rules
    }


def test_windows_are_wall_clock_and_may_wrap(split: Rulebook) -> None:
    nights = split.windows["nights"]
    assert nights.time == (time(22), time(6))
    assert nights.calendar.zone.key == "Europe/London"


def test_an_example_on_a_skipped_hour_moves_forward_by_the_gap(tmp_path: Path) -> None:
    book = changed(
        tmp_path,
        ("days: non-working", "days: sun, time: 02:00-03:00"),
        ("at: 2026-06-06 10:00", "at: 2026-03-29 01:30"),
        ("hold until 2026-06-08 08:30", "hold until 2026-03-30 08:30"),
    )
    assert book.mail_rules[0].examples[0].at == datetime(2026, 3, 29, 1, 30)  # noqa: DTZ001  wall clock


def test_holidays_are_divisions_files_and_dates(split: Rulebook) -> None:
    calendar = split.calendars["shifts"]
    assert calendar.holidays[date(2026, 7, 6)] == "Office move"
    assert calendar.holidays[date(2026, 12, 29)] == "Christmas closure"
    assert date(2026, 11, 30) in calendar.holidays  # St Andrew's Day, Scotland only
    assert calendar.working_days == {4, 5, 6, 0}


def test_a_calendar_knows_holidays_until_the_earliest_end_of_its_lists(split: Rulebook) -> None:
    assert split.calendars["shifts"].known_until == date(2026, 7, 6)
    assert split.holidays_known_until == date(2026, 7, 6)


def test_a_calendar_of_dates_only_knows_no_end(tmp_path: Path) -> None:
    book = changed(tmp_path, ("[england-and-wales]", "[{ date: 2026-12-29, name: Closed }]"))
    assert book.calendars["service"].known_until is None


def test_exempt_says_when_and_involved_is_the_default(tmp_path: Path, split: Rulebook) -> None:
    exempt = changed(tmp_path, (", when: involved", "")).mail_rules[0].exempt
    assert exempt is not None
    assert exempt.when == "involved"
    assert split.mail_rules[0].exempt is not None
    assert split.mail_rules[0].exempt.when == "recipient"


def test_mail_of_an_example_from_outside_is_never_held(tmp_path: Path) -> None:
    book = changed(
        tmp_path,
        ("at: 2026-06-06 10:00", "at: 2026-06-06 10:00, outside: [alice]"),
        ("hold until 2026-06-08 08:30", "deliver"),
    )
    assert book.mail_rules[0].examples[0].outside == {"alice"}


def test_observe_is_the_default_mode(tmp_path: Path) -> None:
    assert changed(tmp_path, ("    mode: observe\n", "")).mail_rules[0].mode is Mode.OBSERVE


def test_off_is_a_mode_and_no_boolean(split: Rulebook) -> None:
    assert split.mail_rules[0].mode is Mode.OFF
    assert split.mail_rules[0].mode_for == {"on-call": Mode.ENFORCE}


def test_a_time_is_no_number(tmp_path: Path) -> None:
    book = changed(tmp_path, ("at: 08:30", "at: 12:30"), ("08 08:30", "08 12:30"))
    assert book.mail_rules[0].release.at == time(12, 30)


OWN_DAYS = "at: 08:30, spread: 20m", "at: 08:30, spread: 20m, calendar: recipient"


def test_the_windows_calendar_says_when_mail_comes_back_unless_the_rule_says_otherwise(
    tmp_path: Path, small: Rulebook
) -> None:
    assert small.mail_rules[0].release.calendar == "window"
    assert not small.asks_for_working_days
    book = changed(tmp_path, OWN_DAYS)
    assert book.mail_rules[0].release.calendar == "recipient"
    assert book.asks_for_working_days


def test_an_example_may_give_recipients_working_days_of_their_own(tmp_path: Path) -> None:
    book = changed(
        tmp_path,
        OWN_DAYS,
        ("at: 2026-06-06 10:00", "at: 2026-06-06 10:00, working_days: { bob: [tue, thu] }"),
        ("hold until 2026-06-08 08:30", "hold until 2026-06-09 08:30"),
    )
    assert book.mail_rules[0].examples[0].working_days == {"bob": {1, 3}}


def test_whose_working_days_are_not_given_goes_by_the_windows_calendar(tmp_path: Path) -> None:
    assert changed(tmp_path, OWN_DAYS).mail_rules[0].examples[0].working_days == {}


def test_spread_is_minutes_or_hours_and_may_reach_midnight(tmp_path: Path) -> None:
    changes = (("at: 08:30, spread: 20m", "at: 20:00, spread: 4h"), ("08 08:30", "08 20:00"))
    assert changed(tmp_path, *changes).mail_rules[0].release.spread == timedelta(hours=4)


def test_every_other_week_counts_from_its_first_day(split: Rulebook) -> None:
    focus = split.windows["focus"]
    assert (focus.every_weeks, focus.starting) == (2, date(2026, 1, 9))
    assert focus.days == frozenset({0, 4, 5})


def test_an_exemption_may_last_what_the_rulebook_says(split: Rulebook) -> None:
    exemption = split.exemptions[0]
    assert (exemption.ends - exemption.starts).days == 111
    assert exemption.teams == {"everyone"}
    assert exemption.addresses == {"eve@northshire.example"}


def test_an_exemption_of_ninety_days_is_fine(tmp_path: Path) -> None:
    assert changed(tmp_path, ("ends: 2026-06-08", "ends: 2026-08-30")).exemptions


def test_addresses_and_domains_are_lower_case(split: Rulebook) -> None:
    assert split.domains == {"northshire.example"}
    assert split.teams["everyone"].group == "all@northshire.example"
    assert split.teams["everyone"].people == ("alice@northshire.example",)


def test_a_clause_is_named_by_the_folder_and_the_file_in_it(split: Rulebook) -> None:
    assert str(split.mail_rules[0].where) == "split-over-files/rules.yaml:2"
    assert str(split.mail_rules[0].where_window) == "split-over-files/rules.yaml:11"
    assert str(split.teams["on-call"].where) == "split-over-files/teams/teams.yml:3"


def test_a_decision_names_the_line_that_decided(small: Rulebook) -> None:
    alice = Person(id="a", address="a@northshire.example", teams=frozenset({"everyone"}))
    at = datetime(2026, 6, 6, 10, tzinfo=UTC)
    mail = MailFacts(
        sender=alice, recipient=alice, recipients=(alice,), received=at, importance="high"
    )
    decision = decide(small, mail)[0]
    assert decision.outcome is Outcome.DELIVER
    line = SMALL.splitlines()[decision.where.line - 1]
    assert line.strip() == "- importance: high"


def test_an_exemption_never_makes_an_example_fail(tmp_path: Path) -> None:
    book = changed(
        tmp_path, ("people: [leadership, carol@northshire.example]", "people: [everyone]")
    )
    assert book.exemptions[0].teams == {"everyone"}


def test_a_sender_from_an_exempt_team_is_not_who_examples_mean(tmp_path: Path) -> None:
    book = changed(
        tmp_path,
        ("from: { include: [everyone] }", "from: { include: [emergency-duty, everyone] }"),
    )
    assert book.mail_rules[0].from_teams == {"emergency-duty", "everyone"}


def test_a_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert load(tmp_path, SHIPPED).organisation == "Northshire"


def test_the_hash_changes_with_any_file_and_with_its_name(tmp_path: Path) -> None:
    hashes = set()
    for name, text in (("a.yaml", SMALL), ("a.yaml", f"{SMALL}\n"), ("b.yaml", SMALL)):
        for old in tmp_path.iterdir():
            old.unlink()
        (tmp_path / name).write_text(text, encoding="utf-8")
        hashes.add(load(tmp_path, SHIPPED).hash)
        assert load(tmp_path, SHIPPED).hash in hashes
    assert len(hashes) == 3


def test_hold_points_are_kept_in_order(split: Rulebook) -> None:
    assert split.mail_rules[0].hold_at == (HoldPoint.INBOX,)


def test_names_of_a_file_that_does_not_read_are_not_called_unknown(tmp_path: Path) -> None:
    (tmp_path / "teams.yaml").write_text("teams: { everyone: {", encoding="utf-8")
    text = SMALL[: SMALL.index("teams:")] + SMALL[SMALL.index("windows:") :]
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RulebookError) as refused:
        load(tmp_path, SHIPPED)
    assert [problem.where.file for problem in refused.value.problems] == [
        f"{tmp_path.name}/teams.yaml"
    ]


def test_a_capital_letter_still_finds_what_was_meant(tmp_path: Path) -> None:
    assert "did you mean 'everyone'?" in said(
        tmp_path, ("include: [everyone]", "include: [EVERYONE]")
    )
