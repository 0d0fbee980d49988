"""The alert rules are held to the metrics that there are, and to the runbook."""

import re
from typing import Any

import pytest
import yaml
from promql_parser import parse_duration

from policy_agent.cli.main import COMMANDS
from policy_agent.settings import PREFIX, Settings
from tests.deploy.promql import ROOT, complaints, metric_of, read, result_labels

GROUPS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8")
)["groups"]
ALERTS: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", RUNBOOK, flags=re.MULTILINE | re.DOTALL))
CODE = "".join(
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "policy_agent").rglob("*.py"))
)
# https://prometheus.io/docs/prometheus/latest/configuration/template_reference/
FUNCTIONS = {"humanize", "humanizeDuration", "humanizePercentage"}


def named(alert: dict[str, Any]) -> str:
    return str(alert["alert"])


def test_groups_and_alerts_are_named_once() -> None:
    assert all(set(group) == {"name", "rules"} for group in GROUPS)
    assert len({group["name"] for group in GROUPS}) == len(GROUPS)
    assert len({named(alert) for alert in ALERTS}) == len(ALERTS) > 20


@pytest.mark.parametrize("alert", ALERTS, ids=named)
def test_an_alert_says_all_that_it_should(alert: dict[str, Any]) -> None:
    assert set(alert) - {"for"} == {"alert", "expr", "labels", "annotations"}
    assert re.fullmatch(r"PolicyAgent[A-Z][A-Za-z]+", alert["alert"])
    assert alert["labels"].keys() == {"severity"}
    assert alert["labels"]["severity"] in {"critical", "warning"}
    assert alert["annotations"].keys() == {"summary", "description", "runbook"}
    assert parse_duration(alert.get("for", "1m")).total_seconds() >= 60


@pytest.mark.parametrize("alert", ALERTS, ids=named)
def test_an_alert_asks_for_metrics_and_labels_that_there_are(alert: dict[str, Any]) -> None:
    assert list(complaints(alert["expr"])) == []


@pytest.mark.parametrize("alert", ALERTS, ids=named)
def test_figures_of_the_store_are_never_summed_over_processes(alert: dict[str, Any]) -> None:
    for one in read(alert["expr"]).selected:
        metric = metric_of(one.name)
        if metric is not None and metric.source == "store":
            by = r"(by \([a-z_, ]+\) |without \(instance\) )?"
            function = r"(?:increase|delta)?\(*"
            wanted = rf"(max|min) ?{by}\({function}{one.name}"
            assert re.search(wanted, " ".join(alert["expr"].split())), one.name


@pytest.mark.parametrize("alert", ALERTS, ids=named)
def test_the_texts_of_an_alert_can_be_filled_in(alert: dict[str, Any]) -> None:
    for text in (alert["annotations"]["summary"], alert["annotations"]["description"]):
        places = re.findall(r"{{ (.*?) }}", text)
        assert text.count("{{") == text.count("}}") == len(places)
        for place in places:
            value, _, function = place.partition(" | ")
            assert not function or function in FUNCTIONS
            label = value.removeprefix("$labels.")
            assert value == "$value" or label in result_labels(alert["expr"]), place


def test_each_alert_has_a_paragraph_in_the_runbook_and_each_paragraph_an_alert() -> None:
    assert list(SECTIONS) == [named(alert) for alert in ALERTS]
    for alert in ALERTS:
        runbook = alert["annotations"]["runbook"]
        assert runbook == f"docs/runbook.md#{named(alert).lower()}"


@pytest.mark.parametrize("name", SECTIONS)
def test_a_paragraph_says_what_it_means_how_to_look_and_what_to_do(name: str) -> None:
    heads = re.findall(r"^\*\*(.*?):\*\*", SECTIONS[name], flags=re.MULTILINE)
    assert heads == ["For people", "Look", "Do"]


def test_the_runbook_names_what_there_is() -> None:
    settings = {PREFIX + name.upper() for name in Settings.model_fields}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", RUNBOOK)) <= settings
    commands = set(re.findall(r"`policy-agent ([a-z]+)", RUNBOOK))
    assert commands
    assert commands <= set(COMMANDS)
    events = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", RUNBOOK))
    assert "release_put_off" in events
    for event in events - {"holidays_known_until"}:
        assert re.search(rf'log\.\w+\(\s*"{event}"|"{event}"', CODE) or event.startswith(
            "policy_agent_"
        ), event
    alerts = {named(alert) for alert in ALERTS}
    assert set(re.findall(r"PolicyAgent[A-Z]\w+", RUNBOOK)) == alerts
    series = set(re.findall(r"`(policy_agent_\w+)`", RUNBOOK))
    assert all(metric_of(one) for one in series)
