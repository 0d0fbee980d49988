"""The annual review: before and after by phase of the roll-out, and the organisation's own survey.

It is made of closed months and of imported answers alone. Nothing in it needs a figure that a
month does not tell, so it cannot give away more than the months did.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from policy_agent.domain.blocks import FEWEST
from policy_agent.domain.months import ClosedMonth, after
from policy_agent.domain.survey import Survey
from policy_agent.reports.change_words import change_sentences, level_sentence, month_names
from policy_agent.reports.changes import FEWEST_MONTHS, levels
from policy_agent.reports.document import Column, Report, Row, Section, Table, Unit
from policy_agent.reports.phases import LeftOut, RolledOut, rolled_out
from policy_agent.reports.year_rules import headline, rule_section
from policy_agent.reports.year_survey import survey_section

_MOST_NAMED = 4  # rules in the summary
_YEAR = 12  # months


def annual(
    year: int, months: Iterable[ClosedMonth], survey: Survey | None, *, made: datetime
) -> Report:
    """Return the review of a year, as far as it has come.

    `months` may begin before the year, where a phase to compare with lies there; later ones are
    left out. The survey is shown where it has answers of the year.
    """
    known = sorted((one for one in months if one.month.year <= year), key=lambda one: one.month)
    mine = [one for one in known if one.month.year == year]
    rules = rolled_out(known)
    fewest = max((one.fewest for one in known), default=FEWEST)
    asked = survey is not None and year in survey.years()
    sections = [_made_of(year, known, rules)]
    shown = _months_shown(known)
    sections += [rule_section(rule, number, shown) for number, rule in enumerate(rules, start=1)]
    if survey is not None and asked:
        sections.append(survey_section(year, survey, mine, rules, fewest=fewest))
    return Report(
        key=str(year),
        title="Annual review of the wellbeing policy",
        organisation=known[-1].organisation if known else "",
        period=str(year),
        made=made,
        summary=(
            *_months_summary(year, known),
            *_rules_summary(rules),
            *([f"Your own survey of {year} stands beside these figures."] if asked else []),
        ),
        sections=(*sections, _method()),
        fewest=fewest,
    )


def _months_summary(year: int, known: Sequence[ClosedMonth]) -> Iterable[str]:
    mine = [one.month for one in known if one.month.year == year]
    if not mine:
        yield f"No month of {year} is closed, so there is nothing to tell of it yet."
        return
    missing = _missing(year, known)
    if not missing:
        yield f"This review looks at all {_YEAR} months of {year}."
        return
    yield f"This review looks at {len(mine)} of the {_YEAR} months of {year}."
    yield f"There are no figures of {month_names(missing)}."


def _rules_summary(rules: Sequence[RolledOut]) -> Iterable[str]:
    named = [(rule, found) for rule in rules if (found := headline(rule)) is not None]
    for rule, (rate, change) in named[:_MOST_NAMED]:
        if change is not None:
            yield f"The rule {rule.name}: {change_sentences(rate, change)}"
        else:
            (*_, level) = levels(rule.points[rate.key])
            yield f"The rule {rule.name}: {level_sentence(rate, level)}"
    if len(named) > _MOST_NAMED:
        yield "There are more rules, each with a part of its own below."
    if any(change is not None for _, (_, change) in named):
        yield (
            "This shows how the months differ, and not why. The time of year, new staff or other "
            "changes may be behind it too."
        )
    elif named:
        yield "No rule has two phases to compare yet."


def _made_of(year: int, known: Sequence[ClosedMonth], rules: Sequence[RolledOut]) -> Section:
    mine = [one.month for one in known if one.month.year == year]
    missing = _missing(year, known)
    compared = {
        (rule.name, point.team, point.month) for rule in rules for point in rule.all_points()
    }
    left_out = [(rule.name, one) for rule in rules for one in rule.left_out]
    paragraphs = [
        (
            "Each rule is rolled out in phases. In the baseline it is off. Then it may watch, "
            "send nudges, and at last be enforced."
        ),
        "We set a team beside itself: how it was in an early phase, and how it was later.",
    ]
    if missing and mine:
        paragraphs.append(f"Months without figures: {month_names(missing)}.")
    return Section(
        key="made-of",
        title="What this review is made of",
        paragraphs=tuple(paragraphs),
        tables=(
            Table(
                key="made-of",
                title="Months, and team-months that are compared",
                columns=(
                    Column(key="what", title="What", unit=Unit.TEXT),
                    Column(key="number", title="Number"),
                ),
                rows=(
                    Row(values=(f"Months of {year}", _YEAR)),
                    Row(values=(f"Months of {year} that are closed", len(mine))),
                    Row(values=(f"Months before {year} to compare with", len(known) - len(mine))),
                    Row(values=("Team-months that are compared", len(compared))),
                    Row(values=("Team-months that are left out", len(left_out))),
                ),
                notes=(
                    (
                        "A team-month is one team in one month under one rule, where it is told "
                        "by itself. Teams that are too small for that are in no phase."
                    ),
                ),
            ),
            *([_left_out(left_out)] if left_out else []),
        ),
    )


def _left_out(found: Sequence[tuple[str, LeftOut]]) -> Table:
    return Table(
        key="left-out",
        title="Team-months that are left out",
        columns=(
            Column(key="rule", title="Rule", unit=Unit.TEXT),
            Column(key="team", title="Team", unit=Unit.TEXT),
            Column(key="month", title="Month", unit=Unit.TEXT),
            Column(key="why", title="Why", unit=Unit.TEXT),
        ),
        rows=tuple(
            Row(values=(rule, one.team, f"{one.month:%B %Y}", one.why)) for rule, one in found
        ),
        notes=("They belong to no one phase, so they would blur the comparison.",),
    )


def _method() -> Section:
    return Section(
        key="method",
        title="How this was worked out",
        paragraphs=(
            (
                "All figures come from what the months' own reports tell. Nothing else is used, "
                "so what they keep back cannot be worked out from this review."
            ),
            (
                "A number per 100 people a day is for each day that the rule's window touches. So "
                "long months, and months with a bank holiday, do not look worse than others. The "
                "people are the fewest that the team had on any day of the month."
            ),
            (
                "A share is only told where at least as many are counted as people have to stand "
                "behind a figure."
            ),
            (
                "A team is compared with itself, in months of one phase and months of another. "
                "Teams that were in one phase only are left out of the comparison."
            ),
            (
                "We compare with the earliest phase that has enough months. A team counts with "
                "the mean of its months, and all teams count the same."
            ),
            (
                "Months go up and down for many reasons. How far they do says how sure we can be "
                "of a difference. We take each month as one value, for a busy month is busy in "
                "all teams. From these values comes a range, by Welch's method. It holds the true "
                "difference 95 times in 100."
            ),
            (
                "Of 20 such ranges about one is wrong by chance alone. So look at what several "
                "figures say, and not at a single one."
            ),
            (
                f"With fewer than {FEWEST_MONTHS} months in a phase we tell no range. With few "
                "months a range is wide: then little is known."
            ),
            (
                "A difference says nothing of its cause. No group was kept without the rule to "
                "compare with, and much else changes in a year."
            ),
            "This review does not say whether any law is kept.",
        ),
    )


def _months_shown(known: Sequence[ClosedMonth]) -> tuple[date, ...]:
    """Return each month from the first one known to the last."""
    if not known:
        return ()
    found = [known[0].month]
    while found[-1] < known[-1].month:
        found.append(after(found[-1]))
    return tuple(found)


def _missing(year: int, known: Sequence[ClosedMonth]) -> tuple[date, ...]:
    """Return the months of the year that are not closed."""
    closed = {one.month for one in known}
    return tuple(
        month for number in range(1, _YEAR + 1) if (month := date(year, number, 1)) not in closed
    )
