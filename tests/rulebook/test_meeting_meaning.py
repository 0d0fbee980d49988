"""What rules about meetings mean once they are read: values, defaults, places, examples."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from policy_agent.domain.meeting_rules import Check, KeptLine, OnClash
from policy_agent.domain.modes import Mode
from policy_agent.domain.rules import Rulebook
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.example_files import run_example_files
from policy_agent.rulebook.load import load
from policy_agent.rulebook.meeting_examples import facts_of
from policy_agent.rulebook.problems import RulebookError

GOOD = Path(__file__).parent / "good" / "meetings.yaml"
TEXT = GOOD.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load(GOOD, SHIPPED)


def with_changes(folder: Path, *changes: tuple[str, str]) -> Rulebook:
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    return load(folder / "a.yaml", SHIPPED)


def test_time_is_protected_as_it_is_written(book: Rulebook) -> None:
    lunch, nights = book.protect_time
    assert (lunch.mode, lunch.mode_for) == (Mode.NUDGE, {"leadership": Mode.ENFORCE})
    assert lunch.attendees_at_least == 2
    assert lunch.overlap_at_least == timedelta(minutes=5)
    assert lunch.booked_from == date(2026, 1, 1)
    assert lunch.let_through[0].categories == {"safeguarding", "learning lunch"}
    assert lunch.let_through[1].subject_tags == ("Court",)
    assert lunch.let_through[2].organiser_outside
    assert nights.exempt is not None
    assert nights.exempt.when == "involved"
    assert (nights.on_clash, nights.grace) == (OnClash.CANCEL, timedelta(days=2))


def test_what_is_left_out_means_what_the_reference_says(book: Rulebook) -> None:
    nights = book.protect_time[1]
    assert (nights.mode, nights.overlap_at_least) == (Mode.OBSERVE, timedelta(minutes=1))
    assert (nights.attendees_at_least, nights.online_only, nights.block_out) == (2, False, False)
    assert (nights.booked_from, nights.where_meetings) == (None, None)


def test_each_clause_knows_its_line(book: Rulebook) -> None:
    lines = TEXT.splitlines()
    for rule in book.protect_time:
        assert lines[rule.where_window.line - 1].strip() == f"window: {rule.window.name}"
        assert lines[rule.where_people.line - 1].strip().startswith("people: ")
    (kind,) = book.meeting_etiquette
    assert set(kind.where_checks) == set(Check)
    for check, key in ((Check.AGENDA, "agenda"), (Check.SIZE, "attendees_at_most")):
        where = kind.where_checks[check]
        assert lines[where.line - 1][where.column - 1 :].startswith(f"{key}:")
    (keep,) = book.keep_meeting
    assert lines[keep.where_meetings.line - 1].strip().startswith("meetings: ")


ONE_LINE = "meetings: { category: [Supervision], subject_words: supervision, team: everyone }"


def test_one_mapping_of_kept_meetings_is_one_line_whose_keys_must_all_match(
    book: Rulebook,
) -> None:
    (keep,) = book.keep_meeting
    assert keep.named == (
        KeptLine(
            categories=frozenset({"supervision"}),
            subject_words=("supervision",),
            team="everyone",
            where=keep.where_meetings,
        ),
    )


@pytest.mark.parametrize(
    "written",
    [
        "meetings: [ { category: Supervision },\n      { subject_words: [Supervision, 1:1] } ]",
        "meetings:\n      - category: Supervision\n      - subject_words: [Supervision, 1:1]",
    ],
)
def test_each_line_of_a_list_of_kept_meetings_is_enough_and_has_a_place(
    tmp_path: Path, written: str
) -> None:
    book = with_changes(
        tmp_path,
        (ONE_LINE, written),
        ("subject: Supervision with Bob\n          category: Supervision", "subject: '1:1'"),
    )
    (keep,) = book.keep_meeting
    assert [(line.categories, line.subject_words, line.team) for line in keep.named] == [
        ({"supervision"}, (), None),
        (frozenset(), ("supervision", "1:1"), None),
    ]
    lines = (tmp_path / "a.yaml").read_text(encoding="utf-8").splitlines()
    for line, key in zip(keep.named, ("category", "subject_words"), strict=True):
        there = lines[line.where.line - 1][line.where.column - 1 :]
        assert there.removeprefix("{ ").startswith(f"{key}: ")


def test_a_list_of_one_line_means_what_its_mapping_means(book: Rulebook, tmp_path: Path) -> None:
    listed = ONE_LINE.replace("{", "[ {").replace("}", "} ]")
    (line,) = with_changes(tmp_path, (ONE_LINE, listed)).keep_meeting[0].named
    assert (
        replace(line, where=book.keep_meeting[0].where_meetings) == (book.keep_meeting[0].named[0])
    )


def test_only_the_checks_that_are_written_are_looked_at(tmp_path: Path) -> None:
    checks = TEXT[TEXT.index("checks: {") : TEXT.index("}", TEXT.index("checks: {")) + 1]
    book = with_changes(tmp_path, (checks, "checks: { agenda: required }"))
    (kind,) = book.meeting_etiquette
    assert kind.agenda_required
    assert set(kind.where_checks) == {Check.AGENDA}
    assert kind.notice_at_least is kind.no_longer_than is kind.break_between is None


def test_the_only_calendar_need_not_be_named(book: Rulebook, tmp_path: Path) -> None:
    assert "calendar: service\n    checks" in TEXT
    bare = with_changes(tmp_path, ("    calendar: service\n    checks", "    checks"))
    assert bare.meeting_etiquette[0].calendar.name == "service"
    assert book.keep_meeting[0].calendar.name == "service"


def test_an_example_is_a_meeting_on_the_calendar_s_wall(book: Rulebook) -> None:
    lunch = book.protect_time[0]
    (example,) = lunch.examples
    assert example.starts == datetime(2026, 6, 10, 12, 15)  # noqa: DTZ001  a wall clock's
    facts = facts_of(lunch, example)
    assert facts.starts.isoformat() == "2026-06-10T11:15:00+00:00"  # summer time
    assert facts.booked is not None
    assert facts.starts - facts.booked == timedelta(days=14)
    assert facts.organiser is not None
    assert facts.organiser.teams == {"everyone"}
    assert [one.person.id for one in facts.invited] == ["bob", "carol"]
    assert facts.has_agenda is True


def test_an_example_that_ends_while_the_clocks_jump_ends_no_earlier_than_it_starts(
    tmp_path: Path,
) -> None:
    book = with_changes(
        tmp_path,
        ("starts: 2026-06-10 12:15, ends: 12:45", "starts: 2026-03-29 01:50, ends: 02:10"),
        ("expect: decline", "expect: deliver"),
    )
    lunch = book.protect_time[0]
    facts = facts_of(lunch, lunch.examples[0])
    assert facts.starts == facts.ends  # 01:50 is 02:50 on that night


EXAMPLES = """\
examples:
  - rule: protected-lunch
    title: lunch is protected
    given: { organiser: alice, attendees: bob, starts: 2026-06-10 12:30, ends: 13:00 }
    expect: decline
  - rule: kind-meetings
    title: large meetings are kind all the same
    given: { organiser: alice, attendees: [b, c, d, e, f, g, h, i, j, k, l, m, n], starts: 2026-06-10 10:00, ends: 11:00 }
    expect: deliver
"""  # noqa: E501  as somebody writes it


def test_examples_of_meetings_may_stand_in_a_file_of_their_own(
    book: Rulebook, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.examples.yaml").write_text(EXAMPLES, encoding="utf-8")
    clash, surprise = run_example_files(tmp_path / "a.yaml", book)
    assert clash.text == "decline, as expected"
    assert not surprise.as_expected
    assert surprise.text.startswith(
        "expected deliver, but its organiser is nudged: Many people are invited ("
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "given: { organiser: alice, attendees: bob, starts: 2026-06-10 12:30, ends: 13:00 }",
            "given: { from: alice, to: bob, at: 2026-06-10 12:30 }",
            "4:14: the key 'from' is not known here; known are organiser, attendees, starts,",
        ),
        ("expect: decline", "expect: nudge", "5:13: expect: an example shows what becomes of a"),
        ("expect: deliver", "expect: decline", "9:13: expect: 'decline' is not known; write"),
        ("ends: 13:00", "ends: 12:30", "4:80: ends: 2026-06-10 12:30 is not after the start;"),
        ("rule: protected-lunch", "rule: protected-lanch", "2:11: rule: there is no rule"),
    ],
)
def test_a_filed_example_is_told_by_the_kind_of_its_rule(
    book: Rulebook, tmp_path: Path, old: str, new: str, said: str
) -> None:
    (tmp_path / "a.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.examples.yaml").write_text(EXAMPLES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulebookError) as refused:
        run_example_files(tmp_path / "a.yaml", book)
    assert f"a.examples.yaml:{said}" in str(refused.value)


def test_a_meeting_with_thousands_of_people_is_tried_within_its_effort(tmp_path: Path) -> None:
    crowd = ", ".join(f"person-{number}" for number in range(2_000))
    book = with_changes(tmp_path, ("attendees: [bob, carol]", f"attendees: [{crowd}]"))
    assert len(book.protect_time[0].examples[0].attendees) == 2_000
