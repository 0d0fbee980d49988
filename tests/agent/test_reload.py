"""Reload: what can fail comes first, then one swap; the last good rulebook stays."""

from dataclasses import replace

import pytest

from policy_agent.agent.reload import read_teams, reload
from policy_agent.domain.exempting import run_time_where
from policy_agent.domain.rules import Exemption, Rulebook, Team
from policy_agent.domain.where import Where
from policy_agent.rulebook.problems import Problem, RulebookError
from tests.agent.world import ALICE, BOB, HOLD_FOLDER, LATER, RULE, World, rulebook

NEW = replace(rulebook(replace(RULE, name="newer")), hash="1" * 64)


def broken() -> Rulebook:
    raise RulebookError(
        [
            Problem(where=Where(file="rules/a.yaml", line=3), text="mode: no such mode"),
            Problem(where=Where(file="rules/a.yaml", line=9), text="window: no such window"),
        ]
    )


def test_a_good_rulebook_is_in_force_and_its_hash_stands_on_decisions(world: World) -> None:
    done = reload(world.context, lambda: NEW, world.moment)
    assert done.success
    assert world.context.current.last_reload == done
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    (row,) = world.store.decisions_of(copy)
    assert (row.rule, row.rulebook) == ("newer", NEW.hash)


def test_a_broken_rulebook_is_told_line_by_line_and_the_last_good_one_stays(world: World) -> None:
    before = world.context.current.policy
    done = reload(world.context, broken, world.moment)
    assert not done.success
    assert done.at == world.now
    assert done.problems == (
        "rules/a.yaml:3:1: mode: no such mode",
        "rules/a.yaml:9:1: window: no such window",
    )
    assert world.context.current.policy is before
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    (row,) = world.store.decisions_of(copy)
    assert row.rulebook == before.rulebook.hash


def test_a_team_that_cannot_be_read_keeps_the_last_good_rulebook(world: World) -> None:
    before = world.context.current.policy
    nobody = Team(name="nobody", group="nobody@northshire.example", where=RULE.where)
    wrong = replace(NEW, teams={**NEW.teams, "nobody": nobody})
    done = reload(world.context, lambda: wrong, world.moment)
    assert not done.success
    assert "nobody" in done.problems[0]
    assert world.context.current.policy is before


def test_a_good_reload_after_a_broken_one_ends_the_trouble(world: World) -> None:
    reload(world.context, broken, world.moment)
    assert reload(world.context, lambda: NEW, world.moment).success
    assert world.context.current.last_reload is not None
    assert world.context.current.last_reload.problems == ()


@pytest.mark.parametrize("read", [broken, lambda: replace(NEW, rules=())])
def test_what_is_on_hold_is_released_on_time_whatever_the_rulebook_says(
    world: World, read: object
) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    assert world.folder(BOB, copy) == HOLD_FOLDER
    assert callable(read)
    reload(world.context, read, world.moment)
    world.travel(LATER)
    world.tick()
    assert world.folder(BOB, copy) == "Inbox"


def test_a_look_at_the_teams_does_not_hide_that_the_rulebook_was_refused(world: World) -> None:
    refused = reload(world.context, broken, world.moment)
    before = world.context.current.policy
    read_teams(world.context, world.moment)
    assert world.context.current.policy is not before
    assert world.context.current.policy.rulebook == before.rulebook
    assert world.context.current.last_reload == refused


def test_a_look_at_the_teams_keeps_each_run_time_exemption_once(world: World) -> None:
    exemption = Exemption(
        name="one",
        rules=frozenset({"weekend-email"}),
        teams=frozenset({"everyone"}),
        starts=world.now.date(),
        ends=world.now.date(),
        because="Inspection",
        approved_by="director",
        where=run_time_where("one"),
    )
    world.context.current.change(lambda policy: policy.with_run_time((exemption,)))
    read_teams(world.context, world.moment)
    assert world.context.current.policy.rulebook.exemptions == (exemption,)
    assert world.context.current.policy.written.exemptions == ()
