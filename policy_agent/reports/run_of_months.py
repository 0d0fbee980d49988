"""A run of months: the one that is told of, and those before it that it is compared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from policy_agent.domain.months import ClosedMonth, RuleMonth, before

MOST = 12  # months in one run, the one that is told of among them
OBSERVED = frozenset({"off", "observe"})  # modes in which nobody notices anything of a rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Months in order; the last one is told of."""

    month: ClosedMonth
    earlier: tuple[ClosedMonth, ...]  # in order, none twice; there may be gaps

    @property
    def before(self) -> ClosedMonth | None:
        """The month before; None: it was not closed, so nothing is compared with it."""
        wanted = before(self.month.month)
        return next((one for one in self.earlier if one.month == wanted), None)

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the month's rules, in the order of the rulebook."""
        return tuple(rule.name for rule in self.month.rules)

    @property
    def all(self) -> tuple[ClosedMonth, ...]:
        return (*self.earlier, self.month)

    def every_month(self, at_most: int = MOST) -> tuple[tuple[date, ClosedMonth | None], ...]:
        """Return each month from the first one known on; None: that one was not closed."""
        known = {one.month: one for one in self.all}
        first = min(known)
        found: list[tuple[date, ClosedMonth | None]] = []
        day = self.month.month
        while day >= first and len(found) < at_most:
            found.append((day, known.get(day)))
            day = before(day)
        return tuple(reversed(found))

    def comparable(self, rule: str) -> bool:
        """Whether a rule was there for the whole of this month and of the one before."""
        if self.before is None:
            return False
        found = (rule_of(self.month, rule), rule_of(self.before, rule))
        return all(one is not None and one.first is None and one.last is None for one in found)

    def same_mode(self, rule: str) -> bool:
        """Whether it acted equally strongly in both, on everybody and all month."""
        if self.before is None:
            return False
        now, then = mode_of(rule_of(self.month, rule)), mode_of(rule_of(self.before, rule))
        return now is not None and now == then


def run_of(month: ClosedMonth, earlier: Iterable[ClosedMonth]) -> Run:
    """Return the months as a run; what is not among the eleven before the month is left out."""
    oldest = month.month
    for _ in range(MOST - 1):
        oldest = before(oldest)
    known = {one.month: one for one in earlier if oldest <= one.month < month.month}
    return Run(month=month, earlier=tuple(known[day] for day in sorted(known)))


def rule_of(month: ClosedMonth, name: str) -> RuleMonth | None:
    return next((one for one in month.rules if one.name == name), None)


def mode_of(rule: RuleMonth | None) -> str | None:
    """Return the one mode that a rule had for all teams and all month; None: it had several."""
    modes = set() if rule is None else set(rule.modes.values())
    (mode,) = modes if len(modes) == 1 else (None,)
    return None if mode == "changed" else mode


def only_watched(rule: RuleMonth) -> bool:
    """Whether nobody can have noticed anything of it."""
    return bool(rule.modes) and OBSERVED.issuperset(rule.modes.values())
