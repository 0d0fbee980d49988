"""The daemon at its start: what is due is released, whatever else is wrong."""

import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from policy_agent import daemon as module
from policy_agent.daemon import Daemon
from policy_agent.domain.copies import CopyRef
from policy_agent.domain.holds import HoldState
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.problems import RulebookError
from policy_agent.settings import Settings
from policy_agent.wiring import build
from tests.agent.world import ALICE, BOB, HOLD_FOLDER, LATER, World

GOOD = """
version: 1
organisation: { name: Northshire, domains: [northshire.example] }
calendars:
  service: { timezone: Europe/London, working_days: mon-fri, working_hours: 08:30-17:30 }
teams:
  everyone: { group: everyone@northshire.example }
windows:
  rest-days: { calendar: service, days: non-working }
rules:
  - name: weekend-email
    kind: defer-email
    because: Nobody should feel on call at the weekend
    owner: ict-policy@northshire.example
    mode: observe
    from: { include: [everyone] }
    to: { include: [everyone] }
    window: rest-days
    hold_at: [inbox]
    release: { day: next-working-day, at: 08:30, spread: 20m }
"""
NEW_TEAM = GOOD.replace("windows:", "  new: { group: nobody@northshire.example }\nwindows:")


@pytest.fixture(autouse=True)
def no_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)


def settings(world: World, folder: Path, rules: str | None) -> Settings:
    path = folder / "rules.yaml"
    if rules is not None:
        path.write_text(rules, encoding="utf-8")
    return Settings(
        tenant_id=world.tenant.tenant_id,
        client_id=world.tenant.client_id,
        client_secret=world.tenant.client_secret,
        authority=world.tenant.authority,
        graph_url=world.tenant.graph,
        ca_file=world.tenant.ca,
        clock_url=f"{world.tenant.origin}/sandbox/clock",
        rules=path,
        store_url=f"sqlite:///{folder / 'store.db'}",
        holidays_url="",
        notification_url="https://localhost:1/notifications",
        listen_port=0,
        tick_every="0.05s",
        patience="1s",
    )


def held(world: World) -> CopyRef:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    assert world.folder(BOB, copy) == HOLD_FOLDER
    world.travel(LATER)
    return copy


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Ask again until it is so; each question is a call, so that nothing spins."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
    return False


def released(world: World, copy: CopyRef) -> bool:
    hold = world.hold(copy)
    return hold is not None and hold.state is HoldState.RELEASED


def sample(daemon: Daemon, name: str, **labels: str) -> float:
    assert daemon.metrics is not None
    return daemon.metrics.registry.get_sample_value(f"policy_agent_{name}", labels) or 0.0


def missed(daemon: Daemon, job: str) -> bool:
    return sample(daemon, "scheduler_missed_total", job=job) > 0


def stop(daemon: Daemon) -> None:
    daemon._on_stop()  # noqa: SLF001  as SIGTERM does, which a test cannot send to itself


def test_what_is_due_does_not_wait_for_subscriptions(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = held(world)
    seen: list[bool] = []
    with build(settings(world, tmp_path, GOOD)) as daemon:

        def slow(_: object) -> None:
            seen.append(until(lambda: released(world, copy)))
            stop(daemon)

        monkeypatch.setattr(module, "adopt", slow)
        daemon.run()
    assert seen == [True]
    assert world.folder(BOB, copy) == "Inbox"


@pytest.mark.parametrize(
    "rules",
    ["version: 1\nrules: what is this", NEW_TEAM, None],
    ids=["broken rulebook", "team that nobody has", "no rulebook at all"],
)
def test_what_is_due_is_released_though_the_rules_cannot_be_used(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rules: str | None
) -> None:
    copy = held(world)
    before = world.store.mailboxes()
    with build(settings(world, tmp_path, rules)) as daemon:
        assert not daemon.watching
        seen: list[bool] = []
        wait = daemon._woken.wait  # noqa: SLF001

        def waited(timeout: float | None = None) -> bool:
            if timeout is not None and timeout < 1:
                return wait(timeout)
            seen.append(until(lambda: released(world, copy)))
            stop(daemon)
            return True

        monkeypatch.setattr(daemon._woken, "wait", waited)  # noqa: SLF001
        daemon.run()
        assert not daemon.health().running.watching
    assert seen == [True]
    assert world.folder(BOB, copy) == "Inbox"
    assert world.store.mailboxes() == before


def test_it_watches_again_once_the_rules_are_mended(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held(world)
    begun: list[str] = []
    with build(settings(world, tmp_path, "version: 1")) as daemon:
        monkeypatch.setattr(module, "adopt", lambda _: begun.append("adopt"))
        monkeypatch.setattr(module, "sweep", lambda *_: stop(daemon))
        (tmp_path / "rules.yaml").write_text(GOOD, encoding="utf-8")
        daemon._on_hup()  # noqa: SLF001  as SIGHUP does
        daemon.run()
        assert daemon.watching
    assert begun == ["adopt"]


def test_releases_go_on_when_the_clock_is_set_back(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = held(world)
    seen: list[bool] = []
    with build(settings(world, tmp_path, GOOD)) as daemon:
        planned = daemon._scheduler  # noqa: SLF001

        def an_hour_ahead() -> BackgroundScheduler:
            scheduler = planned()
            ahead = daemon.moment().machine + timedelta(hours=1)
            for job in scheduler.get_jobs():
                scheduler.modify_job(job.id, next_run_time=ahead)
            return scheduler

        wait = daemon._woken.wait  # noqa: SLF001

        def waited(timeout: float | None = None) -> bool:
            if timeout is None or timeout >= 1:
                seen.append(until(lambda: released(world, copy), seconds=3))
                if len(seen) == 2:
                    stop(daemon)
                return True
            return wait(timeout)

        monkeypatch.setattr(daemon, "_scheduler", an_hour_ahead)
        monkeypatch.setattr(daemon._woken, "wait", waited)  # noqa: SLF001
        monkeypatch.setattr(module, "adopt", lambda _: None)
        daemon.run()
    assert seen == [False, True]


def test_a_release_waits_for_no_other_job(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = held(world)
    go_on = threading.Event()
    with build(settings(world, tmp_path, GOOD)) as daemon:
        planned = daemon._scheduler  # noqa: SLF001

        def crowded() -> BackgroundScheduler:
            scheduler = planned()
            for number in range(12):  # as many as there are others
                scheduler.add_job(go_on.wait, "date", args=[30], id=f"slow {number}")
            scheduler.add_job(go_on.wait, "interval", args=[30], id="hung", seconds=0.05)
            return scheduler

        wait = daemon._woken.wait  # noqa: SLF001

        def waited(timeout: float | None = None) -> bool:
            if timeout is None or timeout >= 1:
                assert until(lambda: released(world, copy) and missed(daemon, "hung"), seconds=10)
                go_on.set()
                stop(daemon)
                return True
            return wait(timeout)

        monkeypatch.setattr(daemon, "_scheduler", crowded)
        monkeypatch.setattr(daemon, "_mind_the_clock", lambda _: None)
        monkeypatch.setattr(daemon._woken, "wait", waited)  # noqa: SLF001
        monkeypatch.setattr(module, "adopt", lambda _: None)
        daemon.run()
    assert released(world, copy)
    assert missed(daemon, "hung")
    for job in ("planned", "releases"):
        assert sample(daemon, "jobs_failed_total", job=job) == 0
        assert sample(daemon, "job_last_done_timestamp_seconds", job=job) > 0


def test_a_job_that_fails_is_counted(world: World, tmp_path: Path) -> None:
    def broken() -> None:
        raise RuntimeError

    with build(settings(world, tmp_path, GOOD)) as daemon:
        daemon._guarded("reload", broken)  # noqa: SLF001
        assert sample(daemon, "jobs_failed_total", job="reload") == 1


def test_what_is_due_is_released_though_the_web_server_does_not_start(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copy = held(world)
    broken = tmp_path / "broken.pem"
    broken.write_text("neither a certificate nor a key")
    wrong = settings(world, tmp_path, GOOD).model_copy(
        update={"tls_certificate": broken, "tls_key": broken}
    )
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    monkeypatch.setattr(module, "CLOCK_LOOK", 0.05)
    monkeypatch.setattr(module, "adopt", lambda _: None)
    told: list[str] = []

    def ended() -> bool:
        told.append(capsys.readouterr().out)
        return "web_server_ended" in "".join(told) and released(world, copy)

    with build(wrong) as daemon:

        def stop_then() -> None:
            until(ended)
            stop(daemon)

        stopping = threading.Thread(target=stop_then)
        stopping.start()
        daemon.run()
        stopping.join()
    assert world.folder(BOB, copy) == "Inbox"
    assert "web_server_ended" in "".join(told)


def test_a_broken_rulebook_stops_the_start_where_nothing_is_on_hold(
    world: World, tmp_path: Path
) -> None:
    with (
        pytest.raises(RulebookError),
        build(settings(world, tmp_path, "version: 1\nrules: what is this")),
    ):
        pass


class _Feed(BaseHTTPRequestHandler):
    """Serves the shipped calendars, as GOV.UK would."""

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        body = (files("policy_agent.holidays") / "shipped" / name).read_bytes()
        self.send_response(200)
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_holidays_are_refreshed_at_the_start_and_not_only_a_day_later(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Feed)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    url = f"http://127.0.0.1:{server.server_port}/bank-holidays"
    changed = settings(world, tmp_path, GOOD).model_copy(update={"holidays_url": url})

    def kept() -> bool:
        return all(world.store.feed(name) is not None for name in SHIPPED.divisions)

    with build(changed) as daemon:
        seen: list[bool] = []

        def wait(_: object) -> None:
            seen.append(until(kept))
            stop(daemon)

        monkeypatch.setattr(module, "adopt", wait)
        daemon.run()
    server.shutdown()
    serving.join()
    server.server_close()
    assert seen == [True]
    assert world.store.feed("scotland")[1] == '"one"'


def test_a_page_on_a_kept_connection_is_sent_at_once(world: World, tmp_path: Path) -> None:
    with (
        build(settings(world, tmp_path, GOOD)) as daemon,
        closing(daemon._listen()) as listening,  # noqa: SLF001  what the server is given
    ):
        # asyncio turns Nagle's algorithm off on sockets that say so, and on no other
        assert listening.proto == socket.IPPROTO_TCP
