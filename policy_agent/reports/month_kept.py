"""The monthly report's section of one rule about kept meetings: held, moved, cancelled, missing."""

from collections.abc import Mapping

from policy_agent.domain import measures
from policy_agent.domain.measures import KeptColumn, Measure, WithoutColumn
from policy_agent.domain.months import RuleMonth
from policy_agent.reports.document import Draws, Section, Unit
from policy_agent.reports.glance import Glance
from policy_agent.reports.keys import section_key
from policy_agent.reports.month_tables import drawn
from policy_agent.reports.rule_blocks import RuleBlock
from policy_agent.reports.rule_words import rule_words
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import capital, names, number
from policy_agent.reports.team_tables import TOGETHER
from policy_agent.reports.told import Measured, one_of, share_of, sum_of, whole

_TITLES: Mapping[str, str] = {
    KeptColumn.HELD: "Held as planned",
    KeptColumn.MOVED: "Moved and held",
    KeptColumn.REBOOKED: "Cancelled and made up for",
    KeptColumn.CANCELLED: "Cancelled",
}
_BECAME = {
    KeptColumn.HELD: "went ahead as planned",
    KeptColumn.MOVED: "went ahead at another time",
    KeptColumn.REBOOKED: "were cancelled and made up for",
    KeptColumn.CANCELLED: "were cancelled and not made up for",
}
_HAPPENED = sum_of(KeptColumn.HELD, KeptColumn.MOVED, KeptColumn.REBOOKED)


def kept_block(rule: str, fewest: int) -> RuleBlock:
    """Return what is told of kept meetings."""
    return RuleBlock(
        rule=rule,
        block=measures.block(Measure.KEPT, rule),
        key="kept",
        title="kept meetings",
        unit="places",
        whole=Measured(key="places", title="Places in kept meetings", of=whole),
        titles=_TITLES,
        shares=(
            Measured(
                key="happened-share",
                title="Share that went ahead",
                unit=Unit.SHARE,
                of=share_of(_HAPPENED, whole, fewest),
            ),
        ),
        compared="happened-share",
        glanced=frozenset({"happened-share"}),
        by_people=frozenset({"places"}),
        notes=(
            "A place is one person in one meeting: a meeting of four such people has four places.",
            "A place counts for the team of that person.",
            "Went ahead: as planned, at another time, or cancelled and made up for.",
        ),
    )


def without_block(rule: str, fewest: int) -> RuleBlock:
    """Return what is told of people who should have had a kept meeting."""
    return RuleBlock(
        rule=rule,
        block=measures.block(Measure.WITHOUT, rule),
        key="without",
        title="who had one",
        unit="people",
        whole=Measured(key="expected", title="People who should have had one", of=whole),
        titles={WithoutColumn.HAD: "Had one", WithoutColumn.WITHOUT: "Had none"},
        shares=(
            Measured(
                key="without-share",
                title="Share that had none",
                unit=Unit.SHARE,
                of=share_of(one_of(WithoutColumn.WITHOUT), whole, fewest),
            ),
        ),
        compared="without-share",
        glanced=frozenset({WithoutColumn.WITHOUT, "without-share"}),
        by_people=frozenset({"expected"}),
        notes=("Whoever was on leave for most of the time is not asked after.",),
    )


def kept_sentences(run: Run, rule: str, seen: Mapping[str, Glance]) -> tuple[str, ...]:
    """Return what became of the places in kept meetings."""
    places, happened = seen["places"], seen["happened-share"]
    if places.now is None:
        return (f"No kept meetings were counted for {rule} in {run.month.month:%B}.",)
    if not places.told:
        return (f"There were too few kept meetings under {rule} to tell.",)
    said = f"{rule} had {places.count('place')} in meetings"
    if happened.told:
        first = f"{said}, and {happened.share()} of them went ahead{happened.since(run)}."
    else:
        first = f"{said}{places.since(run)}."
    became = [
        f"{number(one.now)} {words}"
        for column, words in _BECAME.items()
        if isinstance((one := seen[column]).now, int) and one.now
    ]
    return (capital(first), *((f"Of these, {names(became)}.",) if became else ()))


def without_sentences(run: Run, rule: str, seen: Mapping[str, Glance]) -> tuple[str, ...]:
    """Return how many people had none; empty: nobody was asked after."""
    expected, without, share = seen["expected"], seen[WithoutColumn.WITHOUT], seen["without-share"]
    if expected.now is None:
        return ()
    if not isinstance(without.now, int) or not share.told:
        return (f"Too few people had no meeting under {rule} to tell, or too few had one.",)
    people = expected.count("person", "people")
    none = f"{number(without.now)} had none" if without.now else "all had one"
    return (
        f"Of {people} who should have had a meeting under {rule}, {none}.",
        f"That is {share.share()} of them{share.since(run)}.",
    )


def kept_section(run: Run, rule: RuleMonth) -> Section:
    """Return the section: what became of the meetings, then who had none."""
    name = rule.name
    kept, without = kept_block(name, run.month.fewest), without_block(name, run.month.fewest)
    (places,) = kept.month_tables(run)
    expected = any(one.block(without.block) is not None for one in run.all)
    return Section(
        key=section_key("kept", name, run.rules),
        title=f"Kept meetings: {name}",
        paragraphs=(
            *rule_words(run, rule),
            *kept_sentences(run, name, kept.glances(run)),
            *without_sentences(run, name, without.glances(run)),
        ),
        tables=(
            places,
            *kept.team_tables(run),
            *((*without.month_tables(run), *without.team_tables(run)) if expected else ()),
        ),
        charts=drawn(
            places,
            f"{name}: what became of kept meetings",
            (*_TITLES, TOGETHER),
            draws=Draws.STACKED,
            unit="places in meetings",
            along="month",
        ),
    )
