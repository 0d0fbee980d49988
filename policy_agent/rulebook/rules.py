"""Rules: each by its kind, from its shape to what it means, and its examples tried."""

from collections.abc import Callable

from policy_agent.domain.rules import Rule
from policy_agent.rulebook.draft import Draft, value_at
from policy_agent.rulebook.examples import effort, run_rule
from policy_agent.rulebook.kinds import KINDS
from policy_agent.rulebook.mail_rules import defer_email
from policy_agent.rulebook.meeting_rules import keep_meeting, meeting_etiquette, protect_time
from policy_agent.rulebook.nodes import Mapping, Scalar, is_empty
from policy_agent.rulebook.problems import MOST_FOUND, listed, quoted
from policy_agent.rulebook.sections import Placed

MOST_EFFORT = 200_000  # steps of all examples together: about 5,000 examples on a usual rule


def add_rules(draft: Draft) -> None:
    """Add every rule that can be made; calendars, teams and windows must have been."""
    for placed in draft.sections.entries["rules"]:
        kind = _kind(draft, placed)
        if kind is None:
            continue
        before = len(draft.problems)
        rule = _MAKE[kind](draft, placed)
        if rule is None:
            continue
        draft.rules.append(rule)
        if len(draft.problems) == before <= MOST_FOUND:  # otherwise a surprise may come of it
            _try(draft, placed, rule)


def _try(draft: Draft, placed: Placed, rule: Rule) -> None:
    draft.effort += effort(rule)
    if draft.effort > MOST_EFFORT:
        draft.say(
            value_at(placed.node, "examples"),
            "examples: trying them takes too long; write fewer, or with fewer people in each",
        )
        return
    for result in run_rule(rule):
        draft.results.append(result)
        if not result.as_expected and draft.refuses_surprises:
            draft.say(result.example.where, result.text)


def _kind(draft: Draft, placed: Placed) -> str | None:
    """Return the kind of a rule, if this version knows it."""
    node = placed.node
    if not isinstance(node, Mapping):
        draft.say(node.where, "a rule is a mapping; write - name: …, kind: defer-email and so on")
        return None
    entry = node.entries.get("kind")
    known = listed(KINDS)
    if entry is None or is_empty(entry.value):
        where = placed.where if entry is None else entry.key
        draft.say(where, f"kind is missing; this version knows {known}")
        return None
    written = entry.value.text.strip() if isinstance(entry.value, Scalar) else ""
    if written in KINDS:
        return written
    meant = draft.names.suggestions.meant(written, KINDS)
    draft.say(
        entry.value.where,
        f"kind: {quoted(written)} is not known; this version knows {known}{meant}",
    )
    return None


_MAKE: dict[str, Callable[[Draft, Placed], Rule | None]] = {
    "defer-email": defer_email,
    "protect-time": protect_time,
    "meeting-etiquette": meeting_etiquette,
    "keep-meeting": keep_meeting,
}
