"""A weekend agent whose days are rolled up and whose months are counted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from policy_agent.agent.count_month import count_month
from policy_agent.agent.roll_up import roll_up
from policy_agent.agent.scope import Membership, directory_of, put_scope
from policy_agent.domain.blocks import Block
from policy_agent.domain.measures import MailColumn
from policy_agent.domain.months import MonthFigures, Series
from policy_agent.domain.rules import Rule, Team
from policy_agent.domain.watching import Member
from tests.agent.weekends import Weekend, address, rulebook
from tests.agent.world import LONDON, RULE

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
DAY = timedelta(days=1)
BLOCK = "mail:weekend-email"


def on(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """Return a moment of London's wall clock, in UTC."""
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


def people_are(weekend: Weekend, at: datetime, *rules: Rule, **teams: str) -> None:
    """Let the directory say from then on who is in which team, by names with spaces between."""
    members = {name: frozenset(names.split()) for name, names in teams.items()}
    everybody = sorted(frozenset().union(*members.values()))
    written = weekend.context.current.policy.rulebook
    book = replace(
        written,
        teams={
            name: Team(name=name, group=f"{name}@northshire.example", where=RULE.where)
            for name in members
        },
        rules=rules or written.rules,
    )
    membership = Membership(
        members=[Member(id=name, addresses=(address(name),)) for name in everybody], teams=members
    )
    weekend.now = max(weekend.now, at)
    put_scope(weekend.context, book, membership, replace(weekend.moment, now=at))
    weekend.context.current.change(
        lambda policy: replace(policy, rulebook=book, directory=directory_of(book, membership))
    )


def rolled(weekend: Weekend, until: datetime) -> int:
    """Let time go by, and count the days that are over then."""
    weekend.now = until
    return roll_up(weekend.context, weekend.moment)


def counted(weekend: Weekend, month: date, at: datetime) -> MonthFigures:
    """Return the figures of a month, of which every day is counted by then."""
    rolled(weekend, at)
    found = count_month(weekend.context, month, weekend.now)
    assert found is not None
    return found


def block(figures: MonthFigures, key: str = BLOCK) -> Block:
    (found,) = [one for one in figures.blocks if one.key == key]
    return found


def series(figures: MonthFigures, key: str) -> Series:
    (found,) = [one for one in figures.series if one.key == key]
    return found


def columns(found: Block, team: str) -> Mapping[str, int]:
    """Return what became of a team's copies, without what is empty."""
    return {
        column: copies
        for column, copies in zip(MailColumn, found.counts[team], strict=True)
        if copies
    }


__all__ = [
    "BLOCK",
    "DAY",
    "JULY",
    "JUNE",
    "MAY",
    "block",
    "columns",
    "counted",
    "on",
    "people_are",
    "rolled",
    "rulebook",
    "series",
]
