"""Warnings of rulebooks about meetings: each where it is certain, and none where it is not."""

from datetime import date
from pathlib import Path

import pytest

from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.doubts import Doubts, doubts
from policy_agent.rulebook.load import load_with_places

HERE = Path(__file__).parent
# everybody is known without a directory, and every window is used
TEXT = (
    (HERE / "good" / "meetings.yaml")
    .read_text(encoding="utf-8")
    .replace("everyone: { group: all@northshire.example }", "everyone: { people: [a@n.example] }")
    .replace(
        "leadership: { group: heads@northshire.example }", "leadership: { people: [h@n.example] }"
    )
    .replace("domains: [northshire.example]", "domains: [n.example, northshire.example]")
    .replace("  rest-days: { calendar: service, days: non-working }\n", "")
    .replace("mode_for: { leadership: off }", "mode_for: {}")
    .replace("mode_for: { leadership: enforce }", "mode_for: {}")
)
TODAY = date(2026, 5, 22)
EXEMPTION = """
exemptions:
  - name: inspection
    rules: [protected-lunch]
    people: [leadership]
    starts: 2026-06-01
    ends: 2026-06-08
    because: Inspection
    approved_by: the director
"""


def look(folder: Path, *changes: tuple[str, str], more: str = "") -> Doubts:
    text = TEXT + more
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return doubts(load_with_places(path, SHIPPED), TODAY)


def warnings(folder: Path, *changes: tuple[str, str], more: str = "") -> list[str]:
    found = look(folder, *changes, more=more)
    assert found.not_looked_at == ()
    return [problem.text for problem in found.warnings]


def test_a_rulebook_about_meetings_without_doubts_has_no_warning(tmp_path: Path) -> None:
    assert warnings(tmp_path) == []
    assert warnings(tmp_path, more=EXEMPTION) == []  # leadership may book over anybody's lunch


def test_a_window_that_only_time_is_protected_in_is_used(tmp_path: Path) -> None:
    more = ("windows:\n", "windows:\n  mornings: { calendar: service, days: working }\n")
    assert warnings(tmp_path, more) == ["no rule uses the window mornings; use it or take it away"]


@pytest.mark.parametrize(
    ("name", "next_rule", "said"),
    [
        ("protected-lunch", "\n  - name: quiet-nights", "a clash and one that is left alone"),
        ("kind-meetings", "\n  - name: supervision", "unkind and one that is kind"),
        ("supervision-happens", None, "kept and one that is cancelled"),
    ],
)
def test_a_rule_about_meetings_without_examples(
    tmp_path: Path, name: str, next_rule: str | None, said: str
) -> None:
    start = TEXT.index("    examples:", TEXT.index(f"- name: {name}"))
    end = len(TEXT) if next_rule is None else TEXT.index(next_rule, start)
    assert warnings(tmp_path, (TEXT[start:end], "")) == [
        f"the rule {name} has no examples; add one that is {said}"
    ]


def test_a_mode_for_a_team_that_never_organises_under_etiquette(tmp_path: Path) -> None:
    kind = "mode: nudge\n    mode_for: {}\n    people: { include: [everyone] }\n    exempt: { teams: [emergency-duty] }"  # noqa: E501  as it is written
    off = kind.replace("mode_for: {}", "mode_for: { leadership: off }")
    assert warnings(tmp_path, (kind, off)) == [
        (
            "nobody in leadership is in the rule's people (everyone), so this mode never counts;"
            " add the team to people, or take it away here"
        )
    ]


def test_a_mode_for_any_team_may_count_where_others_time_is_protected(tmp_path: Path) -> None:
    assert warnings(tmp_path, ("mode_for: {}", "mode_for: { leadership: observe }")) == []


def test_whether_a_clash_was_observed_before_it_is_enforced_is_not_measured(
    tmp_path: Path,
) -> None:
    found = look(tmp_path, ("    mode: nudge\n", "    mode: enforce\n"))
    assert found.warnings == ()
    assert [problem.text for problem in found.not_looked_at] == [
        (
            "whether protected-lunch was observed before it was enforced for everyone: that is"
            " not measured yet of meetings"
        )
    ]


def test_a_team_whose_meetings_are_kept_for_others(tmp_path: Path) -> None:
    team = ("supervision, team: everyone }", "supervision, team: leadership }")
    kept = ("          cancelled: true\n        expect: nudge", "        expect: deliver")
    (said,) = warnings(tmp_path, team, kept)
    assert said.startswith("nobody in leadership is in the rule's people (everyone), so hardly any")


@pytest.mark.parametrize(
    "written",
    [
        "meetings: { team: leadership }",
        "meetings: [ { team: leadership } ]",
        "meetings:\n      - subject_words: 1:1\n      - category: Talk\n        team: leadership",
        "meetings: [ { team: everyone }, { subject_words: supervision, team: leadership } ]",
    ],
)
def test_the_line_is_told_that_keeps_meetings_of_a_team_of_others(
    tmp_path: Path, written: str
) -> None:
    old = "meetings: { category: [Supervision], subject_words: supervision, team: everyone }"
    kept = ("          cancelled: true\n        expect: nudge", "        expect: deliver")
    (said,) = look(tmp_path, (old, written), kept).warnings
    assert said.text.startswith("nobody in leadership is in the rule's people (everyone)")
    line = (tmp_path / "a.yaml").read_text(encoding="utf-8").splitlines()[said.where.line - 1]
    assert line[said.where.column - 1 :].startswith("team: leadership")


def test_an_exemption_of_who_is_exempt_for_good(tmp_path: Path) -> None:
    who = ("people: [leadership]", "people: [emergency-duty]")
    (said,) = warnings(tmp_path, who, more=EXEMPTION)
    assert said.startswith("emergency-duty is exempt from protected-lunch for good")


def test_an_exemption_from_a_rule_that_is_off(tmp_path: Path) -> None:
    (said,) = warnings(tmp_path, ("    mode: nudge\n", "    mode: off\n"), more=EXEMPTION)
    assert said == "protected-lunch is off, so the exemption inspection is not used"


def test_an_exemption_while_its_window_does_not_come_round(tmp_path: Path) -> None:
    days = (
        ("starts: 2026-06-01", "starts: 2026-06-07"),
        ("ends: 2026-06-08", "ends: 2026-06-07"),
    )
    (said,) = warnings(tmp_path, *days, more=EXEMPTION)
    assert said.startswith("the window lunch of protected-lunch does not come round while")


def test_an_exemption_of_somebody_outside_frees_no_meeting(tmp_path: Path) -> None:
    who = ("people: [leadership]", "people: [clerk@court.example]")
    assert warnings(tmp_path, who, more=EXEMPTION) == [
        (
            "clerk@court.example is outside the organisation, and their meetings and time are"
            " never touched; take the address out of the exemption inspection"
        )
    ]
    involved = ("exempt: { teams: [emergency-duty], when: organiser }",
                "exempt: { teams: [emergency-duty], when: involved }")  # fmt: skip
    assert warnings(tmp_path, who, involved, more=EXEMPTION) == []  # the meeting is freed by them


def test_an_exemption_of_people_whose_time_the_rule_is_not_about(tmp_path: Path) -> None:
    attendee = ("exempt: { teams: [emergency-duty], when: organiser }",
                "exempt: { teams: [emergency-duty], when: attendee }")  # fmt: skip
    (said,) = warnings(tmp_path, attendee, more=EXEMPTION)
    assert said.startswith("leadership has nobody in the teams that the rule protected-lunch is")
