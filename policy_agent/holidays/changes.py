"""What a newly served holiday list may change of what is known.

A feed that breaks must not turn holidays into working days, nor working days into holidays. What
GOV.UK really does is let through: it adds years, adds a day on short notice (State Funeral, 2022),
moves a day (Early May to VE Day, 2020) and changes how many past years it shows (August 2025,
January 2026).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from policy_agent.holidays.read import HolidayProblem
from policy_agent.holidays.source import HolidayList, list_of

MOST_MOVES = 2  # days moved within a year; GOV.UK has moved one (2020, 2022)
MOST_IN_A_YEAR = 20  # holidays; the most that GOV.UK has had is twelve, Northern Ireland in 2022


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """A served list, with the past that it no longer shows."""

    holidays: HolidayList
    news: tuple[str, ...]  # what it changes from this year on, a sentence each


def accept(served: HolidayList, known: HolidayList, today: date) -> Accepted:
    """Return the served list as it shall be kept, or raise `HolidayProblem` to keep what is known.

    Years before today's: days that are known stay, whether or not they are served still. Today's
    year and those to come, each by itself: none may have fewer days than are known. A day that
    vanishes while another appears in the same year has moved; up to `MOST_MOVES` such in a year are
    taken and told. More is a feed that slipped, and so are more than `MOST_IN_A_YEAR` days.
    """
    problems: list[str] = []
    news: list[str] = []
    for year in sorted({day.year for day in (*served.days, *known.days)}):
        if year < today.year:
            continue
        before, after = _in(year, known), _in(year, served)
        wrong = _wrong(year, before, after)
        if wrong is None:
            news += _news(year, before, after)
        else:
            problems.append(wrong)
    if problems:
        raise HolidayProblem("; ".join(problems))
    past = {day: name for day, name in known.days.items() if day.year < today.year}
    days = {**past, **served.days}
    return Accepted(holidays=list_of(served.name, days), news=tuple(news))


def _in(year: int, holidays: HolidayList) -> dict[date, str]:
    return {day: name for day, name in holidays.days.items() if day.year == year}


def _wrong(year: int, before: Mapping[date, str], after: Mapping[date, str]) -> str | None:
    lost = [day for day in before if day not in after]
    if len(after) < len(before):
        return f"{year} would lose {_said(before, lost)}"
    if len(lost) > MOST_MOVES:
        return f"{year} would move {len(lost)} days, {_said(before, lost)}"
    if len(after) > MOST_IN_A_YEAR:
        return f"{year} would have {len(after)} holidays, and {MOST_IN_A_YEAR} is the most"
    return None


def _news(year: int, before: Mapping[date, str], after: Mapping[date, str]) -> list[str]:
    if not before:
        return [f"{year} is new, with {len(after)} holidays"]
    lost = [day for day in before if day not in after]
    added = [day for day in after if day not in before]
    renamed = [day for day in before if after.get(day, before[day]) != before[day]]
    news: list[str] = []
    if lost:
        news.append(f"{_said(before, lost)} moved, and {_said(after, added)} came")
    elif added:
        news.append(f"{_said(after, added)} came")
    news += [f"{_said(before, [day])} is called {after[day]} now" for day in renamed]
    return news


def _said(names: Mapping[date, str], days: list[date]) -> str:
    return ", ".join(f"{day.isoformat()} ({names[day]})" for day in days)
