"""Made-up closed months: a council of five teams, two of them small, with rules of every kind."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from policy_agent.domain import measures
from policy_agent.domain.blocks import Block, PublishedBlock, Told
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
    ClosedMonth,
    RuleMonth,
    Series,
    SeriesRow,
    TeamMonth,
    after,
)
from policy_agent.domain.suppression import publish

MAIL, LUNCH, ETIQUETTE, KEPT = (
    "weekend-email",
    "protected-lunch",
    "kind-meetings",
    "supervision-happens",
)
PEOPLE = {"practitioners": 60, "managers": 24, "leadership": 12, "finance": 6, "legal": 5}
FEWEST = 10
OCTOBER = date(2026, 10, 1)
SEPTEMBER = date(2026, 9, 1)
MADE = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)

Counts = Mapping[str, Sequence[int]]


def published(
    key: str, columns: Sequence[str], counts: Counts, people: Mapping[str, int] = PEOPLE
) -> PublishedBlock:
    """Tell counts by team, as a month that is closed does."""
    block = Block(
        key=key,
        columns=tuple(columns),
        counts={team: tuple(each) for team, each in counts.items()},
        people={team: people[team] for team in counts},
    )
    return publish([block], fewest=FEWEST)[key]


def nothing(key: str, columns: Sequence[str]) -> PublishedBlock:
    """Return a block of which nothing is told, as there is nothing in it."""
    return published(key, columns, {team: [0] * len(columns) for team in PEOPLE})


def rule(name: str, kind: str, mode: str = "enforce", **changes: object) -> RuleMonth:
    made = RuleMonth(
        name=name,
        kind=kind,
        because="Nobody should feel on call at the weekend",
        days=9,
        modes=dict.fromkeys(PEOPLE, mode),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # any field of it


def weeks(rule_name: str, month: date, mail: PublishedBlock, holiday: str = "") -> Series:
    """Return the weeks of a month, the second with a holiday; they add up to what is told."""
    first = month - timedelta(days=month.weekday())
    mondays = [day for n in range(6) if (day := first + timedelta(weeks=n)) < after(month)]
    told = [cell for cell in mail.everybody.cells if isinstance(cell, int)]
    rows = []
    for n, monday in enumerate(mondays):
        values: tuple[Told, ...] = tuple(
            cell // len(mondays) + (cell % len(mondays) if n == 0 else 0) for cell in told
        )
        mark = holiday if n == 1 else ""
        rows.append(SeriesRow(head=monday.isoformat(), values=values, mark=mark))
    return Series(
        key=measures.weeks(rule_name),
        of=mail.key,
        columns=tuple(one.key for one in mail.columns),
        rows=tuple(rows) if len(told) == len(mail.columns) else (),
    )


def hours(late: int = 20) -> Series:
    rows = tuple(
        SeriesRow(head=str(hour), values=(400 if 8 <= hour < 18 else late,)) for hour in range(24)
    )
    return Series(key=SeriesKey.MAIL_HOURS, columns=("copies",), rows=rows)


def days(tuesday: int = 200) -> Series:
    values = {"mon": 160, "tue": tuesday, "wed": 80, "thu": 180, "fri": 90}
    rows = tuple(SeriesRow(head=day, values=(meetings, 4)) for day, meetings in values.items())
    return Series(key=SeriesKey.MEETING_DAYS, columns=("meetings", "days"), rows=rows)


def mail_counts(times: int = 1) -> Counts:
    return {
        "practitioners": [90 * times, 4, 0, 30, 10, 20, 0, 2],
        "managers": [120 * times, 9, 0, 25, 5, 0, 0, 1],
        "leadership": [60 * times, 6, 0, 20, 5, 0, 0, 1],
        "finance": [7, 1, 0, 3, 0, 0, 0, 0],
        "legal": [4, 0, 0, 2, 0, 0, 0, 0],
    }


def closed(
    month: date = OCTOBER,
    *,
    times: int = 1,
    free: int = 900,
    found: int = 100,
    holiday: str = "",
    tuesday: int = 200,
    late: int = 20,
    mode: str = "enforce",
) -> ClosedMonth:
    """Return a typical month, in which rules of every kind were enforced."""
    mail = published(measures.block(Measure.MAIL, MAIL), tuple(MailColumn), mail_counts(times))
    blocks = [
        mail,
        published(
            measures.block(Measure.WINDOWS, LUNCH),
            tuple(WindowColumn),
            {team: [free * n // 60, 1200 * n // 60 - free * n // 60] for team, n in PEOPLE.items()},
        ),
        published(
            measures.block(Measure.CLASHES, LUNCH),
            tuple(ClashColumn),
            {team: [n, n // 2, n // 4, n // 3] for team, n in PEOPLE.items()},
        ),
        *(
            published(
                measures.block(Measure.ETIQUETTE, ETIQUETTE, check),
                tuple(EtiquetteColumn),
                {
                    team: [found * n // 60 // (at + 1), 16 * n - found * n // 60 // (at + 1)]
                    for team, n in PEOPLE.items()
                },
            )
            for at, check in enumerate(Check)
        ),
        published(
            measures.block(Measure.KEPT, KEPT),
            tuple(KeptColumn),
            {team: [n, n // 4, n // 6, n // 5] for team, n in PEOPLE.items()},
        ),
        published(
            measures.block(Measure.WITHOUT, KEPT),
            tuple(WithoutColumn),
            {team: [n - n // 6, n // 6] for team, n in PEOPLE.items()},
        ),
    ]
    return ClosedMonth(
        month=month,
        closed=datetime.combine(after(month), datetime.min.time(), tzinfo=UTC)
        + timedelta(days=1, hours=9),
        fewest=FEWEST,
        organisation="Northshire Children's Services",
        zone="Europe/London",
        leaders="leadership",
        rules=(
            rule(MAIL, "defer-email", mode),
            rule(LUNCH, "protect-time", mode, because="A real lunch break for everyone"),
            rule(ETIQUETTE, "meeting-etiquette", "nudge"),
            rule(KEPT, "keep-meeting", "nudge"),
        ),
        teams=tuple(TeamMonth(name=team) for team in PEOPLE),
        blocks=tuple(blocks),
        series=(weeks(MAIL, month, mail, holiday), hours(late), days(tuesday)),
        facts={
            Fact.ERRORS: 0,
            Fact.DAYS_COUNTED_LATE: 0,
            Fact.EXEMPTIONS_USED: 2,
            Fact.EXEMPTIONS_UNUSED: 1,
            Fact.EXEMPTIONS_ENDED: 1,
            Fact.MAILBOXES: 107,
            Fact.PARKED: 0,
            Fact.RECEIPTS: 140,
            Fact.CLASH_NUDGES: 90,
            Fact.ERASED: 1234,
        },
    )
