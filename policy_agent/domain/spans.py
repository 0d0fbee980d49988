"""Spans of time taken together and apart.

Spans that come in are in order and share no moment, but for `union`, which makes such spans of any;
so are those that go out. All are half-open, and no answer has one that lasts no time.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from policy_agent.domain.events import Span


def union(spans: Iterable[Span]) -> list[Span]:
    """Return the same moments as spans in order that share none, from spans in any order."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: one.starts):
        if span.starts >= span.ends:
            continue
        if found and span.starts <= found[-1].ends:
            found[-1] = Span(starts=found[-1].starts, ends=max(found[-1].ends, span.ends))
        else:
            found.append(span)
    return found


def shared(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return the moments that lie in both."""
    found: list[Span] = []
    first = second = 0
    while first < len(some) and second < len(others):
        one, other = some[first], others[second]
        starts, ends = max(one.starts, other.starts), min(one.ends, other.ends)
        if starts < ends:
            found.append(Span(starts=starts, ends=ends))
        if one.ends <= other.ends:
            first += 1
        else:
            second += 1
    return found


def without(some: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """Return the moments of the first that do not lie in the second."""
    if not some:
        return []
    free: list[Span] = []
    begins = some[0].starts
    for span in taken:
        if begins < span.starts:
            free.append(Span(starts=begins, ends=span.starts))
        begins = max(begins, span.ends)
    if begins < some[-1].ends:
        free.append(Span(starts=begins, ends=some[-1].ends))
    return shared(some, free)


def within(moments: Sequence[datetime], spans: Sequence[Span]) -> list[datetime]:
    """Return those moments, in order, that lie in one of the spans."""
    found: list[datetime] = []
    at = 0
    for moment in moments:
        while at < len(spans) and spans[at].ends <= moment:
            at += 1
        if at < len(spans) and spans[at].starts <= moment:
            found.append(moment)
    return found


__all__ = ["shared", "union", "within", "without"]
