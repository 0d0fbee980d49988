"""Whose calendars are covered, and what is put in scope beside the mailboxes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from policy_agent.agent.meetings.scope import asks_for_agenda, covered, team_sizes
from policy_agent.agent.meetings.work import MeetingWork
from policy_agent.agent.scope import Membership, directory_of, put_scope
from policy_agent.domain.counts import CalendarCounts
from policy_agent.domain.modes import Mode
from policy_agent.domain.watching import Member
from tests.agent.diaries import Taker, Watcher, open_watcher
from tests.domain.meetings import keep, kindness, protect, rulebook

TEAMS = {
    "everyone": frozenset({"ann", "bob"}),
    "leadership": frozenset({"lea"}),
    "practitioners": frozenset({"pat", "bob"}),
}


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Watcher]:
    with open_watcher(tmp_path, ["ann", "bob"]) as found:
        yield found


def test_the_people_of_every_rule_about_meetings_are_covered() -> None:
    book = rulebook(protect(), keep(people=frozenset({"practitioners"})))
    assert covered(book, TEAMS) == {"ann", "bob", "pat"}


def test_a_rule_that_is_off_for_everybody_covers_nobody() -> None:
    off = protect(mode=Mode.OFF)
    assert covered(rulebook(off), TEAMS) == frozenset()
    assert covered(rulebook(), TEAMS) == frozenset()
    somewhere = protect(mode=Mode.OFF, mode_for={"leadership": Mode.OBSERVE})
    assert covered(rulebook(somewhere), TEAMS) == {"ann", "bob"}


def test_a_team_that_nobody_knows_covers_nobody() -> None:
    assert covered(rulebook(protect(people=frozenset({"new"}))), TEAMS) == frozenset()


def test_an_agenda_is_asked_for_where_a_rule_needs_it_for_anybody() -> None:
    assert asks_for_agenda(rulebook(kindness()))
    assert not asks_for_agenda(rulebook(kindness(mode=Mode.OFF)))
    assert asks_for_agenda(rulebook(kindness(mode=Mode.OFF, mode_for={"leadership": Mode.NUDGE})))
    assert not asks_for_agenda(rulebook(kindness(agenda_required=False), protect()))


def test_calendars_are_put_in_scope_with_the_mailboxes(watcher: Watcher) -> None:
    members = tuple(
        Member(id=name, addresses=(f"{name}@northshire.example",)) for name in ("ann", "pat")
    )
    membership = Membership(members=members, teams={"everyone": frozenset({"ann", "pat"})})
    put_scope(watcher.context, rulebook(protect()), membership, watcher.moment)
    assert [calendar.id for calendar in watcher.store.calendars()] == ["ann", "pat"]
    assert watcher.store.mailboxes() == ()  # no rule about mail
    sizes = team_sizes(directory_of(rulebook(protect()), membership))
    assert sizes["everyone"] == 2


def test_what_breaks_in_one_feature_does_not_keep_its_tick_from_the_others(
    watcher: Watcher,
) -> None:
    ticked: list[str] = []

    class Broken(Taker):
        def tick(self, *_: object) -> None:
            ticked.append("broken")
            raise RuntimeError("this feature is broken")

    class Fine(Taker):
        def tick(self, *_: object) -> None:
            ticked.append("fine")

    work = MeetingWork(
        context=watcher.context,
        moment=lambda: watcher.moment,
        going=lambda: True,
        features=(Broken(), Fine()),
    )
    work.tick()
    assert ticked == ["broken", "fine"]


def test_how_far_calendars_were_seen_is_told_in_counts_alone(watcher: Watcher) -> None:
    going = [True]
    work = MeetingWork(
        context=watcher.context,
        moment=lambda: watcher.moment,
        going=lambda: going[0],
        features=(),
    )

    def counts() -> CalendarCounts:
        return watcher.store.calendar_counts(now=watcher.now)

    assert counts() == CalendarCounts(covered=2)
    watcher.store.accept_events(
        {watcher.diaries.book("ann").ref("ann"): "created"}, now=watcher.now
    )
    going[0] = False  # told to stop
    work.arrivals()
    work.sweep()
    assert work.swept_since is None
    going[0] = True
    assert counts() == CalendarCounts(covered=2, pending_notices=1)
    work.sweep()
    work.arrivals()
    assert counts() == CalendarCounts(covered=2, seen_whole=2)
    assert work.swept_since == watcher.now
