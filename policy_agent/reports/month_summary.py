"""The monthly report's first words: four to seven sentences for whoever reads no further.

Mail comes first, then protected time, clashes, kept meetings, etiquette, and how whole the data is.
Of each kind the first rule of the rulebook that has anything to tell is told of, then the second;
what there is no room for is told in the sections.
"""

from collections.abc import Sequence

from policy_agent.domain.measures import Fact, MailColumn
from policy_agent.domain.months import RuleMonth
from policy_agent.reports.document import Headline
from policy_agent.reports.glance import Glance, headline
from policy_agent.reports.mail_figures import mail_block, mail_sentences, share_sentences
from policy_agent.reports.month_etiquette import etiquette_glances, etiquette_sentences
from policy_agent.reports.month_kept import (
    kept_block,
    kept_sentences,
    without_block,
    without_sentences,
)
from policy_agent.reports.month_windows import (
    clashes_block,
    clashes_sentences,
    windows_block,
    windows_sentences,
)
from policy_agent.reports.rule_blocks import at_a_glance
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import counted, month_name, names

MOST = 7  # sentences


def rules_of(run: Run, kind: str) -> tuple[RuleMonth, ...]:
    return tuple(rule for rule in run.month.rules if rule.kind == kind)


def summary(run: Run) -> tuple[str, ...]:
    """Return the sentences, what matters most first."""
    doubts = _doubts(run)
    room = MOST - len(doubts)
    said = [one for one in (*_first(run), *_then(run)) if one][:room]
    if not said:
        nothing = f"There is nothing to tell of {month_name(run.month.month)}"
        said = [f"{nothing}." if run.month.rules else f"{nothing}: it had no rule."]
    return (*said, *doubts)


def glances(run: Run) -> tuple[Glance, ...]:
    """Return the figures that the sentences may speak of, of every rule."""
    fewest = run.month.fewest
    found: list[Glance] = []
    for rule in run.month.rules:
        name = rule.name
        blocks = {
            "defer-email": (mail_block(name, fewest),),
            "protect-time": (windows_block(name, fewest), clashes_block(name, fewest)),
            "keep-meeting": (kept_block(name, fewest), without_block(name, fewest)),
        }.get(rule.kind, ())
        for block in blocks:
            found += at_a_glance(run, block)
        if rule.kind == "meeting-etiquette":
            found += [share for _, share in etiquette_glances(run, name).values() if share.told]
    return tuple(found)


def headlines(run: Run, seen: Sequence[Glance]) -> tuple[Headline, ...]:
    """Return a figure of the first rule of each kind to see first, where it is told."""
    first = {kind: rule.name for kind in _HEADLINES for rule in rules_of(run, kind)[:1]}
    found = []
    for kind, rule in first.items():
        made = (headline(seen, rule, key, f"{words} ({rule})") for key, words in _HEADLINES[kind])
        found += [one for one in made if one is not None][:1]
    return tuple(found)


_HEADLINES = {  # by kind: what is taken first is what a rule does, then what it saw
    "defer-email": (
        (MailColumn.WAITED, "copies of mail waited"),
        (MailColumn.WOULD_WAIT, "copies of mail would have waited"),
        ("sent", "copies of mail sent in the window"),
    ),
    "protect-time": (("free-share", "of protected times stayed free"),),
    "meeting-etiquette": (("break-share", "of meetings came back to back"),),
    "keep-meeting": (("happened-share", "of places in meetings went ahead"),),
}


def _first(run: Run) -> list[str]:
    """Return what is told in any case: of the first rule of each kind."""
    fewest = run.month.fewest
    said: list[str] = []
    for rule in rules_of(run, "defer-email")[:1]:
        said += mail_sentences(run, rule.name, mail_block(rule.name, fewest).glances(run))
    for rule in rules_of(run, "protect-time")[:1]:
        said += windows_sentences(run, rule.name, windows_block(rule.name, fewest).glances(run))
        said += clashes_sentences(run, rule.name, clashes_block(rule.name, fewest).glances(run))[:1]
    for rule in rules_of(run, "keep-meeting")[:1]:
        said += kept_sentences(run, rule.name, kept_block(rule.name, fewest).glances(run))[:1]
        without = without_sentences(run, rule.name, without_block(rule.name, fewest).glances(run))
        said += without[:1]
    return said


def _then(run: Run) -> list[str]:
    """Return what is told if there is room, what matters most first."""
    fewest = run.month.fewest
    said: list[str] = []
    for rule in rules_of(run, "meeting-etiquette")[:1]:
        said += etiquette_sentences(run, etiquette_glances(run, rule.name))[:1]
    for rule in rules_of(run, "protect-time")[1:2]:
        said += windows_sentences(run, rule.name, windows_block(rule.name, fewest).glances(run))
    for rule in rules_of(run, "defer-email")[1:2]:
        seen = mail_block(rule.name, fewest).glances(run)
        said += mail_sentences(run, rule.name, seen)[:1]
    for rule in rules_of(run, "defer-email")[:1]:
        said += share_sentences(run, mail_block(rule.name, fewest).glances(run))
    return said


def _doubts(run: Run) -> Sequence[str]:
    """Return what to know before the figures are trusted; one sentence, if anything."""
    facts = run.month.facts
    doubts = []
    if late := facts.get(Fact.DAYS_COUNTED_LATE):
        doubts.append(f"{counted(late, 'day')} of the month {_was(late)} counted late")
    if parked := facts.get(Fact.PARKED):
        doubts.append(f"{counted(parked, 'mailbox', 'mailboxes')} could not be read")
    if errors := facts.get(Fact.ERRORS):
        doubts.append(f"{counted(errors, 'decision')} ended in an error")
    return (f"Read this with care: {names(doubts)}.",) if doubts else ()


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
