"""Closed months of any kind: whatever may be hidden, missing, renamed or empty."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from policy_agent.domain import measures
from policy_agent.domain.blocks import (
    Hidden,
    PublishedBlock,
    PublishedColumn,
    PublishedRow,
    Told,
)
from policy_agent.domain.measures import (
    ClashColumn,
    EtiquetteColumn,
    Fact,
    KeptColumn,
    MailColumn,
    Measure,
    SeriesKey,
    WindowColumn,
    WithoutColumn,
)
from policy_agent.domain.meeting_rules import Check
from policy_agent.domain.months import (
    MODES_OF_A_MONTH,
    ClosedMonth,
    RuleMonth,
    Series,
    SeriesRow,
    TeamMonth,
    after,
)

TEAMS = ("practitioners", "managers", "leadership", "finance", "")
RULES = (
    "weekend-email",
    "protected-lunch-of-the-whole-service-east",
    "protected-lunch-of-the-whole-service-west",
    "Kind-Meetings",
    "kind-meetings",
    "supervision-happens",
)
_MEASURES: dict[str, tuple[tuple[Measure, tuple[str, ...]], ...]] = {
    "defer-email": ((Measure.MAIL, tuple(MailColumn)),),
    "protect-time": (
        (Measure.WINDOWS, tuple(WindowColumn)),
        (Measure.CLASHES, tuple(ClashColumn)),
    ),
    "keep-meeting": (
        (Measure.KEPT, tuple(KeptColumn)),
        (Measure.WITHOUT, tuple(WithoutColumn)),
    ),
    "meeting-etiquette": (),
}
_COUNTS = st.integers(0, 3000)
_NUMBERS: st.SearchStrategy[Told] = _COUNTS.map(lambda n: n)
_HIDDEN = st.sampled_from(Hidden)
_TOLD: st.SearchStrategy[Told] = st.one_of(_COUNTS, _COUNTS, _COUNTS, _HIDDEN)


@st.composite
def blocks(draw: st.DrawFn, key: str, columns: tuple[str, ...], *, hides: bool) -> PublishedBlock:
    """Return a block with some columns together, and any of its figures hidden."""
    together = draw(st.integers(0, len(columns)))
    together = 0 if together == 1 else together
    of: list[tuple[str, ...]] = [(one,) for one in columns[together:]]
    if together:
        of.append(columns[:together])
    figures = _TOLD if hides else _NUMBERS

    def row(teams: tuple[str, ...]) -> PublishedRow:
        cells = tuple(draw(figures) for _ in of)
        numbers = [one for one in cells if isinstance(one, int)]
        total: Told = sum(numbers) if len(numbers) == len(cells) else draw(_HIDDEN)
        return PublishedRow(teams=teams, people=draw(figures), cells=cells, total=total)

    own = draw(st.lists(st.sampled_from(TEAMS), unique=True))
    rest = tuple(team for team in TEAMS if team not in own)
    others = bool(rest) and draw(st.booleans())
    return PublishedBlock(
        key=key,
        columns=tuple(
            PublishedColumn(key="other" if len(one) > 1 else one[0], of=one) for one in of
        ),
        rows=tuple(row((team,)) for team in own),
        others=row(rest) if others else None,
        everybody=row(()),
    )


@st.composite
def closed_months(draw: st.DrawFn, month: date | None = None, *, hides: bool = True) -> ClosedMonth:
    """Return a month with any rules, teams, blocks, series and facts."""
    if month is None:
        month = draw(st.dates(date(2020, 1, 1), date(2030, 12, 1))).replace(day=1)
    day = st.none() | st.integers(0, 27).map(lambda n: month + timedelta(days=n))
    rules = tuple(
        RuleMonth(
            name=name,
            kind=draw(st.sampled_from([*_MEASURES, *_MEASURES, "of-tomorrow"])),
            because=draw(st.sampled_from(["", "A real lunch break", "No = more\nthan <b>"])),
            days=draw(st.integers(0, 31)),
            first=draw(day),
            last=draw(day),
            modes=draw(
                st.dictionaries(st.sampled_from(TEAMS), st.sampled_from(sorted(MODES_OF_A_MONTH)))
            ),
        )
        for name in draw(st.lists(st.sampled_from(RULES), unique=True))
    )
    found: list[PublishedBlock] = []
    series: list[Series] = []
    for rule in rules:
        for measure, columns in _MEASURES.get(rule.kind, ()):
            if draw(st.integers(0, 4)):
                found.append(draw(blocks(measures.block(measure, rule.name), columns, hides=hides)))
        if rule.kind == "meeting-etiquette":
            found += [
                draw(
                    blocks(
                        measures.block(Measure.ETIQUETTE, rule.name, check),
                        tuple(EtiquetteColumn),
                        hides=hides,
                    )
                )
                for check in draw(st.lists(st.sampled_from(Check), unique=True))
            ]
        if rule.kind == "defer-email" and found and draw(st.booleans()):
            series.append(draw(_weeks(rule.name, month, found[-1])))
    figures = _TOLD if hides else _NUMBERS
    if draw(st.booleans()):
        rows = tuple(
            SeriesRow(head=str(hour), values=(draw(figures),))
            for hour in range(draw(st.sampled_from([0, 12, 24, 24])))
        )
        series.append(Series(key=SeriesKey.MAIL_HOURS, columns=("copies",), rows=rows))
    if draw(st.booleans()):
        days = draw(st.sampled_from([("mon", "tue", "wed", "thu", "fri"), ("sat",), ()]))
        rows = tuple(
            SeriesRow(head=one, values=(draw(figures), draw(st.integers(0, 5)))) for one in days
        )
        series.append(Series(key=SeriesKey.MEETING_DAYS, columns=("meetings", "days"), rows=rows))
    return ClosedMonth(
        month=month,
        closed=datetime.combine(after(month), datetime.min.time(), tzinfo=UTC),
        fewest=10,
        organisation="Northshire Children's Services",
        zone=draw(st.sampled_from(["Europe/London", "America/St_Johns", "Pacific/Apia"])),
        leaders=draw(st.none() | st.sampled_from(TEAMS)),
        rules=rules,
        teams=tuple(
            TeamMonth(name=team, first=draw(day), last=draw(day))
            for team in draw(st.lists(st.sampled_from(TEAMS), unique=True))
        ),
        blocks=tuple(found),
        series=tuple(series),
        facts=draw(st.dictionaries(st.sampled_from(Fact), _COUNTS)),
    )


@st.composite
def runs(draw: st.DrawFn, *, hides: bool = True) -> tuple[ClosedMonth, tuple[ClosedMonth, ...]]:
    """Return a month and some of those before it, maybe with gaps."""
    month = draw(closed_months(hides=hides))
    earlier: list[ClosedMonth] = []
    day = month.month
    for _ in range(draw(st.integers(0, 3))):
        day = (day - timedelta(days=draw(st.sampled_from([1, 1, 40])))).replace(day=1)
        if draw(st.booleans()):
            earlier.append(replace(month, month=day))
        else:
            earlier.append(draw(closed_months(day, hides=hides)))
    return month, tuple(reversed(earlier))


@st.composite
def _weeks(draw: st.DrawFn, rule: str, month: date, block: PublishedBlock) -> Series:
    monday = month - timedelta(days=month.weekday())
    rows = tuple(
        SeriesRow(
            head=(monday + timedelta(weeks=n)).isoformat(),
            values=tuple(draw(_TOLD) for _ in block.columns),
            mark=draw(st.sampled_from(["", "", "Boxing Day"])),
        )
        for n in range(draw(st.integers(0, 6)))
    )
    return Series(
        key=measures.weeks(rule),
        of=block.key,
        columns=tuple(one.key for one in block.columns),
        rows=rows,
    )
