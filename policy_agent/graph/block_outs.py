"""Block-outs in calendars: busy series without attendees, so that nobody gets mail about them.

Sources: https://learn.microsoft.com/en-us/graph/api/user-post-events, …/event-update,
…/event-delete. A series is marked by its key; its category shows people where it comes from.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar

import structlog

from policy_agent.domain.blocking import BlockOut, MarkedSeries
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventRef, Span
from policy_agent.domain.walltime import MIDNIGHT
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Answer, Call, Method, path
from policy_agent.graph.events import write_moment
from policy_agent.graph.failures import GraphProblem, id_of
from policy_agent.graph.marks import EXPAND_KEY, KEY, KIND, key_of, marked_with, marks
from policy_agent.graph.pages import read_pages

_K = TypeVar("_K")
_PAGE: Final = "50"  # series
_MARK: Final = "block-out"
_COLOUR: Final = "preset4"  # green
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_log = structlog.get_logger(__name__)


class BlockOutSeries:
    """Makes, finds, mends and removes our series; `Calendars` says what each is for."""

    def __init__(self, batch: GraphBatch, base: str, category: str) -> None:
        self._batch = batch
        self._base = base
        self._category = category
        self._coloured: set[str] = set()  # mailboxes that were seen to have the category

    def add(self, wanted: Mapping[str, BlockOut]) -> dict[str, EventRef | CallFailure]:
        """Make a series a key.

        The key goes as `transactionId`, by which the service knows a series that it has made
        already. What it answers then is written nowhere, so after a conflict, and after an answer
        that was lost, the series is looked for by its mark; it is not made again before that.
        """
        self._colour({series.mailbox for series in wanted.values()})
        calls = {
            key: _call("add_block_out", "POST", series.mailbox, body=self._new(key, series))
            for key, series in wanted.items()
        }
        answers = self._run(calls)
        lost = {
            key: wanted[key].mailbox
            for key, answer in answers.items()
            if isinstance(answer, GraphProblem) and (answer.unsure or answer.status == 409)  # noqa: PLR2004
        }
        there = self._by_key(lost)
        found: dict[str, EventRef | CallFailure] = {}
        for key, answer in answers.items():
            if key in there:
                found[key] = there[key]
            elif isinstance(answer, GraphProblem):
                found[key] = answer.item_failure
            else:
                found[key] = _made(wanted[key].mailbox, answer)
        return found

    def marked(self, mailboxes: Sequence[str]) -> dict[str, tuple[MarkedSeries, ...] | CallFailure]:
        """Return every series of ours in each mailbox, whatever the store knows."""
        query = {
            "$filter": marked_with(KIND, _MARK),
            "$select": "id",
            "$expand": EXPAND_KEY,
            "$top": _PAGE,
        }
        calls = {
            mailbox: _call("marked", "GET", mailbox, query=query)
            for mailbox in dict.fromkeys(mailboxes)
        }
        found: dict[str, list[MarkedSeries]] = {mailbox: [] for mailbox in calls}

        def take(mailbox: str, event: Mapping[str, Any]) -> bool:
            ref = EventRef(mailbox=mailbox, event=str(event["id"]))
            found[mailbox].append(MarkedSeries(ref=ref, mark=key_of(event)))
            return True

        ended = read_pages(self._batch, self._base, calls, take)
        return {mailbox: ended[mailbox] or tuple(found[mailbox]) for mailbox in calls}

    def restore(self, wanted: Mapping[EventRef, BlockOut]) -> dict[EventRef, CallFailure | None]:
        """Give a series its times, recurrence, show-as, category and subject back."""
        return self._patch({ref: self._look(series) for ref, series in wanted.items()})

    def restore_occurrences(
        self, wanted: Mapping[EventRef, Span]
    ) -> dict[EventRef, CallFailure | None]:
        """Give occurrences their time back, each by its own id, and make them busy."""
        return self._patch(
            {
                ref: {
                    "start": write_moment(span.starts),
                    "end": write_moment(span.ends),
                    "isAllDay": False,  # an all-day event may start at a midnight of its zone only
                    "showAs": "busy",
                }
                for ref, span in wanted.items()
            }
        )

    def remove(self, refs: Collection[EventRef]) -> dict[EventRef, CallFailure | None]:
        """Delete events without attendees; one that is gone counts as done."""
        answers = self._run(
            {ref: _call("remove_event", "DELETE", ref.mailbox, ref.event) for ref in refs}
        )
        return {
            ref: failure
            if (failure := _failure(answer)) is not None and failure.kind != "gone"
            else None
            for ref, answer in answers.items()
        }

    def _look(self, series: BlockOut) -> dict[str, object]:
        """Return the series as the service takes it: wall clock and zone of the rule's calendar."""
        all_day = series.starts == series.ends == MIDNIGHT
        last = series.first + timedelta(days=series.ends == MIDNIGHT)
        return {
            "subject": series.subject,
            "start": _wall(series.first, series.starts, series.zone),
            "end": _wall(last, series.ends, series.zone),
            "isAllDay": all_day,
            "showAs": "busy",
            "categories": [self._category],
            "recurrence": {
                "pattern": {
                    "type": "weekly",
                    "interval": series.every_weeks,
                    "daysOfWeek": [_DAYS[day] for day in sorted(series.weekdays)],
                    "firstDayOfWeek": "monday",
                },
                "range": {
                    "type": "noEnd",
                    "startDate": series.first.isoformat(),
                    "recurrenceTimeZone": series.zone,
                },
            },
        }

    def _new(self, key: str, series: BlockOut) -> dict[str, object]:
        return {
            **self._look(series),
            "isReminderOn": False,
            "responseRequested": False,
            "transactionId": key,
            "singleValueExtendedProperties": marks(_MARK, key),
        }

    def _by_key(self, mailboxes: Mapping[str, str]) -> dict[str, EventRef]:
        """Look series up by their keys; one that is not there, or not to be read, is left out."""
        calls = {
            key: _call(
                "find_block_out", "GET", mailbox,
                query={"$filter": marked_with(KEY, key), "$select": "id"},
            )
            for key, mailbox in mailboxes.items()
        }  # fmt: skip
        return {
            key: EventRef(mailbox=mailboxes[key], event=str(answer.items[0]["id"]))
            for key, answer in self._run(calls).items()
            if not isinstance(answer, GraphProblem) and answer.items
        }

    def _colour(self, mailboxes: Collection[str]) -> None:
        """Give the category its colour in each mailbox that has none such, once.

        A category works without one, so what goes wrong here is logged and nothing more.
        """
        new = [mailbox for mailbox in mailboxes if mailbox not in self._coloured]
        listed = self._run({one: _categories(one, "GET") for one in new})
        body = {"displayName": self._category, "color": _COLOUR}
        missing = [
            mailbox
            for mailbox, answer in listed.items()
            if not isinstance(answer, GraphProblem) and not _names(answer, self._category)
        ]
        made = self._run({one: _categories(one, "POST", body) for one in missing})
        for mailbox, answer in (listed | made).items():
            if isinstance(answer, GraphProblem) and answer.status != 409:  # noqa: PLR2004
                _log.info("category_not_coloured", mailbox=mailbox, why=answer.failure.what)
            else:
                self._coloured.add(mailbox)

    def _patch(
        self, bodies: Mapping[EventRef, Mapping[str, object]]
    ) -> dict[EventRef, CallFailure | None]:
        calls = {
            ref: _call("restore_event", "PATCH", ref.mailbox, ref.event, body=body)
            for ref, body in bodies.items()
        }
        return {ref: _failure(answer) for ref, answer in self._run(calls).items()}

    def _run(self, calls: Mapping[_K, Call]) -> dict[_K, Answer | GraphProblem]:
        return dict(zip(calls, self._batch.run([*calls.values()]), strict=True))


def _call(
    operation: str,
    method: Method,
    mailbox: str,
    *event: str,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, object] | None = None,
) -> Call:
    return Call(
        operation=operation,
        method=method,
        path=path("users", mailbox, "events", *event, query=query),
        mailbox=mailbox,
        body=body,
        once=method == "POST",
    )


def _categories(mailbox: str, method: Method, body: Mapping[str, object] | None = None) -> Call:
    return Call(
        operation="category",
        method=method,
        path=path("users", mailbox, "outlook", "masterCategories"),
        mailbox=mailbox,
        body=body,
    )


def _names(answer: Answer, category: str) -> bool:
    wanted = category.casefold()
    return any(str(item.get("displayName")).casefold() == wanted for item in answer.items)


def _made(mailbox: str, answer: Answer) -> EventRef | CallFailure:
    try:
        return EventRef(mailbox=mailbox, event=id_of("add_block_out", answer))
    except GraphProblem as problem:
        return problem.failure


def _failure(answer: Answer | GraphProblem) -> CallFailure | None:
    return answer.item_failure if isinstance(answer, GraphProblem) else None


def _wall(day: date, at: time, zone: str) -> dict[str, str]:
    return {"dateTime": datetime.combine(day, at).isoformat(), "timeZone": zone}


__all__ = ["BlockOutSeries"]
