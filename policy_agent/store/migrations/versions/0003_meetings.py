"""Meetings: what is kept of calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
WORD = sa.String(20)
BLOCK_OUT_STATES = ("wanted", "kept", "removing", "gone")


def upgrade() -> None:
    _block_outs()


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
