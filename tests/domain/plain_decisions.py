"""What the rules say of a mail, written down as plainly as it can be: what the engine must equal.

Nothing is remembered or indexed here; every rule is looked at for every copy.
"""

import re
from datetime import UTC, date, datetime, timedelta

from policy_agent.domain.decisions import Decision, Outcome, Reason
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.rules import DeferEmail, Exemption, LetThrough, Mode, Rulebook
from policy_agent.domain.walltime import attach
from policy_agent.domain.where import NOWHERE, Where


def decide_plainly(rulebook: Rulebook, mail: MailFacts) -> tuple[Decision, ...]:
    """Return what each rule about this sender and recipient says, or one «not covered».

    Rules are independent: the order of the rulebook changes nothing but the order of the answer.
    A rule that cannot be worked out says `error`, which delivers, and the others go on.
    """
    if not mail.sender.inside:
        return (_nobody(Reason.FROM_OUTSIDE, "Mail from outside the organisation is never held"),)
    found: list[Decision] = []
    for rule in rulebook.mail_rules:
        if mail.sender.teams.isdisjoint(rule.from_teams):
            continue
        if mail.recipient.teams.isdisjoint(rule.to_teams):
            continue
        try:
            found.append(_defer(rule, rulebook.exemptions, mail))
        except Exception as problem:  # noqa: BLE001  a decision must never stop mail: error delivers
            found.append(
                Decision(
                    rule=rule.name,
                    outcome=Outcome.ERROR,
                    mode=rule.mode,
                    reason=Reason.FAULT,
                    detail=f"The rule could not be worked out ({type(problem).__name__})",
                    where=rule.where,
                )
            )
    if not found:
        return (_nobody(Reason.NOT_COVERED, "No rule is about this sender and this recipient"),)
    return tuple(found)


def _nobody(reason: Reason, detail: str) -> Decision:
    return Decision(
        rule=None,
        outcome=Outcome.DELIVER,
        mode=Mode.OFF,
        reason=reason,
        detail=detail,
        where=NOWHERE,
    )


def _defer(rule: DeferEmail, exemptions: tuple[Exemption, ...], mail: MailFacts) -> Decision:
    mode = rule.mode_of(mail.sender.teams)

    def deliver(reason: Reason, detail: str, where: Where) -> Decision:
        return Decision(
            rule=rule.name,
            outcome=Outcome.DELIVER,
            mode=mode,
            reason=reason,
            detail=detail,
            where=where,
        )

    calendar = rule.window.calendar
    day = mail.received.astimezone(calendar.zone).date()
    occurrence = rule.window.occurrence_at(mail.received)
    if occurrence is None:
        return deliver(
            Reason.OUTSIDE_WINDOW,
            f"{calendar.describe(day)} is outside the window {rule.window.name}",
            rule.where_window,
        )
    if mode is Mode.OFF:
        return deliver(Reason.MODE_OFF, "The rule is off for this sender", rule.where_mode)
    if mail.is_meeting:
        return deliver(Reason.MEETING, "Invitations are left to the calendar rules", rule.where)
    freed = _freed_by_team(rule, mail)
    if freed is not None and rule.exempt is not None:
        return deliver(Reason.EXEMPT_TEAM, f"Somebody in {freed} is involved", rule.exempt.where)
    for exemption in exemptions:
        if _freed_by(exemption, rule, mail, day):
            return deliver(
                Reason.EXEMPTION, f"The exemption {exemption.name} applies", exemption.where
            )
    for line in rule.let_through:
        matched = _lets_through(line, mail)
        if matched is not None:
            return deliver(Reason.LET_THROUGH, matched, line.where)
    if mail.is_read:
        return deliver(Reason.ALREADY_READ, "Its recipient has read it", rule.where)
    if (
        rule.held_per_person is not None
        and rule.where_limit is not None
        and mail.held_already >= rule.held_per_person
    ):
        return deliver(
            Reason.LIMIT_REACHED,
            f"The recipient has {mail.held_already} copies on hold already",
            rule.where_limit,
        )
    return Decision(
        rule=rule.name,
        outcome=Outcome.HOLD,
        mode=mode,
        reason=Reason.IN_WINDOW,
        detail=f"{calendar.describe(occurrence.day)} is inside the window {rule.window.name}",
        where=rule.where_window,
        promise=_promise(rule, mail),
    )


def _promise(rule: DeferEmail, mail: MailFacts) -> datetime:
    """Return `at` on the next working day; of the recipient's own ones, if not too far ahead."""
    calendar, at = rule.window.calendar, rule.release.at
    own = mail.recipient.working_days if rule.release.calendar == "recipient" else None
    day = mail.received.astimezone(calendar.zone).date()
    for _ in range(16):
        if own and day.weekday() in own and day not in calendar.holidays:
            moment = attach(day, at, calendar.zone)
            wait = moment.astimezone(UTC) - mail.received.astimezone(UTC)
            if moment.date() == day and timedelta() < wait <= timedelta(days=14):
                return moment
        day += timedelta(days=1)
    return calendar.next_working_moment(mail.received, at)


def _freed_by_team(rule: DeferEmail, mail: MailFacts) -> str | None:
    """Return the exempt team that frees the copy, if any; the first by name of several."""
    if rule.exempt is None:
        return None
    teams = rule.exempt.teams & mail.recipient.teams
    if rule.exempt.when == "involved":
        teams |= rule.exempt.teams & mail.sender.teams
        for person in mail.recipients:
            teams |= rule.exempt.teams & person.teams
    return min(teams, default=None)


def _freed_by(exemption: Exemption, rule: DeferEmail, mail: MailFacts, day: date) -> bool:
    """Whether the exemption is in force on that day and about these people.

    Who must be in it follows the rule's own `exempt … when`; without one, anybody involved.
    """
    if rule.name not in exemption.rules:
        return False
    if not exemption.starts <= day <= exemption.ends:
        return False
    people = [mail.recipient]
    if rule.exempt is None or rule.exempt.when == "involved":
        people += [mail.sender, *mail.recipients]
    return any(
        not exemption.addresses.isdisjoint({person.address, *person.aliases})
        or not person.teams.isdisjoint(exemption.teams)
        for person in people
    )


def _lets_through(line: LetThrough, mail: MailFacts) -> str | None:
    """Return what matched, in words, when every condition of the line does."""
    said: list[str] = []
    if line.importance is not None:
        if mail.importance != line.importance:
            return None
        said.append(f"importance is {line.importance}")
    if line.subject_tags:
        tag = next((tag for tag in line.subject_tags if _has_tag(mail.subject, tag)), None)
        if tag is None:
            return None
        said.append(f"the subject is marked {tag}")
    if line.categories:
        category = min(line.categories & mail.categories, default=None)
        if category is None:
            return None
        said.append(f"it has the category {category}")
    if line.recipient_outside:
        if all(person.inside for person in mail.recipients):
            return None
        said.append("somebody outside is on the mail")
    return f"It is let through: {' and '.join(said)}" if said else None


_PREFIXES = re.compile(r"^(?:\s*(?:re|fw|fwd|ateb|anf)\s*(?:\[\d+\])?\s*:)+", re.IGNORECASE)
_SIGNS = re.compile(r"^[\W_]+")


def _has_tag(subject: str, tag: str) -> bool:
    """Whether a subject is marked with a tag: it begins with it, or has it in brackets.

    Answers and forwards (also Outlook's Welsh prefixes) keep their mark; case does not matter; the
    tag must be whole words, so that «Urgently» is not «URGENT» and «not urgent» is not either.
    Signs before it are passed over: «*URGENT*» is meant.
    """
    folded, mark = subject.casefold(), tag.casefold()
    if f"[{mark}]" in folded or f"({mark})" in folded:
        return True
    start = _PREFIXES.sub("", folded).lstrip()
    return any(
        begun.startswith(mark) and not begun[len(mark) : len(mark) + 1].isalnum()
        for begun in (start, _SIGNS.sub("", start))
    )
