"""Each day's decisions of mail are counted once and for good. On both databases."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from sqlalchemy import delete, func, insert, select

from policy_agent.domain.mail_figures import DayFigures, figures_of, utc_day
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.store import Store, figure_tables, tables
from tests.agent.world import RULE
from tests.store.examples import (
    SATURDAY,
    JudgedCopy,
    delivered,
    held,
    record,
    ref,
    says_deliver,
    says_hold,
)
from tests.store.test_store_concurrency import all_at_once

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
BATCH = SATURDAY.date()
AFTER = datetime(2026, 5, 24, 1, tzinfo=UTC)  # an hour after the Saturday is over
WINDOWS = (RULE.window,)


class KilledError(Exception):
    """The process is killed here."""


def _dies(*_: object) -> None:
    raise KilledError


def sent(message: str, sender: str | None = "ann", **changed: Any) -> JudgedCopy:
    """Return a copy with facts; `changed` are fields of it."""
    one = replace(delivered(ref(message)), **changed)
    facts = RecordedFacts(
        sender=sender, sender_inside=True, recipients=("bob",), received=one.received
    )
    return replace(one, facts=facts)


def count(store: Store, day: date = BATCH, zone: ZoneInfo = LONDON) -> DayFigures:
    return figures_of(store.count_day(day, step=QUARTER), zone, WINDOWS)


def keep(store: Store, day: date = BATCH, now: datetime = AFTER) -> bool:
    return store.keep_day(day, count(store, day), now=now)


def kept(store: Store) -> list[Any]:
    rows = figure_tables.mail_figures.c
    with store.reading() as connection:
        return [
            tuple(row)
            for row in connection.execute(
                select(rows.day, rows.hour, rows.rule, rows.team, rows.reason, rows.copies)
            )
        ]


def totals(store: Store) -> dict[tuple[str, Mode, Outcome, Reason], int]:
    with store.reading() as connection:
        rows = connection.execute(select(figure_tables.decision_totals))
        return {(row.rule, row.mode, row.outcome, row.reason): row.copies for row in rows}


def test_nothing_is_to_be_counted_before_anything_was_watched(store: Store) -> None:
    assert store.first_day() is None
    assert store.days_to_roll(now=AFTER) == ()


def test_days_count_from_the_first_that_was_watched_though_no_mail_came(store: Store) -> None:
    store.put_mailboxes(["bob"], now=SATURDAY - DAY)
    assert store.first_day() == BATCH - DAY
    assert store.days_to_roll(now=AFTER) == [BATCH - DAY, BATCH]


def test_a_day_is_counted_once_it_has_been_over_for_an_hour(store: Store) -> None:
    record(store, sent("a"))
    assert store.days_to_roll(now=AFTER - timedelta.resolution) == []
    assert store.days_to_roll(now=AFTER) == [BATCH]
    assert keep(store)
    assert store.days_to_roll(now=AFTER) == []
    assert store.days_to_roll(now=AFTER + 2 * DAY) == [BATCH + DAY, BATCH + 2 * DAY]


def test_a_sender_counts_in_the_team_that_they_were_in_when_it_was_received(store: Store) -> None:
    store.place({"ann": "old", "cat": "cats"}, now=SATURDAY - 9 * DAY)
    store.place({"ann": "new", "cat": "cats"}, now=SATURDAY - 5 * HOUR)
    record(
        store,
        sent("a", received=SATURDAY - 5 * HOUR - timedelta.resolution),
        sent("b", received=SATURDAY - 5 * HOUR),
        sent("c", "cat"),
        sent("d", "nobody known"),
        sent("e", None),
        delivered(ref("no facts")),
    )
    keep(store)
    found = Counter(dict.fromkeys(("old", "new", "cats", ""), 0))
    for *_, team, _, copies in kept(store):
        found[team] += copies
    assert found == {"old": 1, "new": 1, "cats": 1, "": 3}


def test_the_hour_is_that_of_the_organisation_s_clocks(store: Store) -> None:
    record(store, sent("a", received=datetime(2026, 5, 22, 23, 59, 59, 999_999, tzinfo=UTC)))
    keep(store)
    assert kept(store) == [(BATCH, 0, "night-email", "", Reason.OUTSIDE_WINDOW, 1)]


@pytest.mark.parametrize(
    ("received", "day", "hour"),
    [
        # the clocks go forward: there is no hour from 01:00 on
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), date(2026, 3, 29), 0),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), date(2026, 3, 29), 2),
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30), 0),
        # and back: there are two
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25), 0),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25), 1),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 25), 1),
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), date(2026, 10, 25), 23),
    ],
)
def test_days_on_which_clocks_change_have_the_hours_that_clocks_show(
    store: Store, received: datetime, day: date, hour: int
) -> None:
    record(store, sent("a", received=received), now=received)
    keep(store, received.date())
    assert [row[:2] for row in kept(store)] == [(day, hour)]


def test_mail_that_is_judged_late_counts_on_the_day_it_came(store: Store) -> None:
    record(store, sent("a", received=SATURDAY - 3 * DAY))
    keep(store)
    assert [row[0] for row in kept(store)] == [BATCH - 3 * DAY]
    assert [(one.batch, one.copies) for one in store.rolled_between(BATCH, BATCH)] == [(BATCH, 1)]


def test_a_copy_outside_of_all_windows_counts_once_by_its_hour(store: Store) -> None:
    friday = datetime(2026, 5, 22, 16, 14, tzinfo=UTC)
    three = (says_deliver("one"), says_deliver("two"), says_deliver("three"))
    record(
        store,
        sent("a", received=friday, decisions=three),
        sent("b", received=friday),
        sent("no rule", received=friday, decisions=(says_deliver(None),)),
        sent("in a window"),
    )
    assert count(store).hours == {(BATCH - DAY, 17): 2}
    keep(store)
    with store.reading() as connection:
        rows = connection.execute(select(figure_tables.mail_hours)).all()
    assert [tuple(row) for row in rows] == [(BATCH - DAY, BATCH, 17, 2)]


def test_what_no_rule_is_about_is_in_the_sums_too(store: Store) -> None:
    record(store, sent("a", decisions=(says_deliver(None),)), held(ref("b")))
    keep(store)
    assert totals(store) == {
        ("", Mode.OBSERVE, Outcome.DELIVER, Reason.OUTSIDE_WINDOW): 1,
        ("weekend-email", Mode.ENFORCE, Outcome.HOLD, Reason.IN_WINDOW): 1,
    }


def test_counting_a_day_again_changes_nothing(store: Store) -> None:
    record(store, sent("a"), held(ref("b")))
    assert keep(store)
    before = kept(store), totals(store)
    assert not keep(store, now=AFTER + DAY)
    assert (kept(store), totals(store)) == before
    assert store.rolled_between(BATCH, BATCH)[0].counted == AFTER


def test_what_was_committed_after_the_count_is_found_and_made_up_for(store: Store) -> None:
    record(store, sent("a"))
    early = count(store)
    assert keep(store)
    record(store, sent("late"), held(ref("b")), sent("x", decisions=(says_deliver(None),)))
    assert store.days_to_roll(now=AFTER) == [BATCH]
    assert keep(store, now=AFTER + HOUR)
    assert sum(totals(store).values()) == 4
    assert sum(row[-1] for row in kept(store)) == 4
    assert store.days_to_roll(now=AFTER) == []
    assert not store.keep_day(BATCH, early, now=AFTER)  # somebody who was slow
    assert store.rolled_between(BATCH, BATCH)[0].counted == AFTER


def test_a_kill_while_a_day_is_written_leaves_nothing_of_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(store, sent("a"), held(ref("b")))
    figures = count(store)
    with monkeypatch.context() as patched:
        patched.setattr("policy_agent.store.mail_figures.insert", _dies)  # the sums are written
        with pytest.raises(KilledError):
            store.keep_day(BATCH, figures, now=AFTER)
    assert (kept(store), totals(store)) == ([], {})
    assert keep(store)
    assert sum(totals(store).values()) == 2


def test_processes_that_count_a_day_at_once_count_it_once(empty_url: str) -> None:
    with closing(Store.open(empty_url)) as store:
        record(store, *(sent(f"m{n}") for n in range(20)), held(ref("b")))

    def work(store: Store, _: str) -> bool:
        return keep(store)

    assert sorted(all_at_once(empty_url, work)) == [False, False, False, True]
    with closing(Store.open(empty_url)) as store:
        assert sum(totals(store).values()) == 21
        assert sum(row[-1] for row in kept(store)) == 21


SENDERS = st.sampled_from(["ann", "bob", "stranger", None])
RULES = st.sampled_from(["weekend-email", "night-email", None])
SAID = st.tuples(RULES, st.sampled_from(Mode), st.sampled_from(list(Outcome)[:2]), st.booleans())
MINUTES = st.integers(-3 * 24 * 60, 2 * 24 * 60)
MAILS = st.lists(
    st.tuples(SENDERS, MINUTES, MINUTES, st.lists(SAID, min_size=1, max_size=3)), max_size=12
)


def test_figures_and_sums_are_exactly_the_decisions(store: Store) -> None:
    """Whatever was decided, received and moved when, each decision is in one figure."""

    @settings(max_examples=15, deadline=None)
    @given(mails=MAILS, moved=MINUTES)
    def look(
        mails: Sequence[tuple[str | None, int, int, Sequence[tuple[Any, ...]]]], moved: int
    ) -> None:
        _empty(store)
        store.place({"ann": "a", "bob": "b"}, now=SATURDAY - 9 * DAY)
        store.place({"ann": "b", "bob": "b"}, now=SATURDAY + moved * timedelta(minutes=1))
        rows = [
            _row(n, place, mail, said)
            for n, mail in enumerate(mails)
            for place, said in enumerate(mail[3])
        ]
        if rows:
            with store.writing() as connection:
                connection.execute(insert(tables.decisions), rows)
        for day in store.days_to_roll(now=AFTER + 3 * DAY):
            keep(store, day)
        said = Counter(
            (row["rule"] or "", row["mode"], row["outcome"], row["reason"]) for row in rows
        )
        assert totals(store) == dict(said)
        figures = figure_tables.mail_figures.c
        alike = (figures.rule, figures.mode, figures.outcome, figures.reason)
        with store.reading() as connection:
            found = connection.execute(select(*alike, func.sum(figures.copies)).group_by(*alike))
            assert {tuple(row)[:4]: row[4] for row in found} == dict(said)
        for batch in store.rolled_between(BATCH - 9 * DAY, BATCH + 9 * DAY):
            starts, ends = utc_day(batch.batch)
            here = [row for row in rows if starts <= row["decided"] < ends]
            assert batch.copies == len(here)

    look()


def _empty(store: Store) -> None:
    with store.writing() as connection:
        for table in (
            tables.decisions,
            figure_tables.placements,
            figure_tables.mail_figures,
            figure_tables.mail_hours,
            figure_tables.decision_totals,
            figure_tables.rolled_days,
        ):
            connection.execute(delete(table))


def _row(
    number: int,
    place: int,
    mail: tuple[str | None, int, int, Sequence[tuple[Any, ...]]],
    said: tuple[Any, ...],
) -> dict[str, Any]:
    sender, received, decided, _ = mail
    rule, mode, outcome, urgent = said
    decision = says_hold() if outcome is Outcome.HOLD else says_deliver()
    return {
        "mailbox": "bob",
        "message": f"m{number}",
        "position": place,
        "received": SATURDAY + received * timedelta(minutes=1),
        "decided": SATURDAY + decided * timedelta(minutes=1),
        "rule": rule,
        "outcome": outcome,
        "mode": mode,
        "reason": decision.reason,
        "detail": "",
        "where_file": "",
        "where_line": 1,
        "rulebook": "abc",
        "sender": sender,
        "urgent": urgent,
    }
