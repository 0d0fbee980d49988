"""What a rulebook that loads may not mean: warnings, with their places.

A warning is given where it is certain. Who is in an Entra group only the directory knows, and what
was observed only the store: where they are asked for and not at hand, that is said instead.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.rules import DeferEmail
from policy_agent.rulebook.exemption_doubts import of_exemption
from policy_agent.rulebook.load import Loaded
from policy_agent.rulebook.looking import Found, Look, Members, Observed, certain, said_day
from policy_agent.rulebook.problems import Problem
from policy_agent.rulebook.reporting_doubts import of_reporting
from policy_agent.rulebook.rule_doubts import of_rule

HOLIDAYS_END_WITHIN = timedelta(days=60)
LOOKS_AHEAD = timedelta(days=2 * 365)  # for windows that never come round


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubts:
    """Both in the order of file, line and column."""

    warnings: tuple[Problem, ...]
    not_looked_at: tuple[Problem, ...]  # what could not be told without the store


def doubts(
    loaded: Loaded,
    today: date,
    *,
    members: Members | None = None,
    observed: Observed | None = None,
) -> Doubts:
    """Return what to look at again in a rulebook that loads.

    `members` is what the store knows of teams; teams without a group are known without it.
    `observed` says whose mail rules decided while nothing moved; None: nobody has looked.
    """
    found = list(_everything(Look(loaded, today, members or {}, observed)))
    return Doubts(
        warnings=tuple(sorted({problem for certain, problem in found if certain})),
        not_looked_at=tuple(sorted({problem for certain, problem in found if not certain})),
    )


def _everything(look: Look) -> Found:
    yield from _calendars(look)
    yield from _windows(look)
    for rule in look.book.rules:
        yield from of_rule(look, rule)
    for exemption in look.book.exemptions:
        yield from of_exemption(look, exemption)
    yield from of_reporting(look)


def _calendars(look: Look) -> Found:
    for calendar in look.book.calendars.values():
        last = calendar.known_until
        if last is None or last - look.today > HOLIDAYS_END_WITHIN:
            continue
        days = (last - look.today).days
        ends = (
            f"ended on {said_day(last)}" if days < 0 else f"end on {said_day(last)}, in {days} days"
        )
        yield certain(
            look.place("calendars", calendar.name, "holidays"),
            f"the holidays that {calendar.name} knows {ends}; bring its lists up to date, or"
            " holidays after that are taken for working days",
        )


def _windows(look: Look) -> Found:
    used = {
        rule.window.name for rule in look.book.rules if isinstance(rule, DeferEmail | ProtectTime)
    }
    until = look.today + LOOKS_AHEAD
    for window in look.book.windows.values():
        where = look.place("windows", window.name)
        if window.name not in used:
            yield certain(where, f"no rule uses the window {window.name}; use it or take it away")
        if next(window.occurrences(look.today, until), None) is None:
            yield certain(
                where,
                f"the window {window.name} does not come round once before {said_day(until)}; check"
                " its days and its calendar",
            )
