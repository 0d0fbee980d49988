"""Doubts about rules: no examples, modes that never count, enforcing what was never observed."""

from policy_agent.domain.meeting_rules import KeepMeeting, MeetingEtiquette, ProtectTime
from policy_agent.domain.rules import DeferEmail, Mode, Rule
from policy_agent.domain.where import Where
from policy_agent.rulebook.looking import Found, Look, certain, unknown
from policy_agent.rulebook.problems import listed

_TWO: dict[type[Rule], str] = {
    DeferEmail: "that is held and one that is delivered",
    ProtectTime: "that is a clash and one that is left alone",
    MeetingEtiquette: "that is unkind and one that is kind",
    KeepMeeting: "that is kept and one that is cancelled",
}


def of_rule(look: Look, rule: Rule) -> Found:
    """Yield what to look at again in one rule."""
    if not rule.examples:
        yield certain(
            rule.where, f"the rule {rule.name} has no examples; add one {_TWO[type(rule)]}"
        )
    if rule.mode is Mode.ENFORCE:
        where = look.place("rules", rule.name, "mode")
        teams = rule.from_teams if isinstance(rule, DeferEmail) else rule.people
        for team in sorted(teams - rule.mode_for.keys()):
            yield from _enforced(look, rule, where, team)
    for team, mode in rule.mode_for.items():
        where = look.place("rules", rule.name, "mode_for", team)
        if mode is Mode.ENFORCE:
            yield from _enforced(look, rule, where, team)
        yield from _mode_for(look, rule, team, where)
    if isinstance(rule, KeepMeeting):
        for number, line in enumerate(rule.named):
            if line.team is not None:
                # a single line may be written without a list, and is then the key's own place
                at = () if line.where == rule.where_meetings else (number,)
                where = look.place("rules", rule.name, "meetings", *at, "team")
                yield from _kept_team(look, rule, line.team, where)


def _enforced(look: Look, rule: Rule, where: Where, team: str) -> Found:
    if not isinstance(rule, DeferEmail):
        yield unknown(
            where,
            f"whether {rule.name} was observed before it was enforced for {team}: that is not"
            " measured yet of meetings",
        )
    elif look.observed is None:
        yield unknown(where, f"whether {rule.name} was observed before it was enforced for {team}")
    elif team not in look.observed.get(rule.name, frozenset()):
        yield certain(
            where,
            f"{rule.name} is enforced for {team}, whose mail it never observed; begin with"
            " observe for some weeks",
        )


def _mode_for(look: Look, rule: Rule, team: str, where: Where) -> Found:
    """Look whether anybody in a team can be the sender or organiser whom the mode goes by.

    Anybody may organise a meeting over somebody else's time, or a kept one.
    """
    if isinstance(rule, DeferEmail):
        teams, key = rule.from_teams, "from"
    elif isinstance(rule, MeetingEtiquette):
        teams, key = rule.people, "people"
    else:
        return
    if team in teams:
        return
    theirs, people = look.of([team]), look.of(teams)
    if theirs is None or people is None:
        yield unknown(where, f"whether anybody in {team} is in the rule's {key}")
    elif people.isdisjoint(theirs):
        yield certain(
            where,
            f"nobody in {team} is in the rule's {key} ({listed(sorted(teams))}), so this mode never"
            f" counts; add the team to {key}, or take it away here",
        )


def _kept_team(look: Look, rule: KeepMeeting, team: str, where: Where) -> Found:
    """Look whether anybody whom a rule is about is in the team whose meetings it keeps."""
    if team in rule.people:
        return
    people, theirs = look.of(rule.people), look.of([team])
    if people is None or theirs is None:
        yield unknown(where, f"whether anybody in {team} is in the rule's people")
    elif people.isdisjoint(theirs):
        yield certain(
            where,
            f"nobody in {team} is in the rule's people ({listed(sorted(rule.people))}), so"
            " hardly any meeting of it is theirs; check whom the rule is for",
        )
