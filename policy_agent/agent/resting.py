"""Resting: nobody is nudged or summed up to in quiet time of their own, or on a day off of theirs.

A receipt answers what somebody just did, so it goes out at once. A report goes to an address of the
rulebook's, which may be a list's: it waits for working hours alone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.domain.notes import OPEN_NOTES, Note, NoteKind, NoteState
from policy_agent.domain.own_time import rests_until
from policy_agent.domain.walltime import zone_named

log = structlog.get_logger()

# A quiet time may leave no moment of the calendar's working hours. What waited for longer than any
# holiday then is of no use any more.
LONGEST_REST = timedelta(days=28)
_FOR_NOBODY_AT_REST = frozenset(
    {NoteKind.RECEIPT, NoteKind.DIGEST, NoteKind.REPORT, NoteKind.TEAM_PAGE}
)


def awake(context: AgentContext, claimed: Sequence[Note], moment: Moment) -> Sequence[Note]:
    """Return those of the claimed notes that may go on now; the others wait in the store.

    They are written when their rest is over, from what is true then.
    """
    may_wait = [
        note
        for note in claimed
        if note.state in OPEN_NOTES and note.kind not in _FOR_NOBODY_AT_REST
    ]
    if not may_wait:
        return claimed
    own = context.store.own_times({note.person for note in may_wait})
    calendars = context.current.policy.rulebook.calendars
    waiting: dict[Note, datetime] = {}
    for note in may_wait:
        if note.person not in own:
            continue
        theirs = own[note.person]
        zone = zone_named(theirs.zone) or next((c.zone for c in calendars.values()), _LONDON)
        until = rests_until(theirs, calendars.get(note.calendar), zone, moment.now)
        if until > moment.now:
            waiting[note] = until
    over = [note for note, until in waiting.items() if until - note.planned > LONGEST_REST]
    for note in over:
        del waiting[note]
        log.info("note_given_up", note=note.id, kind=note.kind, why=_NO_MOMENT)
    context.store.end_notes(over, NoteState.GIVEN_UP, why=_NO_MOMENT, now=moment.now)
    context.store.postpone_notes(waiting)
    left = {*over, *waiting}
    return [note for note in claimed if note not in left]


_LONDON = ZoneInfo("Europe/London")  # of a rulebook without calendars, as on the pages
_NO_MOMENT = "its person's own time left no moment for it"
