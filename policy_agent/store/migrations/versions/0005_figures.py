"""Figures by team: who was in which team, counts by day, measures of meetings, closed months.

Nothing of older rows changes: days that were decided before are counted when the daemon starts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
WORD = sa.String(20)


def upgrade() -> None:
    _placements()
    _mail()
    _meetings()
    _reports()


def _placements() -> None:
    op.create_table(
        "placements",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("since", INSTANT),
        sa.Column("until", INSTANT),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(None, "placements", ["person"])
    op.create_index(None, "placements", ["until"])


def _mail() -> None:
    op.create_table(
        "rolled_days",
        sa.Column("batch", sa.Date, nullable=False),
        sa.Column("counted", INSTANT, nullable=False),
        sa.Column("copies", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("batch"),
    )
    op.create_table(
        "mail_figures",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("batch", sa.Date, nullable=False),
        sa.Column("hour", sa.SmallInteger, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("outcome", WORD, nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint(
            "day", "batch", "hour", "rule", "team", "outcome", "mode", "reason", "urgent"
        ),
    )
    op.create_index(None, "mail_figures", ["batch"])
    op.create_table(
        "mail_hours",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("batch", sa.Date, nullable=False),
        sa.Column("hour", sa.SmallInteger, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "batch", "hour"),
    )
    op.create_index(None, "mail_hours", ["batch"])
    op.create_table(
        "decision_totals",
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("outcome", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("copies", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("rule", "mode", "outcome", "reason"),
    )
    op.create_table(
        "rule_days",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("window", sa.Boolean, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("there", sa.Integer, nullable=False),
        sa.Column("counted", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("day", "rule", "team"),
    )


def _meetings() -> None:
    op.create_table(
        "meetings",
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("master", sa.Text),
        sa.Column("organiser", sa.Text),
        sa.Column("starts", INSTANT, nullable=False),
        sa.Column("ends", INSTANT, nullable=False),
        sa.Column("booked", INSTANT),
        sa.Column("after", INSTANT),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("online", sa.Boolean, nullable=False),
        sa.Column("checks", sa.JSON, nullable=False),
        sa.Column("over", sa.JSON, nullable=False),
        sa.Column("gone", INSTANT),
        sa.Column("seen", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("uid"),
    )
    op.create_index(None, "meetings", ["starts"])
    op.create_index(None, "meetings", ["mailbox", "starts"])


def _reports() -> None:
    op.create_table(
        "closed_months",
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("closed", INSTANT, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("month"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("before", INSTANT, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(None, "erasures", ["at"])
    op.create_table(
        "survey_answers",
        sa.Column("year", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("year", "question", "team", "answer"),
    )
