"""`/my-settings`: what a person may choose about their own time.

Friendly notes on or off, working days of one's own, and a quiet time. The page says what each
does, and what none of them does: hold mail that is urgent, or change what a rule says.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, Form, Query, Request, Response

from policy_agent.domain.notes import WORKING_HOURS
from policy_agent.domain.own_time import Preference
from policy_agent.domain.rules import DeferEmail
from policy_agent.domain.walltime import zone_named
from policy_agent.messages.words import cut
from policy_agent.rulebook.wording import weekdays_in_words
from policy_agent.web.pages import Pages
from policy_agent.web.sessions import Visitor

log = structlog.get_logger()

PATH = "/my-settings"
_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])", re.ASCII)
_LONGEST = 20  # characters of a time that are shown again


@dataclass(frozen=True, kw_only=True, slots=True)
class _Filled:
    """The form as it is shown and sent: words, right or wrong."""

    nudges: str  # on, off
    which: str  # same, own: whose working days
    days: tuple[str, ...] = ()  # 0 is Monday
    quiet_from: str = ""
    quiet_to: str = ""

    @classmethod
    def of(cls, chosen: Preference) -> "_Filled":
        starts, ends = chosen.quiet or (None, None)
        return cls(
            nudges="on" if chosen.etiquette_nudges else "off",
            which="same" if chosen.working_days is None else "own",
            days=tuple(str(day) for day in sorted(chosen.working_days or ())),
            quiet_from="" if starts is None else f"{starts:%H:%M}",
            quiet_to="" if ends is None else f"{ends:%H:%M}",
        )


@dataclass(kw_only=True, slots=True)
class _Reading:
    """What a form says, and what is wrong with it, by the field's name."""

    filled: _Filled
    errors: dict[str, str] = field(default_factory=dict)

    def preference(self) -> Preference:
        """Return what was chosen; where `errors` has something afterwards it is of no use."""
        filled = self.filled
        if filled.nudges not in {"on", "off"}:
            self.errors["nudges"] = "Choose if you want friendly notes"
        return Preference(
            etiquette_nudges=filled.nudges == "on",
            working_days=self._days(),
            quiet=self._quiet(),
        )

    def _days(self) -> frozenset[int] | None:
        filled = self.filled
        if filled.which not in {"same", "own"}:
            self.errors["which"] = "Choose which days you work"
        if filled.which != "own":
            return None
        days = frozenset(int(day) for day in filled.days if day in _NUMBERS)
        if not days:
            self.errors["days"] = "Tick at least one day that you work"
        return days

    def _quiet(self) -> tuple[time, time] | None:
        filled = self.filled
        if not filled.quiet_from and not filled.quiet_to:
            return None
        starts = self._clock("quiet_from", filled.quiet_from, "starts")
        ends = self._clock("quiet_to", filled.quiet_to, "ends")
        if starts is None or ends is None:
            return None
        if starts == ends:
            self.errors["quiet_to"] = "Your quiet time must end at another time than it starts"
        return starts, ends

    def _clock(self, name: str, text: str, does: str) -> time | None:
        if not text:
            self.errors[name] = (
                f"Enter the time your quiet time {does}, or leave both times empty for none"
            )
            return None
        found = _CLOCK.fullmatch(text)
        if found is None:
            self.errors[name] = f"The time your quiet time {does} must be a time, such as 18:30"
            return None
        return time(int(found[1]), int(found[2]))


_NUMBERS = frozenset(str(day) for day in range(len(_WEEK)))


def add_my_settings(app: FastAPI, pages: Pages) -> None:
    """Add the paths to the application."""

    @app.get(PATH)
    def show(
        request: Request,
        visitor: Annotated[Visitor, Depends(pages.visitor)],
        done: Annotated[str, Query()] = "",
    ) -> Response:
        """Show the form with what counts now."""
        chosen = pages.store.preferences_of([visitor.id]).get(visitor.id, Preference())
        values = _values(pages, visitor, _Filled.of(chosen)) | {"saved": done == "saved"}
        return pages.show(request, "my_settings.html", values, visitor=visitor)

    @app.post(PATH)
    def save(
        request: Request,
        visitor: Annotated[Visitor, Depends(pages.genuine)],
        nudges: Annotated[str, Form()] = "",
        which: Annotated[str, Form()] = "",
        days: Annotated[list[str] | None, Form()] = None,
        quiet_from: Annotated[str, Form()] = "",
        quiet_to: Annotated[str, Form()] = "",
    ) -> Response:
        """Save all of it, or nothing and say what is wrong."""
        reading = _Reading(
            filled=_Filled(
                nudges=nudges,
                which=which,
                days=tuple(days or ()),
                quiet_from=quiet_from.strip(),
                quiet_to=quiet_to.strip(),
            )
        )
        chosen = reading.preference()
        if reading.errors:
            values = _values(pages, visitor, reading.filled, reading.errors)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return pages.show(request, "my_settings.html", values, visitor=visitor, status=status)
        pages.store.put_preference(visitor.id, chosen, now=pages.moment().now)
        log.info("settings_saved")
        return pages.go(f"{PATH}?done=saved")


def _values(
    pages: Pages, visitor: Visitor, filled: _Filled, errors: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Return what the page shows."""
    rulebook = pages.context.current.policy.rulebook
    calendar = next(iter(rulebook.calendars.values()), None)
    covered = next(iter(pages.store.calendars([visitor.id])), None)
    usual, told_by = None, ""
    if covered is not None and covered.working_days:
        usual, told_by = covered.working_days, "your Outlook calendar"
    elif calendar is not None:
        usual, told_by = calendar.working_days, "your organisation"
    zone = zone_named(covered.zone) if covered is not None else None
    opens, closes = (None if calendar is None else calendar.working_hours) or WORKING_HOURS
    return {
        "saved": False,
        "errors": errors or {},
        "nudges": filled.nudges,
        "which": filled.which,
        "days": [
            {"value": str(number), "text": name, "checked": str(number) in filled.days}
            for number, name in enumerate(_WEEK)
        ],
        "usual_days": weekdays_in_words(usual) if usual else "",
        "told_by": told_by,
        "quiet_from": cut(filled.quiet_from, _LONGEST),
        "quiet_to": cut(filled.quiet_to, _LONGEST),
        "clock_of": (zone or pages.zone).key,
        "hours": f"{opens:%H:%M} to {closes:%H:%M}",
        "mail_waits_for_own_days": rulebook.asks_for_working_days,
        "important_comes": all(_lets_important_through(rule) for rule in rulebook.mail_rules),
    }


def _lets_important_through(rule: DeferEmail) -> bool:
    """Whether high importance alone is enough for mail to arrive at once."""
    return any(
        line.importance == "high"
        and not (line.subject_tags or line.categories or line.recipient_outside)
        for line in rule.let_through
    )
