"""What is kept of meetings, as tables; beside `policy_agent.store.tables`, with the same leases.

Kept: ids, times, rules, reasons and what was done. Never kept: subject, text, addresses.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text, UniqueConstraint

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
