"""Rules about meetings read back in plain English."""

from collections.abc import Iterator

from policy_agent.domain.meeting_rules import (
    KeepMeeting,
    KeptLine,
    MeetingEtiquette,
    MeetingLetThrough,
    MeetingRule,
    OnClash,
    ProtectTime,
)
from policy_agent.domain.modes import Mode
from policy_agent.rulebook.problems import listed
from policy_agent.rulebook.wording import (
    any_of,
    capital,
    counted,
    day_in_words,
    length_in_words,
    read_window,
    teams_in_words,
)

_PROTECTS = {
    Mode.OFF: "this is off",
    Mode.OBSERVE: "this is only observed (nobody is told)",
    Mode.NUDGE: "this is only told to the organiser (nothing is declined)",
    Mode.ENFORCE: "this is enforced",
}
_NUDGES = {
    Mode.OFF: "this is off",
    Mode.OBSERVE: "this is only observed (nobody is told)",
    Mode.NUDGE: "this is done",
}
_FOR = {
    Mode.OFF: "off",
    Mode.OBSERVE: "only observed",
    Mode.NUDGE: "told to the organiser",
    Mode.ENFORCE: "enforced",
}


def read_meeting_rule(rule: MeetingRule) -> str:
    """Return a rule as one sentence."""
    match rule:
        case ProtectTime():
            said, modes = _protect(rule), _PROTECTS
        case MeetingEtiquette():
            said, modes = _etiquette(rule), _NUDGES
        case KeepMeeting():
            said, modes = _keep(rule), _NUDGES
    return f"{said}; {modes[rule.mode]}{_mode_for(rule)}."


def _protect(rule: ProtectTime) -> str:
    online = "an online" if rule.online_only else "a"
    booked = ""
    if rule.booked_from is not None:
        booked = f", booked on {day_in_words(rule.booked_from)} or later,"
    then = "declined for them" if rule.on_clash is OnClash.DECLINE else "cancelled"
    busy = "; a busy appointment keeps the time free" if rule.block_out else ""
    return (
        f"{capital(read_window(rule.window))} ({rule.calendar.zone.key}), {online} meeting of"
        f" {rule.attendees_at_least} people or more{booked} that takes"
        f" {length_in_words(rule.overlap_at_least)} or more of the time of"
        f" {teams_in_words(rule.people)} is a clash: its organiser is asked to move it, and"
        f" {length_in_words(rule.grace)} later it is {then}{_unless(rule)}{busy}"
    )


def _etiquette(rule: MeetingEtiquette) -> str:
    return (
        f"A meeting that somebody in {listed(sorted(rule.people))} organises is unkind if it"
        f" {any_of(list(_checks(rule)))}: they are told, at most once a day and in the working"
        f" hours of {rule.calendar.name}{_unless(rule)}"
    )


def _checks(rule: MeetingEtiquette) -> Iterator[str]:
    if rule.agenda_required:
        yield "has no agenda"
    if rule.notice_at_least is not None:
        yield f"is booked less than {length_in_words(rule.notice_at_least)} before it starts"
    if rule.no_longer_than is not None:
        yield f"lasts longer than {length_in_words(rule.no_longer_than)}"
    if rule.break_between is not None:
        yield (
            f"begins less than {length_in_words(rule.break_between)} after their meeting before it"
        )
    if rule.attendees_at_most is not None:
        yield f"invites more than {counted(rule.attendees_at_most, 'person', 'people')}"


def _keep(rule: KeepMeeting) -> str:
    expected = ""
    if rule.every is not None:
        weeks = counted(rule.every.days // 7, "week", "weeks")
        expected = f"each of them should have one every {weeks}, and "
    within = ""
    if rule.rebook_within is not None:
        days = counted(rule.rebook_within, "working day", "working days")
        within = f" within {days} of {rule.calendar.name}"
    named = any_of([" and ".join(_kept(line)) for line in rule.named])
    if len(rule.named) > 1:
        named += ","
    return (
        f"A meeting with {teams_in_words(rule.people)} that {named} should"
        f" happen: {expected}whoever cancels one is asked to book it again{within}"
    )


def _kept(line: KeptLine) -> Iterator[str]:
    if line.categories:
        yield f"has the category {listed(sorted(line.categories))}"
    if line.subject_words:
        yield f"has {listed(line.subject_words)} in its subject"
    if line.team is not None:
        yield f"half of {line.team} or more is invited to"


def _unless(rule: MeetingRule) -> str:
    said = []
    if rule.exempt is not None:
        teams = listed(sorted(rule.exempt.teams))
        match rule.exempt.when:
            case "organiser":
                said.append(f"somebody in {teams} organises it")
            case "attendee":
                said.append(f"it takes nobody's time but that of {teams}")
            case "involved":
                said.append(f"somebody in {teams} organises it or is invited")
    said += [_line(line) for line in rule.let_through]
    return f", unless {any_of(said)}" if said else ""


def _line(line: MeetingLetThrough) -> str:
    said = []
    if line.subject_tags:
        said.append(f"its subject is marked {listed(line.subject_tags)}")
    if line.categories:
        said.append(f"it has the category {listed(sorted(line.categories))}")
    if line.organiser_outside:
        said.append("somebody outside organises it")
    return " and ".join(said)


def _mode_for(rule: MeetingRule) -> str:
    by_mode: dict[Mode, list[str]] = {}
    for team, mode in rule.mode_for.items():
        by_mode.setdefault(mode, []).append(team)
    named = [
        f"{_FOR[mode]} for meetings of {listed(sorted(teams))}"
        for mode, teams in sorted(by_mode.items(), key=lambda item: item[0].strength)
    ]
    if not named:
        return ""
    strongest = " (of several the strongest counts)" if len(named) > 1 else ""
    return f", but {' and '.join(named)}{strongest}"
