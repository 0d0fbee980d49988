"""Who is told of what in reports, as the rulebook has it."""

from datetime import date
from pathlib import Path

import pytest

from policy_agent.domain.rules import Reporting
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.doubts import Doubts, doubts
from policy_agent.rulebook.load import load, load_with_places
from policy_agent.rulebook.readback import read_reporting

GOOD = Path(__file__).parent / "good"
REPORTS = (GOOD / "reports.yaml").read_text(encoding="utf-8")
TODAY = date(2026, 5, 22)
PLACES = "a.yaml:"


def people(count: int, name: str = "p") -> frozenset[str]:
    return frozenset(f"{name}{number}@northshire.example" for number in range(count))


KNOWN = {
    "everyone": people(40),
    "leadership": people(10),
    "emergency-duty": people(12, "edt"),
}


def look(folder: Path, members: dict[str, frozenset[str]], *changes: tuple[str, str]) -> Doubts:
    text = REPORTS
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    return doubts(load_with_places(folder / "a.yaml", SHIPPED), TODAY, members=members)


def about_reports(found: tuple[object, ...]) -> list[str]:
    """Return what is said of the last two sections, which begin in line 49."""
    said = [str(one).partition(PLACES)[2] for one in found]
    return [one for one in said if int(one.partition(":")[0]) >= 49]


def test_addresses_are_lower_case_and_each_stands_once() -> None:
    assert load(GOOD / "reports.yaml", SHIPPED).reporting == Reporting(
        to=("heads@northshire.example", "board@northshire.example"),
        leaders="leadership",
        teams=("emergency-duty", "everyone"),
        champions={
            "everyone": ("wendy@northshire.example", "list@northshire.example"),
            "leadership": ("lee@northshire.example",),
        },
    )


@pytest.mark.parametrize("more", ["", "\nreport:\nchampions:\n", "\nreport: {}\nchampions: {}\n"])
def test_a_rulebook_needs_none_of_it(tmp_path: Path, more: str) -> None:
    small = (GOOD / "small.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(small + more, encoding="utf-8")
    assert load(tmp_path, SHIPPED).reporting == Reporting()


def test_the_sections_may_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    rules, mark, reports = REPORTS.partition("\nreport:")
    (tmp_path / "a.yaml").write_text(mark + reports, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(rules, encoding="utf-8")
    loaded = load_with_places(tmp_path, SHIPPED)
    assert loaded.rulebook.reporting.leaders == "leadership"
    assert loaded.where("champions").line == 7


def test_an_address_outside_is_no_second_problem_where_the_organisation_is_missing(
    tmp_path: Path,
) -> None:
    with pytest.raises(Exception, match="organisation is missing") as refused:
        look(
            tmp_path, {}, ("organisation: { name: Northshire, domains: [northshire.example] }", "")
        )
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (Reporting(), []),
        (
            Reporting(to=("a@n.example",)),
            [
                (
                    "The monthly report is sent to a@n.example; everybody counts in the smallest"
                    " of their teams."
                )
            ],
        ),
        (
            Reporting(leaders="heads"),
            [
                (
                    "The monthly report is sent to nobody; heads are told of as the leaders;"
                    " everybody else counts in the smallest of their teams."
                )
            ],
        ),
        (
            Reporting(
                to=("a@n.example", "b@n.example"),
                teams=("east", "west"),
                champions={"east": ("c@n.example", "d@n.example"), "west": ("e@n.example",)},
            ),
            [
                (
                    "The monthly report is sent to a@n.example and b@n.example; everybody counts in"
                    " the first of east and west that they are in."
                ),
                (
                    "A team's own page of the report is sent to c@n.example and d@n.example for"
                    " east; to e@n.example for west."
                ),
            ],
        ),
    ],
)
def test_it_is_read_back(told: Reporting, said: list[str]) -> None:
    assert [sentence for _, sentence in read_reporting(told)] == said


def test_teams_that_are_large_enough_leave_no_doubt(tmp_path: Path) -> None:
    found = look(tmp_path, KNOWN)
    assert about_reports(found.warnings) == []
    assert about_reports(found.not_looked_at) == []


def test_teams_of_which_nobody_knows_who_is_in_them_are_not_looked_at(tmp_path: Path) -> None:
    found = look(tmp_path, {})
    assert about_reports(found.warnings) == []
    assert about_reports(found.not_looked_at) == [
        "51:3: whether leadership has the 10 people that a report has to have",
        "55:3: whether everyone has the 10 people that a report has to have",
        "56:3: whether leadership has the 10 people that a report has to have",
    ]


def test_leaders_and_teams_with_champions_that_no_report_tells_of(tmp_path: Path) -> None:
    found = look(tmp_path, {**KNOWN, "leadership": people(9)})
    assert about_reports(found.warnings) == [
        (
            "51:3: leadership has 9 people and reports tell of 10 or more, so nothing is said of"
            " the leaders; name a larger team"
        ),
        (
            "56:3: leadership has 9 people and reports tell of 10 or more, so its champions read no"
            " figures; name a larger team"
        ),
    ]


@pytest.mark.parametrize(("count", "said"), [(0, "no people"), (1, "1 person")])
def test_how_few_there_are_reads_well(tmp_path: Path, count: int, said: str) -> None:
    found = look(tmp_path, {**KNOWN, "leadership": people(count)})
    assert about_reports(found.warnings)[0].startswith(f"51:3: leadership has {said} and reports")


def test_champions_of_a_team_in_which_nobody_counts(tmp_path: Path) -> None:
    found = look(tmp_path, KNOWN, ("[emergency-duty, everyone]", "[emergency-duty]"))
    assert about_reports(found.warnings) == [
        (
            "55:3: report: teams does not name everyone, so nobody counts in it and its champions"
            " read no figures; add it there, or take it away here"
        )
    ]
    free = look(tmp_path, KNOWN, ("  teams: [emergency-duty, everyone]\n", ""))
    assert about_reports(free.warnings) == []


def test_a_team_whose_people_all_count_in_one_before_it(tmp_path: Path) -> None:
    other = ("[emergency-duty, everyone]", "[everyone, leadership]")
    assert about_reports(look(tmp_path, KNOWN, other).warnings) == [
        (
            "52:21: everybody in leadership is in a team that stands before it, so nobody counts in"
            " it; put the smaller team first"
        )
    ]
