"""What block-outs ask of the tenant, a batch of rows at a time.

1. A series that is to go is deleted by its id, or by its mark where the id was never learnt.
2. A wanted one is looked for by its mark first: an earlier try may have made it and its answer been
   lost. What bears a mark that the store does not know is of an earlier life, and is deleted.
3. What was moved, made shorter or set free is put back.
4. Occurrences on holidays and exempt days are deleted, each by its id.

Each row was written down before any of it, and what came of it is written down after; a kill
between is put right by the next try, since all of it is harmless to repeat. What will not work
until somebody mends it (no licence, no room, no grant) is left alone for a day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.meetings.ports import Calendars, Copies
from policy_agent.domain.block_outs import BlockOutState, KeptBlockOut
from policy_agent.domain.blocking import BlockOut
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, EventRef, Span

log = structlog.get_logger()

Marks = dict[str, tuple[EventRef, ...]]  # the series of each mark in one mailbox

_LATER = timedelta(days=1)
_PERSONAL = frozenset({"user", "linked"})  # what a mailbox of a person's own is for


def lost(row: KeptBlockOut, moment: Moment) -> KeptBlockOut:
    """Return a row whose series somebody deleted: another one is made on the next day.

    At once would be an argument with its person.
    """
    return row.without_series().put_off(moment.now + _LATER)


class BlockOutCalls:
    """Works on rows that are leased to this worker."""

    def __init__(self, context: AgentContext, calendars: Calendars, moment: Moment) -> None:
        self._context = context
        self._calendars = calendars
        self._moment = moment

    def do(self, rows: Sequence[KeptBlockOut]) -> None:
        """Bring each row's mailbox a step nearer to what is wanted there."""
        by_state: dict[BlockOutState, list[KeptBlockOut]] = defaultdict(list)
        for row in rows:
            by_state[row.state].append(row)
        kept = by_state[BlockOutState.KEPT]
        self._remove(by_state[BlockOutState.REMOVING])
        self._add(by_state[BlockOutState.WANTED])
        self._repair([row for row in kept if row.repairs])
        self._skip([row for row in kept if not row.repairs])

    def _remove(self, rows: Sequence[KeptBlockOut]) -> None:
        marked = self._marked(row for row in rows if row.ref is None)
        refs: dict[int, tuple[EventRef, ...]] = {}
        troubles: dict[int, CallFailure] = {}
        for row in rows:
            there = marked.get(row.mailbox, {})
            if row.ref is not None:
                refs[row.id] = (row.ref,)
            elif isinstance(there, CallFailure):
                troubles[row.id] = there
            else:
                refs[row.id] = there.get(row.key, ())
        answers = self._deleted([ref for some in refs.values() for ref in some])
        for row in rows:
            trouble = troubles.get(row.id) or _first(answers[ref] for ref in refs.get(row.id, ()))
            self._settle(row if trouble else row.without_series(), trouble)
            if trouble is None:
                log.info("block_out_removed", block_out=row.id, rule=row.rule)

    def _add(self, rows: Sequence[KeptBlockOut]) -> None:
        rows = self._of_people(rows)
        marked = self._marked(rows)
        self._remove_strangers(marked)
        found: dict[int, EventRef] = {}
        missing: dict[str, BlockOut] = {}
        troubles: dict[int, CallFailure] = {}
        for row in rows:
            there = marked[row.mailbox]
            if isinstance(there, CallFailure):
                troubles[row.id] = there
            elif row.key in there:
                found[row.id] = there[row.key][0]
            elif row.wanted is not None:
                missing[row.key] = row.wanted
        answers = self._calendars.add_block_outs(missing) if missing else {}
        for row in rows:
            answer = found.get(row.id) or troubles.get(row.id) or answers[row.key]
            if isinstance(answer, CallFailure):
                self._settle(row, answer)
            else:
                self._settle(row.made(answer.event, self._moment.now))
                log.info("block_out_added", block_out=row.id, rule=row.rule)

    def _of_people(self, rows: Sequence[KeptBlockOut]) -> list[KeptBlockOut]:
        """Return those of people's own mailboxes: a room and a shared mailbox have no lunch."""
        if not rows:
            return []
        owners = self._calendars.owners(sorted({row.mailbox for row in rows}))
        theirs = []
        for row in rows:
            owner = owners[row.mailbox]
            if isinstance(owner, CallFailure):
                self._settle(row, owner)
            elif owner.purpose in _PERSONAL:
                theirs.append(row)
            else:
                self._settle(row.put_off(self._moment.now + _LATER))  # it may become a person's
        return theirs

    def _remove_strangers(self, marked: Mapping[str, Marks | CallFailure]) -> None:
        """Delete series of ours that no row is about, and all but one of those of one key."""
        if not marked:
            return
        known = {row.key for row in self._context.store.block_outs(marked)}
        strangers = [
            ref
            for there in marked.values()
            if not isinstance(there, CallFailure)
            for key, refs in there.items()
            for ref in (refs[1:] if key in known else refs)
        ]
        if strangers:
            failed = sum(answer is not None for answer in self._deleted(strangers).values())
            log.info("strange_block_outs_removed", count=len(strangers) - failed, failed=failed)

    def _repair(self, rows: Sequence[KeptBlockOut]) -> None:
        """Put series and occurrences back; an occurrence that was deleted stays deleted."""
        series: dict[EventRef, BlockOut] = {}
        moved: dict[EventRef, Span] = {}
        for row in rows:
            for event, span in row.repairs.items():
                ref = EventRef(mailbox=row.mailbox, event=event)
                if span is not None:
                    moved[ref] = span
                elif row.wanted is not None:
                    series[ref] = row.wanted
        answers = dict(self._calendars.restore(series)) if series else {}
        answers |= self._calendars.restore_occurrences(moved) if moved else {}
        for row in rows:
            failed = {
                event: failure
                for event in row.repairs
                if (failure := answers[EventRef(mailbox=row.mailbox, event=event)]) is not None
            }
            if any(event == row.event and one.kind == "gone" for event, one in failed.items()):
                self._settle(lost(row, self._moment))
                continue
            left = {event: one for event, one in failed.items() if one.kind != "gone"}
            # A series that got its recurrence back may have its deleted days back as well.
            anew = row.event in row.repairs and row.event not in left
            after = replace(
                row,
                repairs={event: row.repairs[event] for event in left},
                skipped=frozenset() if anew else row.skipped,
            )
            self._settle(after, _first(left.values()))
            log.info("block_out_repaired", block_out=row.id, rule=row.rule, left=len(left))

    def _skip(self, rows: Sequence[KeptBlockOut]) -> None:
        spans: dict[EventRef, Span] = {}
        for row in rows:
            if row.ref is not None and row.wanted is not None and row.to_skip:
                spans[row.ref] = row.wanted.span_of_days(row.to_skip[0], row.to_skip[-1])
        found = self._calendars.instances(spans, agenda=False) if spans else {}
        there = {row.id: _on_days_to_skip(row, found) for row in rows}
        deleted = self._deleted(
            [copy.ref for some in there.values() if not isinstance(some, CallFailure)
             for copy in some.values()]
        )  # fmt: skip
        for row in rows:
            some = there[row.id]
            if isinstance(some, CallFailure):
                gone = some.kind == "gone"
                self._settle(*((lost(row, self._moment),) if gone else (row, some)))
                continue
            left = {day for day, copy in some.items() if deleted[copy.ref] is not None}
            done = frozenset(row.to_skip) - left
            trouble = _first(deleted[copy.ref] for copy in some.values())
            self._settle(replace(row, skipped=row.skipped | done), trouble)
            log.info("block_out_days_skipped", block_out=row.id, rule=row.rule, days=len(done))

    def _marked(self, rows: Iterable[KeptBlockOut]) -> dict[str, Marks | CallFailure]:
        """Return what of ours lies in each row's mailbox, by mark."""
        mailboxes = sorted({row.mailbox for row in rows})
        answers = self._calendars.marked(mailboxes) if mailboxes else {}
        marks: dict[str, Marks | CallFailure] = {}
        for mailbox, answer in answers.items():
            if isinstance(answer, CallFailure):
                marks[mailbox] = answer
                continue
            there: dict[str, list[EventRef]] = defaultdict(list)
            for series in answer:
                there[series.mark].append(series.ref)
            marks[mailbox] = {mark: tuple(sorted(refs)) for mark, refs in there.items()}
        return marks

    def _deleted(self, refs: Sequence[EventRef]) -> Mapping[EventRef, CallFailure | None]:
        return self._calendars.remove(refs) if refs else {}

    def _settle(self, row: KeptBlockOut, trouble: CallFailure | None = None) -> None:
        """Write down how far a row got, and when it is worth another try."""
        retry_at = None
        if trouble is not None:
            log.warning("block_out_put_off", block_out=row.id, kind=trouble.kind, what=trouble.what)
            if trouble.kind == "unavailable":
                retry_at = self._moment.machine + self._context.retry_after
            else:
                row = row.put_off(self._moment.now + _LATER)
        self._context.store.save_block_outs([row], now=self._moment.now, retry_at=retry_at)


def _on_days_to_skip(
    row: KeptBlockOut, found: Mapping[EventRef, Copies | CallFailure]
) -> dict[date, EventCopy] | CallFailure:
    """Return the occurrences that have to be deleted still; one that is not there is done."""
    copies = found.get(row.ref, ()) if row.ref is not None else ()
    if isinstance(copies, CallFailure) or row.wanted is None:
        return copies if isinstance(copies, CallFailure) else {}
    by_day = {row.wanted.day_of(copy.original or copy.starts): copy for copy in copies}
    return {day: by_day[day] for day in row.to_skip if day in by_day}


def _first(failures: Iterable[CallFailure | None]) -> CallFailure | None:
    return next(filter(None, failures), None)
