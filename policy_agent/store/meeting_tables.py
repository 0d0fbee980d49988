"""What is kept of meetings, as tables; beside `policy_agent.store.tables`, with the same leases.

Kept: ids, times, rules, reasons and what was done. Never kept: subject, text, addresses.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from policy_agent.domain.clashes import AnswerState, ClashState
from policy_agent.domain.nudging import NudgeKind, NudgeState
from policy_agent.store.tables import Instant, metadata, row_id, word

nudges = Table(
    "nudges",
    metadata,
    row_id(),
    Column("key", Text, nullable=False),  # for good: a second one of the same key is never made
    Column("kind", word(NudgeKind), nullable=False),
    Column("person", Text, nullable=False),
    Column("about", Text, nullable=False),  # what the kind's own writer knows it by
    Column("calendar", Text, nullable=False),  # its working hours are waited for; empty: none
    Column("state", word(NudgeState, checked=True), nullable=False),
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

nudge_events = Table(
    "nudge_events",
    metadata,
    row_id(),
    Column("nudge", ForeignKey(nudges.c.id, ondelete="CASCADE"), nullable=False),
    Column("from_state", word(NudgeState)),  # null: it was made
    Column("to_state", word(NudgeState), nullable=False),
    Column("at", Instant, nullable=False),  # tenant time
    Column("why", Text, nullable=False),
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
