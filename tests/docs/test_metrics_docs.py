"""The page of metrics says what there is, and of each what it means."""

import re

import pytest

from policy_agent.settings import PREFIX as SETTING
from policy_agent.settings import Settings
from policy_agent.web.metrics import catalogue
from policy_agent.web.metrics.catalogue import METRICS, PREFIX, Metric
from tests.docs.pages import METRICS_PAGE, between, metrics_table

PAGE = METRICS_PAGE.read_text(encoding="utf-8")


def test_the_page_of_metrics_is_up_to_date() -> None:
    assert between(PAGE, "metrics") == metrics_table(), "run make docs"


def test_every_metric_of_the_code_is_in_the_catalogue_once() -> None:
    written = [value for value in vars(catalogue).values() if isinstance(value, Metric)]
    assert {metric.name for metric in written} == {metric.name for metric in METRICS}
    assert len({metric.name for metric in METRICS}) == len(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_and_meanings_are_as_prometheus_wants_them(metric: Metric) -> None:
    name = metric.name
    assert re.fullmatch(rf"{PREFIX}[a-z]+(_[a-z]+)*", name)
    assert name.endswith("_total") == (metric.type == "counter")
    assert name.endswith("_info") == (metric.type == "info")
    assert bool(metric.buckets) == (metric.type == "histogram")
    assert metric.says.endswith(".")
    assert all(re.fullmatch(r"[a-z]+", label) for label in metric.labels)


def test_settings_that_the_page_names_are_some() -> None:
    known = {SETTING + name.upper() for name in Settings.model_fields}
    named = set(re.findall(rf"{SETTING}[A-Z_]+[A-Z]", PAGE))
    assert named
    assert named <= known
