"""What is kept of calendars and meetings, as tables; the same rules and leases as in `tables.py`.

Kept: ids, times, rules, reasons and what was done; people stand by id. Never kept: subjects,
bodies, addresses.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from policy_agent.domain.block_outs import BlockOutState
from policy_agent.domain.clashes import AnswerState, ClashState
from policy_agent.domain.findings import FindingState
from policy_agent.domain.kept_meetings import KeptState
from policy_agent.domain.meeting_rules import Check
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import NoteKind, NoteState
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.store.tables import Instant, metadata, row_id, word

calendars = Table(
    "calendars",
    metadata,
    Column("id", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("purpose", Text),  # null: nobody asked yet
    Column("zone", Text, nullable=False),  # empty: not told
    Column("language", Text, nullable=False),
    Column("working_days", JSON(none_as_null=True)),  # 0 is Monday; null: not told
    Column("owner_asked", Instant),
    Column("viewed", Instant),  # last seen whole
    Column("viewed_to", Instant),
    Column("viewed_by", Text),  # hash of the rulebook that judged it then
    Column("changed_since", Instant),
    Column("parked_until", Instant),
)

leave = Table(
    "leave",
    metadata,
    row_id(),
    Column("person", Text, nullable=False),
    Column("source", Text, nullable=False),  # replies or events: each is replaced as a whole
    Column("starts", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Index(None, "person", "source"),
    Index(None, "ends"),
)

event_notices = Table(
    "event_notices",
    metadata,
    row_id(),  # the order of claims, as in arrivals
    Column("mailbox", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("change", Text, nullable=False),  # of the last notice
    Column("accepted", Instant, nullable=False),
    Column("notices", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("leased_by", Text),
    Column("free_from", Instant, nullable=False),
    UniqueConstraint("mailbox", "event"),
    sqlite_autoincrement=True,  # an id never comes back: `seq` is built on it
)

# The last row of a meeting and a rule is what the rule says of it now.
meeting_decisions = Table(
    "meeting_decisions",
    metadata,
    row_id(),
    Column("uid", Text, nullable=False),  # the same in all mailboxes, its own an occurrence
    Column("position", Integer, nullable=False),  # among the verdicts of one look, from 0
    Column("mailbox", Text, nullable=False),  # whose copy was judged
    Column("event", Text, nullable=False),
    Column("organiser", Text),  # person id; null: nobody the directory knows
    Column("starts", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("decided", Instant, nullable=False),
    Column("rule", Text, nullable=False),
    Column("outcome", word(Outcome), nullable=False),
    Column("mode", word(Mode), nullable=False),
    Column("reason", word(Reason), nullable=False),
    Column("detail", Text, nullable=False),  # without names or addresses
    Column("where_file", Text, nullable=False),
    Column("where_line", Integer, nullable=False),
    Column("rulebook", Text, nullable=False),  # hash of the rulebook that decided
    Index(None, "uid"),
    Index(None, "decided", "id", "rule", "outcome", "mode", "reason"),  # as decisions of mail
    Index(None, "mailbox", "decided", "id"),
    Index(None, "organiser", "decided", "id"),
    Index(None, "starts"),
)

# How often a rule had nothing to say of a meeting it looked at: what has no row of its own.
meeting_counts = Table(
    "meeting_counts",
    metadata,
    Column("day", Date, primary_key=True),  # of the look, in UTC
    Column("rule", Text, primary_key=True),
    Column("reason", word(Reason), primary_key=True),
    Column("looks", Integer, nullable=False),
)

# Of organisers whose calendars are not covered: whose copy is judged, and the series' own uids.
meeting_judges = Table(
    "meeting_judges",
    metadata,
    Column("uid", Text, primary_key=True),  # of the series' master, or of a single meeting
    Column("mailbox", Text, nullable=False),
    Index(None, "mailbox"),
)

series_uids = Table(
    "series_uids",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("series", Text, primary_key=True),  # id of the master in that mailbox
    Column("uid", Text, nullable=False),
)

notes = Table(
    "notes",
    metadata,
    row_id(),
    Column("key", Text, nullable=False),  # for good: a second one of the same key is never made
    Column("kind", word(NoteKind), nullable=False),
    Column("person", Text, nullable=False),
    Column("about", Text, nullable=False),  # what the kind's own writer knows it by
    Column("calendar", Text, nullable=False),  # its working hours are waited for; empty: none
    Column("state", word(NoteState, checked=True), nullable=False),
    Column("draft", Text),  # immutable id of the message in the service mailbox
    Column("planned", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("ended", Instant),  # tenant time at which it was sent or given up
    Column("settled", Boolean, nullable=False),  # nothing is to be done for it any more
    Column("leased_by", Text),
    Column("free_from", Instant, nullable=False),
    UniqueConstraint("key"),
    Index(None, "settled", "not_before"),  # what is to be done
    Index(None, "person", "kind", "ended"),  # who was nudged, and when
    Index(None, "state", "ended"),  # how many were sent just now
    sqlite_autoincrement=True,  # an id never comes back: events and logs name it
)

note_events = Table(
    "note_events",
    metadata,
    row_id(),
    Column("note", ForeignKey(notes.c.id, ondelete="CASCADE"), nullable=False),
    Column("from_state", word(NoteState)),  # null: it was made
    Column("to_state", word(NoteState), nullable=False),
    Column("at", Instant, nullable=False),  # tenant time
    Column("why", Text, nullable=False),
    Index(None, "note"),
)

# What etiquette found about a series: one row for good, so that nobody is told of it twice.
findings = Table(
    "findings",
    metadata,
    row_id(),
    Column("series", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("check", word(Check), nullable=False),
    Column("person", Text, nullable=False),
    Column("mailbox", Text, nullable=False),  # whose copy was judged
    Column("event", Text, nullable=False),  # the first occurrence ahead of which it is so
    Column("starts", Instant, nullable=False),
    Column("more", Integer, nullable=False),  # occurrences after that one
    Column("state", word(FindingState, checked=True), nullable=False),
    Column("since", Instant, nullable=False),
    Column("nudge", Text),  # key of the nudge that names it
    UniqueConstraint("series", "rule", "check"),
    Index(None, "state", "since"),  # what somebody could be told of
    Index(None, "person", "state"),
    Index(None, "nudge"),
)

# Secrets that all processes on one store share, made by whoever asks first.
keys = Table(
    "keys",
    metadata,
    Column("name", Text, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("made", Instant, nullable=False),
)

# What people chose for themselves; whoever chose nothing has no row.
preferences = Table(
    "preferences",
    metadata,
    Column("person", Text, primary_key=True),
    Column("etiquette_nudges", Boolean, nullable=False),
    Column("changed", Instant, nullable=False),
    Column("working_days", JSON(none_as_null=True)),  # 0 is Monday; null: the calendar's
    Column("quiet_from", String(5)),  # wall clock, 22:00; null: no quiet time of one's own
    Column("quiet_to", String(5)),
)

# One a rule and series, or single meeting; a row comes back to life when the clash does.
clashes = Table(
    "clashes",
    metadata,
    row_id(),
    Column("rule", Text, nullable=False),
    Column("series", Text, nullable=False),  # names it in all mailboxes
    Column("mailbox", Text, nullable=False),  # whose copy was judged
    Column("master", Text),  # the series master's id there; null: a single meeting
    Column("organiser", Text),  # person id; null: nobody the directory knows
    Column("state", word(ClashState, checked=True), nullable=False),
    Column("every", Boolean, nullable=False),  # every occurrence ahead clashes
    Column("first", Instant, nullable=False),  # start of the first occurrence ahead
    Column("last", Instant, nullable=False),  # and of the last one
    Column("ahead", Integer, nullable=False),
    Column("found", Instant, nullable=False),
    Column("told", Instant),  # its organiser was nudged
    Column("act_at", Instant),
    Column("planned", Boolean, nullable=False),  # its nudge is in the outbox
    Column("tries", Integer, nullable=False),  # nudges that came to nothing
    Column("slots", JSON, nullable=False),  # alternatives that were told: pairs of instants
    Column("leased_by", Text),
    Column("free_from", Instant, nullable=False),
    UniqueConstraint("rule", "series"),
    Index(None, "series"),
    Index(None, "mailbox", "state"),
    Index(None, "master"),
    Index(None, "state", "act_at"),  # what is due
    Index(None, "state", "last"),  # what has passed
    sqlite_autoincrement=True,  # an id never comes back: nudges are keyed by it
)

clash_occurrences = Table(
    "clash_occurrences",
    metadata,
    Column("clash", ForeignKey(clashes.c.id, ondelete="CASCADE"), primary_key=True),
    Column("uid", Text, primary_key=True),
    Column("event", Text, nullable=False),  # its id in the mailbox that was judged
    Column("starts", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("affected", JSON, nullable=False),  # person ids, sorted
    Index(None, "event"),
)

# An answer is never given twice, so a row stays as long as its clash.
clash_answers = Table(
    "clash_answers",
    metadata,
    Column("clash", ForeignKey(clashes.c.id, ondelete="CASCADE"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("uid", Text, primary_key=True),
    Column("starts", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("whole", Boolean, nullable=False),  # for the whole series
    Column("tell", Boolean, nullable=False),  # the organiser gets it by mail
    Column("state", word(AnswerState, checked=True), nullable=False),
    Column("ended", Instant),
    Column("why", Text, nullable=False),
    Index(None, "clash", "state"),
)

clash_events = Table(
    "clash_events",
    metadata,
    row_id(),
    Column("clash", ForeignKey(clashes.c.id, ondelete="CASCADE"), nullable=False),
    Column("from_state", word(ClashState)),  # null: it was found
    Column("to_state", word(ClashState), nullable=False),
    Column("at", Instant, nullable=False),  # tenant time
    Column("why", Text, nullable=False),
    Index(None, "clash"),
)

# One row a rule and mailbox, for good: it tells which mailboxes ever had a series of ours.
block_outs = Table(
    "block_outs",
    metadata,
    row_id(),
    Column("version", Integer, nullable=False),  # grows with each change: see KeptBlockOut
    Column("mailbox", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", word(BlockOutState, checked=True), nullable=False),
    Column("key", Text, nullable=False),
    Column("event", Text),  # immutable id of the series master
    Column("tried", Boolean, nullable=False),
    Column(
        "wanted", JSON(none_as_null=True)
    ),  # how the series should look; null: there should be none
    Column("fingerprint", Text, nullable=False),
    Column("skipped", JSON, nullable=False),  # days, sorted
    Column("kept_since", Instant),
    Column("due", Boolean, nullable=False),  # there is something to do in the mailbox
    Column("not_before", Instant),  # tenant time until which its mailbox is left alone
    Column("leased_by", Text),
    Column("free_from", Instant, nullable=False),
    UniqueConstraint("mailbox", "rule"),
    Index(None, "due", "free_from"),
    Index(None, "event"),
    sqlite_autoincrement=True,  # an id never comes back: logs name it
)

# What of a series has to be put back; kept for a while after it was, so that it is not done again
# and again where the service says yes and changes nothing.
block_out_repairs = Table(
    "block_out_repairs",
    metadata,
    row_id(),
    Column("block_out", ForeignKey(block_outs.c.id, ondelete="CASCADE"), nullable=False),
    Column("event", Text, nullable=False),  # an occurrence, or the master for the whole series
    Column("starts", Instant),  # where the occurrence belongs; null: the whole series
    Column("ends", Instant),
    Column("asked", Instant, nullable=False),  # tenant time, as below
    Column("done", Instant),
    UniqueConstraint("block_out", "event"),
)

# A meeting that a keep-meeting rule names: one row a rule and meeting, for good.
kept_meetings = Table(
    "kept_meetings",
    metadata,
    row_id(),
    Column("version", Integer, nullable=False),  # grows with each change: see KeptMeeting
    Column("rule", Text, nullable=False),
    Column("uid", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("mailbox", Text, nullable=False),  # whose copy was looked at
    Column("event", Text, nullable=False),
    Column("master", Text),
    Column("own", Boolean, nullable=False),
    Column("organiser", Text),  # person id; null: nobody the directory knows
    Column("starts", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("first_starts", Instant, nullable=False),
    Column("moves", Integer, nullable=False),
    Column("moved", Instant),
    Column("first_seen", Instant, nullable=False),
    Column("state", word(KeptState, checked=True), nullable=False),
    Column("size", Integer, nullable=False),
    Column("attending", Integer, nullable=False),
    Column("rebook", Boolean, nullable=False),
    Column("missed", Instant),
    Column("ended", Instant),
    Column("cancelled_by", Text),
    Column("notice_hours", Integer),
    Column("nudged", Instant),
    Column("due", Instant),  # tenant time at which there is something to do next
    Column("leased_by", Text),
    Column("free_from", Instant, nullable=False),
    UniqueConstraint("uid", "rule"),
    Index(None, "due"),
    Index(None, "mailbox", "state"),
    Index(None, "event"),
    Index(None, "master"),
    Index(None, "rule", "starts"),
    sqlite_autoincrement=True,  # an id never comes back: nudges and logs name it
)

kept_people = Table(
    "kept_people",
    metadata,
    Column("kept", ForeignKey(kept_meetings.c.id, ondelete="CASCADE"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("declined", Boolean, nullable=False),
    Index(None, "person"),
)

kept_events = Table(
    "kept_events",
    metadata,
    row_id(),
    Column("kept", ForeignKey(kept_meetings.c.id, ondelete="CASCADE"), nullable=False),
    Column("from_state", word(KeptState)),  # null: it was seen for the first time
    Column("to_state", word(KeptState), nullable=False),
    Column("at", Instant, nullable=False),  # tenant time
    Column("why", Text, nullable=False),
    Index(None, "kept"),
)

# Days with leave on them, as they come by: what is known of leave itself is forgotten after it.
leave_days = Table(
    "leave_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("person", Text, primary_key=True),
)
