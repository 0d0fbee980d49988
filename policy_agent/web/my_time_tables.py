"""The figures of the page «My time» as its tables, and as the rows of its download."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from policy_agent.domain import my_time as figures
from policy_agent.domain.copies import SENT_AT_MOST
from policy_agent.domain.events import EventCopy, Span
from policy_agent.domain.people import Person
from policy_agent.domain.spans import within
from policy_agent.domain.time_back import TimeBack, Work, WorkingTime, time_back, took_part
from policy_agent.messages.words import cut
from policy_agent.web.dates import clock, day, length
from policy_agent.web.pages import Pages

MOST_SHOWN = 50  # meetings in one table
_LONGEST_SUBJECT = 100
_ENTRY_HEAD = ("date", "from", "to", "what", "minutes")
_ROUNDING = "rounded up to a quarter of an hour"

Row = list[dict[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnTime:
    """What can be told of one person's weeks now."""

    person: Person | None  # None: no rule is about them, so that nothing of theirs is asked for
    working: WorkingTime
    weeks: tuple[figures.Week, ...]
    copies: tuple[EventCopy, ...] | None  # None: the calendar does not answer
    sent: tuple[datetime, ...] | None  # None: the mailbox does not answer

    @property
    def span(self) -> Span:
        return figures.whole_span(self.weeks)

    def time_back(self) -> tuple[TimeBack, ...] | None:
        """Return time back by day; None: half of what it is made of is missing."""
        if self.copies is None or self.sent is None:
            return None
        meetings = [
            Span(starts=copy.starts, ends=copy.ends) for copy in self.copies if took_part(copy)
        ]
        return time_back(meetings, self.sent, self.working, self.span)


def tables_of(pages: Pages, own: OwnTime) -> dict[str, object]:
    """Return what the template shows, by name; None where it cannot be told now."""
    rulebook = pages.context.current.policy.rulebook
    if own.person is None:
        return {}
    rest = figures.rest_of(rulebook, own.person)
    found: dict[str, object] = {
        "rest": [window.name for window in rest],
        "mail": _mail(pages, own, figures.rest_spans(rest, own.span)),
        "sent_known": own.sent is not None,
        "sent_at_most": own.sent is not None and len(own.sent) >= SENT_AT_MOST,
        "protected": None,
        "over": None,
        "runs": None,
        "break_between": length(figures.break_of(rulebook, own.person)),
    }
    if own.copies is not None:
        protected = figures.protected_time(rulebook, own.person, own.copies, own.span)
        over = [(one, meeting) for one in protected for meeting in one.over]
        runs = figures.longest_runs(
            own.copies, own.weeks, own.working, figures.break_of(rulebook, own.person)
        )
        found |= {
            "protected": [_protected(one) for one in protected],
            "over": [_over(one, meeting, own.working) for one, meeting in over[:MOST_SHOWN]],
            "over_more": max(0, len(over) - MOST_SHOWN),
            "runs": [_run(one, own.working) for one in runs],
        }
    days = own.time_back()
    found["days"] = None if days is None else [_day(one, own.working) for one in days]
    found["total"] = None if days is None else length(sum((d.total for d in days), timedelta()))
    return found


def entries_table(
    days: Sequence[TimeBack], working: WorkingTime
) -> tuple[Sequence[str], list[tuple[str, str, str, str, int]]]:
    """Return head and rows of the download; a day's minutes add up to its total on the page."""
    rows: list[tuple[str, str, str, str, int]] = []
    for one in days:
        rows += [
            (
                one.day.isoformat(),
                clock(entry.starts, working.zone),
                _end(entry.ends, one, working),
                str(entry.what),
                _minutes(entry.length),
            )
            for entry in one.entries
        ]
        if rounding := _minutes(one.total - one.spent()):
            rows.append((one.day.isoformat(), "", "", _ROUNDING, rounding))
    return _ENTRY_HEAD, rows


def _mail(pages: Pages, own: OwnTime, rest: Sequence[Span]) -> list[Row]:
    """Return a row a week, and one of all of them."""
    if own.person is None or not rest:
        return []
    came = pages.store.received_in(own.person.id, rest, besides=_agent(pages))
    sent = None if own.sent is None else within(sorted(own.sent), rest)
    rows: list[Row] = []
    for title, span in [
        *((_week(week), week.span) for week in own.weeks),
        ("Together", own.span),
    ]:
        mine = "not known now" if sent is None else str(len(within(sent, [span])))
        rows.append([_text(title), _number(mine), _number(str(len(within(came, [span]))))])
    return rows


def _agent(pages: Pages) -> str | None:
    """Return the id of whoever the agent's own messages come from; None: the directory has none."""
    address = pages.context.service_mailbox
    return (
        None if not address else pages.context.current.policy.directory.person(address).id or None
    )


def _protected(one: figures.ProtectedTime) -> Row:
    return [
        _text(one.rule.window.name),
        _number(str(one.came)),
        _number(str(one.free)),
        _number(str(one.came - one.free)),
    ]


def _over(one: figures.ProtectedTime, over: figures.OverProtected, working: WorkingTime) -> Row:
    return [
        _text(day(over.day, working.zone)),
        _text(f"{clock(over.copy.starts, working.zone)} to {clock(over.copy.ends, working.zone)}"),
        _text(one.rule.window.name),
        {
            "text": cut(over.copy.subject, _LONGEST_SUBJECT) or "(no subject)",
            "classes": "app-words",
        },
    ]


def _run(one: figures.LongestRun, working: WorkingTime) -> Row:
    if one.run is None:
        return [_text(_week(one.week)), _text("none"), _text(""), _number("0")]
    starts, ends = one.run.starts, one.run.ends
    times = f"{clock(starts, working.zone)} to {clock(ends, working.zone)}"
    return [
        _text(_week(one.week)),
        _text(length(one.run.length)),
        _text(f"{day(starts, working.zone)}, {times}"),
        _number(str(one.run.meetings)),
    ]


def _day(one: TimeBack, working: WorkingTime) -> Row:
    return [
        _text(day(one.day, working.zone)),
        _number(length(one.spent(Work.MEETING))),
        _number(length(one.spent(Work.MAIL))),
        _number(length(one.total)),
    ]


def _end(ends: datetime, one: TimeBack, working: WorkingTime) -> str:
    """Return when an entry ends; a day that is over ends at 24:00, not before it begins."""
    return "24:00" if working.day_of(ends) > one.day else clock(ends, working.zone)


def _week(week: figures.Week) -> str:
    return f"{week.monday.day} {week.monday:%B %Y}"


def _minutes(lasts: timedelta) -> int:
    return lasts // timedelta(minutes=1)


def _text(text: str) -> dict[str, str]:
    return {"text": text}


def _number(text: str) -> dict[str, str]:
    return {"text": text, "format": "numeric"}


__all__ = ["MOST_SHOWN", "OwnTime", "entries_table", "tables_of"]
