"""Surveys: answers of the organisation's workforce health check, a row an answer of a team."""

from collections.abc import Mapping

from sqlalchemy import delete, func, insert, select

from policy_agent.domain.survey import Answer, Survey
from policy_agent.store.engine import Database
from policy_agent.store.figure_tables import survey_answers as _rows
from policy_agent.store.statements import alone


class Surveys(Database):
    """What was imported of surveys."""

    def put_survey(self, survey: Survey) -> Mapping[tuple[int, str], int]:
        """Write answers in place of what was there of the same year and question.

        Returns how many rows of each year and question were replaced; 0: it was not there.
        """
        asked = [(year, said) for year in survey.years() for said in survey.questions(year)]
        replaced = {}
        with self.writing() as connection:
            alone(connection, "put a survey")
            for year, question in asked:
                gone = connection.execute(
                    delete(_rows).where(_rows.c.year == year, _rows.c.question == question)
                )
                replaced[year, question] = gone.rowcount
            if survey.answers:
                connection.execute(
                    insert(_rows),
                    [
                        {
                            "year": one.year,
                            "question": one.question,
                            "team": one.team,
                            "answer": one.answer,
                            "count": one.count,
                            "place": place,
                        }
                        for place, one in enumerate(survey.answers)
                    ],
                )
        return replaced

    def survey_sizes(self) -> Mapping[tuple[int, str], int]:
        """Return how many rows there are of each year and question."""
        with self.reading() as connection:
            found = connection.execute(
                select(_rows.c.year, _rows.c.question, func.count())
                .group_by(_rows.c.year, _rows.c.question)
                .order_by(_rows.c.year, _rows.c.question)
            )
            return {(year, question): count for year, question, count in found}

    def survey(self, year: int) -> Survey | None:
        """Return the answers of a year and of those before it; None: that year has none.

        Each question's are in the order of its file.
        """
        with self.reading() as connection:
            found = connection.execute(
                select(_rows.c.year, _rows.c.question, _rows.c.team, _rows.c.answer, _rows.c.count)
                .where(_rows.c.year <= year)
                .order_by(_rows.c.year, _rows.c.place, _rows.c.question)
            ).mappings()
            read = Survey(answers=tuple(Answer(**row) for row in found))
        return read if year in read.years() else None
