"""Decisions of meetings: written when new or changed, else counted. On both databases."""

from dataclasses import replace
from datetime import timedelta

from policy_agent.domain.events import EventRef
from policy_agent.domain.judged import JudgedMeeting
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Decision, Outcome, Reason
from policy_agent.domain.where import Where
from policy_agent.store import Store
from tests.store.examples import SATURDAY, TUESDAY

HOUR = timedelta(hours=1)
CLASH = Decision(
    rule="protected-lunch",
    outcome=Outcome.DECLINE,
    mode=Mode.NUDGE,
    reason=Reason.OVERLAPS_WINDOW,
    detail="It lies over lunch",
    where=Where(file="rules.yaml", line=12, column=3),
)
PLAIN = replace(CLASH, outcome=Outcome.DELIVER, reason=Reason.OUTSIDE_WINDOW, detail="Outside")
KIND = replace(PLAIN, rule="kind-meetings", reason=Reason.KIND)
LUNCH = JudgedMeeting(
    uid="u1",
    ref=EventRef(mailbox="bob", event="e1"),
    organiser="bob",
    starts=TUESDAY,
    ends=TUESDAY + HOUR,
    decisions=(CLASH, KIND),
)


def record(store: Store, *judged: JudgedMeeting, rulebook: str = "abc") -> int:
    return store.record_meetings(judged, rulebook=rulebook, now=SATURDAY)


def reasons(store: Store, uid: str = "u1") -> list[tuple[str, Reason]]:
    return [(row.rule, row.reason) for row in store.meeting_decisions_of(uid)]


def test_a_clash_is_written_with_all_that_explains_it(store: Store) -> None:
    assert record(store, LUNCH) == 1
    (row,) = store.meeting_decisions_of("u1")
    assert (row.uid, row.position, row.mailbox, row.event) == ("u1", 0, "bob", "e1")
    assert (row.organiser, row.starts, row.ends) == ("bob", TUESDAY, TUESDAY + HOUR)
    assert (row.decided, row.rule, row.rulebook) == (SATURDAY, "protected-lunch", "abc")
    assert (row.outcome, row.mode) == (Outcome.DECLINE, Mode.NUDGE)
    assert (row.reason, row.detail) == (Reason.OVERLAPS_WINDOW, "It lies over lunch")
    assert (row.where_file, row.where_line) == ("rules.yaml", 12)


def test_one_decision_is_found_by_its_number(store: Store) -> None:
    record(store, LUNCH)
    (row,) = store.meeting_decisions_of("u1")
    assert store.meeting_decision(row.id) == row
    assert store.meeting_decision(row.id + 1) is None


def test_what_a_rule_has_nothing_to_say_of_is_only_counted(store: Store) -> None:
    free = replace(LUNCH, uid="u2", decisions=(PLAIN, KIND))
    assert record(store, LUNCH, free) == 1
    assert reasons(store, "u2") == []
    day = SATURDAY.date()
    assert store.meeting_looks(day, day) == {
        (day, "protected-lunch", Reason.OUTSIDE_WINDOW): 1,
        (day, "kind-meetings", Reason.KIND): 2,
    }
    record(store, free)
    assert store.meeting_looks(day, day)[day, "kind-meetings", Reason.KIND] == 3
    assert store.meeting_looks(day + timedelta(days=1), day + timedelta(days=9)) == {}


def test_the_same_verdict_again_is_not_written_again(store: Store) -> None:
    record(store, LUNCH)
    assert record(store, LUNCH, LUNCH) == 0
    other_words = replace(CLASH, detail="It lies over lunch by ten minutes")
    assert record(store, replace(LUNCH, decisions=(other_words,))) == 0


def test_another_rulebook_mode_reason_or_time_is_written(store: Store) -> None:
    record(store, LUNCH)
    assert record(store, LUNCH, rulebook="def") == 1
    stronger = replace(LUNCH, decisions=(replace(CLASH, mode=Mode.ENFORCE),))
    assert record(store, stronger, rulebook="def") == 1
    let_through = replace(CLASH, reason=Reason.LET_THROUGH, outcome=Outcome.DELIVER)
    assert record(store, replace(LUNCH, decisions=(let_through,)), rulebook="def") == 1
    moved = replace(LUNCH, decisions=(let_through,), starts=TUESDAY + HOUR, ends=TUESDAY + 2 * HOUR)
    assert record(store, moved, rulebook="def") == 1
    assert len(store.meeting_decisions_of("u1")) == 5


def test_a_clash_that_is_mended_leaves_a_row_that_says_so_and_only_one(store: Store) -> None:
    record(store, LUNCH)
    mended = replace(LUNCH, decisions=(PLAIN, KIND), starts=TUESDAY + HOUR, ends=TUESDAY + 2 * HOUR)
    assert record(store, mended) == 1
    assert record(store, mended, rulebook="def") == 0
    assert reasons(store) == [
        ("protected-lunch", Reason.OVERLAPS_WINDOW),
        ("protected-lunch", Reason.OUTSIDE_WINDOW),
    ]
    assert record(store, LUNCH) == 1


def test_meetings_are_found_by_when_they_start(store: Store) -> None:
    later = replace(LUNCH, uid="u2", starts=TUESDAY + HOUR, ends=TUESDAY + 2 * HOUR)
    record(store, later, LUNCH)
    found = store.meeting_decisions_between(TUESDAY, TUESDAY + HOUR)
    assert [row.uid for row in found] == ["u1"]
    both = store.meeting_decisions_between(TUESDAY, TUESDAY + 2 * HOUR)
    assert [row.uid for row in both] == ["u1", "u2"]


def test_a_thousand_meetings_fit_into_one_call(store: Store) -> None:
    many = [
        replace(LUNCH, uid=f"u{n}", decisions=(CLASH if n % 10 == 0 else PLAIN, KIND))
        for n in range(1200)
    ]
    assert record(store, *many) == 120
    assert record(store, *many) == 0


def test_nothing_is_written_of_nothing(store: Store) -> None:
    assert record(store) == 0
    assert store.meeting_looks(SATURDAY.date(), SATURDAY.date()) == {}
