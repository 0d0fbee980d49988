"""A tenant as the agent needs it: mail, calendars, people, all behind one sign-in."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from policy_agent.domain.counts import ServiceState
from policy_agent.graph.auth import Credential, TokenSource
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calendars import GraphCalendars
from policy_agent.graph.clouds import Endpoints
from policy_agent.graph.directory import GraphPeople
from policy_agent.graph.http import TIMEOUTS, GraphHttp
from policy_agent.graph.limits import PER_MAILBOX, Limits
from policy_agent.graph.mail import GraphMail
from policy_agent.graph.outgoing import GraphOutgoing
from policy_agent.graph.past import GraphPast
from policy_agent.graph.pressure import CallMeters, Pressure
from policy_agent.graph.retry import RetryPolicy
from policy_agent.graph.service_mailbox import ServiceMailbox
from policy_agent.graph.sign_in import SignIn
from policy_agent.graph.subscriptions import GraphSubscriptions


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How hard the service is asked, and for how long."""

    timeouts: tuple[float, float] = TIMEOUTS  # seconds to connect, to read
    attempts: int = 8  # of one call
    patience: float = 120.0  # seconds that one call may take in all, waits included
    per_mailbox: int = PER_MAILBOX  # calls at a time
    whole_app: int = 80  # calls at a time, parts of batches counted singly
    sleep: Callable[[float], None] = time.sleep  # for so many seconds


class Tenant:
    """Everything of one tenant; nothing is asked of it before the first call is made."""

    def __init__(
        self,
        *,
        endpoints: Endpoints,
        client_id: str,
        credential: Credential,
        ca: str | bool = True,  # file of certificate authorities; True: those of the system
        service_mailbox: str = "",  # its mail address; empty: no messages go out
        block_out_category: str = "Protected time",  # as people see it in their calendars
        pace: Pace = Pace(),
        meters: CallMeters | None = None,  # of every answer and pause
    ) -> None:
        self._pressure = Pressure(meters)
        self.tokens = TokenSource(
            endpoints=endpoints,
            client_id=client_id,
            credential=credential,
            ca=ca,
            timeouts=pace.timeouts,
        )
        self._http = GraphHttp(
            base=endpoints.graph,
            tokens=self.tokens,
            limits=Limits(per_mailbox=pace.per_mailbox, whole_app=pace.whole_app),
            retry=RetryPolicy(
                attempts=pace.attempts,
                patience=pace.patience,
                sleep=self._pressure.pausing(pace.sleep),
            ),
            ca=ca,
            timeouts=pace.timeouts,
            on_call=self._pressure.told,
        )
        batch = GraphBatch(self._http)
        self.mail = GraphMail(batch, base=endpoints.graph)
        self.past = GraphPast(batch, self.mail, base=endpoints.graph)
        self.subscriptions = GraphSubscriptions(self._http, batch)
        self.calendars = GraphCalendars(batch, base=endpoints.graph, category=block_out_category)
        self.people = GraphPeople(self._http, batch)
        self.sign_in_people = SignIn(
            self.tokens, client_id=client_id, authority=endpoints.authority
        )
        service = ServiceMailbox(self.people, service_mailbox)
        self.outgoing = GraphOutgoing(self._http, batch, service.id, service_mailbox)

    def sign_in(self) -> None:
        """Get a token, to learn at the start whether that works; SignInProblem where not."""
        self.tokens.token()

    def state(self) -> ServiceState:
        """Return how the service treats this process; nothing is asked of it."""
        return ServiceState(token=self.tokens.state(), pushback=self._pressure.last_hour())

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


__all__ = ["Pace", "Tenant"]
