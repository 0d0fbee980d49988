"""The annual review's section on the organisation's own survey, beside what was measured.

Small groups are protected as in every other table. Where two questions ask for the same thing, such
as one for all and one for those who said yes to it, leave one of them out: each is protected by
itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from policy_agent.domain.blocks import Hidden, PublishedBlock, PublishedRow
from policy_agent.domain.months import ClosedMonth
from policy_agent.domain.suppression import publish
from policy_agent.domain.survey import NO_TEAM, Asked, Survey
from policy_agent.reports.changes import rounded
from policy_agent.reports.document import Chart, Column, Draws, Row, Section, Table, Unit, Value
from policy_agent.reports.phases import EVERYBODY, RolledOut, partial, shown, units
from policy_agent.reports.questions import Question, matching
from policy_agent.reports.rates import Rate

_MOST_DRAWN = 6  # columns in one chart
_OTHERS = "All other teams together"
_NOBODYS = "No team given"
_ALL = "Everybody"


class _Measured:
    """One figure of a year that answers stand beside: everybody's, and each team's."""

    def __init__(self, rate: Rate, rule: RolledOut, months: Iterable[ClosedMonth]) -> None:
        self.rate = rate
        self.rule = rule
        found: dict[str, list[float]] = {}
        for month in months:
            then = next((one for one in month.rules if one.name == rule.name), None)
            counts = month.block(rate.block_of(rule.name))
            if then is None or counts is None or partial(then):
                continue
            named = [(shown(team), row) for team, row in units(counts) if team is not None]
            for name, row in [(EVERYBODY, counts.everybody), *named]:
                value = rate.value(counts, row, days=then.days, fewest=month.fewest)
                if value is not None:
                    found.setdefault(name.casefold(), []).append(value)
        self._means = {name: fmean(values) for name, values in found.items()}

    @property
    def title(self) -> str:
        return f"Measured: {self.rate.head}, {self.rule.name}"

    def of(self, team: str) -> Value:
        """Return its mean over the months that tell it; None: no month does."""
        mean = self._means.get(team.casefold())
        return None if mean is None else rounded(mean)

    @property
    def is_told(self) -> bool:
        return bool(self._means)


def survey_section(
    year: int,
    survey: Survey,
    months: Sequence[ClosedMonth],
    rules: Sequence[RolledOut],
    *,
    fewest: int,
) -> Section:
    """Return the answers of a year; `months` are those of the year."""
    asked = survey.asked(year)
    earlier = [one for one in survey.years() if one < year]
    before = {one.question.casefold(): one for one in survey.asked(earlier[-1])} if earlier else {}
    told = publish([one.block for one in (*asked, *before.values())], fewest=fewest)
    tables: list[Table] = []
    charts: list[Chart] = []
    index: list[Row] = []
    for number, one in enumerate(asked, start=1):
        question = matching(one.question)
        measured = _measured(question, rules, months)
        index += _index_rows(one, question, measured)
        table = _answers(number, one, told[one.block.key], measured, question)
        tables.append(table)
        charts += _chart(one, told[one.block.key], table)
        then = before.get(one.question.casefold())
        if then is not None:
            tables.append(_beside(number, one, then, told, fewest))
    return Section(
        key="survey",
        title="What people said",
        paragraphs=_paragraphs(year, index),
        tables=(_index(index), *tables),
        charts=tuple(charts),
    )


def _paragraphs(year: int, index: Sequence[Row]) -> tuple[str, ...]:
    said = (
        f"These are the answers to your own survey of {year}, as you counted them.",
        (
            "Beside them stand our figures on the same thing. The two need not agree: people tell "
            "how work feels, and we count mails and meetings. The first table says why they may "
            "differ."
        ),
        (
            "The survey's teams are shown as it names them. Our figures of a team stand beside it "
            "where both use the same name."
        ),
    )
    if any(row.values[1] is None for row in index):
        return (*said, "A question with a dash is like none in our index, so it stands alone.")
    return said


def _measured(
    question: Question | None, rules: Iterable[RolledOut], months: Sequence[ClosedMonth]
) -> tuple[_Measured, ...]:
    if question is None:
        return ()
    about = [rule for rule in rules if question.is_about(rule)]
    found = (_Measured(rate, rule, months) for rate in question.rates for rule in about)
    return tuple(one for one in found if one.is_told)


def _index_rows(
    asked: Asked, question: Question | None, measured: Sequence[_Measured]
) -> Iterable[Row]:
    if question is None:
        yield Row(values=(asked.question, None, None, None, None, None))
        return
    for one in measured:
        yield Row(
            values=(
                asked.question,
                question.theme,
                one.rate.head,
                one.rule.name,
                one.of(EVERYBODY),
                question.differs,
            )
        )
    if not measured:
        compared = question.compared_with
        yield Row(values=(asked.question, question.theme, compared, None, None, question.differs))


def _index(rows: Sequence[Row]) -> Table:
    return Table(
        key="survey-index",
        title="What each question is compared with",
        columns=(
            Column(key="question", title="Question", unit=Unit.TEXT),
            Column(key="theme", title="About", unit=Unit.TEXT),
            Column(key="compared-with", title="Compared with", unit=Unit.TEXT),
            Column(key="rule", title="Rule", unit=Unit.TEXT),
            Column(key="measured", title="Measured, mean of the months", unit=Unit.NUMBER),
            Column(key="differs", title="Why they may differ", unit=Unit.TEXT),
        ),
        rows=tuple(rows),
        notes=(
            "The measured figure is the mean of the months that tell it for everybody.",
            "Where no rule is named, no month tells such a figure.",
        ),
    )


def _answers(
    number: int,
    asked: Asked,
    told: PublishedBlock,
    measured: Sequence[_Measured],
    question: Question | None,
) -> Table:
    rows = []
    for row in told.rows:
        if row.teams != (NO_TEAM,):
            rows.append(_row(row.teams[0], row, [one.of(row.teams[0]) for one in measured]))
        elif len(told.rows) > 1 or told.others is not None:
            rows.append(_row(_NOBODYS, row, [None for _ in measured]))
    if told.others is not None and told.rows:
        rows.append(_row(_OTHERS, told.others, [None for _ in measured]))
    figures = [one.of(EVERYBODY) for one in measured]
    rows.append(replace(_row(_ALL, told.everybody, figures), total=True))
    return Table(
        key=f"survey-{number}",
        title=f"“{asked.question}”: answers by team",
        columns=(
            Column(key="team", title="Team", unit=Unit.TEXT),
            *(Column(key=column.key, title=_answer(asked, column.of)) for column in told.columns),
            Column(key="answers", title="All answers"),
            *(
                Column(key=f"measured-{place}", title=one.title, unit=Unit.NUMBER)
                for place, one in enumerate(measured, start=1)
            ),
        ),
        rows=tuple(rows),
        notes=() if question is None else (question.differs,),
    )


def _row(head: str, row: PublishedRow, measured: Iterable[Value]) -> Row:
    return Row(values=(head, *row.cells, row.total, *measured))


def _answer(asked: Asked, keys: Sequence[str]) -> str:
    """Return a column's title; answers stand in quotes, so none is taken for a word of ours."""
    return ", ".join(f"“{asked.answers[key]}”" for key in keys)


def _chart(asked: Asked, told: PublishedBlock, table: Table) -> Iterable[Chart]:
    if len(told.rows) > 1 and len(told.columns) <= _MOST_DRAWN:
        yield Chart(
            table=table.key,
            title=f"“{asked.question}”: answers by team",
            draws=Draws.STACKED,
            columns=tuple(column.key for column in told.columns),
            unit="answers",
            along="team",
        )


def _beside(
    number: int, now: Asked, then: Asked, told: Mapping[str, PublishedBlock], fewest: int
) -> Table:
    """Return everybody's answers beside those of an earlier year."""
    answers = dict.fromkeys([*now.answers.values(), *then.answers.values()])
    return Table(
        key=f"survey-{number}-years",
        title=f"“{now.question}”: {then.year} and {now.year}",
        columns=(
            Column(key="answer", title="Answer", unit=Unit.TEXT),
            *(
                Column(key=f"y{one.year}", title=f"{one.year}, share of answers", unit=Unit.SHARE)
                for one in (then, now)
            ),
        ),
        rows=tuple(
            Row(
                values=(
                    answer,
                    *(_share(one, told[one.block.key], answer, fewest) for one in (then, now)),
                )
            )
            for answer in answers
        ),
        notes=(
            (
                "Other people may have answered in another year, and a question may have been put "
                "in another place of the survey."
            ),
        ),
    )


def _share(asked: Asked, told: PublishedBlock, answer: str, fewest: int) -> Value:
    """Return an answer's share of a year's; None: it was not on offer then."""
    row = told.everybody
    for column, cell in zip(told.columns, row.cells, strict=True):
        if answer in (asked.answers[key] for key in column.of):
            if isinstance(row.total, Hidden) or isinstance(cell, Hidden):
                return Hidden.FEW if cell is Hidden.FEW else Hidden.WITHHELD
            if len(column.of) > 1:
                return Hidden.WITHHELD
            return Hidden.FEW if row.total < fewest else cell / row.total
    return None
