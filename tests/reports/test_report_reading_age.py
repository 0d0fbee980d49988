"""Reports that somebody of eleven to thirteen can read: their first words, and their method.

Measured as the texts of messages are, by the Flesch-Kincaid grade. Names of rules are one word
each, as whoever reads the report knows them.
"""

import re
from collections.abc import Iterable

import pytest
import readability

from policy_agent.reports.document import Report
from policy_agent.reports.month import monthly
from policy_agent.reports.team_page import team_page
from tests.reports.closed import ETIQUETTE, KEPT, LUNCH, MADE, MAIL, SEPTEMBER, closed

GRADE = 8.0  # of the summary, and of all paragraphs together
LONGEST = 40  # words in one sentence
_NAMES = {MAIL: "mail", LUNCH: "lunch", ETIQUETTE: "manners", KEPT: "talks"}


def words(said: Iterable[str]) -> list[list[str]]:
    found = []
    for paragraph in said:
        text = paragraph
        for name, plain in _NAMES.items():
            text = re.sub(name, plain, text, flags=re.IGNORECASE)
        found += [
            re.findall(r"[\w,.%'-]*\w", one) for one in re.split(r"(?<=[.?!:])\s", text) if one
        ]
    return [one for one in found if one]


def grade(said: Iterable[str]) -> float:
    tokens = "\n".join(" ".join([*one, "."]) for one in words(said))
    return float(readability.getmeasures(tokens, lang="en")["readability grades"]["Kincaid"])


def some_reports() -> list[Report]:
    before = closed(SEPTEMBER, times=2, free=700, found=150, tuesday=150)
    watched = closed(mode="observe")
    page = team_page(closed(), (before,), "practitioners")
    kind = team_page(closed(), (before,), "legal")
    assert page is not None
    assert kind is not None
    return [
        monthly(closed(holiday="Early May bank holiday"), (before,), made=MADE),
        monthly(watched, (), made=MADE),
        page,
        kind,
    ]


@pytest.mark.parametrize("report", some_reports(), ids=lambda report: report.title)
def test_a_summary_can_be_read_at_eleven_to_thirteen(report: Report) -> None:
    assert grade(report.summary) <= GRADE
    longest = max(words(report.summary), key=len)
    assert len(longest) <= LONGEST, " ".join(longest)


@pytest.mark.parametrize("report", some_reports(), ids=lambda report: report.title)
def test_paragraphs_can_be_read_too(report: Report) -> None:
    said = [*report.summary, *(one for section in report.sections for one in section.paragraphs)]
    assert grade(said) <= GRADE


def test_words_that_are_hard_to_read_are_told() -> None:
    hard = (
        "Notwithstanding organisational considerations, communication received subsequent to "
        "the termination of contractual arrangements will be administratively retained."
    )
    assert grade([hard]) > GRADE
