"""Survey: answers of the organisation's own workforce health check, as it counted them itself.

Its teams may be other ones than the rulebook's. A question of a year becomes a `Block`, so small
groups are protected by what protects every other figure; each person gave one answer to it, so the
number of answers is the number of people behind them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from policy_agent.domain.blocks import Block

EVERYBODY = ""  # in place of a team: all answers together, whatever team they came from
NO_TEAM = ""  # in a block: answers that are in the sum of everybody and in no team


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """How many gave one answer to one question in one year."""

    year: int
    question: str  # the survey's own words, or an id of the index of questions
    team: str  # as the survey calls it; `EVERYBODY`: not of a team
    answer: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One question of one year, with all answers to it."""

    year: int
    question: str
    # By key of the block's columns, in order; keys of their own, as an answer may be any word.
    answers: Mapping[str, str]
    block: Block  # teams by answers; nobody's team is `NO_TEAM`


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """Answers of one year or of several, in the order in which the files had them."""

    answers: tuple[Answer, ...]

    def years(self) -> tuple[int, ...]:
        return tuple(sorted({one.year for one in self.answers}))

    def questions(self, year: int) -> tuple[str, ...]:
        """Return what was asked in a year, in order."""
        return tuple(dict.fromkeys(one.question for one in self.answers if one.year == year))

    def asked(self, year: int) -> tuple[Asked, ...]:
        """Return each question of a year with its answers."""
        return tuple(self._asked(year, question) for question in self.questions(year))

    def _asked(self, year: int, question: str) -> Asked:
        teams: dict[str, dict[str, int]] = {}
        answers: dict[str, None] = {}
        for one in self.answers:
            if (one.year, one.question) == (year, question):
                teams.setdefault(one.team, {})[one.answer] = one.count
                answers.setdefault(one.answer)
        everybody = teams.pop(EVERYBODY, None)
        if everybody is not None:
            rest = {
                answer: everybody.get(answer, 0)
                - sum(said.get(answer, 0) for said in teams.values())
                for answer in answers
            }
            if not teams or any(rest.values()):
                teams[NO_TEAM] = rest
        counts = {
            team: tuple(said.get(answer, 0) for answer in answers) for team, said in teams.items()
        }
        columns = {f"a{number}": answer for number, answer in enumerate(answers, start=1)}
        return Asked(
            year=year,
            question=question,
            answers=columns,
            block=Block(
                key=f"survey:{year}:{question}",
                columns=tuple(columns),
                counts=counts,
                people={team: sum(row) for team, row in counts.items()},
            ),
        )


def more_in_teams(answers: Iterable[Answer]) -> Mapping[tuple[int, str, str], tuple[int, int]]:
    """Return answers that teams gave more often than everybody: what the teams and all came to.

    Keys are year, question and answer. Where no sum of everybody is given there is none to exceed.
    """
    teams: dict[tuple[int, str, str], int] = {}
    everybody: dict[tuple[int, str, str], int] = {}
    summed: set[tuple[int, str]] = set()
    for one in answers:
        key = (one.year, one.question, one.answer)
        if one.team == EVERYBODY:
            everybody[key] = one.count
            summed.add((one.year, one.question))
        else:
            teams[key] = teams.get(key, 0) + one.count
    return {
        key: (count, everybody.get(key, 0))
        for key, count in teams.items()
        if key[:2] in summed and count > everybody.get(key, 0)
    }
