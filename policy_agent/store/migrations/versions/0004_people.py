"""What people meet: mails whose senders are told, who asked for a release, sign-ins, settings.

Nudges become notes, since receipts and summaries go out the same way. Holds that were made before
name no mail: their senders are told of nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
WORD = sa.String(20)
NOTE_STATES = ("planned", "drafted", "sent", "given_up")
NOTE = (
    "id, key, kind, person, about, calendar, state, draft, planned, not_before, ended, settled, "
    "leased_by, free_from"
)


def upgrade() -> None:
    _held_mails()
    _figures()
    _notes()
    _sessions()
    _preferences()
    _searches()


def _held_mails() -> None:
    op.create_table(
        "held_mails",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("internet_message_id", sa.Text, nullable=False),
        sa.Column("received", INSTANT, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("sent_now", INSTANT),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sender", "internet_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(None, "held_mails", ["told", "id"])
    op.create_index(None, "held_mails", ["sender", "received"])
    op.add_column("holds", sa.Column("mail", ROW_ID))
    op.add_column("holds", sa.Column("asked", WORD))
    op.create_index(None, "holds", ["mail"])
    op.add_column("hold_events", sa.Column("who", sa.Text))
    op.create_index(None, "facts", ["sender", "received"])
    op.add_column("facts", sa.Column("working_days", sa.JSON))
    op.create_index(None, "facts", ["mailbox", "received"])


def _figures() -> None:
    """Let decisions say whose mail they are about, so that figures by team need no facts."""
    op.add_column("decisions", sa.Column("sender", sa.Text))
    op.add_column("decisions", sa.Column("urgent", sa.Boolean))
    op.execute(
        "UPDATE decisions SET sender = facts.sender, urgent = (facts.importance = 'high' "
        "OR CAST(facts.tags AS TEXT) <> '[]' OR CAST(facts.categories AS TEXT) <> '[]') "
        "FROM facts WHERE facts.mailbox = decisions.mailbox AND facts.message = decisions.message"
    )
    op.create_index(
        None,
        "decisions",
        ["rule", "sender", "decided", "mode", "outcome", "reason", "urgent"],
    )


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("calendar", sa.Text, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("draft", sa.Text),
        sa.Column("planned", INSTANT, nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("ended", INSTANT),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("leased_by", sa.Text),
        sa.Column("free_from", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sa.CheckConstraint(sa.column("state").in_(NOTE_STATES), name="state"),
        sqlite_autoincrement=True,
    )
    op.create_index(None, "notes", ["settled", "not_before"])
    op.create_index(None, "notes", ["person", "kind", "ended"])
    op.create_index(None, "notes", ["state", "ended"])
    op.create_table(
        "note_events",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("note", ROW_ID, nullable=False),
        sa.Column("from_state", WORD),
        sa.Column("to_state", WORD, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["note"], ["notes.id"], ondelete="CASCADE"),
    )
    op.create_index(None, "note_events", ["note"])
    op.execute(f"INSERT INTO notes ({NOTE}) SELECT {NOTE} FROM nudges")  # noqa: S608  constants
    op.execute(
        "INSERT INTO note_events (note, from_state, to_state, at, why) "
        "SELECT nudge, from_state, to_state, at, why FROM nudge_events ORDER BY id"
    )
    if op.get_bind().dialect.name == "postgresql":  # rows that came with ids do not move it
        op.execute(
            "SELECT setval(pg_get_serial_sequence('notes', 'id'), "
            "(SELECT COALESCE(MAX(id), 0) + 1 FROM notes), false)"
        )
    op.drop_table("nudge_events")
    op.drop_table("nudges")


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("made", INSTANT, nullable=False),
        sa.Column("ends", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(None, "sessions", ["ends"])


def _preferences() -> None:
    op.add_column("calendars", sa.Column("working_days", sa.JSON))
    op.add_column("preferences", sa.Column("working_days", sa.JSON))
    op.add_column("preferences", sa.Column("quiet_from", sa.String(5)))
    op.add_column("preferences", sa.Column("quiet_to", sa.String(5)))


def _searches() -> None:
    """Let pages search decisions and holds by any of their words without reading the tables."""
    for table, other in (("decisions", "sender"), ("meeting_decisions", "organiser")):
        op.drop_index(f"ix_{table}_decided", table)
        op.create_index(None, table, ["decided", "id", "rule", "outcome", "mode", "reason"])
        op.create_index(None, table, ["mailbox", "decided", "id"])
        op.create_index(None, table, [other, "decided", "id"])
    op.drop_index("ix_holds_mailbox_state", "holds")
    op.create_index(None, "holds", ["mailbox", "state", "id"])
    op.create_index(None, "holds", ["state", "id"])
    op.create_index(None, "holds", ["rule", "state", "id"])
