"""Rules: one function a kind, from its shape to what it means."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from policy_agent.domain.rules import (
    DeferEmail,
    Exempt,
    LetThrough,
    Mode,
    Release,
)
from policy_agent.domain.where import Where
from policy_agent.rulebook.draft import Draft, key_at, node_at, value_at
from policy_agent.rulebook.examples import effort, run_rule
from policy_agent.rulebook.given import example_of, judge_people
from policy_agent.rulebook.nodes import Mapping, Scalar, is_empty
from policy_agent.rulebook.problems import MOST_FOUND, listed, quoted
from policy_agent.rulebook.rule_shapes import (
    KINDS,
    LATER_KINDS,
    DeferEmailShape,
    LetThroughShape,
)
from policy_agent.rulebook.sections import Placed
from policy_agent.rulebook.shaping import Shaped

MOST_EFFORT = 200_000  # steps of all examples together: about 5,000 examples on a usual rule


def add_rules(draft: Draft) -> None:
    """Add every rule that can be made; teams and windows must have been."""
    for placed in draft.sections.entries["rules"]:
        kind = _kind(draft, placed)
        if kind is not None:
            _ADD[kind](draft, placed)


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
    where = entry.value.where
    if written in LATER_KINDS:
        draft.say(
            where,
            f"kind: {quoted(written)} comes in a later version; this one knows {known}, so take"
            " the rule away for now",
        )
        return None
    meant = draft.names.suggestions.meant(written, [*KINDS, *LATER_KINDS])
    draft.say(where, f"kind: {quoted(written)} is not known; this version knows {known}{meant}")
    return None


def _add_defer_email(draft: Draft, placed: Placed) -> None:
    before = len(draft.problems)
    shaped = draft.shaped(DeferEmailShape, placed)
    if shaped is None:
        return
    written, node = shaped.shape, shaped.node
    _judge(draft, shaped)
    window = draft.windows.get(written.window)
    if window is None:
        return  # said already
    rule = DeferEmail(
        name=written.name,
        because=written.because,
        owner=written.owner,
        mode=written.mode,
        mode_for=written.mode_for,
        from_teams=frozenset(written.sender.include),
        to_teams=frozenset(written.to.include),
        exempt=None
        if written.exempt is None
        else Exempt(
            teams=frozenset(written.exempt.teams),
            when=written.exempt.when,
            where=key_at(node, "exempt") or node.where,
        ),
        window=window,
        hold_at=tuple(written.hold_at),
        release=Release(at=written.release.at, spread=written.release.spread),
        let_through=tuple(
            _let_through(line, value_at(node, "let_through", number))
            for number, line in enumerate(written.let_through)
        ),
        held_per_person=None if written.limit is None else written.limit.held_per_person,
        examples=tuple(
            example_of(example, value_at(node, "examples", number))
            for number, example in enumerate(written.examples)
        ),
        where=node.where,
        where_window=key_at(node, "window") or node.where,
        where_people=key_at(node, "from") or node.where,
        where_mode=key_at(node, "mode") or key_at(node, "mode_for") or node.where,
        where_limit=key_at(node, "limit"),
    )
    draft.rules.append(rule)
    if len(draft.problems) == before <= MOST_FOUND:  # otherwise a surprise may come of the problem
        draft.effort += effort(rule)
        if draft.effort > MOST_EFFORT:
            draft.say(
                value_at(node, "examples"),
                "examples: trying them takes too long; write fewer, or with fewer people on a mail",
            )
            return
        for result in run_rule(rule):
            draft.results.append(result)
            if not result.as_expected and draft.refuses_surprises:
                draft.say(result.example.where, result.text)


def _judge(draft: Draft, shaped: Shaped[DeferEmailShape]) -> None:
    """Say what is wrong with fields that are right each by itself."""
    written, node = shaped.shape, shaped.node
    if not written.examples and "examples" not in shaped.spared:
        for key, modes in (("mode", [written.mode]), ("mode_for", written.mode_for.values())):
            if Mode.ENFORCE in modes:
                draft.say(
                    value_at(node, key),
                    f"{key}: enforce asks for at least one example; add examples: with a title,"
                    " given and expect",
                )
    at, spread = written.release.at, written.release.spread
    if timedelta(hours=at.hour, minutes=at.minute) + spread > timedelta(days=1):
        draft.say(
            value_at(node, "release", "spread"),
            f"spread: from {at:%H:%M} it reaches past midnight; write an earlier `at` or a shorter"
            " spread",
        )
    if len(set(written.hold_at)) < len(written.hold_at):
        draft.say(value_at(node, "hold_at"), "hold_at: a hold point stands twice; keep one of each")
    for number, line in enumerate(written.let_through):
        if "let_through" not in shaped.spared and not line.model_fields_set:
            draft.say(
                value_at(node, "let_through", number),
                "let_through: an empty line would let everything through; write a condition such as"
                " importance: high, or take the line away",
            )
    for number, example in enumerate(written.examples):
        at_example = node_at(node, "examples", number)
        judge_people(example, at_example, draft.names.suggestions, draft.say)


def _let_through(line: LetThroughShape, where: Where) -> LetThrough:
    return LetThrough(
        importance=line.importance,
        subject_tags=tuple(line.subject_tag or ()),
        categories=frozenset(category.lower() for category in line.category or ()),
        recipient_outside=line.recipient == "outside",
        where=where,
    )


_ADD: dict[str, Callable[[Draft, Placed], Any]] = {"defer-email": _add_defer_email}
