"""What is kept of figures, as tables; the same rules as in `tables.py`.

Kept: counts by team and day, who was in which team when, measures of meetings, and what was told of
each closed month. Never kept: subjects, bodies, addresses.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
)

from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.store.tables import Instant, metadata, row_id, word

# Who counted in which team, from when until when; see `policy_agent.domain.placing`.
placements = Table(
    "placements",
    metadata,
    row_id(),
    Column("person", Text, nullable=False),
    Column("team", Text, nullable=False),  # empty: in none
    Column("since", Instant),  # null: as long as anything is known
    Column("until", Instant),  # null: still
    Index(None, "person"),
    Index(None, "until"),
)

# UTC days of which every decision of mail is counted in `mail_figures` and `decision_totals`.
rolled_days = Table(
    "rolled_days",
    metadata,
    Column("batch", Date, primary_key=True),  # the UTC day of `decided`
    Column("counted", Instant, nullable=False),  # tenant time
    Column("copies", BigInteger, nullable=False),  # decisions that it had, those without a rule too
)

# Decisions of mail, counted.
mail_figures = Table(
    "mail_figures",
    metadata,
    Column("day", Date, primary_key=True),  # of `received`, in the organisation's zone
    Column("batch", Date, primary_key=True),
    Column("hour", SmallInteger, primary_key=True),  # of that day's wall clock, 0 to 23
    Column("rule", Text, primary_key=True),  # empty: no rule was about these people
    Column("team", Text, primary_key=True),  # of the sender then; empty: in none
    Column("outcome", word(Outcome), primary_key=True),
    Column("mode", word(Mode), primary_key=True),
    Column("reason", word(Reason), primary_key=True),
    Column("urgent", Boolean, primary_key=True),
    Column("copies", Integer, nullable=False),
    Index(None, "batch"),
)

# Copies that rules are about and that came outside of all their windows: each once, however many
# rules are about it.
mail_hours = Table(
    "mail_hours",
    metadata,
    Column("day", Date, primary_key=True),  # as above
    Column("batch", Date, primary_key=True),
    Column("hour", SmallInteger, primary_key=True),
    Column("copies", Integer, nullable=False),
    Index(None, "batch"),
)

# All decisions of rolled days together, for as long as the store is there: retention leaves it.
decision_totals = Table(
    "decision_totals",
    metadata,
    Column("rule", Text, primary_key=True),  # empty: no rule was about these people
    Column("mode", word(Mode), primary_key=True),
    Column("outcome", word(Outcome), primary_key=True),
    Column("reason", word(Reason), primary_key=True),
    Column("copies", BigInteger, nullable=False),
)

# How many rows were ever written of `meeting_decisions`: retention leaves it.
meeting_totals = Table(
    "meeting_totals",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("mode", word(Mode), primary_key=True),
    Column("outcome", word(Outcome), primary_key=True),
    Column("reason", word(Reason), primary_key=True),
    Column("written", BigInteger, nullable=False),
)

# Each rule on each day: whom it was about, and how strongly it acted on them.
rule_days = Table(
    "rule_days",
    metadata,
    Column("day", Date, primary_key=True),  # in the organisation's zone
    Column("rule", Text, primary_key=True),
    Column("team", Text, primary_key=True),  # empty: people in none
    Column("kind", String(20), nullable=False),
    Column("mode", word(Mode), nullable=False),
    Column("window", Boolean, nullable=False),  # its window touches the day
    Column("people", Integer, nullable=False),  # of the team whom the rule is about
    # Of them, whose day it is: watched, working that day, and not on leave.
    Column("there", Integer, nullable=False),
    Column("counted", Instant, nullable=False),  # tenant time
)

# Measures of each meeting and occurrence that was judged, as it was seen last before it began: from
# two weeks before that on. Ids have no index of their own: what is ahead is found by `starts`.
meetings = Table(
    "meetings",
    metadata,
    Column("uid", Text, primary_key=True),  # the same in all mailboxes, its own an occurrence
    Column("mailbox", Text, nullable=False),  # whose copy was judged
    Column("event", Text, nullable=False),
    Column("master", Text),  # the series master's id there; null: a single meeting
    Column("organiser", Text),  # person id; null: nobody the directory knows
    Column("starts", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("booked", Instant),  # when it was made, or its series
    Column("after", Instant),  # when the organiser's meeting before it ends; null: not known
    Column("size", Integer, nullable=False),  # people in it, the organiser included
    Column("online", Boolean, nullable=False),
    # What etiquette said of it: rule → check → whether it found something.
    Column("checks", JSON, nullable=False),
    # Whose protected window it is over: rule → day of the window → person ids, sorted, without
    # those who declined.
    Column("over", JSON, nullable=False),
    Column("gone", Instant),  # cancelled or deleted, tenant time at which that was seen
    Column("seen", Instant, nullable=False),  # tenant time of the look that it was written by
    Index(None, "starts"),
    Index(None, "mailbox", "starts"),
)

# What is told of each month that is over, for good: `policy_agent.domain.months.ClosedMonth`.
closed_months = Table(
    "closed_months",
    metadata,
    Column("month", Date, primary_key=True),  # its first day
    Column("closed", Instant, nullable=False),
    Column("figures", JSON, nullable=False),
)

# What retention took away.
erasures = Table(
    "erasures",
    metadata,
    row_id(),
    Column("at", Instant, nullable=False),
    Column("what", Text, nullable=False),  # name of the table
    Column("before", Instant, nullable=False),  # rows older than that
    Column("rows", BigInteger, nullable=False),
    Index(None, "at"),
)

# Answers of the organisation's own workforce health check, as it counted them itself.
survey_answers = Table(
    "survey_answers",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("question", Text, primary_key=True),
    Column("team", Text, primary_key=True),  # empty: of everybody
    Column("answer", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("place", Integer, nullable=False),  # among the question's lines: answers have an order
)
