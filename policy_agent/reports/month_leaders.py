"""The monthly report's section on the leaders as a group: whether they do as they ask of others.

They are one team, told of like any other: a group that is too small to tell of is not told of.
"""

from policy_agent.domain.blocks import PublishedBlock
from policy_agent.domain.months import ClosedMonth
from policy_agent.reports.document import Column, Row, Section, Table, Unit
from policy_agent.reports.mail_figures import mail_block
from policy_agent.reports.month_etiquette import TITLES, check_key, checks_of, found_share
from policy_agent.reports.month_kept import kept_block
from policy_agent.reports.month_windows import clashes_block, windows_block
from policy_agent.reports.rule_blocks import RuleBlock
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import few, number
from policy_agent.reports.told import Measured, is_number, own_row, rate


def leaders_section(run: Run) -> Section:
    """Return the section; it has no figures where the leaders are few, or not named."""
    leaders = run.month.leaders
    if leaders is None:
        said: tuple[str, ...] = (
            (
                "The rulebook does not say which team the leaders are (report: leaders), so "
                "nothing is told of them."
            ),
        )
        return Section(key="leaders", title="Leaders as a group", paragraphs=said)
    counts, shares = _counts(run, leaders), _shares(run, leaders)
    tables = tuple(one for one in (counts, shares) if one is not None)
    if not tables:
        said = (
            (
                f"Nothing is told of the leaders ({leaders}): the team has {few(run.month.fewest)} "
                "people, or its figures would give away those of a small team."
            ),
        )
    else:
        said = (
            (
                f"The leaders are the team {leaders}. What leaders do, others copy, so they are "
                "told of as a group."
            ),
            *_said(run, leaders),
        )
    return Section(key="leaders", title="Leaders as a group", paragraphs=said, tables=tables)


def _blocks(run: Run) -> list[tuple[RuleBlock, Measured]]:
    """Return each block that has a share to compare, and that share."""
    fewest = run.month.fewest
    found = []
    for rule in run.month.rules:
        made = {
            "defer-email": (mail_block,),
            "protect-time": (windows_block, clashes_block),
            "keep-meeting": (kept_block,),
        }.get(rule.kind, ())
        for make in made:
            block = make(rule.name, fewest)
            found.append((block, block.shares[0]))
    return found


def _counts(run: Run, leaders: str) -> Table | None:
    """Return what leaders sent and organised a person, beside everybody's."""
    rows = []
    for block, _ in _blocks(run):
        if block.key not in {"mail", "clashes"} or (found := block.of(run)) is None:
            continue
        row = own_row(found, leaders)
        if row is None:
            continue
        every = found.everybody
        rows.append(
            Row(
                values=(
                    f"{block.rule}: {block.whole.title.lower()}",
                    row.people,
                    row.total,
                    rate(row.total, row.people),
                    every.people,
                    every.total,
                    rate(every.total, every.people),
                )
            )
        )
    if not rows:
        return None
    return Table(
        key="leaders-counts",
        title="What leaders sent and organised, beside everybody",
        columns=(
            Column(key="what", title="What", unit=Unit.TEXT),
            Column(key="leaders-people", title="Leaders (people)"),
            Column(key="leaders-count", title="Leaders"),
            Column(key="leaders-each", title="Each leader", unit=Unit.NUMBER),
            Column(key="people", title="Everybody (people)"),
            Column(key="count", title="Everybody"),
            Column(key="each", title="Each person", unit=Unit.NUMBER),
        ),
        rows=tuple(rows),
        notes=(
            "Each: the count for one person of the group, on average.",
            "Everybody: the leaders are among them.",
            *_dashes(rows),
        ),
    )


def _shares(run: Run, leaders: str) -> Table | None:
    fewest = run.month.fewest
    found: list[tuple[str, PublishedBlock, Measured]] = []
    for block, one in _blocks(run):
        if (of := block.of(run)) is not None:
            found.append((f"{block.rule}: {one.title.lower()}", of, one))
    found += [
        (f"{rule.name}: {TITLES[check].lower()}", of, found_share(check, fewest))
        for rule in run.month.rules
        for check in checks_of(run, rule.name)
        if (of := run.month.block(check_key(rule.name, check))) is not None
    ]
    rows = [
        Row(values=(head, one.of(block, row), one.of(block, block.everybody)))
        for head, block, one in found
        if (row := own_row(block, leaders)) is not None
    ]
    if not any(is_number(row.values[1]) for row in rows):
        return None
    return Table(
        key="leaders-shares",
        title="Shares of the leaders, beside everybody",
        columns=(
            Column(key="what", title="What", unit=Unit.TEXT),
            Column(key="leaders", title="Leaders", unit=Unit.SHARE),
            Column(key="everybody", title="Everybody", unit=Unit.SHARE),
        ),
        rows=tuple(rows),
        notes=("Everybody: the leaders are among them.",),
    )


def _said(run: Run, leaders: str) -> tuple[str, ...]:
    """Say how much mail each leader sent in a window, beside everybody, a sentence a rule."""
    said = []
    for rule, block in _mail(run.month):
        row, every = own_row(block, leaders), block.everybody
        if row is None:
            continue
        each, of_all = rate(row.total, row.people), rate(every.total, every.people)
        if isinstance(each, float) and isinstance(of_all, float):
            said.append(
                f"In the window of {rule}, each leader sent {number(each)} copies on average, and "
                f"each person {number(of_all)}."
            )
    return tuple(said)


def _mail(month: ClosedMonth) -> list[tuple[str, PublishedBlock]]:
    return [
        (rule.name, block)
        for rule in month.rules
        if rule.kind == "defer-email"
        and (block := month.block(mail_block(rule.name, month.fewest).block)) is not None
    ]


def _dashes(rows: list[Row]) -> list[str]:
    dashes = any(value is None for row in rows for value in row.values)
    return ["A dash: nobody was there."] if dashes else []
