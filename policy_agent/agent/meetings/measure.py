"""Measure: what counts in figures of each meeting is written down while it is ahead.

Nothing is done about it and nobody hears of it. What a meeting was when it began is what the month
says of it: so looks write down what is new or has changed, and what is gone. Every calendar is seen
whole once a day, so the last two weeks before a meeting are enough, and few rows are looked at.
"""

from datetime import timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.meetings.scope import team_sizes
from policy_agent.agent.meetings.seen import Seen, SeenMeeting, SeenSeries
from policy_agent.domain.events import EventRef
from policy_agent.domain.measuring import MeasuredMeeting, Measuring, takes_time

log = structlog.get_logger()

AHEAD = timedelta(weeks=2)  # before it begins, a meeting is measured


class MeasuringMeetings:
    """The feature; it remembers nothing."""

    def take(self, context: AgentContext, seen: Seen, moment: Moment) -> None:
        """Write down what was seen of meetings, and which are gone."""
        policy = context.current.policy
        if not policy.rulebook.hash:
            return
        measuring = Measuring(policy.rulebook, team_sizes(policy.directory))
        measured = [
            _measured(measuring, series, met, whole=series.mailbox in seen.whole)
            for series in seen.series
            for met in series.occurrences
            if met.copy.starts < moment.now + AHEAD and takes_time(met.facts)
        ]
        changed = context.store.put_meetings(
            measured,
            looked={
                ref
                for series in seen.series
                if series.mailbox not in seen.whole
                for ref in _refs(series)
            },
            whole=seen.whole,
            gone=seen.gone,
            now=moment.now,
        )
        if changed:
            log.debug("meetings_measured", changed=changed)

    def tick(self, context: AgentContext, moment: Moment) -> None:
        """Do nothing: what was seen is all that there is to measure."""


def _measured(
    measuring: Measuring, series: SeenSeries, met: SeenMeeting, *, whole: bool
) -> MeasuredMeeting:
    copy, facts = met.copy, met.facts
    return MeasuredMeeting(
        uid=copy.uid,
        ref=copy.ref,
        master=copy.series,
        organiser=series.organiser.id or None if series.organiser is not None else None,
        starts=copy.starts,
        ends=copy.ends,
        booked=facts.booked,
        whole=whole,
        after=facts.after,
        size=len(facts.invited) + (facts.organiser is not None),
        online=facts.online,
        checks=measuring.checks(facts, met.verdicts, whole=whole),
        over=measuring.over(facts, met.verdicts),
    )


def _refs(series: SeenSeries) -> set[EventRef]:
    """Return what the series is in its mailbox: its master, or the single meeting itself."""
    ids = {met.copy.series or met.copy.ref.event for met in series.occurrences}
    # One without occurrences is its organiser's own, and known by its id there.
    return {EventRef(mailbox=series.mailbox, event=id_) for id_ in ids or {series.key}}


__all__ = ["MeasuringMeetings"]
