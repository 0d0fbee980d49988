"""What a month is counted from, besides its days. On both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from policy_agent.domain.events import EventRef
from policy_agent.domain.holds import Asked, HoldState, PlannedHold
from policy_agent.domain.judged import JudgedMeeting
from policy_agent.domain.mail_blocks import MailSum
from policy_agent.domain.modes import Mode
from policy_agent.domain.month_facts import EndedHold, MonthCounts
from policy_agent.domain.notes import NoteKind, NoteState, PlannedNote
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.store import Store, figure_tables
from tests.store.examples import (
    MACHINE,
    MINUTE,
    SATURDAY,
    TUESDAY,
    JudgedCopy,
    delivered,
    held,
    record,
    ref,
    says_deliver,
    says_hold,
)
from tests.store.test_store_mail_figures import keep, sent

START = datetime(2026, 4, 30, 23, tzinfo=UTC)
END = datetime(2026, 5, 31, 23, tzinfo=UTC)
FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)
MOMENT = timedelta.resolution
NOTHING = MonthCounts(open_holds=0, meeting_errors=0, notes={}, erased=0)


def held_at(message: str, received: datetime, sender: str = "ann") -> JudgedCopy:
    """Return a copy that is to be held, of somebody known."""
    return replace(
        sent(message, sender, received=received),
        decisions=(says_hold(), says_deliver("other")),
        hold=PlannedHold(rule="weekend-email", promised=TUESDAY, due=TUESDAY),
    )


def test_sums_are_by_day_and_leave_out_what_no_rule_is_about(store: Store) -> None:
    record(
        store,
        sent("a", received=START),
        sent("b", received=START),
        sent("c", received=START - MOMENT),
        sent("d", received=END),
        sent("no rule", received=START, decisions=(says_deliver(None),)),
        held_at("e", END - MOMENT),
    )
    keep(store)
    found = store.mail_sums(FIRST, LAST)
    of_night = MailSum(
        day=FIRST,
        rule="night-email",
        team="",
        outcome=Outcome.DELIVER,
        mode=Mode.OBSERVE,
        reason=Reason.OUTSIDE_WINDOW,
        urgent=False,
        copies=2,
    )
    assert of_night in found
    assert {(one.day, one.rule, one.reason, one.copies) for one in found} == {
        (FIRST, "night-email", Reason.OUTSIDE_WINDOW, 2),
        (LAST, "weekend-email", Reason.IN_WINDOW, 1),
        (LAST, "other", Reason.OUTSIDE_WINDOW, 1),
    }
    assert all(type(one.copies) is int for one in found)


def test_hours_are_summed_over_the_days_of_the_month(store: Store) -> None:
    friday = datetime(2026, 5, 22, 9, tzinfo=UTC)
    record(
        store,
        *(sent(f"m{n}", received=friday - n * timedelta(days=7)) for n in range(5)),
        sent("evening", received=friday + timedelta(hours=10)),
    )
    keep(store)
    assert store.hour_sums(FIRST, LAST) == {10: 4, 20: 1}


def test_what_was_sent_now_or_never_moved_comes_by_the_rules_that_held_it(store: Store) -> None:
    two = replace(
        held_at("both", SATURDAY),
        decisions=(says_hold(), says_hold("night-email"), says_deliver("other")),
    )
    record(
        store,
        two,
        held_at("recipient", SATURDAY),
        held_at("waits", SATURDAY),
        held_at("before", START - MOMENT),
        held_at("after", END),
    )
    record(store, held_at("never", START), now=SATURDAY + MINUTE)
    record(store, held_at("late", SATURDAY), now=END)
    holds = {hold.copy.message: hold for hold in store.holds([HoldState.PLANNED])}
    for message in ("both", "before", "after", "late", "never"):
        store.ask_release([holds[message].id], asked=Asked.SENDER, who="ann", now=SATURDAY)
    store.ask_release([holds["recipient"].id], asked=Asked.RECIPIENT, who="bob", now=SATURDAY)
    never = store.hold_of(ref("never"))
    assert never is not None
    store.advance([never], HoldState.ABANDONED, why="moved late", now=SATURDAY)
    found = store.ended_holds(START, END, decided_before=END)
    assert sorted(found, key=lambda one: (one.received, one.rule)) == [
        EndedHold(rule="weekend-email", sender="ann", received=START, abandoned=True),
        EndedHold(rule="night-email", sender="ann", received=SATURDAY, abandoned=False),
        EndedHold(rule="weekend-email", sender="ann", received=SATURDAY, abandoned=False),
    ]


def test_what_exemptions_freed_is_told_of_mail_and_meetings(store: Store) -> None:
    def says(detail: str, reason: Reason = Reason.EXEMPTION) -> JudgedCopy:
        said = replace(says_deliver("weekend-email"), detail=detail, reason=reason)
        return replace(delivered(ref(detail)), decisions=(said,))

    record(store, says("The exemption ofsted applies"), says("no", Reason.EXEMPT_TEAM), now=START)
    record(store, says("too early"), now=START - MOMENT)
    record(store, says("too late"), now=END)
    record(store, replace(says("The exemption ofsted applies"), copy=ref("x")), now=START)
    freed = replace(says_deliver("lunch"), detail="of a meeting", reason=Reason.EXEMPTION)
    for name, starts in (("in", START), ("after", END)):
        store.record_meetings(
            [
                JudgedMeeting(
                    uid=name,
                    ref=EventRef(mailbox="bob", event=name),
                    organiser="bob",
                    starts=starts,
                    ends=starts + MINUTE,
                    decisions=(replace(freed, detail=f"{name} {freed.detail}"),),
                )
            ],
            rulebook="abc",
            now=START,
        )
    assert store.exempting_details(START, END) == {
        "The exemption ofsted applies",
        "in of a meeting",
    }


def test_what_has_no_team_is_counted_at_once(store: Store) -> None:
    assert store.month_counts(START, END) == NOTHING
    record(store, held_at("a", START), held_at("b", END), held(ref("c")))
    (gone,) = [h for h in store.holds([HoldState.PLANNED]) if h.copy.message == "c"]
    store.advance([gone], HoldState.SELF_RELEASED, why="moved", now=SATURDAY)
    error = replace(says_deliver("lunch"), outcome=Outcome.ERROR, reason=Reason.FAULT)
    store.record_meetings(
        [
            JudgedMeeting(
                uid="u",
                ref=EventRef(mailbox="bob", event="e"),
                organiser=None,
                starts=END,
                ends=END + MINUTE,
                decisions=(error,),
            )
        ],
        rulebook="abc",
        now=SATURDAY,
    )
    for number, (kind, at) in enumerate(
        (
            (NoteKind.CLASH, START),
            (NoteKind.CLASH, END - MOMENT),
            (NoteKind.RECEIPT, SATURDAY),
            (NoteKind.CLASH, END),
            (NoteKind.CLASH, START - MOMENT),
        )
    ):
        _send(store, f"{kind}:{number}", kind, at)
    with store.writing() as connection:
        connection.execute(
            insert(figure_tables.erasures),
            [
                {"at": at, "what": "decisions", "before": START, "rows": rows}
                for at, rows in ((START, 5), (END - MOMENT, 2), (END, 100))
            ],
        )
    assert store.month_counts(START, END) == MonthCounts(
        open_holds=1,
        meeting_errors=1,
        notes={NoteKind.CLASH: 2, NoteKind.RECEIPT: 1},
        erased=7,
    )


def _send(store: Store, key: str, kind: NoteKind, at: datetime) -> None:
    planned = PlannedNote(key=key, kind=kind, person="ann", about="1", not_before=at)
    store.plan_notes([planned], now=at)
    notes = store.claim_notes(
        "w", kinds=[kind], closed=(), limit=9, now=at, machine=MACHINE, lease=MINUTE
    )
    (note,) = store.draft_notes({note: "draft" for note in notes if note.key == key}, now=at)
    store.end_notes([note], NoteState.SENT, why="sent", now=at)
    store.settle_notes([note])
