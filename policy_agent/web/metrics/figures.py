"""Figures that are looked up when somebody asks: what the store has, and how the process stands.

A store that does not answer takes its own figures away and no others, and `store_up` says so.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time

import structlog
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.health import Health, Running, look
from policy_agent.domain.counts import Said, Settled, SubscriptionCounts
from policy_agent.domain.exempting import state_of
from policy_agent.domain.meeting_rules import KeepMeeting, MeetingEtiquette, ProtectTime
from policy_agent.domain.outcomes import Outcome
from policy_agent.domain.rules import DeferEmail, Rule, Rulebook
from policy_agent.store.problems import StoreProblem
from policy_agent.web.dates import organisation_zone
from policy_agent.web.metrics import catalogue
from policy_agent.web.metrics.catalogue import Metric

log = structlog.get_logger()

# Nothing that was decided longer ago is still being written down: that is one transaction, of a
# batch that was read from the service since. What is counted once need not be counted each time.
SETTLES_AFTER = timedelta(hours=1)
KINDS: Mapping[type[Rule], str] = {
    DeferEmail: "defer-email",
    ProtectTime: "protect-time",
    MeetingEtiquette: "meeting-etiquette",
    KeepMeeting: "keep-meeting",
}
NO_RULE, RULE_GONE = "none", "unknown"  # in place of a kind

_Samples = Mapping[tuple[str, ...], float]


class Figures(Collector):
    """Looks everything up for one scrape; safe for several at a time."""

    def __init__(
        self,
        context: AgentContext,
        moment: Callable[[], Moment],
        running: Callable[[], Running],
    ) -> None:
        self._context = context
        self._moment = moment
        self._running = running
        self._known: Settled | None = None  # a cache only

    def collect(self) -> Iterator[Family]:
        """Yield every family; those of the store are left out where it does not answer."""
        moment = self._moment()
        running = self._running()
        rulebook = self._context.current.policy.rulebook
        try:
            stored = self._stored(running, rulebook, moment)
        except StoreProblem as broken:
            log.warning("figures_not_read", problem=str(broken))
            stored = []
        yield _family(catalogue.STORE_UP, {(): 1 if stored else 0})
        yield from stored
        yield from self._process(running, rulebook, moment)

    def _stored(self, running: Running, rulebook: Rulebook, moment: Moment) -> list[Family]:
        store = self._context.store
        health = look(self._context, running, moment.now)
        looks = store.meeting_look_counts()
        clashes = dict.fromkeys((rule.name for rule in rulebook.protect_time), 0)
        return [
            *_decided(self._decisions(moment), rulebook),
            _family(catalogue.MEETING_LOOKS, {(r, str(why)): n for (r, why), n in looks.items()}),
            _family(catalogue.CLASHES, _by_name(clashes | dict(store.clash_counts()))),
            _family(catalogue.EXEMPTIONS, self._exemptions(rulebook, moment)),
            *_of_health(health),
        ]

    def _decisions(self, moment: Moment) -> Mapping[Said, int]:
        counts, self._known = self._context.store.decision_counts(
            settled=moment.now - SETTLES_AFTER, known=self._known
        )
        return counts

    def _exemptions(self, rulebook: Rulebook, moment: Moment) -> _Samples:
        today = moment.now.astimezone(organisation_zone(rulebook)).date()
        future, active, ended = self._context.store.exemption_counts(today=today)
        written = Counter(
            state_of(one, today) for one in self._context.current.policy.written.exemptions
        )
        return {
            ("future",): future + written["to come"],
            ("active",): active + written["in force"],
            ("ended",): ended + written["over"],
        }

    def _process(self, running: Running, rulebook: Rulebook, moment: Moment) -> Iterator[Family]:
        current, token = self._context.current, running.service.token
        yield _family(catalogue.READY, {(): running.ready})
        yield _family(catalogue.WATCHING, {(): running.watching})
        swept: dict[str, datetime | None] = {
            "inbox": running.swept_since,
            "calendar": running.calendars_swept_since,
        }
        yield _family(catalogue.LAST_SWEEP, {(what,): _at(when) for what, when in swept.items()})
        yield _family(catalogue.RULEBOOK, {(rulebook.hash,): 1})
        done = current.last_reload
        yield _family(catalogue.RELOADED, {(): done is None or done.success})
        yield _family(catalogue.RELOADED_AT, {(): _at(current.last_success)})
        known: _Samples = {
            (name,): _at(datetime.combine(calendar.known_until, wall_time(), calendar.zone))
            for name, calendar in rulebook.calendars.items()
            if calendar.known_until is not None
        }
        yield _family(catalogue.HOLIDAYS, known)
        good = token.good_for or timedelta()
        yield _family(catalogue.TOKEN_GOOD_FOR, {(): good.total_seconds()})
        ago = token.refused_ago
        refused = None if ago is None else moment.machine - ago
        yield _family(catalogue.TOKEN_REFUSED, {(): _at(refused)})


def _decided(counts: Mapping[Said, int], rulebook: Rulebook) -> Iterator[Family]:
    kinds = {rule.name: KINDS[type(rule)] for rule in rulebook.rules}
    samples: Counter[tuple[str, ...]] = Counter()
    errors = 0
    for said, number in counts.items():
        kind = _kind(said, kinds)
        samples[said.rule, kind, said.mode, said.outcome, said.reason] += number
        errors += number if said.outcome is Outcome.ERROR else 0
    yield _family(catalogue.DECISIONS, samples)
    yield _family(catalogue.DECISION_ERRORS, {(): errors})


def _kind(said: Said, kinds: Mapping[str, str]) -> str:
    """Return the kind of the rule; of one that is gone only that of mail is still known."""
    if not said.rule:
        return NO_RULE
    gone = KINDS[DeferEmail] if said.about == "mail" else RULE_GONE
    return kinds.get(said.rule, gone)


def _of_health(health: Health) -> Iterator[Family]:
    holds, watched, calendars, notes = health.holds, health.watched, health.calendars, health.notes
    made = holds.oldest_made
    lasted = timedelta() if made is None else max(timedelta(), health.now - made)
    yield _family(catalogue.HELD, {(): holds.open})
    yield _family(catalogue.OLDEST_HELD, {(): lasted.total_seconds()})
    yield _family(catalogue.OVERDUE, {(): holds.overdue})
    yield _family(catalogue.NOTES_WAITING, {(): notes.waiting})
    yield _family(catalogue.NOTES_GIVEN_UP, {(): notes.given_up})
    in_scope = {"in_scope": watched.mailboxes, "parked": watched.parked}
    yield _family(catalogue.MAILBOXES, _by_name(in_scope))
    covered = {
        "covered": calendars.covered,
        "parked": calendars.parked,
        "seen_whole": calendars.seen_whole,
    }
    yield _family(catalogue.CALENDARS, _by_name(covered))
    inboxes = _subscribed("inbox", watched.inboxes)
    yield _family(catalogue.SUBSCRIPTIONS, inboxes | _subscribed("calendar", watched.calendars))
    pending = {"inbox": health.pending_arrivals, "calendar": calendars.pending_notices}
    yield _family(catalogue.PENDING, _by_name(pending))


def _subscribed(what: str, counts: SubscriptionCounts) -> dict[tuple[str, ...], float]:
    return {(what, "wanted"): counts.wanted, (what, "live"): counts.live}


def _by_name(counts: Mapping[str, int]) -> _Samples:
    return {(name,): count for name, count in counts.items()}


def _at(moment: datetime | None) -> float:
    return 0.0 if moment is None else moment.astimezone(UTC).timestamp()


def _family(metric: Metric, samples: _Samples) -> Family:
    """Return a metric with these samples, by the values of its labels."""
    if metric.type == "info":
        info = InfoMetricFamily(metric.name.removesuffix("_info"), metric.says)
        for labels in samples:
            info.add_metric((), dict(zip(metric.labels, labels, strict=True)))
        return info
    kind = CounterMetricFamily if metric.type == "counter" else GaugeMetricFamily
    family = kind(metric.name, metric.says, labels=metric.labels)
    for labels, value in samples.items():
        family.add_metric(labels, float(value))
    return family


__all__ = ["KINDS", "SETTLES_AFTER", "Figures"]
