"""What is read of one team: its own figures as they are told, beside those of everybody.

A figure is there if the team is told by itself; of every other team nothing is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from policy_agent.domain.blocks import PublishedBlock, PublishedRow, Told
from policy_agent.domain.measures import (
    ClashColumn,
    EtiquetteColumn,
    KeptColumn,
    WindowColumn,
    WithoutColumn,
)
from policy_agent.domain.meeting_rules import Check
from policy_agent.domain.months import RuleMonth
from policy_agent.reports.document import Value
from policy_agent.reports.mail_figures import mail_block
from policy_agent.reports.month_etiquette import SAID, TITLES, check_key, checks_of
from policy_agent.reports.month_kept import kept_block, without_block
from policy_agent.reports.month_windows import clashes_block, windows_block
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.team_choice import Candidate, Cases
from policy_agent.reports.told import ReadsCount, one_of, own_row, share, sum_of, whole


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamCount:
    """How much of something a team had."""

    what: str
    now: Told
    then: Value  # None: the month was not closed, or the team had no row of its own
    comparable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamShare:
    """What share of something a team had, and how that is said."""

    what: str  # as a row's head
    said: str  # after the share, in a sentence
    high_is_good: bool
    now: tuple[Told, Told]  # part and base
    then: tuple[Told, Told] | None
    everybody: tuple[Told, Told]
    comparable: bool

    def values(self, fewest: int) -> tuple[Value, Value, Value]:
        """Return the share of the team now and then, and that of everybody."""
        then = None if self.then is None else share(*self.then, fewest)
        return share(*self.now, fewest), then, share(*self.everybody, fewest)

    def candidate(self) -> Candidate | None:
        """Return it as something to choose; None: it is not told."""
        now = _cases(self.now)
        if now is None:
            return None
        then = _cases(self.then) if self.comparable and self.then is not None else None
        return Candidate(
            what=self.said,
            high_is_good=self.high_is_good,
            now=now,
            then=then,
            everybody=_cases(self.everybody),
        )


def team_counts(run: Run, team: str) -> tuple[TeamCount, ...]:
    """Return what the team sent, and which clashes it made, by rule."""
    fewest = run.month.fewest
    found = []
    for rule in run.month.rules:
        blocks = {
            "defer-email": (mail_block(rule.name, fewest),),
            "protect-time": (clashes_block(rule.name, fewest),),
        }.get(rule.kind, ())
        for block in blocks:
            row = _row(run.month.block(block.block), team)
            if row is None:
                continue
            before = None if run.before is None else _row(run.before.block(block.block), team)
            found.append(
                TeamCount(
                    what=f"{rule.name}: {_COUNTED[block.key]}",
                    now=row.total,
                    then=None if before is None else before.total,
                    comparable=run.comparable(rule.name),
                )
            )
    return tuple(found)


def team_shares(run: Run, team: str) -> tuple[TeamShare, ...]:
    """Return the shares of the team by rule, in the order of the rulebook."""
    return tuple(
        one
        for rule in run.month.rules
        for read in _reads(run, rule)
        if (one := _share(run, team, rule, read)) is not None
    )


_COUNTED = {"mail": "copies of mail sent in the window", "clashes": "clashes with its meetings"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    block: str
    what: str
    said: str
    high_is_good: bool
    part: ReadsCount
    base: ReadsCount = whole


def _reads(run: Run, rule: RuleMonth) -> tuple[_Read, ...]:
    name, fewest = rule.name, run.month.fewest
    by_kind: Mapping[str, tuple[_Read, ...]] = {
        "protect-time": (
            _Read(
                block=windows_block(name, fewest).block,
                what=f"{name}: protected times that stayed free",
                said=f"of the team's protected times under {name} stayed free",
                high_is_good=True,
                part=one_of(WindowColumn.FREE),
            ),
            _Read(
                block=clashes_block(name, fewest).block,
                what=f"{name}: clashes that were mended",
                said=f"of the clashes with the team's meetings under {name} were mended",
                high_is_good=True,
                part=one_of(ClashColumn.MENDED),
            ),
        ),
        "keep-meeting": (
            _Read(
                block=kept_block(name, fewest).block,
                what=f"{name}: places in meetings that went ahead",
                said=f"of the team's places in meetings under {name} went ahead",
                high_is_good=True,
                part=sum_of(KeptColumn.HELD, KeptColumn.MOVED, KeptColumn.REBOOKED),
            ),
            _Read(
                block=without_block(name, fewest).block,
                what=f"{name}: people who had none",
                said=f"of the people who should have had a meeting under {name} had none",
                high_is_good=False,
                part=one_of(WithoutColumn.WITHOUT),
            ),
        ),
        "meeting-etiquette": tuple(
            _Read(
                block=check_key(name, check),
                what=f"{name}: {TITLES[check].lower()}",
                said=f"of the team's meetings {SAID[Check(check)]}",
                high_is_good=False,
                part=one_of(EtiquetteColumn.FOUND),
            )
            for check in checks_of(run, name)
        ),
    }
    return by_kind.get(rule.kind, ())


def _share(run: Run, team: str, rule: RuleMonth, read: _Read) -> TeamShare | None:
    block = run.month.block(read.block)
    row = _row(block, team)
    if block is None or row is None:
        return None
    was = None if run.before is None else run.before.block(read.block)
    before = _row(was, team)
    return TeamShare(
        what=read.what,
        said=read.said,
        high_is_good=read.high_is_good,
        now=(read.part(block, row), read.base(block, row)),
        then=(
            None
            if was is None or before is None
            else (read.part(was, before), read.base(was, before))
        ),
        everybody=(read.part(block, block.everybody), read.base(block, block.everybody)),
        comparable=run.comparable(rule.name) and run.same_mode(rule.name),
    )


def _row(block: PublishedBlock | None, team: str) -> PublishedRow | None:
    return None if block is None else own_row(block, team)


def _cases(pair: tuple[Told, Told]) -> Cases | None:
    part, base = pair
    return Cases(part=part, of=base) if isinstance(part, int) and isinstance(base, int) else None
