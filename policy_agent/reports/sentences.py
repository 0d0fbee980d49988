"""Numbers, months and changes as a report says them in a sentence.

Whatever is said here stands in a table too; a sentence never holds a number that is not told.
"""

from collections.abc import Iterable
from datetime import date

from policy_agent.domain.blocks import FEWEST
from policy_agent.domain.placing import NO_TEAM
from policy_agent.reports.cells import cell
from policy_agent.reports.document import Unit
from policy_agent.rulebook.problems import listed


def number(value: float) -> str:
    """Return 1,234 for a whole number, and 1,234.5 for one that is not, as a table has it."""
    return cell(value, Unit.COUNT if isinstance(value, int) else Unit.NUMBER, FEWEST).text


def counted(value: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: no copies, 1 copy, 1,234 copies."""
    return f"{number(value) if value else 'no'} {one if value == 1 else many or f'{one}s'}"


def per_cent(share: float) -> str:
    """Return a share in per cent, rounded as a table has it."""
    return cell(share, Unit.SHARE, FEWEST).text


def month_name(month: date, beside: date | None = None) -> str:
    """Return «September 2026», or «September» beside a month of the same year."""
    return f"{month:%B}" if beside is not None and beside.year == month.year else f"{month:%B %Y}"


def day_name(day: date) -> str:
    """Return «12 October»."""
    return f"{day.day} {day:%B}"


def changed(now: int, then: int, month: str) -> str:
    """Return how a count compares: «12 more than in September»."""
    if now == then:
        return f"as many as in {month}"
    return f"{number(abs(now - then))} {'more' if now > then else 'fewer'} than in {month}"


def moved(now: float, then: float, month: str) -> str:
    """Return how a share compares: «up from 88% in September»; by what is said of both."""
    said, was = per_cent(now), per_cent(then)
    if said == was:
        return f"as in {month}"
    return f"{'up' if now > then else 'down'} from {was} in {month}"


def few(fewest: int) -> str:
    return f"fewer than {fewest}"


def team_name(team: str) -> str:
    """Return a team as a table's head; whoever is in no team of a report has words of their own."""
    return "In no team" if team == NO_TEAM else team


def names(said: Iterable[str]) -> str:
    """Return names as a list in a sentence: «a, b and c»."""
    return listed(said, "and")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def since_and_until(first: date | None, last: date | None) -> str:
    """Return from when until when something was there in a month; empty: all of it."""
    if first is not None and last is not None:
        return f"from {day_name(first)} to {day_name(last)}"
    if first is not None:
        return f"from {day_name(first)}"
    return "" if last is None else f"until {day_name(last)}"
