"""The monthly report's section of one rule about etiquette: what could be kinder about meetings."""

from collections.abc import Mapping

from policy_agent.domain import measures
from policy_agent.domain.blocks import Hidden, PublishedBlock
from policy_agent.domain.measures import EtiquetteColumn, Measure
from policy_agent.domain.meeting_rules import Check
from policy_agent.domain.months import ClosedMonth, RuleMonth
from policy_agent.reports.document import Column, Draws, Row, Section, Table, Unit, Value
from policy_agent.reports.glance import Glance, glance
from policy_agent.reports.keys import section_key, table_key
from policy_agent.reports.month_tables import by_month, drawn, months_table, with_figures
from policy_agent.reports.rule_words import rule_words
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import team_name
from policy_agent.reports.team_tables import EVERYBODY, team_mark
from policy_agent.reports.told import Measured, is_there, one_of, own_row, share_of, whole

TITLES: Mapping[str, str] = {
    Check.BREAK: "Back to back",
    Check.NOTICE: "At short notice",
    Check.LENGTH: "Too long",
    Check.SIZE: "Too many people",
    Check.AGENDA: "Without an agenda",
}
SAID = {  # after «30% of meetings»
    Check.BREAK: "came back to back with the one before",
    Check.NOTICE: "were booked at short notice",
    Check.LENGTH: "were longer than the rule asks for",
    Check.SIZE: "had more people than the rule asks for",
    Check.AGENDA: "had no agenda",
}
_MEETINGS = Measured(key="meetings", title="Meetings", of=whole)


def check_key(rule: str, check: str) -> str:
    """Return the key of the block of one check."""
    return measures.block(Measure.ETIQUETTE, rule, check)


def found_of(check: str) -> Measured:
    """Read how many meetings a check found something about."""
    return Measured(key=check, title=TITLES[check], of=one_of(EtiquetteColumn.FOUND))


def found_share(check: str, fewest: int) -> Measured:
    """Read what share of the meetings that is."""
    return Measured(
        key=f"{check}-share",
        title=TITLES[check],
        unit=Unit.SHARE,
        of=share_of(one_of(EtiquetteColumn.FOUND), whole, fewest),
    )


def checks_of(run: Run, rule: str) -> tuple[str, ...]:
    """Return the checks that any of the months has figures of; back to back comes first."""
    return tuple(
        check
        for check in TITLES
        if any(one.block(check_key(rule, check)) is not None for one in run.all)
    )


def etiquette_glances(run: Run, rule: str) -> Mapping[str, tuple[Glance, Glance]]:
    """Return of each check how many it found, and which share, beside the month before."""
    same = run.comparable(rule) and run.same_mode(rule)
    fewest = run.month.fewest
    return {
        check: (
            glance(run, rule, check_key(rule, check), found_of(check), comparable=same),
            glance(run, rule, check_key(rule, check), found_share(check, fewest), comparable=same),
        )
        for check in checks_of(run, rule)
        if run.month.block(check_key(rule, check)) is not None
    }


def etiquette_sentences(run: Run, seen: Mapping[str, tuple[Glance, Glance]]) -> tuple[str, ...]:
    """Return a sentence a check, as far as it is told."""
    said = [
        f"{share.share()} of meetings {SAID[Check(check)]}{share.since(run)}."
        for check, (_, share) in seen.items()
        if share.told
    ]
    return tuple(f"{one[:1].upper()}{one[1:]}" for one in said)


def etiquette_section(run: Run, rule: RuleMonth) -> Section:
    """Return the section: each check, by month and by team."""
    name = rule.name
    seen = etiquette_glances(run, name)
    sentences = etiquette_sentences(run, seen)
    counts, shares = _by_month(run, name)
    teams = _by_team(run, name)
    return Section(
        key=section_key("etiquette", name, run.rules),
        title=f"Kind meetings: {name}",
        paragraphs=(
            *rule_words(run, rule),
            *(sentences or (f"There is nothing to tell of meetings in {run.month.month:%B}.",)),
        ),
        tables=(counts, *with_figures(shares), *(() if teams is None else (teams,))),
        charts=drawn(
            shares,
            f"{name}: what could have been kinder",
            (f"{check}-share" for check in TITLES),
            draws=Draws.LINES,
            unit="share of meetings",
            along="month",
        ),
    )


def _by_month(run: Run, rule: str) -> tuple[Table, Table]:
    """Return how many meetings each check found by month, and which share that is."""
    checks = checks_of(run, rule)
    meetings = [by_month(check_key(rule, one), _MEETINGS, always=True) for one in checks[:1]]
    counts = months_table(
        run,
        key=table_key("etiquette", rule, "months", run.rules),
        title=f"{rule}: what could have been kinder, by month (meetings)",
        rule=rule,
        figures=(*meetings, *(by_month(check_key(rule, one), found_of(one)) for one in checks)),
        notes=("A meeting counts in the month in which it began. It may be in several columns.",),
    )
    shares = months_table(
        run,
        key=table_key("etiquette", rule, "shares", run.rules),
        title=f"{rule}: what could have been kinder, by month (share of meetings)",
        figures=tuple(
            by_month(check_key(rule, one), found_share(one, run.month.fewest)) for one in checks
        ),
    )
    return counts, shares


def _by_team(run: Run, rule: str) -> Table | None:
    """Return the share of each check by team of the organiser; None: the month has none."""
    checks = [one for one in checks_of(run, rule) if run.month.block(check_key(rule, one))]
    blocks = {one: run.month.block(check_key(rule, one)) for one in checks}
    known = [block for block in blocks.values() if block is not None]
    teams = list(dict.fromkeys(row.teams[0] for block in known for row in block.rows))
    if not known or not teams:
        return None
    rows = [
        Row(
            values=(
                team_name(team),
                _of_team(known[0], team, _MEETINGS),
                *(
                    _of_team(block, team, found_share(check, run.month.fewest))
                    for check, block in blocks.items()
                ),
            ),
            mark=team_mark(run.month, team),
        )
        for team in teams
    ]
    rows.append(_everybody(run.month, known[0], blocks))
    dashes = any(value is None for row in rows for value in row.values)
    return Table(
        key=table_key("etiquette", rule, "teams", run.rules),
        title=f"{rule}: what could have been kinder, by the organiser's team (share of meetings)",
        columns=(
            Column(key="team", title="Team", unit=Unit.TEXT),
            Column(key="meetings", title=_MEETINGS.title),
            *(
                Column(key=f"{check}-share", title=TITLES[check], unit=Unit.SHARE)
                for check in checks
            ),
        ),
        rows=tuple(rows),
        notes=(
            "Teams that are not named count for everybody all the same.",
            *(("A dash: there was nothing of the kind to count.",) if dashes else ()),
        ),
    )


def _everybody(
    month: ClosedMonth, first: PublishedBlock, blocks: Mapping[str, PublishedBlock | None]
) -> Row:
    shares = (
        None if block is None else found_share(check, month.fewest).of(block, block.everybody)
        for check, block in blocks.items()
    )
    return Row(values=(EVERYBODY, first.everybody.total, *shares), total=True)


def _of_team(block: PublishedBlock | None, team: str, measured: Measured) -> Value:
    if block is None or not is_there(block, team):
        return None
    row = own_row(block, team)
    return Hidden.WITHHELD if row is None else measured.of(block, row)
