"""Doubts about dated exemptions: ended, never used, for people whom no rule is about."""

from datetime import timedelta

from policy_agent.domain.meeting_rules import MeetingEtiquette, ProtectTime
from policy_agent.domain.rules import DeferEmail, Exemption, Mode, Rule
from policy_agent.rulebook.looking import Found, Look, certain, said_day, unknown
from policy_agent.rulebook.problems import listed


def of_exemption(look: Look, exemption: Exemption) -> Found:
    """Yield what to look at again in one exemption."""
    if exemption.ends < look.today:
        yield certain(
            look.place("exemptions", exemption.name, "ends"),
            f"the exemption {exemption.name} ended on {said_day(exemption.ends)}; take it away",
        )
        return
    for rule in look.book.rules:
        if rule.name in exemption.rules:
            yield from _lifts(look, exemption, rule)


def _lifts(look: Look, exemption: Exemption, rule: Rule) -> Found:
    """Look whether an exemption changes anything about a rule."""
    if all(mode is Mode.OFF for mode in (rule.mode, *rule.mode_for.values())):
        yield certain(
            look.place("exemptions", exemption.name, "rules"),
            f"{rule.name} is off, so the exemption {exemption.name} is not used",
        )
    if isinstance(rule, DeferEmail | ProtectTime):
        yield from _in_time(look, exemption, rule)
    yield from _frees(look, exemption, rule)


def _in_time(look: Look, exemption: Exemption, rule: DeferEmail | ProtectTime) -> Found:
    # an occurrence may have begun the day before, and a day of its own is enough
    first = exemption.starts - timedelta(days=1)
    if next(rule.window.occurrences(first, exemption.ends), None) is None:
        yield certain(
            look.place("exemptions", exemption.name, "starts"),
            f"the window {rule.window.name} of {rule.name} does not come round while the"
            f" exemption {exemption.name} lasts, so it is never used; check its days",
        )


def _frees(look: Look, exemption: Exemption, rule: Rule) -> Found:
    """Look whether an exemption's people are people the rule is about."""
    standing = frozenset[str]() if rule.exempt is None else rule.exempt.teams
    covered, outside = _covered(rule)
    where = look.place("exemptions", exemption.name, "people")
    for team in sorted(exemption.teams & standing):
        yield certain(
            where,
            f"{team} is exempt from {rule.name} for good, so the exemption {exemption.name} is"
            " not used for it",
        )
    for who in [*sorted(exemption.teams - standing), *sorted(exemption.addresses)]:
        if "@" in who and who.rpartition("@")[2] not in look.book.domains:
            if outside is not None:
                yield certain(
                    where,
                    f"{who} is outside the organisation, and {outside}; take the address out of"
                    f" the exemption {exemption.name}",
                )
        elif covered is not None and who not in covered:
            yield from _about(look, exemption, rule, who, covered)


def _about(
    look: Look, exemption: Exemption, rule: Rule, who: str, covered: frozenset[str]
) -> Found:
    where = look.place("exemptions", exemption.name, "people")
    said = f"the rule {rule.name} is about ({listed(sorted(covered))})"
    people = frozenset({who}) if "@" in who else look.of([who])
    theirs = look.of(covered)
    if people is None or theirs is None:
        yield unknown(where, f"whether {who} is or has anybody whom {said}")
    elif theirs.isdisjoint(people):
        kind = "is not" if "@" in who else "has nobody"
        yield certain(
            where,
            f"{who} {kind} in the teams that {said}, so the exemption {exemption.name}"
            " hardly ever applies; check whom it is for",
        )


def _covered(rule: Rule) -> tuple[frozenset[str] | None, str | None]:
    """Return in which teams those are whom an exemption can free, and why nobody outside is.

    Teams None: anybody may be, since anybody may organise a meeting over somebody's time. Why None:
    mail that goes to somebody outside as well is freed by them.
    """
    if isinstance(rule, DeferEmail):
        if rule.exempt is not None and rule.exempt.when == "recipient":
            return rule.to_teams, "their copies are never held"
        return rule.from_teams | rule.to_teams, None
    when = "organiser" if rule.exempt is None else rule.exempt.when
    outside = None if when == "involved" else "their meetings and time are never touched"
    if when == "attendee" or isinstance(rule, MeetingEtiquette):
        return rule.people, outside
    return None, outside
