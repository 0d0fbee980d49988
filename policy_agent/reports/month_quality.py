"""The monthly report's sections on exemptions, on what was sent, and on how good the data is."""

from collections.abc import Mapping

from policy_agent.domain.measures import Fact
from policy_agent.reports.document import Column, Row, Section, Table, Unit
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import counted, month_name, names

_QUALITY: Mapping[Fact, str] = {
    Fact.DAYS_COUNTED_LATE: "Days that were counted late",
    Fact.ERRORS: "Decisions that ended in an error (the mail was delivered)",
    Fact.OPEN_HOLDS: "Holds that were still open when the month was closed",
    Fact.MAILBOXES: "Mailboxes in scope",
    Fact.PARKED: "Of those, left alone as they could not be read",
    Fact.CALENDARS: "Calendars that were read",
    Fact.ERASED: "Rows erased as they were past their time",
}
_EXEMPTIONS: Mapping[Fact, str] = {
    Fact.EXEMPTIONS_USED: "In force, and freed something",
    Fact.EXEMPTIONS_UNUSED: "In force, and freed nothing",
    Fact.EXEMPTIONS_ENDED: "Ended in the month",
}
_SENT: Mapping[Fact, str] = {
    Fact.RECEIPTS: "Receipts and digests, to senders whose mail was held",
    Fact.WEEKEND_NUDGES: "Nudges about mail in a window",
    Fact.CLASH_NUDGES: "Nudges about clashes",
    Fact.ETIQUETTE_NUDGES: "Nudges about etiquette",
    Fact.REBOOK_NUDGES: "Nudges to book a kept meeting again",
}


def exemptions_section(run: Run) -> Section:
    """Return what became of exemptions, and what the agent sent."""
    month = run.month
    used = month.facts.get(Fact.EXEMPTIONS_USED)
    unused = month.facts.get(Fact.EXEMPTIONS_UNUSED)
    said = ["An exemption frees people from a rule for a time: it has an owner and an end."]
    if used is None and unused is None:
        said.append("None was counted this month.")
    elif not used and not unused:
        said.append("None was in force this month.")
    if used:
        verb = "was in force and freed" if used == 1 else "were in force and freed"
        said.append(f"{counted(used, 'exemption')} {verb} something.")
    if unused:
        verb = "was in force and freed" if unused == 1 else "were in force and freed"
        said.append(f"{counted(unused, 'exemption')} {verb} nothing. Is it time to end?")
    if ended := month.facts.get(Fact.EXEMPTIONS_ENDED):
        said.append(f"{counted(ended, 'exemption')} ended.")
    return Section(
        key="exemptions",
        title="Exemptions, and what was sent",
        paragraphs=tuple(said),
        tables=(
            *_facts(run, "exemptions", "Exemptions", "Exemptions", _EXEMPTIONS),
            *_facts(run, "messages", "Messages that the agent sent", "Messages", _SENT),
        ),
    )


def quality_section(run: Run) -> Section:
    """Return how whole the data of the month is."""
    month = run.month
    facts = month.facts
    said = []
    if late := facts.get(Fact.DAYS_COUNTED_LATE):
        verb = "was" if late == 1 else "were"
        said.append(
            f"{counted(late, 'day')} {verb} counted late, by the rules and teams of a later day."
        )
    if errors := facts.get(Fact.ERRORS):
        said.append(f"{counted(errors, 'decision')} ended in an error. Such mail is delivered.")
    if open_holds := facts.get(Fact.OPEN_HOLDS):
        verb = "was" if open_holds == 1 else "were"
        said.append(f"{counted(open_holds, 'hold')} {verb} still open when the month was closed.")
    if parked := facts.get(Fact.PARKED):
        said.append(f"{counted(parked, 'mailbox', 'mailboxes')} could not be read.")
    if not said and facts:
        said.append("All days were counted in time, and nothing is known to be missing.")
    if erased := facts.get(Fact.ERASED):
        verb = "was" if erased == 1 else "were"
        said.append(f"{counted(erased, 'row')} {verb} erased, as it was past the time to keep it.")
    if not facts:
        said.append("Nothing is known of the quality of the data.")
    gaps = [day for day, one in run.every_month() if one is None]
    if gaps:
        missing = names(month_name(day) for day in gaps)
        verb = "was" if len(gaps) == 1 else "were"
        said.append(f"{missing} {verb} not closed, so there are no figures for it.")
    return Section(
        key="quality",
        title="How good the data is",
        paragraphs=tuple(said),
        tables=_facts(run, "quality", "Data quality", "Number", _QUALITY),
    )


def _facts(
    run: Run, key: str, title: str, unit: str, wanted: Mapping[Fact, str]
) -> tuple[Table, ...]:
    """Return numbers of the whole organisation beside those of the month before; none: no table."""
    known = [fact for fact in wanted if fact in run.month.facts]
    if not known:
        return ()
    before = run.before
    then = [() if before is None else (before.facts.get(fact),) for fact in known]
    rows = tuple(
        Row(values=(wanted[fact], run.month.facts[fact], *was))
        for fact, was in zip(known, then, strict=True)
    )
    columns: tuple[Column, ...] = (
        Column(key="what", title=unit, unit=Unit.TEXT),
        Column(key="now", title=month_name(run.month.month)),
    )
    if before is not None:
        columns = (*columns, Column(key="before", title=month_name(before.month)))
    dashes = any(value is None for row in rows for value in row.values)
    return (
        Table(
            key=key,
            title=title,
            columns=columns,
            rows=rows,
            notes=("A dash: it was not counted that month.",) if dashes else (),
        ),
    )
