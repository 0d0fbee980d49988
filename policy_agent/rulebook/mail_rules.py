"""Rules about mail: one function a kind, from its shape to what it means."""

from datetime import timedelta

from policy_agent.domain.rules import DeferEmail, Exempt, LetThrough, Release
from policy_agent.domain.where import Where
from policy_agent.rulebook.draft import Draft, key_at, node_at, value_at
from policy_agent.rulebook.given import example_of, judge_people, judge_working_days
from policy_agent.rulebook.judging import refuse_empty_lines, refuse_untried_enforcing
from policy_agent.rulebook.mail_shapes import DeferEmailShape, LetThroughShape
from policy_agent.rulebook.sections import Placed
from policy_agent.rulebook.shaping import Shaped


def defer_email(draft: Draft, placed: Placed) -> DeferEmail | None:
    """Return a rule of `kind: defer-email`, its problems said; None: there is none to make."""
    shaped = draft.shaped(DeferEmailShape, placed)
    if shaped is None:
        return None
    written, node = shaped.shape, shaped.node
    _judge(draft, shaped)
    window = draft.windows.get(written.window)
    if window is None:
        return None  # said already
    return DeferEmail(
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
        release=Release(
            at=written.release.at,
            calendar=written.release.calendar,
            spread=written.release.spread,
        ),
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


def _judge(draft: Draft, shaped: Shaped[DeferEmailShape]) -> None:
    """Say what is wrong with fields that are right each by itself."""
    written, node = shaped.shape, shaped.node
    refuse_untried_enforcing(draft, shaped, written.examples)
    refuse_empty_lines(draft, shaped, written.let_through, "importance: high")
    at, spread = written.release.at, written.release.spread
    if timedelta(hours=at.hour, minutes=at.minute) + spread > timedelta(days=1):
        draft.say(
            value_at(node, "release", "spread"),
            f"spread: from {at:%H:%M} it reaches past midnight; write an earlier `at` or a shorter"
            " spread",
        )
    if len(set(written.hold_at)) < len(written.hold_at):
        draft.say(value_at(node, "hold_at"), "hold_at: a hold point stands twice; keep one of each")
    own_days = written.release.calendar == "recipient"
    for number, example in enumerate(written.examples):
        at_example = node_at(node, "examples", number)
        judge_people(example, at_example, draft.names.suggestions, draft.say)
        judge_working_days(
            example, at_example, draft.names.suggestions, draft.say, counted=own_days
        )


def _let_through(line: LetThroughShape, where: Where) -> LetThrough:
    return LetThrough(
        importance=line.importance,
        subject_tags=tuple(line.subject_tag or ()),
        categories=frozenset(category.lower() for category in line.category or ()),
        recipient_outside=line.recipient == "outside",
        where=where,
    )
