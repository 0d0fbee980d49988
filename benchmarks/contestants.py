"""Who decides in the benchmark: this project, a function written by hand, and rule engines.

Each is set up as its own documentation shows: the policy is compiled once, facts come as the
engine takes them and are made ready before the clock runs. The clauses stand in the rulebook's
order for everybody, and nobody goes on after one that fails. No engine knows a calendar, so each is
told by the same memoised function whether the day is a rest day, and until when a hold would last.
That is counted as part of its decision, as it is for the function written by hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import cel
import rule_engine
import zen
from c7n.filters import FilterRegistry

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.decisions import decide
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.rules import Rulebook

LONDON = ZoneInfo("Europe/London")
RELEASE = time(8, 30)
EXEMPT = frozenset({"emergency-duty", "residential"})
TAGS = ("URGENT", "SAFEGUARDING")

Until = datetime | None  # release time; None: delivered


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """One way to decide."""

    name: str
    kind: str  # ours, hand, engine
    take: Callable[[MailFacts], Any]  # makes facts ready, before the clock runs
    decide: Callable[[Any], Any]  # what is measured
    until: Callable[[Any], Until]  # reads the answer, after the clock ran


def contestants(rulebook: Rulebook) -> Sequence[Contestant]:
    """Return everybody, with the policy compiled."""
    holds_until = memoised(rulebook.calendars["service"])
    return (
        Contestant(
            name="policy_agent decide()",
            kind="ours",
            take=lambda mail: mail,
            decide=lambda mail: decide(rulebook, mail),
            until=lambda said: said[0].promise,
        ),
        Contestant(
            name="hand-written function",
            kind="hand",
            take=lambda mail: mail,
            decide=by_hand(holds_until),
            until=lambda said: said,
        ),
        _engine("zen-engine", _zen(), holds_until),
        _engine("Cloud Custodian (c7n)", _c7n(), holds_until),
        _engine("common-expression-language", _cel(), holds_until),
        _engine("rule-engine", _rule_engine(), holds_until),
    )


def memoised(calendar: Calendar) -> Callable[[date, datetime], Until]:
    """Return the calendar as everybody but ours uses it: asked once for each day."""
    known: dict[date, Until] = {}

    def holds_until(day: date, received: datetime) -> Until:
        if day not in known:
            rest = not calendar.is_working_day(day)
            known[day] = calendar.next_working_moment(received, RELEASE) if rest else None
        return known[day]

    return holds_until


def by_hand(holds_until: Callable[[date, datetime], Until]) -> Callable[[MailFacts], Until]:
    """Return the default rulebook's one rule as a programmer would write it down."""

    def decided(mail: MailFacts) -> Until:
        sender = mail.sender
        if not sender.inside or "everyone" not in sender.teams:
            return None
        if "everyone" not in mail.recipient.teams:
            return None
        received = mail.received
        until = holds_until(received.astimezone(LONDON).date(), received)
        if until is None or mail.is_meeting or mail.is_read or mail.importance == "high":
            return None
        if mail.held_already >= 200 or "safeguarding" in mail.categories:  # noqa: PLR2004
            return None
        if not EXEMPT.isdisjoint(sender.teams):
            return None
        for person in mail.recipients:
            if not person.inside or not EXEMPT.isdisjoint(person.teams):
                return None
        subject = mail.subject.upper()
        if any(subject.startswith(tag) or f"[{tag}]" in subject for tag in TAGS):
            return None
        return until

    return decided


def _engine(
    name: str,
    matches: Callable[[dict[str, Any]], bool],
    holds_until: Callable[[date, datetime], Until],
) -> Contestant:
    def decided(asked: tuple[dict[str, Any], MailFacts]) -> Until:
        facts, mail = asked
        received = mail.received
        until = holds_until(received.astimezone(LONDON).date(), received)
        facts["rest_day"] = until is not None
        return until if matches(facts) else None

    return Contestant(
        name=name,
        kind="engine",
        take=lambda mail: (_plain(mail), mail),
        decide=decided,
        until=lambda said: said,
    )


def _plain(mail: MailFacts) -> dict[str, Any]:
    """Return facts as an engine takes them: text, numbers, truths and lists."""
    involved = mail.sender.teams.union(*(person.teams for person in mail.recipients))
    return {
        "sender_inside": mail.sender.inside,
        "sender_teams": sorted(mail.sender.teams),
        "recipient_teams": sorted(mail.recipient.teams),
        "involved_teams": sorted(involved),
        "outside": any(not person.inside for person in mail.recipients),
        "importance": mail.importance,
        "categories": sorted(mail.categories),
        "subject": mail.subject.upper(),
        "is_meeting": mail.is_meeting,
        "is_read": mail.is_read,
        "held_already": mail.held_already,
    }


def _zen() -> Callable[[dict[str, Any]], bool]:
    compiled = zen.compile_expression(
        "sender_inside and 'everyone' in sender_teams"
        " and 'everyone' in recipient_teams and rest_day and not is_meeting"
        " and not ('emergency-duty' in involved_teams) and not ('residential' in involved_teams)"
        " and importance != 'high' and not outside and not ('safeguarding' in categories)"
        " and not startsWith(subject, 'URGENT') and not contains(subject, '[URGENT]')"
        " and not startsWith(subject, 'SAFEGUARDING') and not contains(subject, '[SAFEGUARDING]')"
        " and not is_read and held_already < 200"
    )
    evaluate: Callable[[dict[str, Any]], bool] = compiled.evaluate
    return evaluate


def _c7n() -> Callable[[dict[str, Any]], bool]:
    def value(key: str, wanted: Any, op: str = "eq") -> dict[str, Any]:
        return {"type": "value", "key": key, "value": wanted, "op": op}

    policy = {
        "and": [
            value("sender_inside", True),
            value("sender_teams", "everyone", "contains"),
            value("recipient_teams", "everyone", "contains"),
            value("rest_day", True),
            value("is_meeting", False),
            {"not": [value("involved_teams", sorted(EXEMPT), "intersect")]},
            value("importance", "high", "ne"),
            value("outside", False),
            {"not": [value("categories", "safeguarding", "contains")]},
            {"not": [value("subject", r"^(URGENT|SAFEGUARDING)", "regex")]},
            {"not": [value("subject", r".*\[(URGENT|SAFEGUARDING)\]", "regex")]},
            value("is_read", False),
            value("held_already", 200, "lt"),
        ]
    }
    compiled = FilterRegistry("benchmark").factory(policy)
    return lambda facts: bool(compiled.process([facts]))


def _cel() -> Callable[[dict[str, Any]], bool]:
    program = cel.compile(
        "sender_inside && 'everyone' in sender_teams && 'everyone' in recipient_teams"
        " && rest_day && !is_meeting && !('emergency-duty' in involved_teams)"
        " && !('residential' in involved_teams) && importance != 'high' && !outside"
        " && !('safeguarding' in categories)"
        " && !subject.startsWith('URGENT') && !subject.contains('[URGENT]')"
        " && !subject.startsWith('SAFEGUARDING') && !subject.contains('[SAFEGUARDING]')"
        " && !is_read && held_already < 200"
    )
    execute: Callable[[dict[str, Any]], bool] = program.execute
    return execute


def _rule_engine() -> Callable[[dict[str, Any]], bool]:
    rule = rule_engine.Rule(
        "sender_inside and 'everyone' in sender_teams"
        " and 'everyone' in recipient_teams and rest_day and not is_meeting"
        " and not ('emergency-duty' in involved_teams) and not ('residential' in involved_teams)"
        " and importance != 'high' and not outside and not ('safeguarding' in categories)"
        r" and not (subject =~ '^(URGENT|SAFEGUARDING)')"
        r" and not (subject =~~ '\\[(URGENT|SAFEGUARDING)\\]')"
        " and not is_read and held_already < 200"
    )
    matches: Callable[[dict[str, Any]], bool] = rule.matches
    return matches
