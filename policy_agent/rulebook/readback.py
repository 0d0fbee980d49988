"""Rules read back in plain English, so that their writer sees what they mean.

A rule is one sentence: when, whose mail, what happens, until when, unless what; and how far it is
rolled out. Times are the wall clock of the window's calendar; «Friday midnight» ends the Friday.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.rules import DeferEmail, Exemption, HoldPoint, LetThrough, Mode, Rulebook
from policy_agent.domain.walltime import MIDNIGHT
from policy_agent.domain.windows import Window
from policy_agent.rulebook.problems import listed

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEK = 7

_POINTS = {
    HoldPoint.OUTLOOK: "Outlook",
    HoldPoint.DRAFTS: "Drafts",
    HoldPoint.INBOX: "the recipient's Inbox",
}
_MODES = {
    Mode.OFF: "this is off",
    Mode.OBSERVE: "this is only observed (nothing moves)",
    Mode.NUDGE: "this is only told to the sender (nothing moves)",
    Mode.ENFORCE: "this is enforced",
}
_MODES_FOR = {
    Mode.OFF: "off",
    Mode.OBSERVE: "only observed",
    Mode.NUDGE: "told to the sender",
    Mode.ENFORCE: "enforced",
}


def read_rule(rule: DeferEmail) -> str:
    """Return a rule as one sentence."""
    return (
        f"{_capital(read_window(rule.window))}, {_people(rule)} is held in {_points(rule)}"
        f" until {_release(rule)}{_unless(rule)}; {_mode(rule)}."
    )


def read_exemption(exemption: Exemption, rulebook: Rulebook) -> str:
    """Return a dated exemption as one sentence."""
    teams = [f"somebody in {listed(sorted(exemption.teams))}"] if exemption.teams else []
    people = listed([*teams, *sorted(exemption.addresses)])
    involved = {
        rule.exempt is None or rule.exempt.when == "involved"
        for rule in rulebook.mail_rules
        if rule.name in exemption.rules
    }
    whose = f"mail that {people} writes or gets" if True in involved else f"copies of {people}"
    return (
        f"From {_day(exemption.starts)} to the end of {_day(exemption.ends)},"
        f" {listed(sorted(exemption.rules), 'and')}"
        f" {'leaves' if len(exemption.rules) == 1 else 'leave'} alone {whose};"
        f" {exemption.because}, approved by {exemption.approved_by}."
    )


def read_window(window: Window) -> str:
    """Return when a window comes round, as the beginning of a sentence in lower case."""
    if window.time is None:
        said = _whole_days(window)
    else:
        start, end = window.time
        wraps = end <= start and end != MIDNIGHT
        until = "midnight" if end == MIDNIGHT else f"{end:%H:%M}"
        said = f"{_on(window)} from {start:%H:%M} to {until}{' of the next day' if wraps else ''}"
    if window.every_weeks > 1 and window.starting is not None:
        return f"{said}, every {window.every_weeks} weeks from {_day(window.starting)} on"
    if window.starting is not None:
        return f"{said} from {_day(window.starting)} on"
    return said


def _whole_days(window: Window) -> str:
    """Say when a window of whole days is; a stretch of days off by its two midnights."""
    calendar = window.calendar
    if window.days == "non-working":
        off = _stretch(frozenset(range(_WEEK)) - calendar.working_days)
        if off is not None:
            before, last = _DAYS[off[0] - 1], _DAYS[off[1]]
            holidays = " and all day on holidays" if calendar.holidays else ""
            return f"from {before} midnight to {last} midnight{holidays}"
    return f"all day {_on(window)}"


def _on(window: Window) -> str:
    calendar = window.calendar
    match window.days:
        case "all":
            return "every day"
        case "working":
            but = " but holidays" if calendar.holidays else ""
            return f"on working days ({_weekdays(calendar.working_days)}{but})"
        case "non-working":
            return f"on {_days_off(calendar)}"
        case days if len(days) == _WEEK:
            return "every day"
        case days:
            return f"on {_weekdays(days, plural=True)}"


def _days_off(calendar: Calendar) -> str:
    off = frozenset(range(_WEEK)) - calendar.working_days
    said = [f"{_DAYS[day]}s" for day in sorted(off)]
    said += ["holidays"] if calendar.holidays else []
    return listed(said, "and") or "days off, of which there are none"


def _weekdays(days: frozenset[int], *, plural: bool = False) -> str:
    """Return «Monday to Friday» for a stretch of three days or more, and a list otherwise."""
    ending = "s" if plural else ""
    if len(days) == _WEEK:
        return f"Monday{ending} to Sunday{ending}"
    stretch = _stretch(days)
    if stretch is not None and len(days) > 2:  # noqa: PLR2004  two days are named both
        return f"{_DAYS[stretch[0]]}{ending} to {_DAYS[stretch[1]]}{ending}"
    return listed([f"{_DAYS[day]}{ending}" for day in sorted(days)], "and")


def _stretch(days: frozenset[int]) -> tuple[int, int] | None:
    """Return first and last of days that follow each other, also over the week's end."""
    starts = [day for day in sorted(days) if (day - 1) % _WEEK not in days]
    if len(starts) != 1:
        return None
    return starts[0], (starts[0] + len(days) - 1) % _WEEK


def _people(rule: DeferEmail) -> str:
    if rule.from_teams == rule.to_teams:
        return f"mail between {_teams(rule.from_teams)}"
    return f"mail from {_teams(rule.from_teams)} to {_teams(rule.to_teams)}"


def _teams(teams: frozenset[str]) -> str:
    named = listed(sorted(teams))
    return named if len(teams) == 1 else f"people in {named}"


def _points(rule: DeferEmail) -> str:
    return listed([_POINTS[point] for point in HoldPoint if point in rule.hold_at])


def _release(rule: DeferEmail) -> str:
    spread = f", then spread over {_length(rule.release.spread)}" if rule.release.spread else ""
    zone = rule.window.calendar.zone.key
    return f"the next working day {rule.release.at:%H:%M} ({zone}{spread})"


def _length(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    number, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _unless(rule: DeferEmail) -> str:
    said = []
    if rule.exempt is not None:
        teams = listed(sorted(rule.exempt.teams))
        if rule.exempt.when == "involved":
            said.append(f"somebody in {teams} writes or gets it")
        else:
            said.append(f"its recipient is in {teams}")
    said += [_line(line) for line in rule.let_through]
    if rule.held_per_person is not None:
        copies = "copy" if rule.held_per_person == 1 else "copies"
        said.append(f"its recipient has {rule.held_per_person} {copies} on hold already")
    return f", unless {_clauses(said)}" if said else ""


def _line(line: LetThrough) -> str:
    said = []
    if line.importance is not None:
        said.append(f"its importance is {line.importance}")
    if line.subject_tags:
        said.append(f"its subject is marked {listed(line.subject_tags)}")
    if line.categories:
        said.append(f"it has the category {listed(sorted(line.categories))}")
    if line.recipient_outside:
        said.append("somebody outside gets it too")
    return " and ".join(said)


def _clauses(said: Sequence[str]) -> str:
    """Join with commas: there may be an «or» inside each."""
    return f"{', '.join(said[:-1])}, or {said[-1]}" if len(said) > 1 else said[0]


def _mode(rule: DeferEmail) -> str:
    by_mode: dict[Mode, list[str]] = {}
    for team, mode in rule.mode_for.items():
        by_mode.setdefault(mode, []).append(team)
    named = [
        f"{_MODES_FOR[mode]} for mail from {listed(sorted(teams))}"
        for mode, teams in sorted(by_mode.items(), key=lambda item: item[0].strength)
    ]
    if not named:
        return _MODES[rule.mode]
    strongest = " (of several the strongest counts)" if len(named) > 1 else ""
    return f"{_MODES[rule.mode]}, but {' and '.join(named)}{strongest}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def read_back(rulebook: Rulebook) -> Iterable[tuple[str, str]]:
    """Yield the name and the sentence of every rule, then of every dated exemption."""
    for rule in rulebook.mail_rules:
        yield rule.name, read_rule(rule)
    for exemption in rulebook.exemptions:
        yield exemption.name, read_exemption(exemption, rulebook)
