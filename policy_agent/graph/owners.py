"""What mailboxes' own settings say of their people's time.

Source: https://learn.microsoft.com/en-us/graph/api/user-get-mailboxsettings. The permission is
MailboxSettings.Read.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import CalendarOwner, Span
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Call, path
from policy_agent.graph.events import read_moment
from policy_agent.graph.failures import GraphProblem
from policy_agent.graph.zones import iana

# Automatic replies without an end: as far as can be counted in any zone, with room to spare.
ALWAYS: Final = Span(starts=datetime(1970, 1, 1, tzinfo=UTC), ends=datetime(9000, 1, 1, tzinfo=UTC))
_SELECT = "userPurpose,timeZone,language,automaticRepliesSetting,workingHours"
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_owners(
    batch: GraphBatch, mailboxes: Sequence[str]
) -> Mapping[str, CalendarOwner | CallFailure]:
    """Read each mailbox's settings; the texts of automatic replies come along and are dropped."""
    calls = [
        Call(
            operation="owner",
            method="GET",
            path=path("users", mailbox, "mailboxSettings", query={"$select": _SELECT}),
            mailbox=mailbox,
        )
        for mailbox in mailboxes
    ]
    found: dict[str, CalendarOwner | CallFailure] = {}
    for mailbox, answer in zip(mailboxes, batch.run(calls), strict=True):
        if isinstance(answer, GraphProblem):
            found[mailbox] = answer.item_failure
            continue
        try:
            found[mailbox] = read_owner(mailbox, answer.body)
        except (AttributeError, LookupError, OverflowError, TypeError, ValueError):
            found[mailbox] = CallFailure(
                kind="refused",
                what="owner: the service wrote the settings in an unknown way",
                request_id=answer.headers.get("request-id", ""),
            )
    return found


def read_owner(mailbox: str, settings: Mapping[str, Any]) -> CalendarOwner:
    language = settings.get("language") or {}
    return CalendarOwner(
        mailbox=mailbox,
        purpose=str(settings.get("userPurpose") or "user").lower(),
        zone=iana(str(settings.get("timeZone") or "")),
        language=str(language.get("locale") or ""),
        working_days=_working_days(settings.get("workingHours") or {}),
        away=_away(settings.get("automaticRepliesSetting") or {}),
    )


def _working_days(hours: Mapping[str, Any]) -> frozenset[int] | None:
    """Return the days as numbers; None where there is none, which says nothing to go by."""
    named = [str(day).lower() for day in hours.get("daysOfWeek") or ()]
    return frozenset(_WEEK.index(day) for day in named if day in _WEEK) or None


def _away(replies: Mapping[str, Any]) -> tuple[Span, ...]:
    """Return when automatic replies are on; scheduled ones without an end are as good as off."""
    status = str(replies.get("status") or "disabled").lower()
    if status == "alwaysenabled":
        return (ALWAYS,)
    first, last = (replies.get(f"scheduled{end}DateTime") for end in ("Start", "End"))
    if status != "scheduled" or first is None or last is None:
        return ()
    starts, ends = read_moment(first), read_moment(last)
    return (Span(starts=starts, ends=ends),) if starts < ends else ()


__all__ = ["ALWAYS", "read_owner", "read_owners"]
