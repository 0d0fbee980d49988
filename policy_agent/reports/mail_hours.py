"""Mail by hour of the day, outside all windows: whether it moved to late evenings and nights."""

from policy_agent.domain.blocks import Told
from policy_agent.domain.measures import SeriesKey
from policy_agent.domain.months import ClosedMonth
from policy_agent.reports.document import Column, Row, Table, Unit, Value
from policy_agent.reports.glance import compared
from policy_agent.reports.month_tables import Figure, months_table, with_figures
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import month_name, per_cent
from policy_agent.reports.told import share, step, together

_LATE = frozenset({*range(20, 24), *range(6)})  # hours of the evening and the night
_HOURS = range(24)


def _copies(month: ClosedMonth | None, hour: int) -> Told | None:
    series = None if month is None else month.one_series(SeriesKey.MAIL_HOURS)
    return step(series, str(hour), "copies")


def hours_table(run: Run) -> Table:
    before = run.before
    rows = [
        Row(
            values=(
                f"{hour:02}:00",
                _copies(run.month, hour),
                *(() if before is None else (_copies(before, hour),)),
            ),
            mark="late" if hour in _LATE else "",
        )
        for hour in _HOURS
        if _copies(run.month, hour) is not None
    ]
    columns: tuple[Column, ...] = (
        Column(key="hour", title="From", unit=Unit.TEXT),
        Column(key="copies", title=f"{run.month.month:%B}"),
    )
    if before is not None:
        title = month_name(before.month, run.month.month)
        columns = (*columns, Column(key="copies-before", title=title))
    dashes = any(value is None for row in rows for value in row.values)
    return Table(
        key="mail-hours",
        title="Mail outside all windows, by hour of the day (copies)",
        columns=columns,
        rows=tuple(rows),
        notes=(
            "Late: from 20:00 to 06:00, by the clock on the wall.",
            *(("A dash: it was not counted that month.",) if dashes else ()),
        ),
    )


def _late(month: ClosedMonth) -> Value:
    return _sum_of_hours(month, _LATE)


def _all_hours(month: ClosedMonth) -> Value:
    return _sum_of_hours(month, frozenset(_HOURS))


def _sum_of_hours(month: ClosedMonth, hours: frozenset[int]) -> Told | None:
    found = [_copies(month, hour) for hour in sorted(hours)]
    told = [one for one in found if one is not None]
    return together(*told) if len(told) == len(found) else None


def _late_share(month: ClosedMonth) -> Value:
    late = _sum_of_hours(month, _LATE)
    every = _sum_of_hours(month, frozenset(_HOURS))
    return None if late is None or every is None else share(late, every, month.fewest)


def late_by_month(run: Run) -> tuple[Table, ...]:
    table = months_table(
        run,
        key="late-mail-months",
        title="Mail outside all windows: late evening and night, by month (copies)",
        figures=(
            Figure(key="all", title="All copies", of=_all_hours),
            Figure(key="late", title="Late, 20:00 to 06:00", of=_late),
            Figure(key="late-share", title="Share that was late", unit=Unit.SHARE, of=_late_share),
        ),
    )
    return with_figures(table)


def moved_hours(run: Run) -> str:
    now = _late_share(run.month)
    if not isinstance(now, float):
        return "How much mail was sent late cannot be told, as some hours had too little."
    then = None if run.before is None else _late_share(run.before)
    said = f"Late mail, from 20:00 to 06:00, was {per_cent(now)} of all mail outside the windows"
    return f"{said}{compared(run, now, then)}."
