"""A large rulebook: 500 rules about 200 teams, of which few are about any two people."""

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import mean
from time import perf_counter

from benchmarks.contestants import LONDON
from policy_agent.domain.decisions import Decision, decide
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Person
from policy_agent.holidays.source import HolidaySource
from policy_agent.rulebook.load import load

RULES, TEAMS, PEOPLE, MAILS = 500, 200, 2_000, 20_000
_SEED = 20260523

Decide = Callable[[MailFacts], tuple[Decision, ...]]

_HEAD = """\
version: 1
organisation: { name: Northshire, domains: [northshire.example] }
calendars:
  service: { timezone: Europe/London, working_days: mon-fri, holidays: [england-and-wales] }
windows:
  rest-days: { calendar: service, days: non-working }
  nights: { calendar: service, days: all, time: 20:00-07:00 }
"""
_RULE = """\
  - name: rule-{number}
    kind: defer-email
    because: Rest
    owner: owner@northshire.example
    mode: observe
    from: {{ include: [{sender}] }}
    to: {{ include: [{recipient}] }}
    exempt: {{ teams: [team-1], when: involved }}
    window: {window}
    hold_at: [inbox]
    release: {{ day: next-working-day, at: 08:30, spread: 20m }}
    let_through: [ {{ importance: high }}, {{ subject_tag: [URGENT] }}, {{ recipient: outside }} ]
"""


@dataclass(frozen=True, kw_only=True)
class Large:
    """The two rulebooks and the same mail for both."""

    decide_one: Decide  # with the first rule only, about everybody
    decide_many: Decide
    mails: Sequence[MailFacts]
    loaded_in: float  # seconds
    about: str  # how many rules are about a mail


def large(holidays: HolidaySource) -> Large:
    """Write the rulebooks, load them, and make people and mail; the same at each run."""
    choice = random.Random(_SEED)  # noqa: S311  nothing secret about it
    pairs = [(choice.randrange(1, TEAMS), choice.randrange(1, TEAMS)) for _ in range(RULES - 1)]
    rules = [_rule(0, "everyone", "everyone")]
    rules += [_rule(n, f"team-{a}", f"team-{b}") for n, (a, b) in enumerate(pairs, start=1)]
    teams = ["everyone", *(f"team-{number}" for number in range(1, TEAMS))]
    head = (
        _HEAD + "teams:\n" + "".join(f"  {n}: {{ group: {n}@northshire.example }}\n" for n in teams)
    )
    with tempfile.TemporaryDirectory() as name:
        one, many = Path(name) / "one.yaml", Path(name) / "many.yaml"
        one.write_text(head + "rules:\n" + rules[0])
        many.write_text(head + "rules:\n" + "".join(rules))
        small = load(one, holidays)
        started = perf_counter()
        big = load(many, holidays)
        loaded_in = perf_counter() - started
    mails = _mails(choice, teams)
    answers = [len(decide(big, mail)) for mail in mails]
    return Large(
        decide_one=lambda mail: decide(small, mail),
        decide_many=lambda mail: decide(big, mail),
        mails=mails,
        loaded_in=loaded_in,
        about=f"(each mail is decided by {mean(answers):.1f} of them, {max(answers)} at most)",
    )


def _rule(number: int, sender: str, recipient: str) -> str:
    window = "nights" if number % 2 else "rest-days"
    return _RULE.format(number=number, sender=sender, recipient=recipient, window=window)


def _mails(choice: random.Random, teams: Sequence[str]) -> list[MailFacts]:
    """Return a year's mail: everybody is in `everyone` and in one to three other teams."""
    people = [
        Person(
            id=f"p{number}",
            address=f"p{number}@northshire.example",
            teams=frozenset({"everyone", *choice.sample(teams[1:], choice.randint(1, 3))}),
        )
        for number in range(PEOPLE)
    ]
    start = datetime(2023, 1, 2, tzinfo=LONDON)
    mails = []
    for number in range(MAILS):
        sender, recipient = choice.choice(people), choice.choice(people[:200])
        received = start + timedelta(minutes=number * 26)
        mails.append(
            MailFacts(
                sender=sender, recipient=recipient, recipients=(recipient,), received=received
            )
        )
    return mails
