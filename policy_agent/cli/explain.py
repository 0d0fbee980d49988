"""`policy-agent explain`: why one mail is held or delivered, or what becomes of a meeting."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click

from policy_agent.agent.explain import with_run_time
from policy_agent.cli.explain_mail import explain_mail, print_decision, read_mail
from policy_agent.cli.explain_meeting import (
    Words,
    explain_meeting,
    from_file,
    from_words,
    print_meeting_decision,
)
from policy_agent.cli.meetings import is_meeting
from policy_agent.cli.messages import IMPORTANCES, Importance, Message
from policy_agent.cli.output import format_option
from policy_agent.cli.stores import opened, read_rules, rules_option, store_option
from policy_agent.cli.who import address_of, instant_of, people_of


@click.command()
@click.argument("message", type=click.Path(exists=True, dir_okay=False, path_type=Path),
                required=False)  # fmt: skip
@click.option("--decision", "number", type=int, help="Id of a recorded decision, from the store.")
@click.option("--meeting-decision", "meeting_number", type=int,
              help="Id of a recorded decision of a meeting, from the store.")  # fmt: skip
@click.option("--from", "sender", help="Who sends it: an address, or a name that stands for one.")
@click.option("--to", "recipients", multiple=True, help="Who gets it; once for each.")
@click.option("--at", "at", help="When the service receives it, such as 2026-05-23 10:00.")
@click.option("--organiser", help="Of a meeting: who organises it.")
@click.option("--attendee", "attendees", multiple=True, help="Who is invited; once for each.")
@click.option("--starts", help="When it starts, such as 2026-06-10 12:15.")
@click.option("--ends", help="When it ends: a time of that day, or a day and time.")
@click.option("--booked", help="When it was booked; a fortnight before if left out.")
@click.option("--team", "teams", multiple=True, metavar="NAME=TEAM", help="Who is in which team.")
@click.option("--for", "only", help="Only this recipient's copy.")
@click.option("--subject", default="", help="Its subject; looked at for marks and words only.")
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
    meeting_number: int | None,
    sender: str | None,
    recipients: tuple[str, ...],
    at: str | None,
    organiser: str | None,
    attendees: tuple[str, ...],
    starts: str | None,
    ends: str | None,
    booked: str | None,
    teams: tuple[str, ...],
    only: str | None,
    subject: str,
    importance: Importance,
    categories: tuple[str, ...],
    rules: Path | None,
    store_url: str | None,
    output_format: str,
) -> None:
    """Say why a mail is held or delivered, or what becomes of a meeting: every clause and why.

    MESSAGE is an .eml file or JSON of a message as Graph gives it. In its place --from, --to and
    --at describe a mail, past or to come; --decision names one that the daemon has judged. Times
    without a zone are the wall clock of the first rule's calendar.

    MESSAGE may be a meeting: an .ics file or JSON of an event as Graph gives it. In its place
    --organiser, --attendee, --starts and --ends describe one; --meeting-decision names what the
    daemon decided of one, which tells all that was decided of it. Every clause of every rule about
    meetings is told, whatever decided, then facts of the calendar. Of a series only the given span
    is looked at. Whether something is written in it is known of a file that says so; who is on
    leave only the daemon knows.

    Who is in which team says the store, with --store, or --team. Where neither is given, the sender
    is taken to be in the teams of `from`, each recipient in those of `to`, and everybody in a
    meeting in those of `people`, as in examples.
    """
    if sum(one is not None for one in (message, number, meeting_number, sender, organiser)) != 1:
        raise click.UsageError(
            "give one of MESSAGE, --decision, --meeting-decision, --from with --to and --at, or"
            " --organiser with --starts and --ends"
        )
    if organiser is None and (attendees or starts or ends or booked):
        raise click.UsageError("--attendee, --starts, --ends and --booked go with --organiser")
    words = Words(
        organiser=organiser,
        attendees=attendees,
        starts=starts,
        ends=ends,
        booked=booked,
        subject=subject,
        categories=categories,
    )
    with ExitStack() as stack:
        store = None
        if store_url is not None or number is not None or meeting_number is not None:
            store = stack.enter_context(opened(store_url))
        if meeting_number is not None and store is not None:
            print_meeting_decision(store, meeting_number, output_format)
            return
        rulebook = read_rules(rules, store)
        if number is not None and store is not None:
            print_decision(store, rulebook, number, output_format)
            return
        if organiser is not None or (message is not None and is_meeting(message)):
            if at or only or recipients:
                raise click.UsageError("--to, --at and --for are for mail; leave them out")
            meeting = (
                from_words(words, rulebook) if message is None else from_file(message, rulebook)
            )
            people = people_of(rulebook, store, teams)
            explain_meeting(meeting, rulebook, people, store, output_format)
            return
        received = None if at is None else instant_of(at, rulebook)
        if message is not None:
            found = read_mail(message, received)
        elif not recipients or received is None:
            raise click.UsageError("--from goes with --to and --at")
        else:
            found = Message(
                sender=address_of(sender or "", rulebook),
                recipients=tuple(address_of(one, rulebook) for one in recipients),
                received=received,
                subject=subject,
                importance=importance,
                categories=frozenset(category.lower() for category in categories),
            )
        people = people_of(rulebook, store, teams)
        if store is not None:
            rulebook = with_run_time(rulebook, store, found.received)
    addressee = None if only is None else address_of(only, rulebook)
    explain_mail(found, rulebook, replace(people, rulebook=rulebook), addressee, output_format)
