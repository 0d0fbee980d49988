"""Rulebooks and meetings of every shape, for properties of what is decided of meetings."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import hypothesis.strategies as st

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.events import Response, ShowAs
from policy_agent.domain.facts import Invited, MeetingFacts
from policy_agent.domain.meeting_rules import (
    Check,
    KeepMeeting,
    KeptLine,
    MeetingEtiquette,
    MeetingExempt,
    MeetingLetThrough,
    OnClash,
    ProtectTime,
)
from policy_agent.domain.modes import Mode
from policy_agent.domain.people import Person
from policy_agent.domain.rules import Exemption, Rule, Rulebook
from policy_agent.domain.where import Where
from policy_agent.domain.windows import Window

TEAMS = ("everyone", "emergency-duty", "leadership")
LONDON = ZoneInfo("Europe/London")
ZONES = [ZoneInfo(name) for name in ("Europe/London", "America/Havana", "Australia/Lord_Howe")]
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # London's clocks change on these Sundays
MINUTE = timedelta(minutes=1)


def at(line: int) -> Where:
    return Where(file="rules/test.yaml", line=line)


def calendar(zone: ZoneInfo = LONDON) -> Calendar:
    return Calendar(
        name="service",
        zone=zone,
        working_days=frozenset(range(5)),
        working_hours=(time(8, 30), time(17, 30)),
        holidays={date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"},
        where=at(1),
    )


CALENDAR = calendar()
LUNCH = Window(
    name="lunch", calendar=CALENDAR, days="working", time=(time(12, 30), time(13)), where=at(2)
)
FOCUS = Window(
    name="focus-wednesday",
    calendar=CALENDAR,
    days=frozenset({2}),
    every_weeks=2,
    starting=date(2026, 1, 7),
    where=at(3),
)


def protect(window: Window = LUNCH, **more: object) -> ProtectTime:
    said: dict[str, object] = {
        "name": "protected-lunch",
        "because": "A real lunch break for everyone",
        "owner": "hr@northshire.example",
        "mode": Mode.NUDGE,
        "people": frozenset({"everyone"}),
        "window": window,
        "where": at(10),
        "where_people": at(11),
        "where_mode": at(12),
        "where_window": at(13),
        "where_meetings": at(14),
    }
    return ProtectTime(**(said | more))  # type: ignore[arg-type]  # keys are the caller's


def keep(**more: object) -> KeepMeeting:
    said: dict[str, object] = {
        "name": "supervision-happens",
        "because": "Supervision is where practitioners are looked after",
        "owner": "psw@northshire.example",
        "mode": Mode.NUDGE,
        "people": frozenset({"everyone"}),
        "calendar": CALENDAR,
        "rebook_within": 5,
        "where": at(20),
        "where_people": at(21),
        "where_mode": at(22),
        "where_meetings": at(23),
    }
    return KeepMeeting(**(said | more))  # type: ignore[arg-type]  # keys are the caller's


def kept_line(number: int = 24, **more: object) -> KeptLine:
    """Return a line of which meetings a rule keeps."""
    said: dict[str, object] = {"where": at(number)}
    return KeptLine(**(said | more))  # type: ignore[arg-type]  # keys are the caller's


def kindness(**more: object) -> MeetingEtiquette:
    said: dict[str, object] = {
        "name": "kind-meetings",
        "because": "Meetings cost everybody's time",
        "owner": "hr@northshire.example",
        "mode": Mode.NUDGE,
        "people": frozenset({"everyone"}),
        "calendar": CALENDAR,
        "agenda_required": True,
        "no_longer_than": timedelta(minutes=90),
        "where": at(30),
        "where_people": at(31),
        "where_mode": at(32),
        "where_checks": {Check.AGENDA: at(33), Check.LENGTH: at(34)},
    }
    return MeetingEtiquette(**(said | more))  # type: ignore[arg-type]  # keys are the caller's


def rulebook(*rules: Rule, exemptions: tuple[Exemption, ...] = ()) -> Rulebook:
    return Rulebook(
        organisation="Northshire",
        domains=frozenset({"northshire.example"}),
        calendars={"service": CALENDAR},
        teams={},
        windows={},
        rules=rules,
        exemptions=exemptions,
        hash="0" * 64,
    )


def person(name: str, *teams: str, inside: bool = True) -> Person:
    domain = "northshire.example" if inside else "police.example"
    return Person(
        id=name if inside else "",
        address=f"{name}@{domain}",
        teams=frozenset(teams or (("everyone",) if inside else ())),
        inside=inside,
    )


def exemption(starts: date, ends: date, *teams: str, **more: object) -> Exemption:
    said: dict[str, object] = {
        "name": "ofsted-week",
        "rules": frozenset({"protected-lunch", "kind-meetings", "supervision-happens"}),
        "teams": frozenset(teams),
        "starts": starts,
        "ends": ends,
        "because": "Inspection",
        "approved_by": "director@northshire.example",
        "where": at(70),
    }
    return Exemption(**(said | more))  # type: ignore[arg-type]  # keys are the caller's


def meeting(starts: datetime, minutes: int = 30, **more: object) -> MeetingFacts:
    """Return a meeting of Alice with Bob."""
    begin = starts.astimezone(UTC)
    said: dict[str, object] = {
        "starts": begin,
        "ends": begin + minutes * MINUTE,
        "organiser": person("alice"),
        "invited": (Invited(person=person("bob")),),
        "booked": datetime(2026, 1, 2, tzinfo=UTC),
    }
    return MeetingFacts(**(said | more))  # type: ignore[arg-type]  # keys are the caller's


# --- generated ---------------------------------------------------------------------------------

_teams = st.frozensets(st.sampled_from(TEAMS), max_size=2)
_some_teams = st.frozensets(st.sampled_from(TEAMS), min_size=1, max_size=2)
_wall = st.builds(time, st.integers(0, 23), st.integers(0, 59))
_days = st.one_of(
    st.integers(-6, 9).map(lambda n: SPRING + timedelta(days=n)),
    st.integers(-4, 4).map(lambda n: AUTUMN + timedelta(days=n)),
)
_categories = st.frozensets(st.sampled_from(["safeguarding", "supervision"]), max_size=1)
_subjects = st.sampled_from(["", "Court review", "Supervision", "A supervision-like thing"])
people = st.builds(
    lambda name, teams, inside: Person(
        id=name if inside else "",
        address=f"{name}@{'northshire' if inside else 'police'}.example",
        teams=teams if inside else frozenset(),
        inside=inside,
    ),
    st.sampled_from(["alice", "bob", "carol", "dan", "erin"]),
    _teams,
    st.sampled_from([True, True, True, False]),
)
calendars = st.sampled_from(ZONES).map(calendar)


_named_days: st.SearchStrategy[Literal["working", "non-working", "all"]] = st.sampled_from(
    ("working", "non-working", "all")
)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    every = draw(st.integers(1, 2))
    return Window(
        name="lunch",
        calendar=draw(calendars),
        days=draw(_named_days | st.frozensets(st.integers(0, 6))),
        time=draw(
            st.none()
            | st.just((time(), time()))
            | st.just((time(12, 30), time(13)))
            | st.tuples(_wall, _wall)
        ),
        every_weeks=every,
        starting=draw(st.just(date(2026, 1, 7)) if every > 1 else st.none() | _days),
        where=at(2),
    )


_exempt = st.builds(
    MeetingExempt,
    teams=_some_teams,
    when=st.sampled_from(["organiser", "attendee", "involved"]),
    where=st.just(at(40)),
)
_let_through = st.builds(
    MeetingLetThrough,
    subject_tags=st.lists(st.sampled_from(["Court", "URGENT"]), max_size=2, unique=True).map(tuple),
    categories=_categories,
    organiser_outside=st.sampled_from([False, False, True]),
    where=st.just(at(50)),
)


@st.composite
def protections(draw: st.DrawFn, window: st.SearchStrategy[Window]) -> ProtectTime:
    return protect(
        draw(window),
        mode=draw(st.sampled_from(Mode)),
        mode_for=draw(st.dictionaries(st.sampled_from(TEAMS), st.sampled_from(Mode), max_size=1)),
        people=draw(_some_teams),
        exempt=draw(st.none() | _exempt),
        let_through=tuple(draw(st.lists(_let_through, max_size=1))),
        attendees_at_least=draw(st.integers(1, 3)),
        overlap_at_least=draw(st.sampled_from([1, 5, 30])) * MINUTE,
        online_only=draw(st.booleans()),
        booked_from=draw(st.none() | st.just(date(2026, 1, 1))),
        on_clash=draw(st.sampled_from(OnClash)),
    )


@st.composite
def exemptions(draw: st.DrawFn) -> Exemption:
    starts = draw(_days)
    addresses = st.sampled_from(["alice@northshire.example", "bob@northshire.example"])
    return exemption(
        starts,
        starts + timedelta(days=draw(st.integers(0, 4))),
        *draw(_teams),
        addresses=draw(st.frozensets(addresses, max_size=1)),
    )


@st.composite
def meetings(draw: st.DrawFn) -> MeetingFacts:
    zone = draw(st.sampled_from([*ZONES, ZoneInfo("UTC")]))
    invited = st.builds(
        Invited,
        person=people,
        response=st.sampled_from([Response.NONE, Response.ACCEPTED, Response.DECLINED]),
        optional=st.booleans(),
        away=st.sampled_from([False, False, True]),
    )
    all_day = draw(st.sampled_from([False, False, False, True]))
    day = draw(_days)
    if all_day:
        starts = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
        ends = starts + timedelta(days=draw(st.integers(1, 3)))
    else:
        wall = draw(st.just(time(12, 15)) | _wall)
        starts = datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)
        ends = starts + draw(st.sampled_from([0, 1, 4, 15, 30, 90, 600, 3000])) * MINUTE
    seldom = st.sampled_from([False, False, False, True])
    return MeetingFacts(
        starts=starts,
        ends=ends,
        all_day=all_day,
        organiser=draw(st.none() | people | people | people),
        organiser_away=draw(seldom),
        invited=tuple(draw(st.lists(invited, max_size=4))),
        cancelled=draw(seldom),
        show_as=draw(st.just(ShowAs.BUSY) | st.sampled_from(ShowAs)),
        private=draw(seldom),
        online=draw(st.booleans()),
        subject=draw(_subjects),
        categories=draw(_categories),
        booked=draw(
            st.none()
            | st.sampled_from([datetime(2025, 12, 31, 23, 30, tzinfo=UTC)])
            | st.just(datetime(2026, 1, 2, tzinfo=UTC))
        ),
    )


__all__ = [
    "AUTUMN",
    "CALENDAR",
    "FOCUS",
    "LONDON",
    "LUNCH",
    "MINUTE",
    "SPRING",
    "at",
    "exemption",
    "exemptions",
    "keep",
    "kept_line",
    "kindness",
    "meeting",
    "meetings",
    "people",
    "person",
    "protect",
    "protections",
    "rulebook",
    "windows",
]
