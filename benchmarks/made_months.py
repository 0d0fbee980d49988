"""Months of decisions on mail, as a council of 2,000 people has them, written in bulk.

Rows are made in the order in which they would be decided, and go in past the store's own methods,
with the indexes made anew after them: ten million take a few minutes. What the engine would say is
drawn by lot: figures look at no more than that. Facts, which figures never read, are left out.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.months import after
from policy_agent.domain.rules import DeferEmail, HoldPoint, Mode, Release, Rulebook, Team
from policy_agent.domain.where import Where
from policy_agent.domain.windows import Window

PEOPLE = 2_000
TEAMS = tuple(f"team-{n:02}" for n in range(1, 26))
SMALL = (4, 6, 8, 9)  # people of the first teams, too few to tell of; the others are alike
DOMAIN = "northshire.example"
OUTSIDE = 0.05  # share of copies that came from outside: no rule is about them
URGENT, EXEMPT, OTHER = 0.06, 0.08, 0.05  # shares of what came in a window
SENT_NOW, ABANDONED = 0.04, 0.004  # shares of holds
LATE = timedelta(seconds=40)  # from a copy's arrival to its decision
ZONE = ZoneInfo("Europe/London")
COLUMNS = (
    *("mailbox", "message", "position", "received", "decided", "rule", "outcome", "mode"),
    *("reason", "detail", "where_file", "where_line", "promised", "rulebook", "sender", "urgent"),
)
HELD = (
    *("mailbox", "message", "rule", "received", "decided", "state", "asked"),
    *("promised", "due", "free_from"),
)

Row = tuple[object, ...]

_WHERE = Where(file="rules/northshire.yaml", line=31)
_HASH = "0123456789abcdef" * 4
_DETAIL = "Wed 14 Oct 2026 is outside the window rest-days"


def rulebook() -> Rulebook:
    """Return three rules about mail, for everybody; some teams are further on than others."""
    calendar = Calendar(
        name="service",
        zone=ZONE,
        working_days=frozenset(range(5)),
        holidays={date(2026, 8, 31): "Summer bank holiday"},
        where=_WHERE,
    )
    windows = (
        Window(name="rest-days", calendar=calendar, days="non-working", where=_WHERE),
        Window(
            name="nights", calendar=calendar, days="all", time=(time(20), time(7)), where=_WHERE
        ),
        Window(
            name="fridays",
            calendar=calendar,
            days=frozenset({4}),
            time=(time(17, 30), time(20)),
            where=_WHERE,
        ),
    )
    teams = ("everyone", *TEAMS)
    return Rulebook(
        organisation="Northshire",
        domains=frozenset({DOMAIN}),
        calendars={"service": calendar},
        teams={name: Team(name=name, group=f"{name}@{DOMAIN}", where=_WHERE) for name in teams},
        windows={window.name: window for window in windows},
        rules=tuple(_rule(f"{window.name}-email", window) for window in windows),
        hash=_HASH,
    )


def _rule(name: str, window: Window) -> DeferEmail:
    enforced = dict.fromkeys(TEAMS[9:13], Mode.ENFORCE)
    return DeferEmail(
        name=name,
        because="Nobody should feel on call",
        owner=f"ict-policy@{DOMAIN}",
        mode=Mode.OBSERVE,
        mode_for={**enforced, TEAMS[13]: Mode.NUDGE},
        from_teams=frozenset({"everyone"}),
        to_teams=frozenset({"everyone"}),
        window=window,
        hold_at=(HoldPoint.INBOX,),
        release=Release(at=time(8, 30), spread=timedelta(minutes=20)),
        where=_WHERE,
        where_window=_WHERE,
        where_people=_WHERE,
        where_mode=_WHERE,
    )


def people() -> Sequence[tuple[str, str]]:
    """Return everybody's id and team."""
    large = itertools.cycle(TEAMS[len(SMALL) :])
    theirs = [name for name, size in zip(TEAMS, SMALL, strict=False) for _ in range(size)]
    theirs += [next(large) for _ in range(PEOPLE - len(theirs))]
    return tuple((f"{n:08}-0000-4000-8000-000000000000", team) for n, team in enumerate(theirs))


class MadeMonths:
    """Makes the rows of one month after the other; the same each time."""

    def __init__(self, rules: Rulebook) -> None:
        self._rules = rules.mail_rules
        self._chance = random.Random(6)  # noqa: S311  no secret
        self._people = people()
        self._number = 0
        self.held: list[Row] = []  # what enforced rules hold, by `HELD`
        self.in_window = 0

    def rows(self, month: date, decisions: int) -> Iterator[Row]:
        """Yield about so many rows of decisions, by `COLUMNS`, as they would be decided."""
        first, end = (
            datetime.combine(day, time(), ZONE).astimezone(UTC) for day in (month, after(month))
        )
        minutes = int((end - first) / timedelta(minutes=1))
        moments = [first + n * timedelta(minutes=1) for n in range(minutes)]
        weights = [_weight(one.astimezone(ZONE)) for one in moments]
        copies = decisions / (OUTSIDE + (1 - OUTSIDE) * len(self._rules)) / sum(weights)
        owed = 0.0
        for moment, weight in zip(moments, weights, strict=True):
            owed += copies * weight
            yield from self._minute(moment, int(owed))
            owed -= int(owed)

    def _minute(self, moment: datetime, copies: int) -> Iterator[Row]:
        received, decided = _text(moment), _text(moment + LATE)
        inside = [rule.window.occurrence_at(moment) is not None for rule in self._rules]
        lot = self._chance.random
        senders = self._chance.choices(self._people, k=copies)
        owners = self._chance.choices(self._people, k=copies)
        for (sender, team), (mailbox, _) in zip(senders, owners, strict=True):
            self._number += 1
            copy = (mailbox, f"AAMkAGI2{self._number:0140}")
            if lot() < OUTSIDE:
                said = _Said(None, "deliver", "off", "from_outside")
                yield _row(copy, 0, received, decided, said, None, False)
                continue
            urgent, held = lot() < URGENT, False
            for place, rule in enumerate(self._rules):
                mode = rule.mode_for.get(team, rule.mode).value
                said = _Said(rule.name, "deliver", mode, "outside_window")
                if inside[place]:
                    self.in_window += 1
                    said = _Said(rule.name, *_inside(urgent, lot(), mode))
                    if said.outcome == "hold" and mode == "enforce" and not held:
                        held = True
                        ended = _ended(lot())
                        self.held.append(
                            (*copy, rule.name, received, decided, *ended, decided, decided, decided)
                        )
                yield _row(copy, place, received, decided, said, sender, urgent)


class _Said(NamedTuple):
    rule: str | None
    outcome: str
    mode: str
    reason: str


def _row(
    copy: tuple[str, str],
    place: int,
    received: str,
    decided: str,
    said: _Said,
    sender: str | None,
    urgent: bool,
) -> Row:
    promised = decided if said.outcome == "hold" else None
    what = (*said, _DETAIL, _WHERE.file, _WHERE.line, promised, _HASH, sender, urgent)
    return (*copy, place, received, decided, *what)


def _inside(urgent: bool, lot: float, mode: str) -> tuple[str, str, str]:
    if urgent:
        return "deliver", mode, "let_through"
    if lot < EXEMPT:
        return "deliver", mode, "exempt_team"
    if lot < EXEMPT + OTHER:
        return "deliver", mode, "let_through"
    return "hold", mode, "in_window"


def _ended(lot: float) -> tuple[str, str | None]:
    """Return the state of a hold that is over, and who asked for it."""
    if lot < SENT_NOW:
        return "sent_now", "sender"
    return ("abandoned" if lot < SENT_NOW + ABANDONED else "released"), None


def _weight(local: datetime) -> float:
    """Return how much mail there is at that time of the week."""
    if local.weekday() >= 5:  # noqa: PLR2004  Saturday
        return 0.4 if 8 <= local.hour < 20 else 0.05  # noqa: PLR2004
    if 8 <= local.hour < 18:  # noqa: PLR2004  the working day
        return 1.0
    return 0.6 if 18 <= local.hour < 22 else 0.08  # noqa: PLR2004


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"
