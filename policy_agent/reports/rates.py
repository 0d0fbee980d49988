"""Rates: what the annual review compares, each made of told figures of one row of a month alone.

A rate is a share of what was counted, or a number for each 100 people and day of the rule's window.
So months of any length, and months with a bank holiday, stand beside each other as they are.
"""

from dataclasses import dataclass
from enum import StrEnum

from policy_agent.domain.blocks import PublishedBlock, PublishedRow
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
from policy_agent.domain.meeting_rules import Check

_HUNDRED = 100


class Better(StrEnum):
    """Which way a policy of wellbeing would have a rate go."""

    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = "neither"  # it can mean more than one thing


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """One thing that is compared."""

    key: str  # of its columns in tables, and for the index of questions
    measure: Measure
    check: str = ""  # of `Measure.ETIQUETTE`
    counted: frozenset[str]  # columns of the block
    # Columns that it is a share of, those counted too. None: it is for 100 people and a day.
    of: frozenset[str] | None = None
    title: str  # for heads of tables, without its unit
    said: str  # the subject of a sentence, in the plural
    better: Better = Better.NEITHER

    @property
    def unit(self) -> str:
        return "per 100 people a day" if self.of is None else "%"

    @property
    def head(self) -> str:
        return f"{self.title} ({self.unit})"

    def block_of(self, rule: str) -> str:
        """Return the key of the block that it is made of."""
        return block(self.measure, rule, self.check)

    def value(
        self, counts: PublishedBlock, row: PublishedRow, *, days: int, fewest: int
    ) -> float | None:
        """Return it for a row that is told; None: what it needs is not told, or too small.

        `days` are the month's days of the window, `fewest` what a share is made of at least.
        """
        counted = told(counts, row, self.counted)
        if counted is None:
            return None
        if self.of is not None:
            base = told(counts, row, self.of)
            return None if base is None or base < fewest else _HUNDRED * counted / base
        if not isinstance(row.people, int) or row.people < fewest or not days:
            return None
        return _HUNDRED * counted / (row.people * days)


def told(counts: PublishedBlock, row: PublishedRow, wanted: frozenset[str]) -> int | None:
    """Return what the wanted columns of a row come to, where that can be read off what is told.

    That is where told columns are just those wanted, or where all that are not wanted are told and
    the total is too. A column that the block does not have counts as not told.
    """
    there = frozenset(key for column in counts.columns for key in column.of)
    if not wanted <= there:
        return None
    found = _sum(counts, row, wanted)
    if found is not None:
        return found
    others = _sum(counts, row, there - wanted)
    if others is None or not isinstance(row.total, int):
        return None
    return row.total - others


def _sum(counts: PublishedBlock, row: PublishedRow, wanted: frozenset[str]) -> int | None:
    covered: set[str] = set()
    total = 0
    for column, cell in zip(counts.columns, row.cells, strict=True):
        if wanted.issuperset(column.of) and isinstance(cell, int):
            covered.update(column.of)
            total += cell
    return total if covered == wanted else None


_MAIL = frozenset[str](MailColumn)
_CLASHES_SETTLED = frozenset[str](
    {ClashColumn.MENDED, ClashColumn.DECLINED, ClashColumn.STOOD}
)  # all but those that were booked before the rule

RATES = (
    Rate(
        key="arrived",
        measure=Measure.MAIL,
        counted=_MAIL - {MailColumn.WAITED},
        title="Mail that did not wait",
        said="mails in the window that did not wait",
        better=Better.LOWER,
    ),
    Rate(
        key="sent",
        measure=Measure.MAIL,
        counted=_MAIL,
        title="All mail sent in the window",
        said="mails sent in the window",
        better=Better.LOWER,
    ),
    Rate(
        key="urgent",
        measure=Measure.MAIL,
        counted=frozenset({MailColumn.URGENT}),
        of=_MAIL,
        title="Mail marked urgent",
        said="mails marked urgent",
    ),
    Rate(
        key="sent-now",
        measure=Measure.MAIL,
        counted=frozenset({MailColumn.SENT_NOW}),
        of=frozenset({MailColumn.WAITED, MailColumn.SENT_NOW}),
        title="Held mail that its sender sent now",
        said="held mails that their senders sent now",
    ),
    Rate(
        key="free",
        measure=Measure.WINDOWS,
        counted=frozenset({WindowColumn.FREE}),
        of=frozenset(WindowColumn),
        title="Protected times that stayed free",
        said="protected times that stayed free",
        better=Better.HIGHER,
    ),
    Rate(
        key="clashes",
        measure=Measure.CLASHES,
        counted=frozenset({ClashColumn.STOOD}),
        title="Clashes that took place",
        said="clashes that took place",
        better=Better.LOWER,
    ),
    Rate(
        key="mended",
        measure=Measure.CLASHES,
        counted=frozenset({ClashColumn.MENDED}),
        of=_CLASHES_SETTLED,
        title="Clashes that people mended",
        said="clashes that people mended",
        better=Better.HIGHER,
    ),
    *(
        Rate(
            key=check,
            measure=Measure.ETIQUETTE,
            check=check,
            counted=frozenset({EtiquetteColumn.FOUND}),
            of=frozenset(EtiquetteColumn),
            title=f"Meetings {said}",
            said=f"meetings {said}",
            better=Better.LOWER,
        )
        for check, said in (
            (Check.BREAK, "without a break between"),
            (Check.NOTICE, "booked at short notice"),
            (Check.LENGTH, "that were too long"),
            (Check.AGENDA, "without an agenda"),
            (Check.SIZE, "with too many people"),
        )
    ),
    Rate(
        key="held",
        measure=Measure.KEPT,
        counted=frozenset({KeptColumn.HELD, KeptColumn.MOVED}),
        of=frozenset(KeptColumn),
        title="Kept meetings that took place",
        said="kept meetings that took place",
        better=Better.HIGHER,
    ),
    Rate(
        key="without",
        measure=Measure.WITHOUT,
        counted=frozenset({WithoutColumn.WITHOUT}),
        of=frozenset(WithoutColumn),
        title="People who went without",
        said="people who went without a kept meeting",
        better=Better.LOWER,
    ),
)

BY_KEY = {rate.key: rate for rate in RATES}
