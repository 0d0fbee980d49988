"""How a rule was in a month: why it is there, from when on, and how strongly it acted."""

from collections.abc import Iterable

from policy_agent.domain.months import CHANGED, RuleMonth
from policy_agent.messages.words import cut, sentence
from policy_agent.reports.run_of_months import Run, mode_of, only_watched, rule_of
from policy_agent.reports.sentences import month_name, names, since_and_until, team_name

_LONGEST = 200  # letters of a reason that somebody wrote
_MOST_TEAMS = 6  # named in a sentence; more of them stand in a table

DID = {
    "off": "was off",
    "observe": "only watched",
    "nudge": "nudged",
    "enforce": "was enforced",
    CHANGED: "changed how strongly it acts",
}
_MEANS = {
    "off": "It did nothing, so its figures show how things are without it.",
    "observe": "It told nobody.",
    "nudge": "It wrote to people, and moved nothing.",
}


def rule_words(run: Run, rule: RuleMonth) -> tuple[str, ...]:
    """Return what to know of a rule before its figures, a sentence each."""
    month = f"{run.month.month:%B}"
    said = [f"Why the rule is there: {sentence(rule.because, _LONGEST)}"] if rule.because else []
    if span := since_and_until(rule.first, rule.last):
        said.append(f"The rule was there {span} only, so its figures are not those of all {month}.")
    mode = mode_of(rule)
    if mode is not None:
        said.append(f"In {month} the rule {DID[mode]}. {_MEANS.get(mode, '')}".strip())
    elif rule.modes:
        said.append(_mixed(rule, month))
    return (*said, *_before(run, rule, mode))


def _mixed(rule: RuleMonth, month: str) -> str:
    by_mode: dict[str, list[str]] = {}
    for team, mode in rule.modes.items():
        by_mode.setdefault(mode, []).append(team)
    most = max(by_mode, key=lambda mode: len(by_mode[mode]))
    some = [
        f"it {DID[mode]} for {_teams(teams)}" for mode, teams in by_mode.items() if mode != most
    ]
    rest = f"for {'all other' if some else 'all'} teams it {DID[most]}"
    return f"In {month} the rule was not the same for all: {names([*some, rest])}."


def _teams(teams: Iterable[str]) -> str:
    named = sorted(teams)
    if len(named) > _MOST_TEAMS:
        return "some teams, see “How strongly rules acted”"
    return names(team_name(team).lower() if not team else cut(team, _LONGEST) for team in named)


def _before(run: Run, rule: RuleMonth, mode: str | None) -> list[str]:
    """Return what keeps this month from being compared with the one before."""
    if run.before is None:
        return []
    then = rule_of(run.before, rule.name)
    month = month_name(run.before.month, run.month.month)
    if then is None:
        return [f"There was no such rule in {month}, so nothing is compared with it."]
    was = mode_of(then)
    if was is None or mode is None or was == mode:
        return []
    return [f"In {month} the rule {DID[was]}, so a change may come from the rule alone."]


def under(run: Run, rule: str) -> str:
    """Return the beginning of a sentence: under the rule, and if it only watched, that it did."""
    found = rule_of(run.month, rule)
    watched = found is not None and only_watched(found)
    return f"Under {rule}, which only watched," if watched else f"Under {rule},"


def watched_words(run: Run, rule: str) -> str:
    """Return that a rule has only watched, as it is said in the summary; empty: it did more."""
    found = rule_of(run.month, rule)
    if found is None or not only_watched(found):
        return ""
    return f"The rule {rule} only watched in {run.month.month:%B}: it moved nothing."
