"""What an expression of Prometheus asks for, read with Prometheus's own grammar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import promql_parser

from policy_agent.agent.meters import Notice
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.holds import OPEN_STATES, HoldState
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.web.metrics import catalogue
from policy_agent.web.metrics.catalogue import METRICS, Metric
from policy_agent.web.metrics.meters import NOTES

ROOT = Path(__file__).parents[2]
_DAEMON = (ROOT / "policy_agent" / "daemon.py").read_text(encoding="utf-8")
_GRAPH = "".join(
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "policy_agent/graph").glob("*.py"))
)

# What Prometheus adds to each series; `job` of ours is `exported_job` beside its own.
OF_THE_TARGET = frozenset({"instance", "job"})
STANDARD = frozenset({"up", "process_resident_memory_bytes", "process_cpu_seconds_total"})
_GRAFANAS = {"$__rate_interval": "5m", "$__range": "1d", "$__interval": "1m", "$rule": ".*"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Selected:
    """One selector: a metric and what its labels should be."""

    name: str
    matchers: tuple[tuple[str, str], ...]  # label and value, or pattern


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What an expression asks for."""

    selected: tuple[Selected, ...]
    grouped: frozenset[str]  # labels that it groups by
    aggregates: bool


def read(expression: str) -> Asked:
    """Read an expression; ValueError where Prometheus would refuse it."""
    for name, value in _GRAFANAS.items():
        expression = expression.replace(name, value)
    selected: list[Selected] = []
    grouped: set[str] = set()
    aggregated: list[str] = []

    def visit(node: Any) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            found = tuple((m.name, m.value) for m in node.matchers.matchers)
            selected.append(Selected(name=node.name or "", matchers=found))
        if isinstance(node, promql_parser.AggregateExpr):
            aggregated.append(str(node.op))
            grouped.update(node.modifier.labels if node.modifier is not None else ())
        return True

    promql_parser.walk(promql_parser.parse(expression), visit)
    return Asked(selected=tuple(selected), grouped=frozenset(grouped), aggregates=bool(aggregated))


def metric_of(series: str) -> Metric | None:
    """Return the metric that a series is of, if it is one of ours."""
    for metric in METRICS:
        names = {metric.name}
        if metric.type == "histogram":
            names = {f"{metric.name}_{end}" for end in ("bucket", "count", "sum")}
        if series in names:
            return metric
    return None


def labels_of(metric: Metric) -> frozenset[str]:
    """Return the labels that its series have in Prometheus."""
    own = {"exported_job" if label == "job" else label for label in metric.labels}
    return frozenset(own | OF_THE_TARGET | ({"le"} if metric.type == "histogram" else set()))


def result_labels(expression: str) -> frozenset[str]:
    """Return the labels that a result may have: those it is grouped by, or those of its series."""
    asked = read(expression)
    if asked.aggregates:
        return asked.grouped
    metrics = [metric_of(one.name) for one in asked.selected]
    return OF_THE_TARGET.union(*(labels_of(metric) for metric in metrics if metric is not None))


def complaints(expression: str) -> Iterator[str]:
    """Yield what of an expression could never be so."""
    asked = read(expression)
    known: set[str] = set(OF_THE_TARGET)
    if not asked.selected:
        yield "it asks for nothing"
    for one in asked.selected:
        metric = metric_of(one.name)
        if metric is None:
            if one.name not in STANDARD:
                yield f"there is no {one.name}"
            continue
        known |= labels_of(metric)
        for label, value in one.matchers:
            if label not in labels_of(metric):
                yield f"{one.name} has no label {label}"
                continue
            allowed = words_of(metric, label)
            for word in value.split("|"):
                if not any(re.fullmatch(word, each) for each in allowed):
                    yield f"{one.name}: {label} is never {word}"
    for label in sorted(asked.grouped - known):
        yield f"nothing of it has a label {label}"


def words_of(metric: Metric, label: str) -> frozenset[str]:
    """Return the words that a label may be, or one that stands for all where it is open."""
    ends = {str(state) for state in set(HoldState) - OPEN_STATES}
    by_metric: dict[tuple[str, str], set[str]] = {
        (catalogue.RELEASES.name, "result"): ends,
        (catalogue.RELEASES_PUT_OFF.name, "kind"): set(
            get_args(get_type_hints(CallFailure)["kind"])
        ),
        (catalogue.EXEMPTIONS.name, "state"): {"future", "active", "ended"},
        (catalogue.MAILBOXES.name, "state"): {"in_scope", "parked"},
        (catalogue.CALENDARS.name, "state"): {"covered", "parked", "seen_whole"},
        (catalogue.SUBSCRIPTIONS.name, "state"): {"wanted", "live"},
        (catalogue.NOTIFICATIONS.name, "what"): set(get_args(Notice)),
        **{
            (one.name, "kind"): {str(kind) for kind, where in NOTES.items() if where == one}
            for one in (catalogue.NUDGES, catalogue.RECEIPTS, catalogue.REPORTS_SENT)
        },
    }
    by_label: dict[str, set[str]] = {
        "outcome": set(Outcome),
        "reason": set(Reason),
        "mode": set(Mode),
        "what": {"inbox", "calendar"},
        "exported_job": set(re.findall(r'_tick\(scheduler, "(\w+)"', _DAEMON)),
        "operation": set(re.findall(r'operation="(\w+)"', _GRAPH)),
        "code": {"0", "200", "403", "429", "503"},
        "rule": {"weekend-email"},
        "job": {"policy-agent"},
    }
    return frozenset(by_metric.get((metric.name, label)) or by_label[label])
