"""The daemon: a web server for what comes in, ticks for what is due, and signals.

1. The web server listens before anything is subscribed to, since Graph checks it during the call.
2. Leases of this worker's earlier life are dropped, and subscriptions matched with the service's.
3. The first sweep finds what came in while nobody was watching; then the daemon is ready.
4. APScheduler ticks. It remembers nothing: what is due stands in the store.
5. SIGHUP and `POST /-/reload` reload the rulebook and the teams. SIGTERM and SIGINT let running
   work end, then stop.

Where there was no good rulebook at the start but mail is on hold, it only confirms and releases
what was promised, until a reload brings a rulebook.
"""

import functools
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
import uvicorn
from apscheduler.schedulers.background import BackgroundScheduler

from policy_agent.agent.context import AgentContext, Moment, Reloaded
from policy_agent.agent.enforce import put_right
from policy_agent.agent.exempt import Exempting
from policy_agent.agent.release import release_due
from policy_agent.agent.reload import reload
from policy_agent.agent.sweep import sweep
from policy_agent.agent.upkeep import adopt, keep_up
from policy_agent.agent.watch import Watch, work_off
from policy_agent.domain.rules import Rulebook
from policy_agent.settings import Settings, SettingsProblem
from policy_agent.web.app import make_app
from policy_agent.web.reload import Reload

log = structlog.get_logger()

STOP_PATIENCE = 3.0  # seconds that requests under way are given when it stops


@dataclass(kw_only=True)
class Daemon:
    """Runs until it is told to stop."""

    settings: Settings
    context: AgentContext
    moment: Callable[[], Moment]
    read_rulebook: Callable[[], Rulebook]
    refresh_holidays: Callable[[Moment], bool]  # answers whether any list changed
    ready: bool = False
    swept_since: datetime | None = None  # tenant time at which the last whole sweep began
    _stop: threading.Event = field(default_factory=threading.Event)
    _woken: threading.Event = field(default_factory=threading.Event)
    _reload_asked: threading.Event = field(default_factory=threading.Event)
    _reloading: threading.Lock = field(default_factory=threading.Lock)
    _exempting: Exempting = field(init=False)

    def __post_init__(self) -> None:
        self._exempting = Exempting(self.context)

    def run(self) -> None:
        """Run to the end; only a problem before the first subscription is an exception."""
        listening = self._listen()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_hup)
        server = self._server()
        serving = threading.Thread(
            target=server.run, kwargs={"sockets": [listening]}, name="web", daemon=True
        )
        serving.start()
        while not server.started and serving.is_alive():
            self._woken.wait(0.01)
        scheduler = self._scheduler()
        try:
            self.context.store.forget_leases(self.context.worker)
            self._guarded("adopt", lambda: adopt(self.context))
            self._guarded("upkeep", self._keep_up)
            scheduler.start()
            self._guarded("sweep", self._sweep)
            self.ready = True
            log.info("daemon_ready", worker=self.context.worker)
            while not self._stop.is_set():
                self._woken.wait()
                self._woken.clear()
                if self._reload_asked.is_set():
                    self._reload_asked.clear()
                    self._guarded("reload", self._reload)
        finally:
            self._stop.set()
            if scheduler.running:
                scheduler.shutdown(wait=True)
            server.should_exit = True
            serving.join(timeout=STOP_PATIENCE)
            server.force_exit = (
                True  # connections that are only kept alive do not end by themselves
            )
            serving.join(timeout=STOP_PATIENCE)
            log.info("daemon_stopped", worker=self.context.worker)

    def health(self) -> dict[str, object]:
        """Return counts and times; nothing of people."""
        store, now = self.context.store, self.moment().now
        open_holds, oldest_due = store.open_holds()
        overdue = oldest_due is not None and now - oldest_due > timedelta(minutes=5)
        current = self.context.current
        last = current.last_reload
        return {
            "ready": self.ready,
            "pending_arrivals": store.pending_arrivals(),
            "open_holds": open_holds,
            "oldest_due": oldest_due.isoformat() if oldest_due is not None else None,
            "overdue": overdue,
            "swept_since": self.swept_since.isoformat() if self.swept_since is not None else None,
            "rulebook": current.policy.rulebook.hash or None,
            "release_only": current.policy.release_only,
            "reload": None
            if last is None
            else {
                "at": last.at.isoformat(),
                "success": last.success,
                "problems": len(last.problems),
            },
        }

    def reload(self) -> Reloaded:
        """Read the rulebook and the teams anew, one caller at a time; see `agent.reload`."""
        with self._reloading:
            return reload(self.context, self.read_rulebook, self.moment())

    def _listen(self) -> socket.socket:
        host, port = self.settings.listen_host, self.settings.listen_port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as taken:
            listening.close()
            raise SettingsProblem(
                f"POLICY_AGENT_LISTEN_PORT: cannot listen on {host}:{port} ({taken.strerror}); "
                "choose a free port, or stop what listens there"
            ) from None
        return listening

    def _server(self) -> uvicorn.Server:
        token = self.settings.reload_token
        app = make_app(
            Watch(self.context),
            self.moment,
            self.health,
            Reload(work=self.reload, token=None if token is None else token.get_secret_value()),
        )
        return uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                ssl_certfile=self.settings.tls_certificate,
                ssl_keyfile=self.settings.tls_key,
            )
        )

    def _scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        settings = self.settings
        for name, every, work in (
            ("arrivals", settings.tick_every, self._work_off),
            ("releases", settings.tick_every, self._release),
            ("sweep", settings.sweep_every, self._sweep),
            ("upkeep", settings.upkeep_every, self._keep_up),
            ("people", settings.people_every, self._reload),
            ("holidays", settings.holidays_every, self._refresh_holidays),
        ):
            guarded = functools.partial(self._guarded, name, work)
            scheduler.add_job(guarded, "interval", seconds=every.total_seconds(), id=name)
        return scheduler

    def _guarded(self, job: str, work: Callable[[], None]) -> None:
        """Run one job; whatever stops it is logged once, here at the edge, and tried next tick."""
        try:
            work()
        except Exception:
            log.exception("job_failed", job=job)

    def _work_off(self) -> None:
        put_right(self.context, self.moment())
        if self.context.current.policy.release_only:
            return  # what arrives stays written down
        while not self._stop.is_set() and work_off(self.context, self.moment()):
            pass

    def _release(self) -> None:
        self._guarded("exemptions", self._exempt)
        while not self._stop.is_set() and release_due(self.context, self.moment()):
            pass

    def _exempt(self) -> None:
        self._exempting.tick(self.moment())

    def _sweep(self) -> None:
        if self.context.current.policy.release_only:
            return
        moment = self.moment()
        if sweep(self.context, moment).troubles == 0:
            self.swept_since = moment.now

    def _keep_up(self) -> None:
        keep_up(self.context, self.moment())

    def _reload(self) -> None:
        self.reload()

    def _refresh_holidays(self) -> None:
        if self.refresh_holidays(self.moment()):
            self._reload()

    def _on_stop(self, *_: object) -> None:
        self._stop.set()
        self._woken.set()

    def _on_hup(self, *_: object) -> None:
        self._reload_asked.set()
        self._woken.set()
