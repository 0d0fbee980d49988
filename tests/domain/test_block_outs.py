"""Who has a block-out, and what becomes of one when that changes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Literal

import pytest

from policy_agent.domain.block_outs import (
    BlockOutState,
    KeptBlockOut,
    WantedBlockOut,
    followed,
    wanted_block_outs,
)
from policy_agent.domain.blocking import fingerprint, plan
from policy_agent.domain.meeting_rules import MeetingExempt, ProtectTime
from policy_agent.domain.modes import Mode
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.rules import Exemption, Rulebook
from tests.domain.test_blocking import AT, rule, window

MONDAY = date(2026, 6, 1)
TEAMS: Mapping[str, frozenset[str]] = {
    "alice": frozenset({"everyone", "leadership"}),
    "bob": frozenset({"everyone"}),
    "dan": frozenset({"everyone", "emergency-duty"}),
    "eve": frozenset(),
}


def directory() -> Directory:
    people = {
        f"{name}@northshire.example": Person(
            id=name, address=f"{name}@northshire.example", teams=teams
        )
        for name, teams in TEAMS.items()
    }
    return Directory(domains=frozenset({"northshire.example"}), people=people)


def rulebook(*rules: ProtectTime, exemptions: tuple[Exemption, ...] = ()) -> Rulebook:
    return Rulebook(
        organisation="Northshire",
        domains=frozenset({"northshire.example"}),
        calendars={},
        teams={},
        windows={},
        rules=rules,
        exemptions=exemptions,
        hash="0" * 64,
    )


def exemption(starts: date, ends: date, **changed: Any) -> Exemption:
    given: dict[str, Any] = {
        "name": "ofsted-week",
        "rules": frozenset({"protected-lunch"}),
        "teams": frozenset(),
        "addresses": frozenset({"bob@northshire.example"}),
        "starts": starts,
        "ends": ends,
        "because": "Inspection",
        "approved_by": "director@northshire.example",
        "where": AT,
        **changed,
    }
    return Exemption(**given)


def wanted(
    *rules: ProtectTime, exemptions: tuple[Exemption, ...] = (), today: date = MONDAY
) -> dict[str, WantedBlockOut]:
    found = wanted_block_outs(
        rulebook(*rules, exemptions=exemptions), directory(), lambda _calendar: today
    )
    return {one.series.mailbox: one for one in found}


def test_people_of_the_rules_teams_have_one_and_nobody_else() -> None:
    assert wanted(rule()).keys() == {"alice", "bob", "dan"}


@pytest.mark.parametrize("when", ["organiser", "attendee", "involved"])
def test_whoever_is_in_an_exempt_team_has_none_whatever_frees_their_meetings(
    when: Literal["organiser", "attendee", "involved"],
) -> None:
    exempt = MeetingExempt(teams=frozenset({"emergency-duty"}), when=when, where=AT)
    assert wanted(rule(exempt=exempt)).keys() == {"alice", "bob"}


def test_observing_changes_nobodys_calendar() -> None:
    assert not wanted(rule(mode=Mode.OFF))
    assert not wanted(rule(mode=Mode.OBSERVE))
    assert wanted(rule(mode=Mode.ENFORCE)).keys() == {"alice", "bob", "dan"}
    led = rule(mode=Mode.OBSERVE, mode_for={"leadership": Mode.NUDGE})
    assert wanted(led).keys() == {"alice"}


def test_a_rule_that_does_not_block_out_asks_for_nothing() -> None:
    assert not wanted(rule(block_out=False))
    assert not wanted(rule(window(days="non-working", time=None)))


def test_a_short_exemption_skips_its_days() -> None:
    days = exemption(date(2026, 6, 8), date(2026, 6, 9))
    found = wanted(rule(), exemptions=(days,))
    assert found["bob"].series.skipped[:2] == (date(2026, 6, 8), date(2026, 6, 9))
    assert not set(found["alice"].series.skipped) & {date(2026, 6, 8), date(2026, 6, 9)}
    for_team = exemption(date(2026, 6, 8), date(2026, 6, 9), teams=frozenset({"leadership"}))
    assert date(2026, 6, 8) in wanted(rule(), exemptions=(for_team,))["alice"].series.skipped


def test_an_exemption_of_another_rule_changes_nothing() -> None:
    other = exemption(MONDAY, date(2026, 6, 9), rules=frozenset({"weekend-email"}))
    assert wanted(rule(), exemptions=(other,)) == wanted(rule())


def test_a_long_exemption_takes_the_series_away_for_its_time() -> None:
    long = exemption(date(2026, 6, 8), date(2026, 6, 22))  # fifteen days
    fortnight = exemption(date(2026, 6, 8), date(2026, 6, 21))
    before, first, last, after = (
        wanted(rule(), exemptions=(long,), today=day)
        for day in (date(2026, 6, 7), date(2026, 6, 8), date(2026, 6, 22), date(2026, 6, 23))
    )
    assert "bob" in before
    assert "bob" not in first
    assert "bob" not in last
    assert "bob" in after
    assert "bob" in wanted(rule(), exemptions=(fortnight,), today=date(2026, 6, 8))


def ask(
    of: ProtectTime | None = None, *, today: date = MONDAY, free: tuple[date, ...] = ()
) -> WantedBlockOut:
    kept = of or rule()
    series = plan(kept, "bob", today=today, exempt_days=free)
    assert series is not None
    return WantedBlockOut(series=series, fingerprint=fingerprint(kept), today=today)


def row(state: BlockOutState, **changed: Any) -> KeptBlockOut:
    asked = ask()
    given: dict[str, Any] = {
        "id": 1,
        "version": 3,
        "mailbox": "bob",
        "rule": "protected-lunch",
        "state": state,
        "key": "key",
        "event": "event" if state is BlockOutState.KEPT else None,
        "tried": state is not BlockOutState.WANTED,
        "wanted": asked.series,
        "fingerprint": asked.fingerprint,
        "kept_since": datetime(2026, 6, 1, 9, tzinfo=UTC),
        **changed,
    }
    return KeptBlockOut(**given)


KEPT, WANTED = BlockOutState.KEPT, BlockOutState.WANTED
REMOVING, GONE = BlockOutState.REMOVING, BlockOutState.GONE
LATER = rule(window(name="late-lunch"))


def test_nothing_changes_as_days_go_by() -> None:
    done = row(KEPT, skipped=frozenset(ask().series.skipped))
    assert followed(done, ask(today=date(2026, 6, 9))) is done
    assert not done.due


def test_another_look_asks_for_another_series() -> None:
    after = followed(row(KEPT), ask(LATER))
    assert (after.state, after.event) == (REMOVING, "event")
    again = after.without_series()
    assert (again.state, again.event, again.key, again.tried) == (WANTED, None, "", False)
    assert again.wanted == ask(LATER).series


def test_a_new_holiday_is_skipped_and_the_series_stays() -> None:
    before = row(KEPT, skipped=frozenset(ask().series.skipped))
    after = followed(before, ask(free=(date(2026, 6, 10),), today=date(2026, 6, 3)))
    assert (after.state, after.event, after.to_skip) == (KEPT, "event", (date(2026, 6, 10),))
    assert after.wanted is not None
    assert after.wanted.first == MONDAY  # the anchor of the series that is there
    assert after.due


def test_an_exemption_that_begins_today_is_skipped_in_a_series_that_is_there() -> None:
    free = (MONDAY, date(2026, 6, 2))
    before = row(KEPT, skipped=frozenset(ask().series.skipped))
    assert followed(before, ask(free=free)).to_skip == free


def test_a_day_that_should_be_there_again_asks_for_another_series() -> None:
    day = date(2026, 6, 10)
    skipping = followed(row(KEPT), ask(free=(day,)))
    assert followed(skipping, ask()).state is REMOVING
    done = replace(skipping, skipped=frozenset({day}))
    assert followed(done, ask()).state is REMOVING
    # once the day is over, nobody misses it
    assert followed(done, ask(today=date(2026, 6, 11))).state is KEPT


def test_what_is_not_wanted_any_more_is_removed() -> None:
    assert followed(row(KEPT), None).state is REMOVING
    assert followed(row(WANTED, tried=True), None).state is REMOVING  # it may be there
    assert followed(row(WANTED), None).state is GONE  # nobody ever asked for it
    removing = followed(row(KEPT), None)
    assert followed(removing, None) is removing
    assert removing.without_series().state is GONE


def test_what_is_wanted_again_is_made_under_another_key() -> None:
    gone = followed(row(KEPT), None).without_series()
    again = followed(gone, ask())
    assert (again.state, again.key, again.tried) == (WANTED, "", False)
    removing = followed(followed(row(KEPT), None), ask())
    assert removing.state is REMOVING  # the old one goes first
    assert removing.without_series().state is WANTED


def test_a_series_that_may_have_been_made_is_removed_before_it_is_made_otherwise() -> None:
    assert followed(row(WANTED, tried=True), ask(LATER)).state is REMOVING
    assert followed(row(WANTED), ask(LATER)).state is WANTED
    assert followed(row(WANTED, tried=True), ask(today=date(2026, 6, 3))).state is WANTED
