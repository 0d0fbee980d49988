"""A figure at a glance: this month's, that of the month before, and how it changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from policy_agent.reports.document import Column, Headline, Row, Section, Table, Unit, Value
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import changed, counted, month_name, moved, per_cent
from policy_agent.reports.told import Measured, is_number, of_everybody


@dataclass(frozen=True, kw_only=True, slots=True)
class Glance:
    """One figure of everybody, by one rule."""

    rule: str
    key: str  # of what is read
    what: str  # such as «weekend-email: sent»
    unit: Unit  # a count or a share
    now: Value
    then: Value  # in the month before; None: it was not closed, or had none
    comparable: bool  # the rule was there in both, and not stronger in one of them

    @property
    def told(self) -> bool:
        return is_number(self.now)

    @property
    def change(self) -> Value:
        """How many more than in the month before; None: it cannot be said."""
        if not self.comparable or not isinstance(self.now, int) or not isinstance(self.then, int):
            return None
        return self.now - self.then

    def count(self, one: str, many: str = "") -> str:
        """Return «1,234 copies»; the figure has to be told."""
        return counted(self.now, one, many or None) if isinstance(self.now, int) else "some"

    def share(self) -> str:
        """Return «88%»; the figure has to be told."""
        return per_cent(self.now) if isinstance(self.now, float) else "some"

    def since(self, run: Run) -> str:
        """Return how it changed; empty: it is not known, or not to be compared."""
        return compared(run, self.now, self.then) if self.comparable else ""


def compared(run: Run, now: Value, then: Value) -> str:
    """Return «, 12 more than in September» or «, up from 88% in September»; empty: not known."""
    if run.before is None:
        return ""
    month = month_name(run.before.month, run.month.month)
    if isinstance(now, int) and isinstance(then, int):
        return f", {changed(now, then, month)}"
    if isinstance(now, float) and isinstance(then, float):
        return f", {moved(now, then, month)}"
    return ""


def glance(run: Run, rule: str, block: str, measured: Measured, *, comparable: bool) -> Glance:
    """Return a figure of this month beside that of the month before."""
    of = of_everybody(block, measured.of)
    return Glance(
        rule=rule,
        key=measured.key,
        what=f"{rule}: {measured.title.lower()}",
        unit=measured.unit,
        now=of(run.month),
        then=None if run.before is None else of(run.before),
        comparable=comparable,
    )


def glance_section(run: Run, glances: Sequence[Glance]) -> Section:
    """Return the figures that the summary speaks of, with those of the month before."""
    tables = [
        _table(run, key, title, unit, found)
        for unit, (key, title) in _TABLES.items()
        if (found := [one for one in glances if one.unit is unit])
    ]
    said = []
    if not tables:
        said.append("There is nothing to tell of this month: no rule has counted anything.")
    elif run.before is None:
        said.append("The month before was not closed, so nothing is compared with it.")
    else:
        said.append("The main figures, each beside that of the month before.")
    return Section(key="glance", title="At a glance", paragraphs=tuple(said), tables=tuple(tables))


def headline(glances: Sequence[Glance], rule: str, key: str, words: str) -> Headline | None:
    """Return a figure of the tables at a glance as one to see first; None: it is not told."""
    found = next((one for one in glances if (one.rule, one.key) == (rule, key)), None)
    if found is None or not found.told:
        return None
    beside = [one for one in glances if one.unit is found.unit]
    return Headline(
        table=_TABLES[found.unit][0], row=beside.index(found), column="now", words=words
    )


_TABLES = {
    Unit.COUNT: ("glance-counts", "Counts at a glance"),
    Unit.SHARE: ("glance-shares", "Shares at a glance"),
}
_DASH = (
    "A dash: there is nothing to tell or to compare. The rule was not there or not as strong in "
    "both months, the month was not closed, or a figure is not told."
)


def _table(run: Run, key: str, title: str, unit: Unit, glances: Sequence[Glance]) -> Table:
    columns = [
        Column(key="what", title="What", unit=Unit.TEXT),
        Column(key="now", title=month_name(run.month.month), unit=unit),
    ]
    rows: list[tuple[Value, ...]] = [(one.what, one.now) for one in glances]
    if run.before is not None:
        columns.append(Column(key="before", title=month_name(run.before.month), unit=unit))
        rows = [(*row, one.then) for row, one in zip(rows, glances, strict=True)]
        if unit is Unit.COUNT:
            columns.append(Column(key="change", title="Change", unit=unit))
            rows = [(*row, one.change) for row, one in zip(rows, glances, strict=True)]
    dashes = any(value is None for row in rows for value in row)
    return Table(
        key=key,
        title=title,
        columns=tuple(columns),
        rows=tuple(Row(values=row) for row in rows),
        notes=(_DASH,) if dashes else (),
    )
