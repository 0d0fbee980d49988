"""Warnings of rulebooks that load: each where it is certain, and none where it is not."""

from datetime import date
from pathlib import Path

import pytest

from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.doubts import Doubts, doubts
from policy_agent.rulebook.load import load_with_places

HERE = Path(__file__).parent
SMALL = (HERE / "good" / "small.yaml").read_text(encoding="utf-8")
TODAY = date(2026, 5, 22)
# everybody is known without a directory
KNOWN = (
    ("everyone: { group: all@", "everyone: { people: [head@northshire.example, all@"),
    ("all@northshire.example }", "all@northshire.example] }"),
    (
        "leadership: { group: heads@northshire.example }",
        "leadership: { people: [head@northshire.example] }",
    ),
    (", carol@northshire.example", ""),
)


def look(folder: Path, *changes: tuple[str, str], today: date = TODAY) -> Doubts:
    text = SMALL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return doubts(load_with_places(path, SHIPPED), today)


def warnings(folder: Path, *changes: tuple[str, str], today: date = TODAY) -> list[str]:
    found = look(folder, *KNOWN, *changes, today=today)
    return [str(problem).partition("/")[2] for problem in found.warnings]


def test_a_rulebook_without_doubts_has_no_warning(tmp_path: Path) -> None:
    assert warnings(tmp_path) == []
    assert look(tmp_path, *KNOWN).not_looked_at == ()


def test_an_exemption_that_ended(tmp_path: Path) -> None:
    said = "a.yaml:45:5: the exemption ofsted-week ended on 8 Jun 2026; take it away"
    assert warnings(tmp_path, today=date(2026, 6, 9)) == [said]
    assert warnings(tmp_path, today=date(2026, 6, 8)) == []  # it holds for all of its last day


def test_holidays_that_end_within_sixty_days(tmp_path: Path) -> None:
    closed = ("[england-and-wales]", "[{ date: 2026-12-24, name: C }, closures.ics]")
    lines = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    event = "DTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20260720\r\nSUMMARY:Closed\r\n"
    (tmp_path / "closures.ics").write_text(f"{lines}{event}END:VEVENT\r\nEND:VCALENDAR\r\n")
    ends = "ends: 2026-06-08", "ends: 2026-08-08"
    assert warnings(tmp_path, closed, ends, today=date(2026, 5, 20)) == []  # 61 days
    (soon,) = warnings(tmp_path, closed, ends, today=date(2026, 5, 21))
    assert soon == (
        "a.yaml:9:5: the holidays that service knows end on 20 Jul 2026, in 60 days; bring its"
        " lists up to date, or holidays after that are taken for working days"
    )
    (past,) = warnings(tmp_path, closed, ends, today=date(2026, 7, 21))
    assert "the holidays that service knows ended on 20 Jul 2026; bring" in past


def test_a_rule_without_examples(tmp_path: Path) -> None:
    examples = SMALL[SMALL.index("    examples:") : SMALL.index("\nexemptions:")]
    assert warnings(tmp_path, (examples, "")) == [
        (
            "a.yaml:20:5: the rule weekend-email has no examples; add one that is held and"
            " one that is delivered"
        )
    ]


def test_a_window_that_no_rule_uses(tmp_path: Path) -> None:
    more = ("windows:\n", "windows:\n  lunch: { calendar: service, days: working }\n")
    assert warnings(tmp_path, more) == [
        "a.yaml:17:3: no rule uses the window lunch; use it or take it away"
    ]


def test_a_window_that_never_comes_round(tmp_path: Path) -> None:
    always = ("working_days: mon-fri", "working_days: mon-sun")
    none = ("[england-and-wales]", "[]")
    held = ("hold until 2026-06-08 08:30", "deliver")
    said = warnings(tmp_path, always, none, held)
    assert said[0] == (
        "a.yaml:17:3: the window rest-days does not come round once before 21 May 2028; check its"
        " days and its calendar"
    )
    assert warnings(tmp_path, always, held, ("2026-06-08", "2026-06-30")) == [
        (
            "a.yaml:44:5: the window rest-days of weekend-email does not come round while the"
            " exemption ofsted-week lasts, so it is never used; check its days"
        )
    ]


def test_an_exemption_within_one_working_week_is_never_used(tmp_path: Path) -> None:
    (said,) = warnings(
        tmp_path,
        ("starts: 2026-06-01", "starts: 2026-06-02"),
        ("ends: 2026-06-08", "ends: 2026-06-05"),
    )
    assert "does not come round while the exemption ofsted-week lasts" in said


def test_an_exemption_from_a_rule_that_is_off(tmp_path: Path) -> None:
    off = ("mode: observe", "mode: off"), ("leadership: nudge", "leadership: off")
    assert warnings(tmp_path, *off) == [
        "a.yaml:42:5: weekend-email is off, so the exemption ofsted-week is not used"
    ]
    assert warnings(tmp_path, off[0]) == []


def test_an_exemption_of_who_is_exempt_for_good(tmp_path: Path) -> None:
    assert warnings(tmp_path, ("people: [leadership]", "people: [emergency-duty]")) == [
        (
            "a.yaml:43:5: emergency-duty is exempt from weekend-email for good, so the exemption"
            " ofsted-week is not used for it"
        )
    ]


def test_an_exemption_of_people_whom_the_rule_is_not_about(tmp_path: Path) -> None:
    (said,) = warnings(tmp_path, ("people: [leadership]", "people: [eve@northshire.example]"))
    assert said == (
        "a.yaml:43:5: eve@northshire.example is not in the teams that the rule weekend-email is"
        " about (everyone), so the exemption ofsted-week hardly ever applies; check whom it is for"
    )


def test_an_exemption_of_somebody_outside(tmp_path: Path) -> None:
    police = ("people: [leadership]", "people: [desk@police.example]")
    assert warnings(tmp_path, police) == []  # mail that goes to them as well is freed
    (said,) = warnings(tmp_path, police, ("when: involved", "when: recipient"))
    assert said == (
        "a.yaml:43:5: desk@police.example is outside the organisation, and their copies are never"
        " held; take the address out of the exemption ofsted-week"
    )


def test_a_mode_for_a_team_that_never_sends_under_the_rule(tmp_path: Path) -> None:
    gone = ("people: [head@northshire.example, all", "people: [all")
    first = warnings(tmp_path, gone)[0]
    assert first == (
        "a.yaml:25:17: nobody in leadership is in the rule's from (everyone), so this mode never"
        " counts; add the team to from, or take it away here"
    )
    assert warnings(tmp_path, gone, ("from: { include: [", "from: { include: [leadership, ")) == []


@pytest.mark.parametrize(
    ("observed", "certain", "unknown"),
    [(None, 0, 2), ({}, 2, 0), ({"weekend-email": frozenset({"everyone", "leadership"})}, 0, 0)],
)
def test_enforcing_what_was_never_observed(
    tmp_path: Path, observed: dict[str, frozenset[str]] | None, certain: int, unknown: int
) -> None:
    enforced = ("mode: observe", "mode: enforce"), ("leadership: nudge", "leadership: enforce")
    text = SMALL
    for old, new in (*KNOWN, *enforced):
        text = text.replace(old, new, 1)
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    found = doubts(load_with_places(tmp_path / "a.yaml", SHIPPED), TODAY, observed=observed)
    assert [len(found.warnings), len(found.not_looked_at)] == [certain, unknown]
    places = [(one.where.line, one.where.column) for one in (*found.warnings, *found.not_looked_at)]
    assert places == ([] if observed else [(24, 5), (25, 17)])


def test_what_an_entra_group_has_is_not_guessed(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert found.warnings == ()
    assert [problem.text for problem in found.not_looked_at] == [
        "whether anybody in leadership is in the rule's from",
        (
            "whether carol@northshire.example is or has anybody whom the rule weekend-email is"
            " about (everyone)"
        ),
        "whether leadership is or has anybody whom the rule weekend-email is about (everyone)",
    ]
