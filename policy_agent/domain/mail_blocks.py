"""The mail half of a month: what became of copies in the window of each rule, by team and week."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from policy_agent.domain.blocks import Block
from policy_agent.domain.measures import MailColumn, Measure, SeriesKey, block, weeks
from policy_agent.domain.modes import Mode
from policy_agent.domain.months import Series, SeriesRow
from policy_agent.domain.outcomes import Outcome, Reason

COLUMNS = tuple(MailColumn)
_EXEMPT = frozenset({Reason.EXEMPT_TEAM, Reason.EXEMPTION})


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSum:
    """Decisions of a rule that say the same of copies received on the same day."""

    day: date  # in the organisation's zone
    rule: str
    team: str  # of the sender then; empty: in none
    outcome: Outcome
    mode: Mode
    reason: Reason
    urgent: bool
    copies: int

    @property
    def in_window(self) -> bool:
        """Whether the copies came in the rule's window, which is what it asks first."""
        return self.reason is not Reason.OUTSIDE_WINDOW

    @property
    def column(self) -> MailColumn:
        """Return what became of them, as far as their decisions tell."""
        if self.reason is Reason.IN_WINDOW:
            enforced = self.mode is Mode.ENFORCE
            return MailColumn.WAITED if enforced else MailColumn.WOULD_WAIT
        if self.reason is Reason.LET_THROUGH:
            return MailColumn.URGENT if self.urgent else MailColumn.LET_THROUGH
        if self.reason in _EXEMPT:
            return MailColumn.EXEMPT
        return MailColumn.OFF if self.reason is Reason.MODE_OFF else MailColumn.REST


@dataclass(frozen=True, kw_only=True, slots=True)
class NotWaited:
    """A copy that a rule held, and that did not wait for its promise."""

    rule: str
    day: date  # in the organisation's zone, on which it was received
    team: str  # of the sender then
    column: MailColumn  # `SENT_NOW`, or `REST`: it was never moved


Tally = Counter[tuple[str, date, MailColumn]]  # copies by team and day


def tallies(
    sums: Iterable[MailSum], ended: Iterable[NotWaited], *, unmoved: Collection[str] = ()
) -> Mapping[str, Tally]:
    """Return by rule what became of the copies in its window.

    Rules of `unmoved` hold nothing at the Inbox: what they say waits was delivered.
    """
    found: dict[str, Tally] = {}
    for one in sums:
        tally = found.setdefault(one.rule, Counter())
        if one.in_window:
            column = one.column
            if column is MailColumn.WAITED and one.rule in unmoved:
                column = MailColumn.REST
            tally[one.team, one.day, column] += one.copies
    for copy in ended:
        tally = found.get(copy.rule, Counter())
        waited = (copy.team, copy.day, MailColumn.WAITED)
        if tally[waited] > 0:  # else its decision is not among those that were counted
            tally[waited] -= 1
            tally[copy.team, copy.day, copy.column] += 1
    return found


def mail_block(rule: str, tally: Tally, people: Mapping[str, int]) -> Block:
    """Return a rule's block; teams that have people or copies are in it."""
    by_team: Counter[tuple[str, MailColumn]] = Counter()
    for (team, _, column), copies in tally.items():
        by_team[team, column] += copies
    teams = sorted({team for team, _ in by_team} | people.keys())
    return Block(
        key=block(Measure.MAIL, rule),
        columns=COLUMNS,
        counts={team: tuple(by_team[team, column] for column in COLUMNS) for team in teams},
        people={team: people.get(team, 0) for team in teams},
    )


def mail_weeks(
    rule: str, tally: Tally, days: Sequence[date], holidays: Mapping[date, str]
) -> Series:
    """Return a rule's weeks, as far as they are in the month that these are the days of."""
    by_week: Counter[tuple[date, MailColumn]] = Counter()
    for (_, day, column), copies in tally.items():
        by_week[_monday(day), column] += copies
    names: dict[date, list[str]] = {_monday(day): [] for day in days}
    for day in days:
        if day in holidays:
            names[_monday(day)].append(holidays[day])
    return Series(
        key=weeks(rule),
        of=block(Measure.MAIL, rule),
        columns=COLUMNS,
        rows=tuple(
            SeriesRow(
                head=monday.isoformat(),
                values=tuple(by_week[monday, column] for column in COLUMNS),
                mark=", ".join(marks),
            )
            for monday, marks in names.items()
        ),
    )


def mail_hours(copies: Mapping[int, int]) -> Series:
    """Return how much mail came outside of all windows, by hour of the day."""
    return Series(
        key=SeriesKey.MAIL_HOURS,
        columns=("copies",),
        rows=tuple(SeriesRow(head=str(hour), values=(copies.get(hour, 0),)) for hour in range(24)),
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


__all__ = [
    "COLUMNS",
    "MailSum",
    "NotWaited",
    "Tally",
    "mail_block",
    "mail_hours",
    "mail_weeks",
    "tallies",
]
