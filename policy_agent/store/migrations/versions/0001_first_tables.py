"""Arrivals, decisions, holds and their events, mailboxes, people, holiday feeds.

Types are spelt out here, and not taken from `tables.py`, so that this step stays what it was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
WORD = sa.String(20)
STATES = (
    "planned",
    "held",
    "releasing",
    "released",
    "self_released",
    "sent_now",
    "abandoned",
)


def upgrade() -> None:
    _arrivals()
    _decisions()
    _holds()
    _watching()
    _people()
    op.create_table(
        "feeds",
        sa.Column("division", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("fetched", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("division"),
    )


def _arrivals() -> None:
    op.create_table(
        "arrivals",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("accepted", INSTANT, nullable=False),
        sa.Column("notices", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("leased_by", sa.Text),
        sa.Column("free_from", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mailbox", "message"),
        sqlite_autoincrement=True,
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("received", INSTANT, nullable=False),
        sa.Column("decided", INSTANT, nullable=False),
        sa.Column("rule", sa.Text),
        sa.Column("outcome", WORD, nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("where_file", sa.Text, nullable=False),
        sa.Column("where_line", sa.Integer, nullable=False),
        sa.Column("promised", INSTANT),
        sa.Column("rulebook", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message", "mailbox", "position"),
    )
    op.create_index(None, "decisions", ["decided"])


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("received", INSTANT, nullable=False),
        sa.Column("decided", INSTANT, nullable=False),
        sa.Column("promised", INSTANT, nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("leased_by", sa.Text),
        sa.Column("free_from", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mailbox", "message"),
        sa.CheckConstraint(sa.column("state").in_(STATES), name="state"),
        sqlite_autoincrement=True,
    )
    op.create_index(None, "holds", ["state", "due"])
    op.create_index(None, "holds", ["mailbox", "state"])
    op.create_index(None, "holds", ["decided"])
    op.create_table(
        "hold_events",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("hold", ROW_ID, nullable=False),
        sa.Column("from_state", WORD),
        sa.Column("to_state", WORD, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], ondelete="CASCADE"),
    )
    op.create_index(None, "hold_events", ["hold"])


def _watching() -> None:
    op.create_table(
        "mailboxes",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("inbox", sa.Text),
        sa.Column("delta_link", sa.Text),
        sa.Column("parked_until", INSTANT),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "hold_folders",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mailbox", "folder"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("client_state", sa.Text, nullable=False),
        sa.Column("expires", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("seen", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "addresses",
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("person", "position"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], ondelete="CASCADE"),
    )
    op.create_table(
        "teams",
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "team_members",
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("team", "person"),
        sa.ForeignKeyConstraint(["team"], ["teams.name"], ondelete="CASCADE"),
    )
