"""Closing a month: what was counted becomes what is told, for good."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from policy_agent.domain.blocks import Hidden, PublishedBlock, Told
from policy_agent.domain.months import ClosedMonth, MonthFigures, Series, SeriesRow
from policy_agent.domain.suppression import publish


def close(figures: MonthFigures, *, fewest: int, now: datetime) -> ClosedMonth:
    """Return what may be told of a month."""
    blocks = publish(figures.blocks, fewest=fewest)
    return ClosedMonth(
        month=figures.month,
        closed=now,
        fewest=fewest,
        organisation=figures.organisation,
        zone=figures.zone,
        leaders=figures.leaders,
        rules=figures.rules,
        teams=figures.teams,
        blocks=tuple(blocks[block.key] for block in figures.blocks),
        series=tuple(_as_told(one, blocks[one.of]) if one.of else one for one in figures.series),
        facts=figures.facts,
    )


def _as_told(series: Series, block: PublishedBlock) -> Series:
    """Put a series' columns together as its block's are, and hide what is hidden there."""
    kept = [column for column in block.columns if set(column.of) <= set(series.columns)]
    told = {column.key: block.everybody.cells[block.columns.index(column)] for column in kept}
    places = {column.key: [series.columns.index(key) for key in column.of] for column in kept}

    def values(row: SeriesRow) -> tuple[Told, ...]:
        return tuple(
            hidden
            if isinstance(hidden := told[column.key], Hidden)
            else _sum(row, places[column.key])
            for column in kept
        )

    return replace(
        series,
        columns=tuple(column.key for column in kept),
        rows=tuple(replace(row, values=values(row)) for row in series.rows),
    )


def _sum(row: SeriesRow, places: Sequence[int]) -> Told:
    found = [row.values[place] for place in places]
    hidden = next((value for value in found if isinstance(value, Hidden)), None)
    return hidden if hidden is not None else sum(value for value in found if isinstance(value, int))
