"""Changes in words, and numbers as both a sentence and its table have them."""

from collections.abc import Iterable
from datetime import date

from policy_agent.reports.changes import Change, Finding, Level, rounded
from policy_agent.reports.phases import Phase
from policy_agent.reports.rates import Better, Rate
from policy_agent.rulebook.problems import listed

_WHILE = {
    Phase.BASELINE: "while the rule was off",
    Phase.OBSERVE: "while the rule only watched",
    Phase.NUDGE: "while the rule sent nudges",
    Phase.ENFORCE: "while the rule was enforced",
}
_NO_FINDING = {
    Finding.UNCLEAR: "The months differ by as much on their own, so this is no clear change.",
    Finding.TOO_FEW: "There are too few months to say how sure this is.",
    Finding.STILL: "All months were alike, so there is nothing to judge this by.",
}
_WANTED = {Better.LOWER: Finding.FELL, Better.HIGHER: Finding.ROSE}


def number(value: float) -> str:
    return f"{rounded(value):,.1f}"


def level_sentence(rate: Rate, level: Level) -> str:
    """Return what a rate was in one phase."""
    return f"{_begin(rate, level.mean)} {_WHILE[level.phase]}."


def change_sentences(rate: Rate, change: Change) -> str:
    """Return what a rate was in two phases, and whether that is a change."""
    after = _with_unit(rate, change.after)
    compared = (
        f"{_begin(rate, change.before)} {_WHILE[change.against]}, and {after} "
        f"{_WHILE[change.phase]}."
    )
    return f"{compared} {_finding(rate, change)}"


def _finding(rate: Rate, change: Change) -> str:
    finding = change.finding
    if change.interval is None or finding in _NO_FINDING:
        return _NO_FINDING[finding]
    low, high = sorted(map(abs, change.interval))
    points = "" if rate.of is None else " points"
    said = (
        f"It {finding} by {number(abs(change.difference))}{points}, and we are 95% sure that it "
        f"{finding} by {number(low)} to {number(high)}."
    )
    if rate.better is Better.NEITHER:
        return said
    wanted = _WANTED[rate.better] is finding
    return f"{said} That is {'' if wanted else 'not '}the way the rule would have it."


def _begin(rate: Rate, value: float) -> str:
    if rate.of is None:
        return f"For every 100 people and day there were {number(value)} {rate.said}"
    return f"The share of {rate.said} was {_with_unit(rate, value)}"


def _with_unit(rate: Rate, value: float) -> str:
    return number(value) if rate.of is None else f"{number(value)}%"


def month_names(months: Iterable[date]) -> str:
    """Return months as a list: «May and June 2026»; the year stands with its last month."""
    found = sorted(set(months))
    return listed(
        (
            f"{month:%B %Y}"
            if place + 1 == len(found) or found[place + 1].year != month.year
            else f"{month:%B}"
            for place, month in enumerate(found)
        ),
        "and",
    )
