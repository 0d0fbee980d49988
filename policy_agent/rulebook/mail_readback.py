"""Rules about mail read back in plain English."""

from policy_agent.domain.rules import DeferEmail, HoldPoint, LetThrough, Mode
from policy_agent.rulebook.problems import listed
from policy_agent.rulebook.wording import (
    any_of,
    capital,
    length_in_words,
    read_window,
    teams_in_words,
)

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


def read_mail_rule(rule: DeferEmail) -> str:
    """Return a rule as one sentence."""
    return (
        f"{capital(read_window(rule.window))}, {_people(rule)} is held in {_points(rule)}"
        f" until {_release(rule)}{_unless(rule)}; {_mode(rule)}."
    )


def _people(rule: DeferEmail) -> str:
    if rule.from_teams == rule.to_teams:
        return f"mail between {teams_in_words(rule.from_teams)}"
    return f"mail from {teams_in_words(rule.from_teams)} to {teams_in_words(rule.to_teams)}"


def _points(rule: DeferEmail) -> str:
    return listed([_POINTS[point] for point in HoldPoint if point in rule.hold_at])


def _release(rule: DeferEmail) -> str:
    spread = (
        f", then spread over {length_in_words(rule.release.spread)}" if rule.release.spread else ""
    )
    zone = rule.window.calendar.zone.key
    day = "next working day"
    if rule.release.calendar == "recipient":
        day = "recipient's own next working day"
    return f"the {day} {rule.release.at:%H:%M} ({zone}{spread})"


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
    return f", unless {any_of(said)}" if said else ""


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
