"""The page of one team for its wellbeing champion: one to praise, one to talk about, on one side.

It tells the team's own figures as the month told them, and nothing of any other team.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from policy_agent.domain.blocks import Hidden
from policy_agent.domain.months import ClosedMonth
from policy_agent.messages.words import cut
from policy_agent.reports.document import Column, Headline, Report, Row, Section, Table, Unit, Value
from policy_agent.reports.glance import compared
from policy_agent.reports.keys import slug
from policy_agent.reports.run_of_months import Run, run_of
from policy_agent.reports.sentences import (
    counted,
    few,
    month_name,
    per_cent,
    team_name,
)
from policy_agent.reports.team_choice import Choice, Why, praise, to_talk_about
from policy_agent.reports.team_figures import TeamCount, TeamShare, team_counts, team_shares
from policy_agent.reports.team_tables import team_mark
from policy_agent.reports.told import is_there

Choices = tuple[Choice | None, Choice | None]  # what to praise, and what to talk about

_LONGEST = 100  # letters of a team's name


def team_page(month: ClosedMonth, earlier: Sequence[ClosedMonth], team: str) -> Report | None:
    """Return the team's page; None: the month had no such team.

    A team that is not told by itself gets a page that says so, without a figure. The page is dated
    by the closing of the month, so that it is the same whenever it is made.
    """
    known = any(one.name == team for one in month.teams)
    if not known and not any(is_there(block, team) for block in month.blocks):
        return None
    run = run_of(month, earlier)
    counts, shares = team_counts(run, team), team_shares(run, team)
    name, period = cut(team_name(team), _LONGEST), month_name(month.month)
    if counts or shares:
        chosen = _choices(shares)
        summary, sections = _figures(run, team, counts, shares, chosen)
    else:
        chosen = (None, None)
        summary, sections = _kindly(month), ()
    return Report(
        key=f"{month.month:%Y-%m}-{slug(team)}",
        title=f"The page of the team {name}: {period}",
        organisation=month.organisation,
        period=period,
        made=month.closed.astimezone(ZoneInfo(month.zone)),
        summary=summary,
        sections=sections,
        fewest=month.fewest,
        one_side=True,
        headlines=_headlines(shares, chosen),
    )


def _kindly(month: ClosedMonth) -> tuple[str, ...]:
    return (
        f"This team has no figures of its own in {month_name(month.month)}.",
        f"It has {few(month.fewest)} people, or its figures would give away those of a small team.",
        "That keeps each person's doings their own. The team counts in the figures of everybody.",
        "You can still talk about it: what made the month easy, and what made it hard?",
    )


def _choices(shares: Sequence[TeamShare]) -> Choices:
    candidates = [one for share in shares if (one := share.candidate()) is not None]
    return praise(candidates), to_talk_about(candidates)


def _headlines(shares: Sequence[TeamShare], chosen: Choices) -> tuple[Headline, ...]:
    """Return the shares that were chosen as figures to see first."""
    candidates = [share.candidate() for share in shares]
    return tuple(
        Headline(
            table="team-shares",
            row=candidates.index(one.candidate),
            column="now",
            words=one.candidate.what,
        )
        for one in chosen
        if one is not None
    )


def _figures(
    run: Run,
    team: str,
    counts: Sequence[TeamCount],
    shares: Sequence[TeamShare],
    chosen: Choices,
) -> tuple[tuple[str, ...], tuple[Section, ...]]:
    to_praise, to_mend = chosen
    mark = team_mark(run.month, team)
    summary = (
        _praise_said(run, to_praise),
        _talk_said(run, to_mend),
        *_counts_said(run, counts),
        *((f"The team was there {mark} only.",) if mark else ()),
    )
    tables = (*_count_table(run, counts), *_share_table(run, shares))
    notes = (
        "Figures are of the team as a whole, and never of a person.",
        "A small change may be chance. What is named above is more than that.",
    )
    section = Section(key="figures", title="The team's figures", paragraphs=notes, tables=tables)
    return summary, (section,)


def _praise_said(run: Run, choice: Choice | None) -> str:
    if choice is None:
        return "To praise: no figure stands out this month, and small changes may be chance."
    return f"To praise: {_said(run, choice)}"


def _talk_said(run: Run, choice: Choice | None) -> str:
    if choice is None:
        return "To talk about: no figure stands out, so ask what would help the team most."
    return f"To talk about: {_said(run, choice)} What got in the way?"


def _said(run: Run, choice: Choice) -> str:
    one = choice.candidate
    said = f"{per_cent(one.now.share)} {one.what}"
    if choice.why is Why.CHANGED and one.then is not None:
        return f"{said}{compared(run, one.now.share, one.then.share)}."
    if choice.why is Why.APART and one.everybody is not None:
        return f"{said}; for everybody it was {per_cent(one.everybody.share)}."
    return f"{said}." if one.high_is_good else f"only {said}."


def _counts_said(run: Run, counts: Sequence[TeamCount]) -> tuple[str, ...]:
    """Say how much mail the team sent in the first window that is told."""
    for one in counts:
        rule, _, what = one.what.partition(": ")
        if not what.startswith("copies") or not isinstance(one.now, int):
            continue
        since = compared(run, one.now, one.then) if one.comparable else ""
        copies = counted(one.now, "copy", "copies")
        return (f"The team sent {copies} of mail in the window of {rule}{since}.",)
    return ()


def _count_table(run: Run, counts: Sequence[TeamCount]) -> tuple[Table, ...]:
    rows: list[tuple[Value, ...]] = [(one.what, one.now) for one in counts]
    if not rows:
        return ()
    columns = [
        Column(key="what", title="What", unit=Unit.TEXT),
        Column(key="now", title=month_name(run.month.month)),
    ]
    if run.before is not None:
        columns += [
            Column(key="before", title=month_name(run.before.month)),
            Column(key="change", title="Change"),
        ]
        rows = [(*row, one.then, _change(one)) for row, one in zip(rows, counts, strict=True)]
    return (_table("team-counts", "Counts of the team", columns, rows),)


def _change(one: TeamCount) -> Value:
    if one.comparable and isinstance(one.now, int) and isinstance(one.then, int):
        return one.now - one.then
    return None


def _share_table(run: Run, shares: Sequence[TeamShare]) -> tuple[Table, ...]:
    fewest = run.month.fewest
    rows: list[tuple[Value, ...]] = []
    for one in shares:
        now, then, everybody = one.values(fewest)
        before = () if run.before is None else (then,)
        rows.append((one.what, now, *before, everybody))
    if not rows:
        return ()
    columns = [
        Column(key="what", title="What", unit=Unit.TEXT),
        Column(key="now", title=month_name(run.month.month), unit=Unit.SHARE),
    ]
    if run.before is not None:
        columns.append(Column(key="before", title=month_name(run.before.month), unit=Unit.SHARE))
    columns.append(
        Column(key="everybody", title=f"Everybody, {month_name(run.month.month)}", unit=Unit.SHARE)
    )
    return (_table("team-shares", "Shares of the team, beside everybody", columns, rows),)


def _table(
    key: str, title: str, columns: Sequence[Column], rows: Sequence[tuple[Value, ...]]
) -> Table:
    values = [value for row in rows for value in row]
    notes = []
    if any(value is None for value in values):
        notes.append(
            "A dash: there is nothing to compare, as the rule or the team was not the same then."
        )
    if any(value is Hidden.FEW for value in values):
        notes.append("A share of a small number is not told.")
    return Table(
        key=key,
        title=title,
        columns=tuple(columns),
        rows=tuple(Row(values=row) for row in rows),
        notes=tuple(notes),
    )
