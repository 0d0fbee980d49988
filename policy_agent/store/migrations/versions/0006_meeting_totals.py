"""Sums of the decisions of meetings, which outlive the decisions themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WORD = sa.String(20)


def upgrade() -> None:
    op.create_table(
        "meeting_totals",
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("outcome", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("written", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("rule", "mode", "outcome", "reason"),
    )
    op.execute(
        "INSERT INTO meeting_totals (rule, mode, outcome, reason, written) "
        "SELECT rule, mode, outcome, reason, count(*) FROM meeting_decisions "
        "GROUP BY rule, mode, outcome, reason"
    )
