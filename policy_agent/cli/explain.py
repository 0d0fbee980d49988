"""`policy-agent explain`: why one mail is held or delivered; or facts of a meeting."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from policy_agent.cli.meeting_reasons import explain_meeting
from policy_agent.cli.meetings import is_meeting
from policy_agent.cli.messages import IMPORTANCES, Importance, Message, MessageProblem, read_message
from policy_agent.cli.output import console, format_option, print_json
from policy_agent.cli.reasons import Recorded, Told, as_json, print_recorded, print_told
from policy_agent.cli.stores import opened, read_people, read_rules, rules_option, store_option
from policy_agent.domain.copies import CopyRef
from policy_agent.domain.explaining import explain as explain_facts
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.recorded import remembered
from policy_agent.domain.rules import Rulebook
from policy_agent.rulebook.problems import Suggestions, quoted
from policy_agent.store.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class _People:
    """Who an address is, by the store, by `--team`, or by what examples take for granted."""

    directory: Directory
    given: dict[str, frozenset[str]]  # teams by address
    rulebook: Rulebook
    guess: bool  # nobody said anything of teams

    def person(self, address: str, usual: Callable[[Rulebook], frozenset[str]]) -> Person:
        found = self.directory.person(address)
        teams = found.teams | self.given.get(found.address, frozenset())
        if self.guess and found.inside and not teams:
            teams = usual(self.rulebook)
        return replace(found, id=found.id or found.address, teams=teams)


@click.command()
@click.argument("message", type=click.Path(exists=True, dir_okay=False, path_type=Path),
                required=False)  # fmt: skip
@click.option("--decision", "number", type=int, help="Id of a recorded decision, from the store.")
@click.option("--from", "sender", help="Who sends it: an address, or a name that stands for one.")
@click.option("--to", "recipients", multiple=True, help="Who gets it; once for each.")
@click.option("--at", "at", help="When the service receives it, such as 2026-05-23 10:00.")
@click.option("--team", "teams", multiple=True, metavar="NAME=TEAM", help="Who is in which team.")
@click.option("--for", "only", help="Only this recipient's copy.")
@click.option("--subject", default="", help="Its subject; looked at for marks only.")
@click.option("--importance", type=click.Choice(IMPORTANCES), default="normal", show_default=True,
              help="Its importance.")  # fmt: skip
@click.option("--category", "categories", multiple=True, help="A category that it has.")
@rules_option
@store_option
@format_option()
def explain(  # noqa: PLR0913 - a command's options
    *,
    message: Path | None,
    number: int | None,
    sender: str | None,
    recipients: tuple[str, ...],
    at: str | None,
    teams: tuple[str, ...],
    only: str | None,
    subject: str,
    importance: Importance,
    categories: tuple[str, ...],
    rules: Path | None,
    store_url: str | None,
    output_format: str,
) -> None:
    """Say why a mail is held or delivered: every clause, true or false and why.

    MESSAGE is an .eml file or JSON of a message as Graph gives it. In its place --from, --to and
    --at describe a mail, past or to come; --decision names one that the daemon has judged. Times
    without a zone are the wall clock of the first rule's calendar.

    MESSAGE may be a meeting: an .ics file or JSON of an event as Graph gives it. No kind of rule of
    this version is about meetings, so it is left alone; said are its facts and the windows that it
    overlaps. Of a series only the given span is looked at.

    Who is in which team says the store, with --store, or --team. Where neither is given, the sender
    is taken to be in the teams of `from` and each recipient in those of `to`, as in examples.
    """
    if sum(one is not None for one in (message, number, sender)) != 1:
        raise click.UsageError("give one of MESSAGE, --decision, or --from with --to and --at")
    with ExitStack() as stack:
        store = None
        if store_url is not None or number is not None:
            store = stack.enter_context(opened(store_url))
        rulebook = read_rules(rules, store)
        if number is not None and store is not None:
            _print_decision(store, rulebook, number, output_format)
            return
        if message is not None and is_meeting(message):
            explain_meeting(
                message, rulebook, _zone(rulebook), output_format, mail=bool(at or only or teams)
            )
            return
        received = None if at is None else _instant(at, rulebook)
        if message is not None:
            found = _read(message, received)
        elif not recipients or received is None:
            raise click.UsageError("--from goes with --to and --at")
        else:
            found = Message(
                sender=_address(sender or "", rulebook),
                recipients=tuple(_address(one, rulebook) for one in recipients),
                received=received,
                subject=subject,
                importance=importance,
                categories=frozenset(category.lower() for category in categories),
            )
        people = _people(rulebook, store, teams)
        if store is not None:
            rulebook = _with_run_time(rulebook, store, found.received)
    told = _explain(found, rulebook, people, None if only is None else _address(only, rulebook))
    if output_format == "json":
        print_json({"assumed_teams": people.guess, "copies": [as_json(one) for one in told]})
        return
    out = console()
    for one in told:
        print_told(out, one)
    if not told:
        out.print("Nobody inside the organisation gets it: there is no copy to hold.")
    if people.guess:
        out.print(
            "No team was given: the sender is taken to be in the teams of `from`, each recipient in"
            " those of `to`, as in examples. --team or --store say otherwise."
        )


def _explain(message: Message, rulebook: Rulebook, people: _People, only: str | None) -> list[Told]:
    """Explain each copy inside; those that fare the same for the same reasons are told as one."""
    sender = people.person(message.sender, _usual_senders)
    everybody = tuple(
        dict.fromkeys(people.person(one, _usual_recipients) for one in message.recipients)
    )
    if only is not None and only not in {person.address for person in everybody}:
        raise click.UsageError(f"--for: {quoted(only)} is not on the mail")
    told: list[Told] = []
    for recipient in everybody:
        is_list = recipient.address in people.directory.groups
        if not recipient.inside or is_list or only not in {None, recipient.address}:
            continue
        facts = MailFacts(
            sender=sender,
            recipient=recipient,
            recipients=everybody,
            received=message.received or datetime.min.replace(tzinfo=UTC),
            subject=message.subject,
            importance=message.importance,
            categories=message.categories,
            is_meeting=message.is_meeting,
            is_read=message.is_read,
        )
        explanation = explain_facts(rulebook, facts)
        same = next((n for n, one in enumerate(told) if one.explanation == explanation), None)
        if same is None:
            told.append(
                Told(
                    sender=sender.address,
                    recipients=(recipient.address,),
                    received=facts.received,
                    explanation=explanation,
                    rulebook=rulebook,
                )
            )
        else:
            together = (*told[same].recipients, recipient.address)
            told[same] = replace(told[same], recipients=together)
    return told


def _print_decision(store: Store, rulebook: Rulebook, number: int, output_format: str) -> None:
    row = store.decision(number)
    if row is None:
        raise click.UsageError(f"--decision: there is no decision {number} in the store")
    copy = CopyRef(mailbox=row.mailbox, message=row.message)
    hold = store.hold_of(copy)
    facts = store.facts_of([copy]).get(copy)
    told = None
    if facts is not None:
        rulebook = _with_run_time(rulebook, store, facts.received)
        mail = remembered(facts, read_people(rulebook, store), copy.mailbox)
        told = Told(
            sender=facts.sender or "somebody the directory does not know",
            recipients=(copy.mailbox,),
            received=facts.received,
            explanation=explain_facts(rulebook, mail, copy.message),
            rulebook=rulebook,
        )
    recorded = Recorded(
        decisions=tuple(store.decisions_of(copy)),
        asked=row.id,
        hold=hold,
        events=() if hold is None else tuple(store.hold_events(hold.id)),
        told=told,
        same_rulebook=row.rulebook == rulebook.hash,
    )
    if output_format == "json":
        print_json(
            {
                "decisions": recorded.decisions,
                "hold": hold,
                "events": recorded.events,
                "same_rulebook": recorded.same_rulebook,
                "copies": [] if told is None else [as_json(told)],
            }
        )
    else:
        print_recorded(console(), recorded)


def _read(path: Path, received: datetime | None) -> Message:
    try:
        found = read_message(path)
    except MessageProblem as problem:
        raise click.UsageError(str(problem)) from problem
    found = replace(found, received=received or found.received)
    if found.received is None:
        raise click.UsageError(f"{path} does not say when the service received it; give --at")
    return found


def _with_run_time(rulebook: Rulebook, store: Store, received: datetime | None) -> Rulebook:
    if received is None:
        return rulebook
    added = store.exemptions_since((received - timedelta(days=1)).date())
    return replace(rulebook, exemptions=(*rulebook.exemptions, *added))


def _people(rulebook: Rulebook, store: Store | None, teams: Iterable[str]) -> _People:
    given: dict[str, frozenset[str]] = {}
    for written in teams:
        name, _, team = written.partition("=")
        if not name or not team:
            raise click.UsageError(
                f"--team: write NAME=TEAM, such as bob=emergency-duty, not {written!r}"
            )
        if team not in rulebook.teams:
            near = Suggestions().meant(team, rulebook.teams)
            raise click.UsageError(f"--team: there is no team {quoted(team)}{near}")
        address = _address(name, rulebook)
        given[address] = given.get(address, frozenset()) | {team}
    groups = {team.group: frozenset({team.name}) for team in rulebook.teams.values() if team.group}
    directory = (
        Directory(domains=rulebook.domains, people={}, groups=groups)
        if store is None
        else read_people(rulebook, store)
    )
    return _People(
        directory=directory, given=given, rulebook=rulebook, guess=store is None and not given
    )


def _usual_senders(rulebook: Rulebook) -> frozenset[str]:
    return _usual(rulebook, [rule.from_teams for rule in rulebook.mail_rules])


def _usual_recipients(rulebook: Rulebook) -> frozenset[str]:
    return _usual(rulebook, [rule.to_teams for rule in rulebook.mail_rules])


def _usual(rulebook: Rulebook, teams: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return what somebody who is named nowhere is in; exempt teams only where no other is left."""
    exempt = [rule.exempt.teams for rule in rulebook.mail_rules if rule.exempt is not None]
    wanted = frozenset[str]().union(*teams)
    return wanted - frozenset[str]().union(*exempt) or wanted


def _address(name: str, rulebook: Rulebook) -> str:
    key = name.strip().lower()
    return key if "@" in key else f"{key}@{min(rulebook.domains)}"


def _instant(text: str, rulebook: Rulebook) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as problem:
        raise click.UsageError(
            f"--at: {text!r} is not a time such as 2026-05-23 10:00 or 2026-05-23T09:00Z"
        ) from problem
    return found if found.tzinfo is not None else found.replace(tzinfo=_zone(rulebook))


def _zone(rulebook: Rulebook) -> ZoneInfo:
    calendars = [rule.window.calendar for rule in rulebook.mail_rules]
    calendars += rulebook.calendars.values()
    return calendars[0].zone if calendars else ZoneInfo("UTC")
