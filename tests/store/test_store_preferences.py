"""What people chose, and what is known of their time. On both databases."""

from dataclasses import replace
from datetime import time

from policy_agent.domain.events import CalendarOwner
from policy_agent.domain.own_time import OwnTime, Preference
from policy_agent.store import Store
from tests.store.examples import SATURDAY, TUESDAY

PART_TIME = frozenset({0, 2})
NIGHT = (time(21, 30), time(7))
CHOSEN = Preference(etiquette_nudges=False, working_days=PART_TIME, quiet=NIGHT)


def test_what_somebody_chose_comes_back_and_nobody_else_has_it(store: Store) -> None:
    store.put_preference("ann", CHOSEN, now=SATURDAY)
    assert store.preferences_of(["ann", "bob"]) == {"ann": CHOSEN}
    assert store.without_etiquette_nudges(["ann", "bob"]) == {"ann"}


def test_the_last_choice_counts_and_may_take_everything_back(store: Store) -> None:
    store.put_preference("ann", CHOSEN, now=SATURDAY)
    store.put_preference("ann", Preference(), now=TUESDAY)
    assert store.preferences_of(["ann"]) == {"ann": Preference()}
    assert store.own_times(["ann"]) == {}


def test_turning_nudges_off_by_a_link_leaves_days_and_quiet_time_alone(store: Store) -> None:
    store.put_preference("ann", replace(CHOSEN, etiquette_nudges=True), now=SATURDAY)
    store.set_etiquette_nudges("ann", on=False, now=TUESDAY)
    assert store.preferences_of(["ann"]) == {"ann": CHOSEN}


def test_chosen_days_go_before_those_of_the_mailbox(store: Store) -> None:
    store.put_calendars(["ann", "bob", "carol", "dan"], now=SATURDAY)
    store.put_owners(
        [
            CalendarOwner(mailbox="ann", zone="Europe/London", working_days=frozenset({4})),
            CalendarOwner(mailbox="bob", zone="Asia/Kolkata", working_days=PART_TIME),
            CalendarOwner(mailbox="carol", zone="Europe/London"),
        ],
        now=SATURDAY,
    )
    store.put_preference("ann", CHOSEN, now=SATURDAY)
    store.put_preference("carol", Preference(quiet=NIGHT), now=SATURDAY)
    store.put_preference("eve", Preference(working_days=PART_TIME), now=SATURDAY)
    assert store.own_times(["ann", "bob", "carol", "dan", "eve", "nobody"]) == {
        "ann": OwnTime(working_days=PART_TIME, quiet=NIGHT, zone="Europe/London"),
        "bob": OwnTime(working_days=PART_TIME, zone="Asia/Kolkata"),
        "carol": OwnTime(quiet=NIGHT, zone="Europe/London"),
        "eve": OwnTime(working_days=PART_TIME),
    }


def test_days_that_a_mailbox_tells_no_more_are_forgotten(store: Store) -> None:
    store.put_calendars(["bob"], now=SATURDAY)
    store.put_owners([CalendarOwner(mailbox="bob", working_days=PART_TIME)], now=SATURDAY)
    store.put_owners([CalendarOwner(mailbox="bob")], now=TUESDAY)
    assert store.own_times(["bob"]) == {}


def test_more_people_than_fit_into_one_statement(store: Store) -> None:
    people = [f"user{number:04}" for number in range(1300)]
    store.put_calendars(people, now=SATURDAY)
    store.put_owners(
        [CalendarOwner(mailbox=person, working_days=PART_TIME) for person in people], now=SATURDAY
    )
    assert len(store.own_times(people)) == 1300
    assert store.own_times([]) == {}
    assert store.preferences_of([]) == {}
