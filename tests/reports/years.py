"""Made-up closed months for the annual review, told by the real suppression."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from policy_agent.domain.blocks import Block
from policy_agent.domain.measures import (
    ClashColumn,
    EtiquetteColumn,
    KeptColumn,
    MailColumn,
    Measure,
    WindowColumn,
    WithoutColumn,
    block,
)
from policy_agent.domain.months import ClosedMonth, RuleMonth, TeamMonth
from policy_agent.domain.suppression import publish

MADE = datetime(2027, 1, 4, 8, 30, tzinfo=UTC)
MAIL = "weekend-email"
LUNCH = "protected-lunch"
KIND = "kind-meetings"
SUPERVISION = "supervision-happens"
PEOPLE = {"practitioners": 120, "managers": 40, "business-support": 60}
COLUMNS: Mapping[Measure, Sequence[str]] = {
    Measure.MAIL: tuple(MailColumn),
    Measure.WINDOWS: tuple(WindowColumn),
    Measure.CLASHES: tuple(ClashColumn),
    Measure.ETIQUETTE: tuple(EtiquetteColumn),
    Measure.KEPT: tuple(KeptColumn),
    Measure.WITHOUT: tuple(WithoutColumn),
}


def counted(
    measure: Measure,
    rule: str,
    counts: Mapping[str, Mapping[Any, int]],
    people: Mapping[str, int] = PEOPLE,
    check: str = "",
) -> Block:
    """Return a block; columns that a team does not name are 0."""
    columns = COLUMNS[measure]
    return Block(
        key=block(measure, rule, check),
        columns=tuple(str(column) for column in columns),
        counts={
            team: tuple(said.get(column, 0) for column in columns) for team, said in counts.items()
        },
        people={team: people[team] for team in counts},
    )


def ruled(
    name: str,
    modes: Mapping[str, str],
    *,
    days: int = 9,
    kind: str = "defer-email",
    first: date | None = None,
    last: date | None = None,
) -> RuleMonth:
    return RuleMonth(
        name=name,
        kind=kind,
        because="Nobody should feel on call at the weekend",
        days=days,
        first=first,
        last=last,
        modes=modes,
    )


def closed(
    month: date,
    rules: Sequence[RuleMonth],
    blocks: Sequence[Block],
    *,
    teams: Sequence[TeamMonth] = (),
    fewest: int = 10,
) -> ClosedMonth:
    named = sorted({team for one in blocks for team in one.counts})
    return ClosedMonth(
        month=month,
        closed=MADE,
        fewest=fewest,
        organisation="Northshire Children's Services",
        zone="Europe/London",
        leaders=None,
        rules=tuple(rules),
        teams=tuple(teams) or tuple(TeamMonth(name=team) for team in named),
        blocks=tuple(publish(blocks, fewest=fewest).values()),
        series=(),
        facts={},
    )


def mail_month(
    number: int,
    modes: Mapping[str, str],
    sent: Mapping[str, int],
    *,
    year: int = 2026,
    people: Mapping[str, int] = PEOPLE,
    first: date | None = None,
    last: date | None = None,
) -> ClosedMonth:
    """Return a month of the mail rule alone: where it is enforced nine in ten copies wait."""
    counts = {}
    for team, copies in sent.items():
        tenth = copies // 10
        wait = {
            "enforce": MailColumn.WAITED,
            "off": MailColumn.OFF,
        }.get(modes.get(team, "observe"), MailColumn.WOULD_WAIT)
        counts[team] = {wait: copies - 2 * tenth, MailColumn.URGENT: tenth, MailColumn.REST: tenth}
    return closed(
        date(year, number, 1),
        [ruled(MAIL, modes, first=first, last=last)],
        [counted(Measure.MAIL, MAIL, counts, people)],
    )


def rolled_out_year(year: int = 2026) -> list[ClosedMonth]:
    """Return twelve months: three each of baseline, observe, nudge and enforce, for all teams."""
    modes = ["off"] * 3 + ["observe"] * 3 + ["nudge"] * 3 + ["enforce"] * 3
    return [
        mail_month(
            number,
            dict.fromkeys(PEOPLE, mode),
            {team: people * 4 + (number * 7919 + people) % 40 for team, people in PEOPLE.items()},
            year=year,
        )
        for number, mode in enumerate(modes, start=1)
    ]
