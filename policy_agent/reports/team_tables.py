"""Tables with a row a team: of one month, and across months.

A team that is told by itself has a row; all others are in one row together, as the block has them.
So a table's rows add up to its last one wherever all of them are told.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from policy_agent.domain.blocks import Hidden, PublishedBlock, PublishedRow
from policy_agent.domain.months import ClosedMonth
from policy_agent.reports.document import Column, Row, Table, Unit, Value
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import few, names, since_and_until, team_name
from policy_agent.reports.told import (
    Measured,
    ReadsCount,
    any_number,
    is_there,
    own_row,
    whole,
)

EVERYBODY = "Everybody"
OTHERS = "All other teams together"
TOGETHER = "other"  # key of a published column that several of the block's own were put into
MOST_MONTHS = 6  # beside each other in a table of teams


def team_table(  # noqa: PLR0913  a table is all that stands in it
    month: ClosedMonth,
    block: PublishedBlock,
    *,
    key: str,
    title: str,
    columns: Mapping[str, str],
    total: str,
    people: bool = True,
    measured: Sequence[Measured] = (),
    notes: Sequence[str] = (),
) -> Table:
    """Return a block as a table, teams from the largest on.

    `columns` are the titles of the block's own columns by key, `total` is that of all together;
    `people` says whether the table has how many are in each team.
    """
    kept = [n for n, column in enumerate(block.columns) if _tells(block, column.of)]
    own = [
        Measured(
            key=block.columns[n].key,
            title=column_title(block.columns[n].key, columns),
            of=_cell(n),
        )
        for n in kept
    ]
    everything = (
        *((_PEOPLE,) if people else ()),
        *own,
        Measured(key="total", title=total, of=whole),
        *measured,
    )
    return _table(
        month,
        block,
        key=key,
        title=title,
        measured=everything,
        notes=(*notes, *_put_together(block, columns)),
    )


def team_shares(
    month: ClosedMonth,
    block: PublishedBlock,
    *,
    key: str,
    title: str,
    measured: Sequence[Measured],
    notes: Sequence[str] = (),
) -> Table:
    """Return how many people each team has, and its shares: for a table that has no room left."""
    return _table(month, block, key=key, title=title, measured=(_PEOPLE, *measured), notes=notes)


def _table(
    month: ClosedMonth,
    block: PublishedBlock,
    *,
    key: str,
    title: str,
    measured: Sequence[Measured],
    notes: Sequence[str],
) -> Table:
    """Return what is measured of each row; a share that no row tells is left out."""
    shown = [
        one
        for one in measured
        if one.unit is Unit.COUNT or any_number(one.of(block, row) for row in _rows(block))
    ]

    def row(head: str, one: PublishedRow, *, mark: str = "", everybody: bool = False) -> Row:
        values = (head, *(measure.of(block, one) for measure in shown))
        return Row(values=values, mark=mark, total=everybody)

    rows = [
        row(team_name(one.teams[0]), one, mark=team_mark(month, one.teams[0])) for one in block.rows
    ]
    if block.others is not None:
        rows.append(row(OTHERS, block.others))
    rows.append(row(EVERYBODY, block.everybody, everybody=True))
    return Table(
        key=key,
        title=title,
        columns=(
            Column(key="team", title="Team", unit=Unit.TEXT),
            *(Column(key=one.key, title=one.title, unit=one.unit) for one in shown),
        ),
        rows=tuple(rows),
        notes=(*notes, *_others(month, block), *_dashes(tuple(rows))),
    )


def column_title(key: str, titles: Mapping[str, str]) -> str:
    """Return the title of a published column, of its own or of several put together."""
    return "Other together" if key == TOGETHER else titles.get(key, key)


def _cell(at: int) -> ReadsCount:
    return lambda _, row: row.cells[at]


_PEOPLE = Measured(key="people", title="People", of=lambda _, row: row.people)


def teams_by_month(
    run: Run, *, key: str, title: str, block: str, measured: Measured, notes: Sequence[str] = ()
) -> Table | None:
    """Return a figure of each team in the last months; None: there is nothing to lay beside.

    A team stands in it if it was told by itself in any of them.
    """
    months = run.every_month(MOST_MONTHS)
    blocks = [(day, None if one is None else one.block(block)) for day, one in months]
    known = [one for _, one in blocks if one is not None]
    teams = list(dict.fromkeys(row.teams[0] for one in reversed(known) for row in one.rows))
    if len(known) < 2 or not teams:  # noqa: PLR2004  one month stands in a table of its own
        return None
    rows = [
        Row(
            values=(team_name(team), *(_of_team(one, team, measured) for _, one in blocks)),
            mark=team_mark(run.month, team),
        )
        for team in teams
    ]
    everybody = (None if one is None else measured.of(one, one.everybody) for _, one in blocks)
    rows.append(Row(values=(EVERYBODY, *everybody)))
    return Table(
        key=key,
        title=title,
        columns=(
            Column(key="team", title="Team", unit=Unit.TEXT),
            *(
                Column(key=f"{day:%Y-%m}", title=_head(day), unit=measured.unit)
                for day, _ in months
            ),
        ),
        rows=tuple(rows),
        notes=(*notes, *_withheld(run, rows), *_dashes(tuple(rows))),
    )


_WITHHELD = (
    "A team with {few} people in a month is withheld there, as is one whose figure would give it "
    "away. It counts for everybody all the same."
)
_DASH = "A dash: the month was not closed, or there was nothing of the kind to count."


def _withheld(run: Run, rows: Sequence[Row]) -> list[str]:
    if not any(isinstance(value, Hidden) for row in rows for value in row.values):
        return []
    return [_WITHHELD.format(few=few(run.month.fewest))]


def team_mark(month: ClosedMonth, team: str) -> str:
    """Return from when until when a team was there; empty: all month."""
    found = next((one for one in month.teams if one.name == team), None)
    return "" if found is None else since_and_until(found.first, found.last)


def _of_team(block: PublishedBlock | None, team: str, measured: Measured) -> Value:
    if block is None or not is_there(block, team):
        return None
    row = own_row(block, team)
    if row is not None:
        return measured.of(block, row)
    return Hidden.FEW if block.everybody.total is Hidden.FEW else Hidden.WITHHELD


def _head(day: date) -> str:
    return f"{day:%b %Y}"


def _rows(block: PublishedBlock) -> tuple[PublishedRow, ...]:
    others = () if block.others is None else (block.others,)
    return (*block.rows, *others, block.everybody)


def _tells(block: PublishedBlock, of: tuple[str, ...]) -> bool:
    """Whether a column says more than the total: one of all columns together does not."""
    return not (len(block.columns) == 1 and len(of) > 1)


def _put_together(block: PublishedBlock, columns: Mapping[str, str]) -> list[str]:
    found = []
    for column in block.columns:
        if len(column.of) < 2:  # noqa: PLR2004  one is nothing together
            continue
        inside = names(f"“{columns.get(key, key)}”" for key in column.of)
        where = "the total is told alone" if len(block.columns) == 1 else "they are told together"
        found.append(f"{inside}: at least one of them is a small number, so {where}.")
    return found


def _others(month: ClosedMonth, block: PublishedBlock) -> list[str]:
    if block.others is None:
        return []
    teams = names(sorted(team_name(team) for team in block.others.teams))
    why = f"it has {few(month.fewest)} people, or its figure would give away that of a small team"
    return [f"{OTHERS}: {teams}. A team is in there if {why}."]


def _dashes(rows: tuple[Row, ...]) -> list[str]:
    return [_DASH] if any(value is None for row in rows for value in row.values) else []
