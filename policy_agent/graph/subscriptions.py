"""Change subscriptions of this app, through Microsoft Graph.

Source: https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.watching import Subscription, Watched
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Answer, Call, instant, path, relative, written
from policy_agent.graph.failures import NO_ANSWER, GraphProblem, id_of
from policy_agent.graph.http import GraphHttp

# What the service granted before it granted seven days, and where some tenants still are.
FALLBACK = timedelta(minutes=4230)
_AT_ONCE = 8  # creates; each waits for our own web server to answer the handshake

_BELOW: dict[Watched, str] = {"inbox": "mailFolders('inbox')/messages", "calendar": "events"}
_CHANGES: dict[Watched, str] = {"inbox": "created", "calendar": "created,updated,deleted"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """One subscription to be made."""

    mailbox: str
    what: Watched
    url: str
    state: str

    @property
    def resource(self) -> str:
        return f"/users/{self.mailbox}/{_BELOW[self.what]}"

    def made(self, id_: str, expires: datetime) -> Subscription:
        return Subscription(
            id=id_,
            mailbox=self.mailbox,
            client_state=self.state,
            expires=expires,
            what=self.what,
        )


class GraphSubscriptions:
    """Lists, makes, renews and ends subscriptions; `policy_agent.agent.ports.Subscriptions`.

    Every method raises SignInProblem where no token can be had.
    """

    def __init__(self, http: GraphHttp, batch: GraphBatch) -> None:
        self._http = http
        self._batch = batch

    def existing(self) -> Sequence[tuple[str, str, datetime, str]]:
        """Return (id, resource, expiry, notification URL) of each; GraphProblem where it fails."""
        found: list[tuple[str, str, datetime, str]] = []
        below: str | None = path("subscriptions")
        while below is not None:
            answer = self._http.call(Call(operation="subscriptions", method="GET", path=below))
            found += [
                (
                    str(item["id"]),
                    str(item["resource"]),
                    instant(str(item["expirationDateTime"])),
                    str(item.get("notificationUrl") or ""),
                )
                for item in answer.items
            ]
            link = answer.link("nextLink")
            below = relative(link, self._http.base) if link else None
        return found

    def create(
        self,
        mailboxes: Sequence[str],
        *,
        what: Watched,
        url: str,
        expires: datetime,
        states: Mapping[str, str],
    ) -> Mapping[str, Subscription | CallFailure]:
        """Subscribe to each mailbox's Inbox or calendar; `states` are client states.

        Several at a time, each a call of its own: the service calls `url` back while it answers,
        so the web server must be up. A 409 is a failure of kind `refused`: somebody, maybe an
        earlier life of ours, has that subscription already. A 404 is one of kind `unlicensed`.
        """
        if not mailboxes:
            return {}
        with ThreadPoolExecutor(min(_AT_ONCE, len(mailboxes)), "graph-subscribe") as pool:
            made = pool.map(
                lambda one: self._create(
                    _Wanted(mailbox=one, what=what, url=url, state=states[one]), expires
                ),
                mailboxes,
            )
            return dict(zip(mailboxes, made, strict=True))

    def renew(self, ids: Sequence[str], expires: datetime) -> Mapping[str, CallFailure | datetime]:
        """Extend each; answers the expiry that the service granted."""
        answers = self._run(ids, [_renewal(one, expires) for one in ids])
        shorter = {
            one: moment
            for one, answer in answers.items()
            if (moment := _fallback(answer, expires)) is not None
        }
        second = self._run(
            list(shorter), [_renewal(one, moment) for one, moment in shorter.items()]
        )
        results: dict[str, CallFailure | datetime] = {}
        for one, first in answers.items():
            answer = second.get(one, first)
            if isinstance(answer, GraphProblem):
                results[one] = answer.failure
            else:
                results[one] = _expiry(answer, shorter.get(one, expires))
        return results

    def delete(self, ids: Sequence[str]) -> Mapping[str, CallFailure | None]:
        """End each; one that is gone already counts as done."""
        answers = self._run(
            ids,
            [
                Call(operation="unsubscribe", method="DELETE", path=path("subscriptions", one))
                for one in ids
            ],
        )
        return {
            one: answer.failure
            if isinstance(answer, GraphProblem) and answer.kind != "gone"
            else None
            for one, answer in answers.items()
        }

    def _create(self, wanted: _Wanted, expires: datetime) -> Subscription | CallFailure:
        try:
            try:
                return self._subscribe(wanted, expires)
            except GraphProblem as problem:
                shorter = _fallback(problem, expires)
                if shorter is None:
                    raise
            return self._subscribe(wanted, shorter)
        except GraphProblem as problem:
            # Every mailbox has an Inbox and a calendar, so one that is not found is no mailbox;
            # Exchange's own code is wrapped in words here, which nobody should read.
            found = problem.failure
            return replace(found, kind="unlicensed") if found.kind == "gone" else found

    def _subscribe(self, wanted: _Wanted, expires: datetime) -> Subscription:
        """Create one; a 409 after an answer that was lost means that the lost one was a yes."""
        call = Call(
            operation="subscribe",
            method="POST",
            path=path("subscriptions"),
            mailbox=wanted.mailbox,
            body={
                "changeType": _CHANGES[wanted.what],
                "notificationUrl": wanted.url,
                "lifecycleNotificationUrl": wanted.url,
                "resource": wanted.resource,
                "expirationDateTime": written(expires),
                "clientState": wanted.state,
            },
        )
        unsure = False

        def attempt() -> Subscription:
            nonlocal unsure
            try:
                answer = self._http.once(call)
            except GraphProblem as problem:
                if problem.status == 409 and unsure:  # noqa: PLR2004
                    ours = self._made(wanted, expires)
                    if ours is not None:
                        return ours
                unsure = unsure or problem.status == NO_ANSWER or problem.status >= 500  # noqa: PLR2004
                raise
            return wanted.made(id_of("subscribe", answer), _expiry(answer, expires))

        return self._http.retry.run(attempt)

    def _made(self, wanted: _Wanted, expires: datetime) -> Subscription | None:
        """Find what a call made whose answer was lost: by resource, URL and the very expiry.

        The expiry tells it from one of an earlier life, whose client state we could not know.
        """
        asked = (wanted.resource.strip("/").lower(), wanted.url, written(expires))
        for one, theirs, until, there in self.existing():
            if (theirs.strip("/").lower(), there, written(until)) == asked:
                return wanted.made(one, until)
        return None

    def _run(self, ids: Sequence[str], calls: Sequence[Call]) -> dict[str, Answer | GraphProblem]:
        return dict(zip(ids, self._batch.run(calls), strict=True))


def _renewal(one: str, expires: datetime) -> Call:
    return Call(
        operation="renew",
        method="PATCH",
        path=path("subscriptions", one),
        body={"expirationDateTime": written(expires)},
    )


def _expiry(answer: Answer, asked: datetime) -> datetime:
    told = answer.body.get("expirationDateTime")
    return instant(told) if isinstance(told, str) else asked


def _fallback(answer: Answer | GraphProblem, expires: datetime) -> datetime | None:
    """Return the shorter expiry to ask for, if a 400 may have been for one too far ahead.

    Reckoned from the service's own date in the answer, as no clock of ours comes in here.
    """
    if not isinstance(answer, GraphProblem) or answer.status != 400:  # noqa: PLR2004
        return None
    try:
        now = instant(answer.trace.date)
    except ValueError:
        try:
            now = instant(parsedate_to_datetime(answer.trace.date).isoformat())
        except (TypeError, ValueError):
            return None
    shorter = now + FALLBACK
    return shorter if expires > shorter else None


__all__ = ["FALLBACK", "GraphSubscriptions"]
