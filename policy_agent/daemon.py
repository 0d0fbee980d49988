"""The daemon: a web server for what comes in, ticks for what is due, and signals.

1. The web server listens before anything is subscribed to, since Graph checks it during the call.
2. Leases of this worker's earlier life are dropped, and what is due is released from then on,
   whatever else has to wait for the service.
3. Subscriptions are matched with the service's, and the first sweep finds what came in while nobody
   was watching; then the daemon is ready.
4. Calendars are looked after from then on, by jobs of their own: whatever breaks there, mail flows.
   What either has to say to people goes out by one more job, the outbox.
5. APScheduler ticks. It remembers nothing: what is due stands in the store, and so does which days
   are counted for reports.
6. SIGHUP and `POST /-/reload` reload the rulebook and the teams. SIGTERM and SIGINT let running
   work end, then stop.
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
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from policy_agent.agent.context import AgentContext, Moment, Reloaded
from policy_agent.agent.enforce import put_right
from policy_agent.agent.exempt import Exempting
from policy_agent.agent.health import Health, Running, look
from policy_agent.agent.look import look_after
from policy_agent.agent.meetings.work import MeetingWork
from policy_agent.agent.receipts import Receipts
from policy_agent.agent.release import release_due
from policy_agent.agent.reload import read_teams, reload
from policy_agent.agent.send_now import send_categorised
from policy_agent.agent.sweep import sweep
from policy_agent.agent.tell import Outbox
from policy_agent.agent.upkeep import adopt, keep_up
from policy_agent.agent.watch import Watch, work_off
from policy_agent.agent.writers import WRITERS
from policy_agent.domain.counts import ServiceState
from policy_agent.domain.rules import Rulebook
from policy_agent.reports.letters import REPORT_WRITERS
from policy_agent.reports.work import FigureWork
from policy_agent.settings import Settings, SettingsProblem
from policy_agent.web.app import make_app
from policy_agent.web.metrics.page import MetricsPage
from policy_agent.web.nudges import NudgePages
from policy_agent.web.reload import Reload
from policy_agent.web.send_now import SendNowPages
from policy_agent.web.site import Site

log = structlog.get_logger()

CLOCK_LOOK = 10.0  # seconds between two looks at whether the machine's clock was set back
THREADS = 20  # more than there are jobs: a release never waits for a sweep to end
STOP_PATIENCE = 3.0  # seconds that requests under way are given when it stops


@dataclass(kw_only=True)
class Daemon:
    """Runs until it is told to stop."""

    settings: Settings
    context: AgentContext
    moment: Callable[[], Moment]
    read_rulebook: Callable[[], Rulebook]
    refresh_holidays: Callable[[Moment], bool]  # answers whether any list changed
    service_state: Callable[[], ServiceState]  # how the service treats this process
    site: Site | None = None  # the pages that people sign in to
    metrics: MetricsPage | None = None
    watching: bool = True  # False: only release, until rulebook and teams can be read
    ready: bool = False
    swept_since: datetime | None = None  # tenant time at which the last whole sweep began
    _stop: threading.Event = field(default_factory=threading.Event)
    _woken: threading.Event = field(default_factory=threading.Event)
    _reload_asked: threading.Event = field(default_factory=threading.Event)
    _reloading: threading.Lock = field(default_factory=threading.Lock)
    _exempting: Exempting = field(init=False)
    _meetings: MeetingWork = field(init=False)
    _outbox: Outbox = field(init=False)
    _receipts: Receipts = field(init=False)
    _figures: FigureWork = field(init=False)

    def __post_init__(self) -> None:
        self._exempting = Exempting(self.context)
        self._outbox = Outbox({**WRITERS, **REPORT_WRITERS})
        self._receipts = Receipts()
        self._figures = FigureWork(
            context=self.context,
            moment=self.moment,
            going=lambda: not self._stop.is_set(),
            fewest=self.settings.report_fewest,
            keep_for=self.settings.keep_for,
        )
        self._meetings = MeetingWork(
            context=self.context, moment=self.moment, going=lambda: not self._stop.is_set()
        )

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
            scheduler.start()
            if self.watching:
                self._begin_to_watch(scheduler)
            while not self._stop.is_set():
                self._woken.wait(CLOCK_LOOK)
                self._woken.clear()
                self._guarded("clock", lambda: self._mind_the_clock(scheduler))
                if not serving.is_alive() and not self._stop.is_set():
                    log.error("web_server_ended", kept_up="releases and sweeps")
                if self._reload_asked.is_set():
                    self._reload_asked.clear()
                    self._guarded("reload", self._reload)
                if self.watching and not self.ready:
                    self._begin_to_watch(scheduler)
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
            listening.close()
            log.info("daemon_stopped", worker=self.context.worker)

    def _begin_to_watch(self, scheduler: BackgroundScheduler) -> None:
        """Subscribe, work arrivals off from then on, and sweep once; SIGTERM ends it between."""
        for job, work in (
            ("adopt", lambda: adopt(self.context)),
            ("upkeep", self._keep_up),
            ("arrivals", lambda: self._tick_to_watch(scheduler)),
            ("sweep", self._sweep),
        ):
            if self._stop.is_set():
                return
            self._guarded(job, work)
        self.ready = True
        self._guarded("calendars", lambda: self._tick_for_meetings(scheduler))
        log.info("daemon_ready", worker=self.context.worker)

    def health(self) -> Health:
        """Look up how it goes; in counts and times, and nothing of people."""
        return look(self.context, self.running(), self.moment().now)

    def running(self) -> Running:
        """Return what only this process knows of how it goes; nothing is asked of the store."""
        return Running(
            ready=self.ready,
            watching=self.watching,
            swept_since=self.swept_since,
            calendars_swept_since=self._meetings.swept_since,
            sweep_every=self.settings.sweep_every,
            service=self.service_state(),
        )

    def reload(self) -> Reloaded:
        """Read the rulebook and the teams anew, one caller at a time; see `agent.reload`."""
        with self._reloading:
            done = reload(self.context, self.read_rulebook, self.moment())
            if done.success and not self.watching:
                self.watching = True
                self._woken.set()
        return done

    def _listen(self) -> socket.socket:
        host, port = self.settings.listen_host, self.settings.listen_port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # Named as TCP: on no other socket does asyncio send at once, and each page on a connection
        # that is kept would wait 40 ms for the browser to say that it has the page's head.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
        asked = Reload(work=self.reload, token=None if token is None else token.get_secret_value())
        nudges = NudgePages(context=self.context, moment=self.moment)
        sender = SendNowPages(context=self.context, moment=self.moment)
        app = make_app(
            Watch(self.context),
            self.moment,
            lambda: self.health().as_json(),
            asked,
            nudges,
            self.site,
            sender,
            self.metrics,
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
            executors={"default": ThreadPoolExecutor(THREADS)},
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        scheduler.add_listener(self._on_missed, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        settings = self.settings
        self._tick(scheduler, "planned", settings.tick_every, self._put_right)
        self._tick(scheduler, "releases", settings.tick_every, self._release)
        self._tick(scheduler, "people", settings.people_every, self._read_teams)
        self._tick(scheduler, "holidays", settings.holidays_every, self._refresh_holidays)
        self._tick(scheduler, "figures", settings.figures_every, self._figures.tick)
        # at the start too: a daemon that is started anew each day would never get to it
        scheduler.get_job("holidays").modify(next_run_time=self.moment().machine)
        return scheduler

    def _tick_to_watch(self, scheduler: BackgroundScheduler) -> None:
        settings = self.settings
        self._tick(scheduler, "arrivals", settings.tick_every, self._work_off)
        self._tick(scheduler, "sweep", settings.sweep_every, self._sweep)
        self._tick(scheduler, "notes", settings.tick_every, self._tell)
        self._tick(scheduler, "upkeep", settings.upkeep_every, self._keep_up)
        self._tick(scheduler, "send_now", settings.upkeep_every, self._send_categorised)

    def _tick_for_meetings(self, scheduler: BackgroundScheduler) -> None:
        settings, work = self.settings, self._meetings
        self._tick(scheduler, "meetings_arrivals", settings.tick_every, work.arrivals)
        self._tick(scheduler, "meetings", settings.tick_every, work.tick)
        self._tick(scheduler, "calendar_sweep", settings.sweep_every, work.sweep)
        scheduler.get_job("calendar_sweep").modify(next_run_time=self.moment().machine)

    def _tick(
        self, scheduler: BackgroundScheduler, name: str, every: timedelta, work: Callable[[], None]
    ) -> None:
        guarded = functools.partial(self._guarded, name, work)
        self.context.meters.job_added(name)
        scheduler.add_job(guarded, "interval", seconds=every.total_seconds(), id=name)

    def _guarded(self, job: str, work: Callable[[], None]) -> None:
        """Run one job; whatever stops it is logged once, here at the edge, and tried next tick."""
        try:
            work()
        except Exception:
            self.context.meters.job_failed(job)
            log.exception("job_failed", job=job)
        else:
            self.context.meters.job_done(job)

    def _mind_the_clock(self, scheduler: BackgroundScheduler) -> None:
        """Let every tick come at once that is farther ahead than its interval.

        The scheduler plans by the machine's clock: were that set back by an hour, nothing would be
        released for an hour.
        """
        now = self.moment().machine
        for job in scheduler.get_jobs():
            if job.next_run_time - now > job.trigger.interval + timedelta(seconds=1):
                log.warning("clock_set_back", job=job.id)
                job.modify(next_run_time=now)

    def _put_right(self) -> None:
        put_right(self.context, self.moment())

    def _work_off(self) -> None:
        while not self._stop.is_set() and work_off(self.context, self.moment()):
            pass

    def _release(self) -> None:
        self._guarded("exemptions", self._exempt)
        while not self._stop.is_set() and release_due(self.context, self.moment()):
            pass

    def _tell(self) -> None:
        self._guarded("receipts", lambda: self._receipts.tick(self.context, self.moment()))
        self._outbox.tick(self.context, self.moment())

    def _exempt(self) -> None:
        self._exempting.tick(self.moment())

    def _sweep(self) -> None:
        began = self.moment().now
        if sweep(self.context, self.moment).troubles == 0:
            self.swept_since = began
        self._guarded("holds", self._look_after)

    def _look_after(self) -> None:
        look_after(self.context, self.moment())

    def _keep_up(self) -> None:
        self._guarded("mail_upkeep", lambda: keep_up(self.context, self.moment()))
        self._guarded("calendar_upkeep", self._meetings.upkeep)

    def _send_categorised(self) -> None:
        send_categorised(self.context, self.moment(), going=lambda: not self._stop.is_set())

    def _reload(self) -> None:
        self.reload()

    def _read_teams(self) -> None:
        """Read the teams anew, and the rulebook only where none is in force.

        A file that somebody is still writing takes effect when they say so, by SIGHUP.
        """
        if self.watching:
            with self._reloading:
                read_teams(self.context, self.moment())
        else:
            self._reload()

    def _refresh_holidays(self) -> None:
        if self.refresh_holidays(self.moment()):
            self._reload()

    def _on_missed(self, event: JobEvent) -> None:
        self.context.meters.job_missed(event.job_id)

    def _on_stop(self, *_: object) -> None:
        self._stop.set()
        self._woken.set()

    def _on_hup(self, *_: object) -> None:
        self._reload_asked.set()
        self._woken.set()
