"""What is kept of calendars and meetings: what is watched, decided, said and chosen.

Types are spelt out here, and not taken from `meeting_tables.py`, so that this step stays what it
was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
WORD = sa.String(20)
KEPT_STATES = ("planned", "held", "cancelled", "rebooked", "lapsed", "dropped")
BLOCK_OUT_STATES = ("wanted", "kept", "removing", "gone")


def upgrade() -> None:
    _calendars()
    _meeting_decisions()
    _judges()
    _nudges()
    _findings()
    _preferences()
    _clashes()
    _block_outs()
    _kept_meetings()


def _calendars() -> None:
    op.add_column("subscriptions", sa.Column("what", WORD, nullable=False, server_default="inbox"))
    op.create_table(
        "calendars",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("purpose", sa.Text),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("owner_asked", INSTANT),
        sa.Column("viewed", INSTANT),
        sa.Column("viewed_to", INSTANT),
        sa.Column("viewed_by", sa.Text),
        sa.Column("changed_since", INSTANT),
        sa.Column("parked_until", INSTANT),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "leave",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("starts", INSTANT, nullable=False),
        sa.Column("ends", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(None, "leave", ["person", "source"])
    op.create_index(None, "leave", ["ends"])
    op.create_table(
        "event_notices",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("accepted", INSTANT, nullable=False),
        sa.Column("notices", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("leased_by", sa.Text),
        sa.Column("free_from", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mailbox", "event"),
        sqlite_autoincrement=True,
    )


def _meeting_decisions() -> None:
    op.create_table(
        "meeting_decisions",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("organiser", sa.Text),
        sa.Column("starts", INSTANT, nullable=False),
        sa.Column("ends", INSTANT, nullable=False),
        sa.Column("decided", INSTANT, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("outcome", WORD, nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("where_file", sa.Text, nullable=False),
        sa.Column("where_line", sa.Integer, nullable=False),
        sa.Column("rulebook", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(None, "meeting_decisions", ["uid"])
    op.create_index(None, "meeting_decisions", ["decided"])
    op.create_index(None, "meeting_decisions", ["starts"])
    op.create_table(
        "meeting_counts",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "rule", "reason"),
    )


def _judges() -> None:
    op.create_table(
        "meeting_judges",
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("uid"),
    )
    op.create_index(None, "meeting_judges", ["mailbox"])
    op.create_table(
        "series_uids",
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("uid", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "series"),
    )


def _nudges() -> None:
    states = ("planned", "drafted", "sent", "given_up")
    op.create_table(
        "nudges",
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
        sa.CheckConstraint(sa.column("state").in_(states), name="state"),
        sqlite_autoincrement=True,
    )
    op.create_index(None, "nudges", ["settled", "not_before"])
    op.create_index(None, "nudges", ["person", "kind", "ended"])
    op.create_index(None, "nudges", ["state", "ended"])
    op.create_table(
        "nudge_events",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("nudge", ROW_ID, nullable=False),
        sa.Column("from_state", WORD),
        sa.Column("to_state", WORD, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["nudge"], ["nudges.id"], ondelete="CASCADE"),
    )
    op.create_index(None, "nudge_events", ["nudge"])


def _findings() -> None:
    states = ("open", "told", "over")
    op.create_table(
        "findings",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("check", WORD, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("starts", INSTANT, nullable=False),
        sa.Column("more", sa.Integer, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("nudge", sa.Text),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("series", "rule", "check"),
        sa.CheckConstraint(sa.column("state").in_(states), name="state"),
    )
    op.create_index(None, "findings", ["state", "since"])
    op.create_index(None, "findings", ["person", "state"])
    op.create_index(None, "findings", ["nudge"])


def _preferences() -> None:
    op.create_table(
        "keys",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("made", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "preferences",
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("etiquette_nudges", sa.Boolean, nullable=False),
        sa.Column("changed", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("person"),
    )


def _clashes() -> None:
    states = ("observed", "listed", "open", "nudged", "acting", "done", "mended", "passed")
    op.create_table(
        "clashes",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("master", sa.Text),
        sa.Column("organiser", sa.Text),
        sa.Column("state", WORD, nullable=False),
        sa.Column("every", sa.Boolean, nullable=False),
        sa.Column("first", INSTANT, nullable=False),
        sa.Column("last", INSTANT, nullable=False),
        sa.Column("ahead", sa.Integer, nullable=False),
        sa.Column("found", INSTANT, nullable=False),
        sa.Column("told", INSTANT),
        sa.Column("act_at", INSTANT),
        sa.Column("planned", sa.Boolean, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("slots", sa.JSON, nullable=False),
        sa.Column("leased_by", sa.Text),
        sa.Column("free_from", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rule", "series"),
        sa.CheckConstraint(sa.column("state").in_(states), name="state"),
        sqlite_autoincrement=True,
    )
    for columns in (
        ["series"],
        ["mailbox", "state"],
        ["master"],
        ["state", "act_at"],
        ["state", "last"],
    ):
        op.create_index(None, "clashes", columns)
    _clash_occurrences()
    _clash_answers()
    op.create_table(
        "clash_events",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("clash", ROW_ID, nullable=False),
        sa.Column("from_state", WORD),
        sa.Column("to_state", WORD, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["clash"], ["clashes.id"], ondelete="CASCADE"),
    )
    op.create_index(None, "clash_events", ["clash"])


def _clash_occurrences() -> None:
    op.create_table(
        "clash_occurrences",
        sa.Column("clash", ROW_ID, nullable=False),
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("starts", INSTANT, nullable=False),
        sa.Column("ends", INSTANT, nullable=False),
        sa.Column("affected", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("clash", "uid"),
        sa.ForeignKeyConstraint(["clash"], ["clashes.id"], ondelete="CASCADE"),
    )
    op.create_index(None, "clash_occurrences", ["event"])


def _clash_answers() -> None:
    states = ("planned", "done", "given_up")
    op.create_table(
        "clash_answers",
        sa.Column("clash", ROW_ID, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("starts", INSTANT, nullable=False),
        sa.Column("ends", INSTANT, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("tell", sa.Boolean, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("ended", INSTANT),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("clash", "person", "uid"),
        sa.ForeignKeyConstraint(["clash"], ["clashes.id"], ondelete="CASCADE"),
        sa.CheckConstraint(sa.column("state").in_(states), name="state"),
    )
    op.create_index(None, "clash_answers", ["clash", "state"])


def _block_outs() -> None:
    op.create_table(
        "block_outs",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("event", sa.Text),
        sa.Column("tried", sa.Boolean, nullable=False),
        sa.Column("wanted", sa.JSON),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("skipped", sa.JSON, nullable=False),
        sa.Column("kept_since", INSTANT),
        sa.Column("due", sa.Boolean, nullable=False),
        sa.Column("not_before", INSTANT),
        sa.Column("leased_by", sa.Text),
        sa.Column("free_from", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mailbox", "rule"),
        sa.CheckConstraint(sa.column("state").in_(BLOCK_OUT_STATES), name="state"),
        sqlite_autoincrement=True,
    )
    op.create_index(None, "block_outs", ["due", "free_from"])
    op.create_index(None, "block_outs", ["event"])
    op.create_table(
        "block_out_repairs",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("block_out", ROW_ID, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("starts", INSTANT),
        sa.Column("ends", INSTANT),
        sa.Column("asked", INSTANT, nullable=False),
        sa.Column("done", INSTANT),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("block_out", "event"),
        sa.ForeignKeyConstraint(["block_out"], ["block_outs.id"], ondelete="CASCADE"),
    )


def _kept_meetings() -> None:
    op.create_table(
        "kept_meetings",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("master", sa.Text),
        sa.Column("own", sa.Boolean, nullable=False),
        sa.Column("organiser", sa.Text),
        sa.Column("starts", INSTANT, nullable=False),
        sa.Column("ends", INSTANT, nullable=False),
        sa.Column("first_starts", INSTANT, nullable=False),
        sa.Column("moves", sa.Integer, nullable=False),
        sa.Column("moved", INSTANT),
        sa.Column("first_seen", INSTANT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("attending", sa.Integer, nullable=False),
        sa.Column("rebook", sa.Boolean, nullable=False),
        sa.Column("missed", INSTANT),
        sa.Column("ended", INSTANT),
        sa.Column("cancelled_by", sa.Text),
        sa.Column("notice_hours", sa.Integer),
        sa.Column("nudged", INSTANT),
        sa.Column("due", INSTANT),
        sa.Column("leased_by", sa.Text),
        sa.Column("free_from", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid", "rule"),
        sa.CheckConstraint(sa.column("state").in_(KEPT_STATES), name="state"),
        sqlite_autoincrement=True,
    )
    for columns in (["due"], ["mailbox", "state"], ["event"], ["master"], ["rule", "starts"]):
        op.create_index(None, "kept_meetings", columns)
    op.create_table(
        "kept_people",
        sa.Column("kept", ROW_ID, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("declined", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("kept", "person"),
        sa.ForeignKeyConstraint(["kept"], ["kept_meetings.id"], ondelete="CASCADE"),
    )
    op.create_index(None, "kept_people", ["person"])
    op.create_table(
        "kept_events",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("kept", ROW_ID, nullable=False),
        sa.Column("from_state", WORD),
        sa.Column("to_state", WORD, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["kept"], ["kept_meetings.id"], ondelete="CASCADE"),
    )
    op.create_index(None, "kept_events", ["kept"])
    op.create_table(
        "leave_days",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("day", "person"),
    )
