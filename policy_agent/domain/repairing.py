"""What of a block-out has to be mended, from what was seen of it.

An occurrence is right as long as it takes all of the window's time: one that its person made
longer is theirs. One that was moved, made shorter or set free is put back. One that was deleted
stays deleted: a person may free one lunch.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from policy_agent.domain.block_outs import KeptBlockOut
from policy_agent.domain.blocking import BlockOut
from policy_agent.domain.events import EventCopy, ShowAs, Span

# Occurrences of one weekday that have to lie ahead before their absence says anything of a series.
_ENOUGH = 4
# A view that was taken before a series was made has nothing of it.
_SETTLED = timedelta(hours=1)
_FREE = frozenset({ShowAs.FREE, ShowAs.TENTATIVE, ShowAs.ELSEWHERE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Repairs:
    """What is not as it should be."""

    series: bool = False  # the series itself
    occurrences: dict[str, Span] = field(default_factory=dict)  # by id, where each belongs
    back: frozenset[date] = frozenset()  # days that were deleted and are there again

    def __bool__(self) -> bool:
        return bool(self.series or self.occurrences or self.back)


def look(
    row: KeptBlockOut, copies: Iterable[EventCopy], *, whole: Span | None, now: datetime
) -> Repairs:
    """Return what is wrong with a kept series, by those copies of it that were seen.

    `whole` is the span in which all that is left of it was seen, if there is one. What is over is
    left as it was.
    """
    plan = row.wanted
    if plan is None:
        return Repairs()
    series = False
    seen: set[date] = set()
    moved: dict[str, Span] = {}
    for copy in copies:
        day = plan.day_of(copy.original or copy.starts)
        on_pattern = plan.comes_on(day)
        if copy.kind != "exception":  # the master, or an occurrence that is as the series says
            series = series or not on_pattern or not _is_right(copy, plan.span_on(day))
        elif on_pattern and not _is_right(copy, plan.span_on(day)):
            moved[copy.ref.event] = plan.span_on(day)
        if copy.kind != "master" and on_pattern:
            seen.add(day)
    if whole is not None and row.kept_since is not None and now - row.kept_since >= _SETTLED:
        series = series or _is_cut(row, plan, seen, whole, now)
    return Repairs(
        series=series,
        occurrences={event: span for event, span in moved.items() if span.ends > now},
        back=frozenset(day for day in row.skipped & seen if day >= plan.day_of(now)),
    )


def _is_right(copy: EventCopy, span: Span) -> bool:
    return copy.starts <= span.starts and copy.ends >= span.ends and copy.show_as not in _FREE


def _is_cut(row: KeptBlockOut, plan: BlockOut, seen: set[date], whole: Span, now: datetime) -> bool:
    """Say whether the series lost a weekday or its end, which is more than one freed lunch.

    So it is when of the later half of one weekday's occurrences ahead none is there: a person who
    deletes single ones leaves some.
    """
    skipped = row.skipped | set(plan.skipped)
    due: dict[int, list[date]] = defaultdict(list)
    for day in plan.days(plan.day_of(max(whole.starts, now)), plan.day_of(whole.ends)):
        span = plan.span_on(day)
        if day not in skipped and span.starts >= max(whole.starts, now) and span.ends <= whole.ends:
            due[day.weekday()].append(day)
    return any(
        len(days) >= _ENOUGH and seen.isdisjoint(days[len(days) // 2 :]) for days in due.values()
    )
