"""Blocks: counts of a month by team, and what of them may be told; see `suppression.publish`.

A block is one question, such as what became of weekend mail under one rule. Everybody counts in one
team of a block, and everything that is counted falls into one of its columns: so teams add up to
the organisation, and columns add up to the team.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

FEWEST = 10  # people behind a figure, where nobody says otherwise
FEWEST_EVER = 5  # nobody may say less
OTHER = "other"  # key of the column that rare ones become together


class Hidden(StrEnum):
    """Why a figure is not told; a closed set."""

    FEW = "few"  # fewer than `fewest` people stand behind it, or it is less than that itself
    WITHHELD = "withheld"  # a figure of a few people could be worked out from it


Told = int | Hidden  # a count, or why it is not told


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Counts of a month as they are, before anybody is told."""

    key: str  # names it in every month, such as `mail:weekend-email`
    columns: tuple[str, ...]  # keys; all of a team's counts together are its total
    counts: Mapping[str, tuple[int, ...]]  # by team; each as long as `columns`
    # By team, the fewest people that stood behind the counts on any day of the month on which the
    # team was there. Every team of `counts` has one; one with people and no counts has zeros.
    people: Mapping[str, int]
    # By team, the columns that it could have had any in, where that is known to everybody, as from
    # a rule's modes; a team that is not in it could have had some in all. It matters: two teams
    # of different modes cannot hide each other. And a column of noughts is told where nobody
    # could have had any; else, where a team is small, only together with the smallest other one.
    possible: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedColumn:
    """One column as it is told: one of the block's own, or several of them put together."""

    # The column's own. Of several put together `other`; where some of them are what one mode has in
    # place of another, all of their keys with a `+` between.
    key: str
    of: tuple[str, ...]  # keys of the block's columns that are in it


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedRow:
    """One team as it is told, or all the others together, or everybody."""

    teams: tuple[str, ...]  # in it; of the row of everybody none is named
    people: Told
    cells: tuple[Told, ...]  # as long as the block's `columns`
    total: Told


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedBlock:
    """What may be told of a block: told figures are exact, and add up wherever all are told."""

    key: str
    columns: tuple[PublishedColumn, ...]
    rows: tuple[PublishedRow, ...]  # teams of their own, the largest first
    # All other teams together; None: there are none. Without `rows` it is everybody.
    others: PublishedRow | None
    everybody: PublishedRow
