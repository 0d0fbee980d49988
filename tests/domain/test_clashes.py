"""The clashes found are those that counting minutes finds, over clock changes too."""

from datetime import UTC, date, datetime, time, timedelta

import hypothesis.strategies as st
from hypothesis import given, settings

from policy_agent.domain.events import Response, ShowAs
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.let_through import has_tag
from policy_agent.domain.meeting_decisions import decide_meeting
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Reason
from policy_agent.domain.people import Person
from policy_agent.domain.rules import Exemption
from policy_agent.domain.windows import Window
from tests.domain.meetings import (
    AUTUMN,
    CALENDAR,
    LONDON,
    MINUTE,
    SPRING,
    exemptions,
    meeting,
    meetings,
    protect,
    protections,
    rulebook,
    windows,
)

DAY = timedelta(days=1)


def minutes_over(window: Window, facts: MeetingFacts) -> dict[date, list[datetime]]:
    """Return each minute of the meeting that an occurrence of the window has, by its day."""
    zone = window.calendar.zone
    starts, ends = facts.starts, facts.ends
    found: dict[date, list[datetime]] = {}
    for occurrence in window.occurrences(starts.date() - 4 * DAY, ends.date() + 4 * DAY):
        opens, closes = occurrence.starts.astimezone(UTC), occurrence.ends.astimezone(UTC)
        if facts.all_day:
            # so many days of the window's own calendar, whatever midnight they were written with
            first = (starts.astimezone(zone).replace(tzinfo=None) + timedelta(hours=12)).date()
            days = {first + n * DAY for n in range((ends - starts).days)}
            moment = opens
            while moment < closes:
                if moment.astimezone(zone).date() in days:
                    found.setdefault(occurrence.day, []).append(moment)
                moment += MINUTE
        else:
            moment = starts
            while moment < ends:
                if opens <= moment < closes:
                    found.setdefault(occurrence.day, []).append(moment)
                moment += MINUTE
    return found


def free_by_exemption(
    rule: ProtectTime, dated: tuple[Exemption, ...], people: list[Person], day: date
) -> bool:
    def one(person: Person) -> bool:
        standing = rule.exempt is not None and bool(rule.exempt.teams & person.teams)
        return standing or any(
            e.starts <= day <= e.ends
            and (bool(e.teams & person.teams) or person.address in e.addresses)
            for e in dated
        )

    return any(one(person) for person in people)


def left_alone(rule: ProtectTime, facts: MeetingFacts) -> bool:
    """Whether something about the meeting itself, or a let-through, settles it."""
    organiser = facts.organiser
    if organiser is None or not organiser.inside or rule.mode_of(organiser.teams) is Mode.OFF:
        return True
    there = [one for one in facts.invited if one.response is not Response.DECLINED]
    return (
        facts.cancelled
        or facts.private
        or facts.show_as in (ShowAs.FREE, ShowAs.ELSEWHERE, ShowAs.AWAY)
        or (facts.all_day and rule.window.time not in (None, (time(), time())))
        or (rule.online_only and not facts.online)
        or 1 + len(there) < rule.attendees_at_least
        or any(
            (bool(line.subject_tags or line.categories) and not line.organiser_outside)
            and (not line.categories or bool(line.categories & facts.categories))
            and (
                not line.subject_tags
                or any(has_tag(facts.subject, tag) for tag in line.subject_tags)
            )
            for line in rule.let_through
        )
        or booked_before(rule, facts)
    )


def booked_before(rule: ProtectTime, facts: MeetingFacts) -> bool:
    if rule.booked_from is None:
        return False
    if facts.booked is None:
        return True
    return facts.booked.astimezone(rule.calendar.zone).date() < rule.booked_from


def clash_plainly(
    rule: ProtectTime, dated: tuple[Exemption, ...], facts: MeetingFacts
) -> tuple[date, tuple[str, ...]] | None:
    """Return the day of the first window that it clashes with, and whose time it takes."""
    organiser = facts.organiser
    if organiser is None or left_alone(rule, facts):
        return None
    when = rule.exempt.when if rule.exempt is not None else "organiser"
    everybody = [organiser, *(one.person for one in facts.invited)]
    there = [one for one in facts.invited if one.response is not Response.DECLINED]
    here = [one.person for one in there if not one.away]
    here += [] if facts.organiser_away else [organiser]
    for day, minutes in sorted(minutes_over(rule.window, facts).items()):
        if len(minutes) * MINUTE < rule.overlap_at_least:
            continue
        of_clash = minutes[0].astimezone(rule.calendar.zone).date()
        meant = {"organiser": [organiser], "involved": everybody, "attendee": []}[when]
        if free_by_exemption(rule, dated, meant, of_clash):
            continue
        affected = {
            person.id
            for person in here
            if person.teams & rule.people
            and not (when == "attendee" and free_by_exemption(rule, dated, [person], of_clash))
        }
        if affected:
            return day, tuple(sorted(affected))
    return None


@settings(max_examples=1500, deadline=None)
@given(protections(windows()), st.lists(exemptions(), max_size=2).map(tuple), meetings())
def test_the_clashes_found_equal_brute_force_over_minutes(
    rule: ProtectTime, dated: tuple[Exemption, ...], facts: MeetingFacts
) -> None:
    verdicts = decide_meeting(rulebook(rule, exemptions=dated), facts, {})
    expected = clash_plainly(rule, dated, facts)
    clashes = [v for v in verdicts if v.decision.reason is Reason.OVERLAPS_WINDOW]
    if expected is None:
        assert clashes == []
        assert all(v.decision.outcome.value == "deliver" for v in verdicts)
    else:
        (found,) = clashes
        assert found.window is not None
        assert (found.window.day, found.affected) == expected
        assert found.decision.outcome.value == rule.on_clash.value


@settings(max_examples=300, deadline=None)
@given(
    st.integers(-6, 6),
    st.sampled_from([SPRING, AUTUMN]),
    st.integers(0, 24 * 60 - 1),
    st.integers(1, 300),
    st.integers(4 * 60, 22 * 60),
    st.integers(5, 90),
)
def test_by_day_a_window_is_what_the_wall_clock_shows(
    days: int, sunday: date, begin: int, lasts: int, opens: int, stays: int
) -> None:
    """Counted on the wall's own minutes, with nothing of ours but the rule's words."""

    def wall(minute: int) -> time:
        return time(minute // 60, minute % 60)

    window = Window(
        name="lunch",
        calendar=CALENDAR,
        days="working",
        time=(wall(opens), wall(opens + stays)),
        where=CALENDAR.where,
    )
    starts = datetime.combine(sunday + days * DAY, wall(begin), tzinfo=LONDON).astimezone(UTC)
    inside = 0
    for minute in range(lasts):
        shown = (starts + minute * MINUTE).astimezone(LONDON)
        works = shown.weekday() < 5 and shown.date() not in CALENDAR.holidays
        inside += works and wall(opens) <= shown.time() < wall(opens + stays)
    (verdict,) = decide_meeting(rulebook(protect(window)), meeting(starts, lasts), {})
    assert (verdict.decision.reason is Reason.OVERLAPS_WINDOW) == (inside > 0)
