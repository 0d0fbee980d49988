"""Tables of changes: what a phase was against an earlier one, and how much that rests on."""

from collections.abc import Sequence

from policy_agent.reports.changes import Change, rounded
from policy_agent.reports.document import Column, Row, Table, Unit
from policy_agent.reports.rates import Rate

_COMPARED = (
    Column(key="what", title="What", unit=Unit.TEXT),
    Column(key="phase", title="Phase", unit=Unit.TEXT),
    Column(key="against", title="Compared with", unit=Unit.TEXT),
)


def changes_table(found: Sequence[tuple[Rate, Change]], rule: str, key: str) -> Table:
    """Return the differences, each with the range that it is in."""
    rows = [
        (
            *_compared(rate, change),
            rounded(change.before),
            rounded(change.after),
            rounded(change.difference),
            *(
                (None, None)
                if change.interval is None
                else tuple(rounded(end) for end in change.interval)
            ),
            change.finding.value,
        )
        for rate, change in found
    ]
    return Table(
        key=key,
        title=f"Before and after: {rule}",
        columns=(
            *_COMPARED,
            Column(key="before", title="Before", unit=Unit.NUMBER),
            Column(key="after", title="After", unit=Unit.NUMBER),
            Column(key="difference", title="Difference", unit=Unit.NUMBER),
            Column(key="low", title="From (95%)", unit=Unit.NUMBER),
            Column(key="high", title="To (95%)", unit=Unit.NUMBER),
            Column(key="finding", title="Finding", unit=Unit.TEXT),
        ),
        rows=tuple(Row(values=values) for values in rows),
        notes=(
            "Only teams with told months in both phases count here, each compared with itself.",
            "Differences are worked out before anything is rounded.",
            (
                "“From” and “to” are the ends of the range in which the difference is, with 95% "
                "certainty. The part “How this was worked out” says how."
            ),
        ),
    )


def rests_on_table(found: Sequence[tuple[Rate, Change]], rule: str, key: str) -> Table:
    """Return how many months and teams each comparison has."""
    return Table(
        key=key,
        title=f"What each comparison rests on: {rule}",
        columns=(
            *_COMPARED,
            Column(key="months-before", title="Months before"),
            Column(key="months-after", title="Months after"),
            Column(key="teams", title="Teams in both"),
        ),
        rows=tuple(
            Row(
                values=(
                    *_compared(rate, change),
                    change.months_before,
                    change.months_after,
                    len(change.teams),
                )
            )
            for rate, change in found
        ),
    )


def _compared(rate: Rate, change: Change) -> tuple[str, str, str]:
    return rate.head, change.phase.value, change.against.value
