"""`GET /metrics`: to whom, in which formats, and what of it is left when the store is not."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain_text

import policy_agent
from policy_agent.agent.context import Moment, Reloaded
from policy_agent.agent.watch import Watch
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.counts import ServiceState, TokenState
from policy_agent.domain.holds import Hold, HoldState
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import NoteKind
from policy_agent.domain.outcomes import Decision, Outcome, Reason
from policy_agent.domain.rules import Exemption
from policy_agent.domain.where import NOWHERE
from policy_agent.rulebook.kinds import KINDS as KINDS_OF_THE_RULEBOOK
from policy_agent.store.problems import StoreProblem
from policy_agent.store.store import Store
from policy_agent.web.app import make_app
from policy_agent.web.metrics.catalogue import METRICS, PREFIX
from policy_agent.web.metrics.figures import KINDS, SETTLES_AFTER, Figures
from policy_agent.web.metrics.meters import NOTES, ProcessMeters
from policy_agent.web.metrics.page import MetricsPage
from tests.store.examples import SATURDAY, TUESDAY, delivered, record, ref
from tests.store.test_store_meeting_decisions import LUNCH
from tests.store.test_store_meeting_decisions import record as record_meetings
from tests.web.signed_in import RUNNING, Site
from tests.web.whole_site import Tenant, fill, open_site

TOKEN = "only Prometheus knows this"
OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"
# what a Prometheus 3 server asks with
ASKED = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,*/*;q=0.1"
)


@dataclass
class Scraped:
    """An application with metrics over the whole site's store."""

    site: Site
    meters: ProcessMeters
    client: TestClient

    def families(self) -> dict[str, Family]:
        shown = self.get(Accept=ASKED)
        assert shown.headers["Content-Type"].startswith("application/openmetrics-text")
        read: Any = open_metrics  # without types
        return {family.name: family for family in read(shown.text)}

    def values(self, name: str) -> dict[tuple[str, ...], float]:
        """Return the samples of one metric by their labels' values, in the order of the labels."""
        wanted = PREFIX + name
        (metric,) = (one for one in METRICS if one.name == wanted)
        return {
            tuple(sample.labels[label] for label in metric.labels): sample.value
            for family in self.families().values()
            for sample in family.samples
            if sample.name == wanted
        }

    def value(self, name: str) -> float:
        return self.values(name)[()]

    def get(self, **headers: str) -> Response:
        shown = {"Authorization": f"Bearer {TOKEN}", **headers}
        return self.client.get("/metrics", headers=shown)


@pytest.fixture
def scraped(tmp_path: Path) -> Iterator[Scraped]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        fill(store)
        site = open_site(store, Tenant())
        site.context.current.reloaded(Reloaded(at=SATURDAY, success=True))
        meters = ProcessMeters()
        meters.registry.register(Figures(site.context, lambda: site.moment, lambda: site.running))
        page = MetricsPage(registry=meters.registry, token=TOKEN)
        app = make_app(Watch(site.context), lambda: site.moment, dict, metrics=page)
        yield Scraped(site=site, meters=meters, client=TestClient(app))


# to whom


@pytest.mark.parametrize(
    "shown",
    ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer \u00e9"],
)
def test_nobody_is_shown_metrics_without_the_token(scraped: Scraped, shown: str) -> None:
    answer = scraped.client.get("/metrics", headers={b"Authorization": shown.encode()})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "POLICY_AGENT_METRICS_TOKEN" in answer.text
    assert "held_messages" not in answer.text


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer ", "Bearer None"])
def test_without_a_token_in_the_settings_nobody_is_shown_them(scraped: Scraped, shown: str) -> None:
    page = MetricsPage(registry=CollectorRegistry(), token=None)
    app = make_app(Watch(scraped.site.context), lambda: scraped.site.moment, dict, metrics=page)
    answer = TestClient(app).get("/metrics", headers={"Authorization": shown})
    assert answer.status_code == 401


# formats


def test_every_metric_is_told_and_nothing_else(scraped: Scraped) -> None:
    use_everything(scraped.meters)
    record_meetings(scraped.site.store, LUNCH)
    shown = scraped.families()
    ours = {one.name: one for one in METRICS}
    told = {sample.name: family for family in shown.values() for sample in family.samples}
    for name, metric in ours.items():
        family = told[f"{name}_count" if metric.type == "histogram" else name]
        assert family.type == metric.type
        assert family.documentation == metric.says
    suffixes = ("_bucket", "_count", "_sum", "_created")
    known = {*ours, *(name.removesuffix("_total") + end for name in ours for end in suffixes)}
    assert {name for name in told if not name.startswith("process_")} <= known


def test_labels_are_those_that_are_documented(scraped: Scraped) -> None:
    use_everything(scraped.meters)
    ours = {one.name: one for one in METRICS}
    for family in scraped.families().values():
        for sample in family.samples:
            metric = ours.get(sample.name)
            if metric is not None:
                assert tuple(sorted(sample.labels)) == tuple(sorted(metric.labels)), sample


def test_the_text_format_tells_the_same(scraped: Scraped) -> None:
    shown = scraped.get()
    assert shown.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    text = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in plain_text(shown.text)
        for sample in family.samples
    }
    said = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in scraped.families().values()
        for sample in family.samples
    }
    steady = {key for key in said if not key[0].startswith("process_")}
    assert {key: text[key] for key in steady} == {key: said[key] for key in steady}


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (OPEN, "application/openmetrics-text; version=1.0.0"),
        (ASKED, "application/openmetrics-text; version=1.0.0"),
        ("*/*", "text/plain; version=0.0.4"),
        ("application/openmetrics-text; version=abc", "text/plain; version=0.0.4"),
        ("text/plain; version=1.x", "text/plain; version="),
        ("application/openmetrics-text; version=99.x", "application/openmetrics-text; "),
        ("application/openmetrics-text; version=2.0.0", "application/openmetrics-text; version=2"),
        ("text/plain; version=7.7.7", "text/plain; version="),
        (", ;=,; version=;escaping", "text/plain; version=0.0.4"),
        ("x" * 10_000, "text/plain; version=0.0.4"),
        ("application/openmetrics-text; version=1.0.0; escaping=nonsense", "application/open"),
    ],
)
def test_the_format_is_the_one_that_was_asked_for(
    scraped: Scraped, accept: str, answered: str
) -> None:
    shown = scraped.get(Accept=accept)
    assert shown.status_code == 200
    assert shown.headers["Content-Type"].startswith(answered)
    assert shown.headers["Cache-Control"] == "no-store"


# what the store has


def test_what_is_on_hold_is_counted_and_how_long_it_has_been(scraped: Scraped) -> None:
    scraped.site.moment = Moment(now=TUESDAY + timedelta(minutes=6), machine=TUESDAY)
    assert scraped.value("held_messages") == 2
    assert (
        scraped.value("oldest_held_seconds")
        == (TUESDAY + timedelta(minutes=6) - SATURDAY).total_seconds()
    )
    assert scraped.value("release_overdue_messages") == 2
    assert scraped.value("store_up") == 1


def test_decisions_of_mail_and_of_meetings_have_the_kind_of_their_rule(scraped: Scraped) -> None:
    found = scraped.values("decisions_total")
    assert found["weekend-email", "defer-email", "enforce", "hold", "in_window"] == 4
    kinds = {(labels[0], labels[1]) for labels in found}
    assert kinds <= {
        (rule.name, KINDS[type(rule)])
        for rule in scraped.site.context.current.policy.rulebook.rules
    } | {("", "none")}


def test_a_rule_that_is_gone_keeps_its_decisions(scraped: Scraped) -> None:
    rulebook = scraped.site.context.current.policy.rulebook
    bare = replace(rulebook, rules=())
    scraped.site.context.current.policy = replace(
        scraped.site.context.current.policy, rulebook=bare
    )
    found = scraped.values("decisions_total")
    assert found["weekend-email", "defer-email", "enforce", "hold", "in_window"] == 4
    assert {labels[1] for labels in found} == {"defer-email", "unknown"}


def test_errors_are_counted_from_nought(scraped: Scraped) -> None:
    assert scraped.value("decision_errors_total") == 0
    broken = Decision(
        rule="weekend-email",
        outcome=Outcome.ERROR,
        mode=Mode.ENFORCE,
        reason=Reason.FAULT,
        detail="",
        where=NOWHERE,
    )
    record(scraped.site.store, replace(delivered(ref("broken")), decisions=(broken,)))
    assert scraped.value("decision_errors_total") == 1


def test_decisions_count_from_the_moment_they_are_written(scraped: Scraped) -> None:
    before = sum(scraped.values("decisions_total").values())
    record(scraped.site.store, delivered(ref("new")), now=scraped.site.moment.now)
    assert sum(scraped.values("decisions_total").values()) == before + 1
    later = scraped.site.moment.now + 2 * SETTLES_AFTER
    scraped.site.moment = Moment(now=later, machine=later)
    record(scraped.site.store, delivered(ref("newer")), now=later)
    assert sum(scraped.values("decisions_total").values()) == before + 2
    assert sum(scraped.values("decisions_total").values()) == before + 2


def test_exemptions_of_the_rulebook_and_of_run_time_are_counted_together(scraped: Scraped) -> None:
    before = scraped.values("exemptions")
    assert set(before) == {("future",), ("active",), ("ended",)}
    today = SATURDAY.date()
    written = tuple(
        Exemption(
            name=name,
            rules=frozenset({"weekend-email"}),
            teams=frozenset({"everyone"}),
            starts=starts,
            ends=starts + timedelta(days=1),
            because="",
            approved_by="",
            where=NOWHERE,
        )
        for name, starts in (("soon", today + timedelta(days=9)), ("old", date(2026, 1, 1)))
    )
    policy = scraped.site.context.current.policy
    rulebook = replace(policy.rulebook, exemptions=(*policy.rulebook.exemptions, *written))
    scraped.site.context.current.policy = replace(policy, rulebook=rulebook)
    after = scraped.values("exemptions")
    assert after == {
        ("future",): before[("future",)] + 1,
        ("active",): before[("active",)],
        ("ended",): before[("ended",)] + 1,
    }


def test_each_rule_about_protected_time_has_a_number_of_clashes(scraped: Scraped) -> None:
    rules = scraped.site.context.current.policy.rulebook.protect_time
    assert rules
    assert set(scraped.values("clashes")) >= {(rule.name,) for rule in rules}


def test_subscriptions_that_are_missing_can_be_seen(scraped: Scraped) -> None:
    found = scraped.values("subscriptions")
    assert found["inbox", "wanted"] == 6
    assert found["inbox", "live"] == 1
    assert found["calendar", "wanted"] >= found["calendar", "live"] == 0


# what the process knows


def test_a_store_that_breaks_takes_only_its_own_figures_away(
    scraped: Scraped, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise StoreProblem("store postgresql://…: the server does not answer")

    scraped.meters.swept(3)
    monkeypatch.setattr(scraped.site.store, "pending_arrivals", broken)
    assert scraped.value("store_up") == 0
    assert scraped.values("held_messages") == {}
    assert scraped.values("decisions_total") == {}
    assert scraped.value("sweep_found_total") == 3
    assert scraped.value("ready") == 1
    assert scraped.value("rulebook_last_reload_successful") == 1


def test_the_rulebook_in_force_and_its_last_reload_are_told(scraped: Scraped) -> None:
    current = scraped.site.context.current
    assert scraped.values("rulebook_info") == {(current.policy.rulebook.hash,): 1}
    assert scraped.value("rulebook_last_reload_success_timestamp_seconds") == SATURDAY.timestamp()
    current.reloaded(Reloaded(at=TUESDAY, success=False, problems=("x",)))
    assert scraped.value("rulebook_last_reload_successful") == 0
    assert scraped.value("rulebook_last_reload_success_timestamp_seconds") == SATURDAY.timestamp()


def test_holidays_are_known_until_the_start_of_their_last_day(scraped: Scraped) -> None:
    policy = scraped.site.context.current.policy
    calendars = {
        name: replace(calendar, known_until=date(2027, 6, 30), zone=ZoneInfo("Europe/London"))
        for name, calendar in policy.rulebook.calendars.items()
    }
    bare = replace(next(iter(calendars.values())), known_until=None)
    rulebook = replace(policy.rulebook, calendars={**calendars, "bare": bare})
    scraped.site.context.current.policy = replace(policy, rulebook=rulebook)
    summer = datetime(2027, 6, 29, 23, 0, tzinfo=UTC).timestamp()
    assert scraped.values("holidays_known_until_timestamp_seconds") == {
        (name,): summer for name in calendars
    }


def test_a_token_that_was_refused_is_told_by_when_and_not_by_what_was_said(
    scraped: Scraped,
) -> None:
    assert scraped.value("token_good_for_seconds") == 45 * 60
    assert scraped.value("token_last_refused_timestamp_seconds") == 0
    token = TokenState(refused="AADSTS7000215: secret", refused_ago=timedelta(minutes=2))
    scraped.site.running = replace(RUNNING, service=ServiceState(token=token))
    ago = scraped.site.moment.machine - timedelta(minutes=2)
    assert scraped.value("token_good_for_seconds") == 0
    assert scraped.value("token_last_refused_timestamp_seconds") == ago.timestamp()
    assert "AADSTS" not in scraped.get().text


def test_what_runs_is_told(scraped: Scraped) -> None:
    ((version, _),) = scraped.values("build_info")
    assert version == policy_agent.__version__


# what was counted on the way


def test_closed_sets_are_there_before_anything_happened(scraped: Scraped) -> None:
    assert scraped.values("releases_total") == {
        ("released",): 0,
        ("sent_now",): 0,
        ("self_released",): 0,
        ("abandoned",): 0,
    }
    assert set(scraped.values("nudges_total").values()) == {0}
    assert set(scraped.values("notifications_total").values()) == {0}


def test_every_kind_of_note_is_counted_somewhere() -> None:
    assert set(NOTES) == set(NoteKind)


def test_every_kind_of_rule_has_its_name() -> None:
    assert set(KINDS.values()) == set(KINDS_OF_THE_RULEBOOK)


def test_an_answer_without_a_status_that_http_has_is_no_answer(scraped: Scraped) -> None:
    for status in (200, 0, -1, 99, 600, 10**9):
        scraped.meters.answered("read", status, 0.2)
    assert scraped.values("graph_requests_total") == {("read", "200"): 1, ("read", "0"): 5}


def test_a_release_is_counted_once_with_how_late_it_was(scraped: Scraped) -> None:
    hold = replace(some_hold(), state=HoldState.RELEASED)
    scraped.meters.ended(hold, lag=timedelta(seconds=7))
    scraped.meters.ended(replace(hold, state=HoldState.SELF_RELEASED), lag=None)
    assert scraped.values("releases_total")["released",] == 1
    assert scraped.values("releases_total")["self_released",] == 1
    lag = scraped.families()[PREFIX + "release_lag_seconds"].samples
    by_name = {(sample.name, sample.labels.get("le")): sample.value for sample in lag}
    assert by_name[PREFIX + "release_lag_seconds_count", None] == 1
    assert by_name[PREFIX + "release_lag_seconds_bucket", "5.0"] == 0
    assert by_name[PREFIX + "release_lag_seconds_bucket", "10.0"] == 1


def use_everything(meters: ProcessMeters) -> None:
    """Count one of each thing, so that every family has a sample."""
    meters.noticed("inbox", 1)
    meters.swept(1)
    meters.ended(replace(some_hold(), state=HoldState.RELEASED), lag=timedelta(seconds=1))
    meters.put_off(CallFailure(kind="unavailable", what="read"))
    for kind in NoteKind:
        meters.sent(kind)
    meters.job_added("releases")
    meters.job_done("releases")
    meters.job_failed("releases")
    meters.job_missed("releases")
    meters.answered("read", 200, 0.1)
    meters.paused(1.5)


def some_hold() -> Hold:
    return Hold(
        id=1,
        copy=ref("a"),
        rule="weekend-email",
        state=HoldState.RELEASING,
        received=SATURDAY,
        promised=TUESDAY,
        due=TUESDAY,
    )
