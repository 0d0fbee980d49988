"""What can go wrong with a call, and what that means for whoever asked.

Codes are compared without case, and only after the status; the service's words are for log lines
alone (https://learn.microsoft.com/en-us/graph/errors).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from policy_agent.domain.copies import CallFailure
from policy_agent.graph.calls import Answer

NO_ANSWER = 0  # the status of a call that nobody answered

Kind = Literal["gone", "denied", "unlicensed", "full", "resync", "unavailable", "refused"]

_PASSING = frozenset({NO_ANSWER, 408, 412, 429, 500, 502, 503, 504, 509})
_PASSING_CODES = frozenset(
    {
        "activitylimitreached",
        "applicationthrottled",
        "errorconcurrentitemupdate",
        "errorinternalservertransienterror",
        "errorirresolvableconflict",
        "errormailboxstoreunavailable",
        "errorserverbusy",
        "errortoomanyobjectsopened",
        "toomanyrequests",
    }
)
_UNSURE = frozenset({NO_ANSWER, 408, 500, 502, 503, 504})
_NO_SUCH_USER = ("Request_ResourceNotFound", "ResourceNotFound", "ErrorInvalidUser")
_RESYNC_CODES = frozenset({"resyncrequired", "syncstateinvalid", "syncstatenotfound"})
_ADDRESS = re.compile(r"[^\s'\"<>()\[\],;:]+@[^\s'\"<>()\[\],;:]+")
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w.-]+|(?<=Bearer )\S+")
_LONGEST = 300  # characters of the service's words


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """What the service's support asks for to find a call again."""

    request_id: str = ""  # the service's name for it
    client_request_id: str = ""  # ours
    date: str = ""  # when the service answered, in its words


NO_TRACE = Trace()


class GraphProblem(Exception):
    """A call that was not done, with what the service's support asks for."""

    def __init__(
        self,
        operation: str,
        *,
        status: int = NO_ANSWER,
        code: str = "",
        words: str = "",
        trace: Trace = NO_TRACE,
        retry_after: float | None = None,
        lasting: bool = False,
    ) -> None:
        self.operation = operation
        self.status = status  # NO_ANSWER when there was none
        self.code = code  # as spelled by the service; compare by `is_code`
        self.words = scrubbed(words)
        self.trace = trace
        self.retry_after = retry_after  # seconds that the service asks to wait
        self.lasting = lasting  # no answer, and none to be had by asking again
        super().__init__(operation, status, code)

    def __str__(self) -> str:
        status = str(self.status) if self.status else "no answer"
        ids = ", ".join(
            f"{name} {value}"
            for name, value in (
                ("request-id", self.trace.request_id),
                ("client-request-id", self.trace.client_request_id),
                ("date", self.trace.date),
            )
            if value
        )
        head = " ".join(part for part in (f"{self.operation}: {status}", self.code) if part)
        return head + (f": {self.words}" if self.words else "") + (f" ({ids})" if ids else "")

    def is_code(self, *codes: str) -> bool:
        return self.code.casefold() in {code.casefold() for code in codes}

    @property
    def passing(self) -> bool:
        """Say whether the same call may well succeed a little later."""
        if self.lasting or self._full:
            return False
        return self.status in _PASSING or self.is_code(*_PASSING_CODES)

    @property
    def unsure(self) -> bool:
        """Say whether the service may have done it all the same: only the word of it is lost."""
        return self.status in _UNSURE and not self.lasting

    @property
    def kind(self) -> Kind:
        """Return what it means for whoever asked.

        A 401 that outlives a fresh token is `unavailable`: it says something of our sign-in and
        nothing of the message, so that nobody gives a held copy up for it.
        """
        if self.status == 410 or self.is_code(*_RESYNC_CODES):  # noqa: PLR2004
            return "resync"
        if self._full:
            return "full"
        if self.status == 404:  # noqa: PLR2004
            return "unlicensed" if self.is_code("MailboxNotEnabledForRESTAPI") else "gone"
        if self.status == 403:  # noqa: PLR2004
            return "denied"
        unsure = self.status in _PASSING or self.status == 401 or self.status >= 500  # noqa: PLR2004
        return "unavailable" if unsure or self.is_code(*_PASSING_CODES) else "refused"

    @property
    def failure(self) -> CallFailure:
        ids = self.trace
        return CallFailure(
            kind=self.kind, what=str(self), request_id=ids.request_id or ids.client_request_id
        )

    @property
    def item_failure(self) -> CallFailure:
        """Return what it means for a message or an event: with no such user it is not gone.

        A deleted account can be restored for 30 days, and all that is in its mailbox with it.
        """
        found = self.failure
        nobody = found.kind == "gone" and self.is_code(*_NO_SUCH_USER)
        return replace(found, kind="unlicensed") if nobody else found

    @property
    def _full(self) -> bool:
        return self.status == 507 or self.is_code("ErrorQuotaExceeded")  # noqa: PLR2004


def problem_of(
    operation: str,
    status: int,
    headers: Mapping[str, str],
    body: object,
    *,
    client_request_id: str,
) -> GraphProblem:
    """Read an error answer; header names are in lower case, and every part of it may be missing."""
    error = _mapping(_mapping(body).get("error"))
    inner = _mapping(error.get("innerError") or error.get("innererror"))
    return GraphProblem(
        operation,
        status=status,
        code=_text(error.get("code")) or _text(inner.get("code")),
        words=_text(error.get("message")),
        trace=Trace(
            request_id=_text(inner.get("request-id")) or headers.get("request-id", ""),
            client_request_id=_text(inner.get("client-request-id")) or client_request_id,
            date=_text(inner.get("date")) or headers.get("date", ""),
        ),
        retry_after=retry_after(headers),
    )


def id_of(operation: str, answer: Answer) -> str:
    """Return the id of what an answer holds; GraphProblem where it names none."""
    found = answer.body.get("id")
    if isinstance(found, str) and found:
        return found
    trace = Trace(request_id=answer.headers.get("request-id", ""))
    raise GraphProblem(operation, words="the answer names no id", trace=trace, lasting=True)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the service asks to wait, or None where it does not say.

    It may say so as seconds or as an HTTP date (RFC 9110, 10.2.3); a date is read against the
    answer's own `Date`, so that no clock of ours matters.
    """
    told = headers.get("retry-after", "").strip()
    if not told:
        return None
    try:
        return max(0.0, float(told))
    except ValueError:
        pass
    try:
        wait = parsedate_to_datetime(told) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())


def is_untrusted(error: Exception) -> bool:
    """Say whether a connection failed over the other side's certificate, which waiting won't mend.

    Any other trouble of TLS, such as a handshake that breaks off, is one of the network.
    """
    return "CERTIFICATE_VERIFY_FAILED" in str(error)


def scrubbed(words: str) -> str:
    """Return the first line of what the service said, without addresses and tokens."""
    lines = words.strip().splitlines()
    line = _TOKEN.sub("(token)", lines[0]) if lines else ""
    return _ADDRESS.sub("(address)", line)[:_LONGEST]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


__all__ = [
    "NO_ANSWER",
    "GraphProblem",
    "Kind",
    "Trace",
    "id_of",
    "is_untrusted",
    "problem_of",
    "retry_after",
    "scrubbed",
]
