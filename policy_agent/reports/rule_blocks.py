"""What one rule counted, as its tables and figures: by month, by team, and both.

Each kind of rule says which columns its block has, which shares are read of them, and what they are
called; from then on all of them are told alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policy_agent.domain.blocks import PublishedBlock
from policy_agent.reports.document import Table, Unit
from policy_agent.reports.glance import Glance, glance
from policy_agent.reports.keys import table_key
from policy_agent.reports.month_tables import Figure, by_month, months_table
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.team_tables import team_shares, team_table, teams_by_month
from policy_agent.reports.told import Measured, one_of


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleBlock:
    """One block of a rule, and how it is told."""

    rule: str
    block: str  # its key in a month
    key: str  # what the keys of its tables begin with
    title: str  # what those are about, without the rule's name: «mail in the window»
    unit: str  # of their counts: «copies»
    whole: Measured  # all columns together
    titles: Mapping[str, str]  # of its columns, by key
    shares: tuple[Measured, ...] = ()
    compared: str = ""  # key of what is compared by team and month; empty: the whole
    glanced: frozenset[str] = frozenset()  # keys of what stands in the summary's table
    # Modes and shares stand in tables of their own, since one table has no room for all of them.
    split: bool = False
    share_notes: tuple[str, ...] = ()  # below those
    by_people: frozenset[str] = frozenset()  # keys of what the rule's mode changes nothing of
    notes: tuple[str, ...] = ()  # below the table of teams

    @property
    def measures(self) -> tuple[Measured, ...]:
        """Everything that is read of it: the whole, its columns, the shares."""
        columns = (
            Measured(key=key, title=title, of=one_of(key)) for key, title in self.titles.items()
        )
        return (self.whole, *columns, *self.shares)

    def of(self, run: Run) -> PublishedBlock | None:
        return run.month.block(self.block)

    def glances(self, run: Run) -> Mapping[str, Glance]:
        """Return each figure of everybody, by key, beside that of the month before.

        What a rule's mode changes is only compared where it was equally strong in both months.
        """
        there, as_strong = run.comparable(self.rule), run.same_mode(self.rule)
        return {
            one.key: glance(
                run,
                self.rule,
                self.block,
                one,
                comparable=there and (as_strong or one.key in self.by_people),
            )
            for one in self.measures
        }

    def month_tables(
        self, run: Run, more: Sequence[Figure] = (), notes: Sequence[str] = ()
    ) -> tuple[Table, ...]:
        """Return its figures by month; `more` stand before the shares, with notes of their own."""
        whole, *others = self.measures
        later = [one for one in others if self.split and one.unit is Unit.SHARE]
        counts = months_table(
            run,
            key=table_key(self.key, self.rule, "months", run.rules),
            title=f"{self.rule}: {self.title}, by month ({self.unit})",
            rule=self.rule,
            with_mode=not self.split,
            figures=(
                by_month(self.block, whole, always=True),
                *(by_month(self.block, one) for one in others if one not in later),
            ),
        )
        if not self.split:
            return (counts,)
        shares = months_table(
            run,
            key=table_key(self.key, self.rule, "shares", run.rules),
            title=f"{self.rule}: {self.title}, shares by month",
            rule=self.rule,
            figures=(*more, *(by_month(self.block, one) for one in later)),
            notes=(*notes, *self.share_notes),
        )
        return (counts, shares)

    def team_tables(self, run: Run) -> tuple[Table, ...]:
        """Return its figures by team, and one of them by team and month; none if it has none."""
        found = [] if (block := self.of(run)) is None else self._by_team(run, block)
        compared = next((one for one in self.measures if one.key == self.compared), self.whole)
        across = teams_by_month(
            run,
            key=table_key(self.key, self.rule, "trend", run.rules),
            title=f"{self.rule}: {compared.title.lower()}, by team and month",
            block=self.block,
            measured=compared,
        )
        return (*found, *(() if across is None else (across,)))

    def _by_team(self, run: Run, block: PublishedBlock) -> list[Table]:
        counts = team_table(
            run.month,
            block,
            key=table_key(self.key, self.rule, "teams", run.rules),
            title=f"{self.rule}: {self.title}, by team ({self.unit})",
            columns=self.titles,
            total=self.whole.title,
            people=not self.split,
            measured=() if self.split else self.shares,
            notes=self.notes,
        )
        if not self.split:
            return [counts]
        shares = team_shares(
            run.month,
            block,
            key=table_key(self.key, self.rule, "team-shares", run.rules),
            title=f"{self.rule}: {self.title}, people and shares by team",
            measured=self.shares,
            notes=self.share_notes,
        )
        return [counts, shares]


def at_a_glance(run: Run, block: RuleBlock) -> tuple[Glance, ...]:
    """Return what stands in the summary's table: the whole, and what else has a number."""
    if not any(one.block(block.block) is not None for one in run.all):
        return ()
    return tuple(
        one
        for key, one in block.glances(run).items()
        if key == block.whole.key or (key in block.glanced and one.told)
    )
