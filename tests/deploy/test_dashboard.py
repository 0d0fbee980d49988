"""The dashboard is held to the metrics that there are, and is one that Grafana can import."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from policy_agent.web.metrics.catalogue import METRICS
from tests.deploy.promql import ROOT, complaints, metric_of, read, result_labels

TEXT = (ROOT / "deploy" / "grafana-dashboard.json").read_text(encoding="utf-8")
BOARD: dict[str, Any] = json.loads(TEXT)
PANELS: list[dict[str, Any]] = [one for one in BOARD["panels"] if one["type"] != "row"]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
# of https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/
UNITS = {"short", "s", "reqps", "bytes", "percentunit", "none"}
# told on the dashboard by others: a paragraph of a page, or figures that the panels are made of
NOT_SHOWN = {
    "policy_agent_meeting_looks_total",
    "policy_agent_ready",
    "policy_agent_token_last_refused_timestamp_seconds",
}


def title(panel: dict[str, Any]) -> str:
    return str(panel["title"])


def expressions() -> Iterator[str]:
    for panel in PANELS:
        for target in panel["targets"]:
            yield target["expr"]
    for note in BOARD["annotations"]["list"]:
        yield note["expr"]


def test_it_asks_which_data_source_and_names_none() -> None:
    (source, rule) = BOARD["templating"]["list"]
    assert (source["name"], source["type"], source["query"]) == (
        "datasource",
        "datasource",
        "prometheus",
    )
    asked = re.fullmatch(r"label_values\((\w+), (\w+)\)", rule["query"]["query"])
    assert asked is not None
    metric = metric_of(asked[1])
    assert metric is not None
    assert asked[2] in metric.labels
    assert set(re.findall(r'"uid": "([^"]+)"', TEXT)) == {"${datasource}", "policy-agent"}
    assert BOARD["id"] is None


def test_panels_are_named_once_and_do_not_overlap() -> None:
    assert len({title(panel) for panel in PANELS}) == len(PANELS)
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        covers = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not covers & taken, title(panel)
        taken |= covers


@pytest.mark.parametrize("panel", PANELS, ids=title)
def test_a_panel_has_a_description_a_unit_and_asks_for_what_there_is(panel: dict[str, Any]) -> None:
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    if panel["type"] == "timeseries":
        assert panel["fieldConfig"]["defaults"]["custom"]["axisLabel"]
    for target in panel["targets"]:
        assert target["datasource"]["uid"] == "${datasource}"
        assert list(complaints(target["expr"])) == []
        shown = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        assert shown <= result_labels(target["expr"])


def test_every_metric_is_shown_but_for_a_few() -> None:
    shown = {
        metric.name
        for expression in expressions()
        for one in read(expression).selected
        if (metric := metric_of(one.name)) is not None
    }
    assert {metric.name for metric in METRICS} - shown == NOT_SHOWN


def test_panels_that_the_runbook_names_are_there() -> None:
    named = set(re.findall(r"panel \*(.*?)\*", " ".join(RUNBOOK.split())))
    assert named
    assert named <= {title(panel) for panel in PANELS}
