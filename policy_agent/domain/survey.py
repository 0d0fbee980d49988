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
class Survey:
    """All answers that were imported, in the order in which the files had them."""

    answers: tuple[Answer, ...]

    def years(self) -> tuple[int, ...]:
        return tuple(sorted({one.year for one in self.answers}))

    def questions(self, year: int) -> tuple[str, ...]:
        """Return what was asked in a year, in order."""
        return tuple(dict.fromkeys(one.question for one in self.answers if one.year == year))

    def blocks(self, year: int) -> tuple[Block, ...]:
        """Return a block for each question of a year: teams by answers."""
        return tuple(self._block(year, question) for question in self.questions(year))

    def _block(self, year: int, question: str) -> Block:
        counts: dict[str, dict[str, int]] = {}
        columns: dict[str, None] = {}
        for one in self.answers:
            if (one.year, one.question) == (year, question):
                counts.setdefault(one.team, {})[one.answer] = one.count
                columns.setdefault(one.answer)
        everybody = counts.pop(EVERYBODY, None)
        if everybody is not None:
            rest = {
                answer: everybody.get(answer, 0)
                - sum(team.get(answer, 0) for team in counts.values())
                for answer in columns
            }
            if not counts or any(rest.values()):
                counts[NO_TEAM] = rest
        rows = {
            team: tuple(said.get(answer, 0) for answer in columns) for team, said in counts.items()
        }
        return Block(
            key=block_key(year, question),
            columns=tuple(columns),
            counts=rows,
            people={team: sum(row) for team, row in rows.items()},
        )


def block_key(year: int, question: str) -> str:
    return f"survey:{year}:{question}"


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
