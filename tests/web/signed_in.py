"""A site with people signed in, for the tests of its pages: a real store, no tenant.

Its application has every part that the daemon's has: what signed-in people see, links in messages,
notifications, metrics and the reload. `Site.visit` returns a browser of somebody who is signed in;
it keeps cookies, as browsers do.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from prometheus_client import CollectorRegistry

from policy_agent.agent.context import AgentContext, Moment, Reloaded
from policy_agent.agent.health import Running, look
from policy_agent.agent.watch import Watch
from policy_agent.domain.counts import ServiceState, TokenState
from policy_agent.graph.sign_in import SignedInPerson
from policy_agent.rulebook.load import Loaded
from policy_agent.store.store import Store
from policy_agent.web.app import make_app
from policy_agent.web.metrics.figures import Figures
from policy_agent.web.metrics.page import MetricsPage
from policy_agent.web.nudges import NudgePages
from policy_agent.web.pages import Pages
from policy_agent.web.reload import Reload
from policy_agent.web.send_now import SendNowPages
from policy_agent.web.site import Site as PageSite

ORIGIN = "https://wellbeing.northshire.example"
RELOAD_TOKEN = "only the operator knows this"
METRICS_TOKEN = "only Prometheus knows this"
MACHINE = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
RUNNING = Running(  # as a daemon that has nothing to complain of
    ready=True,
    watching=True,
    swept_since=MACHINE,
    calendars_swept_since=MACHINE,
    sweep_every=timedelta(minutes=5),
    service=ServiceState(token=TokenState(good_for=timedelta(minutes=45))),
)


@dataclass
class Door:
    """Signs in whoever the test says, without asking."""

    who: SignedInPerson | Exception | None = None

    def begin(self, redirect_uri: str) -> Mapping[str, Any]:
        return {"auth_uri": "https://login.example/authorize?state=s", "state": "s"}

    def finish(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> SignedInPerson:
        if self.who is None or isinstance(self.who, Exception):
            raise self.who or AssertionError("nobody is at the door")
        return self.who

    def sign_out_url(self, back_to: str) -> str:
        return f"https://login.example/logout?to={back_to}"


@dataclass
class Site:
    """The site of one store; `moment` is what the time is."""

    context: AgentContext
    store: Store
    moment: Moment
    door: Door = field(default_factory=Door)
    running: Running = RUNNING
    written: Loaded | None = None
    reloads: int = 0  # how often a reload was done
    app: FastAPI = field(init=False)
    pages: Pages = field(init=False)

    def __post_init__(self) -> None:
        def now() -> Moment:
            return self.moment

        self.pages = Pages(
            context=self.context,
            store=self.store,
            moment=now,
            health=lambda: look(self.context, self.running, self.moment.now),
            written=lambda: self.written,
        )
        site = PageSite(pages=self.pages, sign_in=self.door)
        registry = CollectorRegistry()
        registry.register(Figures(self.context, now, lambda: self.running))
        self.app = make_app(
            Watch(self.context),
            now,
            dict,
            reload=Reload(work=self._reload, token=RELOAD_TOKEN),
            nudges=NudgePages(context=self.context, moment=now),
            site=site,
            send_now=SendNowPages(context=self.context, moment=now),
            metrics=MetricsPage(registry=registry, token=METRICS_TOKEN),
        )

    def _reload(self) -> Reloaded:
        self.reloads += 1
        return Reloaded(at=self.moment.now, success=True)

    def stranger(self) -> "Browser":
        """Return the browser of somebody who is not signed in."""
        return Browser(self.app)

    def visit(self, person: str, *, roles: Sequence[str] = (), name: str = "") -> "Browser":
        """Return the browser of that person (an id), signed in."""
        self.door.who = SignedInPerson(
            id=person,
            name=name or person.title(),
            address=f"{person}@northshire.example",
            roles=frozenset(roles),
        )
        browser = Browser(self.app)
        browser.get("/sign-in")
        answer = browser.get("/signed-in?code=c&state=s")
        assert answer.status_code == 303, answer.text
        return browser


class Browser:
    """Follows no redirect by itself, sends forms as browsers do."""

    def __init__(self, app: FastAPI) -> None:
        self.client = TestClient(app, base_url=ORIGIN, follow_redirects=False)

    def get(self, path: str) -> Response:
        return self.client.get(path)

    def post(self, path: str, form: Mapping[str, str | list[str]] | None = None) -> Response:
        return self.client.post(path, data=dict(form or {}), headers={"Origin": ORIGIN})

    def csrf(self, path: str = "/no-such-page") -> str:
        """Return the token of this session's forms, as a page shows it."""
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(path).text)
        assert found is not None
        return found[1]
