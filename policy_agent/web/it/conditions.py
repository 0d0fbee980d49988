"""What health means: for each thing whether it is good, and what to do where it is not.

Good asks for nothing, look can wait until somebody has time, act cannot. Texts are for people who
run the agent, and name the setting or the command that mends a thing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from policy_agent.agent.health import Health
from policy_agent.domain.counts import SubscriptionCounts
from policy_agent.rulebook.doubts import HOLIDAYS_END_WITHIN
from policy_agent.web.dates import counted, day, day_and_time, roughly

Tag = Literal["good", "look", "act"]

NOTHING = "Nothing to do."
MANY_ARRIVALS = 1000  # a minute's work or so
LONG_WAITS = timedelta(minutes=5)  # of an hour
_SLOW_SWEEP, _LOST_SWEEP = 2, 6  # times as long ago as sweeps should be apart


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """How one thing is."""

    name: str
    tag: Tag
    said: str  # how it is, in a sentence
    todo: str = NOTHING


def conditions(health: Health, zone: ZoneInfo) -> tuple[Condition, ...]:
    """Return how everything is, in the order in which a mail meets it."""
    return (
        _work(health),
        _token(health),
        *_subscriptions(health, zone),
        _sweep(health, zone),
        _calendars(health, zone),
        _pending(health),
        _holds(health, zone),
        _overdue(health, zone),
        _throttling(health),
        _rulebook(health, zone),
        *_holidays(health, zone),
        _notes(health),
    )


def _work(health: Health) -> Condition:
    name = "The daemon"
    if not health.running.watching:
        return Condition(
            name=name,
            tag="act",
            said="It releases what is on hold, and holds nothing new: the rulebook or the teams "
            "could not be read.",
            todo="Mend what stands under Rulebook below, then reload.",
        )
    if not health.running.ready:
        return Condition(
            name=name,
            tag="look",
            said="It is starting: the first look through all mailboxes is not over.",
            todo="Wait some minutes and load this page again.",
        )
    return Condition(name=name, tag="good", said="It watches mail and releases what is due.")


def _token(health: Health) -> Condition:
    token, name = health.running.service.token, "Sign-in to Microsoft 365"
    refused = ""
    if token.refused_ago is not None:
        refused = f" Last refused {roughly(token.refused_ago)} ago: {token.refused}"
    if token.good_for is not None:
        said = f"The current token is good for {roughly(token.good_for)}.{refused}"
        recent = token.refused_ago is not None and token.refused_ago < timedelta(hours=1)
        if not recent:
            return Condition(name=name, tag="good", said=said)
        return Condition(
            name=name, tag="look", said=said, todo="If it goes on, look at what was refused."
        )
    if token.refused:
        return Condition(
            name=name,
            tag="act",
            said=f"There is no token.{refused}",
            todo="Mend the setting or the app registration that it names.",
        )
    return Condition(
        name=name, tag="look", said="There is no token just now.", todo="Load this page again."
    )


def _subscriptions(health: Health, zone: ZoneInfo) -> Iterator[Condition]:
    watched = health.watched
    said = (
        f"{counted(watched.parked, 'mailbox', 'mailboxes')} left alone for now: no licence, or no "
        "access."
    )
    resting = f" {said}" if watched.parked else ""
    yield _subscribed("Subscriptions to mail", watched.inboxes, zone, resting)
    if watched.calendars.wanted:
        yield _subscribed("Subscriptions to calendars", watched.calendars, zone, "")


def _subscribed(name: str, counts: SubscriptionCounts, zone: ZoneInfo, more: str) -> Condition:
    said = f"{counts.live} of {counts.wanted} watched."
    if counts.soonest_end is not None:
        ends = day_and_time(counts.soonest_end, zone)
        said += f" The first ends on {ends} and is renewed before."
    said += more
    if counts.live >= counts.wanted:
        return Condition(name=name, tag="good", said=said)
    return Condition(
        name=name,
        tag="look" if counts.live else "act",
        said=said,
        todo="The sweep finds mail meanwhile. If it stays so for an hour, check that Microsoft can "
        "reach POLICY_AGENT_NOTIFICATION_URL.",
    )


def _sweep(health: Health, zone: ZoneInfo) -> Condition:
    name, since = "Sweep of mailboxes", health.running.swept_since
    every = health.running.sweep_every
    if since is None:
        return Condition(
            name=name,
            tag="look",
            said="No whole sweep since this process started.",
            todo="Wait for the first one; if there is none in an hour, read the log.",
        )
    ago = health.now - since
    said = f"The last whole one began {roughly(ago)} ago, on {day_and_time(since, zone)}."
    if ago <= every * _SLOW_SWEEP:
        return Condition(name=name, tag="good", said=said)
    return Condition(
        name=name,
        tag="look" if ago <= every * _LOST_SWEEP else "act",
        said=said,
        todo=f"One should begin every {roughly(every)}: look for sweep in the log.",
    )


def _calendars(health: Health, zone: ZoneInfo) -> Condition:
    counts, since = health.calendars, health.running.calendars_swept_since
    name = "Calendars"
    if not counts.covered:
        return Condition(name=name, tag="good", said="No rule about meetings is in force.")
    swept = (
        "none was swept whole since this process started"
        if since is None
        else f"last swept on {day_and_time(since, zone)}"
    )
    said = f"{counts.seen_whole} of {counts.covered} seen whole; {swept}."
    if counts.parked:
        said += f" {counts.parked} left alone for now."
    reachable = counts.covered - counts.parked
    if since is not None and counts.seen_whole >= reachable:
        return Condition(name=name, tag="good", said=said)
    return Condition(
        name=name,
        tag="look",
        said=said,
        todo="New calendars take some sweeps. If it stays so, look for calendar in the log.",
    )


def _pending(health: Health) -> Condition:
    mails, meetings = health.pending_arrivals, health.calendars.pending_notices
    said = f"{counted(mails, 'mail')} and {counted(meetings, 'meeting')} to be judged."
    if mails + meetings < MANY_ARRIVALS:
        return Condition(name="Waiting to be judged", tag="good", said=said)
    return Condition(
        name="Waiting to be judged",
        tag="look",
        said=said,
        todo="Load this page again: the number should fall. Mail stays delivered meanwhile.",
    )


def _holds(health: Health, zone: ZoneInfo) -> Condition:
    holds = health.holds
    if holds.oldest_made is None or holds.oldest_promised is None:
        return Condition(name="On hold", tag="good", said="Nothing is on hold.")
    return Condition(
        name="On hold",
        tag="good",
        said=f"{counted(holds.open, 'copy', 'copies')}. The oldest was held on "
        f"{day_and_time(holds.oldest_made, zone)} and is promised for "
        f"{day_and_time(holds.oldest_promised, zone)}.",
    )


def _overdue(health: Health, zone: ZoneInfo) -> Condition:
    holds = health.holds
    if not holds.overdue or holds.oldest_due is None:
        return Condition(name="Overdue", tag="good", said="Nothing is late.")
    return Condition(
        name="Overdue",
        tag="act",
        said=f"{counted(holds.overdue, 'copy is', 'copies are')} late, the first since "
        f"{day_and_time(holds.oldest_due, zone)}.",
        todo="Look at sign-in and throttling on this page, then for release in the log.",
    )


def _throttling(health: Health) -> Condition:
    pushback, name = health.running.service.pushback, "Throttling by Microsoft 365"
    asked = f"{counted(pushback.throttled, 'answer')} of too many requests"
    if pushback.unavailable:
        asked += f" and {pushback.unavailable} of not available"
    said = f"{asked} in the last hour; this process waited {roughly(pushback.waited)} in all."
    if pushback.waited < LONG_WAITS and not pushback.unavailable:
        return Condition(name=name, tag="good", said=said)
    return Condition(
        name=name,
        tag="look",
        said=said,
        todo="It waits and tries again by itself. If it goes on for hours, lower "
        "POLICY_AGENT_APP_CONCURRENCY, or look at Microsoft's service health.",
    )


def _rulebook(health: Health, zone: ZoneInfo) -> Condition:
    name, reload = "Rulebook", health.reload
    said = f"In force: {health.rulebook[:12]}." if health.rulebook else "None is in force."
    if reload is None:
        return Condition(name=name, tag="good", said=said)
    at = day_and_time(reload.at, zone)
    if reload.success:
        return Condition(name=name, tag="good", said=f"{said} Last read on {at}.")
    return Condition(
        name=name,
        tag="act",
        said=f"{said} The last reading, on {at}, was refused: the one before stays in force.",
        todo="Mend what is listed below, run policy-agent check, then reload.",
    )


def _holidays(health: Health, zone: ZoneInfo) -> Iterator[Condition]:
    today = health.now.astimezone(zone).date()
    for calendar, last in health.holidays.items():
        name = f"Holidays of {calendar}"
        if last is None:
            yield Condition(name=name, tag="good", said="It uses no list of holidays.")
        elif last - today > HOLIDAYS_END_WITHIN:
            yield Condition(name=name, tag="good", said=f"Known until {day(last, zone)}.")
        else:
            yield Condition(
                name=name,
                tag="look" if last >= today else "act",
                said=f"Known until {day(last, zone)} only; later ones count as working days.",
                todo="Let the daemon reach POLICY_AGENT_HOLIDAYS_URL, or install a newer version.",
            )


def _notes(health: Health) -> Condition:
    notes, name = health.notes, "Messages to people"
    said = f"{notes.waiting} waiting, {notes.given_up} could not be sent in the last 7 days."
    if not health.service_mailbox:
        return Condition(
            name=name,
            tag="act" if notes.waiting else "look",
            said=f"No service mailbox is set, so nobody is written to. {said}",
            todo="Set POLICY_AGENT_SERVICE_MAILBOX to a shared mailbox of yours.",
        )
    if notes.given_up:
        return Condition(
            name=name, tag="look", said=said, todo="Look for note_given_up in the log."
        )
    return Condition(name=name, tag="good", said=said)
