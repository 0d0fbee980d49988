"""`/it/roll-out` for IT and `/leadership` for leaders: how far each rule has come, by team.

Both show teams only, and no figure of fewer than ten people: see `policy_agent.domain.rolling_out`.
Figures of eight weeks do not change by the second: they are counted anew at most once a minute, and
the pages say of when they are.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response

from policy_agent.domain.blocks import FEWEST
from policy_agent.domain.rolling_out import Gate, Progress, progress
from policy_agent.domain.rules import Mode
from policy_agent.rulebook.readback import read_rule
from policy_agent.web.pages import Pages
from policy_agent.web.sessions import IT, LEADER, Visitor

WEEKS = 8  # that are looked back on, as `policy-agent rollout` does
KEPT_FOR = timedelta(minutes=1)  # machine time
FEW = f"fewer than {FEWEST}"
NOT_MEASURED = "not measured yet"
MODES = {  # in plain words, for those who do not know the rulebook's
    "off": "Off",
    "observe": "Only watched: nothing is done",
    "nudge": "People are told, nothing is moved",
    "enforce": "In full force",
}
_STEPS = {
    Mode.OBSERVE: "observe (it is only watched)",
    Mode.NUDGE: "nudge (people are told)",
    Mode.ENFORCE: "enforce (full force)",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamShown:
    """How a rule does for one team, in words."""

    team: str
    mode: str
    days: str
    held_a_week: str
    urgent: str
    sent_now: str  # empty: nothing of any team was held yet, so that the column is left out
    gate: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleProgress:
    """How a rule does, team by team."""

    name: str
    because: str
    reads: str
    teams: tuple[TeamShown, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """Figures, and when they were counted."""

    at: datetime  # tenant time
    rules: tuple[RuleProgress, ...]


class Figures:
    """Counts anew where what it has is older than a minute, or of another rulebook."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._lock = threading.Lock()  # one counts, the others wait for what comes of it
        self._kept: tuple[str, datetime, Counted] | None = None

    def counted(self, gate: Gate) -> Counted:
        """Return the figures; StoreProblem where they cannot be counted."""
        moment, rulebook = self._pages.moment(), self._pages.context.current.policy.rulebook.hash
        with self._lock:
            if self._kept is not None:
                of, counted_at, kept = self._kept
                if of == rulebook and timedelta() <= moment.machine - counted_at < KEPT_FOR:
                    return kept
            found = Counted(at=moment.now, rules=tuple(_rules(self._pages, gate)))
            self._kept = rulebook, moment.machine, found
            return found


def add_it_roll_out(app: FastAPI, pages: Pages) -> None:
    """Add both pages to the application."""
    figures = Figures(pages)

    @app.get("/it/roll-out")
    def roll_out(
        request: Request, visitor: Annotated[Visitor, Depends(pages.only(IT))]
    ) -> Response:
        """Show the gates as `policy-agent rollout` does."""
        gate = Gate()
        values = {"counted": figures.counted(gate), "weeks": WEEKS, "gate": gate}
        return pages.show(request, "it/roll_out.html", values, visitor=visitor)

    @app.get("/leadership")
    def leadership(
        request: Request, visitor: Annotated[Visitor, Depends(pages.only(LEADER))]
    ) -> Response:
        """Show how far each rule has come, and why it is there."""
        gate = Gate()
        values = {
            "counted": figures.counted(gate),
            "weeks": WEEKS,
            "gate": gate,
            "modes": MODES,
        }
        return pages.show(request, "it/leadership.html", values, visitor=visitor)


def _rules(pages: Pages, gate: Gate) -> Sequence[RuleProgress]:
    rulebook = pages.context.current.policy.rulebook
    _, members = pages.store.people()
    since = pages.moment().now - timedelta(weeks=WEEKS)
    found = progress(rulebook, members, pages.store.tallies_since(since), gate)
    sent_now = any(one.sent_now is not None for one in found)
    return [
        RuleProgress(
            name=rule.name,
            because=rule.because,
            reads=read_rule(rule),
            teams=tuple(_team(one, sent_now=sent_now) for one in found if one.rule == rule.name),
        )
        for rule in rulebook.rules
    ]


def _team(one: Progress, *, sent_now: bool) -> TeamShown:
    if not one.measured:
        days = held = urgent = now = NOT_MEASURED
    elif one.suppressed:
        days = held = urgent = now = FEW
    else:
        days = f"{one.days}"
        held = f"{one.held_a_week or 0:.1f}"
        urgent = _share(one.urgent, "none yet")
        now = _share(one.sent_now, "none held")
    return TeamShown(
        team=one.team,
        mode=one.mode,
        days=days,
        held_a_week=held,
        urgent=urgent,
        sent_now=now if sent_now else "",
        gate=_gate(one),
    )


def _share(share: float | None, none: str) -> str:
    return none if share is None else f"{share:.1%}"


def _gate(one: Progress) -> str:
    """Say how it stands with the next mode, in a sentence."""
    if one.next_mode is None:
        return "It is as strong as it gets."
    step = _STEPS[one.next_mode]
    if not one.measured:
        return f"Next would be {step}. Whether it is ready is not measured yet."
    if one.suppressed:
        return f"Next would be {step}. Whether it is ready is not shown: {FEW} people."
    if one.passed:
        return f"Ready for the next step: {step}."
    return f"Not ready yet for {step}. Still asked for: {one.missing}."
