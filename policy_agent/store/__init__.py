"""What outlives the process: SQLite by default, PostgreSQL by URL."""

from policy_agent.store.decisions import DecisionRow
from policy_agent.store.holds import HoldEvent
from policy_agent.store.meeting_decisions import MeetingDecisionRow
from policy_agent.store.problems import StoreProblem
from policy_agent.store.store import Store

__all__ = ["DecisionRow", "HoldEvent", "MeetingDecisionRow", "Store", "StoreProblem"]
