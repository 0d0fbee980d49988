"""Days of rules and placements come back as they were written, and a day is told of once."""

from dataclasses import asdict, replace
from datetime import date, timedelta

from sqlalchemy import insert

from policy_agent.domain.modes import Mode
from policy_agent.domain.placing import Placement
from policy_agent.domain.rule_days import RuleDay
from policy_agent.store import Store
from policy_agent.store.figure_tables import placements
from tests.store.examples import SATURDAY

OCTOBER = date(2026, 10, 1)
DAY = timedelta(days=1)
ONE = RuleDay(
    day=OCTOBER,
    rule="protected-lunch",
    team="practitioners",
    kind="protect-time",
    mode=Mode.OBSERVE,
    window=True,
    people=40,
    there=31,
    counted=SATURDAY,
)


def test_days_of_rules_come_back_in_order(store: Store) -> None:
    written = [replace(ONE, day=OCTOBER + n * DAY) for n in (2, 0, 1)]
    assert store.put_rule_days([*written, replace(ONE, team="")]) == 4
    found = store.rule_days_between(OCTOBER, OCTOBER + DAY)
    assert found == (replace(ONE, team=""), ONE, replace(ONE, day=OCTOBER + DAY))


def test_a_day_that_was_told_of_stays_as_it_was(store: Store) -> None:
    store.put_rule_days([ONE])
    assert store.put_rule_days([replace(ONE, there=2), replace(ONE, team="managers")]) == 1
    assert ONE in store.rule_days_between(OCTOBER, OCTOBER)
    assert store.put_rule_days([]) == 0


def test_placements_are_those_that_held_at_any_moment_of_the_span(store: Store) -> None:
    rows = [
        Placement(person="ann", team="managers", since=None, until=SATURDAY),
        Placement(person="ann", team="leadership", since=SATURDAY, until=SATURDAY + DAY),
        Placement(person="bob", team="", since=SATURDAY + DAY, until=None),
        Placement(person="dan", team="managers", since=None, until=None),
    ]
    with store.writing() as connection:
        connection.execute(insert(placements), [asdict(one) for one in rows])
    assert store.placements_between(SATURDAY, SATURDAY + DAY) == (rows[1], rows[3])
    assert store.placements_between(SATURDAY - DAY, SATURDAY + 2 * DAY) == tuple(rows)
