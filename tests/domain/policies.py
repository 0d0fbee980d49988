"""Rulebooks and mails of every shape, for properties of decisions."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import hypothesis.strategies as st

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.rules import (
    DeferEmail,
    Exempt,
    Exemption,
    HoldPoint,
    LetThrough,
    Mode,
    Release,
    Rulebook,
)
from policy_agent.domain.where import Where
from policy_agent.domain.windows import Window

TEAMS = ("everyone", "emergency-duty", "leadership")
TAGS = ("URGENT", "SAFEGUARDING")
CATEGORIES = ("safeguarding", "court")
LONDON = ZoneInfo("Europe/London")
NAMES = ("alice", "bob", "carol", "dan")


def at(line: int) -> Where:
    return Where(file="rules/test.yaml", line=line)


CALENDAR = Calendar(
    name="service",
    zone=LONDON,
    working_days=frozenset(range(5)),
    holidays={date(2023, 8, 28): "Summer bank holiday"},
    where=at(1),
)
WINDOWS = (
    Window(name="rest-days", calendar=CALENDAR, days="non-working", where=at(2)),
    Window(name="nights", calendar=CALENDAR, days="all", time=(time(20), time(7)), where=at(3)),
)

_teams = st.frozensets(st.sampled_from(TEAMS), max_size=2)
_some_teams = st.frozensets(st.sampled_from(TEAMS), min_size=1, max_size=2)
_importance: st.SearchStrategy[Literal["low", "normal", "high"]] = st.sampled_from(
    ("low", "normal", "high")
)
_let_through = st.builds(
    LetThrough,
    importance=st.none() | _importance,
    subject_tags=st.lists(st.sampled_from(TAGS), max_size=2, unique=True).map(tuple),
    categories=st.frozensets(st.sampled_from(CATEGORIES), max_size=1),
    recipient_outside=st.booleans(),
    where=st.integers(40, 60).map(at),
)
_exempt = st.builds(
    Exempt,
    teams=_some_teams,
    when=st.sampled_from(["involved", "recipient"]),
    where=st.integers(30, 35).map(at),
)


@st.composite
def rules(draw: st.DrawFn, name: str) -> DeferEmail:
    limited = draw(st.none() | st.integers(0, 3))
    return DeferEmail(
        name=name,
        because="Rest",
        owner="ict@northshire.example",
        mode=draw(st.sampled_from(Mode)),
        mode_for=draw(st.dictionaries(st.sampled_from(TEAMS), st.sampled_from(Mode), max_size=2)),
        from_teams=draw(_some_teams),
        to_teams=draw(_some_teams),
        exempt=draw(st.none() | _exempt),
        window=draw(st.sampled_from(WINDOWS)),
        hold_at=(HoldPoint.INBOX,),
        release=Release(
            at=draw(st.sampled_from([time(8, 30), time(1, 30)])),
            spread=timedelta(minutes=20),
            calendar=draw(st.sampled_from(["window", "recipient"])),
        ),
        let_through=tuple(draw(st.lists(_let_through, max_size=2))),
        held_per_person=limited,
        where=at(10),
        where_window=at(11),
        where_people=at(12),
        where_mode=at(13),
        where_limit=None if limited is None else at(14),
    )


@st.composite
def exemptions(draw: st.DrawFn, name: str) -> Exemption:
    starts = draw(st.dates(date(2023, 8, 24), date(2023, 8, 30)))
    return Exemption(
        name=name,
        rules=draw(st.frozensets(st.sampled_from(["first", "second"]), min_size=1)),
        teams=draw(_teams),
        addresses=draw(
            st.frozensets(
                st.sampled_from([f"{name}@northshire.example" for name in (*NAMES, "desk")]),
                max_size=1,
            )
        ),
        starts=starts,
        ends=starts + timedelta(days=draw(st.integers(0, 4))),
        because="Inspection",
        approved_by="director@northshire.example",
        where=at(70),
    )


@st.composite
def rulebooks(draw: st.DrawFn) -> Rulebook:
    names = draw(st.sampled_from([["first"], ["first", "second"]]))
    dated = draw(st.sampled_from([[], ["one"], ["one", "two"]]))
    return Rulebook(
        organisation="Northshire",
        domains=frozenset({"northshire.example"}),
        calendars={"service": CALENDAR},
        teams={},
        windows={window.name: window for window in WINDOWS},
        rules=tuple(draw(rules(name)) for name in names),
        exemptions=tuple(draw(exemptions(name)) for name in dated),
        hash="0" * 64,
    )


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    people = {
        f"{name}@northshire.example": Person(
            id=name,
            address=f"{name}@northshire.example",
            teams=draw(_teams),
            aliases=draw(st.frozensets(st.just("desk@northshire.example"), max_size=1)),
            working_days=draw(st.none() | st.frozensets(st.integers(0, 6), min_size=1)),
        )
        for name in NAMES
    }
    groups = {"edt@northshire.example": frozenset({"emergency-duty"})}
    return Directory(domains=frozenset({"northshire.example"}), people=people, groups=groups)


@st.composite
def mails(draw: st.DrawFn, directory: Directory) -> MailFacts:
    addresses = [
        *directory.people,
        "edt@northshire.example",
        "unknown@northshire.example",
        "desk@police.example",
    ]
    recipient = directory.person(f"{draw(st.sampled_from(NAMES))}@northshire.example")
    others = draw(st.lists(st.sampled_from(addresses), max_size=3))
    received = draw(
        st.datetimes(datetime(2023, 8, 24), datetime(2023, 8, 31))  # noqa: DTZ001  aware below
    )
    return MailFacts(
        sender=directory.person(draw(st.sampled_from(addresses))),
        recipient=recipient,
        recipients=tuple(
            dict.fromkeys([*(directory.person(address) for address in others), recipient])
        ),
        received=received.replace(tzinfo=UTC),
        subject=draw(
            st.sampled_from(["A mail", "URGENT: a mail", "RE: [Safeguarding] urgent", "not urgent"])
        ),
        importance=draw(_importance),
        categories=draw(st.frozensets(st.sampled_from([*CATEGORIES, "green"]), max_size=2)),
        is_meeting=draw(st.sampled_from([False, False, False, True])),
        is_read=draw(st.sampled_from([False, False, False, True])),
        held_already=draw(st.integers(0, 3)),
    )
