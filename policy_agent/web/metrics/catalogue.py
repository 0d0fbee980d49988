"""Every metric there is: its name, labels and meaning, written once for the code and the page.

A label's value comes from a closed set, or is a name that the rulebook gives to a rule or calendar;
it is never an address, a subject, a person's name or an id.
"""

from dataclasses import dataclass
from typing import Literal

PREFIX = "policy_agent_"

# Where a figure comes from, and so how processes that share a store are put together: each tells
# the same of the store (take the maximum), and its own of itself (take the sum).
Source = Literal["store", "process"]
Type = Literal["counter", "gauge", "histogram", "info"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """One metric."""

    name: str
    type: Type
    says: str  # one sentence, with the unit
    source: Source
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()  # of a histogram, in seconds


METRICS: list[Metric] = []  # in the order of the page


def _metric(
    name: str,
    type_: Type,
    source: Source,
    says: str,
    *labels: str,
    buckets: tuple[float, ...] = (),
) -> Metric:
    made = Metric(
        name=PREFIX + name, type=type_, says=says, source=source, labels=labels, buckets=buckets
    )
    METRICS.append(made)
    return made


# what the rules say
DECISIONS = _metric(
    "decisions_total",
    "counter",
    "store",
    "Decisions of rules: one a rule and copy of a mail, or a rule and meeting that is new or has "
    "changed. Without a rule: no rule is about these people.",
    "rule",
    "kind",
    "mode",
    "outcome",
    "reason",
)
DECISION_ERRORS = _metric(
    "decision_errors_total",
    "counter",
    "store",
    "Decisions that could not be worked out: the mail was delivered, the meeting left alone.",
)
MEETING_LOOKS = _metric(
    "meeting_looks_total",
    "counter",
    "store",
    "Looks at a meeting of which a rule had nothing to say. Tells of work, not of meetings: one "
    "that is looked at twice counts twice.",
    "rule",
    "reason",
)
CLASHES = _metric(
    "clashes",
    "gauge",
    "store",
    "Meetings over a protected window that are still ahead, a series once.",
    "rule",
)
EXEMPTIONS = _metric(
    "exemptions",
    "gauge",
    "store",
    "Exemptions of the rulebook and those made at run time: future, active or ended.",
    "state",
)
# mail on hold
HELD = _metric(
    "held_messages", "gauge", "store", "Copies of mails on hold, those being moved included."
)
OLDEST_HELD = _metric(
    "oldest_held_seconds", "gauge", "store", "How long the oldest hold has lasted; 0 without any."
)
OVERDUE = _metric(
    "release_overdue_messages",
    "gauge",
    "store",
    "Copies that should have been back more than five minutes ago.",
)
RELEASES = _metric(
    "releases_total",
    "counter",
    "process",
    "Holds that ended: released, sent_now (its sender asked), self_released (its person opened, "
    "moved or deleted it) or abandoned (never moved: it stayed delivered).",
    "result",
)
RELEASE_LAG = _metric(
    "release_lag_seconds",
    "histogram",
    "process",
    "How long after it was due a copy was back in the Inbox.",
    buckets=(1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400),
)
RELEASES_PUT_OFF = _metric(
    "releases_put_off_total",
    "counter",
    "process",
    "Tries to release a copy that the service would not do just then, by what it said.",
    "kind",
)
# messages to people
NUDGES = _metric("nudges_total", "counter", "process", "Nudges that were sent.", "kind")
RECEIPTS = _metric(
    "receipts_total",
    "counter",
    "process",
    "Receipts and digests to senders of held mail, and summaries to its recipients, that went out.",
    "kind",
)
NOTES_WAITING = _metric(
    "notes_waiting",
    "gauge",
    "store",
    "Nudges and receipts to be sent, now or in somebody's working hours.",
)
NOTES_GIVEN_UP = _metric(
    "notes_given_up",
    "gauge",
    "store",
    "Nudges and receipts of the last seven days that could not be sent.",
)
# what is watched
MAILBOXES = _metric(
    "mailboxes",
    "gauge",
    "store",
    "Mailboxes in_scope, and those of them that are parked: left alone for a day, for want of a "
    "licence or of access.",
    "state",
)
CALENDARS = _metric(
    "calendars",
    "gauge",
    "store",
    "Calendars that are covered, and those of them that are parked or were seen_whole once.",
    "state",
)
SUBSCRIPTIONS = _metric(
    "subscriptions",
    "gauge",
    "store",
    "Mailboxes and calendars that should have a subscription (wanted) and have one (live).",
    "what",
    "state",
)
PENDING = _metric(
    "pending_arrivals",
    "gauge",
    "store",
    "Notices of mail (inbox) and of events (calendar), written down and not yet worked off.",
    "what",
)
NOTIFICATIONS = _metric(
    "notifications_total",
    "counter",
    "process",
    "Items of change notifications that came in: of mail (inbox), of events (calendar), of the "
    "subscription itself (lifecycle), or of no subscription of ours (stranger).",
    "what",
)
SWEEP_FOUND = _metric(
    "sweep_found_total",
    "counter",
    "process",
    "Copies of mails that a sweep found and no notification had brought.",
)
LAST_SWEEP = _metric(
    "last_sweep_timestamp_seconds",
    "gauge",
    "process",
    "When the last whole sweep of inboxes or calendars began; 0: none since the process started.",
    "what",
)
# rulebook and holidays
RULEBOOK = _metric("rulebook_info", "info", "process", "The rulebook in force.", "hash")
RELOADED = _metric(
    "rulebook_last_reload_successful",
    "gauge",
    "process",
    "1: the last reload took effect; 0: it was refused, and the last good rulebook stays.",
)
RELOADED_AT = _metric(
    "rulebook_last_reload_success_timestamp_seconds",
    "gauge",
    "process",
    "When a reload last took effect; 0: none did since the process started.",
)
HOLIDAYS = _metric(
    "holidays_known_until_timestamp_seconds",
    "gauge",
    "process",
    "The last day of which a calendar of the rulebook knows whether it is a holiday.",
    "calendar",
)
# Microsoft Graph
REQUESTS = _metric(
    "graph_requests_total",
    "counter",
    "process",
    "Answers of Microsoft Graph by HTTP status; code 0: no answer. The parts of a batch count one "
    "by one, and the request they went in as operation batch.",
    "operation",
    "code",
)
DURATION = _metric(
    "graph_request_duration_seconds",
    "histogram",
    "process",
    "How long an answer of Microsoft Graph took; a part of a batch takes as long as its batch.",
    "operation",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
THROTTLED = _metric(
    "graph_throttled_seconds_total",
    "counter",
    "process",
    "Seconds of waiting before something was sent again, since Microsoft Graph throttled it or "
    "could not do it; threads wait side by side.",
)
TOKEN_GOOD_FOR = _metric(
    "token_good_for_seconds",
    "gauge",
    "process",
    "How long the current access token is good for; 0: there is none.",
)
TOKEN_REFUSED = _metric(
    "token_last_refused_timestamp_seconds",
    "gauge",
    "process",
    "When signing in was last refused or not answered; 0: never since the process started.",
)
# the daemon itself
READY = _metric("ready", "gauge", "process", "1: the first sweep is over.")
WATCHING = _metric(
    "watching",
    "gauge",
    "process",
    "1: mail is watched; 0: it only releases, since rulebook or teams cannot be read.",
)
STORE_UP = _metric(
    "store_up", "gauge", "process", "1: the store answers; 0: figures from the store are missing."
)
SCHEDULER_MISSED = _metric(
    "scheduler_missed_total",
    "counter",
    "process",
    "Ticks that never began, mostly since the one before was still running.",
    "job",
)
JOBS_FAILED = _metric(
    "jobs_failed_total",
    "counter",
    "process",
    "Runs of a job that an error stopped; it is tried again at the next tick.",
    "job",
)
JOB_DONE = _metric(
    "job_last_done_timestamp_seconds",
    "gauge",
    "process",
    "When a job last came to its end without an error, or was begun with.",
    "job",
)
REPORTS_SENT = _metric(
    "reports_sent_total",
    "counter",
    "process",
    "Monthly reports (report) and pages of one team (team_page) that were mailed, one a reader.",
    "kind",
)
BUILD = _metric("build_info", "info", "process", "What runs.", "version", "python")
