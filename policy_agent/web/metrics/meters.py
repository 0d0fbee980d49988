"""Counts what only this process knows, with the Prometheus client; every value begins at zero.

One registry an application: two of them in one process, as in tests, know nothing of each other.
"""

import platform
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

import policy_agent
from policy_agent.agent.meters import Notice
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.holds import OPEN_STATES, Hold, HoldState
from policy_agent.domain.notes import NoteKind
from policy_agent.web.metrics import catalogue
from policy_agent.web.metrics.catalogue import Metric

NOTES = {
    NoteKind.CLASH: catalogue.NUDGES,
    NoteKind.ETIQUETTE: catalogue.NUDGES,
    NoteKind.REBOOK: catalogue.NUDGES,
    NoteKind.WEEKEND_MAIL: catalogue.NUDGES,
    NoteKind.RECEIPT: catalogue.RECEIPTS,
    NoteKind.DIGEST: catalogue.RECEIPTS,
    NoteKind.SUMMARY: catalogue.RECEIPTS,
    NoteKind.REPORT: catalogue.REPORTS_SENT,
    NoteKind.TEAM_PAGE: catalogue.REPORTS_SENT,
}
_NOTICES: tuple[Notice, ...] = ("inbox", "calendar", "lifecycle", "stranger")
_STATUSES = range(100, 600)  # that HTTP has


class ProcessMeters:
    """The meters of the agent and of the graph room, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = self._info(catalogue.BUILD)
        build.info(
            {"version": policy_agent.__version__, "python": platform.python_version()},
        )
        self._releases = self._counter(catalogue.RELEASES)
        self._lag = self._histogram(catalogue.RELEASE_LAG)
        self._put_off = self._counter(catalogue.RELEASES_PUT_OFF)
        self._notes = {
            metric: self._counter(metric)
            for metric in (catalogue.NUDGES, catalogue.RECEIPTS, catalogue.REPORTS_SENT)
        }
        self._notices = self._counter(catalogue.NOTIFICATIONS)
        self._found = self._counter(catalogue.SWEEP_FOUND)
        self._requests = self._counter(catalogue.REQUESTS)
        self._durations = self._histogram(catalogue.DURATION)
        self._throttled = self._counter(catalogue.THROTTLED)
        self._missed = self._counter(catalogue.SCHEDULER_MISSED)
        self._failed = self._counter(catalogue.JOBS_FAILED)
        self._done = Gauge(
            catalogue.JOB_DONE.name,
            catalogue.JOB_DONE.says,
            catalogue.JOB_DONE.labels,
            registry=self.registry,
        )
        for state in set(HoldState) - OPEN_STATES:
            self._releases.labels(state)
        for kind, metric in NOTES.items():
            self._notes[metric].labels(kind)
        for what in _NOTICES:
            self._notices.labels(what)

    # what the agent tells

    def noticed(self, what: Notice, number: int) -> None:
        self._notices.labels(what).inc(number)

    def swept(self, found: int) -> None:
        self._found.inc(found)

    def ended(self, hold: Hold, lag: timedelta | None) -> None:
        self._releases.labels(hold.state).inc()
        if lag is not None:
            self._lag.observe(lag.total_seconds())

    def put_off(self, trouble: CallFailure) -> None:
        self._put_off.labels(trouble.kind).inc()

    def sent(self, kind: NoteKind) -> None:
        self._notes[NOTES[kind]].labels(kind).inc()

    def job_added(self, job: str) -> None:
        self._missed.labels(job)
        self._failed.labels(job)
        self._done.labels(job).set_to_current_time()  # else one that hangs at once is never missed

    def job_done(self, job: str) -> None:
        self._done.labels(job).set_to_current_time()

    def job_failed(self, job: str) -> None:
        self._failed.labels(job).inc()

    def job_missed(self, job: str) -> None:
        self._missed.labels(job).inc()

    # what the graph room tells

    def answered(self, operation: str, status: int, seconds: float) -> None:
        code = str(status) if status in _STATUSES else "0"
        self._requests.labels(operation, code).inc()
        self._durations.labels(operation).observe(seconds)

    def paused(self, seconds: float) -> None:
        self._throttled.inc(seconds)

    def _counter(self, metric: Metric) -> Counter:
        return Counter(metric.name, metric.says, metric.labels, registry=self.registry)

    def _histogram(self, metric: Metric) -> Histogram:
        return Histogram(
            metric.name, metric.says, metric.labels, buckets=metric.buckets, registry=self.registry
        )

    def _info(self, metric: Metric) -> Info:
        return Info(metric.name.removesuffix("_info"), metric.says, registry=self.registry)


__all__ = ["NOTES", "ProcessMeters"]
