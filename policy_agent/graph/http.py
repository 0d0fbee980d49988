"""One request to Microsoft Graph, and its answer or its problem."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

import policy_agent
from policy_agent.graph.auth import SignInProblem
from policy_agent.graph.calls import Answer, Call
from policy_agent.graph.failures import GraphProblem, Trace, is_untrusted, problem_of
from policy_agent.graph.limits import Limits
from policy_agent.graph.retry import RetryPolicy

OnCall = Callable[[str, int, float], None]  # operation, status (0: no answer), seconds
TIMEOUTS = (5.0, 30.0)  # seconds to connect, to read
_BROKEN = object()  # in place of what is no JSON


class Tokens(Protocol):
    """Where tokens come from: `TokenSource`, which says what each is for."""

    def token(self) -> str: ...
    def renew(self, refused: str) -> None: ...
    def close(self) -> None: ...


class GraphHttp:
    """Sends calls with a token, within the limits, again where that helps.

    Safe for many threads: the pool of connections is shared, cookies are refused, and nothing of a
    session is changed once it is made. Redirects are not followed: the token stays with our host.
    """

    def __init__(
        self,
        *,
        base: str,  # URL with the version
        tokens: Tokens,
        limits: Limits,
        retry: RetryPolicy,
        ca: str | bool = True,  # file of certificate authorities; True: those of the system
        timeouts: tuple[float, float] = TIMEOUTS,
        on_call: OnCall | None = None,
    ) -> None:
        self.base = base
        self.tokens = tokens
        self.limits = limits
        self.retry = retry
        self._ca = ca
        self._timeouts = timeouts
        self._on_call = on_call
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.mount("https://", HTTPAdapter(pool_maxsize=limits.whole_app))
        self._session.headers["User-Agent"] = f"policy-agent/{policy_agent.__version__}"

    def call(self, call: Call) -> Answer:
        """Send a call, again while that helps; raise its last GraphProblem, or SignInProblem."""
        return self.retry.run(lambda: self.once(call), surely_undone=call.once)

    def once(self, call: Call) -> Answer:
        """Send a call as soon as the limits allow, and once more where its token was refused."""
        with self.limits.holding(call.mailbox):
            token = self.token(call.operation)
            try:
                return self.send(call, token)
            except GraphProblem as problem:
                if problem.status != requests.codes.unauthorized:
                    raise
            self.tokens.renew(token)
            return self.send(call, self.token(call.operation))

    def token(self, operation: str) -> str:
        """Return a token; a passing trouble of signing in is one of the operation."""
        try:
            return self.tokens.token()
        except SignInProblem as problem:
            if not problem.passing:
                raise
            raise GraphProblem(operation, code=problem.code, words=str(problem)) from None

    def send(self, call: Call, token: str) -> Answer:
        """Send a call once, without asking the limits; raise GraphProblem for any other answer."""
        ours = str(uuid.uuid4())
        began = time.perf_counter()
        try:
            response = self._session.request(
                call.method,
                self.base + call.path,
                json=None if call.text else call.body,
                data=call.text or None,
                headers={
                    "Prefer": call.prefer,
                    "client-request-id": ours,
                    **({"Content-Type": "text/plain"} if call.text else {}),
                    **call.headers,
                },
                auth=_Bearer(token),
                verify=self._ca,
                timeout=self._timeouts,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            self.told(call.operation, 0, time.perf_counter() - began)
            raise _unanswered(call, error, ours) from None
        self.told(call.operation, response.status_code, time.perf_counter() - began)
        return read_answer(call, response.status_code, response.headers, response.content, ours)

    def told(self, operation: str, status: int, seconds: float) -> None:
        """Tell whoever counts calls; what it raises is a bug of theirs and goes up."""
        if self._on_call is not None:
            self._on_call(operation, status, seconds)

    def close(self) -> None:
        self._session.close()
        self.tokens.close()


def read_answer(
    call: Call, status: int, headers: Mapping[str, str], content: bytes, ours: str
) -> Answer:
    """Turn what came back into an Answer, or raise what is wrong with it."""
    body: Any = None
    if content.strip():
        try:
            body = json.loads(content)
        except ValueError:
            body = _BROKEN
    return parsed_answer(call, status, headers, body, ours)


def parsed_answer(
    call: Call, status: int, headers: Mapping[str, str], body: Any, ours: str
) -> Answer:
    """Do the same with JSON that is parsed already, as that of a batch's parts is; None: none."""
    lower = {name.lower(): value for name, value in headers.items()}
    if not requests.codes.ok <= status < requests.codes.multiple_choices:
        raise problem_of(call.operation, status, lower, body, client_request_id=ours)
    if body is not None and not isinstance(body, dict):
        raise GraphProblem(
            call.operation,
            words="the answer broke off",
            trace=Trace(
                request_id=lower.get("request-id", ""),
                client_request_id=ours,
                date=lower.get("date", ""),
            ),
        )
    return Answer(status=status, headers=lower, body=body or {})


def _unanswered(call: Call, error: requests.RequestException, ours: str) -> GraphProblem:
    """Say that a call went unanswered, by the kind of error alone: its text may hold a URL."""
    untrusted = is_untrusted(error)
    words = "its certificate is not trusted, look at ca" if untrusted else type(error).__name__
    trace = Trace(client_request_id=ours)
    return GraphProblem(call.operation, words=words, trace=trace, lasting=untrusted)


class _Bearer(AuthBase):
    """The token, given as `auth` so that no netrc file can put another in its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


__all__ = ["TIMEOUTS", "GraphHttp", "OnCall", "Tokens", "parsed_answer", "read_answer"]
