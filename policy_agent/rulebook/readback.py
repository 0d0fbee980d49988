"""Rules read back in plain English, so that their writer sees what they mean.

A rule is one sentence: when, whose mail or meetings, what happens, unless what; and how far it is
rolled out. Times are the wall clock of the window's calendar; «Friday midnight» ends the Friday.
"""

from collections.abc import Iterable, Iterator

from policy_agent.domain.rules import DeferEmail, Exemption, Reporting, Rule, Rulebook
from policy_agent.rulebook.mail_readback import read_mail_rule
from policy_agent.rulebook.meeting_readback import read_meeting_rule
from policy_agent.rulebook.problems import listed
from policy_agent.rulebook.wording import day_in_words, read_window


def read_rule(rule: Rule) -> str:
    """Return a rule as one sentence."""
    return read_mail_rule(rule) if isinstance(rule, DeferEmail) else read_meeting_rule(rule)


def read_exemption(exemption: Exemption, rulebook: Rulebook) -> str:
    """Return a dated exemption as one sentence."""
    teams = [f"somebody in {listed(sorted(exemption.teams))}"] if exemption.teams else []
    people = listed([*teams, *sorted(exemption.addresses)])
    rules = [rule for rule in rulebook.rules if rule.name in exemption.rules]
    whose = listed(dict.fromkeys(_freed(rules, people)), "and")
    return (
        f"From {day_in_words(exemption.starts)} to the end of {day_in_words(exemption.ends)},"
        f" {listed(sorted(exemption.rules), 'and')}"
        f" {'leaves' if len(exemption.rules) == 1 else 'leave'} alone {whose};"
        f" {exemption.because}, approved by {exemption.approved_by}."
    )


def _freed(rules: Iterable[Rule], people: str) -> Iterator[str]:
    """Yield what an exemption frees, by each rule's own `exempt … when`."""
    mail = [rule for rule in rules if isinstance(rule, DeferEmail)]
    if any(rule.exempt is None or rule.exempt.when == "involved" for rule in mail):
        yield f"mail that {people} writes or gets"
    elif mail:
        yield f"copies of {people}"
    for rule in rules:
        if isinstance(rule, DeferEmail):
            continue
        match "organiser" if rule.exempt is None else rule.exempt.when:
            case "organiser":
                yield f"meetings that {people} organises"
            case "attendee":
                yield f"the time of {people}"
            case _:
                yield f"meetings that {people} organises or is invited to"


def read_reporting(told: Reporting) -> Iterator[tuple[str, str]]:
    """Yield the name and the sentence of each section about reports that was written."""
    if told.to or told.leaders or told.teams:
        said = [f"The monthly report is sent to {listed(told.to, 'and') or 'nobody'}"]
        if told.leaders:
            said.append(f"{told.leaders} are told of as the leaders")
        who = "everybody else" if told.leaders else "everybody"
        their = (
            f"the first of {listed(told.teams, 'and')} that they are in"
            if told.teams
            else "the smallest of their teams"
        )
        yield "report", f"{'; '.join([*said, f'{who} counts in {their}'])}."
    if told.champions:
        pages = (f"{listed(who, 'and')} for {team}" for team, who in told.champions.items())
        yield "champions", f"A team's own page of the report is sent to {'; to '.join(pages)}."


def read_back(rulebook: Rulebook) -> Iterable[tuple[str, str]]:
    """Yield the name and the sentence of every rule, every dated exemption, and of reports."""
    for rule in rulebook.rules:
        yield rule.name, read_rule(rule)
    for exemption in rulebook.exemptions:
        yield exemption.name, read_exemption(exemption, rulebook)
    yield from read_reporting(rulebook.reporting)


__all__ = ["read_back", "read_exemption", "read_reporting", "read_rule", "read_window"]
