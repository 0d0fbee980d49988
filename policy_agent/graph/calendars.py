"""Calendars of mailboxes, through Microsoft Graph. Every call is a part of a batch.

Sources: https://learn.microsoft.com/en-us/graph/api/user-list-calendarview, …/user-list-events,
…/event-list-instances, …/event-get. The permissions are Calendars.ReadWrite (Calendars.Read for
reading alone), MailboxSettings.Read for people's settings, and MailboxSettings.ReadWrite to give
the category of block-outs its colour.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog

from policy_agent.domain.blocking import BlockOut, MarkedSeries
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import (
    CalendarOwner,
    Decline,
    EventCopy,
    EventRef,
    FreeBusy,
    Span,
)
from policy_agent.graph.answers import cancel, decline
from policy_agent.graph.availability import read_free_busy
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.block_outs import BlockOutSeries
from policy_agent.graph.calls import Call, path, written
from policy_agent.graph.events import SELECT, WITH_AGENDA, event_or_failure
from policy_agent.graph.failures import GraphProblem
from policy_agent.graph.owners import read_owners
from policy_agent.graph.pages import read_pages

PAGE = "50"  # events: one may come with 500 attendees

_K = TypeVar("_K")
_Copies = tuple[EventCopy, ...]
_log = structlog.get_logger(__name__)


class GraphCalendars:
    """Reads and answers events; `policy_agent.agent.meetings.ports.Calendars` says what for.

    Bodies are never asked for. Times are asked for in UTC throughout. Every method raises
    SignInProblem where no token can be had: then nothing works, and no event is to blame.
    """

    def __init__(self, batch: GraphBatch, *, base: str, category: str) -> None:
        self._batch = batch
        self._base = base  # URL of the service with the version
        self._block_outs = BlockOutSeries(batch, base, category)

    def owners(self, mailboxes: Sequence[str]) -> Mapping[str, CalendarOwner | CallFailure]:
        """Read what each mailbox is for, its zone, language and automatic replies."""
        return read_owners(self._batch, mailboxes)

    def view(
        self, spans: Mapping[str, Span], *, agenda: bool
    ) -> Mapping[str, _Copies | CallFailure]:
        """Return every event of each mailbox in its span, series expanded by the service."""
        lists = {
            mailbox: _list("view", mailbox, "calendarView", span=span, agenda=agenda)
            for mailbox, span in spans.items()
        }
        return self._copies(lists, agenda=agenda)

    def changed(self, since: Mapping[str, datetime]) -> Mapping[str, _Copies | CallFailure]:
        """Return the singles and series masters of each mailbox that changed since then.

        What was deleted does not come: notices and the next whole view tell that.
        """
        lists = {
            mailbox: _list(
                "changed", mailbox, "events",
                more={"$filter": f"lastModifiedDateTime ge {written(moment)}"},
            )
            for mailbox, moment in since.items()
        }  # fmt: skip
        return self._copies(lists, agenda=False)

    def instances(
        self, series: Mapping[EventRef, Span], *, agenda: bool
    ) -> Mapping[EventRef, _Copies | CallFailure]:
        """Return the occurrences of each series master in its span."""
        lists = {
            ref: _list(
                "instances", ref.mailbox, "events", ref.event, "instances", span=span, agenda=agenda
            )
            for ref, span in series.items()
        }
        return self._copies(lists, agenda=agenda)

    def read(
        self, refs: Sequence[EventRef], *, agenda: bool
    ) -> Mapping[EventRef, EventCopy | CallFailure]:
        """Read single events, occurrences or masters."""
        query = {"$select": WITH_AGENDA if agenda else SELECT}
        calls = [
            Call(
                operation="read_event",
                method="GET",
                path=path("users", ref.mailbox, "events", ref.event, query=query),
                mailbox=ref.mailbox,
                utc=True,
            )
            for ref in refs
        ]
        return {
            ref: answer.item_failure
            if isinstance(answer, GraphProblem)
            else event_or_failure(ref.mailbox, answer.body, "read_event", agenda=agenda)
            for ref, answer in zip(refs, self._batch.run(calls), strict=True)
        }

    def find(
        self, wanted: Mapping[tuple[str, str], Span]
    ) -> Mapping[tuple[str, str], EventCopy | CallFailure]:
        """Find somebody's own copy of a meeting, by (mailbox, uid) and where it lies in time.

        One that is not there is a failure of kind `gone`.
        """
        lists = {key: _list("find", key[0], "calendarView", span=wanted[key]) for key in wanted}
        found: dict[tuple[str, str], EventCopy | CallFailure] = {}

        def take(key: tuple[str, str], event: Mapping[str, Any]) -> bool:
            if event.get("iCalUId") == key[1]:
                found[key] = event_or_failure(key[0], event, "find")
            return key not in found

        ended = read_pages(self._batch, self._base, lists, take)
        return {key: found.get(key) or ended[key] or _NOT_THERE for key in wanted}

    def decline(self, answers: Mapping[EventRef, Decline]) -> Mapping[EventRef, CallFailure | None]:
        """Decline as the mailbox's person; None: done. A meeting that is gone is `gone`."""
        return decline(self._batch, answers)

    def cancel(self, comments: Mapping[EventRef, str]) -> Mapping[EventRef, CallFailure | None]:
        """Cancel as the organiser, attendees are told by the service; None: done."""
        return cancel(self._batch, comments)

    def free_busy(
        self, asker: str, addresses: Sequence[str], span: Span
    ) -> Mapping[str, FreeBusy | CallFailure]:
        """Ask when people are taken, 20 a call, through the mailbox `asker`; under 42 days."""
        return read_free_busy(self._batch, asker, addresses, span)

    def add_block_outs(
        self, wanted: Mapping[str, BlockOut]
    ) -> Mapping[str, EventRef | CallFailure]:
        """Make a series a key; again with the same key makes no second one."""
        return self._block_outs.add(wanted)

    def marked(
        self, mailboxes: Sequence[str]
    ) -> Mapping[str, tuple[MarkedSeries, ...] | CallFailure]:
        """Return every series of ours in each mailbox, whatever the store knows."""
        return self._block_outs.marked(mailboxes)

    def restore(self, wanted: Mapping[EventRef, BlockOut]) -> Mapping[EventRef, CallFailure | None]:
        """Give a series its times, recurrence, show-as, category and subject back."""
        return self._block_outs.restore(wanted)

    def restore_occurrences(
        self, wanted: Mapping[EventRef, Span]
    ) -> Mapping[EventRef, CallFailure | None]:
        """Give occurrences of our series their time back, each by its own id; make them busy."""
        return self._block_outs.restore_occurrences(wanted)

    def remove(self, refs: Collection[EventRef]) -> Mapping[EventRef, CallFailure | None]:
        """Delete events without attendees; one that is gone counts as done."""
        return self._block_outs.remove(refs)

    def _copies(self, lists: Mapping[_K, Call], *, agenda: bool) -> dict[_K, _Copies | CallFailure]:
        """Read lists of events; one that cannot be made sense of is left out, and logged."""
        found: dict[_K, list[EventCopy]] = {key: [] for key in lists}

        def take(key: _K, event: Mapping[str, Any]) -> bool:
            call = lists[key]
            copy = event_or_failure(call.mailbox, event, call.operation, agenda=agenda)
            if isinstance(copy, EventCopy):
                found[key].append(copy)
            else:
                _log.warning("event_unreadable", mailbox=call.mailbox, why=copy.what)
            return True

        ended = read_pages(self._batch, self._base, lists, take)
        return {key: ended[key] or tuple(found[key]) for key in lists}


def _list(
    operation: str,
    mailbox: str,
    *segments: str,
    span: Span | None = None,
    more: Mapping[str, str] | None = None,
    agenda: bool = False,
) -> Call:
    """Return the call for the first page; links to the others carry its query."""
    query = {} if span is None else {
        "startDateTime": written(span.starts), "endDateTime": written(span.ends)
    }  # fmt: skip
    query |= {"$select": WITH_AGENDA if agenda else SELECT, "$top": PAGE, **(more or {})}
    return Call(
        operation=operation,
        method="GET",
        path=path("users", mailbox, *segments, query=query),
        mailbox=mailbox,
        utc=True,
    )


_NOT_THERE = CallFailure(kind="gone", what="find: no such meeting in that span of the calendar")

__all__ = ["PAGE", "GraphCalendars"]
