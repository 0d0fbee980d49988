"""Kept meetings of a month: a person counts in the one team that they are in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from policy_agent.domain.blocks import Block
from policy_agent.domain.events import EventRef
from policy_agent.domain.kept_blocks import kept_block, without_block
from policy_agent.domain.kept_figures import Known, month_of
from policy_agent.domain.kept_meetings import KeptMeeting, KeptPerson, KeptState
from policy_agent.domain.meeting_figures import Where
from policy_agent.domain.placing import Placed, Placement
from tests.domain.meetings import CALENDAR, LONDON, keep

OCTOBER = month_of(date(2026, 10, 1))
NOVEMBER_2ND = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TENTH = datetime(2026, 10, 10, tzinfo=UTC)
STAFF = ("ann", "bob", "carol")
RULE = keep(people=frozenset({"practitioners"}), every=timedelta(weeks=4))
PLACEMENTS = (
    Placement(person="ann", team="north", since=None, until=None),
    Placement(person="bob", team="north", since=None, until=TENTH),
    Placement(person="bob", team="renamed", since=TENTH, until=None),
    Placement(person="carol", team="south", since=None, until=None),
    Placement(person="mo", team="managers", since=None, until=None),
)
WHERE = Where(month=OCTOBER, calendar=CALENDAR, placed=Placed(PLACEMENTS))


def met(day: date, *people: str, declined: tuple[str, ...] = (), **more: Any) -> KeptMeeting:
    starts = datetime(day.year, day.month, day.day, 10, tzinfo=LONDON).astimezone(UTC)
    there = [KeptPerson(id=one) for one in people or ("ann",)]
    said: dict[str, Any] = {
        "rule": RULE.name,
        "uid": "uid",
        "series": "series",
        "ref": EventRef(mailbox="m", event="e"),
        "master": None,
        "own": True,
        "organiser": "mo",
        "starts": starts,
        "ends": starts + HOUR,
        "first_starts": starts,
        "first_seen": LONG_AGO,
        "state": KeptState.HELD,
        "people": (*there, *(KeptPerson(id=one, declined=True) for one in declined)),
        "size": 2,
        "attending": 2,
        "rebook": True,
    }
    return KeptMeeting(**(said | more))


def counted(*meetings: KeptMeeting, people: dict[str, int] | None = None) -> Block:
    made = kept_block(RULE.name, meetings, lambda who, _: who != "mo", people or {}, WHERE)
    assert made is not None
    assert made.key == "kept:supervision-happens"
    assert made.columns == ("held", "moved", "rebooked", "cancelled")
    return made


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({"state": KeptState.HELD}, (1, 0, 0, 0)),
        ({"first_starts": LONG_AGO}, (0, 1, 0, 0)),
        ({"state": KeptState.REBOOKED}, (0, 0, 1, 0)),
        ({"state": KeptState.CANCELLED}, (0, 0, 0, 1)),
        ({"state": KeptState.LAPSED}, (0, 0, 0, 1)),
        ({"state": KeptState.PLANNED}, (0, 0, 0, 0)),
        ({"state": KeptState.DROPPED}, (0, 0, 0, 0)),
    ],
)
def test_a_meeting_counts_as_what_became_of_it(
    more: dict[str, Any], counts: tuple[int, ...]
) -> None:
    made = counted(met(date(2026, 10, 6), **more), people={"north": 12})
    assert made.counts == {"north": counts}
    assert made.people == {"north": 12}


def test_everybody_in_it_whom_the_rule_is_about_counts_in_their_own_team_then() -> None:
    found = [
        met(date(2026, 10, 6), "mo", "ann", "bob", "carol"),
        met(date(2026, 10, 20), "mo", "bob"),
        met(date(2026, 11, 1), "mo", "bob"),
        met(date(2026, 9, 30), "mo", "bob"),
    ]
    made = counted(*found, people={"north": 12, "west": 11})
    assert made.counts == {
        "north": (2, 0, 0, 0),
        "renamed": (1, 0, 0, 0),
        "south": (1, 0, 0, 0),
        "west": (0, 0, 0, 0),
    }
    assert made.people == {"north": 12, "renamed": 1, "south": 1, "west": 11}


def test_one_that_was_held_is_not_theirs_who_declined_and_a_cancelled_one_is() -> None:
    day = date(2026, 10, 6)
    assert counted(met(day, "ann", declined=("carol",))).counts == {"north": (1, 0, 0, 0)}
    off = met(day, "ann", declined=("carol",), state=KeptState.CANCELLED)
    assert counted(off).counts == {"north": (0, 0, 0, 1), "south": (0, 0, 0, 1)}


def test_nobody_at_all_is_no_block() -> None:
    assert kept_block(RULE.name, [], lambda *_: True, {}, WHERE) is None


def without(*meetings: KeptMeeting, **more: Any) -> Block | None:
    said: dict[str, Any] = {
        "members": {"practitioners": frozenset(STAFF)},
        "meetings": meetings,
        "watched": dict.fromkeys(STAFF, LONG_AGO),
        "leave": {},
    }
    return without_block(RULE, Known(**(said | more)), WHERE, NOVEMBER_2ND)


def test_who_should_have_had_one_counts_in_the_team_they_end_the_month_in() -> None:
    made = without(met(date(2026, 10, 6), "bob", declined=("ann",)))
    assert made is not None
    assert made.key == "without:supervision-happens"
    assert made.columns == ("had", "without")
    assert made.counts == {"north": (0, 1), "renamed": (1, 0), "south": (0, 1)}
    assert made.people == {"north": 1, "renamed": 1, "south": 1}


def test_who_was_on_leave_or_is_not_watched_should_not_have_had_one() -> None:
    away = frozenset(date(2026, 9, 28) + n * DAY for n in range(28))
    made = without(leave={"ann": away}, watched={"ann": LONG_AGO, "carol": LONG_AGO})
    assert made is not None
    assert made.counts == {"south": (0, 1)}
    assert without(watched={}) is None


def test_a_rule_that_expects_nothing_has_nobody_without() -> None:
    known = Known(members={}, meetings=(), watched={}, leave={})
    assert without_block(keep(), known, WHERE, NOVEMBER_2ND) is None
