"""The monthly report's section of one protected window: times that stayed free, and clashes."""

from collections.abc import Mapping

from policy_agent.domain import measures
from policy_agent.domain.measures import ClashColumn, Measure, WindowColumn
from policy_agent.domain.months import RuleMonth
from policy_agent.reports.document import Draws, Section, Unit
from policy_agent.reports.glance import Glance
from policy_agent.reports.keys import section_key
from policy_agent.reports.month_tables import drawn
from policy_agent.reports.rule_blocks import RuleBlock
from policy_agent.reports.rule_words import rule_words, under
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import capital, names, number
from policy_agent.reports.team_tables import TOGETHER
from policy_agent.reports.told import Measured, one_of, share_of, whole

_TIMES: Mapping[str, str] = {WindowColumn.FREE: "Stayed free", WindowColumn.TAKEN: "Booked over"}
_CLASHES: Mapping[str, str] = {
    ClashColumn.MENDED: "Mended",
    ClashColumn.DECLINED: "Declined or cancelled",
    ClashColumn.STOOD: "Stood",
    ClashColumn.LISTED: "From before the rule",
}
_BECAME = {
    ClashColumn.MENDED: "mended by somebody",
    ClashColumn.DECLINED: "declined or cancelled by the agent",
    ClashColumn.STOOD: "left as they were",
    ClashColumn.LISTED: "booked before the rule",
}


def windows_block(rule: str, fewest: int) -> RuleBlock:
    """Return what is told of people's protected times."""
    return RuleBlock(
        rule=rule,
        block=measures.block(Measure.WINDOWS, rule),
        key="windows",
        title="protected times",
        unit="times",
        whole=Measured(key="times", title="Protected times", of=whole),
        titles=_TIMES,
        shares=(
            Measured(
                key="free-share",
                title="Share that stayed free",
                unit=Unit.SHARE,
                of=share_of(one_of(WindowColumn.FREE), whole, fewest),
            ),
        ),
        compared="free-share",
        glanced=frozenset({"free-share"}),
        by_people=frozenset({"times"}),
        notes=("A protected time is one person's, once: it counts for the team of that person.",),
    )


def clashes_block(rule: str, fewest: int) -> RuleBlock:
    """Return what is told of clashes."""
    return RuleBlock(
        rule=rule,
        block=measures.block(Measure.CLASHES, rule),
        key="clashes",
        title="clashes",
        unit="clashes",
        whole=Measured(key="found", title="Clashes found", of=whole),
        titles=_CLASHES,
        shares=(
            Measured(
                key="mended-share",
                title="Share mended",
                unit=Unit.SHARE,
                of=share_of(one_of(ClashColumn.MENDED), whole, fewest),
            ),
        ),
        glanced=frozenset({ClashColumn.MENDED, "mended-share"}),
        notes=(
            "A clash counts in the month in which it was found, for the organiser's team.",
            "Mended: somebody moved, shortened or cancelled the meeting.",
        ),
    )


def windows_sentences(run: Run, rule: str, seen: Mapping[str, Glance]) -> tuple[str, ...]:
    """Return how many protected times stayed free."""
    times, share = seen["times"], seen["free-share"]
    if times.now is None:
        return (f"No protected times were counted for {rule} in {run.month.month:%B}.",)
    if not times.told:
        return (f"There were too few protected times under {rule} to tell.",)
    had = f"{under(run, rule)} people had {times.count('protected time')}"
    if not share.told:
        return (f"{had}. Free or booked over: one of the two is too small to tell.",)
    return (f"{had}, and {share.share()} of them stayed free{share.since(run)}.",)


def clashes_sentences(run: Run, rule: str, seen: Mapping[str, Glance]) -> tuple[str, ...]:
    """Return how many clashes were found, and what became of them; empty: none were counted."""
    found = seen["found"]
    if found.now is None:
        return ()
    if not found.told:
        return (f"There were too few clashes under {rule} to tell.",)
    verb = "was" if found.now == 1 else "were"
    said = f"{found.count('clash', 'clashes')} {verb} found under {rule}"
    mended = seen["mended-share"]
    if mended.told:
        said = f"{said}, and {mended.share()} of them were mended{mended.since(run)}"
    else:
        said = f"{said}{found.since(run)}"
    became = [
        f"{number(one.now)} {'was' if one.now == 1 else 'were'} {words}"
        for column, words in _BECAME.items()
        if isinstance((one := seen[column]).now, int) and one.now
    ]
    return (f"{capital(said)}.", *((f"Of these, {names(became)}.",) if became else ()))


def windows_section(run: Run, rule: RuleMonth) -> Section:
    """Return the section: times that stayed free, then clashes."""
    name = rule.name
    windows = windows_block(name, run.month.fewest)
    clashes = clashes_block(name, run.month.fewest)
    (times,), (found,) = windows.month_tables(run), clashes.month_tables(run)
    return Section(
        key=section_key("windows", name, run.rules),
        title=f"Protected time: {name}",
        paragraphs=(
            *rule_words(run, rule),
            *windows_sentences(run, name, windows.glances(run)),
            *clashes_sentences(run, name, clashes.glances(run)),
        ),
        tables=(times, *windows.team_tables(run), found, *clashes.team_tables(run)),
        charts=(
            *drawn(
                times,
                f"{name}: share of protected times that stayed free",
                ("free-share",),
                draws=Draws.LINES,
                unit="share of protected times",
                along="month",
            ),
            *drawn(
                found,
                f"{name}: what became of clashes",
                (*_CLASHES, TOGETHER),
                draws=Draws.STACKED,
                unit="clashes",
                along="month",
            ),
        ),
    )
