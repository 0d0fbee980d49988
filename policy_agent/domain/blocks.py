"""Blocks: counts of a month by team, and what of them may be told; see `suppression.publish`.

A block is one question, such as what became of weekend mail under one rule. Everybody counts in one
team of a block, and everything that is counted falls into one of its columns: so teams add up to
the organisation, and columns add up to the team.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FEWEST = 10  # people behind a figure, where nobody says otherwise
FEWEST_EVER = 5  # nobody may say less


class Hidden(StrEnum):
    """Why a figure is not told; a closed set."""

    FEW = "few"  # fewer than `fewest` people stand behind it, or it is less than that itself
    WITHHELD = "withheld"  # a figure of a few people could be worked out from it


Told = int | Hidden  # a count, or why it is not told


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Counts of a month as they are, before anybody is told."""

    key: str  # names it in every month, such as `mail:weekend-email`
    # Keys; all of a team's counts together are its total. None that nobody could have had any in,
    # such as one for a mode that was nowhere: where a team is small, a column of noughts is only
    # told together with the smallest other one.
    columns: tuple[str, ...]
    counts: Mapping[str, tuple[int, ...]]  # by team; each as long as `columns`
    # By team, the fewest people that stood behind the counts on any day of the month on which the
    # team was there. Every team of `counts` has one; one with people and no counts has zeros.
    people: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedColumn:
    """One column as it is told: one of the block's own, or several of them put together."""

    key: str  # the column's own; of several put together `other`
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
