"""Facts of judged copies, and exemptions that come at run time with who changed them.

Copies that were judged before have no facts: nothing of them can be rehearsed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
WORD = sa.String(20)


def upgrade() -> None:
    _facts()
    _exemptions()


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("received", INSTANT, nullable=False),
        sa.Column("sender", sa.Text),
        sa.Column("sender_inside", sa.Boolean, nullable=False),
        sa.Column("sender_lists", sa.JSON, nullable=False),
        sa.Column("recipients", sa.JSON, nullable=False),
        sa.Column("recipient_lists", sa.JSON, nullable=False),
        sa.Column("outside", sa.Integer, nullable=False),
        sa.Column("importance", WORD, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("categories", sa.JSON, nullable=False),
        sa.Column("is_meeting", sa.Boolean, nullable=False),
        sa.Column("is_read", sa.Boolean, nullable=False),
        sa.Column("held_already", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "message"),
    )
    op.create_index(None, "facts", ["received"])


def _exemptions() -> None:
    op.create_table(
        "exemptions",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("rules", sa.JSON, nullable=False),
        sa.Column("teams", sa.JSON, nullable=False),
        sa.Column("people", sa.JSON, nullable=False),
        sa.Column("starts", sa.Date, nullable=False),
        sa.Column("ends", sa.Date, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("ended", INSTANT),
        sa.Column("ended_by", sa.Text),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "exemption_events",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("exemption", ROW_ID, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["exemption"], ["exemptions.id"]),
    )
    op.create_index(None, "exemption_events", ["exemption"])
