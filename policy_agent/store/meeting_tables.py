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

from policy_agent.domain.block_outs import BlockOutState
from policy_agent.store.tables import Instant, metadata, row_id, word

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
