"""What `policy-agent explain` says of a mail, or of a decision about one that is recorded."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from policy_agent.agent.explain import Told, explain_decision
from policy_agent.cli.messages import Message, MessageProblem, read_message
from policy_agent.cli.output import console, print_json
from policy_agent.cli.reasons import as_json, print_recorded, print_told
from policy_agent.cli.stores import read_people
from policy_agent.cli.who import People, usual_recipients, usual_senders
from policy_agent.domain.explaining import explain as explain_facts
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.rules import Rulebook
from policy_agent.rulebook.problems import quoted
from policy_agent.store.store import Store


def explain_mail(
    message: Message, rulebook: Rulebook, people: People, only: str | None, output_format: str
) -> None:
    """Print why each copy of a mail is held or delivered; `only` is one recipient's address."""
    told = _explain(message, rulebook, people, only)
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


def read_mail(path: Path, received: datetime | None) -> Message:
    try:
        found = read_message(path)
    except MessageProblem as problem:
        raise click.UsageError(str(problem)) from problem
    found = replace(found, received=received or found.received)
    if found.received is None:
        raise click.UsageError(f"{path} does not say when the service received it; give --at")
    return found


def _explain(message: Message, rulebook: Rulebook, people: People, only: str | None) -> list[Told]:
    """Explain each copy inside; those that fare the same for the same reasons are told as one."""
    sender = people.person(message.sender, usual_senders)
    everybody = tuple(
        dict.fromkeys(people.person(one, usual_recipients) for one in message.recipients)
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


def print_decision(store: Store, rulebook: Rulebook, number: int, output_format: str) -> None:
    recorded = explain_decision(store, rulebook, read_people(rulebook, store), number)
    if recorded is None:
        raise click.UsageError(f"--decision: there is no decision {number} in the store")
    if output_format == "json":
        print_json(
            {
                "decisions": recorded.decisions,
                "hold": recorded.hold,
                "events": recorded.events,
                "same_rulebook": recorded.same_rulebook,
                "copies": [] if recorded.told is None else [as_json(recorded.told)],
            }
        )
    else:
        print_recorded(console(), recorded)
